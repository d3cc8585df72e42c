/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What front.c and front_io.c share. */
#ifndef DISPLIF_FRONT_PRIV_H
#define DISPLIF_FRONT_PRIV_H

#include "priv.h"

#define SLOT_BIT(i) ((uint32_t)1 << (i))

/* Whether slot @i, below DISPLIF_RING_LEN, is in a set. */
static inline bool displif__front_in(const struct displif_front *f, enum displif_front_set set,
				     uint32_t i)
{
	return f->set[set] >> i & 1u;
}

/* The lowest slot in a set, of which there is one. */
uint32_t displif__front_lowest(uint32_t set);
/* Frees slot @i, whatever it still owes. */
void displif__front_free(struct displif_front *f, uint32_t i);
/* Ends the session: every token that is still wanted becomes a report. */
void displif__front_die(struct displif_front *f, int why);

#endif
