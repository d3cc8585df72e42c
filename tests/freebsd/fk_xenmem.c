/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Ranges of addresses without memory, and other domains' grants mapped there. */
#include "fk_page.h"

#include <sys/rman.h>
#include <machine/bus.h>
#include <xen/xen-os.h>
#include <xen/hypervisor.h>
#include <xen/gnttab.h>

#define RANGES 64

struct range {
	struct resource *res;
	void *va;
	uint32_t n;
	void **map;
	vm_page_t pages; /* n */
};

static struct range ranges[RANGES];
static bool waking;

/* Pseudo-physical: far above memory. */
#define RANGE_PA(r) (((vm_paddr_t)1 << 40) + ((vm_paddr_t)((r)-ranges) << 30))

void fk_xenmem_init(void)
{
	memset(ranges, 0, sizeof(ranges));
	waking = false;
}

struct resource *xenmem_alloc(device_t dev, int *res_id, size_t size)
{
	struct range *r;
	uint32_t i;

	(void)dev;
	fk_may_sleep("xenmem_alloc()");
	host_point();
	if (size & PAGE_MASK)
		host_fail("xenmem_alloc() of %zu bytes, which are no pages", size);
	if (host_refused(HOST_F_MAP))
		return NULL;
	for (r = ranges; r < &ranges[RANGES] && r->res; r++)
		;
	if (r == &ranges[RANGES])
		return NULL;
	r->n = (uint32_t)(round_page(size) / PAGE_SIZE);
	r->va = host_range(r->n);
	r->map = fk_new(r->n * sizeof(*r->map));
	r->pages = fk_new(r->n * sizeof(*r->pages));
	for (i = 0; i < r->n; i++)
		fk_page_fake(&r->pages[i], RANGE_PA(r) + (vm_paddr_t)i * PAGE_SIZE);
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
		if (r->pages[i].object || r->pages[i].ref_count != 1 ||
		    vm_page_busied(&r->pages[i]))
			host_fail("xenmem_free() with page %u of %u in use", i, r->n);
	}
	host_range_free(r->va, r->n);
	fk_delete(r->map);
	fk_delete(r->pages);
	fk_delete(r->res);
	*r = (struct range){ 0 };
	return 0;
}

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

vm_page_t PHYS_TO_VM_PAGE(vm_paddr_t pa)
{
	uint32_t page;
	struct range *r = range_at(pa, &page);

	if (!r)
		panic("no page at 0x%lx", (unsigned long)pa);
	return &r->pages[page];
}

void *fk_range_va(vm_paddr_t pa)
{
	uint32_t page;
	struct range *r = range_at(pa, &page);

	return r ? (char *)r->va + (size_t)page * PAGE_SIZE : NULL;
}

/* --- hypercalls --- */

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
	if (host_refused(HOST_F_EAGAIN)) {
		m->status = GNTST_eagain;
		return;
	}
	r->map[page] = host_map(m->dom, m->ref, m->flags & GNTMAP_readonly,
				(char *)r->va + (size_t)page * PAGE_SIZE);
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
		/* Nobody can know yet that they are void. */
		if (!waking)
			host_fail("GNTTABOP_unmap_grant_ref of what is not mapped");
		return;
	}
	if (r->pages[page].object)
		host_fail("GNTTABOP_unmap_grant_ref of page %u, which programs map", page);
	if (host_refused(HOST_F_UNMAP))
		return;
	host_unmap(r->map[page], (char *)r->va + (size_t)page * PAGE_SIZE);
	r->map[page] = NULL;
	m->status = GNTST_okay;
}

int fk_map_op(unsigned int cmd, void *uop, unsigned int count)
{
	unsigned int i;

	if (!count || count > 256)
		host_fail("a hypercall about %u grants", count);
	switch (cmd) {
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

/* On another host nothing is mapped. */
void fk_xenmem_wake(bool begins)
{
	struct range *r;
	uint32_t i;

	waking = begins;
	for (r = ranges; begins && r < &ranges[RANGES]; r++) {
		for (i = 0; r->res && i < r->n; i++)
			r->map[i] = NULL;
		if (r->res)
			host_range_free(r->va, r->n);
	}
}

uint32_t kern_ranges(void)
{
	uint32_t i, n = 0;

	for (i = 0; i < RANGES; i++)
		n += ranges[i].res != NULL;
	return n;
}

uint32_t fk_xenmem_left(bool print)
{
	return fk_tell(print, kern_ranges(), "ranges for mappings");
}
