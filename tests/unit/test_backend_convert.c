/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of the backend's copies: every format against the drawing code, odd lines, clipping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/mman.h>

#include <displif/geometry.h>

#include "convert.h"
#include "draw.h"

/* Memory that ends at a page that cannot be touched: one byte beyond is a fault. */
struct edge {
	uint8_t *map, *mem;
	size_t len;
};

static struct edge edge_new(size_t size)
{
	struct edge e;
	size_t pages = (size + 4095) & ~(size_t)4095;

	e.len = pages + 4096;
	e.map = mmap(NULL, e.len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(e.map, MAP_FAILED);
	assert_int_equal(mprotect(e.map + pages, 4096, PROT_NONE), 0);
	e.mem = e.map + pages - size;
	return e;
}

static void edge_free(struct edge *e)
{
	munmap(e->map, e->len);
}

static struct be_canvas canvas_new(uint32_t width, uint32_t height, uint32_t format)
{
	struct be_canvas c = { .width = width,
			       .height = height,
			       .format = format,
			       .stride = (width * displif_format_bpp(format) / 8 + 3) & ~3u };

	c.pixels = calloc(height, c.stride);
	assert_non_null(c.pixels);
	return c;
}

static void canvas_free(struct be_canvas *c)
{
	be_convert_forget_canvas(c);
	free(c->pixels);
}

/* Draws a card in @fourcc at the very end of memory, copies it, compares pixel by pixel. */
static void check(uint32_t fourcc, uint32_t width, uint32_t height, uint32_t pad)
{
	uint32_t line = width * displif_format_bpp(fourcc) / 8, stride = line + pad;
	struct edge e = edge_new((size_t)stride * (height - 1) + line);
	struct draw_surface s = { e.mem, width, height, stride, fourcc };
	struct be_frame f = { .pixels = e.mem,
			      .width = width,
			      .height = height,
			      .stride = stride,
			      .format = fourcc };
	struct be_canvas c = canvas_new(width, height, BE_XRGB8888);
	struct draw_surface got = { c.pixels, width, height, c.stride, DRAW_XRGB8888 };
	const struct be_view all = { .width = width, .height = height };

	assert_true(draw_card(&s, 7, 3));
	assert_int_equal(mprotect(e.map, e.len - 4096, PROT_READ), 0);
	assert_true(be_convert_copy(&c, &f, &all));
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			if (draw_pixel_rgb(&got, x, y) != draw_pixel_rgb(&s, x, y))
				fail_msg("%.4s %ux%u+%u: pixel %u,%u is %06x, not %06x",
					 (const char *)&fourcc, width, height, pad, x, y,
					 draw_pixel_rgb(&got, x, y), draw_pixel_rgb(&s, x, y));
	be_convert_forget_frame(&f);
	canvas_free(&c);
	edge_free(&e);
}

static void all_formats(void **state)
{
	const struct draw_format *format;
	size_t n = 0;

	(void)state;
	for (; (format = draw_format_at(n)); n++) {
		assert_true(be_convert_knows(format->fourcc));
		for (uint32_t pad = 0; pad < 5; pad++) {
			check(format->fourcc, 64, 40, pad);
			check(format->fourcc, 61, 17, pad);
		}
		check(format->fourcc, 1, 1, 0);
	}
	assert_int_equal(n, 11);
}

static void knows_what_the_library_knows(void **state)
{
	uint32_t format, n = 0;

	(void)state;
	for (; (format = displif_format_at(n)); n++) {
		assert_true(be_convert_knows(format));
		assert_true(be_convert_same(format, format));
	}
	assert_int_equal(n, DISPLIF_FORMAT_COUNT);
	assert_false(be_convert_knows(DISPLIF_FOURCC('N', 'V', '1', '2')));
	assert_true(be_convert_same(DRAW_ARGB8888, DRAW_XRGB8888));
	assert_false(be_convert_same(DRAW_XRGB8888, DRAW_ARGB8888));
	assert_false(be_convert_same(DRAW_XRGB8888, DRAW_XBGR8888));
}

/* A grey picture of odd width at the end of memory: no read beyond, and grey comes out. */
static void yuyv(void **state)
{
	const uint32_t width = 31, height = 4, stride = 62;
	struct be_view all = { .width = width, .height = height };
	struct edge e;

	(void)state;
	for (uint32_t stride_now = stride; stride_now <= stride + 2; stride_now += 2) {
		struct be_canvas c = canvas_new(width, height, BE_XRGB8888);
		struct be_frame f = {
			.width = width, .height = height, .stride = stride_now, .format = BE_YUYV
		};

		e = edge_new((size_t)stride_now * (height - 1) + stride);
		memset(e.mem, 128, (size_t)stride_now * (height - 1) + stride);
		f.pixels = e.mem;
		assert_true(be_convert_copy(&c, &f, &all));
		for (uint32_t x = 0; x < width - 1; x++) {
			uint32_t p = ((uint32_t *)(void *)c.pixels)[x] & 0xffffff;

			/* luma 128 of 16..235 is 0x82 */
			assert_in_range(p & 255, 0x80, 0x84);
			assert_in_range(p >> 8 & 255, 0x80, 0x84);
			assert_in_range(p >> 16, 0x80, 0x84);
		}
		be_convert_forget_frame(&f);
		canvas_free(&c);
		edge_free(&e);
	}
}

static void to_other_formats(void **state)
{
	uint32_t src[4] = { 0xff0000, 0x00ff00, 0x0000ff, 0xffffff };
	struct be_frame f = { .pixels = (uint8_t *)src,
			      .width = 4,
			      .height = 1,
			      .stride = 16,
			      .format = BE_XRGB8888 };
	struct be_canvas c = canvas_new(4, 1, DRAW_RGB565);
	const struct be_view all = { .width = 4, .height = 1 };
	const uint16_t want[4] = { 0xf800, 0x07e0, 0x001f, 0xffff };

	(void)state;
	assert_true(be_convert_copy(&c, &f, &all));
	assert_memory_equal(c.pixels, want, sizeof(want));
	be_convert_forget_frame(&f);
	canvas_free(&c);
}

/* Views that reach out of the frame or the canvas touch nothing there. */
static void clipped(void **state)
{
	static const struct be_view views[] = {
		{ 0, 0, 0, 0, 100, 100 },
		{ 9, 4, 0, 0, 100, 100 },
		{ 0, 0, 15, 7, 100, 100 },
		{ 3, 3, 9, 6, UINT32_MAX, UINT32_MAX },
		{ 10, 0, 0, 0, 1, 1 },
		{ 0, 5, 0, 0, 1, 1 },
		{ 0, 0, 16, 0, 1, 1 },
		{ 0, 0, 0, 8, 1, 1 },
		{ UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX },
	};
	static const uint32_t formats[] = { DRAW_XRGB8888, DRAW_RGB565 };

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		uint32_t bytes = displif_format_bpp(formats[k]) / 8;
		struct edge from = edge_new(10 * 5 * bytes), to = edge_new(16 * 8 * 4);
		struct be_frame f = { .pixels = from.mem,
				      .width = 10,
				      .height = 5,
				      .stride = 10 * bytes,
				      .format = formats[k] };
		struct be_canvas c = { .pixels = to.mem,
				       .width = 16,
				       .height = 8,
				       .stride = 64,
				       .format = BE_XRGB8888 };

		memset(from.mem, 255, 10 * 5 * bytes);
		for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
			uint32_t *pixel = (uint32_t *)(void *)to.mem;

			memset(to.mem, 0, 16 * 8 * 4);
			assert_true(be_convert_copy(&c, &f, &views[i]));
			for (uint32_t y = 0; y < 8; y++)
				for (uint32_t x = 0; x < 16; x++) {
					const struct be_view *v = &views[i];
					bool in = x >= v->dst_x && y >= v->dst_y &&
						  (uint64_t)v->src_x + (x - v->dst_x) < 10 &&
						  (uint64_t)v->src_y + (y - v->dst_y) < 5 &&
						  x - v->dst_x < v->width &&
						  y - v->dst_y < v->height;

					assert_int_equal(pixel[y * 16 + x] & 0xffffff,
							 in ? 0xffffff : 0);
				}
		}
		be_convert_forget_frame(&f);
		be_convert_forget_canvas(&c);
		edge_free(&from);
		edge_free(&to);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_formats), cmocka_unit_test(knows_what_the_library_knows),
		cmocka_unit_test(yuyv),	       cmocka_unit_test(to_other_formats),
		cmocka_unit_test(clipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
