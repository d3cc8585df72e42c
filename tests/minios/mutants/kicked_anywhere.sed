# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_thread.c life pvh: the thread is woken in a XenStore call
s/^\tif (dev->napping)$/\tif (dev->thread)/
