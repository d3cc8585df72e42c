# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_fb.c held pvh: displfront_show() waits for ever
s/displfront_clock(dev) >= until;/false;/
