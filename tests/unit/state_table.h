/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reads one table of docs/states.md, for the tests of the state machines. */
#ifndef DISPLIF_TEST_STATE_TABLE_H
#define DISPLIF_TEST_STATE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#define STATE_TABLE_ROWS 96
#define STATE_TABLE_CELL 48

struct state_row {
	char state[STATE_TABLE_CELL], input[STATE_TABLE_CELL], cond[STATE_TABLE_CELL];
	char next[STATE_TABLE_CELL], acts[STATE_TABLE_CELL], write[STATE_TABLE_CELL];
	unsigned int line;
	unsigned int used; /* how often it was the row that counted */
};

struct state_table {
	struct state_row row[STATE_TABLE_ROWS];
	unsigned int n;
};

/* Reads the table between "<!-- table: NAME -->" and "<!-- end -->"; fails the test if it cannot. */
void state_table_read(struct state_table *table, const char *path, const char *name);

/* Whether condition @word (one of a row's) holds. @ctx: the test's. Unknown words fail the test. */
typedef bool state_table_holds(const char *word, const void *ctx);

/* The first row that fits, or NULL. @input: without its argument. */
struct state_row *state_table_find(struct state_table *table, const char *state, const char *input,
				   uint32_t arg, state_table_holds *holds, const void *ctx);

/* A row's actions and write in numbers. */
uint32_t state_row_acts(const struct state_row *row);
int state_row_write(const struct state_row *row);

/* Small random numbers, the same everywhere. */
static inline uint32_t state_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 16);
}

#endif
