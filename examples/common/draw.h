/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The test card: one seeded picture that every example and test draws, and that any machine can
 * compute again from (seed, frame, size, format) alone.
 *
 * Integer arithmetic only, no allocation, no OS call, no state: the same arguments give the same
 * bytes on every machine. Pixels are stored byte by byte in little-endian order, as the DRM
 * formats demand, whatever the byte order of the CPU.
 *
 * What a comparison can rely on:
 *  - inside the one-pixel border, bit 4 of each colour channel belongs to a texture: green spells
 *    the number of the line, blue that of the column (16 bits, repeated every 16 pixels and xored
 *    with a pattern made from the seed), red is seeded noise. Every format here keeps bit 4. So no
 *    two lines of a card are equal if it is at least DRAW_CODED_MIN wide, nor two inner columns if
 *    it is as high, and any 16 pixels of a line tell which line they are from;
 *  - the moving object carries its frame's number, so two frames differ if the card is at least
 *    DRAW_OBJECT_MIN in both directions. A smaller card has no object.
 */
#ifndef EXAMPLES_COMMON_DRAW_H
#define EXAMPLES_COMMON_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DRAW_FOURCC(a, b, c, d) \
	((uint32_t)(a) | ((uint32_t)(b) << 8) | ((uint32_t)(c) << 16) | ((uint32_t)(d) << 24))

/* The codes of drm_fourcc.h; the 888 names say the order from the highest bit down. */
#define DRAW_XRGB8888 DRAW_FOURCC('X', 'R', '2', '4')
#define DRAW_ARGB8888 DRAW_FOURCC('A', 'R', '2', '4')
#define DRAW_XBGR8888 DRAW_FOURCC('X', 'B', '2', '4')
#define DRAW_ABGR8888 DRAW_FOURCC('A', 'B', '2', '4')
#define DRAW_RGB888   DRAW_FOURCC('R', 'G', '2', '4')
#define DRAW_BGR888   DRAW_FOURCC('B', 'G', '2', '4')
#define DRAW_RGB565   DRAW_FOURCC('R', 'G', '1', '6')
#define DRAW_XRGB4444 DRAW_FOURCC('X', 'R', '1', '2')
#define DRAW_ARGB4444 DRAW_FOURCC('A', 'R', '1', '2')
#define DRAW_XRGB1555 DRAW_FOURCC('X', 'R', '1', '5')
#define DRAW_ARGB1555 DRAW_FOURCC('A', 'R', '1', '5')

#define DRAW_MAX_DIM	65535u /* line and column numbers have 16 bits */
#define DRAW_CODED_MIN	18u    /* 16 coded pixels and the border */
#define DRAW_OBJECT_MIN 16u

/* A picture in memory. stride is in bytes and may hold padding, which is never touched. */
struct draw_surface {
	void *pixels;
	uint32_t width, height, stride, fourcc;
};

/* Where a format keeps its channels; bits and shift count from bit 0 of the little-endian pixel. */
struct draw_channel {
	uint8_t bits, shift;
};

struct draw_format {
	uint32_t fourcc;
	char name[5];
	uint8_t bytes; /* per pixel: 2, 3 or 4 */
	struct draw_channel red, green, blue,
		fill; /* fill: alpha or unused bits, written as ones */
};

/* The format of a code or of a name like "XR24"; NULL if it is none of ours. */
const struct draw_format *draw_format_find(uint32_t fourcc);
/* The fourcc of a name like "XR24", 0 if it is none of ours. */
uint32_t draw_format_parse(const char *name);
/* The index-th format, NULL after the last: to list them in a help text. */
const struct draw_format *draw_format_at(size_t index);

/* Store 0xRRGGBB as one pixel; channels of less than 8 bits keep the highest bits. */
void draw_pixel_store(const struct draw_format *format, uint8_t *at, uint32_t rgb);
/* Read one pixel as 0xRRGGBB; channels of less than 8 bits repeat their bits (5: 43210432). */
uint32_t draw_pixel_load(const struct draw_format *format, const uint8_t *at);

/*
 * Whether the surface can be drawn: known format, 1..DRAW_MAX_DIM pixels each way, a stride that
 * holds a line, pixels not NULL. The memory must be height * stride bytes, the padding of the last
 * line may be missing.
 */
bool draw_surface_valid(const struct draw_surface *surface);

/* Draw the whole card of this seed and frame. False, and nothing drawn, if it is not valid. */
bool draw_card(const struct draw_surface *surface, uint32_t seed, uint32_t frame);

/*
 * Turn a surface that holds the card of frame_old into that of frame_new by repainting only what
 * the object covered and covers. The result equals draw_card(surface, seed, frame_new).
 */
bool draw_move(const struct draw_surface *surface, uint32_t seed, uint32_t frame_old,
	       uint32_t frame_new);

/* The pixel as 0xRRGGBB. The surface must be valid and hold (x, y). */
uint32_t draw_pixel_rgb(const struct draw_surface *surface, uint32_t x, uint32_t y);

#endif
