/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the frontend shows: asks for the mode, makes two buffers for each
 * connector, and flips between them. Requests are pipelined: everything that
 * can be sent is sent, and answers move each part on by itself.
 */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "draw.h"
#include "guest.h"

/* A token comes back with each event: ours says which connector and buffer, never a pointer. */
#define TOKEN(conn, buf) ((uint64_t)(conn) << 8 | (buf))
#define TOKEN_CONN(token) ((uint32_t)((token) >> 8))
#define TOKEN_BUF(token) ((uint32_t)((token)&0xffu))

/* Requests about buffers go over connector 0's ring, whichever connector will show them. */
#define BUFFER_RING 0u

void lb_guest_surface(const struct lb_guest *g, const struct lb_head *head,
		      const struct lb_buf *buf, struct draw_surface *surface)
{
	surface->pixels = buf->share.mem;
	surface->width = head->width;
	surface->height = head->height;
	surface->stride = head->width * draw_format_find(g->opt->fourcc)->bytes;
	surface->fourcc = g->opt->fourcc;
}

static void draw(const struct lb_guest *g, uint32_t conn, struct lb_buf *buf, uint32_t frame)
{
	struct draw_surface s;

	/* Straight into memory that the backend sees: no copy follows. */
	lb_guest_surface(g, &g->head[conn], buf, &s);
	if (buf->drawn)
		draw_move(&s, g->opt->seed + conn, buf->frame, frame);
	else
		draw_card(&s, g->opt->seed + conn, frame);
	buf->drawn = true;
	buf->frame = frame;
}

/* --- the mode --- */

static void ask_for_edid(struct lb_guest *g, uint32_t conn)
{
	struct lb_head *h = &g->head[conn];
	struct displif_msg msg = { .op = XENDISPL_OP_GET_EDID, .size = DISPLIF_EDID_MAX };
	struct displif_diag diag = { 0 };
	int err;

	h->width = g->connector[conn].width;
	h->height = g->connector[conn].height;
	if (g->cfg.version < 2) {
		h->state = LB_HEAD_UP;
		return;
	}
	if (h->edid.kind == DISPLIF_SHARE_NONE) {
		err = displif_port_share(&g->port, g->backend, &h->edid, DISPLIF_SHARE_OWN, NULL,
					 DISPLIF_EDID_MAX, h->edid_gref,
					 sizeof(h->edid_gref) / sizeof(h->edid_gref[0]), &diag);
		if (err) {
			lb_guest_fail(g, conn, "sharing memory for the EDID", err, &diag);
			return;
		}
	}
	msg.gref_dir = h->edid.gref_dir;
	if (lb_guest_send(g, conn, &msg, TOKEN(conn, 0)))
		h->state = LB_HEAD_EDID;
}

static void edid_came(struct lb_guest *g, struct lb_head *h, const struct displif_front_event *ev)
{
	uint8_t *copy = ev->status ? NULL : malloc(ev->edid_sz);
	struct displif_edid edid;
	struct displif_mode mode;

	/* Parse a private copy: the backend still can write to the shared one. */
	if (copy)
		memcpy(copy, h->edid.mem, ev->edid_sz);
	if (copy && !displif_edid_parse(copy, ev->edid_sz, &edid, &mode, 1, NULL) && edid.n_modes) {
		h->width = mode.width;
		h->height = mode.height;
		h->edid_used = true;
		memcpy(h->monitor, edid.name, sizeof(h->monitor));
	}
	/* No EDID is no error: XenStore's resolution stands. */
	free(copy);
	displif_port_unshare(&g->port, &h->edid);
	h->state = LB_HEAD_UP;
}

/* --- buffers --- */

static void create(struct lb_guest *g, uint32_t conn, struct lb_buf *b, uint64_t token)
{
	const struct lb_head *h = &g->head[conn];
	uint32_t bytes = draw_format_find(g->opt->fourcc)->bytes;
	struct displif_msg msg = {
		.op = XENDISPL_OP_DBUF_CREATE,
		.width = h->width,
		.height = h->height,
		.bpp = 8 * bytes,
		.size = h->width * h->height * bytes,
		.flags = g->cfg.be_alloc ? XENDISPL_DBUF_FLG_REQ_ALLOC : 0,
	};
	uint32_t words = displif_port_share_words(msg.size);
	struct displif_diag diag = { 0 };
	int err = 0;

	if (b->share.kind == DISPLIF_SHARE_NONE) {
		b->gref = calloc(words, sizeof(*b->gref));
		err = b->gref ? displif_port_share(&g->port, g->backend, &b->share,
						   g->cfg.be_alloc ? DISPLIF_SHARE_BACKEND :
								     DISPLIF_SHARE_OWN,
						   NULL, msg.size, b->gref, words, &diag) :
				DISPLIF_E_NOSPC;
		if (err) {
			lb_guest_fail(g, conn, "sharing a display buffer", err, &diag);
			return;
		}
		b->dbuf = displif_fdev_cookie(&g->fdev);
		b->fb = displif_fdev_cookie(&g->fdev);
	}
	msg.dbuf = b->dbuf;
	msg.gref_dir = b->share.gref_dir;
	if (lb_guest_send(g, BUFFER_RING, &msg, token))
		b->state = LB_BUF_CREATING;
}

static void attach(struct lb_guest *g, uint32_t conn, struct lb_buf *b, uint64_t token)
{
	struct displif_msg msg = {
		.op = XENDISPL_OP_FB_ATTACH,
		.dbuf = b->dbuf,
		.fb = b->fb,
		.width = g->head[conn].width,
		.height = g->head[conn].height,
		.format = g->opt->fourcc,
	};

	if (lb_guest_send(g, BUFFER_RING, &msg, token))
		b->state = LB_BUF_ATTACHING;
}

static void detach(struct lb_guest *g, struct lb_buf *b, uint64_t token)
{
	struct displif_msg msg = { .op = XENDISPL_OP_FB_DETACH, .fb = b->fb };

	if (lb_guest_send(g, BUFFER_RING, &msg, token))
		b->state = LB_BUF_DETACHING;
}

static void destroy(struct lb_guest *g, uint32_t conn, struct lb_buf *b, uint64_t token)
{
	struct displif_msg msg = { .op = XENDISPL_OP_DBUF_DESTROY, .dbuf = b->dbuf };
	int err = displif_port_share_unmap(&g->port, &b->share);

	/* Memory of the backend must not be mapped any more when it takes it back. */
	if (err)
		lb_guest_fail(g, conn, "unmapping a display buffer", err, NULL);
	else if (lb_guest_send(g, BUFFER_RING, &msg, token))
		b->state = LB_BUF_DESTROYING;
}

static void give_back(struct lb_guest *g, struct lb_buf *b)
{
	displif_port_unshare(&g->port, &b->share);
	free(b->gref);
	memset(b, 0, sizeof(*b));
}

/* The answer to a request about a buffer. */
static void buffer_event(struct lb_guest *g, uint32_t conn, struct lb_buf *b)
{
	struct displif_diag diag = { 0 };
	int err;

	if (b->state == LB_BUF_CREATING && g->cfg.be_alloc) {
		/* Its grants are in the directory now. */
		err = displif_port_share_alloced(&g->port, g->backend, &b->share, &diag);
		if (err)
			lb_guest_fail(g, conn, "mapping the backend's buffer", err, &diag);
	}
	if (b->state == LB_BUF_DESTROYING)
		give_back(g, b);
	else
		b->state++;
}

/* --- heads --- */

/* Shows the first frame: it comes with the mode. */
static void configure(struct lb_guest *g, uint32_t conn)
{
	struct lb_head *h = &g->head[conn];
	struct displif_msg msg = {
		.op = XENDISPL_OP_SET_CONFIG,
		.fb = h->buf[0].fb,
		.width = h->width,
		.height = h->height,
		.bpp = 8u * draw_format_find(g->opt->fourcc)->bytes,
	};

	draw(g, conn, &h->buf[0], 0);
	if (lb_guest_send(g, conn, &msg, TOKEN(conn, 0)))
		h->state = LB_HEAD_CONFIG;
}

/* Draws the next frame where nobody looks, and asks for it to be shown. */
static void flip(struct lb_guest *g, uint32_t conn)
{
	struct lb_head *h = &g->head[conn];
	uint32_t hidden = (h->shown + 1u) % LB_BUFFERS;
	struct displif_msg msg = { .op = XENDISPL_OP_PG_FLIP, .fb = h->buf[hidden].fb };

	draw(g, conn, &h->buf[hidden], h->frame + 1u);
	if (lb_guest_send(g, conn, &msg, TOKEN(conn, hidden)))
		h->state = LB_HEAD_FLIP;
}

static void blank(struct lb_guest *g, uint32_t conn)
{
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };

	if (lb_guest_send(g, conn, &msg, TOKEN(conn, 0)))
		g->head[conn].state = LB_HEAD_RESET;
}

static bool last_frame(const struct lb_guest *g, const struct lb_head *h)
{
	return g->stop || h->frame + 1u >= g->opt->frames;
}

/* What a head's buffers need now; how many of them are in state @goal. */
static uint32_t advance_buffers(struct lb_guest *g, uint32_t conn, enum lb_buf_state goal)
{
	uint32_t i, n = 0;

	for (i = 0; i < LB_BUFFERS; i++) {
		struct lb_buf *b = &g->head[conn].buf[i];

		if (b->state == goal)
			n++;
		else if (b->state == LB_BUF_NONE)
			create(g, conn, b, TOKEN(conn, i));
		else if (b->state == LB_BUF_CREATED)
			attach(g, conn, b, TOKEN(conn, i));
		else if (b->state == LB_BUF_READY)
			detach(g, b, TOKEN(conn, i));
		else if (b->state == LB_BUF_DETACHED)
			destroy(g, conn, b, TOKEN(conn, i));
	}
	return n;
}

static void advance(struct lb_guest *g, uint32_t conn)
{
	struct lb_head *h = &g->head[conn];

	if (h->state == LB_HEAD_NEW)
		ask_for_edid(g, conn);
	if (h->state == LB_HEAD_UP && advance_buffers(g, conn, LB_BUF_READY) == LB_BUFFERS)
		configure(g, conn);
	if (h->state == LB_HEAD_SHOWN && g->leave)
		blank(g, conn);
	else if (h->state == LB_HEAD_SHOWN && g->go && !last_frame(g, h))
		flip(g, conn);
	if (h->state == LB_HEAD_DOWN && advance_buffers(g, conn, LB_BUF_NONE) == LB_BUFFERS)
		h->state = LB_HEAD_OFF;
}

void lb_show_advance(struct lb_guest *g)
{
	uint32_t i, off = 0;

	for (i = 0; i < g->n && !g->failed; i++) {
		advance(g, i);
		off += g->head[i].state == LB_HEAD_OFF;
	}
	if (g->n && off == g->n && !g->removing) {
		g->removing = true;
		fake_task_kick(g->task);
	}
}

void lb_show_event(struct lb_guest *g, uint32_t conn, const struct displif_front_event *ev)
{
	struct lb_head *h = &g->head[TOKEN_CONN(ev->token)];

	if (ev->type == DISPLIF_EV_LOST) {
		lb_guest_fail(g, conn, displif_req_name(ev->op), ev->status, NULL);
		return;
	}
	if (ev->status && ev->op != XENDISPL_OP_GET_EDID) {
		cli_error("frontend, connector %u: the backend answers %s with %d", conn,
			  displif_req_name(ev->op), ev->status);
		g->failed = true;
		return;
	}
	switch (ev->op) {
	case XENDISPL_OP_GET_EDID:
		edid_came(g, h, ev);
		break;
	case XENDISPL_OP_SET_CONFIG:
		h->state = h->state == LB_HEAD_RESET ? LB_HEAD_DOWN : LB_HEAD_SHOWN;
		break;
	case XENDISPL_OP_PG_FLIP:
		/* The answer says that the backend will show it, the event that it did. */
		if (ev->type != DISPLIF_EV_FLIP)
			break;
		h->shown = TOKEN_BUF(ev->token);
		h->frame = h->buf[h->shown].frame;
		h->flips++;
		h->state = LB_HEAD_SHOWN;
		break;
	default:
		buffer_event(g, TOKEN_CONN(ev->token), &h->buf[TOKEN_BUF(ev->token)]);
	}
}

void lb_show_release(struct lb_guest *g)
{
	uint32_t i, k;

	for (i = 0; i < g->n; i++) {
		displif_port_unshare(&g->port, &g->head[i].edid);
		for (k = 0; k < LB_BUFFERS; k++)
			give_back(g, &g->head[i].buf[k]);
		g->head[i].state = LB_HEAD_NEW;
	}
}

bool lb_guest_shown(const struct lb_guest *g)
{
	uint32_t i;

	for (i = 0; i < g->n; i++) {
		if (g->head[i].state != LB_HEAD_SHOWN)
			return false;
	}
	return g->n > 0;
}

bool lb_guest_done(const struct lb_guest *g)
{
	uint32_t i;

	for (i = 0; i < g->n; i++) {
		if (!last_frame(g, &g->head[i]))
			return false;
	}
	return lb_guest_shown(g);
}
