/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-testcard when the backend refuses, is silent, dies or goes, and when calls to the OS fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"

static void test_refusals(void **state)
{
	static const uint8_t ops[] = { XENDISPL_OP_DBUF_CREATE, XENDISPL_OP_DBUF_DESTROY,
				       XENDISPL_OP_FB_ATTACH,	XENDISPL_OP_FB_DETACH,
				       XENDISPL_OP_SET_CONFIG,	XENDISPL_OP_PG_FLIP };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ops); i++) {
		card_begin(i % 2, "a:64x48");
		card.b->fail_op = ops[i];
		card.b->fail_status = -DISPLIF_XEN_EIO;
		card_start();
		assert_true(card_run_to_end(8000));
		assert_true(card.show.failed);
		assert_true(card.show.stats.failed > 0);
		card_end(true);
	}
}

/* A backend that answers nothing: the time-out ends it, with an error. */
static void test_silence(void **state)
{
	(void)state;
	card_begin(false, "a:64x48");
	card.b->hold = true;
	card_start();
	assert_true(card_run_to_end(12000));
	assert_true(card.show.failed);
	assert_true(card.show.stats.lost > 0);
	card_end(true);
	/* Silent from the middle on, and a signal. */
	card_begin(false, "a:64x48");
	card.opt.flips = 0;
	card.opt.fps = 100;
	card_start();
	card_run_flips(5);
	card.b->hold = true;
	fake_advance(card.w, 50);
	tc_show_stop(&card.show);
	fake_displif_rearm(card.xen);
	assert_true(card_run_to_end(12000));
	assert_true(card.show.failed);
	card_end(true);
}

static void test_no_events(void **state)
{
	(void)state;
	card_begin(false, "a:64x48");
	card.b->no_events = true;
	card_start();
	assert_true(card_run_to_end(8000));
	assert_true(card.show.failed);
	assert_int_equal(card.show.stats.events, 0);
	assert_int_equal(card.show.stats.lost, 1);
	card_end(true);
}

/* The backend's program dies and comes again: the card goes on where it was. */
static void test_backend_restart(void **state)
{
	uint64_t died;

	(void)state;
	card_begin(false, "a:64x48");
	card.opt.flips = 40;
	card.opt.fps = 100;
	card_start();
	card_run_flips(10);
	died = displif_loop_clock();
	fake_dom_exit(card.be);
	end_back_free(card.b, false);
	fake_advance(card.w, 400);
	assert_false(card.dev.started); /* noticed, although XenStore says Connected */
	assert_true(displif_loop_clock() - died <= 400);
	card.b = end_back_new(card.be, GUEST, 0);
	assert_non_null(card.b);
	card_run_flips(40);
	assert_int_equal(card.dev.connects, 2);
	assert_true(card_run_to_end(5000));
	assert_false(card.show.failed);
	card_end(true);
}

static void test_no_backend(void **state)
{
	(void)state;
	card_begin(false, "a:64x48");
	fake_dom_exit(card.be);
	card.opt.wait_s = 5;
	card_start();
	assert_false(card_run_to_end(4900));
	assert_true(card_run_to_end(200));
	assert_true(card.show.failed);
	card_end(false);
}

static void test_detached(void **state)
{
	(void)state;
	card_begin(false, "a:64x48");
	card.opt.flips = 0;
	card.opt.fps = 100;
	card_start();
	card_run_flips(10);
	assert_int_equal(fake_toolstack_detach(card.w, 0, GUEST, 0), 0);
	fake_advance(card.w, 500);
	assert_int_equal(fake_toolstack_back_state(card.w, 0, GUEST, 0), DISPLIF_XB_CLOSED);
	fake_toolstack_remove(card.w, 0, GUEST, 0);
	assert_true(card_run_to_end(1000));
	assert_true(card.show.failed); /* it was not asked for */
	assert_int_equal(fake_toolstack_front_state(card.w, GUEST, 0), -1); /* no ghost */
	card_end(true);
}

/* The n-th call to the OS fails, for every n: it recovers or ends, and leaves nothing. */
static void test_every_call_fails(void **state)
{
	uint32_t n, fired;

	(void)state;
	for (n = 1;; n++) {
		card_begin(n % 2, "a:64x48");
		fake_fault(card.fe, FAKE_OP_USUAL, n, DISPLIF_E_OS, false);
		card.xen = NULL;
		if (n <= 2) {
			/* Reading "backend" and "backend-id": it does not begin. */
			card_program();
			assert_false(tc_device_open(&card.dev, 0, TC_NO_BACKEND));
			fake_displif_xen_free(card.xen, true);
			end_back_stop(card.b);
			fake_advance(card.w, 3000);
			end_back_free(card.b, true);
			assert_int_equal(fake_check_clean(card.w, stderr), 0);
			fake_world_free(card.w);
			continue;
		}
		card_start();
		assert_true(card_run_to_end(60000));
		fired = fake_fault_fired(card.fe);
		if (!fired)
			assert_false(card.show.failed);
		card_end(true);
		if (!fired)
			break;
	}
	assert_true(n > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),	 cmocka_unit_test(test_silence),
		cmocka_unit_test(test_no_events),	 cmocka_unit_test(test_backend_restart),
		cmocka_unit_test(test_no_backend),	 cmocka_unit_test(test_detached),
		cmocka_unit_test(test_every_call_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
