/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the judged backend writes: taken from the pages, and watched for rules that it breaks. */
#include "front.h"

#include <string.h>

/* Whether @len bytes of a slot from @from on are 0. */
static bool zero(const union displif_wire *wire, size_t from, size_t len)
{
	const uint8_t *byte = (const uint8_t *)wire;
	size_t i;

	for (i = from; i < from + len; i++) {
		if (byte[i])
			return false;
	}
	return true;
}

/* Bytes of a response: id, operation, reserved, status; then the EDID's size, or nothing. */
static bool whole(const union displif_wire *wire)
{
	size_t used = wire->rsp.operation == XENDISPL_OP_GET_EDID ? 12 : 8;

	return zero(wire, 3, 1) && zero(wire, used, sizeof(*wire) - used);
}

/* The request that a response answers, or the oldest open one if there is no such. */
static struct cc_sent *match(struct cc_front *f, struct cc_conn *c, const union displif_wire *wire)
{
	struct cc_sent *sent = &c->sent[wire->rsp.id % CC_SENT], *oldest = NULL;
	uint32_t i;

	f->mon[CC_MON_ID].seen++;
	f->mon[CC_MON_ONCE].seen++;
	if (sent->open && sent->wire.req.id == wire->rsp.id)
		return sent;
	if (sent->wire.req.id == wire->rsp.id && sent->at) {
		cc_broken(f, CC_MON_ONCE, "a second response with id %u", wire->rsp.id);
		return NULL;
	}
	for (i = 0; i < CC_SENT; i++) {
		if (c->sent[i].open && (!oldest || c->sent[i].at < oldest->at))
			oldest = &c->sent[i];
	}
	if (oldest)
		cc_broken(f, CC_MON_ID, "a response with id %u, which is not open; %u is",
			  wire->rsp.id, oldest->wire.req.id);
	else
		cc_broken(f, CC_MON_ONCE, "a response with id %u, and nothing is open",
			  wire->rsp.id);
	return oldest;
}

/* What is known now of a flip that was answered. */
static void answered(struct cc_front *f, struct cc_conn *c, const struct cc_sent *sent,
		     int32_t status)
{
	struct cc_flip *flip = &c->flip[sent->wire.req.id % CC_FLIPS];

	if (!flip->used || flip->req != sent->wire.req.id)
		return;
	flip->answered = true;
	if (status && flip->shown)
		cc_broken(f, CC_MON_EVT_FLIP, "an event for a flip that was answered %d", status);
	if (status || flip->shown)
		flip->used = false;
}

static void judge(struct cc_front *f, struct cc_conn *c, const union displif_wire *wire)
{
	struct cc_sent *sent = match(f, c, wire);
	struct cc_rsp *rsp = &c->rsp[c->n_rsp % CC_RSPS];
	uint64_t took;

	if (!sent)
		return;
	took = cc_now(f->w) - sent->at;
	f->mon[CC_MON_OP].seen++;
	if (wire->rsp.operation != sent->wire.req.operation)
		cc_broken(f, CC_MON_OP, "operation 0x%02x of request %u answered as 0x%02x",
			  sent->wire.req.operation, sent->wire.req.id, wire->rsp.operation);
	f->mon[CC_MON_STATUS].seen++;
	if (wire->rsp.status > 0 || wire->rsp.status < DISPLIF_STATUS_MIN)
		cc_broken(f, CC_MON_STATUS, "operation 0x%02x answered %d",
			  sent->wire.req.operation, wire->rsp.status);
	f->mon[CC_MON_WHOLE].seen++;
	if (!whole(wire))
		cc_broken(
			f, CC_MON_WHOLE,
			"operation 0x%02x: bytes without a meaning are not 0 (%08x %08x %08x ...)",
			sent->wire.req.operation, wire->w[0], wire->w[2], wire->w[3]);
	f->mon[CC_MON_LATE].seen++;
	if (took > CC_ANSWER_MS)
		cc_broken(f, CC_MON_LATE, "operation 0x%02x answered after %u ms",
			  sent->wire.req.operation, (uint32_t)took);
	sent->open = false;
	rsp->wire = *wire;
	displif_rsp_decode(wire, &rsp->rsp);
	rsp->wire.req.id = sent->wire.req.id; /* by which it is looked for */
	c->n_rsp++;
	answered(f, c, sent, wire->rsp.status);
}

void cc_take_responses(struct cc_front *f, uint32_t i)
{
	struct cc_conn *c = &f->conn[i];
	void *page = f->link[i].page[DISPLIF_CHAN_REQ];
	union displif_wire wire;
	uint32_t prod, rounds;

	for (rounds = 0; rounds < 4; rounds++) {
		prod = raw_load(page, RAW_RSP_PROD);
		f->mon[CC_MON_PROD].seen++;
		if (prod - c->cons > c->prod - c->cons) {
			cc_broken(f, CC_MON_PROD,
				  "rsp_prod is %u; %u requests were sent, %u responses taken", prod,
				  c->prod, c->cons);
			f->sick = true;
			return;
		}
		displif_rmb();
		for (; c->cons != prod; c->cons++) {
			raw_get_slot(page, raw_ring_slot(c->cons), &wire);
			judge(f, c, &wire);
		}
		raw_store(page, RAW_RSP_EVENT, c->cons + c->ahead);
		displif_mb();
		if (raw_load(page, RAW_RSP_PROD) == prod)
			return;
	}
}

/* The oldest flip of a framebuffer whose event has not come. */
static struct cc_flip *flip_of(struct cc_conn *c, uint64_t fb)
{
	struct cc_flip *oldest = NULL;
	uint32_t i;

	for (i = 0; i < CC_FLIPS; i++) {
		struct cc_flip *flip = &c->flip[i];

		if (flip->used && !flip->shown && flip->fb == fb &&
		    (!oldest || (int16_t)(flip->req - oldest->req) < 0))
			oldest = flip;
	}
	return oldest;
}

static void judge_event(struct cc_front *f, struct cc_conn *c, const union displif_wire *wire)
{
	uint64_t fb = wire->evt.op.pg_flip.fb_cookie;
	struct cc_evt *evt = &c->evt[c->n_evt % CC_EVTS];
	struct cc_flip *flip = flip_of(c, fb);

	f->mon[CC_MON_EVT_TYPE].seen++;
	if (wire->evt.type != XENDISPL_EVT_PG_FLIP || !zero(wire, 3, 5) || !zero(wire, 16, 48))
		cc_broken(f, CC_MON_EVT_TYPE, "event %u: type %u, first words %08x %08x %08x",
			  wire->evt.id, wire->evt.type, wire->w[0], wire->w[1], wire->w[4]);
	f->mon[CC_MON_EVT_ID].seen++;
	if (wire->evt.id != c->evt_id)
		cc_broken(f, CC_MON_EVT_ID, "event id %u instead of %u", wire->evt.id, c->evt_id);
	c->evt_id = (uint16_t)(wire->evt.id + 1u);
	*evt = (struct cc_evt){ fb, wire->evt.id };
	c->n_evt++;
	f->mon[CC_MON_EVT_FLIP].seen++;
	f->mon[CC_MON_EVT_ONE].seen++;
	if (!flip) {
		cc_broken(f, CC_MON_EVT_FLIP,
			  "event %u for framebuffer 0x%llx, of which no flip is open", wire->evt.id,
			  (unsigned long long)fb);
		return;
	}
	if (cc_now(f->w) - flip->at > CC_EVENT_MS)
		cc_broken(f, CC_MON_EVT_ONE, "the event came %u ms after its flip",
			  (uint32_t)(cc_now(f->w) - flip->at));
	flip->shown = true;
	if (flip->answered)
		flip->used = false;
}

void cc_take_events(struct cc_front *f, uint32_t i)
{
	struct cc_conn *c = &f->conn[i];
	void *page = f->link[i].page[DISPLIF_CHAN_EVT];
	uint32_t prod = raw_load(page, RAW_IN_PROD);
	union displif_wire wire;

	f->mon[CC_MON_EVT_PROD].seen++;
	if (prod - c->in_cons > DISPLIF_EVT_LEN) {
		cc_broken(f, CC_MON_EVT_PROD, "in_prod is %u, and in_cons %u", prod, c->in_cons);
		f->sick = true;
		return;
	}
	if (prod == c->in_cons)
		return;
	displif_rmb();
	for (; c->in_cons != prod; c->in_cons++) {
		raw_get_slot(page, raw_evt_slot(c->in_cons), &wire);
		judge_event(f, c, &wire);
	}
	displif_mb();
	raw_store(page, RAW_IN_CONS, c->in_cons);
}

void cc_overdue(struct cc_front *f)
{
	uint64_t now = cc_now(f->w);
	uint32_t i, k;

	for (i = 0; i < f->n; i++) {
		struct cc_conn *c = &f->conn[i];

		for (k = 0; k < CC_SENT; k++) {
			if (c->sent[k].open && now - c->sent[k].at > CC_ANSWER_MS)
				cc_broken(f, CC_MON_LATE, "operation 0x%02x was not answered",
					  c->sent[k].wire.req.operation);
		}
		for (k = 0; k < CC_FLIPS; k++) {
			if (c->flip[k].used && c->flip[k].answered &&
			    now - c->flip[k].at > CC_EVENT_MS)
				cc_broken(f, CC_MON_EVT_ONE,
					  "a flip that was answered 0 had no event");
		}
	}
}
