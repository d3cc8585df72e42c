/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Compare a picture with the card that (seed, frame, size, format) stand for. */
#ifndef TESTS_XEN_PICTURE_COMPARE_H
#define TESTS_XEN_PICTURE_COMPARE_H

#include "image.h"

/* What the picture has to be. */
struct card {
	uint32_t seed, frame, width, height, fourcc;
};

struct crop {
	uint32_t x, y; /* where the card's top left pixel is in the picture */
	bool part;     /* the picture may be larger than the card; else sizes must agree */
};

struct verdict {
	uint64_t differing, lines; /* pixels, and lines that hold at least one */
	uint32_t x, y;		   /* the first, counted in the card */
	uint32_t expected, found;  /* 0xRRGGBB there */
};

/* The card as a screen shows it. */
bool card_image(const struct card *card, struct image *image);

/*
 * Compare pixel for pixel. False with image_error if that cannot be done (sizes, memory); true
 * with the verdict otherwise: the picture is right if differing is 0.
 */
bool card_compare(const struct card *card, const struct image *picture, const struct crop *crop,
		  struct verdict *verdict);

/*
 * For the reader of a failure: look whether the picture is the card of another frame, at most
 * reach before or after. True and *frame if so.
 */
bool card_find_frame(const struct card *card, const struct image *picture, const struct crop *crop,
		     uint32_t reach, uint32_t *frame);

#endif
