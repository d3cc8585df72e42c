/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The event page: 63 slots behind two free-running indices (struct
 * xendispl_event_page). Slot = index % 63, and 2^32 is no multiple of 63: where
 * the index wraps the slots jump back by 4, so that at most 4 events may be
 * outstanding across it.
 */
#include "priv.h"

#define IN_CONS 0u
#define IN_PROD 1u

#define SLOT(index) (8u + 8u * ((index) % DISPLIF_EVT_LEN))

/* Slots 0 .. 3 are used both right before and right after the wrap. */
#define WRAP_ROOM 4u

void displif__evt_create(struct displif_evt *e, void *page)
{
	memset(page, 0, DISPLIF_PAGE_SIZE);
	*e = (struct displif_evt){ 0 };
	e->page = (volatile uint32_t *)page;
}

int displif__evt_attach(struct displif_evt *e, void *page, struct displif_diag *diag)
{
	uint32_t cons, prod;

	*e = (struct displif_evt){ 0 };
	e->page = (volatile uint32_t *)page;
	cons = displif_load32(&e->page[IN_CONS]);
	prod = displif_load32(&e->page[IN_PROD]);
	if (cons != prod)
		return displif__fail(diag, DISPLIF_E_PROTO, DISPLIF__OF(EVENT, DISPLIF__IN_PROD),
				     prod, cons);
	e->prod = prod;
	e->pub = prod;
	return 0;
}

int displif__evt_put(struct displif_evt *e, const union displif_wire *wire)
{
	volatile uint64_t *page = (volatile uint64_t *)e->page;
	uint32_t cons = displif_load32(&e->page[IN_CONS]);
	uint32_t used = displif__sub32(e->prod, cons);

	/* An index beyond what was published is nonsense: as if nothing was taken. */
	if (used >= DISPLIF_EVT_LEN || (e->prod < cons && used >= WRAP_ROOM))
		return 0;
	/* The guest has read the slot before it moved its index. */
	displif_mb();
	displif__copy_out(&page[SLOT(e->prod)], wire);
	e->prod = displif__inc32(e->prod);
	return 1;
}

bool displif__evt_publish(struct displif_evt *e)
{
	if (e->prod == e->pub)
		return false;
	displif_wmb();
	displif_store32(&e->page[IN_PROD], e->prod);
	e->pub = e->prod;
	return true;
}

int displif__evt_snapshot(struct displif_evt *e)
{
	uint32_t prod = displif_load32(&e->page[IN_PROD]);
	uint32_t n = displif__sub32(prod, e->cons);

	if (n > DISPLIF_EVT_LEN || n < displif__sub32(e->seen, e->cons))
		return DISPLIF_E_PROTO;
	e->seen = prod;
	displif_rmb();
	return (int)n;
}

int displif__evt_get(struct displif_evt *e, union displif_wire *wire)
{
	const volatile uint64_t *page = (const volatile uint64_t *)e->page;

	if (e->cons == e->seen)
		return 0;
	displif__copy_in(wire, &page[SLOT(e->cons)]);
	e->cons = displif__inc32(e->cons);
	return 1;
}

void displif__evt_confirm(struct displif_evt *e)
{
	/* What was copied must be read before the backend may overwrite it. */
	displif_mb();
	displif_store32(&e->page[IN_CONS], e->cons);
}
