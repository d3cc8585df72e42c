/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reads recordings, and judges what needs no session. */
#include "trace.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool trace_fail(struct trace_fault *fault, uint32_t at, const char *fmt, ...)
{
	va_list args;

	fault->at = at + 1;
	va_start(args, fmt);
	vsnprintf(fault->text, sizeof(fault->text), fmt, args);
	va_end(args);
	return false;
}

static bool parse_wire(const char *text, union displif_wire *wire)
{
	unsigned char bytes[sizeof(*wire)];
	unsigned int value;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++) {
		if (i % 8 == 0 && *text++ != ' ')
			return false;
		if (sscanf(text, "%2x", &value) != 1)
			return false;
		bytes[i] = (unsigned char)value;
		text += 2;
	}
	memcpy(wire, bytes, sizeof(bytes));
	return *text == '\n';
}

static bool parse_message(struct trace_line *l, const char *rest)
{
	int used = 0;

	return sscanf(rest, "%*u %u %u%n", &l->conn, &l->n[0], &used) == 2 &&
	       parse_wire(rest + used, &l->wire);
}

static bool parse(struct trace_line *l, const char *kind, const char *rest)
{
	uint32_t *n = l->n;

	if (!strcmp(kind, "device")) {
		l->kind = TRACE_DEVICE;
		return sscanf(rest, "%*u domain %u number %u connectors %u", n, n + 1, n + 2) == 3;
	}
	if (!strcmp(kind, "state")) {
		l->kind = TRACE_STATE;
		return sscanf(rest, "%*u %7s %u", l->word, n) == 2;
	}
	if (!strcmp(kind, "bind")) {
		l->kind = TRACE_BIND;
		return sscanf(rest,
			      "%*u pages %u pages_per_s %u requests_per_irq %u be_alloc %u flips %u",
			      n, n + 1, n + 2, n + 3, n + 4) == 5;
	}
	if (!strcmp(kind, "pages")) {
		l->kind = TRACE_PAGES;
		return sscanf(rest, "%*u %u ring %u %u %u %u events %u %u", &l->conn, n, n + 1,
			      n + 2, n + 3, n + 4, n + 5) == 7;
	}
	if (!strcmp(kind, "take")) {
		l->kind = TRACE_TAKE;
		return sscanf(rest, "%*u %u %7s req_prod %u", &l->conn, l->word, n) == 3;
	}
	if (!strcmp(kind, "done")) {
		l->kind = TRACE_DONE;
		return sscanf(rest, "%*u %u %" SCNx64, &l->conn, &l->fb) == 2;
	}
	if (!strcmp(kind, "send")) {
		l->kind = TRACE_SEND;
		return sscanf(rest, "%*u %u rsp_event %u in_cons %u", &l->conn, n, n + 1) == 3;
	}
	if (!strcmp(kind, "sent")) {
		l->kind = TRACE_SENT;
		return sscanf(rest, "%*u %u rsp_prod %u req_event %u in_prod %u notify %7s",
			      &l->conn, n, n + 1, n + 2, l->word) == 5;
	}
	l->kind = TRACE_END;
	if (!strcmp(kind, "end"))
		return true;
	l->kind = !strcmp(kind, "rsp") ? TRACE_RSP : !strcmp(kind, "evt") ? TRACE_EVT : TRACE_REQ;
	return (l->kind != TRACE_REQ || !strcmp(kind, "req")) && parse_message(l, rest);
}

bool trace_load(struct trace *t, const char *path, struct trace_fault *fault)
{
	uint32_t room = 0, device;
	char text[256], kind[8];
	struct trace_line *l;
	int used;
	FILE *f = fopen(path, "r");

	*t = (struct trace){ .name = path };
	if (!f)
		return trace_fail(fault, 0, "cannot open it");
	while (fgets(text, sizeof(text), f)) {
		if (t->n == room) {
			room = room ? 2 * room : 256;
			t->line = realloc(t->line, room * sizeof(*t->line));
			if (!t->line)
				abort();
		}
		l = &t->line[t->n];
		memset(l, 0, sizeof(*l));
		if (sscanf(text, "%7s%n %u", kind, &used, &device) != 2 || device != 0 ||
		    !parse(l, kind, text + used) || (t->n == 0 && l->kind != TRACE_DEVICE)) {
			fclose(f);
			return trace_fail(fault, t->n, "no such line: %.60s", text);
		}
		if (l->kind == TRACE_DEVICE)
			t->connectors = l->n[2];
		if (t->connectors == 0 || l->conn >= t->connectors) {
			fclose(f);
			return trace_fail(fault, t->n, "connector %u of %u", l->conn,
					  t->connectors);
		}
		t->n++;
	}
	fclose(f);
	return t->n ? true : trace_fail(fault, 0, "it is empty");
}

void trace_free(struct trace *t)
{
	free(t->line);
	*t = (struct trace){ 0 };
}

bool trace_req_defines(uint8_t op, uint32_t byte)
{
	/* Where the last field of each operation ends ("Layout" in docs/protocol.md); there are no gaps. */
	static const uint8_t end[] = { 44, 16, 36, 16, 36, 16, 16 };

	if (byte < 3)
		return true;
	return op >= XENDISPL_OP_DBUF_CREATE && op <= XENDISPL_OP_GET_EDID && byte >= 8 &&
	       byte < end[op - XENDISPL_OP_DBUF_CREATE];
}

bool trace_req_agrees(const union displif_wire *ours, const union displif_wire *golden)
{
	const unsigned char *a = (const unsigned char *)ours, *b = (const unsigned char *)golden;
	uint8_t op = golden->req.operation;
	uint32_t i;

	for (i = 2; i < sizeof(*ours); i++) {
		if (a[i] != (trace_req_defines(op, i) ? b[i] : 0))
			return false;
	}
	return true;
}

/* --- rules --- */

/* What lies in a connector's slots. */
struct slots {
	union displif_wire old[DISPLIF_RING_LEN];
};

/* Bytes that the operation does not define are what the answer before left there. */
static bool judge_dirt(const struct trace *t, uint32_t at, const struct slots *s, uint32_t *dirty,
		       struct trace_fault *fault)
{
	const struct trace_line *l = &t->line[at];
	const unsigned char *found = (const unsigned char *)&l->wire;
	const unsigned char *old = (const unsigned char *)&s->old[l->n[0] % DISPLIF_RING_LEN];
	bool any = false;
	uint32_t i;

	for (i = 0; i < sizeof(l->wire); i++) {
		if (trace_req_defines(l->wire.req.operation, i) || found[i] == 0)
			continue;
		any = true;
		if (found[i] != old[i])
			return trace_fail(fault, at, "byte %u is %02x, the answer before left %02x",
					  i, found[i], old[i]);
	}
	*dirty += any;
	return true;
}

/* A connection: bound, served from our 4 on, and the frontend gets to its 4, though we may see that later. */
struct life {
	bool bound, served, up;
	uint32_t peer; /* its state when we looked last */
};

static bool judge_state(const struct trace *t, uint32_t at, struct life *life,
			struct trace_fault *fault)
{
	const struct trace_line *l = &t->line[at];

	if (!strcmp(l->word, "own")) {
		if ((l->n[0] == DISPLIF_XB_CONNECTED) != life->bound)
			return trace_fail(fault, at, "our state %u, bound %d", l->n[0],
					  life->bound);
		life->served = life->bound;
		return true;
	}
	if (life->bound && l->n[0] == DISPLIF_XB_CONNECTED)
		life->up = true;
	else if (life->bound && (l->n[0] == DISPLIF_XB_INIT_WAIT || l->n[0] > DISPLIF_XB_CLOSED ||
				 (l->n[0] == DISPLIF_XB_INITIALISING && !life->up)))
		return trace_fail(fault, at, "its state %u in a connection", l->n[0]);
	life->peer = l->n[0];
	return true;
}

static bool judge_pages(const struct trace *t, uint32_t at, struct trace_fault *fault)
{
	const uint32_t *n = t->line[at].n;
	uint32_t i;

	for (i = 0; i < 6; i++) {
		if (n[i] != (i < 4 ? i & 1u : 0))
			return trace_fail(fault, at, "word %u of the pages is %u", i, n[i]);
	}
	return true;
}

bool trace_rules(const struct trace *t, uint32_t *dirty, struct trace_fault *fault)
{
	struct slots *slots = calloc(t->connectors, sizeof(*slots));
	uint32_t at, seen = 0, binds = 0;
	struct life life = { 0 };
	bool ok = slots;

	*dirty = 0;
	for (at = 0; ok && at < t->n; at++) {
		const struct trace_line *l = &t->line[at];

		switch (l->kind) {
		case TRACE_STATE:
			ok = judge_state(t, at, &life, fault);
			seen |= !strcmp(l->word, "peer") ? 1u << (l->n[0] & 15) : 0;
			break;
		case TRACE_BIND:
			if (life.bound || life.peer != DISPLIF_XB_INITIALISED ||
			    !(seen & 1u << DISPLIF_XB_INITIALISING))
				ok = trace_fail(fault, at, "bound in its state %u", life.peer);
			memset(slots, 0, t->connectors * sizeof(*slots));
			life = (struct life){ .bound = true, .peer = life.peer };
			seen = 0;
			binds++;
			break;
		case TRACE_PAGES:
			ok = judge_pages(t, at, fault);
			break;
		case TRACE_REQ:
			ok = life.served ? judge_dirt(t, at, &slots[l->conn], dirty, fault) :
					   trace_fail(fault, at, "a request before our state 4");
			break;
		case TRACE_RSP:
			slots[l->conn].old[l->n[0] % DISPLIF_RING_LEN] = l->wire;
			break;
		case TRACE_END:
			if (!life.up)
				ok = trace_fail(fault, at, "it was never in state 4");
			life.bound = false;
			break;
		default:
			break;
		}
	}
	free(slots);
	if (ok && (!binds || life.bound))
		ok = trace_fail(fault, t->n, "%u connections, bound %d", binds, life.bound);
	return ok;
}
