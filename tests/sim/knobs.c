/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a seed chooses before its schedule begins: how domains are switched, how both ends are set up, what fate may do. */
#include "sim.h"

static uint32_t pick(const uint32_t *of, uint32_t n)
{
	return of[sim_rand(n)];
}

#define PICK(...)                               \
	pick((const uint32_t[]){ __VA_ARGS__ }, \
	     sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void choose_switches(struct sim_knobs *k)
{
	k->quantum = PICK(0, 1, 1, 2, 4, 12, 40, 200);
	k->op_switch = PICK(0, 20, 200, 500);
	k->weight[SIM_FE] = PICK(1, 1, 1, 4, 20);
	k->weight[SIM_BE] = PICK(1, 1, 1, 4, 20);
}

static void choose_front(struct sim_knobs *k)
{
	k->front = (struct displif_front_cfg){
		.timeout_ms = PICK(3000, 3000, 300),
		.look_ms = PICK(100, 100, 0, 10),
		.max_lost = PICK(8, 8, 1, 31),
		.reserve = PICK(4, 4, 0, 16),
	};
	k->steps = PICK(5, 10, 20, 30, 60);
	k->client_ms = PICK(1, 1, 5, 40);
	k->mute_evt = !sim_rand(6);
}

static void choose_back(struct sim_knobs *k)
{
	k->quota = (struct displif_quota){
		.pages = PICK(UINT32_MAX, UINT32_MAX, 8),
		.pages_per_s = PICK(0, 0, 0, 3, 50),
		.requests_per_irq = PICK(64, 64, 1, 3, 1024),
		.be_alloc = sim_rand(8) != 0,
	};
	k->pend_cap = PICK(8, 8, 1, 2, 256);
	/* What is held back for the pace may take 2 s. */
	if (k->quota.pages_per_s)
		k->front.timeout_ms = 3000;
	k->late_ms = PICK(1, 10, 100, 4000);
	k->late = PICK(0, 0, 300, 900);
	k->refuse = PICK(0, 0, 0, 30, 200);
	k->drop_event = PICK(0, 0, 0, 20, 200);
	k->no_copy = !sim_rand(3);
}

/* Indices a little before they wrap. The ring's begin at 0; both ends are moved where nobody looks. */
static void choose_indices(struct sim_knobs *k)
{
	k->evt_start = PICK(0, 0, 0u - 1u - sim_rand(80), sim_rand(UINT32_MAX));
	k->ring_start = PICK(0, 0, 0u - 1u - sim_rand(40));
}

static void choose_fate(struct sim *s)
{
	struct sim_knobs *k = &s->k;
	/* A schedule has the more turns, the shorter they are. */
	uint32_t turns = k->quantum ? 4000 / k->quantum + 100 : 100;
	uint32_t i;

	if (k->op_switch)
		turns += k->op_switch * 2;
	k->fate = PICK(0, turns / 40, turns / 10, turns / 4, turns) + 1;
	if (k->fate == 1)
		k->fate = 0;
	/* Some kinds only: many at once hide what few do. */
	for (i = 0; i < SIM_BLOWS; i++)
		k->fate_mask |= sim_rand(3) ? 0 : 1u << i;
	if (!k->back_dom)
		k->fate_mask &= ~(1u << SIM_DRIVER_DIES);
	if (!k->fate_mask)
		k->fate_mask = 1u << SIM_JUMP;
	if (s->mode == SIM_BOTH)
		return;
	k->scribble = PICK(5, 30, 200, 1000);
	k->scribble_xs = PICK(0, turns / 40 + 1, turns / 8 + 1, turns);
}

void sim_choose(struct sim *s)
{
	struct sim_knobs *k = &s->k;

	choose_switches(k);
	k->connectors = PICK(1, 1, 1, 2, SIM_MAX_CONNECTORS);
	k->back_dom = (uint16_t)PICK(0, 0, 5);
	k->be_alloc = sim_rand(2);
	k->coalesce = sim_rand(2);
	choose_front(k);
	choose_back(k);
	choose_indices(k);
	choose_fate(s);
}
