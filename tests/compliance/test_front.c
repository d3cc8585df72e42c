/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Frontend mode: a good backend passes whole, and each bad one is found by the check of the rule that it breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bad_back.h"
#include "fake_cc.h"
#include "front.h"

#define SEEDS 10u

static void good_backend_passes(void **state)
{
	struct cc_options opt = { .mode = CC_MODE_FRONT, .timeout_s = 12 };
	struct cc_report rep;

	(void)state;
	for (fake_cc_seed = 0; fake_cc_seed < SEEDS; fake_cc_seed++) {
		assert_int_equal(fake_cc_front(&opt, NULL, &rep), 0);
		assert_int_equal(rep.count[CC_WARN] + rep.count[CC_NA], 0);
		assert_true(rep.count[CC_OK] >= 60);
	}
	fake_cc_seed = 0;
}

static void bad_backends_are_found(void **state)
{
	struct cc_options opt = { .mode = CC_MODE_FRONT, .timeout_s = 12, .n_only = 1 };
	const struct bad_back *bad;
	struct cc_report rep;
	uint32_t missed = 0;

	(void)state;
	for (bad = bad_backs; bad->name; bad++) {
		opt.only[0] = bad->check;
		fake_cc_front(&opt, bad, &rep);
		if (rep.count[bad->warn ? CC_WARN : CC_FAIL] == 1)
			continue;
		print_error("%s is not found by %s\n", bad->name, bad->check);
		missed++;
	}
	assert_int_equal(missed, 0);
}

/* No check that no bad backend fails. */
static void every_check_bites(void **state)
{
	const struct cc_check *const *table;
	const struct cc_check *c;
	const struct bad_back *bad;
	uint32_t missed = 0;

	(void)state;
	for (table = cc_front_tables; *table; table++) {
		for (c = *table; c->name; c++) {
			for (bad = bad_backs; bad->name && strcmp(bad->check, c->name) != 0; bad++)
				;
			if (bad->name)
				continue;
			print_error("no backend fails %s\n", c->name);
			missed++;
		}
	}
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_backend_passes),
		cmocka_unit_test(bad_backends_are_found),
		cmocka_unit_test(every_check_bites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
