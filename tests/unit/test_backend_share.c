/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of what keeps guests from each other's time and log: shares, storms of reports, limits of messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"
#include "share.h"

#define MS UINT64_C(1000000)
#define BURST_MS (BE_SHARE_BURST_NS / MS)
/* Who has to wait at all, waits for so long. */
#define RESUME_MS (BE_SHARE_RESUME_NS / MS * BE_SHARE_PARTS)

static uint64_t clock_ms;

/* The program's own comes with the event loop. */
uint64_t displif_loop_clock(void);
uint64_t displif_loop_clock(void)
{
	return clock_ms;
}

static void a_burst_is_free(void **state)
{
	struct be_share s = { 0 };

	(void)state;
	be_share_charge(&s, 5000, BE_SHARE_BURST_NS);
	assert_int_equal(be_share_until(&s), 0);
	be_share_charge(&s, 5000, 1);
	assert_int_equal(be_share_until(&s), 5001 + RESUME_MS);
}

static void what_was_used_is_paid_for_by_waiting(void **state)
{
	struct be_share s = { 0 };

	(void)state;
	be_share_charge(&s, 5000, BE_SHARE_BURST_NS + 10 * MS);
	assert_int_equal(be_share_until(&s), 5000 + 10 * BE_SHARE_PARTS + RESUME_MS);
	/* half of it later, half is left */
	be_share_charge(&s, 5000 + 5 * BE_SHARE_PARTS, 0);
	assert_int_equal(be_share_until(&s), 5000 + 10 * BE_SHARE_PARTS + RESUME_MS);
	assert_in_range(s.used, BE_SHARE_BURST_NS + 5 * MS - 1, BE_SHARE_BURST_NS + 5 * MS);
	/* with all of it paid he does not go on yet: that would be for a moment only */
	be_share_charge(&s, 5000 + 10 * BE_SHARE_PARTS, 0);
	assert_in_range(s.used, BE_SHARE_BURST_NS - 1, BE_SHARE_BURST_NS);
	assert_int_equal(be_share_until(&s), 5000 + 10 * BE_SHARE_PARTS + RESUME_MS);
	be_share_charge(&s, 5000 + 10 * BE_SHARE_PARTS + RESUME_MS, MS);
	assert_int_equal(be_share_until(&s), 0);
	/* and long after that nothing */
	be_share_charge(&s, 1000000, 0);
	assert_int_equal(s.used, 0);
}

/* Whoever asks for all he can get, gets his part of the time and no more. */
static void the_long_run(void **state)
{
	uint64_t now = 1000, used = 0, end = now + 100000;
	struct be_share s = { 0 };

	(void)state;
	while (now < end) {
		if (be_share_until(&s) > now) {
			now = be_share_until(&s);
			continue;
		}
		now += 3;
		used += 3;
		be_share_charge(&s, now, 3 * MS);
	}
	assert_in_range(used, 100000 / BE_SHARE_PARTS, 100000 / BE_SHARE_PARTS + BURST_MS + 10);
}

/* Requests that cost more than their part of the longest wait: each is followed by that wait, whole. */
static void costly_requests(void **state)
{
	static const uint32_t cost[] = { 400, 3000 };

	(void)state;
	for (uint32_t i = 0; i < 2; i++) {
		struct be_share s = { 0 };
		uint64_t now = 1000;

		for (uint32_t k = 0; k < 5; k++) {
			now += cost[i];
			be_share_charge(&s, now, cost[i] * MS);
			assert_int_equal(be_share_until(&s), now + BE_SHARE_WAIT_MS);
			now = be_share_until(&s);
		}
	}
}

static void nobody_waits_for_long(void **state)
{
	struct be_share s = { 0 };

	(void)state;
	be_share_charge(&s, 5000, UINT64_MAX);
	be_share_charge(&s, 5000, UINT64_MAX);
	assert_in_range(be_share_until(&s), 5000 + BE_SHARE_WAIT_MS - BE_SHARE_PARTS,
			5000 + BE_SHARE_WAIT_MS);
	/* a clock that jumps back makes no debt */
	be_share_charge(&s, 10, 1);
	assert_in_range(be_share_until(&s), 0, 10 + BE_SHARE_WAIT_MS);
}

static void others_are_remembered(void **state)
{
	struct be_recent r = { 0 };
	int a = 0, b = 0, c = 0;

	(void)state;
	assert_int_equal(be_recent_others(&r, &a), 0);
	be_recent_served(&r, &a, 1000);
	be_recent_served(&r, &a, 1100);
	assert_int_equal(be_recent_others(&r, &a), 0);
	assert_int_equal(be_recent_others(&r, &b), 1100 + BE_SHARE_RECENT_MS);
	be_recent_served(&r, &b, 1200);
	be_recent_served(&r, &b, 1300);
	assert_int_equal(be_recent_others(&r, &b), 1100 + BE_SHARE_RECENT_MS);
	assert_int_equal(be_recent_others(&r, &c), 1300 + BE_SHARE_RECENT_MS);
	be_recent_forget(&r, &a);
	assert_int_equal(be_recent_others(&r, &b), 0);
	/* Who was served last goes: the one before is still there for everybody else. */
	be_recent_served(&r, &a, 1400);
	be_recent_forget(&r, &a);
	assert_int_equal(be_recent_others(&r, &b), 0);
	assert_int_equal(be_recent_others(&r, &c), 1300 + BE_SHARE_RECENT_MS);
	be_recent_forget(&r, &b);
	assert_int_equal(be_recent_others(&r, &c), 0);
}

static void many_reports_are_a_storm(void **state)
{
	struct be_storm s = { 0 };
	uint32_t i;

	(void)state;
	/* A connection and its end, again and again, is none. */
	for (i = 0; i < 100; i++)
		assert_false(be_storm_report(&s, 1000 + i * 20));
	for (i = 1; i < BE_STORM_REPORTS; i++)
		assert_false(be_storm_report(&s, 9000));
	assert_true(be_storm_report(&s, 9000));
	assert_false(be_storm_report(&s, 9000 + BE_STORM_MS));
}

/* What is written to standard error by @tell. */
static void capture(void (*tell)(void), char *text, size_t cap)
{
	FILE *file = tmpfile();
	int old = dup(STDERR_FILENO);
	size_t len;

	assert_non_null(file);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	tell();
	fflush(stderr);
	dup2(old, STDERR_FILENO);
	close(old);
	rewind(file);
	len = fread(text, 1, cap - 1, file);
	text[len] = '\0';
	fclose(file);
}

static uint32_t count(const char *text, const char *part)
{
	uint32_t n = 0;

	while ((text = strstr(text, part))) {
		n++;
		text++;
	}
	return n;
}

static struct be_limit loud = { .domid = 5 }, quiet = { .domid = 6, .dev = 1 };

static void tell(void)
{
	for (int i = 0; i < 1000; i++)
		be_guest_error(&loud, "noise %d", i);
	be_guest_error(&quiet, "a word");
	clock_ms += 10000;
	be_guest_error(&loud, "noise again");
}

/* What does not know whom it is about, as the glue does not. */
static void tell_of_whom_it_is_about(void)
{
	assert_null(be_log_about(&loud));
	for (int i = 0; i < 1000; i++)
		be_limited_error("noise");
	assert_ptr_equal(be_log_about(&quiet), &loud);
	be_limited_error("a word");
	assert_ptr_equal(be_log_about(NULL), &quiet);
	for (int i = 0; i < 1000; i++)
		be_limited_error("all of us");
	clock_ms += 10000;
	be_limited_error("all of us");
}

static void nobody_drowns_another_in_the_log(void **state)
{
	static char text[65536];

	(void)state;
	clock_ms = 1000;
	capture(tell, text, sizeof(text));
	assert_int_equal(count(text, "domain 5 device 0: noise "), 20 + 1);
	assert_int_equal(count(text, "domain 6 device 1: a word"), 1);
	assert_int_equal(count(text, "left out 980 messages about domain 5 device 0"), 1);
	clock_ms += 10000;
	capture(tell_of_whom_it_is_about, text, sizeof(text));
	assert_int_equal(count(text, "domain 5 device 0: noise"), 20);
	assert_int_equal(count(text, "domain 6 device 1: a word"), 1);
	assert_int_equal(count(text, "displif: all of us"), 20 + 1);
	assert_int_equal(count(text, "left out 980 messages about guests"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_free),
		cmocka_unit_test(what_was_used_is_paid_for_by_waiting),
		cmocka_unit_test(the_long_run),
		cmocka_unit_test(costly_requests),
		cmocka_unit_test(nobody_waits_for_long),
		cmocka_unit_test(others_are_remembered),
		cmocka_unit_test(many_reports_are_a_storm),
		cmocka_unit_test(nobody_drowns_another_in_the_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
