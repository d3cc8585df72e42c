/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Which devices there are: watches our part of XenStore, makes and frees guest
 * contexts, and has them look when something of theirs has changed.
 */
#ifndef BE_WATCH_H
#define BE_WATCH_H

#include <displif-xen.h>

#include "guest.h"

/* More devices than that are not served: what a runaway toolstack can make us allocate. */
#define BE_MAX_GUESTS 512u

struct be_watcher {
	struct be_host *host;
	struct displif_xen *xen;
	char base[DISPLIF_XS_PATH]; /* "/local/domain/OWN/backend/vdispl" */
	struct displif_xen_watch *devices, *release;
	uint64_t retry_at; /* when to look again for what failed, or DISPLIF_NEVER */
	bool rescan;	   /* a device may have come */
	bool count;	   /* a domain may have gone */
	bool closed;	   /* take no new ones */
};

/* Starts to watch. Returns 0 or enum displif_err, told. */
int be_watcher_start(struct be_watcher *w, struct be_host *host, struct displif_xen *xen);
/* Frees all guests, ends the watches. */
void be_watcher_stop(struct be_watcher *w);

/* For displif_xen_config.watch. Only takes note. */
void be_watcher_event(struct be_watcher *w, void *tag, const char *path);
/* When to call be_watcher_work(): 0 for at once, or DISPLIF_NEVER. */
uint64_t be_watcher_deadline(const struct be_watcher *w, uint64_t now);
void be_watcher_work(struct be_watcher *w, uint64_t now);

#endif
