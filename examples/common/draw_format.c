/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Pixel formats of the test card: the table, and storing and loading of one pixel. */
#include "draw.h"

#include <string.h>

static const struct draw_format formats[] = {
	{DRAW_XRGB8888, "XR24", 4, {8, 16}, {8, 8}, {8, 0}, {8, 24}},
	{DRAW_ARGB8888, "AR24", 4, {8, 16}, {8, 8}, {8, 0}, {8, 24}},
	{DRAW_XBGR8888, "XB24", 4, {8, 0}, {8, 8}, {8, 16}, {8, 24}},
	{DRAW_ABGR8888, "AB24", 4, {8, 0}, {8, 8}, {8, 16}, {8, 24}},
	{DRAW_RGB888, "RG24", 3, {8, 16}, {8, 8}, {8, 0}, {0, 0}},
	{DRAW_BGR888, "BG24", 3, {8, 0}, {8, 8}, {8, 16}, {0, 0}},
	{DRAW_RGB565, "RG16", 2, {5, 11}, {6, 5}, {5, 0}, {0, 0}},
	{DRAW_XRGB4444, "XR12", 2, {4, 8}, {4, 4}, {4, 0}, {4, 12}},
	{DRAW_ARGB4444, "AR12", 2, {4, 8}, {4, 4}, {4, 0}, {4, 12}},
	{DRAW_XRGB1555, "XR15", 2, {5, 10}, {5, 5}, {5, 0}, {1, 15}},
	{DRAW_ARGB1555, "AR15", 2, {5, 10}, {5, 5}, {5, 0}, {1, 15}},
};

const struct draw_format *draw_format_at(size_t index)
{
	return index < sizeof(formats) / sizeof(formats[0]) ? &formats[index] : NULL;
}

const struct draw_format *draw_format_find(uint32_t fourcc)
{
	const struct draw_format *format;

	for (size_t i = 0; (format = draw_format_at(i)); i++)
		if (format->fourcc == fourcc)
			return format;
	return NULL;
}

uint32_t draw_format_parse(const char *name)
{
	const struct draw_format *format;

	for (size_t i = 0; (format = draw_format_at(i)); i++)
		if (!strcmp(format->name, name))
			return format->fourcc;
	return 0;
}

static uint32_t pack(struct draw_channel channel, uint32_t value8)
{
	return (value8 >> (8u - channel.bits)) << channel.shift;
}

void draw_pixel_store(const struct draw_format *format, uint8_t *at, uint32_t rgb)
{
	uint32_t v = pack(format->red, (rgb >> 16) & 0xff) |
		     pack(format->green, (rgb >> 8) & 0xff) | pack(format->blue, rgb & 0xff) |
		     pack(format->fill, 0xff);

	at[0] = (uint8_t)v;
	at[1] = (uint8_t)(v >> 8);
	if (format->bytes > 2)
		at[2] = (uint8_t)(v >> 16);
	if (format->bytes > 3)
		at[3] = (uint8_t)(v >> 24);
}

/* 4 bits or more: two copies of the bits are enough to fill 8. */
static uint32_t unpack(struct draw_channel channel, uint32_t pixel)
{
	uint32_t bits = channel.bits;
	uint32_t v = (pixel >> channel.shift) & ((1u << bits) - 1u);

	return (v << (8u - bits)) | (v >> (2u * bits - 8u));
}

uint32_t draw_pixel_load(const struct draw_format *format, const uint8_t *at)
{
	uint32_t v = at[0] | (uint32_t)at[1] << 8;

	if (format->bytes > 2)
		v |= (uint32_t)at[2] << 16;
	if (format->bytes > 3)
		v |= (uint32_t)at[3] << 24;
	return unpack(format->red, v) << 16 | unpack(format->green, v) << 8 |
	       unpack(format->blue, v);
}

bool draw_surface_valid(const struct draw_surface *surface)
{
	const struct draw_format *format = draw_format_find(surface->fourcc);

	return format && surface->pixels && surface->width && surface->height &&
	       surface->width <= DRAW_MAX_DIM && surface->height <= DRAW_MAX_DIM &&
	       surface->stride / format->bytes >= surface->width;
}

uint32_t draw_pixel_rgb(const struct draw_surface *surface, uint32_t x, uint32_t y)
{
	const struct draw_format *format = draw_format_find(surface->fourcc);
	const uint8_t *line = (const uint8_t *)surface->pixels + (size_t)y * surface->stride;

	return draw_pixel_load(format, line + (size_t)x * format->bytes);
}
