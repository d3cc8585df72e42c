# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_flip.c flip pvh: who waits for a flip is not woken
/^\tif (came)$/,+1d
