# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_mem.c bringup pvh: the second mapping stays
/^\tif (b->va && b->n > 1)$/,+1d
