/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The judging backend: one request, judged and done. */
#include "back.h"

#include <stdlib.h>
#include <string.h>

/* Room for the largest directory. */
static uint32_t dir_page[DISPLIF_PGDIR_WORDS];
static uint32_t dir_gref[DISPLIF_MAX_BUFFER / DISPLIF_PAGE_SIZE];

static const struct displif_scratch scratch = { .page = dir_page,
						.gref = dir_gref,
						.words = DISPLIF_MAX_BUFFER / DISPLIF_PAGE_SIZE };

struct cc_thing *cc_back_find(struct cc_thing *table, uint64_t cookie)
{
	uint32_t i;

	for (i = 0; i < CC_BACK_TABLE; i++) {
		if (table[i].cookie == cookie)
			return &table[i];
	}
	return NULL;
}

static void release(struct cc_back *b, struct cc_thing *dbuf)
{
	const struct displif_port *port = &b->w->port;

	if (dbuf->map)
		port->ops->unmap(port->ctx, dbuf->map);
	else if (dbuf->va)
		port->ops->unshare(port->ctx, dbuf->va, dbuf->gref, dbuf->pages);
	free(dbuf->gref);
	memset(dbuf, 0, sizeof(*dbuf));
}

void cc_back_drop(struct cc_back *b)
{
	uint32_t i;

	for (i = 0; i < CC_BACK_TABLE; i++)
		release(b, &b->dbuf[i]);
	memset(b->fb, 0, sizeof(b->fb));
	b->n_gone = 0;
}

/* --- cookies --- */

static void judge_new(struct cc_back *b, const char *what, struct cc_thing *table, uint64_t cookie)
{
	uint32_t i;

	b->mon[CC_BMON_COOKIE_0].seen++;
	if (!cookie)
		cc_back_broken(b, CC_BMON_COOKIE_0, "%s of cookie 0", what);
	b->mon[CC_BMON_COOKIE_NEW].seen++;
	if (cookie && cc_back_find(table, cookie))
		cc_back_broken(b, CC_BMON_COOKIE_NEW, "%s of cookie 0x%llx, which lives", what,
			       (unsigned long long)cookie);
	b->mon[CC_BMON_ADDRESS].seen++;
	if (cookie >> 47 == 0x1ffff)
		cc_back_broken(b, CC_BMON_ADDRESS,
			       "%s of cookie 0x%llx, a kernel's pointer by its looks", what,
			       (unsigned long long)cookie);
	b->mon[CC_BMON_REUSED].seen++;
	for (i = 0; i < b->n_gone && i < CC_BACK_GONE; i++) {
		if (b->gone[i] == cookie)
			cc_back_broken(b, CC_BMON_REUSED,
				       "%s of cookie 0x%llx, which was another's", what,
				       (unsigned long long)cookie);
	}
}

static void judge_gone(struct cc_back *b, const char *what, uint64_t cookie, bool known)
{
	b->mon[CC_BMON_GONE].seen++;
	if (!known)
		cc_back_broken(b, CC_BMON_GONE, "%s of 0x%llx, which is not there", what,
			       (unsigned long long)cookie);
	b->gone[b->n_gone++ % CC_BACK_GONE] = cookie;
}

/* Whether an event of this framebuffer is still to come. */
static bool flying(const struct cc_back *b, uint64_t fb)
{
	uint32_t i, k;

	for (i = 0; i < b->n; i++) {
		for (k = 0; k < b->conn[i].n_due; k++) {
			if (b->conn[i].due[k].fb == fb && !b->conn[i].due[k].fault)
				return true;
		}
	}
	return false;
}

/* --- buffers --- */

static void judge_alloc(struct cc_back *b, const struct xendispl_dbuf_create_req *req)
{
	const struct displif_port *port = &b->w->port;
	bool asked = req->flags & XENDISPL_DBUF_FLG_REQ_ALLOC;
	uint32_t i;

	b->mon[CC_BMON_ALLOC].seen++;
	if (asked != b->cfg.be_alloc)
		cc_back_broken(b, CC_BMON_ALLOC, "be-alloc is %d, REQ_ALLOC %d", b->cfg.be_alloc,
			       asked);
	if (!asked || !port->ops->copy ||
	    port->ops->copy(port->ctx, b->w->peer, req->gref_directory, 0, dir_page,
			    DISPLIF_PAGE_SIZE, false))
		return;
	for (i = 1; i < DISPLIF_PGDIR_WORDS; i++) {
		if (dir_page[i]) {
			cc_back_broken(b, CC_BMON_ALLOC,
				       "REQ_ALLOC with %u in word %u of the directory", dir_page[i],
				       i);
			return;
		}
	}
}

static bool judge_size(struct cc_back *b, const struct xendispl_dbuf_create_req *req)
{
	bool import = !req->width && !req->height && !req->bpp;
	uint64_t need = (((uint64_t)req->width * req->bpp + 7) / 8) * req->height + req->data_ofs;

	b->mon[CC_BMON_SIZE].seen++;
	if (!req->buffer_sz || req->buffer_sz > DISPLIF_MAX_BUFFER ||
	    req->data_ofs >= req->buffer_sz ||
	    (!import && (!req->width || req->width > DISPLIF_MAX_SIDE || !req->height ||
			 req->height > DISPLIF_MAX_SIDE || !req->bpp || req->bpp > 64 ||
			 req->bpp % 8 || need > req->buffer_sz))) {
		cc_back_broken(b, CC_BMON_SIZE, "%ux%ux%u at %u in %u bytes", req->width,
			       req->height, req->bpp, req->data_ofs, req->buffer_sz);
		return false;
	}
	return true;
}

static int32_t create(struct cc_back *b, const struct xendispl_dbuf_create_req *req)
{
	struct cc_thing *dbuf = cc_back_find(b->dbuf, 0);
	uint32_t pages = displif_pgdir_pages(req->buffer_sz);
	struct displif_diag diag = { 0 };
	char text[CC_TEXT];
	int err;

	judge_new(b, "DBUF_CREATE", b->dbuf, req->dbuf_cookie);
	judge_alloc(b, req);
	if (!judge_size(b, req))
		return -DISPLIF_XEN_EINVAL;
	if (!dbuf || !req->dbuf_cookie || cc_back_find(b->dbuf, req->dbuf_cookie))
		return -DISPLIF_XEN_EINVAL;
	b->mon[CC_BMON_DIR].seen++;
	if (req->flags & XENDISPL_DBUF_FLG_REQ_ALLOC) {
		err = displif_port_back_alloc(&b->w->port, b->w->peer, req->gref_directory, pages,
					      &scratch, &dbuf->va, &diag);
		if (!err) {
			dbuf->gref = malloc(pages * sizeof(*dbuf->gref));
			if (!dbuf->gref)
				abort();
			memcpy(dbuf->gref, dir_gref, pages * sizeof(*dbuf->gref));
		}
	} else {
		err = displif_port_back_map(&b->w->port, b->w->peer, req->gref_directory, pages,
					    DISPLIF_PORT_WRITE, &scratch, &dbuf->va, &dbuf->map,
					    &diag);
	}
	if (err) {
		displif_diag_text(&diag, text, sizeof(text));
		cc_back_broken(b, CC_BMON_DIR, "%u pages: %.150s", pages, text);
		memset(dbuf, 0, sizeof(*dbuf));
		return displif_status_of(err);
	}
	dbuf->cookie = req->dbuf_cookie;
	dbuf->width = req->width;
	dbuf->height = req->height;
	dbuf->bpp = req->bpp;
	dbuf->size = req->buffer_sz;
	dbuf->ofs = req->data_ofs;
	dbuf->pages = pages;
	return 0;
}

static int32_t destroy(struct cc_back *b, uint64_t cookie)
{
	struct cc_thing *dbuf = cookie ? cc_back_find(b->dbuf, cookie) : NULL;
	uint32_t i;

	judge_gone(b, "DBUF_DESTROY", cookie, dbuf != NULL);
	if (!dbuf)
		return -DISPLIF_XEN_ENOENT;
	b->mon[CC_BMON_DETACH].seen++;
	for (i = 0; i < CC_BACK_TABLE; i++) {
		if (!b->fb[i].cookie || b->fb[i].dbuf != cookie)
			continue;
		cc_back_broken(b, CC_BMON_DETACH,
			       "DBUF_DESTROY of 0x%llx, framebuffer 0x%llx is there",
			       (unsigned long long)cookie, (unsigned long long)b->fb[i].cookie);
		memset(&b->fb[i], 0, sizeof(b->fb[i]));
	}
	release(b, dbuf);
	return 0;
}

static int32_t attach(struct cc_back *b, const struct xendispl_fb_attach_req *req)
{
	struct cc_thing *dbuf = req->dbuf_cookie ? cc_back_find(b->dbuf, req->dbuf_cookie) : NULL;
	struct cc_thing *fb = cc_back_find(b->fb, 0);
	uint32_t bpp = displif_format_bpp(req->pixel_format);
	uint64_t need = (uint64_t)req->width * req->height * (bpp / 8);

	judge_new(b, "FB_ATTACH", b->fb, req->fb_cookie);
	b->mon[CC_BMON_DBUF].seen++;
	if (!dbuf) {
		cc_back_broken(b, CC_BMON_DBUF, "FB_ATTACH to 0x%llx, which is not there",
			       (unsigned long long)req->dbuf_cookie);
		return -DISPLIF_XEN_ENOENT;
	}
	b->mon[CC_BMON_FB_SIZE].seen++;
	if (!bpp || !req->width || !req->height || req->width > DISPLIF_MAX_SIDE ||
	    req->height > DISPLIF_MAX_SIDE || need > dbuf->size - dbuf->ofs ||
	    (dbuf->width && (req->width > dbuf->width || req->height > dbuf->height))) {
		cc_back_broken(b, CC_BMON_FB_SIZE,
			       "FB_ATTACH of %ux%u, format 0x%08x, to a buffer of %ux%ux%u",
			       req->width, req->height, req->pixel_format, dbuf->width,
			       dbuf->height, dbuf->bpp);
		return -DISPLIF_XEN_EINVAL;
	}
	if (!fb || !req->fb_cookie || cc_back_find(b->fb, req->fb_cookie))
		return -DISPLIF_XEN_EINVAL;
	fb->cookie = req->fb_cookie;
	fb->dbuf = req->dbuf_cookie;
	fb->width = req->width;
	fb->height = req->height;
	return 0;
}

static int32_t detach(struct cc_back *b, uint64_t cookie)
{
	struct cc_thing *fb = cookie ? cc_back_find(b->fb, cookie) : NULL;

	judge_gone(b, "FB_DETACH", cookie, fb != NULL);
	b->mon[CC_BMON_FLYING].seen++;
	if (flying(b, cookie))
		cc_back_broken(b, CC_BMON_FLYING,
			       "FB_DETACH of 0x%llx, whose flip is not shown yet",
			       (unsigned long long)cookie);
	if (!fb)
		return -DISPLIF_XEN_ENOENT;
	memset(fb, 0, sizeof(*fb));
	return 0;
}

/* --- connectors --- */

static struct cc_thing *known_fb(struct cc_back *b, const char *what, uint64_t cookie)
{
	struct cc_thing *fb = cookie ? cc_back_find(b->fb, cookie) : NULL;

	b->mon[CC_BMON_FB].seen++;
	if (!fb)
		cc_back_broken(b, CC_BMON_FB, "%s of 0x%llx, which is not there", what,
			       (unsigned long long)cookie);
	return fb;
}

static int32_t config(struct cc_back *b, uint32_t i, const struct xendispl_set_config_req *req)
{
	struct cc_thing *fb;

	b->conn[i].configured = req->fb_cookie != 0;
	if (!req->fb_cookie)
		return 0;
	fb = known_fb(b, "SET_CONFIG", req->fb_cookie);
	if (!fb)
		return -DISPLIF_XEN_ENOENT;
	b->mon[CC_BMON_CONFIG_SIZE].seen++;
	if (!req->width || !req->height || (uint64_t)req->x + req->width > fb->width ||
	    (uint64_t)req->y + req->height > fb->height)
		cc_back_broken(b, CC_BMON_CONFIG_SIZE, "%ux%u at %u,%u of a framebuffer of %ux%u",
			       req->width, req->height, req->x, req->y, fb->width, fb->height);
	return 0;
}

static int32_t flip(struct cc_back *b, uint32_t i, uint64_t cookie)
{
	b->mon[CC_BMON_CONFIG].seen++;
	if (!b->conn[i].configured)
		cc_back_broken(b, CC_BMON_CONFIG, "PG_FLIP on connector %u before SET_CONFIG", i);
	return known_fb(b, "PG_FLIP", cookie) ? 0 : -DISPLIF_XEN_ENOENT;
}

static int32_t edid(struct cc_back *b, const struct xendispl_get_edid_req *req)
{
	struct displif_diag diag = { 0 };
	uint32_t pages = displif_pgdir_pages(req->buffer_sz);
	void *va, *map;
	int err;

	b->mon[CC_BMON_EDID].seen++;
	if (req->buffer_sz < DISPLIF_EDID_MAX || req->buffer_sz > DISPLIF_MAX_BUFFER) {
		cc_back_broken(b, CC_BMON_EDID, "a buffer of %u bytes", req->buffer_sz);
		return -DISPLIF_XEN_EINVAL;
	}
	err = displif_port_back_map(&b->w->port, b->w->peer, req->gref_directory, pages,
				    DISPLIF_PORT_WRITE, &scratch, &va, &map, &diag);
	if (err)
		cc_back_broken(b, CC_BMON_EDID, "its %u pages cannot be mapped for writing: %s",
			       pages, displif_strerror(err));
	else
		b->w->port.ops->unmap(b->w->port.ctx, map);
	return -DISPLIF_XEN_EOPNOTSUPP;
}

/* --- the slot --- */

/* Bytes of an operation's fields, header included. */
static uint32_t used(const union displif_wire *wire)
{
	switch (wire->req.operation) {
	case XENDISPL_OP_DBUF_CREATE:
		return 44;
	case XENDISPL_OP_FB_ATTACH:
	case XENDISPL_OP_SET_CONFIG:
		return 36;
	default:
		return 16;
	}
}

static void judge_slot(struct cc_back *b, uint32_t i, const union displif_wire *wire)
{
	const uint8_t *byte = (const uint8_t *)wire;
	uint8_t op = wire->req.operation;
	uint32_t k;

	b->mon[CC_BMON_RESERVED].seen++;
	for (k = 3; k < 8; k++) {
		if (byte[k])
			cc_back_broken(b, CC_BMON_RESERVED, "%s: byte %u is 0x%02x",
				       displif_req_name(op), k, byte[k]);
	}
	b->mon[CC_BMON_UNUSED].seen++;
	for (k = used(wire); k < sizeof(*wire); k++) {
		if (byte[k])
			cc_back_broken(b, CC_BMON_UNUSED, "%s: byte %u is 0x%02x",
				       displif_req_name(op), k, byte[k]);
	}
	if (op == XENDISPL_OP_DBUF_CREATE) {
		b->mon[CC_BMON_FLAGS].seen++;
		if (wire->req.op.dbuf_create.flags & ~(uint32_t)XENDISPL_DBUF_FLG_REQ_ALLOC)
			cc_back_broken(b, CC_BMON_FLAGS, "flags 0x%x",
				       wire->req.op.dbuf_create.flags);
	}
	b->mon[CC_BMON_RING].seen++;
	if (i && op >= XENDISPL_OP_DBUF_CREATE && op <= XENDISPL_OP_FB_DETACH)
		cc_back_broken(b, CC_BMON_RING, "%s on ring %u", displif_req_name(op), i);
}

int32_t cc_back_request(struct cc_back *b, uint32_t i, const union displif_wire *wire)
{
	const struct xendispl_req *req = &wire->req;

	judge_slot(b, i, wire);
	b->mon[CC_BMON_OP].seen++;
	switch (req->operation) {
	case XENDISPL_OP_DBUF_CREATE:
		return create(b, &req->op.dbuf_create);
	case XENDISPL_OP_DBUF_DESTROY:
		return destroy(b, req->op.dbuf_destroy.dbuf_cookie);
	case XENDISPL_OP_FB_ATTACH:
		return attach(b, &req->op.fb_attach);
	case XENDISPL_OP_FB_DETACH:
		return detach(b, req->op.fb_detach.fb_cookie);
	case XENDISPL_OP_SET_CONFIG:
		return config(b, i, &req->op.set_config);
	case XENDISPL_OP_PG_FLIP:
		return flip(b, i, req->op.pg_flip.fb_cookie);
	case XENDISPL_OP_GET_EDID:
		return edid(b, &req->op.get_edid);
	default:
		cc_back_broken(b, CC_BMON_OP, "operation 0x%02x", req->operation);
		return -DISPLIF_XEN_EOPNOTSUPP;
	}
}
