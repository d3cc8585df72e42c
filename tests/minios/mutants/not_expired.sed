# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_thread.c flip pvh: nothing is ever overdue
s/^\t\texpire(dev, i, now);//
