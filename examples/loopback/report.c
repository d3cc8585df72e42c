/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The table of what a run took. */
#include "report.h"

#include <stdio.h>
#include <time.h>

#include "draw.h"

/* Of fake_stats.op[]: the bit number of a FAKE_OP_ constant. */
#define OP_COPY 4u
#define OP_XS_FIRST 7u

void lb_mark_take(struct lb_mark *mark, const struct lb_guest *guest, const struct lb_host *host)
{
	const struct fake_stats *s[2] = { fake_stats(guest->dom), fake_stats(host->dom) };
	struct timespec now;
	uint32_t i;

	clock_gettime(CLOCK_MONOTONIC, &now);
	mark->seconds = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	mark->flips = 0;
	for (i = 0; i < guest->n; i++)
		mark->flips += guest->head[i].flips;
	for (i = 0; i < 2; i++) {
		mark->notifies[i] = s[i]->notifies;
		mark->copies[i] = s[i]->op[OP_COPY];
	}
}

void lb_report_held(struct lb_report *r)
{
	fake_held(r->guest->world, r->guest->dom, &r->held[0]);
	fake_held(r->guest->world, r->host->dom, &r->held[1]);
}

static uint32_t xs_ops(const struct fake_dom *d)
{
	uint32_t i, n = 0;

	for (i = OP_XS_FIRST; i < FAKE_OP_KINDS; i++)
		n += fake_stats(d)->op[i];
	return n;
}

static void print_connectors(const struct lb_report *r)
{
	uint32_t i;

	printf("connector  mode        from                format  frames  memory      picture\n");
	for (i = 0; i < r->guest->n; i++) {
		const struct lb_head *h = &r->guest->head[i];
		char mode[24], from[32];

		snprintf(mode, sizeof(mode), "%ux%u", h->width, h->height);
		if (h->edid_used)
			snprintf(from, sizeof(from), "EDID \"%s\"", h->monitor);
		else
			snprintf(from, sizeof(from), "XenStore, no EDID");
		printf("%9u  %-10s  %-18s  %-6s  %6u  %-10s  %s: %s\n", i, mode, from,
		       draw_format_find(r->opt->fourcc)->name, h->frame + 1u,
		       r->shared[i] ? "shared" : "NOT SHARED", r->path[i] ? r->path[i] : "-",
		       r->same[i] ? "as drawn" : "NOT WRITTEN AS DRAWN");
	}
}

static void print_both(const char *what, uint32_t front, uint32_t back)
{
	printf("%-34s  %9u  %9u\n", what, front, back);
}

void lb_report_print(const struct lb_report *r)
{
	const struct lb_guest *g = r->guest;
	const struct displif_guest_stats *back = &r->host->guest.stats;
	uint32_t flips = r->end.flips - r->begin.flips, i;
	double n = flips ? flips : 1, seconds = r->end.seconds - r->begin.seconds;
	uint32_t requests = 0, events = 0, odd = 0;

	for (i = 0; i < g->n; i++) {
		requests += g->front[i].stats.requests;
		events += g->front[i].stats.events;
		odd += g->front[i].stats.lost + g->front[i].stats.stray + g->front[i].stats.id_gaps;
	}
	print_connectors(r);
	printf("\nprotocol version %u; display buffers are the %s memory%s\n", g->cfg.version,
	       g->cfg.be_alloc ? "backend's" : "frontend's", g->cfg.be_alloc ? " (be-alloc)" : "");
	printf("%u flips in %.2f s, drawing included: %.0f flips/s\n\n", flips, seconds,
	       seconds > 0 ? flips / seconds : 0.0);
	printf("%-34s   frontend    backend\n", "");
	printf("%-34s  %9.2f  %9.2f\n", "notifications sent, per flip",
	       (r->end.notifies[0] - r->begin.notifies[0]) / n,
	       (r->end.notifies[1] - r->begin.notifies[1]) / n);
	printf("%-34s  %9.2f  %9.2f\n", "copies of pages, per flip",
	       (r->end.copies[0] - r->begin.copies[0]) / n,
	       (r->end.copies[1] - r->begin.copies[1]) / n);
	print_both("pages granted", r->held[0].grants, r->held[1].grants);
	print_both("pages mapped", r->held[0].mapped_pages, r->held[1].mapped_pages);
	print_both("mappings", r->held[0].mappings, r->held[1].mappings);
	print_both("event channels", r->held[0].chans, r->held[1].chans);
	print_both("XenStore operations", xs_ops(g->dom), xs_ops(r->host->dom));
	print_both("requests sent, served", requests, back->requests);
	print_both("flip events received, sent", events, back->events);
	print_both("messages lost or odd, refused", odd, back->refused);
}
