# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_mem.c fault pvh: a list of pages is freed that was never filled
s/^\tif (b->page)$/\tif (0)/
