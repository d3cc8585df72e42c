/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What both sessions share: channels, duties, the transport's structs. */
#ifndef DISPLIF_DUTY_H
#define DISPLIF_DUTY_H

#include "proto.h"

DISPLIF_BEGIN_DECLS

/* A connector has two event channels, one for each shared page. */
enum displif_chan {
	DISPLIF_CHAN_REQ = 0,   /* request ring: "req-event-channel" */
	DISPLIF_CHAN_EVT = 1,   /* event page: "evt-event-channel" */
};

/*
 * Duties, returned by displif_front_flush() and displif_back_flush(). They now
 * belong to the caller, to be done after its lock is dropped: late or twice is
 * harmless, forgotten is not. Who may close a channel meanwhile has to keep
 * that from racing with a notification.
 */
#define DISPLIF_DO_NOTIFY_REQ 1u /* notify the peer on the request channel */
#define DISPLIF_DO_NOTIFY_EVT 2u /* notify the peer on the event channel */
#define DISPLIF_DO_POLL 4u       /* work is left and no interrupt will come: irq() both channels and poll() again */
#define DISPLIF_DO_CLOSE 8u      /* the session died of an error: tell the device object; said once */

/* One end of the request ring; fields private. */
struct displif_ring {
	volatile uint32_t *page; /* the shared page; not touched once the session is dead */
	uint32_t prod;          /* what this end has staged: requests or responses */
	uint32_t pub;           /* what of it the peer can see */
	uint32_t cons;          /* what this end has taken */
	uint32_t seen;          /* the peer's producer index of the last snapshot */
	uint8_t base;           /* which half of the page's header this end produces into */
};

/* One end of the event page; fields private. */
struct displif_evt {
	volatile uint32_t *page; /* the shared page; not touched once the session is dead */
	uint32_t prod, pub;     /* backend's end: staged, visible */
	uint32_t cons, seen;    /* frontend's end: taken, snapshot */
};

DISPLIF_END_DECLS

#endif
