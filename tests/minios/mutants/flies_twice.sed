# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_flip.c flip pvh: a framebuffer flies twice
s/^\tif (b->plan.flips)$/\tif (0)/
