/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Grant references: Mini-OS blocks for ever when there is none, so that what does not fit is refused before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <mini-os/errno.h>

#include "bed.h"
#include "../unit/edid_make.h"

static char error[DISPLFRONT_ERROR];

static struct displfront_dev *init(uint32_t grants, const char *node)
{
	struct displfront_config cfg = { .grants = grants,
					 .error = error,
					 .error_size = sizeof(error) };

	error[0] = '\0';
	return init_displfront((char *)(uintptr_t)node, &cfg);
}

static void expect_nospace(struct displfront_dev *dev, uint32_t w, uint32_t h, uint32_t flags,
			   const char *need, const char *limit)
{
	struct displfront_fb *fb;

	assert_int_equal(displfront_fb_create(dev, w, h, DISPLFRONT_XRGB8888, flags, &fb), -ENOSPC);
	assert_null(fb);
	if (!strstr(displfront_error(dev), need) || !strstr(displfront_error(dev), limit))
		fail_msg("'%s' and '%s' are not in '%s'", need, limit, displfront_error(dev));
}

/* One picture of full HD takes nearly all that there are; of the backend's memory there may be more. */
static void test_full_hd(void **state)
{
	struct displfront_fb *fb, *other;
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	assert_int_equal(displfront_fb_create(bed.dev, 1920, 1080, DISPLFRONT_XRGB8888, 0, &fb), 0);
	expect_nospace(bed.dev, 1920, 1080, 0, "2027", "2040");
	expect_nospace(bed.dev, 4095, 4095, 0, "needs", "2040");
	expect_nospace(bed.dev, 104, 100, 0, "needs 12", "2029 of 2040");
	assert_int_equal(displfront_fb_create(bed.dev, 1920, 1080, DISPLFRONT_XRGB8888,
					      DISPLFRONT_BACKEND, &other),
			 0);
	displfront_fb_destroy(bed.dev, fb);
	assert_int_equal(displfront_fb_create(bed.dev, 1920, 1080, DISPLFRONT_XRGB8888, 0, &fb), 0);
	bed_down(&bed);
}

/* Other drivers have some: the program says so, and all the rest can be used to the last one. */
static void test_others(void **state)
{
	struct displfront_fb *fb[32];
	struct displfront_stats stats;
	struct bed bed;
	uint32_t n;

	(void)state;
	bed_make(&bed, NULL);
	mos_grants_other(DISPLFRONT_GRANTS - 42);
	bed.dev = init(42, NULL);
	assert_non_null(bed.dev);
	/* 2 rings, 3 pages and a directory each. */
	for (n = 0; n < 10; n++)
		fb[n] = bed_fb(&bed, 0);
	displfront_stats(bed.dev, &stats);
	assert_int_equal(stats.grants, 42);
	assert_int_equal(bed_held(&bed).grants, 42);
	expect_nospace(bed.dev, 64, 48, 0, "needs 4", "42 of 42");
	expect_nospace(bed.dev, 64, 48, DISPLFRONT_BACKEND, "needs 1", "42 of 42");
	displfront_fb_destroy(bed.dev, fb[3]);
	fb[3] = bed_fb(&bed, 0);
	assert_int_equal(mos_failures(), 0);
	bed_down(&bed);
}

/* Every limit: it comes up or says that it does not fit; no thread ever blocks. */
static void test_every_limit(void **state)
{
	static uint8_t edid[EDID_BLOCK];
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48",
				 .edid = edid,
				 .edid_size = sizeof(edid) };
	struct displfront_connector c;
	struct displfront_fb *fb;
	uint32_t n, up = 0;
	struct bed bed;
	int err;

	(void)state;
	edid_base(edid, 4, 0);
	edid_sum(edid);
	for (n = 1; n < 30; n++) {
		bed_make(&bed, &opts);
		mos_grants_other(DISPLFRONT_GRANTS - n);
		bed.dev = init(n, NULL);
		if (bed.dev) {
			up++;
			displfront_connector(bed.dev, 0, &c);
			assert_int_equal(c.edid_size != 0, n >= 4 + 9);
			err = displfront_fb_create(bed.dev, 64, 48, DISPLFRONT_XRGB8888, 0, &fb);
			assert_int_equal(err, n < 8 ? -ENOSPC : 0);
		} else if (!strstr(error, "grant references")) {
			fail_msg("limit %u: '%s'", n, error);
		}
		assert_int_equal(bed.dev != NULL, n >= 4);
		assert_int_equal(mos_failures(), 0);
		bed_down(&bed);
	}
	assert_int_equal(up, 26);
}

/* Two devices of one Mini-OS have one grant table. */
static void test_two_devices(void **state)
{
	struct displfront_dev *other;
	struct displfront_fb *fb, *small;
	struct end_back *b;
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_make(&bed, NULL);
	assert_int_equal(fake_toolstack_attach(bed.w, 0, BED_FRONT, 1, false, "second:32x32"), 0);
	b = end_back_new(bed.be, BED_FRONT, 1);
	bed_init(&bed);
	other = init(0, "device/vdispl/1");
	assert_non_null(other);
	assert_int_equal(displfront_fb_create(bed.dev, 1920, 1080, DISPLFRONT_XRGB8888, 0, &fb), 0);
	expect_nospace(other, 1920, 1080, 0, "2027", "2031 of 2040");
	expect_nospace(other, 64, 160, DISPLFRONT_OWN, "needs 11", "2040");
	assert_int_equal(displfront_fb_create(other, 64, 48, DISPLFRONT_XRGB8888, 0, &small), 0);
	assert_int_equal(displfront_show(other, 0, small), 0);
	assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
	displfront_fb_destroy(bed.dev, fb);
	bed_works(&bed);
	assert_int_equal(shutdown_displfront(other), 0);
	fake_toolstack_detach(bed.w, 0, BED_FRONT, 1);
	for (i = 0; i < 150 && !b->final; i++)
		mos_sleep(100);
	assert_true(b->final);
	end_back_free(b, true);
	fake_toolstack_remove(bed.w, 0, BED_FRONT, 1);
	bed_works(&bed);
	bed_down(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_hd),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_every_limit),
		cmocka_unit_test(test_two_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
