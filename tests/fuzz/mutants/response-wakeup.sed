# SPDX-License-Identifier: MIT OR GPL-2.0-only
# front.c response: an answer that came before hold-off was armed is not looked for
s/if (displif__ring_rearm(&f->ring, 1))/if (displif__ring_rearm(\&f->ring, 1) \&\& f->err)/
