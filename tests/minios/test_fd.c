/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* With newlib: a file descriptor that is readable when there are events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <string.h>

#include <cmocka.h>
#include <mini-os/lib.h>
#include <mini-os/wait.h>

#include "bed.h"

static void drain(struct bed *bed)
{
	struct displfront_event ev;

	while (displfront_receive(bed->dev, &ev, 1))
		;
}

static void test_read(void **state)
{
	struct displfront_event ev[3];
	struct displfront_fb *fb[2];
	struct bed bed;
	int fd;

	(void)state;
	bed_up(&bed, NULL);
	fd = displfront_open(bed.dev);
	assert_true(fd >= 0);
	assert_int_equal(displfront_open(bed.dev), fd);
	/* The status is news already. */
	assert_true(mos_file_readable(fd));
	assert_int_equal(mos_file_read(fd, ev, sizeof(ev)), sizeof(ev[0]));
	assert_int_equal(ev[0].type, DISPLFRONT_EV_STATUS);
	assert_false(mos_file_readable(fd));
	errno = 0;
	assert_int_equal(mos_file_read(fd, ev, sizeof(ev)), -1);
	assert_int_equal(errno, EAGAIN);

	fb[0] = bed_fb(&bed, 0);
	fb[1] = bed_fb(&bed, 0);
	assert_int_equal(displfront_show(bed.dev, 0, fb[0]), 0);
	bed.b->hold = true;
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], DISPLFRONT_NOWAIT), 0);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[0], DISPLFRONT_NOWAIT), 0);
	mos_sleep(50);
	assert_false(mos_file_readable(fd));
	bed.b->hold = false;
	end_back_answer(bed.b);
	/* As select() waits. */
	wait_event(event_queue, mos_file_readable(fd));
	mos_sleep(50);
	/* Whole events only. */
	assert_int_equal(mos_file_read(fd, ev, sizeof(ev[0]) - 1), -1);
	assert_int_equal(mos_file_read(fd, ev, 2 * sizeof(ev[0]) - 1), sizeof(ev[0]));
	assert_true(mos_file_readable(fd));
	assert_int_equal(mos_file_read(fd, ev + 1, sizeof(ev[0]) * 2), sizeof(ev[0]));
	assert_false(mos_file_readable(fd));
	assert_true(ev[0].fb == fb[0] || ev[0].fb == fb[1]);
	assert_ptr_not_equal(ev[0].fb, ev[1].fb);
	bed_down(&bed);
}

/* Closing ends the descriptor only; the end of the device closes it. */
static void test_close(void **state)
{
	struct bed bed;
	int fd;

	(void)state;
	bed_up(&bed, NULL);
	fd = displfront_open(bed.dev);
	assert_int_equal(mos_files(), 1);
	assert_int_equal(close(fd), 0);
	assert_int_equal(mos_files(), 0);
	bed_works(&bed);
	fd = displfront_open(bed.dev);
	assert_true(fd >= 0);
	assert_true(mos_file_readable(fd));
	drain(&bed);
	assert_false(mos_file_readable(fd));
	/* A change of status makes it readable. */
	bed_stop(&bed);
	assert_true(bed_wait(&bed, DISPLFRONT_WAITING, 1000));
	assert_true(mos_file_readable(fd));
	bed_down(&bed);
	assert_int_equal(mos_files(), 0);
}

/* Types of files are few: one is enough for all devices. */
static void test_types(void **state)
{
	struct bed bed;
	uint32_t i;

	(void)state;
	for (i = 0; i < 20; i++) {
		bed_up(&bed, NULL);
		assert_true(displfront_open(bed.dev) >= 0);
		bed_down(&bed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
