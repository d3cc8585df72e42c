/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The scheduler: whose turn it is, and for how many accesses. */
#include <stdarg.h>
#include <string.h>

#include "sim.h"

/* A delivery that touches shared pages so often does not end. */
#define SIM_BUSY 30000u
/* So many turns in a row without time passing are a storm; all turns of a schedule. */
#define SIM_STORM 200000u
#define DULL 32u
/* How long both ends may need to find each other again: the longest back-offs, and some time-outs. */
#define SIM_CALM_MS 120000u

struct sim *sim;

uint32_t sim_rand(uint32_t n)
{
	uint64_t z;

	sim->rng += UINT64_C(0x9e3779b97f4a7c15);
	z = sim->rng;
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return (uint32_t)((z >> 32) % n);
}

bool sim_chance(uint32_t mille)
{
	return mille && sim_rand(1000) < mille;
}

void sim_fail(const char *property, const char *format, ...)
{
	va_list args;
	int n;

	if (!sim->failed) {
		sim->failed = true;
		n = snprintf(sim->why, sizeof(sim->why), "%s: ", property);
		va_start(args, format);
		vsnprintf(sim->why + n, sizeof(sim->why) - (size_t)n, format, args);
		va_end(args);
		sim_say("FAILED: %s", sim->why);
	}
	while (co_running())
		co_yield();
}

int sim_side(const struct fake_dom *d)
{
	if (d == sim->dom[SIM_FE])
		return SIM_FE;
	return d == sim->dom[SIM_BE] ? SIM_BE : -1;
}

bool sim_connected(void)
{
	const struct sim *s = sim;
	const struct end_front *f = s->front.end;
	const struct end_back *b = s->back.end;

	return s->fate.dev == SIM_DEV_PRESENT && f && b && f->dev.state == DISPLIF_FDEV_CONNECTED &&
	       b->dev.state == DISPLIF_BDEV_CONNECTED && f->started && f->n == s->k.connectors &&
	       b->n == f->n && f->retry.state < 0 && b->retry.state < 0;
}

/* A new slice. */
static uint32_t slice(void)
{
	if (!sim->k.quantum)
		return UINT32_MAX;
	return sim->k.quantum < 2 ? 1 : 1 + sim_rand(sim->k.quantum);
}

void sim_switch(void)
{
	sim->n->switches++;
	co_yield();
	sim->quantum = slice();
}

static int running_side(void)
{
	if (!co_running())
		return -1;
	return co_running() == sim->co[SIM_FE] ? SIM_FE : SIM_BE;
}

/* Whether a page is one of a ring or of events. */
static bool is_transport(uintptr_t base)
{
	const struct end_front *f = sim->front.end;
	const struct end_back *b = sim->back.end;
	uint32_t c, k;

	for (c = 0; c < sim->k.connectors; c++) {
		for (k = 0; k < 2; k++) {
			if ((f && base == (uintptr_t)f->link[c].page[k]) ||
			    (b && base == (uintptr_t)b->link[c].page[k]))
				return true;
		}
	}
	return false;
}

/*
 * A directory is a page of words that are written or read in a row: a switch at one in so many of them is enough, and
 * leaves the time for rings.
 */
static bool is_dull(const volatile void *addr)
{
	uintptr_t base = (uintptr_t)addr & ~(uintptr_t)4095;

	if (!addr)
		return false;
	if (base != sim->directory) {
		if (is_transport(base))
			return false;
		sim->directory = base;
	}
	return ++sim->dull % DULL;
}

static void on_access(const volatile void *addr, enum fake_access kind)
{
	int side = running_side();

	if (side < 0)
		return;
	sim->n->accesses++;
	if (is_dull(addr)) {
		if (sim->trace)
			sim_trace_access(addr, kind);
		return;
	}
	if (++sim->busy[side] > SIM_BUSY)
		sim_fail("bounded work", "%u accesses in one go", SIM_BUSY);
	if (--sim->quantum == 0)
		sim_switch();
	if (sim->mode != SIM_BOTH && !sim->calm && addr && sim_chance(sim->k.scribble) &&
	    side == (sim->mode == SIM_HOSTILE_FRONT ? SIM_BE : SIM_FE))
		sim_scribble(addr);
	if (sim->trace)
		sim_trace_access(addr, kind);
}

/* A domain's CPU. */
static void domain(void *arg)
{
	int side = arg == &sim->at_top[SIM_BE] ? SIM_BE : SIM_FE;

	for (;;) {
		struct sim_front *f = &sim->front;

		sim->busy[side] = 0;
		sim->at_top[side] = false;
		if (side == SIM_FE && f->resuming) {
			f->resuming = false;
			end_front_resume(f->end);
		} else if (side == SIM_FE && f->removing) {
			f->removing = false;
			end_front_remove(f->end);
		} else if (side == SIM_BE && sim->back.stop) {
			sim->back.stop = false;
			end_back_stop(sim->back.end);
		} else if (fake_deliver(sim->dom[side])) {
			sim->n->deliveries++;
		}
		sim->at_top[side] = true;
		sim->tend = true;
		sim_switch();
	}
}

static bool may_run(int side)
{
	struct sim *s = sim;

	if (!s->dom[side] || !fake_dom_alive(s->dom[side]) || s->fate.thaw[side] > fake_now(s->w))
		return false;
	if (!s->at_top[side] || fake_ready(s->dom[side]))
		return true;
	return side == SIM_FE ? s->front.resuming || s->front.removing : s->back.stop;
}

/* One turn. False: nobody has anything to do at this time. */
static bool turn(void)
{
	struct sim *s = sim;
	bool can[2] = { may_run(SIM_FE), may_run(SIM_BE) };
	int side;

	if (!s->calm && s->steps < s->k.steps && s->k.fate && !sim_rand(s->k.fate)) {
		sim_fate_strike();
		s->tend = true;
		return true;
	}
	if (!s->calm && s->k.scribble_xs && !sim_rand(s->k.scribble_xs))
		sim_scribble_xs();
	/* Nothing of that changes in the middle of a delivery. */
	if (s->tend && sim_fate_tend())
		return true;
	s->tend = false;
	if (!can[SIM_FE] && !can[SIM_BE])
		return false;
	if (can[SIM_FE] && can[SIM_BE])
		side = sim_rand(s->k.weight[0] + s->k.weight[1]) < s->k.weight[0] ? SIM_FE : SIM_BE;
	else
		side = can[SIM_FE] ? SIM_FE : SIM_BE;
	s->quantum = slice();
	co_resume(s->co[side]);
	return true;
}

/* Lets time pass to when something is due; false if nothing ever is, or not before @end. */
static bool pass(uint64_t end)
{
	struct sim *s = sim;
	uint64_t due = sim_fate_due(), at;
	int side;

	for (side = 0; side < 2; side++) {
		/* A frozen domain's time comes with its thaw, which is fate's. */
		if (!s->dom[side] || s->fate.thaw[side] > fake_now(s->w))
			continue;
		at = fake_due(s->dom[side]);
		if (at < due)
			due = at;
	}
	if (due == DISPLIF_NEVER || due > end)
		return false;
	fake_pass(s->w, due);
	s->tend = true;
	return true;
}

/* Runs until @done says so, or nothing is left to do, or @ms are over. */
static bool until(bool (*done)(void), uint64_t ms)
{
	uint64_t end = fake_now(sim->w) + ms;
	uint32_t turns = 0;

	while (!sim->failed && !done()) {
		if (turn()) {
			if (++turns > SIM_STORM)
				sim_fail("bounded work", "%u turns within a millisecond",
					 SIM_STORM);
			continue;
		}
		turns = 0;
		sim_check_idle();
		if (!sim->failed && !pass(end))
			return done();
	}
	return !sim->failed;
}

static bool storm_over(void)
{
	return sim->steps >= sim->k.steps;
}

static bool drained(void)
{
	return sim_connected() && sim_front_drained();
}

static bool proved(void)
{
	return sim_connected() && sim->front.proved == sim->k.connectors;
}

static bool never(void)
{
	return false;
}

static bool gone(void)
{
	return sim->fate.dev == SIM_DEV_ABSENT && !sim->front.end && !sim->back.end;
}

static void to_do(enum sim_client what)
{
	sim->client = what;
	if (sim->front.end)
		fake_task_kick(sim->front.client);
}

/* The storm is over: faults end, the dead rise, and everything has to work again. */
static void calm_down(void)
{
	struct sim *s = sim;

	s->calm = true;
	sim_say("calm");
	sim_fate_calm();
	s->tend = true;
	if (s->back.end)
		sim_back_rearm();
	to_do(SIM_CLIENT_DRAIN);
	if (!until(drained, SIM_CALM_MS)) {
		sim_fail("both reach Connected again",
			 "not within %u ms: front %s, back %s, device %u, peer states %d %d",
			 SIM_CALM_MS,
			 s->front.end ? displif_fdev_name(s->front.end->dev.state) : "-",
			 s->back.end ? displif_bdev_name(s->back.end->dev.state) : "-", s->fate.dev,
			 fake_toolstack_front_state(s->w, s->front_id, 0),
			 fake_toolstack_back_state(s->w, s->k.back_dom, s->front_id, 0));
		return;
	}
	memset(s->front.shown, 0, sizeof(s->front.shown));
	to_do(SIM_CLIENT_PROOF);
	if (!until(proved, SIM_CALM_MS)) {
		sim_fail("everything works again", "%u of %u connectors", s->front.proved,
			 s->k.connectors);
		return;
	}
	to_do(SIM_CLIENT_DRAIN);
	if (!until(drained, SIM_CALM_MS))
		sim_fail("everything works again", "buffers are left");
	else
		until(never, 5000);
}

static void play(void)
{
	struct sim *s = sim;

	sim_fate_begin();
	s->tend = true;
	if (!until(storm_over, 600000) && s->mode == SIM_BOTH && !s->k.fate)
		sim_fail("the client comes to its steps", "%u of %u", s->steps, s->k.steps);
	if (!s->failed)
		calm_down();
	if (s->failed)
		return;
	sim_fate_end();
	s->tend = true;
	if (!until(gone, SIM_CALM_MS))
		sim_fail("both ends end", "not within %u ms: front %s, back %s", SIM_CALM_MS,
			 s->front.end ? displif_fdev_name(s->front.end->dev.state) : "-",
			 s->back.end ? displif_bdev_name(s->back.end->dev.state) : "-");
	else
		sim_check_end();
}

bool sim_run(struct sim *s, enum sim_mode mode, uint64_t seed, bool trace, struct sim_counts *n)
{
	struct co *co[2] = { s->co[0], s->co[1] };
	struct fake_limits limits = { .frames = 12288 };

	memset(s, 0, sizeof(*s));
	sim = s;
	s->mode = mode;
	s->seed = seed;
	s->rng = seed * SIM_MODES + mode;
	s->trace = trace;
	s->n = n;
	s->co[SIM_FE] = co[SIM_FE] ? co[SIM_FE] : co_new(domain, &s->at_top[SIM_FE]);
	s->co[SIM_BE] = co[SIM_BE] ? co[SIM_BE] : co_new(domain, &s->at_top[SIM_BE]);
	sim_choose(s);
	s->w = fake_world_new(&limits, ((uint64_t)sim_rand(UINT32_MAX) << 1) | 1u);
	if (!s->w || !s->co[SIM_FE] || !s->co[SIM_BE]) {
		sim_fail("the machine", "no memory");
		return false;
	}
	if (trace)
		sim_trace_knobs();
	fake_access_hook = on_access;
	play();
	fake_access_hook = NULL;
	if (s->front.end)
		sim_front_free(false);
	if (s->back.end)
		sim_back_free(false);
	fake_world_free(s->w);
	n->schedules++;
	return !s->failed;
}
