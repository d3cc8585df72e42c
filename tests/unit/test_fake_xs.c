/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The fake Xen's XenStore: permissions, watches, transactions, quotas, and the toolstack's nodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_xen.h"

#define FRONT "/local/domain/1/device/vdispl/0"
#define BACK "/local/domain/3/backend/vdispl/1/0"

static struct fake_world *w;
static struct fake_dom *dom0, *fe, *be;

struct log {
	uint32_t n;
	char path[16][80];
};

static void on_watch(void *arg, const char *path)
{
	struct log *log = arg;

	snprintf(log->path[log->n++ % 16], sizeof(log->path[0]), "%s", path);
}

static int setup(void **state)
{
	(void)state;
	w = fake_world_new(NULL, 0);
	assert_non_null(w);
	dom0 = fake_dom_get(w, 0);
	fe = fake_dom_new(w, 1);
	be = fake_dom_new(w, 3);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_world_free(w);
	return 0;
}

static void test_attach_writes_libxl_nodes(void **state)
{
	(void)state;
	assert_int_equal(fake_toolstack_attach(w, 3, 1, 0, true, "HDMI-0:1920x1080;id1:800x600"),
			 0);
	assert_string_equal(fake_xs_gets(dom0, FRONT "/backend"), BACK);
	assert_string_equal(fake_xs_gets(dom0, FRONT "/backend-id"), "3");
	assert_string_equal(fake_xs_gets(dom0, FRONT "/state"), "1");
	assert_string_equal(fake_xs_gets(dom0, FRONT "/be-alloc"), "1");
	assert_string_equal(fake_xs_gets(dom0, FRONT "/0/unique-id"), "HDMI-0");
	assert_string_equal(fake_xs_gets(dom0, FRONT "/0/resolution"), "1920x1080");
	assert_string_equal(fake_xs_gets(dom0, FRONT "/1/resolution"), "800x600");
	assert_null(fake_xs_gets(dom0, FRONT "/2/resolution"));
	assert_string_equal(fake_xs_gets(dom0, BACK "/frontend"), FRONT);
	assert_string_equal(fake_xs_gets(dom0, BACK "/frontend-id"), "1");
	assert_string_equal(fake_xs_gets(dom0, BACK "/online"), "1");
	assert_int_equal(fake_toolstack_back_state(w, 3, 1, 0), 1);
	assert_int_equal(fake_toolstack_front_state(w, 1, 0), 1);
	assert_int_equal(fake_toolstack_detach(w, 3, 1, 0), 0);
	assert_int_equal(fake_xs_num(dom0, BACK "/online"), 0);
	assert_int_equal(fake_toolstack_back_state(w, 3, 1, 0), 5);
	fake_toolstack_remove(w, 3, 1, 0);
	assert_int_equal(fake_toolstack_back_state(w, 3, 1, 0), -1);
	assert_int_equal(fake_toolstack_front_state(w, 1, 0), -1);
	assert_int_equal(fake_toolstack_detach(w, 3, 1, 0), DISPLIF_E_ABSENT);
	assert_int_equal(fake_toolstack_attach(w, 3, 1, 0, true, "nothing"), DISPLIF_E_INVAL);
	assert_int_equal(fake_toolstack_front_state(w, 1, 0), -1); /* undone */
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

static void test_permissions(void **state)
{
	char buf[8];
	uint32_t len;

	(void)state;
	assert_int_equal(fake_toolstack_attach(w, 3, 1, 0, false, "id:800x600"), 0);
	/* the guest: its own tree, but not the leaves that the backend owns, nor the backend's tree */
	assert_int_equal(fake_xs_puts(fe, 0, "device/vdispl/0/state", "3"), 0);
	assert_int_equal(fake_xs_puts(fe, 0, FRONT "/0/req-ring-ref", "8"), 0);
	assert_int_equal(fake_xs_puts(fe, 0, FRONT "/0/resolution", "1x1"), DISPLIF_E_OS);
	assert_int_equal(fake_xs_puts(fe, 0, FRONT "/be-alloc", "1"), DISPLIF_E_OS);
	assert_int_equal(fake_xs_puts(fe, 0, BACK "/state", "6"), DISPLIF_E_OS);
	assert_int_equal(fake_xs_puts(fe, 0, "/local/domain/1/device/vdispl/1/state", "1"),
			 DISPLIF_E_OS);
	assert_int_equal(fake_xs_puts(fe, 0, "/tool/x", "1"), DISPLIF_E_OS);
	assert_int_equal(fake_xs_read(fe, 0, BACK "/state", buf, 8, &len), 0);
	assert_int_equal(fake_xs_read(fe, 0, FRONT "/0/resolution", buf, 8, &len), 0);
	/* the backend: reads the guest's, writes its own */
	assert_int_equal(fake_xs_puts(be, 0, BACK "/state", "2"), 0);
	assert_int_equal(fake_xs_puts(be, 0, BACK "/versions", "1,2"), 0);
	assert_int_equal(fake_xs_puts(be, 0, FRONT "/state", "6"), DISPLIF_E_OS);
	assert_int_equal(fake_xs_read(be, 0, FRONT "/0/req-ring-ref", buf, 8, &len), 0);
	/* the leaf is read-only, its directory is not */
	assert_int_equal(fake_xs_rm(fe, 0, FRONT "/0/resolution"), DISPLIF_E_OS);
	assert_int_equal(fake_xs_rm(fe, 0, FRONT "/0"), 0);
	assert_int_equal(fake_xs_puts(fe, 0, FRONT "/0/resolution", "1x1"), 0);
	/* a stranger */
	assert_int_equal(fake_xs_read(fake_dom_new(w, 9), 0, FRONT "/state", buf, 8, &len),
			 DISPLIF_E_ABSENT);
}

static void test_read_and_paths(void **state)
{
	char buf[8], path[1100];
	uint32_t len;

	(void)state;
	assert_int_equal(fake_xs_write(fe, 0, "data/x", "a\0b", 3), 0);
	assert_int_equal(fake_xs_read(fe, 0, "data/x", buf, 3, &len), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(buf, "a\0b", 3);
	assert_int_equal(fake_xs_read(fe, 0, "/local/domain/1/data/x", buf, 2, &len),
			 DISPLIF_E_RANGE);
	assert_int_equal(fake_xs_read(fe, 0, "data/y", buf, 8, &len), DISPLIF_E_ABSENT);
	assert_int_equal(fake_xs_read(fe, 0, "data/x/", buf, 8, &len), DISPLIF_E_INVAL);
	assert_int_equal(fake_xs_read(fe, 0, "data//x", buf, 8, &len), DISPLIF_E_INVAL);
	assert_int_equal(fake_xs_read(fe, 0, "data/x y", buf, 8, &len), DISPLIF_E_INVAL);
	assert_int_equal(fake_xs_read(fe, 0, "", buf, 8, &len), DISPLIF_E_INVAL);
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(fake_xs_puts(dom0, 0, path, ""), DISPLIF_E_INVAL);
	assert_int_equal(fake_xs_rm(fe, 0, "data/y"), DISPLIF_E_ABSENT);
	assert_int_equal(fake_xs_num(fe, "data/x"), -1);
}

static void test_list(void **state)
{
	char **names;
	uint32_t n;

	(void)state;
	assert_int_equal(fake_xs_puts(fe, 0, "data/ab", ""), 0);
	assert_int_equal(fake_xs_puts(fe, 0, "data/c/d", ""), 0);
	assert_int_equal(fake_xs_list(fe, "data", &names, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(names[0], "ab");
	assert_string_equal(names[1], "c");
	free(names);
	assert_int_equal(fake_xs_list(fe, "data/c/d", &names, &n), 0);
	assert_int_equal(n, 0);
	free(names);
	assert_int_equal(fake_xs_list(fe, "data/x", &names, &n), DISPLIF_E_ABSENT);
	assert_null(names);
	assert_int_equal(fake_xs_perms(dom0, 0, "/local/domain/1/data", 0, FAKE_PERM_NONE, 3,
				       FAKE_PERM_READ),
			 0);
	assert_int_equal(fake_xs_list(fe, "data", &names, &n), DISPLIF_E_ABSENT);
}

/* A write brings back what somebody removed, as the real one does. */
static void test_ghost(void **state)
{
	(void)state;
	assert_int_equal(fake_toolstack_attach(w, 3, 1, 0, false, "id:800x600"), 0);
	fake_toolstack_remove(w, 0, 1, 0);
	assert_int_equal(fake_toolstack_front_state(w, 1, 0), -1);
	assert_int_equal(fake_xs_puts(dom0, 0, FRONT "/state", "6"), 0);
	assert_int_equal(fake_toolstack_front_state(w, 1, 0), 6);
	assert_null(fake_xs_gets(dom0, FRONT "/backend"));
}

static void test_watch(void **state)
{
	struct log log = { 0 }, rel = { 0 };
	struct fake_watch *a, *b;

	(void)state;
	assert_int_equal(fake_toolstack_attach(w, 3, 1, 0, false, "id:800x600"), 0);
	a = fake_xs_watch(be, FRONT "/state", on_watch, &log);
	b = fake_xs_watch(fe, "device/vdispl", on_watch, &rel);
	assert_int_equal(log.n, 0); /* never from within a call */
	assert_int_equal(fake_run(w, 0), 2);
	assert_string_equal(log.path[0], FRONT "/state"); /* once by itself */
	assert_string_equal(rel.path[0], "device/vdispl");
	fake_xs_puts(fe, 0, FRONT "/state", "3");
	fake_xs_puts(fe, 0, FRONT "/state", "3"); /* equal values fire too */
	fake_run(w, 0);
	assert_int_equal(log.n, 3);
	assert_int_equal(rel.n, 3);
	assert_string_equal(rel.path[1], "device/vdispl/0/state");
	fake_xs_puts(fe, 0, FRONT "/0/x", "");
	fake_run(w, 0);
	assert_int_equal(log.n, 3); /* another node */
	assert_int_equal(rel.n, 4);
	fake_toolstack_remove(w, 3, 1, 0);
	fake_run(w, 0);
	assert_int_equal(log.n, 4); /* its parent went, and it too */
	assert_string_equal(log.path[3], FRONT "/state");
	fake_xs_unwatch(a);
	assert_int_equal(fake_check_clean(w, NULL), 1);
	fake_xs_unwatch(b);
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

static jmp_buf away;

static void never_returns(void *arg, const char *path)
{
	(void)arg;
	(void)path;
	longjmp(away, 1);
}

/* A domain dies in the middle of what a watch made it do: nothing is left of that. */
static void test_watch_abandoned(void **state)
{
	(void)state;
	assert_non_null(fake_xs_watch(fe, "device", never_returns, NULL));
	assert_true(fake_ready(fe));
	if (!setjmp(away))
		fake_deliver(fe);
	fake_dom_exit(fe);
	assert_false(fake_ready(fe));
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

static void test_coalesce(void **state)
{
	struct log log = { 0 };
	struct fake_watch *a;

	(void)state;
	fake_xs_puts(fe, 0, "data/a", "1");
	a = fake_xs_watch(fe, "data", on_watch, &log);
	fake_run(w, 0);
	fake_xs_coalesce(w, true);
	fake_xs_puts(fe, 0, "data/a", "2");
	fake_xs_puts(fe, 0, "data/a", "3");
	fake_xs_puts(fe, 0, "data/b", "3");
	fake_run(w, 0);
	assert_int_equal(log.n, 3);
	fake_xs_puts(fe, 0, "data/a", "2");
	fake_xs_unwatch(a); /* with an event under way */
	assert_int_equal(fake_run(w, 0), 0);
}

static void test_watch_needs_permission(void **state)
{
	struct log log = { 0 };
	struct fake_dom *stranger = fake_dom_new(w, 9);

	(void)state;
	assert_non_null(fake_xs_watch(stranger, "/local/domain/1", on_watch, &log));
	fake_run(w, 0);
	assert_int_equal(log.n, 1);
	fake_xs_puts(fe, 0, "data/a", "2");
	fake_run(w, 0);
	assert_int_equal(log.n, 1);
}

static void test_release_domain(void **state)
{
	struct log log = { 0 };
	struct fake_watch *a = fake_xs_watch(dom0, "@releaseDomain", on_watch, &log);

	(void)state;
	fake_run(w, 0);
	assert_int_equal(log.n, 1);
	fake_dom_kill(fe);
	fake_run(w, 0);
	assert_int_equal(log.n, 2);
	assert_string_equal(log.path[1], "@releaseDomain");
	fake_xs_unwatch(a);
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

static void test_transaction(void **state)
{
	struct log log = { 0 };
	struct fake_watch *a;
	uint32_t tx;

	(void)state;
	fake_xs_puts(fe, 0, "data/a", "1");
	a = fake_xs_watch(fe, "data", on_watch, &log);
	fake_run(w, 0);
	assert_int_equal(fake_xs_begin(fe, &tx), 0);
	assert_int_equal(fake_xs_puts(fe, tx, "data/a", "2"), 0);
	assert_int_equal(fake_xs_puts(fe, tx, "data/b/c", "3"), 0);
	assert_int_equal(fake_xs_puts(fe, tx, "data/b/d", "4"), 0);
	assert_int_equal(fake_xs_rm(fe, tx, "data/b/c"), 0);
	assert_string_equal(fake_xs_gets(fe, "data/a"), "1"); /* not visible outside */
	fake_run(w, 0);
	assert_int_equal(log.n, 1);
	assert_int_equal(fake_xs_end(fe, tx, true), 0);
	assert_string_equal(fake_xs_gets(fe, "data/a"), "2");
	assert_string_equal(fake_xs_gets(fe, "data/b/d"), "4");
	assert_null(fake_xs_gets(fe, "data/b/c"));
	fake_run(w, 0);
	assert_int_equal(log.n, 5);

	assert_int_equal(fake_xs_begin(fe, &tx), 0);
	assert_int_equal(fake_xs_puts(fe, tx, "data/a", "9"), 0);
	assert_int_equal(fake_check_clean(w, NULL), 2);
	assert_int_equal(fake_xs_end(fe, tx, false), 0);
	assert_string_equal(fake_xs_gets(fe, "data/a"), "2");
	fake_xs_unwatch(a);
	assert_int_equal(fake_check_clean(w, stderr), 0);
	assert_int_equal(fake_xs_end(fe, tx, false), DISPLIF_E_INVAL);
	assert_int_equal(fake_violations(w), 1);
}

/* What was read, or found absent, must be so at the end; what was not touched may change. */
static void test_conflict(void **state)
{
	char buf[8];
	uint32_t tx, len, i;

	(void)state;
	fake_xs_puts(fe, 0, "data/a", "1");
	fake_xs_puts(fe, 0, "data/d/x", "1");
	for (i = 0; i < 6; i++) {
		static const char *const meanwhile[] = { "data/a", "data/d/x", "data/d/new",
							 "data/z", "data/e",   "data" };
		static const int result[] = { DISPLIF_E_AGAIN, 0, DISPLIF_E_AGAIN, 0,
					      DISPLIF_E_AGAIN, 0 };

		assert_int_equal(fake_xs_begin(fe, &tx), 0);
		assert_int_equal(fake_xs_read(fe, tx, "data/a", buf, 8, &len), 0);
		assert_int_equal(fake_xs_read(fe, tx, "data/e", buf, 8, &len), DISPLIF_E_ABSENT);
		assert_int_equal(fake_xs_puts(fe, tx, "data/d/mine", "1"), 0);
		assert_int_equal(fake_xs_puts(fe, 0, meanwhile[i], "2"), 0);
		assert_int_equal(fake_xs_end(fe, tx, true), result[i]);
		if (!strcmp(meanwhile[i], "data/e"))
			fake_xs_rm(fe, 0, "data/e");
		fake_xs_rm(fe, 0, "data/d/mine");
	}
	/* removed and made again is another node */
	assert_int_equal(fake_xs_begin(fe, &tx), 0);
	assert_int_equal(fake_xs_read(fe, tx, "data/a", buf, 8, &len), 0);
	fake_xs_rm(fe, 0, "data/a");
	fake_xs_puts(fe, 0, "data/a", "2");
	assert_int_equal(fake_xs_end(fe, tx, true), DISPLIF_E_AGAIN);
	fake_xs_conflict(w, 2);
	for (i = 0; i < 3; i++) {
		assert_int_equal(fake_xs_begin(fe, &tx), 0);
		assert_int_equal(fake_xs_end(fe, tx, true), i < 2 ? DISPLIF_E_AGAIN : 0);
	}
}

/* XenStore of the other host knows nothing of it: said at each call, and no misuse. It is the domain's to end. */
static void test_migrated_transaction(void **state)
{
	struct fake_held held;
	char buf[8];
	uint32_t tx, other, len;

	(void)state;
	assert_int_equal(fake_xs_puts(fe, 0, "data/a", "1"), 0);
	assert_int_equal(fake_xs_begin(fe, &tx), 0);
	assert_int_equal(fake_xs_puts(fe, tx, "data/a", "2"), 0);
	fake_dom_migrate(fe);
	assert_int_equal(fake_xs_read(fe, tx, "data/a", buf, 8, &len), DISPLIF_E_ABSENT);
	assert_int_equal(fake_xs_puts(fe, tx, "data/a", "3"), DISPLIF_E_ABSENT);
	fake_held(w, fe, &held);
	assert_int_equal(held.txs, 1);
	assert_int_equal(fake_xs_end(fe, tx, true), DISPLIF_E_ABSENT);
	assert_string_equal(fake_xs_gets(fe, "data/a"), "1");
	assert_int_equal(fake_xs_begin(fe, &other), 0);
	assert_int_equal(fake_xs_end(fe, other, true), 0);
	assert_int_equal(fake_check_clean(w, stderr), 0);
	/* A second end is one. */
	assert_int_equal(fake_xs_end(fe, tx, true), DISPLIF_E_INVAL);
	assert_int_equal(fake_check_clean(w, NULL), 1);
}

static void test_quotas(void **state)
{
	struct fake_limits small = {
		.xs_nodes = 12, .xs_value = 16, .xs_watches = 2, .xs_tx = 1, .xs_tx_nodes = 4
	};
	struct fake_world *s = fake_world_new(&small, 0);
	struct fake_dom *d = fake_dom_new(s, 1);
	char path[32];
	uint32_t i, tx, tx2;

	(void)state;
	for (i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "data/%u", i);
		if (fake_xs_puts(d, 0, path, "x"))
			break;
	}
	assert_int_equal(i, 11); /* and "data" itself */
	assert_int_equal(fake_xs_puts(d, 0, "data/0", "1234567890123456"), 0);
	assert_int_equal(fake_xs_puts(d, 0, "data/0", "12345678901234567"), DISPLIF_E_OS);
	assert_non_null(fake_xs_watch(d, "data", NULL, NULL));
	assert_non_null(fake_xs_watch(d, "data", NULL, NULL));
	assert_null(fake_xs_watch(d, "data", NULL, NULL));
	assert_int_equal(fake_xs_begin(d, &tx), 0);
	assert_int_equal(fake_xs_begin(d, &tx2), DISPLIF_E_OS);
	for (i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "data/%u", i);
		if (fake_xs_puts(d, tx, path, "x"))
			break;
	}
	assert_int_equal(i, 4);
	for (i = 0; i < 40; i++) { /* domain 0 has no quota */
		snprintf(path, sizeof(path), "/tool/%u", i);
		assert_int_equal(fake_xs_puts(fake_dom_get(s, 0), 0, path, "12345678901234567"), 0);
	}
	fake_world_free(s);
}

static void test_destroy(void **state)
{
	(void)state;
	assert_int_equal(fake_toolstack_attach(w, 3, 1, 0, false, "id:800x600"), 0);
	fake_toolstack_destroy(w, 3, 1, 0);
	assert_false(fake_dom_alive(fe));
	assert_int_equal(fake_toolstack_front_state(w, 1, 0), -1);
	assert_int_equal(fake_toolstack_back_state(w, 3, 1, 0), 5);
	assert_int_equal(fake_xs_puts(fe, 0, "data/a", "1"), DISPLIF_E_OS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_attach_writes_libxl_nodes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_permissions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_and_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ghost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch_abandoned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_coalesce, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch_needs_permission, setup, teardown),
		cmocka_unit_test_setup_teardown(test_release_domain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_transaction, setup, teardown),
		cmocka_unit_test_setup_teardown(test_conflict, setup, teardown),
		cmocka_unit_test_setup_teardown(test_migrated_transaction, setup, teardown),
		cmocka_unit_test(test_quotas),
		cmocka_unit_test_setup_teardown(test_destroy, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
