/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The port layer's common ground: the table's check, its operations with a diagnosis, links. */
#include "port_priv.h"

const char displif__node[DISPLIF__NODES][DISPLIF__NODE_MAX] = {
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
	[DISPLIF__DBUF] = "dbuf",
	[DISPLIF__GREF] = "gref",
	[DISPLIF__DIRECTORY] = "gref_directory",
	[DISPLIF__BUFFER_SZ] = "buffer_sz",
	[DISPLIF__CONNECTORS] = "connectors",
	[DISPLIF__CFG] = "cfg",
	[DISPLIF__UNMAP] = "unmap",
};

/* Where the functions that every glue must have lie in the table. */
#define AT(op) (uint8_t) offsetof(struct displif_port_ops, op)
static const uint8_t needed[] = {
	AT(share),	AT(unshare),	 AT(map),      AT(unmap),  AT(chan_open), AT(chan_enable),
	AT(chan_close), AT(chan_notify), AT(xs_begin), AT(xs_end), AT(xs_read),	  AT(xs_write),
};

int displif_port_check(const struct displif_port *port, struct displif_diag *diag)
{
	const struct displif_port_ops *ops = port->ops;
	uint32_t size = ops ? ops->size : 0;
	uint32_t i = 0;

	if (size >= sizeof(*ops)) {
		for (i = 0; i < sizeof(needed); i++) {
			void (*op)(void) = NULL;

			memcpy(&op, (const char *)ops + needed[i], sizeof(op));
			if (!op)
				break;
		}
		if (i == sizeof(needed) && !ops->grant == !ops->ungrant)
			return 0;
	}
	return displif__fail(diag, DISPLIF_E_INVAL, DISPLIF_OP_CONFIG, "ops", size, sizeof(*ops));
}

int displif__port_fail(const struct displif__call *c, int err, uint32_t of, uint64_t value,
		       uint64_t limit)
{
	if (err > 0 || err < DISPLIF_E_BUG)
		err = DISPLIF_E_OS;
	displif__fail(c->diag, err, (enum displif_diag_op)(of >> 8),
		      displif__node[of & (DISPLIF__NODES - 1u)], value, limit);
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
		return displif__port_done(c, err, DISPLIF__OF(CHAN, DISPLIF__CHAN + chan), remote);
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
