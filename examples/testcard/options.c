/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The command line: its options, their limits and the help text. */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "draw.h"

#define MAX_DOMAIN 0x7fefu /* DOMID_FIRST_RESERVED - 1 */
#define MAX_SECONDS 86400u

static const char help[] =
	"usage: displif-testcard [OPTION]...\n"
	"\n"
	"Draws a moving test card on a virtual display (vdispl) of this Xen guest, from user\n"
	"space: no kernel driver for the device may be loaded. Needs root, and the modules\n"
	"xen-evtchn, xen-gntalloc (xen-gntdev with backend allocation).\n"
	"\n"
	"  --device N        which vdispl device of this guest (0)\n"
	"  --connector N     which of its connectors (0)\n"
	"  --backend N       fail unless domain N serves it (default: any)\n"
	"  --format FORMAT   pixel format (XR24)\n"
	"  --buffers N       1 or 2 buffers; 1 also if memory that may be shared is short (2)\n"
	"  --be-alloc        let the backend allocate the buffers, even if not configured so\n"
	"  --edid HOW        no: do not ask for the EDID; ask: report it; use: report it and show\n"
	"                    its preferred mode's size, if that is possible (ask)\n"
	"  --seed N          which test card (1)\n"
	"  --flips N         end after N page flips; 0: at a signal (0)\n"
	"  --fps N           flips per second at most; 0: as fast as the backend shows them (0)\n"
	"  --hold S          show the last frame for S more seconds (0)\n"
	"  --wait S          give up after S seconds without a backend; 0: never (30)\n"
	"  --stats-json FILE write figures at the end; - for standard output\n"
	"  --verbose         tell what happens; errors are always told\n"
	"  --help, --version\n"
	"\n"
	"SIGTERM and SIGINT end it: the display is switched off and everything given back; a\n"
	"second signal does not wait for the backend. Frame 0 is shown first, the N-th flip\n"
	"shows frame N. A frame can be computed again from its number, the seed, size and format.\n"
	"\n"
	"Exit status: 0 all was shown, or a signal came; 1 something failed; 2 wrong command line.\n";

enum {
	OPT_BACKEND = CLI_OPT_FIRST,
	OPT_DEVICE,
	OPT_CONNECTOR,
	OPT_FORMAT,
	OPT_BUFFERS,
	OPT_BE_ALLOC,
	OPT_EDID,
	OPT_SEED,
	OPT_FLIPS,
	OPT_FPS,
	OPT_HOLD,
	OPT_WAIT,
	OPT_STATS,
	OPT_VERBOSE,
};

static const struct option long_options[] = {
	{ "backend", required_argument, NULL, OPT_BACKEND },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "connector", required_argument, NULL, OPT_CONNECTOR },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "buffers", required_argument, NULL, OPT_BUFFERS },
	{ "be-alloc", no_argument, NULL, OPT_BE_ALLOC },
	{ "edid", required_argument, NULL, OPT_EDID },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "flips", required_argument, NULL, OPT_FLIPS },
	{ "fps", required_argument, NULL, OPT_FPS },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "wait", required_argument, NULL, OPT_WAIT },
	{ "stats-json", required_argument, NULL, OPT_STATS },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	CLI_OPTIONS_END,
};

/* Options with a number, their limits and where it goes. */
static bool parse_number(struct tc_options *opt, int code, const char *text)
{
	switch (code) {
	case OPT_BACKEND:
		return cli_parse_u32("--backend", text, 0, MAX_DOMAIN, &opt->backend);
	case OPT_DEVICE:
		return cli_parse_u32("--device", text, 0, 65535, &opt->device);
	case OPT_CONNECTOR:
		return cli_parse_u32("--connector", text, 0, 255, &opt->connector);
	case OPT_BUFFERS:
		return cli_parse_u32("--buffers", text, 1, 2, &opt->buffers);
	case OPT_SEED:
		return cli_parse_u32("--seed", text, 0, UINT32_MAX, &opt->seed);
	case OPT_FLIPS:
		return cli_parse_u32("--flips", text, 0, UINT32_MAX, &opt->flips);
	case OPT_FPS:
		return cli_parse_u32("--fps", text, 0, 1000, &opt->fps);
	case OPT_HOLD:
		return cli_parse_u32("--hold", text, 0, MAX_SECONDS, &opt->hold_s);
	default:
		return cli_parse_u32("--wait", text, 0, MAX_SECONDS, &opt->wait_s);
	}
}

static bool parse_edid(struct tc_options *opt, const char *text)
{
	static const char *const word[] = {
		[TC_EDID_NO] = "no", [TC_EDID_ASK] = "ask", [TC_EDID_USE] = "use"
	};
	uint32_t i;

	for (i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
		if (!strcmp(text, word[i])) {
			opt->edid = (enum tc_edid_use)i;
			return true;
		}
	}
	cli_error("--edid: '%s' is none of no, ask, use", text);
	return false;
}

static bool parse_one(void *arg, int code, const char *text)
{
	struct tc_options *opt = arg;

	switch (code) {
	case OPT_FORMAT:
		return cli_parse_format("--format", text, &opt->fourcc);
	case OPT_BE_ALLOC:
		opt->be_alloc = true;
		return true;
	case OPT_EDID:
		return parse_edid(opt, text);
	case OPT_STATS:
		opt->stats_json = text;
		return true;
	case OPT_VERBOSE:
		opt->verbose = true;
		return true;
	default:
		return parse_number(opt, code, text);
	}
}

enum cli_parse tc_options_parse(struct tc_options *opt, int argc, char **argv)
{
	static const struct cli_command command = { "displif-testcard", help, long_options,
						    parse_one, NULL };

	memset(opt, 0, sizeof(*opt));
	opt->backend = TC_NO_BACKEND;
	opt->fourcc = DRAW_XRGB8888;
	opt->seed = 1;
	opt->wait_s = 30;
	opt->buffers = 2;
	opt->edid = TC_EDID_ASK;
	return cli_parse(&command, opt, argc, argv);
}
