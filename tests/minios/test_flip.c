/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Page flips: blocking or not, several under way, refused, lost, late; and their events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <mini-os/errno.h>
#include <mini-os/wait.h>

#include "bed.h"

#define FBS 6u

static struct bed bed;
static struct displfront_fb *fb[FBS];
static uint64_t age; /* of the last event, ms */

/* Framebuffers of one size, the first of which is shown. */
static void begin(uint64_t seed)
{
	struct bed_opts opts = { .seed = seed };
	struct displfront_event ev;
	uint32_t i;

	bed_up(&bed, &opts);
	for (i = 0; i < FBS; i++) {
		fb[i] = bed_fb(&bed, i & 1 ? DISPLFRONT_BACKEND : 0);
		bed_paint(fb[i], i);
	}
	assert_int_equal(displfront_show(bed.dev, 0, fb[0]), 0);
	while (displfront_receive(bed.dev, &ev, 1))
		assert_int_equal(ev.type, DISPLFRONT_EV_STATUS);
	assert_false(displfront_pending(bed.dev));
}

static void end(void)
{
	bed_down(&bed);
}

/* The next event, waited for, is the end of a flip to @i with @status. */
static void expect_event(uint32_t i, int status)
{
	struct displfront_event ev;

	memset(&ev, 0x55, sizeof(ev));
	wait_event(*displfront_queue(bed.dev), displfront_pending(bed.dev));
	assert_int_equal(displfront_receive(bed.dev, &ev, 1), 1);
	assert_int_equal(ev.type, DISPLFRONT_EV_FLIP);
	assert_int_equal(ev.connector, 0);
	assert_ptr_equal(ev.fb, fb[i]);
	assert_int_equal(ev.status, status);
	age = displfront_clock(bed.dev) - ev.time_ms;
}

static void test_blocking(void **state)
{
	uint32_t i;

	(void)state;
	begin(0);
	for (i = 1; i < 100; i++) {
		assert_int_equal(displfront_flip(bed.dev, 0, fb[i % FBS], 0), 0);
		assert_true(bed_shows(&bed, 0, fb[i % FBS], i % FBS));
		assert_false(displfront_pending(bed.dev));
	}
	end();
}

/* A flip waits for nothing but the backend, which needs no time here. */
static void test_quick(void **state)
{
	uint64_t begun;
	uint32_t i;

	(void)state;
	begin(0);
	begun = fake_now(bed.w);
	for (i = 1; i < 101; i++)
		assert_int_equal(displfront_flip(bed.dev, 0, fb[i % FBS], 0), 0);
	assert_in_range(fake_now(bed.w) - begun, 0, 99);
	begun = fake_now(bed.w);
	for (i = 0; i < 10; i++) {
		displfront_fb_destroy(bed.dev, fb[0]);
		fb[0] = bed_fb(&bed, 0);
		assert_int_equal(displfront_show(bed.dev, 0, fb[0]), 0);
	}
	assert_in_range(fake_now(bed.w) - begun, 0, 99);
	end();
}

static void test_nowait(void **state)
{
	uint32_t i;

	(void)state;
	begin(0);
	for (i = 1; i < 100; i++) {
		assert_int_equal(displfront_flip(bed.dev, 0, fb[i % FBS], DISPLFRONT_NOWAIT), 0);
		expect_event(i % FBS, 0);
		assert_in_range(age, 0, 1);
		assert_true(bed_shows(&bed, 0, fb[i % FBS], i % FBS));
	}
	end();
}

/* No more than four, each of another framebuffer; answered in any order they end all. */
static void test_four(void **state)
{
	struct displfront_event ev[8];
	uint32_t i, seen = 0;

	(void)state;
	begin(0);
	bed.b->hold = true;
	for (i = 1; i <= DISPLFRONT_FLIPS; i++)
		assert_int_equal(displfront_flip(bed.dev, 0, fb[i], DISPLFRONT_NOWAIT), 0);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], DISPLFRONT_NOWAIT), -EBUSY);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], 0), -EBUSY);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[5], DISPLFRONT_NOWAIT), -EAGAIN);
	mos_sleep(100);
	assert_false(displfront_pending(bed.dev));
	assert_int_equal(bed.b->n_held, 4);
	bed.b->hold = false;
	end_back_answer(bed.b);
	mos_sleep(100);
	assert_int_equal(displfront_receive(bed.dev, ev, 3), 3);
	assert_int_equal(displfront_receive(bed.dev, ev + 3, 5), 1);
	for (i = 0; i < 4; i++) {
		assert_int_equal(ev[i].status, 0);
		seen |= 1u << (((uintptr_t)ev[i].fb == (uintptr_t)fb[1]) * 1 +
			       ((uintptr_t)ev[i].fb == (uintptr_t)fb[2]) * 2 +
			       ((uintptr_t)ev[i].fb == (uintptr_t)fb[3]) * 3 +
			       ((uintptr_t)ev[i].fb == (uintptr_t)fb[4]) * 4);
	}
	assert_int_equal(seen, 0x1e);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[5], 0), 0);
	assert_true(bed_shows(&bed, 0, fb[5], 5));
	end();
}

static void release(struct bed *b)
{
	b->b->hold = false;
	end_back_answer(b->b);
}

/* A blocking one waits for a free slot. */
static void test_fifth_waits(void **state)
{
	uint64_t begun;
	uint32_t i;

	(void)state;
	begin(0);
	bed.b->hold = true;
	for (i = 1; i <= DISPLFRONT_FLIPS; i++)
		assert_int_equal(displfront_flip(bed.dev, 0, fb[i], DISPLFRONT_NOWAIT), 0);
	begun = fake_now(bed.w);
	bed_after(&bed, 1000, release);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[5], 0), 0);
	assert_in_range(fake_now(bed.w) - begun, 1000, 1100);
	assert_true(bed_shows(&bed, 0, fb[5], 5));
	end();
}

static void test_invalid(void **state)
{
	struct displfront_fb *other;

	(void)state;
	begin(0);
	assert_int_equal(displfront_fb_create(bed.dev, 64, 47, DISPLFRONT_XRGB8888, 0, &other), 0);
	assert_int_equal(displfront_flip(bed.dev, 0, other, 0), -EINVAL);
	assert_non_null(strstr(displfront_error(bed.dev), "64x47"));
	assert_int_equal(displfront_flip(bed.dev, 0, other, DISPLFRONT_NOWAIT), -EINVAL);
	assert_int_equal(displfront_flip(bed.dev, 0, NULL, 0), -EINVAL);
	assert_int_equal(displfront_flip(bed.dev, 1, fb[1], 0), -EINVAL);
	assert_int_equal(displfront_show(bed.dev, 0, NULL), 0);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], 0), -EINVAL);
	assert_int_equal(displfront_show(bed.dev, 0, fb[2]), 0);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], 0), 0);
	end();
}

static void test_refused(void **state)
{
	struct displfront_stats stats;

	(void)state;
	begin(0);
	bed.b->fail_op = XENDISPL_OP_PG_FLIP;
	bed.b->fail_status = -22;
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], 0), -EIO);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[2], DISPLFRONT_NOWAIT), 0);
	expect_event(2, -EIO);
	bed.b->fail_op = 0;
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], 0), 0);
	assert_true(bed_shows(&bed, 0, fb[1], 1));
	displfront_stats(bed.dev, &stats);
	assert_int_equal(stats.failed, 2);
	assert_int_equal(stats.events + stats.failed, stats.flips);
	end();
}

/* Nobody answers: 3 s. The answer may come after that, and takes nothing from another flip. */
static void test_lost(void **state)
{
	uint64_t begun;

	(void)state;
	begin(0);
	bed.b->hold = true;
	begun = fake_now(bed.w);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], DISPLFRONT_NOWAIT), 0);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[2], 0), -ETIMEDOUT);
	expect_event(1, -ETIMEDOUT);
	assert_in_range(fake_now(bed.w) - begun, 3000, 3500);
	release(&bed);
	mos_sleep(100);
	assert_false(displfront_pending(bed.dev));
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], 0), 0);
	assert_true(bed_shows(&bed, 0, fb[1], 1));
	end();
}

/* Answered, but never on the screen. */
static void test_no_event(void **state)
{
	(void)state;
	begin(0);
	bed.b->no_events = true;
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], 0), -ETIMEDOUT);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[2], DISPLFRONT_NOWAIT), 0);
	expect_event(2, -ETIMEDOUT);
	bed.b->no_events = false;
	assert_int_equal(displfront_flip(bed.dev, 0, fb[3], 0), 0);
	end();
}

/* Events that nobody takes are kept; when there is no more room, flips have to wait. */
static void test_full_queue(void **state)
{
	struct displfront_event ev;
	uint32_t n = 0, i;
	int err = 0;

	(void)state;
	begin(0);
	while (n < 1000 && !err) {
		err = displfront_flip(bed.dev, 0, fb[n % FBS], DISPLFRONT_NOWAIT);
		n += !err;
		mos_sleep(20);
	}
	assert_int_equal(err, -EAGAIN);
	assert_int_equal(n, 64);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[n % FBS], 0), 0); /* has no event */
	assert_int_equal(displfront_receive(bed.dev, &ev, 0), 0);
	for (i = 0; i < n; i++)
		expect_event(i % FBS, 0);
	assert_false(displfront_pending(bed.dev));
	end();
}

/* Events of one that is destroyed are not told, those of others stay in their order. */
static void test_destroyed(void **state)
{
	uint32_t i;

	(void)state;
	begin(0);
	for (i = 1; i < 5; i++) {
		assert_int_equal(displfront_flip(bed.dev, 0, fb[i], DISPLFRONT_NOWAIT), 0);
		mos_sleep(20);
	}
	displfront_fb_destroy(bed.dev, fb[2]);
	expect_event(1, 0);
	expect_event(3, 0);
	expect_event(4, 0);
	assert_false(displfront_pending(bed.dev));
	/* One that is under way when it is destroyed. */
	bed.b->hold = true;
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], DISPLFRONT_NOWAIT), 0);
	bed_after(&bed, 500, release);
	displfront_fb_destroy(bed.dev, fb[1]);
	assert_false(displfront_pending(bed.dev));
	assert_int_equal(displfront_show(bed.dev, 0, fb[3]), 0);
	end();
}

/* A flip while the mode is set waits for that, or is to come later. */
static void test_show_and_flip(void **state)
{
	uint32_t seed, i;

	(void)state;
	for (seed = 0; seed < 10; seed++) {
		begin(seed);
		for (i = 0; i < 20; i++) {
			assert_int_equal(displfront_show(bed.dev, 0, fb[i % FBS]), 0);
			assert_int_equal(
				displfront_flip(bed.dev, 0, fb[(i + 1) % FBS], DISPLFRONT_NOWAIT),
				0);
			assert_int_equal(displfront_show(bed.dev, 0, fb[(i + 1) % FBS]), 0);
			expect_event((i + 1) % FBS, 0);
			assert_true(bed_shows(&bed, 0, fb[(i + 1) % FBS], (i + 1) % FBS));
		}
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocking),    cmocka_unit_test(test_quick),
		cmocka_unit_test(test_nowait),	    cmocka_unit_test(test_four),
		cmocka_unit_test(test_fifth_waits), cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_refused),	    cmocka_unit_test(test_lost),
		cmocka_unit_test(test_no_event),    cmocka_unit_test(test_full_queue),
		cmocka_unit_test(test_destroyed),   cmocka_unit_test(test_show_and_flip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
