/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Plan: what a frontend wants, what its backend has, and the next step from one to the other. */
#include <displif/plan.h>

#include "priv.h"

void displif_plan_init(struct displif_plan *plan, struct displif_fdev *dev)
{
	*plan = (struct displif_plan){ .dev = dev };
}

void displif_plan_connectors(struct displif_plan *plan, struct displif_plan_conn *conn,
			     uint32_t n_conn)
{
	plan->conn = conn;
	plan->n_conn = n_conn;
}

/* --- wishes --- */

void displif_plan_add(struct displif_plan *plan, struct displif_plan_buf *buf)
{
	buf->wanted = true;
	buf->next = plan->bufs;
	plan->bufs = buf;
}

void displif_plan_remove(struct displif_plan_buf *buf)
{
	buf->wanted = false;
}

static void want(struct displif_plan_conn *c, struct displif_plan_buf *buf)
{
	c->front = buf;
	c->err = 0;
	c->dirty = true;
}

void displif_plan_show(struct displif_plan *plan, uint32_t index, struct displif_plan_buf *buf)
{
	if (index < plan->n_conn)
		want(&plan->conn[index], buf);
}

void displif_plan_clear(struct displif_plan *plan)
{
	struct displif_plan_buf *b;
	uint32_t i;

	for (b = plan->bufs; b; b = b->next)
		b->wanted = false;
	for (i = 0; i < plan->n_conn; i++)
		if (plan->conn[i].front)
			want(&plan->conn[i], NULL);
}

/* Connectors whose buffer is to go become dark. */
static void hide(struct displif_plan *plan)
{
	uint32_t i;

	for (i = 0; i < plan->n_conn; i++) {
		const struct displif_plan_buf *b = plan->conn[i].front;

		if (b && !b->wanted)
			want(&plan->conn[i], NULL);
	}
}

/* --- what comes next --- */

static bool ask(struct displif_plan *plan, enum displif_plan_act act, struct displif_plan_buf *buf)
{
	plan->todo = (struct displif_plan_todo){ .buf = buf, .act = (uint8_t)act };
	return true;
}

/* A request about a buffer goes by connector 0. */
static bool ask_buf(struct displif_plan *plan, struct displif_plan_buf *b, uint8_t op)
{
	struct displif_msg *msg = &plan->todo.msg;

	ask(plan, DISPLIF_PLAN_SEND, b);
	msg->op = op;
	if (op != XENDISPL_OP_FB_DETACH)
		msg->dbuf = b->dbuf;
	if (op == XENDISPL_OP_FB_ATTACH || op == XENDISPL_OP_FB_DETACH)
		msg->fb = b->fb;
	if (op == XENDISPL_OP_DBUF_CREATE || op == XENDISPL_OP_FB_ATTACH) {
		msg->width = b->width;
		msg->height = b->height;
	}
	if (op == XENDISPL_OP_FB_ATTACH)
		msg->format = b->format;
	if (op == XENDISPL_OP_DBUF_CREATE) {
		msg->bpp = b->bpp;
		msg->size = b->size;
		msg->flags = b->theirs ? XENDISPL_DBUF_FLG_REQ_ALLOC : 0;
		msg->gref_dir = b->gref_dir;
		msg->data_ofs = b->data_ofs;
	}
	return true;
}

/* SET_CONFIG, NULL: off; or PG_FLIP. */
static bool ask_conn(struct displif_plan *plan, uint32_t index, uint8_t op,
		     struct displif_plan_buf *b)
{
	struct displif_msg *msg = &plan->todo.msg;

	ask(plan, op == XENDISPL_OP_PG_FLIP ? DISPLIF_PLAN_FLIP : DISPLIF_PLAN_SEND, b);
	plan->todo.connector = index;
	msg->op = op;
	if (!b)
		return true;
	msg->fb = b->fb;
	if (op == XENDISPL_OP_SET_CONFIG) {
		msg->width = b->width;
		msg->height = b->height;
		msg->bpp = b->bpp;
	}
	return true;
}

static void settle(struct displif_plan_conn *c, int32_t err)
{
	c->dirty = false;
	c->err = err;
}

/* The same for a request about @b, if that is what is wanted still. */
static void settle_for(struct displif_plan_conn *c, const struct displif_plan_buf *b, int32_t err)
{
	if (c->front == b)
		settle(c, err);
}

/* Returns whether something is asked for, or under way. */
static bool next_mode(struct displif_plan *plan, uint32_t index)
{
	struct displif_plan_conn *c = &plan->conn[index];
	struct displif_plan_buf *b = c->front;

	if (!c->dirty)
		return false;
	/* One that comes later, or never. */
	if (b && b->step != DISPLIF_PLAN_ATTACHED) {
		if (b->err)
			settle(c, b->err);
		return false;
	}
	/* Another size needs the display to be off in between. */
	if (c->mode_width && (!b || b->width != c->mode_width || b->height != c->mode_height))
		return ask_conn(plan, index, XENDISPL_OP_SET_CONFIG, NULL);
	if (!b) {
		settle(c, 0);
		return false;
	}
	if (!c->mode_width)
		return ask_conn(plan, index, XENDISPL_OP_SET_CONFIG, b);
	/* Backends show nothing before the first flip. */
	return b->flips || ask_conn(plan, index, XENDISPL_OP_PG_FLIP, b);
}

static bool drop(struct displif_plan *plan, struct displif_plan_buf *b)
{
	struct displif_plan_buf *p, *before = NULL;

	for (p = plan->bufs; p && p != b; p = p->next)
		before = p;
	if (before)
		before->next = b->next;
	else
		plan->bufs = b->next;
	return ask(plan, DISPLIF_PLAN_DROP, b);
}

/* A step down. */
static bool next_down(struct displif_plan *plan, struct displif_plan_buf *b)
{
	if (b->flips || b->stuck)
		return false;
	if (b->step == DISPLIF_PLAN_ATTACHED)
		return ask_buf(plan, b, XENDISPL_OP_FB_DETACH);
	if (b->step > DISPLIF_PLAN_SHARED)
		return ask_buf(plan, b, XENDISPL_OP_DBUF_DESTROY);
	return drop(plan, b);
}

/* A step up. */
static bool next_up(struct displif_plan *plan, struct displif_plan_buf *b)
{
	if (!plan->n || b->err)
		return false;
	switch (b->step) {
	case DISPLIF_PLAN_NONE:
		if (b->wait)
			return false;
		return ask(plan, DISPLIF_PLAN_SHARE, b);
	case DISPLIF_PLAN_SHARED:
		b->dbuf = displif_fdev_cookie(plan->dev);
		b->fb = displif_fdev_cookie(plan->dev);
		return ask_buf(plan, b, XENDISPL_OP_DBUF_CREATE);
	case DISPLIF_PLAN_CREATED:
		return ask(plan, DISPLIF_PLAN_MAP, b);
	case DISPLIF_PLAN_MAPPED:
		return ask_buf(plan, b, XENDISPL_OP_FB_ATTACH);
	default:
		return false;
	}
}

static bool find(struct displif_plan *plan)
{
	struct displif_plan_buf *b;
	uint32_t i;

	hide(plan);
	for (i = 0; i < plan->n; i++)
		if (next_mode(plan, i))
			return true;
	for (b = plan->bufs; b; b = b->next)
		if (b->wanted ? next_up(plan, b) : next_down(plan, b))
			return true;
	return false;
}

bool displif_plan_next(struct displif_plan *plan, struct displif_plan_todo *todo)
{
	bool busy = plan->todo.act != DISPLIF_PLAN_IDLE;

	if (!busy) {
		busy = find(plan);
		if (plan->todo.act != DISPLIF_PLAN_IDLE) {
			*todo = plan->todo;
			if (todo->act == DISPLIF_PLAN_DROP)
				plan->todo.act = DISPLIF_PLAN_IDLE;
			return true;
		}
	}
	*todo = (struct displif_plan_todo){ .act = (uint8_t)(busy ? DISPLIF_PLAN_WAIT :
								    DISPLIF_PLAN_IDLE) };
	return false;
}

/* --- what came of it --- */

/* It cannot be had in this connection. */
static void fail(struct displif_plan_buf *b, int32_t err)
{
	b->err = err;
	b->lost = b->made;
}

static void step_up(struct displif_plan_buf *b, enum displif_plan_step step, int32_t err)
{
	if (err) {
		fail(b, err);
		return;
	}
	b->step = (uint8_t)step;
	if (step == DISPLIF_PLAN_ATTACHED)
		b->made = true;
}

static void configured(struct displif_plan_conn *c, const struct displif_plan_buf *b, int32_t err)
{
	c->mode_width = c->mode_height = 0;
	if (!b)
		return;
	if (err) {
		settle_for(c, b, err);
		return;
	}
	c->mode_width = b->width;
	c->mode_height = b->height;
}

static void answered(struct displif_plan_buf *b, uint8_t op, int32_t err, bool lost)
{
	switch (op) {
	case XENDISPL_OP_DBUF_CREATE:
		b->stuck = lost;
		step_up(b, b->theirs ? DISPLIF_PLAN_CREATED : DISPLIF_PLAN_MAPPED, err);
		break;
	case XENDISPL_OP_FB_ATTACH:
		step_up(b, DISPLIF_PLAN_ATTACHED, err);
		break;
	/* Going down, what was refused counts as gone. */
	case XENDISPL_OP_FB_DETACH:
		b->step = DISPLIF_PLAN_MAPPED;
		break;
	default: /* DBUF_DESTROY */
		b->stuck = lost;
		if (!lost)
			b->step = DISPLIF_PLAN_SHARED;
		break;
	}
}

void displif_plan_done(struct displif_plan *plan, int32_t err, bool lost)
{
	const struct displif_plan_todo t = plan->todo;

	plan->todo.act = DISPLIF_PLAN_IDLE;
	if (t.act == DISPLIF_PLAN_IDLE)
		return;
	if (t.act == DISPLIF_PLAN_FLIP)
		settle_for(&plan->conn[t.connector], t.buf, err);
	else if (t.msg.op == XENDISPL_OP_SET_CONFIG)
		configured(&plan->conn[t.connector], t.buf, err);
	else if (t.buf && t.act == DISPLIF_PLAN_SEND)
		answered(t.buf, t.msg.op, err, lost);
	else if (t.buf)
		step_up(t.buf,
			t.act == DISPLIF_PLAN_SHARE ? DISPLIF_PLAN_SHARED : DISPLIF_PLAN_MAPPED,
			err);
}

/* --- connections --- */

void displif_plan_start(struct displif_plan *plan, uint32_t n)
{
	plan->n = n < plan->n_conn ? n : plan->n_conn;
}

void displif_plan_stop(struct displif_plan *plan, int32_t err)
{
	struct displif_plan_buf *b;
	uint32_t i;

	plan->n = 0;
	plan->todo.act = DISPLIF_PLAN_IDLE;
	for (i = 0; i < plan->n_conn; i++) {
		struct displif_plan_conn *c = &plan->conn[i];

		c->mode_width = c->mode_height = 0;
		if (c->dirty)
			settle(c, err);
		/* To be shown by the next one. */
		c->dirty = c->front != NULL;
	}
	for (b = plan->bufs; b; b = b->next) {
		b->stuck = false;
		if (b->step > DISPLIF_PLAN_SHARED)
			b->step = DISPLIF_PLAN_SHARED;
		if (!b->made || b->theirs)
			fail(b, err);
	}
}

void displif_plan_unshared(struct displif_plan_buf *buf)
{
	buf->step = DISPLIF_PLAN_NONE;
}

bool displif_plan_empty(const struct displif_plan *plan)
{
	uint32_t i;

	for (i = 0; i < plan->n_conn; i++)
		if (plan->conn[i].mode_width)
			return false;
	return !plan->bufs && plan->todo.act == DISPLIF_PLAN_IDLE;
}
