/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * One guest's device: its state machine, its connectors and buffers.
 *
 * Knows XenStore, grants and channels only through struct displif_port, so
 * that it runs on a real Xen and on a fake. Who calls it: watch.c for what
 * XenStore says, app.c for channels, deadlines and the end.
 */
#ifndef BE_GUEST_H
#define BE_GUEST_H

#include <displif/libdisplif.h>

#include "log.h"
#include "output.h"
#include "pace.h"
#include "record.h"
#include "share.h"
#include "spent.h"

/* Entries of a guest's tables. */
#define BE_MAX_DBUFS 256u
#define BE_MAX_FBS 256u

/* What all guests share. */
struct be_host {
	const struct be_options *opt;
	struct displif_port port;
	struct be_output *output;
	struct be_record *record; /* of --record, or NULL */
	const uint8_t *edid;	  /* of --edid, or NULL */
	uint32_t edid_len;
	uint16_t domid; /* our own */
	struct displif_scratch scratch;
	struct be_guest *guests;
	struct be_recent recent; /* who was served lately */
	bool again;		 /* some guest has work that nobody will notify us of */
	bool finished;		 /* some guest has gone for good */
};

struct be_guest;

/* What a channel is opened with: who to call. */
struct be_tag {
	struct be_conn *conn;
	enum displif_chan chan;
};

/* One connector. */
struct be_conn {
	struct be_guest *guest;
	uint32_t index;
	struct be_tag tag[2];
	struct be_head *head;
	bool busy;  /* inside be_conn_service(): flush comes at its end */
	bool again; /* DISPLIF_DO_POLL, or an event that came while the guest had to wait */
	bool has_edid; /* in this connection: the frontend has modes to choose from */
};

struct be_guest {
	struct be_guest *next;
	struct be_host *host;
	uint16_t domid;
	uint32_t dev;
	char dir[DISPLIF_XS_PATH];    /* ours */
	char fe_dir[DISPLIF_XS_PATH]; /* the frontend's */
	struct displif_bdev bdev;
	int written;	 /* the state we wrote last, -1: none */
	bool own_dirty;	 /* our directory changed: look */
	bool peer_dirty; /* the frontend wrote its state, perhaps the same again: look */
	/* What XenStore refused for now, to be tried again at @retry_at. */
	int unwritten; /* a state, -1: none */
	bool unpublished, unread;
	uint64_t retry_at;
	bool broken;  /* a session died: tell the state machine */
	bool lost;    /* our directory is not ours any more: write nothing */
	bool refused; /* its configuration is bad: never InitWait */
	bool final;   /* nothing more will happen; kept until the directory is gone */
	void *watch;  /* watch.c's; NULL: to be watched again at @watch_at */
	uint64_t watch_at;
	struct be_storm storm; /* of reports about it, watch.c's */
	struct be_limit told;  /* messages about it */
	struct be_share share; /* of our time */
	struct be_spent spent[BE_SPENT_KINDS];

	/* The configuration at our first sight of it. */
	struct displif_cfg cfg;
	uint32_t n;	      /* connectors */
	struct be_conn *conn; /* n */

	/* The connection. */
	bool bound;
	struct displif_guest tables;
	struct displif_dbuf dbuf[BE_MAX_DBUFS];
	struct displif_fb fb[BE_MAX_FBS];
	struct displif_link *link; /* n each, of one allocation with */
	struct displif_back *back;
	uint64_t *pend; /* n * BE_FLIPS_MAX */

	/* record.c's */
	uint32_t number;
	struct be_tape *tape; /* n, while the connection is recorded */
};

/* --- guest_new.c --- */

/*
 * A context for device @dev of domain @domid, which has just appeared: reads its configuration
 * and takes its heads. It is in host->guests then; be_guest_look() is next, when peer_dirty is
 * set. With a bad configuration (told) it is there, too, but serves only its own removal.
 * NULL if XenStore or memory failed (told): worth another try.
 */
struct be_guest *be_guest_new(struct be_host *host, uint16_t domid, uint32_t dev);
/* Leaves the list. It must be final, or the connection is torn without a word to XenStore. */
void be_guest_free(struct be_guest *g);
struct be_guest *be_guest_find(struct be_host *host, uint16_t domid, uint32_t dev);

/* --- guest.c --- */

enum be_sight {
	BE_SIGHT_KEEP, /* nothing to do for the caller */
	BE_SIGHT_GONE, /* the directory is gone: free it */
	BE_SIGHT_NEW,  /* the directory is a new device's: free it, and begin anew */
};

/* Ends the connection, if there is one, without a word to the guest. */
void be_guest_cut(struct be_guest *g);
/* Reads what changed and tells the state machine. */
enum be_sight be_guest_look(struct be_guest *g, uint64_t now);
/* The state machine's other inputs. */
void be_guest_feed(struct be_guest *g, enum displif_bin in, uint32_t arg, uint64_t now);
/* What is due: the state machine's pause, connectors' retries. */
void be_guest_fire(struct be_guest *g, uint64_t now);
uint64_t be_guest_deadline(const struct be_guest *g, uint64_t now);
/*
 * Until when it is not served, since it has had more than its share and others are there; 0: it is.
 * What the toolstack does to it is always looked at.
 */
uint64_t be_guest_waits(const struct be_guest *g, uint64_t now);
/* It was served from @now on for @ns, of which @free_ns cost it nothing. */
void be_guest_charge(struct be_guest *g, uint64_t now, uint64_t ns, uint64_t free_ns);

/* --- guest_io.c --- */

/* A channel fired. False if there was nothing new, or the guest has to wait. */
bool be_conn_event(struct be_tag *tag, uint64_t now);
/* Looks into both shared pages, whatever the channels say. */
void be_conn_poll(struct be_conn *c, uint64_t now);
/* displif_back_deadline() has come. */
void be_conn_tick(struct be_conn *c, uint64_t now);
/* be_head_info.flipped of a connector. */
void be_conn_flipped(void *conn, uint64_t fb);

/* --- guest_buf.c --- */

/* DBUF_CREATE: maps or allocates. Returns the status for the frontend. */
int32_t be_buf_create(struct be_guest *g, struct displif_dbuf *dbuf);
/* DBUF_DESTROY: releases its framebuffers, unmaps or frees. */
void be_buf_destroy(struct be_guest *g, struct displif_dbuf *dbuf);
/* FB_ATTACH. Returns the status. */
int32_t be_fb_attach(struct be_guest *g, struct displif_fb *fb);
/* FB_DETACH: hides it if it is shown. */
void be_fb_detach(struct be_guest *g, struct displif_fb *fb);
/* Releases all buffers of a connection that has ended. */
void be_buf_release_all(struct be_guest *g);

#endif
