/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A host with a Mini-OS in it, its display device and a backend in domain 0, for tests. */
#ifndef BED_H
#define BED_H

#include <displfront.h>

#include "end.h"
#include "mos.h"

#define BED_FRONT 1u
#define BED_NODE "device/vdispl/0"

/* What a bed is made of; zero is a usual one. */
struct bed_opts {
	const char *connectors; /* NULL: one of 64x48 */
	const struct fake_limits *limits;
	uint64_t seed;
	const uint8_t *edid; /* NULL: refused */
	uint32_t edid_size;
	uint32_t devid;
	bool be_alloc;
};

struct bed {
	struct fake_world *w;
	struct fake_dom *fe, *be;
	struct end_back *b;
	struct displfront_dev *dev;
	struct bed_opts opts;
};

/* World, domains, nodes and backend. Mini-OS runs, its frontend does not. */
void bed_make(struct bed *bed, const struct bed_opts *opts);
/* bed_make(), and a frontend that must come up. */
void bed_up(struct bed *bed, const struct bed_opts *opts);
/* init_displfront() that must succeed. */
void bed_init(struct bed *bed);
/* Ends the frontend, if there is one, in order; nothing of it must be left. */
void bed_shutdown(struct bed *bed);
/* bed_shutdown(), then the rest: nothing must be left of anything. */
void bed_down(struct bed *bed);
/* The backend's program dies, or ends in order. */
void bed_kill(struct bed *bed);
void bed_stop(struct bed *bed);
/* Another one begins, with or without EDIDs as the first. */
void bed_revive(struct bed *bed);
/* Waits until the frontend is in a status; false if that takes longer than @ms. */
bool bed_wait(struct bed *bed, enum displfront_status status, uint32_t ms);

/* Calls @fn after @ms, in a thread of Mini-OS's. What it asserts is not told well. */
void bed_after(struct bed *bed, uint32_t ms, void (*fn)(struct bed *bed));

/* Fills a framebuffer with pixels that only it has. */
void bed_paint(struct displfront_fb *fb, uint32_t what);
/* Whether the backend shows on a connector, after a flip, what bed_paint() painted. */
bool bed_shows(struct bed *bed, uint32_t connector, const struct displfront_fb *fb, uint32_t what);
/* A framebuffer of 64x48 that must come about. */
struct displfront_fb *bed_fb(struct bed *bed, uint32_t flags);
/* A picture goes through on a connector: the connection is one. */
void bed_works(struct bed *bed);
/* What the guest's domain holds. */
struct fake_held bed_held(struct bed *bed);

#endif
