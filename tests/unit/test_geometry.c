/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of geometry.c: formats, every stride rule, every limit, and sizes that overflow 32 bits. */
#include "expect.h"

static int stride_of(uint32_t w, uint32_t h, uint32_t bpp, uint32_t size, uint32_t ofs,
		     uint32_t rule, uint32_t *stride, struct displif_diag *diag)
{
	struct displif_geometry g = { w, h, bpp, size, ofs, rule };

	*stride = 77;
	return displif_stride(&g, stride, diag);
}

#define expect_stride(want, w, h, bpp, size, ofs, rule)                                          \
	do {                                                                                     \
		struct displif_diag diag_ = dirty_diag();                                        \
		uint32_t s_;                                                                     \
		assert_int_equal(stride_of((w), (h), (bpp), (size), (ofs), (rule), &s_, &diag_), \
				 0);                                                             \
		assert_int_equal(s_, (want));                                                    \
		expect_untouched(&diag_);                                                        \
	} while (0)

#define expect_bad(field, found, lim, w, h, bpp, size, ofs, rule)                                \
	do {                                                                                     \
		struct displif_diag diag_ = dirty_diag();                                        \
		uint32_t s_;                                                                     \
		assert_int_equal(stride_of((w), (h), (bpp), (size), (ofs), (rule), &s_, &diag_), \
				 DISPLIF_E_RANGE);                                               \
		assert_int_equal(s_, 0);                                                         \
		assert_string_equal(diag_.node, (field));                                        \
		assert_int_equal(diag_.op, DISPLIF_OP_REQUEST);                                  \
		assert_int_equal(diag_.value, (found));                                          \
		assert_int_equal(diag_.limit, (lim));                                            \
		assert_int_equal(stride_of((w), (h), (bpp), (size), (ofs), (rule), &s_, NULL),   \
				 DISPLIF_E_RANGE);                                               \
	} while (0)

static void formats_have_their_sizes(void **state)
{
	static const struct {
		char name[5];
		uint32_t bpp;
	} known[] = {
		{ "XR24", 32 }, { "AR24", 32 }, { "XB24", 32 }, { "AB24", 32 }, { "XR30", 32 },
		{ "RG24", 24 }, { "BG24", 24 }, { "RG16", 16 }, { "XR12", 16 }, { "AR12", 16 },
		{ "XR15", 16 }, { "AR15", 16 }, { "YUYV", 16 },
	};
	uint32_t i, k, found;

	(void)state;
	assert_int_equal(sizeof(known) / sizeof(known[0]), DISPLIF_FORMAT_COUNT);
	for (i = 0; i < DISPLIF_FORMAT_COUNT; i++) {
		const char *n = known[i].name;
		uint32_t fourcc = DISPLIF_FOURCC(n[0], n[1], n[2], n[3]);

		assert_int_equal(displif_format_bpp(fourcc), known[i].bpp);
		for (k = 0, found = 0; k < DISPLIF_FORMAT_COUNT; k++)
			found += displif_format_at(k) == fourcc;
		assert_int_equal(found, 1);
	}
	assert_int_equal(DISPLIF_FOURCC('X', 'R', '2', '4'), 0x34325258);
	assert_int_equal(displif_format_at(DISPLIF_FORMAT_COUNT), 0);
	assert_int_equal(displif_format_at(UINT32_MAX), 0);
	assert_int_equal(displif_format_bpp(0), 0);
	assert_int_equal(displif_format_bpp(DISPLIF_FOURCC('X', 'R', '2', '5')), 0);
	assert_int_equal(displif_format_bpp(UINT32_MAX), 0);
}

static void rules_round_up(void **state)
{
	uint32_t rule;

	(void)state;
	expect_stride(1920 * 4, 1920, 1080, 32, 1920 * 4 * 1080, 0, DISPLIF_STRIDE_TIGHT);
	expect_stride(1366 * 3, 1366, 768, 24, 0x400000, 0, DISPLIF_STRIDE_TIGHT);
	expect_stride(5, 5, 3, 8, 15, 0, DISPLIF_STRIDE_TIGHT);
	expect_stride(6, 5, 3, 8, 17, 0, 2);
	for (rule = 2; rule <= 4096; rule *= 2) {
		expect_stride((1366 * 3 + rule - 1) / rule * rule, 1366, 7, 24, 0x100000, 0, rule);
		expect_stride(rule, 1, 7, 8, 0x100000, 64, rule);
		expect_stride(rule, rule / 2, 7, 16, 0x100000, 64, rule);
	}
	expect_stride(32767 * 8, 32767, 1, 64, 32767 * 8, 0, 1);
	expect_stride(4096, 1, 32767, 8, 32766 * 4096 + 1, 0, 4096);
}

static void the_last_line_needs_no_padding(void **state)
{
	(void)state;
	/* 10 bytes a line, rounded to 16: two lines need 26 bytes, not 32. */
	expect_stride(16, 10, 2, 8, 26, 0, 16);
	expect_bad("buffer_sz", 25, 26, 10, 2, 8, 25, 0, 16);
	expect_stride(16, 10, 2, 8, 90, 64, 16);
	expect_bad("buffer_sz", 89, 90, 10, 2, 8, 89, 64, 16);
	expect_stride(10, 10, 1, 8, 10, 0, 1);
	expect_bad("buffer_sz", 9, 10, 10, 1, 8, 9, 0, 1);
}

static void auto_takes_what_fills_the_buffer(void **state)
{
	uint32_t align;

	(void)state;
	/* To the byte: 1366 * 3 = 4098, odd to every alignment. */
	expect_stride(4098, 1366, 768, 24, 4098 * 768, 0, DISPLIF_STRIDE_AUTO);
	for (align = 4; align <= 256; align *= 2) {
		uint32_t s = (4098 + align - 1) / align * align;

		expect_stride(s, 1366, 768, 24, s * 768, 0, DISPLIF_STRIDE_AUTO);
		expect_stride(s, 1366, 768, 24, s * 768 + 64, 64, DISPLIF_STRIDE_AUTO);
		/* Whole pages; so many lines that no two strides share a size. */
		expect_stride(s, 1366, 2401, 24, (s * 2401 + 4095) & ~4095u, 0,
			      DISPLIF_STRIDE_AUTO);
		expect_stride(s, 1366, 2401, 24, (s * 2401 + 100 + 4095) & ~4095u, 100,
			      DISPLIF_STRIDE_AUTO);
	}
	/* Alignment 2 is nobody's rule: a buffer that only it explains is taken as tight. */
	expect_stride(5, 5, 100, 8, 600, 0, DISPLIF_STRIDE_AUTO);
	/* To the byte before whole pages: 512 lines of 8 bytes, not of 7 in the same page. */
	expect_stride(8, 7, 512, 8, 4096, 0, DISPLIF_STRIDE_AUTO);
	/* Whole pages that several explain: the smallest. */
	expect_stride(7, 7, 10, 8, 4096, 0, DISPLIF_STRIDE_AUTO);
	/* Nothing explains it: tight. A buffer far too large, and one of a page more. */
	expect_stride(4098, 1366, 768, 24, 0x3fffffff, 0, DISPLIF_STRIDE_AUTO);
	expect_stride(1920 * 4, 1920, 1080, 32, 1920 * 4 * 1080 + 4096, 0, DISPLIF_STRIDE_AUTO);
	/* The offset counts: without it the same size would be read as another alignment. */
	expect_stride(4098, 1366, 768, 24, 4098 * 768 + 2 * 768, 2 * 768, DISPLIF_STRIDE_AUTO);
	expect_stride(4100, 1366, 768, 24, 4098 * 768 + 2 * 768, 0, DISPLIF_STRIDE_AUTO);
}

static void fields_out_of_range_are_named(void **state)
{
	const uint32_t max = DISPLIF_MAX_SIDE, big = DISPLIF_MAX_BUFFER;

	(void)state;
	expect_bad("width", 0, max, 0, 1, 32, 4096, 0, 0);
	expect_bad("width", 32768, max, 32768, 1, 32, big, 0, 0);
	expect_bad("width", UINT32_MAX, max, UINT32_MAX, 1, 32, big, 0, 0);
	expect_bad("height", 0, max, 1, 0, 32, 4096, 0, 0);
	expect_bad("height", 32768, max, 1, 32768, 8, big, 0, 0);
	expect_bad("height", UINT32_MAX, max, 1, UINT32_MAX, 8, big, 0, 0);
	expect_bad("bpp", 0, 64, 1, 1, 0, 4096, 0, 0);
	expect_bad("bpp", 7, 64, 1, 1, 7, 4096, 0, 0);
	expect_bad("bpp", 15, 64, 1, 1, 15, 4096, 0, 0);
	expect_bad("bpp", 72, 64, 1, 1, 72, 4096, 0, 0);
	expect_bad("bpp", 0xfffffff8, 64, 1, 1, 0xfffffff8, 4096, 0, 0);
	expect_bad("buffer_sz", 0, big, 1, 1, 32, 0, 0, 0);
	expect_bad("buffer_sz", big + 1, big, 1, 1, 32, big + 1, 0, 0);
	expect_bad("buffer_sz", UINT32_MAX, big, 1, 1, 32, UINT32_MAX, 0, 0);
	expect_bad("data_ofs", 4096, 4095, 1, 1, 32, 4096, 4096, 0);
	expect_bad("data_ofs", 0xfffff000, 4095, 1, 1, 32, 4096, 0xfffff000, 0);
	expect_bad("data_ofs", UINT32_MAX, big - 1, 1, 1, 32, big, UINT32_MAX, 0);
	expect_bad("stride_rule", 3, 4096, 1, 1, 32, 4096, 0, 3);
	expect_bad("stride_rule", 8192, 4096, 1, 1, 32, 4096, 0, 8192);
	expect_bad("stride_rule", UINT32_MAX, 4096, 1, 1, 32, 4096, 0, UINT32_MAX);
	expect_stride(8, 1, 1, 64, 4096, 64, 0);
	expect_stride(4, 1, 1, 32, big, big - 4, 1);
	expect_bad("buffer_sz", big, big + 1, 1, 1, 32, big, big - 3, 1);
}

static void products_do_not_overflow(void **state)
{
	const uint64_t side = DISPLIF_MAX_SIDE;
	struct displif_diag diag;
	uint32_t s;

	(void)state;
	/* 32767 * 32767 * 8 is 8.6e9: its low 32 bits would fit. */
	expect_bad("buffer_sz", DISPLIF_MAX_BUFFER, side * side * 8, 32767, 32767, 64,
		   DISPLIF_MAX_BUFFER, 0, 1);
	expect_bad("buffer_sz", DISPLIF_MAX_BUFFER, side * side * 8, 32767, 32767, 64,
		   DISPLIF_MAX_BUFFER, 0, 0);
	/* 32764 * 8 * 16386 is 2^32 - 64: with the offset its low 32 bits would fit. */
	expect_bad("buffer_sz", 1048576, UINT64_C(32764) * 8 * 16386 + 1000, 32764, 16386, 64,
		   1048576, 1000, 1);
	assert_int_equal(stride_of(1920, 1080, 32, 4096, 0, 0, &s, &diag), DISPLIF_E_RANGE);
	expect_line(&diag, "validating a request: field buffer_sz: value 4096: limit 8294400: "
			   "value out of range");
	assert_int_equal(stride_of(1, 1, 7, 4096, 0, 0, &s, &diag), DISPLIF_E_RANGE);
	expect_line(&diag,
		    "validating a request: field bpp: value 7: limit 64: value out of range");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_have_their_sizes),
		cmocka_unit_test(rules_round_up),
		cmocka_unit_test(the_last_line_needs_no_padding),
		cmocka_unit_test(auto_takes_what_fills_the_buffer),
		cmocka_unit_test(fields_out_of_range_are_named),
		cmocka_unit_test(products_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
