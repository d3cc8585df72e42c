/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Back session: one guest with its tables of display buffers and framebuffers,
 * and one struct displif_back for each of its connectors.
 *
 * Context: as the front session. One lock or thread for a guest and *all* its
 * connectors, since a flip on one ring reads tables that connector 0's ring
 * changes. The order within a locked section: irq(), poll() and complete()
 * until poll() gives 0, flip_done(), flush() last; then the duties.
 *
 * The guest is hostile: every request is copied once, decoded, checked against
 * the tables and the quota, and only then handed out; what is wrong is answered
 * inside. All answers may be given late and in any order.
 */
#ifndef DISPLIF_BACK_H
#define DISPLIF_BACK_H

#include "duty.h"
#include "geometry.h"

DISPLIF_BEGIN_DECLS

enum displif_entry_state {
	DISPLIF_ENTRY_FREE = 0,
	DISPLIF_ENTRY_COMING,   /* its creating request is handed out and not completed */
	DISPLIF_ENTRY_LIVE,
	DISPLIF_ENTRY_GOING,    /* its destroying request is handed out and not completed */
};

/* A display buffer. Only @user is the caller's to write. */
struct displif_dbuf {
	uint64_t cookie;
	uint32_t size, pages;   /* bytes, 4 KiB pages */
	uint32_t data_ofs;      /* bytes */
	uint32_t width, height, bpp; /* all 0 for an import: geometry comes with FB_ATTACH */
	uint32_t gref_dir;
	uint32_t flags;         /* XENDISPL_DBUF_FLG_REQ_ALLOC */
	uint8_t state;          /* enum displif_entry_state */
	void *user;             /* NULL when the entry is handed out first */
};

/* A framebuffer. Only @user is the caller's to write. */
struct displif_fb {
	uint64_t cookie;
	struct displif_dbuf *dbuf;
	uint32_t width, height; /* pixels */
	uint32_t format;        /* fourcc, known to displif_format_bpp() */
	uint32_t stride;        /* bytes; the picture is checked to fit the buffer */
	uint8_t state;          /* enum displif_entry_state */
	void *user;
};

/* What a guest may use. */
struct displif_quota {
	uint32_t pages;            /* 4 KiB pages of all its display buffers together */
	/*
	 * 4 KiB pages that may be created each second, since each mapping costs
	 * the host time; 0: unlimited. A burst of one second is free, then a
	 * DBUF_CREATE waits for up to 2 s, and beyond is refused with -XEN_EAGAIN.
	 */
	uint32_t pages_per_s;
	uint32_t requests_per_irq; /* handed out or answered by one connector after an irq() or tick(); 1 .. 1024 */
	uint32_t stride_rule;      /* enum displif_stride_rule, or a power of two up to 4096, for this guest's buffers */
	bool be_alloc;             /* whether REQ_ALLOC is granted */
};

/* Counters, free running, of all the guest's connectors together. */
struct displif_guest_stats {
	uint32_t requests;      /* taken from the rings */
	uint32_t refused;       /* answered with an error, by the library or the caller */
	uint32_t flips;         /* page flips accepted */
	uint32_t events;        /* flip events written */
	uint32_t event_full;    /* flip events that had to wait for room */
	uint32_t paced;         /* buffers that had to wait, or were refused, for quota.pages_per_s */
	uint32_t notified;      /* DISPLIF_DO_NOTIFY_* given, each counted */
};

/* One guest; fields private except stats. */
struct displif_guest {
	struct displif_quota quota;
	struct displif_dbuf *dbuf; /* the caller's tables */
	struct displif_fb *fb;
	uint32_t n_dbuf, n_fb;
	uint32_t pages;         /* in use */
	uint64_t pace_at;       /* quota.pages_per_s is used up until then */
	uint32_t serial;        /* of the next handle: never twice the same while an old one may be in use */
	struct displif_guest_stats stats;
};

/* Upper limits of the caller's tables. */
#define DISPLIF_GUEST_MAX_DBUFS 1024u
#define DISPLIF_GUEST_MAX_FBS 1024u
#define DISPLIF_BACK_MAX_PEND 256u

#define DISPLIF_BACK_NONE UINT32_MAX

/* A request that was handed out; private. */
struct displif_back_slot {
	uint32_t dbuf, fb;      /* indices into the guest's tables, DISPLIF_BACK_NONE if it has none */
	uint32_t handle;
	uint32_t size;          /* GET_EDID: bytes offered */
	uint16_t id;
	uint8_t op, busy;
};

/* One connector of a guest; fields private. */
struct displif_back {
	struct displif_guest *guest;
	struct displif_ring ring;
	struct displif_evt evt;
	uint32_t index;
	uint64_t *pend;         /* the caller's queue of flip events that wait for room */
	uint32_t pend_cap, pend_head, n_pend;
	uint32_t flips;         /* accepted, flip_done() not called yet */
	uint32_t budget;        /* requests left of this irq() */
	uint32_t armed_at;      /* the request that the guest was asked to notify for */
	uint64_t event_due;     /* when to try the full event page again, or DISPLIF_NEVER */
	uint64_t pace_due;      /* when to try the held request again, or DISPLIF_NEVER */
	uint64_t hold_from;     /* since when requests wait for quota.pages_per_s, or DISPLIF_NEVER */
	uint32_t backoff_ms;
	uint16_t evt_id;        /* of the next event */
	uint8_t held;           /* a request waits in @hold for quota.pages_per_s */
	uint8_t moved;          /* channels on which something came, see idle() */
	uint8_t again;          /* work is left */
	uint8_t more;           /* requests lay in the ring when it was looked at last, and were not seen yet */
	uint8_t closing;        /* the duty to close has not been handed out yet */
	uint8_t failed;         /* an answer is an error: notify whatever the guest asked for */
	int32_t err;
	union displif_wire hold;
	struct displif_back_slot slot[DISPLIF_RING_LEN];
};

/*
 * @dbuf, @fb: the caller's arrays, which live as long as the guest. n_dbuf
 * 1 .. DISPLIF_GUEST_MAX_DBUFS, n_fb 1 .. DISPLIF_GUEST_MAX_FBS.
 * Returns 0, or INVAL for a table or a quota outside the ranges above.
 */
DISPLIF_API int displif_guest_init(struct displif_guest *guest, const struct displif_quota *quota,
				   struct displif_dbuf *dbuf, uint32_t n_dbuf, struct displif_fb *fb,
				   uint32_t n_fb);

/*
 * Takes over the two shared pages of connector @index (0 .. 255). @pend: the
 * caller's array of @pend_cap (1 .. 256) cookies: at most that many page flips
 * are accepted and not yet seen by the guest. The pages are mapped until
 * displif_back_kill().
 * Returns 0; INVAL; PROTO if the ring is not pristine (producers 0, events 1)
 * or the event page's indices differ: rings of an earlier life must not be
 * bound. diag->node names the index.
 */
DISPLIF_API int displif_back_attach(struct displif_back *b, struct displif_guest *guest,
				    uint32_t index, void *ring_page, void *evt_page, uint64_t *pend,
				    uint32_t pend_cap, struct displif_diag *diag);

/* As displif_front_irq(). Also looks whether the guest has taken events. */
DISPLIF_API void displif_back_irq(struct displif_back *b, enum displif_chan chan);

struct displif_back_req {
	struct displif_msg msg;
	struct displif_dbuf *dbuf; /* DBUF_CREATE (COMING), DBUF_DESTROY (GOING), FB_ATTACH, and the fb's own for the others */
	struct displif_fb *fb;  /* FB_ATTACH (COMING), FB_DETACH (GOING), SET_CONFIG unless it resets, PG_FLIP */
	uint32_t handle;        /* for displif_back_complete() */
};

/*
 * The next request that needs the caller, validated:
 *  DBUF_CREATE  map dbuf->pages pages of msg.gref_dir, or with REQ_ALLOC allocate and fill the directory
 *  DBUF_DESTROY hide and release every framebuffer of it (displif_guest_fb()), unmap; must be answered 0.
 *               Refused with -XEN_EBUSY inside while one of them is COMING or GOING
 *  FB_ATTACH    fb->width, height, format, stride
 *  FB_DETACH    hide it if it is shown, release
 *  SET_CONFIG   show fb from its pixel msg.x, y on, clipped to the connector (io/displif.h says only
 *               "starting position"; deployed peers mean the scan-out's origin in the framebuffer);
 *               fb == NULL: blank, reset
 *  PG_FLIP      show fb, answer 0 and later flip_done(); also while not configured
 *  GET_EDID     write at most msg.size (at least 32768) bytes through msg.gref_dir
 * Returns 1, or 0 at the end of the snapshot or budget (the rest is DO_POLL or a
 * deadline). *@req is always written. @now: ms.
 */
DISPLIF_API int displif_back_poll(struct displif_back *b, struct displif_back_req *req, uint64_t now);

/*
 * Answers a request. @status: 0 or -XEN_Exx (DISPLIF_STATUS_MIN .. 0);
 * @edid_sz: GET_EDID with status 0 only, a multiple of 128 in 128 .. the request's
 * size. Creation that failed
 * frees the table entry; destruction frees it whatever the status.
 * Returns 0; INVAL for a stale handle, a status or a size out of range (nothing
 * is answered then); STATE after the session's death (the entry is still freed
 * or made live).
 */
DISPLIF_API int displif_back_complete(struct displif_back *b, uint32_t handle, int32_t status,
				      uint32_t edid_sz);

/*
 * The framebuffer @fb of an accepted PG_FLIP is on the screen: exactly once for
 * each one, before or after its completion. Queued while the guest's event
 * page is full; its id is taken on delivery, so the guest sees no gap.
 * Returns 0; STATE if no flip is open or the session is dead.
 */
DISPLIF_API int displif_back_flip_done(struct displif_back *b, uint64_t fb);

/*
 * Publishes responses and events with one index store each, and re-arms
 * hold-off with a second look. Last call before unlock. Returns duties.
 */
DISPLIF_API uint32_t displif_back_flush(struct displif_back *b);

/* As displif_front_idle(). */
DISPLIF_API bool displif_back_idle(struct displif_back *b, enum displif_chan chan);

/* When to call displif_back_tick(): nobody notifies us when events are consumed or credit grows. Or DISPLIF_NEVER. */
DISPLIF_API uint64_t displif_back_deadline(const struct displif_back *b);

/* Tries again what waits (event page full: 10 ms, doubling up to 1 s; rate limit). Then poll() and flush(). */
DISPLIF_API void displif_back_tick(struct displif_back *b, uint64_t now);

/*
 * Ends this connector's session with @why (not 0); its pages are never touched
 * again. What was handed out may still be completed, without an answer.
 */
DISPLIF_API void displif_back_kill(struct displif_back *b, int why);

/*
 * The @i-th framebuffer of @dbuf (of any buffer if NULL) that is not free, NULL
 * at the end. For releasing what the caller holds, in DBUF_DESTROY and at
 * tear-down.
 */
DISPLIF_API struct displif_fb *displif_guest_fb(struct displif_guest *guest,
						const struct displif_dbuf *dbuf, uint32_t i);
/* The @i-th entry of the buffer table that is not free, NULL at the end. */
DISPLIF_API struct displif_dbuf *displif_guest_dbuf(struct displif_guest *guest, uint32_t i);

/* Forgets every buffer and framebuffer, after the caller released what it holds for them: all sessions must be dead. */
DISPLIF_API void displif_guest_reset(struct displif_guest *guest);

DISPLIF_END_DECLS

#endif
