/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The frontend of tests: requests, answers and display buffers. */
#include <stdlib.h>
#include <string.h>

#include "end.h"

#define XRGB8888 DISPLIF_FOURCC('X', 'R', '2', '4')
/* Longer than every time-out of a request. */
#define PATIENCE_MS 10000u

struct end_wait *end_front_waited(struct end_front *f, uint64_t token)
{
	struct end_wait *wait = &f->wait[token % END_WAITS];

	return token && wait->token == token ? wait : NULL;
}

uint64_t end_front_send(struct end_front *f, uint32_t c, const struct displif_msg *msg, bool flush)
{
	struct end_wait *wait;

	if (c >= f->n) {
		f->last_err = DISPLIF_E_STATE;
		return 0;
	}
	f->last_err = displif_front_submit(&f->front[c], msg, f->token + 1, fake_now(f->w));
	if (f->last_err)
		return 0;
	f->token++;
	wait = &f->wait[f->token % END_WAITS];
	memset(wait, 0, sizeof(*wait));
	wait->token = f->token;
	if (flush)
		end_front_flush(f, c);
	return f->token;
}

static bool answered(void *arg)
{
	struct end_wait *wait = arg;

	return wait->rsp || wait->lost;
}

static bool flipped(void *arg)
{
	struct end_wait *wait = arg;

	return wait->flip || wait->lost || (wait->rsp && wait->status);
}

int end_front_call(struct end_front *f, uint32_t c, const struct displif_msg *msg,
		   struct end_wait *got)
{
	uint64_t token = end_front_send(f, c, msg, true);
	struct end_wait *wait = end_front_waited(f, token);
	bool done;

	if (!wait)
		return 1;
	done = fake_until(f->w, answered, wait, PATIENCE_MS);
	if (got)
		*got = *wait;
	return done && !wait->lost ? wait->status : 1;
}

/* Lets go of a buffer's memory and grants. */
static void drop(struct end_front *f, struct end_buf *buf)
{
	if (!buf->used)
		return;
	displif_port_share_unmap(&f->port, &buf->share);
	displif_port_unshare(&f->port, &buf->share);
	displif_port_unshare(&f->port, &buf->share); /* idempotent */
	if (buf->own)
		fake_mem_free(f->dom, buf->own);
	free(buf->gref);
	memset(buf, 0, sizeof(*buf));
}

void end_front_drop_bufs(struct end_front *f)
{
	uint32_t i;

	for (i = 0; i < END_BUFS; i++)
		drop(f, &f->buf[i]);
	if (f->dropped)
		f->dropped(f);
}

static int share(struct end_front *f, struct end_buf *buf, enum displif_share_kind kind)
{
	uint32_t words = displif_port_share_words(buf->size);

	buf->gref = calloc(words, sizeof(*buf->gref));
	if (!buf->gref)
		abort();
	if (kind == DISPLIF_SHARE_EXISTING) {
		buf->own = fake_mem_alloc(f->dom, displif_pgdir_pages(buf->size), true);
		if (!buf->own)
			return DISPLIF_E_OS;
	}
	return displif_port_share(&f->port, f->backend, &buf->share, kind, buf->own, buf->size,
				  buf->gref, words, &f->diag);
}

/* Tells the backend. 0, or what it answered. */
static int introduce(struct end_front *f, struct end_buf *buf, enum displif_share_kind kind)
{
	struct displif_msg msg = { .op = XENDISPL_OP_DBUF_CREATE };
	int status;

	msg.dbuf = displif_fdev_cookie(&f->dev);
	msg.width = buf->width;
	msg.height = buf->height;
	msg.bpp = 32;
	msg.size = buf->size;
	msg.gref_dir = buf->share.gref_dir;
	msg.flags = kind == DISPLIF_SHARE_BACKEND ? XENDISPL_DBUF_FLG_REQ_ALLOC : 0;
	status = end_front_call(f, 0, &msg, NULL);
	if (status)
		return status;
	buf->dbuf = msg.dbuf;
	if (kind == DISPLIF_SHARE_BACKEND) {
		f->last_err =
			displif_port_share_alloced(&f->port, f->backend, &buf->share, &f->diag);
		if (f->last_err)
			return f->last_err;
	}
	msg = (struct displif_msg){ .op = XENDISPL_OP_FB_ATTACH, .dbuf = buf->dbuf };
	msg.fb = displif_fdev_cookie(&f->dev);
	msg.width = buf->width;
	msg.height = buf->height;
	msg.format = XRGB8888;
	status = end_front_call(f, 0, &msg, NULL);
	if (!status)
		buf->fb = msg.fb;
	return status;
}

int end_front_buf(struct end_front *f, enum displif_share_kind kind, uint32_t width,
		  uint32_t height)
{
	struct end_buf *buf;
	uint32_t i;
	int err;

	for (i = 0; i < END_BUFS && f->buf[i].used; i++)
		;
	if (i == END_BUFS) {
		f->last_err = DISPLIF_E_FULL;
		return -1;
	}
	buf = &f->buf[i];
	buf->used = true;
	buf->width = width;
	buf->height = height;
	buf->size = width * height * 4;
	err = share(f, buf, kind);
	if (!err)
		err = introduce(f, buf, kind);
	if (!err)
		return (int)i;
	/* The connection may have ended meanwhile, and the buffer with it. */
	if (buf->used && buf->dbuf)
		end_front_buf_free(f, (int)i);
	else
		drop(f, buf);
	f->last_err = err;
	return -1;
}

int end_front_buf_free(struct end_front *f, int i)
{
	struct end_buf *buf = &f->buf[i];
	struct displif_msg msg = { .op = XENDISPL_OP_FB_DETACH, .fb = buf->fb };
	int first = 0, status;

	if (buf->fb)
		first = end_front_call(f, 0, &msg, NULL);
	displif_port_share_unmap(&f->port, &buf->share);
	msg = (struct displif_msg){ .op = XENDISPL_OP_DBUF_DESTROY, .dbuf = buf->dbuf };
	status = buf->dbuf ? end_front_call(f, 0, &msg, NULL) : 0;
	drop(f, buf);
	return first ? first : status;
}

int end_front_config(struct end_front *f, uint32_t c, int i)
{
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };

	if (i >= 0) {
		msg.fb = f->buf[i].fb;
		msg.width = f->buf[i].width;
		msg.height = f->buf[i].height;
		msg.bpp = 32;
	}
	return end_front_call(f, c, &msg, NULL);
}

uint64_t end_front_flip_send(struct end_front *f, uint32_t c, int i)
{
	struct displif_msg msg = { .op = XENDISPL_OP_PG_FLIP, .fb = f->buf[i].fb };

	return end_front_send(f, c, &msg, true);
}

int end_front_flip(struct end_front *f, uint32_t c, int i)
{
	struct end_wait *wait = end_front_waited(f, end_front_flip_send(f, c, i));

	if (!wait || !fake_until(f->w, flipped, wait, PATIENCE_MS) || wait->lost)
		return 1;
	return wait->status;
}

int end_front_edid(struct end_front *f, uint32_t c, void *edid, uint32_t cap)
{
	uint32_t gref[9]; /* 8 pages, one directory page */
	struct displif_share share = { 0 };
	struct displif_msg msg = { .op = XENDISPL_OP_GET_EDID, .size = DISPLIF_EDID_MAX };
	struct end_wait got;
	int status;

	if (displif_port_share(&f->port, f->backend, &share, DISPLIF_SHARE_OWN, NULL, msg.size,
			       gref, 9, &f->diag))
		return 1;
	msg.gref_dir = share.gref_dir;
	status = end_front_call(f, c, &msg, &got);
	if (!status) {
		status = (int)got.edid_sz;
		memcpy(edid, share.mem, got.edid_sz < cap ? got.edid_sz : cap);
	}
	displif_port_unshare(&f->port, &share);
	return status;
}
