/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Opening a DRM device and choosing connectors and CRTCs. */
#include "kms_dev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static uint64_t property(struct kms_dev *dev, uint32_t object, uint32_t type, const char *name,
			 bool *found)
{
	drmModeObjectProperties *props = drmModeObjectGetProperties(dev->fd, object, type);
	uint64_t value = 0;

	*found = false;
	for (uint32_t i = 0; props && i < props->count_props && !*found; i++) {
		drmModePropertyRes *p = drmModeGetProperty(dev->fd, props->props[i]);

		if (p && strcmp(p->name, name) == 0) {
			value = props->prop_values[i];
			*found = true;
		}
		drmModeFreeProperty(p);
	}
	drmModeFreeObjectProperties(props);
	return value;
}

static void read_edid(struct kms_dev *dev, struct kms_screen *s)
{
	bool found;
	uint64_t id = property(dev, s->connector_id, DRM_MODE_OBJECT_CONNECTOR, "EDID", &found);
	drmModePropertyBlobRes *blob = id ? drmModeGetPropertyBlob(dev->fd, (uint32_t)id) : NULL;

	if (!blob)
		return;
	s->edid = malloc(blob->length);
	if (s->edid) {
		memcpy(s->edid, blob->data, blob->length);
		s->edid_len = blob->length;
	}
	drmModeFreePropertyBlob(blob);
}

/* The first primary plane that fits the CRTC, and its formats. */
static void read_plane(struct kms_dev *dev, struct kms_screen *s)
{
	drmModePlaneRes *res = drmModeGetPlaneResources(dev->fd);

	for (uint32_t i = 0; res && i < res->count_planes && !s->n_formats; i++) {
		drmModePlane *plane = drmModeGetPlane(dev->fd, res->planes[i]);
		bool found;

		if (plane && (plane->possible_crtcs & (1u << s->crtc_index)) &&
		    property(dev, plane->plane_id, DRM_MODE_OBJECT_PLANE, "type", &found) ==
			    DRM_PLANE_TYPE_PRIMARY &&
		    found) {
			s->plane_id = plane->plane_id;
			s->n_formats = plane->count_formats < KMS_MAX_FORMATS ?
					       plane->count_formats :
					       KMS_MAX_FORMATS;
			memcpy(s->format, plane->formats, s->n_formats * sizeof(s->format[0]));
		}
		drmModeFreePlane(plane);
	}
	drmModeFreePlaneResources(res);
}

/* The kernel counts frames of a CRTC where the driver knows of their ends, else it refuses to. */
static bool has_no_vblank(struct kms_dev *dev, uint32_t crtc_id)
{
	uint64_t sequence, ns;

	return drmCrtcGetSequence(dev->fd, crtc_id, &sequence, &ns) != 0 && errno == EOPNOTSUPP;
}

static bool read_modes(struct kms_screen *s, const drmModeConnector *c)
{
	uint32_t n = c->count_modes > 0 ? (uint32_t)c->count_modes : 0;

	s->mode = calloc(n ? n : 1, sizeof(*s->mode));
	s->size = calloc(n ? n : 1, sizeof(*s->size));
	if (!s->mode || !s->size)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const drmModeModeInfo *m = &c->modes[i];

		if (m->flags & DRM_MODE_FLAG_INTERLACE)
			continue;
		s->mode[s->n_modes] = *m;
		s->size[s->n_modes++] = (struct kms_mode){ m->hdisplay, m->vdisplay, m->vrefresh,
							   !!(m->type & DRM_MODE_TYPE_PREFERRED) };
	}
	return s->n_modes > 0;
}

/* A CRTC that one of the connector's encoders can use and no other screen has. */
static bool pick_crtc(struct kms_dev *dev, struct kms_screen *s, const drmModeConnector *c,
		      const drmModeRes *res)
{
	uint32_t possible = 0;

	for (int i = 0; i < c->count_encoders; i++) {
		drmModeEncoder *e = drmModeGetEncoder(dev->fd, c->encoders[i]);

		if (e)
			possible |= e->possible_crtcs;
		drmModeFreeEncoder(e);
	}
	for (uint32_t i = 0; i < dev->n; i++)
		possible &= ~(1u << dev->screen[i].crtc_index);
	for (int i = 0; i < res->count_crtcs && i < 32; i++) {
		if (possible & (1u << i)) {
			s->crtc_index = (uint32_t)i;
			s->crtc_id = res->crtcs[i];
			return true;
		}
	}
	return false;
}

static void screen_free(struct kms_screen *s)
{
	drmModeFreeCrtc(s->saved);
	free(s->mode);
	free(s->size);
	free(s->edid);
}

static void connector_name(char *buf, size_t size, const drmModeConnector *c)
{
	const char *type = drmModeGetConnectorTypeName(c->connector_type);

	snprintf(buf, size, "%s-%u", type ? type : "Unknown", c->connector_type_id);
}

/* Is @name the @i-th of the comma-separated @list? *@end: there is no @i-th. */
static bool listed(const char *list, uint32_t i, const char *name, bool *end)
{
	size_t len;

	while (i && list) {
		list = strchr(list, ',');
		list = list ? list + 1 : NULL;
		i--;
	}
	*end = !list;
	if (!list)
		return false;
	len = strcspn(list, ",");
	return len == strlen(name) && memcmp(list, name, len) == 0;
}

static void try_connector(struct kms_dev *dev, const drmModeConnector *c, const drmModeRes *res,
			  const char *name)
{
	struct kms_screen *s = &dev->screen[dev->n];

	*s = (struct kms_screen){ .connector_id = c->connector_id };
	memcpy(s->name, name, sizeof(s->name));
	if (!read_modes(s, c)) {
		be_error("%s: %s has no mode that can be used", dev->path, name);
	} else if (!pick_crtc(dev, s, c, res)) {
		be_error("%s: no CRTC is left for %s", dev->path, name);
	} else {
		read_edid(dev, s);
		read_plane(dev, s);
		s->at_once = s->plane_id && has_no_vblank(dev, s->crtc_id);
		s->saved = drmModeGetCrtc(dev->fd, s->crtc_id);
		be_info("%s: screen %s, %u modes, EDID of %u bytes", dev->path, name, s->n_modes,
			s->edid_len);
		dev->n++;
		return;
	}
	screen_free(s);
}

/* Takes the connector that is the @want-th of the list, or with no list all that are connected. */
static void scan(struct kms_dev *dev, const drmModeRes *res, const char *list, uint32_t want,
		 bool *found)
{
	for (int i = 0; i < res->count_connectors && dev->n < KMS_MAX_SCREENS; i++) {
		drmModeConnector *c = drmModeGetConnector(dev->fd, res->connectors[i]);
		char name[32] = "";
		bool end;

		if (!c)
			continue;
		connector_name(name, sizeof(name), c);
		if (list ? listed(list, want, name, &end) : c->connection == DRM_MODE_CONNECTED) {
			*found = true;
			try_connector(dev, c, res, name);
		}
		drmModeFreeConnector(c);
	}
}

static bool find_screens(struct kms_dev *dev, const char *list)
{
	drmModeRes *res = drmModeGetResources(dev->fd);
	bool found = false, end = false, ok = true;

	if (!res) {
		be_error("%s: DRM_IOCTL_MODE_GETRESOURCES: %s", dev->path, strerror(errno));
		return false;
	}
	if (!list)
		scan(dev, res, NULL, 0, &found);
	for (uint32_t want = 0; list && ok; want++) {
		listed(list, want, "", &end);
		if (end)
			break;
		found = false;
		scan(dev, res, list, want, &found);
		if (!found) {
			be_error("--connectors: %s has no connector for entry %u of '%s'",
				 dev->path, want + 1, list);
			ok = false;
		}
	}
	drmModeFreeResources(res);
	if (ok && !dev->n)
		be_error("%s: no screen is connected", dev->path);
	return ok && dev->n;
}

bool kms_dev_open(struct kms_dev *dev, const char *path, const char *list)
{
	uint64_t dumb = 0;

	*dev = (struct kms_dev){ .path = path };
	dev->fd = open(path, O_RDWR | O_CLOEXEC);
	if (dev->fd < 0) {
		be_error("%s: %s", path, strerror(errno));
		return false;
	}
	if (drmGetCap(dev->fd, DRM_CAP_DUMB_BUFFER, &dumb) != 0 || !dumb) {
		be_error("%s: has no dumb buffers", path);
		goto fail;
	}
	/* The first to open the device is its master already; then this costs nothing. */
	if (drmSetMaster(dev->fd) != 0) {
		be_error(
			"%s: cannot become its master: %s (does something else show pictures there?)",
			path, strerror(errno));
		goto fail;
	}
	(void)drmSetClientCap(dev->fd, DRM_CLIENT_CAP_UNIVERSAL_PLANES, 1);
	if (find_screens(dev, list))
		return true;
fail:
	kms_dev_close(dev);
	return false;
}

void kms_dev_close(struct kms_dev *dev)
{
	for (uint32_t i = 0; i < dev->n; i++) {
		struct kms_screen *s = &dev->screen[i];

		if (s->saved && s->saved->mode_valid && s->saved->buffer_id)
			(void)drmModeSetCrtc(dev->fd, s->crtc_id, s->saved->buffer_id, s->saved->x,
					     s->saved->y, &s->connector_id, 1, &s->saved->mode);
		screen_free(s);
	}
	dev->n = 0;
	if (dev->fd >= 0)
		close(dev->fd);
	dev->fd = -1;
}

uint32_t kms_screen_format(const struct kms_screen *screen, uint32_t format)
{
	for (uint32_t i = 0; i < screen->n_formats; i++)
		if (be_convert_same(format, screen->format[i]) && screen->format[i] != BE_YUYV)
			return screen->format[i];
	return BE_XRGB8888;
}
