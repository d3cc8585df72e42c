/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A guest's life: does what the library's state machine says, and tells it what
 * happens. No decision about states is made here.
 */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

/* Requests of one connector that are served before others have their turn. */
#define REQUESTS_PER_IRQ 64u

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* --- the state machine's actions --- */

static int publish(struct be_guest *g)
{
	struct displif_diag diag = { 0 };
	int err = displif_port_back_publish(&g->host->port, g->dir, &diag);

	if (err && err != DISPLIF_E_ABSENT)
		be_guest_diag(g->domid, g->dev, "writing \"versions\"", err, &diag);
	return err;
}

static void unbind(struct be_guest *g)
{
	if (!g->bound)
		return;
	g->bound = false;
	displif_port_back_close(&g->host->port, g->link, g->n);
	be_buf_release_all(g);
}

static int bind_rings(struct be_guest *g, uint64_t now)
{
	const struct displif_quota quota = {
		.pages = g->host->opt->max_pages,
		.requests_per_irq = REQUESTS_PER_IRQ,
		.stride_rule = DISPLIF_STRIDE_AUTO,
		.be_alloc = g->host->opt->be_alloc && g->cfg.be_alloc,
	};
	struct displif_diag diag = { 0 };
	void *tag[2 * DISPLIF_MAX_CONNECTORS];
	int err;

	(void)now;
	for (uint32_t i = 0; i < 2 * g->n; i++)
		tag[i] = &g->conn[i / 2].tag[i % 2];
	err = displif_guest_init(&g->tables, &quota, g->dbuf, BE_MAX_DBUFS, g->fb, BE_MAX_FBS);
	if (!err)
		err = displif_port_back_bind(&g->host->port, g->fe_dir, g->domid, &g->tables, g->n,
					     g->link, g->back, g->pend, BE_FLIPS_MAX, tag, &diag);
	if (err) {
		be_guest_diag(g->domid, g->dev, "connecting", err, &diag);
		return err;
	}
	g->bound = true;
	displif_port_enable(&g->host->port, g->link, g->n);
	return 0;
}

static void stop(struct be_guest *g)
{
	for (uint32_t i = 0; i < g->n; i++) {
		struct be_head *head = g->conn[i].head;

		if (g->bound)
			displif_back_kill(&g->back[i], DISPLIF_E_GONE);
		g->conn[i].again = false;
		head->output->ops->drop(head);
		head->output->ops->blank(head);
	}
	g->broken = false;
}

/* Returns the input that follows from the write, or DISPLIF_BIN_COUNT. */
static enum displif_bin write_state(struct be_guest *g, uint32_t state)
{
	struct displif_diag diag = { 0 };
	int err;

	if (g->lost)
		return DISPLIF_BIN_COUNT;
	err = displif_port_write_state(&g->host->port, g->dir, state, &diag);
	if (!err) {
		be_info("domain %u device %u: state %s (%s)", g->domid, g->dev,
			displif_xs_state_name(state), displif_bdev_name(g->bdev.state));
		g->written = (int)state;
		return DISPLIF_BIN_COUNT;
	}
	if (err == DISPLIF_E_ABSENT) {
		g->lost = true;
		return DISPLIF_BIN_PEER_GONE;
	}
	be_guest_diag(g->domid, g->dev, "writing the state", err, &diag);
	return DISPLIF_BIN_COUNT;
}

static uint8_t frontend_state(struct be_guest *g)
{
	struct displif_diag diag = { 0 };
	uint8_t state;
	int err = displif_port_read_state(&g->host->port, g->fe_dir, &state, &diag);

	if (err && err != DISPLIF_E_ABSENT)
		be_guest_diag(g->domid, g->dev, "reading the frontend's state", err, &diag);
	return state;
}

void be_guest_feed(struct be_guest *g, enum displif_bin in, uint32_t arg, uint64_t now)
{
	while (in != DISPLIF_BIN_COUNT) {
		struct displif_step step = displif_bdev_step(&g->bdev, in, arg, now);

		in = DISPLIF_BIN_COUNT;
		if (step.act & DISPLIF_ACT_PUBLISH && publish(g) == DISPLIF_E_ABSENT) {
			g->lost = true;
			in = DISPLIF_BIN_PEER_GONE;
			continue;
		}
		if (step.act & DISPLIF_ACT_START)
			in = bind_rings(g, now) ? DISPLIF_BIN_BIND_FAILED : DISPLIF_BIN_BOUND;
		if (step.act & DISPLIF_ACT_STOP)
			stop(g);
		if (step.act & DISPLIF_ACT_RELEASE)
			unbind(g);
		if (step.write >= 0 && in == DISPLIF_BIN_COUNT)
			in = write_state(g, (uint32_t)step.write);
		if (step.act & DISPLIF_ACT_FINAL) {
			g->final = true;
			g->host->finished = true;
			return;
		}
		if (step.act & DISPLIF_ACT_REREAD && in == DISPLIF_BIN_COUNT) {
			/* Requests that came before the channels were open, or with the frontend's last state. */
			for (uint32_t i = 0; i < g->n && g->bound; i++)
				be_conn_poll(&g->conn[i], now);
			in = DISPLIF_BIN_PEER;
			arg = frontend_state(g);
		}
	}
}

/* --- what XenStore says --- */

/* Is "online" 0? Absent counts as 1, as toolstacks without it had it. */
static bool offline(struct be_guest *g)
{
	const struct displif_port *port = &g->host->port;
	char path[DISPLIF_XS_PATH], text[DISPLIF_XS_TEXT];
	uint32_t len, value;

	if (displif_xs_join(path, sizeof(path), g->dir, "online") < 0 ||
	    port->ops->xs_read(port->ctx, 0, path, text, sizeof(text), &len) != 0)
		return false;
	return displif_xs_u32(text, len, UINT32_MAX, &value, NULL) == 0 && value == 0;
}

enum be_sight be_guest_look(struct be_guest *g, uint64_t now)
{
	uint8_t own = DISPLIF_XB_UNKNOWN, peer = DISPLIF_XB_UNKNOWN;
	int err = displif_port_read_state(&g->host->port, g->dir, &own, NULL);
	/* Only a write of the frontend's is news from it: our own writes bring us here, too. */
	bool peer_wrote = g->peer_dirty;

	g->own_dirty = false;
	g->peer_dirty = false;
	if (err == DISPLIF_E_ABSENT || (own == DISPLIF_XB_INITIALISING && g->written >= 0)) {
		/* Removed, or removed and made again before we looked: that one is not ours. */
		g->lost = true;
		if (!g->final)
			be_guest_feed(g, DISPLIF_BIN_PEER_GONE, 0, now);
		return err ? BE_SIGHT_GONE : BE_SIGHT_NEW;
	}
	if (err || g->final)
		return BE_SIGHT_KEEP;
	if (offline(g) ||
	    (own == DISPLIF_XB_CLOSING && g->written >= 0 && g->written != DISPLIF_XB_CLOSING)) {
		be_guest_feed(g, DISPLIF_BIN_OFFLINE, 0, now);
		return BE_SIGHT_KEEP;
	}
	if (!peer_wrote)
		return BE_SIGHT_KEEP;
	err = displif_port_read_state(&g->host->port, g->fe_dir, &peer, NULL);
	if (err == DISPLIF_E_ABSENT)
		be_guest_feed(g, DISPLIF_BIN_PEER_GONE, 0, now);
	else if (!err)
		be_guest_feed(g, DISPLIF_BIN_PEER, peer, now);
	return BE_SIGHT_KEEP;
}

/* --- time --- */

uint64_t be_guest_deadline(const struct be_guest *g)
{
	uint64_t first = g->final ? DISPLIF_NEVER : g->bdev.due;

	for (uint32_t i = 0; i < g->n && g->bound; i++)
		first = min_u64(first, displif_back_deadline(&g->back[i]));
	return first;
}

void be_guest_fire(struct be_guest *g, uint64_t now)
{
	if (g->broken) {
		g->broken = false;
		be_guest_error(g->domid, g->dev, "broke the protocol: closing the connection");
		be_guest_feed(g, DISPLIF_BIN_BROKEN, 0, now);
	}
	for (uint32_t i = 0; i < g->n && g->bound; i++) {
		if (g->conn[i].again)
			be_conn_poll(&g->conn[i], now);
		if (displif_back_deadline(&g->back[i]) <= now)
			be_conn_tick(&g->conn[i], now);
	}
	if (!g->final && g->bdev.due <= now)
		be_guest_feed(g, DISPLIF_BIN_TICK, 0, now);
}

/* --- coming and going --- */

static bool read_config(struct be_guest *g)
{
	struct displif_connector_cfg *all, *kept;
	struct displif_diag diag = { 0 };
	int err;

	all = calloc(DISPLIF_MAX_CONNECTORS, sizeof(*all));
	if (!all)
		return false;
	err = displif_cfg_init(&g->cfg, all, DISPLIF_MAX_CONNECTORS);
	if (!err)
		err = displif_port_back_config(&g->host->port, g->fe_dir, &g->cfg, &diag);
	if (err) {
		be_guest_diag(g->domid, g->dev, "configuration", err, &diag);
		free(all);
		g->cfg.connector = NULL;
		return false;
	}
	g->n = g->cfg.n;
	kept = realloc(all, g->n * sizeof(*all));
	g->cfg.connector = kept ? kept : all;
	g->cfg.cap = g->n;
	return true;
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
	free(g);
}

struct be_guest *be_guest_new(struct be_host *host, uint16_t domid, uint32_t dev)
{
	struct be_guest *g = calloc(1, sizeof(*g));

	if (!g) {
		be_error("no memory for domain %u device %u", domid, dev);
		return NULL;
	}
	g->host = host;
	g->domid = domid;
	g->dev = dev;
	g->written = -1;
	displif_bdev_init(&g->bdev);
	if (displif_xs_backend_path(g->dir, sizeof(g->dir), host->domid, domid, dev) < 0 ||
	    displif_xs_frontend_path(g->fe_dir, sizeof(g->fe_dir), domid, dev) < 0 ||
	    !read_config(g)) {
		destroy(g);
		return NULL;
	}
	if (!allocate(g)) {
		be_error("no memory for the %u connectors of domain %u device %u", g->n, domid,
			 dev);
		destroy(g);
		return NULL;
	}
	g->next = host->guests;
	host->guests = g;
	return g;
}

void be_guest_free(struct be_guest *g)
{
	struct be_guest **at = &g->host->guests;

	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	if (g->bound) {
		stop(g);
		unbind(g);
	}
	destroy(g);
}

struct be_guest *be_guest_find(struct be_host *host, uint16_t domid, uint32_t dev)
{
	for (struct be_guest *g = host->guests; g; g = g->next)
		if (g->domid == domid && g->dev == dev)
			return g;
	return NULL;
}
