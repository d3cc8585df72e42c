/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Dumb buffers: create, map, add as a framebuffer, draw, and the way back, each step timed. */
#include "kms.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli.h"

/* The card that makes the buffers, and a buffer's handle there. */
static int maker(const struct kms *kms)
{
	return kms->exporter >= 0 ? kms->exporter : kms->fd;
}

static uint32_t made(const struct kms_buffer *buffer)
{
	return buffer->exported ? buffer->exported : buffer->handle;
}

/* PRIME: the exporter's buffer becomes one of the card that shows it. */
static bool import(struct kms *kms, struct kms_buffer *buffer)
{
	int fd = -1;
	bool ok;

	if (kms->exporter < 0)
		return true;
	buffer->exported = buffer->handle;
	buffer->handle = 0;
	if (drmPrimeHandleToFD(kms->exporter, buffer->exported, DRM_CLOEXEC | DRM_RDWR, &fd)) {
		cli_error("export buffer %u: %s", buffer->exported, strerror(errno));
		return false;
	}
	ok = drmPrimeFDToHandle(kms->fd, fd, &buffer->handle) == 0;
	if (!ok)
		cli_error("%s: import a buffer of %zu bytes: %s", kms->path, buffer->size,
			  strerror(errno));
	close(fd);
	return ok;
}

static bool create(struct kms *kms, struct kms_buffer *buffer, const struct draw_format *format,
		   struct series *times)
{
	uint32_t row = kms->mode.hdisplay * format->bytes;
	struct drm_mode_create_dumb arg = {
		.width = kms->mode.hdisplay,
		.height = kms->mode.vdisplay + (kms->offset + row - 1u) / row,
		.bpp = 8u * format->bytes,
	};
	uint64_t start = now_ns();

	if (drmIoctl(maker(kms), DRM_IOCTL_MODE_CREATE_DUMB, &arg)) {
		cli_error("%s: create dumb buffer %ux%u, %u bits: %s", kms->path, arg.width,
			  arg.height, arg.bpp, strerror(errno));
		return false;
	}
	series_add(times, now_ns() - start);
	buffer->handle = arg.handle;
	buffer->surface.width = arg.width;
	buffer->surface.height = kms->mode.vdisplay;
	buffer->surface.stride = arg.pitch;
	buffer->surface.fourcc = format->fourcc;
	/* What we are about to write into: believe the kernel only if it adds up. */
	if (arg.size > SIZE_MAX || arg.pitch / format->bytes < arg.width ||
	    (uint64_t)arg.pitch * arg.height > arg.size) {
		cli_error("%s: dumb buffer %ux%u has pitch %u and size %llu", kms->path, arg.width,
			  arg.height, arg.pitch, (unsigned long long)arg.size);
		return false;
	}
	buffer->size = (size_t)arg.size;
	return true;
}

static bool map(struct kms *kms, struct kms_buffer *buffer, struct series *times)
{
	struct drm_mode_map_dumb arg = {.handle = made(buffer)};
	uint64_t start = now_ns();
	void *at;

	if (drmIoctl(maker(kms), DRM_IOCTL_MODE_MAP_DUMB, &arg)) {
		cli_error("%s: map dumb buffer %u: %s", kms->path, made(buffer), strerror(errno));
		return false;
	}
	at = mmap(NULL, buffer->size, PROT_READ | PROT_WRITE, MAP_SHARED, maker(kms),
		  (off_t)arg.offset);
	if (at == MAP_FAILED) {
		cli_error("%s: mmap of %zu bytes of buffer %u: %s", kms->path, buffer->size,
			  made(buffer), strerror(errno));
		return false;
	}
	series_add(times, now_ns() - start);
	buffer->mem = at;
	buffer->surface.pixels = (uint8_t *)at + kms->offset;
	return true;
}

static bool add_fb(struct kms *kms, struct kms_buffer *buffer, struct series *times)
{
	const struct draw_surface *s = &buffer->surface;
	const uint32_t handles[4] = {buffer->handle}, pitches[4] = {s->stride},
		       offsets[4] = {kms->offset};
	uint64_t start = now_ns();
	int err = drmModeAddFB2(kms->fd, s->width, s->height, s->fourcc, handles, pitches, offsets,
				&buffer->fb, 0);

	if (err) {
		buffer->fb = 0;
		cli_error("%s: addfb2 %ux%u %s, pitch %u: %s", kms->path, s->width, s->height,
			  draw_format_find(s->fourcc)->name, s->stride, strerror(-err));
		return false;
	}
	series_add(times, now_ns() - start);
	return true;
}

bool kms_buffer_refused(struct kms *kms, const struct kms_buffer *buffer)
{
	const struct draw_surface *s = &buffer->surface;
	const uint32_t handles[4] = {buffer->handle}, pitches[4] = {s->stride},
		       offsets[4] = {kms->offset};
	const uint64_t modifiers[4] = {UINT64_MAX - 1u};
	uint32_t fb = 0;
	int err = drmModeAddFB2WithModifiers(kms->fd, s->width, s->height, s->fourcc, handles,
					     pitches, offsets, modifiers, &fb, DRM_MODE_FB_MODIFIERS);

	if (err != -EINVAL)
		cli_error("%s: addfb2 with a modifier that nobody knows: %s", kms->path,
			  err ? strerror(-err) : "accepted");
	return err == -EINVAL;
}

bool kms_buffer_create(struct kms *kms, struct kms_buffer *buffer, uint32_t fourcc,
		       struct kms_buffer_times *times)
{
	*buffer = (struct kms_buffer){0};
	if (create(kms, buffer, draw_format_find(fourcc), &times->create) && import(kms, buffer) &&
	    map(kms, buffer, &times->map) && add_fb(kms, buffer, &times->addfb))
		return true;
	kms_buffer_destroy(kms, buffer, times);
	return false;
}

void kms_buffer_draw(struct kms_buffer *buffer, uint32_t seed, uint32_t frame,
		     struct kms_buffer_times *times)
{
	uint64_t start = now_ns();

	/* The surface was checked when it was made: these cannot be refused. */
	if (buffer->drawn)
		draw_move(&buffer->surface, seed, buffer->frame, frame);
	else
		draw_card(&buffer->surface, seed, frame);
	buffer->drawn = true;
	buffer->frame = frame;
	series_add(&times->draw, now_ns() - start);
}

bool kms_buffer_destroy(struct kms *kms, struct kms_buffer *buffer, struct kms_buffer_times *times)
{
	struct drm_mode_destroy_dumb arg = {.handle = buffer->handle};
	uint64_t start = now_ns();
	bool ok = true;
	int err;

	if (buffer->fb) {
		err = drmModeRmFB(kms->fd, buffer->fb);
		series_add(&times->rmfb, now_ns() - start);
		if (err) {
			cli_error("%s: remove framebuffer %u: %s", kms->path, buffer->fb,
				  strerror(-err));
			ok = false;
		}
	}
	if (buffer->mem && munmap(buffer->mem, buffer->size)) {
		cli_error("%s: munmap of buffer %u: %s", kms->path, buffer->handle,
			  strerror(errno));
		ok = false;
	}
	if (buffer->exported) {
		struct drm_mode_destroy_dumb theirs = {.handle = buffer->exported};

		if (drmIoctl(kms->exporter, DRM_IOCTL_MODE_DESTROY_DUMB, &theirs)) {
			cli_error("destroy exported buffer %u: %s", buffer->exported,
				  strerror(errno));
			ok = false;
		}
	}
	if (buffer->handle) {
		start = now_ns();
		err = drmIoctl(kms->fd, DRM_IOCTL_MODE_DESTROY_DUMB, &arg);
		series_add(&times->destroy, now_ns() - start);
		if (err) {
			cli_error("%s: destroy dumb buffer %u: %s", kms->path, buffer->handle,
				  strerror(errno));
			ok = false;
		}
	}
	*buffer = (struct kms_buffer){0};
	return ok;
}
