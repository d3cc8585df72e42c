/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Does what the plan asks for: one request at a time, and sharing and mapping between them. The device's
 * thread only.
 */
#include "displfront_priv.h"

/* --- requests --- */

void displfront_send(struct displfront_dev *dev, uint32_t connector, const struct displif_msg *msg)
{
	struct displfront_req *r = &dev->req;
	unsigned long flags;
	int err;

	memset(r, 0, sizeof(*r));
	/* Below are the flips' tokens. */
	r->token = DISPLFRONT_TOKENS + dev->token++;
	r->connector = connector;
	r->op = msg->op;
	dev->stats.requests++;
	local_irq_save(flags);
	err = displif_front_submit(&dev->front[connector], msg, r->token, displfront_clock(dev));
	if (err) {
		/* Never sent, so nothing will come of it. */
		r->over = true;
		r->status = err;
		r->unsent = true;
	} else {
		displfront_pump(dev, connector);
	}
	local_irq_restore(flags);
}

static void explain(struct displfront_dev *dev, const struct displfront_req *r)
{
	if (r->lost || r->unsent)
		displfront_fail(dev, "connector %u: %s: %s", r->connector, displif_req_name(r->op),
				displif_strerror(r->status));
	else
		displfront_fail(dev, "connector %u: %s: the backend answered %d", r->connector,
				displif_req_name(r->op), (int)r->status);
}

static void answer(struct displfront_dev *dev)
{
	struct displfront_req r = dev->req;
	int err = 0;

	dev->req.op = 0;
	if (r.op == XENDISPL_OP_GET_EDID) {
		displfront_edid_answer(dev, &r);
		return;
	}
	if (r.lost || r.unsent)
		err = displfront_errno(r.status);
	else if (r.status)
		err = -EIO;
	if (err)
		explain(dev, &r);
	displif_plan_done(&dev->plan, err, r.lost);
}

/* --- buffers --- */

static struct displfront_buf *to_buf(struct displif_plan_buf *p)
{
	return (struct displfront_buf *)((char *)p - offsetof(struct displfront_buf, plan));
}

static int buf_share(struct displfront_dev *dev, struct displfront_buf *b)
{
	struct displif_diag diag;
	int err;

	memset(&diag, 0, sizeof(diag));
	err = displif_port_share(&dev->port, dev->backend, &b->share,
				 b->block ? DISPLIF_SHARE_EXISTING : DISPLIF_SHARE_BACKEND,
				 b->block ? b->block->va : NULL, b->plan.size, b->gref, b->words,
				 &diag);
	/* The budget's own words are better. */
	if (err && err != DISPLIF_E_NOSPC)
		displfront_fail_diag(dev, "sharing a framebuffer", err, &diag);
	b->plan.gref_dir = b->share.gref_dir;
	return displfront_errno(err);
}

static int buf_map(struct displfront_dev *dev, struct displfront_buf *b)
{
	struct displif_diag diag;
	int err;

	memset(&diag, 0, sizeof(diag));
	err = displif_port_share_alloced(&dev->port, dev->backend, &b->share, &diag);
	if (err)
		displfront_fail_diag(dev, "mapping the backend's buffer", err, &diag);
	b->fb.pixels = b->share.mem;
	return displfront_errno(err);
}

static void buf_unshare(struct displfront_dev *dev, struct displfront_buf *b)
{
	if (b->plan.step != DISPLIF_PLAN_NONE)
		displif_port_unshare(&dev->port, &b->share);
	displif_plan_unshared(&b->plan);
}

static void buf_drop(struct displfront_dev *dev, struct displfront_buf *b)
{
	buf_unshare(dev, b);
	if (b->block)
		displfront_block_drop(dev, b->block);
	b->gone = true;
	if (b->left)
		displfront_buf_free(b);
}

/* --- the plan --- */

static void act(struct displfront_dev *dev, struct displif_plan_todo *todo)
{
	struct displfront_buf *b;

	if (todo->act == DISPLIF_PLAN_SEND || todo->act == DISPLIF_PLAN_FLIP) {
		if (todo->buf && todo->msg.op == XENDISPL_OP_DBUF_DESTROY)
			displif_port_share_unmap(&dev->port, &to_buf(todo->buf)->share);
		displfront_send(dev, todo->connector, &todo->msg);
		return;
	}
	BUG_ON(!todo->buf);
	b = to_buf(todo->buf);
	if (todo->act == DISPLIF_PLAN_SHARE)
		displif_plan_done(&dev->plan, buf_share(dev, b), false);
	else if (todo->act == DISPLIF_PLAN_MAP)
		displif_plan_done(&dev->plan, buf_map(dev, b), false);
	else
		buf_drop(dev, b);
}

/* What the program sees, and what the plan cannot know. */
static void mirror(struct displfront_dev *dev)
{
	struct displif_plan_buf *p;

	for (p = dev->plan.bufs; p; p = p->next) {
		to_buf(p)->fb.lost = p->lost;
		p->wait = to_buf(p)->block && to_buf(p)->block->n_held;
	}
	wake_up(&dev->waitq);
}

/* Nothing is wanted any more. The program is in shutdown_displfront(): nobody waits for the end of a buffer. */
static void want_nothing(struct displfront_dev *dev)
{
	struct displif_plan_buf *p;

	for (p = dev->plan.bufs; p; p = p->next)
		to_buf(p)->left = true;
	displif_plan_clear(&dev->plan);
}

/* The program is told when flips make sense again. Returns whether something is under way. */
static bool settle(struct displfront_dev *dev, uint8_t act)
{
	if (act == DISPLIF_PLAN_IDLE && dev->started && dev->returning) {
		dev->returning = false;
		displfront_status_changed(dev);
	}
	return act == DISPLIF_PLAN_WAIT;
}

bool displfront_work(struct displfront_dev *dev)
{
	struct displif_plan_todo todo;

	if (dev->leaving)
		want_nothing(dev);
	for (;;) {
		if (dev->req.op && dev->req.over)
			answer(dev);
		mirror(dev);
		if (dev->req.op)
			return true;
		if (displif_plan_next(&dev->plan, &todo))
			act(dev, &todo);
		else if (!dev->started || dev->leaving || !displfront_edid_ask(dev))
			return settle(dev, todo.act);
	}
}

bool displfront_settled(const struct displfront_dev *dev)
{
	if (dev->req.op)
		return false;
	return dev->leaving ? displif_plan_empty(&dev->plan) : dev->edid_next >= dev->n;
}

void displfront_work_stop(struct displfront_dev *dev)
{
	dev->req.op = 0;
	displif_plan_stop(&dev->plan, -ENOTCONN);
	mirror(dev);
}

void displfront_work_release(struct displfront_dev *dev)
{
	struct displif_plan_buf *p;

	displfront_edid_release(dev);
	/* The program may still draw to what the backend allocated. */
	for (p = dev->plan.bufs; p; p = p->next)
		if (!p->theirs)
			buf_unshare(dev, to_buf(p));
}

void displfront_work_end(struct displfront_dev *dev)
{
	struct displif_plan_todo todo;

	want_nothing(dev);
	while (displif_plan_next(&dev->plan, &todo))
		act(dev, &todo);
}
