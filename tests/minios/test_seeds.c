/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * By seeds: events at any access to a shared page and in any call, domain 0 in between, threads in any order; and several
 * threads of the program in one device.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <mini-os/errno.h>
#include <mini-os/sched.h>

#include "bed.h"

#define WORKERS 3u

#ifndef SEEDS
#define SEEDS 150
#endif

static uint32_t seeds = SEEDS;

struct chaos {
	struct bed *bed;
	uint32_t rounds;
	bool done;
};

struct worker {
	struct bed *bed;
	struct chaos *chaos;
	uint32_t index, rounds;
	int err;
	bool done;
};

/* A connector of its own: framebuffers come, are shown, flipped to, and go. */
static int work_once(struct worker *w)
{
	struct displfront_dev *dev = w->bed->dev;
	struct displfront_fb *fb[2] = { NULL, NULL };
	int err = 0, i;

	for (i = 0; i < 2 && !err; i++)
		err = displfront_fb_create(dev, 64, 48, DISPLFRONT_XRGB8888,
					   i ? 0 : DISPLFRONT_BACKEND, &fb[i]);
	for (i = 0; i < 2 && !err; i++)
		bed_paint(fb[i], w->index * 2 + (uint32_t)i);
	if (!err)
		err = displfront_show(dev, w->index, fb[0]);
	for (i = 1; i < 6 && !err; i++)
		err = displfront_flip(dev, w->index, fb[i & 1], 0);
	if (!err && !bed_shows(w->bed, w->index, fb[1], w->index * 2 + 1))
		err = -EIO;
	for (i = 0; i < 2; i++)
		displfront_fb_destroy(dev, fb[i]);
	return err;
}

static void work(void *arg)
{
	struct worker *w = arg;

	while (w->rounds-- && !w->err)
		w->err = work_once(w);
	w->done = true;
}

static void run_workers(struct bed *bed, uint32_t rounds, struct worker *w)
{
	uint32_t i;

	for (i = 0; i < WORKERS; i++) {
		w[i] = (struct worker){ .bed = bed, .index = i, .rounds = rounds };
		create_thread((char *)"worker", work, &w[i]);
	}
	for (i = 0; i < WORKERS; i++) {
		while (!w[i].done)
			mos_sleep(5);
	}
}

static void test_threads(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48;c:64x48" };
	struct worker w[WORKERS];
	struct bed bed;
	uint32_t i;

	(void)state;
	for (opts.seed = 0; opts.seed < seeds; opts.seed++) {
		bed_up(&bed, &opts);
		run_workers(&bed, 2, w);
		for (i = 0; i < WORKERS; i++) {
			if (w[i].err)
				fail_msg("seed %u: worker %u: %d", (unsigned)opts.seed, i,
					 w[i].err);
		}
		assert_int_equal(bed.b->mapped, 0);
		assert_int_equal(mos_failures(), 0);
		bed_down(&bed);
	}
}

/* --- with a backend that comes and goes --- */

static void chaos(void *arg)
{
	struct chaos *c = arg;
	struct bed *bed = c->bed;

	while (c->rounds--) {
		mos_sleep(fake_rand(bed->w, 60));
		switch (fake_rand(bed->w, 5)) {
		case 0:
			bed_kill(bed);
			mos_sleep(fake_rand(bed->w, 300));
			bed_revive(bed);
			break;
		case 1:
			bed_stop(bed);
			mos_sleep(fake_rand(bed->w, 300));
			bed_revive(bed);
			break;
		case 2:
			bed_kill(bed);
			bed_revive(bed);
			break;
		case 3: /* Mini-OS refuses something soon */
			mos_fault(MOS_ALL & ~MOS_UNWATCH, 1 + fake_rand(bed->w, 60), false);
			break;
		default: /* silent for a while */
			bed->b->hold = true;
			mos_sleep(fake_rand(bed->w, 4000));
			bed->b->hold = false;
			end_back_answer(bed->b);
			break;
		}
	}
	c->done = true;
}

/* As it comes; any of it may fail. */
static void live(void *arg)
{
	struct worker *w = arg;
	struct displfront_dev *dev = w->bed->dev;
	struct displfront_fb *fb[3] = { NULL, NULL, NULL };
	struct displfront_event ev[2];
	uint32_t i, c;

	while (!w->chaos->done) {
		mos_sleep(fake_rand(w->bed->w, 3));
		i = fake_rand(w->bed->w, 3);
		c = fake_rand(w->bed->w, 3);
		switch (fake_rand(w->bed->w, 12)) {
		case 0:
			displfront_fb_destroy(dev, fb[i]);
			fb[i] = NULL;
			break;
		case 1:
		case 5:
		case 6:
			displfront_show(dev, c, fb[i]);
			break;
		case 2:
			displfront_receive(dev, ev, 2);
			break;
		case 3:
			mos_sleep(fake_rand(w->bed->w, 30));
			break;
		case 4:
			if (fb[i])
				displfront_flip(dev, c, fb[i], 0);
			break;
		default:
			if (!fb[i])
				displfront_fb_create(dev, 64, 48, DISPLFRONT_XRGB8888,
						     fake_rand(w->bed->w, 3), &fb[i]);
			else
				displfront_flip(dev, c, fb[i], DISPLFRONT_NOWAIT);
			break;
		}
	}
	for (i = 0; i < 3; i++)
		displfront_fb_destroy(dev, fb[i]);
	w->done = true;
}

static void test_chaos(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48;c:64x48" };
	struct worker w[WORKERS];
	struct chaos c;
	struct bed bed;
	uint32_t i;

	(void)state;
	for (opts.seed = 1; opts.seed <= seeds; opts.seed++) {
		bed_up(&bed, &opts);
		c = (struct chaos){ .bed = &bed, .rounds = 6 };
		create_thread((char *)"chaos", chaos, &c);
		for (i = 0; i < WORKERS; i++) {
			w[i] = (struct worker){ .bed = &bed, .chaos = &c };
			create_thread((char *)"worker", live, &w[i]);
		}
		for (i = 0; i < WORKERS; i++) {
			while (!w[i].done)
				mos_sleep(50);
		}
		mos_fault(0, 0, false);
		if (mos_failures())
			fail_msg("seed %u", (unsigned)opts.seed);
		/* After so many broken connections the pauses are long. */
		if (!bed_wait(&bed, DISPLFRONT_CONNECTED, 200000))
			fail_msg("seed %u: not connected again", (unsigned)opts.seed);
		mos_sleep(10000);
		bed_works(&bed);
		bed_down(&bed);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_chaos),
	};

	if (argc > 1)
		seeds = (uint32_t)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
