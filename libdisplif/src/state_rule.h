/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The state machines' tables: rows like those of docs/states.md, of which the first that fits counts. */
#ifndef DISPLIF_STATE_RULE_H
#define DISPLIF_STATE_RULE_H

#include "priv.h"

/* One row; as data it takes a fraction of what it would take as code. */
struct displif__rule {
	uint8_t state, in;
	uint16_t args; /* bit n: argument n; or DISPLIF__ANY */
	uint8_t cond;  /* bits that must be set; each machine has its own */
	uint8_t next, act;
	uint8_t todo; /* state to write in the lower bits, or 0; above it what to do inside */
};

#define DISPLIF__ANY 0xffffu
#define DISPLIF__WRITE 15u /* of todo */
#define DISPLIF__EFFECT(n) ((n) << 4)

/* The first of @n rows that fits, or NULL. */
const struct displif__rule *displif__rule_find(const struct displif__rule *rule, uint32_t n,
					       uint8_t state, uint32_t in, uint32_t arg,
					       uint32_t cond);

/* What the caller of a step is told; without a row: nothing. */
struct displif_step displif__rule_step(const struct displif__rule *rule, uint8_t state);

/* Held: the pause is not over. Cuts one that a clock which jumped back made longer than @most. */
bool displif__rule_held(uint64_t *due, uint32_t most, uint64_t now);

#endif
