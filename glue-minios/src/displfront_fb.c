/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Framebuffers and modes, as the program asks for them. */
#include "displfront_priv.h"

void displfront_buf_free(struct displfront_buf *buf)
{
	free(buf->gref);
	free(buf);
}

/* Checks the arguments and fills in the geometry. */
static int check(struct displfront_dev *dev, uint32_t width, uint32_t height, uint32_t fourcc,
		 uint32_t flags, struct displfront_fb *fb)
{
	uint32_t bpp = displif_format_bpp(fourcc);
	uint64_t size;

	if (!width || width > DISPLIF_MAX_SIDE || !height || height > DISPLIF_MAX_SIDE) {
		displfront_fail(dev, "a framebuffer of %ux%u: sides are 1 to %u", width, height,
				DISPLIF_MAX_SIDE);
		return -EINVAL;
	}
	if (!bpp) {
		displfront_fail(dev, "format 0x%08x is not known", fourcc);
		return -EINVAL;
	}
	size = (uint64_t)width * (bpp / 8) * height;
	if (size > DISPLIF_MAX_BUFFER) {
		displfront_fail(dev, "a framebuffer of %ux%u has more than %u bytes", width, height,
				DISPLIF_MAX_BUFFER);
		return -EINVAL;
	}
	if ((flags & ~(DISPLFRONT_BACKEND | DISPLFRONT_OWN)) ||
	    flags == (DISPLFRONT_BACKEND | DISPLFRONT_OWN)) {
		displfront_fail(dev, "flags 0x%x of a framebuffer make no sense", flags);
		return -EINVAL;
	}
	fb->width = width;
	fb->height = height;
	fb->fourcc = fourcc;
	fb->stride = width * (bpp / 8);
	fb->size = (uint32_t)size;
	fb->backend_allocated = flags ? flags == DISPLFRONT_BACKEND : dev->be_alloc;
	return 0;
}

static void describe(struct displfront_buf *b)
{
	b->plan.width = b->fb.width;
	b->plan.height = b->fb.height;
	b->plan.bpp = displif_format_bpp(b->fb.fourcc);
	b->plan.format = b->fb.fourcc;
	b->plan.size = b->fb.size;
	b->plan.theirs = b->fb.backend_allocated;
}

/* Its memory; the grants are the thread's. */
static int make(struct displfront_dev *dev, struct displfront_buf *b)
{
	uint32_t pages = displif_pgdir_pages(b->fb.size);
	char what[64];

	b->words = displif_port_share_words(b->fb.size);
	snprintf(what, sizeof(what), "a framebuffer of %ux%u", b->fb.width, b->fb.height);
	if (!displfront_budget(dev, b->fb.backend_allocated ? b->words - pages : b->words, what))
		return -ENOSPC;
	b->gref = malloc(b->words * sizeof(*b->gref));
	if (b->gref && !b->fb.backend_allocated) {
		b->block = displfront_block_new(dev, pages);
		if (b->block)
			b->fb.pixels = b->block->va;
	}
	if (!b->gref || (!b->block && !b->fb.backend_allocated)) {
		displfront_fail(dev, "%s: no memory for %u pages", what, pages);
		return -ENOMEM;
	}
	return 0;
}

/* Waits until it is taken down, or cannot be. It is freed then, or will be. */
static void take_down(struct displfront_dev *dev, struct displfront_buf *b)
{
	displif_plan_remove(&b->plan);
	displfront_kick(dev);
	wait_event(dev->waitq, b->gone || b->plan.stuck);
	if (b->gone)
		displfront_buf_free(b);
	else
		b->left = true;
}

int displfront_fb_create(struct displfront_dev *dev, uint32_t width, uint32_t height,
			 uint32_t fourcc, uint32_t flags, struct displfront_fb **fb)
{
	struct displfront_buf *b;
	int err;

	*fb = NULL;
	if (!dev->started) {
		displfront_fail(dev, "no backend is connected");
		return -ENOTCONN;
	}
	b = malloc(sizeof(*b));
	if (!b) {
		displfront_fail(dev, "no memory for a framebuffer");
		return -ENOMEM;
	}
	memset(b, 0, sizeof(*b));
	err = check(dev, width, height, fourcc, flags, &b->fb);
	if (!err)
		err = make(dev, b);
	if (err) {
		displfront_buf_free(b);
		return err;
	}
	describe(b);
	displif_plan_add(&dev->plan, &b->plan);
	displfront_kick(dev);
	wait_event(dev->waitq, b->plan.made || b->plan.err);
	err = b->plan.made ? 0 : b->plan.err;
	if (err)
		take_down(dev, b);
	else
		*fb = &b->fb;
	return err;
}
EXPORT_SYMBOL(displfront_fb_create);

void displfront_fb_destroy(struct displfront_dev *dev, struct displfront_fb *fb)
{
	struct displfront_buf *b = (struct displfront_buf *)fb;

	if (!b)
		return;
	/* In this order: no event of it is queued from now on. */
	displif_plan_remove(&b->plan);
	displfront_events_forget(dev, b);
	take_down(dev, b);
}
EXPORT_SYMBOL(displfront_fb_destroy);

/* Whether the backend need not be waited for any more. The array may move while we wait. */
static bool is_shown(struct displfront_dev *dev, uint32_t connector,
		     const struct displif_plan_buf *buf, uint32_t generation, uint64_t until)
{
	const struct displif_plan_conn *m = &dev->mode[connector];

	return !m->dirty || m->front != buf || dev->generation != generation || !dev->started ||
	       displfront_clock(dev) >= until;
}

int displfront_show(struct displfront_dev *dev, uint32_t connector, struct displfront_fb *fb)
{
	struct displfront_buf *b = (struct displfront_buf *)fb;
	struct displif_plan_buf *p = b ? &b->plan : NULL;
	uint32_t generation = dev->generation;
	const struct displif_plan_conn *m;
	struct displfront_conn *c;
	uint64_t until;

	if (connector >= dev->n) {
		displfront_fail(dev, "no connector %u: there are %u", connector, dev->n);
		return -EINVAL;
	}
	if (!dev->started) {
		displfront_fail(dev, "no backend is connected");
		return -ENOTCONN;
	}
	if (b && b->fb.lost) {
		displfront_fail(dev, "the framebuffer is lost");
		return -ESTALE;
	}
	/* One after the other. What only comes back after a reconnection is not waited for. */
	c = dev->conn[connector];
	wait_event(dev->waitq, !c->asked || dev->generation != generation || !dev->started);
	if (dev->generation != generation || !dev->started)
		return -ENOTCONN;
	c->asked = true;
	displif_plan_show(&dev->plan, connector, p);
	displfront_kick(dev);
	until = displfront_clock(dev) + DISPLFRONT_PATIENCE_MS;
	wait_event(dev->waitq, is_shown(dev, connector, p, generation, until));
	c->asked = false;
	wake_up(&dev->waitq);
	if (dev->generation != generation || !dev->started)
		return -ENOTCONN;
	m = &dev->mode[connector];
	if (m->dirty && m->front == p) {
		/* As when a backend of before still maps its pages. */
		displfront_fail(dev, "connector %u: not shown after %u ms", connector,
				DISPLFRONT_PATIENCE_MS);
		return -ETIMEDOUT;
	}
	return m->err;
}
EXPORT_SYMBOL(displfront_show);
