/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the files of the glue share. docs/design-minios.md tells who may touch what. */
#ifndef DISPLFRONT_PRIV_H
#define DISPLFRONT_PRIV_H

/* First: Xen's displif.h, before Mini-OS's. */
#include <displif/libdisplif.h>

#include <mini-os/os.h>
#include <mini-os/lib.h>
#include <mini-os/errno.h>
#include <mini-os/events.h>
#include <mini-os/gntmap.h>
#include <mini-os/gnttab.h>
#include <mini-os/mm.h>
#include <mini-os/sched.h>
#include <mini-os/time.h>
#include <mini-os/wait.h>
#include <mini-os/xenbus.h>
#include <mini-os/xmalloc.h>

#include <displfront.h>

/* Before 4.19 everything is exported. */
#ifndef EXPORT_SYMBOL
#define EXPORT_SYMBOL(name)
#endif

/* For a request of the device's thread, and for the end of a device, ms. */
#define DISPLFRONT_ANSWER_MS 3000u
/* For a mode to be left, one to be set and its first flip, and for the turn of a flip. */
#define DISPLFRONT_PATIENCE_MS 9000u
/* Events that wait for displfront_receive(). */
#define DISPLFRONT_EVENTS 64u
/* 8 pages and their directory. */
#define DISPLFRONT_EDID_WORDS 9u

/* --- memory --- */

/* Pages at one address that a backend may be let into. */
struct displfront_block {
	struct displfront_block *next;
	void *va;
	unsigned long *page; /* addresses of the n pages in Mini-OS's linear map */
	grant_ref_t *held;   /* grants that were to end and are mapped still; room for n */
	uint32_t n, n_held;
	bool given_up; /* to be freed when n_held is 0 */
};

/* Zeroed. NULL: no memory. Framebuffers, too, which are granted later. */
struct displfront_block *displfront_block_new(struct displfront_dev *dev, uint32_t n);
/* Frees it as soon as the backend maps none of it. */
void displfront_block_drop(struct displfront_dev *dev, struct displfront_block *block);
/* Pages of this device that were given up and that the backend still maps. */
uint32_t displfront_held(const struct displfront_dev *dev);
/* Tries to end those, and what devices before it left; sets dev->sweep_at. */
void displfront_held_sweep(struct displfront_dev *dev);
/* Whether @n more grants are within the budget; else displfront_error() says need and limit. @what: static text. */
bool displfront_budget(struct displfront_dev *dev, uint32_t n, const char *what);
/* The device goes: hands what is held to whoever comes next. */
void displfront_mem_end(struct displfront_dev *dev);

/* For the table of the port layer. @ctx: struct displfront_dev. */
int displfront_share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va,
		     uint32_t *gref);
void displfront_unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n);
int displfront_grant(void *ctx, uint16_t dom, void *mem, uint32_t n, uint32_t flags,
		     uint32_t *gref);
uint32_t displfront_ungrant(void *ctx, void *mem, const uint32_t *gref, uint32_t n);
int displfront_map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags,
		   void **va, void **map);
int displfront_unmap(void *ctx, void *map);

/* --- framebuffers --- */

struct displfront_buf {
	struct displfront_fb
		fb; /* what the program sees; first, so that a pointer to one is one to the other */
	struct displif_plan_buf plan;	/* its flips are the handler's */
	struct displfront_block *block; /* NULL: the backend's memory */
	struct displif_share share;
	uint32_t *gref;
	uint32_t words;
	bool gone; /* taken down: who waits for that frees it */
	bool left; /* nobody waits */
};

/* --- connectors --- */

#define DISPLFRONT_OWED_RSP 1u
#define DISPLFRONT_OWED_EVT 2u
/* A flip's token is its slot; those of other requests begin here. */
#define DISPLFRONT_TOKENS 64u

struct displfront_flip {
	struct displfront_buf *buf; /* NULL: a slot that is free */
	uint8_t owed;		    /* DISPLFRONT_OWED_* */
	bool waited; /* its caller blocks: the slot is his until he has read status */
	bool over;   /* status is final */
	int status;
};

struct displfront_tag {
	struct displfront_dev *dev;
	uint32_t index;
	enum displif_chan chan;
};

/* Lives from the first connection that has it to the end of the device. */
struct displfront_conn {
	struct displfront_flip flip[DISPLFRONT_FLIPS];
	bool asked; /* a thread of the program is in displfront_show() */
	/* configuration and EDID */
	uint32_t width, height;
	char unique_id[DISPLIF_UNIQUE_ID];
	uint8_t *edid;
	uint32_t edid_size, n_modes;
	char monitor[14];
	struct displfront_mode m[DISPLFRONT_MODES];
};

/* The one request of the device's thread that is under way. */
struct displfront_req {
	uint64_t token;
	uint32_t connector;
	uint32_t edid_sz;
	int32_t status; /* of the backend; if it is lost or unsent: enum displif_err */
	uint8_t op;	/* 0: none is */
	bool over, lost, unsent;
};

struct displfront_dev {
	char *nodename, *backend_dir, *watch_path, *watch_token;
	uint16_t backend;
	struct displif_port port;
	struct displif_fdev fdev;
	struct displfront_config config;
	struct thread *thread;
	struct wait_queue_head waitq;
	xenbus_event_queue watch;
	struct displif_link *link; /* n of each; NULL without rings */
	struct displif_front *front;
	struct displfront_tag *tag;
	void **tag_ptr;
	uint32_t n; /* connectors of the present or last connection */
	struct displfront_conn *conn[DISPLIF_MAX_CONNECTORS];
	struct displif_plan_conn *mode; /* of the plan, as many as conn */
	uint32_t n_conn;		/* of any connection so far */
	struct displif_plan plan;
	struct displfront_block *blocks;
	struct displfront_req req;
	uint64_t token;
	bool be_alloc;
	/* the thread's */
	uint64_t clock_last, clock; /* as gettimeofday() said; ours, ms */
	uint64_t begin, leave_until, sweep_at;
	uint64_t retry_at; /* for what XenStore refused */
	uint32_t sweep_ms;
	int8_t unwritten;   /* a state to be written then, or -1 */
	bool unread;	    /* the backend's state is to be read then */
	bool started;	    /* between START and STOP; the handler reads it */
	bool broken, again; /* the handler's: a session died; work is left in a page */
	bool returning;	    /* what is wanted is not there again since the connection began */
	bool kick;	    /* there is something to do */
	bool napping;	    /* the thread may be woken */
	bool ready, leave, leaving, removed, ended, final;
	/* EDIDs: of the connection */
	uint32_t edid_next; /* connector to be asked next */
	struct displif_share edid_share;
	uint32_t edid_gref[DISPLFRONT_EDID_WORDS];
	bool edid_shared;
	/* for the program */
	struct displfront_event event[DISPLFRONT_EVENTS];
	uint32_t ev_prod, ev_cons, ev_due; /* ev_due: flips that will make one */
	bool ev_status;
	uint32_t generation;
	uint32_t grants;
	struct displfront_stats stats;
	char error[DISPLFRONT_ERROR];
	char why[DISPLFRONT_ERROR]; /* why the rings could not be published */
#ifdef HAVE_LIBC
	int fd;
#endif
};

/* displfront.c: remembers and prints an error. Threads only. */
void displfront_fail(struct displfront_dev *dev, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void displfront_fail_diag(struct displfront_dev *dev, const char *what, int err,
			  const struct displif_diag *diag);
/* The one map from enum displif_err to -E*, and 0 to 0. */
int displfront_errno(int err);

/* displfront_thread.c */
void displfront_thread(void *dev);
/* Makes the thread look for work. Any context. */
void displfront_kick(struct displfront_dev *dev);

/* displfront_state.c */
void displfront_feed(struct displfront_dev *dev, enum displif_in in, uint32_t arg);
/* Reads the backend's state and feeds it. */
void displfront_look(struct displfront_dev *dev);
void displfront_retry(struct displfront_dev *dev);

/* displfront_work.c */
/* Takes the answer that came and sends the next request. Returns whether something is under way or left to do. */
bool displfront_work(struct displfront_dev *dev);
/* The connection ended: nothing that was created is there any more. */
void displfront_work_stop(struct displfront_dev *dev);
void displfront_work_release(struct displfront_dev *dev);
/* The device ends: all framebuffers. */
void displfront_work_end(struct displfront_dev *dev);
/* The program's wish changed. Any thread. */
void displfront_conn_show(struct displfront_conn *c, struct displfront_buf *buf);
/* The device ends: all framebuffers. */
void displfront_work_end(struct displfront_dev *dev);
/* Sends a request of the thread's. */
void displfront_send(struct displfront_dev *dev, uint32_t connector, const struct displif_msg *msg);
/* Whether every connector was asked for its EDID; when the device leaves: whether the backend has nothing of ours. */
bool displfront_settled(const struct displfront_dev *dev);

/* displfront_fb.c */
void displfront_buf_free(struct displfront_buf *buf);

/* displfront_edid.c */
/* Asks the next connector; false: there is none left. */
bool displfront_edid_ask(struct displfront_dev *dev);
void displfront_edid_answer(struct displfront_dev *dev, const struct displfront_req *req);
void displfront_edid_release(struct displfront_dev *dev);

/* displfront_flip.c */
void displfront_handler(evtchn_port_t port, struct pt_regs *regs, void *tag);
/* Events off: takes out what is there, publishes what was staged, does the duties. */
void displfront_pump(struct displfront_dev *dev, uint32_t index);
void displfront_status_changed(struct displfront_dev *dev);
/* Forgets events about it. */
void displfront_events_forget(struct displfront_dev *dev, const struct displfront_buf *buf);

/* displfront_port.c */
extern const struct displif_port_ops displfront_port_ops;
/* A node's value, to be freed; NULL with displfront_error() naming it. */
char *displfront_read_node(struct displfront_dev *dev, const char *dir, const char *leaf);

#ifdef HAVE_LIBC
/* displfront_fd.c */
void displfront_fd_ready(struct displfront_dev *dev, bool ready);
void displfront_fd_end(struct displfront_dev *dev);
#else
static inline void displfront_fd_ready(struct displfront_dev *dev, bool ready)
{
	(void)dev;
	(void)ready;
}

static inline void displfront_fd_end(struct displfront_dev *dev)
{
	(void)dev;
}
#endif

#endif
