/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of pgdir.c: counts, directories built and walked back, and every way a chain can lie. */
#include "expect.h"

#define WORDS DISPLIF_PGDIR_WORDS
#define GREFS DISPLIF_PGDIR_GREFS
#define MAX_PAGES (DISPLIF_MAX_BUFFER >> 12)
/* A directory page's own grant reference, told apart from those of the buffer. */
#define DIR_REF(i) (0x40000000u + (uint32_t)(i))

/* A directory in memory: dirs pages, and the grants of the buffer. */
struct dir {
	uint32_t pages, dirs;
	uint32_t *gref, *page;
};

static struct dir make(uint32_t pages)
{
	struct dir d = { pages, displif_pgdir_dirs(pages), NULL, NULL };
	uint32_t i;

	d.gref = malloc(pages * sizeof(uint32_t));
	d.page = malloc((size_t)d.dirs * DISPLIF_PAGE_SIZE);
	assert_non_null(d.gref);
	assert_non_null(d.page);
	memset(d.page, 0xa5, (size_t)d.dirs * DISPLIF_PAGE_SIZE);
	for (i = 0; i < pages; i++)
		d.gref[i] = 8u + i;
	for (i = 0; i < d.dirs; i++)
		assert_int_equal(displif_pgdir_build(d.page + (size_t)i * WORDS, i, DIR_REF(i + 1u),
						     d.gref, pages),
				 0);
	return d;
}

static void drop(struct dir *d)
{
	free(d->gref);
	free(d->page);
}

static uint32_t *page_of(const struct dir *d, uint32_t ref)
{
	assert_in_range(ref, DIR_REF(0), DIR_REF(d->dirs - 1u));
	return d->page + (size_t)(ref - DIR_REF(0)) * WORDS;
}

/* Walks the chain to its end or error; *@steps: pages fed. */
static int walk_all(const struct dir *d, uint32_t *out, uint32_t *steps, struct displif_diag *diag)
{
	struct displif_pgdir_walk w;
	int ret;

	*steps = 0;
	assert_int_equal(displif_pgdir_walk_init(&w, DIR_REF(0), d->pages), 0);
	do {
		ret = displif_pgdir_walk_page(&w, page_of(d, w.next), out, d->pages, diag);
		++*steps;
	} while (ret == 1);
	/* Done or failed, nothing more is to be fed. */
	assert_int_equal(w.next, 0);
	assert_int_equal(displif_pgdir_walk_page(&w, d->page, out, d->pages, NULL),
			 DISPLIF_E_STATE);
	return ret;
}

static const uint32_t counts[] = { 1, 2, 1022, 1023, 1024, 2046, 2047, 8100, MAX_PAGES };

static void counts_are_rounded_up(void **state)
{
	(void)state;
	assert_int_equal(displif_pgdir_pages(0), 0);
	assert_int_equal(displif_pgdir_pages(1), 1);
	assert_int_equal(displif_pgdir_pages(4095), 1);
	assert_int_equal(displif_pgdir_pages(4096), 1);
	assert_int_equal(displif_pgdir_pages(4097), 2);
	assert_int_equal(displif_pgdir_pages(7680 * 1080), 2025);
	assert_int_equal(displif_pgdir_pages(DISPLIF_MAX_BUFFER), MAX_PAGES);
	assert_int_equal(displif_pgdir_pages(UINT32_MAX), 1048576);
	assert_int_equal(displif_pgdir_dirs(0), 0);
	assert_int_equal(displif_pgdir_dirs(1), 1);
	assert_int_equal(displif_pgdir_dirs(1023), 1);
	assert_int_equal(displif_pgdir_dirs(1024), 2);
	assert_int_equal(displif_pgdir_dirs(2046), 2);
	assert_int_equal(displif_pgdir_dirs(2047), 3);
	assert_int_equal(displif_pgdir_dirs(8100), 8);
	assert_int_equal(displif_pgdir_dirs(1048576), 1026);
	assert_int_equal(displif_pgdir_dirs(UINT32_MAX), 4198405);
}

static void the_layout_is_xens(void **state)
{
	struct dir d = make(GREFS + 1u);
	struct xendispl_page_directory *xen = (struct xendispl_page_directory *)d.page;

	(void)state;
	assert_int_equal(offsetof(struct xendispl_page_directory, gref_dir_next_page), 0);
	assert_int_equal(offsetof(struct xendispl_page_directory, gref), 4);
	assert_int_equal(xen->gref_dir_next_page, DIR_REF(1));
	assert_int_equal(xen->gref[0], d.gref[0]);
	assert_int_equal(xen->gref[GREFS - 1u], d.gref[GREFS - 1u]);
	drop(&d);
}

static void every_word_is_written(void **state)
{
	struct dir d = make(GREFS + 2u);
	uint32_t i;

	(void)state;
	for (i = 0; i < GREFS; i++)
		assert_int_equal(d.page[1u + i], d.gref[i]);
	assert_int_equal(d.page[WORDS], 0);
	assert_int_equal(d.page[WORDS + 1u], d.gref[GREFS]);
	assert_int_equal(d.page[WORDS + 2u], d.gref[GREFS + 1u]);
	for (i = 3; i < WORDS; i++)
		assert_int_equal(d.page[WORDS + i], 0);
	/* For a buffer that the backend allocates: links only. */
	memset(d.page, 0xa5, DISPLIF_PAGE_SIZE);
	assert_int_equal(displif_pgdir_build(d.page, 0, DIR_REF(1), NULL, d.pages), 0);
	assert_int_equal(d.page[0], DIR_REF(1));
	for (i = 1; i < WORDS; i++)
		assert_int_equal(d.page[i], 0);
	drop(&d);
}

static void build_refuses(void **state)
{
	static uint32_t page[WORDS];

	(void)state;
	assert_int_equal(displif_pgdir_build(page, 0, 1, NULL, 0), DISPLIF_E_INVAL);
	assert_int_equal(displif_pgdir_build(page, 1, 1, NULL, GREFS), DISPLIF_E_INVAL);
	assert_int_equal(displif_pgdir_build(page, UINT32_MAX, 1, NULL, GREFS), DISPLIF_E_INVAL);
	assert_int_equal(displif_pgdir_build(page, 0, 1, NULL, MAX_PAGES + 1u), DISPLIF_E_INVAL);
	assert_int_equal(displif_pgdir_build(page, 0, 1, NULL, UINT32_MAX), DISPLIF_E_INVAL);
	assert_int_equal(page[0], 0);
	assert_int_equal(
		displif_pgdir_build(page, displif_pgdir_dirs(MAX_PAGES) - 1u, 1, NULL, MAX_PAGES),
		0);
}

static void built_directories_walk_back(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct dir d = make(counts[i]);
		uint32_t *out = calloc(d.pages, sizeof(uint32_t));
		struct displif_diag diag = dirty_diag();
		uint32_t steps;

		assert_non_null(out);
		assert_int_equal(walk_all(&d, out, &steps, &diag), 0);
		assert_int_equal(steps, d.dirs);
		assert_memory_equal(out, d.gref, d.pages * sizeof(uint32_t));
		expect_untouched(&diag);
		free(out);
		drop(&d);
	}
}

static void a_walk_begins_with_sane_numbers(void **state)
{
	struct displif_pgdir_walk w;
	static const uint32_t page[WORDS];
	uint32_t out;

	(void)state;
	memset(&w, 0xa5, sizeof(w));
	assert_int_equal(displif_pgdir_walk_init(&w, 5, 0), DISPLIF_E_RANGE);
	assert_int_equal(w.next, 0);
	assert_int_equal(displif_pgdir_walk_init(&w, 5, MAX_PAGES + 1u), DISPLIF_E_RANGE);
	assert_int_equal(displif_pgdir_walk_init(&w, 5, UINT32_MAX), DISPLIF_E_RANGE);
	memset(&w, 0xa5, sizeof(w));
	assert_int_equal(displif_pgdir_walk_init(&w, 0, 1), DISPLIF_E_PROTO);
	assert_int_equal(displif_pgdir_walk_page(&w, page, &out, 1, NULL), DISPLIF_E_STATE);
	assert_int_equal(displif_pgdir_walk_init(&w, UINT32_MAX, MAX_PAGES), 0);
	assert_int_equal(w.next, UINT32_MAX);
}

static void a_zero_grant_is_found_wherever_it_is(void **state)
{
	static const uint32_t at[] = { 0, 1, GREFS - 1u, GREFS, 2u * GREFS - 1u, 2u * GREFS };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		struct dir d = make(2u * GREFS + 1u);
		uint32_t *out = calloc(d.pages, sizeof(uint32_t));
		struct displif_diag diag = dirty_diag();
		uint32_t steps;

		assert_non_null(out);
		d.page[at[i] / GREFS * WORDS + 1u + at[i] % GREFS] = 0;
		assert_int_equal(walk_all(&d, out, &steps, &diag), DISPLIF_E_PROTO);
		assert_int_equal(steps, at[i] / GREFS + 1u);
		assert_int_equal(diag.op, DISPLIF_OP_DIRECTORY);
		assert_string_equal(diag.node, "gref");
		assert_int_equal(diag.value, 0);
		assert_int_equal(diag.limit, at[i]);
		assert_int_equal(walk_all(&d, out, &steps, NULL), DISPLIF_E_PROTO);
		free(out);
		drop(&d);
	}
}

static void chains_that_lie(void **state)
{
	struct dir d = make(3u * GREFS);
	uint32_t *out = calloc(d.pages, sizeof(uint32_t));
	struct displif_diag diag;
	uint32_t steps;

	(void)state;
	assert_non_null(out);
	/* Too short. */
	d.page[WORDS] = 0;
	assert_int_equal(walk_all(&d, out, &steps, &diag), DISPLIF_E_PROTO);
	assert_int_equal(steps, 2);
	expect_line(&diag, "page directory: field gref_dir_next_page: value 0: limit 2046: "
			   "the peer broke the protocol");
	/* A loop, to itself and to the first page: ends where the buffer ends. */
	d.page[WORDS] = DIR_REF(1);
	assert_int_equal(walk_all(&d, out, &steps, &diag), DISPLIF_E_PROTO);
	assert_int_equal(steps, 3);
	d.page[WORDS] = DIR_REF(0);
	assert_int_equal(walk_all(&d, out, &steps, &diag), DISPLIF_E_PROTO);
	assert_int_equal(steps, 3);
	/* Too long: goes on after the last page. */
	d.page[WORDS] = DIR_REF(2);
	d.page[2u * WORDS] = 99;
	assert_int_equal(walk_all(&d, out, &steps, &diag), DISPLIF_E_PROTO);
	assert_int_equal(steps, 3);
	expect_line(&diag, "page directory: field gref_dir_next_page: value 99: limit 3069: "
			   "the peer broke the protocol");
	d.page[2u * WORDS] = 0;
	assert_int_equal(walk_all(&d, out, &steps, NULL), 0);
	/* Bad grant references are only the hypervisor's to judge: all but 0 pass. */
	d.page[1] = UINT32_MAX;
	assert_int_equal(walk_all(&d, out, &steps, NULL), 0);
	assert_int_equal(out[0], UINT32_MAX);
	free(out);
	drop(&d);
}

static void room_is_asked_for_first(void **state)
{
	struct dir d = make(3);
	uint32_t *out = calloc(3, sizeof(uint32_t));
	struct displif_pgdir_walk w;
	struct displif_diag diag;

	(void)state;
	assert_non_null(out);
	assert_int_equal(displif_pgdir_walk_init(&w, DIR_REF(0), 3), 0);
	assert_int_equal(displif_pgdir_walk_page(&w, d.page, out, 2, &diag), DISPLIF_E_NOSPC);
	expect_line(&diag,
		    "page directory: field gref: value 2: limit 3: array or buffer too small");
	assert_int_equal(displif_pgdir_walk_page(&w, d.page, NULL, 0, NULL), DISPLIF_E_NOSPC);
	assert_int_equal(displif_pgdir_fill_page(&w, d.page, out, 2, &diag), DISPLIF_E_NOSPC);
	assert_int_equal(out[0], 0);
	/* Nothing was read: with room it goes on. */
	assert_int_equal(displif_pgdir_walk_page(&w, d.page, out, 3, NULL), 0);
	assert_memory_equal(out, d.gref, 3 * sizeof(uint32_t));
	assert_int_equal(displif_pgdir_walk_page(&w, d.page, out, 3, &diag), DISPLIF_E_STATE);
	expect_line(&diag, "page directory: dead, closed or never started");
	assert_int_equal(displif_pgdir_fill_page(&w, d.page, out, 3, &diag), DISPLIF_E_STATE);
	free(out);
	drop(&d);
}

static void fill_writes_grants_and_no_links(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct dir d = make(counts[i]);
		uint32_t *own = malloc(d.pages * sizeof(uint32_t));
		uint32_t *back = calloc(d.pages, sizeof(uint32_t));
		struct displif_pgdir_walk w;
		uint32_t k, steps;
		int ret;

		assert_non_null(own);
		assert_non_null(back);
		for (k = 0; k < d.pages; k++)
			own[k] = 0x20000000u + k;
		for (k = 0; k < d.dirs; k++)
			assert_int_equal(displif_pgdir_build(d.page + (size_t)k * WORDS, k,
							     DIR_REF(k + 1u), NULL, d.pages),
					 0);
		d.page[(size_t)d.dirs * WORDS - 1u] ^=
			0x5a5au; /* last word: behind the last grant, or to be written */
		assert_int_equal(displif_pgdir_walk_init(&w, DIR_REF(0), d.pages), 0);
		do {
			ret = displif_pgdir_fill_page(&w, page_of(&d, w.next), own, d.pages, NULL);
		} while (ret == 1);
		assert_int_equal(ret, 0);
		for (k = 0; k < d.dirs; k++)
			assert_int_equal(d.page[(size_t)k * WORDS],
					 k + 1u < d.dirs ? DIR_REF(k + 1u) : 0);
		if (d.pages % GREFS)
			assert_int_equal(d.page[(size_t)d.dirs * WORDS - 1u], 0x5a5a);
		assert_int_equal(walk_all(&d, back, &steps, NULL), 0);
		assert_memory_equal(back, own, d.pages * sizeof(uint32_t));
		free(own);
		free(back);
		drop(&d);
	}
}

static void fill_follows_no_liar(void **state)
{
	struct dir d = make(2u * GREFS);
	struct displif_pgdir_walk w;
	struct displif_diag diag;

	(void)state;
	d.page[0] = 0;
	assert_int_equal(displif_pgdir_walk_init(&w, DIR_REF(0), d.pages), 0);
	assert_int_equal(displif_pgdir_fill_page(&w, d.page, d.gref, d.pages, &diag),
			 DISPLIF_E_PROTO);
	assert_string_equal(diag.node, "gref_dir_next_page");
	assert_int_equal(displif_pgdir_fill_page(&w, d.page, d.gref, d.pages, NULL),
			 DISPLIF_E_STATE);
	d.page[0] = d.page[WORDS] = DIR_REF(1);
	assert_int_equal(displif_pgdir_walk_init(&w, DIR_REF(0), d.pages), 0);
	assert_int_equal(displif_pgdir_fill_page(&w, d.page, d.gref, d.pages, &diag), 1);
	assert_int_equal(displif_pgdir_fill_page(&w, d.page + WORDS, d.gref, d.pages, &diag),
			 DISPLIF_E_PROTO);
	assert_int_equal(diag.value, DIR_REF(1));
	assert_int_equal(d.page[WORDS], DIR_REF(1));
	drop(&d);
}

/* An array that is longer than the buffer: what lies behind the last grant stays as it is, on both sides. */
static void no_more_than_the_buffer_has(void **state)
{
	struct dir d = make(3);
	uint32_t out[5] = { 0, 0, 0, 77, 78 };
	struct displif_pgdir_walk w;

	(void)state;
	assert_int_equal(displif_pgdir_walk_init(&w, DIR_REF(0), 3), 0);
	assert_int_equal(displif_pgdir_walk_page(&w, d.page, out, 5, NULL), 0);
	assert_memory_equal(out, d.gref, 3 * sizeof(uint32_t));
	assert_int_equal(out[3], 77);
	d.page[4] = 99;
	assert_int_equal(displif_pgdir_walk_init(&w, DIR_REF(0), 3), 0);
	assert_int_equal(displif_pgdir_fill_page(&w, d.page, out, 5, NULL), 0);
	assert_int_equal(d.page[4], 99);
	drop(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_rounded_up),
		cmocka_unit_test(the_layout_is_xens),
		cmocka_unit_test(every_word_is_written),
		cmocka_unit_test(build_refuses),
		cmocka_unit_test(built_directories_walk_back),
		cmocka_unit_test(a_walk_begins_with_sane_numbers),
		cmocka_unit_test(a_zero_grant_is_found_wherever_it_is),
		cmocka_unit_test(chains_that_lie),
		cmocka_unit_test(room_is_asked_for_first),
		cmocka_unit_test(fill_writes_grants_and_no_links),
		cmocka_unit_test(fill_follows_no_liar),
		cmocka_unit_test(no_more_than_the_buffer_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
