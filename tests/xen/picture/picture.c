/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The command "picture": compare a screen with a computed test card, render one, or self-test. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "compare.h"
#include "draw_png.h"
#include "selftest.h"

#define EXIT_DIFFERS 1
#define REACH 8u /* frames tried each way to explain a difference */

static const char usage[] =
	"usage: picture compare --seed S --frame F --size WxH [--format XR24] [--crop WxH+X+Y] FILE\n"
	"       picture render --seed S --frame F --size WxH [--format XR24] OUT.png|OUT.ppm\n"
	"       picture self-test\n"
	"\n"
	"compare computes the test card again and compares FILE (PPM P6 or PNG) pixel for pixel.\n"
	"It prints how many pixels differ and the first of them.\n"
	"\n"
	"  --seed S         seed of the card (0)\n"
	"  --frame F        frame of the card (0)\n"
	"  --size WxH       its size; with --crop the size given there\n"
	"  --format FOURCC  the format it was drawn in (XR24)\n"
	"  --crop WxH+X+Y   compare this part of a larger FILE (--within is the same)\n"
	"  --help           this text\n"
	"\n"
	"Exit code: 0 equal or done, 1 differs or failed, 2 wrong command line.\n";

struct options {
	struct card card;
	struct crop crop;
	const char *file;
};

/* WxH+X+Y: the size goes through the common helper, the place is two numbers. */
static bool parse_crop(const char *text, struct options *o)
{
	const char *plus = strchr(text, '+'), *second = plus ? strchr(plus + 1, '+') : NULL;
	char size[32], x[16];

	if (!second || (size_t)(plus - text) >= sizeof(size) ||
	    (size_t)(second - plus) > sizeof(x)) {
		cli_error("--crop: \"%s\" is not WIDTHxHEIGHT+X+Y", text);
		return false;
	}
	memcpy(size, text, (size_t)(plus - text));
	size[plus - text] = '\0';
	memcpy(x, plus + 1, (size_t)(second - plus - 1));
	x[second - plus - 1] = '\0';
	o->crop.part = true;
	return cli_parse_size("--crop", size, IMAGE_MAX_DIM, &o->card.width, &o->card.height) &&
	       cli_parse_u32("--crop", x, 0, IMAGE_MAX_DIM, &o->crop.x) &&
	       cli_parse_u32("--crop", second + 1, 0, IMAGE_MAX_DIM, &o->crop.y);
}

static bool parse_option(int c, struct options *o, uint32_t size[2])
{
	switch (c) {
	case 's':
		return cli_parse_u32("--seed", optarg, 0, UINT32_MAX, &o->card.seed);
	case 'f':
		return cli_parse_u32("--frame", optarg, 0, UINT32_MAX, &o->card.frame);
	case 'z':
		return cli_parse_size("--size", optarg, IMAGE_MAX_DIM, &size[0], &size[1]);
	case 'F':
		return cli_parse_format("--format", optarg, &o->card.fourcc);
	case 'c':
		return parse_crop(optarg, o);
	default:
		return false; /* getopt has said why */
	}
}

static bool parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "frame", required_argument, NULL, 'f' },
		{ "size", required_argument, NULL, 'z' },
		{ "format", required_argument, NULL, 'F' },
		{ "crop", required_argument, NULL, 'c' },
		{ "within", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	uint32_t size[2] = { 0, 0 };
	int c;

	*o = (struct options){ .card.fourcc = DRAW_XRGB8888 };
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (!parse_option(c, o, size))
			return false;
	if (!size[0] && !o->crop.part) {
		cli_error("--size is missing");
		return false;
	}
	if (size[0] && o->crop.part && (size[0] != o->card.width || size[1] != o->card.height)) {
		cli_error("--size %ux%u and --crop %ux%u do not agree", size[0], size[1],
			  o->card.width, o->card.height);
		return false;
	}
	if (!o->crop.part) {
		o->card.width = size[0];
		o->card.height = size[1];
	}
	if (optind != argc - 1) {
		cli_error("one file is wanted, %d are given", argc - optind);
		return false;
	}
	o->file = argv[optind];
	return true;
}

static int compare(const struct options *o)
{
	struct image picture;
	struct verdict v;
	uint32_t frame;
	int code = EXIT_DIFFERS;

	if (!image_read(&picture, o->file)) {
		cli_error("%s", image_error);
		return EXIT_DIFFERS;
	}
	if (!card_compare(&o->card, &picture, &o->crop, &v)) {
		cli_error("%s: %s", o->file, image_error);
	} else if (!v.differing) {
		printf("%s: equal: %ux%u %s, seed %" PRIu32 ", frame %" PRIu32 "\n", o->file,
		       o->card.width, o->card.height, draw_format_find(o->card.fourcc)->name,
		       o->card.seed, o->card.frame);
		code = 0;
	} else {
		printf("%s: %" PRIu64 " of %" PRIu64 " pixels differ, on %" PRIu64
		       " of %u lines; first at x %u, y %u: expected %06x, found %06x\n",
		       o->file, v.differing, (uint64_t)o->card.width * o->card.height, v.lines,
		       o->card.height, v.x, v.y, v.expected, v.found);
		if (card_find_frame(&o->card, &picture, &o->crop, REACH, &frame))
			printf("%s: it is the card of frame %" PRIu32 "\n", o->file, frame);
	}
	free(picture.rgb);
	return code;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n > m && !strcmp(text + n - m, end);
}

static int render(const struct options *o)
{
	struct draw_surface s = { NULL, o->card.width, o->card.height, 0, o->card.fourcc };
	struct image image;
	bool ok;

	if (o->crop.part) {
		cli_error("--crop has no meaning for render");
		return CLI_EXIT_USAGE;
	}
	if (!ends_with(o->file, ".png") && !ends_with(o->file, ".ppm")) {
		cli_error("%s: ends neither in .png nor in .ppm", o->file);
		return CLI_EXIT_USAGE;
	}
	ok = card_image(&o->card, &image);
	if (ok && ends_with(o->file, ".ppm")) {
		ok = ppm_write(&image, o->file);
	} else if (ok) {
		/* An image's bytes are red, green, blue: what BGR888 names from the top down. */
		s.pixels = image.rgb;
		s.stride = 3u * s.width;
		s.fourcc = DRAW_BGR888;
		ok = draw_png_write(&s, o->file, image_error, sizeof(image_error));
	}
	free(image.rgb);
	if (!ok)
		cli_error("%s", image_error);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	struct options o;

	cli_set_program(argv[0]);
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--help")) {
			fputs(usage, stdout);
			return 0;
		}
	if (!strcmp(verb, "self-test") && argc == 2)
		return selftest_run();
	if (strcmp(verb, "compare") != 0 && strcmp(verb, "render") != 0) {
		cli_error("compare, render or self-test is wanted; --help tells more");
		return CLI_EXIT_USAGE;
	}
	/* getopt's own errors shall name the program, not the verb. */
	argv[1] = argv[0];
	if (!parse(argc - 1, argv + 1, &o))
		return CLI_EXIT_USAGE;
	return !strcmp(verb, "compare") ? compare(&o) : render(&o);
}
