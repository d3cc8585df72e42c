/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Does what the plan asks for: one request at a time, and sharing between them. The device's task, with its lock. */
#include "displif_var.h"

/* --- requests --- */

void dfb_send(struct dfb_dev *dd, uint32_t connector, const struct displif_msg *msg)
{
	struct dfb_conn *cn = dd->conn[connector];
	struct dfb_req *r = &dd->req;
	int err;

	mtx_lock(&cn->mtx);
	*r = (struct dfb_req){ .token = DFB_TOKENS + dd->token++,
			       .connector = connector,
			       .op = msg->op };
	err = displif_front_submit(cn->front, msg, r->token, dfb_now());
	if (err) {
		/* Never sent, so nothing will come of it. */
		r->over = r->unsent = true;
		r->status = err;
	} else {
		dfb_pump(cn);
	}
	mtx_unlock(&cn->mtx);
}

/* Takes the answer, if there is one. */
static bool answered(struct dfb_dev *dd, struct dfb_req *req)
{
	struct dfb_conn *cn;
	bool over;

	if (!dd->req.op)
		return false;
	cn = dd->conn[dd->req.connector];
	mtx_lock(&cn->mtx);
	*req = dd->req;
	over = req->over;
	if (over)
		dd->req.op = 0;
	mtx_unlock(&cn->mtx);
	return over;
}

static void explain(struct dfb_dev *dd, const struct dfb_req *r)
{
	if (!dfb_may_say(dd))
		return;
	if (r->lost || r->unsent)
		device_printf(dd->dev, "connector %u: %s: %s\n", r->connector,
			      displif_req_name(r->op), displif_strerror(r->status));
	else
		device_printf(dd->dev, "connector %u: %s: the backend answered %d\n", r->connector,
			      displif_req_name(r->op), r->status);
}

static void answer(struct dfb_dev *dd, const struct dfb_req *r)
{
	int err = 0;

	if (r->op == XENDISPL_OP_GET_EDID) {
		dfb_edid_answer(dd, r);
		return;
	}
	if (r->lost || r->unsent)
		err = dfb_errno(r->status);
	else if (r->status)
		err = EIO;
	if (err)
		explain(dd, r);
	displif_plan_done(&dd->plan, err, r->lost);
}

/* --- buffers --- */

static struct dfb_buf *to_buf(struct displif_plan_buf *p)
{
	return __containerof(p, struct dfb_buf, plan);
}

uint32_t dfb_grants(uint32_t size, bool theirs)
{
	return displif_port_share_words(size) - (theirs ? displif_pgdir_pages(size) : 0);
}

/*
 * What programs have at a time, waiting for the backend or not: not more than may be granted, of the backend's memory not more
 * than one buffer may have. Many threads would have that much each, else, before the first is refused.
 */
bool dfb_full(const struct dfb_dev *dd, uint32_t size)
{
	uint32_t limit = dfb_grant_limit(), need = dfb_grants(size, dd->be_alloc);

	return need > limit || dd->grants > limit - need ||
	       displif_pgdir_pages(size) > DISPLIF_MAX_BUFFER / PAGE_SIZE - dd->pages;
}

static bool count_in(struct dfb_dev *dd, const struct dfb_buf *b)
{
	if (dfb_full(dd, b->plan.size))
		return false;
	dd->grants += dfb_grants(b->plan.size, b->plan.theirs);
	dd->pages += displif_pgdir_pages(b->plan.size);
	return true;
}

static void count_out(struct dfb_dev *dd, const struct dfb_buf *b)
{
	if (!b->counted)
		return;
	dd->grants -= dfb_grants(b->plan.size, b->plan.theirs);
	dd->pages -= displif_pgdir_pages(b->plan.size);
}

/* Of the backend's memory only the directory is ours. */
struct dfb_buf *dfb_buf_new(struct dfb_dev *dd, uint32_t width, uint32_t height, uint32_t fourcc,
			    bool user, void *kept)
{
	uint32_t need, bpp = displif_format_bpp(fourcc), limit = dfb_grant_limit();
	struct dfb_buf *b = malloc(sizeof(*b), M_DISPLIF, M_WAITOK | M_ZERO);

	b->plan.width = width;
	b->plan.height = height;
	b->plan.bpp = bpp;
	b->plan.format = fourcc;
	b->plan.size = width * (bpp / 8) * height;
	b->plan.theirs = user && dd->be_alloc;
	b->words = displif_port_share_words(b->plan.size);
	need = dfb_grants(b->plan.size, b->plan.theirs);
	/* Told before anything is tried: no time will bring them. */
	if (need > limit) {
		if (dfb_may_say(dd))
			device_printf(
				dd->dev,
				"%ux%u needs %u grant references, this domain has at most %u\n",
				width, height, need, limit);
		free(b, M_DISPLIF);
		return NULL;
	}
	b->counted = user && count_in(dd, b);
	if (user && !b->counted) {
		if (dfb_may_say(dd))
			device_printf(dd->dev,
				      "%ux%u is too much beside %u pages that programs have\n",
				      width, height, dd->pages);
		free(b, M_DISPLIF);
		return NULL;
	}
	b->gref = mallocarray(b->words, sizeof(*b->gref), M_DISPLIF, M_WAITOK | M_ZERO);
	if (!b->plan.theirs)
		b->block = dfb_block_new(dd, displif_pgdir_pages(b->plan.size), user, kept);
	if (!b->plan.theirs && !b->block) {
		count_out(dd, b);
		free(b->gref, M_DISPLIF);
		free(b, M_DISPLIF);
		return NULL;
	}
	displif_plan_add(&dd->plan, &b->plan);
	return b;
}

struct dfb_buf *dfb_buf_again(struct dfb_dev *dd, struct dfb_buf *old)
{
	struct dfb_buf *b = malloc(sizeof(*b), M_DISPLIF, M_WAITOK | M_ZERO);

	b->plan.width = old->plan.width;
	b->plan.height = old->plan.height;
	b->plan.bpp = old->plan.bpp;
	b->plan.format = old->plan.format;
	b->plan.size = old->plan.size;
	b->words = old->words;
	b->gref = mallocarray(b->words, sizeof(*b->gref), M_DISPLIF, M_WAITOK | M_ZERO);
	b->block = old->block;
	old->block = NULL;
	displif_plan_add(&dd->plan, &b->plan);
	displif_plan_remove(&old->plan);
	return b;
}

static int buf_share(struct dfb_dev *dd, struct dfb_buf *b)
{
	struct displif_diag diag = { 0 };
	int err = displif_port_share(&dd->port, dd->backend, &b->share,
				     b->block ? DISPLIF_SHARE_EXISTING : DISPLIF_SHARE_BACKEND,
				     b->block ? b->block->va : NULL, b->plan.size, b->gref,
				     b->words, &diag);

	if (err)
		dfb_fail(dd, "sharing a buffer", err, &diag);
	b->plan.gref_dir = b->share.gref_dir;
	return dfb_errno(err);
}

static int buf_map(struct dfb_dev *dd, struct dfb_buf *b)
{
	struct displif_diag diag = { 0 };
	int err = displif_port_share_alloced(&dd->port, dd->backend, &b->share, &diag);

	if (err)
		dfb_fail(dd, "mapping the backend's buffer", err, &diag);
	return dfb_errno(err);
}

static void buf_unshare(struct dfb_dev *dd, struct dfb_buf *b)
{
	if (b->plan.step != DISPLIF_PLAN_NONE)
		displif_port_unshare(&dd->port, &b->share);
	displif_plan_unshared(&b->plan);
}

static void buf_drop(struct dfb_dev *dd, struct dfb_buf *b)
{
	buf_unshare(dd, b);
	count_out(dd, b);
	if (b->block)
		dfb_block_drop(dd, b->block);
	free(b->gref, M_DISPLIF);
	free(b, M_DISPLIF);
}

/* --- the plan --- */

static void act(struct dfb_dev *dd, struct displif_plan_todo *todo)
{
	struct dfb_buf *b = todo->buf ? to_buf(todo->buf) : NULL;

	switch (todo->act) {
	case DISPLIF_PLAN_SHARE:
		displif_plan_done(&dd->plan, buf_share(dd, b), false);
		break;
	case DISPLIF_PLAN_MAP:
		displif_plan_done(&dd->plan, buf_map(dd, b), false);
		break;
	case DISPLIF_PLAN_DROP:
		buf_drop(dd, b);
		break;
	default: /* SEND, FLIP */
		if (b && todo->msg.op == XENDISPL_OP_DBUF_DESTROY)
			displif_port_share_unmap(&dd->port, &b->share);
		dfb_send(dd, todo->connector, &todo->msg);
		break;
	}
}

/* Pages that a backend of before still maps are not shared anew. */
static void mirror(struct dfb_dev *dd)
{
	struct displif_plan_buf *p;

	for (p = dd->plan.bufs; p; p = p->next)
		p->wait = to_buf(p)->block && to_buf(p)->block->n_held;
}

bool dfb_work(struct dfb_dev *dd)
{
	struct displif_plan_todo todo;
	struct dfb_req req;

	if (dd->leaving)
		displif_plan_clear(&dd->plan);
	for (;;) {
		if (answered(dd, &req))
			answer(dd, &req);
		if (dd->req.op)
			return true;
		mirror(dd);
		if (displif_plan_next(&dd->plan, &todo))
			act(dd, &todo);
		else if (!dd->started || dd->leaving || !dfb_edid_ask(dd))
			return todo.act == DISPLIF_PLAN_WAIT;
	}
}

bool dfb_settled(struct dfb_dev *dd)
{
	return !dd->req.op && displif_plan_empty(&dd->plan);
}

void dfb_work_stop(struct dfb_dev *dd)
{
	uint32_t i;

	dd->req.op = 0;
	displif_plan_stop(&dd->plan, ENXIO);
	for (i = 0; i < dd->n_conn; i++)
		if (dd->mode[i].front && dd->mode[i].front->lost)
			dfb_show_none(dd, i);
}

void dfb_work_release(struct dfb_dev *dd)
{
	struct displif_plan_buf *p;

	dfb_edid_release(dd);
	for (p = dd->plan.bufs; p; p = p->next)
		buf_unshare(dd, to_buf(p));
}

void dfb_work_end(struct dfb_dev *dd)
{
	struct displif_plan_todo todo;

	displif_plan_clear(&dd->plan);
	while (displif_plan_next(&dd->plan, &todo))
		act(dd, &todo);
}
