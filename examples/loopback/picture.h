/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Whether a picture file holds the test card that it should. */
#ifndef LB_PICTURE_H
#define LB_PICTURE_H

#include "draw.h"

/*
 * Reads the PNG at @path and compares every pixel with the card of @seed and
 * @frame, drawn anew in memory of its own in the size and format of @like.
 * Returns whether all are equal; what is not is told on stderr.
 */
bool lb_picture_check(const char *path, const struct draw_surface *like, uint32_t seed,
		      uint32_t frame);

#endif
