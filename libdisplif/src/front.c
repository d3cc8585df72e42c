/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Front session: its life, and what it sends. Receiving is in front_io.c. */
#include "front_priv.h"

/* An id is the slot in the low bits and a generation above, so that a late answer never matches a new request. */
#define ID_GENERATION DISPLIF_RING_LEN

int displif_front_init(struct displif_front *f, const struct displif_front_cfg *cfg,
		       void *ring_page, void *evt_page)
{
	uint32_t i;

	memset(f, 0, sizeof(*f));
	displif__ring_create(&f->ring, ring_page);
	displif__evt_create(&f->evt, evt_page);
	f->cfg = *cfg;
	f->armed_at = 1;
	for (i = 0; i < DISPLIF_RING_LEN; i++)
		f->slot[i].id = (uint16_t)i;
	if (cfg->timeout_ms < 1 || cfg->timeout_ms > 600000 || cfg->look_ms > 600000 ||
	    cfg->max_lost >= DISPLIF_RING_LEN || cfg->reserve > 16) {
		f->err = DISPLIF_E_INVAL;
		return DISPLIF_E_INVAL;
	}
	return 0;
}

void displif__front_free(struct displif_front *f, uint32_t i)
{
	struct displif_front_slot *s = &f->slot[i & (DISPLIF_RING_LEN - 1u)];
	uint32_t bit = (uint32_t)1 << (i & (DISPLIF_RING_LEN - 1u));

	if (!(f->busy & bit))
		return;
	if (s->flags & SLOT_REPORT && f->to_report)
		f->to_report--;
	if (s->flags & SLOT_LATE && f->late)
		f->late--;
	s->flags = 0;
	f->busy &= ~bit;
	if (f->used)
		f->used--;
}

void displif__front_die(struct displif_front *f, int why)
{
	uint32_t i;

	if (f->err)
		return;
	f->err = why;
	f->closing = 1;
	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		if (!(f->busy >> i & 1u) || f->slot[i].flags & SLOT_MUTE)
			continue;
		f->slot[i].flags |= SLOT_REPORT | SLOT_MUTE;
		f->to_report = displif__inc32(f->to_report);
	}
}

/* Slots that a request may take: those of the ring, and of the table behind it. */
static uint32_t free_slots(const struct displif_front *f)
{
	uint32_t ring = displif__ring_space(&f->ring);
	uint32_t table = displif__sub32(DISPLIF_RING_LEN, f->used);

	return ring < table ? ring : table;
}

uint32_t displif_front_space(const struct displif_front *f)
{
	uint32_t n = f->err ? 0 : free_slots(f);

	return n > f->cfg.reserve ? displif__sub32(n, f->cfg.reserve) : 0;
}

/* Whether the cookies that the operation needs are there. */
static bool cookies_ok(const struct displif_msg *msg)
{
	switch (msg->op) {
	case XENDISPL_OP_DBUF_CREATE:
	case XENDISPL_OP_DBUF_DESTROY:
		return msg->dbuf != 0;
	case XENDISPL_OP_FB_ATTACH:
		return msg->dbuf != 0 && msg->fb != 0;
	case XENDISPL_OP_FB_DETACH:
	case XENDISPL_OP_PG_FLIP:
		return msg->fb != 0;
	default:
		return true;
	}
}

/* Takes a free slot; the caller knows that there is one. */
static uint32_t take_slot(struct displif_front *f)
{
	uint32_t i, k;

	for (k = 0; k < DISPLIF_RING_LEN; k++) {
		i = (f->next + k) & (DISPLIF_RING_LEN - 1u);
		if (!(f->busy >> i & 1u))
			break;
	}
	i = (f->next + k) & (DISPLIF_RING_LEN - 1u);
	f->next = (i + 1u) & (DISPLIF_RING_LEN - 1u);
	f->busy |= (uint32_t)1 << i;
	f->used = displif__inc32(f->used);
	return i;
}

int displif_front_submit(struct displif_front *f, const struct displif_msg *msg, uint64_t token,
			 uint64_t now)
{
	bool urgent = msg->op == XENDISPL_OP_PG_FLIP || msg->op == XENDISPL_OP_SET_CONFIG;
	struct displif_front_slot *s;
	union displif_wire wire;
	uint32_t i;

	if (f->err)
		return f->err;
	if (!cookies_ok(msg) || displif_req_encode(&wire, 0, msg))
		return DISPLIF_E_INVAL;
	if (free_slots(f) <= (urgent ? 0 : f->cfg.reserve)) {
		f->stats.full = displif__inc32(f->stats.full);
		return DISPLIF_E_FULL;
	}
	i = take_slot(f);
	s = &f->slot[i];
	s->id = (uint16_t)((s->id + ID_GENERATION) & 0xffffu);
	s->token = token;
	s->op = msg->op;
	s->fb = msg->op == XENDISPL_OP_PG_FLIP ? msg->fb : 0;
	s->size = msg->size;
	s->order = f->order;
	s->due = displif__after(now, f->cfg.timeout_ms);
	s->look = displif__after(now, f->cfg.look_ms);
	s->flags = SLOT_RSP;
	if (msg->op == XENDISPL_OP_PG_FLIP) {
		s->flags |= SLOT_EVT;
		if (f->cfg.look_ms)
			s->flags |= SLOT_QUIET;
	}
	if (s->flags & SLOT_QUIET)
		f->quiet = displif__inc32(f->quiet);
	else
		f->owed = displif__inc32(f->owed);
	f->order = displif__inc32(f->order);
	f->stats.requests = displif__inc32(f->stats.requests);
	wire.req.id = s->id;
	displif__ring_put(&f->ring, &wire);
	return 0;
}

uint32_t displif_front_flush(struct displif_front *f)
{
	uint32_t duty = 0;

	if (!f->err) {
		if (displif__ring_publish(&f->ring)) {
			duty |= DISPLIF_DO_NOTIFY_REQ;
			f->stats.notified = displif__inc32(f->stats.notified);
		}
		/* After a time of flips only, nobody has asked for a notification yet. */
		if (f->owed && f->armed_at != displif__inc32(f->ring.cons)) {
			f->armed_at = displif__inc32(f->ring.cons);
			if (displif__ring_rearm(&f->ring, 1))
				f->again = 1;
		}
	}
	if (f->to_report)
		f->again = 1;
	if (f->again)
		duty |= DISPLIF_DO_POLL;
	if (f->closing)
		duty |= DISPLIF_DO_CLOSE;
	f->again = 0;
	f->closing = 0;
	return duty;
}

uint32_t displif_front_forget(struct displif_front *f, uint64_t token)
{
	uint32_t i, n = 0;

	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		if (!(f->busy >> i & 1u) || f->slot[i].token != token)
			continue;
		if (f->slot[i].flags & SLOT_REPORT) {
			f->slot[i].flags &= 0xffu - SLOT_REPORT;
			if (f->to_report)
				f->to_report--;
		} else if (f->slot[i].flags & SLOT_MUTE) {
			continue;
		}
		f->slot[i].flags |= SLOT_MUTE;
		n = displif__inc32(n);
	}
	return n;
}

void displif_front_kill(struct displif_front *f, int why)
{
	displif__front_die(f, why ? why : DISPLIF_E_STATE);
	f->closing = 0;
}
