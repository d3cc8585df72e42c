/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Which limit a failed call probably met. The kernel's errno alone seldom says it
 * (gntdev answers EINVAL to nearly all), so our own counters are compared with the limits that
 * can be read.
 */
#include "xen_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define GNTALLOC_LIMIT "/sys/module/xen_gntalloc/parameters/limit"
#define GNTDEV_LIMIT "/sys/module/xen_gntdev/parameters/limit"

/* A number from a file, UINT32_MAX if there is none. Keeps errno: messages are made of it next. */
static uint32_t read_limit(const char *path)
{
	unsigned long value = UINT32_MAX;
	char text[32], *end;
	int err = errno;
	FILE *f;

	f = fopen(path, "re");
	if (f) {
		if (fgets(text, sizeof(text), f)) {
			value = strtoul(text, &end, 10);
			if (end == text || value > UINT32_MAX)
				value = UINT32_MAX;
		}
		fclose(f);
	}
	errno = err;
	return (uint32_t)value;
}

void displif_xen_share_limit(const struct displif_xen *xen, uint32_t *limit, uint32_t *used)
{
	*limit = read_limit(GNTALLOC_LIMIT);
	*used = xen->stats.share_pages;
}

const char *displif__xen_hint_open(int err, const char *device, const char *module, char *buf)
{
	if (err == ENOENT || err == ENODEV || err == ENXIO)
		snprintf(buf, DISPLIF__XEN_HINT,
			 " (%s: is this a Xen domain with the module %s loaded?)", device, module);
	else if (err == EACCES || err == EPERM)
		snprintf(buf, DISPLIF__XEN_HINT, " (%s is for root only)", device);
	else
		snprintf(buf, DISPLIF__XEN_HINT, " (%s)", device);
	return buf;
}

const char *displif__xen_hint_chan(const struct displif_xen *xen, int err, bool bind, char *buf)
{
	if (err == ENOSPC || err == ENOMEM)
		snprintf(
			buf, DISPLIF__XEN_HINT,
			" (this program has %u event channels; a domain has 1023 by default: raise event_channels= in its xl.cfg)",
			xen->stats.chans);
	else if (bind && (err == EINVAL || err == ESRCH || err == EPERM))
		snprintf(buf, DISPLIF__XEN_HINT,
			 " (the domain is gone, or has no such port that waits for us)");
	else
		buf[0] = '\0';
	return buf;
}

const char *displif__xen_hint_share(const struct displif_xen *xen, int err, uint32_t n, char *buf)
{
	uint32_t limit, used;

	displif_xen_share_limit(xen, &limit, &used);
	buf[0] = '\0';
	if (err == ENOSPC && limit != UINT32_MAX && (uint64_t)used + n > limit)
		snprintf(
			buf, DISPLIF__XEN_HINT,
			" (%u pages are shared, %u more exceed gntalloc's limit of %u: write a larger number to %s)",
			used, n, limit, GNTALLOC_LIMIT);
	else if (err == ENOSPC && limit != UINT32_MAX)
		snprintf(
			buf, DISPLIF__XEN_HINT,
			" (%u pages are shared here; gntalloc's limit of %u counts other programs' too: %s; or the grant table is full: raise max_grant_frames= in xl.cfg, 512 grants a frame)",
			used, limit, GNTALLOC_LIMIT);
	else if (err == ENOSPC)
		snprintf(
			buf, DISPLIF__XEN_HINT,
			" (%u pages are shared here; gntalloc's limit, 1024 by default: %s; or the grant table is full: raise max_grant_frames= in xl.cfg)",
			used, GNTALLOC_LIMIT);
	else if (err == ENOMEM)
		snprintf(buf, DISPLIF__XEN_HINT, " (the domain is short of memory)");
	return buf;
}

const char *displif__xen_hint_map(const struct displif_xen *xen, int err, uint32_t n, char *buf)
{
	uint32_t limit = read_limit(GNTDEV_LIMIT);

	buf[0] = '\0';
	if (err == EINVAL && limit != UINT32_MAX && n > limit)
		snprintf(buf, DISPLIF__XEN_HINT,
			 " (one mapping may have %u pages: write a larger number to %s)", limit,
			 GNTDEV_LIMIT);
	else if (err == EINVAL)
		snprintf(
			buf, DISPLIF__XEN_HINT,
			" (a reference that is not granted to us, or read-only, or the maptrack table is full: this program maps %u pages; raise max_maptrack_frames= in xl.cfg or Xen's gnttab_max_maptrack_frames=, 256 pages a frame)",
			xen->stats.map_pages);
	else if (err == ENOMEM)
		snprintf(
			buf, DISPLIF__XEN_HINT,
			" (short of memory for the mapping's bookkeeping; this program maps %u pages)",
			xen->stats.map_pages);
	return buf;
}

const char *displif__xen_hint_copy(int status)
{
	switch (status) {
	case GNTST_bad_domain:
		return " (no such domain)";
	case GNTST_bad_gntref:
		return " (no such grant reference)";
	case GNTST_permission_denied:
		return " (not granted to us)";
	case GNTST_bad_copy_arg:
		return " (crosses a page)";
	case GNTST_general_error:
		return " (not granted, or read-only)";
	case GNTST_eagain:
		return " (the page is paged out)";
	default:
		return "";
	}
}

/* xenstored answers EINVAL for error names that its client library does not know, as EQUOTA. */
const char *displif__xen_hint_write(int err)
{
	if (err == ENOSPC || err == E2BIG || err == EINVAL)
		return " (probably a quota of xenstored: nodes of a domain, --entry-nb or quota-maxentity, 1000 by default; or the size of a node, --entry-size or quota-maxsize, 2048)";
	if (err == EACCES || err == EPERM)
		return " (this domain may not write there)";
	return "";
}

const char *displif__xen_hint_tx(int err)
{
	if (err == ENOSPC || err == E2BIG || err == EINVAL)
		return " (probably a quota of xenstored: open transactions of a domain, --transaction or quota-transaction, 10 by default)";
	return "";
}

const char *displif__xen_hint_watch(const struct displif_xen *xen, int err, char *buf)
{
	buf[0] = '\0';
	if (err == ENOSPC || err == E2BIG || err == EINVAL)
		snprintf(
			buf, DISPLIF__XEN_HINT,
			" (this program has %u watches; probably xenstored's quota of watches of a domain: --watch-nb or quota-maxwatch, 128 or 100 by default)",
			xen->stats.watches - 1);
	return buf;
}
