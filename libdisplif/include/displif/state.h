/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The two devices' state machines, as pure functions:
 * (state, input) -> (state, actions, state to write). The table is in
 * docs/states.md; a test compares it with the code.
 *
 * The caller does the actions PUBLISH .. RELEASE in the order of their bits,
 * then writes the state into its own node (unless write is -1), then feeds what
 * the actions ask for: the outcome of PUBLISH and START, the peer's state for
 * REREAD. All of it happens under the device's lock (front) or the guest's
 * (back), so no other input comes between an action and its outcome. If
 * ACT_START fails, the write is left out. Nothing here sleeps; the actions may.
 *
 * What every sequence of inputs keeps: STOP comes once after each START (back:
 * that succeeded), RELEASE once after each PUBLISH (back: START) that succeeded,
 * and neither comes otherwise; a step asks for REREAD once at most, and back-off
 * bounds what a peer can cause by toggling its state.
 *
 * TICK may be early or late. @now may stand still or jump back: a pause is cut
 * to the longest one of its kind, counted from the next input.
 */
#ifndef DISPLIF_STATE_H
#define DISPLIF_STATE_H

#include "xs.h"

DISPLIF_BEGIN_DECLS

#define DISPLIF_ACT_PUBLISH 1u  /* front: read the configuration, share rings, write nodes; back: write "versions" */
#define DISPLIF_ACT_START 2u    /* front: enable channels, start the display; back: bind the rings */
#define DISPLIF_ACT_STOP 4u     /* kill the sessions, stop the display */
#define DISPLIF_ACT_RELEASE 8u  /* close channels, unshare or unmap all; sessions that never started are dropped */
#define DISPLIF_ACT_REREAD 16u  /* after the write: read the peer's state again and feed it, the edge may have passed */
#define DISPLIF_ACT_FINAL 32u   /* after the write: nothing more will happen, the device object may be freed */

struct displif_step {
	uint32_t act;           /* DISPLIF_ACT_* */
	uint8_t state;          /* the new internal state, for tracing */
	int8_t write;           /* enum displif_xb_state to write into the own node, or -1 */
};

/* --- frontend --- */

enum displif_fdev_state {
	DISPLIF_FDEV_INIT = 0,      /* node 1: waiting for the backend's InitWait */
	DISPLIF_FDEV_PUBLISHING,    /* node 1: ACT_PUBLISH is being done */
	DISPLIF_FDEV_PUBLISHED,     /* node 3: waiting for Connected */
	DISPLIF_FDEV_CONNECTED,     /* node 4 */
	DISPLIF_FDEV_STOPPED,       /* node 4: the backend is Closing; waiting for its next state */
	DISPLIF_FDEV_RECONFIG,      /* node 7: waiting until the users of the old display are gone */
	DISPLIF_FDEV_HOLD,          /* node 7: waiting out a back-off before node 1 */
	DISPLIF_FDEV_CLOSING,       /* node 5: removal; waiting for the backend to let go */
	DISPLIF_FDEV_CLOSED,        /* node 6: failed; a new InitWait revives it */
	DISPLIF_FDEV_DEAD,          /* removed, or the backend's node is gone: final */
	DISPLIF_FDEV_STATES
};

enum displif_in {
	DISPLIF_IN_PEER = 0,    /* arg: the backend's state now, 0 .. 255; never a failed reading */
	DISPLIF_IN_PEER_GONE,   /* the backend's directory no longer exists */
	DISPLIF_IN_PUBLISHED,   /* ACT_PUBLISH succeeded */
	DISPLIF_IN_FAILED,      /* ACT_PUBLISH failed and undid itself, or ACT_START failed (STOP follows); arg: -(enum displif_err) */
	DISPLIF_IN_BROKEN,      /* a session died of the peer (DISPLIF_DO_CLOSE), or its port is dead */
	DISPLIF_IN_USERS_GONE,  /* nothing uses the old display any more, or the display survives reconnection */
	DISPLIF_IN_ZOMBIES,     /* arg: pages that the peer still maps after unshare, now */
	DISPLIF_IN_REMOVE,      /* our driver or device is to go */
	DISPLIF_IN_RESUMED,     /* the guest woke on another host: rings and ports are gone, do not touch them; also the first input */
	DISPLIF_IN_TICK,        /* displif_fdev.due has come */
	DISPLIF_IN_COUNT
};

/* Caller's memory; read-only for it, except @connect_ms and @max_zombies, set after init. */
struct displif_fdev {
	uint64_t due;           /* when to feed TICK, or DISPLIF_NEVER */
	uint64_t next_cookie;
	uint64_t since;         /* when the rings of now were published, or connected */
	uint32_t connect_ms;    /* Initialised without an answer for so long: Closed; 0: for ever */
	uint32_t max_zombies;   /* no new rings or buffers while the peer maps more old pages than this */
	uint32_t zombies;
	uint32_t backoff_ms;    /* how long to hold back when the connection breaks next */
	uint32_t failures;      /* transient publish failures in a row */
	uint8_t state;          /* enum displif_fdev_state */
	uint8_t peer;           /* the backend's last state */
};

DISPLIF_API void displif_fdev_init(struct displif_fdev *dev);
/* @now: ms. Unknown inputs do nothing. */
DISPLIF_API struct displif_step displif_fdev_step(struct displif_fdev *dev, enum displif_in in,
						  uint32_t arg, uint64_t now);

/*
 * What displif_fdev_feed() calls: the glue's part of each action, told at the action. All under the device's lock, in
 * the order of the steps; all may sleep where the caller may; none may feed.
 */
struct displif_fdev_ops {
	uint64_t (*now)(void *user);            /* ms, monotonic */
	int (*publish)(void *user);             /* 0, or an enum displif_err, and all is undone */
	int (*start)(void *user);               /* 0, or an enum displif_err: stop() and release() follow */
	void (*stop)(void *user);
	void (*release)(void *user);
	void (*write)(void *user, uint32_t state); /* enum displif_xb_state, into the own node; if that fails: again, later */
	/* Reads the backend's state: PEER with it, or PEER_GONE; false: unreadable, and to be fed later. */
	bool (*peer)(void *user, enum displif_in *in, uint32_t *arg);
	void (*final)(void *user);              /* nothing follows, but the device is in use until feed returns */
	bool survives;                          /* the display survives a reconnection: USERS_GONE is fed at once */
};

/*
 * One input, and all that follow from its actions: bounded, whatever the backend does, by the machine's back-off.
 * Under the device's lock; not within itself.
 */
DISPLIF_API void displif_fdev_feed(struct displif_fdev *dev, const struct displif_fdev_ops *ops,
				   void *user, enum displif_in in, uint32_t arg);
/* A cookie for a display buffer or framebuffer: never 0, never given twice in the device's life, no pointer. */
DISPLIF_API uint64_t displif_fdev_cookie(struct displif_fdev *dev);
/* Static text of a state, "?" if unknown. */
DISPLIF_API const char *displif_fdev_name(uint8_t state);

/* --- backend --- */

enum displif_bdev_state {
	DISPLIF_BDEV_INIT = 0,      /* nothing written yet */
	DISPLIF_BDEV_OFFER,         /* node 2 for the first time: the answer is looked at after a pause */
	DISPLIF_BDEV_WAIT,          /* node 2 */
	DISPLIF_BDEV_BINDING,       /* node 2: ACT_START is being done */
	DISPLIF_BDEV_CONNECTED,     /* node 4 */
	DISPLIF_BDEV_CLOSING,       /* node 5: released, Closed follows */
	DISPLIF_BDEV_CLOSED,        /* node 6: InitWait follows after a pause, unless the toolstack detaches */
	DISPLIF_BDEV_DEAD,          /* node 6 or gone: final */
	DISPLIF_BDEV_STATES
};

enum displif_bin {
	DISPLIF_BIN_PEER = 0,   /* arg: the frontend's state now, 0 .. 255; never a failed reading; the first input */
	DISPLIF_BIN_PEER_GONE,  /* the frontend's or our own directory, or the guest, no longer exists */
	DISPLIF_BIN_OFFLINE,    /* the toolstack detaches: "online" is 0, or our state was rewritten to Closing */
	DISPLIF_BIN_BOUND,      /* ACT_START succeeded */
	DISPLIF_BIN_BIND_FAILED, /* ACT_START failed and undid itself */
	DISPLIF_BIN_BROKEN,     /* a session died (DISPLIF_DO_CLOSE) */
	DISPLIF_BIN_STOP,       /* the backend program ends: leave the guest able to reconnect later */
	DISPLIF_BIN_TICK,       /* displif_bdev.due has come, or the last write is done and due is now */
	DISPLIF_BIN_COUNT
};

struct displif_bdev {
	uint64_t due;           /* when to feed TICK, or DISPLIF_NEVER */
	uint64_t since;         /* when the rings were bound */
	uint32_t backoff_ms;    /* how long to stay Closed after the next break */
	uint32_t pause_ms;      /* the same for the close that is under way */
	uint8_t state;          /* enum displif_bdev_state */
	uint8_t peer;           /* the frontend's last state */
	uint8_t seen4;          /* the frontend was Connected since BOUND */
	uint8_t again;          /* the frontend became Initialising: InitWait is to be written again */
	uint8_t final;          /* do not go back to InitWait */
};

DISPLIF_API void displif_bdev_init(struct displif_bdev *dev);
/* @now: ms. Unknown inputs do nothing. */
DISPLIF_API struct displif_step displif_bdev_step(struct displif_bdev *dev, enum displif_bin in,
						  uint32_t arg, uint64_t now);
DISPLIF_API const char *displif_bdev_name(uint8_t state);

DISPLIF_END_DECLS

#endif
