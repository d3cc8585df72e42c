/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The frontend device's state machine; docs/states.md holds its table. */
#include "priv.h"

/* A connection that lived so long was a good one: the next break is not held back. */
#define GOOD_MS 5000u
#define BACKOFF_MS 100u
#define BACKOFF_MAX_MS 10000u
/* Transient failures of ACT_PUBLISH in a row until the device is Closed. */
#define TRIES 8u
/* How long a removal waits for the backend to let go. */
#define CLOSING_MS 1000u

static const char *const names[DISPLIF_FDEV_STATES] = {
	"INIT",	    "PUBLISHING", "PUBLISHED", "CONNECTED", "STOPPED",
	"RECONFIG", "HOLD",	  "CLOSING",   "CLOSED",    "DEAD",
};

/* What is to be undone when a state is left for good. */
static const uint8_t undo[DISPLIF_FDEV_STATES] = {
	[DISPLIF_FDEV_PUBLISHED] = DISPLIF_ACT_RELEASE,
	[DISPLIF_FDEV_CONNECTED] = DISPLIF_ACT_STOP | DISPLIF_ACT_RELEASE,
	[DISPLIF_FDEV_STOPPED] = DISPLIF_ACT_RELEASE,
	[DISPLIF_FDEV_CLOSING] = DISPLIF_ACT_RELEASE,
};

/*
 * A step in one word, so that the functions below stay small: the actions, the
 * new state + 1 (0: the old one), what to write + 1 (0: nothing).
 */
#define STAY 0u

static inline uint32_t go(enum displif_fdev_state state, uint32_t act, int write)
{
	return act | ((uint32_t)state + 1u) << 8 | (uint32_t)(write + 1) << 16;
}

static bool held(const struct displif_fdev *dev, uint64_t now)
{
	return dev->due != DISPLIF_NEVER && dev->due > now;
}

/* The connection ended, or never came: when may the next attempt begin? */
static void hold_back(struct displif_fdev *dev, bool rings, uint64_t now)
{
	uint32_t ms = dev->backoff_ms;

	if (rings && now >= GOOD_MS && now - GOOD_MS >= dev->since)
		ms = 0;
	dev->due = ms ? displif__after(now, ms) : DISPLIF_NEVER;
	if (!ms)
		dev->backoff_ms = BACKOFF_MS;
	else
		dev->backoff_ms = ms < BACKOFF_MAX_MS / 2 ? ms * 2 : BACKOFF_MAX_MS;
}

static uint32_t restart(uint32_t act)
{
	return go(DISPLIF_FDEV_INIT, act | DISPLIF_ACT_REREAD, DISPLIF_XB_INITIALISING);
}

static uint32_t leave(struct displif_fdev *dev, uint32_t act)
{
	dev->due = DISPLIF_NEVER;
	return go(DISPLIF_FDEV_DEAD, act | DISPLIF_ACT_FINAL, DISPLIF_XB_CLOSED);
}

/* Only an InitWait that is seen from now on revives the device. */
static uint32_t close_failed(struct displif_fdev *dev, bool rings, uint64_t now)
{
	hold_back(dev, rings, now);
	dev->failures = 0;
	dev->peer = DISPLIF_XB_UNKNOWN;
	return go(DISPLIF_FDEV_CLOSED, rings ? DISPLIF_ACT_RELEASE : 0, DISPLIF_XB_CLOSED);
}

static uint32_t broken(struct displif_fdev *dev, uint32_t act, uint64_t now)
{
	hold_back(dev, true, now);
	return go(DISPLIF_FDEV_RECONFIG, act, DISPLIF_XB_RECONFIGURING);
}

static uint32_t in_init(struct displif_fdev *dev, uint32_t in, uint64_t now)
{
	if (in != DISPLIF_IN_PEER && in != DISPLIF_IN_ZOMBIES && in != DISPLIF_IN_TICK)
		return STAY;
	if (held(dev, now))
		return STAY;
	dev->due = DISPLIF_NEVER;
	if (dev->peer != DISPLIF_XB_INIT_WAIT || dev->zombies > dev->max_zombies)
		return STAY;
	return go(DISPLIF_FDEV_PUBLISHING, DISPLIF_ACT_PUBLISH, -1);
}

static uint32_t publish_failed(struct displif_fdev *dev, uint32_t arg, uint64_t now)
{
	switch (arg) {
	case -DISPLIF_E_AGAIN:
	case -DISPLIF_E_FULL:
	case -DISPLIF_E_GONE:
	case -DISPLIF_E_OS:
	case -DISPLIF_E_TIMEOUT:
		break;
	default:
		return close_failed(dev, false, now);
	}
	if (dev->failures >= TRIES - 1)
		return close_failed(dev, false, now);
	dev->due = displif__after(now, BACKOFF_MS << dev->failures);
	dev->failures++;
	return go(DISPLIF_FDEV_INIT, 0, -1);
}

static uint32_t in_publishing(struct displif_fdev *dev, uint32_t in, uint32_t arg, uint64_t now)
{
	if (in == DISPLIF_IN_FAILED)
		return publish_failed(dev, arg, now);
	if (in != DISPLIF_IN_PUBLISHED)
		return STAY;
	dev->failures = 0;
	dev->since = now;
	dev->due = dev->connect_ms ? displif__after(now, dev->connect_ms) : DISPLIF_NEVER;
	return go(DISPLIF_FDEV_PUBLISHED, DISPLIF_ACT_REREAD, DISPLIF_XB_INITIALISED);
}

static uint32_t in_published(struct displif_fdev *dev, uint32_t in, uint64_t now)
{
	if (in == DISPLIF_IN_TICK && dev->due != DISPLIF_NEVER && !held(dev, now))
		return close_failed(dev, true, now);
	if (in != DISPLIF_IN_PEER)
		return STAY;
	switch (dev->peer) {
	case DISPLIF_XB_CONNECTED:
		dev->since = now;
		dev->due = DISPLIF_NEVER;
		return go(DISPLIF_FDEV_CONNECTED, DISPLIF_ACT_START, DISPLIF_XB_CONNECTED);
	case DISPLIF_XB_INITIALISING:
	case DISPLIF_XB_CLOSING:
	case DISPLIF_XB_CLOSED:
		hold_back(dev, true, now);
		return restart(DISPLIF_ACT_RELEASE);
	default: /* 2: it may bind us as it finds us */
		return STAY;
	}
}

static uint32_t in_connected(struct displif_fdev *dev, uint32_t in, uint64_t now)
{
	const uint32_t all = DISPLIF_ACT_STOP | DISPLIF_ACT_RELEASE;

	if (in == DISPLIF_IN_BROKEN || in == DISPLIF_IN_FAILED)
		return broken(dev, all, now);
	if (in != DISPLIF_IN_PEER)
		return STAY;
	if (dev->peer == DISPLIF_XB_CLOSING)
		return go(DISPLIF_FDEV_STOPPED, DISPLIF_ACT_STOP, -1);
	if (dev->peer < DISPLIF_XB_CONNECTED || dev->peer == DISPLIF_XB_CLOSED)
		return broken(dev, all, now);
	return STAY;
}

static uint32_t in_stopped(struct displif_fdev *dev, uint32_t in, uint64_t now)
{
	if (in != DISPLIF_IN_PEER || dev->peer == DISPLIF_XB_CLOSING ||
	    dev->peer > DISPLIF_XB_CLOSED)
		return STAY;
	return broken(dev, DISPLIF_ACT_RELEASE, now);
}

/* RECONFIG counts the pause while users go, HOLD waits for what is left of it. */
static uint32_t in_reconfig(struct displif_fdev *dev, uint32_t in, uint64_t now)
{
	if (in != DISPLIF_IN_TICK &&
	    (in != DISPLIF_IN_USERS_GONE || dev->state == DISPLIF_FDEV_HOLD))
		return STAY;
	if (held(dev, now)) {
		if (in == DISPLIF_IN_USERS_GONE)
			return go(DISPLIF_FDEV_HOLD, 0, -1);
		return STAY;
	}
	dev->due = DISPLIF_NEVER;
	if (in == DISPLIF_IN_TICK && dev->state == DISPLIF_FDEV_RECONFIG)
		return STAY;
	return restart(0);
}

static uint32_t in_closing(struct displif_fdev *dev, uint32_t in, uint64_t now)
{
	if (in == DISPLIF_IN_TICK && !held(dev, now))
		return leave(dev, DISPLIF_ACT_RELEASE);
	if (in != DISPLIF_IN_PEER || dev->peer == DISPLIF_XB_INITIALISED ||
	    dev->peer == DISPLIF_XB_CONNECTED || dev->peer > DISPLIF_XB_CLOSED)
		return STAY;
	return leave(dev, DISPLIF_ACT_RELEASE);
}

static uint32_t in_closed(struct displif_fdev *dev, uint32_t in, uint64_t now)
{
	if ((in != DISPLIF_IN_PEER && in != DISPLIF_IN_TICK) || held(dev, now))
		return STAY;
	dev->due = DISPLIF_NEVER;
	if (dev->peer != DISPLIF_XB_INIT_WAIT)
		return STAY;
	return restart(0);
}

static uint32_t removal(struct displif_fdev *dev, uint64_t now)
{
	uint32_t stop;

	if (dev->state != DISPLIF_FDEV_PUBLISHED && dev->state != DISPLIF_FDEV_CONNECTED &&
	    dev->state != DISPLIF_FDEV_STOPPED)
		return dev->state == DISPLIF_FDEV_CLOSING ? STAY : leave(dev, 0);
	stop = dev->state == DISPLIF_FDEV_CONNECTED ? DISPLIF_ACT_STOP : 0;
	dev->due = displif__after(now, CLOSING_MS);
	return go(DISPLIF_FDEV_CLOSING, stop, DISPLIF_XB_CLOSING);
}

static uint32_t resumed(struct displif_fdev *dev, uint32_t act)
{
	if (dev->state == DISPLIF_FDEV_CLOSING)
		return leave(dev, act);
	dev->due = DISPLIF_NEVER;
	dev->backoff_ms = 0;
	dev->failures = 0;
	return restart(act);
}

/* A clock that jumped back must not make a pause longer than it was meant to be. */
static void cut_pause(struct displif_fdev *dev, uint64_t now)
{
	uint32_t most = BACKOFF_MAX_MS;
	uint64_t latest;

	if (dev->state == DISPLIF_FDEV_PUBLISHED && dev->connect_ms)
		most = dev->connect_ms;
	else if (dev->state == DISPLIF_FDEV_CLOSING)
		most = CLOSING_MS;
	latest = displif__after(now, most);
	if (dev->due != DISPLIF_NEVER && dev->due > latest)
		dev->due = latest;
}

/* The inputs that mean the same in every state. */
static uint32_t common(struct displif_fdev *dev, uint32_t in, uint64_t now)
{
	uint8_t state = dev->state;
	uint32_t act = state < DISPLIF_FDEV_STATES ? undo[state] : 0;

	if (state == DISPLIF_FDEV_PUBLISHING || state >= DISPLIF_FDEV_DEAD)
		return STAY;
	if (in == DISPLIF_IN_PEER_GONE)
		return leave(dev, act);
	return in == DISPLIF_IN_REMOVE ? removal(dev, now) : resumed(dev, act);
}

static uint32_t in_state(struct displif_fdev *dev, uint32_t in, uint32_t arg, uint64_t now)
{
	switch (dev->state) {
	case DISPLIF_FDEV_INIT:
		return in_init(dev, in, now);
	case DISPLIF_FDEV_PUBLISHING:
		return in_publishing(dev, in, arg, now);
	case DISPLIF_FDEV_PUBLISHED:
		return in_published(dev, in, now);
	case DISPLIF_FDEV_CONNECTED:
		return in_connected(dev, in, now);
	case DISPLIF_FDEV_STOPPED:
		return in_stopped(dev, in, now);
	case DISPLIF_FDEV_RECONFIG:
	case DISPLIF_FDEV_HOLD:
		return in_reconfig(dev, in, now);
	case DISPLIF_FDEV_CLOSING:
		return in_closing(dev, in, now);
	case DISPLIF_FDEV_CLOSED:
		return in_closed(dev, in, now);
	default:
		return STAY;
	}
}

struct displif_step displif_fdev_step(struct displif_fdev *dev, enum displif_in in, uint32_t arg,
				      uint64_t now)
{
	struct displif_step step;
	uint32_t code, next;

	cut_pause(dev, now);
	if (in == DISPLIF_IN_PEER)
		dev->peer = (uint8_t)(arg < 255u ? arg : 255u);
	else if (in == DISPLIF_IN_ZOMBIES)
		dev->zombies = arg;
	if (in == DISPLIF_IN_PEER_GONE || in == DISPLIF_IN_REMOVE || in == DISPLIF_IN_RESUMED)
		code = common(dev, in, now);
	else
		code = in_state(dev, in, arg, now);
	next = code >> 8 & 255u;
	if (next)
		dev->state = (uint8_t)(next - 1u);
	step.act = code & 255u;
	step.state = dev->state;
	step.write = (int8_t)((int)(code >> 16) - 1);
	return step;
}

void displif_fdev_init(struct displif_fdev *dev)
{
	memset(dev, 0, sizeof(*dev));
	dev->due = DISPLIF_NEVER;
	dev->next_cookie = 1;
	dev->max_zombies = UINT32_MAX;
}

uint64_t displif_fdev_cookie(struct displif_fdev *dev)
{
	uint64_t cookie = dev->next_cookie;

	/* At a thousand million cookies a second this wraps in 584 years. */
	dev->next_cookie = cookie < UINT64_MAX ? cookie + 1 : 1;
	return cookie;
}

const char *displif_fdev_name(uint8_t state)
{
	return state < DISPLIF_FDEV_STATES ? names[state] : "?";
}
