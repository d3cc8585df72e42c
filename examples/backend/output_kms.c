/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * An output on this machine's screens: each head gets one, two dumb buffers on
 * it, and copies every picture of its guest once, into the buffer that is not shown.
 *
 * Where the driver has no page flips, pictures go into a single buffer. A head
 * that finds no free screen shows nothing, and completes flips by a clock.
 */
#include "output.h"

#include <stdlib.h>

#include <displif-loop.h>

#include "kms_head.h"
#include "log.h"

/* A flip whose event has not come by then counts as done: the guest must hear of it in 3.1 s. */
#define FLIP_TIMEOUT_MS 1000u

struct kms {
	struct be_output base;
	const struct be_options *opt;
	struct kms_dev dev;
	struct kms_head *heads;
};

static struct be_output *kms_open(const struct be_options *opt)
{
	struct kms *kms = calloc(1, sizeof(*kms));

	if (!kms) {
		be_error("kms: no memory");
		return NULL;
	}
	kms->base.ops = &be_output_kms;
	kms->opt = opt;
	if (kms_dev_open(&kms->dev, opt->device, opt->connectors))
		return &kms->base;
	free(kms);
	return NULL;
}

static void kms_close(struct be_output *base)
{
	struct kms *kms = (struct kms *)base;

	kms_dev_close(&kms->dev);
	free(kms);
}

static int kms_fd(struct be_output *base)
{
	return ((struct kms *)base)->dev.fd;
}

/* --- flips --- */

static bool under_way(const struct kms_head *h)
{
	return h->screen && h->screen->pending;
}

static void begin(struct kms_head *h, struct be_frame *frame, uint64_t fb, uint64_t now)
{
	bool at_once = h->screen && h->on && frame && kms_head_present(h, frame, fb, now);

	if (under_way(h))
		return;
	if (!at_once)
		be_pace_step(&h->pace, now);
	h->base.info.flipped(h->base.info.arg, fb);
}

static void kms_flip(struct be_head *base, struct be_frame *frame, uint64_t fb, uint64_t now)
{
	struct kms_head *h = (struct kms_head *)base;

	if (under_way(h) || h->queue.n || be_pace_due(&h->pace) > now) {
		if (!be_flipq_push(&h->queue, frame, fb)) /* cannot be: the library accepts fewer */
			base->info.flipped(base->info.arg, fb);
		return;
	}
	begin(h, frame, fb, now);
}

/* What waited for the end of a flip. */
static void go_on(struct kms_head *h, uint64_t now)
{
	struct be_flip flip;

	if (h->config) {
		struct be_frame *frame = h->config;

		h->config = NULL;
		if (h->on && kms_head_bufs(h, frame->format))
			kms_head_present(h, frame, 0, now);
	}
	while (!under_way(h) && be_pace_due(&h->pace) <= now && be_flipq_pop(&h->queue, &flip))
		begin(h, flip.frame, flip.fb, now);
}

static void flip_done(struct kms_screen *s, uint64_t now)
{
	struct kms_head *h = s->head;
	uint64_t fb;

	if (!s->pending)
		return;
	s->pending = false;
	if (!h)
		return;
	fb = h->pending_fb;
	h->pending_fb = 0;
	if (fb)
		h->base.info.flipped(h->base.info.arg, fb);
	go_on(h, now);
}

static void on_page_flip(int fd, unsigned int sequence, unsigned int sec, unsigned int usec,
			 void *data)
{
	(void)fd;
	(void)sequence;
	(void)sec;
	(void)usec;
	flip_done(data, displif_loop_clock());
}

static void kms_ready(struct be_output *base, uint64_t now)
{
	drmEventContext ctx = { .version = 2, .page_flip_handler = on_page_flip };

	(void)now;
	(void)drmHandleEvent(((struct kms *)base)->dev.fd, &ctx);
}

static uint64_t head_deadline(const struct kms_head *h)
{
	if (under_way(h))
		return h->pending_since + FLIP_TIMEOUT_MS;
	return h->queue.n ? be_pace_due(&h->pace) : DISPLIF_NEVER;
}

static uint64_t kms_deadline(struct be_output *base)
{
	uint64_t first = DISPLIF_NEVER;

	for (struct kms_head *h = ((struct kms *)base)->heads; h; h = h->next)
		if (head_deadline(h) < first)
			first = head_deadline(h);
	return first;
}

static void kms_fire(struct be_output *base, uint64_t now)
{
	for (struct kms_head *h = ((struct kms *)base)->heads; h; h = h->next) {
		if (head_deadline(h) > now)
			continue;
		if (under_way(h)) {
			be_limited_error("%s: no event for a page flip in %u ms", h->screen->name,
					 FLIP_TIMEOUT_MS);
			flip_done(h->screen, now);
		} else {
			go_on(h, now);
		}
	}
}

/* --- heads --- */

static struct be_head *kms_take(struct be_output *base, const struct be_head_info *info)
{
	struct kms *kms = (struct kms *)base;
	struct kms_head *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->base.output = base;
	h->dev = &kms->dev;
	h->base.info = *info;
	be_pace_init(&h->pace, kms->opt->refresh);
	for (uint32_t i = 0; i < kms->dev.n && !h->screen; i++) {
		if (kms->dev.screen[i].head)
			continue;
		h->screen = &kms->dev.screen[i];
		h->screen->head = h;
		h->pending_since = displif_loop_clock();
	}
	if (h->screen)
		be_info("domain %u connector %u is on %s", info->domid, info->connector,
			h->screen->name);
	else
		be_limited_error("connector %u: no screen is free", info->connector);
	h->next = kms->heads;
	kms->heads = h;
	return &h->base;
}

static void kms_put(struct be_head *base)
{
	struct kms_head *h = (struct kms_head *)base;
	struct kms_head **at = &((struct kms *)base->output)->heads;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	kms_head_off(h);
	kms_head_free_bufs(h);
	if (h->screen)
		h->screen->head = NULL;
	free(h);
}

static uint32_t kms_edid(struct be_head *base, const uint8_t **data)
{
	const struct kms_screen *s = ((struct kms_head *)base)->screen;

	*data = s ? s->edid : NULL;
	return s && s->edid ? s->edid_len : 0;
}

static void kms_show(struct be_head *base, struct be_frame *frame, const struct be_place *place)
{
	struct kms_head *h = (struct kms_head *)base;

	h->place = *place;
	h->on = true;
	if (!h->screen)
		return;
	h->mode = kms_mode_nearest(h->screen->size, h->screen->n_modes, place->width,
				   place->height);
	h->config = frame;
	if (under_way(h)) {
		/* What was queued before is out of date; its flips are still completed. */
		be_flipq_forget(&h->queue, NULL);
		return;
	}
	go_on(h, displif_loop_clock());
}

static void kms_blank(struct be_head *base)
{
	struct kms_head *h = (struct kms_head *)base;

	h->on = false;
	h->config = NULL;
	kms_head_off(h);
}

static void kms_drop(struct be_head *base)
{
	struct kms_head *h = (struct kms_head *)base;

	be_flipq_clear(&h->queue);
	h->pending_fb = 0;
	h->config = NULL;
}

static void kms_frame_gone(struct be_output *base, struct be_frame *frame)
{
	for (struct kms_head *h = ((struct kms *)base)->heads; h; h = h->next) {
		be_flipq_forget(&h->queue, frame);
		if (h->config == frame)
			h->config = NULL;
	}
}

static void kms_save(struct be_output *base)
{
	(void)base;
	be_error("--output kms writes no pictures");
}

const struct be_output_ops be_output_kms = {
	.name = "kms",
	.open = kms_open,
	.close = kms_close,
	.fd = kms_fd,
	.ready = kms_ready,
	.deadline = kms_deadline,
	.fire = kms_fire,
	.take = kms_take,
	.put = kms_put,
	.edid = kms_edid,
	.show = kms_show,
	.blank = kms_blank,
	.flip = kms_flip,
	.drop = kms_drop,
	.frame_gone = kms_frame_gone,
	.save = kms_save,
};
