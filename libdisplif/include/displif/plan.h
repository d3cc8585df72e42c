/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Plan: what a frontend wants on its displays, against what its backend has. It says what is
 * to be done next, one thing at a time, until both agree. A connection that ends takes only what the backend had: the
 * same calls bring it back through the next one, so a glue needs no replay of its own.
 *
 * Page flips of the program are not the plan's: the glue sends them when the connector's mode is
 * set and nothing is to be done to it (dirty).
 *
 * Context: any, nothing blocks; one caller at a time, under the device's lock. All memory is the caller's.
 */
#ifndef DISPLIF_PLAN_H
#define DISPLIF_PLAN_H

#include "proto.h"
#include "state.h"

DISPLIF_BEGIN_DECLS

/* How far the backend knows a buffer. */
enum displif_plan_step {
	DISPLIF_PLAN_NONE = 0,
	DISPLIF_PLAN_SHARED,    /* its pages, or an empty directory, are granted */
	DISPLIF_PLAN_CREATED,   /* DBUF_CREATE was answered; of the backend's memory: not mapped yet */
	DISPLIF_PLAN_MAPPED,    /* its pixels can be reached */
	DISPLIF_PLAN_ATTACHED,  /* FB_ATTACH was answered: it may be shown */
};

/* One display buffer with one framebuffer of the same size. Zeroed by the caller, then: */
struct displif_plan_buf {
	/* set before displif_plan_add() */
	uint32_t width, height; /* pixels */
	uint32_t bpp;           /* bits per pixel */
	uint32_t format;        /* fourcc */
	uint32_t size;          /* bytes */
	uint32_t data_ofs;      /* bytes before the first pixel */
	bool theirs;            /* the backend allocates it: XENDISPL_DBUF_FLG_REQ_ALLOC */
	/* the caller's at any time */
	uint32_t gref_dir;      /* before SHARE is reported done */
	uint32_t flips;         /* under way; may be changed in any context, read once by displif_plan_next() */
	bool wait;              /* not to be shared now: a backend of before still maps it */
	/* the plan's; read-only for the caller */
	uint64_t dbuf, fb;      /* cookies, new for each connection */
	int32_t err;            /* why it is not there in this connection: a number of displif_plan_done(); 0 */
	uint8_t step;           /* enum displif_plan_step */
	bool wanted;            /* between add and remove */
	bool made;              /* was attached once: the program has it */
	bool lost;              /* and will not be again: to be removed */
	bool stuck;             /* a request about its pages was lost: nothing is done to it before the connection ends */
	struct displif_plan_buf *next;
};

/* One connector. The array is the caller's, zeroed; the plan keeps it up. */
struct displif_plan_conn {
	struct displif_plan_buf *front;         /* wanted on the screen; NULL: off. The caller sets it to what it flips to */
	uint32_t mode_width, mode_height;       /* the backend's mode, pixels; 0: off */
	int32_t err;            /* of the last time that dirty became false */
	bool dirty;             /* the backend is to be told */
};

/* What displif_plan_next() asks for. */
enum displif_plan_act {
	DISPLIF_PLAN_IDLE = 0,  /* nothing */
	DISPLIF_PLAN_WAIT,      /* nothing now: what was asked for last, or a flip, is under way */
	DISPLIF_PLAN_SHARE,     /* share buf: displif_port_share(); set gref_dir; done() */
	DISPLIF_PLAN_SEND,      /* submit msg on connector; done() with its answer. DBUF_DESTROY of a buffer of theirs: unmap it first */
	DISPLIF_PLAN_MAP,       /* map buf: displif_port_share_alloced(); done() */
	DISPLIF_PLAN_FLIP,      /* flip connector to buf (msg); done() with its event */
	DISPLIF_PLAN_DROP,      /* buf is out of the plan: unshare it if its step is SHARED, it is the caller's again; no done() */
};

struct displif_plan_todo {
	struct displif_msg msg; /* SEND, FLIP */
	struct displif_plan_buf *buf; /* SHARE, MAP, FLIP, DROP, and SEND about one; else NULL */
	uint32_t connector;     /* SEND, FLIP */
	uint8_t act;            /* enum displif_plan_act */
};

struct displif_plan {
	struct displif_fdev *dev; /* gives the cookies */
	struct displif_plan_buf *bufs;
	struct displif_plan_conn *conn; /* the caller's */
	uint32_t n_conn;        /* its entries */
	uint32_t n;             /* connectors of this connection, at most n_conn; 0: none */
	struct displif_plan_todo todo; /* under way; act IDLE: nothing */
};

DISPLIF_API void displif_plan_init(struct displif_plan *plan, struct displif_fdev *dev);
/* The array of connectors, now or after it moved; entries that it had are kept by the caller. Not while connected. */
DISPLIF_API void displif_plan_connectors(struct displif_plan *plan, struct displif_plan_conn *conn, uint32_t n_conn);

/* The connection is there, with @n connectors (at most n_conn). What is wanted is brought to it. */
DISPLIF_API void displif_plan_start(struct displif_plan *plan, uint32_t n);
/*
 * The connection ended. What was under way ends without done(); buffers of theirs, and those that were
 * not made yet, are lost with @err (not 0); a connector that was dirty has @err. Flips are the caller's to end. After
 * the caller unshared a buffer it says displif_plan_unshared(). Nothing is asked for until start(), but DROP.
 */
DISPLIF_API void displif_plan_stop(struct displif_plan *plan, int32_t err);
/* This buffer is not shared any more; between stop() and start(). */
DISPLIF_API void displif_plan_unshared(struct displif_plan_buf *buf);

/* @buf is wanted. */
DISPLIF_API void displif_plan_add(struct displif_plan *plan, struct displif_plan_buf *buf);
/* It is not wanted any more: connectors that show it are switched off, it is taken down, DROP comes. */
DISPLIF_API void displif_plan_remove(struct displif_plan_buf *buf);
/* @buf, which is in the plan, is wanted on connector @index (below n_conn) in a mode of its size; NULL: off. */
DISPLIF_API void displif_plan_show(struct displif_plan *plan, uint32_t index, struct displif_plan_buf *buf);
/* Nothing is wanted any more. */
DISPLIF_API void displif_plan_clear(struct displif_plan *plan);

/* What is to be done now. *@todo is always written. Returns false for IDLE and WAIT. */
DISPLIF_API bool displif_plan_next(struct displif_plan *plan, struct displif_plan_todo *todo);
/*
 * What was asked for last is over. @err: 0, or any number that the caller will find in err of buffer or connector.
 * @lost: no answer came (with @err): the backend may still do it.
 */
DISPLIF_API void displif_plan_done(struct displif_plan *plan, int32_t err, bool lost);

/* Whether the backend has nothing of ours: no buffer is in the plan, no connector is on, nothing is under way. */
DISPLIF_API bool displif_plan_empty(const struct displif_plan *plan);

DISPLIF_END_DECLS

#endif
