/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A surface to a PNG file through libpng, seen under its name only when it is complete. */
#include "draw_png.h"

#include <errno.h>
#include <fcntl.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the callbacks of libpng need, and all that must survive its longjmp. */
struct writer {
	const struct draw_surface *surface;
	const char *path;
	char *err;
	size_t err_size;
	FILE *file;
	uint8_t *line;
};

static void png_failed(png_structp png, png_const_charp text)
{
	struct writer *w = png_get_error_ptr(png);

	snprintf(w->err, w->err_size, "%s: libpng: %s", w->path, text);
	png_longjmp(png, 1);
}

/* libpng's warnings are about metadata that we do not write. */
static void png_warned(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

/* Our own, since errno is the better text than libpng's "Write Error". */
static void png_put(png_structp png, png_bytep data, size_t len)
{
	struct writer *w = png_get_io_ptr(png);

	errno = 0;
	if (fwrite(data, 1, len, w->file) != len) {
		snprintf(w->err, w->err_size, "%s: write: %s", w->path, strerror(errno));
		png_longjmp(png, 1);
	}
}

static void png_flushed(png_structp png)
{
	(void)png;
}

static void fill_line(struct writer *w, uint32_t y)
{
	const struct draw_format *format = draw_format_find(w->surface->fourcc);
	const uint8_t *at = (const uint8_t *)w->surface->pixels + (size_t)y * w->surface->stride;
	uint8_t *to = w->line;

	for (uint32_t x = 0; x < w->surface->width; x++, at += format->bytes) {
		uint32_t rgb = draw_pixel_load(format, at);

		*to++ = (uint8_t)(rgb >> 16);
		*to++ = (uint8_t)(rgb >> 8);
		*to++ = (uint8_t)rgb;
	}
}

/* The only function that setjmp returns to; no local of it changes after setjmp. */
static bool encode(struct writer *w, png_structp png, png_infop info)
{
	if (setjmp(png_jmpbuf(png)))
		return false;
	png_set_write_fn(png, w, png_put, png_flushed);
	png_set_compression_level(png, 1);
	png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
	png_set_IHDR(png, info, w->surface->width, w->surface->height, 8, PNG_COLOR_TYPE_RGB,
		     PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (uint32_t y = 0; y < w->surface->height; y++) {
		fill_line(w, y);
		png_write_row(png, w->line);
	}
	png_write_end(png, info);
	return true;
}

static bool encode_file(struct writer *w)
{
	png_structp png;
	png_infop info;
	bool ok = false;

	w->line = malloc((size_t)w->surface->width * 3u);
	png = png_create_write_struct(PNG_LIBPNG_VER_STRING, w, png_failed, png_warned);
	info = png ? png_create_info_struct(png) : NULL;
	if (w->line && info)
		ok = encode(w, png, info);
	else
		snprintf(w->err, w->err_size, "%s: no memory for a line of %u pixels", w->path,
			 (unsigned int)w->surface->width);
	png_destroy_write_struct(&png, &info);
	free(w->line);
	return ok;
}

/* A new file beside path; its name goes to *name, to be freed. */
static FILE *open_beside(const char *path, char **name, char *err, size_t err_size)
{
	size_t size = strlen(path) + 48;
	FILE *file = NULL;
	int fd = -1;

	*name = malloc(size);
	if (!*name) {
		snprintf(err, err_size, "%s: no memory for a file name", path);
		return NULL;
	}
	/* A number, since a killed process may have left its file, and pids come back. */
	for (unsigned int i = 0; fd < 0 && i < 100; i++) {
		snprintf(*name, size, "%s.%ld-%u.tmp", path, (long)getpid(), i);
		fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd >= 0) {
		file = fdopen(fd, "wb");
		if (!file) {
			int saved = errno;

			close(fd);
			unlink(*name);
			errno = saved;
		}
	}
	if (!file) {
		snprintf(err, err_size, "%s: create: %s", *name, strerror(errno));
		free(*name);
		*name = NULL;
	}
	return file;
}

bool draw_png_write(const struct draw_surface *surface, const char *path, char *err,
		    size_t err_size)
{
	struct writer w = {.surface = surface, .path = path, .err = err, .err_size = err_size};
	char *name = NULL;
	bool ok;

	if (!draw_surface_valid(surface)) {
		snprintf(err, err_size, "%s: not a surface: %ux%u, stride %u, format 0x%08x", path,
			 (unsigned int)surface->width, (unsigned int)surface->height,
			 (unsigned int)surface->stride, (unsigned int)surface->fourcc);
		return false;
	}
	w.file = open_beside(path, &name, err, err_size);
	if (!w.file)
		return false;
	ok = encode_file(&w);
	/* A full disk may show only here. */
	if (fclose(w.file) && ok) {
		snprintf(err, err_size, "%s: close: %s", name, strerror(errno));
		ok = false;
	}
	if (ok && rename(name, path)) {
		snprintf(err, err_size, "%s: rename from %s: %s", path, name, strerror(errno));
		ok = false;
	}
	if (!ok)
		unlink(name);
	free(name);
	return ok;
}
