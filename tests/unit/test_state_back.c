/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of state_back.c: the table of docs/states.md, walks, pauses, storms. */
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
#define ALL (DISPLIF_ACT_STOP | DISPLIF_ACT_RELEASE)

static const char *const in_name[DISPLIF_BIN_COUNT] = {
	"PEER", "PEER_GONE", "OFFLINE", "BOUND", "BIND_FAILED", "BROKEN", "STOP", "TICK",
};

static struct displif_bdev dev;

static bool holds(const char *word, const void *ctx)
{
	const struct displif_bdev *d = ctx;

	if (!strcmp(word, "held"))
		return d->due != DISPLIF_NEVER && d->due > NOW;
	if (!strncmp(word, "peer ", 5))
		return d->peer == word[5] - '0';
	if (!strcmp(word, "again"))
		return d->again;
	if (!strcmp(word, "seen4"))
		return d->seen4;
	if (!strcmp(word, "final"))
		return d->final;
	fail_msg("condition \"%s\" is unknown", word);
	return false;
}

static void check(struct state_table *table, const struct displif_bdev *before, enum displif_bin in,
		  uint32_t arg)
{
	struct displif_bdev after = *before;
	struct displif_step step = displif_bdev_step(&after, in, arg, NOW);
	const struct state_row *row;
	const char *next = displif_bdev_name(before->state);
	uint32_t acts = 0;
	int write = -1;

	row = state_table_find(table, next, in_name[in], arg, holds, before);
	if (row) {
		next = row->next;
		acts = state_row_acts(row);
		write = state_row_write(row);
	}
	assert_int_equal(step.state, after.state);
	if (strcmp(displif_bdev_name(step.state), next) || step.act != acts || step.write != write)
		fail_msg("%s, %s %u, line %u: code goes to %s, acts 0x%x, write %d",
			 displif_bdev_name(before->state), in_name[in], arg, row ? row->line : 0,
			 displif_bdev_name(step.state), step.act, step.write);
	assert_int_equal(after.peer, in == DISPLIF_BIN_PEER ? arg : before->peer);
}

/* Every state, input, argument and condition against the document, and every line of it used. */
static void test_table(void **state)
{
	static const uint64_t due[] = { DISPLIF_NEVER, NOW - 1, NOW, NOW + 1, NOW + 500 };
	static const uint8_t peers[] = { 0, 1, 2, 3, 4, 7, 255 };
	static struct state_table table;
	uint32_t s, in, arg, c, i;

	(void)state;
	state_table_read(&table, DISPLIF_STATES_MD, "back");
	for (s = 0; s < DISPLIF_BDEV_STATES; s++)
		for (in = 0; in < DISPLIF_BIN_COUNT; in++)
			for (arg = 0; arg <= 255; arg = arg == 9 ? 255 : arg + 1)
				for (c = 0; c < 5 * 7 * 8; c++) {
					struct displif_bdev d;

					displif_bdev_init(&d);
					d.state = (uint8_t)s;
					d.due = due[c % 5];
					d.peer = peers[c / 5 % 7];
					d.again = c / 35 & 1;
					d.seen4 = c / 35 >> 1 & 1;
					d.final = c / 35 >> 2 & 1;
					check(&table, &d, (enum displif_bin)in, arg);
				}
	for (i = 0; i < table.n; i++)
		if (!table.row[i].used)
			fail_msg("states.md:%u: nothing reaches this row", table.row[i].line);
}

/* One input, and what it must give. */
static void feed(enum displif_bin in, uint32_t arg, uint64_t now, int next, uint32_t act, int write)
{
	struct displif_step step = displif_bdev_step(&dev, in, arg, now);

	assert_int_equal(step.state, next);
	assert_int_equal(step.act, act);
	assert_int_equal(step.write, write);
}

/* From 5 through 6 to 2, with the pause that is expected. */
static void come_back(uint64_t now, uint32_t pause)
{
	assert_int_equal(dev.due, now);
	feed(DISPLIF_BIN_TICK, 0, now, DISPLIF_BDEV_CLOSED, 0, 6);
	assert_int_equal(dev.due, now + pause);
	feed(DISPLIF_BIN_PEER, 1, now + pause, DISPLIF_BDEV_CLOSED, 0, -1);
	feed(DISPLIF_BIN_TICK, 0, now + pause - 1, DISPLIF_BDEV_CLOSED, 0, -1);
	feed(DISPLIF_BIN_TICK, 0, now + pause, DISPLIF_BDEV_OFFER, DISPLIF_ACT_PUBLISH, 2);
	assert_int_equal(dev.due, now + pause + 20);
	feed(DISPLIF_BIN_TICK, 0, now + pause + 20, DISPLIF_BDEV_WAIT, 0, -1);
	assert_true(dev.due == DISPLIF_NEVER);
}

static void bind_at(uint64_t now)
{
	feed(DISPLIF_BIN_PEER, 3, now, DISPLIF_BDEV_BINDING, DISPLIF_ACT_START, -1);
	feed(DISPLIF_BIN_BOUND, 0, now, DISPLIF_BDEV_CONNECTED, DISPLIF_ACT_REREAD, 4);
	feed(DISPLIF_BIN_PEER, 3, now, DISPLIF_BDEV_CONNECTED, 0, -1);
	feed(DISPLIF_BIN_PEER, 4, now, DISPLIF_BDEV_CONNECTED, 0, -1);
	assert_true(dev.due == DISPLIF_NEVER);
}

/* A frontend that sits in 3 and never looks again is bound once whatever stood in the way has passed. */
static void test_frontend_that_stays_in_3(void **state)
{
	uint64_t now = 1000;
	unsigned int i;

	(void)state;
	displif_bdev_init(&dev);
	feed(DISPLIF_BIN_PEER, 3, now, DISPLIF_BDEV_OFFER, DISPLIF_ACT_PUBLISH, 2);
	for (i = 0; i < 5; i++) {
		now = dev.due;
		feed(DISPLIF_BIN_TICK, 0, now, DISPLIF_BDEV_BINDING, DISPLIF_ACT_START, -1);
		feed(DISPLIF_BIN_BIND_FAILED, 0, now, DISPLIF_BDEV_CLOSING, 0, 5);
		feed(DISPLIF_BIN_TICK, 0, now, DISPLIF_BDEV_CLOSED, 0, 6);
		now = dev.due;
		feed(DISPLIF_BIN_TICK, 0, now, DISPLIF_BDEV_OFFER, DISPLIF_ACT_PUBLISH, 2);
		assert_true(dev.due != DISPLIF_NEVER);
	}
	now = dev.due;
	feed(DISPLIF_BIN_TICK, 0, now, DISPLIF_BDEV_BINDING, DISPLIF_ACT_START, -1);
	feed(DISPLIF_BIN_BOUND, 0, now, DISPLIF_BDEV_CONNECTED, DISPLIF_ACT_REREAD, 4);
}

static void test_walk(void **state)
{
	(void)state;
	displif_bdev_init(&dev);
	assert_int_equal(dev.state, DISPLIF_BDEV_INIT);
	assert_true(dev.due == DISPLIF_NEVER);
	feed(DISPLIF_BIN_PEER, 1, 0, DISPLIF_BDEV_OFFER, DISPLIF_ACT_PUBLISH, 2);
	/* A quick guest waits until the toolstack has seen our 2. */
	feed(DISPLIF_BIN_PEER, 3, 5, DISPLIF_BDEV_OFFER, 0, -1);
	assert_int_equal(dev.due, 20);
	feed(DISPLIF_BIN_TICK, 0, 20, DISPLIF_BDEV_BINDING, DISPLIF_ACT_START, -1);
	feed(DISPLIF_BIN_BOUND, 0, 21, DISPLIF_BDEV_CONNECTED, DISPLIF_ACT_REREAD, 4);
	feed(DISPLIF_BIN_PEER, 4, 22, DISPLIF_BDEV_CONNECTED, 0, -1);
	feed(DISPLIF_BIN_PEER, 7, 23, DISPLIF_BDEV_CONNECTED, 0, -1);
	feed(DISPLIF_BIN_PEER, 5, 24, DISPLIF_BDEV_CLOSING, ALL, 5);
	come_back(24, 20);
	/* A removal of the frontend walks 5, 1, 6. */
	feed(DISPLIF_BIN_PEER, 5, 50, DISPLIF_BDEV_WAIT, 0, -1);
	feed(DISPLIF_BIN_PEER, 1, 51, DISPLIF_BDEV_WAIT, 0, 2);
	feed(DISPLIF_BIN_PEER, 6, 52, DISPLIF_BDEV_WAIT, 0, -1);
	feed(DISPLIF_BIN_OFFLINE, 0, 60, DISPLIF_BDEV_DEAD, DISPLIF_ACT_FINAL, 6);
	assert_true(dev.due == DISPLIF_NEVER);
}

/* A frontend that ignored our 2 in its 7 gets another one for its 1, but not faster than each 50 ms. */
static void test_again(void **state)
{
	uint32_t i, writes = 0;

	(void)state;
	displif_bdev_init(&dev);
	feed(DISPLIF_BIN_PEER, 7, 0, DISPLIF_BDEV_OFFER, DISPLIF_ACT_PUBLISH, 2);
	feed(DISPLIF_BIN_PEER, 1, 1, DISPLIF_BDEV_OFFER, 0, -1);
	feed(DISPLIF_BIN_TICK, 0, 20, DISPLIF_BDEV_WAIT, 0, 2);
	feed(DISPLIF_BIN_PEER, 1, 21, DISPLIF_BDEV_WAIT, 0, -1);
	assert_int_equal(dev.due, 70);
	feed(DISPLIF_BIN_TICK, 0, 69, DISPLIF_BDEV_WAIT, 0, -1);
	feed(DISPLIF_BIN_TICK, 0, 70, DISPLIF_BDEV_WAIT, 0, 2);
	/* Once it is answered there is quiet. */
	feed(DISPLIF_BIN_TICK, 0, 120, DISPLIF_BDEV_WAIT, 0, -1);
	assert_true(dev.due == DISPLIF_NEVER);
	feed(DISPLIF_BIN_PEER, 1, 121, DISPLIF_BDEV_WAIT, 0, 2);
	feed(DISPLIF_BIN_PEER, 1, 122, DISPLIF_BDEV_WAIT, 0, -1);
	feed(DISPLIF_BIN_PEER, 3, 123, DISPLIF_BDEV_BINDING, DISPLIF_ACT_START, -1);
	feed(DISPLIF_BIN_BIND_FAILED, 0, 123, DISPLIF_BDEV_CLOSING, 0, 5);
	come_back(123, 20);
	for (i = 200; i < 1200; i++) {
		writes += displif_bdev_step(&dev, DISPLIF_BIN_PEER, 1, i).write == 2;
		if (dev.due <= i)
			writes += displif_bdev_step(&dev, DISPLIF_BIN_TICK, 0, i).write == 2;
	}
	assert_in_range(writes, 19, 21);
}

/* The first state that is found decides: 4 are rings of another life, 3 may be bound. */
static void test_found(void **state)
{
	(void)state;
	displif_bdev_init(&dev);
	feed(DISPLIF_BIN_PEER, 4, 0, DISPLIF_BDEV_CLOSING, 0, 5);
	come_back(0, 20);
	feed(DISPLIF_BIN_PEER, 4, 100, DISPLIF_BDEV_CLOSING, 0, 5);
	come_back(100, 40);
	bind_at(200);
	/* New rings in place of those that we hold: its 1 was swallowed by its 3. */
	feed(DISPLIF_BIN_PEER, 3, 300, DISPLIF_BDEV_CLOSING, ALL, 5);
	come_back(300, 80);
	displif_bdev_init(&dev);
	feed(DISPLIF_BIN_PEER, 3, 0, DISPLIF_BDEV_OFFER, DISPLIF_ACT_PUBLISH, 2);
	feed(DISPLIF_BIN_TICK, 0, 19, DISPLIF_BDEV_OFFER, 0, -1);
	feed(DISPLIF_BIN_TICK, 0, 20, DISPLIF_BDEV_BINDING, DISPLIF_ACT_START, -1);
}

/* 20 ms doubling to 1 s, at most 500 ms for a frontend that closed itself, anew after 5 s. */
static void test_backoff(void **state)
{
	static const uint32_t pause[] = { 20, 40, 80, 160, 320, 640, 1000, 1000 };
	uint64_t now = NOW;
	size_t i;

	(void)state;
	displif_bdev_init(&dev);
	feed(DISPLIF_BIN_PEER, 1, now, DISPLIF_BDEV_OFFER, DISPLIF_ACT_PUBLISH, 2);
	feed(DISPLIF_BIN_TICK, 0, now + 20, DISPLIF_BDEV_WAIT, 0, -1);
	for (i = 0; i < sizeof(pause) / sizeof(pause[0]); i++) {
		bind_at(now);
		now += 4999;
		feed(DISPLIF_BIN_BROKEN, 0, now, DISPLIF_BDEV_CLOSING, ALL, 5);
		come_back(now, pause[i]);
		now += pause[i];
	}
	bind_at(now);
	feed(DISPLIF_BIN_PEER, 6, now, DISPLIF_BDEV_CLOSING, ALL, 5);
	come_back(now, 500);
	bind_at(now);
	feed(DISPLIF_BIN_PEER, 1, now + 5000, DISPLIF_BDEV_CLOSING, ALL, 5);
	come_back(now + 5000, 20);
}

/* The program's end: 5 and 6, never 2; at once where nothing is to be closed. */
static void test_stop(void **state)
{
	(void)state;
	displif_bdev_init(&dev);
	feed(DISPLIF_BIN_STOP, 0, 0, DISPLIF_BDEV_DEAD, DISPLIF_ACT_FINAL, -1);
	displif_bdev_init(&dev);
	feed(DISPLIF_BIN_PEER, 3, 0, DISPLIF_BDEV_OFFER, DISPLIF_ACT_PUBLISH, 2);
	feed(DISPLIF_BIN_TICK, 0, 20, DISPLIF_BDEV_BINDING, DISPLIF_ACT_START, -1);
	feed(DISPLIF_BIN_BOUND, 0, 20, DISPLIF_BDEV_CONNECTED, DISPLIF_ACT_REREAD, 4);
	feed(DISPLIF_BIN_STOP, 0, 30, DISPLIF_BDEV_CLOSING, ALL, 5);
	feed(DISPLIF_BIN_PEER, 7, 30, DISPLIF_BDEV_CLOSING, 0, -1);
	feed(DISPLIF_BIN_TICK, 0, 30, DISPLIF_BDEV_DEAD, DISPLIF_ACT_FINAL, 6);
	displif_bdev_init(&dev);
	feed(DISPLIF_BIN_PEER, 4, 0, DISPLIF_BDEV_CLOSING, 0, 5);
	feed(DISPLIF_BIN_STOP, 0, 0, DISPLIF_BDEV_CLOSING, 0, -1);
	feed(DISPLIF_BIN_TICK, 0, 0, DISPLIF_BDEV_DEAD, DISPLIF_ACT_FINAL, 6);
}

static void test_clock(void **state)
{
	(void)state;
	displif_bdev_init(&dev);
	feed(DISPLIF_BIN_PEER, 1, NOW, DISPLIF_BDEV_OFFER, DISPLIF_ACT_PUBLISH, 2);
	feed(DISPLIF_BIN_TICK, 0, 0, DISPLIF_BDEV_OFFER, 0, -1);
	assert_int_equal(dev.due, 1000);
	feed(DISPLIF_BIN_TICK, 0, 1000, DISPLIF_BDEV_WAIT, 0, -1);
	bind_at(UINT64_MAX);
	feed(DISPLIF_BIN_BROKEN, 0, 3, DISPLIF_BDEV_CLOSING, ALL, 5);
	come_back(3, 20);
	feed(DISPLIF_BIN_PEER, 300, 3, DISPLIF_BDEV_WAIT, 0, -1);
	assert_int_equal(dev.peer, 255);
	feed((enum displif_bin)99, 3, 3, DISPLIF_BDEV_WAIT, 0, -1);
	dev.state = 77;
	feed(DISPLIF_BIN_STOP, 0, 3, 77, 0, -1);
	feed(DISPLIF_BIN_TICK, 0, 3, 77, 0, -1);
	assert_string_equal(displif_bdev_name(77), "?");
}

/* The caller as state.h describes it. */
struct caller {
	uint64_t seed, now;
	bool published, bound, stopped, dead;
	int node; /* what was written last */
	uint32_t binds, writes, depth;
	uint32_t peers; /* a digit for each state that the peer toggles through; 0: any */
};

static uint32_t peer_state(struct caller *c)
{
	static const uint8_t some[] = { 0, 1, 1, 2, 3, 3, 3, 3, 4, 4, 4, 5, 6, 7, 8, 9, 255 };

	if (!c->peers)
		return some[state_random(&c->seed) % sizeof(some)];
	c->peers = c->peers / 10 + c->peers % 10 * 1000;
	return c->peers / 1000;
}

static void serve(struct caller *c, enum displif_bin in, uint32_t arg)
{
	struct displif_step step = displif_bdev_step(&dev, in, arg, c->now);

	assert_true(++c->depth < 8);
	assert_false(c->dead && (step.act || step.write >= 0));
	assert_true(dev.due == DISPLIF_NEVER || dev.due <= c->now + 1000);
	c->published |= (step.act & DISPLIF_ACT_PUBLISH) != 0;
	if (step.act & DISPLIF_ACT_START)
		assert_true(!c->bound && step.write == -1);
	assert_int_equal(!(step.act & DISPLIF_ACT_STOP), !(step.act & DISPLIF_ACT_RELEASE));
	if (step.act & DISPLIF_ACT_RELEASE) {
		assert_true(c->bound);
		c->bound = false;
	}
	if (step.write >= 0) {
		c->node = step.write;
		c->writes++;
	}
	switch (step.write) {
	case -1:
		break;
	case 2:
		assert_true(c->published && !c->bound && !c->stopped);
		break;
	case 4:
		assert_true(c->bound && in == DISPLIF_BIN_BOUND);
		break;
	case 5:
	case 6:
		assert_false(c->bound);
		break;
	default:
		fail_msg("a backend never writes %d", step.write);
	}
	if (step.act & DISPLIF_ACT_FINAL) {
		assert_true(c->node == 6 || (c->node == 1 && in == DISPLIF_BIN_STOP));
		assert_false(c->bound);
		c->dead = true;
	}
	if (step.act & DISPLIF_ACT_START) {
		c->binds++;
		c->bound = c->peers || state_random(&c->seed) % 3;
		serve(c, c->bound ? DISPLIF_BIN_BOUND : DISPLIF_BIN_BIND_FAILED, 0);
	} else if (step.act & DISPLIF_ACT_REREAD) {
		serve(c, DISPLIF_BIN_PEER, peer_state(c));
	}
}

/* A due that stays due would be an endless loop of the caller's. */
static void serve_due(struct caller *c)
{
	uint32_t ticks = 0;

	while (dev.due <= c->now) {
		assert_true(ticks++ < 4);
		c->depth = 0;
		serve(c, DISPLIF_BIN_TICK, 0);
	}
}

static void test_storm(void **state)
{
	uint32_t seed, i, lives = 0, binds = 0;

	(void)state;
	for (seed = 1; seed <= 4; seed++) {
		struct caller c = { .seed = seed * UINT64_C(0x9e3779b97f4a7c15),
				    .now = NOW,
				    .node = 1 };

		displif_bdev_init(&dev);
		for (i = 0; i < 100000; i++) {
			uint32_t r = state_random(&c.seed), in = r % 16;

			c.now += r >> 8 & 1 ? 0 : r >> 12 & 2047;
			if ((r >> 24) == 0)
				c.now = NOW;
			c.depth = 0;
			if (in >= DISPLIF_BIN_COUNT || in == DISPLIF_BIN_BOUND ||
			    in == DISPLIF_BIN_BIND_FAILED)
				in = in < 12 ? (uint32_t)DISPLIF_BIN_PEER :
					       (uint32_t)DISPLIF_BIN_TICK;
			/* The last things come rarely. */
			if ((in == DISPLIF_BIN_PEER_GONE || in == DISPLIF_BIN_OFFLINE ||
			     in == DISPLIF_BIN_STOP) &&
			    r >> 28)
				in = DISPLIF_BIN_BROKEN;
			c.stopped |= in == DISPLIF_BIN_STOP;
			serve(&c, (enum displif_bin)in, peer_state(&c));
			if (in == DISPLIF_BIN_TICK)
				serve_due(&c);
			if (c.dead && i % 16 == 0) {
				lives++;
				c.dead = c.stopped = c.published = false;
				c.node = 1;
				displif_bdev_init(&dev);
			}
		}
		binds += c.binds;
	}
	assert_true(lives > 1000 && binds > 1000);
}

/* A guest that toggles its state every millisecond for a minute costs some mappings, few writes. */
static void test_toggling(void **state)
{
	static const uint32_t patterns[] = { 3131, 3434, 3535, 3456, 1346, 4141, 3666, 5163 };
	size_t p;

	(void)state;
	for (p = 0; p < sizeof(patterns) / sizeof(patterns[0]); p++) {
		struct caller c = { .seed = 1, .now = NOW, .peers = patterns[p], .node = 1 };
		uint32_t i;

		displif_bdev_init(&dev);
		for (i = 0; i < 60000; i++) {
			c.now++;
			c.depth = 0;
			serve(&c, DISPLIF_BIN_PEER, peer_state(&c));
			serve_due(&c);
		}
		assert_in_range(c.binds, 0, 130);
		assert_in_range(c.writes, 1, 130 * 4 + 60 * 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_frontend_that_stays_in_3),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_toggling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
