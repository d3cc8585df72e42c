/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Front session: what it receives, and what never came. */
#include "front_priv.h"

#define GOOD_PER_STRAY 16u

/* A message that matches nothing. A few may be an old backend's; more are a broken one. */
static void stray(struct displif_front *f)
{
	f->stats.stray = displif__inc32(f->stats.stray);
	f->stray = displif__inc32(f->stray);
	if (f->stray > f->cfg.max_lost)
		displif__front_die(f, DISPLIF_E_PROTO);
}

/* A message that matches. Strays of a connection that lives for weeks must not add up. */
static void matched(struct displif_front *f)
{
	if (!f->stray)
		return;
	f->good = displif__inc32(f->good);
	if (f->good >= GOOD_PER_STRAY) {
		f->good = 0;
		f->stray--;
	}
}

static void look_ring(struct displif_front *f)
{
	uint32_t seen = f->ring.seen;

	if (displif__ring_snapshot(&f->ring) < 0)
		displif__front_die(f, DISPLIF_E_PROTO);
	else if (f->ring.seen != seen)
		f->moved |= 1u << DISPLIF_CHAN_REQ;
}

static void look_evt(struct displif_front *f)
{
	uint32_t seen = f->evt.seen;

	if (displif__evt_snapshot(&f->evt) < 0)
		displif__front_die(f, DISPLIF_E_PROTO);
	else if (f->evt.seen != seen)
		f->moved |= 1u << DISPLIF_CHAN_EVT;
}

void displif_front_irq(struct displif_front *f, enum displif_chan chan)
{
	if (f->err)
		return;
	if (chan == DISPLIF_CHAN_EVT)
		look_evt(f);
	/*
	 * Answers to flips came with the event's interrupt, if they came. Looked at
	 * after the event page: an error that was published before an event is then
	 * known when that event is matched.
	 */
	if (!f->err &&
	    (chan == DISPLIF_CHAN_REQ || f->set[DISPLIF_SET_EVT] & f->set[DISPLIF_SET_RSP]))
		look_ring(f);
}

bool displif_front_idle(struct displif_front *f, enum displif_chan chan)
{
	uint8_t bit = chan == DISPLIF_CHAN_EVT ? 1u << DISPLIF_CHAN_EVT : 1u << DISPLIF_CHAN_REQ;
	bool idle = !(f->moved & bit);

	f->moved &= (uint8_t)(0xffu - bit);
	return idle;
}

/* What of a response the caller may believe. */
static int32_t sane_status(struct displif_front *f, const struct displif_front_slot *s,
			   const struct displif_rsp *rsp)
{
	if (rsp->status > 0 || rsp->status < DISPLIF_STATUS_MIN) {
		stray(f);
		return -DISPLIF_XEN_EIO;
	}
	if (s->op == XENDISPL_OP_GET_EDID && rsp->status == 0 &&
	    (rsp->edid_sz == 0 || rsp->edid_sz > s->size ||
	     rsp->edid_sz & (DISPLIF_EDID_BLOCK - 1u)))
		return -DISPLIF_XEN_EIO;
	return rsp->status;
}

/* Tells of slot @i, unless nobody wants to hear of it. 1 if @ev is to be handed out. */
static int tell(const struct displif_front *f, uint32_t i, enum displif_ev type,
		struct displif_front_event *ev)
{
	ev->type = (uint8_t)type;
	ev->op = f->slot[i].op;
	ev->token = f->slot[i].token;
	ev->fb = f->slot[i].fb;
	return !displif__front_in(f, DISPLIF_SET_MUTE, i);
}

/* The oldest flip of framebuffer @fb whose event is owed, or DISPLIF_RING_LEN. */
static uint32_t find_flip(const struct displif_front *f, uint64_t fb)
{
	uint32_t i, age, best = 0, found = DISPLIF_RING_LEN, left = f->set[DISPLIF_SET_EVT];

	for (i = 0; i < DISPLIF_RING_LEN && left; i++, left >>= 1) {
		if (!(left & 1u) || f->slot[i].fb != fb)
			continue;
		age = displif__sub32(f->order, f->slot[i].order);
		if (age > best) {
			best = age;
			found = i;
		}
	}
	return found;
}

/*
 * Events come in the order of the flips: once one came, older flips that were
 * answered and given up for lost are owed nothing more.
 */
static void forgive_older(struct displif_front *f, uint32_t order)
{
	uint32_t i, age = displif__sub32(f->order, order);
	uint32_t left = f->set[DISPLIF_SET_LATE] & f->set[DISPLIF_SET_EVT] &
			(UINT32_MAX - (f->set[DISPLIF_SET_RSP] | f->set[DISPLIF_SET_REPORT]));

	for (i = 0; i < DISPLIF_RING_LEN && left; i++, left >>= 1) {
		if (left & 1u && displif__sub32(f->order, f->slot[i].order) > age)
			displif__front_free(f, i);
	}
}

/* The event of framebuffer @fb belongs to the next flip of it that is owed one. */
static void pass_on(struct displif_front *f, uint64_t fb)
{
	uint32_t i = find_flip(f, fb);

	if (i >= DISPLIF_RING_LEN)
		return;
	f->set[DISPLIF_SET_EVT] &= UINT32_MAX - SLOT_BIT(i);
	f->set[DISPLIF_SET_SHOWN] |= SLOT_BIT(i);
}

/* Something came for slot @i: if its loss is not told yet, it came in time after all. */
static void answered(struct displif_front *f, uint32_t i)
{
	if (!displif__front_in(f, DISPLIF_SET_REPORT, i))
		return;
	if (f->late)
		f->late--;
	f->set[DISPLIF_SET_LATE] &= UINT32_MAX - SLOT_BIT(i);
	f->set[DISPLIF_SET_REPORT] &= UINT32_MAX - SLOT_BIT(i);
	f->set[DISPLIF_SET_MUTE] &= UINT32_MAX - SLOT_BIT(i);
}

/* 1 if @ev is to be handed out. */
static int take_rsp(struct displif_front *f, const union displif_wire *wire,
		    struct displif_front_event *ev)
{
	struct displif_rsp rsp;
	uint32_t i;
	int heard;

	displif_rsp_decode(wire, &rsp);
	i = rsp.id & (DISPLIF_RING_LEN - 1u);
	if (!displif__front_in(f, DISPLIF_SET_RSP, i) || f->slot[i].id != rsp.id ||
	    f->slot[i].op != rsp.op) {
		stray(f);
		return 0;
	}
	rsp.status = sane_status(f, &f->slot[i], &rsp);
	/* It was one stray too many: this token is reported lost like the others. */
	if (f->err)
		return 0;
	matched(f);
	f->stats.responses = displif__inc32(f->stats.responses);
	answered(f, i);
	heard = tell(f, i, DISPLIF_EV_RSP, ev);
	ev->status = rsp.status;
	ev->edid_sz = rsp.status == 0 ? rsp.edid_sz : 0;
	f->set[DISPLIF_SET_RSP] &= UINT32_MAX - SLOT_BIT(i);
	if (rsp.status < 0) {
		/* A flip that failed has no event: one that it was credited with was another's. */
		if (f->slot[i].op == XENDISPL_OP_PG_FLIP &&
		    !displif__front_in(f, DISPLIF_SET_EVT, i))
			pass_on(f, f->slot[i].fb);
		displif__front_free(f, i);
	} else if (!displif__front_in(f, DISPLIF_SET_EVT, i) &&
		   !displif__front_in(f, DISPLIF_SET_SHOWN, i)) {
		displif__front_free(f, i);
	}
	return heard;
}

/* 1 if @ev is to be handed out. */
static int take_evt(struct displif_front *f, const union displif_wire *wire,
		    struct displif_front_event *ev)
{
	uint32_t i = DISPLIF_RING_LEN;
	uint64_t fb;
	uint16_t id;
	int heard;

	if (!displif_evt_decode(wire, &id, &fb)) {
		if (id != f->evt_id)
			f->stats.id_gaps = displif__inc32(f->stats.id_gaps);
		f->evt_id = (uint16_t)((id + 1u) & 0xffffu);
		i = find_flip(f, fb);
	}
	if (i >= DISPLIF_RING_LEN) {
		stray(f);
		return 0;
	}
	matched(f);
	f->stats.events = displif__inc32(f->stats.events);
	answered(f, i);
	heard = tell(f, i, DISPLIF_EV_FLIP, ev);
	f->set[DISPLIF_SET_EVT] &= UINT32_MAX - SLOT_BIT(i);
	forgive_older(f, f->slot[i].order);
	if (!displif__front_in(f, DISPLIF_SET_RSP, i))
		displif__front_free(f, i);
	return heard;
}

/* 1 if a loss was there to be reported. */
static int take_report(struct displif_front *f, struct displif_front_event *ev)
{
	uint32_t i;

	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		if (!displif__front_in(f, DISPLIF_SET_REPORT, i))
			continue;
		tell(f, i, DISPLIF_EV_LOST, ev);
		ev->status = displif__front_in(f, DISPLIF_SET_LATE, i) ? DISPLIF_E_TIMEOUT : f->err;
		f->set[DISPLIF_SET_REPORT] &= UINT32_MAX - SLOT_BIT(i);
		return 1;
	}
	return 0;
}

/* 1 if a flip whose event was passed on to it was there to be told of. */
static int take_shown(struct displif_front *f, struct displif_front_event *ev)
{
	uint32_t i;
	int heard = 0;

	for (i = 0; i < DISPLIF_RING_LEN && !heard; i++) {
		if (!displif__front_in(f, DISPLIF_SET_SHOWN, i))
			continue;
		f->set[DISPLIF_SET_SHOWN] &= UINT32_MAX - SLOT_BIT(i);
		answered(f, i);
		heard = tell(f, i, DISPLIF_EV_FLIP, ev);
		if (!displif__front_in(f, DISPLIF_SET_RSP, i))
			displif__front_free(f, i);
	}
	return heard;
}

int displif_front_poll(struct displif_front *f, struct displif_front_event *ev)
{
	union displif_wire wire;

	while (!f->err && displif__ring_get(&f->ring, &wire)) {
		memset(ev, 0, sizeof(*ev));
		if (take_rsp(f, &wire, ev))
			return 1;
	}
	memset(ev, 0, sizeof(*ev));
	if (f->set[DISPLIF_SET_SHOWN] && take_shown(f, ev))
		return 1;
	while (!f->err && displif__evt_get(&f->evt, &wire)) {
		if (take_evt(f, &wire, ev))
			return 1;
	}
	if (f->set[DISPLIF_SET_REPORT] && take_report(f, ev))
		return 1;
	memset(ev, 0, sizeof(*ev));
	return 0;
}

uint64_t displif_front_deadline(const struct displif_front *f)
{
	const uint32_t early = f->set[DISPLIF_SET_QUIET] & f->set[DISPLIF_SET_RSP];
	uint32_t i, left = f->set[DISPLIF_SET_BUSY] & (UINT32_MAX - f->set[DISPLIF_SET_LATE]);
	uint64_t first = DISPLIF_NEVER;

	if (f->err)
		return first;
	for (i = 0; i < DISPLIF_RING_LEN && left; i++, left >>= 1) {
		if (!(left & 1u))
			continue;
		if (f->slot[i].due < first)
			first = f->slot[i].due;
		if (early >> i & 1u && f->slot[i].look < first)
			first = f->slot[i].look;
	}
	return first;
}

void displif_front_expire(struct displif_front *f, uint64_t now)
{
	uint32_t i;

	displif_front_irq(f, DISPLIF_CHAN_REQ);
	displif_front_irq(f, DISPLIF_CHAN_EVT);
	if (f->err)
		return;
	if (f->ring.seen != f->ring.cons || f->evt.seen != f->evt.cons) {
		f->again = 1;
		return;
	}
	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		if (!displif__front_in(f, DISPLIF_SET_BUSY, i) ||
		    displif__front_in(f, DISPLIF_SET_LATE, i))
			continue;
		if (f->slot[i].look <= now)
			f->slot[i].look = displif__after(now, f->cfg.look_ms);
		if (f->slot[i].due > now)
			continue;
		f->stats.lost = displif__inc32(f->stats.lost);
		f->late = displif__inc32(f->late);
		f->set[DISPLIF_SET_LATE] |= SLOT_BIT(i);
		if (!displif__front_in(f, DISPLIF_SET_MUTE, i))
			f->set[DISPLIF_SET_REPORT] |= SLOT_BIT(i);
		f->set[DISPLIF_SET_MUTE] |= SLOT_BIT(i);
	}
	if (f->late > f->cfg.max_lost)
		displif__front_die(f, DISPLIF_E_TIMEOUT);
}
