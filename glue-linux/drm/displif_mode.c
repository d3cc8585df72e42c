/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Connectors and their modes: from the display's EDID, else the one of the configuration. */
#include <drm/drm_atomic_state_helper.h>
#include <drm/drm_modes.h>
#include <drm/drm_modeset_helper_vtables.h>
#include <drm/drm_probe_helper.h>

#include "displif_drv.h"

static int ddrm_edid_block(void *context, u8 *buf, unsigned int block, size_t len)
{
	const struct ddrm_conn *c = context;
	size_t at = (size_t)block * EDID_LENGTH;

	if (at + len > c->edid_sz)
		return -EINVAL;
	memcpy(buf, c->edid + at, len);
	return 0;
}

/* "resolution", with the blanking of a flat display: backends know the size only. */
static int ddrm_mode_configured(struct drm_connector *connector, u32 width, u32 height)
{
	struct drm_display_mode *mode = drm_mode_create(connector->dev);

	if (!mode || width > 8192 || height > 8192) {
		if (mode)
			drm_mode_destroy(connector->dev, mode);
		return 0;
	}
	mode->hdisplay = (u16)width;
	mode->hsync_start = (u16)(width + 48);
	mode->hsync_end = (u16)(width + 80);
	mode->htotal = (u16)(width + 160);
	mode->vdisplay = (u16)height;
	mode->vsync_start = (u16)(height + 3);
	mode->vsync_end = (u16)(height + 8);
	mode->vtotal = (u16)(height + 31);
	mode->clock = (int)DIV_ROUND_CLOSEST((u32)mode->htotal * mode->vtotal * 6u, 100u);
	mode->flags = DRM_MODE_FLAG_PHSYNC | DRM_MODE_FLAG_NVSYNC;
	mode->type = DRM_MODE_TYPE_DRIVER | DRM_MODE_TYPE_PREFERRED;
	drm_mode_set_name(mode);
	drm_mode_probed_add(connector, mode);
	return 1;
}

/*
 * With mode_config.mutex. An override from debugfs or firmware comes before the display's own
 * EDID.
 */
static int ddrm_get_modes(struct drm_connector *connector)
{
	struct ddrm_conn *c = container_of(connector, struct ddrm_conn, connector);
	const struct drm_edid *edid = drm_edid_read_custom(connector, ddrm_edid_block, c);
	int n = ddrm_edid_modes(connector, edid);

	drm_edid_free(edid);
	return n > 0 ? n : ddrm_mode_configured(connector, c->width, c->height);
}

/*
 * Modes that are offered, and a client's own. From 1 to 1000 Hz, in numbers that DRM's arithmetic
 * holds: the rate is that of a timer, which could keep a CPU busy. Two buffers must fit, or nothing
 * could ever be flipped.
 */
enum drm_mode_status ddrm_mode_valid(struct drm_crtc *crtc, const struct drm_display_mode *mode)
{
	u64 size = (u64)mode->hdisplay * mode->vdisplay * 4, limit = ddrm_grant_limit();
	u32 total = (u32)mode->htotal * mode->vtotal, khz = (u32)mode->clock, pages;

	if (mode->flags & (DRM_MODE_FLAG_INTERLACE | DRM_MODE_FLAG_DBLSCAN) || mode->vscan > 1)
		return MODE_NO_INTERLACE;
	if (khz > total || khz * 1000ull < total || total > INT_MAX)
		return MODE_CLOCK_RANGE;
	if (size > DISPLIF_MAX_BUFFER)
		return MODE_MEM;
	pages = displif_pgdir_pages((u32)size);
	if (2 * (u64)(pages + displif_pgdir_dirs(pages)) <= limit)
		return MODE_OK;
	drm_info_once(
		crtc->dev,
		"modes from %ux%u left out: two buffers exceed %llu grants (max_grant_frames)\n",
		mode->hdisplay, mode->vdisplay, limit);
	return MODE_MEM;
}

static enum drm_connector_status ddrm_detect(struct drm_connector *connector, bool force)
{
	struct ddrm_conn *c = container_of(connector, struct ddrm_conn, connector);

	return READ_ONCE(c->present) ? connector_status_connected : connector_status_disconnected;
}

static const struct drm_connector_helper_funcs ddrm_connector_helper_funcs = {
	.get_modes = ddrm_get_modes,
};

static const struct drm_connector_funcs ddrm_connector_funcs = {
	.reset = drm_atomic_helper_connector_reset,
	.detect = ddrm_detect,
	.fill_modes = drm_helper_probe_single_connector_modes,
	.destroy = drm_connector_cleanup,
	.atomic_duplicate_state = drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state = drm_atomic_helper_connector_destroy_state,
};

static const struct drm_encoder_funcs ddrm_encoder_funcs = {
	.destroy = drm_encoder_cleanup,
};

int ddrm_connector_init(struct ddrm_conn *c)
{
	struct drm_device *drm = &c->dd->drm;
	int err;

	c->encoder.possible_crtcs = drm_crtc_mask(&c->crtc);
	err = drm_encoder_init(drm, &c->encoder, &ddrm_encoder_funcs, DRM_MODE_ENCODER_VIRTUAL,
			       NULL);
	if (err)
		return err;
	err = drm_connector_init(drm, &c->connector, &ddrm_connector_funcs,
				 DRM_MODE_CONNECTOR_VIRTUAL);
	if (err)
		return err;
	drm_connector_helper_add(&c->connector, &ddrm_connector_helper_funcs);
	/* The hot-plug uevent comes from the work "show". */
	c->connector.polled = DRM_CONNECTOR_POLL_HPD;
	drm_connector_attach_edid_property(&c->connector);
	return drm_connector_attach_encoder(&c->connector, &c->encoder);
}
