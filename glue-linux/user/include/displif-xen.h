/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The port layer's table of functions on Xen's user-space libraries for Linux:
 * libxenstore, libxengnttab, libxenevtchn. For backends and user-space frontends.
 *
 * Context: one thread for a handle and all its callbacks, except chan_notify() of
 * the table, which any thread may call. Callbacks run inside displif_xen_ready_*() and
 * displif_xen_fire() only, hence in the loop after displif_xen_attach(). They may
 * call everything here but displif_xen_close().
 *
 * Nothing is printed: what fails is told to the log callback, with the call, its
 * object (domain, port, grant, path), the errno and, where one is likely, the
 * limit to raise.
 *
 * Calls of a busy channel, besides the loop's wait: one read for up to 64 ports, one
 * write that unmasks them all, one ioctl for each notification.
 *
 * Differences to other ports: no grant()/ungrant() (gntalloc grants only what it
 * allocates). Pages that the peer still maps after unshare() are kept by the
 * kernel, which does not tell how many they are. A channel may be closed in its
 * own callback. chan_alive() asks Xen through /dev/xen/privcmd, which is opened with
 * the first question; without it the answer is UNSUPPORTED. copy() maps
 * the page on kernels that have no grant copy (before 4.8).
 */
#ifndef DISPLIF_XEN_H
#define DISPLIF_XEN_H

#include <displif/port.h>
#include <displif-loop.h>

DISPLIF_BEGIN_DECLS

struct displif_xen;

enum displif_xen_level {
	DISPLIF_XEN_ERROR = 0, /* a call failed, its caller gets an error */
	DISPLIF_XEN_WARNING,   /* a call failed that has no way to say so, or something leaked */
	DISPLIF_XEN_DEBUG, /* expected failures (absent nodes are not logged), messages of Xen's libraries */
};

struct displif_xen_config {
	/* May be NULL. @text: one line without newline, valid during the call. */
	void (*log)(void *arg, enum displif_xen_level level, const char *text);
	/*
	 * A channel that is enabled fired; @tag as given to chan_open(). Returns false if nothing had come
	 * (displif_front_idle(), displif_back_idle()): after some of these in a row the port
	 * stays masked for a growing time, up to 128 ms. May be NULL if no channel is opened.
	 */
	bool (*event)(void *arg, void *tag);
	/*
	 * A watched node or one below it may have changed; @tag as given to displif_xen_watch(), @path: the node.
	 * Repeated reports of one path are joined. May be NULL if nothing is watched.
	 */
	void (*watch)(void *arg, void *tag, const char *path);
	void *arg;
};

/*
 * Opens event channels and XenStore; grant devices are opened when they are first needed.
 * *@config is copied. Returns 0 and *@xen; OS (logged, *@xen is NULL); INVAL if both pointers are not there.
 */
DISPLIF_API int displif_xen_open(const struct displif_xen_config *config, struct displif_xen **xen);
/*
 * Ends everything that is still open (logged as leaked), detaches from the loop (which must
 * still be there), frees. NULL is allowed.
 */
DISPLIF_API void displif_xen_close(struct displif_xen *xen);

/* The table and its context, valid until displif_xen_close(). */
DISPLIF_API struct displif_port displif_xen_port(struct displif_xen *xen);

/* --- the loop --- */

/* Adds the descriptors and the deadline to @loop, until displif_xen_close(). Returns 0; STATE if attached; OS. */
DISPLIF_API int displif_xen_attach(struct displif_xen *xen, struct displif_loop *loop);

/* For loops of another kind: both descriptors are for reading, level-triggered. */
DISPLIF_API int displif_xen_evtchn_fd(const struct displif_xen *xen);
DISPLIF_API int displif_xen_watch_fd(const struct displif_xen *xen);
/* The descriptor is readable: calls config.event for each port. Bounded. Returns 0; OS. */
DISPLIF_API int displif_xen_ready_evtchn(struct displif_xen *xen);
/* The descriptor is readable: calls config.watch. Bounded. Returns 0; GONE: XenStore's connection broke, for good. */
DISPLIF_API int displif_xen_ready_watch(struct displif_xen *xen);
/* When to call displif_xen_fire(): 0 for at once, ms of displif_loop_clock(), DISPLIF_NEVER. */
DISPLIF_API uint64_t displif_xen_deadline(const struct displif_xen *xen);
/* Delivers what waited for chan_enable(), unmasks ports whose pause is over. */
DISPLIF_API void displif_xen_fire(struct displif_xen *xen, uint64_t now);

/* --- XenStore, beyond the table --- */

struct displif_xen_watch;

/*
 * Watches @path and all below; it is reported once at once. Special paths
 * ("@releaseDomain") are allowed. Starts libxenstore's thread with the first one.
 * Returns 0 and *@watch; OS.
 */
DISPLIF_API int displif_xen_watch(struct displif_xen *xen, const char *path, void *tag,
				  struct displif_xen_watch **watch);
/* No more reports of it, not even of changes that already happened. NULL is allowed. */
DISPLIF_API void displif_xen_unwatch(struct displif_xen *xen, struct displif_xen_watch *watch);

/*
 * The names in directory @path: *@names is an array of *@n texts, to be freed with one free().
 * Returns 0; ABSENT (both are zero then); OS.
 */
DISPLIF_API int displif_xen_list(struct displif_xen *xen, const char *path, char ***names,
				 uint32_t *n);
/* Our own domain, from the node "domid". Returns 0; ABSENT, RANGE, OS. */
DISPLIF_API int displif_xen_domid(struct displif_xen *xen, uint16_t *domid);
/* Whether XenStore still knows the domain (see "@releaseDomain"); false also if that cannot be asked. */
DISPLIF_API bool displif_xen_domain_exists(struct displif_xen *xen, uint16_t domid);

/* --- figures --- */

struct displif_xen_stats {
	/* open now */
	uint32_t chans, maps, map_pages, shares, share_pages, watches;
	/* since the beginning */
	uint64_t events;		   /* calls of config.event */
	uint64_t spurious;		   /* of those, with nothing new */
	uint64_t stale;			   /* ports reported after they were closed */
	uint64_t reads, unmasks, notifies; /* system calls on the evtchn descriptor */
	uint64_t copies;		   /* grant copies */
	uint64_t watch_events;		   /* reports from XenStore, before joining */
};

DISPLIF_API void displif_xen_get_stats(const struct displif_xen *xen,
				       struct displif_xen_stats *stats);

/*
 * gntalloc's limit: pages that all programs of this domain together may share, and those that
 * this handle shares now. *@limit is UINT32_MAX if it cannot be read. For programs that choose a size by it.
 */
DISPLIF_API void displif_xen_share_limit(const struct displif_xen *xen, uint32_t *limit,
					 uint32_t *used);

DISPLIF_END_DECLS

#endif
