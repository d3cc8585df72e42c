/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Front session: one connector of a frontend, its request ring, its event page
 * and the table of what is outstanding.
 *
 * Context: any, hard interrupts included; nothing blocks, allocates or calls
 * back. One caller at a time: the glue holds a leaf lock per connector around
 * every call. The order within one locked section is: irq() for each channel
 * that fired, poll() until 0, submit() as wanted, flush() last; after unlock
 * the duties that flush() returned.
 *
 * A request occupies one of 32 slots until all that it is owed has come: its
 * response, and for a page flip that succeeded also its flip event. A token is
 * the caller's own 64-bit value (an index, never a pointer that may die); it
 * comes back in every event of that request.
 */
#ifndef DISPLIF_FRONT_H
#define DISPLIF_FRONT_H

#include "duty.h"

DISPLIF_BEGIN_DECLS

struct displif_front_cfg {
	uint32_t timeout_ms;    /* until a response or flip event is overdue; 1 .. 600000, usual 3000 */
	uint32_t look_ms;       /* see displif_front_deadline(); 0: every response asks for an interrupt; usual 100 */
	uint32_t max_lost;      /* lost ids and stray messages until the peer counts as broken; usual 8, at most 31 */
	uint32_t reserve;       /* slots kept free for SET_CONFIG and PG_FLIP; usual 4 on connector 0, else 0; at most 16 */
};

/* Counters, free running. Read them whenever the lock is held. */
struct displif_front_stats {
	uint32_t requests;      /* submitted */
	uint32_t responses;     /* that matched a request */
	uint32_t events;        /* flip events that matched a flip */
	uint32_t lost;          /* overdue requests and flips */
	uint32_t stray;         /* messages that matched nothing or made no sense */
	uint32_t id_gaps;       /* flip events whose id did not follow the last one's */
	uint32_t full;          /* submit() answered FULL */
	uint32_t notified;      /* DISPLIF_DO_NOTIFY_REQ given */
};

/* One outstanding request; private. */
struct displif_front_slot {
	uint64_t token, due, look;
	uint64_t fb;            /* PG_FLIP: cookie */
	uint64_t order;         /* of its submission, for matching flips */
	uint32_t size;          /* GET_EDID: bytes offered */
	uint16_t id;
	uint8_t op;
};

/* Sets of slots, one bit for each slot; private. */
enum displif_front_set {
	DISPLIF_SET_BUSY,       /* not free */
	DISPLIF_SET_RSP,        /* the response is owed */
	DISPLIF_SET_EVT,        /* the flip event is owed */
	DISPLIF_SET_QUIET,      /* the response needs no interrupt while the event is owed */
	DISPLIF_SET_LATE,       /* overdue: in quarantine until answered */
	DISPLIF_SET_REPORT,     /* poll() has to report the loss */
	DISPLIF_SET_SHOWN,      /* poll() has to report the flip event */
	DISPLIF_SET_MUTE,       /* nobody wants to hear of it any more */
	DISPLIF_SETS
};

/* Caller's memory; fields private except stats. */
struct displif_front {
	struct displif_ring ring;
	struct displif_evt evt;
	struct displif_front_cfg cfg;
	struct displif_front_stats stats;
	uint32_t set[DISPLIF_SETS];
	uint64_t order;         /* of the next request */
	uint32_t used;          /* slots in DISPLIF_SET_BUSY */
	uint32_t armed_at;      /* the response that the backend was asked to notify for */
	uint32_t confirmed;     /* events confirmed to the backend */
	uint32_t stray;         /* messages that match nothing; 16 good ones pay for one */
	uint32_t good;          /* good ones since the last payment */
	uint32_t moved;         /* channels on which something came, see idle() */
	uint8_t again;          /* work is left */
	uint8_t closing;        /* the duty to close has not been handed out yet */
	uint16_t evt_id;        /* the id expected of the next event */
	int32_t err;            /* why the session is dead, or 0 */
	struct displif_front_slot slot[DISPLIF_RING_LEN];
};

enum displif_ev {
	DISPLIF_EV_NONE = 0,
	DISPLIF_EV_RSP,         /* the answer to a request */
	/*
	 * A framebuffer is on the screen (XENDISPL_EVT_PG_FLIP). Events name only the
	 * framebuffer: if two flips of one are open and the answer of the first comes
	 * late and is an error, its FLIP was the second's, which then gets one too.
	 */
	DISPLIF_EV_FLIP,
	DISPLIF_EV_LOST,        /* nothing more will come for this token: see status */
};

struct displif_front_event {
	uint64_t token;         /* of the request */
	uint64_t fb;            /* FLIP, and RSP and LOST of a PG_FLIP: framebuffer cookie; else 0 */
	int32_t status;         /* RSP: 0 or -XEN_Exx; LOST: enum displif_err */
	uint32_t edid_sz;       /* RSP to GET_EDID that succeeded: bytes, checked against the request's size */
	uint8_t type;           /* enum displif_ev */
	uint8_t op;             /* XENDISPL_OP_* of the request */
};

/*
 * Prepares both shared pages (zeroed, indices pristine) and the session, before
 * the backend can reach the pages. @ring_page, @evt_page: 4096 bytes each,
 * page-aligned, mapped until displif_front_kill().
 * Returns 0, or INVAL for a configuration outside the ranges above.
 */
DISPLIF_API int displif_front_init(struct displif_front *f, const struct displif_front_cfg *cfg,
				   void *ring_page, void *evt_page);

/*
 * Stages one request; the peer sees it at flush(). @now: ms.
 * Returns 0; INVAL (unknown operation, or a cookie of 0 where one is required);
 * FULL (no slot: wait for any event); or the error that the session died of.
 */
DISPLIF_API int displif_front_submit(struct displif_front *f, const struct displif_msg *msg,
				     uint64_t token, uint64_t now);

/*
 * An interrupt came, or DISPLIF_DO_POLL is served: reads that channel's
 * producer index once. It bounds the polls that follow: at most 32 responses
 * and 63 events. An impossible index kills the session (flush: DO_CLOSE).
 */
DISPLIF_API void displif_front_irq(struct displif_front *f, enum displif_chan chan);

/*
 * One event of the last snapshot, responses first. Returns 1, or 0 at the end;
 * *@ev is always written (type NONE at the end). What the snapshot holds beyond
 * the caller's patience is the duty DO_POLL of flush(). After the session's
 * death it hands out every token once as LOST.
 */
DISPLIF_API int displif_front_poll(struct displif_front *f, struct displif_front_event *ev);

/*
 * Publishes what is staged with one index store and one decision to notify,
 * confirms the events that were taken, and re-arms hold-off with a full barrier
 * and a second look: what came meanwhile is the duty DO_POLL. Last call before
 * unlock. Returns duties.
 */
DISPLIF_API uint32_t displif_front_flush(struct displif_front *f);

/* True if nothing came on this channel since the last call: the interrupt was spurious (late EOI). */
DISPLIF_API bool displif_front_idle(struct displif_front *f, enum displif_chan chan);

/*
 * When to call displif_front_expire(): the earliest time-out, in the clock of
 * submit(), or DISPLIF_NEVER. With cfg.look_ms, answers to page flips ask for
 * no interrupt of their own, since the flip event brings one; a flip that fails
 * has no event, so a look is due every @look_ms until the answer is there.
 */
DISPLIF_API uint64_t displif_front_deadline(const struct displif_front *f);

/*
 * Looks at both pages (as irq()), then marks what is overdue at @now: poll()
 * reports it as LOST with DISPLIF_E_TIMEOUT. What already lies in the pages is
 * not overdue: the caller polls first, and expire() must then be called again,
 * as deadline() says. The id stays quarantined until it is answered; more
 * than cfg.max_lost of them kill the session. Time that stands still or jumps
 * back is harmless.
 */
DISPLIF_API void displif_front_expire(struct displif_front *f, uint64_t now);

/*
 * The waiter gave up: no event for @token any more. Its slot stays taken until
 * it is answered. Returns how many requests bore the token.
 */
DISPLIF_API uint32_t displif_front_forget(struct displif_front *f, uint64_t token);

/*
 * Ends the session with @why (an enum displif_err, not 0): the pages are never
 * touched again, so they may be gone already (resume); poll() hands out every
 * token once as LOST with @why, then silence. Idempotent; the first error stays.
 * To receive answers that lie in the ring, irq() and poll() before.
 */
DISPLIF_API void displif_front_kill(struct displif_front *f, int why);

/* Requests that could be submitted now: for DBUF and FB operations, behind the reserve. */
DISPLIF_API uint32_t displif_front_space(const struct displif_front *f);

DISPLIF_END_DECLS

#endif
