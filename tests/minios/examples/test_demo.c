/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* examples/minios-demo: what it shows, and that it ends. DEMO_CASE is the one to run: a kernel runs once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "draw.h"
#include "run.h"

#define SEED 7u

/* What a connector shows is the card of a frame, pixel for pixel. */
static bool shows(const struct bed *bed, uint32_t connector, uint32_t width, uint32_t height,
		  uint32_t frame)
{
	size_t size = (size_t)width * height * 4;
	struct draw_surface card = { malloc(size), width, height, width * 4, DRAW_XRGB8888 };
	const uint8_t *at = NULL;
	bool same;

	assert_non_null(card.pixels);
	assert_true(draw_card(&card, SEED + connector, frame));
	if (bed->b && bed->b->shown[connector] && bed->b->flipped[connector])
		at = end_back_pixels(bed->b, bed->b->flipped[connector]);
	same = at && !memcmp(at, card.pixels, size);
	free(card.pixels);
	return same;
}

/* A backend that comes back is shown the picture again. */
static void await_picture(const struct bed *bed)
{
	for (uint32_t ms = 0; !shows(bed, 0, 64, 48, 5); ms += 20) {
		assert_in_range(ms, 0, 10000);
		mos_sleep(20);
	}
}

static void case_frames(struct bed *bed)
{
	const struct bed_opts opts = { .connectors = "a:160x120;b:64x64" };

	run_begin(bed, &opts, "frames=5 hold=2 seed=7 nonsense");
	run_await("unknown option 'nonsense'", 1);
	run_await("shown_frame=5", 2);
	assert_true(shows(bed, 0, 160, 120, 5));
	assert_true(shows(bed, 1, 64, 64, 5));
	assert_false(shows(bed, 0, 160, 120, 4));
	run_end(bed);
}

static void case_told(struct bed *bed)
{
	run_begin(bed, NULL, "");
	run_await("flips/s", 2);
	run_tell();
	run_end(bed);
}

static void case_no_backend(struct bed *bed)
{
	run_begin(bed, NULL, "");
	run_await("shown in", 1);
	bed_kill(bed);
	mos_sleep(3000);
	run_tell();
	run_end(bed);
}

/* Killed while it holds the last frame, then ended in order. */
static void killed(struct bed *bed, bool be_alloc)
{
	const struct bed_opts opts = { .be_alloc = be_alloc };

	run_begin(bed, &opts, "frames=5 seed=7");
	run_await("shown_frame=5", 1);
	assert_true(shows(bed, 0, 64, 48, 5));
	bed_kill(bed);
	mos_sleep(1000);
	bed_revive(bed);
	await_picture(bed);
	bed_stop(bed);
	bed_revive(bed);
	await_picture(bed);
	run_tell();
	run_end(bed);
}

static void case_killed(struct bed *bed)
{
	killed(bed, false);
}

static void case_be_alloc(struct bed *bed)
{
	killed(bed, true);
}

/* Killed and ended while it flips: it goes on, to the last frame. */
static void case_flipping(struct bed *bed)
{
	run_begin(bed, NULL, "frames=80000 seed=7");
	for (unsigned int i = 1; i <= 3; i++) {
		run_await("flips/s", i);
		if (i % 2)
			bed_kill(bed);
		else
			bed_stop(bed);
		mos_sleep(500);
		bed_revive(bed);
		run_await("shown in", i + 1);
	}
	run_await("shown_frame=80000", 1);
	assert_true(shows(bed, 0, 64, 48, 80000));
	run_tell();
	run_end(bed);
}

static void test_case(void **state)
{
	struct bed bed;

	(void)state;
	/* Each is used in one of the programs. */
	(void)case_frames, (void)case_told, (void)case_no_backend, (void)case_killed,
		(void)case_be_alloc, (void)case_flipping;
	DEMO_CASE(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
