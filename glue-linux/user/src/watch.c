/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * XenStore watches: each with a token of its own, never used again, so that late reports of
 * a removed watch are known and dropped.
 */
#include "xen_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reports taken in one go: others wait for their turn in the loop. */
#define WATCH_BUDGET 64u

int displif_xen_watch(struct displif_xen *xen, const char *path, void *tag,
		      struct displif_xen_watch **watch)
{
	size_t size = strlen(path) + 1;
	char hint[DISPLIF__XEN_HINT];
	struct displif_xen_watch *w;

	*watch = NULL;
	if (!xen->config.watch)
		return DISPLIF_E_INVAL;
	w = calloc(1, sizeof(*w) + size);
	if (!w) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR, "xs_watch(%s): out of memory", path);
		return DISPLIF_E_OS;
	}
	memcpy(w->path, path, size);
	w->tag = tag;
	w->id = ++xen->watch_id;
	snprintf(w->token, sizeof(w->token), "displif-%x", w->id);
	/* Linked first: libxenstore's thread may have the first report ready at once. */
	w->next = xen->watches;
	w->pprev = &xen->watches;
	if (w->next)
		w->next->pprev = &w->next;
	xen->watches = w;
	xen->stats.watches++;
	if (!xs_watch(xen->xs, w->path, w->token)) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR, "xs_watch(%s): %s%s", path,
				 strerror(errno), displif__xen_hint_watch(xen, errno, hint));
		*w->pprev = w->next;
		if (w->next)
			w->next->pprev = w->pprev;
		xen->stats.watches--;
		free(w);
		return DISPLIF_E_OS;
	}
	*watch = w;
	return 0;
}

void displif_xen_unwatch(struct displif_xen *xen, struct displif_xen_watch *w)
{
	if (!w)
		return;
	/* ENOENT: XenStore drops a domain's watches on its own in some cases. */
	if (!xs_unwatch(xen->xs, w->path, w->token) && errno != ENOENT)
		displif__xen_log(xen, DISPLIF_XEN_WARNING, "xs_unwatch(%s): %s", w->path,
				 strerror(errno));
	*w->pprev = w->next;
	if (w->next)
		w->next->pprev = w->pprev;
	xen->stats.watches--;
	free(w);
}

static struct displif_xen_watch *watch_find(const struct displif_xen *xen, const char *token)
{
	struct displif_xen_watch *w;

	for (w = xen->watches; w; w = w->next)
		if (!strcmp(w->token, token))
			return w;
	return NULL;
}

static void report(struct displif_xen *xen, char **event)
{
	struct displif_xen_watch *w;

	if (!event)
		return;
	w = watch_find(xen, event[XS_WATCH_TOKEN]);
	if (w)
		xen->config.watch(xen->config.arg, w->tag, event[XS_WATCH_PATH]);
	free(event);
}

static bool same(char **a, char **b)
{
	return a && b && !strcmp(a[XS_WATCH_TOKEN], b[XS_WATCH_TOKEN]) &&
	       !strcmp(a[XS_WATCH_PATH], b[XS_WATCH_PATH]);
}

int displif_xen_ready_watch(struct displif_xen *xen)
{
	char **last = NULL, **event;
	int err = 0;
	uint32_t i;

	if (xen->xs_gone)
		return DISPLIF_E_GONE;
	xen->more_watches = false;
	for (i = 0; i < WATCH_BUDGET; i++) {
		event = xs_check_watch(xen->xs);
		if (!event)
			break;
		xen->stats.watch_events++;
		if (same(last, event))
			free(last); /* the later one is reported: nothing between them is missed */
		else
			report(xen, last);
		last = event;
	}
	if (i == WATCH_BUDGET) {
		/* The descriptor need not be readable any more. */
		xen->more_watches = true;
	} else if (errno == ENOMEM) {
		displif__xen_log(xen, DISPLIF_XEN_WARNING,
				 "xs_check_watch(): %s; all %u watches are looked at",
				 strerror(errno), xen->stats.watches);
		xen->more_watches = true;
		xen->resync = true;
	} else if (errno != EAGAIN) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR,
				 "xs_check_watch(): %s (the connection to xenstored broke)",
				 strerror(errno));
		xen->xs_gone = true;
		err = DISPLIF_E_GONE;
	}
	report(xen, last);
	return err;
}

/* Reports every watch, in the order of their making; callbacks may remove any. */
static void resync(struct displif_xen *xen)
{
	struct displif_xen_watch *w, *best;
	uint32_t last = 0, end = xen->watch_id;

	xen->resync = false;
	for (;;) {
		best = NULL;
		for (w = xen->watches; w; w = w->next)
			if (w->id > last && w->id <= end && (!best || w->id < best->id))
				best = w;
		if (!best)
			return;
		last = best->id;
		xen->config.watch(xen->config.arg, best->tag, best->path);
	}
}

void displif__xen_watches_fire(struct displif_xen *xen)
{
	if (xen->resync)
		resync(xen);
	if (xen->more_watches)
		displif_xen_ready_watch(xen);
}

void displif__xen_watches_free(struct displif_xen *xen)
{
	while (xen->watches) {
		displif__xen_log(xen, DISPLIF_XEN_WARNING, "leaked: the watch of %s",
				 xen->watches->path);
		displif_xen_unwatch(xen, xen->watches);
	}
}
