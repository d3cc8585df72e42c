/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* examples/minios-console: the letters that are on the display are those that were printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "con.h"
#include "run.h"

/* 32 letters of 6 pixels, 10 lines of 10. */
#define WIDTH 192u
#define COLUMNS 32u
#define ROWS 10u

static void assert_letter(const uint8_t *pixels, uint32_t column, uint32_t row, char letter)
{
	for (uint32_t y = 0; y < CON_CELL_HEIGHT; y++) {
		for (uint32_t x = 0; x < CON_CELL_WIDTH; x++) {
			uint32_t at = (row * CON_CELL_HEIGHT + y) * WIDTH +
				      column * CON_CELL_WIDTH + x,
				 pixel;

			memcpy(&pixel, pixels + 4 * (size_t)at, 4);
			assert_int_equal(pixel, con_font_dot((unsigned char)letter, x, y) ?
							CON_TEXT :
							CON_GROUND);
		}
	}
}

/* The last lines of what was printed, broken as the screen breaks them; the one below them is empty. */
static void assert_text(const struct bed *bed)
{
	const uint8_t *pixels = end_back_pixels(bed->b, bed->b->flipped[0]);
	const char *begin = strstr(mos_printed(), "Mini-OS on a display"),
		   *end = strstr(begin, "console: all lines");
	char line[64][COLUMNS];
	uint32_t n = 0, x = 0;

	assert_non_null(pixels);
	assert_true(begin && end);
	memset(line, ' ', sizeof(line));
	for (const char *at = begin; at < end; at++) {
		if (*at == '\n' || x == COLUMNS) {
			n++;
			x = 0;
		}
		assert_in_range(n, 0, 63);
		if (*at != '\n')
			line[n][x++] = *at;
	}
	assert_in_range(n, ROWS, 63);
	for (uint32_t row = 0; row < ROWS; row++)
		for (uint32_t column = 0; column < COLUMNS; column++)
			assert_letter(pixels, column, row, line[n - (ROWS - 1) + row][column]);
}

static void test_scrolls(void **state)
{
	const struct bed_opts opts = { .connectors = "a:192x100" };
	struct bed bed;

	(void)state;
	run_begin(&bed, &opts, "lines=7 pause=100");
	run_await("all lines are shown", 1);
	assert_text(&bed);
	bed_kill(&bed);
	mos_sleep(1000);
	bed_revive(&bed);
	for (uint32_t ms = 0; !bed.b->flipped[0]; ms += 20) {
		assert_in_range(ms, 0, 10000);
		mos_sleep(20);
	}
	assert_text(&bed);
	run_tell();
	run_end(&bed);
}

/* No two letters are alike, none has a dot outside of its field, and what has no letter has a box. */
static void test_letters(void **state)
{
	(void)state;
	for (unsigned int a = ' '; a < 127; a++) {
		for (unsigned int b = a + 1; b < 128; b++) {
			bool other = false;

			for (uint32_t y = 0; y < CON_FONT_HEIGHT; y++)
				for (uint32_t x = 0; x < CON_FONT_WIDTH; x++)
					other |= con_font_dot((unsigned char)a, x, y) !=
						 con_font_dot((unsigned char)b, x, y);
			assert_true(other);
		}
		assert_false(con_font_dot((unsigned char)a, CON_FONT_WIDTH, 0) ||
			     con_font_dot((unsigned char)a, 0, CON_FONT_HEIGHT));
	}
	for (uint32_t y = 0; y < CON_FONT_HEIGHT; y++)
		for (uint32_t x = 0; x < CON_FONT_WIDTH; x++) {
			assert_int_equal(con_font_dot('\t', x, y), con_font_dot(127, x, y));
			assert_int_equal(con_font_dot(200, x, y), con_font_dot(127, x, y));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_scrolls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
