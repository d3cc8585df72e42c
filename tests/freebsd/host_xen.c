/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Xen below the kernel: pages, grants, mappings, event channels and XenStore of the fake. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host_priv.h"

void *host_pages(uint32_t n, bool zero)
{
	return fake_mem_alloc(host.dom, n, zero);
}

void host_pages_free(void *va)
{
	fake_mem_free(host.dom, va);
}

uint32_t host_frame(const void *va)
{
	return fake_mem_frame(host.dom, va);
}

void *host_frame_at(uint32_t frame)
{
	return fake_mem_at(host.dom, frame);
}

/* --- grants --- */

uint32_t host_grants_max(void)
{
	return host.grants;
}

bool host_grant(uint32_t ref, uint16_t domid, void *va, bool readonly)
{
	return fake_grant_at(host.dom, ref, domid, va, readonly);
}

bool host_grant_mapped(uint32_t ref)
{
	return fake_grant_maps(host.dom, ref);
}

bool host_grant_end(uint32_t ref)
{
	return !fake_grant_maps(host.dom, ref) && fake_grant_end(host.dom, ref);
}

/* --- mappings: the fake chooses an address, the kernel another: there it is seen a second time --- */

void *host_range(uint32_t n)
{
	void *va = mmap(NULL, (size_t)n * HOST_PAGE, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (va == MAP_FAILED)
		abort();
	return va;
}

/* Not used again, so that a late touch is seen. */
void host_range_free(void *va, uint32_t n)
{
	if (mmap(va, (size_t)n * HOST_PAGE, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		abort();
}

void *host_map(uint16_t domid, uint32_t ref, bool readonly, void *at)
{
	void *va, *map;

	if (host.port.ops->map(host.port.ctx, domid, &ref, 1, readonly ? 0 : DISPLIF_PORT_WRITE,
			       &va, &map))
		return NULL;
	if (mremap(va, 0, HOST_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, at) == MAP_FAILED)
		abort();
	return map;
}

void host_unmap(void *map, void *at)
{
	host_range_free(at, 1);
	host.port.ops->unmap(host.port.ctx, map);
}

/* --- event channels --- */

void host_on_chan(void *arg, void *tag)
{
	(void)arg;
	kern_interrupt(tag);
}

void *host_chan_open(uint16_t domid, void *tag, uint32_t *port)
{
	void *chan;

	if (host.port.ops->chan_open(host.port.ctx, domid, 0, tag, port, &chan))
		return NULL;
	host.port.ops->chan_enable(host.port.ctx, chan);
	return chan;
}

void host_chan_close(void *chan)
{
	host.port.ops->chan_close(host.port.ctx, chan);
}

void host_chan_notify(void *chan)
{
	host.port.ops->chan_notify(host.port.ctx, chan);
}

/* --- XenStore --- */

static enum host_err error(int err)
{
	switch (err) {
	case 0:
		return HOST_OK;
	case DISPLIF_E_ABSENT:
		return HOST_ABSENT;
	case DISPLIF_E_AGAIN:
		return HOST_AGAIN;
	case DISPLIF_E_INVAL:
		return HOST_INVAL;
	default:
		return HOST_FAILED;
	}
}

enum host_err host_xs_begin(uint32_t *tx)
{
	return error(fake_xs_begin(host.dom, tx));
}

enum host_err host_xs_end(uint32_t tx, bool commit)
{
	return error(fake_xs_end(host.dom, tx, commit));
}

enum host_err host_xs_read(uint32_t tx, const char *path, char *buf, uint32_t cap, uint32_t *len)
{
	return error(fake_xs_read(host.dom, tx, path, buf, cap, len));
}

enum host_err host_xs_write(uint32_t tx, const char *path, const char *text)
{
	return error(fake_xs_puts(host.dom, tx, path, text));
}

enum host_err host_xs_rm(uint32_t tx, const char *path)
{
	return error(fake_xs_rm(host.dom, tx, path));
}

enum host_err host_xs_list(const char *path, char *buf, uint32_t cap, uint32_t *n)
{
	char **names;
	uint32_t i;
	size_t len;
	int err = fake_xs_list(host.dom, path, &names, n);

	if (err)
		return error(err);
	for (i = 0; i < *n; i++) {
		len = strlen(names[i]) + 1;
		if (len > cap)
			abort();
		memcpy(buf, names[i], len);
		buf += len;
		cap -= (uint32_t)len;
	}
	free(names);
	return HOST_OK;
}

struct watch {
	struct fake_watch *fake;
	void *tag;
};

static void fired(void *arg, const char *path)
{
	struct watch *w = arg;

	kern_watch_fired(w->tag, path);
}

void *host_xs_watch(const char *path, void *tag)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->tag = tag;
	w->fake = fake_xs_watch(host.dom, path, fired, w);
	if (w->fake)
		return w;
	free(w);
	return NULL;
}

void host_xs_unwatch(void *watch)
{
	struct watch *w = watch;

	fake_xs_unwatch(w->fake);
	free(w);
}
