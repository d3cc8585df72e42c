/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The ring and the event page between two threads at full speed: every byte of
 * every message is checked, and a lost wake-up is a standstill.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "channel.h"
#include "priv.h"

/* PLANTED builds it with a ring that does not look again after arming: it must come to a standstill. */
#ifdef PLANTED
#define MESSAGES 4000000u
#else
#define MESSAGES 250000u
#endif

static union {
	uint32_t w[1024];
	uint64_t q[512];
} page __attribute__((aligned(4096)));

static struct channels chan;
/* Errors that a side found; each is written by one thread. */
static uint32_t bad[2];

static uint32_t messages(void)
{
	const char *times = getenv("DISPLIF_STRESS");

	return MESSAGES * (times ? (uint32_t)strtoul(times, NULL, 10) : 1u);
}

/* Each word of a message tells its number and its place. */
static void fill(union displif_wire *wire, uint32_t number, uint64_t kind)
{
	uint64_t k;

	for (k = 0; k < 8; k++)
		wire->q[k] = (number + 1u) * UINT64_C(0x9e3779b97f4a7c15) ^ (k << 8 | kind);
}

static bool differs(const union displif_wire *wire, uint32_t number, uint64_t kind)
{
	union displif_wire right;

	fill(&right, number, kind);
	return memcmp(&right, wire, sizeof(right)) != 0;
}

/* A cheap number that differs from round to round. */
static uint32_t dice(uint32_t *state)
{
	*state = *state * 1103515245u + 12345u;
	return *state >> 16;
}

/* Both ends of a ring: the front sends requests, the back answers each. */
static struct displif_ring ring[2];

static void *ring_front(void *arg)
{
	struct displif_ring *r = &ring[SIDE_FRONT];
	uint32_t sent = 0, heard = 0, burst, seed = 1, all = messages();
	union displif_wire wire;
	bool again = false;

	(void)arg;
	while (heard < all && !bad[SIDE_FRONT]) {
		for (burst = dice(&seed) % 40u; burst && sent < all && displif__ring_space(r);
		     burst--) {
			fill(&wire, sent++, 1);
			displif__ring_put(r, &wire);
		}
		if (displif__ring_publish(r))
			channels_notify(&chan, SIDE_BACK, 1);
		/* Only who waits for something sleeps. */
		if (sent > heard && !again && displif__ring_rearm(r, 1))
			again = true;
		if (sent > heard && !again && !channels_wait(&chan, SIDE_FRONT))
			break;
		again = false;
		if (displif__ring_snapshot(r) < 0)
			bad[SIDE_FRONT]++;
		while (displif__ring_get(r, &wire))
			bad[SIDE_FRONT] += differs(&wire, heard++, 2);
	}
	channels_end(&chan, false);
	return NULL;
}

static void *ring_back(void *arg)
{
	struct displif_ring *r = &ring[SIDE_BACK];
	uint32_t taken = 0, answered = 0, seed = 2, all = messages();
	union displif_wire wire;

	(void)arg;
	while (answered < all && !bad[SIDE_BACK]) {
		if (displif__ring_snapshot(r) < 0)
			bad[SIDE_BACK]++;
		while (displif__ring_get(r, &wire))
			bad[SIDE_BACK] += differs(&wire, taken++, 1);
		while (answered < taken) {
			fill(&wire, answered++, 2);
			displif__ring_put(r, &wire);
			if (dice(&seed) % 8u == 0 && displif__ring_publish(r))
				channels_notify(&chan, SIDE_FRONT, 1);
		}
		if (displif__ring_publish(r))
			channels_notify(&chan, SIDE_FRONT, 1);
		if (answered < all && !displif__ring_rearm(r, 1) &&
		    !channels_wait(&chan, SIDE_BACK))
			break;
	}
	return NULL;
}

/* The event page: events from an index shortly before the wrap on, and as many behind it. */
static struct displif_evt evt[2];

static void *evt_back(void *arg)
{
	struct displif_evt *e = &evt[SIDE_BACK];
	uint32_t sent = 0, burst, seed = 3, all = messages();
	union displif_wire wire;

	(void)arg;
	while (sent < all) {
		for (burst = 1 + dice(&seed) % 70u; burst && sent < all; burst--) {
			fill(&wire, sent, 3);
			if (!displif__evt_put(e, &wire))
				break;
			sent++;
		}
		if (displif__evt_publish(e)) {
			channels_notify(&chan, SIDE_FRONT, 1);
			continue;
		}
		/* Full, and nobody tells when there is room. A front that sleeps has left room. */
		if (channels_alone(&chan, SIDE_BACK) && !displif__evt_put(e, &wire)) {
			channels_end(&chan, true);
			break;
		} else if (e->prod != e->pub) {
			sent++;
		}
		sched_yield();
	}
	if (displif__evt_publish(e))
		channels_notify(&chan, SIDE_FRONT, 1);
	channels_wait(&chan, SIDE_BACK);
	return NULL;
}

static void *evt_front(void *arg)
{
	struct displif_evt *e = &evt[SIDE_FRONT];
	uint32_t heard = 0, seed = 4, all = messages();
	union displif_wire wire;

	(void)arg;
	while (heard < all && !bad[SIDE_FRONT]) {
		if (e->seen == e->cons && !channels_wait(&chan, SIDE_FRONT))
			break;
		if (displif__evt_snapshot(e) < 0)
			bad[SIDE_FRONT]++;
		while (displif__evt_get(e, &wire)) {
			bad[SIDE_FRONT] += differs(&wire, heard++, 3);
			if (dice(&seed) % 16u == 0)
				break;
		}
		displif__evt_confirm(e);
	}
	channels_end(&chan, false);
	return NULL;
}

static void run(void *(*front)(void *), void *(*back)(void *))
{
	pthread_t thread[2];

	memset(bad, 0, sizeof(bad));
	assert_int_equal(pthread_create(&thread[SIDE_FRONT], NULL, front, NULL), 0);
	assert_int_equal(pthread_create(&thread[SIDE_BACK], NULL, back, NULL), 0);
	pthread_join(thread[SIDE_FRONT], NULL);
	pthread_join(thread[SIDE_BACK], NULL);
	if (chan.standstill)
		print_error("both sides wait for each other: header %u %u %u %u\n", page.w[0],
			    page.w[1], page.w[2], page.w[3]);
#ifdef PLANTED
	assert_true(chan.standstill);
#else
	assert_false(chan.standstill);
#endif
	assert_int_equal(bad[SIDE_FRONT] + bad[SIDE_BACK], 0);
	print_message("slept: front %u, back %u times\n", chan.slept[SIDE_FRONT],
		      chan.slept[SIDE_BACK]);
}

static void ring_between_threads(void **state)
{
	(void)state;
	channels_init(&chan);
	displif__ring_create(&ring[SIDE_FRONT], &page);
	assert_int_equal(displif__ring_attach(&ring[SIDE_BACK], &page, NULL), 0);
	run(ring_front, ring_back);
}

static void event_page_between_threads(void **state)
{
	uint32_t start = 0u - messages() / 2u;

	(void)state;
	channels_init(&chan);
	displif__evt_create(&evt[SIDE_FRONT], &page);
	page.w[0] = start;
	page.w[1] = start;
	evt[SIDE_FRONT].cons = start;
	evt[SIDE_FRONT].seen = start;
	assert_int_equal(displif__evt_attach(&evt[SIDE_BACK], &page, NULL), 0);
	run(evt_front, evt_back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring_between_threads),
		cmocka_unit_test(event_page_between_threads),
	};

#ifdef PLANTED
	cmocka_set_test_filter("ring*");
#endif
	return cmocka_run_group_tests(tests, NULL, NULL);
}
