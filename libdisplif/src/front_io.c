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
	/* Answers to flips came with the event's interrupt, if they came. */
	if (chan == DISPLIF_CHAN_REQ || f->quiet)
		look_ring(f);
	if (chan == DISPLIF_CHAN_EVT && !f->err)
		look_evt(f);
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

static void fill_event(struct displif_front_event *ev, enum displif_ev type,
		       const struct displif_front_slot *s)
{
	ev->type = (uint8_t)type;
	ev->op = s->op;
	ev->token = s->token;
	ev->fb = s->fb;
}

/* 1 if @ev is to be handed out. */
static int take_rsp(struct displif_front *f, const union displif_wire *wire,
		    struct displif_front_event *ev)
{
	struct displif_front_slot *s;
	struct displif_rsp rsp;
	uint32_t i;
	int heard;

	displif_rsp_decode(wire, &rsp);
	i = rsp.id & (DISPLIF_RING_LEN - 1u);
	s = &f->slot[i];
	if (!(s->flags & SLOT_RSP) || s->id != rsp.id || s->op != rsp.op) {
		stray(f);
		return 0;
	}
	rsp.status = sane_status(f, s, &rsp);
	/* It was one stray too many: this token is reported lost like the others. */
	if (f->err)
		return 0;
	matched(f);
	if (s->flags & SLOT_QUIET) {
		if (f->quiet)
			f->quiet--;
	} else if (f->owed) {
		f->owed--;
	}
	f->stats.responses = displif__inc32(f->stats.responses);
	heard = !(s->flags & SLOT_MUTE);
	if (heard) {
		fill_event(ev, DISPLIF_EV_RSP, s);
		ev->status = rsp.status;
		ev->edid_sz = rsp.status == 0 ? rsp.edid_sz : 0;
	}
	s->flags &= 0xffu - SLOT_RSP;
	/* A flip that failed has no event. */
	if (rsp.status < 0 || !(s->flags & SLOT_EVT))
		displif__front_free(f, i);
	return heard;
}

/* The oldest flip of framebuffer @fb whose event is owed, or DISPLIF_RING_LEN. */
static uint32_t find_flip(const struct displif_front *f, uint64_t fb)
{
	uint32_t i, age, best = 0, found = DISPLIF_RING_LEN;

	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		if (!(f->busy >> i & 1u) || !(f->slot[i].flags & SLOT_EVT) || f->slot[i].fb != fb)
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

	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		if (!(f->busy >> i & 1u))
			continue;
		if ((f->slot[i].flags & (SLOT_LATE | SLOT_EVT | SLOT_RSP | SLOT_REPORT)) !=
		    (SLOT_LATE | SLOT_EVT))
			continue;
		if (displif__sub32(f->order, f->slot[i].order) > age)
			displif__front_free(f, i);
	}
}

/* 1 if @ev is to be handed out. */
static int take_evt(struct displif_front *f, const union displif_wire *wire,
		    struct displif_front_event *ev)
{
	struct displif_front_slot *s;
	uint64_t fb;
	uint32_t i;
	uint16_t id;
	int heard;

	if (displif_evt_decode(wire, &id, &fb)) {
		stray(f);
		return 0;
	}
	if (id != f->evt_id)
		f->stats.id_gaps = displif__inc32(f->stats.id_gaps);
	f->evt_id = (uint16_t)((id + 1u) & 0xffffu);
	i = find_flip(f, fb);
	if (i >= DISPLIF_RING_LEN) {
		stray(f);
		return 0;
	}
	s = &f->slot[i];
	matched(f);
	f->stats.events = displif__inc32(f->stats.events);
	heard = !(s->flags & SLOT_MUTE);
	if (heard)
		fill_event(ev, DISPLIF_EV_FLIP, s);
	s->flags &= 0xffu - SLOT_EVT;
	if (f->late)
		forgive_older(f, s->order);
	if (!(s->flags & SLOT_RSP))
		displif__front_free(f, i);
	return heard;
}

/* 1 if a loss was there to be reported. */
static int take_report(struct displif_front *f, struct displif_front_event *ev)
{
	struct displif_front_slot *s;
	uint32_t i;

	for (i = 0; i < DISPLIF_RING_LEN && f->to_report; i++) {
		if (!(f->slot[i].flags & SLOT_REPORT))
			continue;
		s = &f->slot[i];
		fill_event(ev, DISPLIF_EV_LOST, s);
		ev->status = s->flags & SLOT_LATE ? DISPLIF_E_TIMEOUT : f->err;
		s->flags &= 0xffu - SLOT_REPORT;
		f->to_report--;
		if (f->err)
			displif__front_free(f, i);
		return 1;
	}
	return 0;
}

/* The snapshot is read: confirm it, and ask for the next notification. */
static void settle(struct displif_front *f)
{
	if (f->confirmed != f->evt.cons) {
		f->confirmed = f->evt.cons;
		displif__evt_confirm(&f->evt);
	}
	if (f->owed && f->armed_at != displif__inc32(f->ring.cons)) {
		f->armed_at = displif__inc32(f->ring.cons);
		if (displif__ring_rearm(&f->ring, 1))
			f->again = 1;
	}
}

int displif_front_poll(struct displif_front *f, struct displif_front_event *ev)
{
	union displif_wire wire;

	memset(ev, 0, sizeof(*ev));
	while (!f->err && displif__ring_get(&f->ring, &wire)) {
		if (take_rsp(f, &wire, ev))
			return 1;
	}
	while (!f->err && displif__evt_get(&f->evt, &wire)) {
		if (take_evt(f, &wire, ev))
			return 1;
	}
	if (f->to_report && take_report(f, ev))
		return 1;
	if (!f->err)
		settle(f);
	return 0;
}

uint64_t displif_front_deadline(const struct displif_front *f)
{
	uint64_t due, first = DISPLIF_NEVER;
	uint32_t i, busy = f->err ? 0 : f->busy;

	for (i = 0; i < DISPLIF_RING_LEN && busy; i++, busy >>= 1) {
		if (!(busy & 1u) || f->slot[i].flags & SLOT_LATE)
			continue;
		due = f->slot[i].due;
		if ((f->slot[i].flags & (SLOT_QUIET | SLOT_RSP | SLOT_LOOKED)) ==
			    (SLOT_QUIET | SLOT_RSP) &&
		    f->slot[i].look < due)
			due = f->slot[i].look;
		if (due < first)
			first = due;
	}
	return first;
}

void displif_front_expire(struct displif_front *f, uint64_t now)
{
	uint32_t i;

	if (f->err)
		return;
	look_ring(f);
	if (!f->err)
		look_evt(f);
	if (f->err)
		return;
	if (f->ring.seen != f->ring.cons || f->evt.seen != f->evt.cons) {
		f->again = 1;
		return;
	}
	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		if (!(f->busy >> i & 1u) || f->slot[i].flags & SLOT_LATE)
			continue;
		if (f->slot[i].look <= now)
			f->slot[i].flags |= SLOT_LOOKED;
		if (f->slot[i].due > now)
			continue;
		f->stats.lost = displif__inc32(f->stats.lost);
		f->late = displif__inc32(f->late);
		f->slot[i].flags |= SLOT_LATE;
		if (!(f->slot[i].flags & SLOT_MUTE)) {
			f->slot[i].flags |= SLOT_REPORT | SLOT_MUTE;
			f->to_report = displif__inc32(f->to_report);
		}
	}
	if (f->late > f->cfg.max_lost)
		displif__front_die(f, DISPLIF_E_TIMEOUT);
}
