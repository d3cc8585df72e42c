/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the two halves of the EDID parser share: the list of modes. */
#ifndef DISPLIF_EDID_PRIV_H
#define DISPLIF_EDID_PRIV_H

#include "priv.h"

/* Bytes of a detailed timing or display descriptor. */
#define DISPLIF__DTD 18u

/* The caller's array while it is being filled. */
struct displif__modes {
	struct displif_mode *mode;
	uint32_t cap, n, dropped;
	bool square; /* aspect 0 is 1:1 (before EDID 1.3) */
};

/* Adds the detailed timing of 18 bytes at @d, unless its geometry is impossible. */
void displif__edid_detailed(struct displif__modes *list, const uint8_t *d);
/* Adds @count standard timings of 2 bytes each. */
void displif__edid_standard(struct displif__modes *list, const uint8_t *s, uint32_t count);
/* Adds the established timings of the three bytes at @e. */
void displif__edid_established(struct displif__modes *list, const uint8_t *e);

#endif
