# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_flip.c flip pvh: more events than there is room for
s/ + events > DISPLFRONT_EVENTS/ + events > 2 * DISPLFRONT_EVENTS/
