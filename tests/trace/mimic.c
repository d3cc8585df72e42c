/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Lets a front session say what a recorded frontend said, and plays the recorded backend to it. */
#include "trace.h"

#include <stdlib.h>
#include <string.h>

#include "raw.h"

/* What one request of the recording became. */
struct told {
	uint16_t golden, ours; /* ids */
	uint64_t token;
	uint64_t fb;
	bool open;   /* no answer yet */
	bool events; /* a flip event is owed */
};

struct conn {
	_Alignas(4096) unsigned char ring[4096];
	unsigned char events[4096];
	struct displif_front front;
	struct told told[DISPLIF_RING_LEN]; /* by slot of the request */
	uint64_t token;
	uint32_t req; /* next index */
	bool live;
};

struct play {
	const struct trace *t;
	struct trace_fault *fault;
	struct conn *conn;
};

static bool begin(struct play *p, struct conn *c, uint32_t at)
{
	/* No early looks: each answer asks for an interrupt, as Linux has it. */
	static const struct displif_front_cfg cfg = { .timeout_ms = 3000, .max_lost = 8 };

	memset(c, 0, sizeof(*c));
	if (displif_front_init(&c->front, &cfg, c->ring, c->events))
		return trace_fail(p->fault, at, "no session");
	c->live = true;
	return true;
}

static bool say(struct play *p, struct conn *c, uint32_t at)
{
	const struct trace_line *l = &p->t->line[at];
	struct told *told = &c->told[raw_ring_slot(c->req)];
	union displif_wire wire;
	struct displif_msg msg;
	uint32_t duty;

	*told = (struct told){ .token = ++c->token, .open = true };
	if (displif_req_decode(&l->wire, &told->golden, &msg))
		return trace_fail(p->fault, at, "an operation that we do not know");
	told->fb = msg.fb;
	told->events = msg.op == XENDISPL_OP_PG_FLIP;
	if (displif_front_submit(&c->front, &msg, told->token, 0))
		return trace_fail(p->fault, at, "our session refuses to send it");
	duty = displif_front_flush(&c->front);
	raw_get_slot(c->ring, raw_ring_slot(c->req), &wire);
	told->ours = wire.req.id;
	if (!trace_req_agrees(&wire, &l->wire))
		return trace_fail(p->fault, at, "our session writes something else");
	c->req++;
	if (raw_load(c->ring, RAW_REQ_PROD) != c->req)
		return trace_fail(p->fault, at, "our req_prod is %u, not %u",
				  raw_load(c->ring, RAW_REQ_PROD), c->req);
	/* It was asked to, since the backend had taken all and re-armed. */
	if (!(duty & DISPLIF_DO_NOTIFY_REQ))
		return trace_fail(p->fault, at, "our session does not notify");
	return true;
}

static bool hear(struct play *p, struct conn *c, uint32_t at, enum displif_ev type,
		 const struct told *told, int32_t status)
{
	struct displif_front_event ev;

	displif_front_irq(&c->front, type == DISPLIF_EV_FLIP ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ);
	if (!displif_front_poll(&c->front, &ev) || ev.type != type || ev.token != told->token)
		return trace_fail(p->fault, at, "our session makes %u of it, token %u", ev.type,
				  (uint32_t)ev.token);
	if (ev.status != status || (type == DISPLIF_EV_FLIP && ev.fb != told->fb))
		return trace_fail(p->fault, at, "status %d becomes %d", status, ev.status);
	if (displif_front_poll(&c->front, &ev))
		return trace_fail(p->fault, at, "it becomes two");
	if (displif_front_flush(&c->front))
		return trace_fail(p->fault, at, "it brings a duty about");
	return true;
}

static bool answer(struct play *p, struct conn *c, uint32_t at)
{
	const struct trace_line *l = &p->t->line[at];
	union displif_wire wire = l->wire;
	struct told *told = NULL;
	struct displif_rsp rsp;
	uint32_t i;

	displif_rsp_decode(&wire, &rsp);
	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		if (c->told[i].open && c->told[i].golden == rsp.id)
			told = &c->told[i];
	}
	if (!told)
		return trace_fail(p->fault, at, "an answer to nothing");
	told->open = false;
	if (rsp.status)
		told->events = false;
	wire.rsp.id = told->ours;
	raw_put_slot(c->ring, raw_ring_slot(l->n[0]), &wire);
	raw_store(c->ring, RAW_RSP_PROD, l->n[0] + 1);
	return hear(p, c, at, DISPLIF_EV_RSP, told, rsp.status);
}

static bool event(struct play *p, struct conn *c, uint32_t at)
{
	const struct trace_line *l = &p->t->line[at];
	struct told *told = NULL;
	uint64_t fb;
	uint16_t id;
	uint32_t i;

	if (displif_evt_decode(&l->wire, &id, &fb))
		return trace_fail(p->fault, at, "an event that we do not know");
	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		if (c->told[i].events && c->told[i].fb == fb)
			told = &c->told[i];
	}
	if (!told)
		return trace_fail(p->fault, at, "an event of nothing");
	told->events = false;
	raw_put_slot(c->events, raw_evt_slot(l->n[0]), &l->wire);
	raw_store(c->events, RAW_IN_PROD, l->n[0] + 1);
	if (!hear(p, c, at, DISPLIF_EV_FLIP, told, 0))
		return false;
	if (raw_load(c->events, RAW_IN_CONS) != l->n[0] + 1)
		return trace_fail(p->fault, at, "our session does not confirm it");
	return true;
}

/* Everything that was owed has come, and nothing was strange. */
static bool end(struct play *p, uint32_t at)
{
	struct conn *c;
	uint32_t i;

	for (i = 0; i < p->t->connectors; i++) {
		c = &p->conn[i];
		if (!c->live)
			continue;
		if (c->front.used || c->front.stats.stray || c->front.stats.id_gaps ||
		    c->front.stats.lost)
			return trace_fail(p->fault, at, "connector %u: %u open, %u stray, %u gaps",
					  i, c->front.used, c->front.stats.stray,
					  c->front.stats.id_gaps);
		displif_front_kill(&c->front, DISPLIF_E_GONE);
		c->live = false;
	}
	return true;
}

static bool step(struct play *p, uint32_t at)
{
	const struct trace_line *l = &p->t->line[at];
	struct conn *c = &p->conn[l->conn];

	if (l->kind >= TRACE_TAKE && l->kind <= TRACE_SENT && !c->live)
		return trace_fail(p->fault, at, "there is no connection");
	switch (l->kind) {
	case TRACE_PAGES:
		return begin(p, c, at);
	case TRACE_REQ:
		return say(p, c, at);
	case TRACE_SEND:
		/* Both had armed for this answer when the backend looked. With none open, ours need not. */
		if (at + 1 < p->t->n && l[1].kind == TRACE_RSP &&
		    raw_load(c->ring, RAW_RSP_EVENT) != l->n[0])
			return trace_fail(p->fault, at, "our rsp_event is %u",
					  raw_load(c->ring, RAW_RSP_EVENT));
		return true;
	case TRACE_RSP:
		return answer(p, c, at);
	case TRACE_EVT:
		return event(p, c, at);
	case TRACE_SENT:
		raw_store(c->ring, RAW_REQ_EVENT, l->n[1]);
		return true;
	case TRACE_END:
		return end(p, at);
	default:
		return true;
	}
}

bool trace_mimic(const struct trace *t, struct trace_fault *fault)
{
	struct play p = { .t = t, .fault = fault };
	bool ok = true;
	uint32_t at;

	p.conn = aligned_alloc(4096, t->connectors * sizeof(*p.conn));
	if (!p.conn)
		abort();
	memset(p.conn, 0, t->connectors * sizeof(*p.conn));
	for (at = 0; ok && at < t->n; at++)
		ok = step(&p, at);
	free(p.conn);
	return ok;
}
