# SPDX-License-Identifier: MIT OR GPL-2.0-only
# ring.c both: notifies only for exactly the message that was asked for
/^bool displif__ring_publish/,/^}/s/return displif__sub32.*;/return event == r->prod \&\& event != old;/
