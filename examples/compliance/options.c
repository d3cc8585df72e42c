/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The command line: its options, their limits and the help text. */
#include "options.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define MAX_DOMAIN 0x7fefu /* DOMID_FIRST_RESERVED - 1 */
#define MAX_SECONDS 600u

static const char help[] =
	"usage: displif-compliance --frontend DEVICE [OPTION]...\n"
	"       displif-compliance --backend DOMAIN/DEVICE [OPTION]...\n"
	"       displif-compliance --list\n"
	"\n"
	"Judges the other end of a virtual display (vdispl) by Xen's io/displif.h and by the rules\n"
	"that deployed peers rely on: one line for each check, with what was found and where the rule\n"
	"comes from.\n"
	"\n"
	"  --frontend DEVICE        be the frontend of this guest's vdispl device, and judge its\n"
	"                           backend; no driver may have the device\n"
	"  --backend DOMAIN/DEVICE  be the backend of that guest's device, and judge its frontend; no\n"
	"                           other backend may serve it. What a frontend does is up to its\n"
	"                           client: let one open, draw, flip and close without end. A check\n"
	"                           for which nothing came is told as n/a\n"
	"  --connector N            the connector that pictures go to (0)\n"
	"  --only NAME              run this check only, or those that fit a pattern ('dbuf.*'); may\n"
	"                           be given up to 64 times\n"
	"  --timeout S              seconds until a change of state is overdue (12)\n"
	"  --activity S             backend mode: seconds in which the frontend has to do something (8)\n"
	"  --json FILE              also write the results as JSON; '-': instead, on standard output\n"
	"  --list                   name the checks, each with its mode and source\n"
	"  --verbose                tell of each check when it begins\n"
	"  --help, --version\n"
	"\n"
	"A line begins with ok, FAIL, warn (a deviation that is known of deployed peers, or a rule\n"
	"without a sharp edge) or n/a (could not be judged).\n"
	"\n"
	"Exit status: the number of checks that failed, 100 for 100 or more; 121 for a wrong command\n"
	"line; 122 if the device, Xen or a file cannot be used.\n";

enum {
	OPT_FRONTEND = CLI_OPT_FIRST,
	OPT_BACKEND,
	OPT_CONNECTOR,
	OPT_ONLY,
	OPT_TIMEOUT,
	OPT_ACTIVITY,
	OPT_JSON,
	OPT_LIST,
	OPT_VERBOSE,
};

static const struct option long_options[] = {
	{ "frontend", required_argument, NULL, OPT_FRONTEND },
	{ "backend", required_argument, NULL, OPT_BACKEND },
	{ "connector", required_argument, NULL, OPT_CONNECTOR },
	{ "only", required_argument, NULL, OPT_ONLY },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "activity", required_argument, NULL, OPT_ACTIVITY },
	{ "json", required_argument, NULL, OPT_JSON },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	CLI_OPTIONS_END,
};

/* "DOMAIN/DEVICE" */
static bool parse_backend(struct cc_options *opt, const char *text)
{
	char domain[16];
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : sizeof(domain);

	if (len >= sizeof(domain)) {
		cli_error("--backend: '%s' is not DOMAIN/DEVICE", text);
		return false;
	}
	memcpy(domain, text, len);
	domain[len] = '\0';
	return cli_parse_u32("--backend", domain, 0, MAX_DOMAIN, &opt->domain) &&
	       cli_parse_u32("--backend", slash + 1, 0, UINT32_MAX, &opt->device);
}

static bool parse_mode(struct cc_options *opt, enum cc_mode mode, const char *text)
{
	if (opt->mode != CC_MODE_NONE) {
		cli_error("--frontend and --backend: one of them, once");
		return false;
	}
	opt->mode = mode;
	if (mode == CC_MODE_BACK)
		return parse_backend(opt, text);
	return cli_parse_u32("--frontend", text, 0, UINT32_MAX, &opt->device);
}

static bool parse_only(struct cc_options *opt, const char *text)
{
	if (opt->n_only == CC_ONLY_MAX) {
		cli_error("--only: more than %d times", CC_ONLY_MAX);
		return false;
	}
	opt->only[opt->n_only++] = text;
	return true;
}

static bool parse_one(void *arg, int which, const char *text)
{
	struct cc_options *opt = arg;

	switch (which) {
	case OPT_FRONTEND:
		return parse_mode(opt, CC_MODE_FRONT, text);
	case OPT_BACKEND:
		return parse_mode(opt, CC_MODE_BACK, text);
	case OPT_CONNECTOR:
		return cli_parse_u32("--connector", text, 0, 255, &opt->connector);
	case OPT_ONLY:
		return parse_only(opt, text);
	case OPT_TIMEOUT:
		return cli_parse_u32("--timeout", text, 1, MAX_SECONDS, &opt->timeout_s);
	case OPT_ACTIVITY:
		return cli_parse_u32("--activity", text, 1, MAX_SECONDS, &opt->activity_s);
	case OPT_JSON:
		opt->json = text;
		return true;
	case OPT_LIST:
		opt->list = true;
		return true;
	case OPT_VERBOSE:
		opt->verbose = true;
		return true;
	default:
		return false;
	}
}

static bool check(void *arg)
{
	const struct cc_options *opt = arg;

	if (opt->mode == CC_MODE_NONE && !opt->list)
		cli_error("one of --frontend, --backend and --list is needed");
	return opt->mode != CC_MODE_NONE || opt->list;
}

enum cli_parse cc_options_parse(struct cc_options *opt, int argc, char **argv)
{
	static const struct cli_command command = { "displif-compliance", help, long_options,
						    parse_one, check };

	*opt = (struct cc_options){ .timeout_s = 12, .activity_s = 8 };
	return cli_parse(&command, opt, argc, argv);
}

bool cc_options_wants(const struct cc_options *opt, const char *name)
{
	uint32_t i;

	for (i = 0; i < opt->n_only; i++) {
		if (fnmatch(opt->only[i], name, 0) == 0)
			return true;
	}
	return opt->n_only == 0;
}
