/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of the backend's pure parts: command line, frame clock, clipping, modes, paths, EDID file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "devpath.h"
#include "edid_file.h"
#include "kms_mode.h"
#include "options.h"
#include "output.h"
#include "pace.h"
#include "view.h"

/* The program's own comes with the event loop, which these tests do without. */
uint64_t displif_loop_clock(void);
uint64_t displif_loop_clock(void)
{
	return 1;
}

/* --- command line --- */

/* What the options point to lives until the next call. */
static enum cli_parse parse(struct be_options *opt, const char *line)
{
	static char text[512], *argv[32];
	char *save = NULL;
	int argc = 0;

	snprintf(text, sizeof(text), "displif-backend %s", line);
	for (char *w = strtok_r(text, " ", &save); w && argc < 31; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	return be_options_parse(opt, argc, argv);
}

static void options_defaults(void **state)
{
	struct be_options opt;

	(void)state;
	assert_int_equal(parse(&opt, ""), CLI_PARSE_RUN);
	assert_ptr_equal(opt.output, &be_output_headless);
	assert_int_equal(opt.refresh, 60);
	assert_true(opt.be_alloc);
	assert_false(opt.once);
	assert_null(opt.picture);
}

static void options_all(void **state)
{
	struct be_options opt;

	(void)state;
	assert_int_equal(
		parse(&opt, "--output kms --device /dev/x --connectors A-1,B-2 --edid f "
			    "--refresh 0 --be-alloc off --max-pages 7 --once --stats s --record r "
			    "--verbose"),
		CLI_PARSE_RUN);
	assert_ptr_equal(opt.output, &be_output_kms);
	assert_string_equal(opt.device, "/dev/x");
	assert_string_equal(opt.connectors, "A-1,B-2");
	assert_string_equal(opt.edid, "f");
	assert_string_equal(opt.stats, "s");
	assert_string_equal(opt.record, "r");
	assert_int_equal(opt.refresh, 0);
	assert_int_equal(opt.max_pages, 7);
	assert_false(opt.be_alloc);
	assert_true(opt.once);
	assert_true(opt.verbose);
	assert_int_equal(parse(&opt, "--output kms"), CLI_PARSE_RUN);
	assert_string_equal(opt.device, "/dev/dri/card0");
}

static void options_bad(void **state)
{
	static const char *const lines[] = {
		"--output vga",
		"--output",
		"--refresh 1001",
		"--refresh -1",
		"--refresh x",
		"--be-alloc yes",
		"--max-pages 0",
		"--max-pages 262145",
		"--nonsense",
		"word",
		"--picture p --output kms",
		"--device /dev/x",
		"--connectors A",
		"--edid=",
		"--record=",
	};
	struct be_options opt;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (parse(&opt, lines[i]) != CLI_PARSE_BAD)
			fail_msg("accepted: %s", lines[i]);
}

static void options_done(void **state)
{
	struct be_options opt;

	(void)state;
	assert_int_equal(parse(&opt, "--help"), CLI_PARSE_DONE);
	assert_int_equal(parse(&opt, "--version"), CLI_PARSE_DONE);
}

/* --- frames --- */

static void queue_keeps_order(void **state)
{
	static struct be_flipq q;
	struct be_frame a = { 0 }, b = { 0 };
	struct be_flip flip;

	(void)state;
	assert_false(be_flipq_pop(&q, &flip));
	for (uint64_t round = 0; round < 3; round++) {
		for (uint64_t i = 0; i < BE_FLIPS_MAX; i++)
			assert_true(be_flipq_push(&q, i % 2 ? &a : &b, i + 1));
		assert_false(be_flipq_push(&q, &a, 99));
		be_flipq_forget(&q, &a);
		for (uint64_t i = 0; i < BE_FLIPS_MAX; i++) {
			assert_true(be_flipq_pop(&q, &flip));
			assert_int_equal(flip.fb, i + 1);
			assert_ptr_equal(flip.frame, i % 2 ? NULL : &b);
		}
		assert_false(be_flipq_pop(&q, &flip));
		/* the next round wraps elsewhere */
		assert_true(be_flipq_push(&q, &a, 5));
		assert_true(be_flipq_pop(&q, &flip));
	}
	assert_true(be_flipq_push(&q, &a, 5));
	be_flipq_forget(&q, NULL);
	assert_true(be_flipq_pop(&q, &flip));
	assert_null(flip.frame);
	assert_int_equal(flip.fb, 5);
	assert_true(be_flipq_push(&q, &a, 5));
	be_flipq_clear(&q);
	assert_false(be_flipq_pop(&q, &flip));
}

static void pace_keeps_rate(void **state)
{
	struct be_pace pace;
	uint64_t now = 123456, first;

	(void)state;
	be_pace_init(&pace, 60);
	assert_true(be_pace_due(&pace) <= now);
	be_pace_step(&pace, now);
	first = now;
	for (int i = 0; i < 600; i++) {
		assert_true(be_pace_due(&pace) > now);
		assert_true(be_pace_due(&pace) <= now + 17);
		now = be_pace_due(&pace);
		be_pace_step(&pace, now);
	}
	/* 600 frames of 16666 us */
	assert_in_range(now - first, 9998, 10002);
	/* after a pause there is no burst */
	now += 5000;
	be_pace_step(&pace, now);
	assert_in_range(be_pace_due(&pace), now + 16, now + 17);
}

static void pace_without_limit(void **state)
{
	struct be_pace pace;

	(void)state;
	be_pace_init(&pace, 0);
	for (int i = 0; i < 5; i++) {
		assert_true(be_pace_due(&pace) <= 77);
		be_pace_step(&pace, 77);
	}
}

/* --- clipping --- */

static void check_view(struct be_view v, uint32_t sx, uint32_t sy, uint32_t dx, uint32_t dy,
		       uint32_t w, uint32_t h)
{
	assert_int_equal(v.src_x, sx);
	assert_int_equal(v.src_y, sy);
	assert_int_equal(v.dst_x, dx);
	assert_int_equal(v.dst_y, dy);
	assert_int_equal(v.width, w);
	assert_int_equal(v.height, h);
}

static void views(void **state)
{
	struct be_view v;

	(void)state;
	check_view(be_view_make(0, 0, 800, 600, 800, 600), 0, 0, 0, 0, 800, 600);
	/* smaller, somewhere */
	check_view(be_view_make(100, 50, 200, 100, 800, 600), 0, 0, 100, 50, 200, 100);
	/* over the edge */
	check_view(be_view_make(700, 550, 200, 100, 800, 600), 0, 0, 700, 550, 100, 50);
	/* larger */
	check_view(be_view_make(0, 0, 1024, 768, 800, 600), 0, 0, 0, 0, 800, 600);
	/* two connectors on one framebuffer: a part of it */
	check_view(be_view_make(800, 0, 1600, 600, 800, 600), 800, 0, 0, 0, 800, 600);
	/* outside */
	v = be_view_make(800, 0, 800, 600, 800, 600);
	assert_int_equal(v.width, 0);
	v = be_view_make(UINT32_MAX, UINT32_MAX, 800, 600, 800, 600);
	assert_int_equal(v.width, 0);
}

/* --- modes --- */

static void modes(void **state)
{
	static const struct kms_mode m[] = {
		{ 1280, 800, 60, 1 }, { 640, 480, 60, 0 },   { 1024, 768, 60, 0 },
		{ 1024, 768, 75, 0 }, { 1920, 1080, 60, 0 }, { 1280, 800, 75, 0 },
	};

	(void)state;
	assert_int_equal(kms_mode_nearest(m, 6, 1024, 768), 3);
	assert_int_equal(kms_mode_nearest(m, 6, 1000, 700), 3);
	assert_int_equal(kms_mode_nearest(m, 6, 1280, 800), 0);
	assert_int_equal(kms_mode_nearest(m, 6, 800, 1000), 4);
	assert_int_equal(kms_mode_nearest(m, 6, 3000, 2000), 4);
	assert_int_equal(kms_mode_nearest(m, 6, 1, 1), 1);
	assert_int_equal(kms_mode_nearest(m, 0, 1, 1), -1);
}

/* --- paths --- */

static void paths(void **state)
{
	static const char base[] = "/local/domain/0/backend/vdispl";
	static const char *const bad[] = {
		"",
		"/local/domain/0/backend/vdispl",
		"/local/domain/0/backend/vdispl/",
		"/local/domain/0/backend/vdispl/5",
		"/local/domain/0/backend/vdispl/5/",
		"/local/domain/0/backend/vdispl/x/0",
		"/local/domain/0/backend/vdispl/5/x",
		"/local/domain/0/backend/vdispl/32752/0",
		"/local/domain/0/backend/vdisplay/5/0",
		"@releaseDomain",
		"/local/domain/0/backend/vdispl//5/0",
	};
	uint32_t domid = 0, dev = 0;

	(void)state;
	assert_true(be_devpath_parse(base, "/local/domain/0/backend/vdispl/5/7", &domid, &dev));
	assert_int_equal(domid, 5);
	assert_int_equal(dev, 7);
	assert_true(
		be_devpath_parse(base, "/local/domain/0/backend/vdispl/32751/0/a/b", &domid, &dev));
	assert_int_equal(domid, 32751);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (be_devpath_parse(base, bad[i], &domid, &dev))
			fail_msg("accepted: %s", bad[i]);
}

/* --- EDID --- */

static uint8_t *load(const void *data, size_t len, uint32_t *got)
{
	char path[] = "/tmp/displif-edid-XXXXXX";
	int fd = mkstemp(path);
	uint8_t *edid;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
	edid = be_edid_load(path, got);
	unlink(path);
	return edid;
}

static void edid_file(void **state)
{
	static const uint8_t header[8] = { 0, 255, 255, 255, 255, 255, 255, 0 };
	uint8_t block[128] = { 0 }, *edid, sum = 0;
	static uint8_t large[32769];
	uint32_t len = 0;

	(void)state;
	memcpy(block, header, sizeof(header));
	block[18] = 1;
	block[19] = 4;
	for (int i = 0; i < 127; i++)
		sum = (uint8_t)(sum + block[i]);
	block[127] = (uint8_t)(256 - sum);
	edid = load(block, 128, &len);
	assert_non_null(edid);
	assert_int_equal(len, 128);
	assert_memory_equal(edid, block, 128);
	free(edid);

	assert_null(load(block, 127, &len));
	assert_null(load(block, 0, &len));
	assert_null(load(large, sizeof(large), &len));
	block[127]++;
	assert_null(load(block, 128, &len));
	assert_null(be_edid_load("/nonexistent/edid", &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_defaults),
		cmocka_unit_test(options_all),
		cmocka_unit_test(options_bad),
		cmocka_unit_test(options_done),
		cmocka_unit_test(queue_keeps_order),
		cmocka_unit_test(pace_keeps_rate),
		cmocka_unit_test(pace_without_limit),
		cmocka_unit_test(views),
		cmocka_unit_test(modes),
		cmocka_unit_test(paths),
		cmocka_unit_test(edid_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
