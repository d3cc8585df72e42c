/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Front session: what is lost, late, wrong or a lie. */
#include "front_rig.h"

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

/* An operation that does not exist answers nothing, whatever its id. */
static void answer_with_an_unknown_operation(void **state)
{
	static const uint8_t bad[] = { 0, 0x0f, 0x17, 0x7f, 0xff };
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++)
		submit(XENDISPL_OP_SET_CONFIG, 0, i, 0);
	displif_front_flush(&f);
	for (i = 0; i < sizeof(bad); i++)
		answer(taken(XENDISPL_OP_SET_CONFIG), bad[i], 0, 0);
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	expect_none();
	assert_int_equal(f.stats.stray, sizeof(bad));
	assert_int_equal(f.stats.responses, 0);
	answer(taken(XENDISPL_OP_SET_CONFIG), XENDISPL_OP_SET_CONFIG, 0, 0);
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	expect(DISPLIF_EV_RSP, 5, 0);
}

/* One flip, two events: the second is nobody's, also when it comes before the answer. */
static void two_events_for_one_flip(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		start(&usual);
		submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
		displif_front_flush(&f);
		if (i)
			answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
		event(5);
		event(5);
		irq_both();
		if (i)
			expect(DISPLIF_EV_RSP, 1, 0);
		expect(DISPLIF_EV_FLIP, 1, 0);
		expect_none();
		if (!i) {
			answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
			irq_both();
			expect(DISPLIF_EV_RSP, 1, 0);
		}
		expect_none();
		assert_int_equal(f.stats.events, 1);
		assert_int_equal(f.stats.stray, 1);
		assert_int_equal(displif_front_space(&f), 32);
	}
}

/* A cookie that no open flip has, while flips are open: they go on waiting for theirs. */
static void foreign_cookie_beside_open_flips(void **state)
{
	(void)state;
	submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
	submit(XENDISPL_OP_PG_FLIP, 6, 2, 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	event(7);
	event(0);
	event(UINT64_MAX);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	expect(DISPLIF_EV_RSP, 2, 0);
	expect_none();
	assert_int_equal(f.stats.stray, 3);
	event(6);
	event(5);
	irq_both();
	expect(DISPLIF_EV_FLIP, 2, 0);
	expect(DISPLIF_EV_FLIP, 1, 0);
	expect_none();
}

/* Ids that jump, stand still and begin anew: each flip is completed, each oddity counted. */
static void event_ids_jump_repeat_and_restart(void **state)
{
	static const uint16_t ids[] = { 0, 1, 2, 7, 7, 8, 0, 1, 65535, 0, 1 };
	uint32_t i, gaps = 0;
	uint16_t next = 0;

	(void)state;
	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		submit(XENDISPL_OP_PG_FLIP, 5, i, 0);
		displif_front_flush(&f);
		answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
		evt_id = ids[i];
		event(5);
		irq_both();
		expect(DISPLIF_EV_RSP, i, 0);
		expect(DISPLIF_EV_FLIP, i, 0);
		gaps += ids[i] != next;
		next = (uint16_t)(ids[i] + 1);
		assert_int_equal(f.stats.id_gaps, gaps);
	}
	assert_int_equal(gaps, 4);
	assert_int_equal(f.stats.stray, 0);
}

/* 10^6 events for one flip: each life of the session takes a handful, whatever the page holds. */
static void storm_of_events(void **state)
{
	uint32_t sent = 0, lives = 0, taken_in = 0, i;
	struct displif_front_event ev;

	(void)state;
	while (sent < 1000000) {
		if (f.err) {
			start(&usual);
			lives++;
		}
		submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
		for (i = 0; i < DISPLIF_EVT_LEN; i++, sent++)
			event(1000 + sent);
		displif_front_irq(&f, DISPLIF_CHAN_EVT);
		/* Nothing of it reaches the caller but the end. */
		while (displif_front_poll(&f, &ev))
			assert_int_equal(ev.type, DISPLIF_EV_LOST);
		taken_in += f.stats.stray;
		assert_true(f.stats.stray <= usual.max_lost + 1);
		assert_true(displif_front_flush(&f) & DISPLIF_DO_CLOSE);
		assert_int_equal(evt_page.w[0], 0); /* a dead session confirms nothing */
	}
	assert_int_equal(lives + 1, sent / DISPLIF_EVT_LEN);
	assert_int_equal(taken_in, (lives + 1) * (usual.max_lost + 1));
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

/* The answer to an earlier request in the same slot is a stray, and takes nothing from the later one. */
static void answer_of_an_older_generation(void **state)
{
	uint16_t old, id;

	(void)state;
	submit(XENDISPL_OP_SET_CONFIG, 0, 1, 0);
	displif_front_flush(&f);
	old = taken(XENDISPL_OP_SET_CONFIG);
	answer(old, XENDISPL_OP_SET_CONFIG, 0, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	submit(XENDISPL_OP_SET_CONFIG, 0, 2, 0);
	submit(XENDISPL_OP_SET_CONFIG, 0, 3, 0);
	displif_front_flush(&f);
	id = taken(XENDISPL_OP_SET_CONFIG);
	assert_int_equal(id % 32, old % 32);
	assert_int_not_equal(id, old);
	answer(old, XENDISPL_OP_SET_CONFIG, 0, 0);
	irq_both();
	expect_none();
	assert_int_equal(f.stats.stray, 1);
	answer(id, XENDISPL_OP_SET_CONFIG, -5, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 2, -5);
}

static void good_ones(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		submit(XENDISPL_OP_SET_CONFIG, 0, i, 0);
		displif_front_flush(&f);
		answer(taken(XENDISPL_OP_SET_CONFIG), XENDISPL_OP_SET_CONFIG, 0, 0);
		irq_both();
		expect(DISPLIF_EV_RSP, i, 0);
	}
}

static void strays(unsigned int n)
{
	while (n--)
		event(77);
	irq_both();
	expect_none();
}

/* Sixteen good ones for each stray, no fewer; none are saved up. */
static void the_price_of_a_stray(void **state)
{
	static const struct displif_front_cfg two = { 3000, 0, 2, 0 };

	(void)state;
	start(&two);
	good_ones(100);
	strays(2);
	good_ones(16);
	good_ones(15);
	strays(1);
	assert_int_equal(displif_front_flush(&f) & DISPLIF_DO_CLOSE, 0);
	good_ones(1);
	strays(1);
	assert_int_equal(displif_front_flush(&f) & DISPLIF_DO_CLOSE, 0);
	strays(1);
	assert_true(displif_front_flush(&f) & DISPLIF_DO_CLOSE);
}

/* One of three overdue ones is answered before anybody was told: the others are lost all the same. */
static void one_of_many_in_time(void **state)
{
	uint16_t id[3];
	unsigned int i;

	(void)state;
	for (i = 0; i < 3; i++)
		submit(XENDISPL_OP_SET_CONFIG, 0, i, 0);
	displif_front_flush(&f);
	for (i = 0; i < 3; i++)
		id[i] = taken(XENDISPL_OP_SET_CONFIG);
	displif_front_expire(&f, 3000);
	answer(id[1], XENDISPL_OP_SET_CONFIG, 0, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	expect(DISPLIF_EV_LOST, 0, DISPLIF_E_TIMEOUT);
	expect(DISPLIF_EV_LOST, 2, DISPLIF_E_TIMEOUT);
	expect_none();
	assert_int_equal(displif_front_space(&f), 30);
}

/* A later flip's event forgives an older, overdue one, but its loss is still told. */
static void forgiven_after_it_was_told(void **state)
{
	(void)state;
	submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	submit(XENDISPL_OP_PG_FLIP, 6, 2, 2000);
	displif_front_flush(&f);
	displif_front_expire(&f, 3000);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	event(6);
	irq_both();
	expect(DISPLIF_EV_RSP, 2, 0);
	expect(DISPLIF_EV_FLIP, 2, 0);
	expect(DISPLIF_EV_LOST, 1, DISPLIF_E_TIMEOUT);
	expect_none();
}

/* The earliest of all that is outstanding, whatever is overdue already. */
static void the_next_deadline(void **state)
{
	(void)state;
	submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
	submit(XENDISPL_OP_PG_FLIP, 5, 2, 50);
	displif_front_flush(&f);
	assert_int_equal(displif_front_deadline(&f), 100);
	start(&usual);
	submit(XENDISPL_OP_SET_CONFIG, 0, 1, 0);
	submit(XENDISPL_OP_SET_CONFIG, 0, 2, 1000);
	submit(XENDISPL_OP_SET_CONFIG, 0, 3, 2000);
	displif_front_flush(&f);
	assert_int_equal(displif_front_deadline(&f), 3000);
	displif_front_expire(&f, 3000);
	assert_int_equal(displif_front_deadline(&f), 4000);
}

/* An event whose interrupt is late, too, was not lost. */
static void an_event_that_lies_there_is_not_overdue(void **state)
{
	(void)state;
	submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, 0);
	event(5);
	displif_front_expire(&f, 99999);
	assert_true(displif_front_flush(&f) & DISPLIF_DO_POLL);
	expect(DISPLIF_EV_FLIP, 1, 0);
	expect_none();
	assert_int_equal(f.stats.lost, 0);
}

/* A session that dies of one page does not look at the other any more. */
static void death_by_the_event_page(void **state)
{
	(void)state;
	submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
	evt_page.w[1] = 64;
	displif_front_irq(&f, DISPLIF_CHAN_EVT);
	assert_true(displif_front_idle(&f, DISPLIF_CHAN_REQ));
	expect(DISPLIF_EV_LOST, 1, DISPLIF_E_PROTO);
	expect_none();
}

/* A token that was handed out as lost is forgotten already. A death without a reason has one. */
static void told_is_told(void **state)
{
	(void)state;
	submit(XENDISPL_OP_SET_CONFIG, 0, 1, 0);
	submit(XENDISPL_OP_SET_CONFIG, 0, 2, 0);
	displif_front_kill(&f, 0);
	expect(DISPLIF_EV_LOST, 1, DISPLIF_E_STATE);
	assert_int_equal(displif_front_forget(&f, 1), 0);
	assert_int_equal(displif_front_forget(&f, 2), 1);
	expect_none();
}

/* An event came, then the answer that the flip failed: nobody else's it was, so it stays told. */
static void event_of_a_flip_that_fails(void **state)
{
	(void)state;
	submit(XENDISPL_OP_PG_FLIP, 5, 1, 0);
	submit(XENDISPL_OP_PG_FLIP, 6, 2, 0);
	displif_front_flush(&f);
	event(5);
	irq_both();
	expect(DISPLIF_EV_FLIP, 1, 0);
	answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, -5, 0);
	irq_both();
	expect(DISPLIF_EV_RSP, 1, -5);
	expect_none();
	assert_int_equal(displif_front_space(&f), 31);
}

/* The status that makes no sense once too often ends the session: its token is lost like the others. */
static void one_nonsense_too_many(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 10; i++)
		submit(XENDISPL_OP_SET_CONFIG, 0, i, 0);
	displif_front_flush(&f);
	for (i = 0; i < 9; i++)
		answer(taken(XENDISPL_OP_SET_CONFIG), XENDISPL_OP_SET_CONFIG, 1, 0);
	irq_both();
	for (i = 0; i < 8; i++)
		expect(DISPLIF_EV_RSP, i, -DISPLIF_XEN_EIO);
	expect(DISPLIF_EV_LOST, 8, DISPLIF_E_PROTO);
	expect(DISPLIF_EV_LOST, 9, DISPLIF_E_PROTO);
	expect_none();
	assert_int_equal(f.stats.responses, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(early_look_finds_a_failed_flip, setup),
		cmocka_unit_test_setup(answer_before_its_loss_is_told, setup),
		cmocka_unit_test_setup(nonsense_statuses, setup),
		cmocka_unit_test_setup(answers_that_match_nothing, setup),
		cmocka_unit_test_setup(strays_are_paid_for, setup),
		cmocka_unit_test_setup(foreign_events, setup),
		cmocka_unit_test_setup(answer_with_an_unknown_operation, setup),
		cmocka_unit_test_setup(two_events_for_one_flip, setup),
		cmocka_unit_test_setup(foreign_cookie_beside_open_flips, setup),
		cmocka_unit_test_setup(event_ids_jump_repeat_and_restart, setup),
		cmocka_unit_test_setup(storm_of_events, setup),
		cmocka_unit_test_setup(hostile_indices, setup),
		cmocka_unit_test_setup(time_out_and_late_answer, setup),
		cmocka_unit_test_setup(what_lies_there_is_not_overdue, setup),
		cmocka_unit_test_setup(silent_backend, setup),
		cmocka_unit_test_setup(late_flip_of_the_same_framebuffer, setup),
		cmocka_unit_test_setup(dropped_event_is_forgiven, setup),
		cmocka_unit_test_setup(forget, setup),
		cmocka_unit_test_setup(kill_hands_every_token_out_once, setup),
		cmocka_unit_test_setup(strange_clocks, setup),
		cmocka_unit_test_setup(answer_of_an_older_generation, setup),
		cmocka_unit_test_setup(the_price_of_a_stray, setup),
		cmocka_unit_test_setup(one_of_many_in_time, setup),
		cmocka_unit_test_setup(forgiven_after_it_was_told, setup),
		cmocka_unit_test_setup(the_next_deadline, setup),
		cmocka_unit_test_setup(an_event_that_lies_there_is_not_overdue, setup),
		cmocka_unit_test_setup(death_by_the_event_page, setup),
		cmocka_unit_test_setup(told_is_told, setup),
		cmocka_unit_test_setup(event_of_a_flip_that_fails, setup),
		cmocka_unit_test_setup(one_nonsense_too_many, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
