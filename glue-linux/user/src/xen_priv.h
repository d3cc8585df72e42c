/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the files of displif-xen share: the handle, its lists, logging. */
#ifndef DISPLIF_XEN_PRIV_H
#define DISPLIF_XEN_PRIV_H

#include <displif-xen.h>

#include <pthread.h>
#include <xencall.h>
#include <xenevtchn.h>
#include <xengnttab.h>
#include <xenstore.h>
#include <xentoollog.h>

/* Event channel numbers: FIFO event channels of Xen go up to 2^17. */
#define XEN_PORT_CHUNK 1024u
#define XEN_PORT_CHUNKS 128u

struct displif__xen_chan {
	struct displif__xen_chan *next, **pprev;
	void *tag;
	uint64_t due;	 /* when displif_xen_fire() has to look at it, or DISPLIF_NEVER */
	uint64_t serial; /* tells it from a later channel of the same number */
	uint32_t port;
	uint16_t dom;
	uint8_t spurious; /* empty events in a row */
	bool enabled;
	bool pending; /* fired before it was enabled, is masked */
};

/* A mapping or a shared area. */
struct displif__xen_area {
	struct displif__xen_area *next, **pprev;
	void *va;
	uint32_t n;
	uint16_t dom;
};

struct displif_xen_watch {
	struct displif_xen_watch *next, **pprev;
	void *tag;
	uint32_t id;
	char token[20];
	char path[];
};

/* Hands messages of Xen's libraries to our log. */
struct displif__xen_logger {
	struct xentoollog_logger vtable; /* first */
	struct displif_xen *xen;
};

struct displif_xen {
	struct displif_xen_config config;
	struct displif__xen_logger logger;
	struct displif_xen_stats stats; /* without notifies */
	uint64_t notifies;		/* atomic: any thread notifies */

	xenevtchn_handle *evtchn;
	struct displif__xen_chan *chans;
	struct displif__xen_chan **chunk[XEN_PORT_CHUNKS];
	uint64_t serial;
	uint32_t waiting; /* channels whose due is not DISPLIF_NEVER */

	xengnttab_handle *gnttab; /* NULL until needed */
	xengntshr_handle *gntshr; /* NULL until needed */
	struct displif__xen_area *maps, *shares;
	bool no_copy; /* this kernel has no grant copy */

	struct xs_handle *xs;
	int xs_fd;
	struct displif_xen_watch *watches;
	uint32_t watch_id;
	bool more_watches; /* the last look at the queue did not reach its end */
	bool resync;	   /* a report was lost: all watches have to be reported */
	bool xs_gone;

	pthread_mutex_t call_lock; /* for the three below: alive may be asked by any thread */
	xencall_handle *call;
	struct evtchn_status *status; /* memory that a hypercall may use */
	bool no_call;		      /* opening it failed, it is not tried again */

	struct displif_loop *loop;
	struct displif_loop_fd evtchn_fd, watch_fd;
	struct displif_loop_timer timer;
};

__attribute__((format(printf, 3, 4))) void
displif__xen_log(const struct displif_xen *xen, enum displif_xen_level level, const char *fmt, ...);

/* call.c */
int displif__xen_chan_alive(void *ctx, void *chan);
void displif__xen_call_close(struct displif_xen *xen);

/* chan.c */
int displif__xen_chan_open(void *ctx, uint16_t dom, uint32_t remote, void *tag, uint32_t *port,
			   void **chan);
void displif__xen_chan_enable(void *ctx, void *chan);
void displif__xen_chan_close(void *ctx, void *chan);
void displif__xen_chan_notify(void *ctx, void *chan);
void displif__xen_chans_free(struct displif_xen *xen);

/* grant.c */
int displif__xen_share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va,
		       uint32_t *gref);
void displif__xen_unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n);
int displif__xen_map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags,
		     void **va, void **map);
int displif__xen_unmap(void *ctx, void *map);
int displif__xen_copy(void *ctx, uint16_t dom, uint32_t gref, uint32_t ofs, void *buf, uint32_t len,
		      bool to_peer);
void displif__xen_grants_free(struct displif_xen *xen);

/* store.c */
int displif__xen_xs_begin(void *ctx, uint32_t *tx);
int displif__xen_xs_end(void *ctx, uint32_t tx, bool commit);
int displif__xen_xs_read(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap,
			 uint32_t *len);
int displif__xen_xs_write(void *ctx, uint32_t tx, const char *path, const char *text);

/* watch.c */
void displif__xen_watches_free(struct displif_xen *xen);
/* Reports what displif_xen_ready_watch() left. */
void displif__xen_watches_fire(struct displif_xen *xen);

/*
 * limits.c: " (...)" texts that say which limit a failed call probably met, from its errno and
 * our own counters; "" if none is likely. @buf: room for DISPLIF__XEN_HINT bytes.
 */
#define DISPLIF__XEN_HINT 320u
const char *displif__xen_hint_open(int err, const char *device, const char *module, char *buf);
const char *displif__xen_hint_chan(const struct displif_xen *xen, int err, bool bind, char *buf);
const char *displif__xen_hint_share(const struct displif_xen *xen, int err, uint32_t n, char *buf);
const char *displif__xen_hint_map(const struct displif_xen *xen, int err, uint32_t n, char *buf);
const char *displif__xen_hint_copy(int status);
const char *displif__xen_hint_write(int err);
const char *displif__xen_hint_tx(int err);
const char *displif__xen_hint_watch(const struct displif_xen *xen, int err, char *buf);

#endif
