/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-xen's grants: what is handed to Xen's library, what comes back, which limit a message names. */
#include "xen_mock.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>
#include <xen/grant_table.h>

static struct displif_xen *xen;
static struct displif_port port;

static int setup(void **state)
{
	const struct displif_xen_config config = { .log = mock_log };

	(void)state;
	mock_setup();
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

static void test_devices_on_demand(void **state)
{
	void *va, *map;
	uint32_t gref[2];

	(void)state;
	assert_int_equal(mock.gnttab + mock.gntshr, 0);
	assert_int_equal(port.ops->share(port.ctx, 4, 2, DISPLIF_PORT_WRITE, &va, gref), 0);
	assert_int_equal(mock.gntshr, 1);
	assert_int_equal(mock.gnttab, 0);
	assert_true(fcntl(mock.watch_pipe[1], F_GETFD) & FD_CLOEXEC);
	port.ops->unshare(port.ctx, va, gref, 2);
	assert_int_equal(port.ops->map(port.ctx, 4, gref, 2, 0, &va, &map), 0);
	assert_int_equal(mock.gnttab, 1);
	assert_int_equal(port.ops->unmap(port.ctx, map), 0);
	assert_string_equal(mock.log, "");
}

static void test_share(void **state)
{
	struct displif_xen_stats st;
	uint32_t gref[5];
	void *va, *vb;

	(void)state;
	assert_int_equal(port.ops->share(port.ctx, 4, 3, DISPLIF_PORT_WRITE, &va, gref), 0);
	assert_non_null(va);
	assert_int_equal(mock.granted.dom, 4);
	assert_int_equal(mock.granted.n, 3);
	assert_true(mock.granted.writable);
	assert_int_equal(gref[2], 102);
	assert_int_equal(port.ops->share(port.ctx, 4, 5, 0, &vb, gref), 0);
	assert_false(mock.granted.writable);
	displif_xen_get_stats(xen, &st);
	assert_int_equal(st.shares, 2);
	assert_int_equal(st.share_pages, 8);
	port.ops->unshare(port.ctx, va, gref, 3);
	assert_int_equal(mock.share_pages, 5);
	/* Not ours, or with another length: told, and nothing is unmapped. */
	port.ops->unshare(port.ctx, va, gref, 3);
	port.ops->unshare(port.ctx, vb, gref, 4);
	assert_int_equal(mock.share_pages, 5);
	assert_non_null(
		strstr(mock.log, "W unshare(4 pages, first grant reference 100): not shared"));
	port.ops->unshare(port.ctx, vb, gref, 5);
	displif_xen_get_stats(xen, &st);
	assert_int_equal(st.shares + st.share_pages, 0);
	assert_int_equal(port.ops->share(port.ctx, 4, 0, 0, &va, gref), DISPLIF_E_INVAL);
	assert_int_equal(port.ops->share(port.ctx, 4, 262145, 0, &va, gref), DISPLIF_E_INVAL);
}

static void test_map(void **state)
{
	const uint32_t gref[3] = { 8, 9, 10 };
	struct displif_xen_stats st;
	void *va, *map;

	(void)state;
	assert_int_equal(port.ops->map(port.ctx, 6, gref, 3, 0, &va, &map), 0);
	assert_int_equal(mock.granted.prot, PROT_READ);
	assert_int_equal(mock.granted.dom, 6);
	assert_int_equal(mock.granted.first, 8);
	assert_int_equal(port.ops->unmap(port.ctx, map), 0);
	assert_int_equal(port.ops->map(port.ctx, 6, gref, 3, DISPLIF_PORT_WRITE, &va, &map), 0);
	assert_int_equal(mock.granted.prot, PROT_READ | PROT_WRITE);
	displif_xen_get_stats(xen, &st);
	assert_int_equal(st.maps, 1);
	assert_int_equal(st.map_pages, 3);
	mock.fail_name = "xengnttab_unmap";
	assert_int_equal(port.ops->unmap(port.ctx, map), DISPLIF_E_OS);
	mock.fail_name = NULL;
	assert_non_null(strstr(mock.log, "W xengnttab_unmap(domain 6, 3 pages): "));
	displif_xen_get_stats(xen, &st);
	assert_int_equal(st.maps + st.map_pages, 0);
}

static void test_copy(void **state)
{
	char buf[4096];

	(void)state;
	assert_int_equal(port.ops->copy(port.ctx, 6, 77, 4, buf, 4092, true), 0);
	assert_int_equal(mock.copied.ref, 77);
	assert_int_equal(mock.copied.dom, 6);
	assert_int_equal(mock.copied.ofs, 4);
	assert_int_equal(mock.copied.len, 4092);
	assert_true(mock.copied.to_peer);
	assert_ptr_equal(mock.copied.virt, buf);
	assert_int_equal(port.ops->copy(port.ctx, 6, 77, 0, buf, 4096, false), 0);
	assert_int_equal(mock.copied.len, 4096);
	assert_false(mock.copied.to_peer);
	/* Never across a page. */
	assert_int_equal(port.ops->copy(port.ctx, 6, 77, 1, buf, 4096, false), DISPLIF_E_INVAL);
	assert_int_equal(port.ops->copy(port.ctx, 6, 77, 4096, buf, 1, false), DISPLIF_E_INVAL);
	assert_int_equal(port.ops->copy(port.ctx, 6, 77, UINT32_MAX, buf, 2, false),
			 DISPLIF_E_INVAL);
	/* The call's success says nothing of the segment. */
	mock.copy_status = GNTST_bad_gntref;
	assert_int_equal(port.ops->copy(port.ctx, 6, 77, 0, buf, 8, false), DISPLIF_E_OS);
	assert_non_null(strstr(
		mock.log,
		"E xengnttab_grant_copy(domain 6, grant reference 77, 8 bytes at 0, from it): status -3 (no such grant reference)"));
	mock.copy_status = 0;
	mock.fail_name = "xengnttab_grant_copy";
	mock.fail_errno = EFAULT;
	assert_int_equal(port.ops->copy(port.ctx, 6, 77, 0, buf, 8, false), DISPLIF_E_OS);
}

/* A kernel without grant copy: one page is mapped each time, and the copy is not tried again. */
static void test_copy_mapped(void **state)
{
	struct displif_xen_stats st;
	char buf[8] = "1234567";

	(void)state;
	mock.fail_name = "xengnttab_grant_copy";
	mock.fail_errno = ENOTTY;
	assert_int_equal(port.ops->copy(port.ctx, 6, 77, 8, buf, 8, false), 0);
	assert_int_equal(mock.granted.n, 1);
	assert_int_equal(mock.granted.first, 77);
	assert_int_equal(mock.granted.prot, PROT_READ);
	assert_memory_equal(buf, "\0\0\0\0\0\0\0", 8); /* the mock's pages are zero */
	assert_int_equal(port.ops->copy(port.ctx, 6, 78, 4088, buf, 8, true), 0);
	assert_int_equal(mock.granted.prot, PROT_READ | PROT_WRITE);
	displif_xen_get_stats(xen, &st);
	assert_int_equal(st.copies, 1);
	assert_int_equal(st.maps, 0);
	assert_int_equal(mock.maps, 0);
	mock.fail_name = "xengnttab_map_domain_grant_refs";
	assert_int_equal(port.ops->copy(port.ctx, 6, 78, 0, buf, 8, false), DISPLIF_E_OS);
}

static void try_share(uint32_t n, const char *expect)
{
	uint32_t gref[8];
	void *va = &va;

	mock.log[0] = '\0';
	mock.fail_name = "xengntshr_share_pages";
	assert_int_equal(port.ops->share(port.ctx, 4, n, 0, &va, gref), DISPLIF_E_OS);
	mock.fail_name = NULL;
	assert_null(va);
	assert_non_null(strstr(mock.log, expect));
}

static void test_share_limits(void **state)
{
	uint32_t gref[8], limit, used;
	void *va;

	(void)state;
	mock.fail_errno = ENOSPC;
	mock.limit = "10\n";
	assert_int_equal(port.ops->share(port.ctx, 4, 8, 0, &va, gref), 0);
	displif_xen_share_limit(xen, &limit, &used);
	assert_int_equal(limit, 10);
	assert_int_equal(used, 8);
	try_share(
		3,
		"E xengntshr_share_pages(domain 4, 3 pages): No space left on device (8 pages are shared, 3 more exceed gntalloc's limit of 10: write a larger number to /sys/module/xen_gntalloc/parameters/limit)");
	/* It would fit: others' pages count too, or it is the grant table. */
	try_share(2, "counts other programs' too");
	try_share(2, "max_grant_frames=");
	mock.limit = "nonsense";
	try_share(3, "1024 by default");
	mock.limit = NULL;
	try_share(3, "1024 by default");
	displif_xen_share_limit(xen, &limit, &used);
	assert_int_equal(limit, UINT32_MAX);
	mock.fail_errno = ENOMEM;
	try_share(3, "short of memory");
	port.ops->unshare(port.ctx, va, gref, 8);
}

static void try_map(uint32_t n, const char *expect)
{
	uint32_t gref[8] = { 5 };
	void *va = &va, *map = &map;

	mock.log[0] = '\0';
	mock.fail_name = "xengnttab_map_domain_grant_refs";
	assert_int_equal(port.ops->map(port.ctx, 4, gref, n, 0, &va, &map), DISPLIF_E_OS);
	mock.fail_name = NULL;
	assert_null(va);
	assert_null(map);
	assert_non_null(strstr(mock.log, expect));
}

static void test_map_limits(void **state)
{
	(void)state;
	mock.fail_errno = EINVAL; /* gntdev's answer to nearly all */
	mock.limit = "4";
	try_map(5,
		"E xengnttab_map_domain_grant_refs(domain 4, 5 pages, first grant reference 5, read-only): Invalid argument (one mapping may have 4 pages: write a larger number to /sys/module/xen_gntdev/parameters/limit)");
	try_map(4, "maptrack");
	try_map(4, "this program maps 0 pages");
	mock.limit = NULL;
	try_map(5, "max_maptrack_frames=");
	mock.fail_errno = ENOMEM;
	try_map(5, "short of memory");
}

static void test_devices_missing(void **state)
{
	uint32_t gref[1] = { 1 };
	void *va, *map;

	(void)state;
	mock.fail_errno = ENOENT;
	mock.fail_name = "xengntshr_open";
	assert_int_equal(port.ops->share(port.ctx, 4, 1, 0, &va, gref), DISPLIF_E_OS);
	assert_non_null(strstr(
		mock.log,
		"E xengntshr_open(): No such file or directory (/dev/xen/gntalloc: is this a Xen domain with the module xen-gntalloc loaded?)"));
	mock.fail_errno = EACCES;
	mock.fail_name = "xengnttab_open";
	assert_int_equal(port.ops->map(port.ctx, 4, gref, 1, 0, &va, &map), DISPLIF_E_OS);
	assert_non_null(strstr(mock.log, "(/dev/xen/gntdev is for root only)"));
	mock.fail_name = NULL;
	/* It may be loaded meanwhile. */
	assert_int_equal(port.ops->share(port.ctx, 4, 1, 0, &va, gref), 0);
	port.ops->unshare(port.ctx, va, gref, 1);
}

static void test_leaks_are_told(void **state)
{
	uint32_t gref[2] = { 1, 2 };
	void *va, *map;

	(void)state;
	assert_int_equal(port.ops->share(port.ctx, 4, 2, 0, &va, gref), 0);
	assert_int_equal(port.ops->map(port.ctx, 5, gref, 2, 0, &va, &map), 0);
	displif_xen_close(xen);
	xen = NULL;
	assert_string_equal(mock.log, "W leaked: a mapping of 2 pages of domain 5\n"
				      "W leaked: 2 pages shared with domain 4\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_devices_on_demand, setup, teardown),
		cmocka_unit_test_setup_teardown(test_share, setup, teardown),
		cmocka_unit_test_setup_teardown(test_map, setup, teardown),
		cmocka_unit_test_setup_teardown(test_copy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_copy_mapped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_share_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_map_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_devices_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leaks_are_told, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
