/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The port layer's common ground: the table's check, its operations with a diagnosis, links. */
#include "port_priv.h"

const char displif__leaf[DISPLIF__LEAVES][DISPLIF__LEAF_MAX] = {
	[DISPLIF__STATE] = "state",
	[DISPLIF__VERSION] = XENDISPL_FIELD_FE_VERSION,
	[DISPLIF__VERSIONS] = XENDISPL_FIELD_BE_VERSIONS,
	[DISPLIF__BE_ALLOC] = XENDISPL_FIELD_BE_ALLOC,
	[DISPLIF__RESOLUTION] = XENDISPL_FIELD_RESOLUTION,
	[DISPLIF__UNIQUE_ID] = XENDISPL_FIELD_UNIQUE_ID,
	[DISPLIF__RING + DISPLIF_CHAN_REQ] = XENDISPL_FIELD_REQ_RING_REF,
	[DISPLIF__RING + DISPLIF_CHAN_EVT] = XENDISPL_FIELD_EVT_RING_REF,
	[DISPLIF__CHAN + DISPLIF_CHAN_REQ] = XENDISPL_FIELD_REQ_CHANNEL,
	[DISPLIF__CHAN + DISPLIF_CHAN_EVT] = XENDISPL_FIELD_EVT_CHANNEL,
};

int displif_port_check(const struct displif_port *port, struct displif_diag *diag)
{
	const struct displif_port_ops *o = port->ops;

	if (!o || o->size < sizeof(*o))
		return displif__fail(diag, DISPLIF_E_INVAL, DISPLIF_OP_CONFIG, "size",
				     o ? o->size : 0, sizeof(*o));
	if (o->share && o->unshare && o->map && o->unmap && !o->grant == !o->ungrant &&
	    o->chan_open && o->chan_enable && o->chan_close && o->chan_notify && o->xs_begin &&
	    o->xs_end && o->xs_read && o->xs_write)
		return 0;
	return displif__fail(diag, DISPLIF_E_INVAL, DISPLIF_OP_CONFIG, "ops", 0, 0);
}

int displif__port_done(const struct displif__call *c, int err, enum displif_diag_op op,
		       const char *node, uint64_t value)
{
	if (!err)
		return 0;
	if (err > 0 || err < DISPLIF_E_BUG)
		err = DISPLIF_E_OS;
	if (err == DISPLIF_E_AGAIN && c->tx)
		return err;
	displif__fail(c->diag, err, op, node, value, err == DISPLIF_E_RANGE ? DISPLIF_XS_TEXT : 0);
	if (c->diag)
		c->diag->connector = c->index;
	return err;
}

int displif__port_share(const struct displif__call *c, uint32_t n, void **va, uint32_t *gref,
			const char *node)
{
	const struct displif_port *port = c->port;
	int err;

	*va = NULL;
	err = port->ops->share(port->ctx, c->dom, n, DISPLIF_PORT_WRITE, va, gref);
	return displif__port_done(c, err, DISPLIF_OP_SHARE, node, n);
}

int displif__port_map(const struct displif__call *c, const uint32_t *gref, uint32_t n,
		      uint32_t flags, struct displif__mapped *m, const char *node)
{
	const struct displif_port *port = c->port;
	int err;

	m->va = NULL;
	m->map = NULL;
	err = port->ops->map(port->ctx, c->dom, gref, n, flags, &m->va, &m->map);
	return displif__port_done(c, err, DISPLIF_OP_MAP, node, n);
}

int displif__port_unmap(const struct displif__call *c, const struct displif__mapped *m)
{
	int err = c->port->ops->unmap(c->port->ctx, m->map);

	return displif__port_done(c, err, DISPLIF_OP_MAP, "unmap", 0);
}

int displif__port_open(const struct displif__call *c, struct displif_link *link, uint32_t chan,
		       bool bind, void *const *tag)
{
	const struct displif_port *port = c->port;
	uint32_t remote = bind ? link->evtchn[chan] : 0;
	uint32_t own = 0;
	void *handle = NULL;
	int err;

	err = port->ops->chan_open(port->ctx, c->dom, remote,
				   tag ? tag[2u * c->index + chan] : NULL, &own, &handle);
	if (err)
		return displif__port_done(c, err, DISPLIF_OP_CHAN,
					  displif__leaf[DISPLIF__CHAN + chan], remote);
	link->chan[chan] = handle;
	if (!bind)
		link->evtchn[chan] = own;
	return 0;
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
		memset(l, 0, sizeof(*l));
	}
}
