/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of edid.c: identity, blocks, every error, hostile sizes and content. */
#include "edid_fixture.h"

static void identity(void **state)
{
	(void)state;
	parse_good(1);
	assert_string_equal(edid.vendor, "XEN");
	assert_int_equal(edid.product, 0x1234);
	assert_int_equal(edid.serial, 0xf2345678);
	assert_int_equal(edid.version, 1);
	assert_int_equal(edid.revision, 4);
	assert_string_equal(edid.name, "");
	assert_int_equal(edid.n_modes, 0);
	/* A byte of the vendor that is no letter: 0, 27, 31. */
	edid_buf[8] = 0;
	parse_good(1);
	assert_string_equal(edid.vendor, "???");
	edid_buf[8] = 0x60;
	edid_buf[9] = 0xbb;
	parse_good(1);
	assert_string_equal(edid.vendor, "???");
	edid_buf[8] = 0x7c;
	parse_good(1);
	assert_string_equal(edid.vendor, "???");
	edid_buf[8] = (1u << 2) | (26u >> 3);
	edid_buf[9] = (uint8_t)((26u & 7u) << 5 | 1u);
	parse_good(1);
	assert_string_equal(edid.vendor, "AZA");
}

static void put_name(uint32_t descriptor, const char *name, size_t len)
{
	uint8_t *d = edid_buf + 54u + 18u * descriptor;

	memset(d, 0, 18);
	d[3] = 0xfc;
	memcpy(d + 5, name, len);
}

static void names(void **state)
{
	(void)state;
	put_name(1, "Test card\n   ", 13);
	parse_good(1);
	assert_string_equal(edid.name, "Test card");
	put_name(1, "Thirteen char", 13);
	put_name(3, "another\n", 8);
	parse_good(1);
	assert_string_equal(edid.name, "Thirteen char");
	put_name(1, "a\x1b[2J\x80\x7f\tb\n", 11);
	parse_good(1);
	assert_string_equal(edid.name, "a?[2J???b");
	put_name(1, "ends\0here", 9);
	parse_good(1);
	assert_string_equal(edid.name, "ends");
	put_name(1, "\n", 1);
	parse_good(1);
	assert_string_equal(edid.name, "another");
}

static void extension_blocks(void **state)
{
	uint8_t *ext = edid_buf + EDID_BLOCK;
	struct timing t = hd;
	uint32_t i;

	(void)state;
	edid_base(edid_buf, 3, 2);
	edid_timing(edid_buf + 54, &fhd);
	/* Six timings in a CTA block; the last ends just before the checksum. */
	edid_cta(ext, 4);
	for (i = 0; i < 6; i++) {
		t.w = 1000 + i;
		edid_timing(ext + 4 + 18 * i, &t);
	}
	/* Another block's content is not read, whatever it looks like. */
	edid_cta(ext + EDID_BLOCK, 4);
	ext[EDID_BLOCK] = 0x70;
	t.w = 1111;
	edid_timing(ext + EDID_BLOCK + 4, &t);
	parse_good(3);
	assert_int_equal(edid.n_modes, 7);
	for (i = 0; i < 6; i++)
		assert_int_equal(mode[1 + i].width, 1000 + i);
	assert_int_equal(mode[1].flags & DISPLIF_MODE_PREFERRED, 0);
	/* They begin later: five fit, the sixth would end in the checksum. */
	memmove(ext + 20, ext + 4, 107);
	ext[2] = 20;
	parse_good(3);
	assert_int_equal(edid.n_modes, 6);
	/* Between the timings lies one that is empty. */
	memset(ext + 20 + 18, 0, 18);
	parse_good(3);
	assert_int_equal(edid.n_modes, 5);
}

static void offsets_that_lie(void **state)
{
	uint8_t *ext = edid_buf + EDID_BLOCK;
	uint32_t first, i;

	(void)state;
	edid_base(edid_buf, 3, 1);
	edid_cta(ext, 4);
	for (first = 0; first < 256; first++) {
		memset(ext + 3, 0, EDID_BLOCK - 3);
		ext[2] = (uint8_t)first;
		for (i = 0; i < 6 && first + 18 * (i + 1) <= EDID_BLOCK - 1u; i++) {
			struct timing t = hd;

			t.w = 1000 + i;
			if (first >= 3)
				edid_timing(ext + first + 18 * i, &t);
		}
		parse_good(2);
		/* Below 4 there are none; from 110 on none fits. */
		assert_int_equal(edid.n_modes, first < 4 ? 0 : i);
	}
}

static void without_timings_in_the_base_block(void **state)
{
	(void)state;
	edid_base(edid_buf, 3, 1);
	edid_cta(edid_buf + EDID_BLOCK, 4);
	edid_timing(edid_buf + EDID_BLOCK + 4, &fhd);
	standard(0, 800, 1, 60);
	parse_good(2);
	assert_int_equal(edid.n_modes, 2);
	expect_mode(0, 1920, 1080, 60000,
		    DISPLIF_MODE_PREFERRED | DISPLIF_MODE_HSYNC_POS | DISPLIF_MODE_VSYNC_POS);
	expect_plain(1, 800, 600, 60000, 0);
}

static void two_hundred_and_fifty_six_blocks(void **state)
{
	uint32_t k, i, n = 0;

	(void)state;
	edid_base(edid_buf, 4, 255);
	for (k = 1; k < 256; k++) {
		edid_cta(edid_buf + k * EDID_BLOCK, 4);
		for (i = 0; i < 6; i++) {
			struct timing t = hd;

			t.w = 1000 + n++;
			edid_timing(edid_buf + k * EDID_BLOCK + 4 + 18 * i, &t);
		}
	}
	for (k = 0; k < 256; k++)
		edid_sum(edid_buf + k * EDID_BLOCK);
	assert_int_equal(parse(DISPLIF_EDID_MAX, MODES), 0);
	assert_int_equal(edid.blocks, 256);
	assert_int_equal(edid.n_modes, MODES);
	assert_int_equal(edid.dropped, 255 * 6 - MODES);
	assert_int_equal(mode[MODES - 1].width, 1000 + MODES - 1);
	assert_int_equal(mode[1].flags & DISPLIF_MODE_PREFERRED, 0);
	/* Without any room all are counted. */
	assert_int_equal(parse(DISPLIF_EDID_MAX, 0), 0);
	assert_int_equal(edid.n_modes, 0);
	assert_int_equal(edid.dropped, 255 * 6);
	/* One block less than the count demands, and a bad last block. */
	assert_int_equal(parse(DISPLIF_EDID_MAX - EDID_BLOCK, MODES), DISPLIF_E_RANGE);
	expect_line(&diag,
		    "parsing an EDID: field edid_sz: value 32640: limit 32768: value out of range");
	edid_buf[DISPLIF_EDID_MAX - 1u] ^= 1;
	assert_int_equal(parse(DISPLIF_EDID_MAX, MODES), DISPLIF_E_PROTO);
	assert_int_equal(diag.value, 255);
}

static void room_for_fewer_modes(void **state)
{
	uint32_t cap;

	(void)state;
	edid_timing(edid_buf + 54, &fhd);
	edid_buf[35] = edid_buf[36] = edid_buf[37] = 0xff;
	edid_sum(edid_buf);
	for (cap = 0; cap <= 20; cap++) {
		assert_int_equal(parse(EDID_BLOCK, cap), 0);
		assert_int_equal(edid.n_modes, cap < 18 ? cap : 18);
		assert_int_equal(edid.dropped, 18 - edid.n_modes);
	}
}

/* After an error nothing of the EDID is believed. */
static void expect_empty(void)
{
	struct displif_edid empty = { 0 };

	memcpy(empty.vendor, "???", 4);
	assert_memory_equal(&edid, &empty, sizeof(edid));
}

static void sizes_out_of_range(void **state)
{
	static const uint32_t bad[] = { 0,	   1,	  127,	 129,	255,
					32767,	   32769, 32896, 40000, UINT32_MAX - 127u,
					UINT32_MAX };
	size_t i;

	(void)state;
	edid_sum(edid_buf);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(bad[i], MODES), DISPLIF_E_RANGE);
		assert_int_equal(diag.op, DISPLIF_OP_EDID);
		assert_string_equal(diag.node, "edid_sz");
		assert_int_equal(diag.value, bad[i]);
		assert_int_equal(diag.limit, DISPLIF_EDID_MAX);
		expect_empty();
		assert_int_equal(displif_edid_parse(edid_buf, bad[i], &edid, mode, MODES, NULL),
				 DISPLIF_E_RANGE);
	}
	/* Fewer blocks than counted; more are ignored, their sums too. */
	edid_base(edid_buf, 4, 1);
	edid_sum(edid_buf);
	assert_int_equal(parse(128, MODES), DISPLIF_E_RANGE);
	expect_line(&diag,
		    "parsing an EDID: field edid_sz: value 128: limit 256: value out of range");
	expect_empty();
	edid_buf[256] = 1;
	assert_int_equal(parse(384, MODES), 0);
	assert_int_equal(edid.blocks, 2);
}

static void broken_content_is_refused(void **state)
{
	uint32_t i;

	(void)state;
	edid_base(edid_buf, 4, 1);
	edid_cta(edid_buf + EDID_BLOCK, 4);
	edid_sum(edid_buf);
	edid_sum(edid_buf + EDID_BLOCK);
	assert_int_equal(parse(256, MODES), 0);
	/* Any one bit breaks it: 8 bytes of header, the version, else a sum. */
	for (i = 0; i < 256 * 8; i++) {
		uint8_t bit = (uint8_t)(1u << i % 8);

		if (i / 8 == 126) /* the extension count: judged before its sum by some values */
			continue;
		edid_buf[i / 8] ^= bit;
		assert_int_equal(parse(256, MODES), DISPLIF_E_PROTO);
		assert_int_equal(diag.value, i / 8 / EDID_BLOCK);
		assert_string_equal(diag.node, i / 8 < 8   ? "header" :
					       i / 8 == 18 ? "version" :
							     "checksum");
		expect_empty();
		edid_buf[i / 8] ^= bit;
	}
	edid_buf[200] = 1;
	assert_int_equal(parse(256, MODES), DISPLIF_E_PROTO);
	expect_line(&diag, "parsing an EDID: field checksum: value 1: the peer broke the protocol");
	assert_int_equal(displif_edid_parse(edid_buf, 256, &edid, mode, MODES, NULL),
			 DISPLIF_E_PROTO);
}

/* Random content behind good checksums: whatever comes out keeps the documented ranges. */
static void noise(void **state)
{
	uint64_t seed = 7;
	uint32_t round, i, k;

	(void)state;
	for (round = 0; round < 3000; round++) {
		for (i = 8; i < 3 * EDID_BLOCK; i++) {
			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			edid_buf[i] = (uint8_t)(seed >> 56);
		}
		edid_buf[18] = 1;
		edid_buf[126] = 2;
		edid_buf[128] = round & 1 ? 2 : edid_buf[128];
		edid_buf[256] = round & 2 ? 2 : edid_buf[256];
		for (k = 0; k < 3; k++)
			edid_sum(edid_buf + k * EDID_BLOCK);
		assert_int_equal(parse(3 * EDID_BLOCK, MODES), 0);
		assert_int_equal(edid.dropped, 0);
		for (i = 0; i < edid.n_modes; i++) {
			const struct displif_mode *m = &mode[i];

			assert_in_range(m->width, 1, 4095);
			assert_in_range(m->height, 1,
					m->flags & DISPLIF_MODE_INTERLACED ? 8190 : 4095);
			assert_in_range(m->refresh_mhz, 1000, 4000000);
			assert_int_equal(m->flags & ~15u, 0);
			if (!m->clock_khz)
				continue;
			assert_true(m->width <= m->hsync_start && m->hsync_start < m->hsync_end &&
				    m->hsync_end <= m->htotal);
			assert_true(m->height <= m->vsync_start && m->vsync_start < m->vsync_end &&
				    m->vsync_end <= m->vtotal);
		}
		assert_int_equal(strlen(edid.vendor), 3);
		assert_true(strlen(edid.name) < sizeof(edid.name));
	}
}

/* Each of the three letters by itself: 1 .. 26, nothing else. */
static void vendors(void **state)
{
	uint32_t k, v;

	(void)state;
	for (k = 0; k < 3; k++) {
		for (v = 0; v < 32; v++) {
			uint32_t letter[3] = { 2, 2, 2 }, packed;
			char want[4] = "BBB";

			letter[k] = v;
			packed = letter[0] << 10 | letter[1] << 5 | letter[2];
			edid_buf[8] = (uint8_t)(packed >> 8);
			edid_buf[9] = (uint8_t)packed;
			want[k] = (char)('A' - 1 + (int)v);
			parse_good(1);
			assert_string_equal(edid.vendor, v >= 1 && v <= 26 ? want : "???");
		}
	}
}

/* What has a pixel clock, be it one byte of it, is a timing, and no name lies in it. */
static void timings_are_no_descriptors(void **state)
{
	uint32_t k;

	(void)state;
	for (k = 0; k < 2; k++) {
		setup(NULL);
		put_name(1, "not a name\n", 11);
		edid_buf[54 + 18 + k] = 1;
		parse_good(1);
		assert_string_equal(edid.name, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(identity, setup),
		cmocka_unit_test_setup(names, setup),
		cmocka_unit_test_setup(extension_blocks, setup),
		cmocka_unit_test_setup(offsets_that_lie, setup),
		cmocka_unit_test_setup(without_timings_in_the_base_block, setup),
		cmocka_unit_test_setup(two_hundred_and_fifty_six_blocks, setup),
		cmocka_unit_test_setup(room_for_fewer_modes, setup),
		cmocka_unit_test_setup(sizes_out_of_range, setup),
		cmocka_unit_test_setup(broken_content_is_refused, setup),
		cmocka_unit_test_setup(noise, setup),
		cmocka_unit_test_setup(vendors, setup),
		cmocka_unit_test_setup(timings_are_no_descriptors, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
