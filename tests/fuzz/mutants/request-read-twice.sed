# SPDX-License-Identifier: MIT OR GPL-2.0-only
# ring.c request: a word of a message is read twice
s/^\twire->q\[1\] = displif_load64(&slot\[1\]);/&\n\tif (wire->q[1])\n\t\twire->q[1] = displif_load64(\&slot[1]);/
