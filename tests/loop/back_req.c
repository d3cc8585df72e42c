/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend of tests: what it does for each request, and what it holds for buffers. */
#include <stdlib.h>
#include <string.h>

#include "end.h"

static struct end_mem *mem_of(struct end_back *b, const struct displif_dbuf *dbuf)
{
	return &b->mem[dbuf - b->dbuf];
}

static int create(struct end_back *b, const struct displif_back_req *req)
{
	struct end_mem *mem = mem_of(b, req->dbuf);
	uint32_t page[DISPLIF_PGDIR_WORDS];
	struct displif_scratch scratch = { .page = page, .words = req->dbuf->pages };
	int err;

	mem->gref = calloc(req->dbuf->pages, sizeof(*mem->gref));
	if (!mem->gref)
		abort();
	scratch.gref = mem->gref;
	mem->pages = req->dbuf->pages;
	mem->map = NULL;
	if (req->msg.flags & XENDISPL_DBUF_FLG_REQ_ALLOC)
		err = displif_port_back_alloc(&b->port, b->frontend, req->msg.gref_dir, mem->pages,
					      &scratch, &mem->va, &b->diag);
	else
		err = displif_port_back_map(&b->port, b->frontend, req->msg.gref_dir, mem->pages, 0,
					    &scratch, &mem->va, &mem->map, &b->diag);
	b->last_err = err;
	if (err) {
		free(mem->gref);
		memset(mem, 0, sizeof(*mem));
		return displif_status_of(err);
	}
	mem->used = true;
	b->mapped++;
	return 0;
}

/* Lets go of a buffer's memory. */
static void drop(struct end_back *b, struct end_mem *mem)
{
	if (!mem->used)
		return;
	if (mem->map)
		b->port.ops->unmap(b->port.ctx, mem->map);
	else
		b->port.ops->unshare(b->port.ctx, mem->va, mem->gref, mem->pages);
	free(mem->gref);
	memset(mem, 0, sizeof(*mem));
	b->mapped--;
}

static void hide(struct end_back *b, uint64_t fb)
{
	uint32_t i;

	for (i = 0; i < END_CONNECTORS; i++) {
		if (b->shown[i] == fb)
			b->shown[i] = 0;
		if (b->flipped[i] == fb)
			b->flipped[i] = 0;
	}
}

static int destroy(struct end_back *b, const struct displif_back_req *req)
{
	struct displif_fb *fb;
	uint32_t i;

	for (i = 0; (fb = displif_guest_fb(&b->guest, req->dbuf, i)); i++)
		hide(b, fb->cookie);
	drop(b, mem_of(b, req->dbuf));
	return 0;
}

static int give_edid(struct end_back *b, const struct displif_back_req *req)
{
	uint32_t page[DISPLIF_PGDIR_WORDS], gref[8];
	struct displif_scratch scratch = { .page = page, .gref = gref, .words = 8 };

	if (!b->edid)
		return -DISPLIF_XEN_EOPNOTSUPP;
	b->last_err = displif_port_back_put(&b->port, b->frontend, req->msg.gref_dir, req->msg.size,
					    b->edid, b->edid_size, &scratch, &b->diag);
	return displif_status_of(b->last_err);
}

int end_back_do(struct end_back *b, uint32_t c, const struct displif_back_req *req)
{
	switch (req->msg.op) {
	case XENDISPL_OP_DBUF_CREATE:
		return create(b, req);
	case XENDISPL_OP_DBUF_DESTROY:
		return destroy(b, req);
	case XENDISPL_OP_FB_ATTACH:
		return 0;
	case XENDISPL_OP_FB_DETACH:
		hide(b, req->msg.fb);
		return 0;
	case XENDISPL_OP_SET_CONFIG:
		b->shown[c] = req->msg.fb;
		return 0;
	case XENDISPL_OP_PG_FLIP:
		b->flipped[c] = req->msg.fb;
		return 0;
	case XENDISPL_OP_GET_EDID:
		return give_edid(b, req);
	default:
		return -DISPLIF_XEN_EOPNOTSUPP;
	}
}

static void answer(struct end_back *b, uint32_t c, const struct displif_back_req *req)
{
	bool edid = req->msg.op == XENDISPL_OP_GET_EDID, flip = req->msg.op == XENDISPL_OP_PG_FLIP;
	int status;

	if (b->fail_op == req->msg.op)
		status = b->fail_status;
	else
		status = end_back_do(b, c, req);
	displif_back_complete(&b->back[c], req->handle, status, edid && !status ? b->edid_size : 0);
	if (flip && !status && !b->no_events)
		displif_back_flip_done(&b->back[c], req->msg.fb);
}

void end_back_request(struct end_back *b, uint32_t c, const struct displif_back_req *req)
{
	b->requests++;
	if (b->request) {
		b->request(b, c, req);
		return;
	}
	if (b->hold && b->n_held < END_HELD) {
		b->held[b->n_held] = *req;
		b->held_on[b->n_held++] = c;
		return;
	}
	answer(b, c, req);
}

void end_back_answer(struct end_back *b)
{
	uint32_t c;

	while (b->n_held) {
		b->n_held--;
		answer(b, b->held_on[b->n_held], &b->held[b->n_held]);
	}
	for (c = 0; c < b->n; c++)
		end_back_flush(b, c);
}

void end_back_drop(struct end_back *b)
{
	uint32_t i;

	for (i = 0; i < END_BUFS; i++)
		drop(b, &b->mem[i]);
	displif_guest_reset(&b->guest);
	b->n_held = 0;
	memset(b->shown, 0, sizeof(b->shown));
	memset(b->flipped, 0, sizeof(b->flipped));
	if (b->dropped)
		b->dropped(b);
}

const uint8_t *end_back_pixels(struct end_back *b, uint64_t cookie)
{
	struct displif_fb *fb;
	uint32_t i;

	for (i = 0; (fb = displif_guest_fb(&b->guest, NULL, i)); i++) {
		if (fb->cookie == cookie)
			return (const uint8_t *)mem_of(b, fb->dbuf)->va + fb->dbuf->data_ofs;
	}
	return NULL;
}
