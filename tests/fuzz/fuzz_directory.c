/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fuzzing of page directories: the input draws a graph of pages (loops, pages
 * used twice, references that nobody granted) and lets the backend map, fill
 * and write through it, and the frontend share and read back, while calls fail
 * and words change. What it does to the pages is compared with a model.
 */
#include "pages.h"
#include "shared.h"

#define MAX_WORDS 8400u
#define MAX_BYTES (MAX_WORDS * 4096u)

static struct displif_port port;
/* The pages as the model says they must be. */
static uint32_t model[N_PAGES][1024];
static uint32_t model_gref[MAX_WORDS];
static bool raced;

static void model_take(void)
{
	uint32_t p, i;

	for (p = 0; p < N_PAGES; p++)
		for (i = 0; i < 1024; i++)
			model[p][i] = peek(&pages_va[p][i]);
}

static bool model_same(void)
{
	uint32_t p, i;

	for (p = 0; p < N_PAGES; p++)
		for (i = 0; i < 1024; i++)
			if (model[p][i] != peek(&pages_va[p][i]))
				return false;
	return true;
}

/* Walks, or fills with @own, until @upto of @pages references were met. */
static int model_walk(uint32_t first, uint32_t pages, uint32_t upto, const uint32_t *own)
{
	uint32_t have = 0, i, link, *page;

	if (!pages || pages > DISPLIF_MAX_BUFFER >> DISPLIF_PAGE_SHIFT)
		return DISPLIF_E_RANGE;
	if (!first)
		return DISPLIF_E_PROTO;
	do {
		if (!pages_valid(first))
			return DISPLIF_E_OS;
		page = model[first - 1];
		link = page[0];
		for (i = 1; i < 1024 && have < pages; i++, have++) {
			if (own)
				page[i] = own[have];
			else if (!page[i])
				return DISPLIF_E_PROTO;
			else
				model_gref[have] = page[i];
		}
		if (!link != (have == pages))
			return DISPLIF_E_PROTO;
		first = link;
	} while (have < upto);
	return 0;
}

static bool all_valid(uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (!pages_valid(model_gref[i]))
			return false;
	return true;
}

static uint32_t in_pages(struct fuzz_in *in)
{
	static const uint32_t counts[] = { 1,	 2,    3,    1022, 1023,   1024,  2046,
					   2047, 5000, 8192, 0,	   262144, 262145 };

	return IN_PICK(in, counts);
}

static struct displif_scratch in_scratch(struct fuzz_in *in, uint32_t pages)
{
	struct displif_scratch s;
	uint8_t b = in_u8(in);

	s.words = b & 0x80 ? b & 0x7fu : pages;
	if (s.words > MAX_WORDS)
		s.words = MAX_WORDS;
	s.page = exactly(DISPLIF_PAGE_SIZE);
	memset(s.page, 0xa5, DISPLIF_PAGE_SIZE);
	s.gref = exactly(s.words * 4);
	return s;
}

static void scratch_free(struct displif_scratch *s)
{
	exactly_free(s->page, DISPLIF_PAGE_SIZE);
	exactly_free(s->gref, s->words * 4);
}

static bool disturbed(void)
{
	return raced || pages_faulted;
}

static void check_error(int err, const struct displif_diag *diag)
{
	char text[256];

	CHECK(err <= 0 && err >= DISPLIF_E_BUG && err != DISPLIF_E_INVAL);
	CHECK(diag->err == err);
	if (err)
		CHECK(displif_diag_text(diag, text, sizeof(text)) > 0);
}

static void do_map(struct fuzz_in *in)
{
	uint32_t dir = in_u8(in) % (N_PAGES + 2u), pages = in_pages(in);
	struct displif_scratch s = in_scratch(in, pages);
	struct displif_diag diag = { 0 };
	void *va = &va, *map = &map;
	uint32_t maps = pages_count_maps();
	int err, expected;

	model_take();
	if (pages > s.words)
		expected = DISPLIF_E_NOSPC;
	else
		expected = model_walk(dir, pages, pages, NULL);
	if (!expected && !all_valid(pages))
		expected = DISPLIF_E_OS;
	err = displif_port_back_map(&port, 1, dir, pages, DISPLIF_PORT_WRITE, &s, &va, &map, &diag);
	check_error(err, &diag);
	CHECK(disturbed() || err == expected);
	if (err) {
		CHECK(!va && !map && pages_count_maps() == maps);
	} else {
		CHECK(va && map && pages_count_maps() == maps + 1);
		CHECK(disturbed() || !memcmp(s.gref, model_gref, pages * 4));
		pages_fail_in = 0;
		CHECK(port.ops->unmap(port.ctx, map) == 0);
	}
	CHECK(disturbed() || model_same());
	scratch_free(&s);
}

static void do_alloc(struct fuzz_in *in)
{
	uint32_t dir = in_u8(in) % (N_PAGES + 2u), pages = in_pages(in), first = pages_next_gref, i;
	struct displif_scratch s = in_scratch(in, pages);
	struct displif_diag diag = { 0 };
	void *va = &va;
	uint32_t maps = pages_count_maps(), shares = pages_count_shares();
	int err, expected = DISPLIF_E_RANGE;

	model_take();
	if (pages > s.words)
		expected = DISPLIF_E_NOSPC;
	else if (pages)
		for (i = 0; i < pages; i++)
			model_gref[i] = first + i;
	if (pages && pages <= s.words)
		expected = shares < PAGES_LIVE ? model_walk(dir, pages, pages, model_gref) :
						 DISPLIF_E_OS;
	err = displif_port_back_alloc(&port, 1, dir, pages, &s, &va, &diag);
	check_error(err, &diag);
	CHECK(disturbed() || err == expected);
	CHECK(pages_count_maps() == maps);
	if (err) {
		CHECK(!va && pages_count_shares() == shares);
	} else {
		CHECK(va && pages_count_shares() == shares + 1);
		CHECK(disturbed() || model_same());
		port.ops->unshare(port.ctx, va, s.gref, pages);
	}
	scratch_free(&s);
}

static void do_put(struct fuzz_in *in)
{
	static const uint32_t lens[] = { 128, 1, 4095, 4096, 4097, 8192, 12288, 0, 32768 };
	uint32_t dir = in_u8(in) % (N_PAGES + 2u), len = IN_PICK(in, lens), i;
	uint32_t pages = in_pages(in), size = pages * 4096u - in_u8(in),
		 need = displif_pgdir_pages(len);
	struct displif_scratch s = in_scratch(in, displif_pgdir_pages(size));
	struct displif_diag diag = { 0 };
	uint32_t maps = pages_count_maps();
	uint8_t *data, *to;
	int err, expected;

	if (len > 40000)
		len %= 40000;
	need = displif_pgdir_pages(len);
	data = exactly(len);
	for (i = 0; i < len; i++)
		data[i] = (uint8_t)(i * 7u + len);
	model_take();
	if (len > size || displif_pgdir_pages(size) > s.words)
		expected = DISPLIF_E_NOSPC;
	else
		expected = len ? model_walk(dir, displif_pgdir_pages(size), need, NULL) : 0;
	if (!expected && len && !all_valid(need))
		expected = DISPLIF_E_OS;
	for (i = 0; i < len && !expected; i++) {
		to = (uint8_t *)model[model_gref[i / 4096u] - 1];
		to[i % 4096u] = data[i];
	}
	err = displif_port_back_put(&port, 1, dir, size, data, len, &s, &diag);
	check_error(err, &diag);
	CHECK(disturbed() || err == expected);
	CHECK(disturbed() || err || model_same());
	CHECK(pages_count_maps() == maps);
	exactly_free(data, len);
	scratch_free(&s);
}

/* A buffer of the frontend, a backend that fills it and lies, and what is left in the end. */
static void do_share(struct fuzz_in *in)
{
	static uint32_t existing[1024] __attribute__((aligned(4096)));
	uint32_t size = in_pages(in) % MAX_WORDS * 4096u - in_u8(in),
		 words = displif_port_share_words(size);
	uint8_t b = in_u8(in);
	uint32_t less = b & 0x40 ? 1 : 0, maps = pages_count_maps(), shares = pages_count_shares(),
		 i;
	uint32_t *gref;
	struct displif_diag diag = { 0 };
	struct displif_share share;
	void *mem = b & 0x20 ? NULL : (uint8_t *)existing + (b & 0x10);
	int err;

	if (words > 2 * MAX_WORDS || words < less)
		return;
	gref = exactly((words - less) * 4);
	err = displif_port_share(&port, 1, &share, (enum displif_share_kind)(b % 5u), mem, size,
				 gref, words - less, &diag);
	CHECK(err <= 0 && err >= DISPLIF_E_BUG && diag.err == err);
	if (err) {
		CHECK(share.kind == DISPLIF_SHARE_NONE && pages_count_shares() == shares);
	} else {
		CHECK(!less && share.dirs == displif_pgdir_dirs(share.pages) && share.gref_dir);
		for (i = in_u8(in) % 8u; i && share.dirs <= PAGES_REAL; i--) {
			uint32_t *dir = share.dir, dirs = share.dirs;
			uint32_t at = in_u16(in) % (dirs * 1024u), run = in_u8(in), v = in_u8(in);

			run = run >= 0xf0 ? 1023u : run;
			for (; run && at < dirs * 1024u; run--, at++)
				dir[at] = v & 0x80 ? v : v % N_PAGES + 1u;
		}
		err = displif_port_share_alloced(&port, 1, &share, &diag);
		CHECK(err <= 0 && err >= DISPLIF_E_BUG);
		CHECK((err == 0) == (share.map != NULL));
		CHECK(err != DISPLIF_E_STATE || share.kind != DISPLIF_SHARE_BACKEND);
		CHECK(displif_port_share_alloced(&port, 1, &share, NULL) ==
			      (share.map || share.kind != DISPLIF_SHARE_BACKEND ? DISPLIF_E_STATE :
										  err) ||
		      pages_faulted);
		pages_fail_in = 0;
		if (b & 0x80)
			displif_port_share_unmap(&port, &share);
		CHECK(displif_port_unshare(&port, &share) ==
		      (b % 5u == DISPLIF_SHARE_EXISTING ? displif_pgdir_pages(size) / 3u : 0));
		CHECK(displif_port_unshare(&port, &share) == 0);
	}
	CHECK(pages_count_maps() == maps && pages_count_shares() == shares);
	exactly_free(gref, (words - less) * 4);
}

/* What is built can be walked back, whole, and filling it gives the same pages. */
static void do_round_trip(struct fuzz_in *in)
{
	uint32_t n = in_pages(in) % MAX_WORDS, dirs = displif_pgdir_dirs(n), cap = n, d, i, ret = 1;
	uint32_t *gref = exactly(n * 4), *back, *page = exactly(DISPLIF_PAGE_SIZE);
	uint32_t *filled = exactly(DISPLIF_PAGE_SIZE), seed = in_u32(in), next = in_u32(in) | 1u;
	struct displif_pgdir_walk walk, fill;
	struct displif_diag diag = { 0 };
	uint8_t b = in_u8(in);

	if (b & 1 && n)
		cap = b >> 1 < n ? b >> 1 : n - 1;
	back = exactly(cap * 4);
	for (i = 0; i < n; i++) {
		gref[i] = seed ? seed : 1u;
		seed = seed * 1664525u + 1013904223u;
	}
	CHECK(displif_pgdir_build(page, dirs, 0, gref, n) == DISPLIF_E_INVAL);
	CHECK(displif_pgdir_walk_init(&walk, next, n) == (n ? 0 : DISPLIF_E_RANGE));
	CHECK(displif_pgdir_walk_init(&fill, next, n) == (n ? 0 : DISPLIF_E_RANGE));
	for (d = 0; d < dirs && ret == 1; d++) {
		int got;

		memset(filled, 0x5a, DISPLIF_PAGE_SIZE);
		CHECK(displif_pgdir_build(page, d, next, gref, n) == 0);
		CHECK(page[0] == (d + 1 < dirs ? next : 0));
		filled[0] = page[0];
		got = displif_pgdir_walk_page(&walk, page, back, cap, &diag);
		if (cap < n) {
			CHECK(got == DISPLIF_E_NOSPC && diag.err == got);
			break;
		}
		ret = (uint32_t)got;
		CHECK(got == (d + 1 < dirs ? 1 : 0) && walk.have <= n);
		CHECK(displif_pgdir_fill_page(&fill, filled, gref, n, &diag) == got);
		for (i = 0; i < 1023; i++)
			CHECK(filled[1 + i] ==
			      (d * 1023 + i < n ? gref[d * 1023 + i] : 0x5a5a5a5au));
	}
	if (n && cap == n) {
		CHECK(ret == 0 && walk.have == n && walk.next == 0 && !memcmp(back, gref, n * 4));
		CHECK(displif_pgdir_walk_page(&walk, page, back, cap, NULL) == DISPLIF_E_STATE);
	}
	exactly_free(gref, n * 4);
	exactly_free(back, cap * 4);
	exactly_free(page, DISPLIF_PAGE_SIZE);
	exactly_free(filled, DISPLIF_PAGE_SIZE);
}

static void step(struct fuzz_in *in)
{
	uint8_t b;

	pages_faulted = false;
	switch (in_u8(in) % 10u) {
	case 0:
	case 1:
		pages_in_fill(in);
		break;
	case 2:
		pages_in_poke(in);
		break;
	case 3:
		do_map(in);
		break;
	case 4:
		do_alloc(in);
		break;
	case 5:
		do_put(in);
		break;
	case 6:
		do_share(in);
		break;
	case 7:
		do_round_trip(in);
		break;
	case 8:
		pages_in_fault(in);
		break;
	default:
		b = in_u8(in);
		raced = true;
		shared_add_race(&pages_va[b % N_PAGES][b & 0x80 ? in_u16(in) % 1024u : b >> 3 & 7u],
				in_u8(in) % (N_PAGES + 2u), 1u + in_u16(in) % 3000u);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint32_t n;

	raced = false;
	shared_begin(NULL);
	pages_begin();
	port = pages_port(in_u8(&in) & 1);
	for (n = 0; in.left && n < 24; n++)
		step(&in);
	pages_end();
	return 0;
}
