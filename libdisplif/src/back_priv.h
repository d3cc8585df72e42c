/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the files of the back session share: the guest's tables. */
#ifndef DISPLIF_BACK_PRIV_H
#define DISPLIF_BACK_PRIV_H

#include "priv.h"

/* The entries that a request concerns: indices into the guest's tables. */
struct displif_back_pick {
	uint32_t dbuf, fb; /* DISPLIF_BACK_NONE: none that changes with the answer */
};

/*
 * Judges a request against tables and quota (back_bufs.c) and marks the entries
 * it concerns. Fills req->dbuf, req->fb and *@pick. Returns 0 to hand it out, or
 * the status (-XEN_Exx) to refuse it with.
 */
int32_t displif__back_judge(struct displif_guest *guest, struct displif_back_req *req,
			    struct displif_back_pick *pick);

/* What becomes of the entries of a request when it is answered with @status. */
void displif__back_settle(struct displif_guest *guest, uint8_t op,
			  const struct displif_back_pick *pick, int32_t status);

/*
 * Whether quota.pages_per_s lets a buffer of @size bytes be created at @now; if
 * so, accounts for it, else sets *@due.
 */
bool displif__back_pace(struct displif_guest *guest, uint32_t size, uint64_t now, uint64_t *due);

/* Stages one answer. */
void displif__back_answer(struct displif_back *b, uint16_t id, uint8_t op, int32_t status,
			  uint32_t edid_sz);

/* Ends the session: nothing more is answered. */
void displif__back_die(struct displif_back *b, int why);

/* Moves waiting flip events into the event page, as many as there is room for. */
void displif__back_deliver(struct displif_back *b);

#endif
