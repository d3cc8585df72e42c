/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Pictures in memory as 8-bit RGB, read from PPM or PNG files. */
#ifndef TESTS_XEN_PICTURE_IMAGE_H
#define TESTS_XEN_PICTURE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "draw.h"

#define IMAGE_MAX_DIM 16384u

struct image {
	uint32_t width, height;
	uint8_t *rgb; /* 3 bytes a pixel, no padding; from malloc, freed by the caller */
};

/* Text of the last failure of any function here or in ppm.c, png_read.c: names file and reason. */
extern char image_error[512];

/* Print into image_error; always false, so that a caller can return it. */
bool image_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Memory for width x height, each 1 to IMAGE_MAX_DIM; name is for the error's text. */
bool image_alloc(struct image *image, const char *name, uint32_t width, uint32_t height);

/* Read a file; its first bytes tell PPM from PNG. Anything that is not exact is refused. */
bool image_read(struct image *image, const char *path);

/* The image of this surface, as a screen would show it. */
bool image_from_surface(struct image *image, const struct draw_surface *surface);

/* In ppm.c and png_read.c: read the whole of an open file. image->rgb is NULL on failure. */
bool ppm_read(struct image *image, const char *path, void *stdio_file);
bool png_read(struct image *image, const char *path, void *stdio_file);
bool ppm_write(const struct image *image, const char *path);

#endif
