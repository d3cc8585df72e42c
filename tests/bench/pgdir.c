/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The page directory of a 1920x1080 picture of 4 bytes a pixel: 8100 grants in
 * 8 pages, built and walked, against two copies of as many words.
 */
#include <string.h>

#include <displif/pgdir.h>

#include "bench.h"

#define PAGES 8100u
#define DIRS 8u
#define FIRST 16u /* grant reference of the first directory page */

static _Alignas(4096) uint32_t dir[DIRS][DISPLIF_PGDIR_WORDS];
static uint32_t gref[PAGES], found[PAGES];

static void setup(void)
{
	uint32_t i;

	for (i = 0; i < PAGES; i++)
		gref[i] = 100 + 3 * i;
	memset(found, 0, sizeof(found));
	memset(dir, 0, sizeof(dir));
}

static BENCH_LOOP void run_pgdir_ours(uint32_t n)
{
	struct displif_pgdir_walk walk;
	uint32_t i, d;
	int more;

	for (i = 0; i < n; i++) {
		for (d = 0; d < DIRS; d++) {
			if (displif_pgdir_build(dir[d], d, FIRST + d + 1, gref, PAGES))
				bench_fail("a directory page is not built");
		}
		if (displif_pgdir_walk_init(&walk, FIRST, PAGES))
			bench_fail("no walk");
		do {
			d = walk.next - FIRST;
			if (d >= DIRS)
				bench_fail("a wrong link");
			more = displif_pgdir_walk_page(&walk, dir[d], found, PAGES, NULL);
		} while (more == 1);
		if (more)
			bench_fail("the walk ends early");
	}
}

static BENCH_LOOP void run_pgdir_bare(uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		memcpy(dir, gref, sizeof(gref));
		/* Keeps the compiler from making one copy of two. */
		__asm__ volatile("" ::: "memory");
		memcpy(found, dir, sizeof(gref));
		__asm__ volatile("" ::: "memory");
	}
}

static void check(void)
{
	if (memcmp(found, gref, sizeof(gref)))
		bench_fail("wrong grants");
	memset(found, 0, sizeof(found));
}

const struct bench bench_pgdir = {
	.name = "pgdir",
	.what = "directory of 8100 pages, built, walked",
	.bare_what = "memcpy there and back",
	.setup = setup,
	.ours = run_pgdir_ours,
	.bare = run_pgdir_bare,
	.check = check,
	.n = 100,
};
