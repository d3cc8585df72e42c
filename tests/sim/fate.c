/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fate: the toolstack, administrators and accidents. strike() begins something at any step of the schedule; tend()
 * brings it to its end: what died starts again, what was detached is attached again.
 */
#include "sim.h"

#define DETACH_MS 10000u /* as long as xl waits for Closed */

static uint64_t soon(uint32_t ms)
{
	return fake_now(sim->w) + sim_rand(ms);
}

static void attach(void)
{
	static const char *const connectors[] = { "id0:64x48", "id0:64x48;id1:64x48",
						  "id0:64x48;id1:64x48;id2:64x48" };
	struct sim *s = sim;
	int err;

	do {
		err = fake_toolstack_attach(s->w, s->k.back_dom, s->front_id, 0, s->k.be_alloc,
					    connectors[s->k.connectors - 1]);
	} while (err == DISPLIF_E_AGAIN);
	if (err)
		sim_fail("the toolstack", "cannot attach: %d", err);
	sim_say("the toolstack attaches the device");
	s->fate.dev = SIM_DEV_PRESENT;
	s->fate.front_due = s->calm ? 0 : soon(100);
	s->fate.back_due = s->calm ? 0 : soon(100);
}

void sim_fate_begin(void)
{
	struct sim *s = sim;

	fake_xs_coalesce(s->w, s->k.coalesce);
	s->front_id = 11;
	s->dom[SIM_FE] = fake_dom_new(s->w, s->front_id);
	s->dom[SIM_BE] = s->k.back_dom ? fake_dom_new(s->w, s->k.back_dom) : fake_dom_get(s->w, 0);
	s->at_top[SIM_FE] = s->at_top[SIM_BE] = true;
	co_restart(s->co[SIM_FE]);
	co_restart(s->co[SIM_BE]);
	attach();
}

/* What a domain was in the middle of never happens. */
static void abandon(int side)
{
	co_restart(sim->co[side]);
	sim->at_top[side] = true;
}

static void front_program_dies(void)
{
	fake_dom_exit(sim->dom[SIM_FE]);
	abandon(SIM_FE);
	sim->front.n_zombies = 0; /* its OS took them */
	if (sim->front.end)
		sim_front_free(false);
	sim->fate.front_due = soon(2000);
}

static void back_program_dies(void)
{
	fake_dom_exit(sim->dom[SIM_BE]);
	abandon(SIM_BE);
	if (sim->back.end)
		sim_back_free(false);
	sim->fate.back_due = soon(2000);
}

static void detach(void)
{
	int err;

	do {
		err = fake_toolstack_detach(sim->w, sim->k.back_dom, sim->front_id, 0);
	} while (err == DISPLIF_E_AGAIN);
	if (err)
		return;
	sim->fate.dev = SIM_DEV_DETACHING;
	sim->fate.dev_due = fake_now(sim->w) + DETACH_MS;
}

static void absent(void)
{
	fake_toolstack_remove(sim->w, sim->k.back_dom, sim->front_id, 0);
	sim->fate.dev = SIM_DEV_ABSENT;
	sim->fate.dev_due = soon(3000);
}

static void guest_dies(void)
{
	struct sim *s = sim;

	fake_toolstack_destroy(s->w, s->k.back_dom, s->front_id, 0);
	abandon(SIM_FE);
	s->front.n_zombies = 0;
	if (s->front.end)
		sim_front_free(false);
	s->fate.guest_gone = true;
	if (s->fate.dev == SIM_DEV_PRESENT) {
		s->fate.dev = SIM_DEV_DETACHING;
		s->fate.dev_due = fake_now(s->w) + DETACH_MS;
	}
}

static void driver_domain_dies(void)
{
	struct sim *s = sim;

	fake_dom_kill(s->dom[SIM_BE]);
	abandon(SIM_BE);
	if (s->back.end)
		sim_back_free(false);
	absent();
	fake_xs_rm(fake_dom_get(s->w, 0), 0, "/local/domain/5");
	s->dom[SIM_BE] = fake_dom_new(s->w, s->k.back_dom);
}

/* The guest is suspended, at a point where its kernel could be, and wakes on another host. */
static void migrate(void)
{
	struct sim *s = sim;

	back_program_dies();
	fake_dom_migrate(s->dom[SIM_FE]);
	fake_toolstack_remove(s->w, s->k.back_dom, s->front_id, 0);
	attach();
	s->front.resuming = true;
}

static void fault(void)
{
	int side = (int)sim_rand(2);
	uint32_t mask = sim_rand(3) ? FAKE_OP_USUAL : 1u << sim_rand(FAKE_OP_KINDS);
	bool repeat = !sim_rand(4);
	int err = sim_rand(3) ? DISPLIF_E_OS : DISPLIF_E_AGAIN;

	mask &= FAKE_OP_USUAL;
	fake_fault(sim->dom[side], mask, 1 + sim_rand(12), err, repeat);
	sim->hurt[side] = true;
	sim->fate.fault_end[side] = soon(repeat ? 2000 : 10000);
	sim_say("fault: domain %u, calls 0x%x fail with %d%s", fake_dom_id(sim->dom[side]), mask,
		err, repeat ? ", all of them" : "");
	sim->n->faults++;
}

static void freeze(void)
{
	int side = (int)sim_rand(2);

	sim->fate.thaw[side] = fake_now(sim->w) + 1 + sim_rand(sim_rand(4) ? 200 : 5000);
	sim_say("domain %u stands still until %u", fake_dom_id(sim->dom[side]),
		(unsigned int)sim->fate.thaw[side]);
	sim->n->frozen++;
}

static void raise_one(void)
{
	int side = (int)sim_rand(2);

	fake_port_raise(sim->dom[side], 1 + sim_rand(6));
	sim->n->raises++;
}

static bool present(void)
{
	return sim->fate.dev == SIM_DEV_PRESENT;
}

/* Accidents that leave everything where it is. */
static void strike_lightly(enum sim_blow blow)
{
	struct sim *s = sim;

	switch (blow) {
	case SIM_FAULT:
		fault();
		break;
	case SIM_CONFLICT:
		fake_xs_conflict(s->w, 1 + sim_rand(20));
		s->hurt[SIM_FE] = s->hurt[SIM_BE] = s->fate.conflicts = true;
		s->n->conflicts++;
		break;
	case SIM_FREEZE:
		freeze();
		break;
	case SIM_JUMP:
		fake_pass(s->w, fake_now(s->w) + sim_rand(sim_rand(3) ? 200 : 5000));
		s->n->jumps++;
		break;
	default:
		raise_one();
		break;
	}
}

static void strike_ends(enum sim_blow blow)
{
	struct sim *s = sim;

	switch (blow) {
	case SIM_BACK_DIES:
		if (!s->back.end)
			return;
		sim_say("the backend's program dies");
		back_program_dies();
		s->n->back_deaths++;
		break;
	case SIM_BACK_STOPS:
		if (!s->back.end || s->back.end->dev.final || !s->at_top[SIM_BE])
			return;
		sim_say("the backend is to stop");
		s->back.stop = true;
		s->n->back_stops++;
		break;
	case SIM_FRONT_DIES:
		if (!s->front.end)
			return;
		sim_say("the frontend's program dies");
		front_program_dies();
		s->n->front_deaths++;
		break;
	default:
		if (!s->front.end || s->front.end->final || s->front.resuming)
			return;
		sim_say("the frontend's driver is to be removed");
		s->front.removing = true;
		s->n->front_removals++;
		break;
	}
}

static void strike_device(enum sim_blow blow)
{
	struct sim *s = sim;

	if (!present())
		return;
	switch (blow) {
	case SIM_GUEST_DIES:
		sim_say("the guest is destroyed");
		guest_dies();
		s->n->guest_deaths++;
		break;
	case SIM_DRIVER_DIES:
		sim_say("the driver domain dies");
		driver_domain_dies();
		s->n->driver_deaths++;
		break;
	case SIM_DETACH:
		sim_say("the toolstack detaches the device");
		detach();
		s->n->detaches++;
		break;
	case SIM_VANISH:
		sim_say("the device's directories vanish");
		absent();
		s->n->vanishings++;
		break;
	default:
		if (!s->at_top[SIM_FE] || !s->front.end || s->front.end->final)
			return;
		sim_say("the guest migrates");
		migrate();
		s->n->migrations++;
		break;
	}
}

void sim_fate_strike(void)
{
	enum sim_blow blow;

	do {
		blow = (enum sim_blow)sim_rand(SIM_BLOWS);
	} while (!(sim->k.fate_mask & 1u << blow));
	if (blow < SIM_BACK_DIES)
		strike_lightly(blow);
	else if (blow < SIM_GUEST_DIES)
		strike_ends(blow);
	else
		strike_device(blow);
}

static bool faults_end(void)
{
	int side;

	for (side = 0; side < 2; side++) {
		if (!sim->fate.fault_end[side] || sim->fate.fault_end[side] > fake_now(sim->w))
			continue;
		sim->fate.fault_end[side] = 0;
		fake_fault(sim->dom[side], 0, 0, 0, false);
		sim_say("fault: domain %u is well again", fake_dom_id(sim->dom[side]));
		return true;
	}
	return false;
}

/* Ends whose life is over make room for the next ones. */
static bool bury(void)
{
	struct sim *s = sim;

	if (s->front.end && s->front.end->final && s->at_top[SIM_FE] && !s->front.resuming) {
		sim_say("the frontend is gone");
		sim_front_free(true);
		s->fate.front_due = soon(1000);
		return true;
	}
	if (s->back.end && s->back.end->final && s->at_top[SIM_BE]) {
		sim_say("the backend is gone");
		sim_back_free(true);
		s->fate.back_due = soon(1000);
		return true;
	}
	return false;
}

static bool tend_device(void)
{
	struct sim *s = sim;
	bool late = s->fate.dev_due <= fake_now(s->w);

	switch (s->fate.dev) {
	case SIM_DEV_DETACHING:
		if (!late && fake_toolstack_back_state(s->w, s->k.back_dom, s->front_id, 0) !=
				     DISPLIF_XB_CLOSED)
			return false;
		sim_say("the toolstack removes the device");
		absent();
		return true;
	case SIM_DEV_ABSENT:
		/* The next device is not the last one: both ends must have noticed. */
		if (!late || s->front.end || s->back.end || s->ending)
			return false;
		if (s->fate.guest_gone) {
			s->fate.guest_gone = false;
			s->front_id++;
			s->dom[SIM_FE] = fake_dom_new(s->w, s->front_id);
		}
		attach();
		return true;
	default:
		return false;
	}
}

static bool start_ends(void)
{
	struct sim *s = sim;
	uint64_t now = fake_now(s->w);

	if (!present())
		return false;
	if (!s->back.end && s->fate.back_due <= now) {
		sim_back_start();
		return true;
	}
	if (!s->front.end && s->fate.front_due <= now) {
		if (sim_front_start())
			return true;
		s->fate.front_due = now + 500;
		if (s->mode == SIM_BOTH)
			sim_fail("a frontend finds its nodes", "domain %u", s->front_id);
		return false;
	}
	return false;
}

bool sim_fate_tend(void)
{
	return (!sim->calm && faults_end()) || bury() || tend_device() || start_ends();
}

uint64_t sim_fate_due(void)
{
	struct sim *s = sim;
	uint64_t due = DISPLIF_NEVER, now = fake_now(s->w);
	uint64_t at[] = { s->fate.dev == SIM_DEV_PRESENT ? 0 : s->fate.dev_due,
			  s->front.end || !present() ? 0 : s->fate.front_due,
			  s->back.end || !present() ? 0 : s->fate.back_due,
			  s->fate.thaw[0],
			  s->fate.thaw[1],
			  s->calm ? 0 : s->fate.fault_end[0],
			  s->calm ? 0 : s->fate.fault_end[1] };
	uint32_t i;

	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		if (at[i] > now && at[i] < due)
			due = at[i];
	}
	return due;
}

void sim_fate_calm(void)
{
	struct sim *s = sim;
	int side;

	for (side = 0; side < 2; side++) {
		s->fate.thaw[side] = 0;
		fake_fault(s->dom[side], 0, 0, 0, false);
	}
	fake_xs_conflict(s->w, 0);
	if (s->mode == SIM_BOTH)
		return;
	/* The nodes are not what they were, either: the toolstack makes new ones. */
	sim_say("the hostile program is killed, its device detached");
	if (s->mode == SIM_HOSTILE_BACK)
		back_program_dies();
	else if (fake_dom_alive(s->dom[SIM_FE]))
		front_program_dies();
	if (!present())
		return;
	if (fake_toolstack_back_state(s->w, s->k.back_dom, s->front_id, 0) < 0)
		absent();
	else
		detach();
}

void sim_fate_end(void)
{
	struct sim *s = sim;

	s->ending = true;
	if (sim_rand(3)) {
		sim_say("the end: the device is detached");
		detach();
	} else {
		sim_say("the end: the guest is destroyed");
		guest_dies();
	}
}
