/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Helpers for command lines: errors with the program's name, and values of options. */
#ifndef EXAMPLES_COMMON_CLI_H
#define EXAMPLES_COMMON_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CLI_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define CLI_PRINTF(fmt, args)
#endif

/* The exit code for a wrong command line, as the shell's own commands have it. */
#define CLI_EXIT_USAGE 2

enum cli_parse {
	CLI_PARSE_RUN,	/* the options are complete */
	CLI_PARSE_DONE, /* help or version was printed */
	CLI_PARSE_BAD,	/* the error was printed */
};

/* The end of a table of options. Those of a program's own begin at CLI_OPT_FIRST. */
#define CLI_OPT_HELP 256
#define CLI_OPT_VERSION 257
#define CLI_OPT_FIRST 258
#define CLI_OPTIONS_END                                            \
	{ "help", no_argument, NULL, CLI_OPT_HELP },               \
		{ "version", no_argument, NULL, CLI_OPT_VERSION }, \
	{                                                          \
		NULL, 0, NULL, 0                                   \
	}

struct cli_command {
	const char *name, *help;
	const struct option *options;
	/* Takes one option into what cli_parse() was given. False, with a message: it is bad. */
	bool (*one)(void *opt, int code, const char *text);
	/* May be NULL: whether all of them together make sense; else with a message. */
	bool (*check)(void *opt);
};

/* Reads a whole command line; *@opt has the defaults. Tells what is wrong, and of --help. */
enum cli_parse cli_parse(const struct cli_command *command, void *opt, int argc, char **argv);

/* Call first, with argv[0], which must stay: what stands before each error. cli_parse() does so. */
void cli_set_program(const char *argv0);

/* Print "program: text" and a newline to stderr. */
void cli_error(const char *fmt, ...) CLI_PRINTF(1, 2);

/*
 * Read a whole number, decimal or 0x hexadecimal, min to max. On anything else print an error that
 * names the option (as "--frames"), the text and the limits, leave *value alone, return false.
 */
bool cli_parse_u32(const char *option, const char *text, uint32_t min, uint32_t max,
		   uint32_t *value);

/* Read "WxH", each 1 to max, as above. */
bool cli_parse_size(const char *option, const char *text, uint32_t max, uint32_t *width,
		    uint32_t *height);

/* Read a pixel format's name, as above; the error lists the names. */
bool cli_parse_format(const char *option, const char *text, uint32_t *fourcc);

#endif
