/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The n-th call of Mini-OS's fails, for every n until one in which nothing failed: nothing is left behind, the next attempt works. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <mini-os/errno.h>

#include "bed.h"
#include "../unit/edid_make.h"

static uint8_t edid[EDID_BLOCK];

static void make(struct bed *bed, uint64_t seed)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48",
				 .edid = edid,
				 .edid_size = sizeof(edid),
				 .seed = seed };

	edid_base(edid, 4, 0);
	edid_sum(edid);
	bed_make(bed, &opts);
	mos_patience(120000);
}

/* One kind of calls, once or from then on; and how many calls a beginning makes at least. */
struct plan {
	uint32_t mask;
	bool repeat;
	uint32_t least;
};

static const struct plan plans[] = {
	{ MOS_PAGE, false, 4 },	  { MOS_PAGE, true, 4 },     { MOS_MALLOC, false, 10 },
	{ MOS_MALLOC, true, 10 }, { MOS_EVTCHN, false, 4 },  { MOS_EVTCHN, true, 4 },
	{ MOS_READ, false, 10 },  { MOS_READ, true, 10 },    { MOS_WRITE, false, 5 },
	{ MOS_WRITE, true, 5 },	  { MOS_BEGIN, false, 1 },   { MOS_BEGIN, true, 1 },
	{ MOS_COMMIT, false, 1 }, { MOS_COMMIT, true, 1 },   { MOS_WATCH, false, 1 },
	{ MOS_REMAP, false, 0 },  { MOS_UNWATCH, false, 0 }, { MOS_ALL & ~MOS_UNWATCH, false, 40 },
};

/*
 * Ends the frontend, if there is one. When no XenStore call of a kind works any more the backend cannot be told to let
 * go of the pages: the next frontend takes them back. In all other cases nothing is left.
 */
static bool end_once(struct bed *bed, uint32_t mask, bool repeat)
{
	bool deaf = repeat && (mask & (MOS_READ | MOS_WRITE | MOS_BEGIN | MOS_COMMIT));
	uint32_t held = shutdown_displfront(bed->dev);

	bool fired = mos_fault_fired();

	bed->dev = NULL;
	mos_fault(0, 0, false);
	mos_sleep(1);
	if (!deaf && (held || mos_left(true)))
		fail_msg("kind 0x%x, %u pages held", mask, held);
	if (!bed_held(bed).grants)
		assert_int_equal(mos_left(true), 0);
	return fired;
}

/* It comes up in spite of it, or says why not. */
static void init_once(struct bed *bed, const struct plan *p, uint32_t n)
{
	char error[DISPLFRONT_ERROR] = "";
	struct displfront_config cfg = { .error = error, .error_size = sizeof(error) };

	mos_fault(p->mask, n, p->repeat);
	bed->dev = init_displfront(NULL, &cfg);
	if (!bed->dev && !error[0])
		fail_msg("kind 0x%x, call %u: no reason given", p->mask, n);
}

static void test_init(void **state)
{
	const struct plan *p;
	struct bed bed;
	uint32_t n, calls;
	bool fired;

	(void)state;
	for (p = plans; p < &plans[sizeof(plans) / sizeof(plans[0])]; p++) {
		fired = true;
		calls = 0;
		for (n = 1; fired; n++) {
			make(&bed, 0);
			init_once(&bed, p, n);
			fired = mos_fault_fired();
			calls = mos_fault_calls();
			mos_fault(0, 0, false);
			if (bed.dev) {
				assert_true(bed_wait(&bed, DISPLFRONT_CONNECTED, 20000));
				bed_works(&bed);
			}
			if (mos_failures())
				fail_msg("kind 0x%x, call %u", p->mask, n);
			end_once(&bed, p->mask, p->repeat);
			bed_init(&bed);
			bed_works(&bed);
			bed_down(&bed);
		}
		assert_true(calls >= p->least);
	}
}

/* --- framebuffers --- */

static const uint32_t kinds[] = { MOS_PAGE, MOS_MALLOC, MOS_REMAP, MOS_GNTMAP };

static int create_and_show(struct bed *bed, uint32_t flags)
{
	struct displfront_fb *fb;
	int err = displfront_fb_create(bed->dev, 64, 48, DISPLFRONT_XRGB8888, flags, &fb);

	if (err)
		return err;
	bed_paint(fb, 1);
	assert_int_equal(displfront_show(bed->dev, 0, fb), 0);
	assert_true(bed_shows(bed, 0, fb, 1));
	displfront_fb_destroy(bed->dev, fb);
	return 0;
}

static void test_fb(void **state)
{
	struct fake_held before, after;
	uint32_t k, n, flags, calls[2] = { 0, 0 };
	struct bed bed;
	bool fired;
	int err;

	(void)state;
	for (k = 0; k < 2 * sizeof(kinds) / sizeof(kinds[0]); k++) {
		flags = k & 1 ? DISPLFRONT_BACKEND : DISPLFRONT_OWN;
		make(&bed, 0);
		bed_init(&bed);
		before = bed_held(&bed);
		fired = true;
		for (n = 1; fired; n++) {
			mos_fault(kinds[k / 2], n, false);
			err = create_and_show(&bed, flags);
			fired = mos_fault_fired();
			mos_fault(0, 0, false);
			calls[k & 1] += fired;
			assert_int_equal(!err, !fired);
			if (err) {
				assert_int_equal(err, -ENOMEM);
				assert_true(displfront_error(bed.dev)[0]);
			}
			after = bed_held(&bed);
			assert_int_equal(after.pages, before.pages);
			assert_int_equal(after.grants, before.grants);
			assert_int_equal(after.mapped_pages, 0);
			assert_int_equal(bed.b->mapped, 0);
		}
		bed_works(&bed);
		bed_down(&bed);
	}
	assert_true(calls[0] > 6);
	assert_true(calls[1] > 3);
}

/* --- a backend that comes back --- */

/* With what is shared being shared again while calls fail. */
static void test_return(void **state)
{
	const struct plan *p;
	struct displfront_fb *fb;
	struct bed bed;
	uint32_t n, i;
	bool fired;

	(void)state;
	for (p = plans; p < &plans[sizeof(plans) / sizeof(plans[0])]; p++) {
		fired = true;
		for (n = 1; fired && n < 60; n++) {
			make(&bed, 0);
			bed_init(&bed);
			fb = bed_fb(&bed, DISPLFRONT_OWN);
			bed_paint(fb, 5);
			assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
			bed_stop(&bed);
			mos_fault(p->mask, n, p->repeat);
			bed_revive(&bed);
			mos_sleep(5000);
			fired = mos_fault_fired();
			mos_fault(0, 0, false);
			/* The pauses between attempts become long. */
			assert_true(bed_wait(&bed, DISPLFRONT_CONNECTED, 120000));
			for (i = 0; i < 100 && !fb->lost && !bed_shows(&bed, 0, fb, 5); i++)
				mos_sleep(100);
			/* Sharing it again takes no memory. */
			assert_false(fb->lost && !(p->mask & (MOS_PAGE | MOS_MALLOC)));
			assert_true(fb->lost || bed_shows(&bed, 0, fb, 5));
			displfront_fb_destroy(bed.dev, fb);
			bed_works(&bed);
			if (mos_failures())
				fail_msg("kind 0x%x, call %u", p->mask, n);
			bed_down(&bed);
		}
	}
}

/* --- the end --- */

static void test_shutdown(void **state)
{
	static const uint32_t masks[] = { MOS_READ, MOS_WRITE, MOS_BEGIN, MOS_COMMIT, MOS_MALLOC };
	struct displfront_fb *fb;
	struct bed bed;
	uint32_t k, n;
	bool fired;

	(void)state;
	for (k = 0; k < 2 * sizeof(masks) / sizeof(masks[0]); k++) {
		fired = true;
		for (n = 1; fired && n < 60; n++) {
			make(&bed, 0);
			bed_init(&bed);
			fb = bed_fb(&bed, 0);
			assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
			mos_fault(masks[k / 2], n, k & 1);
			fired = end_once(&bed, masks[k / 2], k & 1);
			bed_init(&bed);
			bed_works(&bed);
			bed_down(&bed);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_fb),
		cmocka_unit_test(test_return),
		cmocka_unit_test(test_shutdown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
