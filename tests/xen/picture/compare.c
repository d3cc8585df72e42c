/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The comparison of a picture with a computed card: every pixel, no tolerance. */
#include "compare.h"

#include <stdlib.h>
#include <string.h>

bool card_image(const struct card *card, struct image *image)
{
	const struct draw_format *format = draw_format_find(card->fourcc);
	struct draw_surface s = { .width = card->width,
				  .height = card->height,
				  .fourcc = card->fourcc };
	bool ok;

	*image = (struct image){ 0 };
	if (!format || !s.width || !s.height || s.width > IMAGE_MAX_DIM || s.height > IMAGE_MAX_DIM)
		return image_fail("card: %ux%u, format 0x%08x cannot be drawn", s.width, s.height,
				  s.fourcc);
	s.stride = s.width * format->bytes;
	s.pixels = malloc((size_t)s.stride * s.height);
	if (!s.pixels)
		return image_fail("card: no memory for %ux%u pixels", s.width, s.height);
	ok = draw_card(&s, card->seed, card->frame) ?
		     image_from_surface(image, &s) :
		     image_fail("card: %ux%u cannot be drawn", s.width, s.height);
	free(s.pixels);
	return ok;
}

static bool fits(const struct card *card, const struct image *picture, const struct crop *crop)
{
	if (!crop->part && (picture->width != card->width || picture->height != card->height))
		return image_fail("the picture is %ux%u, the card %ux%u", picture->width,
				  picture->height, card->width, card->height);
	if (crop->x > picture->width || card->width > picture->width - crop->x ||
	    crop->y > picture->height || card->height > picture->height - crop->y)
		return image_fail("%ux%u+%u+%u is not inside the picture of %ux%u", card->width,
				  card->height, crop->x, crop->y, picture->width, picture->height);
	return true;
}

static uint32_t rgb_at(const uint8_t *at)
{
	return (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
}

static void compare_line(const uint8_t *want, const uint8_t *have, uint32_t width, uint32_t y,
			 struct verdict *verdict)
{
	uint64_t before = verdict->differing;

	for (uint32_t x = 0; x < width; x++) {
		uint32_t expected = rgb_at(want + 3u * (size_t)x);
		uint32_t found = rgb_at(have + 3u * (size_t)x);

		if (expected == found)
			continue;
		if (!verdict->differing++) {
			verdict->x = x;
			verdict->y = y;
			verdict->expected = expected;
			verdict->found = found;
		}
	}
	verdict->lines += verdict->differing != before;
}

bool card_compare(const struct card *card, const struct image *picture, const struct crop *crop,
		  struct verdict *verdict)
{
	struct image want = { 0 };

	*verdict = (struct verdict){ 0 };
	if (!fits(card, picture, crop) || !card_image(card, &want) || !want.rgb)
		return false;
	for (uint32_t y = 0; y < card->height; y++) {
		const uint8_t *have =
			picture->rgb + 3u * ((size_t)(y + crop->y) * picture->width + crop->x);

		compare_line(want.rgb + 3u * (size_t)y * card->width, have, card->width, y,
			     verdict);
	}
	free(want.rgb);
	return true;
}

bool card_find_frame(const struct card *card, const struct image *picture, const struct crop *crop,
		     uint32_t reach, uint32_t *frame)
{
	for (uint32_t i = 1; i <= reach; i++)
		for (int before = 0; before < 2; before++) {
			struct card other = *card;
			struct verdict verdict;

			other.frame = before ? card->frame - i : card->frame + i;
			if (card_compare(&other, picture, crop, &verdict) && !verdict.differing) {
				*frame = other.frame;
				return true;
			}
		}
	return false;
}
