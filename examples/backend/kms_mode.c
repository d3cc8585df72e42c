/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The choice of a mode. */
#include "kms_mode.h"

#include <stdbool.h>

/* Is @a better than @b for this picture? */
static bool better(const struct kms_mode *a, const struct kms_mode *b, uint32_t width,
		   uint32_t height)
{
	bool a_holds = a->width >= width && a->height >= height;
	bool b_holds = b->width >= width && b->height >= height;
	uint64_t a_area = (uint64_t)a->width * a->height, b_area = (uint64_t)b->width * b->height;

	if (a_holds != b_holds)
		return a_holds;
	if (a_area != b_area)
		return a_holds ? a_area < b_area : a_area > b_area;
	if (a->preferred != b->preferred)
		return a->preferred > b->preferred;
	return a->refresh > b->refresh;
}

int kms_mode_nearest(const struct kms_mode *mode, uint32_t n, uint32_t width, uint32_t height)
{
	int best = -1;

	for (uint32_t i = 0; i < n; i++)
		if (best < 0 || better(&mode[i], &mode[best], width, height))
			best = (int)i;
	return best;
}
