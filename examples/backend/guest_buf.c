/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A guest's buffers: its pages in our address space, and the framebuffers on them. */
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "guest.h"
#include "log.h"

/* What displif_dbuf.user points to. */
struct buf {
	uint8_t *va;
	void *map; /* the frontend's pages; NULL: ours, with */
	uint32_t n;
	uint32_t gref[]; /* their grants */
};

static int32_t failed(struct be_guest *g, const char *what, int err,
		      const struct displif_diag *diag)
{
	be_guest_diag(&g->told, what, err, diag);
	return displif_status_of(err);
}

int32_t be_buf_create(struct be_guest *g, struct displif_dbuf *dbuf)
{
	bool ours = dbuf->flags & XENDISPL_DBUF_FLG_REQ_ALLOC;
	size_t grefs = ours ? dbuf->pages * sizeof(uint32_t) : 0;
	const struct displif_scratch *scratch = &g->host->scratch;
	struct displif_diag diag = { 0 };
	struct buf *buf = calloc(1, sizeof(*buf) + grefs);
	void *va;
	int err;

	if (!buf)
		return -DISPLIF_XEN_ENOMEM;
	buf->n = dbuf->pages;
	if (ours)
		err = displif_port_back_alloc(&g->host->port, g->domid, dbuf->gref_dir, dbuf->pages,
					      scratch, &va, &diag);
	else
		err = displif_port_back_map(&g->host->port, g->domid, dbuf->gref_dir, dbuf->pages,
					    0, scratch, &va, &buf->map, &diag);
	if (err) {
		free(buf);
		return failed(g, ours ? "allocating a display buffer" : "mapping a display buffer",
			      err, &diag);
	}
	buf->va = va;
	if (ours)
		memcpy(buf->gref, scratch->gref, grefs);
	dbuf->user = buf;
	be_info("domain %u device %u: display buffer of %u pages%s", g->domid, g->dev, dbuf->pages,
		ours ? ", ours" : "");
	return 0;
}

void be_buf_destroy(struct be_guest *g, struct displif_dbuf *dbuf)
{
	const struct displif_port *port = &g->host->port;
	struct buf *buf = dbuf->user;
	struct displif_fb *fb;

	for (uint32_t i = 0; (fb = displif_guest_fb(&g->tables, dbuf, i)); i++)
		be_fb_detach(g, fb);
	if (!buf)
		return;
	dbuf->user = NULL;
	if (!buf->map)
		port->ops->unshare(port->ctx, buf->va, buf->gref, buf->n);
	else if (port->ops->unmap(port->ctx, buf->map) != 0)
		be_guest_error(&g->told, "cannot unmap %u pages", buf->n);
	free(buf);
}

int32_t be_fb_attach(struct be_guest *g, struct displif_fb *fb)
{
	const struct buf *buf = fb->dbuf->user;
	struct be_frame *frame = calloc(1, sizeof(*frame));

	if (!frame)
		return -DISPLIF_XEN_ENOMEM;
	*frame = (struct be_frame){
		.pixels = buf->va + fb->dbuf->data_ofs,
		.width = fb->width,
		.height = fb->height,
		.stride = fb->stride,
		.format = fb->format,
	};
	fb->user = frame;
	be_info("domain %u device %u: framebuffer %ux%u, stride %u", g->domid, g->dev, fb->width,
		fb->height, fb->stride);
	return 0;
}

void be_fb_detach(struct be_guest *g, struct displif_fb *fb)
{
	struct be_output *out = g->host->output;
	struct be_frame *frame = fb->user;

	if (!frame)
		return;
	out->ops->frame_gone(out, frame);
	be_convert_forget_frame(frame);
	free(frame);
	fb->user = NULL;
}

void be_buf_release_all(struct be_guest *g)
{
	struct displif_dbuf *dbuf;

	for (uint32_t i = 0; (dbuf = displif_guest_dbuf(&g->tables, i)); i++)
		be_buf_destroy(g, dbuf);
	displif_guest_reset(&g->tables);
}
