/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * hostile-guest: a frontend that breaks every rule. It comes up through the port layer, since
 * that has nothing to break, and then writes raw bytes.
 *
 * An attack returns false, having said why, if the backend took what it must refuse, or no longer serves
 * a sane request. What the attack does to the backend is for others to see.
 */
#ifndef HOSTILE_GUEST_H
#define HOSTILE_GUEST_H

#include <limits.h>
#include <signal.h>
#include <stdio.h>

#include <displif-xen.h>
#include <xenstore.h>

#include "cli.h"
#include "raw.h"

#define HG_CONNECTORS 8u
#define HG_NO_ANSWER INT_MIN
/* As long as deployed frontends wait for an answer. */
#define HG_PATIENCE_MS 3000u
/* What a raw request may hold beyond the operations there are. */
#define HG_UNKNOWN_OP 0x7fu
/* Pages of a buffer that are the same one; pages that are shared at least. */
#define HG_REPEATS 60u
#define HG_REAL 8u

struct hg {
	struct displif_xen *xen;
	struct displif_port port;
	struct xs_handle *xs; /* for what no sane frontend does */
	uint16_t backend;
	char dir[DISPLIF_XS_PATH], backend_dir[DISPLIF_XS_PATH];
	struct displif_connector_cfg connector[HG_CONNECTORS];
	struct displif_cfg cfg;

	bool up; /* pages are shared, channels are open */
	struct displif_link link[HG_CONNECTORS];
	struct displif_front front[HG_CONNECTORS]; /* what publishing wants; never used */
	struct {
		uint32_t req, rsp; /* our producer index, our consumer index */
	} at[HG_CONNECTORS];
	uint16_t id;
	uint64_t cookie;
	uint64_t random;

	/* what was asked for */
	uint32_t count;		    /* how often a flood does what it does */
	uint32_t seconds;	    /* for so long, whatever the count; 0: by the count */
	uint32_t part;		    /* of what is tried value by value, one in so many */
	uint32_t turn;		    /* which one, by the seed */
	bool hard;		    /* never sleep while waiting */
	volatile sig_atomic_t stop; /* SIGTERM: a flood ends, and what follows it */

	/* what an attack did */
	uint64_t began, sent, refused, connects, writes;
};

/* --- guest_link.c --- */

uint64_t hg_now(void); /* ms */
uint32_t hg_random(struct hg *h, uint32_t below);
/* Whether the flood that did @done is to go on. */
bool hg_more(const struct hg *h, uint64_t done);
/* Whether the next one of many values is to be tried, by --part. */
bool hg_next(struct hg *h);

bool hg_open(struct hg *h, uint32_t device);
void hg_close(struct hg *h);

/* Connects as a sane frontend does, whatever state both are in. False: said. */
bool hg_connect(struct hg *h);
/* Up to state 3, which is not written. */
bool hg_publish(struct hg *h);
/* Leaves as a sane frontend does. */
void hg_leave(struct hg *h);
/* Gives pages and channels back without a word. */
void hg_drop(struct hg *h);
/* hg_leave() and hg_connect(): what follows a connection that was broken. */
bool hg_again(struct hg *h);

uint8_t hg_backend_state(struct hg *h);
/* Waits for one of the states in @mask (bits by number). */
bool hg_await(struct hg *h, uint32_t mask, uint32_t ms);
bool hg_set_state(struct hg *h, uint32_t state);

/* The next slot of a ring, without moving the index. False: no room. */
bool hg_put(struct hg *h, uint32_t conn, const union displif_wire *wire);
/* Moves the index and notifies. */
void hg_push(struct hg *h, uint32_t conn);
/* The next answer, if there is one. */
bool hg_take(struct hg *h, uint32_t conn, struct displif_rsp *rsp);
/* One request and its answer's status, or HG_NO_ANSWER. */
int32_t hg_call(struct hg *h, uint32_t conn, const struct displif_msg *msg);
/* The same where another answer than 0, or any 0, is a failure of the backend's. */
bool hg_wants_ok(struct hg *h, const char *what, uint32_t conn, const struct displif_msg *msg);
bool hg_wants_refusal(struct hg *h, const char *what, uint32_t conn, const struct displif_msg *msg);
/* Takes all events. Returns how many. */
uint32_t hg_events(struct hg *h, uint32_t conn);
/* A moment to wait: a short sleep, or none with --hard. */
void hg_idle(struct hg *h);

/* --- guest_pages.c --- */

/* A buffer of few real pages: the directory names them again and again. */
struct hg_buf {
	void *va;
	uint32_t *gref;
	uint32_t pages; /* that are shared: the directory's, then the others */
	uint32_t size, dirs;
	uint32_t width, height;
	uint64_t dbuf, fb;
	bool created, attached;
};

/*
 * Shares some pages and the directory of a buffer of @width x @height at 32 bits. False: said. Xen lets a
 * grant be mapped 127 times: no more than HG_REPEATS pages of a buffer are the same.
 */
bool hg_buf_make(struct hg *h, struct hg_buf *b, uint32_t width, uint32_t height);
uint32_t *hg_dir_page(const struct hg_buf *b, uint32_t i);
void hg_buf_free(struct hg *h, struct hg_buf *b);
struct displif_msg hg_msg_create(const struct hg_buf *b);
struct displif_msg hg_msg_attach(const struct hg_buf *b);
struct displif_msg hg_msg_fb(uint8_t op, uint64_t fb);
struct displif_msg hg_msg_dbuf(uint8_t op, uint64_t dbuf);
struct displif_msg hg_msg_config(const struct hg_buf *b);
/* Creates and attaches on the backend's side. */
bool hg_buf_create(struct hg *h, struct hg_buf *b);
bool hg_buf_destroy(struct hg *h, struct hg_buf *b);
/* A sane picture: create, attach, configure, flip with its event, and back. */
bool hg_sane(struct hg *h);

bool hg_directories(struct hg *h);
bool hg_grefs(struct hg *h);
bool hg_revoke(struct hg *h);

/* --- guest_sizes.c --- */

bool hg_sizes(struct hg *h);
bool hg_offsets(struct hg *h);
bool hg_cookies(struct hg *h);
bool hg_quota(struct hg *h);

/* --- guest_ring.c --- */

bool hg_jumps(struct hg *h);
bool hg_race_index(struct hg *h);
bool hg_race_slots(struct hg *h);

/* --- guest_flood.c --- */

bool hg_requests_good(struct hg *h);
bool hg_requests_bad(struct hg *h);
bool hg_requests_unknown(struct hg *h);
bool hg_requests_mixed(struct hg *h);
bool hg_notifications(struct hg *h);
bool hg_storm(struct hg *h);
bool hg_storm_alloc(struct hg *h);
bool hg_storm_connect(struct hg *h);
bool hg_deaf(struct hg *h);
bool hg_stop(struct hg *h);
bool hg_spin(struct hg *h);

/* --- guest_store.c --- */

bool hg_states(struct hg *h);
bool hg_states_connected(struct hg *h);
bool hg_hammer(struct hg *h);
bool hg_nodes(struct hg *h);
bool hg_connecting(struct hg *h);
bool hg_quota_of_nodes(struct hg *h);
bool hg_remove(struct hg *h);

#endif
