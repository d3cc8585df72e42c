/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the library's own files share: index arithmetic, diagnoses, the two transports. */
#ifndef DISPLIF_PRIV_H
#define DISPLIF_PRIV_H

#include <displif/libdisplif.h>

/* A function that compilers would copy into its callers, although the library is to be small. */
#define DISPLIF__NOINLINE __attribute__((__noinline__))

/*
 * Free-running indices wrap at 2^32. The sums are done in 64 bits so that
 * nothing wraps by accident; compilers fold each to one instruction.
 */
static inline uint32_t displif__sub32(uint32_t a, uint32_t b)
{
	return (uint32_t)((UINT64_C(0x100000000) + a - b) & UINT32_MAX);
}

static inline uint32_t displif__inc32(uint32_t a)
{
	return (uint32_t)(((uint64_t)a + 1u) & UINT32_MAX);
}

/* Counts what never wraps: at a thousand million each second it would take 584 years. */
static inline uint64_t displif__next(uint64_t n)
{
	return n < UINT64_MAX ? n + 1u : n;
}

static inline uint32_t displif__add32(uint32_t a, uint32_t b)
{
	return (uint32_t)(((uint64_t)a + b) & UINT32_MAX);
}

/*
 * How far @a lies ahead of @b, 0 if it does not. In halves, so that no
 * subtraction can wrap even for an analyser that does not relate @a and @b.
 */
static inline uint64_t displif__ahead(uint64_t a, uint64_t b)
{
	uint64_t low = UINT64_C(0x100000000) + (a & UINT32_MAX) - (b & UINT32_MAX);
	uint64_t high = UINT64_C(0x100000000) + (a >> 32) - (b >> 32) - (low >> 32 ? 0u : 1u);

	return a > b ? (high & UINT32_MAX) << 32 | (low & UINT32_MAX) : 0;
}

/* A time @ms after @now that never becomes "never" nor wraps. */
static inline uint64_t displif__after(uint64_t now, uint32_t ms)
{
	return now < DISPLIF_NEVER - UINT32_MAX - 1u ? now + ms : DISPLIF_NEVER - 1u;
}

/* What an operation needs and where it goes; 0 if it is unknown (proto.c). */
#define DISPLIF__REQ_KNOWN 1u
#define DISPLIF__REQ_DBUF 2u /* a display buffer cookie */
#define DISPLIF__REQ_FB 4u   /* a framebuffer cookie */
#define DISPLIF__REQ_RING0 \
	8u /* concerns no connector of its own: connector 0's ring (io/displif.h) */
#define DISPLIF__REQ_URGENT 16u /* may use the reserved slots */
uint32_t displif__req_traits(uint8_t op);

/*
 * One message between a shared slot (8 words of 64 bits) and private memory:
 * each word is accessed once (ring.c).
 */
void displif__copy_in(union displif_wire *wire, const volatile uint64_t *slot);
void displif__copy_out(volatile uint64_t *slot, const union displif_wire *wire);

/* Nodes below a device's or a connector's directory, and what else a diagnosis names. */
enum displif__node {
	DISPLIF__NOTHING = 0,
	DISPLIF__STATE,
	DISPLIF__VERSION,
	DISPLIF__VERSIONS,
	DISPLIF__BE_ALLOC,
	DISPLIF__RESOLUTION,
	DISPLIF__UNIQUE_ID,
	DISPLIF__RING, /* by enum displif_chan: DISPLIF__RING + chan */
	DISPLIF__CHAN = DISPLIF__RING + 2,
	DISPLIF__DBUF = DISPLIF__CHAN + 2,
	DISPLIF__GREF,
	DISPLIF__DIRECTORY,
	DISPLIF__NEXT_DIRECTORY,
	DISPLIF__BUFFER_SZ,
	DISPLIF__WIDTH,
	DISPLIF__HEIGHT,
	DISPLIF__BPP,
	DISPLIF__DATA_OFS,
	DISPLIF__STRIDE_RULE,
	DISPLIF__EDID_SZ,
	DISPLIF__HEADER,
	DISPLIF__CHECKSUM,
	DISPLIF__INDEX, /* the four words of a ring's header: DISPLIF__INDEX + word */
	DISPLIF__IN_PROD = DISPLIF__INDEX + 4,
	DISPLIF__FIRST_RESOLUTION,
	DISPLIF__CONNECTORS,
	DISPLIF__CFG,
	DISPLIF__PEND_CAP,
	DISPLIF__OPS,
	DISPLIF__UNMAP,
	DISPLIF__NODES
};

/* Their names (err.c), in rows of one width so that a reader needs no terminator to stay inside. */
#define DISPLIF__NODE_MAX 20u
extern const char displif__node[DISPLIF__NODES][DISPLIF__NODE_MAX];

/* What was done, and of what, in one number: a diagnosis costs its caller one instruction. */
#define DISPLIF__OF(op, node) ((uint32_t)DISPLIF_OP_##op << 8 | (uint32_t)(node))

/* Fills @diag, if there is one, and returns @err, so that errors are one line. @of: DISPLIF__OF(). */
int displif__fail(struct displif_diag *diag, int err, uint32_t of, uint64_t value, uint64_t limit);
/* The same with the offending text, whose unprintable bytes become '?'. */
int displif__fail_text(struct displif_diag *diag, int err, uint32_t of, const char *text,
		       uint32_t len, uint64_t limit);

/* --- one end of the request ring (ring.c) --- */

/* Frontend: zeroes the page, producers 0, events 1. */
void displif__ring_create(struct displif_ring *r, void *page);
/* Backend: takes over a pristine page. 0, or PROTO with *@diag. */
int displif__ring_attach(struct displif_ring *r, void *page, struct displif_diag *diag);
/* Messages that may still be staged. */
uint32_t displif__ring_space(const struct displif_ring *r);
/* Stages one message; the caller checked the space. */
void displif__ring_put(struct displif_ring *r, const union displif_wire *wire);
/* Publishes what is staged. True if the peer asked to be notified. */
bool displif__ring_publish(struct displif_ring *r);
/* Reads the peer's producer index once. Messages that may be taken now, or PROTO. */
int displif__ring_snapshot(struct displif_ring *r);
/* Copies the next message of the snapshot. 1, or 0 at its end, @wire being left alone. */
int displif__ring_get(struct displif_ring *r, union displif_wire *wire);
/*
 * Asks the peer for a notification once it has produced @ahead messages (1: the
 * next one), full barrier. True if so many are there already: none will come.
 */
bool displif__ring_rearm(struct displif_ring *r, uint32_t ahead);

/* --- the event page, one function set for each end (evt.c) --- */

void displif__evt_create(struct displif_evt *e, void *page);
int displif__evt_attach(struct displif_evt *e, void *page, struct displif_diag *diag);
/* Backend: stages one event. 1, or 0 if the page is full or the guest's index makes no sense. */
int displif__evt_put(struct displif_evt *e, const union displif_wire *wire);
/* Backend: true if something became visible: notify. */
bool displif__evt_publish(struct displif_evt *e);
/* Frontend: as for the ring. */
int displif__evt_snapshot(struct displif_evt *e);
int displif__evt_get(struct displif_evt *e, union displif_wire *wire);
/* Frontend: confirms what was taken. */
void displif__evt_confirm(struct displif_evt *e);

#endif
