/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The frontend device's state machine; docs/states.md holds its table and says why. */
#include "state_rule.h"

/* A connection that lived so long was a good one: the next break is not held back. */
#define GOOD_MS 5000u
#define BACKOFF_MS 100u
#define BACKOFF_MAX_MS 10000u
/* Transient failures of ACT_PUBLISH in a row until the device is Closed. */
#define TRIES 8u
/* How long a removal waits for the backend to let go. */
#define CLOSING_MS 1000u

/* Conditions of rows. */
#define HELD 1u	   /* the pause is not over */
#define DUE 2u	   /* it is over */
#define ZOMBIES 4u /* the backend still maps too many old pages */
#define WAITS 8u   /* the backend's last state was InitWait */
#define EIGHTH 16u /* the failures before this one were as many as may be */

/* What a row does inside. */
enum effect {
	NOTHING = 0,
	CLEAR,	   /* no pause */
	HOLD,	   /* a pause, longer each time, unless the connection was a good one */
	CLOSE,	   /* the same, and only an InitWait that is seen from now on counts */
	RETRY,	   /* a pause, longer with each failure */
	PUBLISHED, /* limit the wait for the backend */
	CONNECTED,
	LINGER, /* limit the wait for the backend's letting go */
	FRESH,	/* another host: what was before does not count */
	EFFECTS = 16,
};

/* What each is made of. */
#define PAUSE_ENDS 1u
#define FORGIVE 2u /* no failures in a row */
#define STAMP 4u   /* rings as of now */
#define HOLD_BACK 8u
#define UNSEE 16u   /* the backend's last state */
#define NO_BACK 32u /* no back-off */
#define ANSWER 64u  /* wait for the backend's answer */
#define FAILURE 128u

static const uint8_t effects[EFFECTS] = {
	[CLEAR] = PAUSE_ENDS,
	[HOLD] = PAUSE_ENDS | HOLD_BACK,
	[CLOSE] = PAUSE_ENDS | HOLD_BACK | FORGIVE | UNSEE,
	[RETRY] = PAUSE_ENDS | FAILURE,
	[PUBLISHED] = PAUSE_ENDS | FORGIVE | STAMP | ANSWER,
	[CONNECTED] = PAUSE_ENDS | STAMP,
	[LINGER] = PAUSE_ENDS,
	[FRESH] = PAUSE_ENDS | FORGIVE | NO_BACK,
};

/* Failures that pass: AGAIN, FULL, GONE, OS, TIMEOUT. */
#define PASSING (1u << 4 | 1u << 5 | 1u << 9 | 1u << 11 | 1u << 12)

#define S(state) (uint8_t) DISPLIF_FDEV_##state
#define IN(in) (uint8_t) DISPLIF_IN_##in
#define A(act) DISPLIF_ACT_##act
#define DO(effect, write) (uint8_t)(DISPLIF__EFFECT((uint32_t)(effect)) | (write))
#define ANY DISPLIF__ANY

static const struct displif__rule rules[] = {
	{ S(INIT), IN(PEER), 1u << 2, HELD, S(INIT), 0, 0 },
	{ S(INIT), IN(PEER), 1u << 2, ZOMBIES, S(INIT), 0, 0 },
	{ S(INIT), IN(PEER), 1u << 2, 0, S(PUBLISHING), A(PUBLISH), DO(CLEAR, 0) },
	{ S(INIT), IN(ZOMBIES), ANY, HELD, S(INIT), 0, 0 },
	{ S(INIT), IN(ZOMBIES), ANY, ZOMBIES, S(INIT), 0, 0 },
	{ S(INIT), IN(ZOMBIES), ANY, WAITS, S(PUBLISHING), A(PUBLISH), DO(CLEAR, 0) },
	{ S(INIT), IN(TICK), ANY, HELD, S(INIT), 0, 0 },
	{ S(INIT), IN(TICK), ANY, ZOMBIES, S(INIT), 0, DO(CLEAR, 0) },
	{ S(INIT), IN(TICK), ANY, WAITS, S(PUBLISHING), A(PUBLISH), DO(CLEAR, 0) },
	{ S(INIT), IN(TICK), ANY, 0, S(INIT), 0, DO(CLEAR, 0) },
	{ S(INIT), IN(PEER_GONE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(INIT), IN(REMOVE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(INIT), IN(RESUMED), ANY, 0, S(INIT), A(REREAD), DO(FRESH, 1) },

	{ S(PUBLISHING), IN(PUBLISHED), ANY, 0, S(PUBLISHED), A(REREAD), DO(PUBLISHED, 3) },
	{ S(PUBLISHING), IN(FAILED), PASSING, EIGHTH, S(CLOSED), 0, DO(CLOSE, 6) },
	{ S(PUBLISHING), IN(FAILED), PASSING, 0, S(INIT), 0, DO(RETRY, 0) },
	{ S(PUBLISHING), IN(FAILED), ANY, 0, S(CLOSED), 0, DO(CLOSE, 6) },

	{ S(PUBLISHED), IN(PEER), 1u << 4, 0, S(CONNECTED), A(START), DO(CONNECTED, 4) },
	{ S(PUBLISHED), IN(PEER), 1u << 1 | 1u << 5 | 1u << 6, 0, S(INIT), A(RELEASE) | A(REREAD),
	  DO(HOLD, 1) },
	{ S(PUBLISHED), IN(TICK), ANY, DUE, S(CLOSED), A(RELEASE), DO(CLOSE, 6) },
	{ S(PUBLISHED), IN(PEER_GONE), ANY, 0, S(DEAD), A(RELEASE) | A(FINAL), DO(CLEAR, 6) },
	{ S(PUBLISHED), IN(REMOVE), ANY, 0, S(CLOSING), 0, DO(LINGER, 5) },
	{ S(PUBLISHED), IN(RESUMED), ANY, 0, S(INIT), A(RELEASE) | A(REREAD), DO(FRESH, 1) },

	{ S(CONNECTED), IN(PEER), 1u << 5, 0, S(STOPPED), A(STOP), 0 },
	{ S(CONNECTED), IN(PEER), 15u | 1u << 6, 0, S(RECONFIG), A(STOP) | A(RELEASE),
	  DO(HOLD, 7) },
	{ S(CONNECTED), IN(FAILED), ANY, 0, S(RECONFIG), A(STOP) | A(RELEASE), DO(HOLD, 7) },
	{ S(CONNECTED), IN(BROKEN), ANY, 0, S(RECONFIG), A(STOP) | A(RELEASE), DO(HOLD, 7) },
	{ S(CONNECTED), IN(PEER_GONE), ANY, 0, S(DEAD), A(STOP) | A(RELEASE) | A(FINAL),
	  DO(CLEAR, 6) },
	{ S(CONNECTED), IN(REMOVE), ANY, 0, S(CLOSING), A(STOP), DO(LINGER, 5) },
	{ S(CONNECTED), IN(RESUMED), ANY, 0, S(INIT), A(STOP) | A(RELEASE) | A(REREAD),
	  DO(FRESH, 1) },

	{ S(STOPPED), IN(PEER), 31u | 1u << 6, 0, S(RECONFIG), A(RELEASE), DO(HOLD, 7) },
	{ S(STOPPED), IN(PEER_GONE), ANY, 0, S(DEAD), A(RELEASE) | A(FINAL), DO(CLEAR, 6) },
	{ S(STOPPED), IN(REMOVE), ANY, 0, S(CLOSING), 0, DO(LINGER, 5) },
	{ S(STOPPED), IN(RESUMED), ANY, 0, S(INIT), A(RELEASE) | A(REREAD), DO(FRESH, 1) },

	{ S(RECONFIG), IN(USERS_GONE), ANY, HELD, S(HOLD), 0, 0 },
	{ S(RECONFIG), IN(USERS_GONE), ANY, 0, S(INIT), A(REREAD), DO(CLEAR, 1) },
	{ S(RECONFIG), IN(TICK), ANY, DUE, S(RECONFIG), 0, DO(CLEAR, 0) },
	{ S(RECONFIG), IN(PEER_GONE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(RECONFIG), IN(REMOVE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(RECONFIG), IN(RESUMED), ANY, 0, S(INIT), A(REREAD), DO(FRESH, 1) },

	{ S(HOLD), IN(TICK), ANY, HELD, S(HOLD), 0, 0 },
	{ S(HOLD), IN(TICK), ANY, 0, S(INIT), A(REREAD), DO(CLEAR, 1) },
	{ S(HOLD), IN(PEER_GONE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(HOLD), IN(REMOVE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(HOLD), IN(RESUMED), ANY, 0, S(INIT), A(REREAD), DO(FRESH, 1) },

	{ S(CLOSING), IN(PEER), 7u | 1u << 5 | 1u << 6, 0, S(DEAD), A(RELEASE) | A(FINAL),
	  DO(CLEAR, 6) },
	{ S(CLOSING), IN(TICK), ANY, HELD, S(CLOSING), 0, 0 },
	{ S(CLOSING), IN(TICK), ANY, 0, S(DEAD), A(RELEASE) | A(FINAL), DO(CLEAR, 6) },
	{ S(CLOSING), IN(PEER_GONE), ANY, 0, S(DEAD), A(RELEASE) | A(FINAL), DO(CLEAR, 6) },
	{ S(CLOSING), IN(RESUMED), ANY, 0, S(DEAD), A(RELEASE) | A(FINAL), DO(CLEAR, 6) },

	{ S(CLOSED), IN(PEER), 1u << 2, HELD, S(CLOSED), 0, 0 },
	{ S(CLOSED), IN(PEER), 1u << 2, 0, S(INIT), A(REREAD), DO(CLEAR, 1) },
	{ S(CLOSED), IN(TICK), ANY, HELD, S(CLOSED), 0, 0 },
	{ S(CLOSED), IN(TICK), ANY, WAITS, S(INIT), A(REREAD), DO(CLEAR, 1) },
	{ S(CLOSED), IN(TICK), ANY, 0, S(CLOSED), 0, DO(CLEAR, 0) },
	{ S(CLOSED), IN(PEER_GONE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(CLOSED), IN(REMOVE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(CLOSED), IN(RESUMED), ANY, 0, S(INIT), A(REREAD), DO(FRESH, 1) },
};

static const char names[DISPLIF_FDEV_STATES + 1][12] = {
	"INIT", "PUBLISHING", "PUBLISHED", "CONNECTED", "STOPPED", "RECONFIG",
	"HOLD", "CLOSING",    "CLOSED",	   "DEAD",	"?",
};

/* The connection ended, or never came: how long until the next attempt may begin? */
static uint32_t hold_back(struct displif_fdev *dev, bool rings, uint64_t now)
{
	uint32_t ms = dev->backoff_ms;

	if (rings && now >= GOOD_MS && now - GOOD_MS >= dev->since)
		ms = 0;
	dev->backoff_ms = BACKOFF_MS;
	if (ms)
		dev->backoff_ms = ms < BACKOFF_MAX_MS / 2 ? ms * 2 : BACKOFF_MAX_MS;
	return ms;
}

static void do_inside(struct displif_fdev *dev, const struct displif__rule *rule, uint64_t now)
{
	uint32_t does = effects[rule->todo >> 4];
	uint32_t failures = dev->failures & (TRIES - 1u);
	uint32_t pause = 0;

	if (!does)
		return;
	dev->due = DISPLIF_NEVER;
	if (does & STAMP)
		dev->since = now;
	if (does & UNSEE)
		dev->peer = DISPLIF_XB_UNKNOWN;
	if (does & FORGIVE)
		dev->failures = 0;
	if (does & NO_BACK)
		dev->backoff_ms = 0;
	if (does & HOLD_BACK)
		pause = hold_back(dev, rule->act != 0, now);
	if (does & ANSWER)
		pause = dev->connect_ms;
	if (does & FAILURE) {
		pause = BACKOFF_MS << failures;
		dev->failures = failures + 1u;
	}
	if (rule->todo >> 4 == LINGER)
		pause = CLOSING_MS;
	if (pause)
		dev->due = displif__after(now, pause);
}

static uint32_t conditions(struct displif_fdev *dev, uint64_t now)
{
	uint32_t most = BACKOFF_MAX_MS, cond = 0;

	if (dev->state == DISPLIF_FDEV_PUBLISHED && dev->connect_ms)
		most = dev->connect_ms;
	else if (dev->state == DISPLIF_FDEV_CLOSING)
		most = CLOSING_MS;
	if (displif__rule_held(&dev->due, most, now))
		cond = HELD;
	else if (dev->due != DISPLIF_NEVER)
		cond = DUE;
	if (dev->zombies > dev->max_zombies)
		cond |= ZOMBIES;
	if (dev->peer == DISPLIF_XB_INIT_WAIT)
		cond |= WAITS;
	if (dev->failures >= TRIES - 1u)
		cond |= EIGHTH;
	return cond;
}

struct displif_step displif_fdev_step(struct displif_fdev *dev, enum displif_in in, uint32_t arg,
				      uint64_t now)
{
	const struct displif__rule *rule;
	uint8_t state = dev->state;

	if (in == DISPLIF_IN_PEER)
		dev->peer = (uint8_t)(arg < 255u ? arg : 255u);
	else if (in == DISPLIF_IN_ZOMBIES)
		dev->zombies = arg;
	rule = displif__rule_find(rules, sizeof(rules) / sizeof(rules[0]), state, (uint32_t)in, arg,
				  conditions(dev, now));
	if (rule) {
		dev->state = rule->next;
		do_inside(dev, rule, now);
	}
	return displif__rule_step(rule, state);
}

void displif_fdev_init(struct displif_fdev *dev)
{
	*dev = (struct displif_fdev){ 0 };
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
	return names[state < DISPLIF_FDEV_STATES ? state : DISPLIF_FDEV_STATES];
}
