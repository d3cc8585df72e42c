/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Composing EDIDs for tests: blocks, detailed timings, checksums. */
#ifndef TESTS_UNIT_EDID_MAKE_H
#define TESTS_UNIT_EDID_MAKE_H

#include <stdint.h>
#include <string.h>

#define EDID_BLOCK 128u

/* A detailed timing in the terms of the standard. */
struct timing {
	uint32_t clock; /* 10 kHz */
	uint32_t w, hblank, hofs, hsync;
	uint32_t h, vblank, vofs, vsync;
	uint8_t flags;
};

static inline void edid_timing(uint8_t *d, const struct timing *t)
{
	memset(d, 0, 18);
	d[0] = (uint8_t)t->clock;
	d[1] = (uint8_t)(t->clock >> 8);
	d[2] = (uint8_t)t->w;
	d[3] = (uint8_t)t->hblank;
	d[4] = (uint8_t)((t->w >> 8) << 4 | t->hblank >> 8);
	d[5] = (uint8_t)t->h;
	d[6] = (uint8_t)t->vblank;
	d[7] = (uint8_t)((t->h >> 8) << 4 | t->vblank >> 8);
	d[8] = (uint8_t)t->hofs;
	d[9] = (uint8_t)t->hsync;
	d[10] = (uint8_t)((t->vofs & 15u) << 4 | (t->vsync & 15u));
	d[11] = (uint8_t)((t->hofs >> 8) << 6 | (t->hsync >> 8) << 4 | (t->vofs >> 4) << 2 |
			  t->vsync >> 4);
	d[17] = t->flags;
}

static inline void edid_sum(uint8_t *block)
{
	uint32_t sum = 0, i;

	for (i = 0; i < EDID_BLOCK - 1u; i++)
		sum += block[i];
	block[EDID_BLOCK - 1u] = (uint8_t)(256u - (sum & 255u));
}

/* A base block without any mode, version 1.@revision. Without its checksum. */
static inline void edid_base(uint8_t *block, uint8_t revision, uint8_t extensions)
{
	static const uint8_t header[8] = { 0, 255, 255, 255, 255, 255, 255, 0 };
	uint32_t i;

	memset(block, 0, EDID_BLOCK);
	memcpy(block, header, sizeof(header));
	block[8] = 0x60; /* "XEN": 24, 5, 14 */
	block[9] = 0xae;
	block[10] = 0x34;
	block[11] = 0x12;
	block[12] = 0x78;
	block[13] = 0x56;
	block[14] = 0x34;
	block[15] = 0xf2;
	block[18] = 1;
	block[19] = revision;
	block[20] = 0x80;
	for (i = 38; i < 54; i++)
		block[i] = 1;
	for (i = 54; i < 126; i += 18)
		block[i + 3] = 0x10; /* dummy descriptor */
	block[126] = extensions;
}

/* A CTA-861 block whose detailed timings begin at @first. Without its checksum. */
static inline void edid_cta(uint8_t *block, uint8_t first)
{
	memset(block, 0, EDID_BLOCK);
	block[0] = 2;
	block[1] = 3;
	block[2] = first;
}

#endif
