/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend dies or ends at any point, another comes; the toolstack takes the device away; the guest sleeps and wakes. */
#include <stdio.h>
#include <stdlib.h>

#include "bed.h"

static void wait_cons(struct bed *bed)
{
	if (!bed_wait_state(bed, DISPLIF_XB_CONNECTED, 20000))
		fail_msg("not connected; printed: %s", machine_printed());
	if (!bed_cons_shown(bed, 2000))
		fail_msg(
			"the console is not shown; generation %d, flips %d shown %d, %s, back shows %d; printed: %s",
			(int)bed_number("generation"), (int)bed_number("flips"),
			(int)bed_number("shown"), kern_sysctl(0, "state"), (int)bed->b->shown[0],
			machine_printed());
}

static void comes_back(void (*go)(struct bed *bed), uint32_t away_ms)
{
	struct bed bed;

	bed_up(&bed, NULL);
	kern_vt_puts("before");
	assert_true(bed_cons_shown(&bed, 1000));
	go(&bed);
	kern_vt_puts("meanwhile");
	machine_sleep(away_ms);
	kern_vt_puts("still");
	bed_revive(&bed);
	assert_true(bed_wait_generation(&bed, 2, 20000));
	wait_cons(&bed);
	kern_vt_puts("after");
	assert_true(bed_cons_shown(&bed, 1000));
	assert_string_equal(kern_notified(), "CONNECTED DISCONNECTED CONNECTED ");
	bed_down(&bed);
}

static void test_comes_back(void **state)
{
	static const uint32_t ms[] = { 0, 1, 19, 1000, 100000 };
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(ms) / sizeof(ms[0]); i++) {
		comes_back(bed_kill, ms[i]);
		comes_back(bed_stop, ms[i]);
	}
}

/* --- at each step of coming up --- */

static void kill_now(void *arg)
{
	struct bed *bed = arg;

	if (bed->b)
		bed_kill(bed);
}

static void stop_now(void *arg)
{
	struct bed *bed = arg;

	if (bed->b)
		end_back_stop(bed->b);
}

static void detach_now(void *arg)
{
	struct bed *bed = arg;

	fake_toolstack_detach(bed->w, 0, BED_FRONT, 0);
}

static void vanish_now(void *arg)
{
	struct bed *bed = arg;

	fake_toolstack_remove(bed->w, 0, BED_FRONT, 0);
}

/* How many points coming up has. */
static uint32_t points(void)
{
	struct bed bed;
	uint32_t n;

	bed_up(&bed, NULL);
	kern_vt_puts("x");
	assert_true(bed_cons_shown(&bed, 1000));
	n = machine_points();
	bed_down(&bed);
	return n;
}

static void begin(struct bed *bed, uint32_t at, void (*fn)(void *arg))
{
	bed_make(bed, NULL);
	kern_vt_puts("x");
	machine_at(at, fn, bed);
	bed_find(bed);
	machine_sleep(300);
}

/* The backend's program dies there; another one comes: the console is shown. */
static void test_dies(void **state)
{
	uint32_t at, n = points();
	struct bed bed;

	(void)state;
	assert_true(n > 100);
	for (at = 1; at < n; at += 1 + n / 150) {
		begin(&bed, at, kill_now);
		machine_at(0, NULL, NULL);
		if (bed.b)
			bed_kill(&bed);
		machine_sleep(at % 3 * 100);
		bed_revive(&bed);
		wait_cons(&bed);
		bed_down(&bed);
	}
}

static void test_stops(void **state)
{
	uint32_t at, n = points();
	struct bed bed;

	(void)state;
	for (at = 1; at < n; at += 1 + n / 100) {
		begin(&bed, at, stop_now);
		machine_at(0, NULL, NULL);
		bed_stop(&bed);
		bed_revive(&bed);
		wait_cons(&bed);
		bed_down(&bed);
	}
}

/* `xl vdispl-detach` there: the device goes, nothing of it is left. */
static void test_detach(void **state)
{
	uint32_t at, n = points();
	struct bed bed;

	(void)state;
	for (at = 1; at < n; at += 1 + n / 100) {
		begin(&bed, at, detach_now);
		machine_at(0, NULL, NULL);
		bed_unplug(&bed);
		bed_down(&bed);
	}
}

/* The nodes vanish without a word. */
static void test_vanish(void **state)
{
	uint32_t at, n = points();
	struct bed bed;

	(void)state;
	for (at = 1; at < n; at += 1 + n / 100) {
		begin(&bed, at, vanish_now);
		machine_at(0, NULL, NULL);
		/* While the bus did not watch yet it is not told: then of a node beside it. */
		if (kern_attached())
			fake_toolstack_attach(bed.w, 0, BED_FRONT, 0, false, "id0:64x48");
		bed_unplug(&bed);
		bed_down(&bed);
	}
}

/* A backend that does not answer: the device goes all the same, in seconds. */
static void test_detach_hung(void **state)
{
	uint64_t start;
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	bed.b->hold = true;
	kern_vt_puts("held");
	machine_sleep(500);
	start = machine_ms();
	fake_toolstack_remove(bed.w, 0, BED_FRONT, 0);
	while (kern_attached() && machine_ms() - start < 60000)
		machine_sleep(100);
	assert_in_range(machine_ms() - start, 0, 12000);
	bed_kill(&bed);
	bed_down(&bed);
}

/* --- who looks on --- */

static bool gone;

static void reader(void *arg)
{
	static const char *const name[] = { "state", "flips", "held", "connectors", "shown" };
	uint32_t i;

	(void)arg;
	for (i = 0; !gone; i++) {
		kern_sysctl(0, name[i % 5]);
		if (i % 3 == 0)
			machine_sleep(1);
	}
}

/* A program reads sysctls while the device goes: each has an end before what it tells of. */
static void test_readers(void **state)
{
	struct bed_opts opts = { 0 };
	struct bed bed;
	uint32_t i;

	(void)state;
	for (opts.seed = 1; opts.seed <= 160; opts.seed++) {
		bed_up(&bed, &opts);
		gone = false;
		for (i = 0; i < 1u + (uint32_t)opts.seed % 6; i++)
			machine_after(0, reader, NULL);
		machine_sleep(50 + (uint32_t)opts.seed % 7);
		bed_unplug(&bed);
		gone = true;
		machine_sleep(50);
		bed_down(&bed);
	}
}

/* --- suspend --- */

static void test_cancelled(void **state)
{
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_up(&bed, NULL);
	for (i = 0; i < 3; i++) {
		kern_suspend(true);
		kern_vt_puts("nothing happened");
		assert_true(bed_cons_shown(&bed, 1000));
	}
	assert_int_equal(bed_number("generation"), 1);
	bed_down(&bed);
}

/* The other host: a toolstack that made the nodes anew, a backend that knows nothing. */
static void other_host(void *arg)
{
	struct bed *bed = arg;

	if (bed->b)
		bed_kill(bed);
	fake_toolstack_remove(bed->w, 0, BED_FRONT, 0);
	fake_toolstack_attach(bed->w, 0, BED_FRONT, 0, false, "id0:64x48");
	bed_revive(bed);
}

static void test_migrate(void **state)
{
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_up(&bed, NULL);
	machine_on_sleep(other_host, &bed);
	for (i = 0; i < 5; i++) {
		kern_vt_puts("here");
		kern_suspend(false);
		kern_vt_puts("there");
		assert_true(bed_wait_generation(&bed, 2 + i, 10000));
		wait_cons(&bed);
	}
	bed_down(&bed);
}

static void sleep_thread(void *arg)
{
	(void)arg;
	kern_suspend(false);
}

/* At each step of coming up. */
static void test_migrate_early(void **state)
{
	struct bed bed;
	uint32_t ms;

	(void)state;
	for (ms = 0; ms < 60; ms++) {
		bed_make(&bed, NULL);
		machine_on_sleep(other_host, &bed);
		machine_after(ms, sleep_thread, NULL);
		bed_find(&bed);
		machine_sleep(1000);
		wait_cons(&bed);
		bed_down(&bed);
	}
}

/* A backend that dies and comes, again and again, quickly: no storm, nothing is left. */
static void test_toggles(void **state)
{
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_up(&bed, NULL);
	for (i = 0; i < 100; i++) {
		bed_kill(&bed);
		machine_sleep(i % 7);
		bed_revive(&bed);
		machine_sleep(i % 5 * 10);
	}
	wait_cons(&bed);
	assert_in_range(bed_held(&bed).grants, 2, 10);
	bed_down(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comes_back),    cmocka_unit_test(test_dies),
		cmocka_unit_test(test_stops),	      cmocka_unit_test(test_detach),
		cmocka_unit_test(test_vanish),	      cmocka_unit_test(test_detach_hung),
		cmocka_unit_test(test_cancelled),     cmocka_unit_test(test_migrate),
		cmocka_unit_test(test_migrate_early), cmocka_unit_test(test_toggles),
		cmocka_unit_test(test_readers),
	};

	int failed = cmocka_run_group_tests_name("module at boot", tests, NULL, NULL);

	bed_late = true;
	return failed + cmocka_run_group_tests_name("module after boot", tests, NULL, NULL);
}
