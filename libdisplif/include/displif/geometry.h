/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Geometry of a buffer: bits per pixel of a format, stride, and whether the
 * picture fits. All arithmetic is checked, in 64 bits, without division.
 */
#ifndef DISPLIF_GEOMETRY_H
#define DISPLIF_GEOMETRY_H

#include "err.h"

DISPLIF_BEGIN_DECLS

/* The largest side of a buffer or mode that the library accepts, in pixels. */
#define DISPLIF_MAX_SIDE 32767u
/* The largest buffer: 1 GiB, so that a page count fits any table of grants. */
#define DISPLIF_MAX_BUFFER 0x40000000u

#define DISPLIF_FOURCC(a, b, c, d) \
	((uint32_t)(a) | ((uint32_t)(b) << 8) | ((uint32_t)(c) << 16) | ((uint32_t)(d) << 24))

/*
 * The protocol has no stride. Frontends round a line of width * bpp bits up to
 * a whole number of bytes, and some of them to a multiple of 4, 8 or more.
 */
enum displif_stride_rule {
	DISPLIF_STRIDE_AUTO = 0,        /* derive it from the buffer's size, else tight */
	DISPLIF_STRIDE_TIGHT = 1,       /* ceil(width * bpp / 8) */
	/* 2, 4, 8 .. 4096: tight, rounded up to a multiple of that many bytes */
};

/* Bits per pixel of a fourcc that the protocol's peers use (8..64), 0 if unknown. Any context. */
DISPLIF_API uint32_t displif_format_bpp(uint32_t fourcc);

/* Number of the formats known to displif_format_bpp(). */
#define DISPLIF_FORMAT_COUNT 13u
/* The @i-th of them, 0 at the end. */
DISPLIF_API uint32_t displif_format_at(uint32_t i);

struct displif_geometry {
	uint32_t width, height; /* pixels, 1 .. DISPLIF_MAX_SIDE */
	uint32_t bpp;           /* bits per pixel, a multiple of 8 from 8 to 64 */
	uint32_t size;          /* bytes of the whole buffer, 1 .. DISPLIF_MAX_BUFFER */
	uint32_t data_ofs;      /* bytes before the first pixel */
	uint32_t rule;          /* enum displif_stride_rule, or a power of two up to 4096 */
};

/*
 * The stride of a picture in a buffer, in bytes.
 *
 * AUTO takes the alignment of 1, 4, 8 .. 256 for which stride * height fills the
 * buffer behind data_ofs to the byte; failing that, the smallest for which
 * data_ofs + stride * height, rounded up to whole pages, is the buffer's size;
 * failing that, tight.
 *
 * Returns 0; RANGE if a field is outside the range above or the last line
 * does not fit: data_ofs + stride * (height - 1) + line > size. *@stride is
 * always written (0 on error). @diag (may be NULL) names the request's field;
 * for a picture that does not fit "buffer_sz", its limit being the bytes needed.
 * Any context.
 */
DISPLIF_API int displif_stride(const struct displif_geometry *g, uint32_t *stride,
			       struct displif_diag *diag);

DISPLIF_END_DECLS

#endif
