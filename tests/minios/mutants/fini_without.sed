# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_mem.c fault pvh: gntmap_fini() of what was never sized
s/^\t\tif (sized)$/\t\tif (1)/
