/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend dies, ends, comes back as another; the toolstack takes the device away: at any point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <mini-os/errno.h>
#include <mini-os/wait.h>

#include "bed.h"

/* Connected for the @n-th time. */
static void wait_generation(struct bed *bed, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < 3000 && displfront_generation(bed->dev) < n; i++)
		mos_sleep(20);
	assert_int_equal(displfront_generation(bed->dev), n);
	assert_int_equal(displfront_status(bed->dev), DISPLFRONT_CONNECTED);
}

/* Within @ms the backend shows the picture. */
static void wait_shows(struct bed *bed, uint32_t c, struct displfront_fb *fb, uint32_t what)
{
	uint32_t i;

	for (i = 0; i < 250 && !bed_shows(bed, c, fb, what); i++)
		mos_sleep(20);
	assert_true(bed_shows(bed, c, fb, what));
}

static void expect_status(struct bed *bed, bool yes)
{
	struct displfront_event ev[8];
	bool came = false;
	int n, i;

	n = displfront_receive(bed->dev, ev, 8);
	for (i = 0; i < n; i++)
		came = came || ev[i].type == DISPLFRONT_EV_STATUS;
	assert_int_equal(came, yes);
}

/* Two connectors show pictures. The backend goes, another comes: both are there, without a word of the program's. */
static void comes_back(void (*go)(struct bed *bed), uint32_t away_ms)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48" };
	struct displfront_fb *fb[4], *lost;
	struct bed bed;
	uint32_t i;

	bed_up(&bed, &opts);
	for (i = 0; i < 4; i++) {
		fb[i] = bed_fb(&bed, DISPLFRONT_OWN);
		bed_paint(fb[i], i);
	}
	lost = bed_fb(&bed, DISPLFRONT_BACKEND);
	assert_int_equal(displfront_show(bed.dev, 0, fb[0]), 0);
	assert_int_equal(displfront_show(bed.dev, 1, fb[1]), 0);
	assert_int_equal(displfront_flip(bed.dev, 1, fb[2], 0), 0);
	expect_status(&bed, true);
	go(&bed);
	mos_sleep(away_ms);
	bed_paint(fb[2], 9); /* drawn to while nobody looks */
	bed_revive(&bed);
	wait_generation(&bed, 2);
	wait_shows(&bed, 0, fb[0], 0);
	wait_shows(&bed, 1, fb[2], 9);
	expect_status(&bed, true);
	expect_status(&bed, false);
	for (i = 0; i < 4; i++)
		assert_false(fb[i]->lost);
	assert_true(lost->lost);
	memset(lost->pixels, 1, lost->size);
	assert_int_equal(displfront_flip(bed.dev, 0, lost, 0), -ESTALE);
	assert_int_equal(displfront_show(bed.dev, 0, lost), -ESTALE);
	displfront_fb_destroy(bed.dev, lost);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[3], 0), 0);
	assert_true(bed_shows(&bed, 0, fb[3], 3));
	for (i = 0; i < 4; i++)
		displfront_fb_destroy(bed.dev, fb[i]);
	bed_works(&bed);
	bed_down(&bed);
}

static void test_comes_back(void **state)
{
	static const uint32_t ms[] = { 0, 1, 19, 1000, 100000 };
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(ms) / sizeof(ms[0]); i++) {
		comes_back(bed_kill, ms[i]);
		comes_back(bed_stop, ms[i]);
	}
}

/* While it is away everything says so at once, and framebuffers can go. */
static void test_away(void **state)
{
	struct displfront_fb *fb[2], *other;
	struct bed bed;
	uint64_t begin;

	(void)state;
	bed_up(&bed, NULL);
	fb[0] = bed_fb(&bed, 0);
	fb[1] = bed_fb(&bed, DISPLFRONT_BACKEND);
	assert_int_equal(displfront_show(bed.dev, 0, fb[1]), 0);
	bed_stop(&bed);
	assert_true(bed_wait(&bed, DISPLFRONT_WAITING, 1000));
	begin = fake_now(bed.w);
	assert_int_equal(displfront_fb_create(bed.dev, 64, 48, DISPLFRONT_XRGB8888, 0, &other),
			 -ENOTCONN);
	assert_null(other);
	assert_int_equal(displfront_show(bed.dev, 0, fb[0]), -ENOTCONN);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[0], 0), -ENOTCONN);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[0], DISPLFRONT_NOWAIT), -ENOTCONN);
	displfront_fb_destroy(bed.dev, fb[0]);
	displfront_fb_destroy(bed.dev, fb[1]);
	assert_in_range(fake_now(bed.w) - begin, 0, 100);
	assert_int_equal(bed_held(&bed).pages, 0);
	assert_int_equal(bed_held(&bed).mapped_pages, 0);
	bed_revive(&bed);
	wait_generation(&bed, 2);
	assert_int_equal(bed.b->shown[0], 0);
	bed_works(&bed);
	bed_down(&bed);
}

/* Who flips without waiting and waits for events alone is told when to go on. */
static void test_told_when_all_is_back(void **state)
{
	struct displfront_event ev;
	struct displfront_fb *fb[6];
	struct bed bed;
	uint32_t i, told = 0;
	int err = -EAGAIN;

	(void)state;
	bed_up(&bed, NULL);
	for (i = 0; i < 6; i++)
		fb[i] = bed_fb(&bed, 0);
	assert_int_equal(displfront_show(bed.dev, 0, fb[0]), 0);
	bed_kill(&bed);
	bed_revive(&bed);
	while (err && told < 10) {
		wait_event(*displfront_queue(bed.dev), displfront_pending(bed.dev));
		assert_int_equal(displfront_receive(bed.dev, &ev, 1), 1);
		assert_int_equal(ev.type, DISPLFRONT_EV_STATUS);
		told++;
		err = displfront_generation(bed.dev) < 2 ?
			      -EAGAIN :
			      displfront_flip(bed.dev, 0, fb[5], DISPLFRONT_NOWAIT);
		if (err && displfront_generation(bed.dev) == 2)
			assert_non_null(strstr(displfront_error(bed.dev), "not back yet"));
	}
	assert_int_equal(err, 0);
	bed_down(&bed);
}

/* Flips that are under way when the backend dies end, with an event each. */
static void test_flips_under_way(void **state)
{
	struct displfront_event ev[8];
	struct displfront_fb *fb[4];
	struct bed bed;
	int n, i, lost = 0;

	(void)state;
	bed_up(&bed, NULL);
	for (i = 0; i < 4; i++)
		fb[i] = bed_fb(&bed, 0);
	assert_int_equal(displfront_show(bed.dev, 0, fb[3]), 0);
	bed.b->hold = true;
	for (i = 0; i < 2; i++)
		assert_int_equal(displfront_flip(bed.dev, 0, fb[i], DISPLFRONT_NOWAIT), 0);
	bed_after(&bed, 100, bed_kill);
	bed_after(&bed, 500, bed_revive);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[2], 0), -ENOTCONN);
	n = displfront_receive(bed.dev, ev, 8);
	for (i = 0; i < n; i++) {
		if (ev[i].type != DISPLFRONT_EV_FLIP)
			continue;
		assert_int_equal(ev[i].status, -ENOTCONN);
		assert_ptr_equal(ev[i].fb, fb[lost]);
		lost++;
	}
	assert_int_equal(lost, 2);
	wait_generation(&bed, 2);
	mos_sleep(1000);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[0], 0), 0);
	bed_down(&bed);
}

static void reattach(struct bed *bed, const char *connectors)
{
	struct fake_dom *dom0 = bed->be;
	char path[128];
	uint32_t i;

	/* A backend's own toolstack changes the leaves in place. */
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "/local/domain/1/device/vdispl/0/%u", i);
		fake_xs_rm(dom0, 0, path);
	}
	for (i = 0; i < strlen(connectors); i++) {
		snprintf(path, sizeof(path), "/local/domain/1/device/vdispl/0/%u/resolution", i);
		assert_int_equal(fake_xs_puts(dom0, 0, path, "64x48"), 0);
		snprintf(path, sizeof(path), "/local/domain/1/device/vdispl/0/%u/unique-id", i);
		assert_int_equal(fake_xs_puts(dom0, 0, path, (char[]){ connectors[i], '\0' }), 0);
	}
}

/* Fewer connectors, then more: those that are there show what they showed. */
static void test_other_number(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48" };
	struct displfront_connector c;
	struct displfront_fb *fb[2];
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_up(&bed, &opts);
	for (i = 0; i < 2; i++) {
		fb[i] = bed_fb(&bed, 0);
		bed_paint(fb[i], i);
		assert_int_equal(displfront_show(bed.dev, i, fb[i]), 0);
	}
	bed_stop(&bed);
	reattach(&bed, "x");
	bed_revive(&bed);
	wait_generation(&bed, 2);
	assert_int_equal(displfront_connectors(bed.dev), 1);
	assert_int_equal(displfront_connector(bed.dev, 0, &c), 0);
	assert_string_equal(c.unique_id, "x");
	assert_int_equal(displfront_connector(bed.dev, 1, &c), -EINVAL);
	assert_int_equal(displfront_show(bed.dev, 1, fb[1]), -EINVAL);
	assert_int_equal(displfront_flip(bed.dev, 1, fb[1], 0), -EINVAL);
	wait_shows(&bed, 0, fb[0], 0);
	bed_stop(&bed);
	reattach(&bed, "yzw");
	bed_revive(&bed);
	wait_generation(&bed, 3);
	assert_int_equal(displfront_connectors(bed.dev), 3);
	wait_shows(&bed, 0, fb[0], 0);
	wait_shows(&bed, 1, fb[1], 1);
	assert_int_equal(displfront_show(bed.dev, 2, fb[1]), 0);
	displfront_fb_destroy(bed.dev, fb[1]);
	bed_works(&bed);
	bed_down(&bed);
}

/* A framebuffer that is shown on a connector that is no more is destroyed. */
static void test_destroy_hidden(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48" };
	struct displfront_fb *fb;
	struct bed bed;

	(void)state;
	bed_up(&bed, &opts);
	fb = bed_fb(&bed, 0);
	assert_int_equal(displfront_show(bed.dev, 1, fb), 0);
	bed_stop(&bed);
	reattach(&bed, "x");
	bed_revive(&bed);
	wait_generation(&bed, 2);
	displfront_fb_destroy(bed.dev, fb);
	bed_stop(&bed);
	reattach(&bed, "xy");
	bed_revive(&bed);
	wait_generation(&bed, 3);
	mos_sleep(1000);
	assert_int_equal(bed.b->shown[1], 0);
	bed_works(&bed);
	bed_down(&bed);
}

/* The toolstack takes the device away: the frontend goes to its end and stays there. */
static void test_detach(void **state)
{
	struct displfront_fb *fb, *other;
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	fb = bed_fb(&bed, 0);
	assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
	assert_int_equal(fake_toolstack_detach(bed.w, 0, BED_FRONT, 0), 0);
	mos_sleep(5000);
	fake_toolstack_remove(bed.w, 0, BED_FRONT, 0);
	assert_true(bed_wait(&bed, DISPLFRONT_GONE, 5000));
	expect_status(&bed, true);
	assert_int_equal(displfront_fb_create(bed.dev, 64, 48, DISPLFRONT_XRGB8888, 0, &other),
			 -ENOTCONN);
	displfront_fb_destroy(bed.dev, fb);
	bed_down(&bed);
}

/* It goes without a word, as after `xl destroy` of the backend's domain. */
static void test_vanish(void **state)
{
	struct displfront_fb *fb;
	struct bed bed;
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		bed_up(&bed, NULL);
		fb = bed_fb(&bed, i ? DISPLFRONT_BACKEND : 0);
		assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
		bed_kill(&bed);
		fake_toolstack_remove(bed.w, 0, BED_FRONT, 0);
		assert_true(bed_wait(&bed, DISPLFRONT_GONE, 20000));
		assert_int_equal(displfront_flip(bed.dev, 0, fb, 0), -ENOTCONN);
		bed_down(&bed);
	}
}

/* --- a backend that breaks the protocol --- */

/* Puts a response index into the shared page that cannot be. */
static void scribble(struct bed *bed)
{
	struct displif_port port = fake_dom_port(bed->be);
	uint32_t gref =
		(uint32_t)fake_xs_num(bed->be, "/local/domain/1/device/vdispl/0/0/req-ring-ref");
	void *va, *map;

	assert_int_equal(
		port.ops->map(port.ctx, BED_FRONT, &gref, 1, DISPLIF_PORT_WRITE, &va, &map), 0);
	((uint32_t *)va)[2] += 1000; /* rsp_prod */
	assert_int_equal(port.ops->unmap(port.ctx, map), 0);
	fake_port_raise(bed->fe,
			(uint32_t)fake_xs_num(
				bed->be, "/local/domain/1/device/vdispl/0/0/req-event-channel"));
}

static void test_broken(void **state)
{
	struct displfront_stats stats;
	struct displfront_fb *fb;
	struct bed bed;
	uint32_t seed;

	(void)state;
	for (seed = 0; seed < 5; seed++) {
		struct bed_opts opts = { .seed = seed };

		bed_up(&bed, &opts);
		fb = bed_fb(&bed, 0);
		bed_paint(fb, 4);
		assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
		scribble(&bed);
		assert_true(bed_wait(&bed, DISPLFRONT_WAITING, 500));
		displfront_stats(bed.dev, &stats);
		assert_int_equal(stats.broken, 1);
		assert_non_null(strstr(mos_printed(), "broke"));
		wait_generation(&bed, 2);
		wait_shows(&bed, 0, fb, 4);
		displfront_fb_destroy(bed.dev, fb);
		bed_works(&bed);
		bed_down(&bed);
	}
}

/* --- at every point --- */

struct at {
	struct bed *bed;
	void (*go)(struct bed *bed);
};

static void on_point(void *arg)
{
	struct at *at = arg;

	if (at->bed->b)
		at->go(at->bed);
}

/* What a program does; any of it may fail, none of it may hang. */
static void program(struct bed *bed)
{
	struct displfront_config cfg = { .timeout_ms = DISPLFRONT_FOREVER };
	struct displfront_fb *fb[2] = { NULL, NULL };
	struct displfront_event ev[4];
	uint32_t i;

	bed->dev = init_displfront(NULL, &cfg);
	if (!bed->dev)
		return;
	for (i = 0; i < 2; i++) {
		if (!displfront_fb_create(bed->dev, 64, 48, DISPLFRONT_XRGB8888,
					  i ? DISPLFRONT_BACKEND : 0, &fb[i]))
			displfront_show(bed->dev, 0, fb[i]);
	}
	for (i = 0; i < 2; i++) {
		if (fb[i])
			displfront_flip(bed->dev, 0, fb[i], 0);
	}
	if (fb[0] && !displfront_flip(bed->dev, 0, fb[0], DISPLFRONT_NOWAIT))
		mos_sleep(20);
	displfront_receive(bed->dev, ev, 4);
	displfront_fb_destroy(bed->dev, fb[1]);
	displfront_fb_destroy(bed->dev, fb[0]);
}

static void die_and_revive(struct bed *bed)
{
	bed_kill(bed);
	bed_revive(bed);
}

static void die(struct bed *bed)
{
	bed_kill(bed);
	bed_after(bed, 100, bed_revive);
}

static uint32_t step = 7;

/* @go at every @step-th call of a program's life, until that ends before. */
static void at_every_point(void (*go)(struct bed *bed), uint64_t seed)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48", .seed = seed };
	struct bed bed;
	struct at at = { &bed, go };
	uint32_t n, points = 0;
	bool went = true;

	for (n = 1; went; n += step) {
		bed_make(&bed, &opts);
		mos_at(n, on_point, &at);
		program(&bed);
		went = mos_points() >= n;
		mos_at(0, NULL, NULL);
		points = n;
		if (!bed.b)
			mos_sleep(200);
		if (bed.dev && displfront_status(bed.dev) != DISPLFRONT_GONE) {
			assert_true(bed_wait(&bed, DISPLFRONT_CONNECTED, 30000));
			mos_sleep(500);
			if (bed.b && displfront_status(bed.dev) == DISPLFRONT_CONNECTED)
				bed_works(&bed);
		}
		if (mos_failures())
			fail_msg("at point %u", n);
		bed_down(&bed);
	}
	assert_true(points > 500);
}

static void test_death_at_every_point(void **state)
{
	(void)state;
	at_every_point(die, 0);
	at_every_point(die_and_revive, 1);
}

static void stop_quickly(struct bed *bed)
{
	end_back_stop(bed->b);
}

/* In order: it goes to Closing and Closed and begins anew, as a program that is started again does. */
static void restart(struct bed *bed)
{
	stop_quickly(bed);
	bed_kill(bed);
	bed_revive(bed);
}

static void test_restart_at_every_point(void **state)
{
	(void)state;
	at_every_point(restart, 0);
}

static void detach(struct bed *bed)
{
	fake_toolstack_remove(bed->w, 0, BED_FRONT, 0);
}

static void test_removal_at_every_point(void **state)
{
	(void)state;
	at_every_point(detach, 0);
}

/* Each request is the one that the backend dies of, at once or after it has done it. */
static uint32_t fatal;
static bool dead;

static void die_at_request(struct end_back *b, uint32_t c, const struct displif_back_req *req)
{
	int status;

	if (dead || !--fatal) {
		dead = true;
		return;
	}
	status = end_back_do(b, c, req);
	displif_back_complete(&b->back[c], req->handle, status, 0);
	if (req->msg.op == XENDISPL_OP_PG_FLIP && !status)
		displif_back_flip_done(&b->back[c], req->msg.fb);
}

static void kill_the_dead(struct bed *bed)
{
	uint32_t i;

	for (i = 0; i < 500 && !dead; i++)
		mos_sleep(5);
	if (!dead)
		return;
	bed_kill(bed);
	mos_sleep(50);
	bed_revive(bed);
}

static void test_death_at_every_request(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48" };
	struct bed bed;
	uint32_t n;

	(void)state;
	for (n = 1; n == 1 || dead; n++) {
		bed_make(&bed, &opts);
		bed.b->request = die_at_request;
		fatal = n;
		dead = false;
		bed_after(&bed, 1, kill_the_dead);
		program(&bed);
		mos_sleep(5000);
		assert_non_null(bed.dev);
		assert_true(bed_wait(&bed, DISPLFRONT_CONNECTED, 30000));
		bed.b->request = NULL;
		bed_works(&bed);
		bed_down(&bed);
	}
	assert_in_range(n, 12, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comes_back),
		cmocka_unit_test(test_told_when_all_is_back),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_flips_under_way),
		cmocka_unit_test(test_other_number),
		cmocka_unit_test(test_destroy_hidden),
		cmocka_unit_test(test_detach),
		cmocka_unit_test(test_vanish),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_death_at_every_point),
		cmocka_unit_test(test_restart_at_every_point),
		cmocka_unit_test(test_removal_at_every_point),
		cmocka_unit_test(test_death_at_every_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
