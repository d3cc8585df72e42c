/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* PPM P6 with 8 bits a channel: a strict reader, and a writer. */
#include "image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

/* The next character, with a comment (# to the end of the line) read as its newline. */
static int next_char(FILE *file)
{
	int c = fgetc(file);

	if (c == '#')
		while (c != '\n' && c != '\r' && c != EOF)
			c = fgetc(file);
	return c;
}

/* Space, digits, and exactly one space after them, as the format wants it before the pixels. */
static bool header_number(FILE *file, const char *path, const char *what, uint32_t *value)
{
	uint32_t sum = 0;
	int c = next_char(file);

	if (!is_space(c))
		return image_fail("%s: no space before the %s", path, what);
	while (is_space(c))
		c = next_char(file);
	if (c < '0' || c > '9')
		return image_fail("%s: the %s is not a number", path, what);
	for (; c >= '0' && c <= '9'; c = next_char(file)) {
		sum = sum * 10u + (uint32_t)(c - '0');
		if (sum > 65535)
			return image_fail("%s: the %s is more than 65535", path, what);
	}
	if (!is_space(c))
		return image_fail("%s: no space after the %s", path, what);
	/* Given back: it is what stands before the next number. */
	ungetc(c, file);
	*value = sum;
	return true;
}

bool ppm_read(struct image *image, const char *path, void *stdio_file)
{
	FILE *file = stdio_file;
	uint32_t w = 0, h = 0, max = 0;
	char magic[2] = "";
	size_t size, len;

	if (fread(magic, 1, 2, file) != 2 || memcmp(magic, "P6", 2) != 0)
		return image_fail("%s: not P6", path);
	if (!header_number(file, path, "width", &w) || !header_number(file, path, "height", &h) ||
	    !header_number(file, path, "highest value", &max))
		return false;
	if (max != 255)
		return image_fail("%s: highest value %u instead of 255", path, max);
	fgetc(file);
	if (!image_alloc(image, path, w, h))
		return false;
	size = (size_t)w * h * 3;
	len = fread(image->rgb, 1, size, file);
	if (len == size && fgetc(file) == EOF && !ferror(file))
		return true;
	if (ferror(file))
		image_fail("%s: read: %s", path, strerror(errno));
	else if (len < size)
		image_fail("%s: ends after %zu of %zu bytes of %ux%u pixels", path, len, size, w,
			   h);
	else
		image_fail("%s: more bytes than the %zu of %ux%u pixels", path, size, w, h);
	free(image->rgb);
	*image = (struct image){ 0 };
	return false;
}

bool ppm_write(const struct image *image, const char *path)
{
	size_t size = (size_t)image->width * image->height * 3;
	FILE *file = fopen(path, "wb");
	bool ok;

	if (!file)
		return image_fail("%s: create: %s", path, strerror(errno));
	ok = fprintf(file, "P6\n%u %u\n255\n", image->width, image->height) > 0 &&
	     fwrite(image->rgb, 1, size, file) == size;
	ok = !fclose(file) && ok;
	return ok || image_fail("%s: write: %s", path, strerror(errno));
}
