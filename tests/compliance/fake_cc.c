/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-compliance's world on the fake Xen. */
#include "fake_cc.h"

#include <string.h>

uint64_t fake_cc_seed;

static uint64_t now(void *ctx)
{
	struct fake_cc *cc = ctx;

	return fake_now(cc->w);
}

static void step(void *ctx, uint32_t ms)
{
	struct fake_cc *cc = ctx;

	if (fake_run(cc->w, 0) == 0 && ms)
		fake_advance(cc->w, ms);
}

static int maps(void *ctx, uint32_t gref)
{
	struct fake_cc *cc = ctx;

	return (int)fake_grant_maps(cc->self, gref);
}

static const struct cc_world_ops ops = { now, step, maps };

static void on_chan(void *arg, void *tag)
{
	struct fake_cc *cc = arg;

	if (cc->world.event)
		cc->world.event(cc->world.arg, tag);
}

void fake_cc_init(struct fake_cc *cc, struct fake_world *w, uint16_t self, uint16_t peer,
		  bool front)
{
	struct cc_world *world = &cc->world;
	char *back = front ? world->peer_dir : world->dir;
	char *fe = front ? world->dir : world->peer_dir;

	memset(cc, 0, sizeof(*cc));
	cc->w = w;
	cc->self = fake_dom_get(w, self);
	world->ops = &ops;
	world->ctx = cc;
	world->port = fake_dom_port(cc->self);
	world->own = self;
	world->peer = peer;
	world->timeout_ms = 12000;
	displif_xs_backend_path(back, DISPLIF_XS_PATH, front ? peer : self, front ? self : peer, 0);
	displif_xs_frontend_path(fe, DISPLIF_XS_PATH, front ? self : peer, 0);
	fake_dom_on_chan(cc->self, on_chan, cc);
}
