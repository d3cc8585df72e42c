/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Copying a part of a guest's framebuffer into memory of ours, converting the
 * pixel format where it differs.
 *
 * No allocation in a copy, but for the first one of a frame whose format differs.
 */
#ifndef BE_CONVERT_H
#define BE_CONVERT_H

#include "output.h"
#include "view.h"

#define BE_XRGB8888 0x34325258u /* "XR24" */
#define BE_YUYV 0x56595559u

/* Where to copy to. pixels is 4-aligned, stride a multiple of 4. */
struct be_canvas {
	uint8_t *pixels;
	uint32_t width, height, stride;
	uint32_t format;		/* any that be_convert_knows() */
	struct be_convert_image *image; /* made when first needed */
};

/* Whether the format can be converted from and to: all of displif_format_at(), but not to YUYV. */
bool be_convert_knows(uint32_t format);
/* Whether pixels of @from can be copied as they are to a picture of @to (alpha becomes unused). */
bool be_convert_same(uint32_t from, uint32_t to);

/*
 * Copies view of @frame into @canvas, clipped to both. Returns false if memory
 * was short, then nothing was copied.
 */
bool be_convert_copy(struct be_canvas *canvas, struct be_frame *frame, const struct be_view *view);

/* Frees what a copy made. NULL inside is fine. */
void be_convert_forget_frame(struct be_frame *frame);
void be_convert_forget_canvas(struct be_canvas *canvas);

#endif
