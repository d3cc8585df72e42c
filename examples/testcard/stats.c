/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The figures as one JSON object. */
#include "show.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli.h"

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void print_latency(FILE *f, const struct tc_stats *st)
{
	uint32_t n = st->samples;

	if (!n) {
		fprintf(f, "  \"flip_us\": null,\n");
		return;
	}
	qsort(st->sample, n, sizeof(*st->sample), compare);
	fprintf(f, "  \"flip_us\": { \"min\": %u, \"median\": %u, \"p99\": %u, \"max\": %u },\n",
		st->sample[0], st->sample[n / 2], st->sample[(uint64_t)n * 99 / 100],
		st->sample[n - 1]);
}

static void print_string(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', f);
		fputc(*text, f);
	}
	fputc('"', f);
}

/* Names and messages are printable; what the backend sent is in the name only. */
static void print_edid(FILE *f, const struct tc_edid *e)
{
	char text[TC_MODE_TEXT];
	uint32_t i;

	if (!e->known) {
		fprintf(f, "  \"edid\": null,\n  \"edid_error\": ");
		print_string(f, e->error);
		fprintf(f, ",\n");
		return;
	}
	fprintf(f, "  \"edid\": { \"size\": %" PRIu32 ", \"name\": ", e->size);
	print_string(f, e->edid.name);
	fprintf(f, ", \"modes\": [");
	for (i = 0; i < e->edid.n_modes; i++) {
		tc_edid_mode_text(&e->mode[i], text, sizeof(text));
		fprintf(f, "%s \"%s\"", i ? "," : "", text);
	}
	fprintf(f, " ] },\n");
}

static void print(FILE *f, const struct tc_show *s)
{
	const struct tc_stats *st = &s->stats;
	uint64_t us = st->last_us > st->first_us && st->first_us ? st->last_us - st->first_us : 0;
	struct displif_xen_stats xen;
	struct rusage used = { 0 };

	getrusage(RUSAGE_SELF, &used);
	displif_xen_get_stats(s->dev->xen, &xen);
	fprintf(f, "{\n  \"connector\": %u,\n  \"connectors\": %u,\n", s->opt->connector,
		s->dev->cfg.n);
	fprintf(f, "  \"width\": %u,\n  \"height\": %u,\n  \"format\": \"%s\",\n", s->width,
		s->height, draw_format_find(s->opt->fourcc)->name);
	fprintf(f, "  \"version\": %u,\n  \"be_alloc\": %s,\n  \"buffers\": %u,\n",
		s->dev->cfg.version, s->opt->be_alloc || s->dev->cfg.be_alloc ? "true" : "false",
		s->n_bufs);
	fprintf(f, "  \"seed\": %u,\n  \"last_frame\": %u,\n", s->opt->seed, s->frame);
	fprintf(f, "  \"flips\": %u,\n  \"events\": %u,\n  \"failed\": %u,\n  \"lost\": %u,\n",
		st->flips, st->events, st->failed, st->lost);
	fprintf(f, "  \"connects\": %u,\n  \"us\": %" PRIu64 ",\n", s->dev->connects, us);
	fprintf(f, "  \"flips_per_s\": %.2f,\n", us ? (double)st->events * 1e6 / (double)us : 0.0);
	print_latency(f, st);
	print_edid(f, &s->edid);
	fprintf(f,
		"  \"evtchn\": { \"events\": %" PRIu64 ", \"spurious\": %" PRIu64
		", \"reads\": %" PRIu64 ", \"unmasks\": %" PRIu64 ", \"notifies\": %" PRIu64
		" },\n",
		xen.events, xen.spurious, xen.reads, xen.unmasks, xen.notifies);
	fprintf(f, "  \"rss_max_kib\": %ld,\n", used.ru_maxrss);
	fprintf(f,
		"  \"left\": { \"channels\": %u, \"shared_pages\": %u, \"mapped_pages\": %u },\n",
		xen.chans, xen.share_pages, xen.map_pages);
	fprintf(f, "  \"ok\": %s\n}\n", s->failed ? "false" : "true");
}

bool tc_stats_write(const struct tc_show *show)
{
	const char *path = show->opt->stats_json;
	bool bad;
	FILE *f;

	if (!strcmp(path, "-")) {
		print(stdout, show);
		return fflush(stdout) == 0;
	}
	f = fopen(path, "we");
	if (!f) {
		cli_error("%s: %s", path, strerror(errno));
		return false;
	}
	print(f, show);
	bad = ferror(f) != 0;
	if (fclose(f) || bad) {
		cli_error("%s: %s", path, strerror(errno));
		return false;
	}
	return true;
}
