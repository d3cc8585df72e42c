/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The one pair of accesses that even x86 turns round: one thread publishes while
 * the other asks to be notified, at the same time, again and again. At least one
 * of them has to see the other.
 *
 * PLANTED builds it with a ring whose full barrier is gone: then both must miss
 * at least once, which shows that this test can see it.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "priv.h"

#ifdef PLANTED
#define ROUNDS 3000000u
#else
#define ROUNDS 300000u
#endif

static union {
	uint32_t w[1024];
} page __attribute__((aligned(4096)));

static struct displif_ring front, back;
static bool notified;
static uint32_t missed, rounds, done;
static atomic_uint arrived;

/* Both threads leave it as close together as can be. */
static void meet(uint32_t *times)
{
	uint32_t spun = 0;

	*times += 2;
	atomic_fetch_add(&arrived, 1);
	while ((int32_t)(atomic_load(&arrived) - *times) < 0)
		if (++spun % 1000u == 0)
			sched_yield();
}

/* One of the two begins a little earlier, by another distance in each round. */
static void linger(uint32_t n)
{
	volatile uint32_t i;

	for (i = 0; i < n; i++)
		;
}

static void *publisher(void *arg)
{
	const union displif_wire wire = { 0 };
	uint32_t times = 0, i;

	(void)arg;
	for (i = 0; i < rounds; i++) {
		displif__ring_put(&front, &wire);
		meet(&times);
		linger(i % 16u);
		notified = displif__ring_publish(&front);
		meet(&times);
		meet(&times);
		if (done)
			break;
	}
	return NULL;
}

static void *sleeper(void *arg)
{
	union displif_wire wire;
	uint32_t times = 0, i;

	(void)arg;
	for (i = 0; i < rounds; i++) {
		bool seen;

		meet(&times);
		linger(i / 16u % 16u);
		seen = displif__ring_rearm(&back, 1);
		meet(&times);
		missed += !seen && !notified;
#ifdef PLANTED
		done = missed;
#endif
		/* Take it, and answer, so that the ring stays as empty as it was. */
		displif__ring_snapshot(&back);
		while (displif__ring_get(&back, &wire))
			displif__ring_put(&back, &wire);
		displif__ring_publish(&back);
		displif__ring_snapshot(&front);
		while (displif__ring_get(&front, &wire))
			;
		meet(&times);
		if (done)
			break;
	}
	rounds = i;
	return NULL;
}

static void one_of_them_sees_the_other(void **state)
{
	const char *more = getenv("DISPLIF_STRESS");
	pthread_t thread[2];

	(void)state;
	rounds = ROUNDS * (more ? (uint32_t)strtoul(more, NULL, 10) : 1u);
	displif__ring_create(&front, &page);
	assert_int_equal(displif__ring_attach(&back, &page, NULL), 0);
	assert_int_equal(pthread_create(&thread[0], NULL, publisher, NULL), 0);
	assert_int_equal(pthread_create(&thread[1], NULL, sleeper, NULL), 0);
	pthread_join(thread[0], NULL);
	pthread_join(thread[1], NULL);
	print_message("%u rounds, %u missed by both\n", rounds, missed);
#ifdef PLANTED
	assert_int_not_equal(missed, 0);
#else
	assert_int_equal(missed, 0);
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_them_sees_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
