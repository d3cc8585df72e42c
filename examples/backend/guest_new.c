/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A guest's context: made from the configuration at our first sight of it, and freed. */
#include <stdlib.h>

#include "guest.h"
#include "log.h"

static int read_config(struct be_guest *g)
{
	struct displif_connector_cfg *all, *kept;
	struct displif_diag diag = { 0 };
	int err;

	all = calloc(DISPLIF_MAX_CONNECTORS, sizeof(*all));
	if (!all)
		return DISPLIF_E_OS;
	err = displif_cfg_init(&g->cfg, all, DISPLIF_MAX_CONNECTORS);
	if (!err)
		err = displif_port_back_config(&g->host->port, g->fe_dir, &g->cfg, &diag);
	if (err) {
		be_guest_diag(&g->told, "configuration", err, &diag);
		free(all);
		g->cfg.connector = NULL;
		return err;
	}
	g->n = g->cfg.n;
	kept = realloc(all, g->n * sizeof(*all));
	g->cfg.connector = kept ? kept : all;
	g->cfg.cap = g->n;
	return 0;
}

static bool take_head(struct be_guest *g, uint32_t i)
{
	struct be_output *out = g->host->output;
	struct be_conn *c = &g->conn[i];
	const struct be_head_info info = {
		.domid = g->domid,
		.dev = g->dev,
		.connector = i,
		.width = g->cfg.connector[i].width,
		.height = g->cfg.connector[i].height,
		.flipped = be_conn_flipped,
		.arg = c,
	};

	c->guest = g;
	c->index = i;
	c->tag[0] = (struct be_tag){ c, DISPLIF_CHAN_REQ };
	c->tag[1] = (struct be_tag){ c, DISPLIF_CHAN_EVT };
	c->head = out->ops->take(out, &info);
	if (c->head)
		be_info("domain %u device %u connector %u: %ux%u%s%s", g->domid, g->dev, i,
			info.width, info.height, g->cfg.connector[i].unique_id[0] ? ", id " : "",
			g->cfg.connector[i].unique_id);
	return c->head;
}

static bool allocate(struct be_guest *g)
{
	g->conn = calloc(g->n, sizeof(*g->conn));
	g->link = calloc(g->n, sizeof(*g->link));
	g->back = calloc(g->n, sizeof(*g->back));
	g->pend = calloc(g->n, BE_FLIPS_MAX * sizeof(*g->pend));
	if (!g->conn || !g->link || !g->back || !g->pend)
		return false;
	for (uint32_t i = 0; i < g->n; i++)
		if (!take_head(g, i))
			return false;
	return true;
}

static void destroy(struct be_guest *g)
{
	for (uint32_t i = 0; g->conn && i < g->n; i++)
		if (g->conn[i].head)
			g->conn[i].head->output->ops->put(g->conn[i].head);
	free(g->cfg.connector);
	free(g->conn);
	free(g->link);
	free(g->back);
	free(g->pend);
	be_record_free(g);
	free(g);
}

/* Returns 0, or DISPLIF_E_OS if another try may do better. */
static int fill(struct be_guest *g)
{
	int err;

	if (displif_xs_backend_path(g->dir, sizeof(g->dir), g->host->domid, g->domid, g->dev) < 0 ||
	    displif_xs_frontend_path(g->fe_dir, sizeof(g->fe_dir), g->domid, g->dev) < 0)
		return DISPLIF_E_OS; /* cannot be: they have room for every number */
	err = read_config(g);
	if (err && err != DISPLIF_E_OS) {
		/* The toolstack waits in vain for InitWait, but must be able to take it away. */
		g->refused = true;
		return 0;
	}
	if (!err && !allocate(g)) {
		be_error("no memory for the %u connectors of domain %u device %u", g->n, g->domid,
			 g->dev);
		return DISPLIF_E_OS;
	}
	return err;
}

struct be_guest *be_guest_new(struct be_host *host, uint16_t domid, uint32_t dev)
{
	struct be_guest *g = calloc(1, sizeof(*g));
	struct be_limit *before;
	int err;

	if (!g) {
		be_error("no memory for domain %u device %u", domid, dev);
		return NULL;
	}
	g->host = host;
	g->domid = domid;
	g->dev = dev;
	g->written = -1;
	g->unwritten = -1;
	g->told = (struct be_limit){ .domid = domid, .dev = dev };
	displif_bdev_init(&g->bdev);
	before = be_log_about(&g->told);
	err = fill(g);
	be_log_about(before);
	if (err) {
		destroy(g);
		return NULL;
	}
	g->next = host->guests;
	host->guests = g;
	be_record_device(g);
	return g;
}

void be_guest_free(struct be_guest *g)
{
	struct be_guest **at = &g->host->guests;

	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	be_recent_forget(&g->host->recent, g);
	be_guest_cut(g);
	destroy(g);
}

struct be_guest *be_guest_find(struct be_host *host, uint16_t domid, uint32_t dev)
{
	for (struct be_guest *g = host->guests; g; g = g->next)
		if (g->domid == domid && g->dev == dev)
			return g;
	return NULL;
}
