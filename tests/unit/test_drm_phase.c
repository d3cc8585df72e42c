/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Tests of the DRM driver's displif_phase.h: its vblank timer, DRM's way to count and a client
 * that flips as soon as it may, against backends that pace themselves, or do not.
 */
#include "expect.h"

#include "displif_phase.h"

#define PERIOD 16666667
#define FRAMES 4000
#define WARM 200

/* The timer and DRM's count, as displif_vblank.c and drm_vblank.c keep them. */
struct sim {
	int64_t stamp, done, counted; /* counted: the time that DRM has stored */
	int64_t tick;		      /* when the timer fires */
	uint64_t count;
	bool armed, late;
	/* what came of it */
	int64_t first, last; /* times of completed flips */
	uint64_t last_count;
	uint32_t flips, skipped, twice, early;
};

/* Shows a flip @latency after it came, at the next of its own vblanks, if @frame is not 0. */
struct back {
	int64_t frame, latency, jitter;
};

static uint32_t seed;

static int64_t noise(int64_t max)
{
	seed = (uint32_t)(seed * 1664525ull + 1013904223ull);
	return max ? (int64_t)(seed >> 8) % max : 0;
}

static void restart(struct sim *s)
{
	s->tick = s->stamp + PERIOD + (s->late ? (int64_t)ddrm_phase_slack(PERIOD) : 0);
}

/* DRM counts by times: how many periods lie between the last one that it stored and this. */
static void handle_vblank(struct sim *s)
{
	int64_t diff = (s->stamp - s->counted + PERIOD / 2) / PERIOD;

	if (diff) {
		s->count += (uint64_t)diff;
		s->counted = s->stamp;
	}
}

static void complete(struct sim *s, int64_t now)
{
	if (s->flips == WARM)
		s->first = now;
	if (s->flips > WARM) {
		s->skipped += s->count > s->last_count + 1;
		s->twice += s->count <= s->last_count;
	}
	s->flips++;
	s->last = now;
	s->last_count = s->count;
}

/* True if the tick completed a flip. */
static bool tick(struct sim *s)
{
	int64_t now = s->tick, next = s->stamp + (now - s->stamp) / PERIOD * PERIOD;
	bool armed = s->armed;

	s->late = s->done == s->stamp;
	s->stamp = next;
	if (armed)
		s->done = next;
	s->armed = false;
	handle_vblank(s);
	restart(s);
	if (armed)
		complete(s, now);
	return armed;
}

/* True if the event went out at once. */
static bool flip(struct sim *s, int64_t sent, int64_t now)
{
	struct ddrm_phase p = ddrm_phase_flip(s->stamp, s->done == s->stamp, sent, now, PERIOD);

	assert_true(p.stamp >= s->stamp && p.stamp <= now);
	if (p.what == DDRM_PHASE_WAIT) {
		if (p.stamp != s->stamp) {
			s->stamp = p.stamp;
			restart(s);
		}
		s->armed = true;
		return false;
	}
	s->late = true;
	s->stamp = p.stamp;
	restart(s);
	if (p.what == DDRM_PHASE_NEXT)
		handle_vblank(s);
	s->done = s->stamp;
	s->early += s->counted < sent;
	complete(s, now);
	return true;
}

/* When a flip that is sent at @now is shown. */
static int64_t shown(const struct back *b, int64_t now)
{
	int64_t t = now + b->latency + noise(b->jitter);

	return b->frame ? (t / b->frame + 1) * b->frame + noise(b->jitter) : t;
}

/* A client that takes @think ns for a picture. */
static struct sim run(const struct back *b, int64_t think)
{
	struct sim s = { .tick = PERIOD };
	int64_t sent = think, event = shown(b, sent);

	seed = 1;
	while (s.flips < FRAMES) {
		if (!s.armed && event <= s.tick) {
			if (flip(&s, sent, event)) {
				sent = event + think;
				event = shown(b, sent);
			}
		} else {
			int64_t now = s.tick;

			if (tick(&s)) {
				sent = now + think;
				event = shown(b, sent);
			}
		}
	}
	return s;
}

/* Flips for each thousand periods. */
static int64_t rate(const struct sim *s)
{
	return (int64_t)(FRAMES - 1 - WARM) * PERIOD * 1000 / (s->last - s->first);
}

static void a_pacing_backend_is_followed(void **state)
{
	static const int64_t pace[] = { 985, 995, 1000, 1005, 1015 };
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(pace) / sizeof(pace[0]); i++) {
		struct back b = { PERIOD * pace[i] / 1000, 300000, 0 };
		struct sim s = run(&b, 1000000);

		assert_int_equal(s.skipped, 0);
		assert_int_equal(s.twice, 0);
		assert_int_equal(s.early, 0);
		assert_in_range(rate(&s), 1000000 / pace[i] - 1, 1000000 / pace[i] + 1);
	}
}

static void jitter_skips_nothing(void **state)
{
	struct back b = { PERIOD, 300000, 700000 };
	struct sim s = run(&b, 1000000);

	(void)state;
	assert_int_equal(s.skipped, 0);
	assert_int_equal(s.twice, 0);
	assert_int_equal(s.early, 0);
	assert_in_range(rate(&s), 995, 1005);
}

static void a_hasty_backend_is_held_to_the_rate(void **state)
{
	int64_t latency;

	(void)state;
	for (latency = 10000; latency < PERIOD; latency += 250000) {
		struct back b = { 0, latency, 50000 };
		struct sim s = run(&b, 100000);

		/* A sixteenth is the most that it may be ahead. */
		assert_in_range(rate(&s), 500, 1068);
		assert_int_equal(s.twice, 0);
		assert_int_equal(s.early, 0);
	}
}

static void a_quick_pair_is_shown_at_the_rate(void **state)
{
	struct back b = { 0, 200000, 0 };
	struct sim s = run(&b, 100000);

	(void)state;
	assert_in_range(rate(&s), 990, 1010);
	assert_int_equal(s.skipped, 0);
}

static void no_flip_is_dated_before_it_was_sent(void **state)
{
	int64_t think;

	(void)state;
	for (think = PERIOD / 2; think < 3 * PERIOD; think += 777777) {
		struct back b = { 0, 300000, 50000 };
		struct sim s = run(&b, think);

		assert_int_equal(s.early, 0);
		assert_int_equal(s.twice, 0);
	}
}

static void each_case_by_itself(void **state)
{
	const int64_t t = 1000ll * PERIOD;
	struct ddrm_phase p;

	(void)state;
	p = ddrm_phase_flip(t, false, t - 1, t + 1000, PERIOD);
	assert_int_equal(p.what, DDRM_PHASE_SEND);
	assert_int_equal(p.stamp, t + 1000);
	p = ddrm_phase_flip(t, false, t - 1, t + PERIOD / 2 - 1, PERIOD);
	assert_int_equal(p.what, DDRM_PHASE_SEND);
	assert_int_equal(p.stamp, t + PERIOD / 8);
	/* Sent after the tick: it cannot have been shown by it. */
	p = ddrm_phase_flip(t, false, t + 1, t + 1000, PERIOD);
	assert_int_equal(p.what, DDRM_PHASE_WAIT);
	assert_int_equal(p.stamp, t + 1000);
	p = ddrm_phase_flip(t, false, t - 1, t + PERIOD / 2, PERIOD);
	assert_int_equal(p.what, DDRM_PHASE_NEXT);
	assert_int_equal(p.stamp, t + PERIOD / 2);
	p = ddrm_phase_flip(t, true, t - 1, t + PERIOD - PERIOD / 16 - 1, PERIOD);
	assert_int_equal(p.what, DDRM_PHASE_WAIT);
	assert_int_equal(p.stamp, t);
	p = ddrm_phase_flip(t, true, t - 1, t + PERIOD - PERIOD / 16, PERIOD);
	assert_int_equal(p.what, DDRM_PHASE_NEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_by_itself),
		cmocka_unit_test(a_pacing_backend_is_followed),
		cmocka_unit_test(jitter_skips_nothing),
		cmocka_unit_test(a_hasty_backend_is_held_to_the_rate),
		cmocka_unit_test(no_flip_is_dated_before_it_was_sent),
		cmocka_unit_test(a_quick_pair_is_shown_at_the_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
