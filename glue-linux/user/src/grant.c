/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Grants: sharing pages of our own (gntalloc), mapping and copying the peer's (gntdev).
 *
 * libxengnttab gives shared pages back to the kernel's care at once: the file no
 * longer refers to them, only the mapping does, so munmap() is all that ends a share. What the peer
 * still maps then, the kernel frees when it no longer does.
 */
#include "xen_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static struct displif__xen_area *area_new(struct displif_xen *xen, const char *what, uint16_t dom,
					  uint32_t n)
{
	struct displif__xen_area *a = calloc(1, sizeof(*a));

	if (!a) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR, "%s(domain %u, %u pages): out of memory",
				 what, dom, n);
		return NULL;
	}
	a->dom = dom;
	a->n = n;
	return a;
}

static void area_link(struct displif__xen_area **head, struct displif__xen_area *a)
{
	a->next = *head;
	a->pprev = head;
	if (a->next)
		a->next->pprev = &a->next;
	*head = a;
}

static void area_free(struct displif__xen_area *a)
{
	*a->pprev = a->next;
	if (a->next)
		a->next->pprev = a->pprev;
	free(a);
}

static int open_gntshr(struct displif_xen *xen)
{
	char hint[DISPLIF__XEN_HINT];
	int fd, flags;

	if (xen->gntshr)
		return 0;
	xen->gntshr = xengntshr_open(&xen->logger.vtable, 0);
	if (!xen->gntshr) {
		displif__xen_log(
			xen, DISPLIF_XEN_ERROR, "xengntshr_open(): %s%s", strerror(errno),
			displif__xen_hint_open(errno, "/dev/xen/gntalloc", "xen-gntalloc", hint));
		return DISPLIF_E_OS;
	}
	/* The library leaves it open for programs that ours starts. */
	fd = xengntshr_fd(xen->gntshr);
	flags = fcntl(fd, F_GETFD);
	if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC))
		displif__xen_log(xen, DISPLIF_XEN_WARNING,
				 "fcntl(/dev/xen/gntalloc, FD_CLOEXEC): %s", strerror(errno));
	return 0;
}

static int open_gnttab(struct displif_xen *xen)
{
	char hint[DISPLIF__XEN_HINT];

	if (xen->gnttab)
		return 0;
	xen->gnttab = xengnttab_open(&xen->logger.vtable, 0);
	if (xen->gnttab)
		return 0;
	displif__xen_log(xen, DISPLIF_XEN_ERROR, "xengnttab_open(): %s%s", strerror(errno),
			 displif__xen_hint_open(errno, "/dev/xen/gntdev", "xen-gntdev", hint));
	return DISPLIF_E_OS;
}

int displif__xen_share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va,
		       uint32_t *gref)
{
	struct displif_xen *xen = ctx;
	struct displif__xen_area *a;
	char hint[DISPLIF__XEN_HINT];

	*va = NULL;
	if (n == 0 || n > DISPLIF_MAX_BUFFER / DISPLIF_PAGE_SIZE)
		return DISPLIF_E_INVAL;
	if (open_gntshr(xen))
		return DISPLIF_E_OS;
	a = area_new(xen, "xengntshr_share_pages", dom, n);
	if (!a)
		return DISPLIF_E_OS;
	a->va = xengntshr_share_pages(xen->gntshr, dom, (int)n, gref,
				      (flags & DISPLIF_PORT_WRITE) != 0);
	if (!a->va) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR,
				 "xengntshr_share_pages(domain %u, %u pages): %s%s", dom, n,
				 strerror(errno), displif__xen_hint_share(xen, errno, n, hint));
		free(a);
		return DISPLIF_E_OS;
	}
	area_link(&xen->shares, a);
	xen->stats.shares++;
	xen->stats.share_pages += n;
	*va = a->va;
	return 0;
}

static void share_end(struct displif_xen *xen, struct displif__xen_area *a)
{
	if (xengntshr_unshare(xen->gntshr, a->va, a->n))
		displif__xen_log(
			xen, DISPLIF_XEN_WARNING,
			"xengntshr_unshare(domain %u, %u pages): %s; they stay shared until the program ends",
			a->dom, a->n, strerror(errno));
	xen->stats.shares--;
	xen->stats.share_pages -= a->n;
	area_free(a);
}

void displif__xen_unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n)
{
	struct displif_xen *xen = ctx;
	struct displif__xen_area *a;

	for (a = xen->shares; a; a = a->next) {
		if (a->va == va && a->n == n) {
			share_end(xen, a);
			return;
		}
	}
	displif__xen_log(xen, DISPLIF_XEN_WARNING,
			 "unshare(%u pages, first grant reference %u): not shared by this handle",
			 n, n && gref ? gref[0] : 0);
}

int displif__xen_map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags,
		     void **va, void **map)
{
	int prot = flags & DISPLIF_PORT_WRITE ? PROT_READ | PROT_WRITE : PROT_READ;
	struct displif_xen *xen = ctx;
	struct displif__xen_area *a;
	char hint[DISPLIF__XEN_HINT];

	*va = *map = NULL;
	if (n == 0 || n > DISPLIF_MAX_BUFFER / DISPLIF_PAGE_SIZE)
		return DISPLIF_E_INVAL;
	if (open_gnttab(xen))
		return DISPLIF_E_OS;
	a = area_new(xen, "xengnttab_map_domain_grant_refs", dom, n);
	if (!a)
		return DISPLIF_E_OS;
	/* The library does not write to the array, although its prototype allows it. */
	a->va = xengnttab_map_domain_grant_refs(xen->gnttab, n, dom, (uint32_t *)(uintptr_t)gref,
						prot);
	if (!a->va) {
		displif__xen_log(
			xen, DISPLIF_XEN_ERROR,
			"xengnttab_map_domain_grant_refs(domain %u, %u pages, first grant reference %u, %s): %s%s",
			dom, n, gref[0], prot & PROT_WRITE ? "read-write" : "read-only",
			strerror(errno), displif__xen_hint_map(xen, errno, n, hint));
		free(a);
		return DISPLIF_E_OS;
	}
	area_link(&xen->maps, a);
	xen->stats.maps++;
	xen->stats.map_pages += n;
	*va = a->va;
	*map = a;
	return 0;
}

int displif__xen_unmap(void *ctx, void *map)
{
	struct displif_xen *xen = ctx;
	struct displif__xen_area *a = map;
	int err = 0;

	if (xengnttab_unmap(xen->gnttab, a->va, a->n)) {
		displif__xen_log(xen, DISPLIF_XEN_WARNING,
				 "xengnttab_unmap(domain %u, %u pages): %s", a->dom, a->n,
				 strerror(errno));
		err = DISPLIF_E_OS;
	}
	/* Not tried again: half of it may be done, and the address in other use. */
	xen->stats.maps--;
	xen->stats.map_pages -= a->n;
	area_free(a);
	return err;
}

/* As a grant copy, for kernels that have none (before 4.8). */
static int copy_mapped(struct displif_xen *xen, uint16_t dom, uint32_t gref, uint32_t ofs,
		       void *buf, uint32_t len, bool to_peer)
{
	void *va, *map;
	int err;

	err = displif__xen_map(xen, dom, &gref, 1, to_peer ? DISPLIF_PORT_WRITE : 0, &va, &map);
	if (err)
		return err;
	if (to_peer)
		memcpy((char *)va + ofs, buf, len);
	else
		memcpy(buf, (char *)va + ofs, len);
	return displif__xen_unmap(xen, map);
}

static void copy_failed(const struct displif_xen *xen, const xengnttab_grant_copy_segment_t *seg,
			const char *why, const char *hint)
{
	bool to_peer = seg->flags == GNTCOPY_dest_gref;
	const union xengnttab_copy_ptr *peer = to_peer ? &seg->dest : &seg->source;

	displif__xen_log(
		xen, DISPLIF_XEN_ERROR,
		"xengnttab_grant_copy(domain %u, grant reference %u, %u bytes at %u, %s): %s%s",
		peer->foreign.domid, peer->foreign.ref, seg->len, peer->foreign.offset,
		to_peer ? "to it" : "from it", why, hint);
}

int displif__xen_copy(void *ctx, uint16_t dom, uint32_t gref, uint32_t ofs, void *buf, uint32_t len,
		      bool to_peer)
{
	struct displif_xen *xen = ctx;
	xengnttab_grant_copy_segment_t seg;
	union xengnttab_copy_ptr *peer;
	char status[24];

	if (len == 0 || ofs >= DISPLIF_PAGE_SIZE || len > DISPLIF_PAGE_SIZE - ofs)
		return DISPLIF_E_INVAL;
	if (open_gnttab(xen))
		return DISPLIF_E_OS;
	if (xen->no_copy)
		return copy_mapped(xen, dom, gref, ofs, buf, len, to_peer);
	memset(&seg, 0, sizeof(seg));
	peer = to_peer ? &seg.dest : &seg.source;
	peer->foreign.ref = gref;
	peer->foreign.offset = (uint16_t)ofs;
	peer->foreign.domid = dom;
	if (to_peer)
		seg.source.virt = buf;
	else
		seg.dest.virt = buf;
	seg.len = (uint16_t)len;
	seg.flags = to_peer ? GNTCOPY_dest_gref : GNTCOPY_source_gref;
	seg.status = GNTST_general_error;
	xen->stats.copies++;
	if (xengnttab_grant_copy(xen->gnttab, 1, &seg)) {
		if (errno == ENOTTY || errno == ENOSYS || errno == EOPNOTSUPP) {
			xen->no_copy = true;
			return copy_mapped(xen, dom, gref, ofs, buf, len, to_peer);
		}
		copy_failed(xen, &seg, strerror(errno), "");
		return DISPLIF_E_OS;
	}
	/* The call's success says nothing of the segment. */
	if (seg.status != GNTST_okay) {
		snprintf(status, sizeof(status), "status %d", seg.status);
		copy_failed(xen, &seg, status, displif__xen_hint_copy(seg.status));
		return DISPLIF_E_OS;
	}
	return 0;
}

void displif__xen_grants_free(struct displif_xen *xen)
{
	while (xen->maps) {
		displif__xen_log(xen, DISPLIF_XEN_WARNING,
				 "leaked: a mapping of %u pages of domain %u", xen->maps->n,
				 xen->maps->dom);
		displif__xen_unmap(xen, xen->maps);
	}
	while (xen->shares) {
		displif__xen_log(xen, DISPLIF_XEN_WARNING, "leaked: %u pages shared with domain %u",
				 xen->shares->n, xen->shares->dom);
		share_end(xen, xen->shares);
	}
	if (xen->gnttab && xengnttab_close(xen->gnttab))
		displif__xen_log(xen, DISPLIF_XEN_WARNING, "xengnttab_close(): %s",
				 strerror(errno));
	if (xen->gntshr && xengntshr_close(xen->gntshr))
		displif__xen_log(xen, DISPLIF_XEN_WARNING, "xengntshr_close(): %s",
				 strerror(errno));
}
