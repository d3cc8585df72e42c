/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Times the library against the same work done by hand, in turn and in one
 * run; or runs one loop a given number of times, for a tool that counts
 * instructions. Times are printed and judged by nobody; wrong results fail.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

/* Turns of each side; the fastest counts, since whoever shares the machine only adds. */
#define TURNS 40

static const struct bench *const all[] = { &bench_roundtrip, &bench_batch, &bench_flip,
					   &bench_pgdir };
#define N_ALL (sizeof(all) / sizeof(all[0]))

void bench_fail(const char *what)
{
	fprintf(stderr, "displif-bench: %s\n", what);
	exit(1);
}

static double turn(const struct bench *bench, void (*loop)(uint32_t), uint32_t n)
{
	struct timespec a, b;

	clock_gettime(CLOCK_MONOTONIC, &a);
	loop(n);
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (bench->check)
		bench->check();
	return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / n;
}

static void compare(const struct bench *b)
{
	double t, ours = 0, bare = 0;
	uint32_t i;

	b->setup();
	for (i = 0; i < TURNS; i++) {
		t = turn(b, b->bare, b->n);
		bare = i && bare < t ? bare : t;
		t = turn(b, b->ours, b->n);
		ours = i && ours < t ? ours : t;
	}
	printf("  %-10s %-39s %9.1f ns\n", b->name, b->what, ours);
	printf("  %-10s %-39s %9.1f ns   ratio %.2f\n", "", b->bare_what, bare, ours / bare);
	if (b->more)
		b->more(stdout, TURNS * b->n);
}

static int count(const char *name, const char *side, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);
	uint32_t i;

	if (*end || n < 16 || n > 1000000 || n % 16) {
		fprintf(stderr, "displif-bench: N is '%s', not a multiple of 16 up to 1000000\n",
			text);
		return 2;
	}
	for (i = 0; i < N_ALL; i++) {
		bool ours = !strcmp(side, "ours");

		if (strcmp(all[i]->name, name) || (!ours && strcmp(side, "bare")))
			continue;
		all[i]->setup();
		(ours ? all[i]->ours : all[i]->bare)((uint32_t)n);
		if (all[i]->check)
			all[i]->check();
		return 0;
	}
	fprintf(stderr, "displif-bench: no loop '%s %s'\n", name, side);
	return 2;
}

int main(int argc, char **argv)
{
	uint32_t i;

	if (argc == 5 && !strcmp(argv[1], "--count"))
		return count(argv[2], argv[3], argv[4]);
	if (argc != 1) {
		fputs("usage: displif-bench [--count BENCHMARK ours|bare N]\n", stderr);
		return 2;
	}
	printf("Library against the same by hand, one run, in turn, fastest of %d turns\n", TURNS);
	for (i = 0; i < N_ALL; i++)
		compare(all[i]);
	return 0;
}
