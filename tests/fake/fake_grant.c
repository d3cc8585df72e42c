/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Grant tables: which page of a domain which other domain may map or copy, and grant copy itself. */
#define _FILE_OFFSET_BITS 64
#include <unistd.h>

#include "fake_priv.h"

struct fake_gref *fake__gref(struct fake_dom *d, uint32_t gref)
{
	if (gref < FAKE_GREF_FIRST || gref >= d->gref_top || d->gref[gref].state == FAKE_GREF_FREE)
		return NULL;
	return &d->gref[gref];
}

static void table_make(struct fake_dom *d)
{
	if (d->gref)
		return;
	d->gref = fake__alloc(d->w->limits.grants, sizeof(*d->gref));
	d->gref_hint = FAKE_GREF_FIRST;
	d->gref_top = FAKE_GREF_FIRST;
}

static uint32_t gref_take_this(struct fake_dom *d, uint32_t gref)
{
	table_make(d);
	if (gref >= d->w->limits.grants || d->gref[gref].state != FAKE_GREF_FREE)
		return 0;
	if (d->gref_top <= gref)
		d->gref_top = gref + 1u;
	return gref;
}

/* The lowest free reference, so that one that was ended comes back soon. */
static uint32_t gref_take(struct fake_dom *d)
{
	uint32_t i;

	table_make(d);
	for (i = d->gref_hint; i < d->w->limits.grants && d->gref[i].state != FAKE_GREF_FREE; i++)
		;
	if (i >= d->w->limits.grants)
		return 0;
	d->gref_hint = i + 1u;
	if (d->gref_top <= i)
		d->gref_top = i + 1u;
	return i;
}

/* A valid grant is one no more. */
static void gref_state(struct fake_dom *d, uint32_t gref, enum fake_gref_state state)
{
	if (d->gref[gref].state == FAKE_GREF_VALID)
		d->w->mem.frame[d->gref[gref].frame].grants--;
	d->gref[gref].state = (uint8_t)state;
}

static void gref_free(struct fake_dom *d, uint32_t gref)
{
	gref_state(d, gref, FAKE_GREF_FREE);
	memset(&d->gref[gref], 0, sizeof(d->gref[gref]));
	if (gref < d->gref_hint)
		d->gref_hint = gref;
	while (d->gref_top > FAKE_GREF_FIRST && d->gref[d->gref_top - 1u].state == FAKE_GREF_FREE)
		d->gref_top--;
}

/* @gref 0: any. */
static uint32_t grant(struct fake_dom *d, uint32_t gref, uint16_t to, void *va, bool readonly)
{
	struct fake_region *r;
	uint32_t page;

	if (!d->alive)
		return 0;
	r = fake__region_at(d, va, &page);
	if (!r) {
		fake__violation(d->w, "domain %u granted memory that is not its own", d->id);
		return 0;
	}
	gref = gref ? gref_take_this(d, gref) : gref_take(d);
	if (!gref)
		return 0;
	d->gref[gref].state = FAKE_GREF_VALID;
	d->gref[gref].frame = r->frame[page];
	d->w->mem.frame[r->frame[page]].grants++;
	d->gref[gref].to = to;
	d->gref[gref].readonly = readonly;
	return gref;
}

uint32_t fake_grant(struct fake_dom *d, uint16_t to, void *va, bool readonly)
{
	return grant(d, 0, to, va, readonly);
}

bool fake_grant_at(struct fake_dom *d, uint32_t gref, uint16_t to, void *va, bool readonly)
{
	return gref >= FAKE_GREF_FIRST && grant(d, gref, to, va, readonly);
}

bool fake_grant_end(struct fake_dom *d, uint32_t gref)
{
	struct fake_gref *g = fake__gref(d, gref);

	if (!g || g->state == FAKE_GREF_ZOMBIE) {
		if (d->alive)
			fake__violation(d->w, "domain %u ended grant %u, which it does not have",
					d->id, gref);
		return true;
	}
	if (g->maps) {
		gref_state(d, gref, FAKE_GREF_ZOMBIE);
		return false;
	}
	gref_free(d, gref);
	return true;
}

uint32_t fake_grant_maps(const struct fake_dom *d, uint32_t gref)
{
	return gref < d->gref_top && d->gref ? d->gref[gref].maps : 0;
}

/* A valid grant of @dom for @by; NULL otherwise. */
static struct fake_gref *foreign(struct fake_dom *by, uint16_t dom, uint32_t gref, bool write,
				 struct fake_dom **of)
{
	struct fake_gref *g;

	*of = fake_dom_get(by->w, dom);
	if (!*of)
		return NULL;
	g = fake__gref(*of, gref);
	if (!g || g->state != FAKE_GREF_VALID || g->to != by->id || (write && g->readonly))
		return NULL;
	return g;
}

int fake__copy(struct fake_dom *by, uint16_t dom, uint32_t gref, uint32_t ofs, void *buf,
	       uint32_t len, bool to_peer)
{
	struct fake_dom *of;
	struct fake_gref *g = foreign(by, dom, gref, to_peer, &of);
	off_t at;
	ssize_t done;

	if (!g || ofs > FAKE_PAGE || len > FAKE_PAGE - ofs)
		return DISPLIF_E_OS;
	at = (off_t)g->frame * FAKE_PAGE + (off_t)ofs;
	if (to_peer)
		done = pwrite(by->w->mem.fd, buf, len, at);
	else
		done = pread(by->w->mem.fd, buf, len, at);
	return done == (ssize_t)len ? 0 : DISPLIF_E_OS;
}

int fake__map(struct fake_dom *by, uint16_t dom, const uint32_t *gref, uint32_t n, bool write,
	      struct fake_map **map)
{
	struct fake_map *m;
	struct fake_dom *of = NULL;
	uint32_t i;

	*map = NULL;
	if (!n || n > by->w->limits.maptrack - by->mapped)
		return DISPLIF_E_OS;
	for (i = 0; i < n; i++) {
		if (!foreign(by, dom, gref[i], write, &of))
			return DISPLIF_E_OS;
	}
	m = fake__alloc(1, sizeof(*m));
	m->by = by;
	m->of = of;
	m->n = n;
	m->gref = fake__alloc(n, sizeof(*m->gref));
	m->frame = fake__alloc(n, sizeof(*m->frame));
	for (i = 0; i < n; i++) {
		m->gref[i] = gref[i];
		m->frame[i] = of->gref[gref[i]].frame;
	}
	m->va = fake__frames_map(by->w, m->frame, n, write);
	if (!m->va) {
		free(m->gref);
		free(m->frame);
		free(m);
		return DISPLIF_E_OS;
	}
	for (i = 0; i < n; i++) {
		of->gref[gref[i]].maps++;
		by->w->mem.frame[m->frame[i]].maps++;
	}
	by->mapped += n;
	m->next = by->map;
	by->map = m;
	*map = m;
	return 0;
}

/* Takes the mapping's addresses, its counts and its frames back. */
static void map_release(struct fake_map *m)
{
	uint32_t i;

	if (m->dead)
		return;
	fake__va_end(m->by->w, m->va, m->n);
	for (i = 0; i < m->n; i++) {
		struct fake_gref *g = m->of ? &m->of->gref[m->gref[i]] : NULL;

		if (g) {
			g->maps--;
			if (!g->maps && g->state == FAKE_GREF_ZOMBIE)
				gref_free(m->of, m->gref[i]);
		}
		m->by->w->mem.frame[m->frame[i]].maps--;
		fake__frame_put(m->by->w, m->frame[i]);
	}
	m->by->mapped -= m->n;
	m->dead = true;
}

int fake__unmap(struct fake_dom *by, struct fake_map *map)
{
	struct fake_map **p, *m;

	for (p = &by->map; (m = *p) && m != map; p = &m->next)
		;
	if (!m) {
		fake__violation(by->w, "domain %u unmapped what it has not mapped", by->id);
		return DISPLIF_E_INVAL;
	}
	*p = m->next;
	map_release(m);
	free(m->gref);
	free(m->frame);
	free(m);
	return 0;
}

void fake__maps_end(struct fake_dom *d)
{
	struct fake_map *m;

	for (m = d->map; m; m = m->next)
		map_release(m);
}

void fake__grants_end(struct fake_dom *d)
{
	uint32_t i;

	for (i = FAKE_GREF_FIRST; i < d->gref_top; i++) {
		if (d->gref[i].state == FAKE_GREF_VALID || d->gref[i].state == FAKE_GREF_VOID)
			fake_grant_end(d, i);
	}
}

void fake__grants_migrate(struct fake_dom *d)
{
	struct fake_dom *peer;
	struct fake_map *m;
	uint32_t i;

	for (peer = d->w->dom; peer; peer = peer->next) {
		for (m = peer->map; m; m = m->next) {
			if (m->of == d)
				m->of = NULL;
		}
	}
	for (i = FAKE_GREF_FIRST; i < d->gref_top; i++) {
		d->gref[i].maps = 0;
		if (d->gref[i].state == FAKE_GREF_ZOMBIE)
			gref_free(d, i);
		else if (d->gref[i].state == FAKE_GREF_VALID)
			gref_state(d, i, FAKE_GREF_VOID);
	}
}
