/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The pages of the comparison by hand. */
#include "bare.h"

static _Alignas(4096) unsigned char ring_page[4096], evt_page[4096];

/* The macros for a ring's size mix signs. */
#pragma GCC diagnostic ignored "-Wsign-conversion"

void bare_setup(struct bare *b)
{
	struct xen_displif_sring *sring = (void *)ring_page;

	memset(b, 0, sizeof(*b));
	memset(ring_page, 0, sizeof(ring_page));
	memset(evt_page, 0, sizeof(evt_page));
	XEN_FRONT_RING_INIT(&b->front, sring, sizeof(ring_page));
	BACK_RING_INIT(&b->back, sring, sizeof(ring_page));
	b->page = (void *)evt_page;
}
