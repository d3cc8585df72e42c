/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Modes from an EDID's timings: detailed, standard and established ones. */
#include "edid_priv.h"

/* Two modes of one size are the same up to this difference, in mHz. */
#define SAME_REFRESH 500u
/* No screen is faster; also holds mHz within 32 bits. Hz. */
#define MAX_REFRESH 4000u

#define N_ESTABLISHED 17u

#define SIZE(w, h, mhz)                                           \
	{                                                         \
		.width = (w), .height = (h), .refresh_mhz = (mhz) \
	}

/* Bit 7 of the first byte first; the exact rates of these timings, in mHz. One is interlaced. */
static const struct displif_mode established[N_ESTABLISHED] = {
	SIZE(720, 400, 70087),
	SIZE(720, 400, 87850),
	SIZE(640, 480, 59940),
	SIZE(640, 480, 66667),
	SIZE(640, 480, 72809),
	SIZE(640, 480, 75000),
	SIZE(800, 600, 56250),
	SIZE(800, 600, 60317),
	SIZE(800, 600, 72188),
	SIZE(800, 600, 75000),
	SIZE(832, 624, 74551),
	{ .width = 1024, .height = 768, .refresh_mhz = 43479, .flags = DISPLIF_MODE_INTERLACED },
	SIZE(1024, 768, 60004),
	SIZE(1024, 768, 70069),
	SIZE(1024, 768, 75029),
	SIZE(1280, 1024, 75025),
	SIZE(1152, 870, 75062),
};

static bool same(const struct displif_mode *a, const struct displif_mode *b)
{
	return a->width == b->width && a->height == b->height &&
	       !((a->flags ^ b->flags) & DISPLIF_MODE_INTERLACED) &&
	       (uint64_t)a->refresh_mhz <= (uint64_t)b->refresh_mhz + SAME_REFRESH &&
	       (uint64_t)b->refresh_mhz <= (uint64_t)a->refresh_mhz + SAME_REFRESH;
}

static void add(struct displif__modes *list, const struct displif_mode *m)
{
	uint32_t n = list->n;
	uint32_t i;

	for (i = 0; i < list->cap && i < n; i++)
		if (same(&list->mode[i], m))
			return;
	if (n >= list->cap) {
		list->dropped = displif__inc32(list->dropped);
		return;
	}
	list->mode[n] = *m;
	list->n = n + 1u;
}

/* Frames per second * 1000, rounded, by long division in 32 bits; 0 if out of range. */
static uint32_t refresh(uint32_t hz, uint32_t total)
{
	uint32_t rate, rest, i;

	if (!total)
		return 0;
	rate = hz / total;
	rest = hz % total;
	if (!rate || rate >= MAX_REFRESH)
		return 0;
	/* total < 2^28: rest * 10 fits. The masks change nothing: digits are below 10, rates below 2^22. */
	for (i = 0; i < 3u; i++) {
		rate = (rate * 10u + ((rest * 10u / total) & 15u)) & 0x3fffffu;
		rest = rest * 10u % total;
	}
	return rest * 2u >= total ? rate + 1u : rate;
}

/* One direction of a detailed timing, in pixels or lines. */
struct axis {
	uint32_t active, start, end, total;
};

/*
 * Reads one: three bytes at @d hold active part and blanking of 12 bits each. The
 * sync pulse, which comes @offset after the active part, has a width and lies in
 * the blanking, or the timing is none. @twice: numbers are those of a field, 1;
 * a frame has one line more than two fields' whole ones.
 */
static DISPLIF__NOINLINE bool read_axis(struct axis *a, const uint8_t *d, uint32_t offset,
					uint32_t width, uint32_t twice)
{
	uint32_t active = d[0] | ((uint32_t)d[2] & 0xf0u) << 4;
	uint32_t total = active + (d[1] | ((uint32_t)d[2] & 15u) << 8);

	a->active = active << twice;
	a->start = (active + offset) << twice;
	a->end = (active + offset + width) << twice;
	a->total = (total << twice) + twice;
	return active && width && a->end <= a->total;
}

void displif__edid_detailed(struct displif__modes *list, const uint8_t *d)
{
	uint32_t clock = d[0] | (uint32_t)d[1] << 8; /* 10 kHz; 0: a descriptor */
	uint32_t high = d[11], how = d[17], twice = how >> 7, flags = 0, rate;
	struct axis x, y;

	if (!read_axis(&x, &d[2], d[8] | (high & 0xc0u) << 2, d[9] | (high & 0x30u) << 4, 0) ||
	    !read_axis(&y, &d[5], (uint32_t)d[10] >> 4 | (high & 12u) << 2,
		       (d[10] & 15u) | (high & 3u) << 4, twice))
		return;
	rate = refresh(clock * 10000u, x.total * y.total);
	if (!rate)
		return;
	if (twice)
		flags |= DISPLIF_MODE_INTERLACED;
	/* Separate digital sync has two polarities, composite digital sync one. */
	if ((how & 0x1cu) == 0x1cu)
		flags |= DISPLIF_MODE_VSYNC_POS;
	if ((how & 0x12u) == 0x12u)
		flags |= DISPLIF_MODE_HSYNC_POS;
	if (!list->n && !list->dropped)
		flags |= DISPLIF_MODE_PREFERRED;
	add(list, &(const struct displif_mode){
			  .width = x.active,
			  .height = y.active,
			  .refresh_mhz = rate,
			  .clock_khz = clock * 10u,
			  .hsync_start = (uint16_t)x.start,
			  .hsync_end = (uint16_t)x.end,
			  .htotal = (uint16_t)x.total,
			  .vsync_start = (uint16_t)y.start,
			  .vsync_end = (uint16_t)y.end,
			  .vtotal = (uint16_t)y.total,
			  .flags = flags,
		  });
}

/* Height to width, by the aspect's two bits; the last one is for 0 before EDID 1.3. */
static const uint8_t ratio[5][2] = { { 10, 16 }, { 3, 4 }, { 4, 5 }, { 9, 16 }, { 1, 1 } };

static DISPLIF__NOINLINE void add_standard(struct displif__modes *list, uint32_t first,
					   uint32_t second)
{
	uint32_t aspect = second >> 6;
	struct displif_mode m = { 0 };

	if (!aspect && list->square)
		aspect = 4;
	/* 01 01 is an unused entry, a first byte of 0 is reserved. */
	if (!first || (first << 8 | second) == 0x101u || aspect > 4u)
		return;
	m.width = (first + 31u) * 8u;
	m.height = m.width * ratio[aspect][0] / ratio[aspect][1];
	m.refresh_mhz = ((second & 63u) + 60u) * 1000u;
	add(list, &m);
}

void displif__edid_standard(struct displif__modes *list, const uint8_t *s, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		add_standard(list, s[2u * i], s[2u * i + 1u]);
}

void displif__edid_established(struct displif__modes *list, const uint8_t *e)
{
	uint32_t i;

	for (i = 0; i < N_ESTABLISHED; i++)
		if ((uint32_t)e[i >> 3] & (0x80u >> (i & 7u)))
			add(list, &established[i]);
}
