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

/* Reads one channel's producer index. */
static void look(struct displif_front *f, enum displif_chan chan)
{
	uint32_t *seen = chan == DISPLIF_CHAN_EVT ? &f->evt.seen : &f->ring.seen;
	uint32_t before = *seen;
	int n = chan == DISPLIF_CHAN_EVT ? displif__evt_snapshot(&f->evt) :
					   displif__ring_snapshot(&f->ring);

	if (n < 0)
		displif__front_die(f, DISPLIF_E_PROTO);
	else if (*seen != before)
		f->moved |= chan == DISPLIF_CHAN_EVT ? 2u : 1u;
}

void displif_front_irq(struct displif_front *f, enum displif_chan chan)
{
	if (f->err)
		return;
	if (chan == DISPLIF_CHAN_EVT)
		look(f, DISPLIF_CHAN_EVT);
	/*
	 * Answers to flips came with the event's interrupt, if they came. Looked at
	 * after the event page: an error that was published before an event is then
	 * known when that event is matched.
	 */
	if (!f->err &&
	    (chan == DISPLIF_CHAN_REQ || f->set[DISPLIF_SET_EVT] & f->set[DISPLIF_SET_RSP]))
		look(f, DISPLIF_CHAN_REQ);
}

bool displif_front_idle(struct displif_front *f, enum displif_chan chan)
{
	uint32_t bit = chan == DISPLIF_CHAN_EVT ? 2u : 1u;
	bool idle = !(f->moved & bit);

	f->moved &= 3u - bit;
	return idle;
}

static void tell(const struct displif_front *f, uint32_t i, enum displif_ev type,
		 struct displif_front_event *ev)
{
	ev->type = (uint8_t)type;
	ev->op = f->slot[i].op;
	ev->token = f->slot[i].token;
	ev->fb = f->slot[i].fb;
}

/*
 * Something came for slot @i and was taken off what it is owed: tells of it
 * unless nobody wants to hear, and frees the slot if that was all. If its loss
 * is not told yet, it came in time after all. 1 if @ev is to be handed out.
 */
static int settle(struct displif_front *f, uint32_t i, enum displif_ev type,
		  struct displif_front_event *ev)
{
	uint32_t rest = UINT32_MAX - SLOT_BIT(i);
	int heard;

	if (displif__front_in(f, DISPLIF_SET_REPORT, i)) {
		f->set[DISPLIF_SET_LATE] &= rest;
		f->set[DISPLIF_SET_REPORT] &= rest;
		f->set[DISPLIF_SET_MUTE] &= rest;
	}
	heard = !displif__front_in(f, DISPLIF_SET_MUTE, i);
	if (heard)
		tell(f, i, type, ev);
	if (!((f->set[DISPLIF_SET_RSP] | f->set[DISPLIF_SET_EVT] | f->set[DISPLIF_SET_SHOWN]) &
	      SLOT_BIT(i)))
		displif__front_free(f, i);
	return heard;
}

/* The oldest flip of framebuffer @fb whose event is owed, or DISPLIF_RING_LEN. */
static uint32_t find_flip(const struct displif_front *f, uint64_t fb)
{
	uint32_t i, found = DISPLIF_RING_LEN, left = f->set[DISPLIF_SET_EVT];
	uint64_t oldest = UINT64_MAX;

	for (i = 0; i < DISPLIF_RING_LEN && left; i++, left >>= 1) {
		if (left & 1u && f->slot[i].fb == fb && f->slot[i].order < oldest) {
			oldest = f->slot[i].order;
			found = i;
		}
	}
	return found;
}

/*
 * Events come in the order of the flips: once one came, older flips that were
 * answered and given up for lost are owed nothing more.
 */
static void forgive_older(struct displif_front *f, uint64_t order)
{
	uint32_t i, left = f->set[DISPLIF_SET_LATE] & f->set[DISPLIF_SET_EVT] &
			   (UINT32_MAX - (f->set[DISPLIF_SET_RSP] | f->set[DISPLIF_SET_REPORT]));

	for (i = 0; i < DISPLIF_RING_LEN && left; i++, left >>= 1)
		if (left & 1u && f->slot[i].order < order)
			displif__front_free(f, i);
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

/* The size that an answer to GET_EDID gives, 0 if it makes no sense. */
static uint32_t sane_size(const struct displif_front_slot *s, const struct xendispl_resp *rsp)
{
	uint32_t size = rsp->op.get_edid.edid_sz;

	return size > s->size || size & (DISPLIF_EDID_BLOCK - 1u) ? 0 : size;
}

/* 1 if @ev is to be handed out. */
static int take_rsp(struct displif_front *f, const struct xendispl_resp *rsp,
		    struct displif_front_event *ev)
{
	int32_t status = rsp->status;
	uint32_t i = rsp->id & (DISPLIF_RING_LEN - 1u), size = 0;

	if (!displif__front_in(f, DISPLIF_SET_RSP, i) || f->slot[i].id != rsp->id ||
	    f->slot[i].op != rsp->operation) {
		stray(f);
		return 0;
	}
	if (status > 0 || status < DISPLIF_STATUS_MIN) {
		stray(f);
		status = -DISPLIF_XEN_EIO;
		/* It was one stray too many: this token is reported lost like the others. */
		if (f->err)
			return 0;
	} else if (!status && rsp->operation == XENDISPL_OP_GET_EDID) {
		size = sane_size(&f->slot[i], rsp);
		if (!size)
			status = -DISPLIF_XEN_EIO;
	}
	matched(f);
	f->stats.responses = displif__inc32(f->stats.responses);
	f->set[DISPLIF_SET_RSP] &= UINT32_MAX - SLOT_BIT(i);
	if (status) {
		/* A flip that failed has no event: one that it was credited with was another's. */
		if (rsp->operation == XENDISPL_OP_PG_FLIP &&
		    !displif__front_in(f, DISPLIF_SET_EVT, i))
			pass_on(f, f->slot[i].fb);
		f->set[DISPLIF_SET_EVT] &= UINT32_MAX - SLOT_BIT(i);
		f->set[DISPLIF_SET_SHOWN] &= UINT32_MAX - SLOT_BIT(i);
	}
	if (!settle(f, i, DISPLIF_EV_RSP, ev))
		return 0;
	ev->status = status;
	ev->edid_sz = size;
	return 1;
}

/* 1 if @ev is to be handed out. */
static int take_evt(struct displif_front *f, const struct xendispl_evt *evt,
		    struct displif_front_event *ev)
{
	uint32_t i = DISPLIF_RING_LEN;

	if (evt->type == XENDISPL_EVT_PG_FLIP) {
		if (evt->id != f->evt_id)
			f->stats.id_gaps = displif__inc32(f->stats.id_gaps);
		f->evt_id = (uint16_t)((evt->id + 1u) & 0xffffu);
		i = find_flip(f, evt->op.pg_flip.fb_cookie);
	}
	if (i >= DISPLIF_RING_LEN) {
		stray(f);
		return 0;
	}
	matched(f);
	f->stats.events = displif__inc32(f->stats.events);
	f->set[DISPLIF_SET_EVT] &= UINT32_MAX - SLOT_BIT(i);
	forgive_older(f, f->slot[i].order);
	return settle(f, i, DISPLIF_EV_FLIP, ev);
}

/* Tells of a flip whose event was passed on to it; the caller knows that there is one. */
static int take_shown(struct displif_front *f, struct displif_front_event *ev)
{
	uint32_t i = displif__front_lowest(f->set[DISPLIF_SET_SHOWN]);

	f->set[DISPLIF_SET_SHOWN] &= UINT32_MAX - SLOT_BIT(i);
	return settle(f, i, DISPLIF_EV_FLIP, ev);
}

/* Reports a loss; the caller knows that there is one. */
static void take_report(struct displif_front *f, struct displif_front_event *ev)
{
	uint32_t i = displif__front_lowest(f->set[DISPLIF_SET_REPORT]);

	tell(f, i, DISPLIF_EV_LOST, ev);
	ev->status = displif__front_in(f, DISPLIF_SET_LATE, i) ? DISPLIF_E_TIMEOUT : f->err;
	f->set[DISPLIF_SET_REPORT] &= UINT32_MAX - SLOT_BIT(i);
}

int displif_front_poll(struct displif_front *f, struct displif_front_event *ev)
{
	union displif_wire wire = { 0 };
	int heard = 0;

	*ev = (struct displif_front_event){ 0 };
	while (!f->err && !heard) {
		if (displif__ring_get(&f->ring, &wire))
			heard = take_rsp(f, &wire.rsp, ev);
		else if (f->set[DISPLIF_SET_SHOWN])
			heard = take_shown(f, ev);
		else if (displif__evt_get(&f->evt, &wire))
			heard = take_evt(f, &wire.evt, ev);
		else
			break;
	}
	if (!heard && f->set[DISPLIF_SET_REPORT]) {
		take_report(f, ev);
		heard = 1;
	}
	return heard;
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
	uint32_t i, late = 0;

	displif_front_irq(f, DISPLIF_CHAN_REQ);
	displif_front_irq(f, DISPLIF_CHAN_EVT);
	if (f->err)
		return;
	if (f->ring.seen != f->ring.cons || f->evt.seen != f->evt.cons) {
		f->again = 1;
		return;
	}
	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		uint32_t bit = SLOT_BIT(i);

		if (!(f->set[DISPLIF_SET_BUSY] & bit))
			continue;
		if (!(f->set[DISPLIF_SET_LATE] & bit)) {
			if (f->slot[i].look <= now)
				f->slot[i].look = displif__after(now, f->cfg.look_ms);
			if (f->slot[i].due > now)
				continue;
			f->stats.lost = displif__inc32(f->stats.lost);
			f->set[DISPLIF_SET_LATE] |= bit;
			f->set[DISPLIF_SET_REPORT] |= bit & (UINT32_MAX - f->set[DISPLIF_SET_MUTE]);
			f->set[DISPLIF_SET_MUTE] |= bit;
		}
		late = displif__inc32(late);
	}
	if (late > f->cfg.max_lost)
		displif__front_die(f, DISPLIF_E_TIMEOUT);
}
