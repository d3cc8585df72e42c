/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Grants, of which there are 2040, and mappings of other domains' grants with all that they trip over. */
#include <mini-os/errno.h>
#include <mini-os/gntmap.h>
#include <mini-os/gnttab.h>

#include "mos_priv.h"

#define DEFAULT_MAX 128

static uint32_t grants_held(void)
{
	struct fake_held held;

	fake_held(mos.w, mos.dom, &held);
	return held.grants;
}

grant_ref_t gnttab_grant_access(domid_t domid, unsigned long frame, int readonly)
{
	uint32_t gref = 0;
	void *va;

	mos_may_sleep("gnttab_grant_access()");
	mos_point();
	if (grants_held() + mos.grants_other >= MOS_GRANTS) {
		mos_fail("gnttab_grant_access() blocks: all %u grants are taken", MOS_GRANTS);
		while (grants_held() + mos.grants_other >= MOS_GRANTS)
			msleep(1000);
	}
	va = fake_mem_at(mos.dom, mos_frame_of(frame));
	if (va)
		gref = fake_grant(mos.dom, domid, va, readonly);
	if (!gref)
		mos_bug("a grant of a frame that is not ours", __FILE__, __LINE__);
	mos_point();
	return gref;
}

int gnttab_end_access(grant_ref_t ref)
{
	mos_point();
	if (fake_grant_maps(mos.dom, ref))
		return 0;
	return fake_grant_end(mos.dom, ref);
}

void mos_grants_other(uint32_t n)
{
	mos.grants_other = n;
}

/* --- mappings --- */

struct mos_gntmap_run {
	struct mos_gntmap_run *next;
	void *va, *map;
	long first;
	uint32_t n;
};

void gntmap_init(struct gntmap *map)
{
	map->nentries = 0;
	map->runs = NULL;
}

int gntmap_set_max_grants(struct gntmap *map, int count)
{
	mos_in_thread("gntmap_set_max_grants()");
	mos_point();
	if (map->nentries)
		return -EBUSY;
	if (mos_refused(MOS_GNTMAP))
		return -ENOMEM;
	map->nentries = count;
	map->start_pfn = 0x1000;
	mos.mallocs++; /* its table */
	return 0;
}

static int used(const struct gntmap *map)
{
	const struct mos_gntmap_run *r;
	int n = 0;

	for (r = map->runs; r; r = r->next)
		n += (int)r->n;
	return n;
}

void *gntmap_map_grant_refs(struct gntmap *map, uint32_t count, uint32_t *domids, int domids_stride,
			    uint32_t *refs, int writable)
{
	struct mos_gntmap_run *r;
	bool tables;

	mos_may_sleep("gntmap_map_grant_refs()");
	mos_point();
	if (!map->nentries)
		gntmap_set_max_grants(map, DEFAULT_MAX);
	if (domids_stride)
		mos_fail("gntmap_map_grant_refs() of several domains: not modelled");
	if (mos_refused(MOS_GNTMAP) || used(map) + (int)count > map->nentries)
		return NULL;
	r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	r->n = count;
	r->first = mos_range_take(count, &tables);
	if (r->first < 0) {
		free(r);
		return NULL;
	}
	if ((!mos.pv || tables) &&
	    !mos.port.ops->map(mos.port.ctx, (uint16_t)domids[0], refs, count,
			       writable ? DISPLIF_PORT_WRITE : 0, &r->va, &r->map)) {
		mos_range_tables(r->first, count);
		r->next = map->runs;
		map->runs = r;
		mos_point();
		return r->va;
	}
	mos_range_give(r->first, count);
	free(r);
	return NULL;
}

static int unmap(struct mos_gntmap_run *r)
{
	return mos.port.ops->unmap(mos.port.ctx, r->map);
}

int gntmap_munmap(struct gntmap *map, unsigned long start_address, int count)
{
	struct mos_gntmap_run **at, *r;

	mos_may_sleep("gntmap_munmap()");
	mos_point();
	for (at = &map->runs; (r = *at) && r->va != (void *)start_address; at = &r->next)
		;
	if (!r || r->n != (uint32_t)count) {
		mos_fail("gntmap_munmap() of what is not mapped so");
		return -EINVAL;
	}
	if (unmap(r))
		return -1;
	*at = r->next;
	mos_range_give(r->first, r->n);
	free(r);
	return 0;
}

void gntmap_fini(struct gntmap *map)
{
	struct mos_gntmap_run *r;

	mos_in_thread("gntmap_fini()");
	mos_point();
	/* It gives a range of frame numbers back that gntmap_set_max_grants() took. */
	if (!mos.pv && !map->nentries)
		mos_bug("gntmap_fini() without gntmap_set_max_grants(), PVH", __FILE__, __LINE__);
	while ((r = map->runs)) {
		map->runs = r->next;
		unmap(r);
		mos_range_give(r->first, r->n);
		free(r);
	}
	if (map->nentries)
		mos.mallocs--;
	map->nentries = 0;
}
