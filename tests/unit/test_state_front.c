/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of state_front.c: the table of docs/states.md, walks, pauses, storms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <displif/state.h>

#include "state_table.h"

#define NOW UINT64_C(1000000)

static const char *const in_name[DISPLIF_IN_COUNT] = {
	"PEER",	      "PEER_GONE", "PUBLISHED", "FAILED",  "BROKEN",
	"USERS_GONE", "ZOMBIES",   "REMOVE",	"RESUMED", "TICK",
};

struct context {
	const struct displif_fdev *dev;
	enum displif_in in;
	uint32_t arg;
};

static bool holds(const char *word, const void *ctx)
{
	const struct context *c = ctx;

	if (!strcmp(word, "held"))
		return c->dev->due != DISPLIF_NEVER && c->dev->due > NOW;
	if (!strcmp(word, "due"))
		return c->dev->due <= NOW;
	if (!strcmp(word, "peer 2"))
		return c->dev->peer == 2;
	if (!strcmp(word, "zombies"))
		return (c->in == DISPLIF_IN_ZOMBIES ? c->arg : c->dev->zombies) >
		       c->dev->max_zombies;
	if (!strcmp(word, "eighth"))
		return c->dev->failures == 7;
	fail_msg("condition \"%s\" is unknown", word);
	return false;
}

static void check(struct state_table *table, const struct displif_fdev *before, enum displif_in in,
		  uint32_t arg)
{
	struct context ctx = { before, in, arg };
	struct displif_fdev dev = *before;
	struct displif_step step = displif_fdev_step(&dev, in, arg, NOW);
	const struct state_row *row;
	const char *next = displif_fdev_name(before->state);
	uint32_t acts = 0;
	int write = -1;

	row = state_table_find(table, next, in_name[in], arg, holds, &ctx);
	if (row) {
		next = row->next;
		acts = state_row_acts(row);
		write = state_row_write(row);
	}
	assert_int_equal(step.state, dev.state);
	if (strcmp(displif_fdev_name(step.state), next) || step.act != acts || step.write != write)
		fail_msg("%s, %s %u, line %u: code goes to %s, acts 0x%x, write %d",
			 displif_fdev_name(before->state), in_name[in], arg, row ? row->line : 0,
			 displif_fdev_name(step.state), step.act, step.write);
	assert_int_equal(dev.peer,
			 in == DISPLIF_IN_PEER && strcmp(next, "CLOSED") ? arg : dev.peer);
	assert_int_equal(dev.next_cookie, before->next_cookie);
}

/* Every state, input, argument and condition against the document, and every line of it used. */
static void test_table(void **state)
{
	static const uint64_t due[] = { DISPLIF_NEVER, NOW - 1, NOW, NOW + 1, NOW + 500 };
	static struct state_table table;
	uint32_t s, in, arg, c, i;

	(void)state;
	state_table_read(&table, DISPLIF_STATES_MD, "front");
	for (s = 0; s < DISPLIF_FDEV_STATES; s++)
		for (in = 0; in < DISPLIF_IN_COUNT; in++)
			for (arg = 0; arg <= 255; arg = arg == 15 ? 255 : arg + 1)
				for (c = 0; c < 5 * 2 * 4 * 2; c++) {
					static const uint8_t peers[] = { 0, 2, 4, 255 };
					struct displif_fdev dev;

					displif_fdev_init(&dev);
					dev.state = (uint8_t)s;
					dev.max_zombies = 4;
					dev.due = due[c % 5];
					dev.zombies = c / 5 % 2 ? 5 : 4;
					dev.peer = peers[c / 10 % 4];
					dev.failures = c / 40 ? 7 : 6;
					check(&table, &dev, (enum displif_in)in, arg);
				}
	for (i = 0; i < table.n; i++)
		if (!table.row[i].used)
			fail_msg("states.md:%u: nothing reaches this row", table.row[i].line);
}

static struct displif_fdev dev;

/* One input, and what it must give. */
static void feed(enum displif_in in, uint32_t arg, uint64_t now, int next, uint32_t act, int write)
{
	struct displif_step step = displif_fdev_step(&dev, in, arg, now);

	assert_int_equal(step.state, next);
	assert_int_equal(step.act, act);
	assert_int_equal(step.write, write);
}

#define ALL (DISPLIF_ACT_STOP | DISPLIF_ACT_RELEASE)

static void publish(uint64_t now)
{
	feed(DISPLIF_IN_PEER, 2, now, DISPLIF_FDEV_PUBLISHING, DISPLIF_ACT_PUBLISH, -1);
	feed(DISPLIF_IN_PUBLISHED, 0, now, DISPLIF_FDEV_PUBLISHED, DISPLIF_ACT_REREAD, 3);
}

static void connect_at(uint64_t now)
{
	publish(now);
	feed(DISPLIF_IN_PEER, 2, now, DISPLIF_FDEV_PUBLISHED, 0, -1);
	feed(DISPLIF_IN_PEER, 4, now, DISPLIF_FDEV_CONNECTED, DISPLIF_ACT_START, 4);
}

static void test_walk(void **state)
{
	(void)state;
	displif_fdev_init(&dev);
	assert_int_equal(dev.state, DISPLIF_FDEV_INIT);
	assert_true(dev.due == DISPLIF_NEVER);
	assert_int_equal(dev.max_zombies, UINT32_MAX);
	assert_int_equal(dev.connect_ms, 0);
	feed(DISPLIF_IN_RESUMED, 0, 0, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
	feed(DISPLIF_IN_PEER, 1, 0, DISPLIF_FDEV_INIT, 0, -1);
	connect_at(10);
	assert_true(dev.due == DISPLIF_NEVER);
	feed(DISPLIF_IN_PEER, 4, 20, DISPLIF_FDEV_CONNECTED, 0, -1);
	feed(DISPLIF_IN_PEER, 5, 20, DISPLIF_FDEV_STOPPED, DISPLIF_ACT_STOP, -1);
	feed(DISPLIF_IN_BROKEN, 0, 20, DISPLIF_FDEV_STOPPED, 0, -1);
	feed(DISPLIF_IN_PEER, 6, 20, DISPLIF_FDEV_RECONFIG, DISPLIF_ACT_RELEASE, 7);
	feed(DISPLIF_IN_PEER, 2, 20, DISPLIF_FDEV_RECONFIG, 0, -1);
	feed(DISPLIF_IN_USERS_GONE, 0, 20, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
	connect_at(30);
	feed(DISPLIF_IN_REMOVE, 0, 40, DISPLIF_FDEV_CLOSING, DISPLIF_ACT_STOP, 5);
	assert_int_equal(dev.due, 1040);
	feed(DISPLIF_IN_PEER, 4, 50, DISPLIF_FDEV_CLOSING, 0, -1);
	feed(DISPLIF_IN_TICK, 0, 1039, DISPLIF_FDEV_CLOSING, 0, -1);
	feed(DISPLIF_IN_TICK, 0, 1040, DISPLIF_FDEV_DEAD, DISPLIF_ACT_RELEASE | DISPLIF_ACT_FINAL,
	     6);
	assert_true(dev.due == DISPLIF_NEVER);
}

static void break_at(uint64_t now, uint64_t pause)
{
	feed(DISPLIF_IN_BROKEN, 0, now, DISPLIF_FDEV_RECONFIG, ALL, 7);
	if (pause) {
		feed(DISPLIF_IN_USERS_GONE, 0, now, DISPLIF_FDEV_HOLD, 0, -1);
		assert_int_equal(dev.due, now + pause);
		feed(DISPLIF_IN_USERS_GONE, 0, now + pause, DISPLIF_FDEV_HOLD, 0, -1);
		feed(DISPLIF_IN_TICK, 0, now + pause - 1, DISPLIF_FDEV_HOLD, 0, -1);
		feed(DISPLIF_IN_TICK, 0, now + pause, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
	} else {
		feed(DISPLIF_IN_USERS_GONE, 0, now, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
	}
	assert_true(dev.due == DISPLIF_NEVER);
}

/* 0, 100, doubling to 10 s; good connections begin anew; the pause runs while users go. */
static void test_backoff(void **state)
{
	static const uint32_t pause[] = { 0, 100, 200, 400, 800, 1600, 3200, 6400, 10000, 10000 };
	uint64_t now = NOW;
	size_t i;

	(void)state;
	displif_fdev_init(&dev);
	for (i = 0; i < sizeof(pause) / sizeof(pause[0]); i++) {
		connect_at(now);
		now += 4999;
		break_at(now, pause[i]);
		now += pause[i];
	}
	connect_at(now);
	break_at(now + 5000, 0);
	connect_at(now + 5000);
	feed(DISPLIF_IN_BROKEN, 0, now + 5000, DISPLIF_FDEV_RECONFIG, ALL, 7);
	feed(DISPLIF_IN_TICK, 0, now + 5100, DISPLIF_FDEV_RECONFIG, 0, -1);
	assert_true(dev.due == DISPLIF_NEVER);
	feed(DISPLIF_IN_USERS_GONE, 0, now + 5100, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
}

/* Passing failures come again after 100 ms, doubling; the eighth closes; permanent ones at once. */
static void test_publish_fails(void **state)
{
	uint64_t now = NOW;
	uint32_t i;

	(void)state;
	displif_fdev_init(&dev);
	feed(DISPLIF_IN_PEER, 2, now, DISPLIF_FDEV_PUBLISHING, DISPLIF_ACT_PUBLISH, -1);
	for (i = 0; i < 7; i++) {
		feed(DISPLIF_IN_FAILED, 11, now, DISPLIF_FDEV_INIT, 0, -1);
		assert_int_equal(dev.due, now + (100u << i));
		feed(DISPLIF_IN_PEER, 2, now, DISPLIF_FDEV_INIT, 0, -1);
		now = dev.due;
		feed(DISPLIF_IN_TICK, 0, now, DISPLIF_FDEV_PUBLISHING, DISPLIF_ACT_PUBLISH, -1);
	}
	feed(DISPLIF_IN_FAILED, 12, now, DISPLIF_FDEV_CLOSED, 0, 6);
	assert_true(dev.due == DISPLIF_NEVER);
	/* What was seen before does not revive it, a new 2 does, and the count begins anew. */
	feed(DISPLIF_IN_TICK, 0, now, DISPLIF_FDEV_CLOSED, 0, -1);
	feed(DISPLIF_IN_PEER, 2, now, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
	publish(now);
	feed(DISPLIF_IN_PEER, 6, now, DISPLIF_FDEV_INIT, DISPLIF_ACT_RELEASE | DISPLIF_ACT_REREAD,
	     1);
	feed(DISPLIF_IN_PEER, 2, now, DISPLIF_FDEV_INIT, 0, -1);
	now += 100;
	feed(DISPLIF_IN_TICK, 0, now, DISPLIF_FDEV_PUBLISHING, DISPLIF_ACT_PUBLISH, -1);
	feed(DISPLIF_IN_FAILED, 7, now, DISPLIF_FDEV_CLOSED, 0, 6);
	/* This time it is held back, and an InitWait that went away in the meantime does not count. */
	feed(DISPLIF_IN_PEER, 2, now, DISPLIF_FDEV_CLOSED, 0, -1);
	feed(DISPLIF_IN_PEER, 6, now, DISPLIF_FDEV_CLOSED, 0, -1);
	assert_int_equal(dev.due, now + 200);
	feed(DISPLIF_IN_TICK, 0, now + 200, DISPLIF_FDEV_CLOSED, 0, -1);
	assert_true(dev.due == DISPLIF_NEVER);
	feed(DISPLIF_IN_PEER, 2, now + 201, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
}

/* Failures in a row: a success, a Closed or another host begins the count anew. */
static void test_count(void **state)
{
	uint64_t now = NOW;
	uint32_t round, i;

	(void)state;
	displif_fdev_init(&dev);
	for (round = 0; round < 4; round++) {
		for (i = 0; i < 7; i++) {
			displif_fdev_step(&dev, DISPLIF_IN_PEER, 2, now);
			feed(DISPLIF_IN_FAILED, 11, now, DISPLIF_FDEV_INIT, 0, -1);
			assert_int_equal(dev.due, now + (100u << i));
			now = dev.due;
		}
		if (round == 0) {
			publish(now);
			feed(DISPLIF_IN_PEER, 6, now, DISPLIF_FDEV_INIT,
			     DISPLIF_ACT_RELEASE | DISPLIF_ACT_REREAD, 1);
		} else if (round == 1) {
			displif_fdev_step(&dev, DISPLIF_IN_PEER, 2, now);
			feed(DISPLIF_IN_FAILED, 4, now, DISPLIF_FDEV_CLOSED, 0, 6);
			now = dev.due;
			feed(DISPLIF_IN_PEER, 2, now, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
		} else {
			feed(DISPLIF_IN_RESUMED, 0, now, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
			assert_true(dev.due == DISPLIF_NEVER);
		}
	}
	/* The pauses after breaks begin anew on another host, too. */
	connect_at(now);
	feed(DISPLIF_IN_RESUMED, 0, now, DISPLIF_FDEV_INIT, ALL | DISPLIF_ACT_REREAD, 1);
	connect_at(now);
	feed(DISPLIF_IN_BROKEN, 0, now, DISPLIF_FDEV_RECONFIG, ALL, 7);
	assert_true(dev.due == DISPLIF_NEVER);
	/* How long a connection lived counts from Connected, not from Initialised. */
	feed(DISPLIF_IN_USERS_GONE, 0, now, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
	publish(now);
	feed(DISPLIF_IN_PEER, 4, now + 6000, DISPLIF_FDEV_CONNECTED, DISPLIF_ACT_START, 4);
	feed(DISPLIF_IN_BROKEN, 0, now + 6100, DISPLIF_FDEV_RECONFIG, ALL, 7);
	assert_int_equal(dev.due, now + 6200);
}

static void test_limits(void **state)
{
	(void)state;
	displif_fdev_init(&dev);
	dev.connect_ms = 60000;
	dev.max_zombies = 0;
	feed(DISPLIF_IN_ZOMBIES, 1, NOW, DISPLIF_FDEV_INIT, 0, -1);
	feed(DISPLIF_IN_PEER, 2, NOW, DISPLIF_FDEV_INIT, 0, -1);
	feed(DISPLIF_IN_ZOMBIES, 0, NOW, DISPLIF_FDEV_PUBLISHING, DISPLIF_ACT_PUBLISH, -1);
	feed(DISPLIF_IN_PUBLISHED, 0, NOW, DISPLIF_FDEV_PUBLISHED, DISPLIF_ACT_REREAD, 3);
	assert_int_equal(dev.due, NOW + 60000);
	feed(DISPLIF_IN_TICK, 0, NOW + 59999, DISPLIF_FDEV_PUBLISHED, 0, -1);
	feed(DISPLIF_IN_TICK, 0, NOW + 60000, DISPLIF_FDEV_CLOSED, DISPLIF_ACT_RELEASE, 6);
	/* Numbers that are no state, of a peer and of a caller. */
	feed(DISPLIF_IN_PEER, 258, NOW, DISPLIF_FDEV_CLOSED, 0, -1);
	assert_int_equal(dev.peer, 255);
	feed((enum displif_in)99, 2, NOW, DISPLIF_FDEV_CLOSED, 0, -1);
	dev.state = 77;
	feed(DISPLIF_IN_PEER_GONE, 0, NOW, 77, 0, -1);
	feed(DISPLIF_IN_TICK, 0, NOW, 77, 0, -1);
	assert_string_equal(displif_fdev_name(77), "?");
}

/* A clock that jumps back must not turn a pause of seconds into one of years; at its end all is well. */
static void test_clock(void **state)
{
	(void)state;
	displif_fdev_init(&dev);
	connect_at(NOW);
	break_at(NOW, 0);
	connect_at(NOW);
	feed(DISPLIF_IN_BROKEN, 0, NOW, DISPLIF_FDEV_RECONFIG, ALL, 7);
	feed(DISPLIF_IN_USERS_GONE, 0, 5, DISPLIF_FDEV_HOLD, 0, -1);
	assert_int_equal(dev.due, 10005);
	feed(DISPLIF_IN_TICK, 0, 10005, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
	/* Before the clock's end: due stays a time that can come, and is not "never". */
	connect_at(UINT64_MAX);
	feed(DISPLIF_IN_BROKEN, 0, UINT64_MAX, DISPLIF_FDEV_RECONFIG, ALL, 7);
	assert_true(dev.due == DISPLIF_NEVER - 1);
	feed(DISPLIF_IN_USERS_GONE, 0, UINT64_MAX, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
}

static void test_cookie(void **state)
{
	uint64_t first, second;

	(void)state;
	displif_fdev_init(&dev);
	first = displif_fdev_cookie(&dev);
	second = displif_fdev_cookie(&dev);
	assert_true(first && second && first != second);
	dev.next_cookie = UINT64_MAX;
	assert_true(displif_fdev_cookie(&dev) == UINT64_MAX);
	assert_int_not_equal(displif_fdev_cookie(&dev), 0);
}

/* The caller as state.h describes it, with a peer that shows another state at each reading. */
struct caller {
	uint64_t seed, now;
	bool published, started, dead;
	uint32_t publishes;
	uint32_t depth; /* steps that one input brought about */
	uint32_t peers; /* a digit for each state that the peer toggles through; 0: any */
};

static uint32_t peer_state(struct caller *c)
{
	static const uint8_t some[] = { 0, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8, 9, 255 };

	if (!c->peers)
		return some[state_random(&c->seed) % sizeof(some)];
	c->peers = c->peers / 10 + c->peers % 10 * 1000;
	return c->peers / 1000;
}

static void serve(struct caller *c, enum displif_in in, uint32_t arg)
{
	struct displif_step step = displif_fdev_step(&dev, in, arg, c->now);
	bool failed = !c->peers && state_random(&c->seed) % 3 == 0;
	static const uint8_t error[] = { 1, 4, 7, 9, 10, 11, 11, 11, 12, 12 };

	assert_true(++c->depth < 24);
	assert_false(c->dead && (step.act || step.write >= 0));
	assert_true(dev.due == DISPLIF_NEVER || dev.due <= c->now + 60000);
	assert_true(step.write == 4 ? step.act == DISPLIF_ACT_START :
				      !(step.act & DISPLIF_ACT_START));
	assert_true(step.write == -1 || (step.write != 2 && step.write >= 1 && step.write <= 7));
	if (step.act & DISPLIF_ACT_PUBLISH) {
		assert_false(c->published);
		assert_int_equal(step.act, DISPLIF_ACT_PUBLISH);
		assert_true(dev.zombies <= dev.max_zombies);
		c->publishes++;
		c->published = !failed;
		if (failed)
			serve(c, DISPLIF_IN_FAILED, error[state_random(&c->seed) % sizeof(error)]);
		else
			serve(c, DISPLIF_IN_PUBLISHED, 0);
		return;
	}
	if (step.act & DISPLIF_ACT_START) {
		assert_true(c->published && !c->started);
		c->started = true;
		if (failed) {
			serve(c, DISPLIF_IN_FAILED, 11);
			return;
		}
	}
	if (step.act & DISPLIF_ACT_STOP) {
		assert_true(c->started);
		c->started = false;
	}
	if (step.act & DISPLIF_ACT_RELEASE) {
		assert_true(c->published && !c->started);
		c->published = false;
	}
	if (step.write == 1 || step.write == 6 || step.write == 7)
		assert_false(c->published);
	if (step.act & DISPLIF_ACT_FINAL) {
		assert_false(c->published);
		c->dead = true;
	}
	if (step.act & DISPLIF_ACT_REREAD)
		serve(c, DISPLIF_IN_PEER, peer_state(c));
	if (step.state == DISPLIF_FDEV_RECONFIG && (c->peers || state_random(&c->seed) % 2))
		serve(c, DISPLIF_IN_USERS_GONE, 0);
}

/* A due that stays due would be an endless loop of the caller's. */
static void serve_due(struct caller *c)
{
	uint32_t ticks = 0;

	while (dev.due <= c->now) {
		assert_true(ticks++ < 4);
		c->depth = 0;
		serve(c, DISPLIF_IN_TICK, 0);
	}
}

static void test_storm(void **state)
{
	uint32_t seed, i, lives = 0, publishes = 0;

	(void)state;
	for (seed = 1; seed <= 4; seed++) {
		struct caller c = { .seed = seed * UINT64_C(0x9e3779b97f4a7c15), .now = NOW };

		displif_fdev_init(&dev);
		for (i = 0; i < 100000; i++) {
			uint32_t r = state_random(&c.seed), in = r % 16;

			c.now += r >> 8 & 1 ? 0 : r >> 12 & 2047;
			if ((r >> 24) == 0)
				c.now = NOW;
			c.depth = 0;
			if (in >= DISPLIF_IN_COUNT)
				in = in < 15 ? (uint32_t)DISPLIF_IN_PEER :
					       (uint32_t)DISPLIF_IN_TICK;
			/* A caller feeds outcomes only after their actions, the last things rarely. */
			if (in == DISPLIF_IN_PUBLISHED || in == DISPLIF_IN_FAILED)
				in = DISPLIF_IN_TICK;
			if ((in == DISPLIF_IN_PEER_GONE || in == DISPLIF_IN_REMOVE) && r >> 29)
				in = DISPLIF_IN_BROKEN;
			dev.max_zombies = 100;
			dev.connect_ms = seed % 2 ? 60000 : 0;
			serve(&c, (enum displif_in)in,
			      in == DISPLIF_IN_ZOMBIES ? r >> 16 & 127 : peer_state(&c));
			if (in == DISPLIF_IN_TICK)
				serve_due(&c);
			if (c.dead && i % 16 == 0) {
				lives++;
				c.dead = false;
				displif_fdev_init(&dev);
			}
		}
		publishes += c.publishes;
	}
	assert_true(lives > 1000 && publishes > 1000);
}

/* A backend that toggles its state every millisecond for a minute costs a few publications. */
static void test_toggling(void **state)
{
	static const uint32_t patterns[] = { 2121, 2626, 2424, 4242, 2465, 2451, 2525, 1246, 2462 };
	size_t p;

	(void)state;
	for (p = 0; p < sizeof(patterns) / sizeof(patterns[0]); p++) {
		struct caller c = { .seed = 1, .now = NOW, .peers = patterns[p] };
		uint32_t i;

		displif_fdev_init(&dev);
		for (i = 0; i < 60000; i++) {
			c.now++;
			c.depth = 0;
			serve(&c, DISPLIF_IN_PEER, peer_state(&c));
			serve_due(&c);
		}
		assert_in_range(c.publishes, 1, 15);
	}
}

/* The wait for the backend may be longer than any pause, and no other pause is measured by it. */
static void test_answer_time(void **state)
{
	(void)state;
	displif_fdev_init(&dev);
	dev.connect_ms = 60000;
	publish(1000);
	assert_int_equal(dev.due, 61000);
	feed(DISPLIF_IN_TICK, 0, 2000, DISPLIF_FDEV_PUBLISHED, 0, -1);
	assert_int_equal(dev.due, 61000);
	feed(DISPLIF_IN_TICK, 0, 61000, DISPLIF_FDEV_CLOSED, DISPLIF_ACT_RELEASE, 6);
	/* A pause of another kind: not cut to the answer's time. */
	displif_fdev_init(&dev);
	dev.connect_ms = 5;
	dev.backoff_ms = 5000;
	publish(1000);
	feed(DISPLIF_IN_TICK, 0, 1005, DISPLIF_FDEV_CLOSED, DISPLIF_ACT_RELEASE, 6);
	assert_int_equal(dev.due, 6005);
	feed(DISPLIF_IN_TICK, 0, 1006, DISPLIF_FDEV_CLOSED, 0, -1);
	assert_int_equal(dev.due, 6005);
}

/* On another host nothing of the old one counts: no pause, no failures. */
static void test_resume_forgives(void **state)
{
	(void)state;
	displif_fdev_init(&dev);
	dev.connect_ms = 5;
	dev.backoff_ms = 5000;
	publish(1000);
	feed(DISPLIF_IN_TICK, 0, 1005, DISPLIF_FDEV_CLOSED, DISPLIF_ACT_RELEASE, 6);
	feed(DISPLIF_IN_RESUMED, 0, 1006, DISPLIF_FDEV_INIT, DISPLIF_ACT_REREAD, 1);
	assert_int_equal(dev.due, DISPLIF_NEVER);
	assert_int_equal(dev.backoff_ms, 0);
	publish(1007);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),	    cmocka_unit_test(test_walk),
		cmocka_unit_test(test_backoff),	    cmocka_unit_test(test_publish_fails),
		cmocka_unit_test(test_count),	    cmocka_unit_test(test_limits),
		cmocka_unit_test(test_clock),	    cmocka_unit_test(test_cookie),
		cmocka_unit_test(test_storm),	    cmocka_unit_test(test_toggling),
		cmocka_unit_test(test_answer_time), cmocka_unit_test(test_resume_forgives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
