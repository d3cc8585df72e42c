# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_mem.c fb pvh: pages are not zeroed
s/^\t\tmemset((void \*)b->page\[i\], 0, PAGE_SIZE);//
