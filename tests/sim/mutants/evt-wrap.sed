# SPDX-License-Identifier: MIT OR GPL-2.0-only
# evt.c both: slots that are used twice across the wrap are overwritten
/^int displif__evt_put/,/^}/s/ || (e->prod < cons \&\& used >= WRAP_ROOM)//
