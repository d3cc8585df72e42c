# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront.c seeds pvh: events of the watch stay behind
/^\twhile (dev->watch)$/,+1d
