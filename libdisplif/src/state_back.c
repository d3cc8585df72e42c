/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend device's state machine, one for each guest's device; docs/states.md holds its table and says why. */
#include "state_rule.h"

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

/* Conditions of rows. */
#define HELD 1u	 /* the pause is not over */
#define AGAIN 2u /* the frontend's last state is 1, and 2 was not written since it came */
#define PEER3 4u /* the frontend's last state */
#define PEER4 8u
#define SEEN4 16u /* the frontend was Connected on these rings */
#define FINAL 32u /* STOP came */

/* What a row does inside. */
enum effect {
	NOTHING = 0,
	CLEAR, /* no pause */
	OFFER, /* let the first 2 stand */
	ASK,   /* 2 was the answer to a 1 */
	BOUND,
	BOUNCE,	   /* 5 now, 6 at once, 2 after a pause */
	VOLUNTARY, /* the same, for a frontend that may be waiting for it */
	PAUSE,	   /* of the bounce */
};

#define S(state) (uint8_t) DISPLIF_BDEV_##state
#define IN(in) (uint8_t) DISPLIF_BIN_##in
#define A(act) DISPLIF_ACT_##act
#define DO(effect, write) (uint8_t)(DISPLIF__EFFECT((uint32_t)(effect)) | (write))
#define ANY DISPLIF__ANY

static const struct displif__rule rules[] = {
	{ S(INIT), IN(PEER), 1u << 4, 0, S(CLOSING), 0, DO(BOUNCE, 5) },
	{ S(INIT), IN(PEER), ANY, 0, S(OFFER), A(PUBLISH), DO(OFFER, 2) },
	{ S(INIT), IN(PEER_GONE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(INIT), IN(OFFLINE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(INIT), IN(STOP), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 0) },

	{ S(OFFER), IN(TICK), ANY, HELD, S(OFFER), 0, 0 },
	{ S(OFFER), IN(TICK), ANY, AGAIN, S(WAIT), 0, DO(ASK, 2) },
	{ S(OFFER), IN(TICK), ANY, PEER3, S(BINDING), A(START), DO(CLEAR, 0) },
	{ S(OFFER), IN(TICK), ANY, PEER4, S(CLOSING), 0, DO(BOUNCE, 5) },
	{ S(OFFER), IN(TICK), ANY, 0, S(WAIT), 0, DO(CLEAR, 0) },
	{ S(OFFER), IN(PEER_GONE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(OFFER), IN(OFFLINE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(OFFER), IN(STOP), ANY, 0, S(CLOSING), 0, DO(BOUNCE, 5) },

	{ S(WAIT), IN(PEER), 1u << 1, HELD, S(WAIT), 0, 0 },
	{ S(WAIT), IN(PEER), 1u << 1, 0, S(WAIT), 0, DO(ASK, 2) },
	{ S(WAIT), IN(PEER), 1u << 3, 0, S(BINDING), A(START), DO(CLEAR, 0) },
	{ S(WAIT), IN(PEER), 1u << 4, 0, S(CLOSING), 0, DO(BOUNCE, 5) },
	{ S(WAIT), IN(TICK), ANY, HELD, S(WAIT), 0, 0 },
	{ S(WAIT), IN(TICK), ANY, AGAIN, S(WAIT), 0, DO(ASK, 2) },
	{ S(WAIT), IN(TICK), ANY, 0, S(WAIT), 0, DO(CLEAR, 0) },
	{ S(WAIT), IN(PEER_GONE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(WAIT), IN(OFFLINE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(WAIT), IN(STOP), ANY, 0, S(CLOSING), 0, DO(BOUNCE, 5) },

	{ S(BINDING), IN(BOUND), ANY, 0, S(CONNECTED), A(REREAD), DO(BOUND, 4) },
	{ S(BINDING), IN(BIND_FAILED), ANY, 0, S(CLOSING), 0, DO(BOUNCE, 5) },

	{ S(CONNECTED), IN(PEER), 1u << 1, 0, S(CLOSING), A(STOP) | A(RELEASE), DO(BOUNCE, 5) },
	{ S(CONNECTED), IN(PEER), 1u << 5 | 1u << 6, 0, S(CLOSING), A(STOP) | A(RELEASE),
	  DO(VOLUNTARY, 5) },
	{ S(CONNECTED), IN(PEER), 1u << 3, SEEN4, S(CLOSING), A(STOP) | A(RELEASE), DO(BOUNCE, 5) },
	{ S(CONNECTED), IN(BROKEN), ANY, 0, S(CLOSING), A(STOP) | A(RELEASE), DO(BOUNCE, 5) },
	{ S(CONNECTED), IN(PEER_GONE), ANY, 0, S(DEAD), A(STOP) | A(RELEASE) | A(FINAL),
	  DO(CLEAR, 6) },
	{ S(CONNECTED), IN(OFFLINE), ANY, 0, S(DEAD), A(STOP) | A(RELEASE) | A(FINAL),
	  DO(CLEAR, 6) },
	{ S(CONNECTED), IN(STOP), ANY, 0, S(CLOSING), A(STOP) | A(RELEASE), DO(BOUNCE, 5) },

	{ S(CLOSING), IN(TICK), ANY, HELD, S(CLOSING), 0, 0 },
	{ S(CLOSING), IN(TICK), ANY, FINAL, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(CLOSING), IN(TICK), ANY, 0, S(CLOSED), 0, DO(PAUSE, 6) },
	{ S(CLOSING), IN(PEER_GONE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(CLOSING), IN(OFFLINE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },

	{ S(CLOSED), IN(TICK), ANY, HELD, S(CLOSED), 0, 0 },
	{ S(CLOSED), IN(TICK), ANY, 0, S(OFFER), A(PUBLISH), DO(OFFER, 2) },
	{ S(CLOSED), IN(PEER_GONE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(CLOSED), IN(OFFLINE), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 6) },
	{ S(CLOSED), IN(STOP), ANY, 0, S(DEAD), A(FINAL), DO(CLEAR, 0) },
};

static const char names[DISPLIF_BDEV_STATES + 1][12] = {
	"INIT", "OFFER", "WAIT", "BINDING", "CONNECTED", "CLOSING", "CLOSED", "DEAD", "?",
};

static void bounce(struct displif_bdev *dev, const struct displif__rule *rule, uint64_t now)
{
	uint32_t ms = dev->backoff_ms;
	uint32_t most = rule->todo >> 4 == VOLUNTARY ? VOLUNTARY_MAX_MS : BACKOFF_MAX_MS;

	if (rule->act && now >= GOOD_MS && now - GOOD_MS >= dev->since)
		ms = BACKOFF_MS;
	dev->pause_ms = ms < most ? ms : most;
	dev->backoff_ms = ms < BACKOFF_MAX_MS / 2 ? ms * 2 : BACKOFF_MAX_MS;
	dev->due = now;
}

static void do_inside(struct displif_bdev *dev, const struct displif__rule *rule, uint64_t now)
{
	uint32_t pause = 0;

	if (rule->todo < DISPLIF__EFFECT(1u))
		return;
	dev->due = DISPLIF_NEVER;
	/* Whatever is written, a 1 that came before is answered by it; nothing but a new 1 asks again. */
	dev->again = 0;
	switch (rule->todo >> 4) {
	case OFFER:
		pause = OFFER_MS;
		break;
	case ASK:
		pause = AGAIN_MS;
		break;
	case BOUND:
		dev->since = now;
		dev->seen4 = 0;
		break;
	case BOUNCE:
	case VOLUNTARY:
		bounce(dev, rule, now);
		break;
	case PAUSE:
		pause = dev->pause_ms;
		break;
	default:
		break;
	}
	if (pause)
		dev->due = displif__after(now, pause);
}

static uint32_t conditions(struct displif_bdev *dev, uint64_t now)
{
	uint32_t cond = displif__rule_held(&dev->due, BACKOFF_MAX_MS, now) ? HELD : 0;

	if (dev->peer == DISPLIF_XB_INITIALISING && dev->again)
		cond |= AGAIN;
	if (dev->peer == DISPLIF_XB_INITIALISED)
		cond |= PEER3;
	if (dev->peer == DISPLIF_XB_CONNECTED)
		cond |= PEER4;
	if (dev->seen4)
		cond |= SEEN4;
	if (dev->final)
		cond |= FINAL;
	return cond;
}

struct displif_step displif_bdev_step(struct displif_bdev *dev, enum displif_bin in, uint32_t arg,
				      uint64_t now)
{
	const struct displif__rule *rule;
	uint8_t state = dev->state;

	if (in == DISPLIF_BIN_PEER) {
		dev->peer = (uint8_t)(arg < 255u ? arg : 255u);
		if (arg == DISPLIF_XB_INITIALISING)
			dev->again = 1;
		if (arg == DISPLIF_XB_CONNECTED)
			dev->seen4 = 1;
	} else if (in == DISPLIF_BIN_STOP) {
		dev->final = 1;
	}
	rule = displif__rule_find(rules, sizeof(rules) / sizeof(rules[0]), state, (uint32_t)in, arg,
				  conditions(dev, now));
	if (rule) {
		dev->state = rule->next;
		do_inside(dev, rule, now);
	}
	return displif__rule_step(rule, state);
}

void displif_bdev_init(struct displif_bdev *dev)
{
	*dev = (struct displif_bdev){ 0 };
	dev->due = DISPLIF_NEVER;
	dev->backoff_ms = BACKOFF_MS;
}

const char *displif_bdev_name(uint8_t state)
{
	return names[state < DISPLIF_BDEV_STATES ? state : DISPLIF_BDEV_STATES];
}
