/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Programs and /dev/displif0: buffers, modes, flips, events, maps. */
#include <stdio.h>
#include <stdlib.h>

#include "bed.h"

#define SIZE (64u * 48 * 4)

static int open_dev(int flags)
{
	int fd = kern_open("displif0", flags);

	assert_true(fd >= 0);
	return fd;
}

static void test_info(void **state)
{
	struct bed_opts opts = { .connectors = "left:64x48;right:80x60" };
	struct displif_connector_info c = { .index = 1 };
	struct displif_info info;
	int fd, on = 4, off = 0;
	struct bed bed;

	(void)state;
	bed_up(&bed, &opts);
	fd = open_dev(7);
	assert_int_equal(kern_open("displif0", 7), -BSD_EBUSY);
	assert_int_equal(kern_open("displif1", 7), -BSD_ENOENT);
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_INFO, &info), 0);
	assert_int_equal(info.version, DISPLIF_IOC_VERSION);
	assert_int_equal(info.connectors, 2);
	assert_int_equal(info.connected, 1);
	assert_int_equal(info.generation, 1);
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CONNECTOR, &c), 0);
	assert_int_equal(c.index, 1);
	assert_int_equal(c.n_modes, 1);
	assert_int_equal(c.mode[0].width, 80);
	assert_int_equal(c.mode[0].height, 60);
	assert_string_equal(c.unique_id, "right");
	assert_string_equal(c.monitor, "");
	c.index = 2;
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CONNECTOR, &c), -BSD_EINVAL);
	assert_int_equal(kern_ioctl(fd, _IOR('D', 99, uint32_t), &c), -BSD_ENOTTY);
	/* fcntl(2) asks these for O_NONBLOCK: FIONBIO and FIOASYNC. */
	assert_int_equal(kern_ioctl(fd, _IOW('f', 126, int), &on), 0);
	assert_int_equal(kern_ioctl(fd, _IOW('f', 125, int), &off), 0);
	assert_int_equal(kern_ioctl(fd, _IOW('f', 125, int), &on), -BSD_EINVAL);
	/* No room for an event. */
	assert_int_equal(kern_read(fd, &c, sizeof(struct displif_event) - 1), -BSD_EINVAL);
	assert_int_equal(kern_read(fd, &c, 0), 0);
	kern_close(fd);
	fd = open_dev(7);
	kern_close(fd);
	bed_down(&bed);
}

/* A picture, another one, then the console again. */
static void test_flip(void **state)
{
	struct displif_event ev;
	struct bed_fb fb[3];
	struct bed bed;
	uint32_t i;
	int fd;

	(void)state;
	bed_up(&bed, NULL);
	kern_vt_puts("console");
	assert_true(bed_cons_shown(&bed, 1000));
	fd = open_dev(7);
	for (i = 0; i < 3; i++)
		bed_fb(fd, &fb[i], 64, 48, i);
	assert_int_equal(bed_flip(fd, 0, fb[0].c.handle, 1), -BSD_EINVAL); /* nothing is shown */
	assert_int_equal(bed_show(fd, 0, fb[0].c.handle), 0);
	assert_true(bed_shows(&bed, 0, SIZE, 0));
	kern_vt_puts("not seen");
	for (i = 1; i < 50; i++) {
		assert_int_equal(bed_flip(fd, 0, fb[i % 3].c.handle, 1000 + i), 0);
		ev = bed_event(fd, 200);
		assert_int_equal(ev.connector, 0);
		assert_int_equal(ev.error, 0);
		assert_int_equal(ev.user, 1000 + i);
		assert_in_range(machine_ms() * 1000000u - ev.time_ns, 0, 200000000u);
		assert_true(bed_shows(&bed, 0, SIZE, i % 3));
	}
	assert_int_equal(kern_read(fd, &ev, sizeof(ev)), -BSD_EAGAIN);
	assert_int_equal(bed_show(fd, 0, 0), 0);
	assert_true(bed_cons_shown(&bed, 1000));
	assert_int_equal(bed_show(fd, 0, fb[1].c.handle), 0);
	assert_true(bed_shows(&bed, 0, SIZE, 1));
	for (i = 0; i < 3; i++)
		kern_munmap(fb[i].map);
	kern_close(fd);
	kern_vt_puts("again");
	assert_true(bed_cons_shown(&bed, 1000));
	machine_sleep(1000);
	assert_int_equal(bed.b->mapped, 1);
	bed_down(&bed);
}

static void test_refusals(void **state)
{
	static const struct displif_create bad[] = {
		{ 0, 48, DISPLIF_XRGB8888, 0, 0, 0, 0 },
		{ 64, 0, DISPLIF_XRGB8888, 0, 0, 0, 0 },
		{ 32768, 48, DISPLIF_XRGB8888, 0, 0, 0, 0 },
		{ 64, 48, 0x12345678, 0, 0, 0, 0 },
		{ UINT32_MAX, UINT32_MAX, DISPLIF_XRGB8888, 0, 0, 0, 0 },
	};
	struct displif_create c;
	struct bed_fb fb, small;
	uint32_t i, none = 0, wrong = 77;
	struct bed bed;
	int fd, err;

	(void)state;
	bed_up(&bed, NULL);
	fd = open_dev(7);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		c = bad[i];
		assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CREATE, &c), -BSD_EINVAL);
	}
	bed_fb(fd, &fb, 64, 48, 0);
	bed_fb(fd, &small, 32, 24, 0);
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_DESTROY, &none), -BSD_EINVAL);
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_DESTROY, &wrong), -BSD_EINVAL);
	assert_int_equal(bed_show(fd, 1, fb.c.handle), -BSD_EINVAL);
	assert_int_equal(bed_show(fd, 0, 77), -BSD_EINVAL);
	assert_int_equal(bed_flip(fd, 1, fb.c.handle, 0), -BSD_EINVAL);
	assert_int_equal(bed_flip(fd, 0, 77, 0), -BSD_EINVAL);
	assert_int_equal(bed_show(fd, 0, fb.c.handle), 0);
	assert_int_equal(bed_flip(fd, 0, small.c.handle, 0), -BSD_EINVAL);
	/* Beyond the buffer, of another, of none. */
	assert_null(kern_mmap(fd, fb.c.offset, 4 * 4096, true, &err));
	assert_int_equal(err, BSD_EINVAL);
	assert_null(kern_mmap(fd, fb.c.offset + 4096, 3 * 4096, true, &err));
	assert_null(kern_mmap(fd, fb.c.offset + 4096, UINT64_MAX & ~4095ull, true, &err));
	assert_null(kern_mmap(fd, fb.c.offset + 16 * 4096, 4096, true, &err));
	assert_null(kern_mmap(fd, 0, 4096, true, &err));
	assert_null(kern_mmap(fd, (uint64_t)77 << 32, 4096, true, &err));
	assert_null(kern_mmap(fd, UINT64_MAX & ~4095ull, 8192, true, &err));
	kern_munmap(fb.map);
	kern_munmap(small.map);
	kern_close(fd);
	bed_down(&bed);
}

/* As many as the ring holds, and no event lost; then EBUSY. */
static void test_many(void **state)
{
	uint32_t i, sent = 0, got = 0;
	struct bed_fb fb[8];
	struct bed bed;
	int fd, err;

	(void)state;
	bed_up(&bed, NULL);
	fd = open_dev(7);
	for (i = 0; i < 8; i++)
		bed_fb(fd, &fb[i], 64, 48, i);
	assert_int_equal(bed_show(fd, 0, fb[0].c.handle), 0);
	bed.b->hold = true;
	for (i = 0; i < 100; i++) {
		err = bed_flip(fd, 0, fb[i % 8].c.handle, i);
		assert_true(!err || err == -BSD_EBUSY);
		sent += !err;
	}
	assert_in_range(sent, 2, 8);
	assert_false(kern_poll(fd));
	bed.b->hold = false;
	end_back_answer(bed.b);
	for (got = 0; got < sent; got++)
		assert_int_equal(bed_event(fd, 1000).error, 0);
	assert_false(kern_poll(fd));
	/* Nobody reads: flips are refused rather than that events are lost. */
	for (sent = 0, i = 0; i < 2000; i++) {
		err = bed_flip(fd, 0, fb[i % 8].c.handle, i);
		sent += !err;
		machine_sleep(5);
		if (err && sent > 20)
			break;
	}
	assert_int_equal(err, -BSD_EBUSY);
	for (got = 0; got < sent; got++)
		assert_int_equal(bed_event(fd, 1000).error, 0);
	assert_int_equal(bed_flip(fd, 0, fb[0].c.handle, 7), 0);
	assert_int_equal(bed_event(fd, 1000).user, 7);
	for (i = 0; i < 8; i++)
		kern_munmap(fb[i].map);
	kern_close(fd);
	bed_down(&bed);
}

static void test_kqueue(void **state)
{
	struct displif_event ev;
	struct bed_fb fb;
	struct bed bed;
	int fd;

	(void)state;
	bed_up(&bed, NULL);
	fd = open_dev(7);
	assert_false(kern_kevent(fd));
	bed_fb(fd, &fb, 64, 48, 0);
	assert_int_equal(bed_show(fd, 0, fb.c.handle), 0);
	assert_int_equal(bed_flip(fd, 0, fb.c.handle, 5), 0);
	machine_sleep(200);
	assert_true(kern_kevent(fd));
	assert_int_equal(kern_read(fd, &ev, sizeof(ev)), sizeof(ev));
	assert_int_equal(ev.user, 5);
	assert_false(kern_kevent(fd));
	kern_munmap(fb.map);
	kern_close(fd);
	bed_down(&bed);
}

/* A read that waits is woken by an event, and by the end of the device. */
static int reader_fd, reader_got;
static struct displif_event reader_ev;

static void reader(void *arg)
{
	(void)arg;
	reader_got = kern_read(reader_fd, &reader_ev, sizeof(reader_ev));
}

static void test_blocking(void **state)
{
	struct bed_fb fb;
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	reader_fd = open_dev(3);
	bed_fb(reader_fd, &fb, 64, 48, 0);
	assert_int_equal(bed_show(reader_fd, 0, fb.c.handle), 0);
	reader_got = 1;
	machine_after(0, reader, NULL);
	machine_sleep(1000);
	assert_int_equal(reader_got, 1);
	assert_int_equal(bed_flip(reader_fd, 0, fb.c.handle, 9), 0);
	machine_sleep(200);
	assert_int_equal(reader_got, sizeof(reader_ev));
	assert_int_equal(reader_ev.user, 9);
	machine_after(0, reader, NULL);
	machine_sleep(100);
	fake_toolstack_remove(bed.w, 0, BED_FRONT, 0);
	machine_sleep(10000);
	assert_int_equal(reader_got, -BSD_ENXIO);
	assert_int_equal(kern_attached(), 0);
	kern_munmap(fb.map);
	kern_close(reader_fd);
	bed_kill(&bed);
	bed_down(&bed);
}

/* The backend goes and comes: what was shown is shown again, flips that were under way end. */
static void test_backend_gone(void **state)
{
	void (*const go[])(struct bed * bed) = { bed_kill, bed_stop };
	struct displif_info info;
	struct displif_event ev;
	struct displif_create c;
	struct bed_fb fb[2];
	struct bed bed;
	uint32_t i, k;
	int fd;

	(void)state;
	for (k = 0; k < 2; k++) {
		bed_up(&bed, NULL);
		fd = open_dev(7);
		for (i = 0; i < 2; i++)
			bed_fb(fd, &fb[i], 64, 48, i);
		assert_int_equal(bed_show(fd, 0, fb[0].c.handle), 0);
		bed.b->hold = true;
		assert_int_equal(bed_flip(fd, 0, fb[1].c.handle, 4), 0);
		machine_sleep(20);
		go[k](&bed);
		/* Of one that is killed nobody is told. */
		ev = bed_event(fd, k ? 1000 : 5000);
		assert_int_equal(ev.error, k ? BSD_ENXIO : BSD_ETIMEDOUT);
		assert_int_equal(ev.user, 4);
		assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_INFO, &info), 0);
		assert_int_equal(info.connected, !k);
		c = fb[0].c;
		assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CREATE, &c),
				 k ? -BSD_ENXIO : -BSD_ETIMEDOUT);
		assert_int_equal(bed_show(fd, 0, fb[0].c.handle), k ? -BSD_ENXIO : -BSD_ETIMEDOUT);
		if (k)
			assert_int_equal(bed_flip(fd, 0, fb[0].c.handle, 0), -BSD_ENXIO);
		bed_paint(fb[1].map, SIZE, 7);
		bed_revive(&bed);
		assert_true(bed_wait_generation(&bed, 2, 10000));
		machine_sleep(500);
		assert_true(bed_shows(&bed, 0, SIZE, k ? 7 : 0));
		assert_int_equal(bed_flip(fd, 0, fb[0].c.handle, 8), 0);
		assert_int_equal(bed_event(fd, 1000).error, 0);
		for (i = 0; i < 2; i++)
			kern_munmap(fb[i].map);
		kern_close(fd);
		assert_true(bed_cons_shown(&bed, 1000));
		bed_down(&bed);
	}
}

/* The device goes while a program has it, with maps, a flip under way, a note of kqueue's. */
static void test_unplug(void **state)
{
	struct displif_event ev;
	struct displif_info info;
	struct bed_fb fb[2];
	struct bed bed;
	uint32_t i, k;
	int fd;

	(void)state;
	for (k = 0; k < 4; k++) {
		bed_up(&bed, NULL);
		fd = open_dev(7);
		if (k & 1)
			kern_kevent(fd);
		for (i = 0; i < 2; i++)
			bed_fb(fd, &fb[i], 64, 48, i);
		assert_int_equal(bed_show(fd, 0, fb[0].c.handle), 0);
		bed.b->hold = k & 2;
		assert_int_equal(bed_flip(fd, 0, fb[1].c.handle, 4), 0);
		fake_toolstack_remove(bed.w, 0, BED_FRONT, 0);
		machine_sleep(20000);
		assert_int_equal(kern_attached(), 0);
		/* Pixels stay: a program that draws on does not die of it. */
		bed_paint(fb[0].map, SIZE, 9);
		assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_INFO, &info), -BSD_ENXIO);
		assert_int_equal(kern_read(fd, &ev, sizeof(ev)), -BSD_ENXIO);
		if (k & 1)
			assert_true(kern_kevent(fd));
		for (i = 0; i < 2; i++)
			kern_munmap(fb[i].map);
		kern_close(fd);
		bed_kill(&bed);
		bed_down(&bed);
	}
}

/* The module goes while a program waits for a backend that does not answer: nobody waits for that. */
static int creator_err;
static uint64_t creator_ms;

static void creator(void *arg)
{
	struct displif_create c = { .width = 64, .height = 48, .fourcc = DISPLIF_XRGB8888 };

	creator_err = kern_ioctl(*(int *)arg, DISPLIF_IOC_CREATE, &c);
	creator_ms = machine_ms();
}

static void test_unload_waiter(void **state)
{
	struct bed_opts opts = { .vt = KERN_VT_SC };
	uint64_t begin;
	struct bed bed;
	int fd;

	(void)state;
	bed_up(&bed, &opts);
	fd = kern_open("displif0", 7);
	bed.b->hold = true;
	creator_err = 1;
	machine_after(0, creator, &fd);
	machine_sleep(100);
	assert_int_equal(creator_err, 1);
	begin = machine_ms();
	assert_int_equal(kern_unload(false), 0);
	assert_int_equal(creator_err, -BSD_ENXIO);
	assert_in_range(creator_ms - begin, 0, 200);
	assert_in_range(machine_ms() - begin, 0, 8000);
	assert_int_equal(kern_attached(), 0);
	kern_close(fd);
	bed_kill(&bed);
	assert_int_equal(kern_load(), 0);
	bed_down(&bed);
}

/* The grant table is full: programs are told, what is there goes on, and when there is room again it is used. */
static void test_exhaustion(void **state)
{
	struct fake_limits limits = { .grants = 8 + 2 + 4 + 4 + 12 };
	struct bed_opts opts = { .limits = &limits };
	struct displif_create c = { .width = 320, .height = 240, .fourcc = DISPLIF_XRGB8888 };
	struct bed_fb fb, other;
	struct bed bed;
	uint32_t i, lines;
	int fd;

	(void)state;
	bed_up(&bed, &opts);
	fd = open_dev(7);
	bed_fb(fd, &fb, 64, 48, 0);
	for (i = 0; i < 10; i++) {
		assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CREATE, &c), -BSD_ENOSPC);
		if (!strstr(machine_printed(), "grant"))
			fail_msg("printed: %s", machine_printed());
	}
	/* More than this domain may ever have: told before it is tried. */
	c = (struct displif_create){ .width = 1024, .height = 768, .fourcc = DISPLIF_XRGB8888 };
	machine_sleep(1000);
	machine_print_clear();
	lines = machine_print_lines();
	/* In no time: what a program can cause as often as it likes does not fill the log. */
	for (i = 0; i < 1000; i++)
		assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CREATE, &c), -BSD_ENOSPC);
	assert_in_range(machine_print_lines() - lines, 1, 20);
	if (!strstr(machine_printed(), "needs 769 grant references, this domain has at most 512"))
		fail_msg("printed: %s", machine_printed());
	assert_int_equal(bed_show(fd, 0, fb.c.handle), 0);
	assert_true(bed_shows(&bed, 0, SIZE, 0));
	bed_fb(fd, &other, 64, 48, 1);
	assert_int_equal(bed_flip(fd, 0, other.c.handle, 1), 0);
	assert_int_equal(bed_event(fd, 1000).error, 0);
	kern_munmap(fb.map);
	kern_munmap(other.map);
	kern_close(fd);
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

/* No memory for a buffer: ENOMEM, nothing is left. */
static void test_no_memory(void **state)
{
	struct displif_create c;
	struct bed bed;
	uint32_t n, calls;
	int fd, err;

	(void)state;
	bed_up(&bed, NULL);
	fd = open_dev(7);
	for (n = 1;; n++) {
		c = (struct displif_create){ .width = 64,
					     .height = 48,
					     .fourcc = DISPLIF_XRGB8888 };
		machine_fault(HOST_F_MALLOC | HOST_F_KMEM | HOST_F_GRANT, n, false);
		err = kern_ioctl(fd, DISPLIF_IOC_CREATE, &c);
		calls = machine_fault_fired();
		machine_fault(0, 0, false);
		if (!calls)
			break;
		assert_true(err == -BSD_ENOMEM || err == -BSD_ENOSPC);
	}
	assert_int_equal(err, 0);
	assert_true(n > 3);
	kern_close(fd);
	bed_down(&bed);
}

/* Two connectors, a program on each, and the console where none is. */
static void test_connectors(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:80x60" };
	struct bed_fb fb[2];
	struct bed bed;
	int fd;

	(void)state;
	bed_up(&bed, &opts);
	fd = open_dev(7);
	bed_fb(fd, &fb[0], 64, 48, 0);
	bed_fb(fd, &fb[1], 80, 60, 1);
	assert_int_equal(bed_show(fd, 1, fb[1].c.handle), 0);
	assert_true(bed_shows(&bed, 1, 80 * 60 * 4, 1));
	kern_vt_puts("on the other");
	assert_true(bed_cons_shown(&bed, 1000));
	assert_int_equal(bed_show(fd, 0, fb[0].c.handle), 0);
	assert_int_equal(bed_flip(fd, 0, fb[0].c.handle, 10), 0);
	assert_int_equal(bed_flip(fd, 1, fb[1].c.handle, 11), 0);
	assert_int_equal(bed_event(fd, 1000).user + bed_event(fd, 1000).user, 21);
	assert_int_equal(bed_show(fd, 1, 0), 0);
	assert_int_equal(bed.b->shown[1], 0);
	kern_munmap(fb[0].map);
	kern_munmap(fb[1].map);
	kern_close(fd);
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

/* The guest wakes on another host: what a program showed is shown there, its flip under way ended. */
static void other_host(void *arg)
{
	struct bed *bed = arg;

	bed_kill(bed);
	fake_toolstack_remove(bed->w, 0, BED_FRONT, 0);
	fake_toolstack_attach(bed->w, 0, BED_FRONT, 0, false, "id0:64x48");
	bed_revive(bed);
}

static void test_migrate(void **state)
{
	struct displif_event ev;
	struct bed_fb fb[2];
	struct bed bed;
	uint32_t i;
	int fd;

	(void)state;
	bed_up(&bed, NULL);
	machine_on_sleep(other_host, &bed);
	fd = open_dev(7);
	for (i = 0; i < 2; i++)
		bed_fb(fd, &fb[i], 64, 48, i);
	assert_int_equal(bed_show(fd, 0, fb[0].c.handle), 0);
	for (i = 0; i < 4; i++) {
		bed.b->hold = true;
		assert_int_equal(bed_flip(fd, 0, fb[i % 2].c.handle, i), 0);
		kern_suspend(false);
		ev = bed_event(fd, 1000);
		assert_int_equal(ev.error, BSD_ENXIO);
		assert_int_equal(ev.user, i);
		assert_true(bed_wait_generation(&bed, i + 2, 5000));
		machine_sleep(500);
		assert_true(bed_shows(&bed, 0, SIZE, i % 2));
	}
	bed_paint(fb[0].map, SIZE, 5);
	assert_int_equal(bed_flip(fd, 0, fb[0].c.handle, 9), 0);
	assert_int_equal(bed_event(fd, 1000).error, 0);
	assert_true(bed_shows(&bed, 0, SIZE, 5));
	for (i = 0; i < 2; i++)
		kern_munmap(fb[i].map);
	kern_close(fd);
	assert_true(bed_cons_shown(&bed, 1000));
	bed_down(&bed);
}

/* As a backend's own toolstack changes the leaves in place: so many connectors. */
static void connectors(struct bed *bed, uint32_t n)
{
	char path[128];
	uint32_t i;

	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "/local/domain/1/device/vdispl/0/%u", i);
		fake_xs_rm(bed->be, 0, path);
	}
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/local/domain/1/device/vdispl/0/%u/resolution", i);
		assert_int_equal(fake_xs_puts(bed->be, 0, path, "64x48"), 0);
		snprintf(path, sizeof(path), "/local/domain/1/device/vdispl/0/%u/unique-id", i);
		assert_int_equal(fake_xs_puts(bed->be, 0, path, "x"), 0);
	}
}

/* Fewer, then more: those that are there show what they showed. */
static void test_other_number(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48" };
	struct bed_fb fb[2];
	struct bed bed;
	uint32_t i;
	int fd;

	(void)state;
	bed_up(&bed, &opts);
	fd = open_dev(7);
	for (i = 0; i < 2; i++) {
		bed_fb(fd, &fb[i], 64, 48, i);
		assert_int_equal(bed_show(fd, i, fb[i].c.handle), 0);
	}
	bed_stop(&bed);
	connectors(&bed, 1);
	bed_revive(&bed);
	assert_true(bed_wait_generation(&bed, 2, 5000));
	machine_sleep(500);
	assert_true(bed_shows(&bed, 0, SIZE, 0));
	assert_int_equal(bed_show(fd, 1, fb[1].c.handle), -BSD_EINVAL);
	assert_int_equal(bed_flip(fd, 1, fb[1].c.handle, 0), -BSD_EINVAL);
	bed_stop(&bed);
	connectors(&bed, 3);
	bed_revive(&bed);
	assert_true(bed_wait_generation(&bed, 3, 5000));
	machine_sleep(500);
	assert_true(bed_shows(&bed, 0, SIZE, 0));
	assert_true(bed_shows(&bed, 1, SIZE, 1));
	assert_int_equal(bed_show(fd, 2, fb[1].c.handle), 0);
	assert_true(bed_shows(&bed, 2, SIZE, 1));
	for (i = 0; i < 2; i++)
		kern_munmap(fb[i].map);
	kern_close(fd);
	assert_true(bed_cons_shown(&bed, 1000));
	assert_int_equal(bed.b->shown[1] | bed.b->shown[2], 0);
	bed_down(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_info),	     cmocka_unit_test(test_flip),
		cmocka_unit_test(test_refusals),     cmocka_unit_test(test_many),
		cmocka_unit_test(test_kqueue),	     cmocka_unit_test(test_blocking),
		cmocka_unit_test(test_backend_gone), cmocka_unit_test(test_exhaustion),
		cmocka_unit_test(test_no_memory),    cmocka_unit_test(test_connectors),
		cmocka_unit_test(test_migrate),	     cmocka_unit_test(test_other_number),
		cmocka_unit_test(test_unplug),	     cmocka_unit_test(test_unload_waiter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
