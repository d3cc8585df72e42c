/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A backend that breaks one rule: a good one, with somebody between it and the pages who changes requests before
 * it reads them, answers and events before the frontend is told of them, or calls to Xen.
 */
#ifndef BAD_BACK_H
#define BAD_BACK_H

#include "end.h"
#include "raw.h"

struct bad_back {
	const char *name;  /* what it does wrong */
	const char *check; /* which has to find that, and says FAIL, or warn */
	bool warn;
	/* May change a request, before the backend has seen it. */
	void (*request)(uint32_t conn, union displif_wire *req);
	/* May change a response to the request @req, or an event. */
	void (*response)(uint32_t conn, const union displif_wire *req, union displif_wire *rsp);
	void (*event)(uint32_t conn, union displif_wire *evt);
	/* Called once, for knobs and for the port's functions. */
	void (*begin)(struct end_back *b);
	/* Before an interrupt is handled; false: it is swallowed. After it was. */
	bool (*before)(struct end_back *b, const struct end_tag *tag);
	void (*after)(struct end_back *b, const struct end_tag *tag);
	/* A notification; false: it is swallowed. */
	bool (*notify)(struct end_back *b, void *chan);
	/* The text that is written in the place of @text; NULL: nothing is. */
	const char *(*write)(struct end_back *b, const char *path, const char *text);
	/* The frontend's state node was written. */
	void (*peer)(struct end_back *b, const char *state);
};

void bad_back_begin(struct end_back *b, const struct bad_back *bad);
void bad_back_end(void);

/* --- for those that are bad --- */

/* The port's functions as they were. */
const struct displif_port_ops *bad_back_ops(void);
/* The request that lies behind what is being answered now, by slot; requests and events seen, connections made. */
const union displif_wire *bad_back_request(uint32_t conn, uint32_t index);
uint32_t bad_back_requests(uint32_t conn);
uint32_t bad_back_events(uint32_t conn);
uint32_t bad_back_connections(void);
/* Messages that the session did not make. */
void bad_back_add_event(struct end_back *b, uint32_t conn, uint64_t fb);
void bad_back_add_response(struct end_back *b, uint32_t conn, uint16_t id, uint8_t op);
/* It ends for good. */
void bad_back_die(struct end_back *b);

/* Ended by one without a name. */
extern const struct bad_back bad_backs[];

#endif
