/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Figures as JSON. All values are numbers or texts of ours: nothing needs quoting. */
#include "stats.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

/* Resident memory in KiB, 0 if unknown. */
static uint64_t resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	uint64_t total = 0, resident = 0;

	if (file && fscanf(file, "%" SCNu64 " %" SCNu64, &total, &resident) != 2)
		resident = 0;
	if (file)
		fclose(file);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}

static void print_guest(FILE *out, const struct be_guest *g)
{
	const struct displif_guest_stats *s = &g->tables.stats;

	fprintf(out, "{\"domain\":%u,\"device\":%u,\"state\":\"%s\",\"connectors\":%u,", g->domid,
		g->dev, displif_bdev_name(g->bdev.state), g->n);
	fprintf(out, "\"pages\":%" PRIu64 ",\"requests\":%u,\"refused\":%u,\"flips\":%u,",
		(uint64_t)g->tables.pages, s->requests, s->refused, s->flips);
	fprintf(out, "\"events\":%u,\"event_full\":%u,\"spent\":{", s->events, s->event_full);
	for (int i = 0; i < BE_SPENT_KINDS; i++)
		fprintf(out, "%s\"%s\":{\"n\":%" PRIu64 ",\"ns\":%" PRIu64 "}", i ? "," : "",
			be_spent_name((enum be_spent_kind)i), g->spent[i].n, g->spent[i].ns);
	fputs("}}", out);
}

void be_stats_print(FILE *out, const struct be_host *host, const struct displif_xen_stats *xen)
{
	fprintf(out, "{\"pid\":%d,\"rss_kib\":%" PRIu64 ",\"output\":\"%s\",", (int)getpid(),
		resident_kib(), host->opt->output->name);
	fprintf(out, "\"xen\":{\"channels\":%u,\"maps\":%u,\"map_pages\":%u,\"shares\":%u,",
		xen->chans, xen->maps, xen->map_pages, xen->shares);
	fprintf(out,
		"\"share_pages\":%u,\"watches\":%u,\"events\":%" PRIu64 ",\"spurious\":%" PRIu64
		",",
		xen->share_pages, xen->watches, xen->events, xen->spurious);
	fprintf(out, "\"reads\":%" PRIu64 ",\"unmasks\":%" PRIu64 ",\"notifies\":%" PRIu64 "},",
		xen->reads, xen->unmasks, xen->notifies);
	fputs("\"guests\":[", out);
	for (const struct be_guest *g = host->guests; g; g = g->next) {
		print_guest(out, g);
		if (g->next)
			fputc(',', out);
	}
	fputs("]}\n", out);
}

void be_stats_write(const char *path, const struct be_host *host,
		    const struct displif_xen_stats *xen)
{
	FILE *out = path ? fopen(path, "w") : stdout;

	if (!out) {
		be_error("--stats: %s: %s", path, strerror(errno));
		return;
	}
	be_stats_print(out, host, xen);
	if (path ? fclose(out) != 0 : fflush(out) != 0)
		be_error("--stats: %s: %s", path ? path : "standard output", strerror(errno));
}
