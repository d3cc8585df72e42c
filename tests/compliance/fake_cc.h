/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-compliance on the fake Xen: its world, and our own ends to be judged, as they are or made worse. */
#ifndef FAKE_CC_H
#define FAKE_CC_H

#include "end.h"
#include "report.h"
#include "world.h"

#define FAKE_CC_GUEST 1u
#define FAKE_CC_CONNECTORS "id0:64x48;id1:80x60"

struct fake_cc {
	struct fake_world *w;
	struct fake_dom *self;
	struct cc_world world;
};

/* Of the next world: the order in which it delivers; 0: first come, first served. */
extern uint64_t fake_cc_seed;

/* A world for the end that lives in domain @self; the other one's is @peer. */
void fake_cc_init(struct fake_cc *cc, struct fake_world *w, uint16_t self, uint16_t peer,
		  bool front);

/* A backend that is judged, made worse by @bad (NULL: not). The exit status; *@rep has the totals. */
struct bad_back;
int fake_cc_front(const struct cc_options *opt, const struct bad_back *bad, struct cc_report *rep);

/* The same for a frontend, in backend mode. */
struct bad_front;
int fake_cc_back(const struct cc_options *opt, const struct bad_front *bad, struct cc_report *rep);
/* Whether the backend that judges has just done something wrong. */
bool fake_cc_back_did_wrong(void);

#endif
