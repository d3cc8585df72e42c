/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Each call fails once while a device goes, in all the ways it can go: it goes, and leaves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fault.h"

static int up(struct rig *r)
{
	struct rig_opts opts = { .connectors = rig_connectors(2), .be_alloc = true };
	int buf;

	rig_up(r, &opts);
	assert_true(end_front_buf(r->f, DISPLIF_SHARE_BACKEND, 64, 48) >= 0);
	buf = end_front_buf(r->f, DISPLIF_SHARE_OWN, 64, 48);
	assert_true(buf >= 0);
	assert_int_equal(end_front_config(r->f, 0, buf), 0);
	return buf;
}

/* A failing XenStore is tried again for as long as it fails. */
static void outlive(struct rig *r, const struct fault *fault)
{
	fake_advance(r->w, fault->repeat ? 3000 : 0);
}

static bool detach(const struct fault *fault)
{
	struct rig r;
	bool fired;

	up(&r);
	assert_int_equal(fake_toolstack_detach(r.w, 0, RIG_FRONT, 0), 0);
	fault_arm(&r, fault);
	fake_run(r.w, 0);
	outlive(&r, fault);
	fired = fault_disarm(&r, fault);
	rig_down(&r);
	return fired;
}

static bool front_final(void *arg)
{
	return ((struct rig *)arg)->f->final;
}

static bool back_final(void *arg)
{
	return ((struct rig *)arg)->b->final;
}

static bool remove_driver(const struct fault *fault)
{
	struct rig r;
	bool fired;

	up(&r);
	fault_arm(&r, fault);
	end_front_remove(r.f);
	fake_run(r.w, 0);
	outlive(&r, fault);
	fired = fault_disarm(&r, fault);
	assert_true(fake_until(r.w, front_final, &r, 5000));
	fake_advance(r.w, 1000);
	end_front_free(r.f, true);
	fake_xs_puts(r.fe, 0, "device/vdispl/0/state", "1");
	r.f = end_front_new(r.fe, 0);
	fault_recover(&r, false);
	rig_down(&r);
	return fired;
}

static bool restart_backend(const struct fault *fault)
{
	struct rig r;
	bool fired;

	up(&r);
	fault_arm(&r, fault);
	end_back_stop(r.b);
	fake_run(r.w, 0);
	outlive(&r, fault);
	fired = fault_disarm(&r, fault);
	assert_true(fake_until(r.w, back_final, &r, 1000));
	fake_advance(r.w, 200); /* a write that failed is still owed */
	end_back_free(r.b, true);
	r.b = end_back_new(r.be, RIG_FRONT, 0);
	fault_recover(&r, true);
	rig_down(&r);
	return fired;
}

static bool broken(const struct fault *fault)
{
	struct rig r;
	bool fired;

	up(&r);
	fault_arm(&r, fault);
	end_front_feed(r.f, DISPLIF_IN_BROKEN, 0);
	fake_run(r.w, 0);
	fake_advance(r.w, fault->repeat ? 30000 : 150);
	fired = fault_disarm(&r, fault);
	fault_recover(&r, fault->repeat);
	rig_down(&r);
	return fired;
}

static void test_detach(void **state)
{
	(void)state;
	fault_both(FAULT_FRONT, detach, 1);
	fault_both(FAULT_BACK, detach, 3);
}

static void test_remove_driver(void **state)
{
	(void)state;
	fault_both(FAULT_FRONT, remove_driver, 5);
	fault_both(FAULT_BACK, remove_driver, 5);
}

static void test_restart_backend(void **state)
{
	(void)state;
	fault_both(FAULT_FRONT, restart_backend, 3);
	fault_both(FAULT_BACK, restart_backend, 5);
}

static void test_broken(void **state)
{
	(void)state;
	fault_both(FAULT_FRONT, broken, 20);
	fault_both(FAULT_BACK, broken, 20);
}

/* Nothing that ends a buffer can fail: neither end makes a call that could. */
static void test_free_buf(void **state)
{
	struct rig r;
	int buf = up(&r);

	(void)state;
	fake_fault(r.fe, FAKE_OP_USUAL, 0, 0, false);
	fake_fault(r.be, FAKE_OP_USUAL, 0, 0, false);
	assert_int_equal(end_front_buf_free(r.f, buf), 0);
	assert_int_equal(fake_fault_calls(r.fe), 0);
	assert_int_equal(fake_fault_calls(r.be), 0);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detach),		cmocka_unit_test(test_remove_driver),
		cmocka_unit_test(test_restart_backend), cmocka_unit_test(test_broken),
		cmocka_unit_test(test_free_buf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
