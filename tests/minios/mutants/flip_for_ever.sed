# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_flip.c held pvh: a flip waits for ever for its turn
s/displfront_clock(dev) >= until);/false);/
