/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A peer that changes what was read right after it was read. For a core on the hooked environment. */
#ifndef FETCH_H
#define FETCH_H

#include "fake_hook.h"

/* A shared page of 1024 words. */
struct fetch_page {
	uint32_t *w;
	uint32_t loads[1024]; /* how often each word was read */
};

static struct fetch_page fetched[2];
/* The word that was read last and changes at the next access, and its number of words. */
static uint32_t *fetch_last;
static uint32_t fetch_words;
/* Message words turn into their opposite; this index into that value (NULL: none does). */
static uint32_t *fetch_index, fetch_value;

static void fetch_spoil(void)
{
	uint32_t i;

	if (fetch_last && fetch_last == fetch_index)
		*fetch_last = fetch_value;
	else if (fetch_last && fetch_words == 2)
		for (i = 0; i < 2; i++)
			fetch_last[i] = ~fetch_last[i];
	fetch_last = NULL;
}

static void fetch_hook(const volatile void *addr, enum fake_access kind)
{
	uintptr_t at = (uintptr_t)addr, base;
	uint32_t i, word;

	fetch_spoil();
	for (i = 0; i < 2; i++) {
		base = (uintptr_t)fetched[i].w;
		if (kind != FAKE_LOAD || at < base || at >= base + 4096)
			continue;
		word = (uint32_t)(at - base) / 4;
		fetched[i].loads[word]++;
		fetch_last = &fetched[i].w[word];
		/* Headers are read in words, messages in pairs of words. */
		fetch_words = word < 16 ? 1 : 2;
	}
}

static inline void fetch_start(uint32_t *first, uint32_t *second)
{
	memset(fetched, 0, sizeof(fetched));
	fetched[0].w = first;
	fetched[1].w = second;
	fetch_last = NULL;
	fetch_index = NULL;
	fetch_value = 0;
	fake_access_hook = fetch_hook;
}

static inline void fetch_end(void)
{
	fake_access_hook = NULL;
	fetch_spoil();
}

/* All eight pairs of a message in slot @slot were read, and once. */
static inline void fetched_once(const struct fetch_page *page, uint32_t slot)
{
	uint32_t i;

	for (i = 0; i < 16; i++)
		assert_int_equal(page->loads[16 + 16 * slot + i], i % 2 ? 0 : 1);
}

#endif
