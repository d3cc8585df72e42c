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
static int read_number(const struct displif__call *c, enum displif__node node, uint32_t *value)
{
	char text[DISPLIF_XS_TEXT];
	uint32_t len;
	int err;

	*value = 0;
	err = displif__port_read(c, node, 0, text, &len);
	if (err || (!displif_xs_u32(text, len, UINT32_MAX, value, NULL) && *value))
		return err;
	displif__fail_text(c->diag, DISPLIF_E_RANGE, DISPLIF__OF(XS_READ, node), text, len,
			   UINT32_MAX);
	if (c->diag)
		c->diag->connector = c->index;
	return DISPLIF_E_RANGE;
}

/* Maps the page of one ring or event page. */
static int map_page(const struct displif__call *c, struct displif_link *link, uint32_t chan,
		    struct displif__mapped *m)
{
	int err = displif__port_map(c, &link->gref[chan], 1, DISPLIF_PORT_WRITE, m,
				    DISPLIF__RING + chan);

	if (err)
		return err;
	link->page[chan] = m->va;
	link->map[chan] = m->map;
	return 0;
}

/*
 * One connector: its nodes, its channels, its two pages, the session on them. Channels first: a frontend may be replaced
 * meanwhile, and the new one's ports often have the old one's numbers. Ports of the dead are seen to be dead later, and grants
 * of the dead cannot be mapped; new ports beside pages that were mapped before would never be found out.
 */
static int bring_up(const struct displif__call *c, struct displif_guest *guest,
		    struct displif_link *link, struct displif_back *back, uint64_t *pend,
		    uint32_t pend_cap, void *const *tag)
{
	struct displif__mapped ring, evt;
	uint32_t k;
	int err = 0;

	for (k = 0; k < 4 && !err; k++)
		err = read_number(c, (enum displif__node)(DISPLIF__RING + k),
				  k < 2 ? &link->gref[k] : &link->evtchn[k & 1u]);
	if (err)
		return err;
	err = displif__port_open(c, link, tag);
	if (err)
		return err;
	err = map_page(c, link, DISPLIF_CHAN_REQ, &ring);
	if (err)
		return err;
	err = map_page(c, link, DISPLIF_CHAN_EVT, &evt);
	if (err)
		return err;
	return displif_back_attach(back, guest, c->index, ring.va, evt.va, pend, pend_cap, c->diag);
}

int displif_port_back_bind(const struct displif_port *port, const char *dir, uint16_t frontend,
			   struct displif_guest *guest, uint32_t n, struct displif_link *link,
			   struct displif_back *back, uint64_t *pend, uint32_t pend_cap,
			   void *const *tag, struct displif_diag *diag)
{
	struct displif__call c = { port, diag, dir, DISPLIF_NO_CONNECTOR, 0, frontend };
	uint32_t i;
	int err = 0;

	if (!n || n > DISPLIF_MAX_CONNECTORS)
		return displif__port_done(&c, DISPLIF_E_INVAL,
					  DISPLIF__OF(CONFIG, DISPLIF__CONNECTORS), n);
	if (pend_cap > DISPLIF_BACK_MAX_PEND)
		pend_cap = 0; /* refused, like that, by the session */
	memset(link, 0, n * sizeof(*link));
	memset(back, 0, n * sizeof(*back));
	for (i = 0; i < DISPLIF_MAX_CONNECTORS && i < n && !err; i++) {
		c.index = i;
		err = bring_up(&c, guest, &link[i], &back[i], pend + i * pend_cap, pend_cap, tag);
	}
	if (!err)
		return 0;
	for (i = 0; i < DISPLIF_MAX_CONNECTORS && i < n; i++)
		displif_back_kill(&back[i], err);
	displif__port_close(port, link, n);
	return err;
}

void displif_port_back_close(const struct displif_port *port, struct displif_link *link, uint32_t n)
{
	displif__port_close(port, link, n);
}
