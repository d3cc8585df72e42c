/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Modes, copies and page flips of one head. */
#include "kms_head.h"

#include <errno.h>
#include <string.h>

#include <displif-loop.h>

#include "log.h"

/* When so many plane updates in a row took longer than so, we go over to events. */
#define AT_ONCE_MS 4u
#define AT_ONCE_SLOW 8u

static bool set_crtc(struct kms_head *h, uint32_t which)
{
	struct kms_screen *s = h->screen;

	if (drmModeSetCrtc(h->dev->fd, s->crtc_id, h->buf[which].fb_id, 0, 0, &s->connector_id, 1,
			   &s->mode[h->mode]) != 0) {
		be_limited_error("%s: cannot set mode %s: %s", s->name, s->mode[h->mode].name,
				 strerror(errno));
		return false;
	}
	if (!h->lit)
		be_info("%s: mode %s for domain %u", s->name, s->mode[h->mode].name,
			h->base.info.domid);
	h->front = which;
	h->lit = true;
	return true;
}

void kms_head_off(struct kms_head *h)
{
	if (!h->lit)
		return;
	h->lit = false;
	if (drmModeSetCrtc(h->dev->fd, h->screen->crtc_id, 0, 0, 0, NULL, 0, NULL) != 0)
		be_limited_error("%s: cannot switch off: %s", h->screen->name, strerror(errno));
}

void kms_head_free_bufs(struct kms_head *h)
{
	kms_buf_free(h->dev, &h->buf[0]);
	kms_buf_free(h->dev, &h->buf[1]);
	h->front = 0;
}

bool kms_head_bufs(struct kms_head *h, uint32_t guest_format)
{
	const struct kms_mode *size = &h->screen->size[h->mode];
	uint32_t format = kms_screen_format(h->screen, guest_format);

	if (h->buf[0].fb_id && h->buf[0].canvas.format == format &&
	    h->buf[0].canvas.width == size->width && h->buf[0].canvas.height == size->height)
		return true;
	kms_head_free_bufs(h);
	h->lit = false; /* the kernel switches off what loses its framebuffer */
	if (!kms_buf_make(h->dev, &h->buf[0], size->width, size->height, format)) {
		be_limited_error("%s: no dumb buffer of %ux%u: %s", h->screen->name, size->width,
				 size->height, strerror(errno));
		return false;
	}
	if (!kms_buf_make(h->dev, &h->buf[1], size->width, size->height, format))
		be_limited_error("%s: no second dumb buffer (%s): pictures will tear",
				 h->screen->name, strerror(errno));
	return true;
}

static bool draw(struct kms_head *h, struct kms_buf *buf, struct be_frame *frame)
{
	const struct be_place *p = &h->place;
	struct be_view view =
		be_view_make(p->x, p->y, frame->width, frame->height, p->width, p->height);

	if (memcmp(&view, &buf->view, sizeof(view)) != 0) {
		memset(buf->canvas.pixels, 0, buf->size);
		buf->view = view;
	}
	return be_convert_copy(&buf->canvas, frame, &view);
}

/*
 * Where flips wait for no vertical blank there is nothing to gain from their events: a plane update
 * that returns when it is done saves the worker in the kernel, our wait and the read, and the guest
 * gets answer and event together. Not if the driver is slow: other guests would have to wait, too.
 */
static bool flip_at_once(struct kms_head *h, uint32_t back, uint64_t now)
{
	struct kms_screen *s = h->screen;
	const struct be_canvas *c = &h->buf[back].canvas;

	if (drmModeSetPlane(h->dev->fd, s->plane_id, s->crtc_id, h->buf[back].fb_id, 0, 0, 0,
			    c->width, c->height, 0, 0, c->width << 16, c->height << 16) != 0) {
		be_info("%s: no plane update: %s", s->name, strerror(errno));
		s->at_once = false;
		return false;
	}
	h->front = back;
	s->slow = displif_loop_clock() - now > AT_ONCE_MS ? s->slow + 1 : 0;
	if (s->slow == AT_ONCE_SLOW) {
		be_info("%s: plane updates take long: page flips instead", s->name);
		s->at_once = false;
	}
	return true;
}

static void page_flip(struct kms_head *h, uint32_t back, uint64_t fb, uint64_t now)
{
	if (drmModePageFlip(h->dev->fd, h->screen->crtc_id, h->buf[back].fb_id,
			    DRM_MODE_PAGE_FLIP_EVENT, h->screen) == 0) {
		h->screen->pending = true;
		h->pending_fb = fb;
		h->pending_since = now;
		h->front = back;
		return;
	}
	be_info("%s: no page flip: %s", h->screen->name, strerror(errno));
	set_crtc(h, back);
}

bool kms_head_present(struct kms_head *h, struct be_frame *frame, uint64_t fb, uint64_t now)
{
	uint32_t back = h->buf[1].fb_id ? !h->front : h->front;

	if (!h->buf[h->front].fb_id || !draw(h, &h->buf[back], frame))
		return false;
	if (!h->lit) {
		set_crtc(h, back);
	} else if (back == h->front) {
		(void)drmModeDirtyFB(h->dev->fd, h->buf[back].fb_id, NULL, 0);
	} else {
		if (h->screen->at_once && flip_at_once(h, back, displif_loop_clock()))
			return true;
		page_flip(h, back, fb, now);
	}
	return false;
}
