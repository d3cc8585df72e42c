/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The port layer's common ground: the table's check, its operations with a diagnosis, links. */
#include "port_priv.h"

int displif_port_check(const struct displif_port *port, struct displif_diag *diag)
{
	const struct displif_port_ops *ops = port->ops;
	uint32_t size = ops ? ops->size : 0;

	if (size >= sizeof(*ops) && ops->share && ops->unshare && ops->map && ops->unmap &&
	    ops->chan_open && ops->chan_enable && ops->chan_close && ops->chan_notify &&
	    ops->xs_begin && ops->xs_end && ops->xs_read && ops->xs_write &&
	    !ops->grant == !ops->ungrant)
		return 0;
	return displif__fail(diag, DISPLIF_E_INVAL, DISPLIF__OF(CONFIG, DISPLIF__OPS), size,
			     sizeof(*ops));
}

int displif__port_fail(const struct displif__call *c, int err, uint32_t of, uint64_t value,
		       uint64_t limit)
{
	if (err > 0 || err < DISPLIF_E_BUG)
		err = DISPLIF_E_OS;
	displif__fail(c->diag, err, of, value, limit);
	if (c->diag)
		c->diag->connector = c->index;
	return err;
}

int displif__port_done(const struct displif__call *c, int err, uint32_t of, uint64_t value)
{
	if (!err || (err == DISPLIF_E_AGAIN && c->tx))
		return err;
	return displif__port_fail(c, err, of, value, err == DISPLIF_E_RANGE ? DISPLIF_XS_TEXT : 0);
}

int displif__port_share(const struct displif__call *c, uint32_t n, void **va, uint32_t *gref,
			uint32_t node)
{
	const struct displif_port *port = c->port;
	int err;

	*va = NULL;
	err = port->ops->share(port->ctx, c->dom, n, DISPLIF_PORT_WRITE, va, gref);
	return displif__port_done(c, err, DISPLIF__OF(SHARE, node), n);
}

int displif__port_map(const struct displif__call *c, const uint32_t *gref, uint32_t n,
		      uint32_t flags, struct displif__mapped *m, uint32_t node)
{
	const struct displif_port *port = c->port;
	int err;

	m->va = NULL;
	m->map = NULL;
	err = port->ops->map(port->ctx, c->dom, gref, n, flags, &m->va, &m->map);
	return displif__port_done(c, err, DISPLIF__OF(MAP, node), n);
}

int displif__port_unmap(const struct displif__call *c, const struct displif__mapped *m)
{
	int err = c->port->ops->unmap(c->port->ctx, m->map);

	return displif__port_done(c, err, DISPLIF__OF(MAP, DISPLIF__UNMAP), 0);
}

int displif__port_open(const struct displif__call *c, struct displif_link *link, void *const *tag)
{
	const struct displif_port *port = c->port;
	uint32_t k;
	int err = 0;

	for (k = 0; k < 2 && !err; k++) {
		uint32_t remote = link->evtchn[k], own = 0;
		void *handle = NULL;

		err = port->ops->chan_open(port->ctx, c->dom, remote,
					   tag ? tag[2u * c->index + k] : NULL, &own, &handle);
		err = displif__port_done(c, err, DISPLIF__OF(CHAN, DISPLIF__CHAN + k), remote);
		if (!err) {
			link->chan[k] = handle;
			link->evtchn[k] = remote ? remote : own;
		}
	}
	return err;
}

void displif_port_enable(const struct displif_port *port, struct displif_link *link, uint32_t n)
{
	uint32_t i, c;

	for (i = 0; i < DISPLIF_MAX_CONNECTORS && i < n; i++)
		for (c = 0; c < 2; c++)
			if (link[i].chan[c])
				port->ops->chan_enable(port->ctx, link[i].chan[c]);
}

void displif__port_close(const struct displif_port *port, struct displif_link *link, uint32_t n)
{
	const struct displif_port_ops *ops = port->ops;
	uint32_t i, c;

	for (i = 0; i < DISPLIF_MAX_CONNECTORS && i < n; i++) {
		struct displif_link *l = &link[i];

		for (c = 0; c < 2; c++)
			if (l->chan[c])
				ops->chan_close(port->ctx, l->chan[c]);
		for (c = 0; c < 2; c++) {
			if (l->map[c])
				ops->unmap(port->ctx, l->map[c]);
			else if (l->page[c])
				ops->unshare(port->ctx, l->page[c], &l->gref[c], 1);
		}
		*l = (struct displif_link){ 0 };
	}
}
