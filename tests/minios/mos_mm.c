/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Pages, and ranges of virtual addresses for mappings: the first that fits is taken. PV keeps page tables for what was
 * mapped once, 2 MiB each.
 */
#include <mini-os/mm.h>

#include "mos_priv.h"

/* The numbers of PV and of PVH do not fit each other. */
#define PV_BASE 0x100000UL
#define PVH_BASE 0x400UL

#define RANGE 16384u
#define TABLE 512u

struct mapping {
	struct mapping *next;
	void *va;
	long first;
	uint32_t n;
};

static struct mapping *mappings;
static bool taken[RANGE], tables[RANGE / TABLE];

unsigned long mos_frame_number(uint32_t frame)
{
	return frame + (mos.pv ? PV_BASE : PVH_BASE);
}

uint32_t mos_frame_of(unsigned long number)
{
	return (uint32_t)(number - (mos.pv ? PV_BASE : PVH_BASE));
}

unsigned long mos_frame(unsigned long va, bool pv)
{
	uint32_t frame = fake_mem_frame(mos.dom, (void *)va);

	if (pv != mos.pv)
		mos_fail("compiled for %s, runs as %s", pv ? "PV" : "PVH", mos.pv ? "PV" : "PVH");
	if (frame == UINT32_MAX)
		mos_fail("virt_to_mfn(0x%lx), which alloc_pages() did not give", va);
	return mos_frame_number(frame);
}

unsigned long alloc_pages(int order)
{
	void *va;

	mos_may_sleep("alloc_pages()");
	mos_point();
	if (mos_refused(MOS_PAGE))
		return 0;
	va = fake_mem_alloc(mos.dom, 1u << order, false);
	mos_point();
	return (unsigned long)va;
}

void free_pages(void *pointer, int order)
{
	(void)order;
	mos_in_thread("free_pages()");
	mos_point();
	mos_page_freed(pointer);
	fake_mem_free(mos.dom, pointer);
}

/* --- ranges --- */

long mos_range_take(uint32_t n, bool *have)
{
	uint32_t first, len = 0;

	for (first = 0; first + len < RANGE && len < n;) {
		if (taken[first + len]) {
			first += len + 1;
			len = 0;
		} else {
			len++;
		}
	}
	if (len < n)
		return -1;
	*have = true;
	for (len = 0; len < n; len++) {
		taken[first + len] = true;
		*have = *have && tables[(first + len) / TABLE];
	}
	return (long)first;
}

void mos_range_tables(long first, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		tables[((uint32_t)first + i) / TABLE] = true;
}

void mos_range_give(long first, uint32_t n)
{
	memset(&taken[first], 0, n * sizeof(taken[0]));
}

/* --- second mappings --- */

void *map_frames_ex(const unsigned long *frame, unsigned long n, unsigned long stride,
		    unsigned long increment, unsigned long alignment, domid_t id, int *err,
		    unsigned long prot)
{
	struct mapping *m;
	uint32_t *list, i;
	bool have;

	(void)alignment;
	mos_may_sleep("map_frames_ex()");
	mos_point();
	if (err)
		*err = 0;
	if (id != DOMID_SELF)
		mos_fail("map_frames_ex() of domain %u's frames", id);
	if (mos_refused(MOS_REMAP))
		return NULL;
	m = calloc(1, sizeof(*m));
	list = calloc(n, sizeof(*list));
	if (!m || !list)
		abort();
	for (i = 0; i < n; i++)
		list[i] = mos_frame_of(frame[i * stride] + i * increment);
	m->n = (uint32_t)n;
	m->first = mos_range_take(m->n, &have);
	if (m->first >= 0)
		m->va = fake_mem_alias(mos.dom, list, m->n, prot == L1_PROT);
	free(list);
	if (!m->va) {
		if (m->first >= 0)
			mos_range_give(m->first, m->n);
		free(m);
		return NULL;
	}
	mos_range_tables(m->first, m->n);
	m->next = mappings;
	mappings = m;
	mos_point();
	return m->va;
}

int unmap_frames(unsigned long va, unsigned long n)
{
	struct mapping **at, *m;

	mos_in_thread("unmap_frames()");
	mos_point();
	for (at = &mappings; (m = *at) && m->va != (void *)va; at = &m->next)
		;
	if (!m || m->n != n) {
		mos_fail("unmap_frames(0x%lx, %lu) of what is not mapped so", va, n);
		return 1;
	}
	*at = m->next;
	mos_range_give(m->first, m->n);
	fake_mem_unalias(mos.dom, m->va);
	free(m);
	return 0;
}

void mos_mm_init(void)
{
	mos_mm_end();
	memset(taken, 0, sizeof(taken));
	memset(tables, 0, sizeof(tables));
	tables[0] = true;
	taken[0] = true;
}

void mos_mm_end(void)
{
	struct mapping *m;

	while ((m = mappings)) {
		mappings = m->next;
		free(m);
	}
}
