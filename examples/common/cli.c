/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Values of command line options, and errors that say what is wrong with them. */
#include "cli.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"

static const char *program = "displif";

void cli_set_program(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	if (argv0 && *argv0)
		program = slash ? slash + 1 : argv0;
}

void cli_error(const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", program);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/*
 * Read digits up to the first character that is none; no sign and no space, which strtoul would
 * take. NULL if there is no digit or the number needs more than 32 bits.
 */
static const char *read_number(const char *text, bool hex_allowed, uint32_t *value)
{
	bool hex = hex_allowed && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const int base = hex ? 16 : 10;
	const char *at = hex ? text + 2 : text, *from = at;
	uint64_t sum = 0;

	for (; digit(*at) < base; at++) {
		sum = sum * (uint64_t)base + (uint64_t)digit(*at);
		if (sum > UINT32_MAX)
			return NULL;
	}
	*value = (uint32_t)sum;
	return at == from ? NULL : at;
}

bool cli_parse_u32(const char *option, const char *text, uint32_t min, uint32_t max,
		   uint32_t *value)
{
	uint32_t v = 0;
	const char *end = read_number(text, true, &v);

	if (!end || *end || v < min || v > max) {
		cli_error("%s: \"%s\" is not a whole number from %" PRIu32 " to %" PRIu32, option,
			  text, min, max);
		return false;
	}
	*value = v;
	return true;
}

bool cli_parse_size(const char *option, const char *text, uint32_t max, uint32_t *width,
		    uint32_t *height)
{
	uint32_t w = 0, h = 0;
	const char *end = read_number(text, false, &w);

	end = end && *end == 'x' ? read_number(end + 1, false, &h) : NULL;
	if (!end || *end || !w || !h || w > max || h > max) {
		cli_error("%s: \"%s\" is not WIDTHxHEIGHT, each from 1 to %" PRIu32, option, text,
			  max);
		return false;
	}
	*width = w;
	*height = h;
	return true;
}

bool cli_parse_format(const char *option, const char *text, uint32_t *fourcc)
{
	const struct draw_format *format;
	char names[128] = "";
	size_t used = 0;

	if (draw_format_parse(text)) {
		*fourcc = draw_format_parse(text);
		return true;
	}
	for (size_t i = 0; (format = draw_format_at(i)) && used + 6 < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, " %s", format->name);
	cli_error("%s: \"%s\" is no pixel format of ours; they are%s", option, text, names);
	return false;
}
