/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Page directories: counting, building, and the bounded walk of a peer's chain. */
#include "priv.h"

#define MAX_PAGES (DISPLIF_MAX_BUFFER >> DISPLIF_PAGE_SHIFT)

uint32_t displif_pgdir_pages(uint32_t size)
{
	return (size >> DISPLIF_PAGE_SHIFT) + ((size & (DISPLIF_PAGE_SIZE - 1u)) ? 1u : 0u);
}

uint32_t displif_pgdir_dirs(uint32_t pages)
{
	return pages / DISPLIF_PGDIR_GREFS + ((pages % DISPLIF_PGDIR_GREFS) ? 1u : 0u);
}

int displif_pgdir_build(volatile uint32_t *page, uint32_t index, uint32_t next,
			const uint32_t *gref, uint32_t n)
{
	uint32_t dirs, i;

	if (n > MAX_PAGES)
		return DISPLIF_E_INVAL;
	dirs = displif_pgdir_dirs(n);
	if (index >= dirs)
		return DISPLIF_E_INVAL;
	displif_store32(&page[0], index + 1u < dirs ? next : 0);
	for (i = 0; i < DISPLIF_PGDIR_GREFS; i++) {
		uint32_t at = index * DISPLIF_PGDIR_GREFS + i;
		uint32_t g = 0;

		if (gref && at < n)
			g = gref[at];
		displif_store32(&page[1u + i], g);
	}
	return 0;
}

int displif_pgdir_walk_init(struct displif_pgdir_walk *walk, uint32_t first, uint32_t pages)
{
	*walk = (struct displif_pgdir_walk){ 0 };
	if (!pages || pages > MAX_PAGES)
		return DISPLIF_E_RANGE;
	if (!first)
		return DISPLIF_E_PROTO;
	walk->next = first;
	walk->want = pages;
	walk->dirs = displif_pgdir_dirs(pages);
	return 0;
}

/* A walk that did not begin, is done or failed has no next page. */
static int check_step(const struct displif_pgdir_walk *walk, uint32_t cap,
		      struct displif_diag *diag)
{
	if (!walk->next || !walk->dirs)
		return displif__fail(diag, DISPLIF_E_STATE,
				     DISPLIF__OF(DIRECTORY, DISPLIF__NOTHING), 0, 0);
	if (cap < walk->want)
		return displif__fail(diag, DISPLIF_E_NOSPC, DISPLIF__OF(DIRECTORY, DISPLIF__GREF),
				     cap, walk->want);
	return 0;
}

static int break_off(struct displif_pgdir_walk *walk, enum displif__node field, uint32_t value,
		     struct displif_diag *diag)
{
	walk->next = 0;
	walk->dirs = 0;
	return displif__fail(diag, DISPLIF_E_PROTO, DISPLIF__OF(DIRECTORY, field), value,
			     walk->have);
}

/* One directory page is done and @link was read from it. */
static int end_step(struct displif_pgdir_walk *walk, uint32_t link, struct displif_diag *diag)
{
	bool more = walk->have < walk->want;

	/* Full directory pages come as many as were counted: dirs runs out exactly with the last grant. */
	if (more != (link != 0))
		return break_off(walk, DISPLIF__NEXT_DIRECTORY, link, diag);
	walk->next = link;
	if (walk->dirs)
		walk->dirs--;
	return more ? 1 : 0;
}

int displif_pgdir_walk_page(struct displif_pgdir_walk *walk, const volatile uint32_t *page,
			    uint32_t *gref, uint32_t cap, struct displif_diag *diag)
{
	uint32_t have = walk->have;
	uint32_t i, link;
	int err = check_step(walk, cap, diag);

	if (err)
		return err;
	link = displif_load32(&page[0]);
	for (i = 0; i < DISPLIF_PGDIR_GREFS && have < walk->want && have < cap; i++) {
		uint32_t g = displif_load32(&page[1u + i]);

		walk->have = have;
		if (!g)
			return break_off(walk, DISPLIF__GREF, 0, diag);
		gref[have] = g;
		have++;
	}
	walk->have = have;
	return end_step(walk, link, diag);
}

int displif_pgdir_fill_page(struct displif_pgdir_walk *walk, volatile uint32_t *page,
			    const uint32_t *gref, uint32_t n, struct displif_diag *diag)
{
	uint32_t have = walk->have;
	uint32_t i, link;
	int err = check_step(walk, n, diag);

	if (err)
		return err;
	link = displif_load32(&page[0]);
	for (i = 0; i < DISPLIF_PGDIR_GREFS && have < walk->want && have < n; i++) {
		displif_store32(&page[1u + i], gref[have]);
		have++;
	}
	walk->have = have;
	return end_step(walk, link, diag);
}
