/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Plays the frontend's part of a recording to a back session, and compares what that one writes. */
#include "trace.h"

#include <stdlib.h>
#include <string.h>

#include "raw.h"

/* As examples/backend/ has them: a full table would be answered otherwise. */
#define DBUFS 256u
#define FBS 256u
#define FLIPS DISPLIF_BACK_MAX_PEND

struct conn {
	_Alignas(4096) unsigned char ring[4096];
	unsigned char events[4096];
	struct displif_back back;
	uint64_t pend[FLIPS];
	uint32_t req, rsp, evt; /* next indices */
	uint32_t req_prod;
	uint32_t duty;
};

struct play {
	const struct trace *t;
	struct trace_fault *fault;
	struct displif_quota quota;
	uint32_t flips;
	struct displif_guest guest;
	struct displif_dbuf dbuf[DBUFS];
	struct displif_fb fb[FBS];
	struct conn *conn;
};

static bool bind(struct play *p, uint32_t at)
{
	const uint32_t *n = p->t->line[at].n;

	p->quota = (struct displif_quota){
		.pages = n[0], .pages_per_s = n[1], .requests_per_irq = n[2], .be_alloc = n[3]
	};
	p->flips = n[4] < FLIPS ? n[4] : FLIPS;
	if (displif_guest_init(&p->guest, &p->quota, p->dbuf, DBUFS, p->fb, FBS))
		return trace_fail(p->fault, at, "the quota is refused");
	return true;
}

static bool attach(struct play *p, struct conn *c, uint32_t at)
{
	const struct trace_line *l = &p->t->line[at];
	uint32_t i;

	memset(c, 0, sizeof(*c));
	for (i = 0; i < 4; i++)
		raw_store(c->ring, i, l->n[i]);
	for (i = 0; i < 2; i++)
		raw_store(c->events, i, l->n[4 + i]);
	if (displif_back_attach(&c->back, &p->guest, l->conn, c->ring, c->events, c->pend, p->flips,
				NULL))
		return trace_fail(p->fault, at, "these pages are refused");
	return true;
}

/* All requests of a round lie there. Everything succeeds: what fails is refused by the session itself. */
static void serve(struct conn *c)
{
	struct displif_back_req req;

	raw_store(c->ring, RAW_REQ_PROD, c->req_prod);
	displif_back_irq(&c->back, DISPLIF_CHAN_REQ);
	while (displif_back_poll(&c->back, &req, 0))
		displif_back_complete(&c->back, req.handle, 0,
				      req.msg.op == XENDISPL_OP_GET_EDID ? DISPLIF_EDID_BLOCK : 0);
}

static bool same_slot(struct play *p, uint32_t at, const void *page, uint32_t slot, uint32_t next)
{
	const struct trace_line *l = &p->t->line[at];
	union displif_wire wire;
	uint32_t i;

	if (l->n[0] != next)
		return trace_fail(p->fault, at, "index %u, not %u", l->n[0], next);
	raw_get_slot(page, slot, &wire);
	for (i = 0; i < 16; i++) {
		if (wire.w[i] != l->wire.w[i])
			return trace_fail(p->fault, at, "word %u: we write %08x, not %08x", i,
					  wire.w[i], l->wire.w[i]);
	}
	return true;
}

static bool same_end(struct play *p, struct conn *c, uint32_t at)
{
	static const char *const notify[] = { "none", "req", "evt", "both" };
	const struct trace_line *l = &p->t->line[at];
	const uint32_t found[] = { raw_load(c->ring, RAW_RSP_PROD),
				   raw_load(c->ring, RAW_REQ_EVENT),
				   raw_load(c->events, RAW_IN_PROD) };
	const char *word = notify[c->duty & (DISPLIF_DO_NOTIFY_REQ | DISPLIF_DO_NOTIFY_EVT)];
	uint32_t i;

	for (i = 0; i < 3; i++) {
		if (found[i] != l->n[i])
			return trace_fail(p->fault, at, "index %u: we write %u, not %u", i,
					  found[i], l->n[i]);
	}
	if (c->rsp != found[0] || c->evt != found[2])
		return trace_fail(p->fault, at, "we have written more than that");
	if (strcmp(word, l->word) != 0)
		return trace_fail(p->fault, at, "we notify %s, not %s", word, l->word);
	if (c->duty & DISPLIF_DO_CLOSE)
		return trace_fail(p->fault, at, "the session died");
	return true;
}

static bool step(struct play *p, uint32_t at)
{
	const struct trace_line *l = &p->t->line[at];
	struct conn *c = &p->conn[l->conn];
	bool live = c->back.guest && !c->back.err;
	uint32_t i;

	if (l->kind >= TRACE_TAKE && l->kind <= TRACE_SENT && !live)
		return trace_fail(p->fault, at, "there is no connection");
	switch (l->kind) {
	case TRACE_BIND:
		return bind(p, at);
	case TRACE_PAGES:
		return attach(p, c, at);
	case TRACE_TAKE:
		c->req_prod = l->n[0];
		return true;
	case TRACE_REQ:
		if (l->n[0] != c->req)
			return trace_fail(p->fault, at, "request %u is next", c->req);
		raw_put_slot(c->ring, raw_ring_slot(c->req++), &l->wire);
		if (c->req == c->req_prod)
			serve(c);
		return true;
	case TRACE_DONE:
		if (displif_back_flip_done(&c->back, l->fb))
			return trace_fail(p->fault, at, "no flip is open");
		return true;
	case TRACE_SEND:
		raw_store(c->ring, RAW_RSP_EVENT, l->n[0]);
		raw_store(c->events, RAW_IN_CONS, l->n[1]);
		c->duty = displif_back_flush(&c->back);
		return true;
	case TRACE_RSP:
		c->rsp++;
		return same_slot(p, at, c->ring, raw_ring_slot(c->rsp - 1), c->rsp - 1);
	case TRACE_EVT:
		c->evt++;
		return same_slot(p, at, c->events, raw_evt_slot(c->evt - 1), c->evt - 1);
	case TRACE_SENT:
		return same_end(p, c, at);
	case TRACE_END:
		for (i = 0; i < p->t->connectors; i++)
			displif_back_kill(&p->conn[i].back, DISPLIF_E_GONE);
		return true;
	default:
		return true;
	}
}

bool trace_replay(const struct trace *t, struct trace_fault *fault)
{
	struct play *p = calloc(1, sizeof(*p));
	bool ok = true;
	uint32_t at;

	if (!p)
		abort();
	p->t = t;
	p->fault = fault;
	p->conn = aligned_alloc(4096, t->connectors * sizeof(*p->conn));
	if (!p->conn)
		abort();
	memset(p->conn, 0, t->connectors * sizeof(*p->conn));
	for (at = 0; ok && at < t->n; at++)
		ok = step(p, at);
	free(p->conn);
	free(p);
	return ok;
}
