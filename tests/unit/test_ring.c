/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * One end of the request ring against the other, and against Xen's own macros
 * (io/ring.h), which are the reference for layout and hold-off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "priv.h"

/* What Xen's macros need of their user. They mix signs freely. */
#define mb() displif_mb()
#define rmb() displif_rmb()
#define wmb() displif_wmb()
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wconversion"

static union {
	uint32_t w[1024];
	uint64_t q[512];
	struct xen_displif_sring sring;
} page __attribute__((aligned(4096)));

static struct displif_ring front, back;

static int fresh(void **state)
{
	(void)state;
	memset(&page, 0xa5, sizeof(page));
	displif__ring_create(&front, &page);
	assert_int_equal(displif__ring_attach(&back, &page, NULL), 0);
	return 0;
}

/* As fresh(), both ends @at messages into the life of the connection. */
static void wind_to(uint32_t at)
{
	fresh(NULL);
	page.w[0] = at;
	page.w[1] = displif__inc32(at);
	page.w[2] = at;
	page.w[3] = displif__inc32(at);
	front.prod = front.pub = front.cons = front.seen = at;
	back.prod = back.pub = back.cons = back.seen = at;
}

static union displif_wire message(uint32_t n)
{
	union displif_wire w;
	unsigned int i;

	for (i = 0; i < 16; i++)
		w.w[i] = n * 16u + i;
	return w;
}

static void put(struct displif_ring *r, uint32_t n)
{
	union displif_wire w = message(n);

	displif__ring_put(r, &w);
}

static void expect_message(struct displif_ring *r, uint32_t n)
{
	union displif_wire w, want = message(n);

	assert_int_equal(displif__ring_get(r, &w), 1);
	assert_memory_equal(&w, &want, sizeof(w));
}

static void layout_is_xens(void **state)
{
	(void)state;
	assert_int_equal(__CONST_RING_SIZE(xen_displif, 4096), DISPLIF_RING_LEN);
	assert_int_equal(sizeof(union xen_displif_sring_entry), 64);
	assert_int_equal(offsetof(struct xen_displif_sring, req_prod), 0);
	assert_int_equal(offsetof(struct xen_displif_sring, req_event), 4);
	assert_int_equal(offsetof(struct xen_displif_sring, rsp_prod), 8);
	assert_int_equal(offsetof(struct xen_displif_sring, rsp_event), 12);
	assert_int_equal(offsetof(struct xen_displif_sring, ring), 64);
}

static void create_makes_a_pristine_page(void **state)
{
	static union {
		uint32_t w[1024];
		struct xen_displif_sring sring;
	} want;
	struct xen_displif_sring *s = &want.sring;

	(void)state;
	memset(&want, 0, sizeof(want));
	SHARED_RING_INIT(s);
	assert_memory_equal(&page, &want, sizeof(want));
}

static void attach_refuses_old_rings(void **state)
{
	struct displif_diag diag;
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		displif__ring_create(&front, &page);
		page.w[i] += 1;
		memset(&diag, 0, sizeof(diag));
		assert_int_equal(displif__ring_attach(&back, &page, &diag), DISPLIF_E_PROTO);
		assert_int_equal(diag.op, DISPLIF_OP_RING);
		assert_non_null(diag.node);
		assert_int_equal(diag.value, page.w[i]);
	}
}

/* Our frontend, Xen's macros as the backend. */
static void against_xens_back_ring(void **state)
{
	struct xen_displif_back_ring xen;
	uint32_t n, round;
	int more;

	(void)state;
	BACK_RING_INIT(&xen, &page.sring, 4096);
	for (round = 0, n = 0; round < 50; round++) {
		uint32_t k, count = 1 + round % DISPLIF_RING_LEN;

		assert_int_equal(displif__ring_space(&front), DISPLIF_RING_LEN);
		for (k = 0; k < count; k++)
			put(&front, n + k);
		assert_true(displif__ring_publish(&front));
		for (k = 0; k < count; k++) {
			union displif_wire w, want = message(n + k);

			assert_true(RING_HAS_UNCONSUMED_REQUESTS(&xen));
			memcpy(&w, RING_GET_REQUEST(&xen, xen.req_cons), 64);
			xen.req_cons++;
			assert_memory_equal(&w, &want, 64);
			want = message(~(n + k));
			memcpy(RING_GET_RESPONSE(&xen, xen.rsp_prod_pvt), &want, 64);
			xen.rsp_prod_pvt++;
		}
		RING_FINAL_CHECK_FOR_REQUESTS(&xen, more);
		assert_false(more);
		RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&xen, more);
		assert_true(more);
		assert_int_equal(displif__ring_snapshot(&front), (int)count);
		for (k = 0; k < count; k++)
			expect_message(&front, ~(n + k));
		assert_false(displif__ring_rearm(&front, 1));
		n += count;
	}
}

/* Xen's macros as the frontend, our backend. */
static void against_xens_front_ring(void **state)
{
	struct xen_displif_front_ring xen;
	uint32_t n, round;
	int notify;

	(void)state;
	memset(&page, 0, sizeof(page));
	SHARED_RING_INIT(&page.sring);
	FRONT_RING_INIT(&xen, &page.sring, 4096);
	assert_int_equal(displif__ring_attach(&back, &page, NULL), 0);
	for (round = 0, n = 0; round < 50; round++) {
		uint32_t k, count = 1 + round % DISPLIF_RING_LEN;

		for (k = 0; k < count; k++) {
			union displif_wire w = message(n + k);

			assert_false(RING_FULL(&xen));
			memcpy(RING_GET_REQUEST(&xen, xen.req_prod_pvt), &w, 64);
			xen.req_prod_pvt++;
		}
		RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&xen, notify);
		assert_true(notify);
		assert_int_equal(displif__ring_snapshot(&back), (int)count);
		for (k = 0; k < count; k++) {
			expect_message(&back, n + k);
			assert_int_equal(displif__ring_space(&back), 1);
			put(&back, ~(n + k));
		}
		assert_false(displif__ring_rearm(&back, 1));
		assert_true(displif__ring_publish(&back));
		for (k = 0; k < count; k++) {
			union displif_wire w, want = message(~(n + k));

			assert_true(RING_HAS_UNCONSUMED_RESPONSES(&xen));
			memcpy(&w, RING_GET_RESPONSE(&xen, xen.rsp_cons), 64);
			xen.rsp_cons++;
			assert_memory_equal(&w, &want, 64);
		}
		RING_FINAL_CHECK_FOR_RESPONSES(&xen, notify);
		assert_false(notify);
		n += count;
	}
}

static void hold_off(void **state)
{
	(void)state;
	/* The backend asked for the next request: one notification, then silence until it re-arms. */
	put(&front, 0);
	assert_true(displif__ring_publish(&front));
	put(&front, 1);
	assert_false(displif__ring_publish(&front));
	assert_false(displif__ring_publish(&front));
	assert_int_equal(displif__ring_snapshot(&back), 2);
	expect_message(&back, 0);
	/* Re-arming finds what came since the snapshot: no notification will announce it. */
	put(&front, 2);
	assert_false(displif__ring_publish(&front));
	expect_message(&back, 1);
	assert_true(displif__ring_rearm(&back, 1));
	assert_int_equal(displif__ring_snapshot(&back), 1);
	expect_message(&back, 2);
	assert_false(displif__ring_rearm(&back, 1));
	put(&front, 3);
	assert_true(displif__ring_publish(&front));
	/* Two ahead: the first is silent. */
	assert_int_equal(displif__ring_snapshot(&back), 1);
	expect_message(&back, 3);
	assert_false(displif__ring_rearm(&back, 2));
	put(&front, 4);
	assert_false(displif__ring_publish(&front));
	put(&front, 5);
	assert_true(displif__ring_publish(&front));
}

static void staged_is_invisible(void **state)
{
	(void)state;
	put(&front, 7);
	assert_int_equal(displif__ring_snapshot(&back), 0);
	assert_int_equal(page.w[0], 0);
	displif__ring_publish(&front);
	assert_int_equal(displif__ring_snapshot(&back), 1);
	/* A snapshot bounds what is taken, whatever comes meanwhile. */
	put(&front, 8);
	displif__ring_publish(&front);
	expect_message(&back, 7);
	{
		union displif_wire w = { { 77 } };

		assert_int_equal(displif__ring_get(&back, &w), 0);
		assert_int_equal(w.q[0], 77);
	}
}

static void wraps_at_2_to_32(void **state)
{
	uint32_t n;

	(void)state;
	wind_to(UINT32_MAX - 40);
	for (n = 0; n < 100; n++) {
		put(&front, n);
		assert_true(displif__ring_publish(&front));
		assert_int_equal(displif__ring_snapshot(&back), 1);
		expect_message(&back, n);
		assert_false(displif__ring_rearm(&back, 1));
		put(&back, n + 1000);
		assert_true(displif__ring_publish(&back));
		assert_int_equal(displif__ring_snapshot(&front), 1);
		expect_message(&front, n + 1000);
		assert_false(displif__ring_rearm(&front, 1));
	}
	assert_int_equal(front.prod, UINT32_MAX - 40 + 100);
}

static void full_ring_across_the_wrap(void **state)
{
	uint32_t n;

	(void)state;
	wind_to(UINT32_MAX - 10);
	for (n = 0; n < DISPLIF_RING_LEN; n++) {
		assert_int_equal(displif__ring_space(&front), DISPLIF_RING_LEN - n);
		put(&front, n);
	}
	assert_int_equal(displif__ring_space(&front), 0);
	assert_true(displif__ring_publish(&front));
	assert_int_equal(displif__ring_snapshot(&back), 32);
	for (n = 0; n < DISPLIF_RING_LEN; n++)
		expect_message(&back, n);
	assert_int_equal(displif__ring_space(&back), 32);
}

static void hostile_request_index(void **state)
{
	static const uint32_t jump[] = { 33, 34, 1000, 0x7fffffff, 0x80000000, 0xffffffff };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(jump) / sizeof(jump[0]); i++) {
		fresh(NULL);
		page.w[0] = jump[i];
		assert_int_equal(displif__ring_snapshot(&back), DISPLIF_E_PROTO);
	}
	/* 5 are taken and unanswered: 27 more fit, not 28. */
	fresh(NULL);
	page.w[0] = 5;
	assert_int_equal(displif__ring_snapshot(&back), 5);
	for (i = 0; i < 5; i++) {
		union displif_wire w;

		assert_int_equal(displif__ring_get(&back, &w), 1);
	}
	page.w[0] = 33;
	assert_int_equal(displif__ring_snapshot(&back), DISPLIF_E_PROTO);
	page.w[0] = 32;
	assert_int_equal(displif__ring_snapshot(&back), 27);
	/* Backwards, even to what is still ahead of us. */
	page.w[0] = 31;
	assert_int_equal(displif__ring_snapshot(&back), DISPLIF_E_PROTO);
	/* An answer that is only staged frees nothing: the guest cannot know of it. */
	put(&back, 0);
	page.w[0] = 33;
	assert_int_equal(displif__ring_snapshot(&back), DISPLIF_E_PROTO);
	displif__ring_publish(&back);
	assert_int_equal(displif__ring_snapshot(&back), 28);
}

static void hostile_response_index(void **state)
{
	(void)state;
	put(&front, 0);
	put(&front, 1);
	/* Answers to what was never published. */
	page.w[2] = 1;
	assert_int_equal(displif__ring_snapshot(&front), DISPLIF_E_PROTO);
	displif__ring_publish(&front);
	assert_int_equal(displif__ring_snapshot(&front), 1);
	page.w[2] = 0;
	assert_int_equal(displif__ring_snapshot(&front), DISPLIF_E_PROTO);
	page.w[2] = 3;
	assert_int_equal(displif__ring_snapshot(&front), DISPLIF_E_PROTO);
	page.w[2] = 0x80000001;
	assert_int_equal(displif__ring_snapshot(&front), DISPLIF_E_PROTO);
	page.w[2] = 2;
	assert_int_equal(displif__ring_snapshot(&front), 2);
}

/* The diagnosis tells which word, and what a fresh ring has there. */
static void attach_names_the_index(void **state)
{
	static const char *const name[] = { "req_prod", "req_event", "rsp_prod", "rsp_event" };
	struct displif_diag diag;
	unsigned int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		displif__ring_create(&front, &page);
		page.w[i] = 7;
		assert_int_equal(displif__ring_attach(&back, &page, &diag), DISPLIF_E_PROTO);
		assert_string_equal(diag.node, name[i]);
		assert_int_equal(diag.value, 7);
		assert_int_equal(diag.limit, i & 1);
	}
	/* What lies behind the four is nobody's: some frontends leave something there. */
	displif__ring_create(&front, &page);
	page.w[4] = 7;
	assert_int_equal(displif__ring_attach(&back, &page, &diag), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(layout_is_xens, fresh),
		cmocka_unit_test_setup(create_makes_a_pristine_page, fresh),
		cmocka_unit_test_setup(attach_refuses_old_rings, fresh),
		cmocka_unit_test_setup(against_xens_back_ring, fresh),
		cmocka_unit_test_setup(against_xens_front_ring, fresh),
		cmocka_unit_test_setup(hold_off, fresh),
		cmocka_unit_test_setup(staged_is_invisible, fresh),
		cmocka_unit_test_setup(wraps_at_2_to_32, fresh),
		cmocka_unit_test_setup(full_ring_across_the_wrap, fresh),
		cmocka_unit_test_setup(hostile_request_index, fresh),
		cmocka_unit_test_setup(hostile_response_index, fresh),
		cmocka_unit_test_setup(attach_names_the_index, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
