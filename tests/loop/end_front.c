/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The frontend of tests: its device, driven by the state machine. */
#include <stdlib.h>
#include <string.h>

#include "end.h"

void end_on_chan(void *arg, void *tag)
{
	struct end_tag *t = tag;

	(void)arg;
	t->fn(t);
}

static uint64_t now(const struct end_front *f)
{
	return fake_now(f->w);
}

static void sooner(uint64_t *due, uint64_t at)
{
	if (at < *due)
		*due = at;
}

/* One timer for all that has a time. */
static void set_timer(struct end_front *f)
{
	uint64_t due = f->dev.due;
	uint32_t i;

	for (i = 0; i < f->n; i++)
		sooner(&due, displif_front_deadline(&f->front[i]));
	if (f->retry.state >= 0 || f->retry.reread || f->dev.zombies)
		sooner(&due, now(f) + END_RETRY_MS);
	fake_task_at(f->tick, due);
}

static void note(struct end_front *f, const struct displif_front_event *ev)
{
	struct end_wait *wait = end_front_waited(f, ev->token);

	if (f->heard)
		f->heard(f, ev);
	if (!wait)
		return;
	wait->fb = ev->fb;
	switch (ev->type) {
	case DISPLIF_EV_RSP:
		wait->rsp++;
		wait->status = ev->status;
		wait->edid_sz = ev->edid_sz;
		break;
	case DISPLIF_EV_FLIP:
		wait->flip++;
		break;
	default:
		wait->lost++;
		wait->status = ev->status;
		break;
	}
}

void end_front_flush(struct end_front *f, uint32_t c)
{
	uint32_t duty = displif_front_flush(&f->front[c]);

	if (duty & DISPLIF_DO_NOTIFY_REQ)
		f->port.ops->chan_notify(f->port.ctx, f->link[c].chan[DISPLIF_CHAN_REQ]);
	if (duty & DISPLIF_DO_NOTIFY_EVT)
		f->port.ops->chan_notify(f->port.ctx, f->link[c].chan[DISPLIF_CHAN_EVT]);
	if (duty & DISPLIF_DO_POLL)
		f->poll[c] = true;
	if (duty & DISPLIF_DO_CLOSE)
		f->broken = true;
	if (duty & (DISPLIF_DO_POLL | DISPLIF_DO_CLOSE))
		fake_task_kick(f->work);
	set_timer(f);
}

/* Everything that waits on one connector. */
static void take(struct end_front *f, uint32_t c)
{
	struct displif_front_event ev;

	while (displif_front_poll(&f->front[c], &ev))
		note(f, &ev);
	end_front_flush(f, c);
}

static void on_interrupt(struct end_tag *tag)
{
	struct end_front *f = tag->end;

	if (f->deaf)
		return;
	displif_front_irq(&f->front[tag->connector], tag->chan);
	take(f, tag->connector);
}

static int try_publish(struct end_front *f)
{
	struct displif_front_cfg cfg[END_CONNECTORS];
	void *tag[2 * END_CONNECTORS];
	uint32_t i;
	int err;

	err = displif_cfg_init(&f->cfg, f->connector, END_CONNECTORS);
	if (!err)
		err = displif_port_front_config(&f->port, f->dir, f->back_dir, &f->cfg, &f->diag);
	if (err)
		return err;
	for (i = 0; i < f->cfg.n; i++) {
		cfg[i] = f->front_cfg;
		if (i)
			cfg[i].reserve = 0;
	}
	for (i = 0; i < 2 * f->cfg.n; i++) {
		f->tag[i] = (struct end_tag){ on_interrupt, f, i / 2,
					      i % 2 ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ };
		tag[i] = &f->tag[i];
	}
	err = displif_port_front_publish(&f->port, f->dir, f->backend, &f->cfg, cfg, f->link,
					 f->front, tag, &f->diag);
	if (!err)
		f->n = f->cfg.n;
	return err;
}

/* Kills the sessions; every token is heard of once more. */
static void stop(void *user)
{
	struct end_front *f = user;
	struct displif_front_event ev;
	uint32_t i;

	f->stops++;
	f->started = false;
	for (i = 0; i < f->n; i++) {
		displif_front_kill(&f->front[i], DISPLIF_E_GONE);
		while (displif_front_poll(&f->front[i], &ev))
			note(f, &ev);
	}
}

static void release(void *user)
{
	struct end_front *f = user;
	uint32_t i;

	for (i = 0; i < f->n; i++)
		displif_front_kill(&f->front[i], DISPLIF_E_GONE);
	end_front_drop_bufs(f);
	displif_port_front_close(&f->port, f->link, f->n);
	displif_port_front_close(&f->port, f->link, f->n); /* idempotent */
	f->n = 0;
	f->broken = false;
}

/* The next input: what the peer's node says. False: it could not be read. */
static bool reread(void *user, enum displif_in *in, uint32_t *arg)
{
	struct end_front *f = user;
	uint8_t state;
	int err = displif_port_read_state(&f->port, f->back_dir, &state, NULL);

	f->retry.reread = err && err != DISPLIF_E_ABSENT;
	if (f->retry.reread)
		return false;
	*in = err ? DISPLIF_IN_PEER_GONE : DISPLIF_IN_PEER;
	*arg = state;
	return true;
}

static void write_state(void *user, uint32_t state)
{
	struct end_front *f = user;
	int err = displif_port_write_state(&f->port, f->dir, state, &f->diag);

	f->retry.state = err && err != DISPLIF_E_ABSENT ? (int32_t)state : -1;
}

static int publish(void *user)
{
	struct end_front *f = user;

	f->last_err = try_publish(f);
	f->published += !f->last_err;
	f->failed += f->last_err != 0;
	return f->last_err;
}

static int start(void *user)
{
	struct end_front *f = user;

	f->starts++;
	f->started = true;
	displif_port_enable(&f->port, f->link, f->n);
	return 0;
}

static void final(void *user)
{
	struct end_front *f = user;

	f->final = true;
}

static uint64_t clock_of(void *user)
{
	return now(user);
}

void end_front_feed(struct end_front *f, enum displif_in in, uint32_t arg)
{
	static const struct displif_fdev_ops ops = {
		.now = clock_of,
		.publish = publish,
		.start = start,
		.stop = stop,
		.release = release,
		.write = write_state,
		.peer = reread,
		.final = final,
	};
	struct fake_held held;

	displif_fdev_feed(&f->dev, &ops, f, in, arg);
	fake_held(f->w, f->dom, &held);
	if (held.zombies != f->dev.zombies)
		end_front_feed(f, DISPLIF_IN_ZOMBIES, held.zombies);
	else if (f->dev.state == DISPLIF_FDEV_RECONFIG && !f->hold_users)
		end_front_feed(f, DISPLIF_IN_USERS_GONE, 0);
	else
		set_timer(f);
}

void end_front_users_gone(struct end_front *f)
{
	f->hold_users = false;
	end_front_feed(f, DISPLIF_IN_USERS_GONE, 0);
}

static void look(struct end_front *f)
{
	enum displif_in in;
	uint32_t arg;

	if (f->final)
		return;
	if (reread(f, &in, &arg))
		end_front_feed(f, in, arg);
	else
		set_timer(f);
}

static void on_watch(void *arg, const char *path)
{
	(void)path;
	look(arg);
}

static void on_work(void *arg)
{
	struct end_front *f = arg;
	uint32_t i;

	for (i = 0; i < f->n; i++) {
		if (!f->poll[i])
			continue;
		f->poll[i] = false;
		displif_front_irq(&f->front[i], DISPLIF_CHAN_REQ);
		displif_front_irq(&f->front[i], DISPLIF_CHAN_EVT);
		take(f, i);
	}
	if (f->broken) {
		f->broken = false;
		end_front_feed(f, DISPLIF_IN_BROKEN, 0);
	}
}

static void on_tick(void *arg)
{
	struct end_front *f = arg;
	uint32_t i;

	for (i = 0; i < f->n; i++) {
		if (displif_front_deadline(&f->front[i]) > now(f))
			continue;
		displif_front_expire(&f->front[i], now(f));
		take(f, i);
	}
	if (f->retry.state >= 0)
		write_state(f, (uint32_t)f->retry.state);
	if (f->retry.reread)
		look(f);
	if (f->dev.due <= now(f))
		end_front_feed(f, DISPLIF_IN_TICK, 0);
	else
		end_front_feed(f, DISPLIF_IN_ZOMBIES, f->dev.zombies);
}

/* Where the backend is, from our own nodes. */
static bool find_backend(struct end_front *f)
{
	char path[END_PATH], watched[2 * END_PATH];
	const char *back;
	int64_t id;

	displif_xs_join(path, sizeof(path), f->dir, "backend-id");
	id = fake_xs_num(f->dom, path);
	displif_xs_join(path, sizeof(path), f->dir, "backend");
	back = fake_xs_gets(f->dom, path);
	if (id < 0 || !back || strlen(back) >= sizeof(f->back_dir))
		return false;
	f->backend = (uint16_t)id;
	memcpy(f->back_dir, back, strlen(back) + 1);
	snprintf(watched, sizeof(watched), "%s/state", f->back_dir);
	if (f->watch)
		fake_xs_unwatch(f->watch);
	f->watch = fake_xs_watch(f->dom, watched, on_watch, f);
	return f->watch != NULL;
}

struct end_front *end_front_new(struct fake_dom *dom, uint32_t devid)
{
	struct end_front *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->w = fake_dom_world(dom);
	f->dom = dom;
	f->port = fake_dom_port(dom);
	f->retry.state = -1;
	f->front_cfg = (struct displif_front_cfg){
		.timeout_ms = 3000, .look_ms = 100, .max_lost = 8, .reserve = 4
	};
	displif_fdev_init(&f->dev);
	displif_xs_frontend_path(f->dir, sizeof(f->dir), fake_dom_id(dom), devid);
	if (!find_backend(f)) {
		free(f);
		return NULL;
	}
	f->work = fake_task_new(dom, on_work, f);
	f->tick = fake_task_new(dom, on_tick, f);
	fake_dom_on_chan(dom, end_on_chan, NULL);
	return f;
}

void end_front_remove(struct end_front *f)
{
	end_front_feed(f, DISPLIF_IN_REMOVE, 0);
}

void end_front_resume(struct end_front *f)
{
	find_backend(f);
	end_front_feed(f, DISPLIF_IN_RESUMED, 0);
}

void end_front_free(struct end_front *f, bool orderly)
{
	uint32_t i;

	if (orderly) {
		if (f->watch)
			fake_xs_unwatch(f->watch);
		fake_task_free(f->work);
		fake_task_free(f->tick);
	}
	for (i = 0; i < END_BUFS; i++)
		free(f->buf[i].gref);
	free(f);
}
