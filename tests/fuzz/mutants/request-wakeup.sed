# SPDX-License-Identifier: MIT OR GPL-2.0-only
# back.c request: a request that came before hold-off was armed is not looked for
s/if (displif__ring_rearm(&b->ring, 1))/if (displif__ring_rearm(\&b->ring, 1) \&\& b->failed)/
