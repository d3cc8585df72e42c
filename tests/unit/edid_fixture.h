/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the tests of both halves of the EDID parser share: one EDID, its parsing, checks of modes. */
#ifndef TESTS_UNIT_EDID_FIXTURE_H
#define TESTS_UNIT_EDID_FIXTURE_H

#include "edid_make.h"
#include "expect.h"

#define MODES 64u

static const struct timing fhd = { 14850, 1920, 280, 88, 44, 1080, 45, 4, 5, 0x1e };
static const struct timing hd = { 7425, 1280, 370, 110, 40, 720, 30, 5, 5, 0x1e };

static uint8_t edid_buf[DISPLIF_EDID_MAX];
static struct displif_edid edid;
static struct displif_mode mode[MODES];
static struct displif_diag diag;

/* Parses @size bytes in memory of exactly that size, with room for @cap modes. */
static inline int parse(uint32_t size, uint32_t cap)
{
	uint8_t *data = exactly(edid_buf, size <= sizeof(edid_buf) ? size : 1u);
	struct displif_mode *room = cap ? malloc(cap * sizeof(*room)) : NULL;
	int ret;

	memset(&edid, 0xa5, sizeof(edid));
	memset(mode, 0, sizeof(mode));
	diag = dirty_diag();
	ret = displif_edid_parse(data, size, &edid, room, cap, &diag);
	assert_true(edid.n_modes <= cap);
	if (room && edid.n_modes)
		memcpy(mode, room, edid.n_modes * sizeof(*room));
	free(room);
	free(data);
	return ret;
}

/* Sums the first @blocks blocks up and parses them. */
static inline void parse_good(uint32_t blocks)
{
	uint32_t k;

	for (k = 0; k < blocks; k++)
		edid_sum(edid_buf + k * EDID_BLOCK);
	assert_int_equal(parse(blocks * EDID_BLOCK, MODES), 0);
	expect_untouched(&diag);
	assert_int_equal(edid.blocks, blocks);
	assert_int_equal(edid.dropped, 0);
}

static inline void expect_mode(uint32_t i, uint32_t w, uint32_t h, uint32_t mhz, uint32_t flags)
{
	assert_true(i < edid.n_modes);
	assert_int_equal(mode[i].width, w);
	assert_int_equal(mode[i].height, h);
	assert_int_equal(mode[i].refresh_mhz, mhz);
	assert_int_equal(mode[i].flags, flags);
}

/* A mode that has only size and refresh. */
static inline void expect_plain(uint32_t i, uint32_t w, uint32_t h, uint32_t mhz, uint32_t flags)
{
	expect_mode(i, w, h, mhz, flags);
	assert_int_equal(mode[i].clock_khz, 0);
	assert_int_equal(mode[i].hsync_start | mode[i].hsync_end | mode[i].htotal, 0);
	assert_int_equal(mode[i].vsync_start | mode[i].vsync_end | mode[i].vtotal, 0);
}

static inline int setup(void **state)
{
	(void)state;
	memset(edid_buf, 0, sizeof(edid_buf));
	edid_base(edid_buf, 4, 0);
	return 0;
}

static inline void standard(uint32_t i, uint32_t width, uint32_t aspect, uint32_t hz)
{
	edid_buf[38 + 2 * i] = (uint8_t)(width / 8u - 31u);
	edid_buf[39 + 2 * i] = (uint8_t)(aspect << 6 | (hz - 60u));
}

#endif
