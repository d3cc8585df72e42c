/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The connectors' EDIDs: what is in them, and backends that have none, are silent, or talk nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "bed.h"
#include "../unit/edid_make.h"

static uint8_t edid[2 * EDID_BLOCK];

/* 800x600 preferred, 1024x768, and in the second block 640x480. */
static void make_edid(void)
{
	static const struct timing small = { 4000, 800, 256, 40, 128, 600, 28, 1, 4, 0x1e };
	static const struct timing large = { 6500, 1024, 320, 24, 136, 768, 38, 3, 6, 0x1e };
	static const struct timing third = { 2518, 640, 160, 16, 96, 480, 45, 10, 2, 0x1e };
	static const uint8_t name[] = "\0\0\0\xfc\0Test card\n  ";

	edid_base(edid, 4, 1);
	edid_timing(edid + 54, &small);
	edid_timing(edid + 72, &large);
	memcpy(edid + 90, name, 18);
	edid_sum(edid);
	edid_cta(edid + EDID_BLOCK, 4);
	edid_timing(edid + EDID_BLOCK + 4, &third);
	edid_sum(edid + EDID_BLOCK);
}

static void test_modes(void **state)
{
	struct bed_opts opts = { .edid = edid,
				 .edid_size = sizeof(edid),
				 .connectors = "a:64x48;b:1x1" };
	struct displfront_connector c;
	struct bed bed;
	uint32_t i;

	(void)state;
	make_edid();
	bed_up(&bed, &opts);
	for (i = 0; i < 2; i++) {
		assert_int_equal(displfront_connector(bed.dev, i, &c), 0);
		assert_int_equal(c.edid_size, sizeof(edid));
		assert_memory_equal(c.edid, edid, sizeof(edid));
		assert_string_equal(c.monitor, "Test card");
		assert_int_equal(c.n_modes, 3);
		assert_int_equal(c.width, 800);
		assert_int_equal(c.height, 600);
		assert_true(c.mode[0].preferred);
		assert_int_equal(c.mode[0].width, 800);
		assert_in_range(c.mode[0].refresh_mhz, 60300, 60330);
		assert_int_equal(c.mode[1].width, 1024);
		assert_false(c.mode[1].preferred);
		assert_int_equal(c.mode[2].height, 480);
	}
	assert_int_equal(bed_held(&bed).grants, 4); /* its pages are back */
	bed_down(&bed);
}

static void expect_none(struct bed *bed)
{
	struct displfront_connector c;

	assert_int_equal(displfront_connector(bed->dev, 0, &c), 0);
	assert_null(c.edid);
	assert_int_equal(c.edid_size, 0);
	assert_int_equal(c.n_modes, 0);
	assert_int_equal(c.width, 64);
	assert_int_equal(c.height, 48);
	assert_string_equal(c.monitor, "");
	assert_string_equal(c.unique_id, "id0");
}

static void test_refused(void **state)
{
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	expect_none(&bed);
	assert_string_equal(displfront_error(bed.dev), "");
	bed_works(&bed);
	bed_down(&bed);
}

static uint32_t asked;

static void count(struct end_back *b, uint32_t c, const struct displif_back_req *req)
{
	asked += req->msg.op == XENDISPL_OP_GET_EDID;
	displif_back_complete(&b->back[c], req->handle, -95, 0);
}

static void test_not_asked(void **state)
{
	struct displfront_config cfg = { .no_edid = true };
	struct bed_opts opts = { .edid = edid, .edid_size = sizeof(edid) };
	struct bed bed;

	(void)state;
	make_edid();
	bed_make(&bed, &opts);
	bed.b->request = count;
	asked = 0;
	bed.dev = init_displfront(NULL, &cfg);
	assert_non_null(bed.dev);
	assert_int_equal(asked, 0);
	expect_none(&bed);
	bed_down(&bed);
}

static void bad(uint32_t size)
{
	struct bed_opts opts = { .edid = edid, .edid_size = size };
	struct bed bed;

	bed_up(&bed, &opts);
	expect_none(&bed);
	bed_works(&bed);
	bed_down(&bed);
}

static void test_nonsense(void **state)
{
	(void)state;
	make_edid();
	edid[0] = 1;
	bad(sizeof(edid));
	make_edid();
	edid[20] ^= 1; /* its checksum */
	bad(sizeof(edid));
	make_edid();
	bad(127);
	bad(EDID_BLOCK);
	edid[EDID_BLOCK + 9] ^= 1; /* all checksums count */
	bad(sizeof(edid));
	memset(edid, 0xff, sizeof(edid));
	bad(sizeof(edid));
}

/* More modes than are kept: the first ones, and no more. */
static void test_many_modes(void **state)
{
	static uint8_t big[5 * EDID_BLOCK];
	struct bed_opts opts = { .edid = big, .edid_size = sizeof(big) };
	struct timing t = { 4000, 800, 256, 40, 128, 600, 28, 1, 4, 0x1e };
	struct displfront_connector c;
	struct bed bed;
	uint32_t i, k;

	(void)state;
	edid_base(big, 4, 4);
	edid_timing(big + 54, &t);
	edid_sum(big);
	for (k = 1; k < 5; k++) {
		edid_cta(big + k * EDID_BLOCK, 4);
		for (i = 0; i < 6; i++) {
			t.w = 500 + k * 50 + i;
			edid_timing(big + k * EDID_BLOCK + 4 + 18 * i, &t);
		}
		edid_sum(big + k * EDID_BLOCK);
	}
	bed_up(&bed, &opts);
	assert_int_equal(displfront_connector(bed.dev, 0, &c), 0);
	assert_int_equal(c.edid_size, sizeof(big));
	assert_int_equal(c.n_modes, DISPLFRONT_MODES);
	assert_int_equal(c.mode[DISPLFRONT_MODES - 1].width, 500 + 3 * 50 + 2);
	bed_down(&bed);
}

/* --- a backend that does not answer --- */

static struct displif_back_req kept;

static void keep_edid(struct end_back *b, uint32_t c, const struct displif_back_req *req)
{
	int status;

	asked += req->msg.op == XENDISPL_OP_GET_EDID;
	if (req->msg.op == XENDISPL_OP_GET_EDID) {
		kept = *req;
		return;
	}
	status = end_back_do(b, c, req);
	displif_back_complete(&b->back[c], req->handle, status, 0);
	if (req->msg.op == XENDISPL_OP_PG_FLIP && !status)
		displif_back_flip_done(&b->back[c], req->msg.fb);
}

static void test_silent(void **state)
{
	struct bed_opts opts = { .edid = edid,
				 .edid_size = sizeof(edid),
				 .connectors = "id0:64x48;b:2x2" };
	struct bed bed;
	uint64_t begin;

	(void)state;
	make_edid();
	bed_make(&bed, &opts);
	bed.b->request = keep_edid;
	asked = 0;
	begin = fake_now(bed.w);
	bed_init(&bed);
	/* Who is silent once is not asked for the second. */
	assert_int_equal(asked, 1);
	assert_in_range(fake_now(bed.w) - begin, 3000, 3500);
	expect_none(&bed);
	/* The pages stay: an answer may come. */
	assert_int_equal(bed_held(&bed).grants, 4 + 9);
	bed_works(&bed);
	assert_int_equal(
		displif_port_back_put(&bed.b->port, BED_FRONT, kept.msg.gref_dir, kept.msg.size,
				      edid, sizeof(edid),
				      &(struct displif_scratch){ .page = (uint32_t[1024]){ 0 },
								 .gref = (uint32_t[8]){ 0 },
								 .words = 8 },
				      &bed.b->diag),
		0);
	displif_back_complete(&bed.b->back[0], kept.handle, 0, sizeof(edid));
	end_back_flush(bed.b, 0);
	mos_sleep(100);
	expect_none(&bed);
	bed_works(&bed);
	bed_down(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),	   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_asked),  cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_many_modes), cmocka_unit_test(test_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
