/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend's bring-up and tear-down: configuration, mapped rings, bound channels. */
#include "port_priv.h"

int displif_port_back_config(const struct displif_port *port, const char *dir,
			     struct displif_cfg *cfg, struct displif_diag *diag)
{
	struct displif__call c = { port, diag, dir, DISPLIF_NO_CONNECTOR, 0, 0 };

	return displif__port_config(&c, cfg);
}

/* A transport node: a number that is not 0. */
static int read_number(const struct displif__call *c, const char *leaf, uint32_t *value)
{
	char text[DISPLIF_XS_TEXT];
	uint32_t len;
	int err;

	*value = 0;
	err = displif__port_read(c, leaf, 0, text, &len);
	if (err || (!displif_xs_u32(text, len, UINT32_MAX, value, NULL) && *value))
		return err;
	displif__fail_text(c->diag, DISPLIF_E_RANGE, DISPLIF_OP_XS_READ, leaf, text, len,
			   UINT32_MAX);
	if (c->diag)
		c->diag->connector = c->index;
	return DISPLIF_E_RANGE;
}

/* Reads one connector's nodes and maps its two pages. */
static int map_pages(const struct displif__call *c, struct displif_link *link)
{
	uint32_t k;
	int err = 0;

	for (k = 0; k < 2 && !err; k++) {
		err = read_number(c, displif__ring_leaf[k], &link->gref[k]);
		if (!err)
			err = read_number(c, displif__chan_leaf[k], &link->evtchn[k]);
	}
	for (k = 0; k < 2 && !err; k++) {
		struct displif__mapped m;

		err = displif__port_map(c, &link->gref[k], 1, DISPLIF_PORT_WRITE, &m,
					displif__ring_leaf[k]);
		if (!err) {
			link->page[k] = m.va;
			link->map[k] = m.map;
		}
	}
	return err;
}

int displif_port_back_bind(const struct displif_port *port, const char *dir, uint16_t frontend,
			   struct displif_guest *guest, uint32_t n, struct displif_link *link,
			   struct displif_back *back, uint64_t *pend, uint32_t pend_cap,
			   void *const *tag, struct displif_diag *diag)
{
	struct displif__call c = { port, diag, dir, DISPLIF_NO_CONNECTOR, 0, frontend };
	uint32_t i, k, sessions = 0;
	int err = 0;

	if (!n || n > DISPLIF_MAX_CONNECTORS)
		return displif__port_done(&c, DISPLIF_E_INVAL, DISPLIF_OP_CONFIG, "connectors", n);
	memset(link, 0, n * sizeof(*link));
	for (i = 0; i < DISPLIF_MAX_CONNECTORS && i < n && !err; i++) {
		struct displif_link *l = &link[i];

		c.index = i;
		err = map_pages(&c, l);
		if (err)
			break;
		/* Session first: a channel may fire as soon as it is open. */
		err = displif_back_attach(&back[i], guest, i, l->page[DISPLIF_CHAN_REQ],
					  l->page[DISPLIF_CHAN_EVT], pend, pend_cap, diag);
		sessions = i + 1u;
		if (sessions < n)
			pend += pend_cap;
		for (k = 0; k < 2 && !err; k++)
			err = displif__port_open(&c, l, k, true, tag);
	}
	if (!err)
		return 0;
	for (i = 0; i < DISPLIF_MAX_CONNECTORS && i < sessions; i++)
		displif_back_kill(&back[i], err);
	displif__port_close(port, link, n);
	return err;
}

void displif_port_back_close(const struct displif_port *port, struct displif_link *link, uint32_t n)
{
	displif__port_close(port, link, n);
}
