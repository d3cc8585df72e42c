/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Dumb buffers: memory of the screen's that the CPU writes. */
#include "kms_dev.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <displif/geometry.h>

bool kms_buf_make(struct kms_dev *dev, struct kms_buf *buf, uint32_t width, uint32_t height,
		  uint32_t format)
{
	struct drm_mode_create_dumb create = {
		.width = width,
		.height = height,
		.bpp = displif_format_bpp(format),
	};
	struct drm_mode_map_dumb map = { 0 };
	uint32_t handles[4] = { 0 }, pitches[4] = { 0 }, offsets[4] = { 0 };
	void *pixels;
	int saved;

	*buf = (struct kms_buf){ 0 };
	if (drmIoctl(dev->fd, DRM_IOCTL_MODE_CREATE_DUMB, &create) != 0)
		return false;
	buf->handle = create.handle;
	buf->size = create.size;
	handles[0] = create.handle;
	pitches[0] = create.pitch;
	map.handle = create.handle;
	if (create.pitch % 4u) {
		errno = EINVAL; /* convert.h wants whole words; no driver does otherwise */
		goto fail;
	}
	if (drmModeAddFB2(dev->fd, width, height, format, handles, pitches, offsets, &buf->fb_id,
			  0) != 0 ||
	    drmIoctl(dev->fd, DRM_IOCTL_MODE_MAP_DUMB, &map) != 0)
		goto fail;
	pixels = mmap(NULL, buf->size, PROT_READ | PROT_WRITE, MAP_SHARED, dev->fd,
		      (off_t)map.offset);
	if (pixels == MAP_FAILED)
		goto fail;
	buf->canvas = (struct be_canvas){ .pixels = pixels,
					  .width = width,
					  .height = height,
					  .stride = create.pitch,
					  .format = format };
	memset(pixels, 0, buf->size);
	return true;
fail:
	saved = errno;
	kms_buf_free(dev, buf);
	errno = saved;
	return false;
}

void kms_buf_free(struct kms_dev *dev, struct kms_buf *buf)
{
	struct drm_mode_destroy_dumb destroy = { .handle = buf->handle };

	be_convert_forget_canvas(&buf->canvas);
	if (buf->canvas.pixels)
		munmap(buf->canvas.pixels, buf->size);
	if (buf->fb_id)
		drmModeRmFB(dev->fd, buf->fb_id);
	if (buf->handle)
		drmIoctl(dev->fd, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy);
	*buf = (struct kms_buf){ 0 };
}
