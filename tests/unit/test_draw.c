/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of the test card (examples/common/draw.c, draw_format.c): what a comparison relies on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "draw.h"

#define GUARD 0xa5

static uint8_t *bytes_of(const struct draw_surface *s)
{
	return s->pixels;
}

static uint8_t *line_of(const struct draw_surface *s, uint32_t y)
{
	return bytes_of(s) + (size_t)y * s->stride;
}

static size_t size_of(const struct draw_surface *s)
{
	return (size_t)s->stride * s->height;
}

/* A surface with pad bytes behind each line, all bytes GUARD. */
static struct draw_surface surface_new(uint32_t w, uint32_t h, uint32_t fourcc, uint32_t pad)
{
	const struct draw_format *format = draw_format_find(fourcc);
	struct draw_surface s = { .width = w, .height = h, .fourcc = fourcc };

	assert_non_null(format);
	s.stride = w * format->bytes + pad;
	s.pixels = malloc(size_of(&s));
	assert_non_null(s.pixels);
	memset(s.pixels, GUARD, size_of(&s));
	return s;
}

static struct draw_surface card_new(uint32_t w, uint32_t h, uint32_t fourcc, uint32_t seed,
				    uint32_t frame)
{
	struct draw_surface s = surface_new(w, h, fourcc, 0);

	assert_true(draw_card(&s, seed, frame));
	return s;
}

static uint32_t crc32_of(const uint8_t *data, size_t len)
{
	uint32_t crc = 0xffffffff;

	while (len--) {
		crc ^= *data++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static void test_formats_have_the_bytes_of_drm_fourcc(void **state)
{
	/* 0x92b4d6 stored: red 0x92, green 0xb4, blue 0xd6, fill ones; written out by hand. */
	static const struct {
		char name[5];
		uint32_t fourcc, bytes;
		uint8_t stored[4];
		uint32_t loaded;
	} rows[] = {
		{ "XR24", 0x34325258, 4, { 0xd6, 0xb4, 0x92, 0xff }, 0x92b4d6 },
		{ "AR24", 0x34325241, 4, { 0xd6, 0xb4, 0x92, 0xff }, 0x92b4d6 },
		{ "XB24", 0x34324258, 4, { 0x92, 0xb4, 0xd6, 0xff }, 0x92b4d6 },
		{ "AB24", 0x34324241, 4, { 0x92, 0xb4, 0xd6, 0xff }, 0x92b4d6 },
		{ "RG24", 0x34324752, 3, { 0xd6, 0xb4, 0x92 }, 0x92b4d6 },
		{ "BG24", 0x34324742, 3, { 0x92, 0xb4, 0xd6 }, 0x92b4d6 },
		/* 10010 101101 11010 */
		{ "RG16", 0x36314752, 2, { 0xba, 0x95 }, 0x94b6d6 },
		{ "XR12", 0x32315258, 2, { 0xbd, 0xf9 }, 0x99bbdd },
		{ "AR12", 0x32315241, 2, { 0xbd, 0xf9 }, 0x99bbdd },
		/* 1 10010 10110 11010 */
		{ "XR15", 0x35315258, 2, { 0xda, 0xca }, 0x94b5d6 },
		{ "AR15", 0x35315241, 2, { 0xda, 0xca }, 0x94b5d6 },
	};
	size_t n = sizeof(rows) / sizeof(rows[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct draw_format *format = draw_format_find(rows[i].fourcc);
		uint8_t at[5] = { GUARD, GUARD, GUARD, GUARD, GUARD };

		assert_non_null(format);
		assert_string_equal(format->name, rows[i].name);
		assert_int_equal(draw_format_parse(rows[i].name), rows[i].fourcc);
		assert_int_equal(format->bytes, rows[i].bytes);
		draw_pixel_store(format, at, 0x92b4d6);
		assert_memory_equal(at, rows[i].stored, rows[i].bytes);
		assert_int_equal(at[rows[i].bytes], GUARD);
		assert_int_equal(draw_pixel_load(format, at), rows[i].loaded);
		draw_pixel_store(format, at, 0xffffff);
		assert_int_equal(draw_pixel_load(format, at), 0xffffff);
	}
	assert_non_null(draw_format_at(n - 1));
	assert_null(draw_format_at(n));
	assert_int_equal(draw_format_parse("XR2"), 0);
	assert_int_equal(draw_format_parse("XR244"), 0);
	assert_int_equal(draw_format_parse("xr24"), 0);
	assert_int_equal(draw_format_parse(""), 0);
	assert_null(draw_format_find(0));
}

static void test_fill_bits_are_not_read(void **state)
{
	const uint8_t at[4] = { 0x56, 0x34, 0x12, 0x00 };

	(void)state;
	assert_int_equal(draw_pixel_load(draw_format_find(DRAW_ARGB8888), at), 0x123456);
	assert_int_equal(draw_pixel_load(draw_format_find(DRAW_XRGB8888), at), 0x123456);
}

static void test_padding_is_never_touched(void **state)
{
	const struct draw_format *format;

	(void)state;
	for (size_t i = 0; (format = draw_format_at(i)); i++) {
		struct draw_surface s = surface_new(37, 29, format->fourcc, 13);

		assert_true(draw_card(&s, 5, 0));
		assert_true(draw_move(&s, 5, 0, 9));
		for (uint32_t y = 0; y < s.height; y++)
			for (uint32_t i2 = s.stride - 13; i2 < s.stride; i2++)
				assert_int_equal(line_of(&s, y)[i2], GUARD);
		free(s.pixels);
	}
}

/* Each byte of a pixel is written: two backgrounds give the same card. */
static void test_every_pixel_is_drawn(void **state)
{
	const struct draw_format *format;

	(void)state;
	for (size_t i = 0; (format = draw_format_at(i)); i++) {
		struct draw_surface a = surface_new(61, 45, format->fourcc, 0);
		struct draw_surface b = surface_new(61, 45, format->fourcc, 0);

		memset(b.pixels, 0x5a, size_of(&b));
		assert_true(draw_card(&a, 1, 2));
		assert_true(draw_card(&b, 1, 2));
		assert_memory_equal(a.pixels, b.pixels, size_of(&a));
		free(a.pixels);
		free(b.pixels);
	}
}

static void check_move(uint32_t w, uint32_t h, uint32_t fourcc)
{
	static const uint32_t frames[] = { 0, 1, 2, 3, 40, 41, 7, 7, 1000000, UINT32_MAX, 0 };
	struct draw_surface s = card_new(w, h, fourcc, 77, frames[0]);

	for (size_t i = 1; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct draw_surface whole = card_new(w, h, fourcc, 77, frames[i]);

		assert_true(draw_move(&s, 77, frames[i - 1], frames[i]));
		assert_memory_equal(s.pixels, whole.pixels, size_of(&s));
		free(whole.pixels);
	}
	free(s.pixels);
}

static void test_move_equals_a_whole_redraw(void **state)
{
	const struct draw_format *format;

	(void)state;
	for (size_t i = 0; (format = draw_format_at(i)); i++)
		check_move(160, 120, format->fourcc);
	check_move(1, 1, DRAW_XRGB8888);
	check_move(15, 300, DRAW_XRGB8888);
	check_move(16, 16, DRAW_XRGB8888);
	check_move(17, 301, DRAW_RGB565);
	check_move(640, 480, DRAW_XRGB8888);
}

static size_t line_len;

static int compare_lines(const void *a, const void *b)
{
	return memcmp(*(uint8_t *const *)a, *(uint8_t *const *)b, line_len);
}

/* How many of n lines equal another one: after sorting, equal lines are neighbours. */
static size_t equal_lines(uint8_t *data, size_t n, size_t stride, size_t len)
{
	uint8_t **line = malloc(n * sizeof(*line));
	size_t equal = 0;

	assert_non_null(line);
	for (size_t i = 0; i < n; i++)
		line[i] = data + i * stride;
	line_len = len;
	qsort(line, n, sizeof(*line), compare_lines);
	for (size_t i = 1; i < n; i++)
		equal += compare_lines(&line[i - 1], &line[i]) == 0;
	free(line);
	return equal;
}

static size_t equal_lines_of(const struct draw_surface *s)
{
	return equal_lines(s->pixels, s->height, s->stride, s->stride);
}

/* The columns, turned into lines of 0xRRGGBB without the border. */
static size_t equal_columns_of(const struct draw_surface *s)
{
	uint32_t w = s->width - 2, h = s->height - 2;
	uint32_t *turned = malloc((size_t)w * h * sizeof(*turned));
	size_t equal;

	assert_non_null(turned);
	for (uint32_t x = 0; x < w; x++)
		for (uint32_t y = 0; y < h; y++)
			turned[(size_t)x * h + y] = draw_pixel_rgb(s, x + 1, y + 1);
	equal = equal_lines((uint8_t *)turned, w, h * sizeof(*turned), h * sizeof(*turned));
	free(turned);
	return equal;
}

static void test_no_two_lines_are_equal(void **state)
{
	static const struct {
		uint32_t w, h;
	} sizes[] = { { 18, 18 }, { 18, 65535 }, { 64, 48 }, { 640, 480 }, { 1920, 1080 } };
	static const uint32_t seeds[] = { 0, 1, 42, UINT32_MAX };
	const struct draw_format *format;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t j = 0; j < sizeof(seeds) / sizeof(seeds[0]); j++) {
			struct draw_surface s =
				card_new(sizes[i].w, sizes[i].h, DRAW_XRGB8888, seeds[j], 3);

			assert_int_equal(equal_lines_of(&s), 0);
			free(s.pixels);
		}
	for (size_t i = 0; (format = draw_format_at(i)); i++) {
		struct draw_surface s = card_new(18, 4000, format->fourcc, 9, 60);

		assert_int_equal(equal_lines_of(&s), 0);
		free(s.pixels);
	}
}

static void test_no_two_inner_columns_are_equal(void **state)
{
	const struct draw_format *format;

	(void)state;
	for (size_t i = 0; (format = draw_format_at(i)); i++) {
		struct draw_surface s = card_new(4000, 18, format->fourcc, 9, 60);

		assert_int_equal(equal_columns_of(&s), 0);
		free(s.pixels);
	}
}

/* The search itself must find what it looks for. */
static void test_equal_lines_would_be_found(void **state)
{
	struct draw_surface s = card_new(640, 480, DRAW_XRGB8888, 1, 0);

	(void)state;
	memcpy(line_of(&s, 479), line_of(&s, 17), s.stride);
	assert_int_equal(equal_lines_of(&s), 1);
	for (uint32_t y = 0; y < s.height; y++)
		memcpy(line_of(&s, y) + 4, line_of(&s, y) + 2000, 4);
	assert_int_equal(equal_columns_of(&s), 1);
	free(s.pixels);
}

static void test_frames_and_seeds_differ(void **state)
{
	enum { FRAMES = 300, SIDE = 16 };
	struct draw_surface all = surface_new(SIDE, SIDE * FRAMES * 2, DRAW_XRGB4444, 0);
	struct draw_surface one = all;

	(void)state;
	one.height = SIDE;
	for (uint32_t i = 0; i < FRAMES * 2; i++) {
		one.pixels = bytes_of(&all) + i * size_of(&one);
		/* The second half: other seeds, with a frame that the first half has too. */
		assert_true(draw_card(&one, i < FRAMES ? 1 : i, i < FRAMES ? i : 5));
	}
	assert_int_equal(equal_lines(all.pixels, (size_t)FRAMES * 2, size_of(&one), size_of(&one)),
			 0);
	free(all.pixels);
}

static void test_edges_are_plain_and_one_pixel_wide(void **state)
{
	struct draw_surface s = card_new(200, 100, DRAW_XRGB8888, 3, 0);

	(void)state;
	for (uint32_t x = 0; x < 200; x++) {
		assert_int_equal(draw_pixel_rgb(&s, x, 0), 0xffffff);
		assert_int_equal(draw_pixel_rgb(&s, x, 99), 0xffff00);
		assert_int_not_equal(draw_pixel_rgb(&s, x, 1), 0xffffff);
		assert_int_not_equal(draw_pixel_rgb(&s, x, 98), 0xffff00);
	}
	for (uint32_t y = 1; y < 99; y++) {
		assert_int_equal(draw_pixel_rgb(&s, 0, y), 0x00ffff);
		assert_int_equal(draw_pixel_rgb(&s, 199, y), 0xff00ff);
		assert_int_not_equal(draw_pixel_rgb(&s, 1, y), 0x00ffff);
		assert_int_not_equal(draw_pixel_rgb(&s, 198, y), 0xff00ff);
	}
	free(s.pixels);
}

/* The same in every format but for the lost bits: channels are not mixed up anywhere. */
static void test_formats_show_the_same_card(void **state)
{
	struct draw_surface full = card_new(96, 64, DRAW_XRGB8888, 8, 11);
	const struct draw_format *format;

	(void)state;
	for (size_t i = 0; (format = draw_format_at(i)); i++) {
		struct draw_surface s = card_new(96, 64, format->fourcc, 8, 11);
		uint32_t mask = (0xff00u >> format->red.bits & 0xff) << 16 |
				(0xff00u >> format->green.bits & 0xff) << 8 |
				(0xff00u >> format->blue.bits & 0xff);

		for (uint32_t y = 0; y < 64; y++)
			for (uint32_t x = 0; x < 96; x++)
				assert_int_equal(draw_pixel_rgb(&s, x, y) & mask,
						 draw_pixel_rgb(&full, x, y) & mask);
		free(s.pixels);
	}
	free(full.pixels);
}

/* Recorded on x86-64; any machine has to come to the same bytes. */
static void test_bytes_are_as_recorded(void **state)
{
	static const struct {
		uint32_t w, h, fourcc, seed, frame, crc;
	} rows[] = {
		{ 320, 200, DRAW_XRGB8888, 1, 7, 0xfb2a6ada },
		{ 320, 200, DRAW_RGB565, 1, 7, 0x6dfd7e9f },
		{ 321, 199, DRAW_BGR888, 0xdeadbeef, 0xffffffff, 0xa80a1b08 },
		{ 1024, 768, DRAW_XRGB8888, 42, 1000, 0x04c34ff4 },
		{ 1920, 1080, DRAW_ARGB1555, 42, 100000, 0xc1f1caaa },
		{ 7, 5, DRAW_XBGR8888, 0, 0, 0xc3c40a93 },
	};

	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct draw_surface s =
			card_new(rows[i].w, rows[i].h, rows[i].fourcc, rows[i].seed, rows[i].frame);
		uint32_t crc = crc32_of(s.pixels, size_of(&s));

		if (crc != rows[i].crc) {
			print_error("row %zu: crc 0x%08x, recorded 0x%08x\n", i, (unsigned int)crc,
				    (unsigned int)rows[i].crc);
			wrong++;
		}
		free(s.pixels);
	}
	assert_int_equal(wrong, 0);
}

static void test_wrong_surfaces_are_refused(void **state)
{
	uint8_t memory[64], before[64];
	const struct draw_surface good = { memory, 4, 4, 16, DRAW_XRGB8888 };
	struct draw_surface bad[7];

	(void)state;
	for (size_t i = 0; i < 7; i++)
		bad[i] = good;
	bad[0].width = 0;
	bad[1].height = 0;
	bad[2].stride = 15;
	bad[3].fourcc = DRAW_FOURCC('Y', 'U', 'Y', 'V');
	bad[4].pixels = NULL;
	bad[5].height = DRAW_MAX_DIM + 1;
	/* A line that is longer than 32 bits can say. */
	bad[6].width = 0x40000001;
	memset(memory, GUARD, sizeof(memory));
	memcpy(before, memory, sizeof(memory));
	for (size_t i = 0; i < 7; i++) {
		assert_false(draw_surface_valid(&bad[i]));
		assert_false(draw_card(&bad[i], 0, 0));
		assert_false(draw_move(&bad[i], 0, 0, 1));
	}
	assert_memory_equal(memory, before, sizeof(memory));
	assert_true(draw_surface_valid(&good));
	assert_true(draw_card(&good, 0, 0));
	assert_memory_not_equal(memory, before, sizeof(memory));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats_have_the_bytes_of_drm_fourcc),
		cmocka_unit_test(test_fill_bits_are_not_read),
		cmocka_unit_test(test_padding_is_never_touched),
		cmocka_unit_test(test_every_pixel_is_drawn),
		cmocka_unit_test(test_move_equals_a_whole_redraw),
		cmocka_unit_test(test_no_two_lines_are_equal),
		cmocka_unit_test(test_no_two_inner_columns_are_equal),
		cmocka_unit_test(test_equal_lines_would_be_found),
		cmocka_unit_test(test_frames_and_seeds_differ),
		cmocka_unit_test(test_edges_are_plain_and_one_pixel_wide),
		cmocka_unit_test(test_formats_show_the_same_card),
		cmocka_unit_test(test_bytes_are_as_recorded),
		cmocka_unit_test(test_wrong_surfaces_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
