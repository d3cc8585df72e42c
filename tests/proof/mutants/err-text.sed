# SPDX-License-Identifier: MIT OR GPL-2.0-only
# err.c proof_text: a diagnosis keeps more text than it has room for
s/i < DISPLIF_DIAG_TEXT - 1u \&\& i < len/i < len/
