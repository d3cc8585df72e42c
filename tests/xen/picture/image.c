/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Pictures in memory: allocation, errors, and which reader a file needs. */
#include "image.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char image_error[512];

bool image_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(image_error, sizeof(image_error), fmt, args);
	va_end(args);
	return false;
}

bool image_alloc(struct image *image, const char *name, uint32_t width, uint32_t height)
{
	*image = (struct image){ 0 };
	if (!width || !height || width > IMAGE_MAX_DIM || height > IMAGE_MAX_DIM)
		return image_fail("%s: size %ux%u is not from 1x1 to %ux%u", name, width, height,
				  IMAGE_MAX_DIM, IMAGE_MAX_DIM);
	image->rgb = malloc((size_t)width * height * 3);
	if (!image->rgb)
		return image_fail("%s: no memory for %ux%u pixels", name, width, height);
	image->width = width;
	image->height = height;
	return true;
}

bool image_read(struct image *image, const char *path)
{
	static const uint8_t png_start[4] = { 0x89, 'P', 'N', 'G' };
	uint8_t start[4] = { 0 };
	FILE *file = fopen(path, "rb");
	size_t len;
	bool ok;

	*image = (struct image){ 0 };
	if (!file)
		return image_fail("%s: open: %s", path, strerror(errno));
	len = fread(start, 1, sizeof(start), file);
	if (ferror(file))
		ok = image_fail("%s: read: %s", path, strerror(errno));
	else if (fseek(file, 0, SEEK_SET))
		ok = image_fail("%s: seek: %s", path, strerror(errno));
	else if (len == 4 && !memcmp(start, png_start, 4))
		ok = png_read(image, path, file);
	else if (len >= 2 && start[0] == 'P' && start[1] == '6')
		ok = ppm_read(image, path, file);
	else
		ok = image_fail("%s: neither PPM (P6) nor PNG", path);
	fclose(file);
	return ok;
}

bool image_from_surface(struct image *image, const struct draw_surface *surface)
{
	uint8_t *to;

	if (!image_alloc(image, "surface", surface->width, surface->height))
		return false;
	to = image->rgb;
	for (uint32_t y = 0; y < surface->height; y++)
		for (uint32_t x = 0; x < surface->width; x++, to += 3) {
			uint32_t rgb = draw_pixel_rgb(surface, x, y);

			to[0] = (uint8_t)(rgb >> 16);
			to[1] = (uint8_t)(rgb >> 8);
			to[2] = (uint8_t)rgb;
		}
	return true;
}
