/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The command line: its options, their limits and the help text. */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <displif/geometry.h>

#include "cli.h"
#include "draw.h"

#define MAX_FRAMES 10000000u
/* All display buffers together: they are real memory. */
#define MAX_MEMORY (UINT64_C(1) << 30)

static const char help[] =
	"usage: displif-loopback [OPTION]...\n"
	"\n"
	"Runs both ends of the Xen display protocol in one process, on a fake Xen: a frontend\n"
	"draws a moving test card, a backend shows it, and what it showed last is written to a\n"
	"PNG file and compared with what was drawn. Prints what that took.\n"
	"\n"
	"  --connectors N     1 to 17 displays (1)\n"
	"  --resolution WxH   of each (1280x720)\n"
	"  --frames N         pictures shown on each, the first included (120)\n"
	"  --be-alloc         the backend allocates the display buffers\n"
	"  --format FORMAT    pixel format (XR24)\n"
	"  --seed N           which test card (1)\n"
	"  --output PATH      the picture: a file, or a folder (loopback.png); those of more\n"
	"                     connectors have -1, -2 ... before the .png\n"
	"  --quiet            print errors only\n"
	"  --help, --version\n"
	"\n"
	"Ctrl-C ends it after the frames under way, with pictures and figures as usual.\n"
	"\n"
	"Exit status: 0 all was shown as drawn; 1 it was not; 2 wrong command line; 130 Ctrl-C.\n";

enum {
	OPT_CONNECTORS = CLI_OPT_FIRST,
	OPT_RESOLUTION,
	OPT_FRAMES,
	OPT_BE_ALLOC,
	OPT_FORMAT,
	OPT_SEED,
	OPT_OUTPUT,
	OPT_QUIET,
};

static const struct option long_options[] = {
	{ "connectors", required_argument, NULL, OPT_CONNECTORS },
	{ "resolution", required_argument, NULL, OPT_RESOLUTION },
	{ "frames", required_argument, NULL, OPT_FRAMES },
	{ "be-alloc", no_argument, NULL, OPT_BE_ALLOC },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	CLI_OPTIONS_END,
};

static bool parse_one(void *arg, int code, const char *text)
{
	struct lb_options *opt = arg;

	switch (code) {
	case OPT_CONNECTORS:
		return cli_parse_u32("--connectors", text, 1, LB_MAX_CONNECTORS, &opt->connectors);
	case OPT_RESOLUTION:
		return cli_parse_size("--resolution", text, DISPLIF_MAX_SIDE, &opt->width,
				      &opt->height);
	case OPT_FRAMES:
		return cli_parse_u32("--frames", text, 1, MAX_FRAMES, &opt->frames);
	case OPT_BE_ALLOC:
		opt->be_alloc = true;
		return true;
	case OPT_FORMAT:
		return cli_parse_format("--format", text, &opt->fourcc);
	case OPT_SEED:
		return cli_parse_u32("--seed", text, 0, UINT32_MAX, &opt->seed);
	case OPT_OUTPUT:
		opt->output = text;
		if (*text)
			return true;
		cli_error("--output: the path is empty");
		return false;
	case OPT_QUIET:
		opt->quiet = true;
		return true;
	default:
		return false;
	}
}

/* Bytes of all display buffers. */
static uint64_t memory(const struct lb_options *opt)
{
	return (uint64_t)opt->width * opt->height * draw_format_find(opt->fourcc)->bytes *
	       opt->connectors * LB_BUFFERS;
}

uint32_t lb_buffer_size(const struct lb_options *opt)
{
	return opt->width * opt->height * draw_format_find(opt->fourcc)->bytes;
}

static bool check(void *arg)
{
	const struct lb_options *opt = arg;
	bool fits = memory(opt) <= MAX_MEMORY;

	if (!fits)
		cli_error(
			"%u connectors of %ux%u in %s need %llu MiB for %u buffers each; the limit is %llu MiB",
			opt->connectors, opt->width, opt->height,
			draw_format_find(opt->fourcc)->name,
			(unsigned long long)((memory(opt) + 0xfffff) >> 20), LB_BUFFERS,
			(unsigned long long)(MAX_MEMORY >> 20));
	return fits;
}

enum cli_parse lb_options_parse(struct lb_options *opt, int argc, char **argv)
{
	static const struct cli_command command = { "displif-loopback", help, long_options,
						    parse_one, check };

	*opt = (struct lb_options){ .connectors = 1,
				    .width = 1280,
				    .height = 720,
				    .frames = 120,
				    .fourcc = DRAW_XRGB8888,
				    .seed = 1,
				    .output = "loopback.png" };
	return cli_parse(&command, opt, argc, argv);
}

char *lb_output_path(const struct lb_options *opt, uint32_t index)
{
	size_t len = strlen(opt->output), cap = len + 32;
	const char *name = "", *end = ".png";
	char number[16] = "", *path = malloc(cap);
	struct stat st;

	if (!path)
		return NULL;
	if (!stat(opt->output, &st) && S_ISDIR(st.st_mode))
		name = "/loopback";
	else if (len > 4 && !strcmp(opt->output + len - 4, end))
		len -= 4;
	if (index)
		snprintf(number, sizeof(number), "-%u", index);
	snprintf(path, cap, "%.*s%s%s%s", (int)len, opt->output, name, number, end);
	return path;
}
