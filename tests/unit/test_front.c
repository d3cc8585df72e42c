/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Front session against a backend that speaks raw messages and may lie in each of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "priv.h"

static union {
	uint32_t w[1024];
} ring_page __attribute__((aligned(4096))), evt_page __attribute__((aligned(4096)));

static const struct displif_front_cfg usual = { 3000, 100, 8, 0 };
static struct displif_front f;
/* The peer: raw ends, and the id that its next event bears. */
static struct displif_ring ring;
static struct displif_evt evt;
static uint16_t evt_id;

static void start(const struct displif_front_cfg *cfg)
{
	assert_int_equal(displif_front_init(&f, cfg, &ring_page, &evt_page), 0);
	assert_int_equal(displif__ring_attach(&ring, &ring_page, NULL), 0);
	assert_int_equal(displif__evt_attach(&evt, &evt_page, NULL), 0);
	evt_id = 0;
}

static int setup(void **state)
{
	(void)state;
	start(&usual);
	return 0;
}

static int submit(uint8_t op, uint64_t fb, uint64_t token, uint64_t now)
{
	struct displif_msg m = { 0 };

	m.op = op;
	m.dbuf = 1;
	m.fb = fb;
	m.size = 32768;
	m.gref_dir = 8;
	return displif_front_submit(&f, &m, token, now);
}

/* Takes the next request as the backend sees it; its id. */
static uint16_t taken(uint8_t op)
{
	union displif_wire w;

	assert_true(displif__ring_snapshot(&ring) > 0);
	assert_int_equal(displif__ring_get(&ring, &w), 1);
	assert_int_equal(w.req.operation, op);
	return w.req.id;
}

static bool answer(uint16_t id, uint8_t op, int32_t status, uint32_t edid_sz)
{
	struct displif_rsp rsp = { status, edid_sz, id, op };
	union displif_wire w;

	displif_rsp_encode(&w, &rsp);
	displif__ring_put(&ring, &w);
	return displif__ring_publish(&ring);
}

static void event(uint64_t fb)
{
	union displif_wire w;

	displif_evt_encode(&w, evt_id, fb);
	evt_id++;
	assert_int_equal(displif__evt_put(&evt, &w), 1);
	assert_true(displif__evt_publish(&evt));
}

static void irq_both(void)
{
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	displif_front_irq(&f, DISPLIF_CHAN_EVT);
}

static void expect(enum displif_ev type, uint64_t token, int32_t status)
{
	struct displif_front_event ev;

	assert_int_equal(displif_front_poll(&f, &ev), 1);
	assert_int_equal(ev.type, type);
	assert_int_equal(ev.token, token);
	assert_int_equal(ev.status, status);
}

static void expect_none(void)
{
	struct displif_front_event ev;

	assert_int_equal(displif_front_poll(&f, &ev), 0);
	assert_int_equal(ev.type, DISPLIF_EV_NONE);
	assert_int_equal(ev.token, 0);
}

static void configuration_ranges(void **state)
{
	static const struct displif_front_cfg bad[] = {
		{ 0, 100, 8, 0 },   { 600001, 0, 8, 0 }, { 3000, 600001, 8, 0 },
		{ 3000, 0, 32, 0 }, { 3000, 0, 8, 17 },
	};
	static const struct displif_front_cfg edge = { 600000, 600000, 31, 16 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(displif_front_init(&f, &bad[i], &ring_page, &evt_page),
				 DISPLIF_E_INVAL);
		assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 1, 1, 0), DISPLIF_E_INVAL);
	}
	assert_int_equal(displif_front_init(&f, &edge, &ring_page, &evt_page), 0);
}

static void request_and_answer(void **state)
{
	uint16_t id;

	(void)state;
	assert_int_equal(displif_front_deadline(&f), DISPLIF_NEVER);
	assert_int_equal(submit(XENDISPL_OP_FB_ATTACH, 5, 42, 1000), 0);
	assert_int_equal(displif_front_deadline(&f), 4000);
	assert_int_equal(displif_front_flush(&f), DISPLIF_DO_NOTIFY_REQ);
	assert_int_equal(displif_front_flush(&f), 0);
	id = taken(XENDISPL_OP_FB_ATTACH);
	assert_true(answer(id, XENDISPL_OP_FB_ATTACH, 0, 0));
	assert_true(displif_front_idle(&f, DISPLIF_CHAN_REQ));
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	expect(DISPLIF_EV_RSP, 42, 0);
	expect_none();
	assert_false(displif_front_idle(&f, DISPLIF_CHAN_REQ));
	assert_true(displif_front_idle(&f, DISPLIF_CHAN_REQ));
	assert_true(displif_front_idle(&f, DISPLIF_CHAN_EVT));
	assert_int_equal(displif_front_flush(&f), 0);
	assert_int_equal(displif_front_deadline(&f), DISPLIF_NEVER);
	assert_int_equal(displif_front_space(&f), 32);
}

static void bad_requests_stay_here(void **state)
{
	struct displif_msg m = { 0 };
	uint8_t op;

	(void)state;
	for (op = XENDISPL_OP_DBUF_CREATE; op <= XENDISPL_OP_GET_EDID; op++) {
		m.op = op;
		m.dbuf = 0;
		m.fb = 0;
		assert_int_equal(displif_front_submit(&f, &m, 0, 0),
				 op == XENDISPL_OP_SET_CONFIG || op == XENDISPL_OP_GET_EDID ?
					 0 :
					 DISPLIF_E_INVAL);
	}
	m.op = XENDISPL_OP_FB_ATTACH;
	m.dbuf = 1;
	assert_int_equal(displif_front_submit(&f, &m, 0, 0), DISPLIF_E_INVAL);
	m.op = 0x17;
	m.fb = 1;
	assert_int_equal(displif_front_submit(&f, &m, 0, 0), DISPLIF_E_INVAL);
	assert_int_equal(f.stats.requests, 2);
}

static void full_and_reserve(void **state)
{
	static const struct displif_front_cfg cfg = { 3000, 0, 8, 4 };
	unsigned int i;

	(void)state;
	start(&cfg);
	assert_int_equal(displif_front_space(&f), 28);
	for (i = 0; i < 28; i++)
		assert_int_equal(submit(XENDISPL_OP_DBUF_CREATE, 0, i, 0), 0);
	assert_int_equal(displif_front_space(&f), 0);
	assert_int_equal(submit(XENDISPL_OP_DBUF_CREATE, 0, i, 0), DISPLIF_E_FULL);
	assert_int_equal(submit(XENDISPL_OP_FB_DETACH, 1, i, 0), DISPLIF_E_FULL);
	for (; i < 32; i++)
		assert_int_equal(
			submit(i & 1 ? XENDISPL_OP_PG_FLIP : XENDISPL_OP_SET_CONFIG, 1, i, 0), 0);
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 1, i, 0), DISPLIF_E_FULL);
	assert_int_equal(f.stats.full, 3);
	/* One answer, one more request. */
	assert_int_equal(displif_front_flush(&f), DISPLIF_DO_NOTIFY_REQ);
	answer(taken(XENDISPL_OP_DBUF_CREATE), XENDISPL_OP_DBUF_CREATE, -12, 0);
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	expect(DISPLIF_EV_RSP, 0, -12);
	assert_int_equal(submit(XENDISPL_OP_DBUF_CREATE, 0, 99, 0), DISPLIF_E_FULL);
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 1, 99, 0), 0);
}

static void answers_in_any_order(void **state)
{
	uint16_t id[32];
	unsigned int i, k;

	(void)state;
	for (i = 0; i < 32; i++)
		assert_int_equal(submit(XENDISPL_OP_SET_CONFIG, 0, 100 + i, 0), 0);
	displif_front_flush(&f);
	for (i = 0; i < 32; i++)
		id[i] = taken(XENDISPL_OP_SET_CONFIG);
	for (i = 0, k = 7; i < 32; i++, k = (k + 11) % 32)
		answer(id[k], XENDISPL_OP_SET_CONFIG, -(int32_t)k, 0);
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	for (i = 0, k = 7; i < 32; i++, k = (k + 11) % 32)
		expect(DISPLIF_EV_RSP, 100 + k, -(int32_t)k);
	expect_none();
}

static void flip_answer_then_event(void **state)
{
	struct displif_front_event ev;
	uint16_t id;

	(void)state;
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 5, 1, 0), 0);
	displif_front_flush(&f);
	id = taken(XENDISPL_OP_PG_FLIP);
	answer(id, XENDISPL_OP_PG_FLIP, 0, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	expect_none();
	event(5);
	displif_front_irq(&f, DISPLIF_CHAN_EVT);
	assert_int_equal(displif_front_poll(&f, &ev), 1);
	assert_int_equal(ev.type, DISPLIF_EV_FLIP);
	assert_int_equal(ev.token, 1);
	assert_int_equal(ev.fb, 5);
	assert_int_equal(ev.op, XENDISPL_OP_PG_FLIP);
	expect_none();
	assert_int_equal(displif_front_flush(&f), 0);
	assert_int_equal(evt_page.w[0], 1);
	assert_int_equal(displif_front_space(&f), 32);
}

static void flip_event_before_answer(void **state)
{
	uint16_t id;

	(void)state;
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 5, 1, 0), 0);
	displif_front_flush(&f);
	id = taken(XENDISPL_OP_PG_FLIP);
	event(5);
	irq_both();
	expect(DISPLIF_EV_FLIP, 1, 0);
	expect_none();
	answer(id, XENDISPL_OP_PG_FLIP, 0, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	expect_none();
	assert_int_equal(displif_front_space(&f), 32);
}

static void flip_that_fails_has_no_event(void **state)
{
	(void)state;
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 5, 1, 0), 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, -DISPLIF_XEN_ENOENT, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, -DISPLIF_XEN_ENOENT);
	assert_int_equal(displif_front_space(&f), 32);
	/* A good one after it works. */
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 6, 2, 0), 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	event(6);
	irq_both();
	expect(DISPLIF_EV_RSP, 2, 0);
	expect(DISPLIF_EV_FLIP, 2, 0);
	expect_none();
}

/* One notification each way for a flip: the answer asks for none, the event brings it along. */
static void one_interrupt_per_flip(void **state)
{
	unsigned int i;

	(void)state;
	/* The first answer of a fresh ring raises one, as the pages start armed. */
	for (i = 0; i < 100; i++) {
		bool told;

		assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 5, i, 0), 0);
		assert_int_equal(displif_front_flush(&f), DISPLIF_DO_NOTIFY_REQ);
		told = answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
		assert_int_equal(told, i == 0);
		assert_false(displif__ring_rearm(&ring, 1));
		event(5);
		displif_front_irq(&f, DISPLIF_CHAN_EVT);
		expect(DISPLIF_EV_RSP, i, 0);
		expect(DISPLIF_EV_FLIP, i, 0);
		expect_none();
		assert_int_equal(displif_front_flush(&f), 0);
	}
	/* An ordinary request arms again at its flush. */
	assert_int_equal(submit(XENDISPL_OP_FB_DETACH, 5, 7, 0), 0);
	assert_int_equal(displif_front_flush(&f), DISPLIF_DO_NOTIFY_REQ);
	assert_true(answer(taken(XENDISPL_OP_FB_DETACH), XENDISPL_OP_FB_DETACH, 0, 0));
}

static void early_look_finds_a_failed_flip(void **state)
{
	(void)state;
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 5, 0, 1000), 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	event(5);
	irq_both();
	expect(DISPLIF_EV_RSP, 0, 0);
	expect(DISPLIF_EV_FLIP, 0, 0);
	expect_none();
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 6, 1, 1000), 0);
	displif_front_flush(&f);
	assert_int_equal(displif_front_deadline(&f), 1100);
	assert_false(answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, -5, 0));
	displif_front_expire(&f, 1100);
	expect(DISPLIF_EV_RSP, 1, -5);
	expect_none();
	assert_int_equal(displif_front_deadline(&f), DISPLIF_NEVER);
	/* Nothing there yet: look again, until the answer is there or overdue. */
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 6, 2, 2000), 0);
	displif_front_flush(&f);
	displif_front_expire(&f, 2100);
	expect_none();
	assert_int_equal(displif_front_deadline(&f), 2200);
	displif_front_expire(&f, 2200);
	assert_false(answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0));
	displif_front_expire(&f, 2300);
	expect(DISPLIF_EV_RSP, 2, 0);
	assert_int_equal(displif_front_deadline(&f), 5000);
}

/* The answer comes after it was overdue and before anybody was told: it came in time. */
static void answer_before_its_loss_is_told(void **state)
{
	uint16_t id;

	(void)state;
	submit(XENDISPL_OP_FB_ATTACH, 5, 1, 0);
	submit(XENDISPL_OP_PG_FLIP, 5, 2, 0);
	displif_front_flush(&f);
	id = taken(XENDISPL_OP_FB_ATTACH);
	displif_front_expire(&f, 3000);
	assert_int_equal(displif_front_flush(&f), DISPLIF_DO_POLL);
	answer(id, XENDISPL_OP_FB_ATTACH, 0, 0);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	event(5);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	expect(DISPLIF_EV_RSP, 2, 0);
	expect(DISPLIF_EV_FLIP, 2, 0);
	expect_none();
	assert_int_equal(displif_front_space(&f), 32);
	assert_int_equal(f.set[DISPLIF_SET_LATE], 0);
	/* Only half of it came: the rest is owed anew, and can be lost. */
	submit(XENDISPL_OP_PG_FLIP, 5, 3, 4000);
	displif_front_flush(&f);
	displif_front_expire(&f, 7000);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 3, 0);
	expect_none();
	displif_front_expire(&f, 7000);
	expect(DISPLIF_EV_LOST, 3, DISPLIF_E_TIMEOUT);
	expect_none();
}

/* Two flips of one framebuffer, the first refused: the event is the second's. */
static void failed_flip_before_a_good_one(void **state)
{
	static const struct displif_front_cfg loud = { 3000, 0, 8, 0 };
	uint16_t a, b;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		start(i ? &usual : &loud);
		submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
		submit(XENDISPL_OP_PG_FLIP, 5, 2, 0);
		displif_front_flush(&f);
		a = taken(XENDISPL_OP_PG_FLIP);
		b = taken(XENDISPL_OP_PG_FLIP);
		answer(a, XENDISPL_OP_PG_FLIP, -5, 0);
		answer(b, XENDISPL_OP_PG_FLIP, 0, 0);
		event(5);
		/* Only the event's interrupt has come yet. */
		displif_front_irq(&f, DISPLIF_CHAN_EVT);
		expect(DISPLIF_EV_RSP, 1, -5);
		expect(DISPLIF_EV_RSP, 2, 0);
		expect(DISPLIF_EV_FLIP, 2, 0);
		expect_none();
		assert_int_equal(displif_front_space(&f), 32);
		/* A backend that answers out of order: the event cannot be told apart, but is given on. */
		submit(XENDISPL_OP_PG_FLIP, 5, 3, 0);
		submit(XENDISPL_OP_PG_FLIP, 5, 4, 0);
		displif_front_flush(&f);
		a = taken(XENDISPL_OP_PG_FLIP);
		b = taken(XENDISPL_OP_PG_FLIP);
		event(5);
		irq_both();
		expect(DISPLIF_EV_FLIP, 3, 0);
		expect_none();
		answer(a, XENDISPL_OP_PG_FLIP, -5, 0);
		irq_both();
		expect(DISPLIF_EV_RSP, 3, -5);
		expect(DISPLIF_EV_FLIP, 4, 0);
		expect_none();
		answer(b, XENDISPL_OP_PG_FLIP, 0, 0);
		irq_both();
		expect(DISPLIF_EV_RSP, 4, 0);
		expect_none();
		/* The same, with both answers at once: the second must not swallow what was given on. */
		submit(XENDISPL_OP_PG_FLIP, 5, 5, 0);
		submit(XENDISPL_OP_PG_FLIP, 5, 6, 0);
		displif_front_flush(&f);
		a = taken(XENDISPL_OP_PG_FLIP);
		b = taken(XENDISPL_OP_PG_FLIP);
		event(5);
		irq_both();
		expect(DISPLIF_EV_FLIP, 5, 0);
		expect_none();
		answer(a, XENDISPL_OP_PG_FLIP, -5, 0);
		answer(b, XENDISPL_OP_PG_FLIP, 0, 0);
		irq_both();
		expect(DISPLIF_EV_RSP, 5, -5);
		expect(DISPLIF_EV_RSP, 6, 0);
		expect(DISPLIF_EV_FLIP, 6, 0);
		expect_none();
		assert_int_equal(displif_front_space(&f), 32);
		assert_int_equal(f.stats.stray, 0);
	}
}

/* A caller that takes only a few events at a time is told that there are more. */
static void partial_polls(void **state)
{
	(void)state;
	submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	event(5);
	irq_both();
	assert_int_equal(displif_front_flush(&f), DISPLIF_DO_POLL);
	expect(DISPLIF_EV_RSP, 1, 0);
	assert_int_equal(displif_front_flush(&f), DISPLIF_DO_POLL);
	expect(DISPLIF_EV_FLIP, 1, 0);
	assert_int_equal(displif_front_flush(&f), 0);
	assert_int_equal(evt_page.w[0], 1);
}

static void no_wakeup_is_lost(void **state)
{
	uint16_t a, b;

	(void)state;
	submit(XENDISPL_OP_SET_CONFIG, 0, 1, 0);
	submit(XENDISPL_OP_SET_CONFIG, 0, 2, 0);
	displif_front_flush(&f);
	a = taken(XENDISPL_OP_SET_CONFIG);
	b = taken(XENDISPL_OP_SET_CONFIG);
	assert_true(answer(a, XENDISPL_OP_SET_CONFIG, 0, 0));
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	expect(DISPLIF_EV_RSP, 1, 0);
	/* The second comes after the snapshot and before re-arming: silent, so poll again. */
	assert_false(answer(b, XENDISPL_OP_SET_CONFIG, 0, 0));
	expect_none();
	assert_int_equal(displif_front_flush(&f), DISPLIF_DO_POLL);
	irq_both();
	expect(DISPLIF_EV_RSP, 2, 0);
	expect_none();
	assert_int_equal(displif_front_flush(&f), 0);
}

static void edid_answers(void **state)
{
	static const struct {
		int32_t status;
		uint32_t size;
		int32_t want;
	} c[] = {
		{ 0, 128, 0 },
		{ 0, 32768, 0 },
		{ 0, 0, -DISPLIF_XEN_EIO },
		{ 0, 127, -DISPLIF_XEN_EIO },
		{ 0, 32896, -DISPLIF_XEN_EIO },
		{ 0, 40000, -DISPLIF_XEN_EIO },
		{ -DISPLIF_XEN_EOPNOTSUPP, 128, -DISPLIF_XEN_EOPNOTSUPP },
	};
	struct displif_front_event ev;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		assert_int_equal(submit(XENDISPL_OP_GET_EDID, 0, i, 0), 0);
		displif_front_flush(&f);
		answer(taken(XENDISPL_OP_GET_EDID), XENDISPL_OP_GET_EDID, c[i].status, c[i].size);
		displif_front_irq(&f, DISPLIF_CHAN_REQ);
		assert_int_equal(displif_front_poll(&f, &ev), 1);
		assert_int_equal(ev.status, c[i].want);
		assert_int_equal(ev.edid_sz, c[i].want == 0 ? c[i].size : 0);
		expect_none();
	}
	assert_int_equal(f.stats.stray, 0);
}

static void nonsense_statuses(void **state)
{
	static const int32_t bad[] = { 1, INT32_MAX, INT32_MIN, -4096 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		submit(XENDISPL_OP_SET_CONFIG, 0, i, 0);
		displif_front_flush(&f);
		answer(taken(XENDISPL_OP_SET_CONFIG), XENDISPL_OP_SET_CONFIG, bad[i], 0);
		displif_front_irq(&f, DISPLIF_CHAN_REQ);
		expect(DISPLIF_EV_RSP, i, -DISPLIF_XEN_EIO);
		expect_none();
	}
	assert_int_equal(f.stats.stray, 4);
}

static void answers_that_match_nothing(void **state)
{
	uint16_t id;
	unsigned int i;

	(void)state;
	for (i = 0; i < 20; i++)
		assert_int_equal(submit(XENDISPL_OP_SET_CONFIG, 0, i, 0), 0);
	displif_front_flush(&f);
	id = taken(XENDISPL_OP_SET_CONFIG);
	answer((uint16_t)(id + 32), XENDISPL_OP_SET_CONFIG, 0, 0); /* an old generation */
	answer((uint16_t)(id + 31), XENDISPL_OP_SET_CONFIG, 0, 0); /* another slot, free */
	answer(id, XENDISPL_OP_PG_FLIP, 0, 0);			   /* another operation */
	answer(id, XENDISPL_OP_SET_CONFIG, 0, 0);		   /* the right one */
	answer(id, XENDISPL_OP_SET_CONFIG, 0, 0);		   /* once more */
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	expect(DISPLIF_EV_RSP, 0, 0);
	expect_none();
	assert_int_equal(f.stats.stray, 4);
	assert_int_equal(displif_front_flush(&f) & DISPLIF_DO_CLOSE, 0);
	/* Five more are one too many: everything outstanding is handed out as lost. */
	for (i = 0; i < 5; i++)
		answer(id, XENDISPL_OP_SET_CONFIG, 0, 0);
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	for (i = 1; i < 20; i++)
		expect(DISPLIF_EV_LOST, i, DISPLIF_E_PROTO);
	expect_none();
	assert_true(displif_front_flush(&f) & DISPLIF_DO_CLOSE);
	assert_int_equal(displif_front_flush(&f), 0);
	assert_int_equal(submit(XENDISPL_OP_SET_CONFIG, 0, 1, 0), DISPLIF_E_PROTO);
}

static void strays_are_paid_for(void **state)
{
	unsigned int i;

	(void)state;
	/* A backend that sends an event too many now and then: 200 times in a long life. */
	for (i = 0; i < 200 * 20; i++) {
		assert_int_equal(submit(XENDISPL_OP_SET_CONFIG, 0, i, 0), 0);
		displif_front_flush(&f);
		answer(taken(XENDISPL_OP_SET_CONFIG), XENDISPL_OP_SET_CONFIG, 0, 0);
		if (i % 20 == 0)
			event(77);
		irq_both();
		expect(DISPLIF_EV_RSP, i, 0);
		expect_none();
	}
	assert_int_equal(f.stats.stray, 200);
}

static void foreign_events(void **state)
{
	unsigned int i;

	(void)state;
	event(1);
	irq_both();
	expect_none();
	displif_front_flush(&f);
	assert_int_equal(f.stats.stray, 1);
	/* A storm ends the session long before it ends itself. */
	for (i = 0; i < 63; i++)
		event(i);
	irq_both();
	expect_none();
	assert_int_equal(f.stats.stray, 9);
	assert_true(displif_front_flush(&f) & DISPLIF_DO_CLOSE);
}

static void event_ids_are_a_hint(void **state)
{
	(void)state;
	submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
	submit(XENDISPL_OP_PG_FLIP, 5, 2, 0);
	displif_front_flush(&f);
	evt_id = 9;
	event(5);
	evt_id = 9;
	event(5);
	irq_both();
	expect(DISPLIF_EV_FLIP, 1, 0);
	expect(DISPLIF_EV_FLIP, 2, 0);
	assert_int_equal(f.stats.id_gaps, 2);
	assert_int_equal(f.stats.stray, 0);
}

static void hostile_indices(void **state)
{
	static const uint32_t jump[] = { 2, 33, 0x80000000, 0xffffffff };
	static const uint32_t evt_jump[] = { 64, 95, 0x80000000, 0xffffffff };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(jump) / sizeof(jump[0]); i++) {
		start(&usual);
		submit(XENDISPL_OP_SET_CONFIG, 0, 1, 0);
		displif_front_flush(&f);
		ring_page.w[2] = jump[i];
		displif_front_irq(&f, DISPLIF_CHAN_REQ);
		expect(DISPLIF_EV_LOST, 1, DISPLIF_E_PROTO);
		expect_none();
		assert_true(displif_front_flush(&f) & DISPLIF_DO_CLOSE);
		start(&usual);
		evt_page.w[1] = evt_jump[i];
		displif_front_irq(&f, DISPLIF_CHAN_EVT);
		assert_true(displif_front_flush(&f) & DISPLIF_DO_CLOSE);
	}
}

static void time_out_and_late_answer(void **state)
{
	uint16_t id;

	(void)state;
	submit(XENDISPL_OP_FB_ATTACH, 5, 1, 1000);
	displif_front_flush(&f);
	id = taken(XENDISPL_OP_FB_ATTACH);
	displif_front_expire(&f, 3999);
	expect_none();
	displif_front_expire(&f, 4000);
	assert_int_equal(displif_front_deadline(&f), DISPLIF_NEVER);
	expect(DISPLIF_EV_LOST, 1, DISPLIF_E_TIMEOUT);
	expect_none();
	/* Quarantined: its slot is not used again, and its late answer is nobody's. */
	assert_int_equal(displif_front_space(&f), 31);
	answer(id, XENDISPL_OP_FB_ATTACH, 0, 0);
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	expect_none();
	assert_int_equal(displif_front_space(&f), 32);
	assert_int_equal(f.stats.stray, 0);
	assert_int_equal(f.stats.lost, 1);
}

static void what_lies_there_is_not_overdue(void **state)
{
	(void)state;
	submit(XENDISPL_OP_FB_ATTACH, 5, 1, 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_FB_ATTACH), XENDISPL_OP_FB_ATTACH, 0, 0);
	displif_front_expire(&f, 99999);
	assert_int_equal(displif_front_flush(&f), DISPLIF_DO_POLL);
	expect(DISPLIF_EV_RSP, 1, 0);
	expect_none();
}

static void silent_backend(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		submit(XENDISPL_OP_SET_CONFIG, 0, i, i);
		displif_front_flush(&f);
		displif_front_expire(&f, 3000 + i);
		expect(DISPLIF_EV_LOST, i, DISPLIF_E_TIMEOUT);
	}
	assert_int_equal(displif_front_flush(&f) & DISPLIF_DO_CLOSE, 0);
	submit(XENDISPL_OP_SET_CONFIG, 0, 8, 10);
	submit(XENDISPL_OP_SET_CONFIG, 0, 9, 11);
	displif_front_flush(&f);
	displif_front_expire(&f, 3010);
	/* The ninth is overdue, the tenth dies with the session. */
	expect(DISPLIF_EV_LOST, 8, DISPLIF_E_TIMEOUT);
	expect(DISPLIF_EV_LOST, 9, DISPLIF_E_TIMEOUT);
	expect_none();
	assert_true(displif_front_flush(&f) & DISPLIF_DO_CLOSE);
}

static void late_flip_of_the_same_framebuffer(void **state)
{
	(void)state;
	submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	displif_front_expire(&f, 3000);
	expect(DISPLIF_EV_LOST, 1, DISPLIF_E_TIMEOUT);
	submit(XENDISPL_OP_PG_FLIP, 5, 2, 3000);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	/* The late event pays the old debt: it must not complete the new flip. */
	event(5);
	irq_both();
	expect(DISPLIF_EV_RSP, 2, 0);
	expect_none();
	event(5);
	irq_both();
	expect(DISPLIF_EV_FLIP, 2, 0);
	expect_none();
	assert_int_equal(displif_front_space(&f), 32);
}

static void dropped_event_is_forgiven(void **state)
{
	(void)state;
	submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	displif_front_expire(&f, 3000);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	displif_front_expire(&f, 3000);
	expect(DISPLIF_EV_LOST, 1, DISPLIF_E_TIMEOUT);
	/* The event of a later flip proves that the first one's will never come. */
	submit(XENDISPL_OP_PG_FLIP, 6, 2, 3000);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	event(6);
	irq_both();
	expect(DISPLIF_EV_RSP, 2, 0);
	expect(DISPLIF_EV_FLIP, 2, 0);
	assert_int_equal(displif_front_space(&f), 32);
	submit(XENDISPL_OP_PG_FLIP, 5, 3, 3000);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	event(5);
	irq_both();
	expect(DISPLIF_EV_RSP, 3, 0);
	expect(DISPLIF_EV_FLIP, 3, 0);
}

static void forget(void **state)
{
	(void)state;
	submit(XENDISPL_OP_FB_ATTACH, 5, 1, 0);
	submit(XENDISPL_OP_PG_FLIP, 5, 2, 0);
	displif_front_flush(&f);
	assert_int_equal(displif_front_forget(&f, 1), 1);
	assert_int_equal(displif_front_forget(&f, 1), 0);
	assert_int_equal(displif_front_forget(&f, 9), 0);
	assert_int_equal(displif_front_forget(&f, 2), 1);
	answer(taken(XENDISPL_OP_FB_ATTACH), XENDISPL_OP_FB_ATTACH, 0, 0);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	event(5);
	irq_both();
	expect_none();
	assert_int_equal(displif_front_space(&f), 32);
	/* Also what is already overdue and not yet told. */
	submit(XENDISPL_OP_FB_ATTACH, 5, 3, 0);
	displif_front_flush(&f);
	displif_front_expire(&f, 3000);
	assert_int_equal(displif_front_forget(&f, 3), 1);
	expect_none();
	assert_int_equal(displif_front_flush(&f), 0);
}

static void kill_hands_every_token_out_once(void **state)
{
	struct displif_front_event ev;
	unsigned int i, seen = 0;

	(void)state;
	for (i = 0; i < 10; i++)
		submit(i & 1 ? XENDISPL_OP_PG_FLIP : XENDISPL_OP_SET_CONFIG, 5, i, 0);
	displif_front_flush(&f);
	displif_front_forget(&f, 3);
	displif_front_kill(&f, DISPLIF_E_GONE);
	/* The pages may be gone: a kill must not need them. */
	memset(&ring_page, 0xff, sizeof(ring_page));
	memset(&evt_page, 0xff, sizeof(evt_page));
	displif_front_kill(&f, DISPLIF_E_TIMEOUT);
	irq_both();
	displif_front_expire(&f, UINT64_MAX);
	while (displif_front_poll(&f, &ev)) {
		assert_int_equal(ev.type, DISPLIF_EV_LOST);
		assert_int_equal(ev.status, DISPLIF_E_GONE);
		assert_true(ev.token < 10);
		assert_false(seen >> ev.token & 1);
		seen |= 1u << ev.token;
	}
	assert_int_equal(seen, 0x3ff & ~(1u << 3));
	assert_int_equal(displif_front_flush(&f), 0);
	assert_int_equal(displif_front_deadline(&f), DISPLIF_NEVER);
	assert_int_equal(displif_front_space(&f), 0);
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 1, 1, 0), DISPLIF_E_GONE);
	for (i = 0; i < 1024; i++)
		assert_int_equal(ring_page.w[i], 0xffffffff);
}

static void strange_clocks(void **state)
{
	(void)state;
	submit(XENDISPL_OP_SET_CONFIG, 0, 1, UINT64_MAX);
	assert_true(displif_front_deadline(&f) < DISPLIF_NEVER);
	submit(XENDISPL_OP_SET_CONFIG, 0, 2, 500);
	displif_front_flush(&f);
	displif_front_expire(&f, 0);
	expect_none();
	displif_front_expire(&f, 3500);
	expect(DISPLIF_EV_LOST, 2, DISPLIF_E_TIMEOUT);
	displif_front_expire(&f, 100);
	expect_none();
}

/* A session of many lives of the id's generation: 16-bit ids wrap, nothing is confused. */
static void ids_wrap(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < 140000; i++) {
		assert_int_equal(submit(XENDISPL_OP_SET_CONFIG, 0, i, 0), 0);
		displif_front_flush(&f);
		answer(taken(XENDISPL_OP_SET_CONFIG), XENDISPL_OP_SET_CONFIG, 0, 0);
		displif_front_irq(&f, DISPLIF_CHAN_REQ);
		expect(DISPLIF_EV_RSP, i, 0);
		expect_none();
	}
	assert_int_equal(f.stats.stray, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(configuration_ranges, setup),
		cmocka_unit_test_setup(request_and_answer, setup),
		cmocka_unit_test_setup(bad_requests_stay_here, setup),
		cmocka_unit_test_setup(full_and_reserve, setup),
		cmocka_unit_test_setup(answers_in_any_order, setup),
		cmocka_unit_test_setup(flip_answer_then_event, setup),
		cmocka_unit_test_setup(flip_event_before_answer, setup),
		cmocka_unit_test_setup(flip_that_fails_has_no_event, setup),
		cmocka_unit_test_setup(one_interrupt_per_flip, setup),
		cmocka_unit_test_setup(early_look_finds_a_failed_flip, setup),
		cmocka_unit_test_setup(no_wakeup_is_lost, setup),
		cmocka_unit_test_setup(partial_polls, setup),
		cmocka_unit_test_setup(answer_before_its_loss_is_told, setup),
		cmocka_unit_test_setup(failed_flip_before_a_good_one, setup),
		cmocka_unit_test_setup(edid_answers, setup),
		cmocka_unit_test_setup(nonsense_statuses, setup),
		cmocka_unit_test_setup(answers_that_match_nothing, setup),
		cmocka_unit_test_setup(strays_are_paid_for, setup),
		cmocka_unit_test_setup(foreign_events, setup),
		cmocka_unit_test_setup(event_ids_are_a_hint, setup),
		cmocka_unit_test_setup(hostile_indices, setup),
		cmocka_unit_test_setup(time_out_and_late_answer, setup),
		cmocka_unit_test_setup(what_lies_there_is_not_overdue, setup),
		cmocka_unit_test_setup(silent_backend, setup),
		cmocka_unit_test_setup(late_flip_of_the_same_framebuffer, setup),
		cmocka_unit_test_setup(dropped_event_is_forgiven, setup),
		cmocka_unit_test_setup(forget, setup),
		cmocka_unit_test_setup(kill_hands_every_token_out_once, setup),
		cmocka_unit_test_setup(strange_clocks, setup),
		cmocka_unit_test_setup(ids_wrap, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
