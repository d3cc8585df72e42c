/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * CRCs of what a CRTC shows, one for each vblank, for tests that compare pictures. They are of the
 * picture that was committed last, in the guest's memory: what the backend makes of it is not seen.
 */
#include <linux/crc32.h>
#include <linux/iosys-map.h>

#include <drm/drm_crtc.h>
#include <drm/drm_debugfs_crc.h>
#include <drm/drm_managed.h>
#include <drm/drm_vblank.h>

#include "displif_drv.h"

static const char *const ddrm_crc_names[] = { "auto" };

/* With a mapping of the whole buffer: lines of @view. */
static u32 ddrm_crc_of(const struct ddrm_fb *fb, const struct ddrm_view *v, const u8 *pixels)
{
	u32 cpp = fb->base.format->cpp[0], y, crc = ~0u;

	pixels += (size_t)v->y * fb->base.pitches[0] + (size_t)v->x * cpp;
	for (y = 0; y < v->height; y++, pixels += fb->base.pitches[0])
		crc = crc32_le(crc, pixels, (size_t)v->width * cpp);
	return ~crc;
}

static void ddrm_crc_work(struct work_struct *work)
{
	struct ddrm_conn *c = container_of(work, struct ddrm_conn, crc_work);
	struct iosys_map map[DRM_FORMAT_MAX_PLANES], data[DRM_FORMAT_MAX_PLANES];
	struct ddrm_view view;
	struct ddrm_fb *fb;
	u32 crc;

	spin_lock_irq(&c->lock);
	view = c->view;
	spin_unlock_irq(&c->lock);
	fb = view.fb ? ddrm_fb_find(c->dd, view.fb) : NULL;
	if (!fb)
		return;
	/* The view fits the framebuffer: the commit was checked. */
	if (!drm_gem_fb_vmap(&fb->base, map, data)) {
		/* An import may lie in a device's memory, which is not for the CPU to read. */
		crc = data[0].is_iomem ? 0 : ddrm_crc_of(fb, &view, data[0].vaddr);
		drm_gem_fb_vunmap(&fb->base, map);
		drm_crtc_add_crc_entry(&c->crtc, true, (u32)drm_crtc_vblank_count(&c->crtc), &crc);
	}
	drm_framebuffer_put(&fb->base);
}

const char *const *ddrm_crc_sources(struct drm_crtc *crtc, size_t *count)
{
	*count = ARRAY_SIZE(ddrm_crc_names);
	return ddrm_crc_names;
}

int ddrm_crc_verify(struct drm_crtc *crtc, const char *source, size_t *values)
{
	*values = 1;
	return !source || !strcmp(source, ddrm_crc_names[0]) ? 0 : -EINVAL;
}

/* From the one who has the CRTC's file open. */
int ddrm_crc_set(struct drm_crtc *crtc, const char *source)
{
	struct ddrm_conn *c = crtc_to_conn(crtc);
	size_t values;
	int err;

	err = ddrm_crc_verify(crtc, source, &values);
	if (err || !source == !c->crc_on)
		return err;
	if (source) {
		/* Vblanks must go on, even if nobody else wants them. */
		err = drm_crtc_vblank_get(crtc);
		if (!err)
			WRITE_ONCE(c->crc_on, true);
		return err;
	}
	WRITE_ONCE(c->crc_on, false);
	cancel_work_sync(&c->crc_work);
	drm_crtc_vblank_put(crtc);
	return 0;
}

static void ddrm_crc_fini(struct drm_device *drm, void *arg)
{
	struct ddrm_conn *c = arg;

	cancel_work_sync(&c->crc_work);
}

int ddrm_crc_init(struct ddrm_conn *c)
{
	INIT_WORK(&c->crc_work, ddrm_crc_work);
	return drmm_add_action_or_reset(&c->dd->drm, ddrm_crc_fini, c);
}
