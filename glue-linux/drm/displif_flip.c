/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a connector shows, and the one flip that may be open. Each event of DRM's that is handed
 * in here goes out exactly once: by the backend's event, by a refusal, by the watchdog, or by
 * the timer where there is no backend. Nothing sleeps.
 */
#include <drm/drm_vblank.h>

#include "displif_drv.h"
#include "displif_trace.h"

static int ddrm_send_config(struct ddrm_conn *c)
{
	const struct ddrm_view *v = &c->view;
	struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG };
	int i;

	/* All zero turns the display off, which in a new connection it is. */
	if (!v->fb && c->lit_gen != c->gen)
		return 0;
	if (v->fb) {
		msg.fb = v->fb;
		msg.x = v->x;
		msg.y = v->y;
		msg.width = v->width;
		msg.height = v->height;
		msg.bpp = v->bpp;
	}
	i = ddrm_req_submit(c, &msg, DDRM_SLOT_QUIET, NULL);
	if (i < 0)
		return i;
	c->lit_gen = v->fb ? c->gen : 0;
	c->lit_fb = v->fb;
	return 0;
}

static int ddrm_send_flip(struct ddrm_conn *c)
{
	const struct displif_msg msg = { .op = XENDISPL_OP_PG_FLIP, .fb = c->view.fb };
	int i = ddrm_req_submit(c, &msg, DDRM_SLOT_FLIP, NULL);

	if (i >= 0) {
		c->lit_fb = c->view.fb;
		c->stats.flips++;
		trace_ddrm_flip(c->index, c->view.fb, (u32)i);
	}
	return i;
}

static void ddrm_flip_open(struct ddrm_conn *c, int slot)
{
	c->flip = slot;
	c->flip_sent = ktime_get_ns();
	c->flip_due = ddrm_now() + DDRM_FLIP_MS;
	c->behind = false;
}

/* No flip is open any more. If one had an event, that goes out with the next tick. */
static void ddrm_flip_local(struct ddrm_conn *c)
{
	struct drm_pending_vblank_event *event = c->event;

	c->event = NULL;
	c->flip = -1;
	if (event)
		ddrm_vblank_arm(c, event);
}

/* Whether the backend was told of anything but the framebuffer of this view. */
static bool ddrm_same_config(const struct ddrm_view *a, const struct ddrm_view *b)
{
	return !a->fb == !b->fb && a->x == b->x && a->y == b->y && a->width == b->width &&
	       a->height == b->height && a->bpp == b->bpp;
}

/* What the backend could not be told is the replay's, which knows the newest view only. */
static void ddrm_flip_untold(struct ddrm_conn *c)
{
	c->view_gen = 0;
	c->behind = false;
	if (c->gen)
		ddrm_show_kick(c->dd, 0);
}

/*
 * Tells the backend of the view. Returns whether it could; *@wait: the event has to wait. An async
 * flip is kept while another is open; one that was kept before is not shown then, and whoever made
 * that so waits for the open one to end: no client draws more than two pictures for one shown.
 */
static bool ddrm_flip_tell(struct ddrm_conn *c, bool config, bool damaged, bool async, bool *wait)
{
	int slot;

	*wait = false;
	if (!config && !damaged)
		return true;
	if (!config && async && c->flip >= 0) {
		*wait = c->behind;
		c->stats.flip_skipped += c->behind;
		c->behind = true;
		return true;
	}
	/* What is open says nothing about this one. */
	c->flip = -1;
	c->behind = false;
	if (config && ddrm_send_config(c))
		return false;
	if (!c->view.fb)
		return true;
	slot = ddrm_send_flip(c);
	if (slot < 0)
		return false;
	ddrm_flip_open(c, slot);
	*wait = !async;
	return true;
}

/*
 * The commit tail shows @view. @fb_gen: the connection in which its framebuffer is attached.
 * @event comes with a reference to vblanks, or is NULL.
 *
 * A flip's event is the backend's. That of an async flip goes out as soon as this framebuffer is
 * the next to be shown: the one before may be drawn into, with the tearing that its client has
 * asked for.
 */
void ddrm_flip(struct ddrm_conn *c, const struct ddrm_view *view, u32 fb_gen, bool damaged,
	       struct drm_pending_vblank_event *event, bool async)
{
	bool config = false, wait = false, told;
	unsigned long flags;

	spin_lock_irqsave(&c->lock, flags);
	if (!view)
		fb_gen = c->view_gen;
	else if (c->view_gen != c->gen || !ddrm_same_config(&c->view, view))
		config = true;
	if (view)
		c->view = *view;
	if (c->event) {
		drm_err_ratelimited(&c->dd->drm, "connector %u: a flip while one is open\n",
				    c->index);
		ddrm_flip_local(c);
	}
	told = c->gen && (!c->view.fb || fb_gen == c->gen) &&
	       ddrm_flip_tell(c, config, damaged, async, &wait);
	if (told)
		c->view_gen = c->gen;
	else
		ddrm_flip_untold(c);
	if (event && wait) {
		c->event = event;
	} else if (event && told && async) {
		ddrm_vblank_send(c, event);
	} else if (event) {
		c->stats.flip_local++;
		ddrm_vblank_arm(c, event);
	}
	if (c->gen)
		ddrm_req_flush(c);
	spin_unlock_irqrestore(&c->lock, flags);
}

/*
 * The replay attached @fb (or there is none) and shows it. Returns false if something newer is
 * to be shown, or if the ring is full: the caller looks again.
 */
bool ddrm_flip_replay(struct ddrm_conn *c, u32 gen, u64 fb)
{
	unsigned long flags;
	bool done = true;

	spin_lock_irqsave(&c->lock, flags);
	if (c->gen == gen && c->view_gen != gen) {
		done = c->view.fb == fb;
		if (done)
			done = !ddrm_send_config(c) && (!fb || ddrm_send_flip(c) >= 0);
		if (done)
			c->view_gen = gen;
		ddrm_req_flush(c);
	}
	spin_unlock_irqrestore(&c->lock, flags);
	return done;
}

/* With the lock: what waited for the open flip is shown, if that is over. */
void ddrm_flip_next(struct ddrm_conn *c)
{
	struct drm_pending_vblank_event *event = c->event;
	int slot;

	if (!c->behind || c->flip >= 0 || !c->gen)
		return;
	slot = ddrm_send_flip(c);
	if (slot < 0) {
		ddrm_flip_untold(c);
		ddrm_flip_local(c);
		return;
	}
	ddrm_flip_open(c, slot);
	if (event) {
		c->event = NULL;
		ddrm_vblank_send(c, event);
	}
}

/* With the lock: something came for a flip, open or not. */
void ddrm_flip_event(struct ddrm_conn *c, struct ddrm_slot *slot,
		     const struct displif_front_event *ev)
{
	bool open = c->flip == (int)(slot - c->slot);
	struct drm_pending_vblank_event *event = c->event;

	if (ev->type == DISPLIF_EV_FLIP) {
		slot->shown = true;
		c->flips_lost = 0;
		c->stats.flip_events++;
		if (open)
			c->flip = -1;
		/* Else it is that of the flip that is kept. */
		if (open && event && !c->behind) {
			c->event = NULL;
			ddrm_vblank_flip(c, event, c->flip_sent);
		}
		return;
	}
	slot->answered = true;
	if (ev->type == DISPLIF_EV_RSP && !ev->status)
		return;
	/* No event will come. */
	slot->shown = true;
	if (ev->type == DISPLIF_EV_RSP) {
		c->stats.flip_refused++;
		drm_dbg_kms(&c->dd->drm, "connector %u: flip refused: %d\n", c->index,
			    ddrm_errno(ev->status));
	}
	if (open)
		ddrm_flip_local(c);
}

/* With the lock: the watchdog. */
void ddrm_flip_expire(struct ddrm_conn *c, u64 now)
{
	if (c->flip < 0 || now < c->flip_due)
		return;
	c->stats.flip_lost++;
	c->flips_lost++;
	ddrm_flip_local(c);
	/* A backend that loses more is asked to start over. */
	if (c->flips_lost > DDRM_FLIPS_LOST) {
		c->flips_lost = 0;
		atomic_set(&c->dd->broken, (int)c->gen);
		ddrm_link_kick(c->dd);
	}
}

/* With the lock: the connection is gone. */
void ddrm_flip_abort(struct ddrm_conn *c)
{
	c->view_gen = 0;
	c->behind = false;
	ddrm_flip_local(c);
}
