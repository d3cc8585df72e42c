/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of the backend's discovery of devices: watch.c with guests of its own on the fake Xen, in the loop of app.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake_displif_xen.h"
#include "watch.h"

#define ONE_SCREEN "id0:64x48"
#define RETRY_MS 100u
/* The watches on our directory and on the end of domains. */
#define OWN_WATCHES 2u

struct app {
	struct fake_world *w;
	struct fake_dom *be;
	struct displif_xen *xen;
	struct displif_loop_timer timer;
	struct be_options opt;
	struct be_host host;
	struct be_watcher watcher;
	uint32_t page[DISPLIF_PGDIR_WORDS], gref[64];
};

static void on_watch(void *arg, void *tag, const char *path)
{
	struct app *app = arg;

	be_watcher_event(&app->watcher, tag, path);
}

static uint64_t on_deadline(void *arg)
{
	const struct app *app = arg;
	uint64_t now = fake_now(app->w), first, one;

	if (app->host.again)
		return 0;
	first = be_watcher_deadline(&app->watcher, now);
	for (const struct be_guest *g = app->host.guests; g; g = g->next) {
		one = be_guest_deadline(g, now);
		if (one < first)
			first = one;
	}
	return first;
}

static void on_fire(void *arg, uint64_t now)
{
	struct app *app = arg;

	app->host.again = false;
	be_watcher_work(&app->watcher, now);
	for (struct be_guest *g = app->host.guests; g; g = g->next)
		be_guest_fire(g, now);
}

static int setup(void **state)
{
	struct app *app = calloc(1, sizeof(*app));
	const struct displif_xen_config config = { .watch = on_watch, .arg = app };

	assert_non_null(app);
	app->w = fake_world_new(NULL, 0);
	assert_non_null(app->w);
	app->be = fake_dom_get(app->w, 0);
	app->opt = (struct be_options){ .output = &be_output_headless, .max_pages = 64 };
	app->host = (struct be_host){ .opt = &app->opt,
				      .port = fake_dom_port(app->be),
				      .scratch = { app->page, app->gref, 64 } };
	app->host.output = be_output_headless.open(&app->opt);
	assert_non_null(app->host.output);
	app->xen = fake_displif_xen_new(app->be, &config);
	app->timer =
		(struct displif_loop_timer){ .deadline = on_deadline, .fire = on_fire, .arg = app };
	displif_loop_add_timer(fake_displif_loop(app->xen), &app->timer);
	for (uint16_t domid = 1; domid <= 3; domid++)
		assert_non_null(fake_dom_new(app->w, domid));
	*state = app;
	return 0;
}

/* Nothing is left of guests and watches. */
static int teardown(void **state)
{
	struct app *app = *state;

	be_watcher_stop(&app->watcher);
	assert_null(app->host.guests);
	displif_loop_remove_timer(fake_displif_loop(app->xen), &app->timer);
	fake_displif_xen_free(app->xen, true);
	app->host.output->ops->close(app->host.output);
	assert_int_equal(fake_violations(app->w), 0);
	assert_int_equal(fake_check_clean(app->w, stderr), 0);
	fake_world_free(app->w);
	free(app);
	return 0;
}

static void start(struct app *app)
{
	assert_int_equal(be_watcher_start(&app->watcher, &app->host, app->xen), 0);
}

static void attach(struct app *app, uint16_t domid, uint32_t dev, const char *connectors)
{
	assert_int_equal(fake_toolstack_attach(app->w, 0, domid, dev, false, connectors), 0);
}

static void pass(struct app *app, uint64_t ms)
{
	fake_displif_rearm(app->xen);
	assert_true(fake_advance(app->w, ms) >= 0);
}

static struct be_guest *find(struct app *app, uint16_t domid, uint32_t dev)
{
	return be_guest_find(&app->host, domid, dev);
}

static uint32_t guests(const struct app *app)
{
	uint32_t n = 0;

	for (const struct be_guest *g = app->host.guests; g; g = g->next)
		n++;
	return n;
}

static uint32_t watches(const struct app *app)
{
	struct fake_held held;

	fake_held(app->w, app->be, &held);
	return held.watches;
}

/* It was met, and its toolstack has the answer that it waits for. */
static void assert_offered(struct app *app, uint16_t domid, uint32_t dev)
{
	assert_non_null(find(app, domid, dev));
	assert_int_equal(fake_toolstack_back_state(app->w, 0, domid, dev), DISPLIF_XB_INIT_WAIT);
}

static void set_state(struct app *app, uint16_t domid, const char *text)
{
	assert_int_equal(
		fake_xs_puts(fake_dom_get(app->w, domid), 0, "device/vdispl/0/state", text), 0);
}

/* One device of domain 1 that waits for its frontend. */
static struct be_guest *up(struct app *app)
{
	start(app);
	attach(app, 1, 0, ONE_SCREEN);
	pass(app, 30);
	assert_offered(app, 1, 0);
	assert_int_equal(watches(app), OWN_WATCHES + 1);
	return find(app, 1, 0);
}

static void meets_those_that_are_there_and_those_that_come(void **state)
{
	struct app *app = *state;

	attach(app, 1, 0, ONE_SCREEN);
	attach(app, 2, 7, ONE_SCREEN);
	start(app);
	pass(app, 0);
	assert_int_equal(guests(app), 2);
	assert_offered(app, 1, 0);
	assert_offered(app, 2, 7);
	attach(app, 1, 1, ONE_SCREEN);
	pass(app, 0);
	assert_int_equal(guests(app), 3);
	assert_offered(app, 1, 1);
	assert_int_equal(watches(app), OWN_WATCHES + 3);
	/* Then there is rest. */
	pass(app, 30);
	assert_int_equal(be_watcher_deadline(&app->watcher, fake_now(app->w)), DISPLIF_NEVER);
}

static void passes_over_what_is_no_device(void **state)
{
	static const char *const bad[] = { "x/0/state",		 "32752/0/state", "1/x/state",
					   "1/4294967296/state", "2/5",		  "3" };
	struct app *app = *state;
	char path[128];

	start(app);
	pass(app, 0);
	/* No directory, and then no state: nothing failed that would have to be tried again. */
	assert_int_equal(be_watcher_deadline(&app->watcher, fake_now(app->w)), DISPLIF_NEVER);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(path, sizeof(path), "/local/domain/0/backend/vdispl/%s", bad[i]);
		assert_int_equal(fake_xs_puts(app->be, 0, path, "1"), 0);
	}
	pass(app, 1000);
	assert_int_equal(guests(app), 0);
	assert_int_equal(be_watcher_deadline(&app->watcher, fake_now(app->w)), DISPLIF_NEVER);
	attach(app, 1, 0, ONE_SCREEN);
	pass(app, 0);
	assert_offered(app, 1, 0);
}

static void lets_those_go_that_are_removed(void **state)
{
	struct app *app = *state;

	up(app);
	attach(app, 2, 0, ONE_SCREEN);
	pass(app, 0);
	fake_toolstack_remove(app->w, 0, 1, 0);
	pass(app, 0);
	assert_null(find(app, 1, 0));
	assert_offered(app, 2, 0);
	assert_int_equal(watches(app), OWN_WATCHES + 1);
	/* And it may come again. */
	attach(app, 1, 0, ONE_SCREEN);
	pass(app, 0);
	assert_offered(app, 1, 0);
}

static void begins_anew_with_a_device_in_the_same_place(void **state)
{
	struct app *app = *state;

	assert_int_equal(up(app)->cfg.connector[0].width, 64);
	fake_toolstack_remove(app->w, 0, 1, 0);
	attach(app, 1, 0, "id0:32x32");
	pass(app, 0);
	assert_offered(app, 1, 0);
	assert_int_equal(guests(app), 1);
	assert_int_equal(find(app, 1, 0)->cfg.connector[0].width, 32);
	assert_int_equal(watches(app), OWN_WATCHES + 1);
}

static void sees_what_the_toolstack_and_the_frontend_write(void **state)
{
	struct app *app = *state;
	struct be_guest *g = up(app);

	set_state(app, 1, "6");
	pass(app, 0);
	assert_int_equal(g->bdev.peer, DISPLIF_XB_CLOSED);
	assert_false(g->final);
	assert_int_equal(fake_toolstack_detach(app->w, 0, 1, 0), 0);
	pass(app, 0);
	assert_true(g->final);
	assert_int_equal(fake_toolstack_back_state(app->w, 0, 1, 0), DISPLIF_XB_CLOSED);
}

static void notices_a_domain_that_died(void **state)
{
	struct app *app = *state;

	up(app);
	attach(app, 2, 0, ONE_SCREEN);
	pass(app, 30);
	fake_dom_kill(fake_dom_get(app->w, 3));
	pass(app, 0);
	assert_int_equal(fake_toolstack_back_state(app->w, 0, 1, 0), DISPLIF_XB_INIT_WAIT);
	/* It takes no leave: its nodes stay as they are. */
	fake_dom_kill(fake_dom_get(app->w, 1));
	pass(app, 0);
	assert_true(find(app, 1, 0)->final);
	assert_int_equal(fake_toolstack_back_state(app->w, 0, 1, 0), DISPLIF_XB_CLOSED);
	assert_false(find(app, 2, 0)->final);
	assert_int_equal(fake_toolstack_back_state(app->w, 0, 2, 0), DISPLIF_XB_INIT_WAIT);
	assert_int_equal(be_watcher_deadline(&app->watcher, fake_now(app->w)), DISPLIF_NEVER);
}

/* Whatever XenStore refuses once is tried again. True if there was such a call. */
static bool all_are_met(struct app *app, uint32_t glue, uint32_t port)
{
	uint64_t due;
	bool failed;

	attach(app, 1, 0, ONE_SCREEN);
	attach(app, 1, 1, ONE_SCREEN);
	attach(app, 2, 0, ONE_SCREEN);
	fake_displif_fail(app->xen, glue);
	fake_fault(app->be, FAKE_OP_XS_READ, port, DISPLIF_E_OS, false);
	if (be_watcher_start(&app->watcher, &app->host, app->xen) != 0) {
		be_watcher_stop(&app->watcher);
		assert_int_equal(watches(app), 0);
		start(app);
		return true;
	}
	pass(app, 0);
	due = be_watcher_deadline(&app->watcher, fake_now(app->w));
	failed = due != DISPLIF_NEVER;
	if (failed)
		assert_int_equal(due, fake_now(app->w) + RETRY_MS);
	pass(app, RETRY_MS);
	assert_offered(app, 1, 0);
	assert_offered(app, 1, 1);
	assert_offered(app, 2, 0);
	assert_int_equal(watches(app), OWN_WATCHES + 3);
	assert_int_equal(be_watcher_deadline(&app->watcher, fake_now(app->w)), DISPLIF_NEVER);
	return failed || fake_fault_fired(app->be);
}

static void tries_again_what_failed(void **state)
{
	struct app *app = *state;
	bool failed = true;
	uint32_t n;

	for (n = 1; failed; n++) {
		failed = all_are_met(app, n, 0);
		teardown((void **)&app);
		setup((void **)&app);
	}
	/* Two watches of our own, three lists, three watches of frontends; and one run without a fault. */
	assert_int_equal(n, 2 + 3 + 3 + 2);
	failed = true;
	for (n = 1; failed; n++) {
		failed = all_are_met(app, 0, n);
		teardown((void **)&app);
		setup((void **)&app);
	}
	assert_true(n > 3);
	*state = app;
}

/* A frontend that writes its state without end costs a look from time to time, and loses nothing. */
static void calms_a_storm(void **state)
{
	struct app *app = *state;
	struct be_guest *g = up(app);
	uint64_t begin;

	for (uint32_t i = 0; i < BE_STORM_REPORTS; i++)
		set_state(app, 1, "6");
	begin = fake_now(app->w);
	pass(app, 0);
	assert_int_equal(watches(app), OWN_WATCHES);
	assert_int_equal(g->bdev.peer, DISPLIF_XB_CLOSED);
	assert_int_equal(be_watcher_deadline(&app->watcher, begin), begin + BE_STORM_PAUSE_MS);
	set_state(app, 1, "5");
	pass(app, BE_STORM_PAUSE_MS - 1);
	assert_int_equal(g->bdev.peer, DISPLIF_XB_CLOSED);
	/* What looks for it then may fail, too. */
	fake_displif_fail(app->xen, 1);
	pass(app, 1);
	assert_int_equal(watches(app), OWN_WATCHES);
	assert_int_equal(be_watcher_deadline(&app->watcher, fake_now(app->w)),
			 begin + BE_STORM_PAUSE_MS + RETRY_MS);
	pass(app, RETRY_MS);
	assert_int_equal(watches(app), OWN_WATCHES + 1);
	assert_int_equal(g->bdev.peer, DISPLIF_XB_CLOSING);
	/* Removed while nobody listens to its frontend: our own directory tells. */
	for (uint32_t i = 0; i < BE_STORM_REPORTS; i++)
		set_state(app, 1, "6");
	pass(app, 0);
	assert_int_equal(watches(app), OWN_WATCHES);
	fake_toolstack_remove(app->w, 0, 1, 0);
	pass(app, 0);
	assert_int_equal(guests(app), 0);
}

/* Who has had more than its share is looked at when its time comes; its toolstack is not kept waiting. */
static void lets_the_greedy_wait(void **state)
{
	struct app *app = *state;
	struct be_guest *g = up(app);
	uint64_t begin = fake_now(app->w);

	be_recent_served(&app->host.recent, app, begin);
	be_guest_charge(g, begin, 10u * BE_SHARE_BURST_NS, 0);
	set_state(app, 1, "6");
	pass(app, 0);
	assert_int_equal(be_watcher_deadline(&app->watcher, begin), begin + BE_SHARE_RECENT_MS);
	pass(app, BE_SHARE_RECENT_MS - 1);
	assert_int_not_equal(g->bdev.peer, DISPLIF_XB_CLOSED);
	pass(app, 1);
	assert_int_equal(g->bdev.peer, DISPLIF_XB_CLOSED);
	begin = fake_now(app->w);
	be_recent_served(&app->host.recent, app, begin);
	be_guest_charge(g, begin, 10u * BE_SHARE_BURST_NS, 0);
	assert_int_equal(fake_toolstack_detach(app->w, 0, 1, 0), 0);
	pass(app, 0);
	assert_true(g->final);
}

/* All but one of those that may be there: they have ended, and their directories stay. */
static struct be_guest crowd[BE_MAX_GUESTS - 1];
#define CROWD_DOM 9u

static void crowd_comes(struct app *app)
{
	for (uint32_t i = 0; i < BE_MAX_GUESTS - 1; i++) {
		crowd[i] = (struct be_guest){ .next = app->host.guests,
					      .host = &app->host,
					      .domid = CROWD_DOM,
					      .dev = i,
					      .unwritten = -1,
					      .final = true,
					      .watch = app };
		app->host.guests = &crowd[i];
	}
}

static void crowd_goes(struct app *app)
{
	struct be_guest **at = &app->host.guests;

	while (*at) {
		if ((*at)->domid == CROWD_DOM)
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
}

static void serves_no_more_than_the_limit(void **state)
{
	struct app *app = *state;

	start(app);
	crowd_comes(app);
	attach(app, 1, 0, ONE_SCREEN);
	pass(app, 0);
	assert_offered(app, 1, 0);
	attach(app, 2, 0, ONE_SCREEN);
	pass(app, 1000);
	assert_null(find(app, 2, 0));
	/* One goes, and nothing else happens: there is room again. */
	assert_int_equal(fake_xs_rm(app->be, 0, "/local/domain/0/backend/vdispl/1/0"), 0);
	pass(app, 0);
	assert_null(find(app, 1, 0));
	assert_offered(app, 2, 0);
	crowd_goes(app);
	assert_int_equal(guests(app), 1);
}

static void takes_no_new_ones_at_the_end(void **state)
{
	struct app *app = *state;

	up(app);
	app->watcher.closed = true;
	attach(app, 2, 0, ONE_SCREEN);
	pass(app, 1000);
	assert_int_equal(guests(app), 1);
	fake_toolstack_remove(app->w, 0, 1, 0);
	pass(app, 0);
	assert_int_equal(guests(app), 0);
	be_watcher_stop(&app->watcher);
	assert_int_equal(watches(app), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(meets_those_that_are_there_and_those_that_come),
		TEST(passes_over_what_is_no_device),
		TEST(lets_those_go_that_are_removed),
		TEST(begins_anew_with_a_device_in_the_same_place),
		TEST(sees_what_the_toolstack_and_the_frontend_write),
		TEST(notices_a_domain_that_died),
		TEST(tries_again_what_failed),
		TEST(calms_a_storm),
		TEST(lets_the_greedy_wait),
		TEST(serves_no_more_than_the_limit),
		TEST(takes_no_new_ones_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
