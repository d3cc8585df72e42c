/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A frontend that breaks one rule: a good one, with somebody between it and Xen. */
#ifndef BAD_FRONT_H
#define BAD_FRONT_H

#include "fake_xen.h"
#include "raw.h"

struct bad_front {
	const char *name;
	const char *check; /* which has to find that, and says FAIL, or warn */
	bool warn;
	bool be_alloc; /* the device is configured so */
	/* May change a request, before the backend is told of it. */
	void (*request)(union displif_wire *req);
	/* A notification; false: it is swallowed. */
	bool (*notify)(void *ring);
	/* The text that is written in the place of @text; NULL: nothing is. */
	const char *(*write)(const char *path, const char *text);
	/* Whether it ends now and is not started again; asked again and again. */
	bool (*dies)(void);
};

void bad_front_begin(struct fake_dom *dom, const struct bad_front *bad);
void bad_front_end(void);
const struct displif_port_ops *bad_front_ops(void);
struct fake_dom *bad_front_dom(void);

/* Its single shared pages in the order in which they were made, as they are again and again:
 * ring, event page of connector 0, of connector 1. NULL: not there. */
void *bad_front_page(uint32_t i);
/* The last notification's ring and the next request behind it. */
void bad_front_add_request(void *ring, const union displif_wire *wire);

extern const struct bad_front bad_fronts[];

#endif
