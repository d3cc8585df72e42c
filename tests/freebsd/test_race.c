/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Two threads of a program at /dev/displif0, or one and the end of the device. */
#include <stdio.h>
#include <stdlib.h>

#include "bed.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_destroy_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
