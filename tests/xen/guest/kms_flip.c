/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Page flips and their events. The events are read here, not by drmHandleEvent, because each has
 * to be accounted for: a second one, an unknown one or a cut one must not pass unseen.
 */
#include "kms.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define FENCE_MS 50u
#define BUSY_NS 1000000L

static void account_time(struct kms_flips *flips, const struct drm_event_vblank *event)
{
	uint64_t us = (uint64_t)event->tv_sec * 1000000u + event->tv_usec;
	int32_t step = (int32_t)(event->sequence - flips->last_sequence);

	if (flips->events > 1) {
		flips->sequence_still += step == 0;
		flips->sequence_back += step < 0;
		flips->time_back += us < flips->last_time_us;
	}
	/* The kernel's time has whole microseconds, cut off; so has start_us. */
	flips->time_outside += us < flips->start_us || us > now_ns() / 1000u;
	flips->last_time_us = us;
	flips->last_sequence = event->sequence;
}

static bool account_event(struct kms *kms, struct kms_flips *flips, const struct drm_event *base,
			  const uint8_t *data)
{
	struct drm_event_vblank event;

	if (base->type != DRM_EVENT_FLIP_COMPLETE || base->length < sizeof(event)) {
		cli_error("%s: event of type %u, %u bytes, that nobody asked for", kms->path,
			  base->type, base->length);
		flips->surplus++;
		return false;
	}
	memcpy(&event, data, sizeof(event));
	if (event.user_data != flips->pending || !flips->pending) {
		cli_error("%s: event for flip %llu while %s%llu is awaited", kms->path,
			  (unsigned long long)event.user_data,
			  flips->pending ? "that of " : "none, ",
			  (unsigned long long)flips->pending);
		flips->surplus++;
		return false;
	}
	if (event.crtc_id && event.crtc_id != kms->crtc) {
		cli_error("%s: event for flip %llu names CRTC %u instead of %u", kms->path,
			  (unsigned long long)event.user_data, event.crtc_id, kms->crtc);
		return false;
	}
	flips->events++;
	flips->pending = 0;
	account_time(flips, &event);
	return true;
}

/* Read all that is there; whole events only come out of the kernel. */
static bool read_events(struct kms *kms, struct kms_flips *flips)
{
	uint8_t data[1024];
	ssize_t len = read(kms->fd, data, sizeof(data));
	bool ok = true;

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (len < 0) {
		cli_error("%s: read event: %s", kms->path, strerror(errno));
		return false;
	}
	for (size_t at = 0; at < (size_t)len;) {
		struct drm_event base;

		if ((size_t)len - at < sizeof(base)) {
			cli_error("%s: %zu bytes of an event", kms->path, (size_t)len - at);
			return false;
		}
		memcpy(&base, data + at, sizeof(base));
		if (base.length < sizeof(base) || base.length > (size_t)len - at) {
			cli_error("%s: event of %u bytes in %zu read", kms->path, base.length,
				  (size_t)len - at);
			return false;
		}
		ok = account_event(kms, flips, &base, data + at) && ok;
		at += base.length;
	}
	return ok;
}

static int poll_time(uint64_t end)
{
	uint64_t now = now_ns(), ms;

	if (now >= end)
		return 0;
	/* Rounded up, so that the last turn does not spin. */
	ms = (end - now + 999999u) / 1000000u;
	return ms > 1000000u ? 1000000 : (int)ms;
}

/* Until no event is awaited (if one was), the time is over, or a signal comes. */
static enum kms_wait wait_events(struct kms *kms, struct kms_flips *flips, int signal_fd,
				 uint64_t timeout_ms)
{
	uint64_t end = now_ns() + timeout_ms * 1000000u;
	bool awaited = flips->pending != 0;

	for (;;) {
		struct pollfd fds[2] = {
			{.fd = kms->fd, .events = POLLIN},
			{.fd = signal_fd, .events = POLLIN},
		};
		int n = poll(fds, 2, poll_time(end));

		if (n < 0 && errno != EINTR) {
			cli_error("%s: poll: %s", kms->path, strerror(errno));
			return KMS_WAIT_FAILED;
		}
		if (n > 0 && (fds[0].revents & POLLIN) && !read_events(kms, flips))
			return KMS_WAIT_FAILED;
		if (n > 0 && (fds[0].revents & (POLLERR | POLLHUP | POLLNVAL))) {
			cli_error("%s: the device is gone%s", kms->path,
				  flips->pending ? ", with a flip under way" : "");
			return KMS_WAIT_FAILED;
		}
		/* First the signal: flips may be so quick that each wait ends with its event. */
		if (n > 0 && (fds[1].revents & POLLIN))
			return KMS_WAIT_SIGNAL;
		if (awaited && !flips->pending)
			return KMS_WAIT_DONE;
		if (now_ns() >= end)
			break;
	}
	if (!awaited)
		return KMS_WAIT_DONE;
	cli_error("%s: no event for flip %llu within %llu ms", kms->path,
		  (unsigned long long)flips->pending, (unsigned long long)timeout_ms);
	return KMS_WAIT_FAILED;
}

/*
 * One attempt. A mode set may leave a flip of its own under way (drm_xen_front does so when the
 * display is switched on again); until that is done the kernel says EBUSY.
 */
static int submit(struct kms *kms, struct kms_flips *flips, uint32_t fb, uint64_t *start)
{
	int err;

	*start = now_ns();
	flips->start_us = *start / 1000u;
	err = drmModePageFlip(kms->fd, kms->crtc, fb,
			      DRM_MODE_PAGE_FLIP_EVENT |
				      (flips->async ? DRM_MODE_PAGE_FLIP_ASYNC : 0u),
			      (void *)(uintptr_t)flips->number);
	if (!err)
		series_add(&flips->ioctl, now_ns() - *start);
	return err;
}

enum kms_wait kms_flip(struct kms *kms, struct kms_flips *flips, const struct kms_buffer *buffer,
		       int signal_fd, uint32_t timeout_ms)
{
	uint64_t start = 0, end = now_ns() + timeout_ms * 1000000ull;
	enum kms_wait result;
	uint32_t fence = 0;
	int err;

	if (flips->fenced && !kms_fence_attach(kms, buffer, &fence))
		return KMS_WAIT_FAILED;
	flips->pending = ++flips->number;
	while ((err = submit(kms, flips, buffer->fb, &start)) == -EBUSY && start < end) {
		flips->busy++;
		nanosleep(&(struct timespec){.tv_nsec = BUSY_NS}, NULL);
	}
	if (err) {
		cli_error("%s: page flip %llu to framebuffer %u: %s", kms->path,
			  (unsigned long long)flips->number, buffer->fb, strerror(-err));
		flips->number--;
		flips->pending = 0;
		return KMS_WAIT_FAILED;
	}
	if (!flips->first_ns)
		flips->first_ns = start;
	if (flips->fenced && !kms_fence_signal(kms, fence, FENCE_MS))
		return KMS_WAIT_FAILED;
	result = wait_events(kms, flips, signal_fd, timeout_ms);
	if (result != KMS_WAIT_FAILED && !flips->pending) {
		flips->last_ns = now_ns();
		series_add(&flips->event, flips->last_ns - start);
	}
	return result;
}

enum kms_wait kms_flip_idle(struct kms *kms, struct kms_flips *flips, int signal_fd,
			    uint64_t timeout_ms)
{
	return wait_events(kms, flips, signal_fd, timeout_ms);
}
