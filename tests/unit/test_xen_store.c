/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-xen's XenStore: errors translated, lengths checked, watches joined, budgeted and dropped in time. */
#include "xen_mock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct displif_xen *xen;
static struct displif_port port;

static struct {
	unsigned int n;
	void *tag[256];
	char path[256][64];
	struct displif_xen_watch *remove; /* from the callback */
} seen;

static void on_watch(void *arg, void *tag, const char *path)
{
	assert_ptr_equal(arg, &seen);
	assert_true(seen.n < 256);
	seen.tag[seen.n] = tag;
	snprintf(seen.path[seen.n++], sizeof(seen.path[0]), "%s", path);
	displif_xen_unwatch(xen, seen.remove);
	seen.remove = NULL;
}

static int setup(void **state)
{
	const struct displif_xen_config config = { .log = mock_log,
						   .watch = on_watch,
						   .arg = &seen };

	(void)state;
	mock_setup();
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(displif_xen_open(&config, &xen), 0);
	port = displif_xen_port(xen);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	displif_xen_close(xen);
	mock_teardown();
	return 0;
}

static int read_node(uint32_t tx, const char *path, char *buf, uint32_t cap, uint32_t *len)
{
	return port.ops->xs_read(port.ctx, tx, path, buf, cap, len);
}

static void test_read(void **state)
{
	char buf[8] = "#######";
	uint32_t len = 9;

	(void)state;
	mock_set_node("a/state", "123");
	assert_int_equal(read_node(0, "a/state", buf, 3, &len), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(buf, "123#", 4); /* no terminator, not a byte more */
	assert_int_equal(read_node(0, "a/state", buf, 2, &len), DISPLIF_E_RANGE);
	assert_int_equal(len, 0);
	assert_non_null(strstr(mock.log, "E xs_read(a/state): 3 bytes, more than the 2"));
	mock.log[0] = '\0';
	assert_int_equal(read_node(0, "b", buf, 8, &len), DISPLIF_E_ABSENT);
	assert_string_equal(mock.log, ""); /* absence is no error */
	mock.fail_name = "xs_read";
	mock.fail_errno = EIO;
	assert_int_equal(read_node(7, "b", buf, 8, &len), DISPLIF_E_OS);
	assert_string_equal(mock.log, "E xs_read(b, in a transaction): Input/output error\n");
	/* A removed node below a folder that we may not read: the store says no more than that. */
	mock.log[0] = '\0';
	mock.fail_name = "xs_read";
	mock.fail_errno = EACCES;
	assert_int_equal(read_node(0, "b", buf, 8, &len), DISPLIF_E_ABSENT);
	assert_null(strstr(mock.log, "E xs_read"));
}

static void test_write(void **state)
{
	char buf[8];
	uint32_t len;

	(void)state;
	assert_int_equal(port.ops->xs_write(port.ctx, 0, "c", "42"), 0);
	assert_int_equal(read_node(0, "c", buf, 8, &len), 0);
	assert_int_equal(len, 2);
	mock.fail_name = "xs_write";
	mock.fail_errno = ENOSPC;
	assert_int_equal(port.ops->xs_write(port.ctx, 7, "c", "1"), DISPLIF_E_OS);
	assert_non_null(strstr(mock.log, "E xs_write(c, in a transaction): No space left"));
	assert_non_null(strstr(mock.log, "quota-maxentity"));
}

static void test_transaction(void **state)
{
	uint32_t tx;

	(void)state;
	assert_int_equal(port.ops->xs_begin(port.ctx, &tx), 0);
	assert_int_equal(port.ops->xs_end(port.ctx, tx, true), 0);
	assert_true(mock.committed && !mock.abandoned);
	assert_int_equal(port.ops->xs_begin(port.ctx, &tx), 0);
	assert_int_equal(port.ops->xs_end(port.ctx, tx, false), 0);
	assert_true(mock.abandoned && !mock.committed);
	assert_int_equal(port.ops->xs_begin(port.ctx, &tx), 0);
	mock.fail_name = "xs_transaction_end";
	mock.fail_errno = EAGAIN;
	assert_int_equal(port.ops->xs_end(port.ctx, tx, true), DISPLIF_E_AGAIN);
	assert_string_equal(mock.log, ""); /* a conflict is no error */
	mock.fail_name = "xs_transaction_start";
	mock.fail_errno = ENOSPC;
	assert_int_equal(port.ops->xs_begin(port.ctx, &tx), DISPLIF_E_OS);
	assert_int_equal(tx, 0);
	assert_non_null(strstr(mock.log, "quota-transaction"));
}

static void test_list_and_domains(void **state)
{
	static const char *const bad[] = { "", "x", "7x", " 7", "-1", "32752", "99999999999999" };
	char **names;
	uint16_t dom;
	uint32_t n;
	size_t i;

	(void)state;
	assert_int_equal(displif_xen_list(xen, "dir", &names, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(names[1], "1");
	free(names);
	assert_int_equal(displif_xen_list(xen, "none", &names, &n), DISPLIF_E_ABSENT);
	assert_null(names);
	assert_int_equal(n, 0);
	assert_int_equal(displif_xen_domid(xen, &dom), DISPLIF_E_ABSENT);
	mock_set_node("domid", "12");
	assert_int_equal(displif_xen_domid(xen, &dom), 0);
	assert_int_equal(dom, 12);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		mock_set_node("domid", bad[i]);
		assert_int_equal(displif_xen_domid(xen, &dom), DISPLIF_E_RANGE);
		assert_int_equal(dom, 0);
	}
	assert_true(displif_xen_domain_exists(xen, 5));
	assert_false(displif_xen_domain_exists(xen, 6));
}

static void test_watch(void **state)
{
	struct displif_xen_watch *a, *b;
	char old[64];
	int x, y;

	(void)state;
	assert_int_equal(displif_xen_watch(xen, "a", &x, &a), 0);
	snprintf(old, sizeof(old), "%s", mock.token);
	assert_int_equal(displif_xen_watch(xen, "b", &y, &b), 0);
	assert_string_not_equal(mock.token, old);
	assert_int_equal(displif_xen_ready_watch(xen), 0);
	assert_int_equal(seen.n, 2);
	assert_ptr_equal(seen.tag[0], &x);
	assert_string_equal(seen.path[0], "a");
	assert_ptr_equal(seen.tag[1], &y);
	/* The path that changed, not the one that is watched. */
	mock_report("b/0/state", mock.token);
	displif_xen_ready_watch(xen);
	assert_string_equal(seen.path[2], "b/0/state");
	/* Nothing comes of a watch that was removed, not even what lay there already. */
	mock_report("a", old);
	displif_xen_unwatch(xen, a);
	displif_xen_ready_watch(xen);
	assert_int_equal(seen.n, 3);
	displif_xen_unwatch(xen, NULL);
	displif_xen_unwatch(xen, b);
	assert_string_equal(mock.log, "");
}

static void test_watch_joined(void **state)
{
	struct displif_xen_watch *w;
	unsigned int i;
	int tag;

	(void)state;
	assert_int_equal(displif_xen_watch(xen, "a", &tag, &w), 0);
	displif_xen_ready_watch(xen);
	for (i = 0; i < 30; i++)
		mock_report("a/state", mock.token);
	mock_report("a/other", mock.token);
	mock_report("a/state", mock.token);
	displif_xen_ready_watch(xen);
	assert_int_equal(seen.n, 4);
	assert_string_equal(seen.path[1], "a/state");
	assert_string_equal(seen.path[2], "a/other");
	assert_string_equal(seen.path[3], "a/state");
	displif_xen_unwatch(xen, w);
}

static void test_watch_budget(void **state)
{
	struct displif_xen_watch *w;
	char path[16];
	unsigned int i;
	int tag;

	(void)state;
	assert_int_equal(displif_xen_watch(xen, "a", &tag, &w), 0);
	displif_xen_ready_watch(xen);
	for (i = 0; i < 150; i++) {
		snprintf(path, sizeof(path), "a/%u", i);
		mock_report(path, mock.token);
	}
	displif_xen_ready_watch(xen);
	assert_int_equal(seen.n, 1 + 64);
	/* The descriptor may be silent now: the deadline brings us back. */
	assert_true(displif_xen_deadline(xen) == 0);
	displif_xen_fire(xen, displif_loop_clock());
	assert_int_equal(seen.n, 1 + 128);
	displif_xen_fire(xen, displif_loop_clock());
	assert_int_equal(seen.n, 1 + 150);
	assert_true(displif_xen_deadline(xen) == DISPLIF_NEVER);
	assert_string_equal(seen.path[150], "a/149");
	displif_xen_unwatch(xen, w);
}

static void test_watch_removed_in_callback(void **state)
{
	struct displif_xen_watch *a, *b;
	int x, y;

	(void)state;
	assert_int_equal(displif_xen_watch(xen, "a", &x, &a), 0);
	assert_int_equal(displif_xen_watch(xen, "b", &y, &b), 0);
	seen.remove = b; /* its first report is behind that of a */
	displif_xen_ready_watch(xen);
	assert_int_equal(seen.n, 1);
	mock_report("a", "displif-1");
	seen.remove = a; /* itself */
	displif_xen_ready_watch(xen);
	assert_int_equal(seen.n, 2);
	assert_int_equal(mock.watches, 0);
}

/* A report that was lost for want of memory: every watch is reported. */
static void test_watch_lost(void **state)
{
	struct displif_xen_watch *a, *b;
	int x, y;

	(void)state;
	assert_int_equal(displif_xen_watch(xen, "a", &x, &a), 0);
	assert_int_equal(displif_xen_watch(xen, "b", &y, &b), 0);
	mock.fail_name = "xs_check_watch";
	mock.fail_errno = ENOMEM;
	assert_int_equal(displif_xen_ready_watch(xen), 0);
	mock.fail_name = NULL;
	assert_int_equal(seen.n, 0);
	assert_true(displif_xen_deadline(xen) == 0);
	mock.event_head = mock.event_tail;
	displif_xen_fire(xen, displif_loop_clock());
	assert_int_equal(seen.n, 2);
	assert_string_equal(seen.path[0], "a");
	assert_string_equal(seen.path[1], "b");
	assert_non_null(strstr(mock.log, "W xs_check_watch()"));
	assert_true(displif_xen_deadline(xen) == DISPLIF_NEVER);
	displif_xen_unwatch(xen, a);
	displif_xen_unwatch(xen, b);
}

static void test_connection_broken(void **state)
{
	struct displif_xen_watch *w;
	int tag;

	(void)state;
	assert_int_equal(displif_xen_watch(xen, "a", &tag, &w), 0);
	mock.fail_name = "xs_check_watch";
	mock.fail_errno = EINVAL;
	assert_int_equal(displif_xen_ready_watch(xen), DISPLIF_E_GONE);
	mock.fail_name = NULL;
	assert_non_null(strstr(mock.log, "E xs_check_watch(): Invalid argument"));
	mock.log[0] = '\0';
	assert_int_equal(displif_xen_ready_watch(xen), DISPLIF_E_GONE);
	assert_string_equal(mock.log, ""); /* said once */
	displif_xen_unwatch(xen, w);
}

static void test_watch_fails(void **state)
{
	struct displif_xen_watch *w;

	(void)state;
	mock.fail_name = "xs_watch";
	mock.fail_errno = E2BIG;
	assert_int_equal(displif_xen_watch(xen, "a", NULL, &w), DISPLIF_E_OS);
	assert_null(w);
	assert_non_null(strstr(
		mock.log, "E xs_watch(a): Argument list too long (this program has 0 watches"));
	assert_non_null(strstr(mock.log, "quota-maxwatch"));
	mock.fail_name = NULL;
	assert_int_equal(displif_xen_watch(xen, "a", NULL, &w), 0);
	mock.log[0] = '\0';
	displif_xen_close(xen);
	xen = NULL;
	assert_string_equal(mock.log, "W leaked: the watch of a\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_write, setup, teardown),
		cmocka_unit_test_setup_teardown(test_transaction, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list_and_domains, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch_joined, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch_budget, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch_removed_in_callback, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_connection_broken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_watch_fails, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
