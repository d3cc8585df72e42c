/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Event channels: ports that are unbound, bound, pending and masked, and the
 * handles that a domain has on them.
 *
 * As in the hypervisor: a bind makes the binder's own port pending, since a
 * notification may have been lost before; closing one end makes the other
 * unbound for the closer's domain, which may bind it again; a notification
 * on an unbound port is dropped.
 */
#include "fake_priv.h"

static struct fake_port *port_at(const struct fake_dom *d, uint32_t port)
{
	if (!port || port >= d->port_top || d->port[port].state == FAKE_PORT_CLOSED)
		return NULL;
	return &d->port[port];
}

/* The lowest free port; closed ones come back soon, as everything stale should hurt. */
static uint32_t port_take(struct fake_dom *d)
{
	uint32_t i;

	if (!d->port) {
		d->port = fake__alloc(d->w->limits.ports + 1u, sizeof(*d->port));
		d->port_top = 1;
	}
	for (i = 1; i < d->port_top && d->port[i].state != FAKE_PORT_CLOSED; i++)
		;
	if (i > d->w->limits.ports)
		return 0;
	if (i == d->port_top)
		d->port_top++;
	memset(&d->port[i], 0, sizeof(d->port[i]));
	d->port[i].masked = true;
	return i;
}

static void port_pend(struct fake_dom *d, uint32_t port)
{
	struct fake_port *p = &d->port[port];

	if (p->pending)
		return;
	p->pending = true;
	p->since = ++d->w->order;
}

uint32_t fake__port_alloc(struct fake_dom *d, uint16_t remote)
{
	uint32_t port = port_take(d);

	if (port) {
		d->port[port].state = FAKE_PORT_UNBOUND;
		d->port[port].remote = remote;
	}
	return port;
}

uint32_t fake__port_bind(struct fake_dom *d, uint16_t dom, uint32_t port)
{
	struct fake_dom *peer = fake_dom_get(d->w, dom);
	struct fake_port *theirs = peer ? port_at(peer, port) : NULL;
	uint32_t mine;

	if (!theirs || theirs->state != FAKE_PORT_UNBOUND || theirs->remote != d->id)
		return 0;
	mine = port_take(d);
	if (!mine)
		return 0;
	theirs = &peer->port[port]; /* of one domain: the table may be new */
	d->port[mine].state = FAKE_PORT_BOUND;
	d->port[mine].peer = peer;
	d->port[mine].peer_port = port;
	theirs->state = FAKE_PORT_BOUND;
	theirs->peer = d;
	theirs->peer_port = mine;
	port_pend(d, mine);
	return mine;
}

void fake__port_close(struct fake_dom *d, uint32_t port)
{
	struct fake_port *p = port_at(d, port);

	if (!p)
		return;
	if (p->state == FAKE_PORT_BOUND) {
		struct fake_port *theirs = &p->peer->port[p->peer_port];

		theirs->state = FAKE_PORT_UNBOUND;
		theirs->remote = d->id;
		theirs->peer = NULL;
	}
	if (p->chan)
		p->chan->port = 0;
	memset(p, 0, sizeof(*p));
	while (d->port_top > 1 && d->port[d->port_top - 1u].state == FAKE_PORT_CLOSED)
		d->port_top--;
}

void fake__port_notify(struct fake_dom *d, uint32_t port)
{
	struct fake_port *p = port_at(d, port);

	if (p && p->state == FAKE_PORT_BOUND)
		port_pend(p->peer, p->peer_port);
}

enum fake_port_state fake_port_state(const struct fake_dom *d, uint32_t port)
{
	struct fake_port *p = port_at(d, port);

	return p ? (enum fake_port_state)p->state : FAKE_PORT_CLOSED;
}

bool fake_port_pending(const struct fake_dom *d, uint32_t port)
{
	struct fake_port *p = port_at(d, port);

	return p && p->pending;
}

void fake_port_raise(struct fake_dom *d, uint32_t port)
{
	if (port_at(d, port))
		port_pend(d, port);
}

struct fake_chan *fake__chan(struct fake_dom *d, void *handle, const char *what)
{
	struct fake_chan *c;

	for (c = d->chan; c && c != handle; c = c->next)
		;
	if (!c)
		fake__violation(d->w, "domain %u: %s of a channel that is not open", d->id, what);
	return c;
}

void fake__chan_free(struct fake_chan *chan)
{
	struct fake_chan **p;

	if (chan->d->running == chan)
		fake__violation(chan->d->w, "domain %u closed a channel in its own handler",
				chan->d->id);
	for (p = &chan->d->chan; *p != chan; p = &(*p)->next)
		;
	*p = chan->next;
	fake__port_close(chan->d, chan->port);
	free(chan);
}

void fake__ports_end(struct fake_dom *d, bool forget)
{
	struct fake_chan *c;
	uint32_t i;

	for (i = d->port_top; i-- > 1;)
		fake__port_close(d, i);
	for (c = d->chan; forget && c; c = c->next)
		c->dead = true;
}
