/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Whole ends: deaths and ends at every step of a beginning, and what lies in the pages that they share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "raw.h"
#include "rig.h"

/* More deliveries than a connection takes; a test checks. */
#define STEPS 40

static bool front_final(void *arg)
{
	return ((struct rig *)arg)->f->final;
}

static bool back_final(void *arg)
{
	return ((struct rig *)arg)->b->final;
}

/* A device after @n deliveries of its beginning, in the order of a seed, with time where nothing else is left. */
static void begin(struct rig *r, uint64_t seed, int32_t n)
{
	struct rig_opts opts = { .seed = seed, .connectors = rig_connectors(2) };

	rig_make(r, &opts);
	while (n > 0) {
		if (fake_run(r->w, 1) == 0)
			fake_advance(r->w, 5);
		n--;
	}
}

/* Each later test leaves the beginning at each step of it: the last one is Connected, the first are not. */
static void test_steps_are_enough(void **state)
{
	uint32_t early = 0, seed;
	struct rig r;

	(void)state;
	for (seed = 0; seed < 4; seed++) {
		begin(&r, seed, STEPS);
		assert_true(rig_is_connected(&r));
		rig_down(&r);
		begin(&r, seed, STEPS / 4);
		early += !rig_is_connected(&r);
		rig_down(&r);
	}
	assert_int_equal(early, 4);
}

/* The backend's program dies before, at and after Connected; with a display that stays open, or none. */
static void test_backend_dies_at_every_step(void **state)
{
	int32_t i;
	uint32_t seed;
	struct rig r;

	(void)state;
	for (seed = 0; seed < 4; seed++) {
		for (i = 0; i <= STEPS; i++) {
			begin(&r, seed, i);
			r.f->hold_users = seed & 1;
			fake_dom_exit(r.be);
			end_back_free(r.b, false);
			fake_advance(r.w, 50 * seed);
			r.b = end_back_new(r.be, RIG_FRONT, 0);
			if (seed & 1) {
				fake_advance(r.w, 3000);
				end_front_users_gone(r.f);
			}
			assert_true(rig_connected(&r));
			rig_works(&r);
			rig_down(&r);
		}
	}
}

static void test_frontend_dies_at_every_step(void **state)
{
	int32_t i;
	uint32_t seed;
	struct rig r;

	(void)state;
	for (seed = 0; seed < 4; seed++) {
		for (i = 0; i <= STEPS; i++) {
			begin(&r, seed, i);
			fake_dom_exit(r.fe);
			end_front_free(r.f, false);
			fake_advance(r.w, 50 * seed);
			fake_xs_puts(r.fe, 0, "device/vdispl/0/state", "1");
			r.f = end_front_new(r.fe, 0);
			assert_true(rig_connected(&r));
			rig_works(&r);
			rig_down(&r);
		}
	}
}

/* Removed by the protocol at each step: grants, ports and memory are back, of both ends. */
static void test_removal_at_every_step(void **state)
{
	struct fake_held held;
	uint32_t seed;
	struct rig r;
	int32_t i;

	(void)state;
	for (seed = 0; seed < 4; seed++) {
		for (i = 0; i <= STEPS; i++) {
			begin(&r, seed, i);
			end_front_remove(r.f);
			assert_true(fake_until(r.w, front_final, &r, 5000));
			fake_held(r.w, r.fe, &held);
			assert_int_equal(held.pages + held.grants + held.ports + held.chans, 0);
			rig_down(&r);
			begin(&r, seed, i);
			end_back_stop(r.b);
			assert_true(fake_until(r.w, back_final, &r, 5000));
			fake_held(r.w, r.be, &held);
			assert_int_equal(held.mappings + held.ports + held.chans, 0);
			end_back_free(r.b, true);
			r.b = NULL;
			rig_down(&r);
		}
	}
}

/* The toolstack takes the device away at each step; rig_down() looks for what is left. */
static void test_detach_at_every_step(void **state)
{
	uint32_t seed;
	struct rig r;
	int32_t i;

	(void)state;
	for (seed = 0; seed < 4; seed++) {
		for (i = 0; i <= STEPS; i++) {
			begin(&r, seed, i);
			rig_down(&r);
		}
	}
}

/* A device without connectors, or with one that makes no sense: nobody connects, nothing is shared. */
static void test_bad_configuration(void **state)
{
	static const char *const bad[] = { "",	       "id0:1920",    "id0:0x0",
					   "id0:-1x5", "id0:99999x1", "id0: 1x1",
					   "id0:1x1 ", "id0:1X1" };
	struct fake_held held;
	struct rig r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rig_opts opts = { .connectors = bad[i] };

		rig_make(&r, &opts);
		assert_true(fake_advance(r.w, 20000) >= 0);
		assert_int_equal(r.f->published, 0);
		assert_int_equal(r.b->bound, 0);
		assert_int_not_equal(rig_back_state(&r), DISPLIF_XB_INIT_WAIT);
		assert_int_equal(r.b->diag.err, DISPLIF_E_RANGE);
		assert_non_null(strstr(r.b->diag.node, "resolution"));
		fake_held(r.w, r.fe, &held);
		assert_int_equal(held.pages + held.grants + held.ports, 0);
		fake_held(r.w, r.be, &held);
		assert_int_equal(held.mappings + held.grants + held.ports, 0);
		rig_free(&r);
	}
}

/* A framebuffer is detached while two connectors show it: they go blank, its buffer can be destroyed. */
static void test_detach_while_shown(void **state)
{
	struct displif_msg msg = { .op = XENDISPL_OP_FB_DETACH };
	struct rig_opts opts = { .connectors = rig_connectors(2) };
	struct rig r;
	int buf;

	(void)state;
	rig_up(&r, &opts);
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48);
	assert_int_equal(end_front_config(r.f, 0, buf), 0);
	assert_int_equal(end_front_config(r.f, 1, buf), 0);
	assert_int_equal(end_front_flip(r.f, 1, buf), 0);
	msg.fb = r.f->buf[buf].fb;
	assert_int_equal(end_front_call(r.f, 0, &msg, NULL), 0);
	assert_int_equal(r.b->shown[0] | r.b->shown[1] | r.b->flipped[1], 0);
	assert_int_equal(end_front_flip(r.f, 1, buf), -DISPLIF_XEN_ENOENT);
	assert_int_equal(end_front_config(r.f, 0, buf), -DISPLIF_XEN_ENOENT);
	assert_int_equal(r.b->mapped, 1); /* the buffer itself stays */
	msg = (struct displif_msg){ .op = XENDISPL_OP_DBUF_DESTROY, .dbuf = r.f->buf[buf].dbuf };
	assert_int_equal(end_front_call(r.f, 0, &msg, NULL), 0);
	assert_int_equal(r.b->mapped, 0);
	rig_down(&r);
}

/* An event of a flip that nobody sent, while the display does not exist yet; and after it is gone. */
static void test_events_without_a_display(void **state)
{
	struct rig_opts opts = { 0 };
	union displif_wire wire;
	struct rig r;
	void *page;

	(void)state;
	rig_make(&r, &opts);
	while (!r.f->n)
		fake_run(r.w, 1) ? 0 : fake_advance(r.w, 5);
	/* Published, not Connected: a backend that is too early. */
	assert_int_not_equal(r.f->dev.state, DISPLIF_FDEV_CONNECTED);
	page = r.f->link[0].page[DISPLIF_CHAN_EVT];
	displif_evt_encode(&wire, 0, 77);
	raw_put_slot(page, 0, &wire);
	raw_store(page, RAW_IN_PROD, 1);
	fake_port_raise(r.fe, r.f->link[0].evtchn[DISPLIF_CHAN_EVT]);
	assert_true(fake_advance(r.w, 500) >= 0);
	/* Our backend does not take such a page; with fresh ones all is well. */
	assert_true(rig_connected_in(&r, 70000));
	rig_works(&r);
	/* Tear-down: the session is dead, its page still there. It is not looked at any more. */
	r.f->hold_users = true;
	page = r.f->link[0].page[DISPLIF_CHAN_EVT];
	displif_front_kill(&r.f->front[0], DISPLIF_E_GONE);
	raw_put_slot(page, raw_evt_slot(raw_load(page, RAW_IN_PROD)), &wire);
	raw_store(page, RAW_IN_PROD, raw_load(page, RAW_IN_PROD) + 1);
	fake_port_raise(r.fe, r.f->link[0].evtchn[DISPLIF_CHAN_EVT]);
	assert_true(fake_run(r.w, 0) >= 0);
	assert_int_equal(r.f->front[0].stats.stray, 0);
	r.f->hold_users = false;
	/* And the other end: completions of a display that is gone stay here. */
	end_back_feed(r.b, DISPLIF_BIN_BROKEN, 0);
	assert_int_equal(displif_back_flip_done(&r.b->back[0], 77), DISPLIF_E_STATE);
	assert_true(rig_connected_in(&r, 70000));
	rig_works(&r);
	rig_down(&r);
}

/* --- bytes --- */

static const struct displif_port_ops *real_ops;

/* Memory as a careless glue would give it. */
static int dirty_share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va,
		       uint32_t *gref)
{
	int err = real_ops->share(ctx, dom, n, flags, va, gref);

	if (!err)
		memset(*va, 0xaa, (size_t)n * DISPLIF_PAGE_SIZE);
	return err;
}

static uint32_t words_with_dirt(const void *page)
{
	uint32_t i, n = 0;

	for (i = 0; i < 1024; i++)
		n += raw_load(page, i) == 0xaaaaaaaa;
	return n;
}

/* Rings, event pages and directories carry no byte of older memory to the peer, tails included. */
static void test_shared_pages_are_zeroed(void **state)
{
	static const uint32_t pages[] = { 1, 1022, 1023, 1024 };
	struct rig_opts opts = { .connectors = rig_connectors(2), .be_alloc = true };
	struct displif_port_ops saved;
	struct rig r;
	uint32_t i, k;
	int buf;

	(void)state;
	rig_make(&r, &opts);
	saved = *fake_dom_ops(r.fe);
	real_ops = &saved;
	fake_dom_ops(r.fe)->share = dirty_share;
	assert_true(rig_connected(&r));
	for (i = 0; i < 2; i++) {
		for (k = 0; k < 2; k++)
			assert_int_equal(words_with_dirt(r.b->link[i].page[k]), 0);
		/* And nothing else is there: two event words of the ring are 1. */
		for (k = 0; k < 1024; k++) {
			assert_int_equal(raw_load(r.b->link[i].page[0], k), k == 1 || k == 3);
			assert_int_equal(raw_load(r.b->link[i].page[1], k), 0);
		}
	}
	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		for (k = DISPLIF_SHARE_OWN; k <= DISPLIF_SHARE_BACKEND; k++) {
			const struct displif_share *share;
			uint32_t d;

			buf = end_front_buf(r.f, (enum displif_share_kind)k, 1024, pages[i]);
			assert_true(buf >= 0);
			share = &r.f->buf[buf].share;
			for (d = 0; d < share->dirs; d++)
				assert_int_equal(words_with_dirt((char *)share->dir + 4096 * d), 0);
			assert_int_equal(end_front_buf_free(r.f, buf), 0);
		}
	}
	*fake_dom_ops(r.fe) = saved;
	rig_down(&r);
}

/* The bytes of a request as they lie in the ring, before anybody answers. */
static void assert_request(struct rig *r, uint32_t c, const struct displif_msg *msg,
			   const uint8_t *want)
{
	const void *page = r->f->link[c].page[DISPLIF_CHAN_REQ];
	uint32_t prod = raw_load(page, RAW_REQ_PROD);
	union displif_wire wire, rsp = { 0 };
	uint64_t token;
	uint16_t id;

	token = end_front_send(r->f, c, msg, true);
	assert_int_not_equal(token, 0);
	raw_get_slot(page, raw_ring_slot(prod), &wire);
	id = wire.req.id;
	wire.req.id = 0;
	assert_memory_equal(&wire, want, sizeof(wire));
	assert_true(fake_run(r->w, 0) >= 0);
	assert_int_equal(end_front_waited(r->f, token)->rsp, 1);
	/* The answer: id and operation, status 0, and nothing else in 64 bytes. */
	raw_get_slot(page, raw_ring_slot(prod), &wire);
	rsp.rsp.id = id;
	rsp.rsp.operation = msg->op;
	assert_memory_equal(&wire, &rsp, sizeof(wire));
}

static void test_enable_and_disable_bytes(void **state)
{
	static const uint8_t enable[64] = {
		0,    0,    0x14, 0,	0,    0,    0,	  0,	/* id, operation, reserved */
		0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, /* cookie of the framebuffer */
		3,    0,    0,	  0,	5,    0,    0,	  0,	/* x, y */
		0x40, 0,    0,	  0,	0x30, 0,    0,	  0,	/* width, height */
		0x20, 0,    0,	  0, /* bits per pixel: @32, as the struct has it */
	};
	static const uint8_t disable[64] = { 0, 0, 0x14 };
	struct displif_msg attach = { .op = XENDISPL_OP_FB_ATTACH, .fb = 0x1122334455667788 };
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };
	struct rig_opts opts = { .connectors = rig_connectors(2) };
	uint32_t c;
	struct rig r;
	int buf;

	(void)state;
	rig_up(&r, &opts);
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48);
	attach.dbuf = r.f->buf[buf].dbuf;
	attach.width = 64;
	attach.height = 48;
	attach.format = DISPLIF_FOURCC('X', 'R', '2', '4');
	assert_int_equal(end_front_call(r.f, 0, &attach, NULL), 0);
	for (c = 0; c < 2; c++) {
		msg.fb = attach.fb;
		msg.x = 3;
		msg.y = 5;
		msg.width = 64;
		msg.height = 48;
		msg.bpp = 32;
		assert_request(&r, c, &msg, enable);
		assert_int_equal(r.b->shown[c], attach.fb);
		msg = (struct displif_msg){ .op = XENDISPL_OP_SET_CONFIG };
		assert_request(&r, c, &msg, disable);
		assert_int_equal(r.b->shown[c], 0);
	}
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps_are_enough),
		cmocka_unit_test(test_backend_dies_at_every_step),
		cmocka_unit_test(test_frontend_dies_at_every_step),
		cmocka_unit_test(test_removal_at_every_step),
		cmocka_unit_test(test_detach_at_every_step),
		cmocka_unit_test(test_bad_configuration),
		cmocka_unit_test(test_detach_while_shown),
		cmocka_unit_test(test_events_without_a_display),
		cmocka_unit_test(test_shared_pages_are_zeroed),
		cmocka_unit_test(test_enable_and_disable_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
