/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reading a picture back, and comparing it with the card as it should be. */
#include "picture.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* 8-bit RGB, line after line. The caller frees it. NULL: told. */
static uint8_t *read_png(const char *path, uint32_t width, uint32_t height)
{
	png_image png = { .version = PNG_IMAGE_VERSION };
	uint8_t *rgb = NULL;

	if (!png_image_begin_read_from_file(&png, path)) {
		cli_error("%s: %s", path, png.message);
		return NULL;
	}
	png.format = PNG_FORMAT_RGB;
	if (png.width != width || png.height != height)
		cli_error("%s is %ux%u, not %ux%u", path, png.width, png.height, width, height);
	else
		rgb = malloc(PNG_IMAGE_SIZE(png));
	if (rgb && !png_image_finish_read(&png, NULL, rgb, 0, NULL)) {
		cli_error("%s: %s", path, png.message);
		free(rgb);
		rgb = NULL;
	}
	png_image_free(&png);
	return rgb;
}

static bool compare(const char *path, const uint8_t *rgb, const struct draw_surface *card)
{
	uint32_t x, y, found, expected;

	for (y = 0; y < card->height; y++) {
		for (x = 0; x < card->width; x++, rgb += 3) {
			found = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
			expected = draw_pixel_rgb(card, x, y);
			if (found == expected)
				continue;
			cli_error("%s: pixel %u,%u is %06x, but %06x was drawn", path, x, y, found,
				  expected);
			return false;
		}
	}
	return true;
}

bool lb_picture_check(const char *path, const struct draw_surface *like, uint32_t seed,
		      uint32_t frame)
{
	struct draw_surface card = *like;
	uint8_t *rgb = read_png(path, like->width, like->height);
	bool same = false;

	card.pixels = rgb ? malloc((size_t)card.stride * card.height) : NULL;
	if (card.pixels)
		same = draw_card(&card, seed, frame) && compare(path, rgb, &card);
	else if (rgb)
		cli_error("%s: no memory to compare it", path);
	free(card.pixels);
	free(rgb);
	return same;
}
