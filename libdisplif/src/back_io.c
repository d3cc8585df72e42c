/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Back session: requests, one at a time, and what waits for room or for its turn. */
#include "back_priv.h"

#define BACKOFF_FIRST_MS 10u
#define BACKOFF_MAX_MS 1000u
/* Frontends give a request up after 3 s, and with it the device. */
#define HOLD_MAX_MS 2000u

void displif_back_irq(struct displif_back *b, enum displif_chan chan)
{
	uint32_t seen = b->ring.seen, waiting = b->n_pend;

	if (b->err)
		return;
	if (chan == DISPLIF_CHAN_REQ) {
		if (displif__ring_snapshot(&b->ring) < 0) {
			displif__back_die(b, DISPLIF_E_PROTO);
			return;
		}
		b->more = 0;
		if (b->ring.seen != seen)
			b->moved |= 1u << DISPLIF_CHAN_REQ;
		b->budget = b->guest->quota.requests_per_irq;
	}
	if (waiting)
		displif__back_deliver(b);
	if (b->n_pend != waiting)
		b->moved |= 1u << DISPLIF_CHAN_EVT;
}

/* A free slot for a request that is handed out, or DISPLIF_RING_LEN. */
static uint32_t find_slot(const struct displif_back *b)
{
	uint32_t i;

	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		if (!b->slot[i].busy)
			return i;
	}
	return DISPLIF_RING_LEN;
}

enum taken {
	TAKEN_OUT,     /* *@req is for the caller */
	TAKEN_REFUSED, /* answered */
	TAKEN_HELD,    /* waits for its turn */
	TAKEN_DEAD,
};

static enum taken take(struct displif_back *b, const union displif_wire *wire,
		       struct displif_back_req *req, uint64_t now)
{
	struct displif_back_pick pick = { DISPLIF_BACK_NONE, DISPLIF_BACK_NONE };
	struct displif_back_slot *s;
	uint64_t paced = b->guest->pace_at;
	int32_t status;
	uint32_t i, traits;
	uint16_t id;

	req->dbuf = NULL;
	req->fb = NULL;
	req->handle = 0;
	status = displif_req_decode(wire, &id, &req->msg) ? -DISPLIF_XEN_EOPNOTSUPP : 0;
	i = find_slot(b);
	if (i >= DISPLIF_RING_LEN) {
		/* Cannot happen: the ring has as many entries as the table. */
		displif__back_die(b, DISPLIF_E_BUG);
		return TAKEN_DEAD;
	}
	if (req->msg.op == XENDISPL_OP_DBUF_CREATE && b->index == 0 &&
	    !displif__back_pace(b->guest, req->msg.size, now, &b->pace_due)) {
		b->guest->stats.paced = displif__inc32(b->guest->stats.paced);
		/* What waits behind it waits as well: all of them together for no longer. */
		if (b->hold_from > now)
			b->hold_from = now;
		if (displif__ahead(b->pace_due, b->hold_from) <= HOLD_MAX_MS) {
			b->hold = *wire;
			b->held = 1;
			return TAKEN_HELD;
		}
		b->pace_due = DISPLIF_NEVER;
		status = -DISPLIF_XEN_EAGAIN;
	}
	b->guest->stats.requests = displif__inc32(b->guest->stats.requests);
	traits = displif__req_traits(req->msg.op);
	if (!status && ((b->index != 0 && traits & DISPLIF__REQ_RING0) ||
			(traits & DISPLIF__REQ_DBUF && req->msg.dbuf == 0) ||
			(traits & DISPLIF__REQ_FB && req->msg.fb == 0)))
		status = -DISPLIF_XEN_EINVAL;
	if (!status)
		status = displif__back_judge(b->guest, req, &pick);
	if (status) {
		/* A buffer that is not created is not paid for. */
		b->guest->pace_at = paced;
		displif__back_answer(b, id, req->msg.op, status, 0);
		return TAKEN_REFUSED;
	}
	if (req->msg.op == XENDISPL_OP_PG_FLIP) {
		b->flips = displif__inc32(b->flips);
		b->guest->stats.flips = displif__inc32(b->guest->stats.flips);
	}
	b->guest->serial = displif__inc32(b->guest->serial);
	s = &b->slot[i];
	s->handle = ((b->guest->serial & 0x7ffffffu) << 5) | i;
	s->dbuf = pick.dbuf;
	s->fb = pick.fb;
	s->size = req->msg.size;
	s->id = id;
	s->op = req->msg.op;
	s->busy = 1;
	req->handle = s->handle;
	return TAKEN_OUT;
}

int displif_back_poll(struct displif_back *b, struct displif_back_req *req, uint64_t now)
{
	union displif_wire wire = { 0 };
	enum taken taken = TAKEN_REFUSED;
	uint64_t ahead;

	while (!b->err && b->budget) {
		/* As many flips as the guest's event page and our queue can bear: the rest waits in the ring. */
		if (displif__add32(b->flips, b->n_pend) >= b->pend_cap)
			break;
		if (b->held) {
			/* A time too far ahead comes from a clock that jumped back: judge it anew. */
			ahead = displif__ahead(b->pace_due, now);
			if (ahead > 0 && ahead <= HOLD_MAX_MS)
				break;
			wire = b->hold;
			b->held = 0;
			b->pace_due = DISPLIF_NEVER;
		} else if (!displif__ring_get(&b->ring, &wire)) {
			break;
		}
		b->budget--;
		taken = take(b, &wire, req, now);
		if (taken == TAKEN_OUT)
			return 1;
		if (taken != TAKEN_REFUSED)
			break;
	}
	*req = (struct displif_back_req){ 0 };
	return 0;
}

uint64_t displif_back_deadline(const struct displif_back *b)
{
	return b->event_due < b->pace_due ? b->event_due : b->pace_due;
}

void displif_back_tick(struct displif_back *b, uint64_t now)
{
	if (b->err)
		return;
	/* A time too far ahead comes from a clock that jumped back. */
	if (b->n_pend &&
	    (b->event_due <= now || displif__ahead(b->event_due, now) > BACKOFF_MAX_MS)) {
		displif__back_deliver(b);
		if (b->n_pend) {
			b->backoff_ms = b->backoff_ms ? b->backoff_ms * 2u : BACKOFF_FIRST_MS;
			if (b->backoff_ms > BACKOFF_MAX_MS)
				b->backoff_ms = BACKOFF_MAX_MS;
			b->event_due = displif__after(now, b->backoff_ms);
		}
	}
	if (b->held && (b->pace_due <= now || displif__ahead(b->pace_due, now) > HOLD_MAX_MS))
		b->again = 1;
	b->budget = b->guest->quota.requests_per_irq;
}
