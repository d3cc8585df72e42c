/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Two threads of a program at /dev/displif0, or one and the end of the device. */
#include <stdio.h>
#include <stdlib.h>

#include "bed.h"

/* Calls of the kernel's from an unplug to the end of the character device, and some more. */
#define POINTS 150u

struct maker {
	struct displif_create c;
	int fd, err;
};

static void make(void *arg)
{
	struct maker *m = arg;

	m->err = kern_ioctl(m->fd, DISPLIF_IOC_CREATE, &m->c);
}

/* A buffer is not another thread's to destroy before the one that makes it has it. */
static void test_destroy_early(void **state)
{
	struct maker m = { { 64, 48, DISPLIF_XRGB8888, 0, 0, 0, 0 }, 0, 1 };
	struct bed bed;
	uint32_t i;

	(void)state;
	bed_up(&bed, NULL);
	m.fd = kern_open("displif0", 7);
	bed.b->hold = true;
	machine_after(0, make, &m);
	machine_sleep(100);
	assert_int_equal(m.err, 1);
	for (i = 1; i < 4; i++)
		assert_int_equal(kern_ioctl(m.fd, DISPLIF_IOC_DESTROY, &i), -BSD_EINVAL);
	machine_sleep(20000);
	assert_int_equal(m.err, -BSD_ETIMEDOUT);
	/* The same, and the backend answers after all. */
	bed_kill(&bed);
	bed_revive(&bed);
	assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 20000));
	machine_sleep(1000);
	make(&m);
	assert_int_equal(m.err, 0);
	assert_int_equal(kern_ioctl(m.fd, DISPLIF_IOC_DESTROY, &m.c.handle), 0);
	assert_int_equal(kern_ioctl(m.fd, DISPLIF_IOC_DESTROY, &m.c.handle), -BSD_EINVAL);
	kern_close(m.fd);
	bed_down(&bed);
}

/* Opens the device while it is taken away, and reads without an end in sight. */
static bool opened, done;

static void open_and_read(void *arg)
{
	struct displif_event ev;
	int fd = kern_open("displif0", 3);

	(void)arg;
	opened = fd >= 0;
	if (opened) {
		assert_int_equal(kern_read(fd, &ev, sizeof(ev)), -BSD_ENXIO);
		kern_close(fd);
	}
	done = true;
}

static void opener(void *arg)
{
	(void)arg;
	machine_after(0, open_and_read, NULL);
}

/* Whoever opens the device in any moment of its end is told, and holds up nothing. */
static void test_open_late(void **state)
{
	struct bed_opts opts = { .vt = KERN_VT_SC };
	uint32_t n, late = 0;
	struct bed bed;

	(void)state;
	for (n = 1; n <= POINTS; n++) {
		opts.seed = n;
		bed_up(&bed, &opts);
		done = false;
		machine_at(n, opener, NULL);
		fake_toolstack_remove(bed.w, 0, BED_FRONT, 0);
		machine_sleep(20000);
		machine_at(0, NULL, NULL);
		assert_int_equal(kern_attached(), 0);
		if (!done)
			open_and_read(NULL);
		late += opened;
		bed_kill(&bed);
		bed_down(&bed);
	}
	print_message("opened %u times\n", late);
	assert_in_range(late, 10, POINTS);
}

/* A note that outlives its device is told to be at its end, whatever a program does to it. */
static void test_note_left(void **state)
{
	struct bed bed;
	int fd;

	(void)state;
	bed_up(&bed, NULL);
	fd = kern_open("displif0", 7);
	assert_false(kern_kevent(fd));
	assert_false(kern_kevent_change(fd));
	fake_toolstack_remove(bed.w, 0, BED_FRONT, 0);
	machine_sleep(20000);
	assert_int_equal(kern_attached(), 0);
	assert_true(kern_kevent_change(fd));
	assert_true(kern_kevent(fd));
	kern_close(fd);
	bed_kill(&bed);
	bed_down(&bed);
}

/* Many threads at once have no more than one: what cannot all be granted is refused before it takes memory. */
#define CROWD 24u

static uint32_t crowd(struct bed *bed, int fd, uint32_t height)
{
	static struct maker m[CROWD];
	uint32_t i, waiting = 0;

	bed->b->hold = true;
	for (i = 0; i < CROWD; i++) {
		m[i] = (struct maker){ { 2048, height, DISPLIF_XRGB8888, 0, 0, 0, 0 }, fd, 1 };
		machine_after(0, make, &m[i]);
	}
	machine_sleep(100);
	for (i = 0; i < CROWD; i++) {
		waiting += m[i].err == 1;
		if (m[i].err != 1)
			assert_int_equal(m[i].err, -BSD_ENOSPC);
	}
	bed_kill(bed);
	machine_sleep(20000);
	for (i = 0; i < CROWD; i++)
		assert_int_not_equal(m[i].err, 1);
	bed_revive(bed);
	assert_true(bed_wait_state(bed, DISPLIF_XB_CONNECTED, 20000));
	return waiting;
}

static void test_crowd(void **state)
{
	struct bed_opts opts = { 0 };
	struct bed bed;
	uint32_t k;
	int fd;

	(void)state;
	for (k = 0; k < 2; k++) {
		opts.be_alloc = k;
		bed_up(&bed, &opts);
		fd = kern_open("displif0", 7);
		/* 16 MiB, of 128 that may be granted; 128 MiB of the backend's, of 1024. Twice: all was given back. */
		assert_int_equal(crowd(&bed, fd, k ? 16384 : 2048), k ? 8 : 7);
		assert_int_equal(crowd(&bed, fd, k ? 16384 : 2048), k ? 8 : 7);
		kern_close(fd);
		bed_down(&bed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_destroy_early),
		cmocka_unit_test(test_open_late),
		cmocka_unit_test(test_note_left),
		cmocka_unit_test(test_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
