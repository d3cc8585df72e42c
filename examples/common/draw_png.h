/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Write a surface to a PNG file. (Not named png.h: that is the header of libpng.) */
#ifndef EXAMPLES_COMMON_DRAW_PNG_H
#define EXAMPLES_COMMON_DRAW_PNG_H

#include <stddef.h>

#include "draw.h"

/*
 * Write surface to path as 8-bit RGB. The file is written under a temporary name in the same
 * folder and renamed when complete, so path never holds half a picture; on failure path is as it
 * was and the temporary file is gone. Compression is chosen for speed.
 *
 * Returns true, or false with a text in err (err_size bytes, always terminated) that names the
 * file and the reason. Allocates; may block on the disk.
 */
bool draw_png_write(const struct draw_surface *surface, const char *path, char *err,
		    size_t err_size);

#endif
