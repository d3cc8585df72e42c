/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Whole ends against a peer that storms, is silent, or writes what it likes: bounded work, and back again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "raw.h"
#include "rig.h"

#define STORM 100000u

static void put_state(struct rig *r, bool front, uint32_t state)
{
	char path[2 * END_PATH], text[12];

	snprintf(path, sizeof(path), "%s/state", front ? r->b->front_dir : r->b->dir);
	snprintf(text, sizeof(text), "%u", state);
	assert_int_equal(fake_xs_puts(front ? r->fe : r->be, 0, path, text), 0);
}

/* Each number that a state can be written as, at each stage of the other end's life; and it lives on. */
static void writes_any_state(bool front)
{
	static const uint32_t values[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 255, 256, 4294967295 };
	struct rig_opts opts = { 0 };
	uint32_t i, steps;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		for (steps = 0; steps < 24; steps += 3) {
			struct rig r;

			rig_make(&r, &opts);
			fake_run(r.w, steps + 1);
			put_state(&r, front, values[i]);
			assert_true(fake_advance(r.w, 100) >= 0);
			/* The liar comes to its senses: a driver, or a backend, that starts anew. */
			if (front) {
				fake_dom_exit(r.fe);
				end_front_free(r.f, false);
				put_state(&r, true, 1);
				r.f = end_front_new(r.fe, 0);
			} else {
				fake_dom_exit(r.be);
				end_back_free(r.b, false);
				r.b = end_back_new(r.be, RIG_FRONT, 0);
			}
			assert_true(rig_connected_in(&r, 70000));
			rig_works(&r);
			rig_down(&r);
		}
	}
}

static void test_frontend_writes_any_state(void **state)
{
	(void)state;
	writes_any_state(true);
}

static void test_backend_writes_any_state(void **state)
{
	(void)state;
	writes_any_state(false);
}

/*
 * A frontend that toggles its state 10^5 times, a millisecond apart: the backend binds a few times, writes few
 * states, leaks nothing, and serves the frontend when it has come to rest.
 */
static void test_frontend_writes_state_100000_times(void **state)
{
	static const uint8_t toggle[] = { 1, 3, 4, 5, 6, 1, 7, 0 };
	struct rig_opts opts = { 0 };
	struct fake_held before, after;
	uint32_t i, bound, writes;
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	fake_dom_exit(r.fe); /* nobody answers in the guest */
	end_front_free(r.f, false);
	r.f = NULL;
	fake_advance(r.w, 100);
	bound = r.b->bound;
	writes = fake_stats(r.be)->op[10];
	fake_held(r.w, r.be, &before);
	for (i = 0; i < STORM; i++) {
		put_state(&r, true, toggle[i % sizeof(toggle)]);
		assert_true(fake_run(r.w, 100) >= 0);
		fake_advance(r.w, 1);
	}
	/* Its rings are gone: each try fails, once a second at most, for 100 s. */
	assert_in_range(r.b->bound - bound + r.b->bind_failed, 1, 110);
	assert_in_range(fake_stats(r.be)->op[10] - writes, 1, STORM / 4);
	fake_held(r.w, r.be, &after);
	assert_true(after.mappings <= before.mappings && after.chans <= before.chans);
	put_state(&r, true, 1);
	r.f = end_front_new(r.fe, 0);
	assert_true(rig_connected_in(&r, 70000));
	rig_works(&r);
	rig_down(&r);
}

/* The same of a backend: a few publications, and grants and ports come to no more than those of one connection. */
static void test_backend_writes_state_100000_times(void **state)
{
	static const uint8_t toggle[] = { 2, 4, 6, 1, 2, 5, 4, 2 };
	struct rig_opts opts = { 0 };
	struct fake_held before, after;
	uint32_t i, published;
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	fake_held(r.w, r.fe, &before);
	fake_dom_exit(r.be); /* nobody answers in the backend's domain */
	end_back_free(r.b, false);
	r.b = end_back_new(r.be, RIG_FRONT, 0); /* for its paths; it sees nothing */
	for (i = 0; i < 3; i++) {
		fake_xs_unwatch(r.b->watch[i]);
		r.b->watch[i] = NULL;
	}
	published = r.f->published;
	for (i = 0; i < STORM; i++) {
		put_state(&r, false, toggle[i % sizeof(toggle)]);
		assert_true(fake_run(r.w, 100) >= 0);
		fake_advance(r.w, 1);
		if (i % 1000 == 0) {
			fake_held(r.w, r.fe, &after);
			assert_true(after.grants <= before.grants && after.ports <= before.ports);
			assert_int_equal(after.zombies, 0);
		}
	}
	assert_in_range(r.f->published - published, 1, 30);
	fake_dom_exit(r.be);
	end_back_free(r.b, false);
	r.b = end_back_new(r.be, RIG_FRONT, 0);
	assert_true(rig_connected_in(&r, 70000));
	rig_works(&r);
	rig_down(&r);
}

/* A backend that answers nothing, 40 requests in a row: each is heard of once, and the device comes back. */
static void test_no_answer_40_times(void **state)
{
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };
	struct rig_opts opts = { 0 };
	uint32_t i, sent = 0;
	struct fake_held held;
	uint64_t token;
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	r.b->hold = true;
	for (i = 0; i < 200 && sent < 40; i++) {
		token = end_front_send(r.f, 0, &msg, true);
		if (!token) { /* the connection was given up: it is made again */
			r.b->n_held = 0;
			fake_advance(r.w, 100);
			continue;
		}
		sent++;
		fake_advance(r.w, 3001);
		assert_int_equal(end_front_waited(r.f, token)->lost, 1);
		assert_int_equal(end_front_waited(r.f, token)->rsp, 0);
	}
	assert_int_equal(sent, 40);
	/* max_lost is 8: the ninth in a row ends a connection. */
	assert_in_range(r.f->published, 4, 6);
	fake_held(r.w, r.fe, &held);
	assert_true(held.grants <= 2);
	r.b->hold = false;
	r.b->n_held = 0;
	assert_true(rig_connected_in(&r, 70000));
	fake_advance(r.w, 3001);
	assert_true(rig_connected(&r));
	rig_works(&r);
	rig_down(&r);
}

/* A frontend that fills its ring again as soon as there is room, without end, and reads no answer. */
static void test_requests_without_end(void **state)
{
	struct rig_opts opts = { .connectors = rig_connectors(2) };
	uint32_t *page, round, prod = 0, taken, i;
	union displif_wire wire;
	struct displif_msg msg = { .op = XENDISPL_OP_PG_FLIP, .fb = 404 };
	struct rig r;
	int buf;

	(void)state;
	rig_make(&r, &opts);
	r.b->quota.requests_per_irq = 16;
	assert_true(rig_connected(&r));
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48);
	page = r.f->link[1].page[DISPLIF_CHAN_REQ];
	displif_front_kill(&r.f->front[1], DISPLIF_E_GONE); /* the storm is another program's */
	for (round = 0; round < STORM / 16; round++) {
		/* As many as the backend can bear, at once. */
		for (i = raw_load(page, RAW_RSP_PROD); prod - i < DISPLIF_RING_LEN; prod++) {
			displif_req_encode(&wire, (uint16_t)prod, &msg);
			raw_put_slot(page, raw_ring_slot(prod), &wire);
		}
		raw_store(page, RAW_REQ_PROD, prod);
		taken = r.b->guest.stats.requests;
		end_back_serve(r.b, 1, DISPLIF_CHAN_REQ);
		/* One interrupt, one budget. What is left waits for its turn: others have theirs before. */
		assert_true(r.b->guest.stats.requests - taken <= 16);
		assert_true(r.b->poll[1]);
		if (round % 500 == 0)
			assert_int_equal(end_front_flip(r.f, 0, buf), 0);
	}
	assert_true(r.b->guest.stats.refused >= STORM / 2);
	assert_true(rig_is_connected(&r));
	/* The other session saw nothing of all that but nonsense; its device begins anew. */
	end_front_feed(r.f, DISPLIF_IN_BROKEN, 0);
	assert_true(rig_connected_in(&r, 70000));
	rig_works(&r);
	rig_down(&r);
}

/* A backend that sends 10^6 events and interrupts for flips that nobody asked for. */
static void test_million_events(void **state)
{
	struct rig_opts opts = { 0 };
	uint32_t *page, sent, prod, i, published, interrupts;
	union displif_wire wire;
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	published = r.f->published;
	interrupts = fake_stats(r.fe)->interrupts;
	for (sent = 0; sent < 1000000; fake_advance(r.w, 1)) {
		if (!r.f->n) { /* given up; what is sent now reaches nobody */
			sent += DISPLIF_EVT_LEN;
			continue;
		}
		page = r.f->link[0].page[DISPLIF_CHAN_EVT];
		prod = raw_load(page, RAW_IN_PROD);
		for (i = 0; i < DISPLIF_EVT_LEN; i++, sent++) {
			displif_evt_encode(&wire, (uint16_t)(prod + i), 1000 + sent);
			raw_put_slot(page, raw_evt_slot(prod + i), &wire);
		}
		raw_store(page, RAW_IN_PROD, prod + DISPLIF_EVT_LEN);
		fake_port_raise(r.fe, r.f->link[0].evtchn[DISPLIF_CHAN_EVT]);
		assert_true(fake_run(r.w, 1000) >= 0);
	}
	/* Each storm cost a connection, each connection a longer pause. */
	assert_in_range(r.f->published - published, 2, 20);
	assert_true(fake_stats(r.fe)->interrupts - interrupts < 100);
	assert_true(rig_connected_in(&r, 70000));
	rig_works(&r);
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frontend_writes_any_state),
		cmocka_unit_test(test_backend_writes_any_state),
		cmocka_unit_test(test_frontend_writes_state_100000_times),
		cmocka_unit_test(test_backend_writes_state_100000_times),
		cmocka_unit_test(test_no_answer_40_times),
		cmocka_unit_test(test_requests_without_end),
		cmocka_unit_test(test_million_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
