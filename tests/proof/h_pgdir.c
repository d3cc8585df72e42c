/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Proof harness: directories of any size, and walks over pages that change at every instant. */
#include "harness.h"

#define PAGES_MAX (DISPLIF_MAX_BUFFER >> DISPLIF_PAGE_SHIFT)

static volatile uint32_t shared[DISPLIF_PGDIR_WORDS];
static uint32_t gref1[1], gref1023[DISPLIF_PGDIR_GREFS], gref2047[2047], most[PAGES_MAX];

static void build(const uint32_t *gref, uint32_t n)
{
	use((uint64_t)(displif_pgdir_build(shared, any_u32, any_u32, gref, n) == 0));
}

/* A walk for any number of pages with room for @cap: every sequence of steps. */
static void walk(uint32_t *gref, uint32_t cap)
{
	struct displif_pgdir_walk w;
	struct displif_diag diag = { 0 };

	use((uint64_t)(displif_pgdir_walk_init(&w, any_u32, any_u32) == 0));
	while (any_int) {
		switch (any_int) {
		case 0:
			use((uint64_t)(displif_pgdir_walk_page(&w, shared, gref, cap,
							       any_int ? &diag : NULL) == 0));
			break;
		case 1:
			use((uint64_t)(displif_pgdir_fill_page(&w, shared, gref, cap,
							       any_int ? &diag : NULL) == 0));
			break;
		default:
			use((uint64_t)(displif_pgdir_walk_init(&w, any_u32, any_u32) == 0));
			break;
		}
		use((uint64_t)w.next + w.have);
	}
	use_diag(&diag);
}

void proof_pgdir(void)
{
	use((uint64_t)displif_pgdir_pages(any_u32) + displif_pgdir_dirs(any_u32));
	build(NULL, any_u32);
	build(gref1, 1);
	build(gref1023, DISPLIF_PGDIR_GREFS);
	build(gref2047, 2047);
	build(most, PAGES_MAX);
	walk(NULL, 0);
	walk(gref1, 1);
	walk(gref1023, DISPLIF_PGDIR_GREFS);
	walk(gref2047, 2047);
	walk(most, PAGES_MAX);
}
