/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* For tests of the plan: a backend of a few lines that refuses whatever the protocol does not allow, and a glue. */
#ifndef TESTS_UNIT_PLAN_RIG_H
#define TESTS_UNIT_PLAN_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include <displif/geometry.h>
#include <displif/plan.h>

#define CONNS 3u
#define BUFS 4u
#define ERR_GONE (-107)

/* --- the backend --- */

struct model {
	uint64_t dbuf[BUFS], fb[BUFS],
		of[BUFS]; /* what it has; 0: free. of: a framebuffer's buffer */
	bool theirs[BUFS];
	uint64_t mode[CONNS], shown[CONNS];
	uint32_t width[CONNS], height[CONNS];
};

struct world {
	struct displif_fdev dev;
	struct displif_plan plan;
	struct displif_plan_conn conn[CONNS];
	struct displif_plan_buf buf[BUFS];
	bool in[BUFS]; /* in the plan */
	bool shared[BUFS], mapped[BUFS];
	struct model m;
	uint32_t sent[256]; /* by operation */
	uint32_t drops;
	/* faults */
	int32_t fail; /* the answer to fail_op, once */
	uint8_t fail_op;
	bool lose;
};

static struct world w;

static uint64_t *find(uint64_t *set, uint64_t id)
{
	uint32_t i;

	for (i = 0; i < BUFS; i++)
		if (set[i] == id)
			return &set[i];
	return NULL;
}

/* What the protocol allows; a test fails if the plan asks for more. */
static void backend(uint32_t connector, const struct displif_msg *msg)
{
	uint64_t *p;

	assert_true(connector < w.plan.n);
	switch (msg->op) {
	case XENDISPL_OP_DBUF_CREATE:
		assert_int_not_equal(msg->dbuf, 0);
		assert_null(find(w.m.dbuf, msg->dbuf));
		assert_int_equal(msg->size, (uint64_t)msg->width * msg->height * msg->bpp / 8);
		p = find(w.m.dbuf, 0);
		assert_non_null(p);
		*p = msg->dbuf;
		w.m.theirs[p - w.m.dbuf] = msg->flags & XENDISPL_DBUF_FLG_REQ_ALLOC;
		break;
	case XENDISPL_OP_DBUF_DESTROY:
		p = find(w.m.dbuf, msg->dbuf);
		assert_non_null(p);
		assert_null(find(w.m.of, msg->dbuf)); /* still attached */
		*p = 0;
		break;
	case XENDISPL_OP_FB_ATTACH:
		assert_non_null(find(w.m.dbuf, msg->dbuf));
		assert_null(find(w.m.fb, msg->fb));
		p = find(w.m.fb, 0);
		assert_non_null(p);
		*p = msg->fb;
		w.m.of[p - w.m.fb] = msg->dbuf;
		break;
	case XENDISPL_OP_FB_DETACH:
		p = find(w.m.fb, msg->fb);
		assert_non_null(p);
		w.m.of[p - w.m.fb] = 0;
		*p = 0;
		break;
	case XENDISPL_OP_SET_CONFIG:
		assert_true(!msg->fb || find(w.m.fb, msg->fb));
		assert_true(!msg->fb || !w.m.mode[connector]); /* off in between */
		w.m.mode[connector] = msg->fb;
		w.m.shown[connector] = 0;
		w.m.width[connector] = msg->width;
		w.m.height[connector] = msg->height;
		break;
	case XENDISPL_OP_PG_FLIP:
		assert_int_not_equal(msg->fb, 0);
		assert_non_null(find(w.m.fb, msg->fb));
		assert_int_not_equal(w.m.mode[connector], 0);
		w.m.shown[connector] = msg->fb;
		break;
	default:
		fail_msg("operation %u", msg->op);
	}
}

/* --- the glue --- */

static void send(const struct displif_plan_todo *todo)
{
	uint8_t op = todo->msg.op;

	assert_int_equal(op == XENDISPL_OP_PG_FLIP, todo->act == DISPLIF_PLAN_FLIP);
	w.sent[op]++;
	if (op == XENDISPL_OP_DBUF_DESTROY && todo->buf->theirs)
		w.mapped[todo->buf - w.buf] = false;
	if (w.fail && op == w.fail_op) {
		int32_t err = w.fail;

		w.fail = 0;
		displif_plan_done(&w.plan, err, w.lose);
		return;
	}
	backend(todo->connector, &todo->msg);
	displif_plan_done(&w.plan, 0, false);
}

/* One step; false: nothing is to be done. */
static bool step(void)
{
	struct displif_plan_todo todo;
	long i;

	memset(&todo, 0x5a, sizeof(todo));
	if (!displif_plan_next(&w.plan, &todo)) {
		assert_true(todo.act == DISPLIF_PLAN_IDLE || todo.act == DISPLIF_PLAN_WAIT);
		return false;
	}
	i = todo.buf ? todo.buf - w.buf : -1;
	switch (todo.act) {
	case DISPLIF_PLAN_SHARE:
		assert_false(w.shared[i]);
		w.shared[i] = true;
		w.buf[i].gref_dir = 77;
		displif_plan_done(&w.plan, 0, false);
		break;
	case DISPLIF_PLAN_MAP:
		assert_true(w.buf[i].theirs && !w.mapped[i]);
		w.mapped[i] = true;
		displif_plan_done(&w.plan, 0, false);
		break;
	case DISPLIF_PLAN_DROP:
		assert_true(w.in[i] && !w.buf[i].wanted);
		w.in[i] = w.shared[i] = w.mapped[i] = false;
		w.drops++;
		break;
	default:
		send(&todo);
		break;
	}
	return true;
}

static void run(void)
{
	uint32_t n = 0;

	while (step())
		assert_true(++n < 1000);
}

static struct displif_plan_buf *add(uint32_t i, uint32_t width, bool theirs)
{
	struct displif_plan_buf *b = &w.buf[i];

	assert_false(w.in[i]);
	memset(b, 0, sizeof(*b));
	b->width = width;
	b->height = width / 2;
	b->bpp = 32;
	b->format = DISPLIF_FOURCC('X', 'R', '2', '4');
	b->size = b->width * b->height * 4;
	b->theirs = theirs;
	w.in[i] = true;
	displif_plan_add(&w.plan, b);
	return b;
}

static void connect(uint32_t n)
{
	memset(&w.m, 0, sizeof(w.m));
	displif_plan_start(&w.plan, n);
}

static void disconnect(void)
{
	uint32_t i;

	displif_plan_stop(&w.plan, ERR_GONE);
	for (i = 0; i < BUFS; i++) {
		if (!w.in[i] || w.buf[i].theirs)
			continue;
		w.shared[i] = false;
		displif_plan_unshared(&w.buf[i]);
	}
}

static int begin(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	displif_fdev_init(&w.dev);
	displif_plan_init(&w.plan, &w.dev);
	displif_plan_connectors(&w.plan, w.conn, CONNS);
	return 0;
}

/* The backend has what is wanted, and nothing else. */
static void assert_agree(void)
{
	uint32_t i, wanted = 0, has = 0;

	for (i = 0; i < BUFS; i++) {
		wanted += w.in[i] && w.buf[i].wanted && !w.buf[i].err;
		has += w.m.fb[i] != 0;
		assert_int_equal(w.m.fb[i] != 0, w.m.of[i] != 0);
		if (w.in[i] && !w.buf[i].err)
			assert_int_equal(w.buf[i].step, DISPLIF_PLAN_ATTACHED);
	}
	assert_int_equal(wanted, has);
	for (i = 0; i < w.plan.n; i++) {
		const struct displif_plan_buf *b = w.conn[i].front;

		assert_false(w.conn[i].dirty);
		if (!b || b->err)
			continue;
		assert_int_equal(w.m.shown[i], b->fb);
		assert_int_equal(w.m.width[i], b->width);
		assert_int_equal(w.conn[i].mode_width, b->width);
		assert_int_equal(w.conn[i].mode_height, b->height);
	}
}

#endif
