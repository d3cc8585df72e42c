/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-xen's functions for programs, over the fake Xen. */
#include "fake_displif_xen.h"

#include <stdlib.h>
#include <string.h>

struct displif_loop {
	struct displif_loop_timer *timers;
	struct fake_task *task;
	bool stopped;
};

struct displif_xen {
	struct displif_xen_config config;
	struct fake_dom *dom;
	struct displif_loop loop;
	uint32_t limit;
	uint32_t fail_in; /* calls until one fails, 0: none will */
};

struct displif_xen_watch {
	struct displif_xen *xen;
	struct fake_watch *watch;
	void *tag;
};

static struct displif_xen *current; /* the clock has no other way to its world */

uint64_t displif_loop_clock(void)
{
	return fake_now(fake_dom_world(current->dom));
}

void fake_displif_rearm(struct displif_xen *xen)
{
	const struct displif_loop_timer *t;
	uint64_t due = DISPLIF_NEVER, d, now = displif_loop_clock();

	for (t = xen->loop.timers; t; t = t->next) {
		d = t->deadline(t->arg);
		if (d < due)
			due = d;
	}
	fake_task_at(xen->loop.task, due < now ? now : due);
}

static void on_task(void *arg)
{
	struct displif_xen *xen = arg;
	struct displif_loop_timer *t, *next;
	uint64_t now = displif_loop_clock();

	for (t = xen->loop.timers; t; t = next) {
		next = t->next;
		if (t->deadline(t->arg) <= now)
			t->fire(t->arg, now);
	}
	fake_displif_rearm(xen);
}

static void on_chan(void *arg, void *tag)
{
	struct displif_xen *xen = arg;

	(void)xen->config.event(xen->config.arg, tag);
	fake_displif_rearm(xen);
}

struct displif_xen *fake_displif_xen_new(struct fake_dom *dom,
					 const struct displif_xen_config *config)
{
	struct displif_xen *xen = calloc(1, sizeof(*xen));

	if (!xen)
		abort();
	xen->config = *config;
	xen->dom = dom;
	xen->limit = UINT32_MAX;
	xen->loop.task = fake_task_new(dom, on_task, xen);
	fake_dom_on_chan(dom, on_chan, xen);
	current = xen;
	return xen;
}

void fake_displif_xen_free(struct displif_xen *xen, bool alive)
{
	if (alive)
		fake_task_free(xen->loop.task);
	free(xen);
}

struct displif_loop *fake_displif_loop(struct displif_xen *xen)
{
	return &xen->loop;
}

bool fake_displif_stopped(struct displif_xen *xen)
{
	bool stopped = xen->loop.stopped;

	xen->loop.stopped = false;
	return stopped;
}

void fake_displif_limit(struct displif_xen *xen, uint32_t limit)
{
	xen->limit = limit;
}

void fake_displif_fail(struct displif_xen *xen, uint32_t nth)
{
	xen->fail_in = nth;
}

static bool fails(struct displif_xen *xen)
{
	return xen->fail_in && !--xen->fail_in;
}

/* --- the loop --- */

void displif_loop_add_timer(struct displif_loop *loop, struct displif_loop_timer *timer)
{
	timer->next = loop->timers;
	loop->timers = timer;
}

void displif_loop_remove_timer(struct displif_loop *loop, struct displif_loop_timer *timer)
{
	struct displif_loop_timer **p;

	for (p = &loop->timers; *p; p = &(*p)->next) {
		if (*p == timer) {
			*p = timer->next;
			return;
		}
	}
}

void displif_loop_stop(struct displif_loop *loop)
{
	loop->stopped = true;
}

/* --- the handle --- */

static void on_watch(void *arg, const char *path)
{
	struct displif_xen_watch *w = arg;
	struct displif_xen *xen = w->xen;

	xen->config.watch(xen->config.arg, w->tag, path);
	fake_displif_rearm(xen);
}

int displif_xen_watch(struct displif_xen *xen, const char *path, void *tag,
		      struct displif_xen_watch **watch)
{
	struct displif_xen_watch *w;

	*watch = NULL;
	if (fails(xen))
		return DISPLIF_E_OS;
	w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->xen = xen;
	w->tag = tag;
	w->watch = fake_xs_watch(xen->dom, path, on_watch, w);
	if (!w->watch) {
		free(w);
		return DISPLIF_E_OS;
	}
	*watch = w;
	return 0;
}

void displif_xen_unwatch(struct displif_xen *xen, struct displif_xen_watch *watch)
{
	(void)xen;
	if (!watch)
		return;
	fake_xs_unwatch(watch->watch);
	free(watch);
}

int displif_xen_list(struct displif_xen *xen, const char *path, char ***names, uint32_t *n)
{
	*names = NULL;
	*n = 0;
	return fails(xen) ? DISPLIF_E_OS : fake_xs_list(xen->dom, path, names, n);
}

bool displif_xen_domain_exists(struct displif_xen *xen, uint16_t domid)
{
	return fake_dom_get(fake_dom_world(xen->dom), domid);
}

void displif_xen_get_stats(const struct displif_xen *xen, struct displif_xen_stats *stats)
{
	const struct fake_stats *st = fake_stats(xen->dom);
	struct fake_held held;

	fake_held(fake_dom_world(xen->dom), xen->dom, &held);
	memset(stats, 0, sizeof(*stats));
	stats->chans = held.chans;
	stats->map_pages = held.mapped_pages;
	stats->share_pages = held.grants;
	stats->events = st->interrupts;
	stats->notifies = st->notifies;
}

void displif_xen_share_limit(const struct displif_xen *xen, uint32_t *limit, uint32_t *used)
{
	struct displif_xen_stats st;

	displif_xen_get_stats(xen, &st);
	*limit = xen->limit;
	*used = st.share_pages;
}
