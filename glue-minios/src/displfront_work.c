// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * What the program wants against what the backend has: one request at a time brings the one to the other. It
 * begins anew after a reconnection and may stop at any point. The device's thread only.
 */
#include "displfront_priv.h"

/* --- the request --- */

void displfront_send(struct displfront_dev *dev, uint32_t connector, struct displfront_buf *buf,
		     const struct displif_msg *msg)
{
	struct displfront_req *r = &dev->req;
	unsigned long flags;
	int err;

	memset(r, 0, sizeof(*r));
	/* Below are the flips' tokens. */
	r->token = DISPLFRONT_TOKENS + dev->token++;
	r->buf = buf;
	r->connector = connector;
	r->op = msg->op;
	dev->stats.requests++;
	local_irq_save(flags);
	err = displif_front_submit(&dev->front[connector], msg, r->token, displfront_clock(dev));
	if (err) {
		/* No slot: flips have them all, or it is dead. As if it had been lost. */
		r->over = true;
		r->lost = true;
		r->status = err;
	} else {
		displfront_pump(dev, connector);
	}
	local_irq_restore(flags);
}

static void send_create(struct displfront_dev *dev, struct displfront_buf *b)
{
	struct displif_msg msg;

	memset(&msg, 0, sizeof(msg));
	msg.op = XENDISPL_OP_DBUF_CREATE;
	msg.dbuf = b->dbuf;
	msg.width = b->fb.width;
	msg.height = b->fb.height;
	msg.bpp = displif_format_bpp(b->fb.fourcc);
	msg.size = b->fb.size;
	msg.flags = b->fb.backend_allocated ? XENDISPL_DBUF_FLG_REQ_ALLOC : 0;
	msg.gref_dir = b->share.gref_dir;
	displfront_send(dev, 0, b, &msg);
}

static void send_attach(struct displfront_dev *dev, struct displfront_buf *b)
{
	struct displif_msg msg;

	memset(&msg, 0, sizeof(msg));
	msg.op = XENDISPL_OP_FB_ATTACH;
	msg.dbuf = b->dbuf;
	msg.fb = b->cookie;
	msg.width = b->fb.width;
	msg.height = b->fb.height;
	msg.format = b->fb.fourcc;
	displfront_send(dev, 0, b, &msg);
}

static void send_down(struct displfront_dev *dev, struct displfront_buf *b, uint8_t op)
{
	struct displif_msg msg;

	memset(&msg, 0, sizeof(msg));
	msg.op = op;
	if (op == XENDISPL_OP_FB_DETACH)
		msg.fb = b->cookie;
	else
		msg.dbuf = b->dbuf;
	displfront_send(dev, 0, b, &msg);
}

/* @b NULL: off. */
static void send_config(struct displfront_dev *dev, uint32_t index, struct displfront_buf *b)
{
	struct displif_msg msg;

	memset(&msg, 0, sizeof(msg));
	msg.op = XENDISPL_OP_SET_CONFIG;
	if (b) {
		msg.fb = b->cookie;
		msg.width = b->fb.width;
		msg.height = b->fb.height;
		msg.bpp = displif_format_bpp(b->fb.fourcc);
	}
	displfront_send(dev, index, b, &msg);
}

/* --- framebuffers --- */

static void buf_unshare(struct displfront_dev *dev, struct displfront_buf *b)
{
	if (b->step != DISPLFRONT_NONE)
		displif_port_unshare(&dev->port, &b->share);
	b->step = DISPLFRONT_NONE;
}

static void buf_end(struct displfront_dev *dev, struct displfront_buf *b)
{
	struct displfront_buf **at = &dev->bufs;

	buf_unshare(dev, b);
	if (b->block)
		displfront_block_drop(dev, b->block);
	b->block = NULL;
	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
	b->gone = true;
	if (b->left)
		displfront_buf_free(b);
	else
		wake_up(&dev->waitq);
}

/* It cannot be had in this connection. */
static void buf_fail(struct displfront_dev *dev, struct displfront_buf *b, int err)
{
	b->err = err;
	if (b->made)
		b->fb.lost = true;
	wake_up(&dev->waitq);
}

/* False: not now, a backend of before still maps its pages. */
static bool buf_share(struct displfront_dev *dev, struct displfront_buf *b)
{
	struct displif_diag diag;
	int err;

	memset(&diag, 0, sizeof(diag));
	err = displif_port_share(&dev->port, dev->backend, &b->share,
				 b->block ? DISPLIF_SHARE_EXISTING : DISPLIF_SHARE_BACKEND,
				 b->block ? b->block->va : NULL, b->fb.size, b->gref, b->words,
				 &diag);
	if (err == DISPLIF_E_AGAIN)
		return false;
	if (err) {
		/* The budget's own words are better. */
		if (err != DISPLIF_E_NOSPC)
			displfront_fail_diag(dev, "sharing a framebuffer", err, &diag);
		buf_fail(dev, b, displfront_errno(err));
		return false;
	}
	b->step = DISPLFRONT_SHARED;
	b->dbuf = displif_fdev_cookie(&dev->fdev);
	b->cookie = displif_fdev_cookie(&dev->fdev);
	return true;
}

/* Connectors whose framebuffer is to go become dark first. */
static void hide(struct displfront_dev *dev)
{
	uint32_t i;

	for (i = 0; i < dev->n_conn; i++)
		if (dev->conn[i]->front && !dev->conn[i]->front->wanted)
			displfront_conn_show(dev->conn[i], NULL);
}

/* Takes one down by a step. Returns whether a request was sent. */
static bool buf_down(struct displfront_dev *dev, struct displfront_buf *b)
{
	if (b->flying || b->stuck)
		return false;
	if (dev->started && b->step == DISPLFRONT_ATTACHED) {
		send_down(dev, b, XENDISPL_OP_FB_DETACH);
		return true;
	}
	if (dev->started && b->step == DISPLFRONT_CREATED) {
		displif_port_share_unmap(&dev->port, &b->share);
		send_down(dev, b, XENDISPL_OP_DBUF_DESTROY);
		return true;
	}
	buf_end(dev, b);
	return false;
}

/* The same upwards. */
static bool buf_up(struct displfront_dev *dev, struct displfront_buf *b)
{
	if (b->err || b->fb.lost || b->stuck)
		return false;
	if (b->step == DISPLFRONT_NONE && !buf_share(dev, b))
		return false;
	if (b->step == DISPLFRONT_SHARED)
		send_create(dev, b);
	else if (b->step == DISPLFRONT_CREATED)
		send_attach(dev, b);
	else
		return false;
	return true;
}

static bool next_buf(struct displfront_dev *dev)
{
	struct displfront_buf *b, *next;

	for (b = dev->bufs; b; b = next) {
		next = b->next;
		if (!b->wanted ? buf_down(dev, b) : dev->started && buf_up(dev, b))
			return true;
	}
	return false;
}

/* --- modes --- */

void displfront_conn_show(struct displfront_conn *c, struct displfront_buf *buf)
{
	c->front = buf;
	c->err = 0;
	c->dirty = true;
}

static void mode_done(struct displfront_dev *dev, struct displfront_conn *c, int err)
{
	c->dirty = false;
	c->err = err;
	wake_up(&dev->waitq);
}

/* Backends show nothing before the first flip. Returns whether one is under way. */
static bool show_front(struct displfront_dev *dev, uint32_t index)
{
	struct displfront_conn *c = dev->conn[index];
	struct displfront_flip *own = &c->flip[DISPLFRONT_OWN_FLIP];
	unsigned long flags;
	int err = 0;

	local_irq_save(flags);
	if (own->buf && own->waited && own->over) {
		err = own->status;
		displfront_flip_read(own);
		local_irq_restore(flags);
		mode_done(dev, c, err);
		return false;
	}
	/* The answer to an earlier one is owed, or the program flips to it just now. */
	if (!own->buf && !c->front->flying)
		err = displfront_flip_send(dev, index, DISPLFRONT_OWN_FLIP, c->front, true);
	local_irq_restore(flags);
	if (err)
		mode_done(dev, c, displfront_errno(err));
	return !err;
}

static bool next_mode(struct displfront_dev *dev, uint32_t index)
{
	struct displfront_conn *c = dev->conn[index];
	struct displfront_buf *b = c->front;

	if (!c->dirty)
		return false;
	if (b && b->step != DISPLFRONT_ATTACHED) {
		/* One that comes later, or never. */
		if (b->fb.lost || b->err)
			mode_done(dev, c, -ESTALE);
		return false;
	}
	if (c->mode_width &&
	    (!b || b->fb.width != c->mode_width || b->fb.height != c->mode_height)) {
		send_config(dev, index, NULL);
		return true;
	}
	if (!b) {
		mode_done(dev, c, 0);
		return false;
	}
	if (!c->mode_width) {
		send_config(dev, index, b);
		return true;
	}
	return show_front(dev, index);
}

/* --- answers --- */

static void refused(struct displfront_dev *dev, const struct displfront_req *r)
{
	if (r->lost)
		displfront_fail(dev, "connector %u: %s: %s", r->connector, displif_req_name(r->op),
				displif_strerror(r->status));
	else
		displfront_fail(dev, "connector %u: %s: the backend answered %d", r->connector,
				displif_req_name(r->op), (int)r->status);
}

static void created(struct displfront_dev *dev, struct displfront_buf *b)
{
	struct displif_diag diag;
	int err;

	b->step = DISPLFRONT_CREATED;
	if (b->block)
		return;
	memset(&diag, 0, sizeof(diag));
	err = displif_port_share_alloced(&dev->port, dev->backend, &b->share, &diag);
	if (err) {
		displfront_fail_diag(dev, "mapping the backend's buffer", err, &diag);
		buf_fail(dev, b, displfront_errno(err));
	}
	b->fb.pixels = b->share.mem;
}

static void buf_answer(struct displfront_dev *dev, const struct displfront_req *r, int err)
{
	struct displfront_buf *b = r->buf;
	bool pages = r->op == XENDISPL_OP_DBUF_CREATE || r->op == XENDISPL_OP_DBUF_DESTROY;

	/* Perhaps the backend still does it, now or later: its pages stay as they are. */
	if (r->lost && pages)
		b->stuck = true;
	/* Going down, what is refused counts as gone. */
	if (r->op == XENDISPL_OP_FB_DETACH) {
		b->step = DISPLFRONT_CREATED;
	} else if (r->op == XENDISPL_OP_DBUF_DESTROY) {
		if (!b->stuck)
			b->step = DISPLFRONT_SHARED;
	} else if (err) {
		buf_fail(dev, b, err);
	} else if (r->op == XENDISPL_OP_DBUF_CREATE) {
		created(dev, b);
	} else {
		b->step = DISPLFRONT_ATTACHED;
		b->made = true;
	}
	wake_up(&dev->waitq);
}

static void config_answer(struct displfront_dev *dev, const struct displfront_req *r, int err)
{
	struct displfront_conn *c = dev->conn[r->connector];

	if (err && r->buf) {
		mode_done(dev, c, err);
		return;
	}
	c->mode_width = r->buf ? r->buf->fb.width : 0;
	c->mode_height = r->buf ? r->buf->fb.height : 0;
}

static void answer(struct displfront_dev *dev)
{
	struct displfront_req r = dev->req;
	int err = 0;

	if (r.status || r.lost) {
		err = r.lost ? displfront_errno(r.status) : -EIO;
		if (r.op != XENDISPL_OP_GET_EDID)
			refused(dev, &r);
	}
	if (r.op == XENDISPL_OP_GET_EDID)
		displfront_edid_answer(dev);
	else if (r.op == XENDISPL_OP_SET_CONFIG)
		config_answer(dev, &r, err);
	else
		buf_answer(dev, &r, err);
	dev->req.op = 0;
}

/* --- all of it --- */

/* Nothing is wanted any more. */
static void want_nothing(struct displfront_dev *dev)
{
	struct displfront_buf *b;
	uint32_t i;

	for (b = dev->bufs; b; b = b->next)
		b->wanted = false;
	for (i = 0; i < dev->n_conn; i++)
		if (dev->conn[i]->front)
			displfront_conn_show(dev->conn[i], NULL);
}

bool displfront_work(struct displfront_dev *dev)
{
	uint32_t i;

	if (dev->req.op && dev->req.over)
		answer(dev);
	if (dev->req.op)
		return true;
	if (dev->leaving)
		want_nothing(dev);
	hide(dev);
	for (i = 0; dev->started && i < dev->n; i++)
		if (next_mode(dev, i))
			return true;
	return next_buf(dev) || (dev->started && !dev->leaving && displfront_edid_ask(dev));
}

bool displfront_settled(const struct displfront_dev *dev)
{
	uint32_t i;

	if (dev->req.op)
		return false;
	if (!dev->leaving)
		return dev->edid_next >= dev->n;
	for (i = 0; i < dev->n; i++)
		if (dev->conn[i]->mode_width)
			return false;
	return !dev->bufs;
}

void displfront_work_stop(struct displfront_dev *dev)
{
	struct displfront_buf *b;
	uint32_t i;

	dev->req.op = 0;
	for (i = 0; i < dev->n_conn; i++) {
		struct displfront_conn *c = dev->conn[i];

		c->mode_width = c->mode_height = 0;
		c->flip[DISPLFRONT_OWN_FLIP].buf = NULL;
		if (c->dirty)
			mode_done(dev, c, -ENOTCONN);
		/* To be shown by the next connection. */
		c->dirty = c->front;
	}
	for (b = dev->bufs; b; b = b->next) {
		b->stuck = false;
		if (b->step > DISPLFRONT_SHARED)
			b->step = DISPLFRONT_SHARED;
		if (!b->made)
			buf_fail(dev, b, -ENOTCONN);
		else if (!b->block)
			b->fb.lost = true;
	}
}

void displfront_work_release(struct displfront_dev *dev)
{
	struct displfront_buf *b;

	displfront_edid_release(dev);
	/* The program may still draw to what the backend allocated. */
	for (b = dev->bufs; b; b = b->next)
		if (b->block)
			buf_unshare(dev, b);
}

void displfront_work_end(struct displfront_dev *dev)
{
	while (dev->bufs) {
		dev->bufs->left = true;
		buf_end(dev, dev->bufs);
	}
}
