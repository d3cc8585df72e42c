/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Both ends against each other: how a device connects, closes, restarts and dies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"

static bool front_final(void *arg)
{
	return ((struct rig *)arg)->f->final;
}

static bool back_final(void *arg)
{
	return ((struct rig *)arg)->b->final;
}

static bool back_waits(void *arg)
{
	return rig_back_state(arg) == DISPLIF_XB_INIT_WAIT;
}

static void test_connect(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	assert_int_equal(r.f->published, 1);
	assert_int_equal(r.b->bound, 1);
	assert_int_equal(r.f->cfg.version, 2);
	assert_int_equal(r.f->cfg.connector[0].width, 64);
	assert_string_equal(r.f->cfg.connector[0].unique_id, "id0");
	assert_int_equal(fake_xs_num(r.fe, "device/vdispl/0/version"), 2);
	rig_works(&r);
	rig_down(&r);
}

static void test_driver_domain(void **state)
{
	struct rig_opts opts = { .backend = 5 };
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	rig_works(&r);
	rig_down(&r);
}

/* However the two ends' steps are ordered, they meet. */
static void test_any_order(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 200; seed++) {
		struct rig_opts opts = { .seed = seed,
					 .coalesce = seed & 1,
					 .backend = seed & 2 ? 5 : 0 };
		struct rig r;

		rig_up(&r, &opts);
		rig_works(&r);
		rig_down(&r);
	}
}

static void test_connector_counts(void **state)
{
	static const uint32_t counts[] = { 1, 2, 17 };
	uint32_t i, c;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct rig_opts opts = { .connectors = rig_connectors(counts[i]) };
		struct rig r;
		int buf;

		rig_up(&r, &opts);
		assert_int_equal(r.f->n, counts[i]);
		assert_int_equal(r.b->n, counts[i]);
		buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48);
		for (c = 0; c < counts[i]; c++) {
			assert_int_equal(end_front_config(r.f, c, buf), 0);
			assert_int_equal(end_front_flip(r.f, c, buf), 0);
			assert_int_equal(r.b->shown[c], r.f->buf[buf].fb);
		}
		assert_int_equal(end_front_config(r.f, counts[i] - 1, -1), 0);
		assert_int_equal(r.b->shown[counts[i] - 1], 0);
		rig_down(&r);
	}
}

/* The guest is told to come late: the first InitWait stays to be seen. */
static void test_toolstack_sees_initwait(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;

	(void)state;
	rig_make(&r, &opts);
	assert_true(fake_run(r.w, 0) > 0);
	assert_int_equal(rig_back_state(&r), DISPLIF_XB_INIT_WAIT);
	assert_true(rig_connected(&r));
	rig_down(&r);
}

static void test_detach_with_buffers(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;
	int buf;

	(void)state;
	rig_up(&r, &opts);
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48);
	assert_int_equal(end_front_config(r.f, 0, buf), 0);
	assert_int_equal(end_front_flip(r.f, 0, buf), 0);
	rig_down(&r);
}

/* The toolstack detaches while the guest hangs: the backend needs no word of it. */
static void test_detach_hung_guest(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;
	struct fake_held held;

	(void)state;
	rig_up(&r, &opts);
	assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48) >= 0);
	fake_xs_unwatch(r.f->watch); /* hears of nothing any more */
	r.f->watch = NULL;
	r.f->deaf = true;
	assert_int_equal(fake_toolstack_detach(r.w, 0, RIG_FRONT, 0), 0);
	assert_true(fake_until(r.w, back_final, &r, 1000));
	assert_int_equal(rig_back_state(&r), DISPLIF_XB_CLOSED);
	fake_held(r.w, r.be, &held);
	assert_int_equal(held.mappings, 0);
	assert_int_equal(held.chans, 0);
	rig_free(&r);
}

static void test_destroy(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48) >= 0);
	fake_toolstack_destroy(r.w, 0, RIG_FRONT, 0);
	end_front_free(r.f, false);
	r.f = NULL;
	assert_true(fake_until(r.w, back_final, &r, 1000));
	rig_down(&r);
}

/* A guest that crashes: only @releaseDomain says so, no node changes. */
static void test_guest_dies(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48) >= 0);
	fake_dom_kill(r.fe);
	end_front_free(r.f, false);
	r.f = NULL;
	assert_true(fake_until(r.w, back_final, &r, 1000));
	rig_down(&r);
}

static void test_remove_driver(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;
	uint32_t i;

	(void)state;
	rig_up(&r, &opts);
	for (i = 0; i < 5; i++) {
		assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48) >= 0);
		end_front_remove(r.f);
		assert_true(fake_until(r.w, front_final, &r, 2000));
		assert_int_equal(rig_front_state(&r), DISPLIF_XB_CLOSED);
		/* who polls for exactly InitWait sees it within a second */
		assert_true(fake_until(r.w, back_waits, &r, 1000));
		end_front_free(r.f, true);
		/* another driver is loaded */
		fake_xs_puts(r.fe, 0, "device/vdispl/0/state", "1");
		r.f = end_front_new(r.fe, 0);
		assert_true(rig_connected(&r));
		rig_works(&r);
	}
	rig_down(&r);
}

/* Nobody answers: the removal waits for a second at most, and lets go all the same. */
static void test_remove_without_backend(void **state)
{
	struct rig_opts opts = { 0 };
	struct fake_held held;
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48) >= 0);
	fake_dom_exit(r.be);
	end_back_free(r.b, false);
	r.b = NULL;
	end_front_remove(r.f);
	fake_advance(r.w, 900);
	assert_int_equal(rig_front_state(&r), DISPLIF_XB_CLOSING);
	assert_true(fake_until(r.w, front_final, &r, 200));
	assert_int_equal(rig_front_state(&r), DISPLIF_XB_CLOSED);
	fake_held(r.w, r.fe, &held);
	assert_int_equal(held.pages + held.grants + held.chans, 0);
	rig_down(&r);
}

/* The driver vanishes with the kernel (kexec, reboot within one domain): a new one starts at 1. */
static void test_frontend_restarts(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;
	uint32_t i;

	(void)state;
	rig_up(&r, &opts);
	for (i = 0; i < 5; i++) {
		assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48) >= 0);
		fake_dom_exit(r.fe);
		end_front_free(r.f, false);
		fake_xs_puts(r.fe, 0, "device/vdispl/0/state", "1");
		r.f = end_front_new(r.fe, 0);
		assert_true(rig_connected(&r));
		rig_works(&r);
	}
	assert_int_equal(r.b->bound, 6);
	rig_down(&r);
}

static void test_backend_restarts(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;
	uint32_t i;

	(void)state;
	rig_up(&r, &opts);
	for (i = 0; i < 5; i++) {
		assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48) >= 0);
		end_back_stop(r.b);
		assert_true(fake_until(r.w, back_final, &r, 1000));
		assert_int_equal(rig_back_state(&r), DISPLIF_XB_CLOSED);
		end_back_free(r.b, true);
		r.b = NULL;
		fake_advance(r.w, i * 40);
		r.b = end_back_new(r.be, RIG_FRONT, 0);
		assert_true(rig_connected(&r));
		rig_works(&r);
	}
	assert_int_equal(r.f->published, 6);
	rig_down(&r);
}

/* The backend's program is killed: it writes nothing, its successor finds 4 in both nodes. */
static void test_backend_dies(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;
	uint32_t i;

	(void)state;
	rig_up(&r, &opts);
	for (i = 0; i < 5; i++) {
		assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48) >= 0);
		fake_dom_exit(r.be);
		end_back_free(r.b, false);
		r.b = NULL;
		fake_run(r.w, 0);
		assert_int_equal(rig_back_state(&r), DISPLIF_XB_CONNECTED);
		/* the port tells what XenStore does not */
		assert_int_equal(r.f->port.ops->chan_alive(r.f->port.ctx, r.f->link[0].chan[0]), 0);
		fake_advance(r.w, i * 200);
		r.b = end_back_new(r.be, RIG_FRONT, 0);
		assert_true(rig_connected(&r));
		rig_works(&r);
	}
	rig_down(&r);
}

/* As before, but the frontend noticed and had given up its rings before the successor came. */
static void test_backend_dies_and_is_missed(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	fake_dom_exit(r.be);
	end_back_free(r.b, false);
	r.b = NULL;
	end_front_feed(r.f, DISPLIF_IN_BROKEN, 0);
	fake_advance(r.w, 500);
	assert_int_equal(rig_front_state(&r), DISPLIF_XB_INITIALISING);
	assert_int_equal(r.f->n, 0);
	r.b = end_back_new(r.be, RIG_FRONT, 0);
	assert_true(rig_connected(&r));
	rig_works(&r);
	rig_down(&r);
}

/* The old display stays open: the frontend waits in 7, then comes back. */
static void test_display_still_open(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	r.f->hold_users = true;
	end_back_feed(r.b, DISPLIF_BIN_BROKEN, 0);
	fake_advance(r.w, 5000);
	assert_int_equal(rig_front_state(&r), DISPLIF_XB_RECONFIGURING);
	assert_int_equal(r.f->stops, 1);
	end_front_users_gone(r.f);
	assert_true(rig_connected(&r));
	rig_works(&r);
	rig_down(&r);
}

/*
 * A frontend is replaced while the backend, which has bound its rings, cannot say so: neither a 1 nor a 4 is seen in
 * between, and the new one takes the 2 that still stands for an answer. The old one's closed ports tell.
 */
static void test_frontend_replaced_unseen(void **state)
{
	struct rig_opts opts = { .coalesce = true };
	struct rig r;

	(void)state;
	rig_make(&r, &opts);
	while (rig_back_state(&r) != DISPLIF_XB_INIT_WAIT)
		fake_run(r.w, 1);
	fake_fault(r.be, FAKE_OP_XS_END, 1, DISPLIF_E_OS, true);
	fake_advance(r.w, 50);
	assert_int_equal(r.b->dev.state, DISPLIF_BDEV_CONNECTED);
	assert_int_equal(rig_back_state(&r), DISPLIF_XB_INIT_WAIT);
	fake_dom_exit(r.fe);
	end_front_free(r.f, false);
	r.f = end_front_new(r.fe, 0);
	end_front_resume(r.f);
	assert_int_equal(rig_front_state(&r), DISPLIF_XB_INITIALISED);
	fake_fault(r.be, 0, 0, 0, false);
	assert_true(rig_connected(&r));
	rig_works(&r);
	rig_down(&r);
}

/* A driver domain dies; a new one with the same number takes over. */
static void test_backend_domain_dies(void **state)
{
	struct rig_opts opts = { .backend = 5 };
	struct rig r;
	struct fake_held held;

	(void)state;
	rig_up(&r, &opts);
	assert_true(end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48) >= 0);
	fake_dom_kill(r.be);
	end_back_free(r.b, false);
	fake_toolstack_remove(r.w, 5, 99, 0);
	assert_int_equal(fake_xs_rm(fake_dom_get(r.w, 0), 0, "/local/domain/5"), 0);
	assert_true(fake_until(r.w, front_final, &r, 5000));
	fake_held(r.w, r.fe, &held);
	assert_int_equal(held.grants, 0);
	assert_int_equal(held.chans, 0);
	end_front_free(r.f, true);
	r.be = fake_dom_new(r.w, 5);
	assert_int_equal(fake_toolstack_attach(r.w, 5, RIG_FRONT, 0, false, "id0:64x48"), 0);
	r.b = end_back_new(r.be, RIG_FRONT, 0);
	r.f = end_front_new(r.fe, 0);
	assert_true(rig_connected(&r));
	rig_works(&r);
	rig_down(&r);
}

/* The guest wakes on another host: all is gone but its memory, a new backend waits. */
static void test_resume(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;
	struct end_wait *wait;
	uint64_t token;
	int buf;

	(void)state;
	rig_up(&r, &opts);
	buf = end_front_buf(r.f, DISPLIF_SHARE_OWN, 64, 48);
	r.b->hold = true;
	token = end_front_flip_send(r.f, 0, buf);
	fake_run(r.w, 0);
	/* the old host's backend and nodes are not there any more */
	fake_dom_exit(r.be);
	end_back_free(r.b, false);
	fake_dom_migrate(r.fe);
	fake_toolstack_remove(r.w, 0, RIG_FRONT, 0);
	assert_int_equal(fake_toolstack_attach(r.w, 0, RIG_FRONT, 0, false, "id0:64x48"), 0);
	r.b = end_back_new(r.be, RIG_FRONT, 0);
	end_front_resume(r.f);
	wait = end_front_waited(r.f, token);
	assert_int_equal(wait->lost, 1);
	assert_int_equal(wait->rsp + wait->flip, 0);
	assert_true(rig_connected(&r));
	rig_works(&r);
	rig_down(&r);
}

/* Publishing meets conflicts: a few are repeated, too many fail for now, and it comes back. */
static void test_transaction_conflicts(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;

	(void)state;
	rig_make(&r, &opts);
	while (rig_back_state(&r) != DISPLIF_XB_INIT_WAIT)
		fake_run(r.w, 1);
	fake_fault(r.fe, FAKE_OP_XS_END, 1, DISPLIF_E_AGAIN, true);
	fake_run(r.w, 0);
	assert_int_equal(fake_fault_fired(r.fe), DISPLIF_PORT_TX_TRIES);
	assert_int_equal(r.f->failed, 1);
	assert_int_equal(r.f->last_err, DISPLIF_E_AGAIN);
	assert_int_equal(r.f->n, 0);
	fake_fault(r.fe, 0, 0, 0, false);
	assert_true(rig_connected(&r));
	rig_down(&r);

	rig_make(&r, &opts);
	while (rig_back_state(&r) != DISPLIF_XB_INIT_WAIT)
		fake_run(r.w, 1);
	fake_xs_conflict(r.w, DISPLIF_PORT_TX_TRIES - 1);
	assert_true(rig_connected(&r));
	assert_int_equal(r.f->failed, 0);
	rig_down(&r);
}

/* The guest removes its directory while connected; the backend lets go and leaves no ghost. */
static void test_guest_removes_its_nodes(void **state)
{
	struct rig_opts opts = { 0 };
	struct rig r;

	(void)state;
	rig_up(&r, &opts);
	assert_int_equal(fake_xs_rm(r.fe, 0, "device/vdispl/0"), 0);
	assert_true(fake_until(r.w, back_final, &r, 1000));
	fake_advance(r.w, 5000);
	assert_int_equal(rig_front_state(&r), -1);
	rig_down(&r);
}

static const char *const back_leaves[] = { "versions", "state" };

/* Both directories go at once, without a detach: neither end writes them back. */
static void test_no_ghosts(void **state)
{
	struct rig_opts opts = { 0 };
	char path[2 * END_PATH];
	struct rig r;
	uint32_t i;

	(void)state;
	rig_up(&r, &opts);
	fake_toolstack_remove(r.w, 0, RIG_FRONT, 0);
	fake_advance(r.w, 20000);
	assert_true(r.f->final);
	assert_true(r.b->final);
	assert_int_equal(rig_front_state(&r), -1);
	assert_int_equal(rig_back_state(&r), -1);
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", r.b->dir, back_leaves[i]);
		assert_null(fake_xs_gets(fake_dom_get(r.w, 0), path));
	}
	rig_down(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_driver_domain),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_connector_counts),
		cmocka_unit_test(test_toolstack_sees_initwait),
		cmocka_unit_test(test_detach_with_buffers),
		cmocka_unit_test(test_detach_hung_guest),
		cmocka_unit_test(test_destroy),
		cmocka_unit_test(test_guest_dies),
		cmocka_unit_test(test_remove_driver),
		cmocka_unit_test(test_remove_without_backend),
		cmocka_unit_test(test_frontend_restarts),
		cmocka_unit_test(test_backend_restarts),
		cmocka_unit_test(test_backend_dies),
		cmocka_unit_test(test_backend_dies_and_is_missed),
		cmocka_unit_test(test_display_still_open),
		cmocka_unit_test(test_frontend_replaced_unseen),
		cmocka_unit_test(test_backend_domain_dies),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_transaction_conflicts),
		cmocka_unit_test(test_guest_removes_its_nodes),
		cmocka_unit_test(test_no_ghosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
