/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Where the checks run: a Xen, real or fake, seen from one end of one device. Time, waiting, the port,
 * the two directories in XenStore; nothing of the protocol's messages.
 */
#ifndef CC_WORLD_H
#define CC_WORLD_H

#include <displif/libdisplif.h>

/* What a Xen brings besides its port. */
struct cc_world_ops {
	/* Milliseconds. */
	uint64_t (*now)(void *ctx);
	/* Delivers what is pending; with @ms, waits for that long unless something comes. */
	void (*step)(void *ctx, uint32_t ms);
	/* How often the peer maps our grant @gref; negative if nobody tells. */
	int (*maps)(void *ctx, uint32_t gref);
};

struct cc_world {
	const struct cc_world_ops *ops;
	void *ctx;
	struct displif_port port;
	uint16_t own, peer; /* domains */
	char dir[DISPLIF_XS_PATH], peer_dir[DISPLIF_XS_PATH];
	uint32_t timeout_ms; /* until a change of state is overdue */
	/* The end that is at work here; the world calls this for each channel that fires, inside step(). */
	void (*event)(void *arg, void *tag);
	/* May be NULL: what it does while cc_until() waits. */
	void (*tick)(void *arg);
	void *arg;
};

uint64_t cc_now(const struct cc_world *w);
/* Lets the world go on until @done says so. False if not within @ms. */
bool cc_until(struct cc_world *w, bool (*done)(void *arg), void *arg, uint32_t ms);
/* Lets @ms pass. */
void cc_pause(struct cc_world *w, uint32_t ms);

/* A node of our directory, or the peer's, as text; false if it is not there or too long. */
bool cc_read(struct cc_world *w, const char *dir, const char *leaf, char *text, uint32_t cap);
bool cc_write(struct cc_world *w, const char *leaf, const char *text);
/* A connector's. */
bool cc_read_conn(struct cc_world *w, const char *dir, uint32_t index, const char *leaf, char *text,
		  uint32_t cap);
bool cc_write_conn(struct cc_world *w, uint32_t index, const char *leaf, const char *text);

/* Our state, in numbers, as a session would write it. */
bool cc_set_state(struct cc_world *w, uint32_t state);
uint8_t cc_own_state(struct cc_world *w);
/* The peer's, DISPLIF_XB_UNKNOWN also if there is none. */
uint8_t cc_peer_state(struct cc_world *w);

/* Sets of states, for cc_await_peer(). */
#define CC_IN(state) (1u << (state))
/* Waits until the peer is in one of @states; whether it is. */
bool cc_await_peer(struct cc_world *w, uint32_t states, uint32_t ms);

#endif
