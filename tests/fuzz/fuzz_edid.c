/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fuzzing of the EDID parser. Input: what to repair, the room for modes, then
 * the EDID. Repairing sets header, version, extension count and checksums
 * right, since random bytes would not come past them.
 */
#include "common.h"

#define REPAIR_HEADER 1u
#define REPAIR_SUMS 2u
#define REPAIR_COUNT 4u
#define REPAIR_CTA 8u
#define REPAIR_SIZE 16u

static void repair(uint8_t *data, uint32_t size, uint8_t how)
{
	static const uint8_t header[8] = { 0, 255, 255, 255, 255, 255, 255, 0 };
	uint32_t k, i, blocks = size / DISPLIF_EDID_BLOCK;

	if (!blocks)
		return;
	if (how & REPAIR_HEADER) {
		memcpy(data, header, sizeof(header));
		data[18] = 1;
	}
	if (how & REPAIR_COUNT)
		data[126] = (uint8_t)(blocks > 256 ? 255 : blocks - 1);
	for (k = 0; k < blocks; k++) {
		uint8_t *block = data + k * DISPLIF_EDID_BLOCK;
		uint32_t sum = 0;

		if (k && how & REPAIR_CTA)
			block[0] = 2;
		for (i = 0; i < DISPLIF_EDID_BLOCK - 1u; i++)
			sum += block[i];
		if (how & REPAIR_SUMS)
			block[DISPLIF_EDID_BLOCK - 1u] = (uint8_t)(256u - (sum & 255u));
	}
}

static void check_detailed(const struct displif_mode *m)
{
	uint64_t rate = (uint64_t)m->clock_khz * 1000000u, total = (uint64_t)m->htotal * m->vtotal;

	CHECK(m->width <= m->hsync_start && m->hsync_start < m->hsync_end &&
	      m->hsync_end <= m->htotal);
	CHECK(m->height <= m->vsync_start && m->vsync_start < m->vsync_end &&
	      m->vsync_end <= m->vtotal);
	CHECK(m->refresh_mhz == (2 * rate + total) / (2 * total));
}

static void check_modes(const struct displif_mode *mode, uint32_t n)
{
	uint32_t i, k;

	for (i = 0; i < n; i++) {
		const struct displif_mode *m = &mode[i];
		bool interlaced = m->flags & DISPLIF_MODE_INTERLACED;

		CHECK(m->width >= 1 && m->width <= 4095);
		CHECK(m->height >= 1 && m->height <= (interlaced ? 8190 : 4095));
		CHECK(m->refresh_mhz >= 1000 && m->refresh_mhz <= 4000000);
		CHECK(m->flags < 16 && (!(m->flags & DISPLIF_MODE_PREFERRED) || i == 0));
		if (m->clock_khz) {
			check_detailed(m);
			/* Detailed timings come first, and the first one is preferred. */
			CHECK(i == 0 ? m->flags & DISPLIF_MODE_PREFERRED : mode[i - 1].clock_khz);
		} else {
			CHECK(!(m->hsync_start | m->hsync_end | m->htotal | m->vsync_start |
				m->vsync_end | m->vtotal));
			CHECK(!(m->flags & ~DISPLIF_MODE_INTERLACED));
		}
		for (k = 0; k < i; k++) {
			const struct displif_mode *o = &mode[k];
			uint32_t d = m->refresh_mhz > o->refresh_mhz ?
					     m->refresh_mhz - o->refresh_mhz :
					     o->refresh_mhz - m->refresh_mhz;

			CHECK(d > 500 || m->width != o->width || m->height != o->height ||
			      ((m->flags ^ o->flags) & DISPLIF_MODE_INTERLACED));
		}
	}
}

static void check_identity(const struct displif_edid *e, uint32_t size)
{
	uint32_t i;

	CHECK(e->vendor[3] == 0 && strlen(e->vendor) == 3);
	for (i = 0; i < 3; i++)
		CHECK((e->vendor[i] >= 'A' && e->vendor[i] <= 'Z') || !strcmp(e->vendor, "???"));
	for (i = 0; i < sizeof(e->name) && e->name[i]; i++)
		CHECK(e->name[i] >= ' ' && e->name[i] <= '~');
	CHECK(i < sizeof(e->name));
	CHECK(e->version == 1 && e->blocks >= 1 && e->blocks <= 256);
	CHECK(e->blocks * DISPLIF_EDID_BLOCK <= size);
}

/* Why an EDID would be refused, by the header's words; 0 if it would not. */
static int judge(const uint8_t *data, uint32_t size)
{
	static const uint8_t header[8] = { 0, 255, 255, 255, 255, 255, 255, 0 };
	uint32_t k, i;

	if (size < 128 || size > 32768 || size % 128)
		return DISPLIF_E_RANGE;
	if (memcmp(data, header, 8) || data[18] != 1)
		return DISPLIF_E_PROTO;
	for (k = 0; k <= data[126]; k++) {
		uint8_t sum = 0;

		if ((k + 1) * 128 > size)
			return DISPLIF_E_RANGE;
		for (i = 0; i < 128; i++)
			sum = (uint8_t)(sum + data[k * 128 + i]);
		if (sum)
			return DISPLIF_E_PROTO;
	}
	return 0;
}

/* Parses with room for @cap modes, which the caller frees. */
static struct displif_mode *parse(const uint8_t *data, uint32_t size, uint32_t cap,
				  struct displif_edid *edid)
{
	struct displif_mode *mode = cap ? exactly(cap * sizeof(*mode)) : NULL;
	struct displif_diag diag = { 0 };
	int ret;

	memset(edid, 0xa5, sizeof(*edid));
	ret = displif_edid_parse(data, size, edid, mode, cap, &diag);
	CHECK(ret == judge(data, size) && diag.err == ret);
	CHECK(edid->n_modes <= cap);
	if (ret)
		CHECK(edid->n_modes == 0 && edid->dropped == 0 && diag.node);
	else
		check_identity(edid, size);
	check_modes(mode, edid->n_modes);
	return mode;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint8_t how = in_u8(&in), cap = in_u8(&in);
	struct displif_mode *mode, *most;
	struct displif_edid edid, big;
	uint32_t n = (uint32_t)in.left, enough;
	uint8_t *copy;

	if (in.left > DISPLIF_EDID_MAX + DISPLIF_EDID_BLOCK)
		return 0;
	if (how & REPAIR_SIZE)
		n = (n + DISPLIF_EDID_BLOCK - 1u) & ~(DISPLIF_EDID_BLOCK - 1u);
	copy = exactly(n);
	if (n)
		in_bytes(&in, copy, n);
	repair(copy, n, how);
	mode = parse(copy, n, cap, &edid);
	/* With room for all: the same ones first, and what was dropped is there. */
	enough = n / 18 + 64;
	most = parse(copy, n, enough, &big);
	CHECK(big.dropped == 0 && big.n_modes >= edid.n_modes);
	CHECK(edid.n_modes == (big.n_modes < cap ? big.n_modes : cap));
	CHECK((edid.dropped > 0) == (big.n_modes > cap));
	CHECK(edid.n_modes == 0 || !memcmp(mode, most, edid.n_modes * sizeof(*mode)));
	free(mode);
	free(most);
	exactly_free(copy, n);
	return 0;
}
