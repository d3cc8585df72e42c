/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The proof that the comparer can fail: one changed pixel, two swapped lines, another frame, seed
 * or place, a damaged file. Each is done to a copy in memory and again through PPM and PNG files.
 */
#include "selftest.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "compare.h"
#include "draw_png.h"

static unsigned int done, failed;
static char folder[256];
static const struct crop whole;

static void check(bool ok, const struct card *card, const char *what)
{
	done++;
	if (ok)
		return;
	failed++;
	printf("FAILED: %s (%ux%u %s seed %u frame %u) %s\n", what, card->width, card->height,
	       draw_format_find(card->fourcc)->name, card->seed, card->frame, image_error);
}

static void file_name(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", folder, name);
}

/* An image is XRGB8888 in disguise: the PNG writer of the project takes surfaces only. */
static bool write_png(const struct image *image, const char *path)
{
	struct draw_surface s = { malloc(3u * (size_t)image->width * image->height), image->width,
				  image->height, 3u * image->width, DRAW_BGR888 };
	bool ok = false;

	/* BGR888 has red in its lowest, first byte: the order of an image. */
	if (s.pixels) {
		memcpy(s.pixels, image->rgb, 3u * (size_t)image->width * image->height);
		ok = draw_png_write(&s, path, image_error, sizeof(image_error));
	}
	free(s.pixels);
	return ok;
}

/* How many pixels differ, in memory and through both kinds of file; -1 if they disagree. */
static int64_t differing(const struct card *card, const struct image *picture)
{
	int64_t count = -1;

	for (int way = 0; way < 3; way++) {
		struct image read = { 0 };
		const struct image *in = picture;
		struct verdict verdict;
		char path[300];
		bool ok = true;

		file_name(path, sizeof(path), way == 1 ? "x.ppm" : "x.png");
		if (way) {
			ok = (way == 1 ? ppm_write : write_png)(picture, path) &&
			     image_read(&read, path);
			in = &read;
		}
		ok = ok && card_compare(card, in, &whole, &verdict);
		free(read.rgb);
		if (!ok || (way && (int64_t)verdict.differing != count))
			return -1;
		count = (int64_t)verdict.differing;
	}
	return count;
}

static void check_pixel(const struct card *card, struct image *picture, uint32_t x, uint32_t y,
			unsigned int channel)
{
	uint8_t *at = picture->rgb + 3u * ((size_t)y * picture->width + x) + channel;
	struct verdict v;

	*at ^= 1;
	check(differing(card, picture) == 1, card, "one pixel changed by one: not seen");
	check(card_compare(card, picture, &whole, &v) && v.x == x && v.y == y && v.lines == 1 &&
		      v.expected != v.found,
	      card, "one pixel changed: named at another place");
	*at ^= 1;
}

static void check_swap(const struct card *card, struct image *picture, uint32_t y1, uint32_t y2)
{
	size_t len = 3u * (size_t)picture->width;
	uint8_t *a = picture->rgb + y1 * len, *b = picture->rgb + y2 * len;
	struct verdict v;

	for (int back = 0; back < 2; back++) {
		for (size_t i = 0; i < len; i++) {
			uint8_t t = a[i];

			a[i] = b[i];
			b[i] = t;
		}
		if (back)
			break;
		check(differing(card, picture) > 0, card, "two lines swapped: not seen");
		check(card_compare(card, picture, &whole, &v) && v.lines == 2 &&
			      v.y == (y1 < y2 ? y1 : y2),
		      card, "two lines swapped: not both named");
	}
}

/* Every pair of lines, in memory only. */
static void check_all_swaps(const struct card *card, const struct image *picture)
{
	size_t len = 3u * (size_t)picture->width;
	bool equal = false;

	for (uint32_t y1 = 0; y1 < picture->height; y1++)
		for (uint32_t y2 = y1 + 1; y2 < picture->height; y2++)
			equal |= !memcmp(picture->rgb + y1 * len, picture->rgb + y2 * len, len);
	check(!equal, card, "two lines are equal: a swap would not show");
}

static void check_other_card(const struct card *card, const struct image *picture)
{
	struct card other = *card;
	uint32_t frame = 0;

	other.frame++;
	check(differing(&other, picture) > 0, card, "the next frame's card: not seen");
	check(card_find_frame(&other, picture, &whole, 2, &frame) && frame == card->frame, card,
	      "a stale frame is not recognised");
	other = *card;
	other.seed++;
	check(differing(&other, picture) > 0, card, "another seed's card: not seen");
	check(!card_find_frame(&other, picture, &whole, 2, &frame), card,
	      "a card of another seed is taken for a frame of this one");
	other = *card;
	other.width--;
	check(differing(&other, picture) == -1, card, "another size: not refused");
}

/* The card inside a larger screen: found at its place, not one pixel beside it. */
static void check_crop(const struct card *card, const struct image *picture)
{
	static const struct crop places[] = { { 5, 7, true }, { 4, 7, true }, { 5, 8, true },
					      { 6, 7, true }, { 5, 9, true }, { 0, 0, false } };
	struct image screen;
	struct verdict v;

	if (!image_alloc(&screen, "screen", card->width + 11, card->height + 15)) {
		check(false, card, "no memory");
		return;
	}
	memset(screen.rgb, 0x33, 3u * (size_t)screen.width * screen.height);
	for (uint32_t y = 0; y < card->height; y++)
		memcpy(screen.rgb + 3u * ((size_t)(y + 7) * screen.width + 5),
		       picture->rgb + 3u * (size_t)y * card->width, 3u * (size_t)card->width);
	check(card_compare(card, &screen, &places[0], &v) && !v.differing, card,
	      "the part of a screen: not recognised");
	for (int i = 1; i < 5; i++)
		check(card_compare(card, &screen, &places[i], &v) && v.differing, card,
		      "a screen one or two pixels off: not seen");
	check(!card_compare(card, &screen, &places[5], &v), card, "a larger screen: not refused");
	check(!card_compare(card, &screen, &(struct crop){ 12, 7, true }, &v), card,
	      "a part outside of the screen: not refused");
	check(!card_compare(card, &screen, &(struct crop){ UINT32_MAX, 7, true }, &v), card,
	      "a part far outside of the screen: not refused");
	free(screen.rgb);
}

static void check_card(const struct card *card)
{
	struct image picture;
	uint32_t w = card->width, h = card->height;

	image_error[0] = '\0';
	if (!card_image(card, &picture)) {
		check(false, card, "not drawn");
		return;
	}
	check(differing(card, &picture) == 0, card, "the right picture is refused");
	for (unsigned int channel = 0; channel < 3; channel++) {
		check_pixel(card, &picture, 0, 0, channel);
		check_pixel(card, &picture, w - 1, h - 1, channel);
		check_pixel(card, &picture, w / 2, h / 2, channel);
		check_pixel(card, &picture, w / 3, h - 2, channel);
	}
	check_swap(card, &picture, 0, h - 1);
	check_swap(card, &picture, 0, 1);
	check_swap(card, &picture, h / 2, h / 2 + 1);
	check_swap(card, &picture, h / 3, h / 3 + 16);
	check_swap(card, &picture, h - 2, 3);
	check_all_swaps(card, &picture);
	check_other_card(card, &picture);
	check_crop(card, &picture);
	check(differing(card, &picture) == 0, card, "the copy was not put back: the test is wrong");
	free(picture.rgb);
}

/* Write len bytes of data, read them as a picture. */
static bool reads(const char *name, const void *data, size_t len)
{
	struct image image;
	char path[300];
	FILE *file;
	bool ok;

	file_name(path, sizeof(path), name);
	file = fopen(path, "wb");
	if (!file || fwrite(data, 1, len, file) != len || fclose(file)) {
		printf("FAILED: %s: %s\n", path, strerror(errno));
		failed++;
		return false;
	}
	ok = image_read(&image, path);
	free(image.rgb);
	return ok;
}

static void check_ppm_texts(const struct card *card)
{
	static const char *const wrong[] = {
		"P6\n1 1\n255\nab",
		"P6\n1 1\n255\nabcd",
		"P6\n1 1\n254\nabc",
		"P6\n1 1\n65535\nabcdef",
		"P6\n0 1\n255\n",
		"P6\n1 -1\n255\nabc",
		"P6\n1 1\n255",
		"P61 1\n255\nabc",
		"P5\n1 1\n255\nabc",
		"P6\n99999999 1\n255\na",
		"P6\n1 1x\n255\nabc",
		"P6",
		"P6\n16385 1\n255\nabc",
		"P6\n4294967297 1\n255\nabc",
		"",
	};
	static const char right[] = "P6 # screen\n1\t1\n# more\n255\nabc";

	check(reads("t.ppm", right, sizeof(right) - 1), card, "a PPM with comments: refused");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		check(!reads("t.ppm", wrong[i], strlen(wrong[i])), card, wrong[i]);
}

/* A PNG that is cut off or has one bit changed anywhere must never be read as the right card. */
static void check_png_damage(const struct card *card)
{
	struct image picture = { 0 };
	static uint8_t data[65536];
	char path[300];
	size_t len = 0;
	FILE *file;

	file_name(path, sizeof(path), "d.png");
	if (card_image(card, &picture) && write_png(&picture, path) && (file = fopen(path, "rb"))) {
		len = fread(data, 1, sizeof(data), file);
		fclose(file);
	}
	free(picture.rgb);
	check(len > 100 && len < sizeof(data), card, "the small PNG was not written");
	check(reads("e.png", data, len), card, "a right PNG: refused");
	for (size_t cut = 0; cut < len; cut += len / 40 + 1)
		check(!reads("e.png", data, cut), card, "a PNG cut off: read");
	for (size_t at = 8; at < len; at += len / 60 + 1) {
		data[at] ^= 4;
		check(!reads("e.png", data, len), card, "a PNG with a wrong bit: read");
		data[at] ^= 4;
	}
}

/* A disk that is full in the middle: an error, the old file as it was, no other file left. */
static void check_png_write_failure(const struct card *card)
{
	struct rlimit old = { 0 }, small;
	struct image picture = { 0 };
	char path[300];
	bool ok;

	file_name(path, sizeof(path), "d.png");
	ok = card_image(card, &picture) && !getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 1000;
	signal(SIGXFSZ, SIG_IGN);
	ok = ok && !setrlimit(RLIMIT_FSIZE, &small);
	check(ok && !write_png(&picture, path), card, "a PNG that does not fit: no error");
	check(strstr(image_error, "write: File too large") != NULL, card, "not the disk's error");
	check(!setrlimit(RLIMIT_FSIZE, &old), card, "the limit was not put back");
	free(picture.rgb);
	ok = image_read(&picture, path);
	check(ok && differing(card, &picture) == 0, card, "the old PNG was touched");
	free(picture.rgb);
}

/* Fails if a temporary file was left: the folder is not empty then. */
static void remove_files(void)
{
	static const char *const names[] = { "x.ppm", "x.png", "t.ppm", "d.png", "e.png" };
	char path[300];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		file_name(path, sizeof(path), names[i]);
		unlink(path);
	}
	if (rmdir(folder)) {
		printf("FAILED: %s: remove: %s\n", folder, strerror(errno));
		failed++;
	}
}

int selftest_run(void)
{
	static const struct card cards[] = {
		{ 42, 0, 640, 480, DRAW_XRGB8888 }, { 1, 17, 321, 200, DRAW_RGB565 },
		{ 2, 999, 64, 64, DRAW_XRGB4444 },  { 3, 7, 200, 100, DRAW_ARGB1555 },
		{ 4, 5, 100, 333, DRAW_ABGR8888 },
	};
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/picture.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(folder)) {
		printf("FAILED: %s: create: %s\n", folder, strerror(errno));
		return 1;
	}
	for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++)
		check_card(&cards[i]);
	check_ppm_texts(&cards[2]);
	check_png_damage(&cards[2]);
	check_png_write_failure(&cards[2]);
	remove_files();
	printf("picture self-test: %u checks, %u failed\n", done, failed);
	return failed ? 1 : 0;
}
