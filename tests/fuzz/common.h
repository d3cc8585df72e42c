/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What all fuzz targets share: reading the input, checks that abort, memory of exactly the size that was asked for. */
#ifndef FUZZ_COMMON_H
#define FUZZ_COMMON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <displif/libdisplif.h>

#include "fake_hook.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(addr, size) ((void)(addr), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(addr, size) ((void)(addr), (void)(size))
#endif

/* libFuzzer calls this, as does the runner in replay.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An invariant that the input broke: a crash, which libFuzzer keeps as a file. */
#define CHECK(cond)                                                                        \
	do {                                                                               \
		if (!(cond)) {                                                             \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                           \
		}                                                                          \
	} while (0)

/* The input, read from its beginning; behind its end there are zeroes. */
struct fuzz_in {
	const uint8_t *p;
	size_t left;
};

static inline uint8_t in_u8(struct fuzz_in *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->p++;
}

static inline uint16_t in_u16(struct fuzz_in *in)
{
	uint32_t low = in_u8(in);

	return (uint16_t)(low | (uint32_t)in_u8(in) << 8);
}

static inline uint32_t in_u32(struct fuzz_in *in)
{
	uint32_t low = in_u16(in);

	return low | (uint32_t)in_u16(in) << 16;
}

static inline uint64_t in_u64(struct fuzz_in *in)
{
	uint64_t low = in_u32(in);

	return low | (uint64_t)in_u32(in) << 32;
}

/* Up to @n bytes; the rest of @to is zero. */
static inline void in_bytes(struct fuzz_in *in, void *to, size_t n)
{
	size_t have = n < in->left ? n : in->left;

	memset(to, 0, n);
	if (have)
		memcpy(to, in->p, have);
	in->p += have;
	in->left -= have;
}

/* One of a small set, or (last byte values) any number. */
#define IN_PICK(in, set) in_pick((in), (set), (uint32_t)(sizeof(set) / sizeof((set)[0])))
static inline uint32_t in_pick(struct fuzz_in *in, const uint32_t *set, uint32_t n)
{
	uint8_t b = in_u8(in);

	if (b >= 0xf8)
		return in_u32(in);
	return set[b % n];
}

/* Memory in which the first byte behind @n bytes is not ours; for 0 bytes none is. */
static inline void *exactly(size_t n)
{
	uint8_t *p = calloc(1, n ? n : 8);

	CHECK(p);
	if (!n)
		ASAN_POISON_MEMORY_REGION(p, 8);
	return p;
}

static inline void exactly_free(void *p, size_t n)
{
	if (!n)
		ASAN_UNPOISON_MEMORY_REGION(p, 8);
	free(p);
}

/* Accesses of the other domain, which no poison stops. */
__attribute__((no_sanitize("address"))) static inline void poke(uint32_t *word, uint32_t value)
{
	*(volatile uint32_t *)word = value;
}

__attribute__((no_sanitize("address"))) static inline uint32_t peek(const uint32_t *word)
{
	return *(const volatile uint32_t *)word;
}

static inline void *copy_of(const void *from, size_t n)
{
	void *p = exactly(n);

	if (n)
		memcpy(p, from, n);
	return p;
}

#endif
