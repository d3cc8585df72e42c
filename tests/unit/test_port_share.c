/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of port_share.c: buffers of every kind and size, what a backend reads of them, undoing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "port_rig.h"

#define WORDS 8200u

static uint32_t gref[WORDS], back_gref[WORDS], page[DISPLIF_PGDIR_WORDS];
static const struct displif_scratch scratch = { page, back_gref, WORDS };
static struct displif_share share;
static const uint32_t sizes[] = { 1, 1022, 1023, 1024, 2046, 2047, 8100 };

static void *mem; /* of the caller, for EXISTING */
static uint32_t pages = 2000;
static enum displif_share_kind kind;

static int do_share(struct rig *r)
{
	memset(&share, 0xa5, sizeof(share)); /* what the caller hands in may hold anything */
	return displif_port_share(&r->fp, 0, &share, kind,
				  kind == DISPLIF_SHARE_EXISTING ? mem : NULL,
				  pages * DISPLIF_PAGE_SIZE - 7, gref, WORDS, &r->diag);
}

/* The first word of each page is written by one end and read by the other. */
static void mark(void *va, uint32_t n, uint32_t key)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		((uint32_t *)va)[i * 1024u] = i * 7u + key;
}

static void compare(const void *va, uint32_t n, uint32_t key)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		assert_int_equal(((const uint32_t *)va)[i * 1024u], i * 7u + key);
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(displif_port_share_words(1), 2);
	assert_int_equal(displif_port_share_words(4096), 2);
	assert_int_equal(displif_port_share_words(4097), 3);
	assert_int_equal(displif_port_share_words(1023 * 4096), 1024);
	assert_int_equal(displif_port_share_words(1023 * 4096 + 1), 1026);
	assert_int_equal(displif_port_share_words(DISPLIF_MAX_BUFFER), 262144 + 257);
}

/* Memory of the frontend, its own or existing, is what the backend maps. */
static void test_front_memory(void **state)
{
	struct rig *r = *state;
	size_t i;

	for (i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		void *va, *map;

		pages = sizes[i / 2];
		kind = i % 2 ? DISPLIF_SHARE_EXISTING : DISPLIF_SHARE_OWN;
		mem = fake_mem_alloc(r->fe, pages, false);
		rig_mark(r);
		assert_int_equal(do_share(r), 0);
		assert_int_equal(share.pages, pages);
		assert_int_equal(share.dirs, (pages + 1022) / 1023);
		assert_int_equal(share.gref_dir, gref[pages]);
		if (kind == DISPLIF_SHARE_EXISTING)
			assert_ptr_equal(share.mem, mem);
		mark(share.mem, pages, 5);
		assert_int_equal(displif_port_back_map(&r->bp, RIG_GUEST, share.gref_dir, pages,
						       DISPLIF_PORT_WRITE, &scratch, &va, &map,
						       &r->diag),
				 0);
		compare(va, pages, 5);
		mark(va, pages, 6);
		compare(share.mem, pages, 6);
		assert_int_equal(r->bp.ops->unmap(r->bp.ctx, map), 0);
		assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
		assert_int_equal(share.kind, DISPLIF_SHARE_NONE);
		assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
		rig_diag(r, 0, NULL);
		rig_check(r);
		fake_mem_free(r->fe, mem);
	}
}

/* Memory of the backend, through the empty directory. */
static void test_back_memory(void **state)
{
	struct rig *r = *state;
	size_t i;

	kind = DISPLIF_SHARE_BACKEND;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		void *va;

		pages = sizes[i];
		rig_mark(r);
		assert_int_equal(do_share(r), 0);
		assert_null(share.mem);
		assert_int_equal(displif_port_back_alloc(&r->bp, RIG_GUEST, share.gref_dir, pages,
							 &scratch, &va, &r->diag),
				 0);
		assert_int_equal(displif_port_share_alloced(&r->fp, 0, &share, &r->diag), 0);
		mark(share.mem, pages, 9);
		compare(va, pages, 9);
		assert_int_equal(displif_port_share_alloced(&r->fp, 0, &share, NULL),
				 DISPLIF_E_STATE);
		assert_int_equal(displif_port_share_unmap(&r->fp, &share), 0);
		assert_null(share.mem);
		assert_int_equal(displif_port_share_unmap(&r->fp, &share), 0);
		/* Once more, to be unmapped by unshare. */
		assert_int_equal(displif_port_share_alloced(&r->fp, 0, &share, &r->diag), 0);
		assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
		r->bp.ops->unshare(r->bp.ctx, va, back_gref, pages);
		rig_diag(r, 0, NULL);
		rig_check(r);
	}
}

static void nothing_shared(struct rig *r)
{
	(void)r;
	assert_int_equal(share.kind, DISPLIF_SHARE_NONE);
	assert_null(share.mem);
	assert_null(share.dir);
}

static int do_alloced(struct rig *r)
{
	return displif_port_share_alloced(&r->fp, 0, &share, &r->diag);
}

static void not_mapped(struct rig *r)
{
	(void)r;
	assert_null(share.mem);
	assert_null(share.map);
}

static void test_failures(void **state)
{
	struct rig *r = *state;
	void *va;

	pages = 2000;
	mem = fake_mem_alloc(r->fe, pages, false);
	for (kind = DISPLIF_SHARE_OWN; kind <= DISPLIF_SHARE_BACKEND; kind++) {
		uint32_t n = rig_fail_each(r, r->fe, FAKE_OP_ALL, DISPLIF_E_OS, do_share,
					   nothing_shared);

		assert_int_equal(n, kind == DISPLIF_SHARE_BACKEND ? 1 : 2);
		if (kind == DISPLIF_SHARE_BACKEND)
			break;
		assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
	}
	assert_int_equal(displif_port_back_alloc(&r->bp, RIG_GUEST, share.gref_dir, pages, &scratch,
						 &va, NULL),
			 0);
	assert_int_equal(rig_fail_each(r, r->fe, FAKE_OP_ALL, DISPLIF_E_OS, do_alloced, not_mapped),
			 1);
	/* An unmap that fails may be tried again. */
	fake_fault(r->fe, FAKE_OP_UNMAP, 1, DISPLIF_E_OS, false);
	assert_int_equal(displif_port_share_unmap(&r->fp, &share), DISPLIF_E_OS);
	assert_non_null(share.map);
	assert_int_equal(displif_port_share_unmap(&r->fp, &share), 0);
	assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
	r->bp.ops->unshare(r->bp.ctx, va, back_gref, pages);
	fake_mem_free(r->fe, mem);
}

/* A backend that fills the directory with nonsense, or touches the links, is told so, and nothing is mapped. */
static void test_hostile_backend(void **state)
{
	struct rig *r = *state;
	uint32_t *dir;
	uint32_t link;
	void *va;

	kind = DISPLIF_SHARE_BACKEND;
	pages = 1500;
	assert_int_equal(do_share(r), 0);
	rig_mark(r);
	assert_int_equal(do_alloced(r), DISPLIF_E_PROTO); /* nothing was filled in */
	rig_diag(r, DISPLIF_E_PROTO, "gref");
	assert_int_equal(displif_port_back_alloc(&r->bp, RIG_GUEST, share.gref_dir, pages, &scratch,
						 &va, NULL),
			 0);
	rig_mark(r);
	dir = share.dir;
	link = dir[0];
	dir[0] = 0;
	assert_int_equal(do_alloced(r), DISPLIF_E_PROTO);
	rig_diag(r, DISPLIF_E_PROTO, "gref_dir_next_page");
	dir[0] = link;
	dir[1024] = link; /* goes on after its end */
	assert_int_equal(do_alloced(r), DISPLIF_E_PROTO);
	dir[1024] = 0;
	dir[1024 + 1] = 0xfffffff0; /* no such grant */
	assert_int_equal(do_alloced(r), DISPLIF_E_OS);
	rig_diag(r, DISPLIF_E_OS, "dbuf");
	dir[1024 + 1] = back_gref[1023];
	rig_check(r);
	/* A link to elsewhere does not matter: the pages are our own. */
	dir[0] = 12345;
	assert_int_equal(do_alloced(r), 0);
	assert_int_equal(displif_port_unshare(&r->fp, &share), 0);
	r->bp.ops->unshare(r->bp.ctx, va, back_gref, pages);
}

/* What a backend still maps is the glue's care, or for existing memory the caller's. */
static void test_still_mapped(void **state)
{
	struct rig *r = *state;
	void *va, *map;

	pages = 3;
	mem = fake_mem_alloc(r->fe, pages, false);
	for (kind = DISPLIF_SHARE_OWN; kind <= DISPLIF_SHARE_EXISTING; kind++) {
		assert_int_equal(do_share(r), 0);
		assert_int_equal(displif_port_back_map(&r->bp, RIG_GUEST, share.gref_dir, pages, 0,
						       &scratch, &va, &map, NULL),
				 0);
		assert_int_equal(displif_port_unshare(&r->fp, &share),
				 kind == DISPLIF_SHARE_EXISTING ? pages : 0);
		assert_true(fake_mem_readable(va));
		assert_false(fake_mem_writable(va));
		assert_int_equal(r->bp.ops->unmap(r->bp.ctx, map), 0);
	}
	fake_mem_free(r->fe, mem);
}

static void test_arguments(void **state)
{
	struct rig *r = *state;
	struct displif_port_ops ops = *r->fp.ops;
	const struct displif_port no_grant = { &ops, r->fp.ctx };
	static const struct {
		uint32_t kind, size, words;
		int err;
	} list[] = {
		{ DISPLIF_SHARE_OWN, 0, WORDS, DISPLIF_E_INVAL },
		{ DISPLIF_SHARE_OWN, DISPLIF_MAX_BUFFER + 1, UINT32_MAX, DISPLIF_E_INVAL },
		{ DISPLIF_SHARE_OWN, UINT32_MAX, UINT32_MAX, DISPLIF_E_INVAL },
		{ DISPLIF_SHARE_NONE, 4096, WORDS, DISPLIF_E_INVAL },
		{ DISPLIF_SHARE_BACKEND + 1, 4096, WORDS, DISPLIF_E_INVAL },
		{ DISPLIF_SHARE_OWN, 4097, 2, DISPLIF_E_NOSPC },
		{ DISPLIF_SHARE_BACKEND, 1024 * 4096, 1025, DISPLIF_E_NOSPC },
		{ DISPLIF_SHARE_OWN, 4096, 0, DISPLIF_E_NOSPC },
	};
	size_t i;

	mem = fake_mem_alloc(r->fe, 2, false);
	rig_mark(r);
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		assert_int_equal(displif_port_share(&r->fp, 0, &share,
						    (enum displif_share_kind)list[i].kind, mem,
						    list[i].size, gref, list[i].words, &r->diag),
				 list[i].err);
		assert_int_equal(r->diag.err, list[i].err);
		assert_int_equal(r->diag.op, DISPLIF_OP_SHARE);
		nothing_shared(r);
	}
	assert_int_equal(displif_port_share(&r->fp, 0, &share, DISPLIF_SHARE_BACKEND, NULL,
					    2047 * 4096, gref, 2049, &r->diag),
			 DISPLIF_E_NOSPC);
	rig_diag(r, DISPLIF_E_NOSPC, "gref");
	assert_int_equal(r->diag.value, 2050);
	assert_int_equal(r->diag.limit, 2049);
	assert_int_equal(
		displif_port_share(&r->fp, 0, &share, DISPLIF_SHARE_OWN, NULL, 1, NULL, 9, NULL),
		DISPLIF_E_INVAL);
	assert_int_equal(displif_port_share(&r->fp, 0, &share, DISPLIF_SHARE_EXISTING, NULL, 1,
					    gref, 9, NULL),
			 DISPLIF_E_INVAL);
	assert_int_equal(displif_port_share(&r->fp, 0, &share, DISPLIF_SHARE_EXISTING,
					    (char *)mem + 8, 1, gref, 9, &r->diag),
			 DISPLIF_E_INVAL);
	rig_diag(r, DISPLIF_E_INVAL, "dbuf");
	ops.grant = NULL;
	ops.ungrant = NULL;
	assert_int_equal(displif_port_share(&no_grant, 0, &share, DISPLIF_SHARE_EXISTING, mem, 1,
					    gref, 9, &r->diag),
			 DISPLIF_E_UNSUPPORTED);
	assert_int_equal(do_alloced(r), DISPLIF_E_STATE);
	rig_diag(r, DISPLIF_E_STATE, "dbuf");
	assert_int_equal(r->diag.op, DISPLIF_OP_MAP);
	rig_check(r);
	fake_mem_free(r->fe, mem);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words), TEST(test_front_memory),	  TEST(test_back_memory),
		TEST(test_failures),	      TEST(test_hostile_backend), TEST(test_still_mapped),
		TEST(test_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
