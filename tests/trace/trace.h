/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A recording of the backend's option --record in memory. What its lines say: examples/backend/record.h. */
#ifndef TESTS_TRACE_H
#define TESTS_TRACE_H

#include <displif/libdisplif.h>

enum trace_kind {
	TRACE_DEVICE,
	TRACE_STATE,
	TRACE_BIND,
	TRACE_PAGES,
	TRACE_TAKE,
	TRACE_REQ,
	TRACE_DONE,
	TRACE_SEND,
	TRACE_RSP,
	TRACE_EVT,
	TRACE_SENT,
	TRACE_END,
};

/* n[]: the line's numbers in their order, without those of device and connector. */
struct trace_line {
	enum trace_kind kind;
	uint32_t conn;
	uint32_t n[6];
	uint64_t fb;		 /* DONE */
	char word[8];		 /* STATE: whose; TAKE: why; SENT: whom it notified */
	union displif_wire wire; /* REQ, RSP, EVT */
};

struct trace {
	const char *name;
	struct trace_line *line;
	uint32_t n;
	uint32_t connectors;
};

/* Where and why a judgement failed. Lines count from 1, as an editor does. */
struct trace_fault {
	uint32_t at;
	char text[160];
};

/* One device only. False with @fault if it cannot be read or a line is not as it should be. */
bool trace_load(struct trace *t, const char *path, struct trace_fault *fault);
void trace_free(struct trace *t);

/* Always false, for returning it. @at is the line's place in t->line[]. */
bool trace_fail(struct trace_fault *fault, uint32_t at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* True for the bytes of a request that its operation defines, id and operation included. */
bool trace_req_defines(uint8_t op, uint32_t byte);
/* Is @ours, which our frontend wrote, what @golden says? The id may differ; what is not defined is zero. */
bool trace_req_agrees(const union displif_wire *ours, const union displif_wire *golden);

/* --- judgements of a whole trace --- */

/* What the frontend does is what frontends do: states, pristine rings, dirty slots. @dirty: such requests. */
bool trace_rules(const struct trace *t, uint32_t *dirty, struct trace_fault *fault);
/* A back session on plain pages answers the recorded requests byte for byte as it did then. */
bool trace_replay(const struct trace *t, struct trace_fault *fault);
/* A front session writes the same requests, and understands the recorded answers. */
bool trace_mimic(const struct trace *t, struct trace_fault *fault);

#endif
