/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * libpixman and libpng, loaded when one of their functions is first called: they and what they
 * bring take a megabyte, and a backend that shows pictures in the screen's own format needs neither.
 *
 * The functions here have the libraries' names and call them; the rest of the program is written as
 * if it was linked with the libraries.
 */
#include <dlfcn.h>
#include <pixman.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

#define PIXMAN "libpixman-1.so.0"
#define PNG "libpng16.so.16"

/* Tries again at each call: someone may install what is missing. */
static void *find(const char *library, const char *name)
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	void *found = handle ? dlsym(handle, name) : NULL;

	if (!found)
		be_limited_error("%s: %s", name, dlerror());
	return found;
}

/* @failed is what the function returns when it is out of memory, too. */
#define LATER(library, type, name, params, args, failed)          \
	type name params                                          \
	{                                                         \
		static __typeof__(name) *real;                    \
		void *found = real ? NULL : find(library, #name); \
                                                                  \
		if (found)                                        \
			memcpy(&real, &found, sizeof(real));      \
		if (!real)                                        \
			return failed;                            \
		return real args;                                 \
	}

#define LATER_VOID(library, name, params, args)                   \
	void name params                                          \
	{                                                         \
		static __typeof__(name) *real;                    \
		void *found = real ? NULL : find(library, #name); \
                                                                  \
		if (found)                                        \
			memcpy(&real, &found, sizeof(real));      \
		if (real)                                         \
			real args;                                \
	}

/* clang-format off: a list */
LATER(PIXMAN, pixman_image_t *, pixman_image_create_bits_no_clear,
      (pixman_format_code_t format, int width, int height, uint32_t *bits, int stride),
      (format, width, height, bits, stride), NULL)
LATER(PIXMAN, pixman_bool_t, pixman_image_unref, (pixman_image_t * image), (image), 0)
LATER_VOID(PIXMAN, pixman_image_composite32,
	   (pixman_op_t op, pixman_image_t *src, pixman_image_t *mask, pixman_image_t *dest,
	    int32_t src_x, int32_t src_y, int32_t mask_x, int32_t mask_y, int32_t dest_x,
	    int32_t dest_y, int32_t width, int32_t height),
	   (op, src, mask, dest, src_x, src_y, mask_x, mask_y, dest_x, dest_y, width, height))

LATER(PNG, png_structp, png_create_write_struct,
      (png_const_charp version, png_voidp arg, png_error_ptr failed, png_error_ptr warned),
      (version, arg, failed, warned), NULL)
LATER(PNG, png_infop, png_create_info_struct, (png_const_structrp png), (png), NULL)
LATER_VOID(PNG, png_destroy_write_struct, (png_structpp png, png_infopp info), (png, info))
LATER(PNG, png_voidp, png_get_error_ptr, (png_const_structrp png), (png), NULL)
LATER(PNG, png_voidp, png_get_io_ptr, (png_const_structrp png), (png), NULL)
LATER(PNG, jmp_buf *, png_set_longjmp_fn, (png_structrp png, png_longjmp_ptr function, size_t size),
      (png, function, size), NULL)
LATER_VOID(PNG, png_set_write_fn,
	   (png_structrp png, png_voidp arg, png_rw_ptr put, png_flush_ptr flush),
	   (png, arg, put, flush))
LATER_VOID(PNG, png_set_compression_level, (png_structrp png, int level), (png, level))
LATER_VOID(PNG, png_set_filter, (png_structrp png, int method, int filters), (png, method, filters))
LATER_VOID(PNG, png_set_IHDR,
	   (png_const_structrp png, png_inforp info, png_uint_32 width, png_uint_32 height,
	    int depth, int colour, int interlace, int compression, int filter),
	   (png, info, width, height, depth, colour, interlace, compression, filter))
LATER_VOID(PNG, png_write_info, (png_structrp png, png_const_inforp info), (png, info))
LATER_VOID(PNG, png_write_row, (png_structrp png, png_const_bytep row), (png, row))
LATER_VOID(PNG, png_write_end, (png_structrp png, png_inforp info), (png, info))

void png_longjmp(png_const_structrp png, int value)
{
	static void (*real)(png_const_structrp png, int value);
	void *found = real ? NULL : find(PNG, "png_longjmp");

	if (found)
		memcpy(&real, &found, sizeof(real));
	if (real)
		real(png, value);
	abort(); /* it is in the library that has called us */
}
