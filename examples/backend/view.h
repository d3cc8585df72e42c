/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Which part of a framebuffer a connector shows, and where. Pure. */
#ifndef BE_VIEW_H
#define BE_VIEW_H

#include <stdint.h>

/* Pixels. width or height 0: nothing is visible. */
struct be_view {
	uint32_t src_x, src_y; /* in the framebuffer */
	uint32_t dst_x, dst_y; /* on the connector */
	uint32_t width, height;
};

/*
 * The view for SET_CONFIG's @x and @y: where the framebuffer (fb_width x
 * fb_height) lies on the connector (width x height), clipped to it.
 *
 * Linux's frontend means it the other way round: where the connector lies in a
 * larger framebuffer, as when one framebuffer spans two connectors. The two cannot be
 * mixed up: such a framebuffer covers the whole connector from x, y on.
 */
struct be_view be_view_make(uint32_t x, uint32_t y, uint32_t fb_width, uint32_t fb_height,
			    uint32_t width, uint32_t height);

#endif
