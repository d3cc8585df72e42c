/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The frontend's bring-up and tear-down: configuration, shared pages, channels, published nodes. */
#include "port_priv.h"

int displif_port_front_config(const struct displif_port *port, const char *dir,
			      const char *backend_dir, struct displif_cfg *cfg,
			      struct displif_diag *diag)
{
	struct displif__call c = { port, diag, backend_dir, DISPLIF_NO_CONNECTOR, 0, 0 };
	char text[DISPLIF_XS_TEXT];
	uint32_t len;
	int err;

	cfg->version = 1;
	err = displif__port_read(&c, DISPLIF__VERSIONS, DISPLIF__MAY_BE_ABSENT, text, &len);
	if (!err)
		err = displif_xs_versions(text, len, XENDISPL_PROTOCOL_VERSION_INT, &cfg->version,
					  diag);
	if (err < 0)
		return err;
	c.dir = dir;
	return displif__port_config(&c, cfg);
}

/* Allocates and grants the page of one ring or event page. */
static int share_page(const struct displif__call *c, struct displif_link *link, uint32_t chan,
		      void **va)
{
	int err = displif__port_share(c, 1, va, &link->gref[chan], DISPLIF__RING + chan);

	if (!err)
		link->page[chan] = *va;
	return err;
}

/* One connector: two shared pages, the session on them, then the channels, which may fire at once. */
static int bring_up(const struct displif__call *c, const struct displif_front_cfg *cfg,
		    struct displif_link *link, struct displif_front *front, void *const *tag)
{
	void *ring, *evt;
	int err;

	err = share_page(c, link, DISPLIF_CHAN_REQ, &ring);
	if (err)
		return err;
	err = share_page(c, link, DISPLIF_CHAN_EVT, &evt);
	if (err)
		return err;
	err = displif_front_init(front, cfg, ring, evt);
	if (err)
		return displif__port_done(c, err, DISPLIF__OF(CONFIG, DISPLIF__CFG), 0);
	return displif__port_open(c, link, tag);
}

int displif_port_front_publish(const struct displif_port *port, const char *dir, uint16_t backend,
			       const struct displif_cfg *devcfg,
			       const struct displif_front_cfg *cfg, struct displif_link *link,
			       struct displif_front *front, void *const *tag,
			       struct displif_diag *diag)
{
	struct displif__call c = { port, diag, dir, DISPLIF_NO_CONNECTOR, 0, backend };
	struct displif_front_cfg own = *cfg;
	struct displif__nodes nodes = { DISPLIF__VERSION, XENDISPL_PROTOCOL_VERSION, link,
					devcfg->n };
	uint32_t i, n = devcfg->n;
	int err = 0;

	if (!n || n > DISPLIF_MAX_CONNECTORS)
		return displif__port_done(&c, DISPLIF_E_INVAL,
					  DISPLIF__OF(CONFIG, DISPLIF__CONNECTORS), n);
	memset(link, 0, n * sizeof(*link));
	memset(front, 0, n * sizeof(*front));
	for (i = 0; i < n && !err; i++) {
		c.index = i;
		err = bring_up(&c, &own, &link[i], &front[i], tag);
		own.reserve = 0;
	}
	if (devcfg->version < XENDISPL_PROTOCOL_VERSION_INT)
		nodes.text = "1";
	if (!err)
		err = displif__port_commit(&c, &nodes);
	if (!err)
		return 0;
	for (i = 0; i < n; i++)
		displif_front_kill(&front[i], err);
	displif__port_close(port, link, n);
	return err;
}

void displif_port_front_close(const struct displif_port *port, struct displif_link *link,
			      uint32_t n)
{
	displif__port_close(port, link, n);
}
