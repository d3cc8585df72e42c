# SPDX-License-Identifier: MIT OR GPL-2.0-only
# back.c request: a session that is dead publishes what it had staged
/^uint32_t displif_back_flush(/,/^}/s/if (!b->err) {/if (b->ring.page) {/
