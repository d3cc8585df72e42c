/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Raw access to the pages that both ends share: for tools that send what no session would, or look at
 * what a session hides. Nothing is checked; an index selects a slot as the protocol has it. Barriers are
 * the caller's: messages, displif_wmb(), index, displif_mb(), the peer's event index.
 */
#ifndef EXAMPLES_COMMON_RAW_H
#define EXAMPLES_COMMON_RAW_H

#include <displif/libdisplif.h>

/* Words of the ring page's header ("struct xendispl_sring" by io/ring.h). */
enum raw_ring_word {
	RAW_REQ_PROD = 0,
	RAW_REQ_EVENT = 1,
	RAW_RSP_PROD = 2,
	RAW_RSP_EVENT = 3,
};

/* Words of the event page's header (struct xendispl_event_page). */
enum raw_evt_word {
	RAW_IN_CONS = 0,
	RAW_IN_PROD = 1,
};

/* One word of a page's header, or of a page directory. */
static inline uint32_t raw_load(const void *page, uint32_t word)
{
	return displif_load32((const volatile uint32_t *)page + word);
}

static inline void raw_store(void *page, uint32_t word, uint32_t value)
{
	displif_store32((volatile uint32_t *)page + word, value);
}

/* The eight words of slot @slot, which both pages keep behind 64 bytes of header. */
static inline void raw_get_slot(const void *page, uint32_t slot, union displif_wire *wire)
{
	const volatile uint64_t *from = (const volatile uint64_t *)page + 8u + (size_t)8u * slot;
	uint32_t i;

	for (i = 0; i < 8; i++)
		wire->q[i] = displif_load64(&from[i]);
}

static inline void raw_put_slot(void *page, uint32_t slot, const union displif_wire *wire)
{
	volatile uint64_t *to = (volatile uint64_t *)page + 8u + (size_t)8u * slot;
	uint32_t i;

	for (i = 0; i < 8; i++)
		displif_store64(&to[i], wire->q[i]);
}

/* Slots of free-running indices. */
static inline uint32_t raw_ring_slot(uint32_t index)
{
	return index % DISPLIF_RING_LEN;
}

static inline uint32_t raw_evt_slot(uint32_t index)
{
	return index % DISPLIF_EVT_LEN;
}

#endif
