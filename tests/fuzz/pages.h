/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A peer's granted pages, and a port over them that counts what it gives away
 * and checks what comes back. Pages can be touched only while they are mapped.
 * Memory that the library must never look into is not accessible at all.
 */
#ifndef FUZZ_PAGES_H
#define FUZZ_PAGES_H

#include <sys/mman.h>

#include "common.h"

/* Pages of the peer; references 1 .. N_PAGES. */
#define N_PAGES 8u
/* Memory of up to so many pages is real. */
#define PAGES_REAL 10u
#define PAGES_LIVE 64u
/* First reference of our own pages. */
#define PAGES_OWN 1000u

struct pages_map {
	uint32_t n, page; /* n 1: that page of the peer; 0: a page of our own */
	bool live;
};

struct pages_share {
	void *va;
	uint32_t n, first; /* references are consecutive; n 0: free */
	bool granted;
};

static uint32_t pages_va[N_PAGES][1024] __attribute__((aligned(4096)));
static uint32_t pages_maps[N_PAGES];
static struct pages_map pages_map[PAGES_LIVE];
static struct pages_share pages_share[PAGES_LIVE];
static uint32_t pages_next_gref;
/* The pages_fail_in-th call from now fails with pages_fail; 0: none. */
static uint32_t pages_fail_in;
static int pages_fail;
static bool pages_faulted;

/* An address that cannot be touched, for buffers that the library only passes on. */
static inline void *pages_nowhere(void)
{
	static void *at;

	if (!at) {
		at = mmap(NULL, DISPLIF_MAX_BUFFER, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		CHECK(at != MAP_FAILED);
	}
	return at;
}

static inline bool pages_fault(void)
{
	if (!pages_fail_in || --pages_fail_in)
		return false;
	pages_faulted = true;
	return true;
}

static inline bool pages_valid(uint32_t gref)
{
	return gref >= 1 && gref <= N_PAGES;
}

/* The page that we granted ourselves as @gref, or NULL. */
static void *pages_own(uint32_t gref)
{
	uint32_t k;

	for (k = 0; k < PAGES_LIVE; k++) {
		const struct pages_share *s = &pages_share[k];

		if (s->n && s->n <= PAGES_REAL && !s->granted && gref >= s->first &&
		    gref - s->first < s->n)
			return (uint8_t *)s->va + (gref - s->first) * DISPLIF_PAGE_SIZE;
	}
	return NULL;
}

static int pages_do_map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags,
			void **va, void **map)
{
	uint32_t i, k;

	(void)ctx;
	(void)flags;
	CHECK(dom == 1 && n >= 1 && n <= DISPLIF_MAX_BUFFER >> DISPLIF_PAGE_SHIFT);
	if (pages_fault())
		return pages_fail;
	for (k = 0; k < PAGES_LIVE && pages_map[k].live; k++)
		;
	if (k == PAGES_LIVE)
		return DISPLIF_E_OS;
	*va = n == 1 ? pages_own(gref[0]) : NULL;
	if (*va) {
		pages_map[k] = (struct pages_map){ 0, 0, true };
		*map = &pages_map[k];
		return 0;
	}
	for (i = 0; i < n; i++)
		if (!pages_valid(gref[i]))
			return DISPLIF_E_OS;
	pages_map[k] = (struct pages_map){ n, gref[0] - 1, true };
	*map = &pages_map[k];
	*va = pages_nowhere();
	if (n == 1) {
		*va = pages_va[gref[0] - 1];
		if (!pages_maps[gref[0] - 1]++)
			ASAN_UNPOISON_MEMORY_REGION(*va, DISPLIF_PAGE_SIZE);
	}
	return 0;
}

static int pages_do_unmap(void *ctx, void *handle)
{
	struct pages_map *m = handle;

	(void)ctx;
	CHECK(m >= pages_map && m < pages_map + PAGES_LIVE && m->live);
	m->live = false;
	if (m->n == 1 && !--pages_maps[m->page])
		ASAN_POISON_MEMORY_REGION(pages_va[m->page], DISPLIF_PAGE_SIZE);
	/* It is unmapped, and only said to have failed: nobody calls again. */
	return pages_fault() ? pages_fail : 0;
}

static int pages_do_copy(void *ctx, uint16_t dom, uint32_t gref, uint32_t ofs, void *buf,
			 uint32_t len, bool to_peer)
{
	uint32_t i, word;
	uint8_t *b = buf;

	(void)ctx;
	CHECK(dom == 1 && len >= 1 && ofs <= DISPLIF_PAGE_SIZE && len <= DISPLIF_PAGE_SIZE - ofs);
	if (pages_fault())
		return pages_fail;
	if (!pages_valid(gref))
		return DISPLIF_E_OS;
	if (fake_access_hook)
		fake_access_hook(NULL, FAKE_BARRIER); /* races strike here, too */
	for (i = 0; i < len; i++) {
		uint32_t *at = &pages_va[gref - 1][(ofs + i) / 4], shift = (ofs + i) % 4 * 8;

		word = peek(at);
		if (to_peer)
			poke(at, (word & ~(255u << shift)) | (uint32_t)b[i] << shift);
		else
			b[i] = (uint8_t)(word >> shift);
	}
	return 0;
}

static int pages_keep(void *va, uint32_t n, bool granted, uint32_t *gref)
{
	uint32_t i, k;

	for (k = 0; k < PAGES_LIVE && pages_share[k].n; k++)
		;
	if (k == PAGES_LIVE)
		return DISPLIF_E_OS;
	pages_share[k] = (struct pages_share){ va, n, pages_next_gref, granted };
	for (i = 0; i < n; i++)
		gref[i] = pages_next_gref + i;
	pages_next_gref += n;
	return 0;
}

static uint32_t pages_drop(const void *va, const uint32_t *gref, uint32_t n, bool granted)
{
	uint32_t i, k;

	for (k = 0; k < PAGES_LIVE; k++)
		if (pages_share[k].n && pages_share[k].first == gref[0])
			break;
	CHECK(k < PAGES_LIVE && pages_share[k].n == n && pages_share[k].granted == granted);
	CHECK(pages_share[k].va == va);
	for (i = 0; i < n; i++)
		CHECK(gref[i] == pages_share[k].first + i);
	pages_share[k].n = 0;
	return k;
}

static int pages_do_share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va,
			  uint32_t *gref)
{
	void *mem = pages_nowhere();
	int err;

	(void)ctx;
	(void)flags;
	CHECK(dom == 1 && n >= 1 && n <= DISPLIF_MAX_BUFFER >> DISPLIF_PAGE_SHIFT);
	if (pages_fault())
		return pages_fail;
	if (n <= PAGES_REAL) {
		mem = aligned_alloc(DISPLIF_PAGE_SIZE, n * DISPLIF_PAGE_SIZE);
		CHECK(mem);
		memset(mem, 0, n * DISPLIF_PAGE_SIZE);
	}
	err = pages_keep(mem, n, false, gref);
	if (err && n <= PAGES_REAL)
		free(mem);
	if (!err)
		*va = mem;
	return err;
}

static void pages_do_unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n)
{
	(void)ctx;
	pages_drop(va, gref, n, false);
	if (n <= PAGES_REAL)
		free(va);
}

static int pages_do_grant(void *ctx, uint16_t dom, void *mem, uint32_t n, uint32_t flags,
			  uint32_t *gref)
{
	(void)ctx;
	(void)flags;
	CHECK(dom == 1 && mem);
	if (pages_fault())
		return pages_fail;
	return pages_keep(mem, n, true, gref);
}

static uint32_t pages_do_ungrant(void *ctx, void *mem, const uint32_t *gref, uint32_t n)
{
	(void)ctx;
	pages_drop(mem, gref, n, true);
	return n / 3u;
}

/* The port, with or without grant copy. */
static inline struct displif_port pages_port(bool copy)
{
	static struct displif_port_ops ops;

	ops = (struct displif_port_ops){ .size = sizeof(ops) };
	ops.share = pages_do_share;
	ops.unshare = pages_do_unshare;
	ops.grant = pages_do_grant;
	ops.ungrant = pages_do_ungrant;
	ops.map = pages_do_map;
	ops.unmap = pages_do_unmap;
	ops.copy = copy ? pages_do_copy : NULL;
	return (struct displif_port){ &ops, NULL };
}

static inline void pages_begin(void)
{
	ASAN_UNPOISON_MEMORY_REGION(pages_va, sizeof(pages_va));
	memset(pages_va, 0, sizeof(pages_va));
	memset(pages_maps, 0, sizeof(pages_maps));
	memset(pages_map, 0, sizeof(pages_map));
	memset(pages_share, 0, sizeof(pages_share));
	ASAN_POISON_MEMORY_REGION(pages_va, sizeof(pages_va));
	pages_next_gref = PAGES_OWN;
	pages_fail_in = 0;
	pages_faulted = false;
}

static inline uint32_t pages_count_maps(void)
{
	uint32_t k, n = 0;

	for (k = 0; k < PAGES_LIVE; k++)
		n += pages_map[k].live;
	return n;
}

static inline uint32_t pages_count_shares(void)
{
	uint32_t k, n = 0;

	for (k = 0; k < PAGES_LIVE; k++)
		n += pages_share[k].n != 0;
	return n;
}

/* Everything was given back. */
static inline void pages_end(void)
{
	CHECK(pages_count_maps() == 0 && pages_count_shares() == 0);
	ASAN_UNPOISON_MEMORY_REGION(pages_va, sizeof(pages_va));
}

/* A call of the port is going to fail, as the input says. */
static inline void pages_in_fault(struct fuzz_in *in)
{
	static const uint32_t errors[] = { (uint32_t)DISPLIF_E_OS,
					   (uint32_t)DISPLIF_E_AGAIN,
					   (uint32_t)DISPLIF_E_UNSUPPORTED,
					   (uint32_t)DISPLIF_E_GONE,
					   (uint32_t)DISPLIF_E_BUG,
					   5,
					   (uint32_t)-22,
					   INT32_MAX,
					   (uint32_t)INT32_MIN };
	uint8_t b = in_u8(in);

	pages_fail_in = b % 8u;
	pages_fail = (int)errors[in_u8(in) % (sizeof(errors) / sizeof(errors[0]))];
}

/* Fills one page as a directory: a link, then runs of references. */
static inline void pages_in_fill(struct fuzz_in *in)
{
	uint32_t *page = pages_va[in_u8(in) % N_PAGES], at = 1, run, first, step, i;

	poke(&page[0], in_u8(in) % (N_PAGES + 3u));
	do {
		run = in_u8(in);
		run = run >= 0xf0 ? 1023u : run;
		first = in_u8(in);
		step = first >> 4 & 3u;
		first = first & 0x80 ? in_u32(in) : first & 15u;
		for (i = 0; i < run && at < 1024; i++, at++)
			poke(&page[at], first <= N_PAGES && first ?
						(first - 1 + i * step) % N_PAGES + 1 :
						first);
	} while (run && at < 1024 && in->left);
}

static inline void pages_in_poke(struct fuzz_in *in)
{
	uint8_t b = in_u8(in);
	uint32_t word = b & 0x80 ? in_u16(in) % 1024u : b >> 4 & 7u;

	poke(&pages_va[b % N_PAGES][word],
	     in_u8(in) & 0x80 ? in_u32(in) : in_u8(in) % (N_PAGES + 2u));
}

#endif
