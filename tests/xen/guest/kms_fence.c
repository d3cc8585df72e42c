/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fences of an exporter that is vgem: as long as one is attached to a buffer, whoever made it seems
 * to be drawing. The numbers are vgem's user interface, whose header Debian does not ship.
 */
#include "kms.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "cli.h"

#define FENCE_ATTACH 1u
#define FENCE_SIGNAL 2u
#define FENCE_WRITE 1u

struct fence_attach {
	uint32_t handle, flags, fence, pad;
};

struct fence_signal {
	uint32_t fence, flags;
};

bool kms_fence_attach(struct kms *kms, const struct kms_buffer *buffer, uint32_t *fence)
{
	struct fence_attach arg = {.handle = buffer->exported, .flags = FENCE_WRITE};
	int err = drmCommandWriteRead(kms->exporter, FENCE_ATTACH, &arg, sizeof(arg));

	if (err)
		cli_error("attach a fence to buffer %u: %s", buffer->exported, strerror(-err));
	*fence = arg.fence;
	return !err;
}

bool kms_fence_signal(struct kms *kms, uint32_t fence, uint32_t after_ms)
{
	struct fence_signal arg = {.fence = fence};
	struct pollfd fd = {.fd = kms->fd, .events = POLLIN};
	bool early = poll(&fd, 1, (int)after_ms) != 0;
	int err = drmCommandWrite(kms->exporter, FENCE_SIGNAL, &arg, sizeof(arg));

	if (early)
		cli_error("%s: an event before the fence was signalled", kms->path);
	if (err)
		cli_error("signal fence %u: %s", fence, strerror(-err));
	return !early && !err;
}
