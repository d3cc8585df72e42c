/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A backend that keeps pages mapped after they were given up: nothing else is ever put there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <mini-os/errno.h>

#include "bed.h"

struct grip {
	struct displif_port port;
	uint8_t *va;
	void *map;
	uint32_t n;
};

/* Maps once more what the backend has of its first buffer, or one page that it knows by a node. */
static void grip_buffer(struct bed *bed, struct grip *g)
{
	const struct end_mem *mem = bed->b->mem;

	while (!mem->used)
		mem++;
	*g = (struct grip){ .port = fake_dom_port(bed->be), .n = mem->pages };
	assert_int_equal(g->port.ops->map(g->port.ctx, BED_FRONT, mem->gref, mem->pages,
					  DISPLIF_PORT_WRITE, (void **)&g->va, &g->map),
			 0);
}

static void grip_node(struct bed *bed, const char *leaf, struct grip *g)
{
	char path[128];
	uint32_t gref;

	snprintf(path, sizeof(path), "/local/domain/1/device/vdispl/0/%s", leaf);
	gref = (uint32_t)fake_xs_num(bed->be, path);
	*g = (struct grip){ .port = fake_dom_port(bed->be), .n = 1 };
	assert_int_equal(g->port.ops->map(g->port.ctx, BED_FRONT, &gref, 1, DISPLIF_PORT_WRITE,
					  (void **)&g->va, &g->map),
			 0);
}

static void let_go(struct grip *g)
{
	assert_int_equal(g->port.ops->unmap(g->port.ctx, g->map), 0);
}

static bool untouched(const struct grip *g)
{
	size_t i;

	for (i = 0; i < (size_t)g->n * 4096 && g->va[i] == 0xee; i++)
		;
	return i == (size_t)g->n * 4096;
}

static uint32_t held(struct bed *bed)
{
	struct displfront_stats stats;

	displfront_stats(bed->dev, &stats);
	return stats.held;
}

static void wait_held(struct bed *bed, uint32_t n, uint32_t ms)
{
	uint32_t i;

	for (i = 0; i < ms && held(bed) != n; i += 100)
		mos_sleep(100);
	assert_int_equal(held(bed), n);
}

static void test_destroyed(void **state)
{
	struct displfront_fb *fb, *other;
	struct displfront_stats stats;
	struct bed bed;
	struct grip g;
	uint32_t i;

	(void)state;
	bed_up(&bed, NULL);
	fb = bed_fb(&bed, 0);
	assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
	grip_buffer(&bed, &g);
	displfront_fb_destroy(bed.dev, fb);
	assert_int_equal(held(&bed), 3);
	assert_int_equal(bed_held(&bed).pages, 2 + 3);
	memset(g.va, 0xee, (size_t)g.n * 4096);
	for (i = 0; i < 5; i++) {
		other = bed_fb(&bed, 0);
		bed_paint(other, 1);
		assert_int_equal(displfront_show(bed.dev, 0, other), 0);
		displfront_fb_destroy(bed.dev, other);
		assert_true(untouched(&g));
	}
	displfront_stats(bed.dev, &stats);
	assert_int_equal(stats.grants, 2 + 3);
	mos_sleep(200000);
	assert_int_equal(held(&bed), 3);
	let_go(&g);
	wait_held(&bed, 0, 65000);
	assert_int_equal(bed_held(&bed).pages, 2);
	assert_int_equal(bed_held(&bed).grants, 2);
	bed_down(&bed);
}

/* It lets go after a second: shutdown_displfront() waits for that. */
static struct grip quick;

static void let_go_quickly(struct bed *bed)
{
	(void)bed;
	let_go(&quick);
}

static void test_shutdown_waits(void **state)
{
	struct displfront_fb *fb;
	struct bed bed;
	uint64_t begin;

	(void)state;
	bed_up(&bed, NULL);
	fb = bed_fb(&bed, 0);
	assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
	grip_buffer(&bed, &quick);
	begin = fake_now(bed.w);
	bed_after(&bed, 1000, let_go_quickly);
	bed_shutdown(&bed);
	assert_in_range(fake_now(bed.w) - begin, 1000, 2000);
	bed_down(&bed);
}

/* It never does: they are counted, outlive the device, and the next one takes them back. */
static void test_outlive(void **state)
{
	struct displfront_fb *fb;
	struct bed bed;
	struct grip g[2];
	uint64_t begin;

	(void)state;
	bed_up(&bed, NULL);
	fb = bed_fb(&bed, 0);
	assert_int_equal(displfront_show(bed.dev, 0, fb), 0);
	grip_buffer(&bed, &g[0]);
	grip_node(&bed, "0/req-ring-ref", &g[1]);
	begin = fake_now(bed.w);
	assert_int_equal(shutdown_displfront(bed.dev), 4);
	assert_in_range(fake_now(bed.w) - begin, 3000, 7000);
	assert_int_equal(bed_held(&bed).pages, 4);
	assert_int_equal(bed_held(&bed).grants, 4);
	assert_int_equal(bed_held(&bed).ports, 0);
	mos_sleep(10);
	assert_int_equal(mos_threads(), 0);
	memset(g[0].va, 0xee, (size_t)g[0].n * 4096);
	bed_init(&bed);
	bed_works(&bed);
	assert_int_equal(held(&bed), 0); /* of this device */
	assert_int_equal(bed_held(&bed).pages, 4 + 2);
	assert_true(untouched(&g[0]));
	let_go(&g[0]);
	mos_sleep(130000);
	assert_int_equal(bed_held(&bed).pages, 1 + 2);
	assert_int_equal(shutdown_displfront(bed.dev), 0);
	let_go(&g[1]);
	/* Once they are free a beginning is enough. */
	bed_init(&bed);
	assert_int_equal(bed_held(&bed).pages, 2);
	assert_int_equal(bed_held(&bed).grants, 2);
	bed_down(&bed);
}

/* What a later backend cannot be let into because an earlier one is still in it waits for that. */
static void test_reconnect(void **state)
{
	struct displfront_fb *fb[2];
	struct bed bed;
	struct grip g;
	uint64_t begin;
	uint32_t i;

	(void)state;
	bed_up(&bed, NULL);
	for (i = 0; i < 2; i++) {
		fb[i] = bed_fb(&bed, 0);
		bed_paint(fb[i], i);
	}
	assert_int_equal(displfront_show(bed.dev, 0, fb[0]), 0);
	grip_buffer(&bed, &g);
	bed_stop(&bed);
	bed_revive(&bed);
	assert_true(bed_wait(&bed, DISPLFRONT_WAITING, 5000));
	assert_true(bed_wait(&bed, DISPLFRONT_CONNECTED, 5000));
	mos_sleep(3000);
	assert_false(fb[0]->lost || fb[1]->lost);
	/* fb[0] is held, fb[1] is not. Neither a mode nor a flip waits for ever. */
	assert_int_equal(bed.b->mapped, 1);
	begin = fake_now(bed.w);
	assert_int_equal(displfront_show(bed.dev, 0, fb[0]), -ETIMEDOUT);
	assert_in_range(fake_now(bed.w) - begin, 9000, 9300);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[0], DISPLFRONT_NOWAIT), -EAGAIN);
	begin = fake_now(bed.w);
	assert_int_equal(displfront_flip(bed.dev, 0, fb[1], 0), -ETIMEDOUT);
	assert_in_range(fake_now(bed.w) - begin, 9000, 9300);
	assert_int_equal(displfront_show(bed.dev, 0, fb[1]), 0);
	assert_true(bed_shows(&bed, 0, fb[1], 1));
	let_go(&g);
	for (i = 0; i < 700 && bed.b->mapped != 2; i++)
		mos_sleep(100);
	assert_int_equal(displfront_show(bed.dev, 0, fb[0]), 0);
	assert_true(bed_shows(&bed, 0, fb[0], 0));
	bed_down(&bed);
}

/* Rings that are kept are not used for the next connection's. */
static void test_rings(void **state)
{
	struct bed bed;
	struct grip g[2];

	(void)state;
	bed_up(&bed, NULL);
	grip_node(&bed, "0/req-ring-ref", &g[0]);
	grip_node(&bed, "0/evt-ring-ref", &g[1]);
	bed_stop(&bed);
	memset(g[0].va, 0xee, 4096);
	memset(g[1].va, 0xee, 4096);
	assert_true(bed_wait(&bed, DISPLFRONT_WAITING, 5000));
	bed_revive(&bed);
	assert_true(bed_wait(&bed, DISPLFRONT_CONNECTED, 5000));
	bed_works(&bed);
	assert_true(untouched(&g[0]));
	assert_true(untouched(&g[1]));
	assert_int_equal(held(&bed), 2);
	let_go(&g[0]);
	let_go(&g[1]);
	wait_held(&bed, 0, 65000);
	bed_down(&bed);
}

/* One that keeps a quarter of all grants is not met again before it lets go. */
static void test_too_many(void **state)
{
	struct displfront_fb *fb;
	struct bed bed;
	struct grip g;

	(void)state;
	bed_up(&bed, NULL);
	assert_int_equal(displfront_fb_create(bed.dev, 1024, 600, DISPLFRONT_XRGB8888, 0, &fb), 0);
	grip_buffer(&bed, &g);
	displfront_fb_destroy(bed.dev, fb);
	assert_int_equal(held(&bed), 600);
	bed_stop(&bed);
	bed_revive(&bed);
	mos_sleep(20000);
	assert_int_equal(displfront_status(bed.dev), DISPLFRONT_WAITING);
	let_go(&g);
	assert_true(bed_wait(&bed, DISPLFRONT_CONNECTED, 130000));
	bed_works(&bed);
	bed_down(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_destroyed), cmocka_unit_test(test_shutdown_waits),
		cmocka_unit_test(test_outlive),	  cmocka_unit_test(test_reconnect),
		cmocka_unit_test(test_rings),	  cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
