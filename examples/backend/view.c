/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Clipping of a framebuffer to its connector. */
#include "view.h"

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

struct be_view be_view_make(uint32_t x, uint32_t y, uint32_t fb_width, uint32_t fb_height,
			    uint32_t width, uint32_t height)
{
	struct be_view v = { 0 };

	if ((uint64_t)x + width <= fb_width && (uint64_t)y + height <= fb_height) {
		v.src_x = x;
		v.src_y = y;
		v.width = width;
		v.height = height;
		return v;
	}
	if (x >= width || y >= height)
		return v;
	v.dst_x = x;
	v.dst_y = y;
	v.width = min_u32(fb_width, width - x);
	v.height = min_u32(fb_height, height - y);
	return v;
}
