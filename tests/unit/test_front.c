/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Front session: requests, answers, flips, hold-off. */
#include "front_rig.h"

static void configuration_ranges(void **state)
{
	static const struct displif_front_cfg bad[] = {
		{ 0, 100, 8, 0 },   { 600001, 0, 8, 0 }, { 3000, 600001, 8, 0 },
		{ 3000, 0, 32, 0 }, { 3000, 0, 8, 17 },
	};
	static const struct displif_front_cfg edge = { 600000, 600000, 31, 16 },
					      least = { 1, 0, 0, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(displif_front_init(&f, &bad[i], &ring_page, &evt_page),
				 DISPLIF_E_INVAL);
		assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 1, 1, 0), DISPLIF_E_INVAL);
	}
	assert_int_equal(displif_front_init(&f, &edge, &ring_page, &evt_page), 0);
	assert_int_equal(displif_front_init(&f, &least, &ring_page, &evt_page), 0);
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

/* Its event's interrupt is gone: nothing else would announce the answer. */
static void answer_after_its_event_raises_an_interrupt(void **state)
{
	uint16_t id;

	(void)state;
	/* The page starts armed; that is used up. */
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 5, 1, 0), 0);
	displif_front_flush(&f);
	assert_true(answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0));
	event(5);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	expect(DISPLIF_EV_FLIP, 1, 0);
	assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 5, 2, 0), 0);
	displif_front_flush(&f);
	id = taken(XENDISPL_OP_PG_FLIP);
	event(5);
	displif_front_irq(&f, DISPLIF_CHAN_EVT);
	expect(DISPLIF_EV_FLIP, 2, 0);
	expect_none();
	displif_front_flush(&f);
	assert_true(answer(id, XENDISPL_OP_PG_FLIP, 0, 0));
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

/* The second of two flips of one framebuffer fails: the first has not been shown by that. */
static void failed_flip_after_a_good_one(void **state)
{
	uint16_t a, b;

	(void)state;
	submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
	submit(XENDISPL_OP_PG_FLIP, 5, 2, 0);
	displif_front_flush(&f);
	a = taken(XENDISPL_OP_PG_FLIP);
	b = taken(XENDISPL_OP_PG_FLIP);
	answer(b, XENDISPL_OP_PG_FLIP, -5, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 2, -5);
	expect_none();
	answer(a, XENDISPL_OP_PG_FLIP, 0, 0);
	event(5);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	expect(DISPLIF_EV_FLIP, 1, 0);
	expect_none();
	assert_int_equal(displif_front_space(&f), 32);
}

/* Two events are passed on at once: each is told. */
static void two_events_passed_on(void **state)
{
	uint16_t id[4];
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++)
		submit(XENDISPL_OP_PG_FLIP, 5 + i % 2, i, 0);
	displif_front_flush(&f);
	for (i = 0; i < 4; i++)
		id[i] = taken(XENDISPL_OP_PG_FLIP);
	event(5);
	event(6);
	irq_both();
	expect(DISPLIF_EV_FLIP, 0, 0);
	expect(DISPLIF_EV_FLIP, 1, 0);
	answer(id[0], XENDISPL_OP_PG_FLIP, -5, 0);
	answer(id[1], XENDISPL_OP_PG_FLIP, -5, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 0, -5);
	expect(DISPLIF_EV_RSP, 1, -5);
	/* Also for a caller that stops here. */
	assert_true(displif_front_flush(&f) & DISPLIF_DO_POLL);
	expect(DISPLIF_EV_FLIP, 2, 0);
	expect(DISPLIF_EV_FLIP, 3, 0);
	expect_none();
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
		cmocka_unit_test_setup(answer_after_its_event_raises_an_interrupt, setup),
		cmocka_unit_test_setup(failed_flip_before_a_good_one, setup),
		cmocka_unit_test_setup(partial_polls, setup),
		cmocka_unit_test_setup(no_wakeup_is_lost, setup),
		cmocka_unit_test_setup(edid_answers, setup),
		cmocka_unit_test_setup(event_ids_are_a_hint, setup),
		cmocka_unit_test_setup(ids_wrap, setup),
		cmocka_unit_test_setup(failed_flip_after_a_good_one, setup),
		cmocka_unit_test_setup(two_events_passed_on, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
