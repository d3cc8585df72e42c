/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Copies and conversions of pictures: memcpy where the formats agree, pixman where not. */
#include "convert.h"

#include <pixman.h>
#include <stdlib.h>
#include <string.h>

#include <displif/geometry.h>

/*
 * pixman demands lines of whole, aligned words. Frontends do not, so a frame that has them not is
 * converted line by line through @line.
 */
struct be_convert_image {
	pixman_image_t *image;
	uint8_t *line; /* NULL: the image lies on the picture itself */
};

static const struct {
	uint32_t fourcc;
	pixman_format_code_t code;
	uint32_t opaque; /* the format without alpha that is laid out alike */
} formats[] = {
#define F(a, b, c, d) DISPLIF_FOURCC(a, b, c, d)
	{ F('X', 'R', '2', '4'), PIXMAN_x8r8g8b8, F('X', 'R', '2', '4') },
	{ F('A', 'R', '2', '4'), PIXMAN_a8r8g8b8, F('X', 'R', '2', '4') },
	{ F('X', 'B', '2', '4'), PIXMAN_x8b8g8r8, F('X', 'B', '2', '4') },
	{ F('A', 'B', '2', '4'), PIXMAN_a8b8g8r8, F('X', 'B', '2', '4') },
	{ F('X', 'R', '3', '0'), PIXMAN_x2r10g10b10, F('X', 'R', '3', '0') },
	{ F('R', 'G', '2', '4'), PIXMAN_r8g8b8, F('R', 'G', '2', '4') },
	{ F('B', 'G', '2', '4'), PIXMAN_b8g8r8, F('B', 'G', '2', '4') },
	{ F('R', 'G', '1', '6'), PIXMAN_r5g6b5, F('R', 'G', '1', '6') },
	{ F('X', 'R', '1', '2'), PIXMAN_x4r4g4b4, F('X', 'R', '1', '2') },
	{ F('A', 'R', '1', '2'), PIXMAN_a4r4g4b4, F('X', 'R', '1', '2') },
	{ F('X', 'R', '1', '5'), PIXMAN_x1r5g5b5, F('X', 'R', '1', '5') },
	{ F('A', 'R', '1', '5'), PIXMAN_a1r5g5b5, F('X', 'R', '1', '5') },
	{ F('Y', 'U', 'Y', 'V'), PIXMAN_yuy2, F('Y', 'U', 'Y', 'V') },
#undef F
};

static int find(uint32_t fourcc)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].fourcc == fourcc)
			return (int)i;
	return -1;
}

bool be_convert_knows(uint32_t format)
{
	return find(format) >= 0;
}

bool be_convert_same(uint32_t from, uint32_t to)
{
	int i = find(from);

	return i >= 0 && (from == to || formats[i].opaque == to);
}

static struct be_convert_image *image_new(uint32_t format, uint32_t width, uint32_t height,
					  const uint8_t *pixels, uint32_t stride)
{
	struct be_convert_image *im = calloc(1, sizeof(*im));
	uint32_t line = (width * displif_format_bpp(format) / 8u + 3u) & ~3u;
	int i = find(format);

	if (!im || i < 0) {
		free(im);
		return NULL;
	}
	if (stride % 4u || (uintptr_t)pixels % 4u || stride < line) {
		im->line = calloc(1, line);
		if (!im->line)
			goto fail;
		pixels = im->line;
		stride = line;
		height = 1;
	}
	/* pixman has no const, it writes to destinations only. */
	im->image = pixman_image_create_bits_no_clear(formats[i].code, (int)width, (int)height,
						      (uint32_t *)(uintptr_t)pixels, (int)stride);
	if (im->image)
		return im;
	free(im->line);
fail:
	free(im);
	return NULL;
}

static void image_free(struct be_convert_image **im)
{
	if (!*im)
		return;
	pixman_image_unref((*im)->image);
	free((*im)->line);
	free(*im);
	*im = NULL;
}

void be_convert_forget_frame(struct be_frame *frame)
{
	image_free(&frame->image);
}

void be_convert_forget_canvas(struct be_canvas *canvas)
{
	image_free(&canvas->image);
}

/*
 * A view is made from other sizes than the two at hand: this is the one check before memory is
 * touched.
 */
static bool clip(const struct be_canvas *c, const struct be_frame *f, struct be_view *v)
{
	if (v->src_x >= f->width || v->src_y >= f->height || v->dst_x >= c->width ||
	    v->dst_y >= c->height)
		return false;
	if (v->width > f->width - v->src_x)
		v->width = f->width - v->src_x;
	if (v->height > f->height - v->src_y)
		v->height = f->height - v->src_y;
	if (v->width > c->width - v->dst_x)
		v->width = c->width - v->dst_x;
	if (v->height > c->height - v->dst_y)
		v->height = c->height - v->dst_y;
	return v->width && v->height;
}

static void copy_lines(const struct be_canvas *c, const struct be_frame *f, const struct be_view *v)
{
	uint32_t bytes = displif_format_bpp(f->format) / 8u;
	const uint8_t *src = f->pixels + (size_t)v->src_y * f->stride + (size_t)v->src_x * bytes;
	uint8_t *dst = c->pixels + (size_t)v->dst_y * c->stride + (size_t)v->dst_x * bytes;
	size_t len = (size_t)v->width * bytes;

	if (len == f->stride && len == c->stride) {
		memcpy(dst, src, len * v->height);
		return;
	}
	for (uint32_t y = 0; y < v->height; y++, src += f->stride, dst += c->stride)
		memcpy(dst, src, len);
}

static void convert(const struct be_canvas *c, const struct be_frame *f, const struct be_view *v)
{
	const struct be_convert_image *from = f->image;
	size_t line = (size_t)f->width * displif_format_bpp(f->format) / 8u;

	if (!from->line) {
		pixman_image_composite32(PIXMAN_OP_SRC, from->image, NULL, c->image->image,
					 (int)v->src_x, (int)v->src_y, 0, 0, (int)v->dst_x,
					 (int)v->dst_y, (int)v->width, (int)v->height);
		return;
	}
	for (uint32_t y = 0; y < v->height; y++) {
		memcpy(from->line, f->pixels + (size_t)(v->src_y + y) * f->stride, line);
		pixman_image_composite32(PIXMAN_OP_SRC, from->image, NULL, c->image->image,
					 (int)v->src_x, 0, 0, 0, (int)v->dst_x, (int)(v->dst_y + y),
					 (int)v->width, 1);
	}
}

bool be_convert_copy(struct be_canvas *canvas, struct be_frame *frame, const struct be_view *view)
{
	struct be_view v = *view;

	if (!clip(canvas, frame, &v))
		return true;
	if (be_convert_same(frame->format, canvas->format)) {
		copy_lines(canvas, frame, &v);
		return true;
	}
	/* Two pixels of YUYV share a colour; pixman would look for the last one's missing half. */
	if (frame->format == BE_YUYV && frame->width % 2u && v.src_x + v.width == frame->width)
		v.width--;
	if (!v.width)
		return true;
	if (!frame->image)
		frame->image = image_new(frame->format, frame->width, frame->height, frame->pixels,
					 frame->stride);
	if (!canvas->image)
		canvas->image = image_new(canvas->format, canvas->width, canvas->height,
					  canvas->pixels, canvas->stride);
	if (!frame->image || !canvas->image)
		return false;
	convert(canvas, frame, &v);
	return true;
}
