/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The command line: its options, their limits and the help text. */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "output.h"

/* 1 GiB, the largest single buffer of the protocol library. */
#define MAX_PAGES 262144u
#define MAX_REFRESH 1000u

static const struct be_output_ops *const outputs[] = { &be_output_headless, &be_output_kms };

static const char help[] =
	"usage: displif-backend [OPTION]...\n"
	"\n"
	"Serves the virtual displays (vdispl) of this machine's Xen guests: waits for guests,\n"
	"shows what they draw, and goes on until SIGTERM or SIGINT. Needs the rights of a Xen\n"
	"driver domain (root in dom0).\n"
	"\n"
	"Where the pictures go:\n"
	"  --output headless   nowhere; PNG files on request (the default)\n"
	"  --output kms        to this machine's screens, through DRM/KMS\n"
	"  --picture BASE      headless: write BASE-DOMAIN-DEVICE-CONNECTOR.png, at SIGUSR1 what is\n"
	"                      shown now (black if nothing), and when the guest goes or the\n"
	"                      program ends what was shown last\n"
	"  --device NODE       kms: the device to open (/dev/dri/card0)\n"
	"  --connectors LIST   kms: names of the screens to use, as Virtual-1,HDMI-A-1; guests'\n"
	"                      connectors get them in that order (default: all that are connected)\n"
	"  --refresh HZ        frames per second where no screen sets the pace; 0: as fast as the\n"
	"                      guest draws (60)\n"
	"  --edid FILE         answer the guests' GET_EDID with this file (default: the screen's own;\n"
	"                      headless has none)\n"
	"\n"
	"What guests may use:\n"
	"  --be-alloc on|off   let guests that are configured so draw into memory of this domain (on)\n"
	"  --max-pages N       4 KiB pages of all display buffers of one guest together (65536)\n"
	"\n"
	"Running:\n"
	"  --once              end when the first guest has gone\n"
	"  --stats FILE        at SIGUSR2 write figures as JSON to FILE (standard output)\n"
	"  --record FILE       write down every message of the guests and of ours; FILE grows without end\n"
	"  --verbose           tell what happens; errors are always told\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 after SIGTERM, SIGINT or --once; 1 if something failed; 2 for a wrong\n"
	"command line.\n";

enum {
	OPT_OUTPUT = CLI_OPT_FIRST,
	OPT_DEVICE,
	OPT_CONNECTORS,
	OPT_EDID,
	OPT_REFRESH,
	OPT_PICTURE,
	OPT_BE_ALLOC,
	OPT_MAX_PAGES,
	OPT_ONCE,
	OPT_STATS,
	OPT_RECORD,
	OPT_VERBOSE,
};

static const struct option long_options[] = {
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "connectors", required_argument, NULL, OPT_CONNECTORS },
	{ "edid", required_argument, NULL, OPT_EDID },
	{ "refresh", required_argument, NULL, OPT_REFRESH },
	{ "picture", required_argument, NULL, OPT_PICTURE },
	{ "be-alloc", required_argument, NULL, OPT_BE_ALLOC },
	{ "max-pages", required_argument, NULL, OPT_MAX_PAGES },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "stats", required_argument, NULL, OPT_STATS },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	CLI_OPTIONS_END,
};

static bool parse_output(struct be_options *opt, const char *text)
{
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		if (strcmp(text, outputs[i]->name) == 0) {
			opt->output = outputs[i];
			return true;
		}
	}
	cli_error("--output: '%s' is none of: headless kms", text);
	return false;
}

static bool parse_switch(const char *name, const char *text, bool *value)
{
	if (strcmp(text, "on") != 0 && strcmp(text, "off") != 0) {
		cli_error("%s: '%s' is neither on nor off", name, text);
		return false;
	}
	*value = strcmp(text, "on") == 0;
	return true;
}

static bool parse_text(const char *name, const char *text, const char **value)
{
	if (!*text) {
		cli_error("%s: the value is empty", name);
		return false;
	}
	*value = text;
	return true;
}

static bool parse_one(void *arg, int which, const char *text)
{
	struct be_options *opt = arg;

	switch (which) {
	case OPT_OUTPUT:
		return parse_output(opt, text);
	case OPT_DEVICE:
		return parse_text("--device", text, &opt->device);
	case OPT_CONNECTORS:
		return parse_text("--connectors", text, &opt->connectors);
	case OPT_EDID:
		return parse_text("--edid", text, &opt->edid);
	case OPT_REFRESH:
		return cli_parse_u32("--refresh", text, 0, MAX_REFRESH, &opt->refresh);
	case OPT_PICTURE:
		return parse_text("--picture", text, &opt->picture);
	case OPT_BE_ALLOC:
		return parse_switch("--be-alloc", text, &opt->be_alloc);
	case OPT_MAX_PAGES:
		return cli_parse_u32("--max-pages", text, 1, MAX_PAGES, &opt->max_pages);
	case OPT_STATS:
		return parse_text("--stats", text, &opt->stats);
	case OPT_RECORD:
		return parse_text("--record", text, &opt->record);
	case OPT_ONCE:
		opt->once = true;
		return true;
	case OPT_VERBOSE:
		opt->verbose = true;
		return true;
	default:
		return false;
	}
}

/* An option that the chosen output ignores is a mistake of the user's: say so. */
static bool check(void *arg)
{
	struct be_options *opt = arg;
	bool kms = opt->output == &be_output_kms;
	const char *wrong = NULL;

	if (!kms && opt->connectors)
		wrong = "--connectors";
	if (!kms && opt->device)
		wrong = "--device";
	if (kms && opt->picture)
		wrong = "--picture";
	if (kms && !opt->device)
		opt->device = "/dev/dri/card0";
	if (wrong)
		cli_error("%s: has no meaning with --output %s", wrong, opt->output->name);
	return !wrong;
}

enum cli_parse be_options_parse(struct be_options *opt, int argc, char **argv)
{
	static const struct cli_command command = { "displif-backend", help, long_options,
						    parse_one, check };

	*opt = (struct be_options){
		.output = &be_output_headless,
		.refresh = 60,
		.max_pages = 65536,
		.be_alloc = true,
	};
	return cli_parse(&command, opt, argc, argv);
}
