# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_flip.c life pvh: a broken connection is not told to the thread
s/^\t\tdev->broken = true;//
