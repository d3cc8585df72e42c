# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_mem.c budget pvh: grants are not counted
s/^\tgrants_used += n;//;s/^\tdev->grants += n;//
