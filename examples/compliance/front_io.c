/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The judging frontend's messages through the raw pages. */
#include "front.h"

#include <string.h>

/* --- requests --- */

void cc_put_wire(struct cc_front *f, uint32_t i, const union displif_wire *wire)
{
	struct cc_conn *c = &f->conn[i];
	struct cc_sent *sent = &c->sent[wire->req.id % CC_SENT];

	sent->wire = *wire;
	sent->at = cc_now(f->w);
	sent->open = true;
	if (wire->req.operation == XENDISPL_OP_PG_FLIP) {
		struct cc_flip *flip = &c->flip[wire->req.id % CC_FLIPS];

		*flip = (struct cc_flip){ .fb = wire->req.op.pg_flip.fb_cookie,
					  .at = sent->at,
					  .req = wire->req.id,
					  .used = true };
	}
	raw_put_slot(f->link[i].page[DISPLIF_CHAN_REQ], raw_ring_slot(c->prod), wire);
	c->prod++;
}

void cc_publish(struct cc_front *f, uint32_t i)
{
	void *page = f->link[i].page[DISPLIF_CHAN_REQ];
	uint32_t old = raw_load(page, RAW_REQ_PROD), event;

	displif_wmb();
	raw_store(page, RAW_REQ_PROD, f->conn[i].prod);
	displif_mb();
	event = raw_load(page, RAW_REQ_EVENT);
	if (f->conn[i].prod - event < f->conn[i].prod - old)
		f->w->port.ops->chan_notify(f->w->port.ctx, f->link[i].chan[DISPLIF_CHAN_REQ]);
}

uint16_t cc_put(struct cc_front *f, uint32_t i, const struct displif_msg *msg)
{
	union displif_wire wire;
	uint16_t id = f->conn[i].id++;

	displif_req_encode(&wire, id, msg);
	cc_put_wire(f, i, &wire);
	return id;
}

uint16_t cc_send(struct cc_front *f, uint32_t i, const struct displif_msg *msg)
{
	uint16_t id = cc_put(f, i, msg);

	cc_publish(f, i);
	return id;
}

uint32_t cc_open_requests(const struct cc_front *f, uint32_t i)
{
	uint32_t k, n = 0;

	for (k = 0; k < CC_SENT; k++)
		n += f->conn[i].sent[k].open;
	return n;
}

/* --- what comes --- */

void cc_take(struct cc_front *f, uint32_t i)
{
	struct cc_conn *c = &f->conn[i];

	if (i >= f->n || c->deaf)
		return;
	cc_take_responses(f, i);
	if (!c->lazy)
		cc_take_events(f, i);
}

void cc_front_event(void *arg, void *tag)
{
	struct cc_front *f = arg;
	const struct cc_tag *t = tag;

	if (t->conn >= f->n)
		return;
	f->conn[t->conn].fired[t->chan]++;
	cc_take(f, t->conn);
}

/* --- waiting --- */

struct waiting {
	struct cc_front *f;
	uint32_t conn, n;
	uint16_t id;
	const struct cc_rsp *rsp;
};

static bool has_answer(void *arg)
{
	struct waiting *wait = arg;
	struct cc_conn *c = &wait->f->conn[wait->conn];
	uint32_t k;

	cc_take(wait->f, wait->conn);
	if (c->sent[wait->id % CC_SENT].open && c->sent[wait->id % CC_SENT].wire.req.id == wait->id)
		return false;
	for (k = 0; k < CC_RSPS && k < c->n_rsp; k++) {
		const struct cc_rsp *rsp = &c->rsp[(c->n_rsp - 1u - k) % CC_RSPS];

		if (rsp->wire.req.id == wait->id) {
			wait->rsp = rsp;
			break;
		}
	}
	return true;
}

const struct cc_rsp *cc_await(struct cc_front *f, uint32_t i, uint16_t id, uint32_t ms)
{
	struct waiting wait = { .f = f, .conn = i, .id = id };

	cc_until(f->w, has_answer, &wait, ms);
	if (!wait.rsp)
		f->sick = true;
	return wait.rsp;
}

int32_t cc_call(struct cc_front *f, uint32_t i, const struct displif_msg *msg)
{
	const struct cc_rsp *rsp = cc_await(f, i, cc_send(f, i, msg), CC_PATIENCE_MS);

	return rsp ? rsp->rsp.status : CC_SILENT;
}

int32_t cc_call_wire(struct cc_front *f, uint32_t i, union displif_wire *wire)
{
	const struct cc_rsp *rsp;

	wire->req.id = f->conn[i].id++;
	cc_put_wire(f, i, wire);
	cc_publish(f, i);
	rsp = cc_await(f, i, wire->req.id, CC_PATIENCE_MS);
	return rsp ? rsp->rsp.status : CC_SILENT;
}

static bool has_events(void *arg)
{
	struct waiting *wait = arg;

	cc_take(wait->f, wait->conn);
	return wait->f->conn[wait->conn].n_evt >= wait->n;
}

bool cc_await_events(struct cc_front *f, uint32_t i, uint32_t n, uint32_t ms)
{
	struct waiting wait = { .f = f, .conn = i, .n = n };

	return cc_until(f->w, has_events, &wait, ms);
}

static bool is_idle(void *arg)
{
	struct waiting *wait = arg;
	const struct cc_conn *c = &wait->f->conn[wait->conn];
	uint32_t k;

	cc_take(wait->f, wait->conn);
	for (k = 0; k < CC_FLIPS; k++) {
		if (c->flip[k].used)
			return false;
	}
	return cc_open_requests(wait->f, wait->conn) == 0;
}

bool cc_await_idle(struct cc_front *f, uint32_t i, uint32_t ms)
{
	struct waiting wait = { .f = f, .conn = i };

	return cc_until(f->w, is_idle, &wait, ms);
}
