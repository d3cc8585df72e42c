/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What must hold whenever nobody has anything to do, at each state that is written, and at the end. */
#include <string.h>

#include "sim.h"

bool sim_honest(int side)
{
	return sim->mode == SIM_BOTH || side == (sim->mode == SIM_HOSTILE_FRONT ? SIM_BE : SIM_FE);
}

void sim_check_err(int err)
{
	if (err == DISPLIF_E_BUG)
		sim_fail("no session dies of itself", "%s", displif_strerror(err));
}

/* Requests, one way: all that was published is taken, or what keeps them waiting has a time or is owed. */
static void check_requests(uint32_t c)
{
	static const char name[] = "hold-off loses no wake-up";
	const struct displif_front *f = &sim->front.end->front[c];
	const struct displif_back *b = &sim->back.end->back[c];
	bool full = b->flips + b->n_pend >= b->pend_cap;

	if (f->ring.prod != f->ring.pub && !sim->front.dirty[c])
		sim_fail(name, "connector %u: requests are staged, nobody publishes them", c);
	if (b->ring.cons == f->ring.pub && !b->held)
		return;
	if (b->held && b->pace_due == DISPLIF_NEVER)
		sim_fail(name, "connector %u: a held request has no time", c);
	if (!b->held && !full)
		sim_fail(name, "connector %u: requests %u to %u lie there and nobody is told", c,
			 b->ring.cons, f->ring.pub);
	if (full && b->n_pend && b->event_due == DISPLIF_NEVER)
		sim_fail(name, "connector %u: waiting events have no time", c);
}

static void check_answers(uint32_t c)
{
	static const char name[] = "hold-off loses no wake-up";
	const struct displif_front *f = &sim->front.end->front[c];
	const struct displif_back *b = &sim->back.end->back[c];
	uint64_t look = displif_front_deadline(f);
	/*
	 * What was reported lost has nobody who waits for it; it is found with the next answer. What
	 * is staged, and not published yet, will ask for its answer then.
	 */
	bool waits =
		f->set[DISPLIF_SET_RSP] & ~f->set[DISPLIF_SET_LATE] && f->ring.prod == f->ring.pub;

	if (b->ring.prod != b->ring.pub || b->evt.prod != b->evt.pub)
		sim_fail(name, "connector %u: answers are staged, nobody publishes them", c);
	if (f->ring.cons != b->ring.pub && waits &&
	    (!sim->k.front.look_ms || look > fake_now(sim->w) + sim->k.front.look_ms))
		sim_fail(name, "connector %u: answers %u to %u lie there and nobody is told", c,
			 f->ring.cons, b->ring.pub);
	if (f->evt.cons != b->evt.pub && !sim->front.evt_missed[c])
		sim_fail(name, "connector %u: events %u to %u lie there and nobody is told", c,
			 f->evt.cons, b->evt.pub);
}

/* Each flip that the backend has shown is an event, and nobody waits for what nobody owes. */
static void check_flips(uint32_t c)
{
	const struct displif_front *f = &sim->front.end->front[c];
	const struct displif_back *b = &sim->back.end->back[c];
	uint32_t events = b->evt.prod - sim->k.evt_start + b->n_pend;

	if (events != sim->back.done[c])
		sim_fail("each flip shown is one event", "connector %u: %u shown, %u events", c,
			 sim->back.done[c], events);
	if (b->flips || b->n_pend || b->held || f->ring.cons != f->ring.pub ||
	    f->evt.cons != b->evt.pub || f->ring.prod != f->ring.pub)
		return;
	if (f->used)
		sim_fail("nobody waits for what nobody owes", "connector %u: %u requests are open",
			 c, f->used);
}

/* Whether both speak over the same pages. */
static bool same_rings(uint32_t c)
{
	const struct displif_link *f = &sim->front.end->link[c], *b = &sim->back.end->link[c];

	return f->gref[0] == b->gref[0] && f->gref[1] == b->gref[1] &&
	       !memcmp(f->page[0], b->page[0], 4096) && !memcmp(f->page[1], b->page[1], 4096);
}

void sim_check_idle(void)
{
	struct sim *s = sim;
	uint32_t c;

	if (s->mode != SIM_BOTH || s->failed || !sim_connected() ||
	    s->fate.thaw[0] > fake_now(s->w) || s->fate.thaw[1] > fake_now(s->w))
		return;
	for (c = 0; c < s->k.connectors && !s->failed; c++) {
		if (s->front.end->front[c].err || s->back.end->back[c].err)
			sim_fail("a dead session is told of", "connector %u: %d %d", c,
				 s->front.end->front[c].err, s->back.end->back[c].err);
		if (!same_rings(c))
			continue;
		check_requests(c);
		check_answers(c);
		check_flips(c);
	}
}

void sim_check_end(void)
{
	char text[120] = "";
	FILE *out = fmemopen(text, sizeof(text) - 1, "w");
	uint32_t n = fake_check_clean(sim->w, sim->trace ? stderr : out);

	if (out)
		fclose(out);
	text[strcspn(text, "\n")] = '\0';
	if (n)
		sim_fail("nothing is left", "%u: %s", n, text);
}

#define BIT(state) (1u << (state))

/* What the node holds in each state of the machines, docs/states.md. */
static const uint8_t front_node[DISPLIF_FDEV_STATES] = {
	[DISPLIF_FDEV_INIT] = 1,    [DISPLIF_FDEV_PUBLISHED] = 3, [DISPLIF_FDEV_CONNECTED] = 4,
	[DISPLIF_FDEV_STOPPED] = 4, [DISPLIF_FDEV_RECONFIG] = 7,  [DISPLIF_FDEV_HOLD] = 7,
	[DISPLIF_FDEV_CLOSING] = 5, [DISPLIF_FDEV_CLOSED] = 6,	  [DISPLIF_FDEV_DEAD] = 6,
};
static const uint8_t back_node[DISPLIF_BDEV_STATES] = {
	[DISPLIF_BDEV_OFFER] = 2,   [DISPLIF_BDEV_WAIT] = 2,   [DISPLIF_BDEV_CONNECTED] = 4,
	[DISPLIF_BDEV_CLOSING] = 5, [DISPLIF_BDEV_CLOSED] = 6, [DISPLIF_BDEV_DEAD] = 6,
};

/* What may follow each state in the node; [0] is the first of a life. */
static const uint16_t front_next[9] = {
	BIT(1) | BIT(6),
	BIT(1) | BIT(3) | BIT(6),
	0,
	BIT(3) | BIT(1) | BIT(4) | BIT(5) | BIT(6),
	BIT(4) | BIT(7) | BIT(5) | BIT(6) | BIT(1),
	BIT(5) | BIT(6),
	BIT(6) | BIT(1),
	BIT(7) | BIT(1) | BIT(6),
};
static const uint16_t back_next[9] = {
	BIT(2) | BIT(5) | BIT(6),
	0,
	BIT(2) | BIT(4) | BIT(5) | BIT(6),
	0,
	BIT(4) | BIT(5) | BIT(6),
	BIT(5) | BIT(6),
	BIT(6) | BIT(2),
};

void sim_check_write(int side, const char *path, const char *text)
{
	static const char name[] = "states are legal";
	struct sim *s = sim;
	const char *dir = side == SIM_FE ? s->front.end->dir : s->back.end->dir;
	int *last = side == SIM_FE ? &s->front.last_write : &s->back.last_write;
	unsigned int state, node;
	size_t len = strlen(dir);

	if (side == SIM_FE && !strcmp(path + strlen(path) - 6, "/state"))
		s->n->connects += text[0] == '4';
	if (!sim_honest(side))
		return;
	if (strncmp(path, dir, len) || path[len] != '/')
		sim_fail("an end writes its own nodes only", "%s", path);
	if (strcmp(path + len, "/state"))
		return;
	state = (unsigned int)(text[0] - '0');
	node = side == SIM_FE ? front_node[s->front.end->dev.state] :
				back_node[s->back.end->dev.state];
	if (text[1] || state != node)
		sim_fail(name, "%s in state %u of the machine", text,
			 side == SIM_FE ? s->front.end->dev.state : s->back.end->dev.state);
	if (!s->hurt[side] &&
	    !((side == SIM_FE ? front_next : back_next)[*last < 0 ? 0 : *last] & BIT(state)))
		sim_fail(name, "%u follows %d", state, *last);
	*last = (int)state;
}
