/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The backend's requests. The session has checked everything that can be
 * checked: what comes out of poll() is about buffers that exist, pictures that
 * fit them, and sizes within the quota.
 */
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "edid.h"
#include "host.h"

/* --- display buffers --- */

/* Returns the status for the guest. */
static int32_t create(struct lb_host *h, struct displif_dbuf *dbuf)
{
	struct lb_memory *m = &h->memory[dbuf - h->dbuf];
	struct displif_diag diag = { 0 };
	void *va;
	int err;

	memset(m, 0, sizeof(*m));
	m->pages = dbuf->pages;
	if (dbuf->flags & XENDISPL_DBUF_FLG_REQ_ALLOC) {
		m->gref = calloc(dbuf->pages, sizeof(*m->gref));
		err = m->gref ? displif_port_back_alloc(&h->port, h->frontend, dbuf->gref_dir,
							dbuf->pages, &h->scratch, &va, &diag) :
				DISPLIF_E_NOSPC;
		if (!err)
			memcpy(m->gref, h->scratch.gref, dbuf->pages * sizeof(*m->gref));
	} else {
		/* To be read only: whatever we do, the guest's picture stays as it is. */
		err = displif_port_back_map(&h->port, h->frontend, dbuf->gref_dir, dbuf->pages, 0,
					    &h->scratch, &va, &m->map, &diag);
	}
	if (err) {
		lb_host_fail(h, "a display buffer", err, &diag);
		free(m->gref);
		m->gref = NULL;
		return displif_status_of(err);
	}
	m->va = va;
	dbuf->user = m;
	return 0;
}

/* A framebuffer goes: no screen may look at it any more. */
static void hide(struct lb_host *h, const struct displif_fb *fb)
{
	uint32_t i;

	for (i = 0; i < h->cfg.n; i++) {
		if (h->screen[i].shown == fb)
			h->screen[i].shown = NULL;
		/* The flip itself stays open: its event is owed. */
		if (h->screen[i].next == fb)
			h->screen[i].next = NULL;
	}
}

static void let_go(struct lb_host *h, struct displif_dbuf *dbuf)
{
	struct lb_memory *m = dbuf->user;
	const struct displif_fb *fb;
	uint32_t i;

	for (i = 0; (fb = displif_guest_fb(&h->guest, dbuf, i)); i++)
		hide(h, fb);
	dbuf->user = NULL;
	if (!m)
		return;
	if (m->map)
		h->port.ops->unmap(h->port.ctx, m->map);
	else
		h->port.ops->unshare(h->port.ctx, m->va, m->gref, m->pages);
	free(m->gref);
	memset(m, 0, sizeof(*m));
}

void lb_host_release(struct lb_host *h)
{
	struct displif_dbuf *dbuf;
	uint32_t i;

	for (i = 0; (dbuf = displif_guest_dbuf(&h->guest, i)); i++)
		let_go(h, dbuf);
}

/* --- requests --- */

static int32_t put_edid(struct lb_host *h, uint32_t conn, const struct displif_msg *msg,
			uint32_t *size)
{
	const struct displif_connector_cfg *c = &h->connector[conn];
	uint8_t block[DISPLIF_EDID_BLOCK];
	struct displif_diag diag = { 0 };
	int err;

	*size = 0;
	if (c->width > LB_EDID_MAX_SIDE || c->height > LB_EDID_MAX_SIDE)
		return -DISPLIF_XEN_EOPNOTSUPP;
	lb_edid_make(block, c->width, c->height);
	err = displif_port_back_put(&h->port, h->frontend, msg->gref_dir, msg->size, block,
				    sizeof(block), &h->scratch, &diag);
	if (err) {
		lb_host_fail(h, "an EDID", err, &diag);
		return displif_status_of(err);
	}
	*size = sizeof(block);
	return 0;
}

static void serve_one(struct lb_host *h, uint32_t conn, const struct displif_back_req *req)
{
	struct lb_screen *screen = &h->screen[conn];
	uint32_t edid_size = 0;
	int32_t status = 0;

	switch (req->msg.op) {
	case XENDISPL_OP_DBUF_CREATE:
		status = create(h, req->dbuf);
		break;
	case XENDISPL_OP_DBUF_DESTROY:
		let_go(h, req->dbuf);
		break;
	case XENDISPL_OP_FB_ATTACH:
		/* A backend that shows some formats only refuses others here. */
		if (!draw_format_find(req->fb->format))
			status = -DISPLIF_XEN_EINVAL;
		break;
	case XENDISPL_OP_FB_DETACH:
		hide(h, req->fb);
		break;
	case XENDISPL_OP_SET_CONFIG:
		screen->shown = req->fb;
		break;
	case XENDISPL_OP_PG_FLIP:
		/* Accepted now, done at the next refresh. */
		screen->next = req->fb;
		screen->flip = req->msg.fb;
		break;
	case XENDISPL_OP_GET_EDID:
		status = put_edid(h, conn, &req->msg, &edid_size);
		break;
	default:
		status = -DISPLIF_XEN_EOPNOTSUPP;
	}
	/* It may also come much later, from another thread under the guest's lock. */
	displif_back_complete(&h->back[conn], req->handle, status, edid_size);
}

void lb_host_serve(struct lb_host *h, uint32_t conn)
{
	struct displif_back_req req;

	while (displif_back_poll(&h->back[conn], &req, fake_now(h->world)))
		serve_one(h, conn, &req);
}

void lb_host_refresh(struct lb_host *h)
{
	uint32_t i;

	for (i = 0; i < h->cfg.n; i++) {
		struct lb_screen *s = &h->screen[i];
		uint64_t flip = s->flip;

		if (!flip)
			continue;
		/* Nothing is copied: the screen is where the guest draws. */
		if (s->next && s->shown)
			s->shown = s->next;
		s->next = NULL;
		s->flip = 0;
		s->refreshes++;
		displif_back_flip_done(&h->back[i], flip);
	}
}
