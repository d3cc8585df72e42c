/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a driver does that trusts its peer: the macros of <xen/io/ring.h>, struct
 * copies, and barriers as strong as the library's. No checks, no table.
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stdbool.h>

#include <displif/env.h>

/* ring.h takes its barriers from its user. */
#undef xen_mb
#undef xen_rmb
#undef xen_wmb
#define xen_mb() displif_mb()
#define xen_rmb() displif_rmb()
#define xen_wmb() displif_wmb()

struct bare {
	struct xen_displif_front_ring front;
	struct xen_displif_back_ring back;
	struct xendispl_event_page *page;
	uint32_t in_prod, in_cons;
	uint16_t evt_id;
	uint32_t notify_req, notify_evt; /* by either end */
};

void bare_setup(struct bare *b);

static inline void bare_request(struct bare *b, const struct xendispl_req *req, uint16_t id)
{
	struct xendispl_req msg = *req;

	msg.id = id;
	*RING_GET_REQUEST(&b->front, b->front.req_prod_pvt) = msg;
	b->front.req_prod_pvt++;
}

static inline bool bare_push_requests(struct bare *b)
{
	bool notify;

	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&b->front, notify);
	b->notify_req += notify;
	return notify;
}

/* Puts one flip event into the page. */
static inline void bare_event(struct bare *b, uint64_t fb)
{
	struct xendispl_evt evt = { .id = b->evt_id++, .type = XENDISPL_EVT_PG_FLIP };

	evt.op.pg_flip.fb_cookie = fb;
	xen_mb();
	XENDISPL_IN_RING_REF(b->page, b->in_prod) = evt;
	b->in_prod++;
	xen_wmb();
	*(volatile uint32_t *)&b->page->in_prod = b->in_prod;
	b->notify_evt++; /* it has no hold-off */
}

/* Answers all requests; a flip gets its event too. Whether the frontend asked to be notified. */
static inline bool bare_serve(struct bare *b)
{
	struct xendispl_req req;
	struct xendispl_resp rsp;
	RING_IDX prod;
	unsigned int more;
	bool notify;

	do {
		prod = *(volatile RING_IDX *)&b->back.sring->req_prod;
		xen_rmb();
		while (b->back.req_cons != prod) {
			RING_COPY_REQUEST(&b->back, b->back.req_cons, &req);
			b->back.req_cons++;
			memset(&rsp, 0, sizeof(rsp));
			rsp.id = req.id;
			rsp.operation = req.operation;
			*RING_GET_RESPONSE(&b->back, b->back.rsp_prod_pvt) = rsp;
			b->back.rsp_prod_pvt++;
			if (req.operation == XENDISPL_OP_PG_FLIP)
				bare_event(b, req.op.pg_flip.fb_cookie);
		}
		RING_FINAL_CHECK_FOR_REQUESTS(&b->back, more);
	} while (more);
	RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&b->back, notify);
	b->notify_req += notify;
	return notify;
}

/* Takes all answers; how many there were. */
static inline uint32_t bare_collect(struct bare *b)
{
	struct xendispl_resp rsp;
	RING_IDX prod;
	uint32_t n = 0;
	unsigned int more;

	do {
		prod = *(volatile RING_IDX *)&b->front.sring->rsp_prod;
		xen_rmb();
		while (b->front.rsp_cons != prod) {
			RING_COPY_RESPONSE(&b->front, b->front.rsp_cons, &rsp);
			n += rsp.status == 0;
			b->front.rsp_cons++;
		}
		RING_FINAL_CHECK_FOR_RESPONSES(&b->front, more);
	} while (more);
	return n;
}

/* Takes all events; how many there were of framebuffer @fb. */
static inline uint32_t bare_events(struct bare *b, uint64_t fb)
{
	struct xendispl_evt evt;
	uint32_t prod = *(volatile uint32_t *)&b->page->in_prod, n = 0;

	xen_rmb();
	while (b->in_cons != prod) {
		evt = *(volatile struct xendispl_evt *)&XENDISPL_IN_RING_REF(b->page, b->in_cons);
		n += evt.op.pg_flip.fb_cookie == fb;
		b->in_cons++;
	}
	xen_mb();
	*(volatile uint32_t *)&b->page->in_cons = b->in_cons;
	return n;
}

#endif
