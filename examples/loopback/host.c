/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend's device: does what the library's state machine says, and brings it what happens. */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "draw.h"

void lb_host_fail(struct lb_host *h, const char *what, int err, const struct displif_diag *diag)
{
	char text[256] = "";

	h->failed = true;
	if (diag && diag->err)
		displif_diag_text(diag, text, sizeof(text));
	cli_error("backend: %s: %s", what, *text ? text : displif_strerror(err));
}

/* --- sessions --- */

/* Publishes what is staged on all connectors, and does the duties. */
static void flush(struct lb_host *h)
{
	const struct displif_port_ops *ops = h->port.ops;
	uint32_t i, duty;

	for (i = 0; i < h->cfg.n && h->bound; i++) {
		duty = displif_back_flush(&h->back[i]);
		if (duty & DISPLIF_DO_NOTIFY_REQ)
			ops->chan_notify(h->port.ctx, h->link[i].chan[DISPLIF_CHAN_REQ]);
		if (duty & DISPLIF_DO_NOTIFY_EVT)
			ops->chan_notify(h->port.ctx, h->link[i].chan[DISPLIF_CHAN_EVT]);
		h->again |= !!(duty & DISPLIF_DO_POLL);
		h->broken |= !!(duty & DISPLIF_DO_CLOSE);
	}
	if (h->again || h->broken)
		fake_task_kick(h->task);
}

/* When the task is to run next, and the screens: only while a frame waits. */
static void arm(struct lb_host *h)
{
	uint64_t due = h->bdev.due, now = fake_now(h->world), d;
	bool waiting = false;
	uint32_t i;

	for (i = 0; i < h->cfg.n && h->bound; i++) {
		d = displif_back_deadline(&h->back[i]);
		if (d < due)
			due = d;
		waiting |= h->screen[i].flip != 0;
	}
	fake_task_at(h->task, due);
	fake_task_at(h->refresh,
		     waiting ? (now / LB_REFRESH_MS + 1u) * LB_REFRESH_MS : DISPLIF_NEVER);
}

/* An event channel of ours became pending. */
static void on_chan(void *arg, void *tag)
{
	struct lb_host_tag *t = tag;
	struct lb_host *h = t->host;

	(void)arg;
	if (!h->bound)
		return;
	/* Here the guest's lock is taken, unless one thread does all as here. */
	displif_back_irq(&h->back[t->conn], t->chan);
	lb_host_serve(h, t->conn);
	flush(h);
	arm(h);
}

static void on_refresh(void *arg)
{
	struct lb_host *h = arg;

	if (h->bound)
		lb_host_refresh(h);
	flush(h);
	arm(h);
}

/* --- the state machine's actions --- */

static int bind_rings(struct lb_host *h)
{
	const struct displif_quota quota = {
		.pages = h->scratch.words * LB_BUFFERS * h->cfg.n,
		.requests_per_irq = 64,
		.stride_rule = DISPLIF_STRIDE_AUTO,
		.be_alloc = h->cfg.be_alloc,
	};
	void *tag[2 * LB_MAX_CONNECTORS];
	struct displif_diag diag = { 0 };
	uint32_t i;
	int err;

	for (i = 0; i < 2 * h->cfg.n; i++) {
		h->tag[i].host = h;
		h->tag[i].conn = i / 2;
		h->tag[i].chan = i % 2 ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ;
		tag[i] = &h->tag[i];
	}
	err = displif_guest_init(&h->guest, &quota, h->dbuf, LB_MAX_DBUFS, h->fb, LB_MAX_DBUFS);
	if (!err)
		err = displif_port_back_bind(&h->port, h->frontend_dir, h->frontend, &h->guest,
					     h->cfg.n, h->link, h->back, h->pend, LB_MAX_FLIPS, tag,
					     &diag);
	if (err) {
		lb_host_fail(h, "binding the rings", err, &diag);
		return err;
	}
	memset(h->screen, 0, sizeof(h->screen));
	h->bound = true;
	displif_port_enable(&h->port, h->link, h->cfg.n);
	return 0;
}

static void stop(struct lb_host *h)
{
	uint32_t i;

	h->bound = false;
	h->again = false;
	h->broken = false;
	for (i = 0; i < h->cfg.n; i++)
		displif_back_kill(&h->back[i], DISPLIF_E_GONE);
}

static void release(struct lb_host *h)
{
	displif_port_back_close(&h->port, h->link, h->cfg.n);
	lb_host_release(h);
	displif_guest_reset(&h->guest);
}

static void publish(struct lb_host *h)
{
	struct displif_diag diag = { 0 };
	int err = displif_port_back_publish(&h->port, h->dir, &diag);

	if (err && err != DISPLIF_E_ABSENT)
		lb_host_fail(h, "writing \"versions\"", err, &diag);
}

static void write_state(struct lb_host *h, int8_t state)
{
	struct displif_diag diag = { 0 };
	int err = displif_port_write_state(&h->port, h->dir, (uint32_t)state, &diag);

	if (err && err != DISPLIF_E_ABSENT)
		lb_host_fail(h, "writing the state", err, &diag);
}

/* False: it cannot be read, which is no input. */
static bool read_peer(struct lb_host *h, enum displif_bin *in, uint32_t *arg)
{
	struct displif_diag diag = { 0 };
	uint8_t state;
	int err = displif_port_read_state(&h->port, h->frontend_dir, &state, &diag);

	if (err && err != DISPLIF_E_ABSENT)
		lb_host_fail(h, "reading the frontend's state", err, &diag);
	*in = err == DISPLIF_E_ABSENT ? DISPLIF_BIN_PEER_GONE : DISPLIF_BIN_PEER;
	*arg = state;
	return !err || err == DISPLIF_E_ABSENT;
}

/* One input, and those that its actions cause; as in guest.c. */
static void feed(struct lb_host *h, enum displif_bin in, uint32_t arg)
{
	struct displif_step step;
	bool more = true, bad;

	while (more) {
		step = displif_bdev_step(&h->bdev, in, arg, fake_now(h->world));
		more = false;
		bad = false;
		if (step.act & DISPLIF_ACT_PUBLISH)
			publish(h);
		if (step.act & DISPLIF_ACT_START) {
			bad = bind_rings(h) != 0;
			in = bad ? DISPLIF_BIN_BIND_FAILED : DISPLIF_BIN_BOUND;
			more = true;
		}
		if (step.act & DISPLIF_ACT_STOP)
			stop(h);
		if (step.act & DISPLIF_ACT_RELEASE)
			release(h);
		if (step.write >= 0 && !bad)
			write_state(h, step.write);
		if (step.act & DISPLIF_ACT_REREAD)
			more = read_peer(h, &in, &arg);
		if (step.act & DISPLIF_ACT_FINAL)
			h->gone = true;
	}
	arm(h);
}

/* Whether the toolstack detaches the device. */
static bool offline(struct lb_host *h)
{
	char path[DISPLIF_XS_PATH], text[DISPLIF_XS_TEXT];
	uint32_t len;

	displif_xs_join(path, sizeof(path), h->dir, "online");
	return !h->port.ops->xs_read(h->port.ctx, 0, path, text, sizeof(text), &len) && len == 1 &&
	       text[0] == '0';
}

/* Our directory or the frontend's state changed: look at both, whatever it was. */
static void on_watch(void *arg, const char *path)
{
	struct lb_host *h = arg;
	enum displif_bin in;
	uint32_t state;

	(void)path;
	if (h->gone)
		return;
	if (offline(h))
		feed(h, DISPLIF_BIN_OFFLINE, 0);
	else if (read_peer(h, &in, &state))
		feed(h, in, state);
}

static void on_task(void *arg)
{
	struct lb_host *h = arg;
	uint64_t now = fake_now(h->world);
	bool again = h->again;
	uint32_t i;

	h->again = false;
	for (i = 0; i < h->cfg.n && h->bound; i++) {
		if (again) {
			displif_back_irq(&h->back[i], DISPLIF_CHAN_REQ);
			displif_back_irq(&h->back[i], DISPLIF_CHAN_EVT);
		}
		if (displif_back_deadline(&h->back[i]) <= now)
			displif_back_tick(&h->back[i], now);
		lb_host_serve(h, i);
	}
	flush(h);
	if (h->broken) {
		h->broken = false;
		feed(h, DISPLIF_BIN_BROKEN, 0);
	}
	if (h->bdev.due <= now)
		feed(h, DISPLIF_BIN_TICK, 0);
	arm(h);
}

/* --- life --- */

bool lb_host_surface(const struct lb_host *h, uint32_t conn, struct draw_surface *surface)
{
	const struct displif_fb *fb = h->bound ? h->screen[conn].shown : NULL;
	const struct lb_memory *m = fb ? fb->dbuf->user : NULL;

	if (!m)
		return false;
	/* The session checked that the picture lies inside the buffer. */
	surface->pixels = m->va + fb->dbuf->data_ofs;
	surface->width = fb->width;
	surface->height = fb->height;
	surface->stride = fb->stride;
	surface->fourcc = fb->format;
	return true;
}

struct lb_host *lb_host_new(struct fake_world *world, struct fake_dom *dom, uint16_t frontend,
			    const struct lb_options *opt)
{
	struct lb_host *h = calloc(1, sizeof(*h));
	uint32_t pages = displif_pgdir_pages(lb_buffer_size(opt));
	struct displif_diag diag = { 0 };
	char path[DISPLIF_XS_PATH];
	int err;

	if (!h)
		return NULL;
	h->world = world;
	h->dom = dom;
	h->port = fake_dom_port(dom);
	h->opt = opt;
	h->frontend = frontend;
	/* Enough for a display buffer, and for the buffer that an EDID is written to. */
	h->scratch.words = pages > 8 ? pages : 8;
	h->scratch.page = h->page;
	h->scratch.gref = calloc(h->scratch.words, sizeof(uint32_t));
	/* Computed, not read: what the guest could rewrite says nothing about where we write. */
	displif_xs_backend_path(h->dir, sizeof(h->dir), fake_dom_id(dom), frontend, 0);
	displif_xs_frontend_path(h->frontend_dir, sizeof(h->frontend_dir), frontend, 0);
	displif_cfg_init(&h->cfg, h->connector, LB_MAX_CONNECTORS);
	err = displif_port_back_config(&h->port, h->frontend_dir, &h->cfg, &diag);
	if (err || !h->scratch.gref) {
		lb_host_fail(h, "reading the configuration", err ? err : DISPLIF_E_NOSPC, &diag);
		free(h->scratch.gref);
		free(h);
		return NULL;
	}
	displif_bdev_init(&h->bdev);
	fake_dom_on_chan(dom, on_chan, h);
	h->task = fake_task_new(dom, on_task, h);
	h->refresh = fake_task_new(dom, on_refresh, h);
	displif_xs_join(path, sizeof(path), h->frontend_dir, "state");
	h->watch[0] = fake_xs_watch(dom, path, on_watch, h);
	h->watch[1] = fake_xs_watch(dom, h->dir, on_watch, h);
	return h;
}

void lb_host_free(struct lb_host *h)
{
	if (!h)
		return;
	if (!h->gone)
		feed(h, DISPLIF_BIN_PEER_GONE, 0);
	fake_xs_unwatch(h->watch[0]);
	fake_xs_unwatch(h->watch[1]);
	fake_task_free(h->task);
	fake_task_free(h->refresh);
	free(h->scratch.gref);
	free(h);
}
