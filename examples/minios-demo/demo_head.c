/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* One connector: its framebuffers, what is drawn, its flips. */
#include "demo.h"

#include <mini-os/os.h>
#include <mini-os/errno.h>
#include <mini-os/lib.h>
#include <mini-os/time.h>

#include "draw.h"

/* Only for differences: dom0 may set it. */
static uint64_t clock_us(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return (uint64_t)tv.tv_sec * 1000000u + (uint64_t)tv.tv_usec;
}

static void draw(struct demo_head *head, uint32_t i, uint32_t frame)
{
	const struct displfront_fb *fb = head->fb[i];
	struct draw_surface surface = { fb->pixels, fb->width, fb->height, fb->stride, fb->fourcc };
	uint32_t seed = head->options->seed + head->index;

	if (head->options->nodraw)
		frame = 0;
	if (!head->drawn[i])
		draw_card(&surface, seed, frame);
	else if (head->holds[i] != frame)
		draw_move(&surface, seed, head->holds[i], frame);
	head->drawn[i] = true;
	head->holds[i] = frame;
}

static int make(struct demo_head *head, uint32_t i)
{
	head->drawn[i] = false;
	return displfront_fb_create(head->dev, head->width, head->height, DISPLFRONT_XRGB8888,
				    head->options->flags, &head->fb[i]);
}

int demo_head_bring(struct demo_head *head)
{
	uint64_t begin = clock_us(), made, drawn;
	int err;

	head->ready = false;
	for (uint32_t i = 0; i < 2; i++) {
		if (head->fb[i] && head->fb[i]->lost) {
			displfront_fb_destroy(head->dev, head->fb[i]);
			head->fb[i] = NULL;
		}
		if (!head->fb[i] && (err = make(head, i))) {
			if (i == 0 || err == -ENOTCONN || err == -ETIMEDOUT)
				return err;
			printk("demo: connector %u: one framebuffer only: %s\n", head->index,
			       displfront_error(head->dev));
		}
	}
	if (!head->fb[head->front])
		head->front = 0;
	made = clock_us();
	draw(head, head->front, head->frame);
	if (head->options->nodraw && head->fb[1])
		draw(head, 1 - head->front, head->frame);
	drawn = clock_us();
	err = displfront_show(head->dev, head->index, head->fb[head->front]);
	if (err)
		return err;
	printk("demo: connector %u: %ux%u in %s memory, made in %lu us, drawn in %lu us, shown in %lu us\n",
	       head->index, head->width, head->height,
	       head->fb[0]->backend_allocated ? "the backend's" : "own",
	       (unsigned long)(made - begin), (unsigned long)(drawn - made),
	       (unsigned long)(clock_us() - drawn));
	head->ready = true;
	return 0;
}

void demo_head_end(struct demo_head *head)
{
	for (uint32_t i = 0; i < 2; i++)
		displfront_fb_destroy(head->dev, head->fb[i]);
}

bool demo_head_done(const struct demo_head *head)
{
	const struct demo_options *options = head->options;

	return head->refused || (options->frames && head->frame >= options->frames);
}

bool demo_head_next(struct demo_head *head)
{
	uint32_t back = head->fb[1] ? 1 - head->front : 0;
	int err;

	if (!head->ready || head->flying || demo_head_done(head))
		return false;
	draw(head, back, head->frame + 1);
	if (!head->first_ms)
		head->first_ms = displfront_clock(head->dev);
	err = displfront_flip(head->dev, head->index, head->fb[back], DISPLFRONT_NOWAIT);
	if (!err) {
		head->flying = true;
		return false;
	}
	/* After a reconnection it takes a moment until all framebuffers are there again. */
	if (err == -EAGAIN || err == -EBUSY)
		return true;
	/* Gone: the status tells when it is back. */
	head->ready = false;
	if (err != -ENOTCONN && err != -ESTALE) {
		printk("demo: connector %u: flip: %s\n", head->index, displfront_error(head->dev));
		head->refused = true;
	}
	return false;
}

void demo_head_flipped(struct demo_head *head, const struct displfront_event *event)
{
	head->flying = false;
	if (!event->status) {
		head->front = event->fb == head->fb[1];
		head->frame++;
		head->flips++;
		head->last_ms = event->time_ms;
		head->errors = 0;
		return;
	}
	/* The same frame again, when there is a backend. */
	if (event->status != -ENOTCONN && ++head->errors >= DEMO_REFUSED) {
		printk("demo: connector %u: no flip succeeds, the last one: error %d\n",
		       head->index, -event->status);
		head->refused = true;
	}
}
