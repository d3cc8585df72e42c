/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is held, what leaked, and what should never have happened. */
#include "fake_priv.h"

static void held_grants(const struct fake_dom *d, struct fake_held *h)
{
	uint32_t i;

	for (i = FAKE_GREF_FIRST; i < d->gref_top; i++) {
		h->grants += d->gref[i].state != FAKE_GREF_FREE;
		h->zombies += d->gref[i].state == FAKE_GREF_ZOMBIE;
	}
}

static void held_dom(const struct fake_dom *d, struct fake_held *h)
{
	const struct fake_region *r;
	const struct fake_map *m;
	const struct fake_chan *c;
	const struct fake_watch *watch;
	const struct fake_tx *tx;
	const struct fake_task *t;
	uint32_t i;

	for (r = d->region; r; r = r->next)
		h->pages += r->n;
	for (r = d->alias; r; r = r->next)
		h->aliased_pages += r->n;
	held_grants(d, h);
	for (m = d->map; m; m = m->next) {
		h->mappings += !m->dead;
		h->mapped_pages += m->dead ? 0 : m->n;
	}
	for (i = 1; i < d->port_top; i++)
		h->ports += d->port[i].state != FAKE_PORT_CLOSED;
	for (c = d->chan; c; c = c->next)
		h->chans += !c->dead;
	for (watch = d->w->watch; watch; watch = watch->next)
		h->watches += watch->d == d && !watch->dead;
	for (tx = d->w->tx; tx; tx = tx->next)
		h->txs += tx->d == d;
	for (t = d->w->task; t; t = t->next)
		h->tasks += t->d == d && !t->dead;
	h->xs_nodes += fake__node_owned(d->w->root, d->id);
}

void fake_held(const struct fake_world *w, const struct fake_dom *d, struct fake_held *held)
{
	const struct fake_dom *i;

	memset(held, 0, sizeof(*held));
	for (i = w->dom; i; i = i->next) {
		if (!d || i == d)
			held_dom(i, held);
	}
}

/* One line of the list; the count of lines. */
struct report {
	FILE *out;
	uint32_t n;
};

#define LEAK(r, ...) ((r)->n++, (r)->out ? fprintf((r)->out, __VA_ARGS__) : 0)

static void list_memory(const struct fake_dom *d, struct report *r)
{
	const struct fake_region *region;
	const struct fake_map *m;
	uint32_t i;

	for (region = d->region; region; region = region->next)
		LEAK(r, "domain %u: %u pages at %p not freed\n", d->id, region->n, region->va);
	for (region = d->alias; region; region = region->next)
		LEAK(r, "domain %u: %u pages mapped twice at %p\n", d->id, region->n, region->va);
	for (i = FAKE_GREF_FIRST; i < d->gref_top; i++) {
		const struct fake_gref *g = &d->gref[i];

		if (g->state != FAKE_GREF_FREE)
			LEAK(r, "domain %u: grant %u to domain %u %s, mapped %u times\n", d->id, i,
			     g->to, g->state == FAKE_GREF_ZOMBIE ? "ended" : "not ended", g->maps);
	}
	for (m = d->map; m; m = m->next) {
		if (!m->dead)
			LEAK(r, "domain %u: %u pages at %p (grant %u ...) still mapped\n", d->id,
			     m->n, m->va, m->gref[0]);
	}
}

static void list_rest(const struct fake_dom *d, struct report *r)
{
	const struct fake_watch *watch;
	const struct fake_tx *tx;
	const struct fake_task *t;
	const struct fake_chan *c;
	uint32_t i;

	for (i = 1; i < d->port_top; i++) {
		if (d->port[i].state != FAKE_PORT_CLOSED)
			LEAK(r, "domain %u: port %u not closed\n", d->id, i);
	}
	for (c = d->chan; c; c = c->next) {
		if (!c->dead && !c->port)
			LEAK(r, "domain %u: handle %p of a lost port not closed\n", d->id,
			     (const void *)c);
	}
	for (watch = d->w->watch; watch; watch = watch->next) {
		if (watch->d == d && !watch->dead)
			LEAK(r, "domain %u: watch on %s not ended\n", d->id, watch->path);
	}
	for (tx = d->w->tx; tx; tx = tx->next) {
		if (tx->d == d)
			LEAK(r, "domain %u: transaction %u not ended\n", d->id, tx->id);
	}
	for (t = d->w->task; t; t = t->next) {
		if (t->d == d && !t->dead)
			LEAK(r, "domain %u: a task not freed\n", d->id);
	}
}

uint32_t fake_check_clean(const struct fake_world *w, FILE *out)
{
	struct report r = { .out = out };
	const struct fake_dom *d;
	uint32_t i;

	for (d = w->dom; d; d = d->next) {
		list_memory(d, &r);
		list_rest(d, &r);
	}
	for (i = 0; i < w->violations; i++)
		LEAK(&r, "violation: %s\n", i < FAKE_TEXTS ? w->text[i] : "(not kept)");
	return r.n;
}

uint32_t fake_violations(const struct fake_world *w)
{
	return w->violations;
}
