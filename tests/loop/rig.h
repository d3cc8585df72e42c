/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A host with one guest, its display device and both ends, for tests. */
#ifndef RIG_H
#define RIG_H

#include "end.h"

#define RIG_FRONT 1u

struct rig {
	struct fake_world *w;
	struct fake_dom *fe, *be;
	struct end_front *f;
	struct end_back *b;
	uint16_t back_id;
};

/* What a rig is made of; zero is a usual one. */
struct rig_opts {
	const char *connectors; /* NULL: one of 64x48 */
	const struct fake_limits *limits;
	uint64_t seed;
	uint16_t backend; /* 0: in domain 0 */
	bool be_alloc, coalesce;
};

/* World, domains, nodes and both ends; nothing has run yet. */
void rig_make(struct rig *r, const struct rig_opts *opts);
/* rig_make(), then runs until both ends are Connected, which it asserts. */
void rig_up(struct rig *r, const struct rig_opts *opts);
/* Runs until both are Connected. False if not within 15 s of virtual time. */
bool rig_connected(struct rig *r);
/* The same within @ms: pauses after many broken connections are long. */
bool rig_connected_in(struct rig *r, uint64_t ms);
/* Asserts that a picture goes through: the connection is one. */
void rig_works(struct rig *r);
/* Both ends Connected in XenStore and in their own eyes. */
bool rig_is_connected(struct rig *r);
/*
 * Detaches in order, frees all and asserts that nothing leaked. Ends or
 * domains that a test ended itself are NULL.
 */
void rig_down(struct rig *r);
/* Frees the rig without looking for leaks. */
void rig_free(struct rig *r);
/* "id0:64x48;id1:64x48..." for @n connectors, in static storage. */
const char *rig_connectors(uint32_t n);

int rig_front_state(struct rig *r);
int rig_back_state(struct rig *r);

#endif
