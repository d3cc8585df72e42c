/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of port_back.c: binding what a frontend published, hostile nodes, rings of an earlier life, undoing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "port_rig.h"

#define PEND 4u

static const struct displif_front_cfg usual = { 3000, 100, 8, 4 };
static const struct displif_quota quota = { .pages = 1000, .requests_per_irq = 64 };
static struct displif_connector_cfg connector[2];
static struct displif_cfg cfg;
static struct displif_link theirs[2], ours[2];
static struct displif_front front[2];
static struct displif_back back[2];
static struct displif_guest guest;
static struct displif_dbuf dbuf[4];
static struct displif_fb fb[4];
static uint64_t pend[2 * PEND];
static void *const tags[4] = { (void *)1, (void *)2, (void *)3, (void *)4 };

static void publish_front(struct rig *r)
{
	assert_int_equal(displif_cfg_init(&cfg, connector, 2), 0);
	assert_int_equal(displif_port_front_config(&r->fp, RIG_FRONT, RIG_BACK, &cfg, NULL), 0);
	assert_int_equal(displif_port_front_publish(&r->fp, RIG_FRONT, 0, &cfg, &usual, theirs,
						    front, NULL, NULL),
			 0);
}

static void publish(struct rig *r)
{
	publish_front(r);
	assert_int_equal(displif_guest_init(&guest, &quota, dbuf, 4, fb, 4), 0);
}

static int do_bind(struct rig *r)
{
	/* What the caller hands in may hold anything. */
	memset(ours, 0xa5, sizeof(ours));
	memset(back, 0xa5, sizeof(back));
	return displif_port_back_bind(&r->bp, RIG_FRONT, RIG_GUEST, &guest, 2, ours, back, pend,
				      PEND, tags, &r->diag);
}

static void release(struct rig *r)
{
	displif_back_kill(&back[0], DISPLIF_E_GONE);
	displif_back_kill(&back[1], DISPLIF_E_GONE);
	displif_port_back_close(&r->bp, ours, 2);
	displif_port_back_close(&r->bp, ours, 2);
}

/* Links are empty, sessions dead: their pages are not touched any more, that would be a fault. */
static void nothing_bound(struct rig *r)
{
	struct displif_link none;
	uint32_t i;

	(void)r;
	memset(&none, 0, sizeof(none));
	for (i = 0; i < 2; i++) {
		struct displif_back_req req;

		assert_memory_equal(&ours[i], &none, sizeof(none));
		displif_back_irq(&back[i], DISPLIF_CHAN_REQ);
		assert_int_equal(displif_back_poll(&back[i], &req, 0), 0);
		displif_back_flush(&back[i]);
	}
}

static uint32_t fired[5], n_fired;

static void on_chan(void *arg, void *tag)
{
	(void)arg;
	assert_in_range((uintptr_t)tag, 1, 4);
	fired[(uintptr_t)tag]++;
	n_fired++;
}

static void test_bind(void **state)
{
	struct rig *r = *state;
	struct displif_back_req req;
	struct displif_msg msg;
	uint32_t i, n;

	publish(r);
	/* 8 nodes, 4 pages, 4 channels */
	n = rig_fail_each(r, r->be, FAKE_OP_USUAL, DISPLIF_E_OS, do_bind, nothing_bound);
	assert_int_equal(n, 8 + 4 + 4);
	for (i = 0; i < 4; i++) {
		struct displif_link *l = &ours[i / 2];

		assert_int_equal(l->gref[i % 2], theirs[i / 2].gref[i % 2]);
		assert_int_equal(l->evtchn[i % 2], theirs[i / 2].evtchn[i % 2]);
		assert_non_null(l->map[i % 2]);
		assert_true(fake_mem_writable(l->page[i % 2]));
	}
	/* A request on each ring arrives at its own session, by its own tag. */
	fake_dom_on_chan(r->be, on_chan, NULL);
	displif_port_enable(&r->bp, ours, 2);
	assert_true(fake_run(r->w, 0) >= 0);
	assert_int_equal(n_fired, 4); /* Xen raises each port once when it is bound */
	n_fired = 0;
	memset(fired, 0, sizeof(fired));
	for (i = 0; i < 2; i++) {
		memset(&msg, 0, sizeof(msg));
		msg.op = XENDISPL_OP_GET_EDID;
		msg.size = 32768;
		msg.gref_dir = 100 + i;
		assert_int_equal(displif_front_submit(&front[i], &msg, 7, 0), 0);
		assert_true(displif_front_flush(&front[i]) & DISPLIF_DO_NOTIFY_REQ);
		r->fp.ops->chan_notify(r->fp.ctx, theirs[i].chan[DISPLIF_CHAN_REQ]);
	}
	assert_true(fake_run(r->w, 0) >= 0);
	assert_int_equal(n_fired, 2);
	assert_int_equal(fired[1], 1);
	assert_int_equal(fired[3], 1);
	for (i = 0; i < 2; i++) {
		displif_back_irq(&back[i], DISPLIF_CHAN_REQ);
		assert_int_equal(displif_back_poll(&back[i], &req, 0), 1);
		assert_int_equal(req.msg.gref_dir, 100 + i);
		assert_ptr_equal(back[i].pend, pend + i * PEND);
	}
	release(r);
	displif_port_front_close(&r->fp, theirs, 2);
}

static struct rig *replaced;
static const struct displif_port_ops *usual_ops;
static uint32_t maps_left;

/* Maps; after the last one that is left the frontend's program dies, and another one comes up. */
static int map_and_replace(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n,
			   uint32_t flags, void **va, void **map)
{
	int err = usual_ops->map(ctx, dom, gref, n, flags, va, map);

	if (--maps_left == 0) {
		fake_dom_exit(replaced->fe);
		publish_front(replaced);
	}
	return err;
}

/* Pages of the old frontend beside ports of the new one, which have the same numbers: nobody would ever know. */
static void test_replaced_meanwhile(void **state)
{
	struct rig *r = *state;
	struct displif_port_ops ops = *r->bp.ops;
	uint32_t at, i, k, bound = 0, port[2][2];

	replaced = r;
	usual_ops = r->bp.ops;
	ops.map = map_and_replace;
	r->bp.ops = &ops;
	for (at = 1; at <= 4; at++) {
		publish(r);
		memcpy(port[0], theirs[0].evtchn, sizeof(port[0]));
		memcpy(port[1], theirs[1].evtchn, sizeof(port[1]));
		maps_left = at;
		if (!do_bind(r)) {
			bound++;
			for (i = 0; i < 2; i++) {
				assert_memory_equal(theirs[i].evtchn, port[i], sizeof(port[i]));
				for (k = 0; k < 2; k++)
					assert_int_equal(ops.chan_alive(r->bp.ctx, ours[i].chan[k]),
							 ours[i].gref[k] == theirs[i].gref[k]);
			}
			release(r);
		}
		fake_dom_exit(r->fe);
	}
	assert_in_range(bound, 1, 3);
	r->bp.ops = usual_ops;
}

/* Rings that were used are of an earlier life. */
static void test_old_rings(void **state)
{
	static const struct {
		uint32_t chan, word;
	} old[] = { { 0, 0 }, { 0, 1 }, { 0, 2 }, { 0, 3 }, { 1, 0 }, { 1, 1 } };
	struct rig *r = *state;
	size_t i;

	publish(r);
	for (i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
		uint32_t *page = theirs[1].page[old[i].chan];

		page[old[i].word] += 5;
		rig_mark(r);
		assert_int_equal(do_bind(r), DISPLIF_E_PROTO);
		assert_int_equal(r->diag.err, DISPLIF_E_PROTO);
		assert_int_equal(r->diag.connector, 1);
		nothing_bound(r);
		rig_check(r);
		page[old[i].word] -= 5;
	}
	rig_mark(r);
	assert_int_equal(do_bind(r), 0);
	rig_diag(r, 0, NULL);
	release(r);
	displif_port_front_close(&r->fp, theirs, 2);
}

static void test_hostile_nodes(void **state)
{
	static const char *const leaf[] = {
		"req-ring-ref",
		"req-event-channel",
		"evt-ring-ref",
		"evt-event-channel",
	};
	static const char *const text[] = {
		"",   "0",   "-1",  "4294967296", "18446744073709551624", "8 ",
		" 8", "8,9", "0x8", "eight",	  "4294967295",		  "77777777",
	};
	static char longest[2001];
	struct rig *r = *state;
	char path[96], good[16];
	size_t i, k;

	publish(r);
	memset(longest, '8', 2000);
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), RIG_FRONT "/1/%s", leaf[i]);
		snprintf(good, sizeof(good), "%s", fake_xs_gets(r->be, path));
		for (k = 0; k < sizeof(text) / sizeof(text[0]) + 3; k++) {
			/* The last two numbers are well-formed, but nobody granted or opened them. */
			int err = k == 10 || k == 11 ? DISPLIF_E_OS : DISPLIF_E_RANGE;

			if (k < sizeof(text) / sizeof(text[0]))
				rig_put(r, path, text[k]);
			else if (k == 12)
				rig_put(r, path, longest);
			else if (k == 13)
				assert_int_equal(fake_xs_write(r->be, 0, path, "8\0", 2), 0);
			else
				assert_int_equal(fake_xs_rm(r->be, 0, path), 0);
			if (k == 14)
				err = DISPLIF_E_ABSENT;
			rig_mark(r);
			assert_int_equal(do_bind(r), err);
			rig_diag(r, err, leaf[i]);
			assert_int_equal(r->diag.connector, 1);
			nothing_bound(r);
			rig_check(r);
		}
		rig_put(r, path, good);
	}
	/* One page for both purposes makes no sense, but does no harm either. */
	rig_put(r, RIG_FRONT "/1/evt-ring-ref", fake_xs_gets(r->be, RIG_FRONT "/1/req-ring-ref"));
	rig_mark(r);
	assert_int_equal(do_bind(r), DISPLIF_E_PROTO);
	nothing_bound(r);
	rig_check(r);
	displif_port_front_close(&r->fp, theirs, 2);
}

static void test_arguments(void **state)
{
	struct rig *r = *state;

	publish(r);
	rig_mark(r);
	assert_int_equal(displif_port_back_bind(&r->bp, RIG_FRONT, RIG_GUEST, &guest, 0, ours, back,
						pend, PEND, NULL, &r->diag),
			 DISPLIF_E_INVAL);
	rig_diag(r, DISPLIF_E_INVAL, "connectors");
	assert_int_equal(displif_port_back_bind(&r->bp, RIG_FRONT, RIG_GUEST, &guest, 257, ours,
						back, pend, PEND, NULL, NULL),
			 DISPLIF_E_INVAL);
	assert_int_equal(displif_port_back_bind(&r->bp, RIG_FRONT, RIG_GUEST, &guest, 2, ours, back,
						pend, 0, NULL, NULL),
			 DISPLIF_E_INVAL);
	assert_int_equal(displif_port_back_bind(&r->bp, RIG_FRONT, RIG_GUEST, &guest, 2, ours, back,
						pend, 257, NULL, &r->diag),
			 DISPLIF_E_INVAL);
	rig_diag(r, DISPLIF_E_INVAL, "pend_cap");
	rig_check(r);
	assert_int_equal(displif_port_back_bind(&r->bp, RIG_FRONT, RIG_GUEST, &guest, 2, ours, back,
						pend, PEND, NULL, NULL),
			 0);
	release(r);
	/* A guest that died leaves nodes behind, and nothing to map. */
	fake_dom_kill(r->fe);
	rig_mark(r);
	assert_int_equal(do_bind(r), DISPLIF_E_OS);
	rig_check(r);
}

/* As many connectors as there may be, and not one more, are looked for. */
static void test_most_connectors(void **state)
{
	static struct displif_link links[DISPLIF_MAX_CONNECTORS];
	static struct displif_back sessions[DISPLIF_MAX_CONNECTORS];
	static uint64_t queue[DISPLIF_MAX_CONNECTORS];
	struct rig *r = *state;

	publish(r);
	rig_mark(r);
	/* The first that is not there is the third. */
	assert_int_equal(displif_port_back_bind(&r->bp, RIG_FRONT, RIG_GUEST, &guest,
						DISPLIF_MAX_CONNECTORS, links, sessions, queue, 1,
						NULL, &r->diag),
			 DISPLIF_E_ABSENT);
	assert_int_equal(r->diag.connector, 2);
	rig_check(r);
	displif_port_front_close(&r->fp, theirs, 2);
}

/* Whatever the sessions' memory held before: after a failure they are dead and have no duty left. */
static void test_sessions_of_a_failure(void **state)
{
	struct rig *r = *state;
	uint32_t i;

	publish(r);
	fake_fault(r->be, FAKE_OP_XS_READ, 1, DISPLIF_E_OS, false);
	assert_int_equal(do_bind(r), DISPLIF_E_OS);
	fake_fault(r->be, 0, 0, 0, false);
	for (i = 0; i < 2; i++) {
		assert_int_equal(displif_back_flush(&back[i]), 0);
		assert_int_equal(displif_back_flip_done(&back[i], 1), DISPLIF_E_STATE);
		assert_true(displif_back_deadline(&back[i]) == DISPLIF_NEVER);
	}
	displif_port_front_close(&r->fp, theirs, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bind),
		TEST(test_replaced_meanwhile),
		TEST(test_old_rings),
		TEST(test_hostile_nodes),
		TEST(test_arguments),
		TEST(test_most_connectors),
		TEST(test_sessions_of_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
