/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of port_bufs.c: directories of all sizes by copy and by mapping, hostile chains, EDID, undoing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "port_rig.h"

#define WORDS 8200u
#define COPY_BIT 4 /* FAKE_OP_COPY's number */
#define MAP_BIT 2

static uint32_t gref[WORDS], back_gref[WORDS], page[DISPLIF_PGDIR_WORDS];
static const struct displif_scratch scratch = { page, back_gref, WORDS };
static struct displif_share share;
static const uint32_t sizes[] = { 1, 1022, 1023, 1024, 2046, 2047, 8100 };
static uint32_t pages;
static void *va, *map;

static void do_share(struct rig *r, enum displif_share_kind kind)
{
	assert_int_equal(displif_port_share(&r->fp, 0, &share, kind, NULL,
					    pages * DISPLIF_PAGE_SIZE, gref, WORDS, &r->diag),
			 0);
	memset(page, 0xff, sizeof(page));
	memset(back_gref, 0, sizeof(back_gref));
}

static int do_map(struct rig *r)
{
	return displif_port_back_map(&r->bp, RIG_GUEST, share.gref_dir, pages, 0, &scratch, &va,
				     &map, &r->diag);
}

static int do_alloc(struct rig *r)
{
	return displif_port_back_alloc(&r->bp, RIG_GUEST, share.gref_dir, pages, &scratch, &va,
				       &r->diag);
}

/* Every test runs with grant copy, then without. */
static void both_ways(struct rig *r, void (*run)(struct rig *r, bool by_copy))
{
	run(r, true);
	fake_dom_ops(r->be)->copy = NULL;
	run(r, false);
}

static void map_sizes(struct rig *r, bool by_copy)
{
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct fake_stats before, now;
		uint32_t dirs;

		pages = sizes[i];
		dirs = (pages + 1022) / 1023;
		rig_mark(r);
		do_share(r, DISPLIF_SHARE_OWN);
		before = *fake_stats(r->be);
		assert_int_equal(do_map(r), 0);
		now = *fake_stats(r->be);
		assert_memory_equal(back_gref, gref, pages * sizeof(gref[0]));
		assert_int_equal(back_gref[pages], 0);
		/* One copy, or one mapping, for each directory page, and no more bytes than needed. */
		assert_int_equal(now.op[COPY_BIT] - before.op[COPY_BIT], by_copy ? dirs : 0);
		assert_int_equal(now.op[MAP_BIT] - before.op[MAP_BIT], by_copy ? 1 : dirs + 1);
		assert_int_equal(now.copied_bytes - before.copied_bytes,
				 by_copy ? (pages + dirs) * 4 : 0);
		assert_int_equal(r->bp.ops->unmap(r->bp.ctx, map), 0);
		assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
		rig_check(r);
	}
}

static void test_map(void **state)
{
	both_ways(*state, map_sizes);
}

static void alloc_sizes(struct rig *r, bool by_copy)
{
	size_t i;
	uint32_t k;

	(void)by_copy;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const uint32_t *dir;

		pages = sizes[i];
		rig_mark(r);
		do_share(r, DISPLIF_SHARE_BACKEND);
		dir = share.dir;
		assert_int_equal(do_alloc(r), 0);
		assert_non_null(va);
		for (k = 0; k < share.dirs * DISPLIF_PGDIR_GREFS; k++)
			assert_int_equal(dir[k / 1023 * 1024 + k % 1023 + 1],
					 k < pages ? back_gref[k] : 0);
		for (k = 0; k < share.dirs; k++) /* links are the frontend's */
			assert_int_equal(dir[k * 1024],
					 k + 1 < share.dirs ? gref[pages + k + 1] : 0);
		r->bp.ops->unshare(r->bp.ctx, va, back_gref, pages);
		assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
		rig_check(r);
	}
}

static void test_alloc(void **state)
{
	both_ways(*state, alloc_sizes);
}

/* The link is not written even with the value that it had: the frontend may change it meanwhile. */
static int (*real_copy)(void *ctx, uint16_t dom, uint32_t ref, uint32_t ofs, void *buf,
			uint32_t len, bool to_peer);

static int watch_copy(void *ctx, uint16_t dom, uint32_t ref, uint32_t ofs, void *buf, uint32_t len,
		      bool to_peer)
{
	assert_true(ofs + len <= DISPLIF_PAGE_SIZE);
	assert_true(!to_peer || ofs >= 4);
	return real_copy(ctx, dom, ref, ofs, buf, len, to_peer);
}

static void test_link_untouched(void **state)
{
	struct rig *r = *state;

	pages = 1500;
	do_share(r, DISPLIF_SHARE_BACKEND);
	real_copy = fake_dom_ops(r->be)->copy;
	fake_dom_ops(r->be)->copy = watch_copy;
	assert_int_equal(do_alloc(r), 0);
	r->bp.ops->unshare(r->bp.ctx, va, back_gref, pages);
	assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
}

static void nothing_mapped(struct rig *r)
{
	(void)r;
	assert_null(va);
	assert_null(map);
}

static void hostile(struct rig *r, bool by_copy)
{
	static const struct {
		uint32_t word, value;
		int err;
		const char *node;
	} list[] = {
		{ 0, 0, DISPLIF_E_PROTO, "gref_dir_next_page" }, /* ends early */
		{ 1, 0, DISPLIF_E_PROTO, "gref" },		 /* no grant */
		{ 1023, 0, DISPLIF_E_PROTO, "gref" },
		{ 1024, 9, DISPLIF_E_PROTO, "gref_dir_next_page" }, /* goes on after its end */
		{ 1024 + 477, 0, DISPLIF_E_PROTO, "gref" },	    /* the last page */
		{ 500, 0x70000000, DISPLIF_E_OS, "dbuf" },	    /* no such grant */
		{ 0, 0x70000000, DISPLIF_E_OS, NULL },		    /* no such directory page */
	};
	uint32_t *dir;
	size_t i;

	pages = 1500;
	do_share(r, DISPLIF_SHARE_OWN);
	dir = share.dir;
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		uint32_t good = dir[list[i].word];

		dir[list[i].word] = list[i].value;
		rig_mark(r);
		va = map = &va;
		assert_int_equal(do_map(r), list[i].err);
		assert_int_equal(r->diag.err, list[i].err);
		if (list[i].node)
			rig_diag(r, list[i].err, list[i].node);
		nothing_mapped(r);
		rig_check(r);
		dir[list[i].word] = good;
	}
	/* A loop ends where the count says: the second page is the first one again, with a link too many. */
	dir[0] = share.gref_dir;
	rig_mark(r);
	assert_int_equal(do_map(r), DISPLIF_E_PROTO);
	rig_diag(r, DISPLIF_E_PROTO, "gref_dir_next_page");
	rig_check(r);
	dir[0] = gref[pages + 1];
	/* One grant many times is nonsense of the guest's own. */
	dir[2] = dir[1];
	assert_int_equal(do_map(r), 0);
	assert_int_equal(r->bp.ops->unmap(r->bp.ctx, map), 0);
	assert_int_equal(displif_port_unshare(&r->fp, &share), 0);

	do_share(r, DISPLIF_SHARE_BACKEND);
	dir = share.dir;
	dir[0] = 0;
	rig_mark(r);
	assert_int_equal(do_alloc(r), DISPLIF_E_PROTO);
	assert_null(va);
	rig_check(r);
	dir[0] = share.gref_dir;
	assert_int_equal(do_alloc(r), DISPLIF_E_PROTO);
	rig_check(r);
	assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
	(void)by_copy;
}

static void test_hostile(void **state)
{
	both_ways(*state, hostile);
}

static void failures(struct rig *r, bool by_copy)
{
	pages = 2047;
	do_share(r, DISPLIF_SHARE_OWN);
	assert_int_equal(
		rig_fail_each(r, r->be, FAKE_OP_USUAL, DISPLIF_E_OS, do_map, nothing_mapped), 4);
	assert_int_equal(r->bp.ops->unmap(r->bp.ctx, map), 0);
	map = NULL;
	assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
	do_share(r, DISPLIF_SHARE_BACKEND);
	/* the share, and for each of three directory pages two copies or one mapping */
	assert_int_equal(rig_fail_each(r, r->be, FAKE_OP_USUAL, DISPLIF_E_OS, do_alloc, NULL),
			 by_copy ? 7 : 4);
	r->bp.ops->unshare(r->bp.ctx, va, back_gref, pages);
	assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
}

static void test_failures(void **state)
{
	both_ways(*state, failures);
}

/* A mapping that cannot be undone is told, not passed over. */
static void test_unmap_fails(void **state)
{
	struct rig *r = *state;
	struct fake_held held;

	fake_dom_ops(r->be)->copy = NULL;
	pages = 10;
	do_share(r, DISPLIF_SHARE_OWN);
	fake_fault(r->be, FAKE_OP_UNMAP, 1, DISPLIF_E_OS, false);
	assert_int_equal(do_map(r), DISPLIF_E_OS);
	rig_diag(r, DISPLIF_E_OS, "unmap");
	nothing_mapped(r);
	fake_held(r->w, r->be, &held);
	assert_int_equal(held.mapped_pages,
			 1); /* the directory page, which only the OS can free now */
	assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
	fake_dom_exit(r->be);
}

/* The diagnosis is of the error that is returned, also if the mapping cannot be undone after it. */
static void test_first_error_is_told(void **state)
{
	struct rig *r = *state;

	fake_dom_ops(r->be)->copy = NULL;
	pages = 10;
	do_share(r, DISPLIF_SHARE_OWN);
	((uint32_t *)share.dir)[3] = 0;
	fake_fault(r->be, FAKE_OP_UNMAP, 1, DISPLIF_E_OS, false);
	assert_int_equal(do_map(r), DISPLIF_E_PROTO);
	assert_int_equal(fake_fault_fired(r->be), 1);
	rig_diag(r, DISPLIF_E_PROTO, "gref");
	assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
	fake_dom_exit(r->be);
}

static uint8_t edid[40000];
static uint32_t edid_len, edid_size;

static int do_put(struct rig *r)
{
	return displif_port_back_put(&r->bp, RIG_GUEST, share.gref_dir, edid_size, edid, edid_len,
				     &scratch, &r->diag);
}

static void put_sizes(struct rig *r, bool by_copy)
{
	static const uint32_t lens[] = { 1, 128, 4095, 4096, 4097, 32768, 40000 };
	const uint8_t *mem;
	size_t i;
	uint32_t k;

	for (k = 0; k < sizeof(edid); k++)
		edid[k] = (uint8_t)(k % 251 + 1);
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		uint32_t n;

		edid_len = lens[i];
		edid_size = edid_len + 5000;
		pages = (edid_size + 4095) / 4096;
		do_share(r, DISPLIF_SHARE_OWN);
		mem = share.mem;
		n = rig_fail_each(r, r->be, FAKE_OP_USUAL, DISPLIF_E_OS, do_put, NULL);
		/* The directory page, then one call for each page that holds some of it, copied or mapped. */
		(void)by_copy;
		assert_int_equal(n, 1 + (edid_len + 4095) / 4096);
		assert_memory_equal(mem, edid, edid_len);
		for (k = edid_len; k < pages * 4096; k++)
			assert_int_equal(mem[k], 0);
		assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
	}
	/* A buffer of several directory pages, of which the first one is enough. */
	pages = 2047;
	edid_len = 256;
	edid_size = pages * 4096;
	do_share(r, DISPLIF_SHARE_OWN);
	rig_mark(r);
	assert_int_equal(do_put(r), 0);
	assert_memory_equal(share.mem, edid, edid_len);
	edid_len = 0;
	assert_int_equal(do_put(r), 0);
	edid_len = 4097;
	edid_size = 4096;
	assert_int_equal(do_put(r), DISPLIF_E_NOSPC);
	rig_diag(r, DISPLIF_E_NOSPC, "buffer_sz");
	assert_int_equal(r->diag.limit, 4096);
	edid_size = 0;
	assert_int_equal(do_put(r), DISPLIF_E_NOSPC);
	edid_size = UINT32_MAX;
	assert_int_equal(do_put(r), DISPLIF_E_NOSPC);
	rig_diag(r, DISPLIF_E_NOSPC, "gref");
	rig_check(r);
	assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
}

static void test_put(void **state)
{
	both_ways(*state, put_sizes);
}

static void test_arguments(void **state)
{
	static const struct {
		uint32_t dir, pages;
		int err;
	} list[] = {
		{ 0, 1, DISPLIF_E_PROTO },
		{ 8, 0, DISPLIF_E_RANGE },
		{ 8, WORDS + 1, DISPLIF_E_NOSPC },
		{ 8, UINT32_MAX, DISPLIF_E_NOSPC },
	};
	const struct displif_scratch large = { page, back_gref, UINT32_MAX };
	struct rig *r = *state;
	size_t i;

	rig_mark(r);
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		memset(&r->diag, 0, sizeof(r->diag));
		share.gref_dir = list[i].dir;
		pages = list[i].pages;
		va = map = &va;
		assert_int_equal(do_map(r), list[i].err);
		assert_int_equal(r->diag.err, list[i].err);
		nothing_mapped(r);
		va = &va;
		assert_int_equal(do_alloc(r), list[i].err);
		assert_int_equal(r->diag.err, list[i].err);
		assert_null(va);
		rig_check(r);
	}
	/* More pages than any buffer has are refused, however large the caller's array. */
	assert_int_equal(
		displif_port_back_map(&r->bp, RIG_GUEST, 8, 262145, 0, &large, &va, &map, NULL),
		DISPLIF_E_RANGE);
	assert_int_equal(
		displif_port_back_alloc(&r->bp, RIG_GUEST, 8, 262145, &large, &va, &r->diag),
		DISPLIF_E_RANGE);
	rig_diag(r, DISPLIF_E_RANGE, "dbuf");
	assert_int_equal(r->diag.op, DISPLIF_OP_SHARE);
	assert_int_equal(r->diag.value, 262145);
	rig_check(r);
}

/* The diagnosis says what was being done, not only with what. */
static void test_operations(void **state)
{
	static const struct {
		uint32_t mask, op;
		bool alloc;
	} c[] = {
		{ FAKE_OP_COPY, DISPLIF_OP_COPY, false },
		{ FAKE_OP_MAP, DISPLIF_OP_MAP, false },
		{ FAKE_OP_SHARE, DISPLIF_OP_SHARE, true },
		{ FAKE_OP_COPY, DISPLIF_OP_COPY, true },
	};
	struct rig *r = *state;
	size_t i;

	pages = 5;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		do_share(r, c[i].alloc ? DISPLIF_SHARE_BACKEND : DISPLIF_SHARE_OWN);
		fake_fault(r->be, c[i].mask, 1, DISPLIF_E_OS, false);
		assert_int_equal(c[i].alloc ? do_alloc(r) : do_map(r), DISPLIF_E_OS);
		fake_fault(r->be, 0, 0, 0, false);
		assert_int_equal(r->diag.op, c[i].op);
		displif_port_unshare(&r->fp, &share);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_map),
		TEST(test_alloc),
		TEST(test_link_untouched),
		TEST(test_hostile),
		TEST(test_failures),
		TEST(test_unmap_fails),
		TEST(test_first_error_is_told),
		TEST(test_put),
		TEST(test_arguments),
		TEST(test_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
