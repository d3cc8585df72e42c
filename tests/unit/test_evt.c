/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Both ends of the event page: 63 slots, the wrap of 2^32, consumers and producers that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "priv.h"

#define IN_CONS 0
#define IN_PROD 1

static union {
	uint32_t w[1024];
	struct xendispl_event_page page;
} page __attribute__((aligned(4096)));

static struct displif_evt front, back;

static int fresh(void **state)
{
	(void)state;
	memset(&page, 0xa5, sizeof(page));
	displif__evt_create(&front, &page);
	assert_int_equal(displif__evt_attach(&back, &page, NULL), 0);
	return 0;
}

static void wind_to(uint32_t at)
{
	page.w[IN_CONS] = at;
	page.w[IN_PROD] = at;
	front.cons = front.seen = at;
	assert_int_equal(displif__evt_attach(&back, &page, NULL), 0);
}

static int put(uint32_t n)
{
	union displif_wire w;

	displif_evt_encode(&w, (uint16_t)n, n);
	return displif__evt_put(&back, &w);
}

static void expect_event(uint32_t n)
{
	union displif_wire w;
	uint64_t fb;
	uint16_t id;

	assert_int_equal(displif__evt_get(&front, &w), 1);
	assert_int_equal(displif_evt_decode(&w, &id, &fb), 0);
	assert_int_equal(id, (uint16_t)n);
	assert_int_equal(fb, n);
}

static void create_zeroes_all(void **state)
{
	static const uint8_t zero[4096];

	(void)state;
	assert_memory_equal(&page, zero, sizeof(zero));
}

static void attach_wants_equal_indices(void **state)
{
	struct displif_diag diag = { 0 };

	(void)state;
	page.w[IN_CONS] = page.w[IN_PROD] = 12345;
	assert_int_equal(displif__evt_attach(&back, &page, NULL), 0);
	assert_int_equal(put(1), 1);
	assert_true(displif__evt_publish(&back));
	assert_int_equal(page.w[IN_PROD], 12346);
	page.w[IN_CONS] = 12344;
	assert_int_equal(displif__evt_attach(&back, &page, &diag), DISPLIF_E_PROTO);
	assert_int_equal(diag.op, DISPLIF_OP_EVENT);
	assert_int_equal(diag.value, 12346);
	assert_int_equal(diag.limit, 12344);
}

static void slots_are_xens(void **state)
{
	uint32_t n;

	(void)state;
	for (n = 0; n < 200; n++) {
		assert_int_equal(put(n), 1);
		displif__evt_publish(&back);
		assert_int_equal(XENDISPL_IN_RING_REF(&page, n).op.pg_flip.fb_cookie, n);
		assert_int_equal(displif__evt_snapshot(&front), 1);
		expect_event(n);
		displif__evt_confirm(&front);
		assert_int_equal(page.w[IN_CONS], n + 1);
	}
}

static void holds_63(void **state)
{
	uint32_t n;

	(void)state;
	for (n = 0; n < DISPLIF_EVT_LEN; n++)
		assert_int_equal(put(n), 1);
	assert_int_equal(put(n), 0);
	assert_int_equal(page.w[IN_PROD], 0);
	assert_true(displif__evt_publish(&back));
	assert_false(displif__evt_publish(&back));
	assert_int_equal(displif__evt_snapshot(&front), 63);
	for (n = 0; n < DISPLIF_EVT_LEN; n++)
		expect_event(n);
	/* Taken, not confirmed: still full for the backend. */
	assert_int_equal(put(63), 0);
	displif__evt_confirm(&front);
	assert_int_equal(put(63), 1);
}

/* At every distance from the wrap: no event is overwritten, none is lost. */
static void wrap_of_the_index(void **state)
{
	uint32_t start, n, taken, sent;

	(void)state;
	for (start = 0; start < 130; start++) {
		wind_to(UINT32_MAX - start);
		sent = 0;
		taken = 0;
		for (n = 0; n < 400; n++) {
			/* Fill as far as it goes, then take one: the fullest life there is. */
			while (put(sent))
				sent++;
			displif__evt_publish(&back);
			assert_true(sent - taken >= 4);
			assert_true(displif__evt_snapshot(&front) >= 4);
			expect_event(taken);
			taken++;
			displif__evt_confirm(&front);
		}
		while (taken < sent) {
			displif__evt_snapshot(&front);
			expect_event(taken);
			taken++;
			displif__evt_confirm(&front);
		}
	}
}

static void consumer_that_lies(void **state)
{
	static const uint32_t cons[] = { 1, 2, 63, 1000, 0x7fffffff, 0x80000000, 0xffffff00 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cons) / sizeof(cons[0]); i++) {
		fresh(NULL);
		page.w[IN_CONS] = cons[i];
		assert_int_equal(put(0), 0);
		page.w[IN_CONS] = 0;
		assert_int_equal(put(0), 1);
	}
}

static void producer_that_lies(void **state)
{
	static const uint32_t prod[] = { 64, 65, 1000, 0x7fffffff, 0x80000000, 0xffffffff };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(prod) / sizeof(prod[0]); i++) {
		fresh(NULL);
		page.w[IN_PROD] = prod[i];
		assert_int_equal(displif__evt_snapshot(&front), DISPLIF_E_PROTO);
	}
	fresh(NULL);
	page.w[IN_PROD] = 63;
	assert_int_equal(displif__evt_snapshot(&front), 63);
	/* Backwards. */
	page.w[IN_PROD] = 62;
	assert_int_equal(displif__evt_snapshot(&front), DISPLIF_E_PROTO);
}

static void snapshot_bounds_get(void **state)
{
	union displif_wire w;

	(void)state;
	put(0);
	displif__evt_publish(&back);
	assert_int_equal(displif__evt_snapshot(&front), 1);
	put(1);
	displif__evt_publish(&back);
	expect_event(0);
	memset(&w, 0xff, sizeof(w));
	assert_int_equal(displif__evt_get(&front, &w), 0);
	assert_int_equal(w.q[0], UINT64_MAX);
	assert_int_equal(w.q[7], UINT64_MAX);
	assert_int_equal(displif__evt_snapshot(&front), 1);
	expect_event(1);
}

/* Whether two of the @n events from index @first on share a slot. */
static bool collide(uint32_t first, uint32_t n)
{
	bool used[DISPLIF_EVT_LEN] = { false };
	uint32_t i;

	for (i = 0; i < n; i++) {
		uint32_t slot = (first + i) % DISPLIF_EVT_LEN;

		if (used[slot])
			return true;
		used[slot] = true;
	}
	return false;
}

/*
 * The rule for the wrap is neither too strict nor too lax: in every state around
 * it that can come about, one more event is let in if and only if its slot is free.
 */
static void rule_of_the_wrap_is_exact(void **state)
{
	union displif_wire w = { 0 };
	uint32_t i, n, states = 0;

	(void)state;
	for (i = 0; i < 400; i++) {
		uint32_t first = i - 200u;

		for (n = 0; n <= DISPLIF_EVT_LEN; n++) {
			struct displif_evt e = { 0 };
			bool room = n < DISPLIF_EVT_LEN && !collide(first, n + 1);

			if (collide(first, n))
				break;
			states++;
			page.w[IN_CONS] = first;
			e.page = page.w;
			e.prod = first + n;
			e.pub = e.prod;
			assert_int_equal(displif__evt_put(&e, &w), room);
		}
	}
	/* All of 0 to 63 but those across the wrap with more than 4. */
	assert_int_equal(states, 23653);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(create_zeroes_all, fresh),
		cmocka_unit_test_setup(attach_wants_equal_indices, fresh),
		cmocka_unit_test_setup(slots_are_xens, fresh),
		cmocka_unit_test_setup(holds_63, fresh),
		cmocka_unit_test_setup(wrap_of_the_index, fresh),
		cmocka_unit_test_setup(consumer_that_lies, fresh),
		cmocka_unit_test_setup(producer_that_lies, fresh),
		cmocka_unit_test_setup(snapshot_bounds_get, fresh),
		cmocka_unit_test(rule_of_the_wrap_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
