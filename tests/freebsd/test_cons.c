/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The vt(4) console: text becomes a picture on the backend's screen, at little cost. */
#include "bed.h"

static void test_text(void **state)
{
	static const char *const line[] = { "FreeBSD/amd64\n", "login: ", "root\n", "# ",
					    "ls -la /dev/displif0\n" };
	struct bed_opts opts = { .connectors = "a:640x480" };
	uint32_t i, columns, rows;
	struct bed bed;

	(void)state;
	bed_up(&bed, &opts);
	kern_vt_size(&columns, &rows);
	assert_int_equal(columns, 80);
	assert_int_equal(rows, 30);
	for (i = 0; i < 100; i++) {
		kern_vt_puts(line[i % 5]);
		if (!bed_cons_shown(&bed, 200))
			fail_msg("line %u is not shown within 200 ms", i);
	}
	assert_int_equal(bed_number("flips"), bed_number("shown"));
	assert_int_equal(bed_number("failed"), 0);
	bed_down(&bed);
}

/* Nothing is sent while nothing is drawn; a storm of text costs at most 60 flips a second. */
static void test_cost(void **state)
{
	struct bed bed;
	uint64_t begin;
	int64_t flips, interrupts;
	uint32_t asked;

	(void)state;
	bed_up(&bed, NULL);
	machine_sleep(2000);
	flips = bed_number("flips");
	interrupts = bed_number("interrupts");
	asked = bed.asked[XENDISPL_OP_PG_FLIP];
	machine_sleep(60000);
	assert_int_equal(bed_number("flips"), flips);
	assert_int_equal(bed_number("interrupts"), interrupts);
	assert_int_equal(bed.asked[XENDISPL_OP_PG_FLIP], asked);
	for (begin = machine_ms(); machine_ms() - begin < 10000;) {
		kern_vt_puts("a line of text\n");
		machine_sleep(1);
	}
	assert_in_range(bed_number("flips") - flips, 100, 650);
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

/* After a long calm a character is shown soon. */
static void test_latency(void **state)
{
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	machine_sleep(60000);
	kern_vt_puts("x");
	assert_true(bed_cons_shown(&bed, 400));
	/* And the next ones quicker. */
	kern_vt_puts("y");
	assert_true(bed_cons_shown(&bed, 100));
	bed_down(&bed);
}

static void panics(void *arg)
{
	(void)arg;
	kern_vt_panic("panic: here");
}

/* Whatever is under way, wherever: drawing takes no lock and does not sleep. */
static void test_panic(void **state)
{
	struct bed bed;
	uint32_t at;

	(void)state;
	for (at = 1; at < 400; at += 3) {
		bed_up(&bed, NULL);
		machine_at(at, panics, NULL);
		kern_vt_puts("busy");
		machine_sleep(100);
		bed_kill(&bed);
		machine_sleep(20);
		bed_revive(&bed);
		machine_sleep(500);
		assert_true(bed_cons_shown(&bed, 5000));
		bed_down(&bed);
	}
}

/* A backend that refuses flips, or loses them: text is shown when it does its work again. */
static void test_refused(void **state)
{
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	bed.b->fail_op = XENDISPL_OP_PG_FLIP;
	bed.b->fail_status = -5;
	kern_vt_puts("refused");
	machine_sleep(1000);
	assert_true(bed_number("failed") > 0);
	/* Not a storm. */
	assert_true(bed_number("failed") < 100);
	bed.b->fail_op = 0;
	assert_true(bed_cons_shown(&bed, 1000));
	bed.b->no_events = true;
	kern_vt_puts("no event");
	machine_sleep(5000);
	bed.b->no_events = false;
	kern_vt_puts("events");
	if (!bed_cons_shown(&bed, 15000))
		fail_msg("state %s, flips %s, failed %s, breaks %s; printed: %s",
			 kern_sysctl(0, "state"), kern_sysctl(0, "flips"), kern_sysctl(0, "failed"),
			 kern_sysctl(0, "breaks"), machine_printed());
	bed_down(&bed);
}

/* Programs cannot map what would be shown without a flip. */
static void test_mmap(void **state)
{
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	assert_int_equal(kern_vt_mmap(0), UINT32_MAX);
	bed_down(&bed);
}

/* A display on which no letter has room has no console; programs have it. */
static void test_small(void **state)
{
	static const char *const size[] = { "a:640x15", "a:7x480", "a:1x1" };
	struct bed_opts opts = { 0 };
	struct bed_fb fb;
	struct bed bed;
	uint32_t i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		opts.connectors = size[i];
		bed_make(&bed, &opts);
		bed_find(&bed);
		assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 5000));
		assert_false(kern_vt_ours());
		assert_non_null(strstr(machine_printed(), "no console: connector 0 has "));
		machine_print_clear();
		fd = kern_open("displif0", 7);
		bed_fb(fd, &fb, 64, 48, 1);
		assert_int_equal(bed_show(fd, 0, fb.c.handle), 0);
		assert_true(bed_shows(&bed, 0, fb.c.size, 1));
		kern_munmap(fb.map);
		kern_close(fd);
		bed_down(&bed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),	cmocka_unit_test(test_cost),
		cmocka_unit_test(test_latency), cmocka_unit_test(test_panic),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_mmap),
		cmocka_unit_test(test_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
