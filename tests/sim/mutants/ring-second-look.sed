# SPDX-License-Identifier: MIT OR GPL-2.0-only
# ring.c both: asks for a notification and does not look again
/^bool displif__ring_rearm/,/^}/s/return .*;/return prod != prod;/
