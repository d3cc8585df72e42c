/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Second mappings of a domain's own memory: frames that lie anywhere, one behind the other, as a kernel
 * gives a buffer of single pages one address.
 */
#include "fake_priv.h"

uint32_t fake_mem_frame(struct fake_dom *d, const void *va)
{
	uint32_t page;
	struct fake_region *r = fake__region_at(d, va, &page);

	return r ? r->frame[page] : FAKE_NO_FRAME;
}

void *fake_mem_at(struct fake_dom *d, uint32_t frame)
{
	struct fake_region *r;
	uint32_t i;

	for (r = d->region; r; r = r->next) {
		for (i = 0; i < r->n; i++) {
			if (r->frame[i] == frame)
				return (uint8_t *)r->va + (size_t)i * FAKE_PAGE;
		}
	}
	return NULL;
}

void *fake_mem_alias(struct fake_dom *d, const uint32_t *frame, uint32_t n, bool write)
{
	struct fake_region *r;
	uint32_t i;

	if (!d->alive || !n)
		return NULL;
	for (i = 0; i < n; i++) {
		if (!fake_mem_at(d, frame[i])) {
			fake__violation(d->w, "domain %u mapped frame %u, which is not its own",
					d->id, frame[i]);
			return NULL;
		}
	}
	r = fake__alloc(1, sizeof(*r));
	r->n = n;
	r->frame = fake__alloc(n, sizeof(*r->frame));
	memcpy(r->frame, frame, n * sizeof(*frame));
	r->va = fake__frames_map(d->w, frame, n, write);
	if (!r->va) {
		free(r->frame);
		free(r);
		return NULL;
	}
	for (i = 0; i < n; i++)
		d->w->mem.frame[frame[i]].aliases++;
	r->next = d->alias;
	d->alias = r;
	return r->va;
}

static void alias_end(struct fake_dom *d, struct fake_region *r)
{
	uint32_t i;

	fake__va_end(d->w, r->va, r->n);
	for (i = 0; i < r->n; i++)
		d->w->mem.frame[r->frame[i]].aliases--;
	free(r->frame);
	free(r);
}

void fake_mem_unalias(struct fake_dom *d, void *va)
{
	struct fake_region **p, *r;

	for (p = &d->alias; (r = *p) && r->va != va; p = &r->next)
		;
	if (!r) {
		fake__violation(d->w, "domain %u unmapped memory that it has not mapped again",
				d->id);
		return;
	}
	*p = r->next;
	alias_end(d, r);
}

void fake__alias_end(struct fake_dom *d)
{
	struct fake_region *r;

	while ((r = d->alias)) {
		d->alias = r->next;
		alias_end(d, r);
	}
}
