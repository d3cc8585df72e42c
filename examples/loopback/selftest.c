/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the example itself relies on: that a wrong picture is noticed, and that its EDID is one. */
#include <stdio.h>
#include <stdlib.h>

#include <displif/edid.h>

#include "cli.h"
#include "draw_png.h"
#include "edid.h"
#include "picture.h"

#define WIDTH 61u
#define HEIGHT 47u
#define SEED 7u
#define FRAME 3u

static bool ok = true;

static void expect(bool condition, const char *what)
{
	if (condition)
		return;
	cli_error("FAIL: %s", what);
	ok = false;
}

static bool accepted(const struct draw_surface *s, const char *path, uint32_t seed, uint32_t frame)
{
	char err[256];

	if (!draw_png_write(s, path, err, sizeof(err))) {
		cli_error("%s", err);
		exit(1);
	}
	return lb_picture_check(path, s, seed, frame);
}

static void check_pictures(const char *path)
{
	static uint8_t pixels[HEIGHT][WIDTH * 4u];
	struct draw_surface s = { pixels, WIDTH, HEIGHT, WIDTH * 4u, DRAW_XRGB8888 };
	struct draw_surface wider = { pixels, WIDTH - 1u, HEIGHT, WIDTH * 4u, DRAW_XRGB8888 };
	uint32_t i;
	uint8_t byte;

	draw_card(&s, SEED, FRAME);
	expect(accepted(&s, path, SEED, FRAME), "a right picture is refused");
	fputs("Five complaints about a wrong picture follow.\n", stderr);
	expect(!accepted(&s, path, SEED, FRAME + 1u), "another frame is accepted");
	expect(!accepted(&s, path, SEED + 1u, FRAME), "another seed is accepted");
	expect(!lb_picture_check(path, &wider, SEED, FRAME), "another size is accepted");
	pixels[HEIGHT - 1u][WIDTH * 4u - 2u] ^= 1u;
	expect(!accepted(&s, path, SEED, FRAME), "a flipped bit in the last pixel is accepted");
	pixels[HEIGHT - 1u][WIDTH * 4u - 2u] ^= 1u;
	for (i = 0; i < WIDTH * 4u; i++) {
		byte = pixels[20][i];
		pixels[20][i] = pixels[21][i];
		pixels[21][i] = byte;
	}
	expect(!accepted(&s, path, SEED, FRAME), "two swapped lines are accepted");
	remove(path);
}

static void check_edid(uint32_t width, uint32_t height)
{
	uint8_t block[DISPLIF_EDID_BLOCK];
	struct displif_edid edid;
	struct displif_mode mode[2];
	struct displif_diag diag = { 0 };
	char text[256];

	lb_edid_make(block, width, height);
	if (displif_edid_parse(block, sizeof(block), &edid, mode, 2, &diag)) {
		displif_diag_text(&diag, text, sizeof(text));
		cli_error("%ux%u: %s", width, height, text);
		ok = false;
		return;
	}
	expect(edid.n_modes == 1 && mode[0].width == width && mode[0].height == height,
	       "the EDID has another mode");
	expect(mode[0].refresh_mhz <= 62000, "the EDID's refresh rate is too high");
}

int main(int argc, char **argv)
{
	static const uint32_t sides[] = { 1, 2, 255, 256, 640, 1080, 1920, 4095 };
	uint32_t i, k;

	cli_set_program(argv[0]);
	if (argc != 2) {
		cli_error("usage: loopback-selftest PNG");
		return CLI_EXIT_USAGE;
	}
	check_pictures(argv[1]);
	for (i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		for (k = 0; k < sizeof(sides) / sizeof(sides[0]); k++)
			check_edid(sides[i], sides[k]);
	}
	return ok ? 0 : 1;
}
