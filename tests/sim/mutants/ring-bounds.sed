# SPDX-License-Identifier: MIT OR GPL-2.0-only
# ring.c hostile-front: the peer's index is believed
/^int displif__ring_snapshot/,/^}/s/if (n > limit .*/if (n == limit + DISPLIF_RING_LEN)/
