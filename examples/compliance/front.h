/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A frontend without a session, for judging a backend: it brings the device up through the port layer, then
 * speaks through the raw pages, and notes all that comes back and every rule that it breaks.
 */
#ifndef CC_FRONT_H
#define CC_FRONT_H

#include "check.h"
#include "options.h"
#include "raw.h"
#include "report.h"
#include "world.h"

#define CC_CONNECTORS 16u
#define CC_BUFS 12u
#define CC_SENT 64u  /* requests remembered */
#define CC_RSPS 64u  /* responses remembered */
#define CC_EVTS 256u /* events remembered */
#define CC_FLIPS 128u

/* What cc_call() returns if no answer came; no status has this value. */
#define CC_SILENT INT32_MAX

/* "An answer within 3 s"; an event within 3.1 s. */
#define CC_ANSWER_MS 3000u
#define CC_EVENT_MS 3100u
/* How long one is waited for: late ones shall be seen to be late. */
#define CC_PATIENCE_MS 3600u
/* In which nothing must come, where that is the rule. */
#define CC_SILENCE_MS 150u

/* Rules that are watched all the time; each is one check. */
enum cc_mon {
	CC_MON_ID,	 /* the response's id is that of a request that is open */
	CC_MON_OP,	 /* it echoes the operation */
	CC_MON_ONCE,	 /* one response for each request */
	CC_MON_STATUS,	 /* -4095 .. 0 */
	CC_MON_WHOLE,	 /* bytes without a meaning are 0 */
	CC_MON_LATE,	 /* within 3 s */
	CC_MON_PROD,	 /* rsp_prod never runs ahead of the requests */
	CC_MON_EVT_TYPE, /* PG_FLIP, bytes without a meaning 0 */
	CC_MON_EVT_ID,	 /* from 0, one more each */
	CC_MON_EVT_FLIP, /* each event has its flip, and its cookie */
	CC_MON_EVT_ONE,	 /* each successful flip has an event, within 3.1 s */
	CC_MON_EVT_PROD, /* in_prod stays within 63 of in_cons */
	CC_MONS
};

struct cc_sent {
	union displif_wire wire;
	uint64_t at;
	bool open;
};

struct cc_rsp {
	union displif_wire wire;
	struct displif_rsp rsp;
};

struct cc_evt {
	uint64_t fb;
	uint16_t id;
};

/* A flip whose event is owed. */
struct cc_flip {
	uint64_t fb, at;
	uint16_t req;
	bool answered, shown, used;
};

struct cc_conn {
	uint32_t prod, cons; /* requests sent, responses taken */
	uint32_t in_cons;
	uint16_t id; /* of the next request */
	uint16_t evt_id;
	uint32_t ahead; /* how many responses from now a notification is asked for; usual 1 */
	bool lazy;	/* events are left in the page */
	bool deaf;	/* nothing is taken */
	struct cc_sent sent[CC_SENT];
	struct cc_rsp rsp[CC_RSPS];
	uint32_t n_rsp;
	struct cc_evt evt[CC_EVTS];
	uint32_t n_evt;
	struct cc_flip flip[CC_FLIPS];
	uint32_t fired[2]; /* notifications, by channel */
};

struct cc_tag {
	uint32_t conn;
	enum displif_chan chan;
};

struct cc_buf {
	struct displif_share share;
	uint32_t *gref;
	uint32_t words, width, height, size;
	uint64_t dbuf, fb; /* cookies that the backend has, 0: none */
	bool used;
};

struct cc_front {
	struct cc_world *w;
	struct displif_cfg cfg;
	struct displif_connector_cfg connector[CC_CONNECTORS];
	struct displif_link link[CC_CONNECTORS];
	struct displif_front session[CC_CONNECTORS]; /* made with the pages, not used */
	struct cc_tag tag[2 * CC_CONNECTORS];
	struct cc_conn conn[CC_CONNECTORS];
	struct cc_buf buf[CC_BUFS];
	struct cc_rule mon[CC_MONS];
	uint32_t n;	   /* connectors whose pages are shared */
	uint32_t show;	   /* the connector for pictures */
	uint64_t cookie;   /* the last one given */
	bool up;	   /* connected, by what we know */
	bool sick;	   /* something did not end as it should: connect anew */
	uint32_t connects; /* how often */
	uint32_t gave_up;  /* attempts in a row that failed */
	char why[CC_TEXT]; /* the last thing that could not be done */
};

/* --- front.c: beginning and end --- */

/* False, and a message, if the device's configuration cannot be read, or has no such connector. */
bool cc_front_init(struct cc_front *f, struct cc_world *w, uint32_t connector);
/* Makes the pages and publishes the nodes; state 1 is kept. False: f->why. */
bool cc_front_publish(struct cc_front *f);
/* Closes channels, ends grants of rings and buffers. */
void cc_front_release(struct cc_front *f);
/* Waits for InitWait with our state at 1. */
bool cc_front_await_offer(struct cc_front *f);
/* 1, 2, 3, 4, 4. False: f->why, and nothing is left shared. */
bool cc_front_connect(struct cc_front *f);
/* Writes 6, waits until the backend has let go, releases. */
bool cc_front_leave(struct cc_front *f);
/* A connection that nothing is wrong with, as most checks need it. False: f->why. */
bool cc_front_ready(struct cc_front *f);
/* After a check: what it left is taken down. */
void cc_front_tidy(struct cc_front *f);
/* Whether the backend is in Connected and answers. */
bool cc_front_alive(struct cc_front *f);

/* --- front_io.c: messages --- */

/* Stages a slot as it is. The id is the wire's. */
void cc_put_wire(struct cc_front *f, uint32_t conn, const union displif_wire *wire);
/* Shows what was staged; notifies if asked to. */
void cc_publish(struct cc_front *f, uint32_t conn);
/* Encodes and stages one; its id. */
uint16_t cc_put(struct cc_front *f, uint32_t conn, const struct displif_msg *msg);
/* cc_put() and cc_publish(). */
uint16_t cc_send(struct cc_front *f, uint32_t conn, const struct displif_msg *msg);
/* Takes what lies in the pages; front_take.c judges it. */
void cc_take(struct cc_front *f, uint32_t conn);
void cc_take_responses(struct cc_front *f, uint32_t conn);
void cc_take_events(struct cc_front *f, uint32_t conn);
void cc_front_event(void *arg, void *tag);
/* The response to @id, NULL if none came within @ms. */
const struct cc_rsp *cc_await(struct cc_front *f, uint32_t conn, uint16_t id, uint32_t ms);
/* Sends and waits. The status, CC_SILENT. */
int32_t cc_call(struct cc_front *f, uint32_t conn, const struct displif_msg *msg);
int32_t cc_call_wire(struct cc_front *f, uint32_t conn, union displif_wire *wire);
/* Waits until @n events in all have come on a connector. */
bool cc_await_events(struct cc_front *f, uint32_t conn, uint32_t n, uint32_t ms);
/* Waits until all requests of a connector are answered. */
bool cc_await_idle(struct cc_front *f, uint32_t conn, uint32_t ms);
uint32_t cc_open_requests(const struct cc_front *f, uint32_t conn);
/* A rule of enum cc_mon was broken. */
#define cc_broken(f, which, ...) cc_rule_broken(&(f)->mon[which], __VA_ARGS__)
/* What is overdue is noted. */
void cc_overdue(struct cc_front *f);

/* --- front_buf.c: buffers --- */

uint64_t cc_cookie(struct cc_front *f);
/* Shares a buffer of 32 bits a pixel, or of @size bytes if that is not 0. NULL: f->why. */
struct cc_buf *cc_buf_share(struct cc_front *f, enum displif_share_kind kind, uint32_t width,
			    uint32_t height, uint32_t size);
/* DBUF_CREATE as it should be, with a new cookie. */
struct displif_msg cc_msg_create(struct cc_front *f, const struct cc_buf *buf);
struct displif_msg cc_msg_attach(struct cc_front *f, const struct cc_buf *buf);
struct displif_msg cc_msg_config(const struct cc_buf *buf);
struct displif_msg cc_msg_fb(uint8_t op, uint64_t fb);
struct displif_msg cc_msg_destroy(uint64_t dbuf);
/* Sends it; if the answer is 0, the buffer is remembered to be there. */
int32_t cc_buf_create(struct cc_front *f, struct cc_buf *buf, const struct displif_msg *msg);
int32_t cc_buf_attach(struct cc_front *f, struct cc_buf *buf, const struct displif_msg *msg);
/* Share, create, attach. NULL: r says what failed. */
struct cc_buf *cc_make_dbuf(struct cc_front *f, struct cc_result *r);
struct cc_buf *cc_make_fb(struct cc_front *f, struct cc_result *r);
/* Detaches and destroys; the first status that was not 0. */
int32_t cc_buf_end(struct cc_front *f, struct cc_buf *buf);
/* Ends the grants only. */
void cc_buf_drop(struct cc_front *f, struct cc_buf *buf);
/* How many of a buffer's pages and directory pages the backend maps now; negative if nobody tells. */
int cc_buf_maps(struct cc_front *f, const struct cc_buf *buf);

/* --- what checks say --- */

/* @status must be @wanted (0 or a negative number). Another error instead of an error is a warning. */
void cc_want(struct cc_result *r, const char *what, int32_t status, int32_t wanted);
/* Any error will do. */
void cc_want_error(struct cc_result *r, const char *what, int32_t status);
/* Any answer will do, but the backend must go on. */
void cc_want_alive(struct cc_front *f, struct cc_result *r, const char *what, int32_t status);
/* "answered -22", "did not answer": static storage of a few texts. */
const char *cc_status_text(int32_t status);

/* The tables, ended by NULL. */
extern const struct cc_check *const cc_front_tables[];
/* Runs what the options choose; the report has the results. */
void cc_front_run(struct cc_front *f, struct cc_report *rep);

#endif
