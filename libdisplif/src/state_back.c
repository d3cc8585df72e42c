/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend device's state machine, one for each guest's device; docs/states.md holds its table. */
#include "priv.h"

/* A toolstack waits for exactly 2: the first 2 must be there to be seen. */
#define OFFER_MS 20u
/* A frontend that writes 1 again and again gets one 2 for each of these. */
#define AGAIN_MS 50u
/* A connection that lived so long was a good one: back-off starts anew. */
#define GOOD_MS 5000u
#define BACKOFF_MS 20u
#define BACKOFF_MAX_MS 1000u
/* A frontend that closes itself may be polling for 2, and for a second only. */
#define VOLUNTARY_MAX_MS 500u

static const char *const names[DISPLIF_BDEV_STATES] = {
	"INIT", "OFFER", "WAIT", "BINDING", "CONNECTED", "CLOSING", "CLOSED", "DEAD",
};

/*
 * A step in one word, so that the functions below stay small: the actions, the
 * new state + 1 (0: the old one), what to write + 1 (0: nothing).
 */
#define STAY 0u

static inline uint32_t go(enum displif_bdev_state state, uint32_t act, int write)
{
	return act | ((uint32_t)state + 1u) << 8 | (uint32_t)(write + 1) << 16;
}

static bool held(const struct displif_bdev *dev, uint64_t now)
{
	return dev->due != DISPLIF_NEVER && dev->due > now;
}

static uint32_t leave(struct displif_bdev *dev, uint32_t act, int8_t write)
{
	dev->due = DISPLIF_NEVER;
	return go(DISPLIF_BDEV_DEAD, act | DISPLIF_ACT_FINAL, write);
}

/* Closing now, Closed at once, InitWait after a pause. */
static uint32_t bounce(struct displif_bdev *dev, uint32_t act, uint32_t most, uint64_t now)
{
	uint32_t ms = dev->backoff_ms;

	if (dev->state == DISPLIF_BDEV_CONNECTED && now >= GOOD_MS && now - GOOD_MS >= dev->since)
		ms = BACKOFF_MS;
	dev->pause_ms = ms < most ? ms : most;
	dev->backoff_ms = ms < BACKOFF_MAX_MS / 2 ? ms * 2 : BACKOFF_MAX_MS;
	dev->due = now;
	return go(DISPLIF_BDEV_CLOSING, act, DISPLIF_XB_CLOSING);
}

static uint32_t in_init(struct displif_bdev *dev, uint32_t in, uint64_t now)
{
	if (in != DISPLIF_BIN_PEER)
		return STAY;
	if (dev->peer == DISPLIF_XB_CONNECTED) /* rings of an earlier backend */
		return bounce(dev, 0, BACKOFF_MAX_MS, now);
	dev->due = displif__after(now, OFFER_MS);
	return go(DISPLIF_BDEV_OFFER, DISPLIF_ACT_PUBLISH, DISPLIF_XB_INIT_WAIT);
}

/* What the frontend's state means while we are in InitWait. */
static uint32_t answer(struct displif_bdev *dev, uint64_t now)
{
	switch (dev->peer) {
	case DISPLIF_XB_INITIALISING:
		if (!dev->again || held(dev, now))
			return STAY;
		/* It may have ignored our 2, and does not look again without a watch. */
		dev->again = 0;
		dev->due = displif__after(now, AGAIN_MS);
		return go(DISPLIF_BDEV_WAIT, 0, DISPLIF_XB_INIT_WAIT);
	case DISPLIF_XB_INITIALISED:
		dev->due = DISPLIF_NEVER;
		return go(DISPLIF_BDEV_BINDING, DISPLIF_ACT_START, -1);
	case DISPLIF_XB_CONNECTED: /* to rings that we never bound */
		return bounce(dev, 0, BACKOFF_MAX_MS, now);
	default:
		return STAY;
	}
}

static uint32_t in_wait(struct displif_bdev *dev, uint32_t in, uint64_t now)
{
	if (in == DISPLIF_BIN_TICK && !held(dev, now)) {
		dev->due = DISPLIF_NEVER;
		if (dev->state == DISPLIF_BDEV_OFFER ||
		    (dev->again && dev->peer == DISPLIF_XB_INITIALISING)) {
			dev->state = DISPLIF_BDEV_WAIT;
			return answer(dev, now);
		}
	}
	if (in != DISPLIF_BIN_PEER)
		return STAY;
	if (dev->peer == DISPLIF_XB_INITIALISING)
		dev->again = 1;
	return dev->state == DISPLIF_BDEV_WAIT ? answer(dev, now) : STAY;
}

static uint32_t in_binding(struct displif_bdev *dev, uint32_t in, uint64_t now)
{
	if (in == DISPLIF_BIN_BIND_FAILED)
		return bounce(dev, 0, BACKOFF_MAX_MS, now);
	if (in != DISPLIF_BIN_BOUND)
		return STAY;
	dev->since = now;
	dev->seen4 = 0;
	return go(DISPLIF_BDEV_CONNECTED, DISPLIF_ACT_REREAD, DISPLIF_XB_CONNECTED);
}

static uint32_t in_connected(struct displif_bdev *dev, uint32_t in, uint64_t now)
{
	const uint32_t all = DISPLIF_ACT_STOP | DISPLIF_ACT_RELEASE;

	if (in == DISPLIF_BIN_BROKEN)
		return bounce(dev, all, BACKOFF_MAX_MS, now);
	if (in != DISPLIF_BIN_PEER)
		return STAY;
	switch (dev->peer) {
	case DISPLIF_XB_INITIALISED: /* as we bound it, unless it was further on */
		if (!dev->seen4)
			return STAY;
		return bounce(dev, all, BACKOFF_MAX_MS, now);
	case DISPLIF_XB_CONNECTED:
		dev->seen4 = 1;
		return STAY;
	case DISPLIF_XB_INITIALISING:
		return bounce(dev, all, BACKOFF_MAX_MS, now);
	case DISPLIF_XB_CLOSING:
	case DISPLIF_XB_CLOSED:
		return bounce(dev, all, VOLUNTARY_MAX_MS, now);
	default:
		return STAY;
	}
}

static uint32_t in_closing(struct displif_bdev *dev, uint32_t in, uint64_t now)
{
	if (in != DISPLIF_BIN_TICK || held(dev, now))
		return STAY;
	if (dev->final)
		return leave(dev, 0, DISPLIF_XB_CLOSED);
	dev->due = displif__after(now, dev->pause_ms);
	return go(DISPLIF_BDEV_CLOSED, 0, DISPLIF_XB_CLOSED);
}

static uint32_t in_closed(struct displif_bdev *dev, uint32_t in, uint64_t now)
{
	if (in != DISPLIF_BIN_TICK || held(dev, now))
		return STAY;
	dev->due = DISPLIF_NEVER;
	dev->again = 0;
	return go(DISPLIF_BDEV_WAIT, DISPLIF_ACT_PUBLISH, DISPLIF_XB_INIT_WAIT);
}

/* The program ends: never InitWait again, but a later backend finds a clean 6, or what it was before us. */
static uint32_t stop(struct displif_bdev *dev, uint32_t act, uint64_t now)
{
	dev->final = 1;
	if (dev->state == DISPLIF_BDEV_CLOSING)
		return STAY;
	if (dev->state == DISPLIF_BDEV_INIT || dev->state == DISPLIF_BDEV_CLOSED)
		return leave(dev, 0, -1);
	return bounce(dev, act, BACKOFF_MAX_MS, now);
}

/* The inputs that mean the same in every state. */
static uint32_t common(struct displif_bdev *dev, uint32_t in, uint64_t now)
{
	uint32_t act = 0;

	if (dev->state == DISPLIF_BDEV_BINDING || dev->state >= DISPLIF_BDEV_DEAD)
		return STAY;
	if (dev->state == DISPLIF_BDEV_CONNECTED)
		act = DISPLIF_ACT_STOP | DISPLIF_ACT_RELEASE;
	if (in == DISPLIF_BIN_STOP)
		return stop(dev, act, now);
	return leave(dev, act, DISPLIF_XB_CLOSED);
}

static uint32_t in_state(struct displif_bdev *dev, uint32_t in, uint64_t now)
{
	switch (dev->state) {
	case DISPLIF_BDEV_INIT:
		return in_init(dev, in, now);
	case DISPLIF_BDEV_OFFER:
	case DISPLIF_BDEV_WAIT:
		return in_wait(dev, in, now);
	case DISPLIF_BDEV_BINDING:
		return in_binding(dev, in, now);
	case DISPLIF_BDEV_CONNECTED:
		return in_connected(dev, in, now);
	case DISPLIF_BDEV_CLOSING:
		return in_closing(dev, in, now);
	case DISPLIF_BDEV_CLOSED:
		return in_closed(dev, in, now);
	default:
		return STAY;
	}
}

struct displif_step displif_bdev_step(struct displif_bdev *dev, enum displif_bin in, uint32_t arg,
				      uint64_t now)
{
	uint64_t latest = displif__after(now, BACKOFF_MAX_MS);
	struct displif_step step;
	uint32_t code, next;

	/* A clock that jumped back must not make a pause longer than it was meant to be. */
	if (dev->due != DISPLIF_NEVER && dev->due > latest)
		dev->due = latest;
	if (in == DISPLIF_BIN_PEER)
		dev->peer = (uint8_t)(arg < 255u ? arg : 255u);
	if (in == DISPLIF_BIN_PEER_GONE || in == DISPLIF_BIN_OFFLINE || in == DISPLIF_BIN_STOP)
		code = common(dev, in, now);
	else
		code = in_state(dev, in, now);
	next = code >> 8 & 255u;
	if (next)
		dev->state = (uint8_t)(next - 1u);
	step.act = code & 255u;
	step.state = dev->state;
	step.write = (int8_t)((int)(code >> 16) - 1);
	return step;
}

void displif_bdev_init(struct displif_bdev *dev)
{
	memset(dev, 0, sizeof(*dev));
	dev->due = DISPLIF_NEVER;
	dev->backoff_ms = BACKOFF_MS;
}

const char *displif_bdev_name(uint8_t state)
{
	return state < DISPLIF_BDEV_STATES ? names[state] : "?";
}
