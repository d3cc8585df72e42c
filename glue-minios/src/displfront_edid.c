/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The connectors' EDIDs, asked for one after the other in the same pages. Without one the node "resolution"
 * counts (GET_EDID, io/displif.h); old backends have none, or do not answer.
 */
#include "displfront_priv.h"

void displfront_edid_release(struct displfront_dev *dev)
{
	if (dev->edid_shared)
		displif_port_unshare(&dev->port, &dev->edid_share);
	dev->edid_shared = false;
}

static bool share(struct displfront_dev *dev)
{
	struct displif_diag diag;
	int err;

	if (dev->edid_shared)
		return true;
	memset(&diag, 0, sizeof(diag));
	err = displif_port_share(&dev->port, dev->backend, &dev->edid_share, DISPLIF_SHARE_OWN,
				 NULL, DISPLIF_EDID_MAX, dev->edid_gref, DISPLFRONT_EDID_WORDS,
				 &diag);
	if (err) {
		/* The budget's own words are better. */
		if (err != DISPLIF_E_NOSPC)
			displfront_fail_diag(dev, "sharing pages for an EDID", err, &diag);
		return false;
	}
	dev->edid_shared = true;
	return true;
}

static void forget(struct displfront_conn *c)
{
	free(c->edid);
	c->edid = NULL;
	c->edid_size = 0;
	c->n_modes = 0;
	c->monitor[0] = '\0';
}

bool displfront_edid_ask(struct displfront_dev *dev)
{
	struct displif_msg msg;

	if (dev->edid_next >= dev->n)
		return false;
	forget(dev->conn[dev->edid_next]);
	if (dev->config.no_edid || !share(dev)) {
		dev->edid_next = dev->n;
		return false;
	}
	memset(&msg, 0, sizeof(msg));
	msg.op = XENDISPL_OP_GET_EDID;
	msg.size = DISPLIF_EDID_MAX;
	msg.gref_dir = dev->edid_share.gref_dir;
	displfront_send(dev, dev->edid_next, &msg);
	return true;
}

static void keep_modes(struct displfront_conn *c, const struct displif_mode *mode, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		c->m[i].width = mode[i].width;
		c->m[i].height = mode[i].height;
		c->m[i].refresh_mhz = mode[i].refresh_mhz;
		c->m[i].preferred = mode[i].flags & DISPLIF_MODE_PREFERRED;
		c->m[i].interlaced = mode[i].flags & DISPLIF_MODE_INTERLACED;
	}
	c->n_modes = n;
}

/* The backend may still write to the shared pages: only a copy is looked at. */
static void keep(struct displfront_dev *dev, struct displfront_conn *c, uint32_t size)
{
	struct displif_mode mode[DISPLFRONT_MODES];
	struct displif_diag diag;
	struct displif_edid edid;
	int err;

	c->edid = malloc(size);
	if (!c->edid) {
		displfront_fail(dev, "no memory for an EDID of %u bytes", size);
		return;
	}
	memcpy(c->edid, dev->edid_share.mem, size);
	memset(&diag, 0, sizeof(diag));
	err = displif_edid_parse(c->edid, size, &edid, mode, DISPLFRONT_MODES, &diag);
	if (err) {
		displfront_fail_diag(dev, "reading an EDID", err, &diag);
		forget(c);
		return;
	}
	c->edid_size = edid.blocks * DISPLIF_EDID_BLOCK;
	memcpy(c->monitor, edid.name, sizeof(c->monitor));
	keep_modes(c, mode, edid.n_modes);
	if (c->n_modes && c->m[0].preferred) {
		c->width = c->m[0].width;
		c->height = c->m[0].height;
	}
}

void displfront_edid_answer(struct displfront_dev *dev, const struct displfront_req *req)
{
	bool none = req->lost || req->unsent || req->status;

	if (!none)
		keep(dev, dev->conn[req->connector], req->edid_sz);
	dev->edid_next = req->connector + 1;
	/* A late answer would be written to these pages: they are not used again, and go with the connection. */
	if (req->lost)
		dev->edid_next = dev->n;
	else if (dev->edid_next >= dev->n)
		displfront_edid_release(dev);
}
