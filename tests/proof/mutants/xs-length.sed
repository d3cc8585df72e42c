# SPDX-License-Identifier: MIT OR GPL-2.0-only
# xs.c proof_text: an "x" is looked for behind the text's end
s/i < DISPLIF_XS_TEXT \&\& i < len; i++/i < DISPLIF_XS_TEXT; i++/
