# SPDX-License-Identifier: MIT OR GPL-2.0-only
# back.c both: events that wait for room have no time
s/b->event_due = 0;/;/
