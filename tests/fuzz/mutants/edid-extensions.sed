# SPDX-License-Identifier: MIT OR GPL-2.0-only
# edid.c edid: blocks that are not there are summed up
/^static int check(/,/^}/s/k >= size \/ DISPLIF_EDID_BLOCK/k > size \/ DISPLIF_EDID_BLOCK/
