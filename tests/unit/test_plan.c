/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The plan against a backend of a few lines that refuses whatever the protocol does not allow. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "plan_rig.h"

static void nothing_is_asked_for_without_a_connection(void **state)
{
	(void)state;
	add(0, 64, false);
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	assert_false(step());
	assert_false(displif_plan_empty(&w.plan));
	connect(1);
	run();
	assert_agree();
	assert_int_equal(w.m.shown[0], w.buf[0].fb);
}

static void a_buffer_goes_up_and_down(void **state)
{
	static const uint8_t up[] = { DISPLIF_PLAN_SHARED, DISPLIF_PLAN_MAPPED,
				      DISPLIF_PLAN_ATTACHED };
	uint32_t i;

	(void)state;
	connect(1);
	add(0, 64, false);
	for (i = 0; i < 3; i++) {
		assert_true(step());
		assert_int_equal(w.buf[0].step, up[i]);
	}
	assert_false(step());
	assert_true(w.buf[0].made);
	displif_plan_remove(&w.buf[0]);
	run();
	assert_int_equal(w.drops, 1);
	assert_true(displif_plan_empty(&w.plan));
	assert_agree();
}

static void the_backends_memory_is_mapped_before_it_is_attached(void **state)
{
	(void)state;
	connect(1);
	add(0, 64, true);
	assert_true(step() && step());
	assert_int_equal(w.buf[0].step, DISPLIF_PLAN_CREATED);
	assert_true(step());
	assert_true(w.mapped[0]);
	run();
	assert_true(w.m.theirs[0]);
	assert_agree();
	displif_plan_remove(&w.buf[0]);
	run();
	assert_false(w.mapped[0]);
	assert_true(displif_plan_empty(&w.plan));
}

static void a_mode_of_another_size_is_set_by_way_of_off(void **state)
{
	(void)state;
	connect(2);
	add(0, 64, false);
	add(1, 128, false);
	add(2, 64, false);
	displif_plan_show(&w.plan, 1, &w.buf[0]);
	run();
	assert_int_equal(w.sent[XENDISPL_OP_SET_CONFIG], 1);
	displif_plan_show(&w.plan, 1, &w.buf[2]); /* of the same size: a flip */
	run();
	assert_int_equal(w.sent[XENDISPL_OP_SET_CONFIG], 1);
	assert_int_equal(w.m.shown[1], w.buf[2].fb);
	displif_plan_show(&w.plan, 1, &w.buf[1]);
	run();
	assert_int_equal(w.sent[XENDISPL_OP_SET_CONFIG], 3);
	assert_agree();
	displif_plan_show(&w.plan, 1, NULL);
	run();
	assert_int_equal(w.m.mode[1], 0);
	assert_int_equal(w.conn[1].err, 0);
}

static void what_is_shown_goes_dark_before_it_goes(void **state)
{
	(void)state;
	connect(2);
	add(0, 64, false);
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	displif_plan_show(&w.plan, 1, &w.buf[0]);
	run();
	displif_plan_remove(&w.buf[0]);
	assert_true(step());
	assert_int_equal(w.m.mode[0], 0);
	assert_true(step());
	assert_int_equal(w.m.mode[1], 0);
	assert_int_equal(w.sent[XENDISPL_OP_FB_DETACH], 0);
	run();
	assert_true(displif_plan_empty(&w.plan));
	assert_null(w.conn[0].front);
}

static void flips_under_way_hold_what_concerns_their_buffer(void **state)
{
	struct displif_plan_todo todo;

	(void)state;
	connect(1);
	add(0, 64, false);
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	run();
	w.buf[0].flips = 1;
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	assert_false(displif_plan_next(&w.plan, &todo));
	assert_int_equal(todo.act, DISPLIF_PLAN_WAIT);
	displif_plan_show(&w.plan, 0, NULL);
	displif_plan_remove(&w.buf[0]);
	run();
	assert_int_equal(w.drops, 0);
	w.buf[0].flips = 0;
	run();
	assert_int_equal(w.drops, 1);
}

/* The next thing is this, and it succeeds. */
static void assert_next(enum displif_plan_act act, struct displif_plan_buf *buf, uint32_t connector,
			const struct displif_msg *msg)
{
	struct displif_plan_todo todo;

	assert_true(displif_plan_next(&w.plan, &todo));
	assert_int_equal(todo.act, act);
	assert_ptr_equal(todo.buf, buf);
	assert_int_equal(todo.connector, connector);
	assert_int_equal(todo.msg.op, msg->op);
	assert_int_equal(todo.msg.dbuf, msg->dbuf);
	assert_int_equal(todo.msg.fb, msg->fb);
	assert_int_equal(todo.msg.x, 0);
	assert_int_equal(todo.msg.y, 0);
	assert_int_equal(todo.msg.width, msg->width);
	assert_int_equal(todo.msg.height, msg->height);
	assert_int_equal(todo.msg.bpp, msg->bpp);
	assert_int_equal(todo.msg.size, msg->size);
	assert_int_equal(todo.msg.flags, msg->flags);
	assert_int_equal(todo.msg.gref_dir, msg->gref_dir);
	assert_int_equal(todo.msg.data_ofs, msg->data_ofs);
	assert_int_equal(todo.msg.format, msg->format);
	displif_plan_done(&w.plan, 0, false);
}

static void each_request_has_its_fields_and_no_others(void **state)
{
	const struct displif_msg none = { 0 };
	struct displif_plan_buf *b;

	(void)state;
	connect(2);
	b = add(0, 64, true);
	b->data_ofs = 4096;
	b->gref_dir = 99;
	displif_plan_show(&w.plan, 1, b);
	assert_next(DISPLIF_PLAN_SHARE, b, 0, &none);
	assert_next(DISPLIF_PLAN_SEND, b, 0,
		    &(struct displif_msg){ .op = XENDISPL_OP_DBUF_CREATE,
					   .dbuf = 1,
					   .width = 64,
					   .height = 32,
					   .bpp = 32,
					   .size = 64 * 32 * 4,
					   .flags = XENDISPL_DBUF_FLG_REQ_ALLOC,
					   .gref_dir = 99,
					   .data_ofs = 4096 });
	assert_next(DISPLIF_PLAN_MAP, b, 0, &none);
	assert_next(DISPLIF_PLAN_SEND, b, 0,
		    &(struct displif_msg){ .op = XENDISPL_OP_FB_ATTACH,
					   .dbuf = 1,
					   .fb = 2,
					   .width = 64,
					   .height = 32,
					   .format = DISPLIF_FOURCC('X', 'R', '2', '4') });
	assert_next(DISPLIF_PLAN_SEND, b, 1,
		    &(struct displif_msg){ .op = XENDISPL_OP_SET_CONFIG,
					   .fb = 2,
					   .width = 64,
					   .height = 32,
					   .bpp = 32 });
	assert_next(DISPLIF_PLAN_FLIP, b, 1,
		    &(struct displif_msg){ .op = XENDISPL_OP_PG_FLIP, .fb = 2 });
	assert_false(step());
	displif_plan_remove(b);
	assert_next(DISPLIF_PLAN_SEND, NULL, 1,
		    &(struct displif_msg){ .op = XENDISPL_OP_SET_CONFIG });
	assert_next(DISPLIF_PLAN_SEND, b, 0,
		    &(struct displif_msg){ .op = XENDISPL_OP_FB_DETACH, .fb = 2 });
	assert_next(DISPLIF_PLAN_SEND, b, 0,
		    &(struct displif_msg){ .op = XENDISPL_OP_DBUF_DESTROY, .dbuf = 1 });
	assert_next(DISPLIF_PLAN_DROP, b, 0, &none);
	/* One of ours */
	b = add(1, 64, false);
	assert_next(DISPLIF_PLAN_SHARE, b, 0, &none);
	assert_next(DISPLIF_PLAN_SEND, b, 0,
		    &(struct displif_msg){ .op = XENDISPL_OP_DBUF_CREATE,
					   .dbuf = 3,
					   .width = 64,
					   .height = 32,
					   .bpp = 32,
					   .size = 64 * 32 * 4 });
}

static void a_mode_of_another_width_or_height_alone(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		begin(state);
		connect(1);
		add(0, 64, false);
		add(1, 64, false);
		if (i)
			w.buf[1].height *= 2;
		else
			w.buf[1].width *= 2;
		w.buf[1].size *= 2;
		displif_plan_show(&w.plan, 0, &w.buf[0]);
		run();
		displif_plan_show(&w.plan, 0, &w.buf[1]);
		run();
		assert_int_equal(w.sent[XENDISPL_OP_SET_CONFIG], 3);
		assert_agree();
	}
}

static void buffers_leave_from_anywhere_in_the_list(void **state)
{
	static const uint8_t order[][3] = { { 0, 1, 2 }, { 1, 0, 2 }, { 2, 0, 1 }, { 1, 2, 0 } };
	uint32_t i, k;

	(void)state;
	for (i = 0; i < 4; i++) {
		begin(state);
		connect(1);
		for (k = 0; k < 3; k++)
			add(k, 64, false);
		run();
		for (k = 0; k < 3; k++) {
			displif_plan_remove(&w.buf[order[i][k]]);
			run();
			assert_int_equal(w.drops, k + 1);
			assert_agree();
		}
		assert_null(w.plan.bufs);
	}
}

static void what_was_under_way_ends_with_the_connection(void **state)
{
	struct displif_plan_todo todo;

	(void)state;
	connect(1);
	add(0, 64, false);
	assert_true(step());
	assert_true(displif_plan_next(&w.plan, &todo));
	assert_false(displif_plan_empty(&w.plan));
	disconnect();
	displif_plan_done(&w.plan, 0, false); /* too late */
	assert_int_equal(w.buf[0].step, DISPLIF_PLAN_NONE);
	displif_plan_remove(&w.buf[0]);
	run();
	assert_int_equal(w.drops, 1);
	assert_true(displif_plan_empty(&w.plan));
}

static void empty_means_all_off_and_nothing_under_way(void **state)
{
	struct displif_plan_todo todo;

	(void)state;
	connect(1);
	assert_true(displif_plan_empty(&w.plan));
	add(0, 64, false);
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	run();
	w.buf[0].flips = 1;
	displif_plan_clear(&w.plan);
	assert_null(w.conn[0].front);
	assert_true(w.conn[0].dirty);
	assert_false(displif_plan_empty(&w.plan));
	assert_true(displif_plan_next(&w.plan, &todo)); /* off */
	w.buf[0].flips = 0;
	w.plan.bufs = NULL;
	w.conn[0].mode_width = 0;
	assert_false(displif_plan_empty(&w.plan));
	displif_plan_done(&w.plan, 0, false);
	assert_true(displif_plan_empty(&w.plan));
	w.conn[0].mode_width = 1;
	assert_false(displif_plan_empty(&w.plan));
}

static void a_new_wish_forgets_the_old_error(void **state)
{
	(void)state;
	connect(1);
	add(0, 64, false);
	w.fail_op = XENDISPL_OP_SET_CONFIG;
	w.fail = -7;
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	run();
	assert_int_equal(w.conn[0].err, -7);
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	assert_int_equal(w.conn[0].err, 0);
}

static void one_thing_at_a_time(void **state)
{
	struct displif_plan_todo todo;

	(void)state;
	connect(1);
	add(0, 64, false);
	assert_true(displif_plan_next(&w.plan, &todo));
	assert_int_equal(todo.act, DISPLIF_PLAN_SHARE);
	assert_false(displif_plan_next(&w.plan, &todo));
	assert_int_equal(todo.act, DISPLIF_PLAN_WAIT);
	assert_null(todo.buf);
	displif_plan_done(&w.plan, 0, false);
	displif_plan_done(&w.plan, -5, true); /* of nothing */
	assert_int_equal(w.buf[0].err, 0);
	assert_true(displif_plan_next(&w.plan, &todo));
	assert_int_equal(todo.msg.op, XENDISPL_OP_DBUF_CREATE);
	assert_int_equal(todo.connector, 0);
}

/* Up to a request of connector 0's, which is left without an answer. */
static void until(uint8_t op, struct displif_plan_todo *todo)
{
	while (displif_plan_next(&w.plan, todo) && todo->msg.op != op) {
		if (todo->act == DISPLIF_PLAN_SEND)
			send(todo);
		else
			displif_plan_done(&w.plan, 0, false);
	}
	assert_int_equal(todo->msg.op, op);
}

/* Something else is wanted before a mode or a flip is answered, well or badly: that is brought about, too. */
static void a_new_wish_outlives_the_answer_to_the_old_one(void **state)
{
	static const uint8_t op[] = { XENDISPL_OP_SET_CONFIG, XENDISPL_OP_PG_FLIP };
	struct displif_plan_todo todo;
	uint32_t i;

	for (i = 0; i < 12; i++) {
		begin(state);
		connect(1);
		add(0, 64, false);
		add(1, i & 1 ? 64 : 128, false);
		displif_plan_show(&w.plan, 0, &w.buf[0]);
		until(op[i / 2 % 2], &todo);
		if (i < 4)
			displif_plan_show(&w.plan, 0, &w.buf[1]);
		else if (i < 8)
			displif_plan_show(&w.plan, 0, NULL);
		else
			displif_plan_remove(&w.buf[0]);
		if (i % 3)
			backend(0, &todo.msg);
		displif_plan_done(&w.plan, i % 3 ? 0 : -5, false);
		run();
		assert_int_equal(w.conn[0].err, 0);
		assert_int_equal(w.m.shown[0], i < 4 ? w.buf[1].fb : 0);
		assert_int_equal(w.m.mode[0] != 0, i < 4);
		assert_agree();
	}
}

static void a_connection_that_ends_takes_what_the_backend_had(void **state)
{
	uint64_t dbuf;

	(void)state;
	connect(2);
	add(0, 64, false);
	add(1, 64, true);
	add(2, 128, false);
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	displif_plan_show(&w.plan, 1, &w.buf[2]);
	run();
	dbuf = w.buf[0].dbuf;
	add(3, 32, false); /* not made yet */
	assert_true(step());
	disconnect();
	assert_int_equal(w.buf[3].err, ERR_GONE);
	assert_false(w.buf[3].lost);
	assert_true(w.buf[1].lost);
	assert_int_equal(w.buf[0].err, 0);
	assert_false(step());
	connect(1); /* with one connector less */
	run();
	assert_agree();
	assert_int_equal(w.m.shown[0], w.buf[0].fb);
	assert_int_not_equal(w.buf[0].dbuf, dbuf);
	disconnect();
	connect(2);
	run();
	assert_agree();
	assert_int_equal(w.m.shown[1], w.buf[2].fb);
	displif_plan_clear(&w.plan);
	run();
	assert_int_equal(w.drops, 4);
	assert_true(displif_plan_empty(&w.plan));
}

static void a_wish_is_answered_when_the_connection_ends(void **state)
{
	(void)state;
	connect(1);
	add(0, 64, false);
	run();
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	assert_true(w.conn[0].dirty);
	disconnect();
	assert_int_equal(w.conn[0].err, ERR_GONE);
	connect(1);
	run();
	assert_int_equal(w.m.shown[0], w.buf[0].fb); /* it stays a wish */
	assert_int_equal(w.conn[0].err, 0);
}

static void what_is_refused_is_told(void **state)
{
	(void)state;
	connect(1);
	w.fail_op = XENDISPL_OP_DBUF_CREATE;
	w.fail = -5;
	add(0, 64, false);
	run();
	assert_int_equal(w.buf[0].err, -5);
	assert_false(w.buf[0].made || w.buf[0].lost || w.buf[0].stuck);
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	run();
	assert_int_equal(w.conn[0].err, -5);
	displif_plan_remove(&w.buf[0]);
	run();
	assert_int_equal(w.sent[XENDISPL_OP_DBUF_DESTROY], 0);
	assert_int_equal(w.drops, 1);

	w.fail_op = XENDISPL_OP_FB_ATTACH;
	w.fail = -6;
	add(0, 64, false);
	run();
	assert_int_equal(w.buf[0].err, -6);
	displif_plan_remove(&w.buf[0]);
	run();
	assert_int_equal(w.sent[XENDISPL_OP_DBUF_DESTROY], 1);

	add(0, 64, false);
	w.fail_op = XENDISPL_OP_SET_CONFIG;
	w.fail = -7;
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	run();
	assert_int_equal(w.conn[0].err, -7);
	assert_false(w.conn[0].dirty);
	assert_int_equal(w.conn[0].mode_width, 0);
	w.fail_op = XENDISPL_OP_PG_FLIP;
	w.fail = -8;
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	run();
	assert_int_equal(w.conn[0].err, -8);
	assert_int_equal(w.conn[0].mode_width, 64);
}

static void a_buffer_refused_by_the_next_backend_is_lost(void **state)
{
	(void)state;
	connect(1);
	add(0, 64, false);
	displif_plan_show(&w.plan, 0, &w.buf[0]);
	run();
	disconnect();
	connect(1);
	w.fail_op = XENDISPL_OP_DBUF_CREATE;
	w.fail = -5;
	run();
	assert_true(w.buf[0].lost);
	assert_int_equal(w.conn[0].err, -5);
	assert_false(w.conn[0].dirty);
}

static void an_answer_that_is_lost_keeps_the_pages(void **state)
{
	(void)state;
	connect(1);
	w.lose = true;
	w.fail_op = XENDISPL_OP_DBUF_CREATE;
	w.fail = -110;
	add(0, 64, false);
	run();
	assert_true(w.buf[0].stuck);
	displif_plan_remove(&w.buf[0]);
	run();
	assert_int_equal(w.drops, 0);
	disconnect();
	run();
	assert_int_equal(w.drops, 1);

	connect(1);
	add(0, 64, false);
	run();
	w.fail_op = XENDISPL_OP_DBUF_DESTROY;
	w.fail = -110;
	displif_plan_remove(&w.buf[0]);
	run();
	assert_int_equal(w.drops, 1);
	assert_true(w.buf[0].stuck);
	disconnect();
	run();
	assert_int_equal(w.drops, 2);
}

static void one_that_waits_is_not_shared(void **state)
{
	(void)state;
	connect(1);
	add(0, 64, false);
	w.buf[0].wait = true;
	add(1, 64, false);
	run();
	assert_int_equal(w.buf[0].step, DISPLIF_PLAN_NONE);
	assert_true(w.buf[1].made);
	w.buf[0].wait = false;
	run();
	assert_agree();
}

static void no_connector_beyond_the_array(void **state)
{
	(void)state;
	connect(CONNS + 5);
	assert_int_equal(w.plan.n, CONNS);
	add(0, 64, false);
	displif_plan_show(&w.plan, CONNS, &w.buf[0]);
	run();
	assert_int_equal(w.sent[XENDISPL_OP_SET_CONFIG], 0);
	/* The last one is not the plan's. */
	disconnect();
	displif_plan_connectors(&w.plan, w.conn, CONNS - 1);
	w.conn[CONNS - 1].front = &w.buf[0];
	w.conn[CONNS - 1].mode_width = 1;
	displif_plan_clear(&w.plan);
	connect(CONNS);
	run();
	assert_true(displif_plan_empty(&w.plan));
	displif_plan_stop(&w.plan, ERR_GONE);
	assert_ptr_equal(w.conn[CONNS - 1].front, &w.buf[0]);
	assert_int_equal(w.conn[CONNS - 1].mode_width, 1);
	assert_false(w.conn[CONNS - 1].dirty);
}

/* Any wishes, faults and ends of connections, in any order; and then peace. */
static void both_agree_in_the_end(void **state)
{
	uint32_t seed, i, k, r = 1;

	for (seed = 1; seed <= 2000; seed++) {
		begin(state);
		r = seed * 2654435761u | 1u;
		for (k = 0; k < 200; k++) {
			r ^= r << 13;
			r ^= r >> 17;
			r ^= r << 5;
			i = (r >> 8) % BUFS;
			switch (r % 11) {
			case 0:
				if (!w.in[i])
					add(i, 64u << (r >> 12) % 2, r & 0x10000);
				break;
			case 1:
				if (w.in[i])
					displif_plan_remove(&w.buf[i]);
				break;
			case 2:
			case 3:
				if (w.in[i] && w.buf[i].wanted)
					displif_plan_show(&w.plan, (r >> 12) % CONNS, &w.buf[i]);
				break;
			case 4:
				displif_plan_show(&w.plan, (r >> 12) % CONNS, NULL);
				break;
			case 5:
				if (w.plan.n)
					disconnect();
				else
					connect(1 + (r >> 12) % CONNS);
				break;
			case 6:
				/* Not SET_CONFIG that was lost: the model would not know. */
				w.fail_op = (uint8_t)(r & 0x100 ? XENDISPL_OP_DBUF_CREATE :
								  XENDISPL_OP_PG_FLIP);
				w.fail = -5;
				w.lose = false;
				break;
			default:
				step();
				break;
			}
		}
		w.fail = 0;
		if (w.plan.n)
			disconnect();
		connect(CONNS);
		run();
		assert_agree();
		displif_plan_clear(&w.plan);
		run();
		assert_true(displif_plan_empty(&w.plan));
		for (i = 0; i < BUFS; i++)
			assert_false(w.in[i] || w.shared[i] || w.mapped[i] || w.m.dbuf[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_is_asked_for_without_a_connection, begin),
		cmocka_unit_test_setup(a_buffer_goes_up_and_down, begin),
		cmocka_unit_test_setup(the_backends_memory_is_mapped_before_it_is_attached, begin),
		cmocka_unit_test_setup(a_mode_of_another_size_is_set_by_way_of_off, begin),
		cmocka_unit_test_setup(what_is_shown_goes_dark_before_it_goes, begin),
		cmocka_unit_test_setup(flips_under_way_hold_what_concerns_their_buffer, begin),
		cmocka_unit_test_setup(each_request_has_its_fields_and_no_others, begin),
		cmocka_unit_test_setup(a_mode_of_another_width_or_height_alone, begin),
		cmocka_unit_test_setup(buffers_leave_from_anywhere_in_the_list, begin),
		cmocka_unit_test_setup(what_was_under_way_ends_with_the_connection, begin),
		cmocka_unit_test_setup(empty_means_all_off_and_nothing_under_way, begin),
		cmocka_unit_test_setup(a_new_wish_forgets_the_old_error, begin),
		cmocka_unit_test_setup(one_thing_at_a_time, begin),
		cmocka_unit_test_setup(a_new_wish_outlives_the_answer_to_the_old_one, begin),
		cmocka_unit_test_setup(a_connection_that_ends_takes_what_the_backend_had, begin),
		cmocka_unit_test_setup(a_wish_is_answered_when_the_connection_ends, begin),
		cmocka_unit_test_setup(what_is_refused_is_told, begin),
		cmocka_unit_test_setup(a_buffer_refused_by_the_next_backend_is_lost, begin),
		cmocka_unit_test_setup(an_answer_that_is_lost_keeps_the_pages, begin),
		cmocka_unit_test_setup(one_that_waits_is_not_shared, begin),
		cmocka_unit_test_setup(no_connector_beyond_the_array, begin),
		cmocka_unit_test_setup(both_agree_in_the_end, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
