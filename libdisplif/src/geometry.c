/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Geometry of a buffer: formats, stride rules, and whether the picture fits. */
#include "priv.h"

/* Alignments that AUTO tries are 1 << shift, these shifts but 1. */
#define AUTO_SHIFTS 9u

static const struct {
	uint32_t fourcc, bpp;
} formats[DISPLIF_FORMAT_COUNT] = {
	{ DISPLIF_FOURCC('X', 'R', '2', '4'), 32 }, { DISPLIF_FOURCC('A', 'R', '2', '4'), 32 },
	{ DISPLIF_FOURCC('X', 'B', '2', '4'), 32 }, { DISPLIF_FOURCC('A', 'B', '2', '4'), 32 },
	{ DISPLIF_FOURCC('X', 'R', '3', '0'), 32 }, { DISPLIF_FOURCC('R', 'G', '2', '4'), 24 },
	{ DISPLIF_FOURCC('B', 'G', '2', '4'), 24 }, { DISPLIF_FOURCC('R', 'G', '1', '6'), 16 },
	{ DISPLIF_FOURCC('X', 'R', '1', '2'), 16 }, { DISPLIF_FOURCC('A', 'R', '1', '2'), 16 },
	{ DISPLIF_FOURCC('X', 'R', '1', '5'), 16 }, { DISPLIF_FOURCC('A', 'R', '1', '5'), 16 },
	{ DISPLIF_FOURCC('Y', 'U', 'Y', 'V'), 16 },
};

uint32_t displif_format_bpp(uint32_t fourcc)
{
	uint32_t i;

	for (i = 0; i < DISPLIF_FORMAT_COUNT; i++)
		if (formats[i].fourcc == fourcc)
			return formats[i].bpp;
	return 0;
}

uint32_t displif_format_at(uint32_t i)
{
	return i < DISPLIF_FORMAT_COUNT ? formats[i].fourcc : 0;
}

static int bad(struct displif_diag *diag, enum displif__node field, uint64_t value, uint64_t limit)
{
	return displif__fail(diag, DISPLIF_E_RANGE, DISPLIF__OF(REQUEST, field), value, limit);
}

/* @mask: an alignment in bytes, a power of two, less one. */
static uint32_t align_line(uint32_t line, uint32_t mask)
{
	return (line + mask) & ~mask;
}

/*
 * The stride that explains the buffer's size: pass 0 to the byte, pass 1 with
 * the rest of the last page. Of several the smallest; none: tight.
 */
static uint32_t guess(const struct displif_geometry *g, uint32_t line)
{
	uint32_t pass, shift;

	for (pass = 0; pass < 2u; pass++) {
		uint32_t slack = pass ? DISPLIF_PAGE_SIZE - 1u : 0;

		for (shift = 0; shift < AUTO_SHIFTS; shift++) {
			uint32_t stride = align_line(line, (1u << shift) - 1u);
			uint64_t end = g->data_ofs + (uint64_t)stride * g->height;

			if (shift != 1u && ((end + slack) & ~(uint64_t)slack) == g->size)
				return stride;
		}
	}
	return line;
}

int displif_stride(const struct displif_geometry *g, uint32_t *stride, struct displif_diag *diag)
{
	uint32_t width = g->width, height = g->height, bpp = g->bpp, rule = g->rule;
	uint32_t line, s;
	uint64_t end;

	*stride = 0;
	if (!width || width > DISPLIF_MAX_SIDE)
		return bad(diag, DISPLIF__WIDTH, width, DISPLIF_MAX_SIDE);
	if (!height || height > DISPLIF_MAX_SIDE)
		return bad(diag, DISPLIF__HEIGHT, height, DISPLIF_MAX_SIDE);
	if (!bpp || bpp > 64u || (bpp & 7u))
		return bad(diag, DISPLIF__BPP, bpp, 64);
	if (!g->size || g->size > DISPLIF_MAX_BUFFER)
		return bad(diag, DISPLIF__BUFFER_SZ, g->size, DISPLIF_MAX_BUFFER);
	if (g->data_ofs >= g->size)
		return bad(diag, DISPLIF__DATA_OFS, g->data_ofs, (uint64_t)g->size - 1u);
	if (rule > 4096u || (rule && (rule & (rule - 1u))))
		return bad(diag, DISPLIF__STRIDE_RULE, rule, 4096);

	line = width * (bpp >> 3);
	s = rule ? align_line(line, rule - 1u) : guess(g, line);
	end = g->data_ofs + (uint64_t)s * (height - 1u) + line;
	if (end > g->size)
		return bad(diag, DISPLIF__BUFFER_SZ, g->size, end);
	*stride = s;
	return 0;
}
