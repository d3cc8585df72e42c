/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Backend mode: our frontend passes whole, and each bad one is found by the check of the rule that it breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "back.h"
#include "bad_front.h"
#include "fake_cc.h"

#define SEEDS 10u

static void passes(const struct bad_front *how)
{
	struct cc_options opt = { .mode = CC_MODE_BACK, .timeout_s = 12, .activity_s = 8 };
	struct cc_report rep;

	for (fake_cc_seed = 0; fake_cc_seed < SEEDS; fake_cc_seed++) {
		assert_int_equal(fake_cc_back(&opt, how, &rep), 0);
		assert_int_equal(rep.count[CC_WARN] + rep.count[CC_NA], 0);
		assert_true(rep.count[CC_OK] >= 35);
	}
	fake_cc_seed = 0;
}

static void good_frontend_passes(void **state)
{
	(void)state;
	passes(NULL);
}

static void good_frontend_passes_with_be_alloc(void **state)
{
	static const struct bad_front not_bad = { .name = "be-alloc", .be_alloc = true };

	(void)state;
	passes(&not_bad);
}

static void bad_frontends_are_found(void **state)
{
	struct cc_options opt = {
		.mode = CC_MODE_BACK, .timeout_s = 12, .activity_s = 8, .n_only = 1
	};
	const struct bad_front *bad;
	struct cc_report rep;
	uint32_t missed = 0;

	(void)state;
	for (bad = bad_fronts; bad->name; bad++) {
		opt.only[0] = bad->check;
		fake_cc_back(&opt, bad, &rep);
		if (rep.count[bad->warn ? CC_WARN : CC_FAIL] == 1)
			continue;
		print_error("%s is not found by %s\n", bad->name, bad->check);
		missed++;
	}
	assert_int_equal(missed, 0);
}

/* Takes a request back, once, when its answer is late. */
static bool takes_back(void)
{
	static bool done;
	void *ring = bad_front_page(0);

	if (!done && ring && fake_cc_back_did_wrong()) {
		done = true;
		raw_store(ring, RAW_REQ_PROD, raw_load(ring, RAW_REQ_PROD) - 1u);
	}
	return false;
}

static void a_producer_that_goes_back_ends_nothing(void **state)
{
	static const struct bad_front bad = { .name = "takes-back", .dies = takes_back };
	struct cc_options opt = { .mode = CC_MODE_BACK,
				  .timeout_s = 12,
				  .activity_s = 8,
				  .only = { "rsp.late" },
				  .n_only = 1 };
	struct cc_report rep;

	(void)state;
	assert_int_equal(fake_cc_back(&opt, &bad, &rep), 0);
	assert_int_equal(rep.count[CC_OK], 1);
}

/* No check that no bad frontend fails. */
static void every_check_bites(void **state)
{
	const struct cc_check *const *table;
	const struct cc_check *c;
	const struct bad_front *bad;
	uint32_t missed = 0;

	(void)state;
	for (table = cc_back_tables; *table; table++) {
		for (c = *table; c->name; c++) {
			for (bad = bad_fronts; bad->name && strcmp(bad->check, c->name) != 0; bad++)
				;
			if (bad->name)
				continue;
			print_error("no frontend fails %s\n", c->name);
			missed++;
		}
	}
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_frontend_passes),
		cmocka_unit_test(good_frontend_passes_with_be_alloc),
		cmocka_unit_test(bad_frontends_are_found),
		cmocka_unit_test(a_producer_that_goes_back_ends_nothing),
		cmocka_unit_test(every_check_bites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
