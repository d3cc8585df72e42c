/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The connectors' EDIDs, asked for one after the other in the same pages. Without one the node "resolution"
 * counts (GET_EDID, io/displif.h); old backends have none, or do not answer.
 */
#include "displif_var.h"

void dfb_edid_release(struct dfb_dev *dd)
{
	if (dd->edid_shared)
		displif_port_unshare(&dd->port, &dd->edid_share);
	dd->edid_shared = false;
}

static bool share(struct dfb_dev *dd)
{
	struct displif_diag diag = { 0 };
	int err;

	if (dd->edid_shared)
		return true;
	err = displif_port_share(&dd->port, dd->backend, &dd->edid_share, DISPLIF_SHARE_OWN, NULL,
				 DISPLIF_EDID_MAX, dd->edid_gref, DFB_EDID_WORDS, &diag);
	if (err) {
		dfb_fail(dd, "sharing pages for an EDID", err, &diag);
		return false;
	}
	dd->edid_shared = true;
	return true;
}

static void forget(struct dfb_conn *cn)
{
	free(cn->edid, M_DISPLIF);
	cn->edid = NULL;
	cn->edid_size = 0;
	cn->n_modes = 0;
	cn->monitor[0] = '\0';
}

bool dfb_edid_ask(struct dfb_dev *dd)
{
	struct displif_msg msg = { .op = XENDISPL_OP_GET_EDID, .size = DISPLIF_EDID_MAX };

	if (dd->edid_next >= dd->n)
		return false;
	forget(dd->conn[dd->edid_next]);
	if (!share(dd)) {
		dd->edid_next = dd->n;
		return false;
	}
	msg.gref_dir = dd->edid_share.gref_dir;
	dfb_send(dd, dd->edid_next, &msg);
	return true;
}

/* The backend may still write to the shared pages: only a copy is looked at. */
static void keep(struct dfb_dev *dd, struct dfb_conn *cn, uint32_t size)
{
	struct displif_diag diag = { 0 };
	struct displif_edid edid;
	int err;

	cn->edid = malloc(size, M_DISPLIF, M_WAITOK);
	memcpy(cn->edid, dd->edid_share.mem, size);
	err = displif_edid_parse(cn->edid, size, &edid, cn->mode, DFB_MODES, &diag);
	if (err) {
		dfb_fail(dd, "reading an EDID", err, &diag);
		forget(cn);
		return;
	}
	cn->edid_size = edid.blocks * DISPLIF_EDID_BLOCK;
	cn->n_modes = edid.n_modes;
	memcpy(cn->monitor, edid.name, sizeof(cn->monitor));
}

void dfb_edid_answer(struct dfb_dev *dd, const struct dfb_req *req)
{
	if (!req->lost && !req->unsent && !req->status)
		keep(dd, dd->conn[req->connector], req->edid_sz);
	dd->edid_next = req->connector + 1;
	/* A late answer would be written to these pages: they are not used again, and go with the connection. */
	if (req->lost)
		dd->edid_next = dd->n;
	else if (dd->edid_next >= dd->n)
		dfb_edid_release(dd);
}
