/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Each call fails once while a device connects: undone at once, tried again, connected in the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"

/* An end that has no rings holds nothing of them. */
static void assert_undone(struct rig *r)
{
	struct fake_held held;

	fake_held(r->w, r->fe, &held);
	assert_int_equal(held.txs, 0);
	if (!r->f->n) {
		assert_int_equal(held.pages, 0);
		assert_int_equal(held.chans, 0);
	}
	fake_held(r->w, r->be, &held);
	assert_int_equal(held.txs, 0);
	if (!r->b->n) {
		assert_int_equal(held.mappings, 0);
		assert_int_equal(held.chans, 0);
	}
}

static bool bringup(const struct fault *fault)
{
	struct rig_opts opts = { .connectors = rig_connectors(3) };
	struct rig r;
	bool fired;

	rig_make(&r, &opts);
	fault_arm(&r, fault);
	fake_run(r.w, 0);
	assert_undone(&r);
	fake_advance(r.w, fault->repeat ? 30000 : 20);
	assert_undone(&r);
	fired = fault_disarm(&r, fault);
	fault_recover(&r, fault->repeat);
	rig_down(&r);
	return fired;
}

static void test_front(void **state)
{
	(void)state;
	fault_both(FAULT_FRONT, bringup, 3 * (2 + 2 + 4 + 2) + 10);
}

static void test_back(void **state)
{
	(void)state;
	fault_both(FAULT_BACK, bringup, 3 * (4 + 2 + 2 + 2) + 10);
}

/* Other errors than "the call failed". */
static void test_other_errors(void **state)
{
	static const int errs[] = { DISPLIF_E_AGAIN, DISPLIF_E_FULL, DISPLIF_E_GONE,
				    DISPLIF_E_TIMEOUT };
	struct fault fault = { .mask = FAKE_OP_USUAL };
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(errs) / sizeof(errs[0]); i++) {
		fault.err = errs[i];
		fault.end = FAULT_FRONT;
		fault_loop(fault, bringup, 30);
		fault.end = FAULT_BACK;
		fault_loop(fault, bringup, 30);
	}
}

/* A conflict is no failure at all. */
static bool conflict(const struct fault *fault)
{
	struct rig_opts opts = { 0 };
	struct rig r;
	bool fired;

	rig_make(&r, &opts);
	fault_arm(&r, fault);
	assert_true(rig_connected(&r));
	assert_int_equal(r.f->published, 1);
	assert_int_equal(r.f->failed, 0);
	assert_int_equal(r.b->bound, 1);
	fired = fault_disarm(&r, fault);
	rig_down(&r);
	return fired;
}

static void test_conflicts(void **state)
{
	struct fault fault = { .mask = FAKE_OP_XS_END, .err = DISPLIF_E_AGAIN };

	(void)state;
	fault.end = FAULT_FRONT;
	fault_loop(fault, conflict, 3);
	fault.end = FAULT_BACK;
	fault_loop(fault, conflict, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_front),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_other_errors),
		cmocka_unit_test(test_conflicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
