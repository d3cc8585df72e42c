# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_edid.c edid pvh: the pages for EDIDs are kept
s/^\t\tdisplfront_edid_release(dev);/\t\t;/
