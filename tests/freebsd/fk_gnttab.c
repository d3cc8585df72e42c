/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The grant table: a list of free entries, grants of own pages, and mappings of other domains' grants. */
#include "fk.h"

#include <sys/rman.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <machine/bus.h>
#include <xen/xen-os.h>
#include <xen/hypervisor.h>
#include <xen/gnttab.h>

#define ENTRIES 32768u
#define FIRST 8u
#define RANGES 64

static uint32_t next[ENTRIES], head, n_free;
static bool used[ENTRIES], granted[ENTRIES];

struct range {
	struct resource *res;
	void *va;
	uint32_t n;
	void **map;
};

static struct range ranges[RANGES];

void fk_gnttab_init(void)
{
	uint32_t i, max = host_grants_max();

	if (max > ENTRIES)
		max = ENTRIES;
	memset(used, 0, sizeof(used));
	memset(granted, 0, sizeof(granted));
	memset(ranges, 0, sizeof(ranges));
	head = GNTTAB_LIST_END;
	n_free = 0;
	for (i = max; i > FIRST; i--) {
		next[i - 1] = head;
		head = i - 1;
		n_free++;
	}
}

static int take(uint32_t count, grant_ref_t *list)
{
	uint32_t i, last = head;

	if (host_refused(HOST_F_GRANT) || count > n_free)
		return ENOSPC;
	*list = head;
	for (i = 0; i < count; i++) {
		last = head;
		used[head] = true;
		head = next[head];
	}
	next[last] = GNTTAB_LIST_END;
	n_free -= count;
	return 0;
}

int gnttab_alloc_grant_references(uint16_t count, grant_ref_t *list)
{
	fk_may_lock("gnttab_alloc_grant_references()");
	host_point();
	if (!count)
		host_fail("gnttab_alloc_grant_references() of none takes one");
	return take(count, list);
}

int gnttab_empty_grant_references(const grant_ref_t *list)
{
	return *list == GNTTAB_LIST_END;
}

int gnttab_claim_grant_reference(grant_ref_t *list)
{
	grant_ref_t ref = *list;

	if (ref != GNTTAB_LIST_END)
		*list = next[ref];
	return (int)ref;
}

void gnttab_release_grant_reference(grant_ref_t *list, grant_ref_t ref)
{
	next[ref] = *list;
	*list = ref;
}

static bool known(grant_ref_t ref, const char *what)
{
	if (ref >= ENTRIES || !used[ref])
		host_fail("%s of reference %u, which is free", what, ref);
	return ref < ENTRIES && used[ref];
}

void gnttab_free_grant_reference(grant_ref_t ref)
{
	fk_may_lock("gnttab_free_grant_reference()");
	if (!known(ref, "gnttab_free_grant_reference()"))
		return;
	if (granted[ref])
		host_fail("gnttab_free_grant_reference() of %u, which is granted", ref);
	used[ref] = false;
	next[ref] = head;
	head = ref;
	n_free++;
}

void gnttab_free_grant_references(grant_ref_t list)
{
	grant_ref_t ref;

	while ((ref = list) != GNTTAB_LIST_END) {
		list = next[ref];
		gnttab_free_grant_reference(ref);
	}
}

void gnttab_grant_foreign_access_ref(grant_ref_t ref, domid_t domid, unsigned long frame, int flags)
{
	void *va = fk_page_at((vm_paddr_t)frame << PAGE_SHIFT);

	host_point();
	if (!known(ref, "a grant"))
		return;
	if (granted[ref] || !va || !host_grant(ref, domid, va, flags)) {
		host_fail("grant %u of frame %lu, which is not ours, or is granted already", ref,
			  frame);
		return;
	}
	granted[ref] = true;
	host_point();
}

int gnttab_grant_foreign_access(domid_t domid, unsigned long frame, int flags, grant_ref_t *result)
{
	int err;

	fk_may_lock("gnttab_grant_foreign_access()");
	err = take(1, result);
	if (!err)
		gnttab_grant_foreign_access_ref(*result, domid, frame, flags);
	return err;
}

int gnttab_query_foreign_access(grant_ref_t ref)
{
	return host_grant_mapped(ref);
}

int gnttab_end_foreign_access_ref(grant_ref_t ref)
{
	host_point();
	if (!known(ref, "gnttab_end_foreign_access_ref()") || !granted[ref]) {
		host_fail("gnttab_end_foreign_access_ref() of %u, which is not granted", ref);
		return 1;
	}
	if (!host_grant_end(ref)) {
		printf("WARNING: g.e. still in use!\n");
		return 0;
	}
	granted[ref] = false;
	return 1;
}

void gnttab_end_foreign_access(grant_ref_t ref, void *page)
{
	if (!gnttab_end_foreign_access_ref(ref))
		return;
	gnttab_free_grant_reference(ref);
	if (page)
		free(page, M_DEVBUF);
}

void gnttab_end_foreign_access_references(u_int count, grant_ref_t *refs)
{
	(void)count;
	(void)refs;
	host_fail(
		"gnttab_end_foreign_access_references() links its list wrongly if a page is mapped still");
}

/* --- mappings --- */

struct resource *xenmem_alloc(device_t dev, int *res_id, size_t size)
{
	struct range *r;

	(void)dev;
	fk_may_sleep("xenmem_alloc()");
	host_point();
	if (host_refused(HOST_F_MAP))
		return NULL;
	for (r = ranges; r < &ranges[RANGES] && r->res; r++)
		;
	if (r == &ranges[RANGES])
		return NULL;
	r->n = (uint32_t)(round_page(size) / PAGE_SIZE);
	r->va = host_range(r->n);
	r->map = fk_new(r->n * sizeof(*r->map));
	r->res = fk_new(64); /* all functions on it are ours */
	*res_id = (int)(r - ranges);
	return r->res;
}

static struct range *range_of(const struct resource *res)
{
	struct range *r;

	for (r = ranges; r < &ranges[RANGES]; r++) {
		if (r->res == res)
			return r;
	}
	panic("no range of xenmem_alloc()");
}

int xenmem_free(device_t dev, int res_id, struct resource *res)
{
	struct range *r = range_of(res);
	uint32_t i;

	(void)dev;
	fk_may_sleep("xenmem_free()");
	if (r != &ranges[res_id])
		host_fail("xenmem_free() with the number of another range");
	for (i = 0; i < r->n; i++) {
		if (r->map[i])
			host_fail("xenmem_free() with page %u of %u mapped", i, r->n);
	}
	host_range_free(r->va, r->n);
	fk_delete(r->map);
	fk_delete(r->res);
	*r = (struct range){ 0 };
	return 0;
}

/* Pseudo-physical: far above memory. */
#define RANGE_PA(r) (((vm_paddr_t)1 << 40) + ((vm_paddr_t)((r)-ranges) << 30))

rman_res_t rman_get_start(const struct resource *res)
{
	return RANGE_PA(range_of(res));
}

rman_res_t rman_get_size(const struct resource *res)
{
	return (rman_res_t)range_of(res)->n * PAGE_SIZE;
}

void *rman_get_virtual(const struct resource *res)
{
	return range_of(res)->va;
}

static struct range *range_at(uint64_t pa, uint32_t *page)
{
	struct range *r;

	for (r = ranges; r < &ranges[RANGES]; r++) {
		if (r->res && pa >= RANGE_PA(r) &&
		    pa < RANGE_PA(r) + (vm_paddr_t)r->n * PAGE_SIZE) {
			*page = (uint32_t)((pa - RANGE_PA(r)) / PAGE_SIZE);
			return r;
		}
	}
	return NULL;
}

static void map_one(struct gnttab_map_grant_ref *m)
{
	uint32_t page;
	struct range *r = range_at(m->host_addr, &page);

	m->status = GNTST_general_error;
	if (!r || !(m->flags & GNTMAP_host_map) || r->map[page]) {
		host_fail("GNTTABOP_map_grant_ref at 0x%lx", (unsigned long)m->host_addr);
		return;
	}
	if (host_refused(HOST_F_MAP))
		return;
	r->map[page] = host_map(m->dom, m->ref, m->flags & GNTMAP_readonly,
				(char *)r->va + page * PAGE_SIZE);
	if (!r->map[page]) {
		m->status = GNTST_bad_gntref;
		return;
	}
	m->handle = (grant_handle_t)((uint32_t)(r - ranges) << 20 | page);
	m->status = GNTST_okay;
}

static void unmap_one(struct gnttab_unmap_grant_ref *m)
{
	uint32_t page;
	struct range *r = range_at(m->host_addr, &page);

	m->status = GNTST_bad_handle;
	if (!r || !r->map[page] || m->handle != ((uint32_t)(r - ranges) << 20 | page)) {
		host_fail("GNTTABOP_unmap_grant_ref of what is not mapped");
		return;
	}
	host_unmap(r->map[page], (char *)r->va + page * PAGE_SIZE);
	r->map[page] = NULL;
	m->status = GNTST_okay;
}

int HYPERVISOR_grant_table_op(unsigned int cmd, void *uop, unsigned int count)
{
	struct gnttab_query_size *size = uop;
	unsigned int i;

	host_point();
	switch (cmd) {
	case GNTTABOP_query_size:
		size->nr_frames = size->max_nr_frames = (host_grants_max() + 511) / 512;
		size->status = GNTST_okay;
		return 0;
	case GNTTABOP_map_grant_ref:
		for (i = 0; i < count; i++)
			map_one((struct gnttab_map_grant_ref *)uop + i);
		return 0;
	case GNTTABOP_unmap_grant_ref:
		for (i = 0; i < count; i++)
			unmap_one((struct gnttab_unmap_grant_ref *)uop + i);
		return 0;
	default:
		return -38;
	}
}

uint32_t fk_gnttab_left(bool print)
{
	uint32_t i, n = 0, m = 0;

	for (i = 0; i < ENTRIES; i++)
		n += used[i];
	for (i = 0; i < RANGES; i++)
		m += ranges[i].res != NULL;
	return fk_tell(print, n, "grant references") + fk_tell(print, m, "ranges for mappings");
}
