/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A DRM device of which we are the master: its screens (connector and CRTC) and
 * dumb buffers. No policy: output_kms.c decides what is shown.
 */
#ifndef BE_KMS_DEV_H
#define BE_KMS_DEV_H

#include <xf86drm.h>
#include <xf86drmMode.h>

#include "convert.h"
#include "kms_mode.h"

#define KMS_MAX_SCREENS 16u
#define KMS_MAX_FORMATS 64u

/* A dumb buffer with its DRM framebuffer; fb_id 0: none. */
struct kms_buf {
	uint32_t handle, fb_id;
	uint64_t size;
	struct be_canvas canvas;
	struct be_view view; /* what of it is not black */
};

struct kms_head;

/* A connector that is used, with its CRTC. */
struct kms_screen {
	char name[32]; /* "HDMI-A-1" */
	uint32_t connector_id, crtc_id, crtc_index;
	drmModeModeInfo *mode;
	struct kms_mode *size; /* of the same modes */
	uint32_t n_modes;
	uint8_t *edid;
	uint32_t edid_len;
	uint32_t plane_id;		  /* the CRTC's primary plane, 0: unknown */
	uint32_t format[KMS_MAX_FORMATS]; /* of that plane */
	uint32_t n_formats;
	bool at_once;	    /* the driver has no vertical blank to wait for, and is quick */
	uint32_t slow;	    /* plane updates in a row that were not */
	drmModeCrtc *saved; /* to be restored */

	/* output_kms.c's */
	struct kms_head *head;
	bool pending; /* a page flip was accepted and its event has not come */
};

struct kms_dev {
	int fd;
	const char *path;
	struct kms_screen screen[KMS_MAX_SCREENS];
	uint32_t n;
};

/*
 * Opens @path; uses the screens named in @list (NULL: all connected), in that order. Tells why if
 * it fails.
 */
bool kms_dev_open(struct kms_dev *dev, const char *path, const char *list);
/* Restores what the screens showed before. */
void kms_dev_close(struct kms_dev *dev);

/* A black buffer. False with errno, *@buf then empty. */
bool kms_buf_make(struct kms_dev *dev, struct kms_buf *buf, uint32_t width, uint32_t height,
		  uint32_t format);
/* Of an empty one: nothing happens. */
void kms_buf_free(struct kms_dev *dev, struct kms_buf *buf);

/* For buffers that take pictures of @format: that one if the screen shows it, else XRGB8888. */
uint32_t kms_screen_format(const struct kms_screen *screen, uint32_t format);

#endif
