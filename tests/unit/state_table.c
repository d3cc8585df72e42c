/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reads one table of docs/states.md, for the tests of the state machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <displif/state.h>

#include "state_table.h"

static const char *const act_name[] = { "PUBLISH", "START", "STOP", "RELEASE", "REREAD", "FINAL" };

/* Copies the cell at *@at, without the blanks around it. */
static void take_cell(const char **at, char *cell, unsigned int line)
{
	const char *end = strchr(*at, '|');
	const char *from = *at;
	size_t len;

	if (!end)
		fail_msg("states.md:%u: a cell is missing", line);
	len = (size_t)(end - from);
	while (len && *from == ' ') {
		from++;
		len--;
	}
	while (len && from[len - 1] == ' ')
		len--;
	if (len >= STATE_TABLE_CELL)
		fail_msg("states.md:%u: a cell is too long", line);
	memcpy(cell, from, len);
	cell[len] = '\0';
	*at = end + 1;
}

static void take_row(struct state_table *table, const char *text, unsigned int line)
{
	struct state_row *row;
	const char *at = text + 1;

	assert_true(table->n < STATE_TABLE_ROWS);
	row = &table->row[table->n++];
	take_cell(&at, row->state, line);
	take_cell(&at, row->input, line);
	take_cell(&at, row->cond, line);
	take_cell(&at, row->next, line);
	take_cell(&at, row->acts, line);
	take_cell(&at, row->write, line);
	if (strcmp(at, "\n"))
		fail_msg("states.md:%u: more than six cells", line);
	row->line = line;
}

void state_table_read(struct state_table *table, const char *path, const char *name)
{
	char text[512], begin[64];
	unsigned int line = 0, head = 0;
	bool inside = false, ended = false;
	FILE *file = fopen(path, "r");

	memset(table, 0, sizeof(*table));
	if (!file)
		fail_msg("cannot open %s", path);
	snprintf(begin, sizeof(begin), "<!-- table: %s -->\n", name);
	while (fgets(text, sizeof(text), file)) {
		line++;
		if (!inside) {
			inside = !ended && !strcmp(text, begin);
		} else if (!strcmp(text, "<!-- end -->\n")) {
			inside = false;
			ended = true;
		} else if (head < 2) {
			head++;
		} else {
			if (text[0] != '|')
				fail_msg("states.md:%u: not a row", line);
			take_row(table, text, line);
		}
	}
	fclose(file);
	assert_true(ended);
	assert_true(table->n > 30);
}

/* "PEER 1 5 6" fits PEER with 1, 5 or 6; "PEER" fits with any. */
static bool input_fits(const char *cell, const char *input, uint32_t arg)
{
	size_t len = strlen(input);
	char *end;

	if (strncmp(cell, input, len) || (cell[len] && cell[len] != ' '))
		return false;
	cell += len;
	if (!*cell)
		return true;
	while (*cell) {
		if (strtoul(cell, &end, 10) == arg)
			return true;
		assert_ptr_not_equal(end, cell);
		cell = end;
	}
	return false;
}

static bool all_hold(const char *cond, state_table_holds *holds, const void *ctx)
{
	char words[STATE_TABLE_CELL], *save = NULL, *word;

	strcpy(words, cond);
	for (word = strtok_r(words, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		word += *word == ' ';
		if (!holds(word, ctx))
			return false;
	}
	return true;
}

struct state_row *state_table_find(struct state_table *table, const char *state, const char *input,
				   uint32_t arg, state_table_holds *holds, const void *ctx)
{
	unsigned int i;

	for (i = 0; i < table->n; i++) {
		struct state_row *row = &table->row[i];

		if (!strcmp(row->state, state) && input_fits(row->input, input, arg) &&
		    all_hold(row->cond, holds, ctx)) {
			row->used++;
			return row;
		}
	}
	return NULL;
}

uint32_t state_row_acts(const struct state_row *row)
{
	char words[STATE_TABLE_CELL], *save = NULL, *word;
	uint32_t acts = 0;

	strcpy(words, row->acts);
	for (word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		uint32_t i, bit = 0;

		for (i = 0; i < 6; i++)
			if (!strcmp(word, act_name[i]))
				bit = 1u << i;
		if (!bit || bit <= acts)
			fail_msg("states.md:%u: action %s unknown or out of order", row->line,
				 word);
		acts |= bit;
	}
	return acts;
}

int state_row_write(const struct state_row *row)
{
	if (!row->write[0])
		return -1;
	assert_int_equal(strlen(row->write), 1);
	assert_in_range(row->write[0], '1', '7');
	return row->write[0] - '0';
}
