/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What front.c and front_io.c share: the flags of a slot and its end. */
#ifndef DISPLIF_FRONT_PRIV_H
#define DISPLIF_FRONT_PRIV_H

#include "priv.h"

#define SLOT_RSP 1u	/* its response is owed */
#define SLOT_EVT 2u	/* its flip event is owed */
#define SLOT_QUIET 4u	/* its response needs no interrupt */
#define SLOT_LOOKED 8u	/* the early look is done */
#define SLOT_LATE 16u	/* overdue: in quarantine until answered */
#define SLOT_REPORT 32u /* its loss is to be reported */
#define SLOT_MUTE 64u	/* nobody wants to hear of it any more */

/* Frees slot @i, whatever it still owes. */
void displif__front_free(struct displif_front *f, uint32_t i);
/* Ends the session: every token that is still wanted becomes a report. */
void displif__front_die(struct displif_front *f, int why);

#endif
