/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The frontend's device: does what the library's state machine says, and brings
 * interrupts and deadlines to the sessions. No decision about the protocol is
 * made here.
 */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

void lb_guest_fail(struct lb_guest *g, uint32_t conn, const char *what, int err,
		   const struct displif_diag *diag)
{
	char text[256] = "";

	if (g->failed)
		return;
	g->failed = true;
	if (diag && diag->err)
		displif_diag_text(diag, text, sizeof(text));
	cli_error("frontend, connector %u: %s: %s", conn, what,
		  *text ? text : displif_strerror(err));
}

/* --- sessions --- */

bool lb_guest_send(struct lb_guest *g, uint32_t conn, const struct displif_msg *msg, uint64_t token)
{
	int err;

	/* Here a driver takes the connector's leaf lock ... */
	err = displif_front_submit(&g->front[conn], msg, token, fake_now(g->world));
	/* ... and drops it. The backend sees the request after the flush. */
	if (err && err != DISPLIF_E_FULL)
		lb_guest_fail(g, conn, displif_req_name(msg->op), err, NULL);
	return !err;
}

/* Publishes what is staged on all connectors, and does the duties. */
static void flush(struct lb_guest *g)
{
	const struct displif_port_ops *ops = g->port.ops;
	uint32_t i, duty;

	for (i = 0; i < g->n && g->started; i++) {
		duty = displif_front_flush(&g->front[i]);
		/* The leaf lock is dropped here: duties are done without it. */
		if (duty & DISPLIF_DO_NOTIFY_REQ)
			ops->chan_notify(g->port.ctx, g->link[i].chan[DISPLIF_CHAN_REQ]);
		g->again |= !!(duty & DISPLIF_DO_POLL);
		g->broken |= !!(duty & DISPLIF_DO_CLOSE);
	}
	if (g->again || g->broken)
		fake_task_kick(g->task);
}

/* All events of the last snapshot. */
static void take_events(struct lb_guest *g, uint32_t conn)
{
	struct displif_front_event ev;

	while (displif_front_poll(&g->front[conn], &ev))
		lb_show_event(g, conn, &ev);
}

/* When the task is to run next: the earliest of all deadlines. */
static void arm(struct lb_guest *g)
{
	uint64_t due = g->fdev.due, d;
	uint32_t i;

	for (i = 0; i < g->n && g->started; i++) {
		d = displif_front_deadline(&g->front[i]);
		if (d < due)
			due = d;
	}
	fake_task_at(g->task, due);
}

/* The interrupt handler: an event channel of ours became pending. */
static void on_chan(void *arg, void *tag)
{
	struct lb_guest_tag *t = tag;
	struct lb_guest *g = t->guest;

	(void)arg;
	if (!g->started)
		return;
	/*
	 * In a kernel: leaf lock; irq, poll up to the end, flush; unlock; duties. Whoever
	 * wants displif_front_idle() for Xen's late EOI asks here.
	 */
	displif_front_irq(&g->front[t->conn], t->chan);
	take_events(g, t->conn);
	lb_show_advance(g);
	flush(g);
	arm(g);
}

/* --- the state machine's actions --- */

static int publish(void *user)
{
	const struct displif_front_cfg cfg = {
		.timeout_ms = 3000, .look_ms = 100, .max_lost = 8, .reserve = 4
	};
	void *tag[2 * LB_MAX_CONNECTORS];
	struct lb_guest *g = user;
	struct displif_diag diag = { 0 };
	uint32_t i;
	int err;

	displif_cfg_init(&g->cfg, g->connector, LB_MAX_CONNECTORS);
	err = displif_port_front_config(&g->port, g->dir, g->backend_dir, &g->cfg, &diag);
	for (i = 0; !err && i < 2 * g->cfg.n; i++) {
		g->tag[i].guest = g;
		g->tag[i].conn = i / 2;
		g->tag[i].chan = i % 2 ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ;
		tag[i] = &g->tag[i];
	}
	if (!err)
		err = displif_port_front_publish(&g->port, g->dir, g->backend, &g->cfg, &cfg,
						 g->link, g->front, tag, &diag);
	if (err) {
		lb_guest_fail(g, 0, "publishing the rings", err, &diag);
		return err;
	}
	g->n = g->cfg.n;
	return 0;
}

static int start(void *user)
{
	struct lb_guest *g = user;

	g->started = true;
	displif_port_enable(&g->port, g->link, g->n);
	lb_show_advance(g);
	flush(g);
	return 0;
}

static void stop(void *user)
{
	struct lb_guest *g = user;
	uint32_t i;

	g->started = false;
	g->again = false;
	g->broken = false;
	for (i = 0; i < g->n; i++)
		displif_front_kill(&g->front[i], DISPLIF_E_GONE);
	if (!g->removing)
		lb_guest_fail(g, 0, "the backend left", DISPLIF_E_GONE, NULL);
}

static void release(void *user)
{
	struct lb_guest *g = user;
	uint32_t i;

	for (i = 0; i < g->n; i++)
		displif_front_kill(&g->front[i], DISPLIF_E_GONE);
	displif_port_front_close(&g->port, g->link, g->n);
	lb_show_release(g);
	g->n = 0;
}

/* The backend's state as the state machine's input. False: it cannot be read, which is none. */
static bool read_peer(void *user, enum displif_in *in, uint32_t *arg)
{
	struct lb_guest *g = user;
	struct displif_diag diag = { 0 };
	uint8_t state;
	int err = displif_port_read_state(&g->port, g->backend_dir, &state, &diag);

	if (err && err != DISPLIF_E_ABSENT)
		lb_guest_fail(g, 0, "reading the backend's state", err, &diag);
	*in = err == DISPLIF_E_ABSENT ? DISPLIF_IN_PEER_GONE : DISPLIF_IN_PEER;
	*arg = state;
	return !err || err == DISPLIF_E_ABSENT;
}

static void write_state(void *user, uint32_t state)
{
	struct lb_guest *g = user;
	struct displif_diag diag = { 0 };
	int err = displif_port_write_state(&g->port, g->dir, state, &diag);

	/* Absent: the toolstack has removed the device, and nobody waits for our state. */
	if (err && err != DISPLIF_E_ABSENT)
		lb_guest_fail(g, 0, "writing the state", err, &diag);
}

static void final(void *user)
{
	struct lb_guest *g = user;

	g->gone = true;
}

static uint64_t clock_of(void *user)
{
	struct lb_guest *g = user;

	return fake_now(g->world);
}

/*
 * One input, and those that its actions cause. No other comes between (state.h): that
 * is what the device's lock is for. Its callers hold it, all of this may sleep.
 */
static void feed(struct lb_guest *g, enum displif_in in, uint32_t arg)
{
	static const struct displif_fdev_ops ops = {
		.now = clock_of,
		.publish = publish,
		.start = start,
		.stop = stop,
		.release = release,
		.write = write_state,
		.peer = read_peer,
		.final = final,
	};

	displif_fdev_feed(&g->fdev, &ops, g, in, arg);
	arm(g);
}

static void on_watch(void *arg, const char *path)
{
	struct lb_guest *g = arg;
	enum displif_in in;
	uint32_t state;

	(void)path;
	/* Xenbus' thread: here a driver takes the device's lock. */
	if (!g->gone && read_peer(g, &in, &state))
		feed(g, in, state);
}

/* Looks at both pages of all connectors, as DISPLIF_DO_POLL asks. */
static void look(struct lb_guest *g)
{
	uint32_t i;

	g->again = false;
	for (i = 0; i < g->n; i++) {
		displif_front_irq(&g->front[i], DISPLIF_CHAN_REQ);
		displif_front_irq(&g->front[i], DISPLIF_CHAN_EVT);
		take_events(g, i);
	}
}

/* A driver's worker: duties that cannot be done in an interrupt, and deadlines. */
static void on_task(void *arg)
{
	struct lb_guest *g = arg;
	uint64_t now = fake_now(g->world);
	uint32_t i;

	/* Each connector's leaf lock, one after the other ... */
	if (g->started && g->again)
		look(g);
	for (i = 0; i < g->n && g->started; i++) {
		if (displif_front_deadline(&g->front[i]) > now)
			continue;
		displif_front_expire(&g->front[i], now);
		take_events(g, i);
	}
	if (g->started) {
		lb_show_advance(g);
		flush(g);
	}
	/* ... and the device's lock without them. */
	if (g->broken) {
		g->broken = false;
		feed(g, DISPLIF_IN_BROKEN, 0);
	}
	if (g->removing && !g->gone)
		feed(g, DISPLIF_IN_REMOVE, 0);
	if (g->fdev.due <= now)
		feed(g, DISPLIF_IN_TICK, 0);
	arm(g);
}

/* --- life --- */

struct lb_guest *lb_guest_new(struct fake_world *world, struct fake_dom *dom, uint16_t backend,
			      const struct lb_options *opt)
{
	struct lb_guest *g = calloc(1, sizeof(*g));
	char path[DISPLIF_XS_PATH];

	if (!g)
		return NULL;
	g->world = world;
	g->dom = dom;
	g->port = fake_dom_port(dom);
	g->opt = opt;
	g->backend = backend;
	displif_xs_frontend_path(g->dir, sizeof(g->dir), fake_dom_id(dom), 0);
	/* A guest reads its "backend" node; this one knows what would be in it. */
	displif_xs_backend_path(g->backend_dir, sizeof(g->backend_dir), backend, fake_dom_id(dom),
				0);
	displif_fdev_init(&g->fdev);
	fake_dom_on_chan(dom, on_chan, g);
	g->task = fake_task_new(dom, on_task, g);
	displif_xs_join(path, sizeof(path), g->backend_dir, "state");
	g->watch = fake_xs_watch(dom, path, on_watch, g);
	/* Whatever an earlier driver left behind: we begin at Initialising. */
	feed(g, DISPLIF_IN_RESUMED, 0);
	return g;
}

void lb_guest_kick(struct lb_guest *g)
{
	fake_task_kick(g->task);
}

void lb_guest_free(struct lb_guest *g)
{
	if (!g)
		return;
	if (!g->gone) {
		g->removing = true;
		feed(g, DISPLIF_IN_PEER_GONE, 0);
	}
	fake_xs_unwatch(g->watch);
	fake_task_free(g->task);
	free(g);
}
