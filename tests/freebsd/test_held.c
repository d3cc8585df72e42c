/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Pages that a backend maps still when they are given up: kept, asked about again, freed at last. */
#include "bed.h"

#define SIZE (64u * 48 * 4)

/* From now on the backend's unmapping fails. */
static void hold(struct bed *bed)
{
	fake_fault(bed->be, FAKE_OP_UNMAP, 1, DISPLIF_E_OS, true);
}

static uint32_t mapped(struct bed *bed)
{
	struct fake_held h;

	fake_held(bed->w, bed->be, &h);
	return h.mapped_pages;
}

static void test_buffer(void **state)
{
	struct bed_fb fb;
	struct bed bed;
	int fd;

	(void)state;
	bed_up(&bed, NULL);
	fd = kern_open("displif0", 7);
	bed_fb(fd, &fb, 64, 48, 0);
	kern_munmap(fb.map);
	hold(&bed);
	kern_close(fd);
	machine_sleep(10000);
	assert_int_equal(bed_number("held"), 3);
	assert_int_equal(mapped(&bed), 3 + 2 + 3);
	/* Others go on. */
	kern_vt_puts("on");
	assert_true(bed_cons_shown(&bed, 1000));
	/* The program dies, what it mapped goes. */
	fake_fault(bed.be, 0, 0, 0, false);
	bed_kill(&bed);
	bed_revive(&bed);
	assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 10000));
	machine_sleep(70000);
	assert_int_equal(bed_number("held"), 0);
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

/* The console's own pages: not shared anew before they are free, then shown again. */
static void test_console(void **state)
{
	struct bed bed;
	struct end_back *old;

	(void)state;
	bed_up(&bed, NULL);
	hold(&bed);
	old = bed.b;
	end_back_stop(old);
	machine_sleep(2000);
	assert_true(bed_number("held") >= 3);
	kern_vt_puts("kept");
	assert_int_equal(bed_held(&bed).zombies, 0);
	fake_fault(bed.be, 0, 0, 0, false);
	bed_kill(&bed);
	bed_revive(&bed);
	assert_true(bed_wait_generation(&bed, 2, 10000));
	machine_sleep(70000);
	assert_int_equal(bed_number("held"), 0);
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

/* The device goes first: what is held outlives it, and is freed when another one looks. */
static void test_orphans(void **state)
{
	struct bed_opts opts = { .vt = KERN_VT_SC };
	struct bed_fb fb;
	struct bed bed;
	uint32_t usual;
	int fd;

	(void)state;
	bed_up(&bed, &opts);
	machine_sleep(1000);
	usual = bed_held(&bed).grants;
	fd = kern_open("displif0", 7);
	bed_fb(fd, &fb, 64, 48, 0);
	kern_munmap(fb.map);
	hold(&bed);
	kern_close(fd);
	machine_sleep(100);
	fake_toolstack_remove(bed.w, 0, BED_FRONT, 0);
	machine_sleep(20000);
	assert_int_equal(kern_attached(), 0);
	assert_true(bed_held(&bed).grants > 0);
	/* The module has them: it must stay. */
	assert_int_equal(kern_unload(false), BSD_EBUSY);
	fake_fault(bed.be, 0, 0, 0, false);
	bed_kill(&bed);
	assert_int_equal(fake_toolstack_attach(bed.w, 0, BED_FRONT, 0, false, "id0:64x48"), 0);
	bed_revive(&bed);
	assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 10000));
	machine_sleep(70000);
	assert_int_equal(bed_held(&bed).grants, usual);
	bed_down(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buffer),
		cmocka_unit_test(test_console),
		cmocka_unit_test(test_orphans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
