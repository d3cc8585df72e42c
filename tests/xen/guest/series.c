/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Measured times, and their median and 99th percentile. */
#include "kms.h"

#include <stdlib.h>
#include <time.h>

#include "cli.h"

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void series_add(struct series *series, uint64_t ns)
{
	if (series->count == series->room) {
		size_t room = series->room ? 2 * series->room : 64;
		uint64_t *more = realloc(series->ns, room * sizeof(*more));

		if (!more) {
			cli_error("no memory for %zu measured times", room);
			exit(1);
		}
		series->ns = more;
		series->room = room;
	}
	series->ns[series->count++] = ns;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

struct summary series_summary(struct series *series)
{
	size_t n = series->count;

	if (!n)
		return (struct summary){0};
	qsort(series->ns, n, sizeof(*series->ns), compare);
	/* Nearest rank: the smallest value that 99 of 100 do not exceed. */
	return (struct summary){
		.median = series->ns[(n - 1) / 2],
		.p99 = series->ns[(n * 99 + 99) / 100 - 1],
		.most = series->ns[n - 1],
	};
}

void series_free(struct series *series)
{
	free(series->ns);
	*series = (struct series){0};
}
