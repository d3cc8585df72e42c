/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Writing an EDID: the base block of E-EDID 1.4 with one detailed timing. */
#include "edid.h"

#include <string.h>

/* Blanking as reduced blanking has it: more than front porch and sync pulse need. */
#define H_BLANK 160u
#define H_PORCH 48u
#define H_SYNC 32u
#define V_BLANK 30u
#define V_PORCH 3u
#define V_SYNC 6u
#define MAX_CLOCK 65535u /* in units of 10 kHz */

/* The low byte of a number here, its next four bits to one half of another byte there. */
static void split(uint8_t *low, uint8_t *high, unsigned int shift, uint32_t value)
{
	*low = (uint8_t)value;
	*high = (uint8_t)(*high | (value >> 8 & 15u) << shift);
}

static void detailed(uint8_t *d, uint32_t width, uint32_t height)
{
	uint32_t clock = (width + H_BLANK) * (height + V_BLANK) / 100u * 60u / 100u;

	if (clock > MAX_CLOCK)
		clock = MAX_CLOCK;
	if (!clock)
		clock = 1;
	d[0] = (uint8_t)clock;
	d[1] = (uint8_t)(clock >> 8);
	split(&d[2], &d[4], 4, width);
	split(&d[3], &d[4], 0, H_BLANK);
	split(&d[5], &d[7], 4, height);
	split(&d[6], &d[7], 0, V_BLANK);
	d[8] = H_PORCH;
	d[9] = H_SYNC;
	d[10] = V_PORCH << 4 | V_SYNC;
	d[17] = 0x1e; /* digital, separate syncs, both positive */
}

void lb_edid_make(uint8_t block[DISPLIF_EDID_BLOCK], uint32_t width, uint32_t height)
{
	static const uint8_t start[] = {
		0,    255, 255,	 255,  255, 255,
		255,  0,   0x11, 0x26,	       /* vendor "DIF", five bits a letter */
		1,    0,   1,	 0,    0,   0, /* product, serial number */
		0,    30,  1,	 4,	       /* made in 2020, version 1.4 */
		0xa0, 0,   0,	 0,    2, /* digital, 8 bits a colour; the first mode is the native one */
	};
	static const char name[] = "\0\0\0\xfc\0Loopback\n    ";
	uint8_t sum = 0;
	uint32_t i;

	memset(block, 0, DISPLIF_EDID_BLOCK);
	memcpy(block, start, sizeof(start));
	memset(block + 38, 1, 16); /* no standard timings */
	detailed(block + 54, width, height);
	memcpy(block + 72, name, 18);
	block[90 + 3] = 0x10; /* two empty descriptors */
	block[108 + 3] = 0x10;
	for (i = 0; i < DISPLIF_EDID_BLOCK - 1u; i++)
		sum = (uint8_t)(sum + block[i]);
	block[i] = (uint8_t)(0u - sum);
}
