# SPDX-License-Identifier: MIT OR GPL-2.0-only
# evt.c request: events are written over unread ones where the index wraps
s/ || (e->prod < cons \&\& used >= WRAP_ROOM)//; /^#define WRAP_ROOM/d
