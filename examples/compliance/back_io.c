/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The judging backend: requests from the rings, answers, events; and the one wrong thing that a check wants. */
#include "back.h"

#include <string.h>

/* "Nobody told of a request", "events are not taken". */
#define UNHEARD_MS 500u
#define UNTOLD_MS 100u
#define UNCONSUMED_MS 2000u
/* Later than every time-out of a frontend. */
#define LATE_MS 4000u
/* How long a response waits for another one, to be given after it. */
#define SWAP_MS 100u
/*
 * What bytes without a meaning hold in our responses: a frontend must not look at them, and one that does not
 * write its next request there whole shows it. Bit 0 is clear, or it would be taken for REQ_ALLOC.
 */
#define DIRT 0xa4

static void notify(struct cc_back *b, uint32_t i, enum displif_chan chan)
{
	b->w->port.ops->chan_notify(b->w->port.ctx, b->link[i].chan[chan]);
}

/* --- answers --- */

static void publish(struct cc_back *b, uint32_t i)
{
	void *page = b->link[i].page[DISPLIF_CHAN_REQ];

	displif_wmb();
	raw_store(page, RAW_RSP_PROD, b->conn[i].prod);
	displif_mb();
	/* Whatever was asked for: what is judged is the frontend. */
	notify(b, i, DISPLIF_CHAN_REQ);
}

static void put(struct cc_back *b, uint32_t i, const union displif_wire *wire)
{
	struct cc_bconn *c = &b->conn[i];

	raw_put_slot(b->link[i].page[DISPLIF_CHAN_REQ], raw_ring_slot(c->prod), wire);
	c->prod++;
	publish(b, i);
}

static void forget(struct cc_bconn *c, uint16_t id)
{
	uint32_t k;

	for (k = 0; k < c->n_open; k++) {
		if (c->open[k] == id) {
			c->open[k] = c->open[--c->n_open];
			return;
		}
	}
}

/* What is done instead of @rsp. False: nothing of that kind, answer it. */
static bool spoil(struct cc_back *b, uint32_t i, union displif_wire *wire)
{
	struct cc_bconn *c = &b->conn[i];
	struct cc_plan *plan = &b->plan;
	union displif_wire extra;

	if (plan->done || plan->fault == CC_FAULT_NONE ||
	    (plan->op && plan->op != wire->rsp.operation))
		return false;
	switch (plan->fault) {
	case CC_FAULT_STATUS: /* see cc_back_serve() */
		return false;
	case CC_FAULT_ID:
		wire->rsp.id ^= 0x4000u;
		break;
	case CC_FAULT_OP:
		wire->rsp.operation ^= 1u;
		break;
	case CC_FAULT_EXTRA:
		extra = *wire;
		extra.rsp.id ^= 0x4000u;
		put(b, i, wire);
		*wire = extra;
		break;
	case CC_FAULT_AGAIN:
		if (!c->answered)
			return false;
		wire->rsp.id = c->last_id;
		wire->rsp.operation = c->last_op;
		break;
	case CC_FAULT_SILENT:
		plan->done = true;
		return true;
	case CC_FAULT_LATE:
	case CC_FAULT_SWAP:
		if (c->is_held)
			return false;
		c->held = *wire;
		c->is_held = true;
		c->held_until = cc_now(b->w) + (plan->fault == CC_FAULT_LATE ? LATE_MS : SWAP_MS);
		plan->done = plan->fault == CC_FAULT_LATE;
		return true;
	case CC_FAULT_JUMP:
		c->prod += 40;
		break;
	default:
		return false;
	}
	plan->done = true;
	put(b, i, wire);
	return true;
}

static void answer(struct cc_back *b, uint32_t i, uint16_t id, uint8_t op, int32_t status)
{
	struct cc_bconn *c = &b->conn[i];
	union displif_wire wire;

	memset(&wire, DIRT, sizeof(wire));
	wire.rsp.id = id;
	wire.rsp.operation = op;
	wire.rsp.status = status;
	forget(c, id);
	if (spoil(b, i, &wire))
		return;
	put(b, i, &wire);
	c->last_id = id;
	c->last_op = op;
	c->answered = true;
	if (c->is_held && b->plan.fault == CC_FAULT_SWAP) { /* its turn, after this one */
		c->is_held = false;
		b->plan.done = true;
		put(b, i, &c->held);
	}
}

/* --- events --- */

static void event(struct cc_back *b, uint32_t i, uint16_t id, uint64_t fb, uint8_t type)
{
	struct cc_bconn *c = &b->conn[i];
	void *page = b->link[i].page[DISPLIF_CHAN_EVT];
	union displif_wire wire;

	displif_evt_encode(&wire, id, fb);
	wire.evt.type = type;
	raw_put_slot(page, raw_evt_slot(c->in_prod), &wire);
	displif_wmb();
	c->in_prod++;
	raw_store(page, RAW_IN_PROD, c->in_prod);
	notify(b, i, DISPLIF_CHAN_EVT);
}

void cc_back_put_event(struct cc_back *b, uint32_t i, uint64_t fb)
{
	event(b, i, b->conn[i].evt_id++, fb, XENDISPL_EVT_PG_FLIP);
}

static void show(struct cc_back *b, uint32_t i, const struct cc_due *due)
{
	struct cc_bconn *c = &b->conn[i];

	switch (due->fault) {
	case CC_FAULT_EVT_GAP:
		c->evt_id = (uint16_t)(c->evt_id + 5u);
		break;
	case CC_FAULT_EVT_SAME:
		event(b, i, c->evt_id, due->fb, XENDISPL_EVT_PG_FLIP);
		break;
	case CC_FAULT_EVT_FB:
		cc_back_put_event(b, i, due->fb + 0x10001u);
		return;
	case CC_FAULT_EVT_TWICE:
		cc_back_put_event(b, i, due->fb);
		break;
	case CC_FAULT_EVT_NEVER:
		return;
	case CC_FAULT_EVT_TYPE:
		event(b, i, c->evt_id++, due->fb, 7);
		return;
	case CC_FAULT_EVT_JUMP:
		c->in_prod += 100;
		break;
	default:
		break;
	}
	cc_back_put_event(b, i, due->fb);
}

/* A flip was accepted: its event follows. */
static void flip(struct cc_back *b, uint32_t i, uint64_t fb)
{
	struct cc_bconn *c = &b->conn[i];
	struct cc_due *due;

	b->flips++;
	if (c->n_due == CC_BACK_FLIPS)
		return;
	due = &c->due[c->n_due++];
	*due = (struct cc_due){ .fb = fb, .at = cc_now(b->w) + CC_FRAME_MS };
	if (b->plan.fault >= CC_FAULT_EVT_GAP && !b->plan.done) {
		due->fault = b->plan.fault;
		b->plan.done = true;
	}
	if (due->fault == CC_FAULT_EVT_EARLY) {
		c->n_due--;
		cc_back_put_event(b, i, fb);
	}
}

static void judge_page(struct cc_back *b, uint32_t i)
{
	struct cc_bconn *c = &b->conn[i];
	uint32_t cons = raw_load(b->link[i].page[DISPLIF_CHAN_EVT], RAW_IN_CONS);
	uint64_t now = cc_now(b->w);

	if (b->plan.done) /* it may have seen nonsense */
		return;
	b->mon[CC_BMON_IN_CONS].seen++;
	b->mon[CC_BMON_CONSUMES].seen += c->in_prod != 0;
	if (c->in_prod - cons > DISPLIF_EVT_LEN)
		cc_back_broken(b, CC_BMON_IN_CONS, "in_cons is %u, in_prod %u", cons, c->in_prod);
	if (cons != c->in_cons || cons == c->in_prod || !c->unconsumed)
		c->unconsumed = now;
	else if (now - c->unconsumed > UNCONSUMED_MS)
		cc_back_broken(b, CC_BMON_CONSUMES, "%u events are not taken for %u ms",
			       c->in_prod - cons, UNCONSUMED_MS);
	c->in_cons = cons;
}

void cc_back_due(struct cc_back *b, uint32_t i)
{
	struct cc_bconn *c = &b->conn[i];
	uint64_t now = cc_now(b->w);
	struct cc_due due;

	while (c->n_due && c->due[0].at <= now) {
		due = c->due[0];
		c->n_due--;
		memmove(&c->due[0], &c->due[1], c->n_due * sizeof(due));
		show(b, i, &due);
	}
	if (c->is_held && c->held_until <= now) {
		c->is_held = false;
		put(b, i, &c->held);
	}
	if (c->unheard && now - c->unheard > UNHEARD_MS) {
		cc_back_broken(b, CC_BMON_NOTIFY, "request %u came without a notification",
			       c->cons);
		c->unheard = 0;
	}
	judge_page(b, i);
}

/* --- requests --- */

static void judge_id(struct cc_back *b, uint32_t i, uint16_t id)
{
	struct cc_bconn *c = &b->conn[i];
	uint32_t k;

	b->mon[CC_BMON_IDS].seen++;
	for (k = 0; k < c->n_open; k++) {
		if (c->open[k] == id)
			cc_back_broken(b, CC_BMON_IDS, "id %u is open already", id);
	}
	if (c->n_open < DISPLIF_RING_LEN)
		c->open[c->n_open++] = id;
}

/* All that have come, before one of them is answered. */
static void judge_ids(struct cc_back *b, uint32_t i, uint32_t prod)
{
	union displif_wire wire;
	uint32_t at;

	for (at = b->conn[i].cons; at != prod; at++) {
		raw_get_slot(b->link[i].page[DISPLIF_CHAN_REQ], raw_ring_slot(at), &wire);
		judge_id(b, i, wire.req.id);
	}
}

static void take(struct cc_back *b, uint32_t i, const union displif_wire *wire)
{
	uint8_t op = wire->req.operation;
	int32_t status;

	b->requests++;
	b->by_op[op >= 0x10 && op < 0x17 ? op - 0x10 : 7]++;
	if (b->plan.fault == CC_FAULT_STATUS && !b->plan.done &&
	    (!b->plan.op || b->plan.op == op)) {
		b->plan.done = true;
		answer(b, i, wire->req.id, op, b->plan.status);
		return;
	}
	status = cc_back_request(b, i, wire);
	if (op == XENDISPL_OP_PG_FLIP && status == 0)
		flip(b, i, wire->req.op.pg_flip.fb_cookie);
	answer(b, i, wire->req.id, op, status);
}

/* Requests lie there, and nobody told: not yet, or never. */
static void judge_silence(struct cc_back *b, uint32_t i)
{
	struct cc_bconn *c = &b->conn[i];

	if (!c->unheard)
		c->unheard = cc_now(b->w);
	else if (cc_now(b->w) - c->unheard > UNTOLD_MS)
		cc_back_broken(
			b, CC_BMON_NOTIFY,
			"requests up to %u came, another one after %u ms, and no notification",
			c->cons, UNTOLD_MS);
}

void cc_back_serve(struct cc_back *b, uint32_t i)
{
	struct cc_bconn *c = &b->conn[i];
	void *page = b->link[i].page[DISPLIF_CHAN_REQ];
	union displif_wire wire;
	uint32_t prod, rounds;

	for (rounds = 0; rounds < 4 && i < b->n; rounds++) {
		prod = raw_load(page, RAW_REQ_PROD);
		b->mon[CC_BMON_FULL].seen++;
		/* Those that we left without an answer count until the frontend gave up. It may be behind what we took. */
		if (prod - c->prod > DISPLIF_RING_LEN || prod - c->cons > DISPLIF_RING_LEN) {
			if (!b->plan.done)
				cc_back_broken(b, CC_BMON_FULL,
					       "req_prod is %u; %u responses were given", prod,
					       c->prod);
			return;
		}
		if (prod == c->cons)
			break;
		b->mon[CC_BMON_NOTIFY].seen++;
		if (c->fired[DISPLIF_CHAN_REQ] == c->heard)
			judge_silence(b, i);
		displif_rmb();
		judge_ids(b, i, prod);
		for (; c->cons != prod && i < b->n; c->cons++) {
			raw_get_slot(page, raw_ring_slot(c->cons), &wire);
			take(b, i, &wire);
		}
		raw_store(page, RAW_REQ_EVENT, c->cons + 1u);
		displif_mb();
	}
	if (c->fired[DISPLIF_CHAN_REQ] != c->heard)
		c->unheard = 0;
	c->heard = c->fired[DISPLIF_CHAN_REQ];
}
