/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A backend without a session, for judging a frontend: it follows the frontend's states as the library's state
 * machine says, serves whatever comes through the raw pages, notes every rule that is broken, and does one wrong
 * thing when a check wants to see what the frontend makes of it.
 */
#ifndef CC_BACK_H
#define CC_BACK_H

#include "check.h"
#include "options.h"
#include "raw.h"
#include "report.h"
#include "world.h"

#define CC_BACK_CONNECTORS 16u
#define CC_BACK_TABLE 64u
#define CC_BACK_GONE 64u
#define CC_BACK_FLIPS 64u
/* From a flip to its event: a screen's frame. */
#define CC_FRAME_MS 16u

/* Rules that are watched all the time; each is one check. */
enum cc_bmon {
	CC_BMON_NODES,	     /* all four nodes of all connectors at 3 */
	CC_BMON_ONCE,	     /* they appear together */
	CC_BMON_VERSION,     /* "version" is there */
	CC_BMON_PRISTINE,    /* rings and event pages at 3 */
	CC_BMON_ZEROED,	     /* their other bytes */
	CC_BMON_BIND,	     /* grants can be mapped, ports bound */
	CC_BMON_CONNECTS,    /* 4 after our 4 */
	CC_BMON_OP,	     /* known operations */
	CC_BMON_RESERVED,    /* bytes 3 to 7 */
	CC_BMON_UNUSED,	     /* bytes behind the fields */
	CC_BMON_FLAGS,	     /* unknown flags */
	CC_BMON_IDS,	     /* unique among those that are open */
	CC_BMON_FULL,	     /* at most 32 open, producer never back */
	CC_BMON_NOTIFY,	     /* a notification when asked for */
	CC_BMON_RING,	     /* buffer operations on ring 0 */
	CC_BMON_COOKIE_0,    /* no cookie is 0 */
	CC_BMON_COOKIE_NEW,  /* unique among those that live */
	CC_BMON_ADDRESS,     /* no kernel pointers */
	CC_BMON_REUSED,	     /* not at once after their end */
	CC_BMON_DBUF,	     /* FB_ATTACH names a buffer that is there */
	CC_BMON_FB,	     /* SET_CONFIG and PG_FLIP name a framebuffer that is there */
	CC_BMON_GONE,	     /* DBUF_DESTROY and FB_DETACH, too */
	CC_BMON_DETACH,	     /* framebuffers go before their buffer */
	CC_BMON_FLYING,	     /* nothing goes while its flip is not shown */
	CC_BMON_CONFIG,	     /* SET_CONFIG before PG_FLIP */
	CC_BMON_SIZE,	     /* DBUF_CREATE: geometry and size */
	CC_BMON_DIR,	     /* its directory, its grants */
	CC_BMON_ALLOC,	     /* REQ_ALLOC as be-alloc says, directory empty */
	CC_BMON_FB_SIZE,     /* FB_ATTACH: known format, within its buffer */
	CC_BMON_CONFIG_SIZE, /* SET_CONFIG within its framebuffer */
	CC_BMON_EDID,	     /* GET_EDID: size and directory */
	CC_BMON_IN_CONS,     /* in_cons sane */
	CC_BMON_CONSUMES,    /* events are taken */
	CC_BMONS
};

/* One wrong thing. */
enum cc_fault {
	CC_FAULT_NONE = 0,
	CC_FAULT_STATUS,   /* this status */
	CC_FAULT_ID,	   /* another id */
	CC_FAULT_OP,	   /* another operation */
	CC_FAULT_EXTRA,	   /* a second response, which nobody asked for */
	CC_FAULT_AGAIN,	   /* the response before this one again, instead */
	CC_FAULT_SILENT,   /* none */
	CC_FAULT_LATE,	   /* after 4 s */
	CC_FAULT_JUMP,	   /* rsp_prod far ahead */
	CC_FAULT_SWAP,	   /* two in the wrong order */
	CC_FAULT_EVT_GAP,  /* from here on: ids skip some */
	CC_FAULT_EVT_SAME, /* this event's id twice */
	CC_FAULT_EVT_FB,   /* another cookie */
	CC_FAULT_EVT_TWICE,
	CC_FAULT_EVT_EARLY, /* before the response */
	CC_FAULT_EVT_NEVER,
	CC_FAULT_EVT_TYPE,
	CC_FAULT_EVT_JUMP, /* in_prod far ahead */
};

struct cc_plan {
	enum cc_fault fault;
	uint8_t op; /* the operation that it waits for; 0: any */
	int32_t status;
	bool done;
};

/* A display buffer or framebuffer that the frontend has. */
struct cc_thing {
	uint64_t cookie, dbuf; /* dbuf: of a framebuffer; cookie 0: none */
	uint32_t width, height, bpp, size, ofs;
	uint32_t pages;
	uint32_t *gref; /* of pages that we allocated */
	void *va, *map;
};

struct cc_due {
	uint64_t fb, at;
	uint16_t id;
	enum cc_fault fault;
};

struct cc_bconn {
	uint32_t cons, prod; /* requests taken, responses given */
	uint32_t in_prod;
	uint16_t evt_id, last_id;
	uint8_t last_op;
	bool answered; /* last_id is one */
	bool configured;
	uint16_t open[DISPLIF_RING_LEN]; /* ids of requests that are not answered */
	uint32_t n_open;
	struct cc_due due[CC_BACK_FLIPS];
	uint32_t n_due;
	union displif_wire held; /* a response that waits for its turn */
	uint64_t held_until;
	bool is_held;
	uint32_t fired[2];
	uint32_t heard;	     /* fired[] when requests were looked for last */
	uint64_t unheard;    /* since when a request lies there that nobody told of */
	uint64_t unconsumed; /* since when the event page is not empty */
	uint32_t in_cons;
};

struct cc_btag {
	uint32_t conn;
	enum displif_chan chan;
};

struct cc_back {
	struct cc_world *w;
	struct displif_bdev dev;
	struct displif_cfg cfg;
	struct displif_connector_cfg connector[CC_BACK_CONNECTORS];
	struct displif_link link[CC_BACK_CONNECTORS];
	struct displif_back session[CC_BACK_CONNECTORS]; /* made with the pages, not used */
	struct displif_guest guest;
	struct displif_dbuf one_dbuf;
	struct displif_fb one_fb;
	uint64_t pend[CC_BACK_CONNECTORS];
	struct cc_btag tag[2 * CC_BACK_CONNECTORS];
	struct cc_bconn conn[CC_BACK_CONNECTORS];
	struct cc_thing dbuf[CC_BACK_TABLE], fb[CC_BACK_TABLE];
	uint64_t gone[CC_BACK_GONE];
	uint32_t n_gone;
	struct cc_rule mon[CC_BMONS];
	struct cc_plan plan;
	uint32_t n;	     /* connectors whose pages are mapped */
	bool watched;	     /* back_checks.c: a normal session has been watched */
	bool manual;	     /* a check writes our states */
	uint8_t peer;	     /* the frontend's state when we looked last */
	uint32_t peers_seen; /* CC_IN() of its states, since a check cleared it */
	uint64_t look_at;
	uint64_t bound_at;
	/* Its pages could not be bound: its fault, unless it was about to leave. See back.c. */
	enum cc_bmon unbound_mon;
	uint64_t unbound_at; /* 0: not so */
	char unbound[CC_TEXT];
	uint32_t activity_ms;
	uint32_t connects; /* both at 4 */
	uint32_t requests; /* in all */
	uint32_t flips;
	uint32_t by_op[8]; /* requests by operation - 0x10, the last: others */
	uint32_t gave_up;
	char why[CC_TEXT];
};

/* --- back.c: life --- */

/* False, and a message, if the device's configuration cannot be read. */
bool cc_back_init(struct cc_back *b, struct cc_world *w, uint32_t activity_ms);
void cc_back_tick(void *arg);
void cc_back_event(void *arg, void *tag);
void cc_back_feed(struct cc_back *b, enum displif_bin in, uint32_t arg);
/* Unbinds; nothing is written. */
void cc_back_unbind(struct cc_back *b);
/* Both at 4, and at least @n more requests than now. False: b->why. */
bool cc_back_active(struct cc_back *b, uint32_t n, uint32_t ms);
/* A new beginning by the rules: 5, 6, 2. */
void cc_back_restart(struct cc_back *b);
/* After a check that wrote states by hand. */
void cc_back_resume(struct cc_back *b);
/* The end: 5, 6. */
void cc_back_end(struct cc_back *b);

/* --- back_bind.c: what is published --- */

int cc_back_bind(struct cc_back *b);
void cc_back_look_at_nodes(struct cc_back *b);

/* --- back_io.c: rings and events --- */

void cc_back_serve(struct cc_back *b, uint32_t conn);
/* What is due by time. */
void cc_back_due(struct cc_back *b, uint32_t conn);
/* A rule of enum cc_bmon was broken. */
#define cc_back_broken(b, which, ...) cc_rule_broken(&(b)->mon[which], __VA_ARGS__)
/* An event of no flip. */
void cc_back_put_event(struct cc_back *b, uint32_t conn, uint64_t fb);

/* --- back_judge.c: one request --- */

/* Judges it and does it; the status. */
int32_t cc_back_request(struct cc_back *b, uint32_t conn, const union displif_wire *wire);
/* All buffers of a connection that has ended. */
void cc_back_drop(struct cc_back *b);
struct cc_thing *cc_back_find(struct cc_thing *table, uint64_t cookie);

extern const struct cc_check *const cc_back_tables[];
void cc_back_run(struct cc_back *b, struct cc_report *rep);

#endif
