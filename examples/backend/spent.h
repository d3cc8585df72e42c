/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* How long we work on what a guest asks, kind by kind: our share of what it waits for. */
#ifndef BE_SPENT_H
#define BE_SPENT_H

#include <stdint.h>

enum be_spent_kind {
	BE_SPENT_DBUF_CREATE,
	BE_SPENT_DBUF_DESTROY,
	BE_SPENT_FB_ATTACH,
	BE_SPENT_FB_DETACH,
	BE_SPENT_SET_CONFIG,
	BE_SPENT_PG_FLIP,
	BE_SPENT_OTHER,
	BE_SPENT_STATE, /* looking at states in XenStore and doing what they ask for */
	BE_SPENT_KINDS
};

struct be_spent {
	uint64_t ns;
	uint64_t n;
};

/* The kind of a request by its XENDISPL_OP_x, and the name of a kind. */
enum be_spent_kind be_spent_kind(uint8_t op);
const char *be_spent_name(enum be_spent_kind kind);
/* The time now, for be_spent_end(). */
uint64_t be_spent_begin(void);
/* Returns how long it was, in ns. */
uint64_t be_spent_end(struct be_spent *spent, uint64_t began);

#endif
