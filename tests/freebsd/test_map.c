/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Buffers of the backend's memory: mapped, shown, and taken away from programs before they are unmapped. */
#include <stdio.h>
#include <stdlib.h>

#include "bed.h"

#define SIZE (64u * 48 * 4)
#define PAGES 3u

static const struct bed_opts theirs = { .be_alloc = true };

static uint32_t mapped(struct bed *bed)
{
	return bed_held(bed).mapped_pages;
}

static int open_dev(void)
{
	int fd = kern_open("displif0", 7);

	assert_true(fd >= 0);
	return fd;
}

/* A program that draws on does not die of it, finds nothing there of what was, and all of what it draws. */
static void lost_map(void *map)
{
	uint32_t i, k, *p;

	for (i = 0; i < PAGES; i++) {
		p = kern_mmap_page(map, i);
		assert_non_null(p);
		for (k = 0; k < 1024; k++)
			assert_int_equal(p[k], 0);
		p[7] = i + 1;
	}
	for (i = 0; i < PAGES; i++) {
		p = kern_mmap_page(map, i);
		assert_int_equal(p[7], i + 1);
		p[7] = 0;
	}
}

static void test_picture(void **state)
{
	struct displif_info info;
	struct bed_fb fb[2];
	struct bed bed;
	uint32_t i, usual, *p;
	void *second;
	int fd, err;

	(void)state;
	bed_up(&bed, &theirs);
	usual = bed_held(&bed).grants;
	kern_vt_puts("the console is the guest's memory");
	assert_true(bed_cons_shown(&bed, 1000));
	assert_int_equal(mapped(&bed), 0);
	fd = open_dev();
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_INFO, &info), 0);
	assert_int_equal(info.flags, DISPLIF_INFO_BE_ALLOC);
	for (i = 0; i < 2; i++)
		bed_fb(fd, &fb[i], 64, 48, i);
	assert_int_equal(mapped(&bed), 2 * PAGES);
	/* Of ours only the directories. */
	assert_int_equal(bed_held(&bed).grants, usual + 2);
	assert_int_equal(bed_show(fd, 0, fb[0].c.handle), 0);
	assert_true(bed_shows(&bed, 0, SIZE, 0));
	for (i = 1; i < 20; i++) {
		assert_int_equal(bed_flip(fd, 0, fb[i % 2].c.handle, i), 0);
		assert_int_equal(bed_event(fd, 200).error, 0);
		assert_true(bed_shows(&bed, 0, SIZE, i % 2));
	}
	/* Part of it, a second time; two programs see the same. */
	second = kern_mmap(fd, fb[0].c.offset + 4096, 4096, true, &err);
	assert_non_null(second);
	p = kern_mmap_page(second, 0);
	assert_ptr_equal(p, kern_mmap_page(fb[0].map, 1));
	assert_null(kern_mmap_page(fb[0].map, PAGES));
	assert_null(kern_mmap(fd, fb[0].c.offset + 4096, SIZE, true, &err));
	assert_int_equal(err, BSD_EINVAL);
	kern_munmap(second);
	for (i = 0; i < 2; i++)
		kern_munmap(fb[i].map);
	assert_int_equal(mapped(&bed), 2 * PAGES);
	kern_close(fd);
	assert_true(bed_cons_shown(&bed, 1000));
	assert_int_equal(mapped(&bed), 0);
	assert_int_equal(bed_held(&bed).grants, usual);
	assert_int_equal(bed.b->mapped, 1);
	assert_false(kern_ranges());
	bed_down(&bed);
}

static void test_own_memory(void **state)
{
	struct displif_info info;
	struct bed bed;
	int fd;

	(void)state;
	bed_up(&bed, NULL);
	fd = open_dev();
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_INFO, &info), 0);
	assert_int_equal(info.flags, 0);
	kern_close(fd);
	bed_down(&bed);
}

/* The backend hears of it when its pages are not mapped any more. */
static void unmapped_first(struct bed *bed, uint32_t connector, const struct displif_back_req *req)
{
	(void)connector;
	if (req->msg.op == XENDISPL_OP_DBUF_DESTROY)
		assert_int_equal(mapped(bed), 0);
}

/* The buffer goes, its map stays; not a page of the backend's. */
static void test_destroy(void **state)
{
	struct bed_fb fb;
	struct bed bed;
	uint32_t i;
	int fd, err;

	(void)state;
	bed_up(&bed, &theirs);
	bed.hook = unmapped_first;
	fd = open_dev();
	for (i = 0; i < 12; i++) {
		bed_fb(fd, &fb, 64, 48, i);
		assert_int_equal(mapped(&bed), PAGES);
		assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_DESTROY, &fb.c.handle), 0);
		machine_sleep(200);
		assert_int_equal(mapped(&bed), 0);
		assert_int_equal(bed.b->mapped, 1);
		assert_false(kern_ranges());
		lost_map(fb.map);
		assert_null(kern_mmap(fd, fb.c.offset, 4096, true, &err));
		kern_munmap(fb.map);
	}
	kern_close(fd);
	bed_down(&bed);
}

/* A program that has touched one page touches others while that is taken away. */
static void test_partial(void **state)
{
	struct displif_create c;
	struct bed bed;
	void *all, *one;
	uint32_t i;
	int fd, err;

	(void)state;
	bed_up(&bed, &theirs);
	fd = open_dev();
	for (i = 0; i < 12; i++) {
		c = (struct displif_create){ .width = 64,
					     .height = 48,
					     .fourcc = DISPLIF_XRGB8888 };
		assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CREATE, &c), 0);
		all = kern_mmap(fd, c.offset, SIZE, true, &err);
		one = kern_mmap(fd, c.offset, 4096, true, &err);
		memset(kern_mmap_page(one, 0), 1, 4096);
		assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_DESTROY, &c.handle), 0);
		machine_sleep(100);
		assert_int_equal(mapped(&bed), 0);
		lost_map(all);
		kern_munmap(one);
		lost_map(all);
		kern_munmap(all);
	}
	kern_close(fd);
	bed_down(&bed);
}

static void gone(struct bed *bed, int fd, struct bed_fb *fb)
{
	uint32_t i;
	int err;

	for (i = 0; i < 2; i++) {
		lost_map(fb[i].map);
		assert_null(kern_mmap(fd, fb[i].c.offset, 4096, true, &err));
		assert_int_equal(err, BSD_ENXIO);
		assert_int_equal(bed_flip(fd, 0, fb[i].c.handle, 0), -BSD_ENXIO);
		assert_int_equal(bed_show(fd, 0, fb[i].c.handle), -BSD_ENXIO);
	}
	assert_int_equal(mapped(bed), 0);
}

/* What lay there is lost with the backend; the console is seen until the program has new buffers. */
static void test_backend_gone(void **state)
{
	void (*const go[])(struct bed * bed) = { bed_kill, bed_stop };
	struct bed_fb fb[2], next;
	struct bed bed;
	uint32_t i, k;
	int fd;

	(void)state;
	for (k = 0; k < 2; k++) {
		bed_up(&bed, &theirs);
		fd = open_dev();
		for (i = 0; i < 2; i++)
			bed_fb(fd, &fb[i], 64, 48, i);
		assert_int_equal(bed_show(fd, 0, fb[0].c.handle), 0);
		bed.b->hold = true;
		assert_int_equal(bed_flip(fd, 0, fb[1].c.handle, 4), 0);
		machine_sleep(20);
		go[k](&bed);
		machine_sleep(100);
		/* Of one that is killed nobody is told: its memory is there still. */
		assert_int_equal(mapped(&bed), k ? 0 : 2 * PAGES);
		bed_paint(fb[1].map, SIZE, 5);
		memset(kern_mmap_page(fb[1].map, 0), 0, 4096);
		memset(kern_mmap_page(fb[1].map, 1), 0, 4096);
		memset(kern_mmap_page(fb[1].map, 2), 0, 4096);
		if (k)
			gone(&bed, fd, fb);
		bed_revive(&bed);
		assert_true(bed_wait_generation(&bed, 2, 10000));
		kern_vt_puts("not seen otherwise");
		assert_true(bed_cons_shown(&bed, 2000));
		gone(&bed, fd, fb);
		assert_int_not_equal(bed_event(fd, 0).error, 0);
		assert_false(kern_poll(fd));
		assert_false(kern_ranges());
		bed_fb(fd, &next, 64, 48, 8);
		assert_int_equal(bed_show(fd, 0, next.c.handle), 0);
		assert_true(bed_shows(&bed, 0, SIZE, 8));
		for (i = 0; i < 2; i++) {
			assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_DESTROY, &fb[i].c.handle), 0);
			kern_munmap(fb[i].map);
		}
		assert_int_equal(bed_flip(fd, 0, next.c.handle, 9), 0);
		assert_int_equal(bed_event(fd, 1000).error, 0);
		kern_munmap(next.map);
		kern_close(fd);
		assert_true(bed_cons_shown(&bed, 1000));
		bed_down(&bed);
	}
}

/* The backend dies at each request that a program's life makes. */
static uint32_t die_at, died;

static void kill_now(void *arg)
{
	bed_kill(arg);
	died = 1;
}

static void die(struct bed *bed, uint32_t connector, const struct displif_back_req *req)
{
	(void)connector;
	(void)req;
	if (!die_at || --die_at)
		return;
	/* Without an answer. */
	bed->b->hold = true;
	machine_after(0, kill_now, bed);
}

static void life(int fd)
{
	struct displif_create c = { .width = 64, .height = 48, .fourcc = DISPLIF_XRGB8888 };
	void *map = NULL;
	int err;

	if (!kern_ioctl(fd, DISPLIF_IOC_CREATE, &c)) {
		map = kern_mmap(fd, c.offset, SIZE, true, &err);
		bed_show(fd, 0, c.handle);
		bed_flip(fd, 0, c.handle, 1);
		machine_sleep(100);
		bed_show(fd, 0, 0);
		kern_ioctl(fd, DISPLIF_IOC_DESTROY, &c.handle);
		machine_sleep(100);
	}
	if (!map)
		return;
	bed_paint(map, SIZE, 3);
	kern_munmap(map);
}

static void test_each_step(void **state)
{
	struct bed bed;
	uint32_t n;
	int fd;

	(void)state;
	for (n = 1; n < 40; n++) {
		bed_up(&bed, &theirs);
		fd = open_dev();
		die_at = n;
		died = 0;
		bed.hook = die;
		life(fd);
		bed.hook = NULL;
		machine_sleep(10);
		if (!died) {
			kern_close(fd);
			bed_down(&bed);
			break;
		}
		if (n % 2)
			machine_sleep(10000);
		bed_revive(&bed);
		assert_true(bed_wait_state(&bed, DISPLIF_XB_CONNECTED, 20000));
		machine_sleep(2000);
		assert_int_equal(mapped(&bed), 0);
		life(fd);
		kern_close(fd);
		assert_true(bed_cons_shown(&bed, 2000));
		assert_int_equal(mapped(&bed), 0);
		bed_down(&bed);
	}
	assert_in_range(n, 9, 30);
}

/* The n-th page, or the range, is refused: what was mapped is unmapped, and the program told. */
static void test_refused(void **state)
{
	struct displif_create c;
	struct bed bed;
	uint32_t n, fired;
	int fd, err;

	(void)state;
	bed_up(&bed, &theirs);
	fd = open_dev();
	for (n = 1;; n++) {
		/* 75 pages: two hypercalls. */
		c = (struct displif_create){ .width = 320,
					     .height = 240,
					     .fourcc = DISPLIF_XRGB8888 };
		machine_print_clear();
		machine_fault(HOST_F_MAP | HOST_F_KMEM, n, n % 2);
		err = kern_ioctl(fd, DISPLIF_IOC_CREATE, &c);
		fired = machine_fault_fired();
		machine_fault(0, 0, false);
		if (!fired)
			break;
		assert_true(err == -BSD_ENOMEM || err == -BSD_EIO);
		if (!strstr(machine_printed(), "75") && !strstr(machine_printed(), "pages"))
			fail_msg("printed: %s", machine_printed());
		machine_sleep(1000);
		assert_int_equal(mapped(&bed), 0);
		assert_false(kern_ranges());
		assert_int_equal(bed.b->mapped, 1);
	}
	assert_int_equal(err, 0);
	assert_in_range(n, 76, 80);
	kern_close(fd);
	bed_down(&bed);
}

/* The text of a refusal. */
static void test_words(void **state)
{
	struct displif_create c = { .width = 320, .height = 240, .fourcc = DISPLIF_XRGB8888 };
	struct bed bed;
	int fd;

	(void)state;
	bed_up(&bed, &theirs);
	fd = open_dev();
	machine_fault(HOST_F_MAP, 1, false);
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CREATE, &c), -BSD_ENOMEM);
	if (!strstr(machine_printed(), "no range of 75 pages without memory"))
		fail_msg("printed: %s", machine_printed());
	machine_sleep(100);
	machine_fault(HOST_F_MAP, 68, false);
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CREATE, &c), -BSD_EIO);
	if (!strstr(machine_printed(), "page 66 of 75, reference ") ||
	    !strstr(machine_printed(), " of domain 0, cannot be mapped: undefined error"))
		fail_msg("printed: %s", machine_printed());
	machine_fault(0, 0, false);
	machine_sleep(100);
	/* Paged out: asked for again. */
	machine_fault(HOST_F_EAGAIN, 5, false);
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CREATE, &c), 0);
	assert_int_equal(machine_fault_fired(), 1);
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_DESTROY, &c.handle), 0);
	machine_fault(HOST_F_EAGAIN, 5, true);
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CREATE, &c), -BSD_EIO);
	assert_in_range(machine_fault_fired(), 50, 75 + 50);
	if (!strstr(machine_printed(), "operation not done; try again"))
		fail_msg("printed: %s", machine_printed());
	machine_fault(0, 0, false);
	machine_sleep(100);
	assert_int_equal(mapped(&bed), 0);
	kern_close(fd);
	bed_down(&bed);
}

/* --- a backend that answers yes and fills in what it likes --- */

static uint32_t attack;

static void corrupt(struct bed *bed, const struct displif_back_req *req)
{
	const struct displif_port *port = &bed->b->port;
	uint32_t *dir, gref = req->msg.gref_dir;
	void *va, *map;

	if (req->msg.op != XENDISPL_OP_DBUF_CREATE)
		return;
	assert_int_equal(
		port->ops->map(port->ctx, BED_FRONT, &gref, 1, DISPLIF_PORT_WRITE, &va, &map), 0);
	dir = va;
	switch (attack) {
	case 0: /* fewer */
		dir[PAGES] = 0;
		break;
	case 1: /* none of its grants */
		dir[2] = 0x7fffffff;
		break;
	case 2: /* not one at all */
		dir[1] = UINT32_MAX;
		break;
	case 3: /* a link where none belongs */
		dir[0] = dir[1];
		break;
	case 4: /* the frontend's own */
		dir[3] = gref;
		break;
	case 5: /* one page three times: harmless */
		dir[2] = dir[3] = dir[1];
		break;
	default:
		break;
	}
	assert_int_equal(port->ops->unmap(port->ctx, map), 0);
}

static void test_hostile(void **state)
{
	struct displif_create c;
	struct bed_fb fb;
	struct bed bed;
	int fd, err;

	(void)state;
	for (attack = 0; attack < 6; attack++) {
		bed_up(&bed, &theirs);
		fd = open_dev();
		bed.after = corrupt;
		c = (struct displif_create){ .width = 64,
					     .height = 48,
					     .fourcc = DISPLIF_XRGB8888 };
		err = kern_ioctl(fd, DISPLIF_IOC_CREATE, &c);
		bed.after = NULL;
		if (attack == 5)
			assert_int_equal(err, 0);
		else if (err != -BSD_EIO || !strstr(machine_printed(), "the backend's buffer: "))
			fail_msg("attack %u: error %d; printed: %s", attack, err,
				 machine_printed());
		if (!err) {
			fb.map = kern_mmap(fd, c.offset, SIZE, true, &err);
			bed_paint(fb.map, SIZE, 1);
			kern_munmap(fb.map);
			assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_DESTROY, &c.handle), 0);
		}
		machine_sleep(100);
		assert_int_equal(mapped(&bed), 0);
		assert_false(kern_ranges());
		/* An honest one is served. */
		bed_fb(fd, &fb, 64, 48, 4);
		assert_int_equal(bed_show(fd, 0, fb.c.handle), 0);
		assert_true(bed_shows(&bed, 0, SIZE, 4));
		kern_munmap(fb.map);
		kern_close(fd);
		bed_down(&bed);
	}
}

/* Input or output goes to a page: the backend has its own back at once, the address is used again later. */
static void test_busy(void **state)
{
	struct bed_opts opts = { .be_alloc = true, .vt = KERN_VT_SC };
	struct bed_fb fb;
	struct bed bed;
	void *held, *own;
	uint32_t i;
	int fd;

	(void)state;
	for (i = 0; i < 3; i++) {
		bed_up(&bed, &opts);
		fd = open_dev();
		bed_fb(fd, &fb, 64, 48, 0);
		held = kern_hold(fb.map, 1);
		assert_non_null(held);
		if (i == 0)
			bed_stop(&bed);
		else if (i == 1)
			assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_DESTROY, &fb.c.handle), 0);
		else
			fake_toolstack_remove(bed.w, 0, BED_FRONT, 0);
		machine_sleep(i == 2 ? 10000 : 500);
		assert_int_equal(mapped(&bed), 0);
		assert_true(kern_ranges());
		lost_map(fb.map);
		/* Nor does it matter for a page of ours. */
		own = kern_hold(fb.map, 2);
		kern_munmap(fb.map);
		kern_let_go(own);
		if (i == 2) {
			kern_close(fd);
			bed_kill(&bed);
			assert_int_equal(kern_unload(false), BSD_EBUSY);
			kern_let_go(held);
			/* Whoever looks next. */
			assert_int_equal(kern_unload(false), 0);
			assert_false(kern_ranges());
		} else {
			machine_sleep(5000);
			assert_true(kern_ranges());
			kern_let_go(held);
			machine_sleep(70000);
			assert_false(kern_ranges());
			kern_close(fd);
		}
		bed_down(&bed);
	}
}

/* Xen refuses to unmap: asked again. */
static void test_stuck(void **state)
{
	struct bed_fb fb;
	struct bed bed;
	int fd;

	(void)state;
	bed_up(&bed, &theirs);
	fd = open_dev();
	bed_fb(fd, &fb, 64, 48, 0);
	machine_fault(HOST_F_UNMAP, 2, true);
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_DESTROY, &fb.c.handle), 0);
	machine_sleep(3000);
	assert_int_equal(mapped(&bed), PAGES - 1);
	lost_map(fb.map);
	machine_fault(0, 0, false);
	machine_sleep(70000);
	assert_int_equal(mapped(&bed), 0);
	assert_false(kern_ranges());
	kern_munmap(fb.map);
	kern_close(fd);
	bed_down(&bed);
}

/* The device goes while a program maps; the module must stay until it does not. */
static void test_unplug(void **state)
{
	struct bed_opts opts = { .be_alloc = true, .vt = KERN_VT_SC };
	struct bed_fb fb[2];
	struct bed bed;
	uint32_t i, k;
	int fd;

	(void)state;
	for (k = 0; k < 4; k++) {
		bed_up(&bed, &opts);
		fd = open_dev();
		for (i = 0; i < 2; i++)
			bed_fb(fd, &fb[i], 64, 48, i);
		assert_int_equal(bed_show(fd, 0, fb[0].c.handle), 0);
		bed.b->hold = k & 1;
		assert_int_equal(bed_flip(fd, 0, fb[1].c.handle, 4), 0);
		if (k & 2)
			bed_kill(&bed);
		fake_toolstack_remove(bed.w, 0, BED_FRONT, 0);
		machine_sleep(20000);
		assert_int_equal(kern_attached(), 0);
		assert_int_equal(mapped(&bed), 0);
		assert_false(kern_ranges());
		lost_map(fb[0].map);
		assert_int_equal(kern_unload(false), BSD_EBUSY);
		for (i = 0; i < 2; i++)
			kern_munmap(fb[i].map);
		kern_close(fd);
		if (bed.b)
			bed_kill(&bed);
		bed_down(&bed);
	}
}

static void other_host(void *arg)
{
	struct bed *bed = arg;

	bed_kill(bed);
	fake_toolstack_remove(bed->w, 0, BED_FRONT, 0);
	fake_toolstack_attach(bed->w, 0, BED_FRONT, 0, true, "id0:64x48");
	bed_revive(bed);
}

/* There nothing is mapped: handles of before may be those of others. */
static void test_migrate(void **state)
{
	struct bed_fb fb;
	struct bed bed;
	uint32_t i;
	int fd;

	(void)state;
	bed_up(&bed, &theirs);
	fd = open_dev();
	for (i = 0; i < 4; i++) {
		bed_fb(fd, &fb, 64, 48, i);
		assert_int_equal(bed_show(fd, 0, fb.c.handle), 0);
		if (i == 2) { /* what could not be unmapped before is not mapped there either */
			machine_fault(HOST_F_UNMAP, 1, true);
			assert_int_equal(bed_show(fd, 0, 0), 0);
			assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_DESTROY, &fb.c.handle), 0);
		}
		machine_sleep(100);
		machine_on_sleep(other_host, &bed);
		kern_suspend(false);
		machine_fault(0, 0, false);
		assert_true(bed_wait_generation(&bed, i + 2, 5000));
		machine_sleep(4000);
		assert_int_equal(mapped(&bed), 0);
		assert_false(kern_ranges());
		assert_true(bed_cons_shown(&bed, 1000));
		lost_map(fb.map);
		kern_munmap(fb.map);
	}
	/* One that was called off changes nothing. */
	bed_fb(fd, &fb, 64, 48, 9);
	assert_int_equal(bed_show(fd, 0, fb.c.handle), 0);
	machine_on_sleep(NULL, NULL);
	kern_suspend(true);
	machine_sleep(1000);
	assert_int_equal(mapped(&bed), PAGES);
	assert_int_equal(bed_flip(fd, 0, fb.c.handle, 1), 0);
	assert_int_equal(bed_event(fd, 1000).error, 0);
	assert_true(bed_shows(&bed, 0, SIZE, 9));
	kern_munmap(fb.map);
	kern_close(fd);
	machine_sleep(100);
	assert_int_equal(mapped(&bed), 0);
	bed_down(&bed);
}

/* A backend that refuses: what the frontend is told by it. */
static void test_no(void **state)
{
	struct displif_create c = { .width = 64, .height = 48, .fourcc = DISPLIF_XRGB8888 };
	struct bed bed;
	int fd;

	(void)state;
	bed_up(&bed, &theirs);
	fd = open_dev();
	bed.b->fail_op = XENDISPL_OP_DBUF_CREATE;
	bed.b->fail_status = -13;
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CREATE, &c), -BSD_EIO);
	if (!strstr(machine_printed(), "the backend answered -13"))
		fail_msg("printed: %s", machine_printed());
	bed.b->fail_op = 0;
	assert_int_equal(kern_ioctl(fd, DISPLIF_IOC_CREATE, &c), 0);
	kern_close(fd);
	bed_down(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_picture),	  cmocka_unit_test(test_own_memory),
		cmocka_unit_test(test_destroy),	  cmocka_unit_test(test_backend_gone),
		cmocka_unit_test(test_each_step), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_words),	  cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_busy),	  cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_unplug),	  cmocka_unit_test(test_migrate),
		cmocka_unit_test(test_no),	  cmocka_unit_test(test_partial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
