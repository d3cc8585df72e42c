/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Event channels: handlers, masks, and one event that nobody sent for each new port. */
#include <mini-os/errno.h>
#include <mini-os/events.h>

#include "mos_priv.h"

struct mos_chan {
	struct mos_chan *next;
	void *handle;
	evtchn_handler_t handler;
	void *data;
	uint32_t port;
	bool masked, pending;
};

static struct mos_chan *find(uint32_t port, const char *what)
{
	struct mos_chan *c;

	for (c = mos.chan; c && c->port != port; c = c->next)
		;
	if (!c)
		mos_fail("%s of port %u, which is not open", what, port);
	return c;
}

void mos_on_chan(void *arg, void *tag)
{
	(void)arg;
	((struct mos_chan *)tag)->pending = true;
}

bool mos_handle_one(void)
{
	struct mos_chan *c, *best = NULL;
	uint32_t n = 0;

	for (c = mos.chan; c; c = c->next) {
		if (c->pending && !c->masked && (!n++ || mos_chance(n)))
			best = c;
	}
	if (!best)
		return false;
	best->pending = false;
	mos.in_handler = true;
	mos.irqs_off = true;
	best->handler(best->port, NULL, best->data);
	mos.in_handler = false;
	mos.irqs_off = false;
	return true;
}

static int open(domid_t pal, uint32_t remote, evtchn_handler_t handler, void *data,
		evtchn_port_t *port)
{
	struct mos_chan *c;

	mos_point();
	if (mos_refused(MOS_EVTCHN))
		return -ENOSPC;
	c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	c->handler = handler;
	c->data = data;
	if (mos.port.ops->chan_open(mos.port.ctx, pal, remote, c, &c->port, &c->handle)) {
		free(c);
		return -EINVAL;
	}
	/* Masked by us: the fake cannot mask again what was unmasked once. */
	mos.port.ops->chan_enable(mos.port.ctx, c->handle);
	fake_port_raise(mos.dom, c->port);
	c->masked = true;
	c->next = mos.chan;
	mos.chan = c;
	*port = c->port;
	mos_point();
	return 0;
}

int evtchn_alloc_unbound(domid_t pal, evtchn_handler_t handler, void *data, evtchn_port_t *port)
{
	return open(pal, 0, handler, data, port);
}

int evtchn_bind_interdomain(domid_t pal, evtchn_port_t remote_port, evtchn_handler_t handler,
			    void *data, evtchn_port_t *local_port)
{
	return open(pal, remote_port, handler, data, local_port);
}

void unbind_evtchn(evtchn_port_t port)
{
	struct mos_chan **at, *c = find(port, "unbind_evtchn()");

	mos_point();
	if (!c)
		return;
	for (at = &mos.chan; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	mos.port.ops->chan_close(mos.port.ctx, c->handle);
	free(c);
	mos_point();
}

void mask_evtchn(uint32_t port)
{
	struct mos_chan *c = find(port, "mask_evtchn()");

	if (c)
		c->masked = true;
}

void unmask_evtchn(uint32_t port)
{
	struct mos_chan *c = find(port, "unmask_evtchn()");

	if (c)
		c->masked = false;
	mos_point();
}

void clear_evtchn(uint32_t port)
{
	struct mos_chan *c = find(port, "clear_evtchn()");

	if (c)
		c->pending = false;
}

int mos_notify(evtchn_port_t port)
{
	struct mos_chan *c = find(port, "notify_remote_via_evtchn()");

	if (!c)
		return -EINVAL;
	mos.port.ops->chan_notify(mos.port.ctx, c->handle);
	mos_point();
	return 0;
}

void mos_chans_end(void)
{
	struct mos_chan *c;

	while ((c = mos.chan)) {
		mos.chan = c->next;
		free(c);
	}
}
