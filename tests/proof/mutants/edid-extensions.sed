# SPDX-License-Identifier: MIT OR GPL-2.0-only
# edid.c proof_edid: the extension count is believed
/^static int check(/,/^}/s/k >= size \/ DISPLIF_EDID_BLOCK/k > DISPLIF_EDID_MAX/
