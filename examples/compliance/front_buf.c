/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The judging frontend's buffers, and what checks say of statuses. */
#include "front.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XRGB8888 DISPLIF_FOURCC('X', 'R', '2', '4')

uint64_t cc_cookie(struct cc_front *f)
{
	/* Both halves count. */
	f->cookie += UINT64_C(0x100000001);
	return f->cookie;
}

struct cc_buf *cc_buf_share(struct cc_front *f, enum displif_share_kind kind, uint32_t width,
			    uint32_t height, uint32_t size)
{
	struct displif_diag diag = { 0 };
	struct cc_buf *buf = NULL;
	uint32_t i;
	int err;

	for (i = 0; i < CC_BUFS && !buf; i++) {
		if (!f->buf[i].used)
			buf = &f->buf[i];
	}
	if (!buf) {
		snprintf(f->why, sizeof(f->why), "more than %u buffers", CC_BUFS);
		return NULL;
	}
	memset(buf, 0, sizeof(*buf));
	buf->width = width;
	buf->height = height;
	buf->size = size ? size : width * height * 4u;
	buf->words = displif_port_share_words(buf->size);
	buf->gref = calloc(buf->words, sizeof(*buf->gref));
	if (!buf->gref) {
		snprintf(f->why, sizeof(f->why), "out of memory");
		return NULL;
	}
	err = displif_port_share(&f->w->port, f->w->peer, &buf->share, kind, NULL, buf->size,
				 buf->gref, buf->words, &diag);
	if (err) {
		free(buf->gref);
		buf->gref = NULL;
		snprintf(f->why, sizeof(f->why), "sharing %u bytes: %s", buf->size,
			 displif_strerror(err));
		return NULL;
	}
	buf->used = true;
	return buf;
}

struct displif_msg cc_msg_create(struct cc_front *f, const struct cc_buf *buf)
{
	return (struct displif_msg){ .op = XENDISPL_OP_DBUF_CREATE,
				     .dbuf = cc_cookie(f),
				     .width = buf->width,
				     .height = buf->height,
				     .bpp = 32,
				     .size = buf->size,
				     .flags = buf->share.kind == DISPLIF_SHARE_BACKEND ?
						      XENDISPL_DBUF_FLG_REQ_ALLOC :
						      0u,
				     .gref_dir = buf->share.gref_dir };
}

struct displif_msg cc_msg_attach(struct cc_front *f, const struct cc_buf *buf)
{
	return (struct displif_msg){ .op = XENDISPL_OP_FB_ATTACH,
				     .dbuf = buf->dbuf,
				     .fb = cc_cookie(f),
				     .width = buf->width,
				     .height = buf->height,
				     .format = XRGB8888 };
}

struct displif_msg cc_msg_config(const struct cc_buf *buf)
{
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };

	if (buf) {
		msg.fb = buf->fb;
		msg.width = buf->width;
		msg.height = buf->height;
		msg.bpp = 32;
	}
	return msg;
}

struct displif_msg cc_msg_fb(uint8_t op, uint64_t fb)
{
	return (struct displif_msg){ .op = op, .fb = fb };
}

struct displif_msg cc_msg_destroy(uint64_t dbuf)
{
	return (struct displif_msg){ .op = XENDISPL_OP_DBUF_DESTROY, .dbuf = dbuf };
}

int32_t cc_buf_create(struct cc_front *f, struct cc_buf *buf, const struct displif_msg *msg)
{
	int32_t status = cc_call(f, 0, msg);

	if (status == 0)
		buf->dbuf = msg->dbuf;
	return status;
}

int32_t cc_buf_attach(struct cc_front *f, struct cc_buf *buf, const struct displif_msg *msg)
{
	int32_t status = cc_call(f, 0, msg);

	if (status == 0)
		buf->fb = msg->fb;
	return status;
}

struct cc_buf *cc_make_dbuf(struct cc_front *f, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_OWN, 64, 48, 0);
	struct displif_msg msg;
	int32_t status;

	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return NULL;
	}
	msg = cc_msg_create(f, buf);
	status = cc_buf_create(f, buf, &msg);
	if (status == 0)
		return buf;
	cc_fail(r, "a plain DBUF_CREATE %s", cc_status_text(status));
	return NULL;
}

struct cc_buf *cc_make_fb(struct cc_front *f, struct cc_result *r)
{
	struct cc_buf *buf = cc_make_dbuf(f, r);
	struct displif_msg msg;
	int32_t status;

	if (!buf)
		return NULL;
	msg = cc_msg_attach(f, buf);
	status = cc_buf_attach(f, buf, &msg);
	if (status == 0)
		return buf;
	cc_fail(r, "a plain FB_ATTACH %s", cc_status_text(status));
	return NULL;
}

int32_t cc_buf_end(struct cc_front *f, struct cc_buf *buf)
{
	struct displif_msg msg = cc_msg_fb(XENDISPL_OP_FB_DETACH, buf->fb);
	int32_t first = 0, status = 0;

	if (buf->fb)
		first = cc_call(f, 0, &msg);
	if (buf->share.kind == DISPLIF_SHARE_BACKEND)
		displif_port_share_unmap(&f->w->port, &buf->share);
	msg = cc_msg_destroy(buf->dbuf);
	if (buf->dbuf && first != CC_SILENT)
		status = cc_call(f, 0, &msg);
	cc_buf_drop(f, buf);
	return first ? first : status;
}

void cc_buf_drop(struct cc_front *f, struct cc_buf *buf)
{
	if (!buf->used)
		return;
	displif_port_share_unmap(&f->w->port, &buf->share);
	displif_port_unshare(&f->w->port, &buf->share);
	free(buf->gref);
	memset(buf, 0, sizeof(*buf));
}

int cc_buf_maps(struct cc_front *f, const struct cc_buf *buf)
{
	uint32_t i;
	int maps = 0, n;

	for (i = 0; i < buf->share.pages + buf->share.dirs; i++) {
		if (buf->share.kind == DISPLIF_SHARE_BACKEND && i < buf->share.pages)
			continue;
		n = f->w->ops->maps(f->w->ctx, buf->gref[i]);
		if (n < 0)
			return n;
		maps += n;
	}
	return maps;
}

/* --- what checks say --- */

const char *cc_status_text(int32_t status)
{
	static char text[4][48];
	static uint32_t next;
	char *buf = text[next++ % 4];

	if (status == CC_SILENT)
		snprintf(buf, sizeof(text[0]), "was not answered in %u ms", CC_PATIENCE_MS);
	else
		snprintf(buf, sizeof(text[0]), "was answered %d", status);
	return buf;
}

void cc_want(struct cc_result *r, const char *what, int32_t status, int32_t wanted)
{
	if (status == wanted)
		return;
	if (wanted && status < 0)
		cc_warn(r, "%s %s, which is an error, but not %d", what, cc_status_text(status),
			wanted);
	else
		cc_fail(r, "%s %s instead of %d", what, cc_status_text(status), wanted);
}

void cc_want_error(struct cc_result *r, const char *what, int32_t status)
{
	if (status >= 0)
		cc_fail(r, "%s %s instead of an error", what, cc_status_text(status));
}

void cc_want_alive(struct cc_front *f, struct cc_result *r, const char *what, int32_t status)
{
	if (status == CC_SILENT)
		cc_fail(r, "%s %s", what, cc_status_text(status));
	else if (!cc_front_alive(f))
		cc_fail(r, "%s %s, and then nothing any more; the backend is in %s", what,
			cc_status_text(status), displif_xs_state_name(cc_peer_state(f->w)));
}
