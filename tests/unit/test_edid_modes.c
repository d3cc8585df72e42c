/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of edid_modes.c: every kind of timing, impossible ones, duplicates. */
#include "edid_fixture.h"

static void a_detailed_timing(void **state)
{
	(void)state;
	edid_timing(edid_buf + 54, &fhd);
	edid_timing(edid_buf + 90, &hd);
	parse_good(1);
	assert_int_equal(edid.n_modes, 2);
	expect_mode(0, 1920, 1080, 60000,
		    DISPLIF_MODE_PREFERRED | DISPLIF_MODE_HSYNC_POS | DISPLIF_MODE_VSYNC_POS);
	assert_int_equal(mode[0].clock_khz, 148500);
	assert_int_equal(mode[0].hsync_start, 2008);
	assert_int_equal(mode[0].hsync_end, 2052);
	assert_int_equal(mode[0].htotal, 2200);
	assert_int_equal(mode[0].vsync_start, 1084);
	assert_int_equal(mode[0].vsync_end, 1089);
	assert_int_equal(mode[0].vtotal, 1125);
	expect_mode(1, 1280, 720, 60000, DISPLIF_MODE_HSYNC_POS | DISPLIF_MODE_VSYNC_POS);
}

static void every_bit_of_a_timing_counts(void **state)
{
	/* Each high part at its limit. */
	static const struct timing t = { 65535, 4095, 4095, 1023, 1023, 4095, 4095, 63, 63, 0x18 };

	(void)state;
	edid_timing(edid_buf + 54, &t);
	parse_good(1);
	/* 655350000 / (8190 * 8190) = 9.77016.. */
	expect_mode(0, 4095, 4095, 9770, DISPLIF_MODE_PREFERRED);
	assert_int_equal(mode[0].clock_khz, 655350);
	assert_int_equal(mode[0].hsync_start, 5118);
	assert_int_equal(mode[0].hsync_end, 6141);
	assert_int_equal(mode[0].htotal, 8190);
	assert_int_equal(mode[0].vsync_start, 4158);
	assert_int_equal(mode[0].vsync_end, 4221);
	assert_int_equal(mode[0].vtotal, 8190);
}

static void polarities(void **state)
{
	static const struct {
		uint8_t flags;
		uint32_t want;
	} list[] = {
		{ 0x18, 0 },
		{ 0x1a, DISPLIF_MODE_HSYNC_POS },
		{ 0x1c, DISPLIF_MODE_VSYNC_POS },
		{ 0x1e, DISPLIF_MODE_HSYNC_POS | DISPLIF_MODE_VSYNC_POS },
		{ 0x12, DISPLIF_MODE_HSYNC_POS }, /* composite: bit 2 says serration */
		{ 0x14, 0 },
		{ 0x06, 0 }, /* analog */
		{ 0x0e, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct timing t = fhd;

		t.flags = list[i].flags;
		edid_timing(edid_buf + 54, &t);
		parse_good(1);
		expect_mode(0, 1920, 1080, 60000, DISPLIF_MODE_PREFERRED | list[i].want);
	}
}

static void interlaced_modes_are_whole_frames(void **state)
{
	/* 1080i: fields of 540 lines, 562.5 lines each with the blanking. */
	static const struct timing field = { 7425, 1920, 280, 88, 44, 540, 22, 2, 5, 0x9e };
	static const struct timing frame = { 7425, 1920, 280, 88, 44, 1080, 45, 4, 5, 0x1e };
	static const struct timing tall = { 65535, 4095, 100, 10, 10, 4095, 100, 3, 3, 0x98 };

	(void)state;
	edid_timing(edid_buf + 54, &field);
	edid_timing(edid_buf + 72,
		    &frame); /* same size and frame rate, but progressive: another mode */
	edid_timing(edid_buf + 90, &tall);
	parse_good(1);
	assert_int_equal(edid.n_modes, 3);
	expect_mode(0, 1920, 1080, 30000,
		    DISPLIF_MODE_PREFERRED | DISPLIF_MODE_INTERLACED | DISPLIF_MODE_HSYNC_POS |
			    DISPLIF_MODE_VSYNC_POS);
	assert_int_equal(mode[0].vtotal, 1125);
	assert_int_equal(mode[0].vsync_start, 1084);
	assert_int_equal(mode[0].vsync_end, 1094);
	expect_mode(1, 1920, 1080, 30000, DISPLIF_MODE_HSYNC_POS | DISPLIF_MODE_VSYNC_POS);
	assert_int_equal(mode[2].height, 8190);
	assert_int_equal(mode[2].vtotal, 8391);
}

static void refresh_is_exact_to_a_millihertz(void **state)
{
	uint64_t seed = 1;
	uint32_t i, kept = 0;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct timing t = { 0 };
		uint64_t total;

		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		t.clock = (uint32_t)(seed >> 16) & 0xffffu;
		t.w = (uint32_t)(seed >> 32) & 0xfffu;
		t.h = (uint32_t)(seed >> 44) & 0xfffu;
		t.hblank = 1u + ((uint32_t)seed & 0xffu);
		t.vblank = 1u + ((uint32_t)(seed >> 8) & 0xffu);
		t.hsync = t.vsync = 1;
		t.flags = 0x18;
		edid_timing(edid_buf + 54, &t);
		parse_good(1);
		if (!edid.n_modes)
			continue;
		kept++;
		total = (uint64_t)(t.w + t.hblank) * (t.h + t.vblank);
		assert_int_equal(mode[0].refresh_mhz,
				 (t.clock * UINT64_C(10000000) + total / 2) / total);
	}
	assert_true(kept > 15000);
}

static void impossible_timings_are_dropped(void **state)
{
	struct timing bad[16];
	uint32_t n = 0, i;

	(void)state;
	for (i = 0; i < 16; i++)
		bad[i] = fhd;
	bad[n++].w = 0;
	bad[n++].h = 0;
	bad[n++].hsync = 0;
	bad[n++].vsync = 0;
	bad[n++].hblank = 0;
	bad[n++].vblank = 0;
	bad[n++].hblank = 88 + 44 - 1; /* the pulse ends one pixel outside */
	bad[n++].vblank = 4 + 5 - 1;
	bad[n++].hofs = 280; /* begins where the line ends */
	bad[n++].vofs = 45;
	bad[n++].clock = 1; /* 0.004 Hz */
	bad[n].clock = 246; /* 0.99 Hz */
	n++;
	bad[n].w = bad[n].h = 1; /* more than any screen does */
	bad[n].hblank = bad[n].vblank = 2;
	bad[n].hofs = bad[n].vofs = 0;
	bad[n].hsync = bad[n].vsync = 1;
	n++;
	assert_true(n <= 16);
	for (i = 0; i < n; i++) {
		edid_timing(edid_buf + 54, &bad[i]);
		edid_timing(edid_buf + 72, &hd);
		parse_good(1);
		if (edid.n_modes != 1)
			print_error("bad[%u]\n", i);
		assert_int_equal(edid.n_modes, 1);
		/* The first that is left is the preferred one. */
		expect_mode(0, 1280, 720, 60000,
			    DISPLIF_MODE_PREFERRED | DISPLIF_MODE_HSYNC_POS |
				    DISPLIF_MODE_VSYNC_POS);
	}
	/* No clock: not a timing. */
	edid_timing(edid_buf + 54, &fhd);
	edid_buf[54] = edid_buf[55] = 0;
	parse_good(1);
	assert_int_equal(edid.n_modes, 1);
	/* On the limit they are kept: pulse to the last pixel and line, 1 Hz, 3999 Hz. */
	bad[0] = fhd;
	bad[0].hblank = 88 + 44;
	bad[0].vblank = 4 + 5;
	edid_timing(edid_buf + 54, &bad[0]);
	bad[0] = fhd;
	bad[0].clock = 248;
	edid_timing(edid_buf + 72, &bad[0]);
	bad[0] = fhd;
	bad[0].w = bad[0].h = 100;
	bad[0].hblank = 300;
	bad[0].vblank = 300;
	bad[0].clock = 63999; /* 639990000 / 160000 = 3999.9 */
	edid_timing(edid_buf + 90, &bad[0]);
	bad[0].clock = 64000;
	edid_timing(edid_buf + 108, &bad[0]);
	parse_good(1);
	assert_int_equal(edid.n_modes, 3);
	assert_int_equal(mode[1].refresh_mhz, 1002);
	assert_int_equal(mode[2].refresh_mhz, 3999938);
}

static void standard_timings(void **state)
{
	(void)state;
	standard(0, 1920, 0, 60);
	standard(2, 1600, 1, 85);
	standard(4, 1280, 2, 75);
	standard(6, 1920, 3, 123);
	standard(7, 256, 1, 60); /* 01 00..: only 01 01 is unused */
	edid_buf[40] = 0;	 /* reserved */
	parse_good(1);
	assert_int_equal(edid.n_modes, 5);
	expect_plain(0, 1920, 1200, 60000, 0);
	expect_plain(1, 1600, 1200, 85000, 0);
	expect_plain(2, 1280, 1024, 75000, 0);
	expect_plain(3, 1920, 1080, 123000, 0);
	expect_plain(4, 256, 192, 60000, 0);
	/* Before EDID 1.3 aspect 0 was square. */
	edid_buf[19] = 3;
	parse_good(1);
	expect_plain(0, 1920, 1200, 60000, 0);
	edid_buf[19] = 2;
	parse_good(1);
	expect_plain(0, 1920, 1920, 60000, 0);
	/* The largest there is. */
	edid_buf[38] = 255;
	parse_good(1);
	expect_plain(0, 2288, 2288, 60000, 0);
}

static void more_standard_timings_in_a_descriptor(void **state)
{
	uint8_t *d = edid_buf + 54 + 18;

	(void)state;
	standard(0, 1920, 0, 60);
	memset(d, 0, 18);
	d[3] = 0xfa;
	memset(d + 5, 1, 12);
	d[5] = 1600 / 8 - 31;
	d[6] = 1 << 6;
	d[15] = 800 / 8 - 31;
	d[16] = 1 << 6;
	parse_good(1);
	assert_int_equal(edid.n_modes, 3);
	expect_plain(0, 1920, 1200, 60000, 0);
	expect_plain(1, 1600, 1200, 60000, 0);
	expect_plain(2, 800, 600, 60000, 0);
}

static void established_timings(void **state)
{
	static const struct {
		uint32_t w, h, mhz;
	} list[17] = {
		{ 720, 400, 70087 },   { 720, 400, 87850 },  { 640, 480, 59940 },
		{ 640, 480, 66667 },   { 640, 480, 72809 },  { 640, 480, 75000 },
		{ 800, 600, 56250 },   { 800, 600, 60317 },  { 800, 600, 72188 },
		{ 800, 600, 75000 },   { 832, 624, 74551 },  { 1024, 768, 43479 },
		{ 1024, 768, 60004 },  { 1024, 768, 70069 }, { 1024, 768, 75029 },
		{ 1280, 1024, 75025 }, { 1152, 870, 75062 },
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < 17; i++) {
		memset(edid_buf + 35, 0, 3);
		edid_buf[35 + i / 8] = (uint8_t)(0x80 >> i % 8);
		parse_good(1);
		assert_int_equal(edid.n_modes, 1);
		expect_plain(0, list[i].w, list[i].h, list[i].mhz,
			     i == 11 ? DISPLIF_MODE_INTERLACED : 0);
	}
	memset(edid_buf + 35, 0xff, 3); /* the last seven bits are a manufacturer's own */
	parse_good(1);
	assert_int_equal(edid.n_modes, 17);
}

static void order_and_duplicates(void **state)
{
	struct timing t = fhd;

	(void)state;
	edid_buf[35] = 0xff;
	edid_buf[36] = edid_buf[37] = 0xff;
	standard(0, 1920, 3, 60); /* the detailed timing's */
	standard(1, 640, 1, 60);  /* an established one's, 0.06 Hz away */
	standard(2, 640, 1, 73);  /* 0.19 Hz from 72.809 */
	standard(3, 1920, 3, 61); /* 1 Hz away: another */
	edid_timing(edid_buf + 54, &fhd);
	t.clock = 14835; /* 59.94 Hz: the same */
	edid_timing(edid_buf + 72, &t);
	t.clock = 14727; /* 59.503: 0.497 Hz away */
	edid_timing(edid_buf + 90, &t);
	t.clock = 14726; /* 59.499: 0.501 Hz away */
	edid_timing(edid_buf + 108, &t);
	parse_good(1);
	expect_mode(0, 1920, 1080, 60000,
		    DISPLIF_MODE_PREFERRED | DISPLIF_MODE_HSYNC_POS | DISPLIF_MODE_VSYNC_POS);
	expect_mode(1, 1920, 1080, 59499, DISPLIF_MODE_HSYNC_POS | DISPLIF_MODE_VSYNC_POS);
	expect_plain(2, 640, 480, 60000, 0);
	expect_plain(3, 640, 480, 73000, 0);
	expect_plain(4, 1920, 1080, 61000, 0);
	expect_plain(5, 720, 400, 70087, 0);
	assert_int_equal(edid.n_modes, 5 + 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_detailed_timing, setup),
		cmocka_unit_test_setup(every_bit_of_a_timing_counts, setup),
		cmocka_unit_test_setup(polarities, setup),
		cmocka_unit_test_setup(interlaced_modes_are_whole_frames, setup),
		cmocka_unit_test_setup(refresh_is_exact_to_a_millihertz, setup),
		cmocka_unit_test_setup(impossible_timings_are_dropped, setup),
		cmocka_unit_test_setup(standard_timings, setup),
		cmocka_unit_test_setup(more_standard_timings_in_a_descriptor, setup),
		cmocka_unit_test_setup(established_timings, setup),
		cmocka_unit_test_setup(order_and_duplicates, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
