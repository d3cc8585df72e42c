/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The monitors' EDIDs: modes and names for programs; without one, or with nonsense, the configured size counts. */
#include <stdio.h>

#include "../unit/edid_make.h"
#include "bed.h"

static uint8_t edid[EDID_BLOCK];

static void make_edid(void)
{
	static const struct timing first = { 4000, 800, 256, 40, 128, 600, 28, 1, 4, 0x1e };
	static const struct timing second = { 6500, 1024, 320, 24, 136, 768, 38, 3, 6, 0x1e };
	static const uint8_t name[] = "\0\0\0\xfc\0Test screen\n ";

	edid_base(edid, 4, 0);
	edid_timing(edid + 54, &first);
	edid_timing(edid + 72, &second);
	memcpy(edid + 90, name, 18);
	edid_sum(edid);
}

static struct displif_connector_info ask(uint32_t index)
{
	struct displif_connector_info c = { .index = index };
	int fd = kern_open("displif0", 7);

	assert_true(fd >= 0);
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CONNECTOR, &c), 0);
	kern_close(fd);
	return c;
}

static void expect_none(uint32_t index)
{
	struct displif_connector_info c = ask(index);

	assert_int_equal(c.n_modes, 1);
	assert_int_equal(c.mode[0].width, 64);
	assert_int_equal(c.mode[0].height, 48);
	assert_string_equal(c.monitor, "");
}

static void test_modes(void **state)
{
	struct bed_opts opts = { .edid = edid,
				 .edid_size = sizeof(edid),
				 .connectors = "a:64x48;b:64x48" };
	struct displif_connector_info c;
	struct bed bed;
	uint32_t i;

	(void)state;
	make_edid();
	bed_up(&bed, &opts);
	machine_sleep(1000);
	for (i = 0; i < 2; i++) {
		c = ask(i);
		assert_int_equal(c.n_modes, 2);
		assert_int_equal(c.mode[0].width, 800);
		assert_int_equal(c.mode[0].height, 600);
		assert_true(c.mode[0].flags & DISPLIF_MODE_INFO_PREFERRED);
		assert_in_range(c.mode[0].refresh_mhz, 60000, 60500);
		assert_int_equal(c.mode[1].width, 1024);
		assert_false(c.mode[1].flags & DISPLIF_MODE_INFO_PREFERRED);
		assert_string_equal(c.monitor, "Test screen");
	}
	/* Its pages went. */
	assert_int_equal(bed_held(&bed).grants, 2 * 2 + 3 + 1);
	/* The next backend has none. */
	bed_stop(&bed);
	bed.opts.edid = NULL;
	bed_revive(&bed);
	assert_true(bed_wait_generation(&bed, 2, 10000));
	machine_sleep(1000);
	expect_none(0);
	expect_none(1);
	bed_down(&bed);
}

/* Of no length, half of one, with a wrong sum, too long. */
static void test_nonsense(void **state)
{
	static uint8_t noise[4096];
	static const uint32_t size[] = { 0, 1, 64, 127, 128, 129, 256, 4095, 4096 };
	struct bed_opts opts = { .edid = noise };
	struct bed bed;
	uint32_t i, k;

	(void)state;
	for (i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 7 + 3);
	for (k = 0; k < 2; k++) {
		for (i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
			opts.edid_size = size[i];
			bed_up(&bed, &opts);
			machine_sleep(1000);
			expect_none(0);
			/* What counts as no answer may be written later: its pages stay. */
			if (bed_held(&bed).grants != 2 + 3 + 1)
				assert_int_equal(bed_held(&bed).grants, 2 + 3 + 1 + 9);
			bed_down(&bed);
		}
		make_edid();
		memcpy(noise, edid, sizeof(edid));
		noise[127] ^= 1;
	}
}

static void silent(struct bed *bed, uint32_t connector, const struct displif_back_req *req)
{
	(void)connector;
	/* Held for ever. */
	bed->b->hold = req->msg.op == XENDISPL_OP_GET_EDID;
}

/* It does not answer: nothing else waits for it. */
static void test_silent(void **state)
{
	struct bed bed;

	(void)state;
	make_edid();
	bed_make(&bed, NULL);
	bed.hook = silent;
	bed_find(&bed);
	assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 5000));
	assert_true(bed_cons_shown(&bed, 5000));
	machine_sleep(10000);
	kern_vt_puts("on");
	assert_true(bed_cons_shown(&bed, 1000));
	expect_none(0);
	/* A late answer writes to pages that are not used again. */
	bed.hook = NULL;
	bed.b->hold = false;
	bed.b->edid = edid;
	bed.b->edid_size = sizeof(edid);
	end_back_answer(bed.b);
	machine_sleep(1000);
	expect_none(0);
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
