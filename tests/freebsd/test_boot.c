/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A FreeBSD boots, finds its display, or does not, and goes on. */
#include <stdio.h>
#include <stdlib.h>

#include "bed.h"

#define NODE "/local/domain/1/device/vdispl/0"

static void test_usual(void **state)
{
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	assert_false(kern_boot_held());
	assert_int_equal(bed_number("connectors"), 1);
	assert_int_equal(bed_number("generation"), 1);
	assert_int_equal(bed_number("breaks"), 0);
	assert_int_equal(bed_number("held"), 0);
	assert_string_equal(kern_sysctl(0, "state"), "CONNECTED");
	assert_true(kern_vt_ours());
	kern_vt_puts("FreeBSD");
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

static void test_connectors(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:80x60;c:8x16" };
	struct bed bed;

	(void)state;
	bed_up(&bed, &opts);
	assert_int_equal(bed_number("connectors"), 3);
	assert_int_not_equal(bed.b->shown[0], 0);
	assert_int_equal(bed.b->shown[1], 0);
	assert_int_equal(bed.b->shown[2], 0);
	bed_down(&bed);
}

/* Nobody serves the device: boot goes on after 10 s, a console is there, and a backend that comes later is answered. */
/* Where vtophys() is not what Xen calls a page nothing may be granted. */
static void test_untranslated(void **state)
{
	struct bed bed;

	(void)state;
	bed_make(&bed, NULL);
	kern_feature(false);
	bed_find(&bed);
	machine_sleep(1000);
	assert_int_equal(kern_attached(), 0);
	assert_non_null(strstr(machine_printed(), "XENFEAT_auto_translated_physmap"));
	assert_int_equal(bed_held(&bed).grants, 0);
	bed_down(&bed);
}

static void test_no_backend(void **state)
{
	struct bed_opts opts = { .no_backend = true };
	uint64_t begin;
	struct bed bed;

	(void)state;
	bed_make(&bed, &opts);
	begin = machine_ms();
	bed_find(&bed);
	assert_int_equal(kern_attached(), 1);
	assert_true(kern_vt_ours());
	kern_vt_puts("alone");
	while (kern_boot_held() && machine_ms() - begin < 30000)
		machine_sleep(100);
	assert_in_range(machine_ms() - begin, 9000, 11500);
	machine_sleep(100000);
	assert_false(kern_boot_held());
	bed_revive(&bed);
	assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 5000));
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

static void test_late_backend(void **state)
{
	struct bed_opts opts = { .no_backend = true };
	struct bed bed;

	(void)state;
	bed_make(&bed, &opts);
	bed_find(&bed);
	machine_sleep(5000);
	assert_true(kern_boot_held());
	bed_revive(&bed);
	assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 5000));
	assert_false(kern_boot_held());
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

/* Which console is there already decides whether ours is taken; the device works in any case. */
static void test_consoles(void **state)
{
	static const enum kern_vt_kind kind[] = { KERN_VT_OTHER, KERN_VT_BETTER, KERN_VT_SC };
	struct bed_opts opts = { 0 };
	struct bed bed;
	uint32_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		opts.vt = kind[i];
		bed_up(&bed, &opts);
		assert_int_equal(kern_vt_ours(), kind[i] == KERN_VT_OTHER);
		if (kind[i] == KERN_VT_OTHER) {
			assert_true(bed_cons_shown(&bed, 1000));
			/* The driver before us is shown again; it does not call ours. */
			bed_unplug(&bed);
			assert_false(kern_vt_ours());
		}
		bed_down(&bed);
	}
}

/* What vt(4) does not take costs nothing: no buffer, nothing shown, no look sixty times a second. Programs have it all. */
static void test_no_console(void **state)
{
	struct bed_opts opts = { 0 };
	struct bed_fb fb;
	struct bed bed;
	uint32_t points;
	int fd;

	(void)state;
	for (opts.vt = KERN_VT_BETTER; opts.vt <= KERN_VT_SC; opts.vt++) {
		bed_up(&bed, &opts);
		machine_sleep(2000);
		assert_int_equal(bed.b->shown[0], 0);
		assert_int_equal(bed.asked[XENDISPL_OP_DBUF_CREATE], 0);
		assert_int_equal(bed_held(&bed).grants, 2);
		points = machine_points();
		machine_sleep(60000);
		assert_in_range(machine_points() - points, 0, 20);
		fd = kern_open("displif0", 7);
		bed_fb(fd, &fb, 64, 48, 1);
		assert_int_equal(bed_show(fd, 0, fb.c.handle), 0);
		assert_true(bed_shows(&bed, 0, fb.c.size, 1));
		assert_int_equal(bed_show(fd, 0, 0), 0);
		assert_int_equal(bed.b->shown[0], 0);
		assert_int_equal(bed_show(fd, 0, fb.c.handle), 0);
		kern_munmap(fb.map);
		kern_close(fd);
		machine_sleep(1000);
		assert_int_equal(bed.b->shown[0], 0);
		assert_int_equal(bed_held(&bed).grants, 2);
		bed_down(&bed);
	}
}

/* XenStore fails as the device is attached: the console comes when it works again, also without a backend. */
static void test_unread(void **state)
{
	static const uint32_t ms[] = { 0, 50, 5000, 100000 };
	struct bed_opts opts = { .no_backend = true };
	struct bed bed;
	uint32_t i, n;

	(void)state;
	for (i = 0; i < sizeof(ms) / sizeof(ms[0]); i++) {
		/* The first read of the driver's own. */
		n = 0;
		do {
			if (n)
				bed_down(&bed);
			bed_make(&bed, &opts);
			machine_fault(HOST_F_READ, ++n, ms[i]);
			bed_find(&bed);
			assert_true(n < 20);
		} while (!strstr(machine_printed(), "reading the configuration"));
		assert_int_equal(kern_attached(), 1);
		machine_sleep(ms[i]);
		if (ms[i]) {
			assert_int_equal(bed_number("connectors"), 0);
			assert_false(kern_vt_ours());
		}
		machine_fault(0, 0, false);
		/* It is tried less and less often. */
		machine_sleep(ms[i] ? 2 * ms[i] : 10);
		if (!kern_vt_ours())
			fail_msg("printed: %s", machine_printed());
		assert_int_equal(bed_number("flips"), 0);
		bed_revive(&bed);
		if (!bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 5000))
			fail_msg("printed: %s", machine_printed());
		kern_vt_puts("here");
		assert_true(bed_cons_shown(&bed, 1000));
		bed_down(&bed);
	}
}

static void vanish(void *arg)
{
	struct bed *bed = arg;

	fake_toolstack_remove(bed->w, 0, BED_FRONT, 0);
}

/* It goes while it is read anew, or just has been: no console comes on a device that goes. */
static void test_unread_unplug(void **state)
{
	struct bed_opts opts = { .no_backend = true };
	struct bed bed;

	(void)state;
	for (opts.seed = 1; opts.seed <= 200; opts.seed++) {
		bed_make(&bed, &opts);
		machine_fault(HOST_F_READ, bed_late ? 6 : 4, true);
		bed_find(&bed);
		machine_fault(0, 0, false);
		machine_at((uint32_t)opts.seed / 2, vanish, &bed);
		machine_sleep(1000);
		machine_at(0, NULL, NULL);
		if (kern_attached())
			bed_unplug(&bed);
		machine_sleep(1000);
		bed_down(&bed);
	}
}

/* Drawing of vt(4)'s may come as long as the system runs: the module must stay. */
static void test_unload(void **state)
{
	struct bed_opts opts = { .vt = KERN_VT_SC };
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	assert_int_equal(kern_unload(false), BSD_EBUSY);
	bed_unplug(&bed);
	assert_int_equal(kern_unload(false), BSD_EBUSY);
	assert_int_equal(kern_unload(true), BSD_EBUSY);
	assert_int_equal(kern_unload(false), BSD_EBUSY);
	kern_vt_puts("text for nobody");
	machine_sleep(200);
	kern_vt_panic("panic");
	bed_down(&bed);

	bed_up(&bed, &opts);
	assert_int_equal(kern_unload(false), 0);
	assert_int_equal(kern_attached(), 0);
	assert_int_equal(fake_toolstack_front_state(bed.w, BED_FRONT, 0), DISPLIF_XB_CLOSED);
	assert_int_equal(kern_load(), 0);
	assert_int_equal(kern_attached(), 1);
	assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 5000));
	bed_down(&bed);
}

/* Loaded after boot: the bus has forgotten the device, the module makes it look again. */
static void test_kldload(void **state)
{
	struct bed_opts opts = { .no_module = true };
	struct bed bed;

	(void)state;
	bed_make(&bed, &opts);
	bed_find(&bed);
	assert_int_equal(kern_attached(), 0);
	assert_int_equal(kern_load(), 0);
	assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 5000));
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

/* A disk is not ours. */
static void test_other_device(void **state)
{
	struct bed bed;

	(void)state;
	bed_make(&bed, NULL);
	fake_xs_puts(bed.fe, 0, "device/vbd/0/backend", "/local/domain/0/backend/vbd/1/0");
	fake_xs_puts(bed.fe, 0, "device/vbd/0/backend-id", "0");
	fake_xs_puts(bed.fe, 0, "device/vbd/0/state", "1");
	bed_find(&bed);
	assert_int_equal(kern_attached(), 1);
	assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 5000));
	bed_down(&bed);
}

/* What is missing is named, boot goes on; made good, it works at the backend's next step. */
static void test_bad_nodes(void **state)
{
	static const struct {
		const char *leaf, *bad, *good;
	} node[] = {
		{ "0/resolution", NULL, "64x48" },
		{ "0/resolution", "", "64x48" },
		{ "0/resolution", "64*48", "64x48" },
		{ "0/resolution", "0x0", "64x48" },
	};
	struct bed bed;
	char path[128];
	uint64_t begin;
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(node) / sizeof(node[0]); i++) {
		bed_make(&bed, NULL);
		machine_sleep(100); /* the backend has read it already */
		snprintf(path, sizeof(path), NODE "/%s", node[i].leaf);
		if (node[i].bad)
			assert_int_equal(fake_xs_puts(bed.be, 0, path, node[i].bad), 0);
		else
			assert_int_equal(fake_xs_rm(bed.be, 0, path), 0);
		begin = machine_ms();
		bed_find(&bed);
		while (kern_boot_held() && machine_ms() - begin < 30000)
			machine_sleep(100);
		assert_in_range(machine_ms() - begin, 0, 11500);
		if (!strstr(machine_printed(), "resolution"))
			fail_msg("printed: %s", machine_printed());
		assert_int_equal(fake_xs_puts(bed.be, 0, path, node[i].good), 0);
		bed_stop(&bed);
		bed_revive(&bed);
		if (!bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 5000))
			fail_msg("printed: %s", machine_printed());
		/* And the console comes, which had no size. */
		kern_vt_puts("made good");
		if (!bed_cons_shown(&bed, 1000))
			fail_msg("printed: %s", machine_printed());
		bed_down(&bed);
	}
}

/* Grants for the rings, not for the console; and not even for the rings: that is said, boot goes on. */
static void test_few_grants(void **state)
{
	struct fake_limits limits = { 0 };
	struct bed_opts opts = { .limits = &limits };
	struct bed bed;
	uint32_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		limits.grants = 8 + i;
		bed_make(&bed, &opts);
		bed_find(&bed);
		assert_int_equal(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 2000), i == 2);
		machine_sleep(10000);
		assert_false(kern_boot_held());
		assert_true(kern_vt_ours());
		if (!strstr(machine_printed(), "grant"))
			fail_msg("printed: %s", machine_printed());
		assert_int_equal(bed_held(&bed).grants, i == 2 ? 2 : 0);
		bed_down(&bed);
	}
}

static void test_shutdown(void **state)
{
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	assert_int_equal(kern_shutdown(), 0);
	kern_vt_puts("going down");
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

/* Away and back: another attach of the same module. */
static void test_again(void **state)
{
	static const struct bed_opts opts[] = { { .vt = KERN_VT_SC },
						{ .vt = KERN_VT_OTHER },
						{ 0 } };
	struct bed bed;
	uint32_t i, k;

	(void)state;
	for (i = 0; i < 3; i++) {
		bed_up(&bed, &opts[i]);
		for (k = 1; k < 4; k++) {
			bed_unplug(&bed);
			assert_int_equal(
				fake_toolstack_attach(bed.w, 0, BED_FRONT, 0, false, "id0:64x48"),
				0);
			bed_revive(&bed);
			if (!bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 5000))
				fail_msg("printed: %s", machine_printed());
		}
		bed_down(&bed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),	     cmocka_unit_test(test_connectors),
		cmocka_unit_test(test_untranslated), cmocka_unit_test(test_no_backend),
		cmocka_unit_test(test_late_backend), cmocka_unit_test(test_consoles),
		cmocka_unit_test(test_unload),	     cmocka_unit_test(test_kldload),
		cmocka_unit_test(test_other_device), cmocka_unit_test(test_bad_nodes),
		cmocka_unit_test(test_shutdown),     cmocka_unit_test(test_again),
		cmocka_unit_test(test_few_grants),   cmocka_unit_test(test_no_console),
		cmocka_unit_test(test_unread),	     cmocka_unit_test(test_unread_unplug),
	};

	int failed = cmocka_run_group_tests_name("module at boot", tests, NULL, NULL);

	bed_late = true;
	return failed + cmocka_run_group_tests_name("module after boot", tests, NULL, NULL);
}
