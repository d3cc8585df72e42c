/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The host: its limits, its violations, its end; domains' birth and the several ways to die. */
#include <stdarg.h>

#include "fake_priv.h"

void *fake__alloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p) {
		fprintf(stderr, "fake Xen: out of memory\n");
		abort();
	}
	return p;
}

void fake__violation(struct fake_world *w, const char *format, ...)
{
	va_list args;

	if (w->violations < FAKE_TEXTS) {
		va_start(args, format);
		vsnprintf(w->text[w->violations], FAKE_TEXT, format, args);
		va_end(args);
	}
	w->violations++;
}

static uint32_t or_default(uint32_t value, uint32_t usual)
{
	return value ? value : usual;
}

static void limits_init(struct fake_limits *to, const struct fake_limits *from)
{
	static const struct fake_limits none;

	if (!from)
		from = &none;
	to->frames = or_default(from->frames, 262144);
	to->grants = or_default(from->grants, 32768);
	to->maptrack = or_default(from->maptrack, 262144);
	to->ports = or_default(from->ports, 1023);
	to->xs_nodes = or_default(from->xs_nodes, 1000);
	to->xs_value = or_default(from->xs_value, 2048);
	to->xs_watches = or_default(from->xs_watches, 128);
	to->xs_tx = or_default(from->xs_tx, 10);
	to->xs_tx_nodes = or_default(from->xs_tx_nodes, 1024);
}

struct fake_world *fake_world_new(const struct fake_limits *limits, uint64_t seed)
{
	struct fake_world *w = fake__alloc(1, sizeof(*w));

	limits_init(&w->limits, limits);
	w->now = 1000;
	fake_seed(w, seed);
	w->root = fake__node_new(NULL, "", 0);
	fake__node_set(w->root, "", 0);
	w->root->acl.others = FAKE_PERM_READ;
	if (!fake__mem_init(w)) {
		fake_world_free(w);
		return NULL;
	}
	fake_dom_new(w, 0);
	return w;
}

/* What a dead domain may leave behind: handles that nobody closed. */
static void dom_free(struct fake_dom *d)
{
	struct fake_chan *c;
	struct fake_map *m;

	while ((c = d->chan)) {
		d->chan = c->next;
		free(c);
	}
	while ((m = d->map)) {
		d->map = m->next;
		free(m->gref);
		free(m->frame);
		free(m);
	}
	free(d->gref);
	free(d->port);
	free(d);
}

void fake_world_free(struct fake_world *w)
{
	struct fake_dom *d;

	if (!w)
		return;
	for (d = w->dom; d; d = d->next)
		fake_dom_exit(d);
	while (w->watch)
		fake_xs_unwatch(w->watch);
	while (w->task)
		fake_task_free(w->task);
	while ((d = w->dom)) {
		w->dom = d->next;
		dom_free(d);
	}
	fake__node_free(w->root);
	fake__mem_free(w);
	free(w);
}

/* The directories that a toolstack makes for each domain. */
static void dom_home(struct fake_dom *d)
{
	struct fake_dom *dom0 = fake_dom_get(d->w, 0);
	static const char *const sub[] = { "device", "backend", "data" };
	char path[64];
	uint32_t i;

	snprintf(path, sizeof(path), "/local/domain/%u", d->id);
	fake_xs_puts(dom0, 0, path, "");
	fake_xs_perms(dom0, 0, path, 0, FAKE_PERM_NONE, d->id, FAKE_PERM_READ);
	for (i = 0; i < sizeof(sub) / sizeof(sub[0]); i++) {
		snprintf(path, sizeof(path), "/local/domain/%u/%s", d->id, sub[i]);
		fake_xs_puts(dom0, 0, path, "");
		fake_xs_perms(dom0, 0, path, i == 2 ? d->id : 0, FAKE_PERM_NONE, d->id,
			      FAKE_PERM_READ);
	}
}

struct fake_dom *fake_dom_new(struct fake_world *w, uint16_t domid)
{
	struct fake_dom *d, **p;

	if (fake_dom_get(w, domid))
		return NULL;
	d = fake__alloc(1, sizeof(*d));
	d->w = w;
	d->id = domid;
	d->alive = true;
	d->ops = fake__port_ops;
	d->event_end = &d->event;
	for (p = &w->dom; *p; p = &(*p)->next)
		;
	*p = d;
	dom_home(d);
	return d;
}

struct fake_dom *fake_dom_get(struct fake_world *w, uint16_t domid)
{
	struct fake_dom *d;

	for (d = w->dom; d && (d->id != domid || !d->alive); d = d->next)
		;
	return d;
}

uint16_t fake_dom_id(const struct fake_dom *d)
{
	return d->id;
}

struct fake_world *fake_dom_world(struct fake_dom *d)
{
	return d->w;
}

bool fake_dom_alive(const struct fake_dom *d)
{
	return d->alive;
}

struct displif_port fake_dom_port(struct fake_dom *d)
{
	return (struct displif_port){ .ops = &d->ops, .ctx = d };
}

struct displif_port_ops *fake_dom_ops(struct fake_dom *d)
{
	return &d->ops;
}

void fake_dom_on_chan(struct fake_dom *d, void (*fn)(void *arg, void *tag), void *arg)
{
	d->on_chan = fn;
	d->on_chan_arg = arg;
}

void fake_dom_exit(struct fake_dom *d)
{
	fake__task_end(d);
	fake__watch_end(d);
	fake__tx_end(d);
	fake__ports_end(d, true);
	fake__maps_end(d);
	fake__grants_end(d);
	fake__alias_end(d);
	fake__mem_end(d);
	d->on_chan = NULL;
	d->running = NULL;
}

void fake_dom_kill(struct fake_dom *d)
{
	if (!d->alive)
		return;
	fake_dom_exit(d);
	d->alive = false;
	fake__watch_fire_special(d->w, "@releaseDomain");
}

void fake_dom_migrate(struct fake_dom *d)
{
	fake__tx_migrate(d);
	fake__ports_end(d, false);
	fake__maps_end(d);
	fake__grants_migrate(d);
	fake__mem_migrate(d);
	fake__watch_again(d);
}

const struct fake_stats *fake_stats(const struct fake_dom *d)
{
	return &d->stats;
}
