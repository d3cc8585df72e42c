/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The recording of --record. Reads the shared pages by itself: what a session hides is what is wanted. */
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "log.h"
#include "raw.h"

/* Page flips that one round of requests can complete. */
#define DONE_MAX DISPLIF_RING_LEN

struct be_record {
	FILE *file;
	const char *path;
	uint32_t devices;
};

/* One connector: what is written down already, and what waits for the end of a round. */
struct be_tape {
	uint32_t cons, rsp, evt; /* indices of the next request, response, event */
	uint32_t req_prod, n_seen;
	union displif_wire seen[DISPLIF_RING_LEN];
	uint64_t done[DONE_MAX];
	uint32_t n_done;
	const char *why;
	uint32_t rsp_event, in_cons;
	bool told; /* something of this round is written: its end is, too */
};

struct be_record *be_record_open(const char *path)
{
	struct be_record *r = calloc(1, sizeof(*r));

	if (r)
		r->file = fopen(path, "w");
	if (!r || !r->file) {
		be_error("--record: %s: %s", path, strerror(errno));
		free(r);
		return NULL;
	}
	r->path = path;
	return r;
}

bool be_record_close(struct be_record *r)
{
	bool bad;

	if (!r)
		return true;
	bad = ferror(r->file);
	if (fclose(r->file) != 0 || bad) {
		be_error("--record: %s: it is not complete: %s", r->path, strerror(errno));
		bad = true;
	}
	free(r);
	return !bad;
}

static FILE *file_of(const struct be_guest *g)
{
	return g->host->record ? g->host->record->file : NULL;
}

static struct be_tape *tape_of(const struct be_conn *c)
{
	return c->guest->tape && c->guest->bound ? &c->guest->tape[c->index] : NULL;
}

static const void *page_of(const struct be_conn *c, enum displif_chan chan)
{
	return c->guest->link[c->index].page[chan];
}

void be_record_device(struct be_guest *g)
{
	FILE *file = file_of(g);

	if (!file)
		return;
	g->number = g->host->record->devices++;
	fprintf(file, "device %u domain %u number %u connectors %u\n", g->number, g->domid, g->dev,
		g->n);
}

void be_record_state(const struct be_guest *g, bool own, uint32_t state)
{
	FILE *file = file_of(g);

	if (file)
		fprintf(file, "state %u %s %u\n", g->number, own ? "own" : "peer", state);
}

void be_record_bind(struct be_guest *g, const struct displif_quota *quota, uint32_t flips)
{
	FILE *file = file_of(g);
	const void *ring, *events;

	if (!file)
		return;
	be_record_free(g);
	g->tape = calloc(g->n, sizeof(*g->tape));
	if (!g->tape) {
		be_error("--record: no memory for domain %u device %u", g->domid, g->dev);
		return;
	}
	fprintf(file, "bind %u pages %u pages_per_s %u requests_per_irq %u be_alloc %u flips %u\n",
		g->number, quota->pages, quota->pages_per_s, quota->requests_per_irq,
		quota->be_alloc, flips);
	for (uint32_t i = 0; i < g->n; i++) {
		ring = page_of(&g->conn[i], DISPLIF_CHAN_REQ);
		events = page_of(&g->conn[i], DISPLIF_CHAN_EVT);
		g->tape[i].evt = raw_load(events, RAW_IN_PROD);
		fprintf(file, "pages %u %u ring %u %u %u %u events %u %u\n", g->number, i,
			raw_load(ring, RAW_REQ_PROD), raw_load(ring, RAW_REQ_EVENT),
			raw_load(ring, RAW_RSP_PROD), raw_load(ring, RAW_RSP_EVENT),
			raw_load(events, RAW_IN_CONS), g->tape[i].evt);
	}
}

void be_record_end(struct be_guest *g)
{
	FILE *file = file_of(g);

	if (!file || !g->tape)
		return;
	fprintf(file, "end %u\n", g->number);
	fflush(file);
	be_record_free(g);
}

void be_record_free(struct be_guest *g)
{
	free(g->tape);
	g->tape = NULL;
}

static void put_message(const struct be_conn *c, const char *kind, uint32_t index,
			const union displif_wire *wire)
{
	FILE *file = file_of(c->guest);
	unsigned char bytes[sizeof(*wire)];

	memcpy(bytes, wire, sizeof(bytes));
	fprintf(file, "%s %u %u %u", kind, c->guest->number, c->index, index);
	for (size_t i = 0; i < sizeof(bytes); i++)
		fprintf(file, "%s%02x", i % 8 ? "" : " ", bytes[i]);
	fputc('\n', file);
}

static void put_done(const struct be_conn *c, uint64_t fb)
{
	fprintf(file_of(c->guest), "done %u %u %" PRIx64 "\n", c->guest->number, c->index, fb);
}

void be_record_look(struct be_conn *c, const char *why)
{
	struct be_tape *t = tape_of(c);
	const void *ring;

	if (!t)
		return;
	ring = page_of(c, DISPLIF_CHAN_REQ);
	t->why = why;
	t->in_cons = raw_load(page_of(c, DISPLIF_CHAN_EVT), RAW_IN_CONS);
	/* At least what the session has seen. Answers will lie over the requests: keep them now. */
	t->req_prod = raw_load(ring, RAW_REQ_PROD);
	displif_rmb();
	for (t->n_seen = 0; t->n_seen < DISPLIF_RING_LEN; t->n_seen++) {
		if (t->cons + t->n_seen == t->req_prod)
			break;
		raw_get_slot(ring, raw_ring_slot(t->cons + t->n_seen), &t->seen[t->n_seen]);
	}
}

void be_record_took(struct be_conn *c, uint32_t n)
{
	struct be_tape *t = tape_of(c);

	if (!t)
		return;
	if (n) {
		t->told = true;
		fprintf(file_of(c->guest), "take %u %u %s req_prod %u\n", c->guest->number,
			c->index, t->why, t->cons + n);
	}
	for (uint32_t i = 0; i < n && i < t->n_seen; i++)
		put_message(c, "req", t->cons + i, &t->seen[i]);
	t->cons += n;
	for (uint32_t i = 0; i < t->n_done; i++)
		put_done(c, t->done[i]);
	t->n_done = 0;
}

void be_record_done(struct be_conn *c, uint64_t fb)
{
	struct be_tape *t = tape_of(c);

	if (!t)
		return;
	t->told = true;
	if (!c->busy) {
		t->in_cons = raw_load(page_of(c, DISPLIF_CHAN_EVT), RAW_IN_CONS);
		put_done(c, fb);
	} else if (t->n_done < DONE_MAX) {
		t->done[t->n_done++] = fb;
	}
}

void be_record_send(struct be_conn *c)
{
	struct be_tape *t = tape_of(c);

	if (t)
		t->rsp_event = raw_load(page_of(c, DISPLIF_CHAN_REQ), RAW_RSP_EVENT);
}

void be_record_sent(struct be_conn *c, uint32_t duty)
{
	static const char *const notify[] = { "none", "req", "evt", "both" };
	struct be_tape *t = tape_of(c);
	const void *ring, *events;
	union displif_wire wire;
	uint32_t rsp, evt;
	FILE *file = file_of(c->guest);

	duty &= DISPLIF_DO_NOTIFY_REQ | DISPLIF_DO_NOTIFY_EVT;
	if (!t)
		return;
	ring = page_of(c, DISPLIF_CHAN_REQ);
	events = page_of(c, DISPLIF_CHAN_EVT);
	rsp = raw_load(ring, RAW_RSP_PROD);
	evt = raw_load(events, RAW_IN_PROD);
	if (!t->told && !duty && rsp == t->rsp && evt == t->evt)
		return;
	t->told = false;
	fprintf(file, "send %u %u rsp_event %u in_cons %u\n", c->guest->number, c->index,
		t->rsp_event, t->in_cons);
	/* Our own indices, in pages that the frontend can write: so many at most. */
	for (uint32_t i = 0; i < DISPLIF_RING_LEN && t->rsp != rsp; i++, t->rsp++) {
		raw_get_slot(ring, raw_ring_slot(t->rsp), &wire);
		put_message(c, "rsp", t->rsp, &wire);
	}
	for (uint32_t i = 0; i < DISPLIF_EVT_LEN && t->evt != evt; i++, t->evt++) {
		raw_get_slot(events, raw_evt_slot(t->evt), &wire);
		put_message(c, "evt", t->evt, &wire);
	}
	fprintf(file, "sent %u %u rsp_prod %u req_event %u in_prod %u notify %s\n",
		c->guest->number, c->index, rsp, raw_load(ring, RAW_REQ_EVENT), evt, notify[duty]);
}
