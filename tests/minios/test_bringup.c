/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A Mini-OS finds its display, or says why it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "bed.h"

static char error[DISPLFRONT_ERROR];

static struct displfront_config config(uint32_t timeout_ms)
{
	error[0] = '\0';
	return (struct displfront_config){
		.timeout_ms = timeout_ms,
		.error = error,
		.error_size = sizeof(error),
	};
}

static void expect_error(const char *text)
{
	if (!strstr(error, text))
		fail_msg("'%s' is not in '%s'", text, error);
	if (!strstr(mos_printed(), error))
		fail_msg("'%s' was not printed", error);
}

static void test_usual(void **state)
{
	struct displfront_connector c;
	struct displfront_stats stats;
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	assert_int_equal(displfront_connectors(bed.dev), 1);
	assert_int_equal(displfront_generation(bed.dev), 1);
	assert_string_equal(displfront_error(bed.dev), "");
	assert_int_equal(displfront_connector(bed.dev, 0, &c), 0);
	assert_int_equal(c.width, 64);
	assert_int_equal(c.height, 48);
	assert_string_equal(c.unique_id, "id0");
	assert_int_equal(displfront_connector(bed.dev, 1, &c), -22);
	displfront_stats(bed.dev, &stats);
	assert_int_equal(stats.grants, 2); /* both rings, nothing of the EDID */
	assert_int_equal(bed_held(&bed).grants, 2);
	bed_works(&bed);
	assert_int_equal(mos_threads(), 1);
	bed_down(&bed);
}

/* Twice in a row, and by the name of the node. */
static void test_again(void **state)
{
	struct bed_opts opts = { .devid = 3 };
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_make(&bed, &opts);
	for (i = 0; i < 3; i++) {
		bed_init(&bed);
		bed_works(&bed);
		bed_shutdown(&bed);
	}
	bed_init(&bed);
	bed_down(&bed);
}

static void test_connectors(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:800x600;c:1x1;d:4095x4095" };
	static const uint32_t w[] = { 64, 800, 1, 4095 };
	struct displfront_connector c;
	struct displfront_fb *fb[4];
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_up(&bed, &opts);
	assert_int_equal(displfront_connectors(bed.dev), 4);
	for (i = 0; i < 4; i++) {
		assert_int_equal(displfront_connector(bed.dev, i, &c), 0);
		assert_int_equal(c.width, w[i]);
		fb[i] = bed_fb(&bed, 0);
		bed_paint(fb[i], i);
		assert_int_equal(displfront_show(bed.dev, i, fb[i]), 0);
	}
	for (i = 0; i < 4; i++)
		assert_true(bed_shows(&bed, i, fb[i], i));
	bed_down(&bed);
}

/* --- what is missing --- */

static void rm(struct bed *bed, const char *leaf)
{
	char path[128];

	snprintf(path, sizeof(path), "/local/domain/1/device/vdispl/0/%s", leaf);
	assert_int_equal(fake_xs_rm(bed->be, 0, path), 0);
}

static void put(struct bed *bed, const char *leaf, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "/local/domain/1/device/vdispl/0/%s", leaf);
	assert_int_equal(fake_xs_puts(bed->be, 0, path, text), 0);
}

/* Fails with @text in the error, leaves nothing; then what was changed is made good and it works. */
static void expect_failure(struct bed *bed, uint32_t timeout_ms, const char *text)
{
	struct displfront_config cfg = config(timeout_ms);

	assert_null(init_displfront(NULL, &cfg));
	expect_error(text);
	bed_shutdown(bed);
}

static void expect_mended(struct bed *bed, const char *leaf, const char *good)
{
	put(bed, leaf, good);
	bed_init(bed);
	bed_works(bed);
	bed_down(bed);
}

static void test_no_device(void **state)
{
	struct displfront_config cfg = config(0);
	struct bed bed;

	(void)state;
	bed_make(&bed, NULL);
	assert_null(init_displfront((char *)"device/vdispl/7", &cfg));
	expect_error("device/vdispl/7/backend");
	assert_null(init_displfront((char *)"device/vdispl/7", NULL));
	bed_down(&bed);
}

static void test_missing_nodes(void **state)
{
	static const struct {
		const char *leaf, *bad, *good, *text;
	} node[] = {
		{ "backend", NULL, "/local/domain/0/backend/vdispl/1/0", "vdispl/0/backend" },
		{ "backend-id", NULL, "0", "vdispl/0/backend-id" },
		{ "backend-id", "x", "0", "vdispl/0/backend-id" },
		{ "backend-id", "40000", "0", "vdispl/0/backend-id" },
		{ "0/resolution", NULL, "64x48", "resolution" },
		{ "0/resolution", "64*48", "64x48", "resolution" },
	};
	struct bed bed;
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(node) / sizeof(node[0]); i++) {
		bed_make(&bed, NULL);
		mos_sleep(100); /* the backend has read it already */
		if (node[i].bad)
			put(&bed, node[i].leaf, node[i].bad);
		else
			rm(&bed, node[i].leaf);
		expect_failure(&bed, 0, node[i].text);
		expect_mended(&bed, node[i].leaf, node[i].good);
	}
}

/* Nobody serves the device: the error names the node, its state, and how long it took. */
static void test_no_backend(void **state)
{
	struct bed bed;
	uint64_t begin;

	(void)state;
	bed_make(&bed, NULL);
	bed_kill(&bed);
	begin = fake_now(bed.w);
	expect_failure(&bed, 0, "/local/domain/0/backend/vdispl/1/0/state is 1 after 10000 ms");
	assert_in_range(fake_now(bed.w) - begin, 10000, 17000);
	begin = fake_now(bed.w);
	expect_failure(&bed, 500, "after 500 ms");
	assert_in_range(fake_now(bed.w) - begin, 500, 7500);
	bed_revive(&bed);
	bed_init(&bed);
	bed_works(&bed);
	bed_down(&bed);
}

static void test_late_backend(void **state)
{
	struct displfront_config cfg = config(DISPLFRONT_FOREVER);
	struct bed bed;
	uint64_t begin;

	(void)state;
	bed_make(&bed, NULL);
	mos_patience(200000);
	bed_kill(&bed);
	begin = fake_now(bed.w);
	bed_after(&bed, 100000, bed_revive);
	bed.dev = init_displfront(NULL, &cfg);
	assert_non_null(bed.dev);
	assert_in_range(fake_now(bed.w) - begin, 100000, 101000);
	bed_works(&bed);
	bed_down(&bed);
}

static void vanish(struct bed *bed)
{
	fake_toolstack_remove(bed->w, 0, BED_FRONT, 0);
}

/* The toolstack takes the device away while init_displfront() waits. */
static void test_removed(void **state)
{
	struct displfront_config cfg = config(DISPLFRONT_FOREVER);
	struct bed bed;

	(void)state;
	bed_make(&bed, NULL);
	bed_kill(&bed);
	bed_after(&bed, 5000, vanish);
	assert_null(init_displfront(NULL, &cfg));
	expect_error("device/vdispl/0");
	bed_down(&bed);
}

/* Transactions meet conflicts, a few or as many as are tried at once. */
static void test_conflicts(void **state)
{
	static const uint32_t n[] = { 1, 3, 15, 16, 40 };
	struct bed bed;
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		bed_make(&bed, NULL);
		mos_sleep(100);
		fake_xs_conflict(bed.w, n[i]);
		bed_init(&bed);
		bed_works(&bed);
		bed_down(&bed);
	}
}

static void step_clock(struct bed *bed)
{
	(void)bed;
	mos_clock_step(-3600000);
	mos_sleep(1000);
	mos_clock_step(7200000);
}

/* Domain 0 sets the clock: an hour back, then two forward. Time-outs stay about what they are. */
static void test_clock(void **state)
{
	struct bed bed;
	uint64_t begin;

	(void)state;
	bed_make(&bed, NULL);
	bed_kill(&bed);
	begin = fake_now(bed.w);
	bed_after(&bed, 2000, step_clock);
	expect_failure(&bed, 10000, "after 10000 ms");
	assert_in_range(fake_now(bed.w) - begin, 8500, 18000);
	bed_down(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),	      cmocka_unit_test(test_again),
		cmocka_unit_test(test_connectors),    cmocka_unit_test(test_no_device),
		cmocka_unit_test(test_missing_nodes), cmocka_unit_test(test_no_backend),
		cmocka_unit_test(test_late_backend),  cmocka_unit_test(test_removed),
		cmocka_unit_test(test_clock),	      cmocka_unit_test(test_conflicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
