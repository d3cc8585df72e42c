/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Discovery of devices in XenStore. */
#include "watch.h"

#include <stdlib.h>
#include <string.h>

#include "devpath.h"
#include "log.h"

/* After a call that failed. */
#define RETRY_MS 100u

static int start_one(struct be_watcher *w, const char *path, void *tag,
		     struct displif_xen_watch **watch)
{
	int err = displif_xen_watch(w->xen, path, tag, watch);

	if (err)
		be_error("cannot watch %s: %s", path, displif_strerror(err));
	return err;
}

int be_watcher_start(struct be_watcher *w, struct be_host *host, struct displif_xen *xen)
{
	char leaf[32], domain[DISPLIF_XS_PATH];
	int err;

	*w = (struct be_watcher){ .host = host, .xen = xen, .retry_at = DISPLIF_NEVER };
	displif_xs_put_u32(leaf, sizeof(leaf), host->domid);
	displif_xs_join(domain, sizeof(domain), "/local/domain", leaf);
	displif_xs_join(w->base, sizeof(w->base), domain, "backend/vdispl");
	err = start_one(w, w->base, &w->devices, &w->devices);
	if (!err)
		err = start_one(w, "@releaseDomain", &w->release, &w->release);
	return err;
}

static void free_guest(struct be_watcher *w, struct be_guest *g)
{
	displif_xen_unwatch(w->xen, g->watch);
	be_info("domain %u device %u has gone", g->domid, g->dev);
	be_guest_free(g);
}

void be_watcher_stop(struct be_watcher *w)
{
	while (w->host && w->host->guests)
		free_guest(w, w->host->guests);
	displif_xen_unwatch(w->xen, w->devices);
	displif_xen_unwatch(w->xen, w->release);
	w->devices = NULL;
	w->release = NULL;
}

/* False: it is to be tried again. */
static bool watch_peer(struct be_watcher *w, struct be_guest *g)
{
	struct be_limit *before = be_log_about(&g->told);
	struct displif_xen_watch *watch = NULL;
	char path[DISPLIF_XS_PATH];

	if (displif_xs_join(path, sizeof(path), g->fe_dir, "state") < 0 ||
	    displif_xen_watch(w->xen, path, g, &watch) != 0)
		be_guest_error(&g->told, "cannot watch %s", path);
	be_log_about(before);
	g->watch = watch;
	return watch;
}

/* The frontend writes its state without end: we look at it later, and do not want to hear of it until then. */
static void calm(struct be_watcher *w, struct be_guest *g, uint64_t now)
{
	displif_xen_unwatch(w->xen, g->watch);
	g->watch = NULL;
	g->watch_at = now + BE_STORM_PAUSE_MS;
}

void be_watcher_event(struct be_watcher *w, void *tag, const char *path)
{
	uint64_t now = displif_loop_clock();
	uint32_t domid, dev;
	struct be_guest *g = NULL;

	if (tag == &w->release) {
		w->count = true;
	} else if (tag == &w->devices) {
		if (be_devpath_parse(w->base, path, &domid, &dev))
			g = be_guest_find(w->host, (uint16_t)domid, dev);
		if (g)
			g->own_dirty = true;
		else
			w->rescan = true;
	} else {
		g = tag;
		g->peer_dirty = true;
		if (be_storm_report(&g->storm, now))
			calm(w, g, now);
	}
}

static uint32_t count_guests(const struct be_watcher *w)
{
	uint32_t n = 0;

	for (const struct be_guest *g = w->host->guests; g; g = g->next)
		n++;
	return n;
}

/*
 * A device's first sight. The guest has not run yet: the toolstack waits for our answer. False if
 * another try is worth while.
 */
static bool meet(struct be_watcher *w, uint16_t domid, uint32_t dev)
{
	char dir[DISPLIF_XS_PATH];
	uint8_t state;
	struct be_guest *g;
	int err;

	if (displif_xs_backend_path(dir, sizeof(dir), w->host->domid, domid, dev) < 0)
		return true;
	err = displif_port_read_state(&w->host->port, dir, &state, NULL);
	if (err)
		return err == DISPLIF_E_ABSENT;
	if (count_guests(w) >= BE_MAX_GUESTS) {
		be_limited_error("domain %u device %u: %u devices are the limit", domid, dev,
				 BE_MAX_GUESTS);
		return true;
	}
	g = be_guest_new(w->host, domid, dev);
	if (!g)
		return false;
	if (!watch_peer(w, g)) {
		be_guest_free(g);
		return false;
	}
	/* The new watch reports at once; then be_guest_look() comes. */
	return true;
}

/* False if there is nothing; what failed is tried again. */
static bool list(struct be_watcher *w, const char *path, char ***names, uint32_t *n, uint64_t now)
{
	int err = displif_xen_list(w->xen, path, names, n);

	if (err && err != DISPLIF_E_ABSENT)
		w->retry_at = now + RETRY_MS;
	return !err;
}

static void scan_domain(struct be_watcher *w, const char *name, uint64_t now)
{
	char path[DISPLIF_XS_PATH];
	char **devs;
	uint32_t n, domid, dev;

	if (displif_xs_u32(name, (uint32_t)strlen(name), BE_MAX_DOMID, &domid, NULL) != 0 ||
	    displif_xs_join(path, sizeof(path), w->base, name) < 0 ||
	    !list(w, path, &devs, &n, now))
		return;
	for (uint32_t i = 0; i < n; i++) {
		if (displif_xs_u32(devs[i], (uint32_t)strlen(devs[i]), UINT32_MAX, &dev, NULL) ==
			    0 &&
		    !be_guest_find(w->host, (uint16_t)domid, dev) && !meet(w, (uint16_t)domid, dev))
			w->retry_at = now + RETRY_MS;
	}
	free(devs);
}

static void scan(struct be_watcher *w, uint64_t now)
{
	char **domains;
	uint32_t n;

	w->rescan = false;
	w->retry_at = DISPLIF_NEVER;
	if (w->closed || !list(w, w->base, &domains, &n, now))
		return;
	for (uint32_t i = 0; i < n; i++)
		scan_domain(w, domains[i], now);
	free(domains);
}

/* A domain that died takes no leave. */
static void count_domains(struct be_watcher *w, uint64_t now)
{
	w->count = false;
	for (struct be_guest *g = w->host->guests; g; g = g->next) {
		if (!g->final && !displif_xen_domain_exists(w->xen, g->domid))
			be_guest_feed(g, DISPLIF_BIN_PEER_GONE, 0, now);
	}
}

uint64_t be_watcher_deadline(const struct be_watcher *w, uint64_t now)
{
	uint64_t first = w->retry_at, waits;

	if (w->rescan || w->count)
		return 0;
	for (const struct be_guest *g = w->host->guests; g; g = g->next) {
		if (g->own_dirty)
			return 0;
		waits = g->peer_dirty ? be_guest_waits(g, now) : DISPLIF_NEVER;
		if (waits < first)
			first = waits;
		if (!g->watch && g->watch_at < first)
			first = g->watch_at;
	}
	return first;
}

void be_watcher_work(struct be_watcher *w, uint64_t now)
{
	struct be_guest *g, *next;

	for (g = w->host->guests; g; g = next) {
		next = g->next;
		if (!g->watch && g->watch_at <= now && !watch_peer(w, g))
			g->watch_at = now + RETRY_MS;
		if (!g->own_dirty && (!g->peer_dirty || be_guest_waits(g, now)))
			continue;
		if (be_guest_look(g, now) == BE_SIGHT_KEEP)
			continue;
		free_guest(w, g);
		/* A new one may be in its place, or one beyond the limit have room now. */
		w->rescan = true;
	}
	if (w->count)
		count_domains(w, now);
	if (w->rescan || w->retry_at <= now)
		scan(w, now);
}
