# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_mem.c budget pvh: the grants of other devices are not counted
s/^\tif (DISPLFRONT_GRANTS - grants_used < limit - used) {/\tif (0) {/
