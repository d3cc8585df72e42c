/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of port.c: which tables are taken, what becomes of errors that a glue invents, channels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "port_rig.h"

#define N_OPS 16

/* Every operation that is not optional is asked for, and a pair is not halved. */
static void test_table(void **state)
{
	static const bool optional[N_OPS] = {
		[6] = true,  /* copy */
		[11] = true, /* chan_alive */
	};
	struct rig *r = *state;
	struct displif_port_ops ops;
	struct displif_port port = { &ops, NULL };
	uint32_t i;

	assert_int_equal(sizeof(ops), (N_OPS + 1) * sizeof(void *));
	assert_int_equal(displif_port_check(&r->fp, &r->diag), 0);
	rig_diag(r, 0, NULL);
	for (i = 0; i < N_OPS; i++) {
		ops = *r->fp.ops;
		memset((char *)&ops + (i + 1) * sizeof(void *), 0, sizeof(void *));
		assert_int_equal(displif_port_check(&port, NULL),
				 optional[i] ? 0 : DISPLIF_E_INVAL);
	}
	ops = *r->fp.ops;
	ops.grant = NULL;
	ops.ungrant = NULL;
	assert_int_equal(displif_port_check(&port, NULL), 0);
	ops.size++;
	assert_int_equal(displif_port_check(&port, NULL), 0);
	ops.size = sizeof(ops) - 1;
	assert_int_equal(displif_port_check(&port, &r->diag), DISPLIF_E_INVAL);
	rig_diag(r, DISPLIF_E_INVAL, "ops");
	assert_int_equal(r->diag.value, sizeof(ops) - 1);
	assert_int_equal(r->diag.limit, sizeof(ops));
	port.ops = NULL;
	assert_int_equal(displif_port_check(&port, NULL), DISPLIF_E_INVAL);
}

/* A glue may return an errno, or a number above 0: the library's callers see errors of the list only. */
static void test_foreign_errors(void **state)
{
	static const int errors[][2] = {
		{ 1, DISPLIF_E_OS },
		{ -15, DISPLIF_E_OS },
		{ -4095, DISPLIF_E_OS },
		{ INT32_MAX, DISPLIF_E_OS },
		{ INT32_MIN, DISPLIF_E_OS },
		{ -14, DISPLIF_E_BUG },
		{ DISPLIF_E_FULL, DISPLIF_E_FULL },
	};
	struct rig *r = *state;
	size_t i;

	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct displif_share share;
		uint32_t gref[2];

		rig_mark(r);
		fake_fault(r->fe, FAKE_OP_SHARE, 1, errors[i][0], false);
		assert_int_equal(displif_port_share(&r->fp, 0, &share, DISPLIF_SHARE_OWN, NULL, 1,
						    gref, 2, &r->diag),
				 errors[i][1]);
		rig_diag(r, errors[i][1], "gref_directory");
		assert_int_equal(r->diag.connector, DISPLIF_NO_CONNECTOR);
		fake_fault(r->fe, FAKE_OP_XS_BEGIN, 1, errors[i][0], false);
		assert_int_equal(displif_port_write_state(&r->fp, RIG_FRONT, 1, &r->diag),
				 errors[i][1]);
		rig_diag(r, errors[i][1], "state");
		fake_fault(r->fe, 0, 0, 0, false);
		rig_check(r);
	}
}

static uint32_t fired[4], n_fired;

static void on_chan(void *arg, void *tag)
{
	assert_ptr_equal(arg, fired);
	assert_true(n_fired < 4);
	fired[n_fired++] = (uint32_t)(uintptr_t)tag;
}

/* Nothing is delivered before enable, and nothing is lost until then; tags say which channel. */
static void test_enable(void **state)
{
	static void *const tag[4] = { (void *)10, (void *)11, (void *)20, (void *)21 };
	static const struct displif_front_cfg fcfg = { 3000, 100, 8, 4 };
	struct rig *r = *state;
	struct displif_connector_cfg connector[2];
	struct displif_cfg cfg;
	struct displif_link link[2];
	static struct displif_front front[2];
	uint32_t i;

	n_fired = 0;
	fake_dom_on_chan(r->fe, on_chan, fired);
	assert_int_equal(displif_cfg_init(&cfg, connector, 2), 0);
	assert_int_equal(displif_port_front_config(&r->fp, RIG_FRONT, RIG_BACK, &cfg, NULL), 0);
	assert_int_equal(displif_port_front_publish(&r->fp, RIG_FRONT, 0, &cfg, &fcfg, link, front,
						    tag, NULL),
			 0);
	for (i = 0; i < 4; i++)
		fake_port_raise(r->fe, link[i / 2].evtchn[i % 2]);
	assert_true(fake_run(r->w, 0) >= 0);
	assert_int_equal(n_fired, 0);
	displif_port_enable(&r->fp, link, 1);
	assert_true(fake_run(r->w, 0) >= 0);
	assert_int_equal(n_fired, 2);
	displif_port_enable(&r->fp, link + 1, 1);
	assert_true(fake_run(r->w, 0) >= 0);
	assert_int_equal(n_fired, 4);
	assert_int_equal(fired[0] + fired[1], 10 + 11);
	assert_int_equal(fired[2] + fired[3], 20 + 21);
	displif_port_front_close(&r->fp, link, 2);
	displif_port_front_close(&r->fp, link, 2);
	/* Closed links have no channels: nothing happens. */
	displif_port_enable(&r->fp, link, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(test_foreign_errors, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(test_enable, rig_setup, rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
