/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Event channels over one descriptor: opening, dispatching, pausing.
 *
 * The descriptor's ABI (Linux, xen/sys/evtchn.h): read() gives an array of ports that
 * fired, each masked by the kernel from then on; write() of an array of ports unmasks them. A
 * port that is not ours or not masked is ignored by write(). libxenevtchn reads and
 * writes one port a call, so the two are done here. What fires while a port is masked
 * stays pending in Xen and is delivered after the unmask.
 *
 * The kernel's late-EOI throttle cannot be told from user space that an event
 * was spurious, so the pause against a peer that notifies without end is ours.
 */
#include "xen_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <xen/sys/evtchn.h>

#define BATCH 64u

/* Empty events in a row that cost nothing, then pauses of 1, 2, 4 .. ms. */
#define SPURIOUS_FREE 4u
#define SPURIOUS_MAX 12u /* 1 << (12 - 5) = 128 ms */

/* How long to wait until an unmask that failed is tried again. */
#define RETRY_MS 10u

/* Ports to unmask with one write(). */
struct batch {
	evtchn_port_t port[BATCH];
	uint32_t n;
};

static struct displif__xen_chan *chan_find(const struct displif_xen *xen, uint32_t port)
{
	if (port / XEN_PORT_CHUNK >= XEN_PORT_CHUNKS || !xen->chunk[port / XEN_PORT_CHUNK])
		return NULL;
	return xen->chunk[port / XEN_PORT_CHUNK][port % XEN_PORT_CHUNK];
}

/* Makes room for a port number. */
static int chan_reserve(struct displif_xen *xen, uint32_t port)
{
	struct displif__xen_chan ***chunk;

	if (port / XEN_PORT_CHUNK >= XEN_PORT_CHUNKS) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR, "event channel %u: above the limit of %u",
				 port, XEN_PORT_CHUNK * XEN_PORT_CHUNKS - 1);
		return DISPLIF_E_OS;
	}
	chunk = &xen->chunk[port / XEN_PORT_CHUNK];
	if (!*chunk)
		*chunk = calloc(XEN_PORT_CHUNK, sizeof(**chunk));
	if (!*chunk) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR, "event channel %u: out of memory", port);
		return DISPLIF_E_OS;
	}
	return 0;
}

static void chan_wait(struct displif_xen *xen, struct displif__xen_chan *c, uint64_t due)
{
	if (c->due != DISPLIF_NEVER)
		xen->waiting--;
	c->due = due;
	if (c->due != DISPLIF_NEVER)
		xen->waiting++;
}

static int chan_bind(struct displif_xen *xen, uint16_t dom, uint32_t remote)
{
	char hint[DISPLIF__XEN_HINT];
	int port;

	if (remote)
		port = xenevtchn_bind_interdomain(xen->evtchn, dom, remote);
	else
		port = xenevtchn_bind_unbound_port(xen->evtchn, dom);
	if (port >= 0)
		return port;
	if (remote)
		displif__xen_log(xen, DISPLIF_XEN_ERROR,
				 "xenevtchn_bind_interdomain(domain %u, remote port %u): %s%s", dom,
				 remote, strerror(errno),
				 displif__xen_hint_chan(xen, errno, true, hint));
	else
		displif__xen_log(xen, DISPLIF_XEN_ERROR,
				 "xenevtchn_bind_unbound_port(domain %u): %s%s", dom,
				 strerror(errno), displif__xen_hint_chan(xen, errno, false, hint));
	return -1;
}

static void chan_unbind(struct displif_xen *xen, uint32_t port, uint16_t dom)
{
	if (xenevtchn_unbind(xen->evtchn, port))
		displif__xen_log(xen, DISPLIF_XEN_WARNING,
				 "xenevtchn_unbind(port %u, domain %u): %s", port, dom,
				 strerror(errno));
}

int displif__xen_chan_open(void *ctx, uint16_t dom, uint32_t remote, void *tag, uint32_t *port,
			   void **chan)
{
	struct displif_xen *xen = ctx;
	struct displif__xen_chan *c;
	int local;

	*port = 0;
	*chan = NULL;
	if (!xen->config.event)
		return DISPLIF_E_INVAL;
	c = calloc(1, sizeof(*c));
	if (!c) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR,
				 "event channel to domain %u: out of memory", dom);
		return DISPLIF_E_OS;
	}
	local = chan_bind(xen, dom, remote);
	if (local < 0) {
		free(c);
		return DISPLIF_E_OS;
	}
	if (chan_reserve(xen, (uint32_t)local)) {
		chan_unbind(xen, (uint32_t)local, dom);
		free(c);
		return DISPLIF_E_OS;
	}
	c->port = (uint32_t)local;
	c->dom = dom;
	c->tag = tag;
	c->due = DISPLIF_NEVER;
	c->serial = ++xen->serial;
	c->next = xen->chans;
	c->pprev = &xen->chans;
	if (c->next)
		c->next->pprev = &c->next;
	xen->chans = c;
	xen->chunk[c->port / XEN_PORT_CHUNK][c->port % XEN_PORT_CHUNK] = c;
	xen->stats.chans++;
	*port = c->port;
	*chan = c;
	return 0;
}

void displif__xen_chan_enable(void *ctx, void *chan)
{
	struct displif__xen_chan *c = chan;

	c->enabled = true;
	if (c->pending)
		chan_wait(ctx, c, 0);
}

void displif__xen_chan_close(void *ctx, void *chan)
{
	struct displif_xen *xen = ctx;
	struct displif__xen_chan *c = chan;

	chan_wait(xen, c, DISPLIF_NEVER);
	chan_unbind(xen, c->port, c->dom);
	xen->chunk[c->port / XEN_PORT_CHUNK][c->port % XEN_PORT_CHUNK] = NULL;
	*c->pprev = c->next;
	if (c->next)
		c->next->pprev = c->pprev;
	xen->stats.chans--;
	free(c);
}

void displif__xen_chan_notify(void *ctx, void *chan)
{
	struct displif_xen *xen = ctx;
	const struct displif__xen_chan *c = chan;

	__atomic_fetch_add(&xen->notifies, 1, __ATOMIC_RELAXED);
	if (xenevtchn_notify(xen->evtchn, c->port))
		displif__xen_log(xen, DISPLIF_XEN_WARNING,
				 "xenevtchn_notify(port %u, domain %u): %s", c->port, c->dom,
				 strerror(errno));
}

static void batch_flush(struct displif_xen *xen, struct batch *b)
{
	size_t bytes = b->n * sizeof(b->port[0]);
	struct displif__xen_chan *c;
	uint32_t i;

	if (!b->n)
		return;
	xen->stats.unmasks++;
	if (write(xenevtchn_fd(xen->evtchn), b->port, bytes) != (ssize_t)bytes) {
		displif__xen_log(
			xen, DISPLIF_XEN_WARNING,
			"write(/dev/xen/evtchn, %u ports from %u on to unmask): %s; again in %u ms",
			b->n, b->port[0], strerror(errno), RETRY_MS);
		for (i = 0; i < b->n; i++) {
			c = chan_find(xen, b->port[i]);
			if (c && c->due == DISPLIF_NEVER)
				chan_wait(xen, c, displif_loop_clock() + RETRY_MS);
		}
	}
	b->n = 0;
}

static void batch_add(struct displif_xen *xen, struct batch *b, uint32_t port)
{
	if (b->n == BATCH)
		batch_flush(xen, b);
	b->port[b->n++] = port;
}

/* A port fired and is masked: calls the owner, then unmasks or pauses it. */
static void chan_fire(struct displif_xen *xen, uint32_t port, struct batch *b)
{
	struct displif__xen_chan *c = chan_find(xen, port);
	uint64_t serial;
	bool real;

	if (!c) {
		xen->stats.stale++;
		return;
	}
	if (!c->enabled) {
		c->pending = true;
		return;
	}
	c->pending = false;
	chan_wait(xen, c, DISPLIF_NEVER);
	serial = c->serial;
	xen->stats.events++;
	real = xen->config.event(xen->config.arg, c->tag);
	if (!real)
		xen->stats.spurious++;
	c = chan_find(xen, port);
	if (!c || c->serial != serial)
		return; /* closed in its own callback */
	if (real)
		c->spurious = 0;
	else if (c->spurious < SPURIOUS_MAX)
		c->spurious++;
	if (c->spurious > SPURIOUS_FREE)
		chan_wait(xen, c, displif_loop_clock() + (1u << (c->spurious - SPURIOUS_FREE - 1)));
	else
		batch_add(xen, b, port);
}

/* The kernel's list of ports overflowed: which ones fired is lost, so all count as fired. */
static void chan_reset(struct displif_xen *xen)
{
	struct displif__xen_chan *c;

	displif__xen_log(xen, DISPLIF_XEN_WARNING,
			 "read(/dev/xen/evtchn): %s; all %u event channels are looked at",
			 strerror(errno), xen->stats.chans);
	if (ioctl(xenevtchn_fd(xen->evtchn), IOCTL_EVTCHN_RESET, 0))
		displif__xen_log(xen, DISPLIF_XEN_WARNING, "ioctl(IOCTL_EVTCHN_RESET): %s",
				 strerror(errno));
	for (c = xen->chans; c; c = c->next) {
		c->pending = true;
		if (c->enabled)
			chan_wait(xen, c, 0);
	}
}

int displif_xen_ready_evtchn(struct displif_xen *xen)
{
	evtchn_port_t port[BATCH];
	struct batch b;
	ssize_t got;
	uint32_t i;

	b.n = 0;
	xen->stats.reads++;
	got = read(xenevtchn_fd(xen->evtchn), port, sizeof(port));
	if (got < 0) {
		if (errno == EAGAIN || errno == EINTR)
			return 0;
		if (errno == EFBIG) {
			chan_reset(xen);
			return 0;
		}
		displif__xen_log(xen, DISPLIF_XEN_ERROR, "read(/dev/xen/evtchn): %s",
				 strerror(errno));
		return DISPLIF_E_OS;
	}
	for (i = 0; i < (size_t)got / sizeof(port[0]); i++)
		chan_fire(xen, port[i], &b);
	batch_flush(xen, &b);
	return 0;
}

uint64_t displif_xen_deadline(const struct displif_xen *xen)
{
	const struct displif__xen_chan *c;
	uint64_t due = DISPLIF_NEVER;

	if (xen->more_watches || xen->resync)
		return 0;
	if (!xen->waiting)
		return DISPLIF_NEVER;
	for (c = xen->chans; c; c = c->next)
		if (c->due < due)
			due = c->due;
	return due;
}

void displif_xen_fire(struct displif_xen *xen, uint64_t now)
{
	struct displif__xen_chan *c;
	evtchn_port_t port[BATCH];
	uint32_t n = 0, i;
	struct batch b;

	if (xen->waiting) {
		/* Ports first: a callback may close any channel. What does not fit is still due. */
		for (c = xen->chans; c && n < BATCH; c = c->next)
			if (c->due <= now)
				port[n++] = c->port;
		b.n = 0;
		for (i = 0; i < n; i++) {
			c = chan_find(xen, port[i]);
			if (!c || c->due > now)
				continue;
			if (c->pending) {
				chan_fire(xen, port[i], &b);
			} else {
				chan_wait(xen, c, DISPLIF_NEVER);
				batch_add(xen, &b, port[i]);
			}
		}
		batch_flush(xen, &b);
	}
	displif__xen_watches_fire(xen);
}

void displif__xen_chans_free(struct displif_xen *xen)
{
	uint32_t i;

	while (xen->chans) {
		displif__xen_log(xen, DISPLIF_XEN_WARNING, "leaked: event channel %u of domain %u",
				 xen->chans->port, xen->chans->dom);
		displif__xen_chan_close(xen, xen->chans);
	}
	for (i = 0; i < XEN_PORT_CHUNKS; i++)
		free(xen->chunk[i]);
}
