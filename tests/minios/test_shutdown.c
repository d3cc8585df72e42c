/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* shutdown_displfront() whenever: nothing is left, and it does not take for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "bed.h"

static void nothing(struct bed *bed)
{
	(void)bed;
}

static void vanish(struct bed *bed)
{
	fake_toolstack_remove(bed->w, 0, BED_FRONT, 0);
}

static void detach(struct bed *bed)
{
	fake_toolstack_detach(bed->w, 0, BED_FRONT, 0);
}

static void restart(struct bed *bed)
{
	bed_kill(bed);
	bed_revive(bed);
}

static void hang(struct bed *bed)
{
	bed->b->hold = true;
}

static void kill_and_vanish(struct bed *bed)
{
	bed_kill(bed);
	vanish(bed);
}

/* Pictures on both connectors, flips under way and events that nobody took. */
static void populate(struct bed *bed)
{
	struct displfront_fb *fb[4];
	uint32_t i;

	for (i = 0; i < 4; i++)
		fb[i] = bed_fb(bed, i & 1 ? DISPLFRONT_BACKEND : 0);
	displfront_show(bed->dev, 0, fb[0]);
	displfront_show(bed->dev, 1, fb[1]);
	displfront_flip(bed->dev, 0, fb[2], DISPLFRONT_NOWAIT);
	displfront_flip(bed->dev, 0, fb[3], DISPLFRONT_NOWAIT);
}

/* @go, @ms later the end. Pages may be held only if the backend hangs. */
static void end_after(void (*go)(struct bed *bed), uint32_t ms, uint64_t seed)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48", .seed = seed };
	struct bed bed;
	uint64_t begin;
	uint32_t held;

	bed_up(&bed, &opts);
	populate(&bed);
	go(&bed);
	mos_sleep(ms);
	if (ms % 20)
		displfront_flip(bed.dev, 0, NULL, 0);
	begin = fake_now(bed.w);
	held = shutdown_displfront(bed.dev);
	bed.dev = NULL;
	assert_in_range(fake_now(bed.w) - begin, 0, 10000);
	if (go != hang)
		assert_int_equal(held, 0);
	assert_int_equal(mos_failures(), 0);
	bed_down(&bed);
}

static void test_any_time(void **state)
{
	static void (*const go[])(struct bed * bed) = {
		nothing, bed_kill, bed_stop, vanish, detach, restart, hang, kill_and_vanish
	};
	static const uint32_t ms[] = {
		0, 1, 5, 19, 20, 50, 100, 200, 500, 1000, 3000, 5000, 20000
	};
	uint32_t i, k;

	(void)state;
	for (i = 0; i < sizeof(go) / sizeof(go[0]); i++) {
		for (k = 0; k < sizeof(ms) / sizeof(ms[0]); k++) {
			end_after(go[i], ms[k], 0);
			end_after(go[i], ms[k], 1 + i * 100 + k);
		}
	}
}

static void test_null(void **state)
{
	struct bed bed;

	(void)state;
	bed_make(&bed, NULL);
	assert_int_equal(shutdown_displfront(NULL), 0);
	bed_down(&bed);
}

static void on_point(void *arg)
{
	restart(arg);
}

/* The backend dies at any point of the end. */
static void test_death_meanwhile(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48" };
	uint32_t n, before = 0;
	struct bed bed;
	bool went = true;

	(void)state;
	for (n = 1; went; n += 3) {
		bed_up(&bed, &opts);
		populate(&bed);
		before = mos_points();
		mos_at(n, on_point, &bed);
		assert_int_equal(shutdown_displfront(bed.dev), 0);
		bed.dev = NULL;
		went = mos_points() >= before + n;
		mos_at(0, NULL, NULL);
		assert_int_equal(mos_failures(), 0);
		bed_shutdown(&bed);
		bed_init(&bed);
		bed_works(&bed);
		bed_down(&bed);
	}
	assert_true(n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_time),
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_death_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
