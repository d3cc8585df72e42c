/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fuzzing of both state machines: the input is what a peer, a toolstack and a
 * clock do, served as state.h asks for. No illegal write, each action once, and
 * a bound on what a peer that toggles its state can cause.
 */
#include "common.h"

/* What both machines have in common, seen from outside. */
struct end {
	uint32_t peer;		   /* the other end's state now, as it would be read */
	int node;		   /* our own node; -1: nothing written yet */
	bool started, held, final; /* START or PUBLISH is to be undone; nothing more may come */
	uint32_t begun;		   /* PUBLISH (front), START (back): what costs something */
	uint32_t written;
	uint32_t resumed;
};

static uint64_t now, elapsed;

/* May the own node go from @from to @to? By the tables of docs/states.md. */
static bool legal(int from, int to, bool front)
{
	static const uint16_t front_next[8] = {
		0,
		1u << 1 | 1u << 3 | 1u << 6, /* and again after a resume */
		0,
		1u << 1 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 7, /* 7: START failed */
		1u << 1 | 1u << 5 | 1u << 6 | 1u << 7,
		1u << 6,
		1u << 1 | 1u << 6,
		1u << 1 | 1u << 6
	};
	static const uint16_t back_next[8] = { 0,
					       0,
					       1u << 2 | 1u << 4 | 1u << 5 | 1u << 6,
					       0,
					       1u << 5 | 1u << 6,
					       1u << 6,
					       1u << 2 | 1u << 6,
					       0 };

	if (from < 0)
		return front ? to == 1 || to == 6 : to == 2 || to == 5 || to == 6;
	return (front ? front_next : back_next)[from] >> to & 1u;
}

/* What a step of the backend's asks for, but for the outcome of START. */
static void serve(struct end *e, const struct displif_step *s)
{
	CHECK(!(s->act & ~63u) && s->write >= -1 && s->write <= 8);
	CHECK(!e->final || (!s->act && s->write == -1));
	if (s->act & DISPLIF_ACT_STOP) {
		CHECK(e->started);
		e->started = false;
	}
	if (s->act & DISPLIF_ACT_RELEASE) {
		CHECK(e->held && !e->started);
		e->held = false;
	}
	e->final |= (s->act & DISPLIF_ACT_FINAL) != 0;
	if (s->write >= 0) {
		CHECK(legal(e->node, s->write, false));
		e->node = s->write;
		e->written++;
	}
	CHECK(!e->final || (!e->held && !e->started));
}

static struct displif_fdev fdev;
static struct end fe;

/* One input, as it is served. */
struct feed {
	struct fuzz_in *in;
	uint32_t steps;
};

static uint64_t front_now(void *user)
{
	struct feed *feed = user;

	/* One input leads to few steps, as the peer's state stands. */
	CHECK(feed->steps++ < 6 && fdev.state < DISPLIF_FDEV_STATES);
	CHECK(displif_fdev_name(fdev.state)[0] != '?');
	return now;
}

static int front_error(struct feed *feed)
{
	static const uint32_t errors[] = { 4, 11, 5, 9, 12, 7, 8, 1, 10, 14 };

	int err = (int)(IN_PICK(feed->in, errors) & INT32_MAX);

	return err ? -err : DISPLIF_E_OS;
}

static int front_publish(void *user)
{
	struct feed *feed = user;

	CHECK(!fe.final && !fe.held && (fe.node == 1 || fe.node == -1));
	fe.begun++;
	fe.held = in_u8(feed->in) < 192;
	return fe.held ? 0 : front_error(feed);
}

/* One that failed is stopped like one that did not. */
static int front_start(void *user)
{
	struct feed *feed = user;

	CHECK(!fe.final && fe.held && !fe.started);
	fe.started = true;
	return in_u8(feed->in) < 64 ? front_error(feed) : 0;
}

static void front_stop(void *user)
{
	(void)user;
	CHECK(!fe.final && fe.started);
	fe.started = false;
}

static void front_release(void *user)
{
	(void)user;
	CHECK(!fe.final && fe.held && !fe.started);
	fe.held = false;
}

static void front_write(void *user, uint32_t state)
{
	(void)user;
	CHECK(!fe.final && state <= 8 && legal(fe.node, (int)state, true));
	fe.node = (int)state;
	fe.written++;
}

static bool front_peer(void *user, enum displif_in *in, uint32_t *arg)
{
	(void)user;
	CHECK(!fe.final);
	*in = DISPLIF_IN_PEER;
	*arg = fe.peer;
	return true;
}

static void front_final(void *user)
{
	(void)user;
	CHECK(!fe.final && !fe.held && !fe.started);
	fe.final = true;
}

static void front_feed(struct fuzz_in *in, enum displif_in what, uint32_t arg)
{
	static const struct displif_fdev_ops ops = {
		.now = front_now,
		.publish = front_publish,
		.start = front_start,
		.stop = front_stop,
		.release = front_release,
		.write = front_write,
		.peer = front_peer,
		.final = front_final,
	};
	struct feed feed = { in, 0 };

	displif_fdev_feed(&fdev, &ops, &feed, what, arg);
	CHECK(fdev.due == DISPLIF_NEVER || now > UINT64_MAX / 2 || fdev.due <= now + 600000);
	/* The first attempts are free, then a pause of 100 ms or more comes before each. */
	CHECK(fe.begun <= 4 + 2 * fe.resumed + elapsed / 100);
	CHECK(fe.written <= 30 + 8 * fe.resumed + elapsed / 10);
}

static struct displif_bdev bdev;
static struct end be;

static void back_feed(struct fuzz_in *in, enum displif_bin what, uint32_t arg)
{
	struct displif_step s = displif_bdev_step(&bdev, what, arg, now);
	uint32_t more;

	for (more = 0;; more++) {
		CHECK(more < 6 && s.state == bdev.state && s.state < DISPLIF_BDEV_STATES);
		CHECK(displif_bdev_name(s.state)[0] != '?');
		CHECK(!(s.act & DISPLIF_ACT_START) || s.write == -1);
		serve(&be, &s);
		if (s.act & DISPLIF_ACT_START) {
			be.begun++;
			CHECK(!be.held && !be.started);
			if (in_u8(in) < 192) {
				be.held = be.started = true;
				s = displif_bdev_step(&bdev, DISPLIF_BIN_BOUND, 0, now);
			} else {
				s = displif_bdev_step(&bdev, DISPLIF_BIN_BIND_FAILED, 0, now);
			}
		} else if (s.act & DISPLIF_ACT_REREAD) {
			s = displif_bdev_step(&bdev, DISPLIF_BIN_PEER, be.peer, now);
		} else if (bdev.due <= now && bdev.state == DISPLIF_BDEV_CLOSING) {
			/* "the last write is done and due is now" */
			s = displif_bdev_step(&bdev, DISPLIF_BIN_TICK, 0, now);
		} else {
			break;
		}
	}
	CHECK(bdev.due == DISPLIF_NEVER || now > UINT64_MAX / 2 || bdev.due <= now + 1000);
	/* Each bind begins with a 2 that stood for 20 ms. */
	CHECK(be.begun <= 2 + elapsed / 20);
	CHECK(be.written <= 8 + elapsed / 5);
}

static void pass_time(struct fuzz_in *in)
{
	static const uint32_t steps[] = { 1, 10, 20, 50, 100, 500, 1000, 5000, 10000, 0 };
	uint8_t b = in_u8(in);
	uint64_t ms = IN_PICK(in, steps);

	if (b < 32) {
		now -= ms;
	} else if (b < 40) {
		now = in_u64(in);
		elapsed += UINT32_MAX;
	} else {
		now += ms;
		elapsed += ms;
	}
}

static void step(struct fuzz_in *in)
{
	static const uint32_t inputs[] = { DISPLIF_IN_PEER,	  DISPLIF_IN_PEER,
					   DISPLIF_IN_PEER,	  DISPLIF_IN_TICK,
					   DISPLIF_IN_TICK,	  DISPLIF_IN_BROKEN,
					   DISPLIF_IN_USERS_GONE, DISPLIF_IN_ZOMBIES };
	static const uint32_t back_inputs[] = { DISPLIF_BIN_PEER, DISPLIF_BIN_PEER,
						DISPLIF_BIN_TICK, DISPLIF_BIN_TICK,
						DISPLIF_BIN_BROKEN };
	uint8_t b = in_u8(in);
	uint32_t what, arg;

	if (b < 64) {
		pass_time(in);
		return;
	}
	arg = in_u8(in);
	if (arg < 0xf0)
		arg %= 10u;
	if (b & 1) {
		what = inputs[(b >> 1) % 8u];
		/* Rarer ones, and some that do not exist. */
		if (b >= 250)
			what = in_u8(in) % 16u;
		if (what == DISPLIF_IN_PUBLISHED || what == DISPLIF_IN_FAILED)
			return;
		if (what == DISPLIF_IN_PEER)
			fe.peer = arg;
		fe.resumed += what == DISPLIF_IN_RESUMED;
		front_feed(in, (enum displif_in)what, arg);
	} else {
		what = back_inputs[(b >> 1) % 5u];
		if (b >= 250)
			what = in_u8(in) % 16u;
		if (what == DISPLIF_BIN_BOUND || what == DISPLIF_BIN_BIND_FAILED)
			return;
		if (what == DISPLIF_BIN_PEER)
			be.peer = arg;
		back_feed(in, (enum displif_bin)what, arg);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t waits[] = { 0, 1, 100, 10000 };
	struct fuzz_in in = { data, size };
	uint64_t cookie, last = 0;
	uint32_t i;

	now = 100000;
	elapsed = 0;
	fe = (struct end){ .node = -1 };
	be = (struct end){ .node = -1 };
	displif_fdev_init(&fdev);
	displif_bdev_init(&bdev);
	fdev.connect_ms = IN_PICK(&in, waits);
	if (fdev.connect_ms > 600000)
		fdev.connect_ms = 600000;
	fdev.max_zombies = in_u8(&in) & 1 ? UINT32_MAX : 4;
	fe.resumed++;
	front_feed(&in, DISPLIF_IN_RESUMED, 0);
	while (in.left)
		step(&in);
	for (i = 0; i < 3; i++, last = cookie) {
		cookie = displif_fdev_cookie(&fdev);
		CHECK(cookie > last);
	}
	return 0;
}
