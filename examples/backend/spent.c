/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The clock for our share, and the names of its parts. */
#include "spent.h"

#include <time.h>

#include <displif/libdisplif.h>

static const struct {
	const char *name;
	uint8_t op;
} kinds[BE_SPENT_KINDS] = {
	[BE_SPENT_DBUF_CREATE] = { "dbuf_create", XENDISPL_OP_DBUF_CREATE },
	[BE_SPENT_DBUF_DESTROY] = { "dbuf_destroy", XENDISPL_OP_DBUF_DESTROY },
	[BE_SPENT_FB_ATTACH] = { "fb_attach", XENDISPL_OP_FB_ATTACH },
	[BE_SPENT_FB_DETACH] = { "fb_detach", XENDISPL_OP_FB_DETACH },
	[BE_SPENT_SET_CONFIG] = { "set_config", XENDISPL_OP_SET_CONFIG },
	[BE_SPENT_PG_FLIP] = { "pg_flip", XENDISPL_OP_PG_FLIP },
	[BE_SPENT_OTHER] = { "other", 0 },
	[BE_SPENT_STATE] = { "state", 0 },
};

enum be_spent_kind be_spent_kind(uint8_t op)
{
	int kind = 0;

	while (kind < BE_SPENT_OTHER && kinds[kind].op != op)
		kind++;
	return (enum be_spent_kind)kind;
}

const char *be_spent_name(enum be_spent_kind kind)
{
	return kinds[kind].name;
}

uint64_t be_spent_begin(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

uint64_t be_spent_end(struct be_spent *spent, uint64_t began)
{
	uint64_t ns = be_spent_begin() - began;

	spent->ns += ns;
	spent->n++;
	return ns;
}
