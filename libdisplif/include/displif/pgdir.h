/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Page directories: the chain of granted pages that lists a buffer's grants
 * (struct xendispl_page_directory in io/displif.h).
 *
 * A directory page is an array of 1024 words: the grant reference of the next
 * directory page (0: last), then up to 1023 grant references of the buffer.
 * The reader knows how many it wants from the buffer's size, and so how many
 * directory pages there must be; that count, never the chain, bounds the walk.
 */
#ifndef DISPLIF_PGDIR_H
#define DISPLIF_PGDIR_H

#include "err.h"

DISPLIF_BEGIN_DECLS

#define DISPLIF_PGDIR_WORDS 1024u
#define DISPLIF_PGDIR_GREFS 1023u

/* 4 KiB pages of a buffer of @size bytes: 0 .. 1048576. Any context. */
DISPLIF_API uint32_t displif_pgdir_pages(uint32_t size);
/* Directory pages for @pages buffer pages. */
DISPLIF_API uint32_t displif_pgdir_dirs(uint32_t pages);

/*
 * Frontend: writes directory page @index (0 based) of a buffer of @n pages.
 * @page: the shared page, 4096 bytes, aligned; every word is written.
 * @next: grant reference of directory page @index + 1; ignored (0 is written)
 * for the last one. @gref: the n grants of the buffer, or NULL for a buffer
 * that the backend allocates: then zeroes are written, to be filled by it.
 * Returns 0, or INVAL if @index is not below displif_pgdir_dirs(n) or the
 * buffer has no page.
 */
DISPLIF_API int displif_pgdir_build(volatile uint32_t *page, uint32_t index, uint32_t next,
				    const uint32_t *gref, uint32_t n);

/* A walk over a peer's directory; fields private except next. */
struct displif_pgdir_walk {
	uint32_t next;          /* grant reference of the page to feed now, 0 when done */
	uint32_t want;          /* buffer pages in all */
	uint32_t have;          /* grants read so far */
	uint32_t dirs;          /* directory pages that may still come */
};

/*
 * Starts a walk for @pages buffer pages at directory page @first.
 * Returns 0, RANGE if pages is 0 or above DISPLIF_MAX_BUFFER >> 12, PROTO if
 * @first is 0.
 */
DISPLIF_API int displif_pgdir_walk_init(struct displif_pgdir_walk *walk, uint32_t first, uint32_t pages);

/*
 * Backend (or the frontend reading back a buffer that the backend allocated):
 * reads one directory page, mapped or a private copy. Each word is read once.
 * Grants go to gref[] from where the last call ended; @cap is the size of
 * gref[] in words.
 * Returns 1 if walk->next is to be fed next, 0 when all grants are read;
 * NOSPC if gref[] is smaller than the buffer's pages; STATE if the walk is
 * done or failed; PROTO for a grant reference 0, a chain that ends too early
 * or goes on after the last page; the walk then stays failed.
 * @diag (may be NULL): node "gref" or "gref_dir_next_page", value = what was
 * found, limit = the index of the buffer page.
 */
DISPLIF_API int displif_pgdir_walk_page(struct displif_pgdir_walk *walk, const volatile uint32_t *page,
					uint32_t *gref, uint32_t cap, struct displif_diag *diag);

/*
 * Backend, REQ_ALLOC: writes the grants of its own buffer into a directory page
 * of the frontend, words 1.. only; the link stays the frontend's.
 * Walks like displif_pgdir_walk_page(), gref[] being read instead of written,
 * with the same returns, except that the caller's own grants are not judged;
 * gref[] has @n words. Words behind the last grant are left as they are.
 */
DISPLIF_API int displif_pgdir_fill_page(struct displif_pgdir_walk *walk, volatile uint32_t *page,
					const uint32_t *gref, uint32_t n, struct displif_diag *diag);

DISPLIF_END_DECLS

#endif
