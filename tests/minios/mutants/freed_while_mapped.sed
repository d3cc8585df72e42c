# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_mem.c held pvh: pages that are mapped are freed
s/^\tif (block->n_held)$/\tif (0)/
