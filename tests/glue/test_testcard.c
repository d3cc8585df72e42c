/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-testcard: what it shows, how it ends, its command line; against a whole backend on the fake Xen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"

static void shows_ten_frames(uint32_t buffers)
{
	card.opt.hold_s = 1;
	card_start();
	card_run_flips(10);
	fake_advance(card.w, 100);
	assert_false(card_is_over(NULL));
	assert_int_equal(card.show.n_bufs, buffers);
	card_assert_frame(10);
	assert_true(card_run_to_end(5000));
	assert_false(card.show.failed);
	assert_int_equal(card.show.stats.flips, 10);
	assert_int_equal(card.show.stats.events, 10);
	assert_int_equal(card.show.stats.failed + card.show.stats.lost, 0);
	assert_int_equal(card.show.stats.samples, 10);
	assert_int_equal(card.dev.connects, 1);
	assert_int_equal(fake_toolstack_front_state(card.w, GUEST, 0), DISPLIF_XB_CLOSED);
	assert_int_equal(card.b->shown[0], 0); /* switched off */
	assert_null(displif_guest_dbuf(&card.b->guest, 0));
	card_end(true);
}

static void test_frames(void **state)
{
	(void)state;
	card_begin(false, "a:64x48");
	shows_ten_frames(2);
}

static void test_one_buffer(void **state)
{
	(void)state;
	card_begin(false, "a:64x48");
	card.opt.buffers = 1;
	shows_ten_frames(1);
}

static void test_backend_allocates(void **state)
{
	(void)state;
	card_begin(true, "a:64x48");
	shows_ten_frames(2);
	card_begin(false, "a:64x48");
	card.opt.be_alloc = true;
	shows_ten_frames(2);
}

/* Rings and one buffer of 3 pages and its directory fit, a second one does not. */
static void test_gntalloc_limit(void **state)
{
	(void)state;
	card_begin(false, "a:64x48");
	card.opt.hold_s = 1;
	card_start();
	fake_displif_limit(card.xen, 2 + 4 + 3);
	card_run_flips(10);
	assert_int_equal(card.show.n_bufs, 1);
	card_assert_frame(10);
	assert_true(card_run_to_end(5000));
	assert_false(card.show.failed);
	card_end(true);
}

static void test_second_connector(void **state)
{
	(void)state;
	card_begin(false, "a:640x480;b:64x48;c:32x32");
	card.opt.connector = 1;
	card_start();
	assert_true(card_run_to_end(5000));
	assert_false(card.show.failed);
	assert_int_equal(card.show.stats.events, 10);
	assert_int_equal(card.show.width, 64);
	card_end(true);
}

static void test_no_such_connector(void **state)
{
	(void)state;
	card_begin(false, "a:64x48");
	card.opt.connector = 1;
	card_start();
	assert_true(card_run_to_end(5000));
	assert_true(card.show.failed);
	card_end(true);
}

static void test_pace(void **state)
{
	uint64_t before;

	(void)state;
	card_begin(false, "a:64x48");
	card.opt.fps = 20;
	card.opt.flips = 21;
	card_start();
	card_run_flips(1);
	before = displif_loop_clock();
	card_run_flips(21);
	assert_true(displif_loop_clock() - before >= 1000);
	assert_true(displif_loop_clock() - before < 1100);
	assert_true(card_run_to_end(5000));
	card_end(true);
}

/* A signal after any number of the world's steps, twice as well: nothing is left. */
static void test_signal_any_time(void **state)
{
	uint32_t n, i;

	(void)state;
	for (n = 0; n < 160; n++) {
		card_begin(n % 2, "a:64x48");
		card.opt.flips = 0;
		card.opt.fps =
			200; /* without, flips would go on for ever while time stands still */
		card_start();
		for (i = 0; i < n; i++)
			if (fake_run(card.w, 1) == 0)
				fake_advance(card.w, 1);
		tc_show_stop(&card.show);
		fake_displif_rearm(card.xen);
		if (n % 3)
			assert_true(card_run_to_end(4000));
		else
			tc_show_stop(&card.show);
		assert_false(card.show.failed);
		card_end(true);
	}
}

static void test_wrong_backend(void **state)
{
	(void)state;
	card_begin(false, "a:64x48");
	card_program();
	assert_false(tc_device_open(&card.dev, 0, 5));
	assert_false(tc_device_open(&card.dev, 1, TC_NO_BACKEND)); /* no such device */
	fake_displif_xen_free(card.xen, true);
	end_back_stop(card.b);
	fake_advance(card.w, 3000);
	end_back_free(card.b, true);
	assert_int_equal(fake_check_clean(card.w, stderr), 0);
	fake_world_free(card.w);
}

static enum cli_parse parse(struct tc_options *opt, int argc, const char *const *argv)
{
	char *copy[8];
	int i;

	for (i = 0; i <= argc; i++)
		copy[i] = (char *)(uintptr_t)argv[i];
	return tc_options_parse(opt, argc, copy);
}

static void test_options(void **state)
{
	static const char *const good[] = { "x",	  "--device=2",	   "--flips", "5",
					    "--be-alloc", "--format=RG16", NULL };
	static const char *const bad[][3] = {
		{ "x", "--nonsense", NULL },  { "x", "--device", NULL },
		{ "x", "--buffers=3", NULL }, { "x", "--format=ZZ99", NULL },
		{ "x", "word", NULL },	      { "x", "--flips=-1", NULL },
	};
	struct tc_options opt;
	size_t i;

	(void)state;
	assert_int_equal(parse(&opt, 6, good), CLI_PARSE_RUN);
	assert_int_equal(opt.device, 2);
	assert_int_equal(opt.flips, 5);
	assert_true(opt.be_alloc);
	assert_int_equal(opt.fourcc, DRAW_RGB565);
	assert_int_equal(opt.buffers, 2);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(&opt, 2, bad[i]), CLI_PARSE_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_one_buffer),
		cmocka_unit_test(test_backend_allocates),
		cmocka_unit_test(test_gntalloc_limit),
		cmocka_unit_test(test_second_connector),
		cmocka_unit_test(test_no_such_connector),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_signal_any_time),
		cmocka_unit_test(test_wrong_backend),
		cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
