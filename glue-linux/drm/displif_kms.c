/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Planes, CRTCs and the commit tail, in which nothing sleeps for the backend. */
#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_damage_helper.h>
#include <drm/drm_fourcc.h>
#include <drm/drm_vblank.h>

#include "displif_drv.h"

/* XRGB8888 first: clients and the console take the first that fits. */
static const u32 ddrm_formats[] = {
	DRM_FORMAT_XRGB8888,
	DRM_FORMAT_ARGB8888,
	DRM_FORMAT_RGB565,
	DRM_FORMAT_RGB888,
	DRM_FORMAT_XRGB4444,
	DRM_FORMAT_ARGB4444,
	DRM_FORMAT_XRGB1555,
	DRM_FORMAT_ARGB1555,
	DRM_FORMAT_YUYV,
	/*
	 * With bgr=1 only: no backend says whether it knows them, and one that does not shows
	 * wrong colours.
	 */
	DRM_FORMAT_XBGR8888,
	DRM_FORMAT_ABGR8888,
};

#define DDRM_FORMATS_SAFE 9

static const u64 ddrm_modifiers[] = { DRM_FORMAT_MOD_LINEAR, DRM_FORMAT_MOD_INVALID };

static int ddrm_plane_check(struct drm_plane *plane, struct drm_atomic_commit *state)
{
	struct drm_plane_state *ps = drm_atomic_get_new_plane_state(state, plane);
	struct drm_crtc_state *cs = NULL;

	if (ps->crtc)
		cs = drm_atomic_get_new_crtc_state(state, ps->crtc);
	if (!cs)
		return 0;
	return drm_atomic_helper_check_plane_state(ps, cs, DRM_PLANE_NO_SCALING,
						   DRM_PLANE_NO_SCALING, false, true);
}

static void ddrm_plane_update(struct drm_plane *plane, struct drm_atomic_commit *state)
{
	struct drm_plane_state *old = drm_atomic_get_old_plane_state(state, plane);
	struct drm_plane_state *ps = drm_atomic_get_new_plane_state(state, plane);
	struct ddrm_conn *c = container_of(plane, struct ddrm_conn, plane);
	struct drm_rect rect;

	/* The protocol has no rectangles: any damage means the whole picture. */
	c->damaged =
		ps->fb && (ps->fb != old->fb || drm_atomic_helper_damage_merged(old, ps, &rect));
}

static const struct drm_plane_helper_funcs ddrm_plane_helper_funcs = {
	.atomic_check = ddrm_plane_check,
	.atomic_update = ddrm_plane_update,
};

static const struct drm_plane_funcs ddrm_plane_funcs = {
	.update_plane = drm_atomic_helper_update_plane,
	.disable_plane = drm_atomic_helper_disable_plane,
	.destroy = drm_plane_cleanup,
	.reset = drm_atomic_helper_plane_reset,
	.atomic_duplicate_state = drm_atomic_helper_plane_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_plane_destroy_state,
};

static void ddrm_crtc_enable(struct drm_crtc *crtc, struct drm_atomic_commit *state)
{
	/* SET_CONFIG comes with the planes, since it names the first framebuffer. */
	ddrm_vblank_mode(crtc_to_conn(crtc));
	drm_crtc_vblank_on(crtc);
}

static void ddrm_crtc_disable(struct drm_crtc *crtc, struct drm_atomic_commit *state)
{
	struct drm_crtc_state *cs = drm_atomic_get_new_crtc_state(state, crtc);
	const struct ddrm_view off = { 0 };

	/*
	 * Arms the event of a flip that is open, so it comes before vblanks go off, which sends
	 * what is armed.
	 */
	ddrm_flip(crtc_to_conn(crtc), &off, 0, false, NULL, false);
	drm_crtc_vblank_off(crtc);
	if (cs->event && !cs->active) {
		spin_lock_irq(&crtc->dev->event_lock);
		drm_crtc_send_vblank_event(crtc, cs->event);
		cs->event = NULL;
		spin_unlock_irq(&crtc->dev->event_lock);
	}
}

static void ddrm_crtc_begin(struct drm_crtc *crtc, struct drm_atomic_commit *state)
{
	crtc_to_conn(crtc)->damaged = false;
}

static void ddrm_crtc_flush(struct drm_crtc *crtc, struct drm_atomic_commit *state)
{
	struct drm_crtc_state *cs = drm_atomic_get_new_crtc_state(state, crtc);
	struct drm_pending_vblank_event *event = cs->event;
	struct ddrm_conn *c = crtc_to_conn(crtc);
	const struct drm_plane_state *ps = drm_atomic_get_new_plane_state(state, &c->plane);
	struct ddrm_view view = { 0 };
	u32 fb_gen = 0;

	if (event) {
		spin_lock_irq(&crtc->dev->event_lock);
		cs->event = NULL;
		if (drm_crtc_vblank_get(crtc)) {
			drm_crtc_send_vblank_event(crtc, event);
			event = NULL;
		}
		spin_unlock_irq(&crtc->dev->event_lock);
	}
	if (ps && ps->fb && ps->visible) {
		struct ddrm_attach *at = to_ddrm_fb(ps->fb)->at;

		fb_gen = READ_ONCE(at->gen);
		view = (struct ddrm_view){
			.fb = at->cookie,
			.x = (u32)ps->src_x >> 16,
			.y = (u32)ps->src_y >> 16,
			.width = cs->mode.hdisplay,
			.height = cs->mode.vdisplay,
			.bpp = ps->fb->format->cpp[0] * 8u,
		};
	}
	ddrm_flip(c, ps ? &view : NULL, fb_gen, c->damaged, event, cs->async_flip);
}

static const struct drm_crtc_helper_funcs ddrm_crtc_helper_funcs = {
	.mode_valid = ddrm_mode_valid,
	.atomic_enable = ddrm_crtc_enable,
	.atomic_disable = ddrm_crtc_disable,
	.atomic_begin = ddrm_crtc_begin,
	.atomic_flush = ddrm_crtc_flush,
};

static const struct drm_crtc_funcs ddrm_crtc_funcs = {
	.reset = drm_atomic_helper_crtc_reset,
	.destroy = drm_crtc_cleanup,
	.set_config = drm_atomic_helper_set_config,
	.page_flip = drm_atomic_helper_page_flip,
	.atomic_duplicate_state = drm_atomic_helper_crtc_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_crtc_destroy_state,
	.enable_vblank = ddrm_vblank_enable,
	.disable_vblank = ddrm_vblank_disable,
	.get_vblank_timestamp = ddrm_vblank_stamp,
	.set_crc_source = ddrm_crc_set,
	.verify_crc_source = ddrm_crc_verify,
	.get_crc_sources = ddrm_crc_sources,
};

/* Whether a CRTC of @state has a flip open; they are locked. */
static bool ddrm_busy(struct drm_atomic_commit *state)
{
	struct drm_crtc_state *cs;
	struct drm_crtc *crtc;
	int i;

	for_each_new_crtc_in_state(state, crtc, cs, i) {
		struct drm_crtc_commit *last = crtc->state->commit;

		if (last && !completion_done(&last->flip_done))
			return true;
	}
	return false;
}

/*
 * Whether the tail has nothing to wait for: no mode, and no buffer that others may fence. It
 * then runs at once, which takes less than to wake somebody who does it.
 */
static bool ddrm_quick(struct drm_atomic_commit *state)
{
	struct drm_plane_state *ps;
	struct drm_crtc_state *cs;
	struct drm_plane *plane;
	struct drm_crtc *crtc;
	int i;

	for_each_new_crtc_in_state(state, crtc, cs, i) {
		if (drm_atomic_crtc_needs_modeset(cs))
			return false;
	}
	for_each_new_plane_in_state(state, plane, ps, i) {
		struct drm_gem_object *obj = ps->fb ? ps->fb->obj[0] : NULL;

		if (ps->fence || (obj && (READ_ONCE(obj->dma_buf) || obj->import_attach)))
			return false;
	}
	return true;
}

/*
 * Only who asks for it waits for the flip. The helpers' own tail does so for everybody; its
 * cleaning up would then come between a flip's event and the client's next flip. What is old
 * needs no such wait here: framebuffers stay attached while the backend may look at them.
 */
static int ddrm_commit(struct drm_device *drm, struct drm_atomic_commit *state, bool nonblock)
{
	int err;

	if (nonblock && ddrm_busy(state))
		return -EBUSY;
	err = drm_atomic_helper_commit(drm, state, nonblock && !ddrm_quick(state));
	if (!err && !nonblock)
		drm_atomic_helper_wait_for_flip_done(drm, state);
	return err;
}

/*
 * Disables, enables, planes: a display is never flipped before its SET_CONFIG, nor after its
 * end.
 */
static void ddrm_commit_tail(struct drm_atomic_commit *state)
{
	struct drm_device *drm = state->dev;

	drm_atomic_helper_commit_modeset_disables(drm, state);
	drm_atomic_helper_commit_modeset_enables(drm, state);
	drm_atomic_helper_commit_planes(drm, state, DRM_PLANE_COMMIT_ACTIVE_ONLY);
	drm_atomic_helper_commit_hw_done(state);
	drm_atomic_helper_cleanup_planes(drm, state);
}

static const struct drm_mode_config_helper_funcs ddrm_mode_config_helper_funcs = {
	.atomic_commit_tail = ddrm_commit_tail,
};

static const struct drm_mode_config_funcs ddrm_mode_config_funcs = {
	.fb_create = ddrm_fb_create,
	.atomic_check = drm_atomic_helper_check,
	.atomic_commit = ddrm_commit,
};

static int ddrm_pipe_init(struct ddrm_conn *c)
{
	struct drm_device *drm = &c->dd->drm;
	unsigned int n = ddrm_bgr ? ARRAY_SIZE(ddrm_formats) : DDRM_FORMATS_SAFE;
	int err;

	BUILD_BUG_ON(ARRAY_SIZE(ddrm_formats) != DDRM_FORMATS_SAFE + 2);
	err = drm_universal_plane_init(drm, &c->plane, 1u << c->index, &ddrm_plane_funcs,
				       ddrm_formats, n, ddrm_modifiers, DRM_PLANE_TYPE_PRIMARY,
				       NULL);
	if (err)
		return err;
	drm_plane_helper_add(&c->plane, &ddrm_plane_helper_funcs);
	drm_plane_enable_fb_damage_clips(&c->plane);
	err = drm_crtc_init_with_planes(drm, &c->crtc, &c->plane, NULL, &ddrm_crtc_funcs, NULL);
	if (err)
		return err;
	drm_crtc_helper_add(&c->crtc, &ddrm_crtc_helper_funcs);
	/* Undone in the other order: the timer queues the work. */
	err = ddrm_crc_init(c);
	if (!err)
		err = ddrm_vblank_init(c);
	return err ? err : ddrm_connector_init(c);
}

int ddrm_kms_init(struct ddrm_dev *dd)
{
	struct drm_device *drm = &dd->drm;
	struct drm_mode_config *mc = &drm->mode_config;
	int err;
	u32 i;

	err = drmm_mode_config_init(drm);
	if (err)
		return err;
	mc->min_width = 1;
	mc->min_height = 1;
	mc->max_width = 8192;
	mc->max_height = 8192;
	mc->preferred_depth = 24;
	mc->prefer_shadow = 0;
	mc->async_page_flip = true;
	mc->funcs = &ddrm_mode_config_funcs;
	mc->helper_private = &ddrm_mode_config_helper_funcs;
	/* First, so that it is undone last: our timers count in it. */
	err = drm_vblank_init(drm, dd->n_conn);
	/* Counts come from times, so nothing is lost while the timer stands still. */
	drm->vblank_disable_immediate = true;
	for (i = 0; i < dd->n_conn && !err; i++)
		err = ddrm_pipe_init(&dd->conn[i]);
	if (err)
		return err;
	drm_mode_config_reset(drm);
	return 0;
}
