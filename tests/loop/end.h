/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Two complete ends of the protocol on the fake Xen, as a glue would write
 * them: state machine, port layer, sessions, buffers. For tests that let
 * them talk to each other; knobs make an end misbehave, counters tell what it did.
 */
#ifndef END_H
#define END_H

#include <displif/libdisplif.h>

#include "fake_xen.h"

#define END_CONNECTORS 17u
#define END_BUFS 16u
#define END_PEND 8u
#define END_WAITS 256u
#define END_HELD 64u
#define END_PATH 128u
/* An end tries again after a XenStore call that failed. */
#define END_RETRY_MS 100u

/* What a channel's tag points to: the connector's end and the handler of its kind. */
struct end_tag {
	void (*fn)(struct end_tag *tag);
	void *end;
	uint32_t connector;
	enum displif_chan chan;
};

/* The handler of a domain's channels, for fake_dom_on_chan(). */
void end_on_chan(void *arg, void *tag);

/* A write of the own state that did not succeed yet, and a read of the peer's that failed. */
struct end_retry {
	int32_t state; /* -1: nothing to write */
	bool publish, reread;
};

/* --- frontend --- */

/* What came for one token. */
struct end_wait {
	uint64_t token;
	int32_t status;
	uint32_t edid_sz;
	uint8_t rsp, flip, lost; /* how often */
	uint64_t fb;
};

struct end_buf {
	struct displif_share share;
	void *own; /* memory of an EXISTING share */
	uint32_t *gref;
	uint64_t dbuf, fb; /* cookies; 0: the backend does not know it */
	uint32_t width, height, size;
	bool used;
};

struct end_front {
	struct fake_world *w;
	struct fake_dom *dom;
	struct displif_port port;
	char dir[END_PATH], back_dir[END_PATH];
	uint16_t backend;
	struct displif_fdev dev;
	struct displif_cfg cfg;
	struct displif_connector_cfg connector[END_CONNECTORS];
	struct displif_link link[END_CONNECTORS];
	struct displif_front front[END_CONNECTORS];
	struct end_tag tag[2 * END_CONNECTORS];
	uint32_t n; /* links that are published */
	struct fake_watch *watch;
	struct fake_task *work, *tick;
	struct end_retry retry;
	bool poll[END_CONNECTORS], broken, final, started;
	struct end_buf buf[END_BUFS];
	struct end_wait wait[END_WAITS]; /* by token */
	uint64_t token;
	/* knobs, set after end_front_new() */
	struct displif_front_cfg front_cfg;
	bool hold_users; /* the old display stays open until end_front_users_gone() */
	bool deaf;	 /* channels' interrupts are ignored */
	/* NULL, or told of: each event; the connection's end, when buffers are let go of */
	void (*heard)(struct end_front *f, const struct displif_front_event *ev);
	void (*dropped)(struct end_front *f);
	/* what happened */
	uint32_t published, failed, starts, stops;
	int last_err;
	struct displif_diag diag;
};

/*
 * A driver in @dom for device @devid, whose nodes the toolstack has written. It
 * begins by itself in fake_run(). NULL if the nodes cannot be read or the
 * domain has no room for a watch.
 */
struct end_front *end_front_new(struct fake_dom *dom, uint32_t devid);
/* Removes the driver by the protocol: REMOVE; fake_run() does the rest. */
void end_front_remove(struct end_front *f);
/* The guest woke on another host; its nodes are there already. */
void end_front_resume(struct end_front *f);
void end_front_users_gone(struct end_front *f);
/* Frees what the test's own memory holds. @orderly: the domain lives and the driver lets go of its watch. */
void end_front_free(struct end_front *f, bool orderly);

/* Gives an input to the state machine and does what it says. */
void end_front_feed(struct end_front *f, enum displif_in in, uint32_t arg);
/* Sends what was staged on a connector and does the duties. */
void end_front_flush(struct end_front *f, uint32_t connector);

/* Sends one request. Its token, or 0 with f->last_err. @flush false: stage only. */
uint64_t end_front_send(struct end_front *f, uint32_t connector, const struct displif_msg *msg,
			bool flush);
/* What came for a token so far; NULL if that is too long ago. */
struct end_wait *end_front_waited(struct end_front *f, uint64_t token);
/* Sends one request and runs the world until it is answered. Its status, 1 if nothing came within 10 s. */
int end_front_call(struct end_front *f, uint32_t connector, const struct displif_msg *msg,
		   struct end_wait *got);

/*
 * A buffer of 32 bits a pixel: shared, created, with one framebuffer attached.
 * Its index, or -1 with everything undone and f->last_err (> 0: a negated status).
 */
int end_front_buf(struct end_front *f, enum displif_share_kind kind, uint32_t width,
		  uint32_t height);
/* Detaches and destroys by the protocol. 0, or the first status that was not 0. */
int end_front_buf_free(struct end_front *f, int buf);
/* Shows a buffer on a connector; -1: blanks it. The status. */
int end_front_config(struct end_front *f, uint32_t connector, int buf);
/* Flips and waits for the event. 0, a status, or 1 if no event came. */
int end_front_flip(struct end_front *f, uint32_t connector, int buf);
/* Stages and flushes a flip without waiting. Token or 0. */
uint64_t end_front_flip_send(struct end_front *f, uint32_t connector, int buf);
/* GET_EDID; copies at most @cap bytes. Bytes, or a status. */
int end_front_edid(struct end_front *f, uint32_t connector, void *edid, uint32_t cap);
/* Ends all buffers without a word to the backend: the connection is gone. */
void end_front_drop_bufs(struct end_front *f);

/* --- backend --- */

/* What the backend holds for a display buffer. */
struct end_mem {
	void *va, *map; /* map NULL: allocated here */
	uint32_t *gref;
	uint32_t pages;
	bool used;
};

struct end_back {
	struct fake_world *w;
	struct fake_dom *dom;
	struct displif_port port;
	uint16_t frontend;
	uint32_t devid;
	char dir[END_PATH], front_dir[END_PATH];
	struct displif_bdev dev;
	struct displif_cfg cfg;
	struct displif_connector_cfg connector[END_CONNECTORS];
	struct displif_link link[END_CONNECTORS];
	struct displif_back back[END_CONNECTORS];
	struct end_tag tag[2 * END_CONNECTORS];
	uint64_t pend[END_CONNECTORS * 256];
	struct displif_guest guest;
	struct displif_dbuf dbuf[END_BUFS];
	struct displif_fb fb[2 * END_BUFS];
	struct end_mem mem[END_BUFS];
	uint32_t n; /* links that are bound */
	struct fake_watch *watch[3];
	struct fake_task *work, *tick;
	struct end_retry retry;
	bool poll[END_CONNECTORS], broken, configured, final;
	uint64_t shown[END_CONNECTORS]; /* cookie of the framebuffer configured, by connector */
	uint64_t flipped[END_CONNECTORS];
	/* knobs */
	struct displif_quota quota;
	uint32_t pend_cap;   /* flip events that may wait, at most 256 */
	bool hold;	     /* keeps requests unanswered until end_back_answer() */
	bool no_events;	     /* answers flips, sends no event */
	uint8_t fail_op;     /* this operation is refused ... */
	int32_t fail_status; /* with this status */
	const uint8_t *edid;
	uint32_t edid_size;
	/* NULL, or instead of answering at once or holding; or told of the connection's end */
	void (*request)(struct end_back *b, uint32_t connector, const struct displif_back_req *req);
	void (*dropped)(struct end_back *b);
	/* what happened */
	struct displif_back_req held[END_HELD];
	uint32_t held_on[END_HELD], n_held;
	uint32_t bound, bind_failed, stops, requests, mapped, ticks;
	int last_err;
	struct displif_diag diag;
};

/* A backend in @dom for one device of @frontend; begins by itself in fake_run(). NULL as end_front_new(). */
struct end_back *end_back_new(struct fake_dom *dom, uint16_t frontend, uint32_t devid);
/* The program ends in order: STOP; fake_run() does the rest. */
void end_back_stop(struct end_back *b);
/* Frees the test's own memory. @orderly: the program lives and lets go of its watches. */
void end_back_free(struct end_back *b, bool orderly);
void end_back_feed(struct end_back *b, enum displif_bin in, uint32_t arg);
/* Answers what was held, the last one first. */
void end_back_answer(struct end_back *b);
/* Works on a connector as if an interrupt had come. */
void end_back_serve(struct end_back *b, uint32_t connector, enum displif_chan chan);
/* The first bytes of a live framebuffer as the backend sees them, or NULL. */
const uint8_t *end_back_pixels(struct end_back *b, uint64_t fb);

/* back_req.c: one request, and the end of all buffers. */
void end_back_request(struct end_back *b, uint32_t connector, const struct displif_back_req *req);
/* Does what a request asks for, without answering it. The status. */
int end_back_do(struct end_back *b, uint32_t connector, const struct displif_back_req *req);
void end_back_drop(struct end_back *b);
/* Publishes what was staged on a connector and does the duties. */
void end_back_flush(struct end_back *b, uint32_t connector);

#endif
