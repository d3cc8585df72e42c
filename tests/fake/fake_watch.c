/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* XenStore watches: who is told of a change, and the queue of what a domain has not been told yet. */
#include "fake_priv.h"

static bool is_special(const char *path)
{
	return path[0] == '@';
}

/* True if @path is @top or below it. */
static bool is_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	if (!strcmp(top, "/"))
		return !is_special(path);
	return !strncmp(path, top, len) && (!path[len] || path[len] == '/');
}

static void enqueue(struct fake_watch *watch, const char *path)
{
	struct fake_dom *d = watch->d;
	struct fake_event *e;
	size_t len = strlen(path) + 1u;

	for (e = d->event; e && d->w->coalesce; e = e->next) {
		if (e->watch == watch && !strcmp(e->path, path))
			return;
	}
	e = fake__alloc(1, sizeof(*e) + len);
	memcpy(e->path, path, len);
	e->watch = watch;
	e->since = ++d->w->order;
	*d->event_end = e;
	d->event_end = &e->next;
}

/* Who may not read a node is not told of it either; its parent decides about one that comes or goes. */
static bool permitted(const struct fake_watch *watch, const struct fake_node *node)
{
	if (fake__node_may(node, watch->d->id, FAKE_PERM_READ))
		return true;
	return node->parent && fake__node_may(node->parent, watch->d->id, FAKE_PERM_READ);
}

void fake__watch_fire(struct fake_world *w, const char *path, const struct fake_node *node,
		      bool exact)
{
	struct fake_watch *watch;

	for (watch = w->watch; watch; watch = watch->next) {
		if (watch->dead || !permitted(watch, node))
			continue;
		if (exact ? !strcmp(path, watch->path) : is_below(path, watch->path))
			enqueue(watch, path);
	}
}

void fake__watch_fire_special(struct fake_world *w, const char *name)
{
	struct fake_watch *watch;

	for (watch = w->watch; watch; watch = watch->next) {
		if (!watch->dead && !watch->d->id && !strcmp(watch->path, name))
			enqueue(watch, name);
	}
}

struct fake_watch *fake_xs_watch(struct fake_dom *d, const char *path,
				 void (*fn)(void *arg, const char *path), void *arg)
{
	char abs[FAKE_XS_PATH];
	struct fake_watch *watch;
	uint32_t n = 0;
	bool special = is_special(path);

	if (!d->alive || (!special && fake__xs_path(d, path, abs)))
		return NULL;
	for (watch = d->w->watch; watch; watch = watch->next)
		n += watch->d == d && !watch->dead;
	if (d->id && n >= d->w->limits.xs_watches)
		return NULL;
	if (special)
		snprintf(abs, sizeof(abs), "%s", path);
	watch = fake__alloc(1, sizeof(*watch));
	watch->d = d;
	watch->fn = fn;
	watch->arg = arg;
	watch->path = fake__alloc(strlen(abs) + 1u, 1);
	memcpy(watch->path, abs, strlen(abs));
	watch->skip = (uint32_t)(strlen(abs) - strlen(path));
	watch->next = d->w->watch;
	d->w->watch = watch;
	enqueue(watch, watch->path);
	return watch;
}

/* Forgets what a watch was to tell. */
static void drop_events(struct fake_dom *d, const struct fake_watch *watch)
{
	struct fake_event **p = &d->event, *e;

	while ((e = *p)) {
		if (e->watch == watch) {
			*p = e->next;
			free(e);
		} else {
			p = &e->next;
		}
	}
	d->event_end = p;
}

void fake_xs_unwatch(struct fake_watch *watch)
{
	struct fake_watch **p;

	drop_events(watch->d, watch);
	for (p = &watch->d->w->watch; *p != watch; p = &(*p)->next)
		;
	*p = watch->next;
	free(watch->path);
	free(watch);
}

void fake_xs_coalesce(struct fake_world *w, bool on)
{
	w->coalesce = on;
}

void fake__watch_again(struct fake_dom *d)
{
	struct fake_watch *watch;

	for (watch = d->w->watch; watch; watch = watch->next) {
		if (watch->d == d && !watch->dead)
			enqueue(watch, watch->path);
	}
}

void fake__watch_end(struct fake_dom *d)
{
	struct fake_watch *watch;

	free(d->telling);
	d->telling = NULL;

	for (watch = d->w->watch; watch; watch = watch->next) {
		if (watch->d == d) {
			watch->dead = true;
			drop_events(d, watch);
		}
	}
}

void fake__watch_deliver(struct fake_dom *d)
{
	struct fake_event *e = d->event;
	struct fake_watch *watch = e->watch;

	d->event = e->next;
	if (!d->event)
		d->event_end = &d->event;
	d->stats.watch_events++;
	d->telling = e;
	watch->fn(watch->arg, e->path + watch->skip);
	if (d->telling == e) {
		d->telling = NULL;
		free(e);
	}
}
