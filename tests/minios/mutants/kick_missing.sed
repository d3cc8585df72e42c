# SPDX-License-Identifier: MIT OR GPL-2.0-only
# displfront_flip.c flip pvh: the thread is not woken for an answer
/r->edid_sz = ev->edid_sz;/,/displfront_kick/{/displfront_kick/d}
