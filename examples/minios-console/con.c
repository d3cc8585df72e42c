/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The text of the console, and how it gets on the screen. */
#include "con.h"

#include <stdarg.h>

#include <mini-os/os.h>
#include <mini-os/errno.h>
#include <mini-os/lib.h>
#include <mini-os/xmalloc.h>

#define COLUMNS 80u

static char *line_at(const struct con *con, uint32_t y)
{
	return con->text + (size_t)((con->top + y) % con->rows) * con->columns;
}

/* --- text --- */

static void new_line(struct con *con)
{
	con->x = 0;
	if (con->y + 1 < con->rows) {
		con->y++;
		return;
	}
	/* The first line becomes the last, empty one. */
	memset(line_at(con, 0), ' ', con->columns);
	con->top = (con->top + 1) % con->rows;
}

static void put(struct con *con, char letter)
{
	if (letter == '\n') {
		new_line(con);
		return;
	}
	if (con->x == con->columns)
		new_line(con);
	line_at(con, con->y)[con->x++] = letter;
}

void con_printf(struct con *con, const char *fmt, ...)
{
	char text[CON_LINE];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	printk("%s", text);
	for (const char *at = text; *at; at++)
		put(con, *at);
}

/* --- pixels --- */

static void draw_letter(const struct con *con, const struct displfront_fb *fb, uint32_t column,
			uint32_t row, char letter)
{
	uint32_t scale = con->scale, wide = CON_CELL_WIDTH * scale, high = CON_CELL_HEIGHT * scale;

	for (uint32_t y = 0; y < high; y++) {
		uint32_t *pixel =
			(uint32_t *)((char *)fb->pixels + (size_t)(row * high + y) * fb->stride) +
			(size_t)column * wide;

		for (uint32_t x = 0; x < wide; x++)
			pixel[x] = con_font_dot((unsigned char)letter, x / scale, y / scale) ?
					   CON_TEXT :
					   CON_GROUND;
	}
}

/* Only what differs from what is drawn there. */
static void draw(struct con *con, uint32_t i)
{
	for (uint32_t y = 0; y < con->rows; y++) {
		const char *line = line_at(con, y);
		char *shown = con->shown[i] + (size_t)y * con->columns;

		for (uint32_t x = 0; x < con->columns; x++) {
			if (shown[x] == line[x])
				continue;
			draw_letter(con, con->fb[i], x, y, line[x]);
			shown[x] = line[x];
		}
	}
}

/* A framebuffer of the ground's colour; where it is the guest's or the backend's is the toolstack's choice. */
static int make(struct con *con, uint32_t i)
{
	uint32_t *pixel;
	int err = displfront_fb_create(con->dev, con->width, con->height, DISPLFRONT_XRGB8888, 0,
				       &con->fb[i]);

	if (err)
		return err;
	pixel = con->fb[i]->pixels;
	for (uint32_t n = con->fb[i]->size / 4u; n; n--)
		*pixel++ = CON_GROUND;
	memset(con->shown[i], ' ', (size_t)con->rows * con->columns);
	return 0;
}

/* Makes what is not there, and shows the front. */
static int bring(struct con *con)
{
	int err;

	con->up = false;
	con->generation = displfront_generation(con->dev);
	for (uint32_t i = 0; i < 2; i++) {
		if (con->fb[i] && con->fb[i]->lost) {
			displfront_fb_destroy(con->dev, con->fb[i]);
			con->fb[i] = NULL;
		}
		if (con->fb[i])
			continue;
		err = make(con, i);
		/* Text can do with one framebuffer. */
		if (err && (i == 0 || err != -ENOSPC))
			return err;
	}
	if (!con->fb[con->front])
		con->front = 0;
	draw(con, con->front);
	err = displfront_show(con->dev, con->connector, con->fb[con->front]);
	con->up = !err;
	return err;
}

bool con_stale(const struct con *con)
{
	return displfront_status(con->dev) == DISPLFRONT_CONNECTED &&
	       (!con->up || con->generation != displfront_generation(con->dev));
}

int con_show(struct con *con)
{
	uint32_t back = con->fb[1] ? 1 - con->front : 0;
	int err;

	if (!con->up || con_stale(con))
		return bring(con);
	draw(con, back);
	err = displfront_flip(con->dev, con->connector, con->fb[back], 0);
	if (err)
		con->up = false;
	else
		con->front = back;
	return err;
}

/* --- life --- */

int con_open(struct con *con, struct displfront_dev *dev, uint32_t connector)
{
	struct displfront_connector info;
	size_t letters;
	int err = displfront_connector(dev, connector, &info);

	if (err)
		return err;
	*con = (struct con){
		.dev = dev, .connector = connector, .width = info.width, .height = info.height
	};
	con->scale = con->width / (COLUMNS * CON_CELL_WIDTH);
	if (!con->scale)
		con->scale = 1;
	con->columns = con->width / (CON_CELL_WIDTH * con->scale);
	con->rows = con->height / (CON_CELL_HEIGHT * con->scale);
	letters = (size_t)con->columns * con->rows;
	if (!letters)
		return -EINVAL;
	con->text = malloc(3 * letters);
	if (!con->text)
		return -ENOMEM;
	con->shown[0] = con->text + letters;
	con->shown[1] = con->shown[0] + letters;
	memset(con->text, ' ', letters);
	err = bring(con);
	if (err)
		con_close(con);
	return err;
}

void con_close(struct con *con)
{
	for (uint32_t i = 0; i < 2; i++)
		displfront_fb_destroy(con->dev, con->fb[i]);
	free(con->text);
}
