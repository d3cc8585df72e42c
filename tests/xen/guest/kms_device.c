/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Find the card, its connector, a CRTC and the mode, and switch them. */
#include "kms.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define MAX_CARDS 64
#define RETRY_NS 2000000L

/* Why the last attempt failed: printed only when the waiting is over. */
static char why[512];

static bool not_yet(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static bool not_yet(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	return false;
}

static void name_connector(const drmModeConnector *c, char *name, size_t size)
{
	const char *type = drmModeGetConnectorTypeName(c->connector_type);

	snprintf(name, size, "%s-%u", type ? type : "Unknown", c->connector_type_id);
}

static bool is_wanted(const drmModeConnector *c, const char *name, const char *wanted)
{
	char id[16];

	if (!wanted)
		return c->connection == DRM_MODE_CONNECTED;
	snprintf(id, sizeof(id), "%u", c->connector_id);
	return !strcmp(name, wanted) || !strcmp(id, wanted);
}

/* The connector, to be freed by drmModeFreeConnector; NULL: not_yet() has been told. */
static drmModeConnector *find_connector(struct kms *kms, const drmModeRes *res, const char *wanted)
{
	for (int i = 0; i < res->count_connectors; i++) {
		drmModeConnector *c = drmModeGetConnector(kms->fd, res->connectors[i]);

		if (!c)
			continue;
		name_connector(c, kms->connector_name, sizeof(kms->connector_name));
		if (is_wanted(c, kms->connector_name, wanted)) {
			if (c->connection == DRM_MODE_CONNECTED)
				return c;
			not_yet("%s: connector %s is not connected", kms->path,
				kms->connector_name);
			drmModeFreeConnector(c);
			return NULL;
		}
		drmModeFreeConnector(c);
	}
	if (wanted)
		not_yet("%s: no connector %s among %d", kms->path, wanted, res->count_connectors);
	else
		not_yet("%s: none of %d connectors is connected", kms->path, res->count_connectors);
	return NULL;
}

static bool find_mode(struct kms *kms, const drmModeConnector *c, const struct kms_want *want)
{
	const drmModeModeInfo *best = NULL;
	char list[256] = "";
	size_t used = 0;

	for (int i = 0; i < c->count_modes; i++) {
		const drmModeModeInfo *m = &c->modes[i];

		/* One size at several rates is one entry: they stand together. */
		if (used + 16 < sizeof(list) &&
		    (!i || m->hdisplay != m[-1].hdisplay || m->vdisplay != m[-1].vdisplay))
			used += (size_t)snprintf(list + used, sizeof(list) - used, " %ux%u",
						 m->hdisplay, m->vdisplay);
		if (want->width && (m->hdisplay != want->width || m->vdisplay != want->height))
			continue;
		if (!best || (!(best->type & DRM_MODE_TYPE_PREFERRED) &&
			      (m->type & DRM_MODE_TYPE_PREFERRED)))
			best = m;
	}
	if (!best)
		return want->width ? not_yet("%s: %s has no mode %ux%u; it has:%s", kms->path,
					     kms->connector_name, want->width, want->height,
					     used ? list : " none") :
				     not_yet("%s: %s has no mode", kms->path, kms->connector_name);
	kms->mode = *best;
	return true;
}

/* The first CRTC that one of the connector's encoders can be fed from. */
static bool find_crtc(struct kms *kms, const drmModeRes *res, const drmModeConnector *c)
{
	for (int i = 0; i < c->count_encoders; i++) {
		drmModeEncoder *e = drmModeGetEncoder(kms->fd, c->encoders[i]);
		uint32_t possible = e ? e->possible_crtcs : 0;

		drmModeFreeEncoder(e);
		for (int j = 0; j < res->count_crtcs && j < 32; j++)
			if (possible & (1u << j)) {
				kms->crtc = res->crtcs[j];
				kms->crtc_index = (uint32_t)j;
				return true;
			}
	}
	return not_yet("%s: no CRTC for %s", kms->path, kms->connector_name);
}

/* Value of the named property of an object; false and silent if it has none. */
static bool get_property(int fd, uint32_t object, uint32_t type, const char *name, uint32_t *id,
			 uint64_t *value)
{
	drmModeObjectProperties *all = drmModeObjectGetProperties(fd, object, type);
	bool found = false;

	for (uint32_t i = 0; all && !found && i < all->count_props; i++) {
		drmModePropertyRes *p = drmModeGetProperty(fd, all->props[i]);

		if (p && !strcmp(p->name, name)) {
			*id = p->prop_id;
			*value = all->prop_values[i];
			found = true;
		}
		drmModeFreeProperty(p);
	}
	drmModeFreeObjectProperties(all);
	return found;
}

static bool plane_is_primary_of(const struct kms *kms, const drmModePlane *plane)
{
	uint64_t type = 0;
	uint32_t id;

	return (plane->possible_crtcs & (1u << kms->crtc_index)) &&
	       get_property(kms->fd, plane->plane_id, DRM_MODE_OBJECT_PLANE, "type", &id, &type) &&
	       type == DRM_PLANE_TYPE_PRIMARY;
}

static bool plane_takes(const struct kms *kms, const drmModePlane *plane, uint32_t fourcc)
{
	char list[256] = "";
	size_t used = 0;

	for (uint32_t i = 0; i < plane->count_formats; i++) {
		uint32_t f = plane->formats[i];

		if (f == fourcc)
			return true;
		if (used + 8 < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, " %c%c%c%c",
						 (char)f, (char)(f >> 8), (char)(f >> 16),
						 (char)(f >> 24));
	}
	return not_yet("%s: the plane of %s does not take %s; it takes:%s", kms->path,
		       kms->connector_name, draw_format_find(fourcc)->name, list);
}

/* Only for a clear error: addfb2 refuses too, but with a bare EINVAL. */
static bool check_format(const struct kms *kms, uint32_t fourcc)
{
	drmModePlaneRes *planes;
	bool ok = true;

	/* A kernel without it shows no primary planes: then there is nothing to look at. */
	if (drmSetClientCap(kms->fd, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1))
		return true;
	planes = drmModeGetPlaneResources(kms->fd);
	for (uint32_t i = 0; planes && ok && i < planes->count_planes; i++) {
		drmModePlane *plane = drmModeGetPlane(kms->fd, planes->planes[i]);

		if (plane && plane_is_primary_of(kms, plane))
			ok = plane_takes(kms, plane, fourcc);
		drmModeFreePlane(plane);
	}
	drmModeFreePlaneResources(planes);
	return ok;
}

static bool choose(struct kms *kms, const struct kms_want *want)
{
	uint64_t dumb = 0;
	drmModeRes *res;
	drmModeConnector *c;
	drmVersion *version;
	bool ok = false;

	if (drmGetCap(kms->fd, DRM_CAP_DUMB_BUFFER, &dumb) || !dumb)
		return not_yet("%s: no dumb buffers", kms->path);
	version = drmGetVersion(kms->fd);
	snprintf(kms->driver, sizeof(kms->driver), "%s", version ? version->name : "?");
	drmFreeVersion(version);
	res = drmModeGetResources(kms->fd);
	if (!res)
		return not_yet("%s: get resources: %s", kms->path, strerror(errno));
	c = find_connector(kms, res, want->connector);
	if (c) {
		kms->connector = c->connector_id;
		ok = find_mode(kms, c, want) && find_crtc(kms, res, c) &&
		     check_format(kms, want->fourcc);
	}
	drmModeFreeConnector(c);
	drmModeFreeResources(res);
	return ok;
}

static bool try_card(struct kms *kms, const char *path, const struct kms_want *want)
{
	uint64_t start = now_ns();

	snprintf(kms->path, sizeof(kms->path), "%s", path);
	kms->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (kms->fd < 0)
		return not_yet("%s: open: %s", path, strerror(errno));
	if (choose(kms, want)) {
		kms->open_ns = now_ns() - start;
		return true;
	}
	kms_close(kms);
	return false;
}

static bool try_cards(struct kms *kms, const struct kms_want *want)
{
	char path[32];
	bool any = false;

	if (want->device)
		return try_card(kms, want->device, want);
	for (int i = 0; i < MAX_CARDS; i++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		if (access(path, F_OK))
			continue;
		any = true;
		if (try_card(kms, path, want))
			return true;
	}
	return any ? false : not_yet("/dev/dri: no card");
}

bool kms_open(struct kms *kms, const struct kms_want *want)
{
	uint64_t end = now_ns() + want->wait_s * 1000000000ull;

	*kms = (struct kms){.fd = -1, .exporter = -1};
	while (!try_cards(kms, want)) {
		if (now_ns() >= end) {
			cli_error("%s (waited %u s)", why, want->wait_s);
			return false;
		}
		nanosleep(&(struct timespec){.tv_nsec = RETRY_NS}, NULL);
	}
	kms->offset = want->offset;
	if (!want->exporter)
		return true;
	kms->exporter = open(want->exporter, O_RDWR | O_CLOEXEC);
	if (kms->exporter < 0) {
		cli_error("%s: open: %s", want->exporter, strerror(errno));
		kms_close(kms);
		return false;
	}
	return true;
}

void kms_close(struct kms *kms)
{
	if (kms->fd >= 0)
		close(kms->fd);
	if (kms->exporter >= 0)
		close(kms->exporter);
	kms->fd = -1;
	kms->exporter = -1;
}

bool kms_dpms(struct kms *kms, bool on)
{
	uint64_t value;
	uint32_t id;
	int err;

	if (!get_property(kms->fd, kms->connector, DRM_MODE_OBJECT_CONNECTOR, "DPMS", &id,
			  &value)) {
		cli_error("%s: connector %s has no property DPMS", kms->path, kms->connector_name);
		return false;
	}
	err = drmModeConnectorSetProperty(kms->fd, kms->connector, id,
					  on ? DRM_MODE_DPMS_ON : DRM_MODE_DPMS_OFF);
	if (err)
		cli_error("%s: set DPMS of %s %s: %s", kms->path, kms->connector_name,
			  on ? "on" : "off", strerror(-err));
	return !err;
}

bool kms_set_crtc(struct kms *kms, uint32_t fb)
{
	int err = drmModeSetCrtc(kms->fd, kms->crtc, fb, 0, 0, fb ? &kms->connector : NULL,
				 fb ? 1 : 0, fb ? &kms->mode : NULL);

	if (err)
		cli_error("%s: set CRTC %u to framebuffer %u, %ux%u: %s%s", kms->path, kms->crtc,
			  fb, kms->mode.hdisplay, kms->mode.vdisplay, strerror(-err),
			  err == -EACCES ? " (another program is DRM master?)" : "");
	return !err;
}

/* At rates of some MHz, and of less than 1 Hz. */
bool kms_modes_refused(struct kms *kms, uint32_t fb)
{
	drmModeModeInfo mode[2] = {kms->mode, kms->mode};
	bool ok = true;

	mode[0].clock = INT32_MAX;
	mode[1].htotal = mode[1].vtotal = 32767;
	for (int i = 0; i < 2; i++) {
		int err = drmModeSetCrtc(kms->fd, kms->crtc, fb, 0, 0, &kms->connector, 1, &mode[i]);

		if (err != -EINVAL)
			cli_error("%s: a mode of %u kHz, %u by %u in all: %s", kms->path,
				  mode[i].clock, mode[i].htotal, mode[i].vtotal,
				  err ? strerror(-err) : "accepted");
		ok = ok && err == -EINVAL;
	}
	return ok;
}

bool kms_drop_master(struct kms *kms)
{
	if (!drmDropMaster(kms->fd))
		return true;
	cli_error("%s: drop master: %s", kms->path, strerror(errno));
	return false;
}
