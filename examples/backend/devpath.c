/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Paths of devices. */
#include "devpath.h"

#include <string.h>

#include <displif/xs.h>

bool be_devpath_parse(const char *base, const char *path, uint32_t *domid, uint32_t *dev)
{
	size_t len = strlen(base), part;

	if (strncmp(path, base, len) != 0 || path[len] != '/')
		return false;
	path += len + 1;
	part = strcspn(path, "/");
	if (path[part] != '/' ||
	    displif_xs_u32(path, (uint32_t)part, BE_MAX_DOMID, domid, NULL) != 0)
		return false;
	path += part + 1;
	part = strcspn(path, "/");
	return displif_xs_u32(path, (uint32_t)part, UINT32_MAX, dev, NULL) == 0;
}
