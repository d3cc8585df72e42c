/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Front session: its life, and what it sends. Receiving is in front_io.c. */
#include "front_priv.h"

/* An id is the slot in the low bits and a generation above, so that a late answer never matches a new request. */
#define ID_GENERATION DISPLIF_RING_LEN
#define ID_MASK (0x10000u - ID_GENERATION)

int displif_front_init(struct displif_front *f, const struct displif_front_cfg *cfg,
		       void *ring_page, void *evt_page)
{
	memset(f, 0, sizeof(*f));
	displif__ring_create(&f->ring, ring_page);
	displif__evt_create(&f->evt, evt_page);
	f->cfg = *cfg;
	f->armed_at = 1;
	if (cfg->timeout_ms < 1 || cfg->timeout_ms > 600000 || cfg->look_ms > 600000 ||
	    cfg->max_lost >= DISPLIF_RING_LEN || cfg->reserve > 16)
		f->err = DISPLIF_E_INVAL;
	return f->err;
}

uint32_t displif__front_lowest(uint32_t set)
{
	/* By the upper five bits of 2^n times a number in which each five bits next to each other differ. */
	static const uint8_t index[DISPLIF_RING_LEN] = {
		0,  1,	28, 2,	29, 14, 24, 3, 30, 22, 20, 15, 25, 17, 4,  8,
		31, 27, 13, 23, 21, 19, 16, 7, 26, 12, 18, 6,  11, 5,  10, 9,
	};
	uint64_t lowest = set & displif__sub32(0, set);

	return index[(lowest * 0x077cb531u & UINT32_MAX) >> 27];
}

void displif__front_free(struct displif_front *f, uint32_t i)
{
	uint32_t k;

	f->used = displif__sub32(f->used, 1);
	for (k = 0; k < DISPLIF_SETS; k++)
		f->set[k] &= UINT32_MAX - SLOT_BIT(i);
}

void displif__front_die(struct displif_front *f, int why)
{
	if (f->err)
		return;
	f->err = why;
	f->closing = 1;
	f->set[DISPLIF_SET_REPORT] |=
		f->set[DISPLIF_SET_BUSY] & (UINT32_MAX - f->set[DISPLIF_SET_MUTE]);
	f->set[DISPLIF_SET_MUTE] = f->set[DISPLIF_SET_BUSY];
	f->set[DISPLIF_SET_SHOWN] = 0;
	f->again = 0;
}

/*
 * Slots that a request may take. The ring has at least as many: what it holds
 * unanswered occupies a slot each.
 */
static uint32_t free_slots(const struct displif_front *f)
{
	return displif__sub32(DISPLIF_RING_LEN, f->used);
}

uint32_t displif_front_space(const struct displif_front *f)
{
	uint32_t n = f->err ? 0 : free_slots(f);

	return n > f->cfg.reserve ? displif__sub32(n, f->cfg.reserve) : 0;
}

int displif_front_submit(struct displif_front *f, const struct displif_msg *msg, uint64_t token,
			 uint64_t now)
{
	uint32_t i, traits = displif__req_traits(msg->op), reserve = f->cfg.reserve;
	struct displif_front_slot *s;
	union displif_wire wire;

	if (f->err)
		return f->err;
	if ((traits & DISPLIF__REQ_DBUF && !msg->dbuf) || (traits & DISPLIF__REQ_FB && !msg->fb) ||
	    displif_req_encode(&wire, 0, msg))
		return DISPLIF_E_INVAL;
	if (traits & DISPLIF__REQ_URGENT)
		reserve = 0;
	if (free_slots(f) <= reserve) {
		f->stats.full = displif__inc32(f->stats.full);
		return DISPLIF_E_FULL;
	}
	i = displif__front_lowest(UINT32_MAX - f->set[DISPLIF_SET_BUSY]);
	f->used = displif__inc32(f->used);
	f->set[DISPLIF_SET_BUSY] |= SLOT_BIT(i);
	f->set[DISPLIF_SET_RSP] |= SLOT_BIT(i);
	s = &f->slot[i];
	s->fb = 0;
	if (msg->op == XENDISPL_OP_PG_FLIP) {
		s->fb = msg->fb;
		f->set[DISPLIF_SET_EVT] |= SLOT_BIT(i);
		if (f->cfg.look_ms)
			f->set[DISPLIF_SET_QUIET] |= SLOT_BIT(i);
	}
	s->id = (uint16_t)((((uint32_t)s->id + ID_GENERATION) & ID_MASK) | i);
	s->token = token;
	s->op = msg->op;
	s->size = msg->size;
	s->order = f->order;
	s->due = displif__after(now, f->cfg.timeout_ms);
	s->look = displif__after(now, f->cfg.look_ms);
	f->order = displif__next(f->order);
	f->stats.requests = displif__inc32(f->stats.requests);
	wire.req.id = s->id;
	displif__ring_put(&f->ring, &wire);
	return 0;
}

/*
 * Confirms what was taken, and asks for the next interrupt if a response is owed
 * that has to raise one: a flip's, too, once its event has come without it.
 */
static void settle(struct displif_front *f)
{
	uint32_t quiet = f->set[DISPLIF_SET_QUIET] & f->set[DISPLIF_SET_EVT];
	uint32_t next = displif__inc32(f->ring.cons);

	if (f->confirmed != f->evt.cons) {
		f->confirmed = f->evt.cons;
		displif__evt_confirm(&f->evt);
	}
	if (f->ring.seen != f->ring.cons || f->evt.seen != f->evt.cons) {
		f->again = 1;
		return;
	}
	if (f->armed_at == next || !(f->set[DISPLIF_SET_RSP] & (UINT32_MAX - quiet)))
		return;
	f->armed_at = next;
	if (displif__ring_rearm(&f->ring, 1))
		f->again = 1;
}

uint32_t displif_front_flush(struct displif_front *f)
{
	uint32_t duty = 0;

	if (!f->err) {
		if (displif__ring_publish(&f->ring)) {
			duty |= DISPLIF_DO_NOTIFY_REQ;
			f->stats.notified = displif__inc32(f->stats.notified);
		}
		settle(f);
	}
	if (f->again || f->set[DISPLIF_SET_REPORT] || f->set[DISPLIF_SET_SHOWN])
		duty |= DISPLIF_DO_POLL;
	if (f->closing)
		duty |= DISPLIF_DO_CLOSE;
	f->again = 0;
	f->closing = 0;
	return duty;
}

uint32_t displif_front_forget(struct displif_front *f, uint64_t token)
{
	/* Not those that were heard of already, unless that still waits to be heard of. */
	uint32_t left = f->set[DISPLIF_SET_BUSY] &
			((UINT32_MAX - f->set[DISPLIF_SET_MUTE]) | f->set[DISPLIF_SET_REPORT]);
	uint32_t i, n = 0;

	for (i = 0; i < DISPLIF_RING_LEN && left; i++, left >>= 1) {
		if (!(left & 1u) || f->slot[i].token != token)
			continue;
		f->set[DISPLIF_SET_REPORT] &= UINT32_MAX - SLOT_BIT(i);
		f->set[DISPLIF_SET_MUTE] |= SLOT_BIT(i);
		n = displif__inc32(n);
	}
	return n;
}

void displif_front_kill(struct displif_front *f, int why)
{
	displif__front_die(f, why ? why : DISPLIF_E_STATE);
	f->closing = 0;
}
