# SPDX-License-Identifier: MIT OR GPL-2.0-only
# edid.c proof_edid: a timing that reaches out of its block
s/at < DISPLIF_EDID_BLOCK - DISPLIF__DTD/at < DISPLIF_EDID_BLOCK/
