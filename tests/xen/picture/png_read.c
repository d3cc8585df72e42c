/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * PNG through libpng, exact values only: 8-bit RGB, or RGBA whose alpha is dropped. No gamma, no
 * palette, no 16 bits: whatever would make libpng compute a pixel is refused.
 */
#include "image.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>

/* All that must survive libpng's longjmp. */
struct reader {
	const char *path;
	FILE *file;
	struct image *image;
	png_structp png;
	png_infop info;
};

static void png_failed(png_structp png, png_const_charp text)
{
	struct reader *r = png_get_error_ptr(png);

	image_fail("%s: libpng: %s", r->path, text);
	png_longjmp(png, 1);
}

static void png_warned(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

/* setjmp returns to here; no local of this function changes after it. */
static bool decode(struct reader *r)
{
	png_structp png = r->png;
	png_infop info = r->info;

	if (setjmp(png_jmpbuf(png)))
		return false;
	png_init_io(png, r->file);
	/* Bad sums are errors here, not warnings. */
	png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
	png_read_info(png, info);
	if (png_get_bit_depth(png, info) != 8 ||
	    (png_get_color_type(png, info) | PNG_COLOR_MASK_ALPHA) != PNG_COLOR_TYPE_RGB_ALPHA)
		return image_fail("%s: %u bits, colour type %u: only 8-bit RGB or RGBA is read",
				  r->path, (unsigned int)png_get_bit_depth(png, info),
				  (unsigned int)png_get_color_type(png, info));
	if (png_get_interlace_type(png, info) != PNG_INTERLACE_NONE)
		return image_fail("%s: interlaced PNG is not read", r->path);
	png_set_strip_alpha(png);
	png_read_update_info(png, info);
	if (!image_alloc(r->image, r->path, png_get_image_width(png, info),
			 png_get_image_height(png, info)))
		return false;
	if (png_get_rowbytes(png, info) != (size_t)r->image->width * 3)
		return image_fail("%s: %zu bytes a line of %u pixels", r->path,
				  (size_t)png_get_rowbytes(png, info), r->image->width);
	for (uint32_t y = 0; y < r->image->height; y++)
		png_read_row(png, r->image->rgb + (size_t)y * r->image->width * 3, NULL);
	png_read_end(png, NULL);
	return true;
}

bool png_read(struct image *image, const char *path, void *stdio_file)
{
	struct reader r = { .path = path, .file = stdio_file, .image = image };
	bool ok;

	*image = (struct image){ 0 };
	r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, png_failed, png_warned);
	r.info = r.png ? png_create_info_struct(r.png) : NULL;
	ok = r.info ? decode(&r) : image_fail("%s: libpng: no memory", path);
	png_destroy_read_struct(&r.png, &r.info, NULL);
	if (!ok) {
		free(image->rgb);
		*image = (struct image){ 0 };
	}
	return ok;
}
