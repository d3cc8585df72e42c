/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Everything at once, in orders that a seed chooses: threads, domain 0 and events come in between at any call. */
#include <stdio.h>
#include <stdlib.h>

#include "bed.h"

#define SEEDS 150u
#define SIZE (64u * 48 * 4)

static uint32_t seeds(uint32_t usual)
{
	const char *text = getenv("FREEBSD_SEEDS");

	return text ? (uint32_t)strtoul(text, NULL, 10) : usual;
}

static void session(struct bed *bed, uint32_t seed)
{
	struct bed_fb fb[2];
	uint32_t i, seen = 0, sent = 0;
	struct displif_event ev;
	int fd;

	fd = kern_open("displif0", 7);
	assert_true(fd >= 0);
	for (i = 0; i < 2; i++)
		bed_fb(fd, &fb[i], 64, 48, i);
	assert_int_equal(bed_show(fd, 0, fb[0].c.handle), 0);
	for (i = 0; i < 20; i++) {
		sent += !bed_flip(fd, 0, fb[i % 2].c.handle, i);
		kern_vt_puts("words ");
		machine_sleep((seed + i) % 9);
		while (kern_poll(fd) && kern_read(fd, &ev, sizeof(ev)) == sizeof(ev))
			seen++;
	}
	while (seen < sent) {
		ev = bed_event(fd, 5000);
		assert_int_equal(ev.error, 0);
		seen++;
	}
	for (i = 0; i < 2; i++)
		kern_munmap(fb[i].map);
	kern_close(fd);
	if (kern_vt_ours())
		assert_true(bed_cons_shown(bed, 2000));
}

static void test_usual(void **state)
{
	struct bed_opts opts = { 0 };
	struct bed bed;
	uint32_t n = seeds(SEEDS);

	(void)state;
	for (opts.seed = 1; opts.seed <= n; opts.seed++) {
		print_message("seed %u\n", (unsigned int)opts.seed);
		opts.be_alloc = opts.seed % 2;
		bed_up(&bed, &opts);
		session(&bed, (uint32_t)opts.seed);
		bed_down(&bed);
	}
}

/* The backend dies or ends at any time. */
static void test_storm(void **state)
{
	struct bed_opts opts = { .connectors = "a:64x48;b:64x48" };
	uint32_t i, n = seeds(SEEDS);
	struct bed bed;

	(void)state;
	for (opts.seed = 1001; opts.seed <= 1000 + n; opts.seed++) {
		print_message("seed %u\n", (unsigned int)opts.seed);
		opts.vt = opts.seed % 3 ? KERN_VT_FREE : KERN_VT_SC;
		opts.be_alloc = opts.seed % 2;
		bed_up(&bed, &opts);
		for (i = 0; i < 8; i++) {
			kern_vt_puts("storm ");
			machine_sleep((uint32_t)(opts.seed * 7 + i * 13) % 60);
			if ((opts.seed + i) % 3)
				bed_kill(&bed);
			else
				bed_stop(&bed);
			machine_sleep((uint32_t)(opts.seed + i) % 40);
			bed_revive(&bed);
		}
		/* What XenStore says now may be of before. */
		machine_sleep(5000);
		assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 20000));
		session(&bed, (uint32_t)opts.seed);
		bed_down(&bed);
	}
}

/* A program makes and maps buffers of the backend's memory, draws in them whatever becomes of them, and holds on to maps. */
static bool over;

static void painter(void *arg)
{
	uint32_t k, n = 0, *seed = arg;
	struct displif_create c;
	void *map[4] = { NULL };
	int fd = -1, err;

	while (!over) {
		if (fd < 0)
			fd = kern_open("displif0", 7);
		machine_sleep((*seed + n) % 7);
		k = n++ % 4;
		if (map[k])
			kern_munmap(map[k]);
		map[k] = NULL;
		c = (struct displif_create){ .width = 64,
					     .height = 48,
					     .fourcc = DISPLIF_XRGB8888 };
		if (fd >= 0 && !kern_ioctl(fd, DISPLIF_IOC_CREATE, &c)) {
			map[k] = kern_mmap(fd, c.offset, SIZE, true, &err);
			bed_show(fd, 0, c.handle);
			if (n % 3)
				kern_ioctl(fd, DISPLIF_IOC_DESTROY, &c.handle);
		} else if (fd >= 0) {
			kern_close(fd);
			fd = -1;
		}
		for (k = 0; k < 4; k++)
			if (map[k])
				bed_paint(map[k], SIZE, n);
	}
	for (k = 0; k < 4; k++)
		if (map[k])
			kern_munmap(map[k]);
	if (fd >= 0)
		kern_close(fd);
	over = false;
}

static void test_theirs(void **state)
{
	struct bed_opts opts = { .be_alloc = true };
	uint32_t i, seed, n = seeds(SEEDS) / 2;
	struct bed bed;

	(void)state;
	for (opts.seed = 3001; opts.seed <= 3000 + n; opts.seed++) {
		print_message("seed %u\n", (unsigned int)opts.seed);
		seed = (uint32_t)opts.seed;
		bed_up(&bed, &opts);
		over = false;
		machine_after(0, painter, &seed);
		for (i = 0; i < 6; i++) {
			machine_sleep((seed * 7 + i * 13) % 90);
			if ((seed + i) % 3)
				bed_stop(&bed);
			else
				bed_kill(&bed);
			machine_sleep((seed + i) % 40);
			bed_revive(&bed);
		}
		over = true;
		while (over)
			machine_sleep(10);
		machine_sleep(5000);
		assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 20000));
		session(&bed, seed);
		machine_sleep(100);
		assert_int_equal(bed_held(&bed).mapped_pages, 0);
		assert_int_equal(kern_ranges(), 0);
		bed_down(&bed);
	}
}

/* It is taken away and comes back. */
static void test_unplugs(void **state)
{
	struct bed_opts opts = { 0 };
	uint32_t i, n = seeds(SEEDS) / 2;
	struct bed bed;

	(void)state;
	for (opts.seed = 2001; opts.seed <= 2000 + n; opts.seed++) {
		print_message("seed %u\n", (unsigned int)opts.seed);
		opts.vt = opts.seed % 2 ? KERN_VT_OTHER : KERN_VT_SC;
		bed_make(&bed, &opts);
		bed_find(&bed);
		for (i = 0; i < 4; i++) {
			machine_sleep((uint32_t)(opts.seed * 11 + i * 17) % 80);
			bed_unplug(&bed);
			assert_int_equal(
				fake_toolstack_attach(bed.w, 0, BED_FRONT, 0, false, "id0:64x48"),
				0);
			bed_revive(&bed);
		}
		assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 20000));
		bed_down(&bed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_unplugs),
		cmocka_unit_test(test_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
