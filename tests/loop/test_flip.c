/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Requests and page flips from end to end: how many notifications, what is outstanding, what is late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

/* Words of the shared pages, as io/displif.h and io/ring.h lay them out. */
enum { REQ_PROD, REQ_EVENT, RSP_PROD, RSP_EVENT };
enum { IN_CONS, IN_PROD };

static uint32_t *shared(struct rig *r, uint32_t c, enum displif_chan chan)
{
	return r->f->link[c].page[chan];
}

/* Connected, with one buffer shown on every connector. */
static int up(struct rig *r, uint32_t connectors, uint64_t seed)
{
	struct rig_opts opts = { .connectors = rig_connectors(connectors), .seed = seed };
	uint32_t c;
	int buf;

	rig_up(r, &opts);
	buf = end_front_buf(r->f, DISPLIF_SHARE_OWN, 64, 48);
	assert_true(buf >= 0);
	for (c = 0; c < connectors; c++)
		assert_int_equal(end_front_config(r->f, c, buf), 0);
	return buf;
}

static void assert_once(struct rig *r, uint64_t token)
{
	struct end_wait *wait = end_front_waited(r->f, token);

	assert_non_null(wait);
	assert_int_equal(wait->rsp, 1);
	assert_int_equal(wait->flip, 1);
	assert_int_equal(wait->lost, 0);
	assert_int_equal(wait->status, 0);
}

/* One flip costs one notification each way, and no mapping, no copy, no call to XenStore. */
static void test_holdoff(void **state)
{
	enum { N = 100 };
	struct fake_stats fe, be;
	struct rig r;
	int buf, i;

	(void)state;
	buf = up(&r, 1, 0);
	assert_int_equal(end_front_flip(r.f, 0, buf), 0);
	fe = *fake_stats(r.fe);
	be = *fake_stats(r.be);
	for (i = 0; i < N; i++)
		assert_int_equal(end_front_flip(r.f, 0, buf), 0);
	assert_int_equal(fake_stats(r.fe)->notifies - fe.notifies, N);
	assert_int_equal(fake_stats(r.be)->notifies - be.notifies, N);
	assert_int_equal(fake_stats(r.fe)->interrupts - fe.interrupts, N);
	assert_int_equal(fake_stats(r.be)->interrupts - be.interrupts, N);
	assert_memory_equal(fake_stats(r.be)->op, be.op, sizeof(be.op));
	assert_memory_equal(fake_stats(r.fe)->op, fe.op, sizeof(fe.op));
	assert_int_equal(r.f->front[0].stats.id_gaps, 0);
	rig_down(&r);
}

/* Many requests behind one flush are one notification; their answers too. */
static void test_batching(void **state)
{
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };
	struct fake_stats fe, be;
	uint64_t token[20];
	struct rig r;
	int i;

	(void)state;
	up(&r, 1, 0);
	fake_run(r.w, 0);
	fe = *fake_stats(r.fe);
	be = *fake_stats(r.be);
	for (i = 0; i < 20; i++)
		token[i] = end_front_send(r.f, 0, &msg, i == 19);
	assert_true(fake_run(r.w, 0) > 0);
	for (i = 0; i < 20; i++)
		assert_int_equal(end_front_waited(r.f, token[i])->rsp, 1);
	assert_int_equal(fake_stats(r.fe)->notifies - fe.notifies, 1);
	assert_int_equal(fake_stats(r.be)->notifies - be.notifies, 1);
	rig_down(&r);
}

/* Flips on several connectors, several in flight, in any order of events: each is answered and shown once. */
static void test_any_order(void **state)
{
	uint64_t seed, token[3][12];
	uint32_t c, i;

	(void)state;
	for (seed = 1; seed <= 60; seed++) {
		struct rig r;
		int buf = up(&r, 3, seed), second = end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48);

		for (i = 0; i < 12; i++) {
			for (c = 0; c < 3; c++)
				token[c][i] = end_front_flip_send(r.f, c, i & 1 ? buf : second);
			fake_run(r.w, 1 + fake_rand(r.w, 6));
		}
		assert_true(fake_run(r.w, 0) >= 0);
		for (i = 0; i < 12; i++) {
			for (c = 0; c < 3; c++)
				assert_once(&r, token[c][i]);
		}
		for (c = 0; c < 3; c++) {
			assert_int_equal(r.f->front[c].stats.id_gaps, 0);
			assert_int_equal(r.f->front[c].stats.stray, 0);
			assert_int_equal(r.f->front[c].used, 0);
		}
		rig_down(&r);
	}
}

static void test_failed_flip(void **state)
{
	struct end_wait *wait;
	uint64_t token, begin;
	struct rig r;
	int buf;

	(void)state;
	buf = up(&r, 1, 0);
	r.b->fail_op = XENDISPL_OP_PG_FLIP;
	r.b->fail_status = -DISPLIF_XEN_EIO;
	begin = fake_now(r.w);
	assert_int_equal(end_front_flip(r.f, 0, buf), -DISPLIF_XEN_EIO);
	assert_int_equal(fake_now(r.w), begin); /* at once, though flips ask for no interrupt */
	r.b->fail_op = 0;
	token = end_front_flip_send(r.f, 0, buf);
	fake_advance(r.w, 5000);
	wait = end_front_waited(r.f, token);
	assert_int_equal(wait->rsp, 1);
	assert_int_equal(wait->flip, 1);
	assert_int_equal(end_front_flip(r.f, 0, buf), 0);
	rig_down(&r);
}

/* All 32 entries are out, those behind the reserve for flips only; one more is refused, none is lost. */
static void test_outstanding(void **state)
{
	struct displif_msg msg = { .op = XENDISPL_OP_GET_EDID,
				   .size = DISPLIF_EDID_MAX,
				   .gref_dir = 1 };
	uint64_t token[2][DISPLIF_RING_LEN];
	uint32_t i, c, n;
	struct rig r;
	int buf;

	(void)state;
	buf = up(&r, 2, 0);
	r.b->hold = true;
	for (c = 0; c < 2; c++) {
		n = c ? DISPLIF_RING_LEN : DISPLIF_RING_LEN - 4;
		assert_int_equal(displif_front_space(&r.f->front[c]), n);
		for (i = 0; i < n; i++)
			token[c][i] = end_front_send(r.f, c, &msg, true);
		assert_int_equal(displif_front_space(&r.f->front[c]), 0);
		assert_int_equal(end_front_send(r.f, c, &msg, true), 0);
		assert_int_equal(r.f->last_err, DISPLIF_E_FULL);
		for (; i < DISPLIF_RING_LEN; i++)
			token[c][i] = end_front_flip_send(r.f, c, buf);
		assert_int_equal(end_front_flip_send(r.f, c, buf), 0);
		assert_int_equal(r.f->last_err, DISPLIF_E_FULL);
	}
	fake_run(r.w, 0);
	assert_int_equal(r.b->n_held, 2 * DISPLIF_RING_LEN);
	end_back_answer(r.b); /* last one first */
	fake_run(r.w, 0);
	for (c = 0; c < 2; c++) {
		for (i = 0; i < DISPLIF_RING_LEN; i++) {
			assert_int_not_equal(token[c][i], 0);
			assert_int_equal(end_front_waited(r.f, token[c][i])->rsp, 1);
		}
		assert_int_equal(r.f->front[c].used, 0);
	}
	r.b->hold = false;
	assert_int_equal(end_front_flip(r.f, 0, buf), 0);
	assert_int_equal(end_front_flip(r.f, 1, buf), 0);
	rig_down(&r);
}

/* Moves both ends of an idle connector to other indices, as if they had worked for years. */
static void set_indices(struct rig *r, uint32_t c, uint32_t ring, uint32_t evt)
{
	struct displif_front *f = &r->f->front[c];
	struct displif_back *b = &r->b->back[c];
	uint32_t *page = shared(r, c, DISPLIF_CHAN_REQ), *events = shared(r, c, DISPLIF_CHAN_EVT);

	assert_int_equal(f->used, 0);
	page[REQ_PROD] = page[RSP_PROD] = ring;
	page[REQ_EVENT] = page[RSP_EVENT] = ring + 1;
	f->ring.prod = f->ring.pub = f->ring.cons = f->ring.seen = ring;
	b->ring.prod = b->ring.pub = b->ring.cons = b->ring.seen = ring;
	f->armed_at = b->armed_at = ring + 1;
	events[IN_CONS] = events[IN_PROD] = evt;
	f->evt.cons = f->evt.seen = f->confirmed = evt;
	b->evt.prod = b->evt.pub = evt;
}

static void test_index_wrap(void **state)
{
	static const uint32_t before[] = { 0, 1, 3, 4, 5, 31, 32, 33, 62, 63, 64, 100 };
	uint32_t i, k;

	(void)state;
	for (i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		struct fake_stats be;
		struct rig r;
		int buf = up(&r, 1, i);

		set_indices(&r, 0, 0u - before[i], 0u - before[i]);
		assert_int_equal(end_front_flip(r.f, 0, buf), 0);
		be = *fake_stats(r.be);
		for (k = 0; k < 200; k++)
			assert_int_equal(end_front_flip(r.f, 0, buf), 0);
		assert_in_range(fake_stats(r.be)->notifies - be.notifies, 200, 201);
		assert_int_equal(end_front_config(r.f, 0, -1), 0);
		assert_int_equal(shared(&r, 0, DISPLIF_CHAN_EVT)[IN_CONS], 201 - before[i]);
		assert_int_equal(r.f->front[0].stats.id_gaps, 0);
		rig_down(&r);
	}
}

/* At the event index' wrap the slots jump: a slow consumer must still see every event once, in order. */
static void test_event_wrap_with_slow_consumer(void **state)
{
	uint64_t token[30];
	uint32_t at, i;

	(void)state;
	for (at = 0; at < 40; at += 3) {
		struct rig r;
		int buf = up(&r, 1, 0);

		set_indices(&r, 0, 0u - at, 0u - at);
		r.b->pend_cap = END_PEND;
		r.f->deaf = true;
		for (i = 0; i < 30; i++)
			token[i] = end_front_flip_send(r.f, 0, buf);
		fake_advance(r.w, 200); /* what fits is in the page, the rest waits */
		r.f->deaf = false;
		displif_front_irq(&r.f->front[0], DISPLIF_CHAN_EVT);
		fake_task_kick(r.f->work);
		r.f->poll[0] = true;
		fake_advance(r.w, 2500);
		for (i = 0; i < 30; i++)
			assert_once(&r, token[i]);
		assert_int_equal(r.f->front[0].stats.id_gaps, 0);
		assert_int_equal(r.f->front[0].stats.stray, 0);
		assert_true(rig_is_connected(&r));
		rig_down(&r);
	}
}

/* The frontend takes events but never says so: bounded queue, bounded work, no id lost when it does. */
static void test_event_page_full(void **state)
{
	struct rig_opts opts = { 0 };
	uint64_t token[DISPLIF_EVT_LEN + END_PEND + 1];
	uint32_t i, ticks, events;
	struct rig r;
	int buf;

	(void)state;
	rig_make(&r, &opts);
	r.f->front_cfg.timeout_ms = 600000;
	r.f->front_cfg.look_ms = 0;
	assert_true(rig_connected(&r));
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48);
	for (i = 0; i < DISPLIF_EVT_LEN + END_PEND + 1; i++) {
		shared(&r, 0, DISPLIF_CHAN_EVT)[IN_CONS] = 0;
		token[i] = end_front_flip_send(r.f, 0, buf);
		assert_int_not_equal(token[i], 0);
		fake_run(r.w, 0);
		shared(&r, 0, DISPLIF_CHAN_EVT)[IN_CONS] = 0;
	}
	assert_int_equal(r.f->front[0].stats.events, DISPLIF_EVT_LEN);
	assert_int_equal(r.f->front[0].stats.responses, 2 + DISPLIF_EVT_LEN + END_PEND);
	assert_int_equal(r.b->back[0].n_pend, END_PEND);
	assert_int_equal(r.b->guest.stats.event_full, END_PEND);
	/* the last flip stays in the ring */
	assert_int_equal(end_front_waited(r.f, token[DISPLIF_EVT_LEN + END_PEND])->rsp, 0);
	/* nobody tells of room: the backend looks from time to time, ever less often */
	ticks = r.b->ticks;
	fake_advance(r.w, 20000);
	assert_in_range(r.b->ticks - ticks, 18, 30);
	events = r.f->front[0].stats.events;
	shared(&r, 0, DISPLIF_CHAN_EVT)[IN_CONS] = events; /* at last */
	fake_advance(r.w, 1100);
	for (i = 0; i < DISPLIF_EVT_LEN + END_PEND + 1; i++)
		assert_once(&r, token[i]);
	assert_int_equal(r.f->front[0].stats.id_gaps, 0);
	assert_int_equal(r.b->back[0].n_pend, 0);
	assert_int_equal(end_front_flip(r.f, 0, buf), 0);
	rig_down(&r);
}

/* No answer in time: one LOST, the id stays in quarantine, a late answer frees it and is nobody's. */
static void test_timeout(void **state)
{
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };
	struct end_wait *wait;
	uint64_t token;
	struct rig r;
	int buf;

	(void)state;
	buf = up(&r, 1, 0);
	r.b->hold = true;
	token = end_front_send(r.f, 0, &msg, true);
	fake_advance(r.w, 2999);
	wait = end_front_waited(r.f, token);
	assert_int_equal(wait->lost, 0);
	fake_advance(r.w, 2);
	assert_int_equal(wait->lost, 1);
	assert_int_equal(wait->status, DISPLIF_E_TIMEOUT);
	assert_int_equal(r.f->front[0].used, 1);
	r.b->hold = false;
	assert_int_equal(end_front_flip(r.f, 0, buf), 0); /* the connection goes on */
	end_back_answer(r.b);
	fake_run(r.w, 0);
	assert_int_equal(wait->rsp, 0);
	assert_int_equal(wait->lost, 1);
	assert_int_equal(r.f->front[0].used, 0);
	assert_int_equal(r.f->front[0].stats.stray, 0);
	assert_true(rig_is_connected(&r));
	rig_down(&r);
}

/* A flip whose event never comes. */
static void test_event_never_comes(void **state)
{
	struct end_wait *wait;
	uint64_t token;
	struct rig r;
	int buf;

	(void)state;
	buf = up(&r, 1, 0);
	r.b->no_events = true;
	token = end_front_flip_send(r.f, 0, buf);
	fake_advance(r.w, 3100);
	wait = end_front_waited(r.f, token);
	assert_int_equal(wait->rsp, 1);
	assert_int_equal(wait->flip, 0);
	assert_int_equal(wait->lost, 1);
	assert_int_equal(wait->status, DISPLIF_E_TIMEOUT);
	r.b->no_events = false;
	rig_down(&r);
}

/* Too many lost ids: a broken backend. Every token is heard of once, and the device comes back. */
static void test_too_many_lost(void **state)
{
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };
	uint64_t token[20];
	struct rig r;
	int i;

	(void)state;
	up(&r, 1, 0);
	r.b->hold = true;
	for (i = 0; i < 20; i++)
		token[i] = end_front_send(r.f, 0, &msg, true);
	fake_advance(r.w, 3100);
	for (i = 0; i < 20; i++)
		assert_int_equal(end_front_waited(r.f, token[i])->lost, 1);
	r.b->hold = false;
	assert_true(r.f->published == 2 || rig_connected(&r));
	assert_true(rig_connected(&r));
	assert_int_equal(r.f->published, 2);
	assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48) >= 0);
	rig_down(&r);
}

static void test_forget(void **state)
{
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };
	struct end_wait *wait;
	uint64_t token;
	struct rig r;

	(void)state;
	up(&r, 1, 0);
	r.b->hold = true;
	token = end_front_send(r.f, 0, &msg, true);
	fake_run(r.w, 0);
	assert_int_equal(displif_front_forget(&r.f->front[0], token), 1);
	end_back_answer(r.b);
	fake_advance(r.w, 5000);
	wait = end_front_waited(r.f, token);
	assert_int_equal(wait->rsp + wait->lost, 0);
	assert_int_equal(r.f->front[0].used, 0);
	r.b->hold = false;
	rig_down(&r);
}

/* A budget of one request for each interrupt still serves them all. */
static void test_small_budget(void **state)
{
	struct rig_opts opts = { 0 };
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };
	uint64_t token[32];
	struct rig r;
	int i;

	(void)state;
	rig_make(&r, &opts);
	r.b->quota.requests_per_irq = 1;
	assert_true(rig_connected(&r));
	for (i = 0; i < 32; i++)
		token[i] = end_front_send(r.f, 0, &msg, i == 31);
	assert_true(fake_run(r.w, 0) > 32);
	for (i = 0; i < 32; i++)
		assert_int_equal(end_front_waited(r.f, token[i])->rsp, 1);
	rig_down(&r);
}

/* A ring that makes no sense ends the connection, and only that. */
static void test_broken_ring(void **state)
{
	static const uint32_t word[] = { REQ_PROD, RSP_PROD };
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct rig r;
		int buf = up(&r, 1, 0);

		shared(&r, 0, DISPLIF_CHAN_REQ)[word[i]] += 33;
		end_back_serve(r.b, 0, DISPLIF_CHAN_REQ);
		fake_port_raise(r.fe, r.f->link[0].evtchn[DISPLIF_CHAN_REQ]);
		fake_run(r.w, 0);
		assert_true(rig_connected(&r));
		assert_int_equal(r.f->published, 2);
		buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48);
		assert_int_equal(end_front_flip(r.f, 0, buf), 0);
		rig_down(&r);
	}
}

static uint32_t accesses;

static void count_access(const volatile void *addr, enum fake_access kind)
{
	accesses += kind != FAKE_BARRIER && addr;
}

/* The core was built on the hooked environment: a scheduler would be let in. */
static void test_hook(void **state)
{
	struct rig r;
	int buf;

	(void)state;
	buf = up(&r, 1, 0);
	accesses = 0;
	fake_access_hook = count_access;
	assert_int_equal(end_front_flip(r.f, 0, buf), 0);
	fake_access_hook = NULL;
	assert_in_range(accesses, 16 + 16 + 16,
			80); /* three messages of 16 or 8 words, and indices */
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holdoff),
		cmocka_unit_test(test_batching),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_failed_flip),
		cmocka_unit_test(test_outstanding),
		cmocka_unit_test(test_index_wrap),
		cmocka_unit_test(test_event_wrap_with_slow_consumer),
		cmocka_unit_test(test_event_page_full),
		cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_event_never_comes),
		cmocka_unit_test(test_too_many_lost),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_small_budget),
		cmocka_unit_test(test_broken_ring),
		cmocka_unit_test(test_hook),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
