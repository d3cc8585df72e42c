/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Framebuffers: the backend sees what is drawn, whoever has the memory; and what cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <mini-os/errno.h>

#include "bed.h"

static int create(struct bed *bed, uint32_t w, uint32_t h, uint32_t fourcc, uint32_t flags,
		  struct displfront_fb **fb)
{
	int err = displfront_fb_create(bed->dev, w, h, fourcc, flags, fb);

	if (err) {
		assert_null(*fb);
		assert_true(displfront_error(bed->dev)[0]);
	}
	return err;
}

static bool is_zero(const struct displfront_fb *fb)
{
	const uint8_t *p = fb->pixels;
	uint32_t i;

	for (i = 0; i < fb->size && !p[i]; i++)
		;
	return i == fb->size;
}

static void picture(bool be_alloc, uint32_t flags, bool backend)
{
	struct bed_opts opts = { .be_alloc = be_alloc };
	struct displfront_fb *fb;
	struct bed bed;

	bed_up(&bed, &opts);
	assert_int_equal(create(&bed, 300, 200, DISPLFRONT_XRGB8888, flags, &fb), 0);
	assert_int_equal(fb->backend_allocated, backend);
	assert_int_equal(fb->stride, 1200);
	assert_int_equal(fb->size, 240000);
	assert_int_equal((uintptr_t)fb->pixels % 4096, 0);
	assert_false(fb->lost);
	if (!backend)
		assert_true(is_zero(fb));
	assert_int_equal(bed_held(&bed).mapped_pages, backend ? 59 : 0);
	/* 59 pages and their directory, or that alone; 2 rings. */
	assert_int_equal(bed_held(&bed).grants, backend ? 3 : 62);
	assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
	bed_paint(fb, 7);
	assert_true(bed_shows(&bed, 0, fb, 7));
	bed_paint(fb, 8);
	assert_true(bed_shows(&bed, 0, fb, 8));
	displfront_fb_destroy(bed.dev, fb);
	assert_int_equal(bed.b->mapped, 0);
	assert_int_equal(bed_held(&bed).pages, 2);
	bed_down(&bed);
}

static void test_picture(void **state)
{
	(void)state;
	picture(false, 0, false);
	picture(false, DISPLFRONT_OWN, false);
	picture(false, DISPLFRONT_BACKEND, true);
	picture(true, 0, true);
	picture(true, DISPLFRONT_OWN, false);
	picture(true, DISPLFRONT_BACKEND, true);
}

/* More pages than a region of page tables has, which PV stumbles over, and than gntmap's usual limit. */
static void test_large(void **state)
{
	static const uint32_t flags[] = { DISPLFRONT_OWN, DISPLFRONT_BACKEND };
	struct displfront_fb *fb;
	struct bed bed;
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		bed_up(&bed, NULL);
		assert_int_equal(create(&bed, 1920, 1080, DISPLFRONT_XRGB8888, flags[i], &fb), 0);
		bed_paint(fb, 1);
		assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
		assert_true(bed_shows(&bed, 0, fb, 1));
		/* 2025 pages, 2 directories of 1023, 2 rings. */
		assert_int_equal(bed_held(&bed).grants, i ? 4 : 2029);
		bed_down(&bed);
	}
}

static void test_sizes(void **state)
{
	static const uint32_t side[] = { 1, 2, 3, 31, 1023, 1024, 1025 };
	struct displfront_fb *fb;
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_up(&bed, NULL);
	for (i = 0; i < sizeof(side) / sizeof(side[0]); i++) {
		assert_int_equal(create(&bed, side[i], 1 + i, DISPLFRONT_XRGB8888, 0, &fb), 0);
		bed_paint(fb, i);
		assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
		assert_true(bed_shows(&bed, 0, fb, i));
		displfront_fb_destroy(bed.dev, fb);
	}
	/* 16 bits a pixel. */
	assert_int_equal(create(&bed, 10, 10, DISPLFRONT_FOURCC('R', 'G', '1', '6'), 0, &fb), 0);
	assert_int_equal(fb->stride, 20);
	displfront_fb_destroy(bed.dev, fb);
	displfront_fb_destroy(bed.dev, NULL);
	bed_down(&bed);
}

static void test_invalid(void **state)
{
	static const struct {
		uint32_t w, h, fourcc, flags;
	} bad[] = {
		{ 0, 1, DISPLFRONT_XRGB8888, 0 },
		{ 1, 0, DISPLFRONT_XRGB8888, 0 },
		{ UINT32_MAX, 1, DISPLFRONT_XRGB8888, 0 },
		{ 1, UINT32_MAX, DISPLFRONT_XRGB8888, 0 },
		{ 0x40000000, 4, DISPLFRONT_XRGB8888, 0 },
		{ 65535, 65535, DISPLFRONT_XRGB8888, 0 },
		{ 64, 48, 0, 0 },
		{ 64, 48, DISPLFRONT_FOURCC('N', 'V', '1', '2'), 0 },
		{ 64, 48, DISPLFRONT_XRGB8888, 3 },
		{ 64, 48, DISPLFRONT_XRGB8888, 4 },
	};
	struct displfront_fb *fb;
	struct fake_held before;
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_up(&bed, NULL);
	before = bed_held(&bed);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fb = (struct displfront_fb *)&bed;
		assert_int_equal(create(&bed, bad[i].w, bad[i].h, bad[i].fourcc, bad[i].flags, &fb),
				 -EINVAL);
	}
	assert_int_equal(bed_held(&bed).pages, before.pages);
	assert_int_equal(displfront_show(bed.dev, 1, NULL), -EINVAL);
	assert_int_equal(displfront_show(bed.dev, UINT32_MAX, NULL), -EINVAL);
	assert_int_equal(displfront_show(bed.dev, 0, NULL), 0);
	bed_works(&bed);
	bed_down(&bed);
}

/* A framebuffer that is shown, on both connectors, is destroyed: they are dark, others are not touched. */
static void test_destroy_shown(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48;c:64x48" };
	struct displfront_fb *fb, *other;
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_up(&bed, &opts);
	fb = bed_fb(&bed, 0);
	other = bed_fb(&bed, DISPLFRONT_BACKEND);
	bed_paint(other, 3);
	for (i = 0; i < 2; i++)
		assert_int_equal(displfront_show(bed.dev, i, fb), 0);
	assert_int_equal(displfront_show(bed.dev, 2, other), 0);
	displfront_fb_destroy(bed.dev, fb);
	assert_int_equal(bed.b->shown[0] + bed.b->shown[1], 0);
	assert_true(bed_shows(&bed, 2, other, 3));
	assert_int_equal(displfront_flip(bed.dev, 0, other, 0), -EINVAL);
	assert_int_equal(displfront_show(bed.dev, 0, other), 0);
	assert_true(bed_shows(&bed, 0, other, 3));
	assert_int_equal(displfront_show(bed.dev, 2, NULL), 0);
	assert_int_equal(bed.b->shown[2], 0);
	bed_down(&bed);
}

/* Another mode by another size. */
static void test_modes(void **state)
{
	struct displfront_fb *fb[2];
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_up(&bed, NULL);
	for (i = 0; i < 2; i++) {
		assert_int_equal(create(&bed, 100 + i, 50, DISPLFRONT_XRGB8888, 0, &fb[i]), 0);
		bed_paint(fb[i], i);
	}
	for (i = 0; i < 5; i++) {
		assert_int_equal(displfront_show(bed.dev, 0, fb[i & 1]), 0);
		assert_true(bed_shows(&bed, 0, fb[i & 1], i & 1));
		assert_int_equal(displfront_flip(bed.dev, 0, fb[!(i & 1)], 0), -EINVAL);
	}
	bed_down(&bed);
}

static void test_many(void **state)
{
	struct displfront_fb *fb[END_BUFS + 1];
	struct bed bed;
	uint32_t i, round;

	(void)state;
	bed_up(&bed, NULL);
	for (round = 0; round < 2; round++) {
		for (i = 0; i < END_BUFS; i++) {
			fb[i] = bed_fb(&bed, i & 1 ? DISPLFRONT_BACKEND : 0);
			bed_paint(fb[i], i);
		}
		/* The backend of this test has no more. */
		assert_int_equal(create(&bed, 64, 48, DISPLFRONT_XRGB8888, 0, &fb[i]), -EIO);
		for (i = 0; i < END_BUFS; i++) {
			assert_int_equal(displfront_show(bed.dev, 0, fb[i]), 0);
			assert_true(bed_shows(&bed, 0, fb[i], i));
		}
		for (i = 0; i < END_BUFS; i++)
			displfront_fb_destroy(bed.dev, fb[(i * 7) % END_BUFS]);
		assert_int_equal(bed.b->mapped, 0);
		assert_int_equal(bed_held(&bed).pages, 2);
	}
	bed_down(&bed);
}

/* The backend refuses one operation: that fails, with the status in the text; then it works. */
static void test_refused(void **state)
{
	static const uint8_t op[] = { XENDISPL_OP_DBUF_CREATE, XENDISPL_OP_FB_ATTACH,
				      XENDISPL_OP_SET_CONFIG, XENDISPL_OP_PG_FLIP };
	struct displfront_fb *fb;
	struct bed bed;
	uint32_t i, flags;
	int err;

	(void)state;
	for (i = 0; i < 2 * sizeof(op); i++) {
		flags = i & 1 ? DISPLFRONT_BACKEND : 0;
		bed_up(&bed, NULL);
		bed.b->fail_op = op[i / 2];
		bed.b->fail_status = -17;
		err = create(&bed, 64, 48, DISPLFRONT_XRGB8888, flags, &fb);
		if (!err) {
			err = displfront_show(bed.dev, 0, fb);
			displfront_fb_destroy(bed.dev, fb);
		}
		assert_int_equal(err, -EIO);
		if (i / 2 < 3)
			assert_non_null(strstr(displfront_error(bed.dev), "-17"));
		bed.b->fail_op = 0;
		assert_int_equal(bed_held(&bed).pages, 2);
		assert_int_equal(bed_held(&bed).mapped_pages, 0);
		bed_works(&bed);
		bed_down(&bed);
	}
}

static struct displfront_fb *victim, *winner;
static int shown_err;

static void show_victim(struct bed *bed)
{
	shown_err = displfront_show(bed->dev, 0, victim);
}

static void show_winner(struct bed *bed)
{
	shown_err = displfront_show(bed->dev, 0, winner);
}

static void answer(struct bed *bed)
{
	bed->b->hold = false;
	end_back_answer(bed->b);
}

/* One thread shows a framebuffer, another destroys it before the backend has answered: then it is dark, or shows another. */
static void test_destroy_while_shown(void **state)
{
	struct bed bed;
	uint32_t i;

	(void)state;
	for (i = 0; i < 200; i += 7) {
		bed_up(&bed, NULL);
		victim = bed_fb(&bed, 0);
		winner = bed_fb(&bed, 0);
		bed_paint(winner, 1);
		bed.b->hold = true;
		bed_after(&bed, 0, show_victim);
		mos_sleep(i);
		bed_after(&bed, 100, answer);
		displfront_fb_destroy(bed.dev, victim);
		mos_sleep(200);
		assert_int_equal(bed.b->shown[0], 0);
		assert_int_equal(displfront_show(bed.dev, 0, winner), 0);
		assert_true(bed_shows(&bed, 0, winner, 1));
		bed_down(&bed);
	}
}

/* Two threads show one after the other: the later one wins, both return. */
static void test_two_show(void **state)
{
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	victim = bed_fb(&bed, 0);
	winner = bed_fb(&bed, 0);
	bed_paint(winner, 1);
	bed.b->hold = true;
	shown_err = 1;
	bed_after(&bed, 10, show_winner);
	bed_after(&bed, 100, answer);
	assert_int_equal(displfront_show(bed.dev, 0, victim), 0);
	mos_sleep(100);
	assert_int_equal(shown_err, 0);
	assert_true(bed_shows(&bed, 0, winner, 1));
	bed_down(&bed);
}

static uint8_t rude;

/* Does what it is asked for, and says that it did not. */
static void say_no(struct end_back *b, uint32_t c, const struct displif_back_req *req)
{
	int status = end_back_do(b, c, req);

	if (req->msg.op == rude)
		status = -5;
	displif_back_complete(&b->back[c], req->handle, status, 0);
	if (req->msg.op == XENDISPL_OP_PG_FLIP && !status)
		displif_back_flip_done(&b->back[c], req->msg.fb);
}

/* Its detach or destroy is refused: nothing hangs, nothing is left. */
static void test_refused_end(void **state)
{
	static const uint8_t op[] = { XENDISPL_OP_FB_DETACH, XENDISPL_OP_DBUF_DESTROY };
	struct displfront_fb *fb;
	struct bed bed;
	uint32_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		bed_up(&bed, NULL);
		bed.b->request = say_no;
		rude = op[i / 2];
		fb = bed_fb(&bed, i & 1 ? DISPLFRONT_BACKEND : 0);
		assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
		displfront_fb_destroy(bed.dev, fb);
		assert_int_equal(bed_held(&bed).pages, 2);
		assert_non_null(strstr(displfront_error(bed.dev), "-5"));
		rude = 0;
		bed_works(&bed);
		bed_down(&bed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_picture),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_destroy_shown),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_destroy_while_shown),
		cmocka_unit_test(test_two_show),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_refused_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
