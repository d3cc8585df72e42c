/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend of tests: one device of one guest, driven by the state machine. */
#include <stdlib.h>
#include <string.h>

#include "end.h"

static uint64_t now(const struct end_back *b)
{
	return fake_now(b->w);
}

static void sooner(uint64_t *due, uint64_t at)
{
	if (at < *due)
		*due = at;
}

static void set_timer(struct end_back *b)
{
	uint64_t due = b->dev.due;
	uint32_t i;

	for (i = 0; i < b->n; i++)
		sooner(&due, displif_back_deadline(&b->back[i]));
	if (b->retry.state >= 0 || b->retry.reread || b->retry.publish)
		sooner(&due, now(b) + END_RETRY_MS);
	fake_task_at(b->tick, due);
}

void end_back_flush(struct end_back *b, uint32_t c)
{
	uint32_t duty = displif_back_flush(&b->back[c]);

	if (duty & DISPLIF_DO_NOTIFY_REQ)
		b->port.ops->chan_notify(b->port.ctx, b->link[c].chan[DISPLIF_CHAN_REQ]);
	if (duty & DISPLIF_DO_NOTIFY_EVT)
		b->port.ops->chan_notify(b->port.ctx, b->link[c].chan[DISPLIF_CHAN_EVT]);
	if (duty & DISPLIF_DO_POLL)
		b->poll[c] = true;
	if (duty & DISPLIF_DO_CLOSE)
		b->broken = true;
	if (duty & (DISPLIF_DO_POLL | DISPLIF_DO_CLOSE))
		fake_task_kick(b->work);
	set_timer(b);
}

static void take(struct end_back *b, uint32_t c)
{
	struct displif_back_req req;

	while (displif_back_poll(&b->back[c], &req, now(b)))
		end_back_request(b, c, &req);
	end_back_flush(b, c);
}

void end_back_serve(struct end_back *b, uint32_t c, enum displif_chan chan)
{
	displif_back_irq(&b->back[c], chan);
	take(b, c);
}

static void on_interrupt(struct end_tag *tag)
{
	end_back_serve(tag->end, tag->connector, tag->chan);
}

/* Binds the rings of all connectors that the toolstack configured. */
static int bind_all(struct end_back *b)
{
	void *tag[2 * END_CONNECTORS];
	uint32_t i;
	int err;

	for (i = 0; i < 2 * b->cfg.n; i++) {
		b->tag[i] = (struct end_tag){ on_interrupt, b, i / 2,
					      i % 2 ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ };
		tag[i] = &b->tag[i];
	}
	err = displif_guest_init(&b->guest, &b->quota, b->dbuf, END_BUFS, b->fb, 2 * END_BUFS);
	if (!err)
		err = displif_port_back_bind(&b->port, b->front_dir, b->frontend, &b->guest,
					     b->cfg.n, b->link, b->back, b->pend, b->pend_cap, tag,
					     &b->diag);
	if (err)
		return err;
	b->n = b->cfg.n;
	displif_port_enable(&b->port, b->link, b->n);
	for (i = 0; i < b->n; i++) /* what was asked before we listened */
		b->poll[i] = true;
	fake_task_kick(b->work);
	return 0;
}

static void stop(struct end_back *b)
{
	uint32_t i;

	b->stops++;
	for (i = 0; i < b->n; i++)
		displif_back_kill(&b->back[i], DISPLIF_E_GONE);
}

static void release(struct end_back *b)
{
	end_back_drop(b);
	displif_port_back_close(&b->port, b->link, b->n);
	displif_port_back_close(&b->port, b->link, b->n); /* idempotent */
	b->n = 0;
	b->broken = false;
}

/* A frontend in 3 may have published rings that are not those that we bound: then its old ports are closed. */
static bool is_another(struct end_back *b, uint8_t state)
{
	return b->dev.state == DISPLIF_BDEV_CONNECTED && state == DISPLIF_XB_INITIALISED && b->n &&
	       !b->port.ops->chan_alive(b->port.ctx, b->link[0].chan[DISPLIF_CHAN_REQ]);
}

static bool reread(struct end_back *b, enum displif_bin *in, uint32_t *arg)
{
	uint8_t state;
	int err = displif_port_read_state(&b->port, b->front_dir, &state, NULL);

	b->retry.reread = err && err != DISPLIF_E_ABSENT;
	if (b->retry.reread)
		return false;
	*in = err ? DISPLIF_BIN_PEER_GONE : DISPLIF_BIN_PEER;
	if (!err && is_another(b, state))
		*in = DISPLIF_BIN_BROKEN;
	*arg = state;
	return true;
}

/* Also what could not be written before. "versions" precedes the state. */
static void write_out(struct end_back *b)
{
	int err = 0;

	if (b->retry.publish && !b->configured) {
		displif_cfg_init(&b->cfg, b->connector, END_CONNECTORS);
		err = displif_port_back_config(&b->port, b->front_dir, &b->cfg, &b->diag);
		b->configured = !err;
	}
	if (b->retry.publish && !err)
		err = displif_port_back_publish(&b->port, b->dir, &b->diag);
	if (!err || err == DISPLIF_E_ABSENT)
		b->retry.publish = false;
	if (b->retry.publish || b->retry.state < 0) {
		b->last_err = err;
		return;
	}
	err = displif_port_write_state(&b->port, b->dir, (uint32_t)b->retry.state, &b->diag);
	b->last_err = err;
	if (!err || err == DISPLIF_E_ABSENT)
		b->retry.state = -1;
}

static bool act(struct end_back *b, const struct displif_step *step, enum displif_bin *in,
		uint32_t *arg)
{
	bool follows = false;
	int err;

	if (step->act & DISPLIF_ACT_PUBLISH)
		b->retry.publish = true;
	if (step->act & DISPLIF_ACT_START) {
		err = bind_all(b);
		b->last_err = err;
		b->bound += !err;
		b->bind_failed += err != 0;
		*in = err ? DISPLIF_BIN_BIND_FAILED : DISPLIF_BIN_BOUND;
		*arg = 0;
		follows = true;
	}
	if (step->act & DISPLIF_ACT_STOP)
		stop(b);
	if (step->act & DISPLIF_ACT_RELEASE)
		release(b);
	if (step->write >= 0) {
		b->retry.state = (uint8_t)step->write;
		write_out(b);
	}
	if (step->act & DISPLIF_ACT_REREAD)
		follows = reread(b, in, arg);
	if (step->act & DISPLIF_ACT_FINAL)
		b->final = true;
	return follows;
}

void end_back_feed(struct end_back *b, enum displif_bin in, uint32_t arg)
{
	struct displif_step step;

	do {
		step = displif_bdev_step(&b->dev, in, arg, now(b));
	} while (act(b, &step, &in, &arg));
	set_timer(b);
}

static void look(struct end_back *b)
{
	enum displif_bin in;
	uint32_t arg;

	if (b->final)
		return;
	if (reread(b, &in, &arg))
		end_back_feed(b, in, arg);
	else
		set_timer(b);
}

static void on_front(void *arg, const char *path)
{
	(void)path;
	look(arg);
}

/* Our own directory: did the toolstack take the device away? */
static void on_own(void *arg, const char *path)
{
	struct end_back *b = arg;
	char online[END_PATH], state[END_PATH];

	(void)path;
	if (b->final)
		return;
	displif_xs_join(online, sizeof(online), b->dir, "online");
	displif_xs_join(state, sizeof(state), b->dir, "state");
	if (fake_xs_num(b->dom, state) < 0)
		end_back_feed(b, DISPLIF_BIN_PEER_GONE, 0);
	else if (fake_xs_num(b->dom, online) == 0)
		end_back_feed(b, DISPLIF_BIN_OFFLINE, 0);
}

static void on_release(void *arg, const char *path)
{
	struct end_back *b = arg;

	(void)path;
	if (!b->final && !fake_dom_get(b->w, b->frontend))
		end_back_feed(b, DISPLIF_BIN_PEER_GONE, 0);
}

static void on_work(void *arg)
{
	struct end_back *b = arg;
	uint32_t i;

	for (i = 0; i < b->n; i++) {
		if (!b->poll[i])
			continue;
		b->poll[i] = false;
		displif_back_irq(&b->back[i], DISPLIF_CHAN_REQ);
		displif_back_irq(&b->back[i], DISPLIF_CHAN_EVT);
		take(b, i);
	}
	if (b->broken) {
		b->broken = false;
		end_back_feed(b, DISPLIF_BIN_BROKEN, 0);
	}
}

static void on_tick(void *arg)
{
	struct end_back *b = arg;
	uint32_t i;

	b->ticks++;
	for (i = 0; i < b->n; i++) {
		if (displif_back_deadline(&b->back[i]) > now(b))
			continue;
		displif_back_tick(&b->back[i], now(b));
		take(b, i);
	}
	if (b->retry.state >= 0)
		write_out(b);
	if (b->retry.reread)
		look(b);
	if (b->dev.due <= now(b))
		end_back_feed(b, DISPLIF_BIN_TICK, 0);
	else
		set_timer(b);
}

struct end_back *end_back_new(struct fake_dom *dom, uint16_t frontend, uint32_t devid)
{
	struct end_back *b = calloc(1, sizeof(*b));
	char path[2 * END_PATH];

	if (!b)
		abort();
	b->w = fake_dom_world(dom);
	b->dom = dom;
	b->port = fake_dom_port(dom);
	b->frontend = frontend;
	b->devid = devid;
	b->retry.state = -1;
	b->pend_cap = END_PEND;
	b->quota = (struct displif_quota){ .pages = UINT32_MAX,
					   .requests_per_irq = 64,
					   .be_alloc = true };
	displif_bdev_init(&b->dev);
	displif_xs_backend_path(b->dir, sizeof(b->dir), fake_dom_id(dom), frontend, devid);
	displif_xs_frontend_path(b->front_dir, sizeof(b->front_dir), frontend, devid);
	b->work = fake_task_new(dom, on_work, b);
	b->tick = fake_task_new(dom, on_tick, b);
	fake_dom_on_chan(dom, end_on_chan, NULL);
	snprintf(path, sizeof(path), "%s/state", b->front_dir);
	b->watch[0] = fake_xs_watch(dom, path, on_front, b);
	b->watch[1] = fake_xs_watch(dom, b->dir, on_own, b);
	b->watch[2] = fake_xs_watch(dom, "@releaseDomain", on_release, b);
	return b;
}

void end_back_stop(struct end_back *b)
{
	end_back_feed(b, DISPLIF_BIN_STOP, 0);
}

void end_back_free(struct end_back *b, bool orderly)
{
	uint32_t i;

	if (orderly) {
		for (i = 0; i < 3; i++)
			fake_xs_unwatch(b->watch[i]);
		fake_task_free(b->work);
		fake_task_free(b->tick);
	}
	for (i = 0; i < END_BUFS; i++)
		free(b->mem[i].gref);
	free(b);
}
