# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_edid.c edid pvh: pages with a late answer are used again
s/^\tif (req->lost)$/\tif (0)/
