/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Back session: its life, and what it sends. Receiving is in back_io.c, the tables in back_bufs.c. */
#include "back_priv.h"

int displif_back_attach(struct displif_back *b, struct displif_guest *guest, uint32_t index,
			void *ring_page, void *evt_page, uint64_t *pend, uint32_t pend_cap,
			struct displif_diag *diag)
{
	int err;

	memset(b, 0, sizeof(*b));
	b->guest = guest;
	b->index = index;
	b->pend = pend;
	b->pend_cap = pend_cap;
	b->armed_at = 1;
	b->event_due = DISPLIF_NEVER;
	b->pace_due = DISPLIF_NEVER;
	b->hold_from = DISPLIF_NEVER;
	err = displif__ring_attach(&b->ring, ring_page, diag);
	b->err = displif__evt_attach(&b->evt, evt_page, err ? NULL : diag);
	if (err)
		b->err = err;
	if (index >= DISPLIF_MAX_CONNECTORS || pend_cap < 1 || pend_cap > DISPLIF_BACK_MAX_PEND) {
		b->err = DISPLIF_E_INVAL;
		return displif__fail(diag, DISPLIF_E_INVAL, DISPLIF__OF(CONFIG, DISPLIF__PEND_CAP),
				     pend_cap, DISPLIF_BACK_MAX_PEND);
	}
	if (b->err && diag)
		diag->connector = index;
	return b->err;
}

void displif__back_die(struct displif_back *b, int why)
{
	if (b->err)
		return;
	b->err = why;
	b->closing = 1;
	b->held = 0;
	b->again = 0;
	b->n_pend = 0;
	b->event_due = DISPLIF_NEVER;
	b->pace_due = DISPLIF_NEVER;
}

void displif_back_kill(struct displif_back *b, int why)
{
	displif__back_die(b, why ? why : DISPLIF_E_STATE);
	b->closing = 0;
}

void displif__back_answer(struct displif_back *b, uint16_t id, uint8_t op, int32_t status,
			  uint32_t edid_sz)
{
	struct displif_rsp rsp = { status, edid_sz, id, op };
	union displif_wire wire;

	/* Cannot happen: each request taken is answered once. Never write over a request. */
	if (displif__ring_space(&b->ring) == 0) {
		displif__back_die(b, DISPLIF_E_BUG);
		return;
	}
	if (status < 0) {
		/* A frontend that expects a flip event may not have asked to be told of answers. */
		b->failed = 1;
		b->guest->stats.refused = displif__inc32(b->guest->stats.refused);
	}
	displif_rsp_encode(&wire, &rsp);
	displif__ring_put(&b->ring, &wire);
}

int displif_back_complete(struct displif_back *b, uint32_t handle, int32_t status, uint32_t edid_sz)
{
	struct displif_back_slot *s = &b->slot[handle & (DISPLIF_RING_LEN - 1u)];
	struct displif_back_pick pick;

	if (!s->busy || s->handle != handle || status > 0 || status < DISPLIF_STATUS_MIN)
		return DISPLIF_E_INVAL;
	if (s->op != XENDISPL_OP_GET_EDID || status < 0)
		edid_sz = 0;
	else if (edid_sz > s->size || edid_sz == 0 || edid_sz & (DISPLIF_EDID_BLOCK - 1u))
		return DISPLIF_E_INVAL;
	pick.dbuf = s->dbuf;
	pick.fb = s->fb;
	displif__back_settle(b->guest, s->op, &pick, status);
	if (s->op == XENDISPL_OP_PG_FLIP && status < 0 && b->flips)
		b->flips--;
	s->busy = 0;
	if (b->err)
		return DISPLIF_E_STATE;
	displif__back_answer(b, s->id, s->op, status, edid_sz);
	return 0;
}

/* 1 if the event is in the page, 0 if there is no room. */
static int put_event(struct displif_back *b, uint64_t fb)
{
	union displif_wire wire;

	displif_evt_encode(&wire, b->evt_id, fb);
	if (!displif__evt_put(&b->evt, &wire))
		return 0;
	b->evt_id = (uint16_t)((b->evt_id + 1u) & 0xffffu);
	b->guest->stats.events = displif__inc32(b->guest->stats.events);
	return 1;
}

void displif__back_deliver(struct displif_back *b)
{
	uint32_t head;

	while (b->n_pend) {
		head = b->pend_head;
		if (head >= b->pend_cap || !put_event(b, b->pend[head]))
			return;
		b->pend_head = head + 1u < b->pend_cap ? head + 1u : 0;
		b->n_pend--;
	}
	b->event_due = DISPLIF_NEVER;
	b->backoff_ms = 0;
}

int displif_back_flip_done(struct displif_back *b, uint64_t fb)
{
	uint64_t at;

	if (b->err || b->flips == 0)
		return DISPLIF_E_STATE;
	b->flips--;
	if (b->n_pend == 0 && put_event(b, fb))
		return 0;
	/* flips + n_pend never exceeds pend_cap: poll() takes no flip beyond. */
	at = (uint64_t)b->pend_head + b->n_pend;
	if (at >= b->pend_cap)
		at -= b->pend_cap;
	if (at >= b->pend_cap)
		return DISPLIF_E_BUG;
	b->pend[at] = fb;
	if (b->n_pend == 0)
		b->event_due = 0;
	b->n_pend = displif__inc32(b->n_pend);
	b->guest->stats.event_full = displif__inc32(b->guest->stats.event_full);
	return 0;
}

/* What is left to do with requests that came, or else asks for the next one. */
static void settle(struct displif_back *b)
{
	uint32_t next = displif__inc32(b->ring.cons);

	if (b->ring.seen != b->ring.cons) {
		/* Nothing but the caller's poll() keeps them waiting. */
		if (!b->held && displif__add32(b->flips, b->n_pend) < b->pend_cap)
			b->again = 1;
		return;
	}
	if (b->armed_at != next) {
		b->armed_at = next;
		if (displif__ring_rearm(&b->ring, 1)) {
			b->again = 1;
			b->more = 1;
		}
	}
	/* Nothing is left that could have waited for a buffer's turn. */
	if (!b->held && !b->more)
		b->hold_from = DISPLIF_NEVER;
}

uint32_t displif_back_flush(struct displif_back *b)
{
	uint32_t duty = 0;
	bool fresh;

	if (!b->err) {
		fresh = b->ring.prod != b->ring.pub;
		if (displif__ring_publish(&b->ring) || (fresh && b->failed))
			duty |= DISPLIF_DO_NOTIFY_REQ;
		if (displif__evt_publish(&b->evt))
			duty |= DISPLIF_DO_NOTIFY_EVT;
		b->guest->stats.notified =
			displif__add32(b->guest->stats.notified, (duty & 1u) + (duty >> 1 & 1u));
		settle(b);
	}
	if (b->again)
		duty |= DISPLIF_DO_POLL;
	if (b->closing)
		duty |= DISPLIF_DO_CLOSE;
	b->again = 0;
	b->closing = 0;
	b->failed = 0;
	return duty;
}

bool displif_back_idle(struct displif_back *b, enum displif_chan chan)
{
	uint8_t bit = chan == DISPLIF_CHAN_EVT ? 1u << DISPLIF_CHAN_EVT : 1u << DISPLIF_CHAN_REQ;
	bool idle = !(b->moved & bit);

	b->moved &= (uint8_t)(0xffu - bit);
	return idle;
}
