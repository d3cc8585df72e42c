/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The port layer: bring-up, sharing and mapping of buffers, tear-down, over one
 * table of functions through which it reaches the OS.
 *
 * Context: everything here may sleep, because the table's functions may. It is
 * called with the device's lock (front) or the guest's thread (back), never with
 * a leaf lock. Every function undoes its own work when it fails and leaves
 * nothing granted, mapped, open or written, except as said.
 *
 * A glue for an OS with strong frameworks of its own may use the core alone.
 */
#ifndef DISPLIF_PORT_H
#define DISPLIF_PORT_H

#include "back.h"
#include "cfg.h"
#include "edid.h"
#include "front.h"
#include "pgdir.h"
#include "state.h"

DISPLIF_BEGIN_DECLS

#define DISPLIF_PORT_WRITE 1u   /* share, grant, map: the other side, or we, may write (else read-only) */

/*
 * How the library reaches an OS. const; @size is sizeof(struct displif_port_ops)
 * of the glue's compilation; @ctx is the glue's own. All return 0 or enum
 * displif_err unless said otherwise (any other number counts as OS); @n counts
 * 4 KiB pages, 1 .. 262144. Functions marked "may be NULL" are optional. What a
 * function that succeeds gives as *@va, *@map or *@chan is never NULL.
 */
struct displif_port_ops {
	uint32_t size;

	/* Allocates @n zeroed, page-aligned, contiguous-in-virtual pages and grants each to @dom: *@va, gref[n]. */
	int (*share)(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va, uint32_t *gref);
	/* Ends grants and memory of share(). Cannot fail: pages the peer still maps are kept by the glue until it does not. */
	void (*unshare)(void *ctx, void *va, const uint32_t *gref, uint32_t n);
	/* Grants @n existing pages at @mem; may be NULL, together with ungrant(). */
	int (*grant)(void *ctx, uint16_t dom, void *mem, uint32_t n, uint32_t flags, uint32_t *gref);
	/* Ends grants of grant(). Returns how many are still mapped by the peer: if not 0, @mem must live on. May be NULL. */
	uint32_t (*ungrant)(void *ctx, void *mem, const uint32_t *gref, uint32_t n);

	/* Maps @n grants of @dom, contiguous in virtual memory: *@va; *@map is for unmap(). All or nothing. */
	int (*map)(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags,
		   void **va, void **map);
	int (*unmap)(void *ctx, void *map);
	/* Copies @len bytes (ofs + len <= 4096) between @buf and a granted page; may be NULL. */
	int (*copy)(void *ctx, uint16_t dom, uint32_t gref, uint32_t ofs, void *buf, uint32_t len,
		    bool to_peer);

	/*
	 * Opens an event channel: @remote 0 allocates an unbound one for @dom, else binds to @dom's port @remote.
	 * *@port: the local number, *@chan: for the calls below. @tag comes back in the glue's own dispatch.
	 * May be pending at once; the glue dispatches nothing before chan_enable(), which delivers what is pending.
	 */
	int (*chan_open)(void *ctx, uint16_t dom, uint32_t remote, void *tag, uint32_t *port, void **chan);
	void (*chan_enable)(void *ctx, void *chan);
	/* Waits for a running handler; never called from one. */
	void (*chan_close)(void *ctx, void *chan);
	/* Any context. */
	void (*chan_notify)(void *ctx, void *chan);
	/* 1, 0 if the peer closed it, UNSUPPORTED. Any context. May be NULL. */
	int (*chan_alive)(void *ctx, void *chan);

	int (*xs_begin)(void *ctx, uint32_t *tx);
	/* AGAIN: a conflict, the caller repeats the whole transaction. */
	int (*xs_end)(void *ctx, uint32_t tx, bool commit);
	/*
	 * Reads a node: at most @cap bytes to @buf, *@len its length, not terminated. tx 0: none.
	 * ABSENT, also if it may not be read: xenstored answers a guest EACCES, not ENOENT, about a removed
	 * node whose parent is hidden from it, and so a removed backend would never be gone. RANGE if longer than @cap.
	 */
	int (*xs_read)(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap, uint32_t *len);
	/* Writes a terminated text. Creates the node if it is absent. */
	int (*xs_write)(void *ctx, uint32_t tx, const char *path, const char *text);
};

/* A table and its context. */
struct displif_port {
	const struct displif_port_ops *ops;
	void *ctx;
};

/* How often a transaction is repeated after AGAIN. */
#define DISPLIF_PORT_TX_TRIES 16u

/* Checks that a table has every function that is not optional, and its size. Returns 0 or INVAL. */
DISPLIF_API int displif_port_check(const struct displif_port *port, struct displif_diag *diag);

/*
 * Writes @state into @dir/state, in one transaction that first reads it: a node
 * that the toolstack removed is never re-created. Returns 0; ABSENT if it is
 * gone; AGAIN after 16 conflicts; INVAL if @dir is too long for a path; OS.
 */
DISPLIF_API int displif_port_write_state(const struct displif_port *port, const char *dir, uint32_t state,
					 struct displif_diag *diag);
/* Reads @dir/state. *@state is written always (UNKNOWN on error and for what is no state). 0, ABSENT, INVAL, OS. */
DISPLIF_API int displif_port_read_state(const struct displif_port *port, const char *dir, uint8_t *state,
					struct displif_diag *diag);

/* One connector's transport: two shared pages and two channels, of either end. */
struct displif_link {
	void *page[2];          /* by enum displif_chan: ring page, event page */
	void *map[2];           /* back: handles of the mappings */
	void *chan[2];          /* handles of the channels */
	uint32_t gref[2];
	uint32_t evtchn[2];     /* front: own ports, back: the frontend's */
};

/* --- frontend --- */

/*
 * Reads the frontend's configuration from its directory @dir (relative or
 * absolute) and the backend's versions from @backend_dir into @cfg (initialised
 * by the caller). Connectors are read from 0 up until one has no "resolution".
 * An absent "versions" counts as version 1.
 * Returns 0; RANGE, VERSION, NOSPC, OS with @diag. On failure @cfg is of no use.
 */
DISPLIF_API int displif_port_front_config(const struct displif_port *port, const char *dir,
					  const char *backend_dir, struct displif_cfg *cfg,
					  struct displif_diag *diag);

/*
 * Shares the pages and opens the channels of @n connectors, initialises
 * front[n] on them, and publishes all nodes and "version" in one transaction.
 * link[n] and front[n] are the caller's; tag[2 * n] is handed to chan_open(), in the
 * order ring, event page of connector 0, 1, ... (NULL: no tags). @cfg: one
 * for each session; reserve applies to connector 0 only.
 * Channels are not enabled: displif_port_enable(). On failure everything is
 * undone, the sessions are dead and link[n] is empty. Returns 0; INVAL (@cfg or
 * the number of connectors); ABSENT if the toolstack removed @dir; AGAIN after
 * 16 conflicts; what the port returned.
 */
DISPLIF_API int displif_port_front_publish(const struct displif_port *port, const char *dir,
					   uint16_t backend, const struct displif_cfg *devcfg,
					   const struct displif_front_cfg *cfg, struct displif_link *link,
					   struct displif_front *front, void *const *tag,
					   struct displif_diag *diag);

/* Enables both channels of @n links; may deliver at once. */
DISPLIF_API void displif_port_enable(const struct displif_port *port, struct displif_link *link, uint32_t n);

/* Closes channels, unshares pages of links made by displif_port_front_publish(); idempotent. Sessions must be dead. */
DISPLIF_API void displif_port_front_close(const struct displif_port *port, struct displif_link *link,
					  uint32_t n);

/* A display buffer that is shared with the backend; fields read-only for the caller. */
struct displif_share {
	void *mem;              /* its pixels; NULL until displif_port_share_alloced() */
	void *map;              /* REQ_ALLOC: handle of the mapping */
	void *dir;              /* the directory pages */
	uint32_t *gref;         /* the caller's array: pages, then directory pages */
	uint32_t pages, dirs;
	uint32_t gref_dir;      /* for displif_msg.gref_dir */
	uint8_t kind;           /* enum displif_share_kind */
};

enum displif_share_kind {
	DISPLIF_SHARE_NONE = 0,
	DISPLIF_SHARE_OWN,      /* memory of displif_port_ops.share */
	DISPLIF_SHARE_EXISTING, /* the caller's memory */
	DISPLIF_SHARE_BACKEND,  /* REQ_ALLOC */
};

/* Words that displif_share.gref[] needs for a buffer of @size bytes. */
DISPLIF_API uint32_t displif_port_share_words(uint32_t size);

/*
 * Shares a buffer of @size bytes (1 .. DISPLIF_MAX_BUFFER) with @backend:
 * OWN allocates, EXISTING grants @mem (page-aligned, whole pages), BACKEND makes an
 * empty directory for REQ_ALLOC. @gref: displif_port_share_words() words, kept until
 * displif_port_unshare(). Returns 0, INVAL, NOSPC (@words), OS, UNSUPPORTED (no grant()).
 */
DISPLIF_API int displif_port_share(const struct displif_port *port, uint16_t backend,
				   struct displif_share *share, enum displif_share_kind kind, void *mem,
				   uint32_t size, uint32_t *gref, uint32_t words,
				   struct displif_diag *diag);

/*
 * BACKEND, after DBUF_CREATE was answered 0: reads the directory back and maps the backend's pages for writing.
 * Returns 0; STATE if it is not of this kind or mapped already; PROTO for a directory that is not filled
 * or whose links were changed; OS.
 */
DISPLIF_API int displif_port_share_alloced(const struct displif_port *port, uint16_t backend,
					   struct displif_share *share, struct displif_diag *diag);

/* BACKEND: unmaps the backend's pages; to be called before DBUF_DESTROY is sent. Idempotent. Returns 0 or OS. */
DISPLIF_API int displif_port_share_unmap(const struct displif_port *port, struct displif_share *share);

/*
 * Ends all, after DBUF_DESTROY was answered or the connection ended. EXISTING:
 * returns how many pages the peer still maps (their memory must live on), else 0.
 */
DISPLIF_API uint32_t displif_port_unshare(const struct displif_port *port, struct displif_share *share);

/* --- backend --- */

/*
 * Writes "versions" into the backend's directory @dir, unless the node is
 * gone (ABSENT). The state is written by the caller afterwards.
 */
DISPLIF_API int displif_port_back_publish(const struct displif_port *port, const char *dir,
					  struct displif_diag *diag);

/*
 * Reads what the host's toolstack configured in the frontend's directory @dir,
 * while the guest has not run yet. As displif_port_front_config() without versions.
 */
DISPLIF_API int displif_port_back_config(const struct displif_port *port, const char *dir,
					 struct displif_cfg *cfg, struct displif_diag *diag);

/*
 * Reads the transport nodes of @n connectors in the frontend's directory @dir,
 * binds the channels, maps the pages (for writing) and attaches back[n], in this order.
 * @pend: pend_cap cookies for each connector, n * pend_cap in all.
 * @tag as in displif_port_front_publish(). On failure everything is undone, the
 * sessions that were attached are dead and link[n] is empty.
 * Returns 0, INVAL (@n, @pend_cap), PROTO (old rings), RANGE, ABSENT, OS.
 */
DISPLIF_API int displif_port_back_bind(const struct displif_port *port, const char *dir, uint16_t frontend,
				       struct displif_guest *guest, uint32_t n, struct displif_link *link,
				       struct displif_back *back, uint64_t *pend, uint32_t pend_cap,
				       void *const *tag, struct displif_diag *diag);

/* Closes channels, unmaps pages of links made by displif_port_back_bind(); idempotent. Sessions must be dead. */
DISPLIF_API void displif_port_back_close(const struct displif_port *port, struct displif_link *link,
					 uint32_t n);

/* Room that the functions below need: one directory page and the grants. */
struct displif_scratch {
	uint32_t *page;         /* DISPLIF_PGDIR_WORDS words, private to the caller */
	uint32_t *gref;
	uint32_t words;         /* of gref[]: at least the buffer's pages */
};

/*
 * Maps a buffer of the frontend: walks the directory at @gref_dir (by grant
 * copy if the port has it, else page by page mapped), then maps all pages.
 * @flags: DISPLIF_PORT_WRITE or 0. Returns 0, RANGE (@pages), PROTO, NOSPC (scratch), OS; on failure
 * *@va and *@map are NULL.
 */
DISPLIF_API int displif_port_back_map(const struct displif_port *port, uint16_t frontend,
				      uint32_t gref_dir, uint32_t pages, uint32_t flags,
				      const struct displif_scratch *scratch, void **va, void **map,
				      struct displif_diag *diag);

/*
 * REQ_ALLOC: allocates and grants @pages pages and fills them into the frontend's directory.
 * *@va and scratch->gref[] belong to unshare(); the caller keeps the grants. Returns as
 * displif_port_back_map(); on failure *@va is NULL.
 */
DISPLIF_API int displif_port_back_alloc(const struct displif_port *port, uint16_t frontend,
					uint32_t gref_dir, uint32_t pages,
					const struct displif_scratch *scratch, void **va,
					struct displif_diag *diag);

/*
 * GET_EDID: writes @len bytes to the first pages of the buffer of @size bytes behind @gref_dir.
 * Returns 0, NOSPC if len > size or the scratch is smaller than the buffer, RANGE, PROTO, OS.
 */
DISPLIF_API int displif_port_back_put(const struct displif_port *port, uint16_t frontend,
				      uint32_t gref_dir, uint32_t size, const void *data, uint32_t len,
				      const struct displif_scratch *scratch, struct displif_diag *diag);

DISPLIF_END_DECLS

#endif
