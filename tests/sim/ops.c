/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The fake's port operations with a switch before and after each, where the schedule wants one, and a line in the
 * trace. What they do inside is one step, as a hypercall or a message to xenstored is.
 */
#include <string.h>

#include "sim.h"

static struct displif_port_ops real;

static void enter(const char *what)
{
	sim->n->ops++;
	if (!co_running())
		return;
	if (sim_chance(sim->k.op_switch))
		sim_switch();
	if (sim->trace)
		sim_say("%s", what);
}

static int leave(const char *what, int result)
{
	if (!co_running())
		return result;
	if (result && sim->trace)
		sim_say("%s = %d", what, result);
	if (sim_chance(sim->k.op_switch))
		sim_switch();
	return result;
}

static int share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va, uint32_t *gref)
{
	enter("share");
	return leave("share", real.share(ctx, dom, n, flags, va, gref));
}

static void unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n)
{
	enter("unshare");
	real.unshare(ctx, va, gref, n);
	leave("unshare", 0);
}

static int grant(void *ctx, uint16_t dom, void *mem, uint32_t n, uint32_t flags, uint32_t *gref)
{
	enter("grant");
	return leave("grant", real.grant(ctx, dom, mem, n, flags, gref));
}

static uint32_t ungrant(void *ctx, void *mem, const uint32_t *gref, uint32_t n)
{
	uint32_t left;

	enter("ungrant");
	left = real.ungrant(ctx, mem, gref, n);
	leave("ungrant", (int)left);
	return left;
}

static int map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags, void **va,
	       void **handle)
{
	enter("map");
	return leave("map", real.map(ctx, dom, gref, n, flags, va, handle));
}

static int unmap(void *ctx, void *handle)
{
	enter("unmap");
	return leave("unmap", real.unmap(ctx, handle));
}

static int copy(void *ctx, uint16_t dom, uint32_t gref, uint32_t ofs, void *buf, uint32_t len,
		bool to_peer)
{
	enter("copy");
	return leave("copy", real.copy(ctx, dom, gref, ofs, buf, len, to_peer));
}

static int chan_open(void *ctx, uint16_t dom, uint32_t remote, void *tag, uint32_t *port,
		     void **chan)
{
	enter("chan_open");
	return leave("chan_open", real.chan_open(ctx, dom, remote, tag, port, chan));
}

static void chan_enable(void *ctx, void *chan)
{
	enter("chan_enable");
	real.chan_enable(ctx, chan);
	leave("chan_enable", 0);
}

static void chan_close(void *ctx, void *chan)
{
	enter("chan_close");
	real.chan_close(ctx, chan);
	leave("chan_close", 0);
}

static void chan_notify(void *ctx, void *chan)
{
	enter("chan_notify");
	real.chan_notify(ctx, chan);
	leave("chan_notify", 0);
}

static int chan_alive(void *ctx, void *chan)
{
	enter("chan_alive");
	return leave("chan_alive", real.chan_alive(ctx, chan));
}

static void doctor_evt(struct end_front *f, uint32_t c, uint32_t at)
{
	struct displif_front *front = &f->front[c];
	uint32_t *page = f->link[c].page[DISPLIF_CHAN_EVT];

	page[0] = at;
	page[1] = at;
	front->evt.cons = at;
	front->evt.seen = at;
	front->confirmed = at;
}

static void doctor_ring(struct displif_ring *r, uint32_t at)
{
	r->prod = at;
	r->pub = at;
	r->cons = at;
	r->seen = at;
}

/*
 * Moves indices to where the seed wants them to begin. The event page's before it is published: a backend
 * takes any equal ones. The ring's, which begins at 0 by the protocol, right after it was bound, when
 * neither end has looked at it and the frontend does not yet know.
 */
static void doctor(int side)
{
	struct end_front *f = sim->front.end;
	struct end_back *b = sim->back.end;
	uint32_t c, at = sim->k.ring_start;

	if (side == SIM_FE && f->dev.state == DISPLIF_FDEV_PUBLISHING && sim->k.evt_start) {
		for (c = 0; c < f->cfg.n && f->front[c].evt.page; c++)
			doctor_evt(f, c, sim->k.evt_start);
	}
	if (side != SIM_BE || b->dev.state != DISPLIF_BDEV_CONNECTED || sim->back.bound == b->bound)
		return;
	sim->back.bound = b->bound;
	memset(sim->back.done, 0, sizeof(sim->back.done));
	if (!at || !f || f->dev.state != DISPLIF_FDEV_PUBLISHED || sim->mode != SIM_BOTH)
		return;
	sim->n->wraps++;
	for (c = 0; c < b->n && c < f->n; c++) {
		uint32_t *page = b->link[c].page[DISPLIF_CHAN_REQ];

		if (f->link[c].gref[0] != b->link[c].gref[0] || f->front[c].order)
			continue;
		page[0] = at;
		page[1] = at + 1;
		page[2] = at;
		page[3] = at + 1;
		doctor_ring(&f->front[c].ring, at);
		doctor_ring(&b->back[c].ring, at);
		f->front[c].armed_at = at + 1;
		b->back[c].armed_at = at + 1;
	}
}

static int xs_begin(void *ctx, uint32_t *tx)
{
	if (co_running())
		doctor(sim_side(ctx));
	enter("xs_begin");
	return leave("xs_begin", real.xs_begin(ctx, tx));
}

static int xs_end(void *ctx, uint32_t tx, bool commit)
{
	enter(commit ? "xs_end commit" : "xs_end");
	return leave("xs_end", real.xs_end(ctx, tx, commit));
}

static int xs_read(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap, uint32_t *len)
{
	int err;

	enter("xs_read");
	err = real.xs_read(ctx, tx, path, buf, cap, len);
	if (sim->trace && co_running() && !err)
		sim_say("xs_read %s: %.*s", path, (int)*len, buf);
	return leave("xs_read", err);
}

static int xs_write(void *ctx, uint32_t tx, const char *path, const char *text)
{
	enter("xs_write");
	if (sim->trace && co_running())
		sim_say("xs_write %s: %s", path, text);
	sim_check_write(sim_side(ctx), path, text);
	return leave("xs_write", real.xs_write(ctx, tx, path, text));
}

void sim_ops_install(struct fake_dom *d)
{
	struct displif_port_ops *ops = fake_dom_ops(d);

	if (ops->share == share)
		return;
	real = *ops;
	*ops = (struct displif_port_ops){
		.size = sizeof(*ops),
		.share = share,
		.unshare = unshare,
		.grant = grant,
		.ungrant = ungrant,
		.map = map,
		.unmap = unmap,
		.copy = copy,
		.chan_open = chan_open,
		.chan_enable = chan_enable,
		.chan_close = chan_close,
		.chan_notify = chan_notify,
		.chan_alive = chan_alive,
		.xs_begin = xs_begin,
		.xs_end = xs_end,
		.xs_read = xs_read,
		.xs_write = xs_write,
	};
}
