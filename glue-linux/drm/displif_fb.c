/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Framebuffers, and what the backend knows of them. */
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_damage_helper.h>
#include <drm/drm_fourcc.h>

#include "displif_drv.h"

static void ddrm_fb_destroy(struct drm_framebuffer *base)
{
	struct ddrm_dev *dd = to_ddrm(base->dev);
	struct ddrm_attach *at = to_ddrm_fb(base)->at;

	mutex_lock(&dd->objs);
	at->fb = NULL;
	if (at->gen && at->gen == dd->gen) {
		ddrm_link_kick(dd);
	} else {
		list_del(&at->node);
		kfree(at);
	}
	mutex_unlock(&dd->objs);
	/* Puts the buffer after FB_DETACH was queued: the work sends them in this order. */
	drm_gem_fb_destroy(base);
}

static const struct drm_framebuffer_funcs ddrm_fb_funcs = {
	.destroy = ddrm_fb_destroy,
	.create_handle = drm_gem_fb_create_handle,
	.dirty = drm_atomic_helper_dirtyfb,
};

/*
 * What the protocol can say of the picture: it has no pitch, so the backend must come to the
 * same one.
 */
static int ddrm_fb_geometry(struct ddrm_fb *fb)
{
	const struct drm_framebuffer *base = &fb->base;
	struct ddrm_bo *bo = to_ddrm_bo(base->obj[0]);
	u32 cpp = base->format->cpp[0], pitch = base->pitches[0], stride, tight = base->width * cpp;
	u64 ofs = (u64)base->offsets[0] + bo->data_ofs;
	u64 size = ofs + (u64)pitch * base->height;
	struct displif_geometry g = {
		.width = base->width,
		.height = base->height,
		.bpp = cpp * 8,
		.size = (u32)size,
		.data_ofs = (u32)ofs,
		.rule = DISPLIF_STRIDE_AUTO,
	};

	/* Not all kernels ask the planes. */
	if (base->modifier != DRM_FORMAT_MOD_LINEAR)
		return -EINVAL;
	if (size > DISPLIF_MAX_BUFFER || size - bo->data_ofs > bo->shmem.base.size)
		return -EINVAL;
	if (pitch != tight && pitch != round_up(tight, 8))
		return -EINVAL;
	if (displif_format_bpp(base->format->format) != g.bpp ||
	    displif_stride(&g, &stride, NULL) || stride != pitch)
		return -EINVAL;
	fb->geo = (struct ddrm_geo){ g.width, g.height, g.bpp, g.size, g.data_ofs };
	return 0;
}

static int ddrm_fb_send(struct ddrm_fb *fb, u64 dbuf, u32 gen)
{
	struct ddrm_dev *dd = to_ddrm(fb->base.dev);
	const struct displif_msg msg = {
		.op = XENDISPL_OP_FB_ATTACH,
		.dbuf = dbuf,
		.fb = fb->at->cookie,
		.width = fb->base.width,
		.height = fb->base.height,
		.format = fb->base.format->format,
	};

	return ddrm_req_wait(&dd->conn[0], gen, &msg, NULL);
}

/*
 * With bo->lock: buffer, then framebuffer, each waited for, since rings are not ordered against
 * each other.
 */
static int ddrm_fb_sync_locked(struct ddrm_fb *fb, struct ddrm_bo *bo, u32 gen)
{
	struct ddrm_dev *dd = to_ddrm(fb->base.dev);
	struct ddrm_share *s;
	u64 dbuf = 0;
	int err;

	if (READ_ONCE(fb->at->gen) == gen)
		return 0;
	err = ddrm_share_get(bo, gen, &fb->geo);
	if (err)
		return err;
	/* Counted before it is sent, so that the share stays while the request is out. */
	mutex_lock(&dd->objs);
	s = dd->gen == gen ? bo->share : NULL;
	if (s) {
		s->fbs++;
		dbuf = s->cookie;
	}
	mutex_unlock(&dd->objs);
	if (!s)
		return -ENOTCONN;
	err = ddrm_fb_send(fb, dbuf, gen);
	mutex_lock(&dd->objs);
	if (dd->gen != gen) {
		/* The share may be gone, too. */
		err = -ENOTCONN;
	} else if (!err || err == -ERESTARTSYS || err == -ETIMEDOUT) {
		/* Killed or lost: it may be attached, so that its end has to be told. */
		fb->at->share = s;
		WRITE_ONCE(fb->at->gen, gen);
	} else {
		s->fbs--;
	}
	mutex_unlock(&dd->objs);
	return err;
}

/*
 * Attaches the framebuffer in connection @gen; does nothing if it is. Sleeps for the backend.
 * Returns as ddrm_share_get().
 */
int ddrm_fb_sync(struct ddrm_fb *fb, u32 gen)
{
	struct ddrm_bo *bo = to_ddrm_bo(fb->base.obj[0]);
	struct drm_device *drm = fb->base.dev;
	int idx, err;

	if (!drm_dev_enter(drm, &idx))
		return -ENODEV;
	err = mutex_lock_killable(&bo->lock);
	if (!err) {
		err = ddrm_fb_sync_locked(fb, bo, gen);
		mutex_unlock(&bo->lock);
	}
	drm_dev_exit(idx);
	return err;
}

struct drm_framebuffer *ddrm_fb_create(struct drm_device *drm, struct drm_file *file,
				       DDRM_FB_INFO const struct drm_mode_fb_cmd2 *cmd)
{
	struct ddrm_dev *dd = to_ddrm(drm);
	struct ddrm_attach *at = kzalloc(sizeof(*at), GFP_KERNEL);
	struct ddrm_fb *fb = kzalloc(sizeof(*fb), GFP_KERNEL);
	int err = -ENOMEM;
	u32 gen;

	BUILD_BUG_ON(offsetof(struct ddrm_fb, base));
	if (at && fb)
		err = ddrm_fb_init(drm, &fb->base, file, cmd, &ddrm_fb_funcs);
	if (err) {
		kfree(at);
		kfree(fb);
		return ERR_PTR(err);
	}
	fb->at = at;
	at->fb = fb;
	at->cookie = (u64)atomic64_inc_return(&dd->cookie);
	err = ddrm_fb_geometry(fb);
	mutex_lock(&dd->objs);
	gen = dd->gen;
	at->tried = gen;
	list_add_tail(&at->node, &dd->fbs);
	mutex_unlock(&dd->objs);
	if (!err && gen)
		err = ddrm_fb_sync(fb, gen);
	/* Not now is not never: the replay attaches it. */
	if (err == -ENOTCONN || err == -EAGAIN) {
		ddrm_fb_again(fb);
		err = 0;
	}
	if (!err)
		return &fb->base;
	drm_dbg_kms(drm, "framebuffer refused: %d\n", err);
	drm_framebuffer_put(&fb->base);
	return ERR_PTR(err);
}

/* With objs, from the work "life": tells the backend of framebuffers that are gone. */
void ddrm_fb_work(struct ddrm_dev *dd)
{
	struct ddrm_attach *at, *next;

	lockdep_assert_held(&dd->objs);
	list_for_each_entry_safe(at, next, &dd->fbs, node) {
		struct displif_msg msg = { .op = XENDISPL_OP_FB_DETACH, .fb = at->cookie };

		if (at->fb)
			continue;
		if (at->gen == dd->gen) {
			/* A request on any ring may still name it. */
			if (ddrm_req_names(dd, at->cookie) ||
			    ddrm_req_quiet(&dd->conn[0], at->gen, &msg, NULL))
				continue;
			at->share->fbs--;
		}
		list_del(&at->node);
		kfree(at);
	}
}

/* The caller owns a reference. NULL if the framebuffer is about to go. */
static struct ddrm_fb *ddrm_fb_ref(struct ddrm_attach *at)
{
	return at->fb && kref_get_unless_zero(&at->fb->base.base.refcount) ? at->fb : NULL;
}

/* One that is not attached in this connection, and was not tried: with a reference. */
struct ddrm_fb *ddrm_fb_next(struct ddrm_dev *dd, u32 gen)
{
	struct ddrm_fb *fb = NULL;
	struct ddrm_attach *at;

	mutex_lock(&dd->objs);
	list_for_each_entry(at, &dd->fbs, node) {
		if (at->gen == gen || at->tried == gen)
			continue;
		fb = ddrm_fb_ref(at);
		if (fb) {
			at->tried = gen;
			break;
		}
	}
	mutex_unlock(&dd->objs);
	return fb;
}

/* With a reference, or NULL. */
struct ddrm_fb *ddrm_fb_find(struct ddrm_dev *dd, u64 cookie)
{
	struct ddrm_fb *fb = NULL;
	struct ddrm_attach *at;

	mutex_lock(&dd->objs);
	list_for_each_entry(at, &dd->fbs, node) {
		if (at->cookie == cookie) {
			fb = ddrm_fb_ref(at);
			break;
		}
	}
	mutex_unlock(&dd->objs);
	return fb;
}

/* The replay has to try this one again, soon. */
void ddrm_fb_again(struct ddrm_fb *fb)
{
	struct ddrm_dev *dd = to_ddrm(fb->base.dev);

	mutex_lock(&dd->objs);
	fb->at->tried = 0;
	if (!dd->gone)
		ddrm_show_kick(dd, 20);
	mutex_unlock(&dd->objs);
}
