/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * An output without a screen: keeps a reference to the shown framebuffer, paces
 * flips by a clock of its own, and writes pictures to PNG files.
 *
 * A flip copies nothing. A private copy is made only when the shown memory goes
 * away, and only if pictures are wanted.
 */
#include "output.h"

#include <stdio.h>
#include <stdlib.h>

#include <displif/env.h>

#include "convert.h"
#include "draw_png.h"
#include "log.h"
#include "pace.h"

struct head {
	struct be_head base;
	struct head *next;
	struct be_frame *frame; /* shown now or, while blank, last; NULL: none, or see @copy */
	struct be_view view;
	struct be_place place; /* of the last show() */
	bool on;
	struct be_canvas copy; /* what was shown last, when its frame is gone; pixels NULL: none */
	struct be_flipq queue;
	struct be_pace pace;
};

struct headless {
	struct be_output base;
	const struct be_options *opt;
	struct head *heads;
};

static struct be_output *headless_open(const struct be_options *opt)
{
	struct headless *out = calloc(1, sizeof(*out));

	if (!out) {
		be_error("headless: no memory");
		return NULL;
	}
	out->base.ops = &be_output_headless;
	out->opt = opt;
	return &out->base;
}

static void headless_close(struct be_output *base)
{
	free((struct headless *)base);
}

static int headless_fd(struct be_output *base)
{
	(void)base;
	return -1;
}

static void headless_ready(struct be_output *base, uint64_t now)
{
	(void)base;
	(void)now;
}

/* --- pictures --- */

static void forget_copy(struct head *h)
{
	be_convert_forget_canvas(&h->copy);
	free(h->copy.pixels);
	h->copy = (struct be_canvas){ 0 };
}

/* A black picture of the connector's size, with the frame in it if there is one. */
static bool canvas_make(struct be_canvas *c, struct head *h, struct be_frame *frame)
{
	*c = (struct be_canvas){ .width = h->place.width,
				 .height = h->place.height,
				 .stride = h->place.width * 4u,
				 .format = BE_XRGB8888 };
	c->pixels = calloc(c->height, c->stride);
	if (c->pixels && (!frame || be_convert_copy(c, frame, &h->view)))
		return true;
	be_limited_error("no memory for a picture of %ux%u pixels", c->width, c->height);
	free(c->pixels);
	*c = (struct be_canvas){ 0 };
	return false;
}

static void write_png(const struct head *h, const struct be_options *opt, const struct be_canvas *c)
{
	const struct be_head_info *info = &h->base.info;
	struct draw_surface s = { c->pixels, c->width, c->height, c->stride, DRAW_XRGB8888 };
	char path[4096], err[256];
	int len = snprintf(path, sizeof(path), "%s-%u-%u-%u.png", opt->picture, info->domid,
			   info->dev, info->connector);

	if (len < 0 || (size_t)len >= sizeof(path))
		be_error("--picture: the name is longer than %zu bytes", sizeof(path));
	else if (!draw_png_write(&s, path, err, sizeof(err)))
		be_error("%s", err);
	else
		be_info("wrote %s", path);
}

/* @last: what was shown last, even if the screen is blank now. */
static void save(struct head *h, bool last)
{
	const struct be_options *opt = ((struct headless *)h->base.output)->opt;
	bool wanted = h->on || last;
	struct be_canvas c;

	if (!opt->picture)
		return;
	if (wanted && h->copy.pixels) {
		write_png(h, opt, &h->copy);
		return;
	}
	if (last && !h->frame)
		return;
	if (!canvas_make(&c, h, wanted ? h->frame : NULL))
		return;
	write_png(h, opt, &c);
	be_convert_forget_canvas(&c);
	free(c.pixels);
}

static void headless_save(struct be_output *base)
{
	for (struct head *h = ((struct headless *)base)->heads; h; h = h->next)
		save(h, false);
}

/* --- heads --- */

static struct be_head *headless_take(struct be_output *base, const struct be_head_info *info)
{
	struct headless *out = (struct headless *)base;
	struct head *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->base.output = base;
	h->base.info = *info;
	h->place = (struct be_place){ 0, 0, info->width, info->height };
	be_pace_init(&h->pace, out->opt->refresh);
	h->next = out->heads;
	out->heads = h;
	return &h->base;
}

static void headless_put(struct be_head *base)
{
	struct head *h = (struct head *)base;
	struct head **at = &((struct headless *)base->output)->heads;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	save(h, true);
	forget_copy(h);
	free(h);
}

static uint32_t headless_edid(struct be_head *base, const uint8_t **data)
{
	(void)base;
	*data = NULL;
	return 0;
}

static void set_frame(struct head *h, struct be_frame *frame)
{
	h->frame = frame;
	h->view = be_view_make(h->place.x, h->place.y, frame->width, frame->height, h->place.width,
			       h->place.height);
	if (h->copy.pixels)
		forget_copy(h);
}

static void headless_show(struct be_head *base, struct be_frame *frame,
			  const struct be_place *place)
{
	struct head *h = (struct head *)base;

	h->place = *place;
	h->on = true;
	set_frame(h, frame);
}

static void headless_blank(struct be_head *base)
{
	((struct head *)base)->on = false;
}

static void done(struct head *h, struct be_frame *frame, uint64_t fb)
{
	if (h->on && frame)
		set_frame(h, frame);
	h->base.info.flipped(h->base.info.arg, fb);
}

static void headless_flip(struct be_head *base, struct be_frame *frame, uint64_t fb, uint64_t now)
{
	struct head *h = (struct head *)base;

	if (!h->queue.n && be_pace_due(&h->pace) <= now) {
		be_pace_step(&h->pace, now);
		done(h, frame, fb);
	} else if (!be_flipq_push(&h->queue, frame, fb)) {
		done(h, frame, fb); /* cannot be: the library accepts fewer */
	}
}

static void headless_drop(struct be_head *base)
{
	be_flipq_clear(&((struct head *)base)->queue);
}

static void headless_frame_gone(struct be_output *base, struct be_frame *frame)
{
	struct headless *out = (struct headless *)base;

	for (struct head *h = out->heads; h; h = h->next) {
		be_flipq_forget(&h->queue, frame);
		if (h->frame != frame)
			continue;
		if (out->opt->picture)
			canvas_make(&h->copy, h, frame);
		h->frame = NULL;
	}
}

static uint64_t headless_deadline(struct be_output *base)
{
	uint64_t first = DISPLIF_NEVER;

	for (struct head *h = ((struct headless *)base)->heads; h; h = h->next)
		if (h->queue.n && be_pace_due(&h->pace) < first)
			first = be_pace_due(&h->pace);
	return first;
}

static void headless_fire(struct be_output *base, uint64_t now)
{
	struct be_flip flip;

	for (struct head *h = ((struct headless *)base)->heads; h; h = h->next) {
		if (be_pace_due(&h->pace) > now || !be_flipq_pop(&h->queue, &flip))
			continue;
		be_pace_step(&h->pace, now);
		done(h, flip.frame, flip.fb);
	}
}

const struct be_output_ops be_output_headless = {
	.name = "headless",
	.open = headless_open,
	.close = headless_close,
	.fd = headless_fd,
	.ready = headless_ready,
	.deadline = headless_deadline,
	.fire = headless_fire,
	.take = headless_take,
	.put = headless_put,
	.edid = headless_edid,
	.show = headless_show,
	.blank = headless_blank,
	.flip = headless_flip,
	.drop = headless_drop,
	.frame_gone = headless_frame_gone,
	.save = headless_save,
};
