/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Text on a connector of a display, beside the guest's console: con_printf() is what printk() is, and scrolls.
 * Context: threads, one at a time.
 */
#ifndef MINIOS_CONSOLE_CON_H
#define MINIOS_CONSOLE_CON_H

#include <displfront.h>

#define CON_FONT_WIDTH 5u
#define CON_FONT_HEIGHT 9u
/* A letter and the room around it, in dots of the font. */
#define CON_CELL_WIDTH (CON_FONT_WIDTH + 1u)
#define CON_CELL_HEIGHT (CON_FONT_HEIGHT + 1u)
#define CON_TEXT 0xe0e0d0u
#define CON_GROUND 0x102030u
/* Longest text of one call, terminator included. */
#define CON_LINE 256u

struct con {
	struct displfront_dev *dev;
	uint32_t connector, width, height;
	uint32_t scale; /* pixels of one dot */
	uint32_t columns, rows;
	uint32_t top;		     /* the line of text that is the first on the screen */
	uint32_t x, y;		     /* where the next letter goes, y from the top of the screen */
	char *text;		     /* rows * columns, used as a ring of lines */
	char *shown[2];		     /* the letters that are drawn in a framebuffer */
	struct displfront_fb *fb[2]; /* the second is NULL if there is no room for it */
	uint32_t front;
	uint32_t generation;
	bool up; /* the front is shown */
};

/* As many letters as the connector's size allows, 80 in a line if they fit. 0 or a negative E*. */
int con_open(struct con *con, struct displfront_dev *dev, uint32_t connector);
void con_close(struct con *con);
/* Writes to the guest's console and to the text. It is on the screen after con_show(). */
void con_printf(struct con *con, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/*
 * Brings the text to the screen: draws the letters that have changed and flips. Makes framebuffers that a backend
 * has taken along anew. Blocks. 0 or a negative E*: -ENOTCONN as long as there is no backend.
 */
int con_show(struct con *con);
/* Whether a backend that went has come back, so that con_show() has to be called though there is no new text. */
bool con_stale(const struct con *con);

/* con_font.c: whether a letter has this dot. */
bool con_font_dot(unsigned char letter, uint32_t x, uint32_t y);

#endif
