/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of state_feed.c: order of what a step asks for, outcomes, and a bound on what follows from one input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <displif/state.h>

/* A glue that notes what it is asked for: a letter each, a digit for a state that is written. */
struct glue {
	struct displif_fdev dev;
	struct displif_fdev_ops ops;
	char log[64];
	uint64_t now;
	int publish_err, start_err;
	bool unreadable, gone;
	uint32_t peer;
	uint32_t seed; /* not 0: outcomes and the peer's state are by chance */
	uint32_t calls, steps;
	bool held, started, final;
};

static uint32_t chance(struct glue *g, uint32_t n)
{
	g->seed = g->seed * 1664525u + 1013904223u;
	return (g->seed >> 16) % n;
}

static void note(struct glue *g, char what)
{
	size_t n = strlen(g->log);

	assert_in_range(++g->calls, 1, 40);
	assert_false(g->final);
	if (!g->seed) {
		assert_in_range(n, 0, sizeof(g->log) - 2);
		g->log[n] = what;
	}
}

static uint64_t now(void *user)
{
	struct glue *g = user;

	g->steps++;
	return g->now;
}

static int publish(void *user)
{
	struct glue *g = user;

	note(g, 'P');
	assert_false(g->held);
	if (g->seed)
		g->publish_err = chance(g, 2) ? (int)chance(g, 16) - 15 : 0;
	g->held = !g->publish_err;
	return g->publish_err;
}

static int start(void *user)
{
	struct glue *g = user;

	note(g, 'S');
	assert_true(g->held && !g->started);
	g->started = true;
	if (g->seed)
		g->start_err = chance(g, 2) ? DISPLIF_E_OS : 0;
	return g->start_err;
}

static void stop(void *user)
{
	struct glue *g = user;

	note(g, 's');
	assert_true(g->started);
	g->started = false;
}

static void release(void *user)
{
	struct glue *g = user;

	note(g, 'r');
	assert_true(g->held && !g->started);
	g->held = false;
}

static void write_state(void *user, uint32_t state)
{
	assert_in_range(state, 1, 8);
	note(user, (char)('0' + state));
}

static bool peer(void *user, enum displif_in *in, uint32_t *arg)
{
	struct glue *g = user;

	note(g, '?');
	if (g->seed) {
		g->unreadable = !chance(g, 8);
		g->gone = !chance(g, 16);
		g->peer = chance(g, 9);
	}
	*in = g->gone ? DISPLIF_IN_PEER_GONE : DISPLIF_IN_PEER;
	*arg = g->peer;
	return !g->unreadable;
}

static void final(void *user)
{
	struct glue *g = user;

	note(g, '.');
	assert_false(g->held || g->started);
	g->final = true;
}

static void begin(struct glue *g, bool survives)
{
	*g = (struct glue){ .ops = { now, publish, start, stop, release, write_state, peer, final,
				     survives },
			    .now = 1000000,
			    .peer = 1 };
	displif_fdev_init(&g->dev);
}

static void feed(struct glue *g, enum displif_in in, uint32_t arg)
{
	g->calls = 0;
	g->steps = 0;
	memset(g->log, 0, sizeof(g->log));
	displif_fdev_feed(&g->dev, &g->ops, g, in, arg);
}

static void connect(struct glue *g)
{
	feed(g, DISPLIF_IN_RESUMED, 0);
	assert_string_equal(g->log, "1?");
	g->peer = 2;
	feed(g, DISPLIF_IN_PEER, 2);
	assert_string_equal(g->log, "P3?");
	feed(g, DISPLIF_IN_PEER, 4);
	assert_string_equal(g->log, "S4");
	assert_int_equal(g->steps, 1);
	assert_int_equal(g->dev.state, DISPLIF_FDEV_CONNECTED);
	g->now += 60000;
}

static void test_connection(void **state)
{
	struct glue g;

	(void)state;
	begin(&g, true);
	connect(&g);
	/* A display that survives connects again by itself. */
	g.peer = 4;
	feed(&g, DISPLIF_IN_BROKEN, 0);
	assert_string_equal(g.log, "sr71?");
	assert_int_equal(g.dev.state, DISPLIF_FDEV_INIT);
	g.now += 60000;
	feed(&g, DISPLIF_IN_PEER, 2);
	feed(&g, DISPLIF_IN_PEER, 4);
	feed(&g, DISPLIF_IN_REMOVE, 0);
	assert_string_equal(g.log, "s5");
	feed(&g, DISPLIF_IN_PEER, 6);
	assert_string_equal(g.log, "r6.");
	assert_true(g.final);
}

static void test_one_pass(void **state)
{
	struct glue g;

	(void)state;
	/* The backend waits already: one input brings the rings. */
	begin(&g, true);
	g.peer = 2;
	feed(&g, DISPLIF_IN_RESUMED, 0);
	assert_string_equal(g.log, "1?P3?");
	assert_int_equal(g.dev.state, DISPLIF_FDEV_PUBLISHED);
}

static void test_users(void **state)
{
	struct glue g;

	(void)state;
	begin(&g, false);
	connect(&g);
	feed(&g, DISPLIF_IN_BROKEN, 0);
	assert_string_equal(g.log, "sr7");
	assert_int_equal(g.dev.state, DISPLIF_FDEV_RECONFIG);
	feed(&g, DISPLIF_IN_USERS_GONE, 0);
	assert_string_equal(g.log, "1?P3?");
}

/* A pause is due before the display may go on: USERS_GONE is fed once. */
static void test_pause(void **state)
{
	struct glue g;

	(void)state;
	begin(&g, true);
	connect(&g);
	g.now -= 60000;
	feed(&g, DISPLIF_IN_BROKEN, 0);
	g.peer = 4;
	feed(&g, DISPLIF_IN_PEER, 2);
	feed(&g, DISPLIF_IN_PEER, 4);
	feed(&g, DISPLIF_IN_BROKEN, 0);
	assert_int_equal(g.dev.state, DISPLIF_FDEV_HOLD);
	assert_string_equal(g.log, "sr7");
}

static void test_failures(void **state)
{
	struct glue g;

	(void)state;
	/* For a passing reason: no write, again later. */
	begin(&g, true);
	g.publish_err = DISPLIF_E_AGAIN;
	g.peer = 2;
	feed(&g, DISPLIF_IN_RESUMED, 0);
	assert_string_equal(g.log, "1?P");
	assert_int_equal(g.dev.state, DISPLIF_FDEV_INIT);
	g.publish_err = 0;
	g.now += 1000;
	feed(&g, DISPLIF_IN_TICK, 0);
	assert_string_equal(g.log, "P3?");
	/* A start that fails writes no 4. */
	g.start_err = DISPLIF_E_OS;
	g.peer = 4;
	feed(&g, DISPLIF_IN_PEER, 4);
	assert_string_equal(g.log, "Ssr71?");
	assert_int_equal(g.dev.state, DISPLIF_FDEV_INIT);
	/* For good. */
	begin(&g, true);
	g.publish_err = DISPLIF_E_PROTO;
	g.peer = 2;
	feed(&g, DISPLIF_IN_RESUMED, 0);
	assert_string_equal(g.log, "1?P6");
	assert_int_equal(g.dev.state, DISPLIF_FDEV_CLOSED);
}

static void test_unreadable(void **state)
{
	struct glue g;

	(void)state;
	begin(&g, true);
	g.unreadable = true;
	g.peer = 2;
	feed(&g, DISPLIF_IN_RESUMED, 0);
	assert_string_equal(g.log, "1?");
	assert_int_equal(g.dev.state, DISPLIF_FDEV_INIT);
	begin(&g, true);
	g.gone = true;
	feed(&g, DISPLIF_IN_RESUMED, 0);
	assert_string_equal(g.log, "1?6.");
}

/* Any outcomes, any inputs, any times: each undone once, and no input has more than 40 consequences. */
static void test_any(void **state)
{
	struct glue g;
	uint32_t seed, i, in;

	(void)state;
	for (seed = 1; seed <= 2000; seed++) {
		begin(&g, seed & 1);
		g.seed = seed * 7919u;
		for (i = 0; i < 60 && !g.final; i++) {
			g.now += chance(&g, 3) ? chance(&g, 20000) : 0;
			in = i ? chance(&g, DISPLIF_IN_COUNT) : DISPLIF_IN_RESUMED;
			/* Outcomes are told by the feeding alone. */
			if (in == DISPLIF_IN_PUBLISHED || in == DISPLIF_IN_FAILED)
				in = DISPLIF_IN_TICK;
			feed(&g, (enum displif_in)in, chance(&g, 9));
			g.seed |= 1u;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connection), cmocka_unit_test(test_one_pass),
		cmocka_unit_test(test_users),	   cmocka_unit_test(test_pause),
		cmocka_unit_test(test_failures),   cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
