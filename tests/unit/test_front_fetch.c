/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Front session: a backend that changes the pages while they are read. What was read once counts. */
#include "front_rig.h"

#include "fetch.h"

/* Each word of an answer and of an event changes right after it was read. */
static void contents_change_after_the_read(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < 200; i++) {
		assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 5 + i, 100 + i, 0), 0);
		displif_front_flush(&f);
		answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
		event(5 + i);
		fetch_start(ring_page.w, evt_page.w);
		irq_both();
		expect(DISPLIF_EV_RSP, 100 + i, 0);
		expect(DISPLIF_EV_FLIP, 100 + i, 0);
		expect_none();
		fetch_end();
		fetched_once(&fetched[0], i % DISPLIF_RING_LEN);
		fetched_once(&fetched[1], i % DISPLIF_EVT_LEN);
		/* Once for each look; an event makes it look for the answer, too. */
		assert_int_equal(fetched[0].loads[2], 2);
		assert_int_equal(fetched[1].loads[1], 1);
		assert_int_equal(displif_front_flush(&f) & DISPLIF_DO_CLOSE, 0);
	}
	assert_int_equal(f.stats.stray, 0);
	assert_int_equal(f.stats.id_gaps, 0);
}

/* The EDID's size is checked in the copy that is handed out. */
static void a_size_changes_after_the_read(void **state)
{
	struct displif_front_event ev;

	(void)state;
	assert_int_equal(submit(XENDISPL_OP_GET_EDID, 0, 1, 0), 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_GET_EDID), XENDISPL_OP_GET_EDID, 0, 256);
	fetch_start(ring_page.w, evt_page.w);
	irq_both();
	assert_int_equal(displif_front_poll(&f, &ev), 1);
	fetch_end();
	assert_int_equal(ev.status, 0);
	assert_int_equal(ev.edid_sz, 256);
}

/* A producer index that is good when it is read, and nonsense right after: nothing beyond is believed. */
static void an_index_moves_while_it_is_read(void **state)
{
	static const uint32_t jump[] = { 1 + 33, 1 + 0x80000000, 0, 0xffffffff };
	uint32_t i, k;

	(void)state;
	for (i = 0; i < 2; i++) {
		for (k = 0; k < sizeof(jump) / sizeof(jump[0]); k++) {
			start(&usual);
			assert_int_equal(submit(XENDISPL_OP_PG_FLIP, 5, 7, 0), 0);
			displif_front_flush(&f);
			answer(taken(XENDISPL_OP_PG_FLIP), XENDISPL_OP_PG_FLIP, 0, 0);
			event(5);
			fetch_start(ring_page.w, evt_page.w);
			fetch_index = i ? &evt_page.w[1] : &ring_page.w[2];
			/* The event page holds 63: 33 more could be. */
			fetch_value = i && k == 0 ? 1 + 64 : jump[k];
			displif_front_irq(&f, i ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ);
			expect(DISPLIF_EV_RSP, 7, 0);
			if (i)
				expect(DISPLIF_EV_FLIP, 7, 0);
			expect_none();
			fetch_end();
			assert_int_equal(displif_front_flush(&f) & DISPLIF_DO_CLOSE, 0);
			/* At the next look it is nonsense from the beginning. */
			irq_both();
			if (!i)
				expect(DISPLIF_EV_LOST, 7, DISPLIF_E_PROTO);
			expect_none();
			assert_true(displif_front_flush(&f) & DISPLIF_DO_CLOSE);
		}
	}
}

/* The other way round: nonsense when it is read kills the session, though it is good again at once. */
static void an_index_is_wrong_for_a_moment(void **state)
{
	(void)state;
	assert_int_equal(submit(XENDISPL_OP_SET_CONFIG, 0, 7, 0), 0);
	displif_front_flush(&f);
	answer(taken(XENDISPL_OP_SET_CONFIG), XENDISPL_OP_SET_CONFIG, 0, 0);
	ring_page.w[2] = 34;
	fetch_start(ring_page.w, evt_page.w);
	fetch_index = &ring_page.w[2];
	fetch_value = 1;
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	fetch_end();
	assert_int_equal(ring_page.w[2], 1);
	expect(DISPLIF_EV_LOST, 7, DISPLIF_E_PROTO);
	expect_none();
	assert_true(displif_front_flush(&f) & DISPLIF_DO_CLOSE);
}

/* The test of the test: whoever reads twice gets something else. */
static void a_second_read_is_noticed(void **state)
{
	const volatile uint64_t *slot = (const volatile uint64_t *)&ring_page.w[16];
	union displif_wire first, second;

	(void)state;
	fetch_start(ring_page.w, evt_page.w);
	displif__copy_in(&first, slot);
	displif__copy_in(&second, slot);
	fetch_end();
	assert_memory_not_equal(&first, &second, sizeof(first));
	assert_int_equal(fetched[0].loads[16], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(contents_change_after_the_read, setup),
		cmocka_unit_test_setup(a_size_changes_after_the_read, setup),
		cmocka_unit_test_setup(an_index_moves_while_it_is_read, setup),
		cmocka_unit_test_setup(an_index_is_wrong_for_a_moment, setup),
		cmocka_unit_test_setup(a_second_read_is_noticed, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
