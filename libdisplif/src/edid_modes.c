/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Modes from an EDID's timings: detailed, standard and established ones. */
#include "edid_priv.h"

/* Two modes of one size are the same up to this difference, in mHz. */
#define SAME_REFRESH 500u
/* No screen is faster; also holds mHz within 32 bits. Hz. */
#define MAX_REFRESH 4000u

#define N_ESTABLISHED 17u

/* Bit 7 of the first byte first; the exact rates of these timings, in mHz. */
static const struct {
	uint16_t width, height;
	uint32_t refresh;
} established[N_ESTABLISHED] = {
	{ 720, 400, 70087 },  { 720, 400, 87850 },  { 640, 480, 59940 },  { 640, 480, 66667 },
	{ 640, 480, 72809 },  { 640, 480, 75000 },  { 800, 600, 56250 },  { 800, 600, 60317 },
	{ 800, 600, 72188 },  { 800, 600, 75000 },  { 832, 624, 74551 },  { 1024, 768, 43479 },
	{ 1024, 768, 60004 }, { 1024, 768, 70069 }, { 1024, 768, 75029 }, { 1280, 1024, 75025 },
	{ 1152, 870, 75062 },
};

/* The one of them that is interlaced. */
#define ESTABLISHED_INTERLACED 11u

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
	uint32_t whole = hz / total;
	uint32_t rest = hz % total;
	uint32_t part = 0;
	uint32_t i;

	if (!whole || whole >= MAX_REFRESH)
		return 0;
	/* total < 2^28: rest * 10 fits. The masks change nothing: digits are below 10, part below 1000. */
	for (i = 0; i < 3u; i++) {
		part = (part * 10u + ((rest * 10u / total) & 15u)) & 1023u;
		rest = rest * 10u % total;
	}
	if (rest * 2u >= total)
		part++;
	return whole * 1000u + part;
}

/* A field of 12 bits or less whose high bits lie in another byte. */
static uint32_t field(uint8_t low, uint32_t high)
{
	return low | high << 8;
}

void displif__edid_detailed(struct displif__modes *list, const uint8_t *d)
{
	struct displif_mode m = { 0 };
	uint32_t clock = field(d[0], d[1]); /* 10 kHz */
	uint32_t width = field(d[2], (uint32_t)d[4] >> 4);
	uint32_t htotal = width + field(d[3], d[4] & 15u);
	uint32_t height = field(d[5], (uint32_t)d[7] >> 4);
	uint32_t vtotal = height + field(d[6], d[7] & 15u);
	uint32_t hstart = width + field(d[8], (uint32_t)d[11] >> 6);
	uint32_t hend = hstart + field(d[9], (d[11] >> 4) & 3u);
	uint32_t vstart = height + ((uint32_t)d[10] >> 4) + (((d[11] >> 2) & 3u) << 4);
	uint32_t vend = vstart + (d[10] & 15u) + ((d[11] & 3u) << 4);
	uint32_t sync = d[17] & 0x18u;

	/* Without a clock it is a descriptor. A sync pulse has a width and lies in the blanking. */
	if (!clock || !width || !height || hstart >= hend || hend > htotal || vstart >= vend ||
	    vend > vtotal)
		return;
	if (d[17] & 0x80u) {
		/* Numbers are those of a field; a frame has one line more than two fields' whole ones. */
		m.flags |= DISPLIF_MODE_INTERLACED;
		height *= 2u;
		vstart *= 2u;
		vend *= 2u;
		vtotal = vtotal * 2u + 1u;
	}
	m.refresh_mhz = refresh(clock * 10000u, htotal * vtotal);
	if (!m.refresh_mhz)
		return;
	/* Separate digital sync has two polarities, composite digital sync one. */
	if (sync == 0x18u && (d[17] & 4u))
		m.flags |= DISPLIF_MODE_VSYNC_POS;
	if (sync >= 0x10u && (d[17] & 2u))
		m.flags |= DISPLIF_MODE_HSYNC_POS;
	if (!list->n && !list->dropped)
		m.flags |= DISPLIF_MODE_PREFERRED;
	m.width = width;
	m.height = height;
	m.clock_khz = clock * 10u;
	m.hsync_start = (uint16_t)hstart;
	m.hsync_end = (uint16_t)hend;
	m.htotal = (uint16_t)htotal;
	m.vsync_start = (uint16_t)vstart;
	m.vsync_end = (uint16_t)vend;
	m.vtotal = (uint16_t)vtotal;
	add(list, &m);
}

static uint32_t height_of(uint32_t width, uint32_t aspect, bool square)
{
	switch (aspect) {
	case 0:
		return square ? width : width * 10u / 16u;
	case 1:
		return width * 3u / 4u;
	case 2:
		return width * 4u / 5u;
	default:
		return width * 9u / 16u;
	}
}

void displif__edid_standard(struct displif__modes *list, const uint8_t *s, uint32_t count,
			    bool square)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct displif_mode m = { 0 };
		uint32_t first = s[2u * i], second = s[2u * i + 1u];

		/* 01 01 is an unused entry, a first byte of 0 is reserved. */
		if (!first || (first == 1u && second == 1u))
			continue;
		m.width = (first + 31u) * 8u;
		m.height = height_of(m.width, second >> 6, square);
		m.refresh_mhz = ((second & 63u) + 60u) * 1000u;
		add(list, &m);
	}
}

void displif__edid_established(struct displif__modes *list, const uint8_t *e)
{
	uint32_t i;

	for (i = 0; i < N_ESTABLISHED; i++) {
		struct displif_mode m = { 0 };

		if (!((uint32_t)e[i >> 3] & (0x80u >> (i & 7u))))
			continue;
		m.width = established[i].width;
		m.height = established[i].height;
		m.refresh_mhz = established[i].refresh;
		if (i == ESTABLISHED_INTERLACED)
			m.flags = DISPLIF_MODE_INTERLACED;
		add(list, &m);
	}
}
