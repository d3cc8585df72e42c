/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reads command lines that have nothing but long options. */
#include "cli.h"

#include <stdio.h>

#include <displif/version.h>

static enum cli_parse bad(void)
{
	cli_error("try --help");
	return CLI_PARSE_BAD;
}

enum cli_parse cli_parse(const struct cli_command *c, void *opt, int argc, char **argv)
{
	int code;

	cli_set_program(argv[0]);
	optind = 0; /* tests parse many command lines; glibc and musl start over at 0 */
	/* ":": getopt_long() tells us instead of the user. */
	while ((code = getopt_long(argc, argv, ":", c->options, NULL)) != -1) {
		switch (code) {
		case CLI_OPT_HELP:
			fputs(c->help, stdout);
			return CLI_PARSE_DONE;
		case CLI_OPT_VERSION:
			printf("%s %d.%d.%d\n", c->name, DISPLIF_VERSION_MAJOR,
			       DISPLIF_VERSION_MINOR, DISPLIF_VERSION_PATCH);
			return CLI_PARSE_DONE;
		case '?':
			cli_error("\"%s\": no such option", argv[optind - 1]);
			return bad();
		case ':':
			cli_error("\"%s\": a value is missing", argv[optind - 1]);
			return bad();
		default:
			if (!c->one(opt, code, optarg))
				return bad();
		}
	}
	if (optind < argc) {
		cli_error("\"%s\": no argument is expected", argv[optind]);
		return bad();
	}
	return !c->check || c->check(opt) ? CLI_PARSE_RUN : bad();
}
