/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Display buffers from end to end: all kinds and sizes, with and without grant copy, and EDIDs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

/* One line of 1024 pixels is one page. */
#define PAGE_LINE 1024u

static const enum displif_share_kind kinds[] = { DISPLIF_SHARE_OWN, DISPLIF_SHARE_EXISTING,
						 DISPLIF_SHARE_BACKEND };

static uint32_t pattern(uint32_t page, uint32_t salt)
{
	return page * 2654435761u + salt;
}

/* What the frontend draws on each page is what the backend sees there. */
static void assert_same_pages(struct rig *r, int buf, uint32_t pages, uint32_t salt)
{
	uint32_t *mine = r->f->buf[buf].share.mem;
	const uint8_t *theirs = end_back_pixels(r->b, r->f->buf[buf].fb);
	uint32_t i, found[2];

	assert_non_null(theirs);
	for (i = 0; i < pages; i++) {
		mine[i * PAGE_LINE] = pattern(i, salt);
		mine[i * PAGE_LINE + PAGE_LINE - 1] = ~pattern(i, salt);
	}
	for (i = 0; i < pages; i++) {
		memcpy(&found[0], theirs + (size_t)i * 4096, 4);
		memcpy(&found[1], theirs + (size_t)i * 4096 + 4092, 4);
		assert_int_equal(found[0], pattern(i, salt));
		assert_int_equal(found[1], ~pattern(i, salt));
	}
}

static void test_sizes(void **state)
{
	static const uint32_t pages[] = { 1, 2, 1022, 1023, 1024, 2046, 2047, 8100 };
	uint32_t i, k, copy;

	(void)state;
	for (copy = 0; copy < 2; copy++) {
		struct rig_opts opts = { .be_alloc = true };
		struct rig r;

		rig_make(&r, &opts);
		if (!copy) {
			fake_dom_ops(r.be)->copy = NULL;
			fake_dom_ops(r.fe)->copy = NULL;
		}
		assert_true(rig_connected(&r));
		assert_true(r.f->cfg.be_alloc);
		for (k = 0; k < 3; k++) {
			for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
				struct fake_held before, after;
				int buf;

				fake_held(r.w, NULL, &before);
				buf = end_front_buf(r.f, kinds[k], PAGE_LINE, pages[i]);
				assert_true(buf >= 0);
				assert_same_pages(&r, buf, pages[i], i + k);
				assert_int_equal(end_front_flip(r.f, 0, buf), 0);
				assert_int_equal(end_front_buf_free(r.f, buf), 0);
				fake_held(r.w, NULL, &after);
				assert_memory_equal(&before, &after, sizeof(before));
			}
		}
		rig_down(&r);
	}
}

/* How much it costs: one map call for a buffer, directory pages by copy. */
static void test_costs(void **state)
{
	struct rig_opts opts = { 0 };
	struct fake_stats be;
	struct rig r;
	int buf;

	(void)state;
	rig_up(&r, &opts);
	be = *fake_stats(r.be);
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, PAGE_LINE, 1024);
	assert_true(buf >= 0);
	assert_int_equal(fake_stats(r.be)->op[2] - be.op[2], 1);
	assert_int_equal(fake_stats(r.be)->mapped_pages - be.mapped_pages, 1024);
	assert_int_equal(fake_stats(r.be)->op[4] - be.op[4], 2);
	assert_int_equal(fake_stats(r.be)->copied_bytes - be.copied_bytes, 4096 + 8);
	assert_int_equal(end_front_buf_free(r.f, buf), 0);
	assert_int_equal(fake_stats(r.be)->unmaps - be.unmaps, 1);
	rig_down(&r);
}

static void test_read_only(void **state)
{
	struct rig_opts opts = { 0 };
	const uint8_t *theirs;
	struct rig r;
	int buf;

	(void)state;
	rig_up(&r, &opts);
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48);
	theirs = end_back_pixels(r.b, r.f->buf[buf].fb);
	assert_true(fake_mem_readable(theirs));
	assert_false(fake_mem_writable((void *)(uintptr_t)theirs));
	assert_int_equal(end_front_buf_free(r.f, buf), 0);
	assert_false(fake_mem_readable(theirs)); /* nothing is left of it */
	rig_down(&r);
}

static void test_be_alloc_refused(void **state)
{
	struct rig_opts opts = { .be_alloc = true };
	struct fake_held before, after;
	struct rig r;

	(void)state;
	rig_make(&r, &opts);
	r.b->quota.be_alloc = false;
	assert_true(rig_connected(&r));
	fake_held(r.w, NULL, &before);
	assert_int_equal(end_front_buf(r.f, DISPLIF_SHARE_BACKEND, 64, 48), -1);
	assert_int_equal(r.f->last_err, -DISPLIF_XEN_EACCES);
	fake_held(r.w, NULL, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	rig_down(&r);
}

/* The backend dies under a buffer that it allocated: the frontend may still draw until it lets go. */
static void test_be_alloc_backend_dies(void **state)
{
	struct rig_opts opts = { .be_alloc = true };
	struct fake_held held;
	uint32_t *mem;
	struct rig r;
	int buf;

	(void)state;
	rig_up(&r, &opts);
	buf = end_front_buf(r.f, DISPLIF_SHARE_BACKEND, PAGE_LINE, 8);
	mem = r.f->buf[buf].share.mem;
	fake_dom_exit(r.be);
	end_back_free(r.b, false);
	mem[7 * PAGE_LINE] = 7;
	assert_int_equal(mem[7 * PAGE_LINE], 7);
	fake_held(r.w, r.be, &held);
	assert_int_equal(held.zombies, 8);
	r.b = end_back_new(r.be, RIG_FRONT, 0);
	assert_true(rig_connected(&r));
	assert_false(fake_mem_readable(mem));
	fake_held(r.w, r.be, &held);
	assert_int_equal(held.zombies, 0);
	rig_down(&r);
}

/* The frontend lets go first of what the backend still maps: references are not used again meanwhile. */
static void test_still_mapped(void **state)
{
	struct rig_opts opts = { 0 };
	struct fake_held held;
	struct rig r;
	int buf;

	(void)state;
	rig_up(&r, &opts);
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, PAGE_LINE, 8);
	assert_true(buf >= 0);
	end_front_drop_bufs(r.f); /* without a word */
	fake_held(r.w, r.fe, &held);
	assert_int_equal(held.zombies, 8);
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, PAGE_LINE, 8);
	assert_true(buf >= 0);
	assert_same_pages(&r, buf, 8, 5);
	rig_down(&r);
}

/* Too many old pages in the peer's hands: no new rings until it lets go. */
static void test_zombies_hold_back(void **state)
{
	struct rig_opts opts = { 0 };
	void *va, *map;
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	r.f->dev.max_zombies = 0;
	assert_int_equal(
		r.b->port.ops->map(r.b->port.ctx, RIG_FRONT, r.f->link[0].gref, 1, 0, &va, &map),
		0);
	end_back_feed(r.b, DISPLIF_BIN_BROKEN, 0);
	fake_advance(r.w, 10000);
	assert_int_equal(rig_front_state(&r), DISPLIF_XB_INITIALISING);
	assert_int_equal(r.f->published, 1);
	assert_int_equal(r.b->port.ops->unmap(r.b->port.ctx, map), 0);
	assert_true(rig_connected(&r));
	rig_down(&r);
}

/* Destroyed while shown, by a frontend that detaches nothing. */
static void test_destroy_while_shown(void **state)
{
	struct rig_opts opts = { .connectors = rig_connectors(2) };
	struct displif_msg msg = { .op = XENDISPL_OP_DBUF_DESTROY };
	struct rig r;
	int buf;

	(void)state;
	rig_up(&r, &opts);
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48);
	assert_int_equal(end_front_config(r.f, 0, buf), 0);
	assert_int_equal(end_front_config(r.f, 1, buf), 0);
	assert_int_equal(end_front_flip(r.f, 1, buf), 0);
	msg.dbuf = r.f->buf[buf].dbuf;
	assert_int_equal(end_front_call(r.f, 0, &msg, NULL), 0);
	assert_int_equal(r.b->mapped, 0);
	assert_int_equal(r.b->shown[0] | r.b->shown[1] | r.b->flipped[1], 0);
	assert_int_equal(end_front_flip(r.f, 0, buf), -DISPLIF_XEN_ENOENT);
	assert_int_equal(end_front_call(r.f, 0, &msg, NULL), -DISPLIF_XEN_ENOENT); /* twice */
	rig_down(&r);
}

static void test_quota(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;
	int first;

	(void)state;
	rig_make(&r, &opts);
	r.b->quota.pages = 20;
	assert_true(rig_connected(&r));
	first = end_front_buf(r.f, DISPLIF_SHARE_OWN, PAGE_LINE, 12);
	assert_true(first >= 0);
	assert_int_equal(end_front_buf(r.f, DISPLIF_SHARE_OWN, PAGE_LINE, 9), -1);
	assert_int_equal(r.f->last_err, -DISPLIF_XEN_ENOMEM);
	assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, PAGE_LINE, 8) >= 0);
	assert_int_equal(end_front_buf_free(r.f, first), 0);
	assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, PAGE_LINE, 12) >= 0);
	rig_down(&r);
}

/* A guest that creates faster than it may waits, and its flips do not. */
static void test_pace(void **state)
{
	struct rig_opts opts = { .connectors = rig_connectors(2) };
	uint64_t begin;
	struct rig r;
	int i, buf = -1;

	(void)state;
	rig_make(&r, &opts);
	r.b->quota.pages_per_s = 100;
	assert_true(rig_connected(&r));
	begin = fake_now(r.w);
	for (i = 0; i < 5; i++) {
		buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, PAGE_LINE, 60);
		assert_true(buf >= 0);
		assert_int_equal(end_front_flip(r.f, 1, buf), 0);
	}
	/* 300 pages at 100 a second, one second of which may be ahead */
	assert_in_range(fake_now(r.w) - begin, 1000, 3000);
	assert_true(r.b->guest.stats.paced > 0);
	rig_down(&r);
}

/* Grants run out in the middle: the frontend undoes its part and goes on with what it has. */
static void test_no_grants_left(void **state)
{
	struct fake_limits limits = { .grants = FAKE_GREF_FIRST + 40 };
	struct rig_opts opts = { .limits = &limits };
	struct fake_held before, after;
	struct rig r;
	int buf;

	(void)state;
	rig_up(&r, &opts);
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, PAGE_LINE, 30);
	assert_true(buf >= 0);
	fake_held(r.w, NULL, &before);
	assert_int_equal(end_front_buf(r.f, DISPLIF_SHARE_OWN, PAGE_LINE, 30), -1);
	assert_int_equal(r.f->last_err, DISPLIF_E_OS);
	fake_held(r.w, NULL, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_int_equal(end_front_flip(r.f, 0, buf), 0);
	rig_down(&r);
}

/* --- EDID --- */

/* Made by hand: 800x600 at 60 Hz as its only detailed timing. */
static void make_edid(uint8_t *edid, uint32_t blocks)
{
	static const uint8_t head[] = { 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					0x00, 0x10, 0x20, 1,	0,    2,    0,
					0,    0,    1,	  30,	1,    3,    0x80 };
	static const uint8_t timing[18] = { 0xa0, 0x0f, 0x20, 0x00, 0x31, 0x58, 0x1c, 0x20, 0x28,
					    0x80, 0x14, 0x00, 0x40, 0xf0, 0x00, 0x00, 0x00, 0x1e };
	uint32_t i, k;
	uint8_t sum;

	memset(edid, 0, blocks * DISPLIF_EDID_BLOCK);
	memcpy(edid, head, sizeof(head));
	memcpy(edid + 54, timing, sizeof(timing));
	edid[126] = (uint8_t)(blocks - 1);
	for (i = 1; i < blocks; i++)
		edid[i * DISPLIF_EDID_BLOCK] = 0x70;
	for (i = 0; i < blocks; i++) {
		sum = 0;
		for (k = 0; k < DISPLIF_EDID_BLOCK - 1; k++)
			sum = (uint8_t)(sum + edid[i * DISPLIF_EDID_BLOCK + k]);
		edid[i * DISPLIF_EDID_BLOCK + 127] = (uint8_t)-sum;
	}
}

static void test_edid(void **state)
{
	static const uint32_t blocks[] = { 1, 2, 32, 33, 256 };
	static uint8_t sent[DISPLIF_EDID_MAX], got[DISPLIF_EDID_MAX];
	struct displif_edid edid;
	struct displif_mode mode[4];
	uint32_t i, copy;

	(void)state;
	for (copy = 0; copy < 2; copy++) {
		struct rig_opts opts = { .connectors = rig_connectors(2) };
		struct rig r;

		rig_up(&r, &opts);
		if (!copy)
			fake_dom_ops(r.be)->copy = NULL;
		assert_int_equal(end_front_edid(r.f, 1, got, sizeof(got)), -DISPLIF_XEN_EOPNOTSUPP);
		for (i = 0; i < 5; i++) {
			make_edid(sent, blocks[i]);
			memset(got, 0xee, sizeof(got));
			r.b->edid = sent;
			r.b->edid_size = blocks[i] * DISPLIF_EDID_BLOCK;
			assert_int_equal(end_front_edid(r.f, 1, got, sizeof(got)), r.b->edid_size);
			assert_memory_equal(sent, got, r.b->edid_size);
			assert_int_equal(
				displif_edid_parse(got, r.b->edid_size, &edid, mode, 4, NULL), 0);
			assert_int_equal(mode[0].width, 800);
			assert_int_equal(mode[0].height, 600);
		}
		rig_down(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_costs),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_be_alloc_refused),
		cmocka_unit_test(test_be_alloc_backend_dies),
		cmocka_unit_test(test_still_mapped),
		cmocka_unit_test(test_zombies_hold_back),
		cmocka_unit_test(test_destroy_while_shown),
		cmocka_unit_test(test_quota),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_no_grants_left),
		cmocka_unit_test(test_edid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
