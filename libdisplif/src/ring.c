/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * One end of the request ring: the layout and hold-off of Xen's io/ring.h, with
 * private indices, one read of each shared word and bounds by constants.
 */
#include "priv.h"

/* Words of the ring page's header. */
#define REQ_PROD 0u
#define REQ_EVENT 1u
#define RSP_PROD 2u
#define RSP_EVENT 3u

/* Entries follow 64 bytes of header. */
#define SLOT(index) (8u + 8u * ((index) & (DISPLIF_RING_LEN - 1u)))

/* The words by role: @base is REQ_PROD for the frontend's end, RSP_PROD for the backend's. */
static inline uint32_t own_prod(const struct displif_ring *r)
{
	return r->base & RSP_PROD;
}

static inline uint32_t own_event(const struct displif_ring *r)
{
	return ((r->base ^ RSP_PROD) & RSP_PROD) | REQ_EVENT;
}

static inline uint32_t peer_prod(const struct displif_ring *r)
{
	return (r->base ^ RSP_PROD) & RSP_PROD;
}

static inline uint32_t peer_event(const struct displif_ring *r)
{
	return (r->base & RSP_PROD) | REQ_EVENT;
}

/* Written out, so that neither a compiler nor a reader has to wonder about a loop. */
void displif__copy_in(union displif_wire *wire, const volatile uint64_t *slot)
{
	wire->q[0] = displif_load64(&slot[0]);
	wire->q[1] = displif_load64(&slot[1]);
	wire->q[2] = displif_load64(&slot[2]);
	wire->q[3] = displif_load64(&slot[3]);
	wire->q[4] = displif_load64(&slot[4]);
	wire->q[5] = displif_load64(&slot[5]);
	wire->q[6] = displif_load64(&slot[6]);
	wire->q[7] = displif_load64(&slot[7]);
}

void displif__copy_out(volatile uint64_t *slot, const union displif_wire *wire)
{
	displif_store64(&slot[0], wire->q[0]);
	displif_store64(&slot[1], wire->q[1]);
	displif_store64(&slot[2], wire->q[2]);
	displif_store64(&slot[3], wire->q[3]);
	displif_store64(&slot[4], wire->q[4]);
	displif_store64(&slot[5], wire->q[5]);
	displif_store64(&slot[6], wire->q[6]);
	displif_store64(&slot[7], wire->q[7]);
}

static void reset(struct displif_ring *r, void *page, uint8_t base)
{
	*r = (struct displif_ring){ 0 };
	r->page = (volatile uint32_t *)page;
	r->base = base;
}

void displif__ring_create(struct displif_ring *r, void *page)
{
	memset(page, 0, DISPLIF_PAGE_SIZE);
	reset(r, page, REQ_PROD);
	displif_store32(&r->page[REQ_EVENT], 1);
	displif_store32(&r->page[RSP_EVENT], 1);
}

int displif__ring_attach(struct displif_ring *r, void *page, struct displif_diag *diag)
{
	uint32_t i, found;

	reset(r, page, RSP_PROD);
	for (i = 0; i < 4; i++) {
		found = displif_load32(&r->page[i]);
		if (found != (i & 1u))
			return displif__fail(diag, DISPLIF_E_PROTO,
					     DISPLIF__OF(RING, DISPLIF__INDEX + i), found, i & 1u);
	}
	return 0;
}

uint32_t displif__ring_space(const struct displif_ring *r)
{
	/* Front: slots of unanswered requests are taken. Back: one answer for each request taken. */
	if (r->base)
		return displif__sub32(r->cons, r->prod);
	return displif__sub32(DISPLIF_RING_LEN, displif__sub32(r->prod, r->cons));
}

void displif__ring_put(struct displif_ring *r, const union displif_wire *wire)
{
	volatile uint64_t *page = (volatile uint64_t *)r->page;

	displif__copy_out(&page[SLOT(r->prod)], wire);
	r->prod = displif__inc32(r->prod);
}

bool displif__ring_publish(struct displif_ring *r)
{
	uint32_t old = r->pub, event;

	if (r->prod == old)
		return false;
	/* The peer must see the messages before the index that covers them. */
	displif_wmb();
	displif_store32(&r->page[own_prod(r)], r->prod);
	r->pub = r->prod;
	/* The peer arms its event, then looks at our index; we do the opposite: one of us sees the other. */
	displif_mb();
	event = displif_load32(&r->page[peer_event(r)]);
	return displif__sub32(r->prod, event) < displif__sub32(r->prod, old);
}

int displif__ring_snapshot(struct displif_ring *r)
{
	uint32_t prod = displif_load32(&r->page[peer_prod(r)]);
	uint32_t limit, n;

	/* Front: never more answers than open requests. Back: never more than 32 unanswered. */
	limit = displif__sub32(r->pub, r->cons);
	if (r->base)
		limit = displif__sub32(DISPLIF_RING_LEN, displif__sub32(r->cons, r->pub));
	n = displif__sub32(prod, r->cons);
	if (n > limit || n > DISPLIF_RING_LEN || n < displif__sub32(r->seen, r->cons))
		return DISPLIF_E_PROTO;
	r->seen = prod;
	/* The messages must be read after the index that covers them. */
	displif_rmb();
	return (int)n;
}

int displif__ring_get(struct displif_ring *r, union displif_wire *wire)
{
	const volatile uint64_t *page = (const volatile uint64_t *)r->page;

	if (r->cons == r->seen)
		return 0;
	displif__copy_in(wire, &page[SLOT(r->cons)]);
	r->cons = displif__inc32(r->cons);
	return 1;
}

bool displif__ring_rearm(struct displif_ring *r, uint32_t ahead)
{
	uint32_t prod;

	displif_store32(&r->page[own_event(r)], displif__add32(r->cons, ahead));
	displif_mb();
	prod = displif_load32(&r->page[peer_prod(r)]);
	return displif__sub32(prod, r->cons) >= ahead;
}
