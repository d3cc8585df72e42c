/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The scene of the test card: a pure function from (x, y) to a colour, and the two calls that
 * evaluate it over a whole surface or only around the moving object.
 */
#include "draw.h"

#define CIRCLES 3u

struct rect {
	uint32_t x0, y0, x1, y1; /* x1 and y1 are outside */
};

struct scene {
	uint32_t w, h, seed, frame;
	uint32_t cell; /* half a step of the grid, side of the markers */
	struct rect panel, object;
	uint32_t plate;			 /* side of one bit of the frame's number, in pixels */
	uint64_t line_mask, column_mask; /* seeded patterns over the line and column codes */
	uint64_t ring[CIRCLES][2];	 /* squared radii, doubled units: from, to */
};

/* Spread the bits of v over 32 bits: two odd multipliers, three folds. */
static uint32_t mix(uint32_t v)
{
	v ^= v >> 16;
	v *= 0x7b1dd6a5u;
	v ^= v >> 15;
	v *= 0xc36d5b2fu;
	return v ^ (v >> 16);
}

static uint32_t noise(const struct scene *s, uint32_t x, uint32_t y)
{
	return mix(s->seed ^ mix(x * 0x10001u + (y << 16 | y >> 16)));
}

/* Go to and fro between 0 and range. */
static uint32_t bounce(uint64_t way, uint32_t range)
{
	uint32_t at;

	if (!range)
		return 0;
	at = (uint32_t)(way % (2u * (uint64_t)range));
	return at <= range ? at : 2u * range - at;
}

static bool inside(const struct rect *r, uint32_t x, uint32_t y)
{
	return x >= r->x0 && x < r->x1 && y >= r->y0 && y < r->y1;
}

static void place_object(struct scene *s, uint32_t frame)
{
	uint32_t least = s->w < s->h ? s->w : s->h;
	uint32_t side = least / 7u, step = least / 120u + 1u;
	uint32_t from = mix(s->seed + 3u);

	s->frame = frame;
	s->object = (struct rect){0};
	if (least < DRAW_OBJECT_MIN)
		return;
	if (side < 8)
		side = 8;
	s->plate = side / 12u ? side / 12u : 1u;
	s->object.x0 = 1u + bounce((uint64_t)frame * 3u * step + (from >> 16), s->w - 2u - side);
	s->object.y0 = 1u + bounce((uint64_t)frame * 2u * step + (from & 0xffff), s->h - 2u - side);
	s->object.x1 = s->object.x0 + side;
	s->object.y1 = s->object.y0 + side;
}

static void scene_init(struct scene *s, const struct draw_surface *surface, uint32_t seed,
		       uint32_t frame)
{
	uint32_t least, line;

	*s = (struct scene){.w = surface->width, .h = surface->height, .seed = mix(seed)};
	least = s->w < s->h ? s->w : s->h;
	s->cell = least / 24u ? least / 24u : 1u;
	s->panel = (struct rect){s->w / 8u, s->h / 5u, s->w - s->w / 8u, s->h - s->h / 5u};
	s->line_mask = (uint64_t)mix(s->seed + 1u) << 32 | mix(s->seed + 2u);
	s->column_mask = (uint64_t)mix(s->seed + 4u) << 32 | mix(s->seed + 5u);
	line = 2u * (least / 400u + 1u);
	for (uint32_t i = 0; i < CIRCLES; i++) {
		uint64_t from = (uint64_t)least * (46u - 10u * i) / 50u;

		s->ring[i][0] = from * from;
		s->ring[i][1] = (from + line) * (from + line);
	}
	place_object(s, frame);
}

static uint32_t grey(uint32_t v)
{
	return v << 16 | v << 8 | v;
}

/* Corner to corner, as |x * h - y * w| against the width of the line. */
static bool on_diagonal(const struct scene *s, uint32_t x, uint32_t y)
{
	uint64_t a = (uint64_t)x * (s->h - 1u), b = (uint64_t)y * (s->w - 1u);
	uint64_t c = (uint64_t)(s->w - 1u - x) * (s->h - 1u), wide = s->w > s->h ? s->w : s->h;

	return (a > b ? a - b : b - a) < wide || (c > b ? c - b : b - c) < wide;
}

static bool on_circle(const struct scene *s, uint32_t x, uint32_t y)
{
	int64_t dx = 2 * (int64_t)x + 1 - s->w, dy = 2 * (int64_t)y + 1 - s->h;
	uint64_t d = (uint64_t)(dx * dx + dy * dy);

	for (uint32_t i = 0; i < CIRCLES; i++)
		if (d >= s->ring[i][0] && d < s->ring[i][1])
			return true;
	return false;
}

/* The last row of the panel: noise, then line pairs upright, level and as a chequerboard. */
static uint32_t fine_rgb(const struct scene *s, uint32_t x, uint32_t y, uint32_t quarter)
{
	switch (quarter) {
	case 0:
		return noise(s, ~x, y) & 0xffffff;
	case 1:
		return x & 1 ? 0xffffff : 0;
	case 2:
		return y & 1 ? 0xffffff : 0;
	default:
		return (x ^ y) & 1 ? 0xffffff : 0;
	}
}

/* Thirteen rows: six of colour bars, two of grey, one each of red, green, blue, two of detail. */
static uint32_t panel_rgb(const struct scene *s, uint32_t x, uint32_t y)
{
	static const uint32_t bars[8] = {0xe8e8e8, 0xd8d800, 0x00d8d8, 0x00d800,
					 0xd800d8, 0xd80000, 0x0000d8, 0x080808};
	uint32_t wide = s->panel.x1 - s->panel.x0, high = s->panel.y1 - s->panel.y0;
	uint32_t at = x - s->panel.x0, row = (y - s->panel.y0) * 13u / high;
	uint32_t level = at * 256u / wide;

	if (row < 6)
		return bars[at * 8u / wide];
	if (row < 8)
		return grey(row == 6 ? level : 255u - (level & 0xe0));
	if (row < 11)
		return level << (8u * (10u - row));
	return fine_rgb(s, x, y, at * 4u / wide);
}

/* Squares of four colours, so that a mirrored or turned picture shows. */
static bool marker_rgb(const struct scene *s, uint32_t x, uint32_t y, uint32_t *rgb)
{
	static const uint32_t colours[4] = {0xff2020, 0x20ff20, 0x4060ff, 0xffe020};
	bool right = x >= s->w / 2u, low = y >= s->h / 2u;
	uint32_t dx = right ? s->w - 1u - x : x, dy = low ? s->h - 1u - y : y;
	uint32_t out = 2u * s->cell;

	if (dx > out || dy > out)
		return false;
	*rgb = colours[2u * low + right];
	if (dx > s->cell / 2u && dy > s->cell / 2u && dx < out - s->cell / 2u &&
	    dy < out - s->cell / 2u)
		*rgb = 0x101010;
	return true;
}

static uint32_t ground_rgb(const struct scene *s, uint32_t x, uint32_t y)
{
	uint32_t step = 2u * s->cell, rgb;
	bool odd;

	if (marker_rgb(s, x, y, &rgb))
		return rgb;
	if (on_circle(s, x, y))
		return 0xffffff;
	if (inside(&s->panel, x, y))
		return panel_rgb(s, x, y);
	if (on_diagonal(s, x, y))
		return 0xe0a040;
	/* Counted from the middle, so that the grid is symmetric; + w keeps it positive. */
	odd = (x + step * s->w - s->w / 2u) % step == 0 ||
	      (y + step * s->h - s->h / 2u) % step == 0;
	return odd ? 0x8090a0 : 0x283850;
}

/* A ball with the frame's number on a plate of 8 x 4 bits. False outside of the ball. */
static bool object_rgb(const struct scene *s, uint32_t x, uint32_t y, uint32_t *rgb)
{
	int32_t side = (int32_t)(s->object.x1 - s->object.x0), bit = (int32_t)s->plate;
	int32_t px = (int32_t)(x - s->object.x0), py = (int32_t)(y - s->object.y0);
	int32_t left = (side - 8 * bit) / 2, top = (side - 4 * bit) / 2;
	int32_t dx = 2 * px + 1 - side, dy = 2 * py + 1 - side;
	int64_t far = (int64_t)dx * dx + (int64_t)dy * dy, most = (int64_t)side * side;
	uint32_t shade;

	if (px >= left && px < left + 8 * bit && py >= top && py < top + 4 * bit) {
		uint32_t number = (uint32_t)((py - top) / bit * 8 + (px - left) / bit);

		*rgb = (s->frame >> (31u - number)) & 1u ? 0xffffff : 0;
		return true;
	}
	if (far > most)
		return false;
	/* Bright in the middle, red at the rim. */
	shade = (uint32_t)(far * 160 / most);
	*rgb = 0xff0000 | (240u - shade) << 8 | (96u - shade / 2u);
	return true;
}

/* Free bit 4 of a channel and keep its order: 8 steps of 16 values each are left. */
static uint32_t free_bit(uint32_t rgb)
{
	return (rgb & 0xe0e0e0) | ((rgb >> 1) & 0x0f0f0f);
}

static uint32_t texture(const struct scene *s, uint32_t x, uint32_t y)
{
	uint32_t red = noise(s, x, y) >> 31;
	uint32_t green = (y >> (x & 15u)) ^ (uint32_t)(s->line_mask >> (x & 63u));
	uint32_t blue = (x >> (y & 15u)) ^ (uint32_t)(s->column_mask >> (y & 63u));

	return red << 20 | (green & 1u) << 12 | (blue & 1u) << 4;
}

static uint32_t scene_rgb(const struct scene *s, uint32_t x, uint32_t y)
{
	uint32_t rgb;

	/* The edges are plain, each of its own colour: the top and bottom lines differ too. */
	if (y == 0)
		return 0xffffff;
	if (y == s->h - 1u)
		return 0xffff00;
	if (x == 0)
		return 0x00ffff;
	if (x == s->w - 1u)
		return 0xff00ff;
	if (!inside(&s->object, x, y) || !object_rgb(s, x, y, &rgb))
		rgb = ground_rgb(s, x, y);
	return free_bit(rgb) | texture(s, x, y);
}

static void paint(const struct scene *s, const struct draw_surface *surface, const struct rect *r)
{
	const struct draw_format *format = draw_format_find(surface->fourcc);

	for (uint32_t y = r->y0; y < r->y1; y++) {
		uint8_t *at = (uint8_t *)surface->pixels + (size_t)y * surface->stride +
			      (size_t)r->x0 * format->bytes;

		for (uint32_t x = r->x0; x < r->x1; x++, at += format->bytes)
			draw_pixel_store(format, at, scene_rgb(s, x, y));
	}
}

bool draw_card(const struct draw_surface *surface, uint32_t seed, uint32_t frame)
{
	struct scene s;

	if (!draw_surface_valid(surface))
		return false;
	scene_init(&s, surface, seed, frame);
	paint(&s, surface, &(struct rect){0, 0, s.w, s.h});
	return true;
}

bool draw_move(const struct draw_surface *surface, uint32_t seed, uint32_t frame_old,
	       uint32_t frame_new)
{
	struct scene s;
	struct rect old;

	if (!draw_surface_valid(surface))
		return false;
	scene_init(&s, surface, seed, frame_old);
	old = s.object;
	place_object(&s, frame_new);
	/* The scene is already the new one: both boxes come out as they have to be. */
	paint(&s, surface, &old);
	paint(&s, surface, &s.object);
	return true;
}
