/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A benchmark is a pair of loops that do the same work, one through the library
 * and one by hand. They run in one process, in turn, so that their ratio means
 * something on a machine that others use too.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>

/*
 * Loops are called by pointer and never cloned, so that callgrind finds each
 * by its one name, run_<benchmark>_<side>.
 */
#if defined(__clang__)
#define BENCH_LOOP __attribute__((noinline))
#else
#define BENCH_LOOP __attribute__((noinline, noclone))
#endif

struct bench {
	const char *name;
	const char *what;      /* what one iteration is, for the report */
	const char *bare_what; /* what it is compared with */
	void (*setup)(void);   /* also resets what the loops count */
	void (*ours)(uint32_t n);
	void (*bare)(uint32_t n);
	void (*check)(
		void); /* what a loop does not check itself, since it would be counted; or NULL */
	uint32_t n;    /* iterations of one turn, some milliseconds */
	void (*more)(FILE *out,
		     uint32_t n); /* a further line after @n iterations of ours(), or NULL */
};

extern const struct bench bench_roundtrip, bench_batch, bench_flip, bench_pgdir;

/* A result is wrong, so its time is worth nothing: says so and ends the program. */
void bench_fail(const char *what) __attribute__((noreturn));

#endif
