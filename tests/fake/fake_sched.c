/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What happens next: tasks, virtual time, and the choice by seed among all that could be delivered. */
#include "fake_priv.h"

#define FAKE_STORM 1000000u

/* One thing that could be delivered now. */
struct ready {
	struct fake_dom *d;
	struct fake_chan *chan; /* or */
	struct fake_task *task; /* or neither: the domain's oldest watch event */
	uint64_t since;
};

/* A choice among ready things, one pass without a list. */
struct choice {
	struct fake_world *w;
	struct ready best;
	uint32_t n;
};

void fake_seed(struct fake_world *w, uint64_t seed)
{
	w->seed = seed;
	w->random = seed != 0;
}

/* splitmix64 */
uint32_t fake_rand(struct fake_world *w, uint32_t n)
{
	uint64_t z;

	w->seed += UINT64_C(0x9e3779b97f4a7c15);
	z = w->seed;
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return (uint32_t)((z >> 32) % n);
}

uint64_t fake_now(const struct fake_world *w)
{
	return w->now;
}

struct fake_task *fake_task_new(struct fake_dom *d, void (*fn)(void *arg), void *arg)
{
	struct fake_task *t = fake__alloc(1, sizeof(*t));

	t->d = d;
	t->fn = fn;
	t->arg = arg;
	t->due = DISPLIF_NEVER;
	t->dead = !d->alive;
	t->next = d->w->task;
	d->w->task = t;
	return t;
}

void fake_task_kick(struct fake_task *t)
{
	if (!t->since)
		t->since = ++t->d->w->order;
}

void fake_task_at(struct fake_task *t, uint64_t due)
{
	t->due = due;
}

void fake_task_free(struct fake_task *t)
{
	struct fake_task **p;

	for (p = &t->d->w->task; *p != t; p = &(*p)->next)
		;
	*p = t->next;
	free(t);
}

void fake__task_end(struct fake_dom *d)
{
	struct fake_task *t;

	for (t = d->w->task; t; t = t->next) {
		if (t->d == d)
			t->dead = true;
	}
}

/* With a seed every candidate is as likely; without, the oldest wins. */
static void offer(struct choice *c, const struct ready *r)
{
	c->n++;
	if (c->n == 1 || (c->w->random ? !fake_rand(c->w, c->n) : r->since < c->best.since))
		c->best = *r;
}

static void offer_ports(struct choice *c, struct fake_dom *d)
{
	uint32_t i;

	for (i = 1; i < d->port_top; i++) {
		struct fake_port *p = &d->port[i];

		if (p->pending && !p->masked && p->chan)
			offer(c, &(struct ready){ .d = d, .chan = p->chan, .since = p->since });
	}
}

static void deliver(struct ready *r)
{
	if (r->chan) {
		r->d->port[r->chan->port].pending = false;
		r->d->stats.interrupts++;
		r->d->running = r->chan;
		r->d->on_chan(r->d->on_chan_arg, r->chan->tag);
		r->d->running = NULL;
	} else if (r->task) {
		r->task->since = 0;
		if (r->task->due <= r->d->w->now)
			r->task->due = DISPLIF_NEVER;
		r->task->fn(r->task->arg);
	} else {
		fake__watch_deliver(r->d);
	}
}

static void offer_dom(struct choice *c, struct fake_dom *d)
{
	if (!d->alive)
		return;
	if (d->on_chan)
		offer_ports(c, d);
	if (d->event)
		offer(c, &(struct ready){ .d = d, .since = d->event->since });
}

static bool task_ready(const struct fake_task *t)
{
	return !t->dead && (t->since || t->due <= t->d->w->now);
}

/* Tasks of @d, or of all domains. */
static void offer_tasks(struct choice *c, const struct fake_dom *d)
{
	struct fake_task *t;

	for (t = c->w->task; t; t = t->next) {
		if ((!d || t->d == d) && task_ready(t))
			offer(c, &(struct ready){ .d = t->d, .task = t, .since = t->since });
	}
}

static bool step(struct fake_world *w)
{
	struct choice c = { .w = w };
	struct fake_dom *d;

	for (d = w->dom; d; d = d->next)
		offer_dom(&c, d);
	offer_tasks(&c, NULL);
	if (!c.n)
		return false;
	deliver(&c.best);
	return true;
}

bool fake_ready(const struct fake_dom *d)
{
	const struct fake_task *t;
	uint32_t i;

	if (!d->alive)
		return false;
	if (d->event)
		return true;
	for (i = 1; d->on_chan && i < d->port_top; i++) {
		const struct fake_port *p = &d->port[i];

		if (p->pending && !p->masked && p->chan)
			return true;
	}
	for (t = d->w->task; t; t = t->next) {
		if (t->d == d && task_ready(t))
			return true;
	}
	return false;
}

bool fake_deliver(struct fake_dom *d)
{
	struct choice c = { .w = d->w };

	offer_dom(&c, d);
	offer_tasks(&c, d);
	if (!c.n)
		return false;
	deliver(&c.best);
	return true;
}

int32_t fake_run(struct fake_world *w, uint32_t max)
{
	uint32_t n = 0;

	if (w->running) {
		fake__violation(w, "fake_run() was called by what it runs");
		return -1;
	}
	if (!max)
		max = FAKE_STORM;
	w->running = true;
	while (n < max && step(w))
		n++;
	w->running = false;
	return n < max ? (int32_t)n : -1;
}

/* The earliest time at which a task of @d, or of anybody, is due, not before now. */
static uint64_t next_due(const struct fake_world *w, const struct fake_dom *d)
{
	const struct fake_task *t;
	uint64_t due = DISPLIF_NEVER;

	for (t = w->task; t; t = t->next) {
		if (!t->dead && (!d || t->d == d) && t->due < due)
			due = t->due;
	}
	return due < w->now ? w->now : due;
}

uint64_t fake_due(const struct fake_dom *d)
{
	return next_due(d->w, d);
}

void fake_pass(struct fake_world *w, uint64_t now)
{
	if (now > w->now)
		w->now = now;
}

/* fake_run(), added to *@n. False at a storm. */
static bool run_more(struct fake_world *w, int32_t *n)
{
	int32_t done = fake_run(w, 0);

	if (done < 0 || *n > INT32_MAX - done) {
		*n = -1;
		return false;
	}
	*n += done;
	return true;
}

/* Lets time pass up to the next due task or @end. False if it is there already. */
static bool pass(struct fake_world *w, uint64_t end)
{
	uint64_t due = next_due(w, NULL);

	if (w->now >= end)
		return false;
	w->now = due < end ? due : end;
	return true;
}

int32_t fake_advance(struct fake_world *w, uint64_t ms)
{
	uint64_t end = w->now + ms;
	int32_t n = 0;

	while (run_more(w, &n) && pass(w, end))
		;
	return n;
}

bool fake_until(struct fake_world *w, bool (*done)(void *arg), void *arg, uint64_t ms)
{
	uint64_t end = w->now + ms;
	int32_t n = 0;

	do {
		if (!run_more(w, &n))
			return false;
		if (done(arg))
			return true;
	} while (pass(w, end));
	return false;
}
