/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The shared pages of a session under fuzzing, seen through the hook in every
 * access of the library: what it loaded, what it stored, in what order, and
 * that it leaves dead sessions' pages alone. Races from the input change words
 * between two of its accesses, as a peer on another processor would.
 */
#ifndef FUZZ_SHARED_H
#define FUZZ_SHARED_H

#include "common.h"

#define SHARED_PAGES 8u
#define SHARED_RACES 8u

/* A page of 4 KiB that both ends reach. */
struct shared_page {
	uint32_t *va;	    /* 4096 bytes; NULL: not in use */
	const int32_t *err; /* the session's error: once not 0, its page is not touched */
	uint32_t may_store; /* words of the header (bit n: word n) that the library may write */
	uint32_t may_load;
	bool store_slots, load_slots;
	bool dead;			    /* poisoned */
	uint32_t loaded[1024];		    /* what the library saw when it looked last, in words */
	uint32_t stored[1024];		    /* what the library wrote last */
	uint32_t n_load[512], n_store[512]; /* accesses of each 64-bit word, slots only */
	uint32_t n_load_head[16], n_store_head[16];
};

struct shared_race {
	uint32_t left; /* accesses until it strikes; 0: unused */
	uint32_t *word, value;
};

static struct shared_page shared_page[SHARED_PAGES];
static struct shared_race shared_race[SHARED_RACES];
static uint32_t shared_racing; /* of them, to come */
static uint32_t shared_pages;  /* opened so far */
/* A store that was announced and has to be looked at before anything else happens. */
static struct shared_page *shared_pending;
static uint32_t shared_pending_at;

/* Called at each access to a slot's first word, and each one to the header, with the value (stores: before). */
static void (*shared_seen)(struct shared_page *page, uint32_t word, enum fake_access kind);

/* Records what the last announced store did. To be called after each call of the library. */
static inline void shared_settle(void)
{
	struct shared_page *page = shared_pending;
	uint32_t at = shared_pending_at;

	if (!page)
		return;
	shared_pending = NULL;
	page->stored[at] = page->va[at];
	if (at >= 16)
		page->stored[at + 1] = page->va[at + 1];
	if (shared_seen)
		shared_seen(page, at, FAKE_STORE);
}

static inline void shared_strike(void)
{
	uint32_t i;

	for (i = 0; i < SHARED_RACES; i++) {
		if (!shared_race[i].left || --shared_race[i].left)
			continue;
		shared_racing--;
		poke(shared_race[i].word, shared_race[i].value);
	}
}

static inline void shared_access(struct shared_page *page, uint32_t at, enum fake_access kind)
{
	CHECK(!page->dead && !*page->err);
	if (at < 16) {
		CHECK((kind == FAKE_STORE ? page->may_store : page->may_load) >> at & 1u);
		if (kind == FAKE_LOAD)
			page->n_load_head[at]++;
		else
			page->n_store_head[at]++;
	} else {
		CHECK(at % 2 == 0);
		CHECK(kind == FAKE_STORE ? page->store_slots : page->load_slots);
		if (kind == FAKE_LOAD)
			page->n_load[at / 2]++;
		else
			page->n_store[at / 2]++;
	}
	if (kind == FAKE_STORE) {
		shared_pending = page;
		shared_pending_at = at;
		return;
	}
	page->loaded[at] = page->va[at];
	if (at >= 16)
		page->loaded[at + 1] = page->va[at + 1];
	if (shared_seen)
		shared_seen(page, at, kind);
}

static void shared_hook(const volatile void *addr, enum fake_access kind)
{
	uint32_t i;

	if (shared_pending)
		shared_settle();
	if (shared_racing)
		shared_strike();
	for (i = 0; i < shared_pages && addr; i++) {
		struct shared_page *page = &shared_page[i];
		uintptr_t ofs = (uintptr_t)addr - (uintptr_t)page->va;

		if (page->va && ofs < DISPLIF_PAGE_SIZE) {
			shared_access(page, (uint32_t)ofs / 4u, kind);
			return;
		}
	}
}

/* Forgets everything of the input before. */
static inline void shared_begin(void (*seen)(struct shared_page *, uint32_t, enum fake_access))
{
	memset(shared_race, 0, sizeof(shared_race));
	shared_racing = 0;
	shared_pages = 0;
	shared_pending = NULL;
	shared_seen = seen;
	fake_access_hook = shared_hook;
}

/* A zeroed page, in the place that it keeps for all inputs. */
static inline struct shared_page *shared_open(uint32_t i, const int32_t *err)
{
	static uint32_t memory[SHARED_PAGES][1024] __attribute__((aligned(4096)));
	struct shared_page *page = &shared_page[i];

	ASAN_UNPOISON_MEMORY_REGION(memory[i], DISPLIF_PAGE_SIZE);
	memset(page, 0, sizeof(*page));
	memset(memory[i], 0, DISPLIF_PAGE_SIZE);
	page->va = memory[i];
	page->err = err;
	if (shared_pages <= i)
		shared_pages = i + 1;
	return page;
}

static inline void shared_close(struct shared_page *page)
{
	ASAN_UNPOISON_MEMORY_REGION(page->va, DISPLIF_PAGE_SIZE);
	page->va = NULL;
}

/* The session is dead: nobody may touch its page. */
static inline void shared_kill(struct shared_page *page)
{
	uint32_t i;

	if (page->dead)
		return;
	page->dead = true;
	for (i = 0; i < SHARED_RACES; i++) {
		struct shared_race *r = &shared_race[i];

		if (r->left && r->word >= page->va && r->word < page->va + 1024) {
			r->left = 0;
			shared_racing--;
		}
	}
	ASAN_POISON_MEMORY_REGION(page->va, DISPLIF_PAGE_SIZE);
}

/* A race: @word changes to @value before the @after-th access from now. */
static inline void shared_add_race(uint32_t *word, uint32_t value, uint32_t after)
{
	uint32_t i;

	for (i = 0; i < SHARED_RACES; i++) {
		if (shared_race[i].left)
			continue;
		shared_race[i] = (struct shared_race){ after, word, value };
		shared_racing++;
		return;
	}
}

/* An index near @base, or any number. */
static inline uint32_t shared_in_value(struct fuzz_in *in, uint32_t base)
{
	static const uint32_t deltas[] = { 0,  1,  2,  31,	   32,		 33,
					   62, 63, 64, UINT32_MAX, (uint32_t)-33 };

	return base + IN_PICK(in, deltas);
}

/* Changes a word of one of two pages, now or in the middle of what the library does next; indices to something near. */
static inline void shared_in_scribble(struct fuzz_in *in, struct shared_page *ring,
				      uint32_t ring_index, struct shared_page *evt,
				      uint32_t evt_index, bool later)
{
	uint8_t b = in_u8(in);
	struct shared_page *page = b & 1 ? evt : ring;
	uint32_t word = b & 0x80 ? b >> 1 & 3u : in_u16(in) % 1024u, base = 0, value;

	if (word < 4)
		base = page == evt ? evt_index : ring_index;
	value = shared_in_value(in, base);
	if (page->dead)
		return;
	if (later)
		shared_add_race(&page->va[word], value, 1u + in_u8(in) % 24u);
	else
		page->va[word] = value;
}

/* What the library wrote into slot @i, or loaded from it. */
static inline void shared_slot(const uint32_t *words, uint32_t i, union displif_wire *wire)
{
	memcpy(wire->w, words + 16 + 16 * i, sizeof(wire->w));
}

/* Each word of a slot was accessed as often as its first one: messages are moved whole, and once. */
static inline void shared_check_whole(const uint32_t *count)
{
	uint32_t i;

	for (i = 8; i < 512; i++)
		CHECK(count[i] == count[i & ~7u]);
}

#endif
