/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Which of a screen's modes suits a guest's connector. Pure. */
#ifndef BE_KMS_MODE_H
#define BE_KMS_MODE_H

#include <stdint.h>

struct kms_mode {
	uint32_t width, height, refresh;
	uint32_t preferred; /* 1: the screen's own */
};

/*
 * The index of the mode for a picture of width x height: the same size; else the smallest that
 * holds it; else the largest there is. Of equal ones the preferred, then the fastest. -1 if n is 0.
 */
int kms_mode_nearest(const struct kms_mode *mode, uint32_t n, uint32_t width, uint32_t height);

#endif
