/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of examples/common/cli.c and cli_options.c: which texts are taken, and what an error names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"
#include "draw.h"

static char said[512];
static int saved_stderr;
static FILE *caught;

static void catch_stderr(void)
{
	fflush(stderr);
	caught = tmpfile();
	assert_non_null(caught);
	saved_stderr = dup(STDERR_FILENO);
	assert_true(saved_stderr >= 0);
	assert_true(dup2(fileno(caught), STDERR_FILENO) >= 0);
}

static void release_stderr(void)
{
	size_t len;

	fflush(stderr);
	assert_true(dup2(saved_stderr, STDERR_FILENO) >= 0);
	close(saved_stderr);
	rewind(caught);
	len = fread(said, 1, sizeof(said) - 1, caught);
	said[len] = '\0';
	fclose(caught);
}

static void refuse_u32(const char *text, uint32_t min, uint32_t max)
{
	uint32_t v = 4711;
	bool ok;

	catch_stderr();
	ok = cli_parse_u32("--frames", text, min, max, &v);
	release_stderr();
	assert_false(ok);
	assert_int_equal(v, 4711);
}

static void test_u32(void **state)
{
	uint32_t v = 1;

	(void)state;
	assert_true(cli_parse_u32("--x", "0", 0, UINT32_MAX, &v));
	assert_int_equal(v, 0);
	assert_true(cli_parse_u32("--x", "4294967295", 0, UINT32_MAX, &v));
	assert_int_equal(v, UINT32_MAX);
	assert_true(cli_parse_u32("--x", "0xFFfFffff", 0, UINT32_MAX, &v));
	assert_int_equal(v, UINT32_MAX);
	assert_true(cli_parse_u32("--x", "0010", 10, 10, &v));
	assert_int_equal(v, 10);
	refuse_u32("4294967296", 0, UINT32_MAX);
	refuse_u32("99999999999999999999999999", 0, UINT32_MAX);
	refuse_u32("0x100000000", 0, UINT32_MAX);
	refuse_u32("", 0, UINT32_MAX);
	refuse_u32("0x", 0, UINT32_MAX);
	refuse_u32("-1", 0, UINT32_MAX);
	refuse_u32("+1", 0, UINT32_MAX);
	refuse_u32(" 1", 0, UINT32_MAX);
	refuse_u32("1 ", 0, UINT32_MAX);
	refuse_u32("1k", 0, UINT32_MAX);
	refuse_u32("ff", 0, UINT32_MAX);
	refuse_u32("1", 2, 9);
	refuse_u32("10", 2, 9);
	cli_set_program("/somewhere/tool");
	refuse_u32("ten", 2, 9);
	assert_string_equal(said, "tool: --frames: \"ten\" is not a whole number from 2 to 9\n");
}

static void refuse_size(const char *text)
{
	uint32_t w = 3, h = 4;
	bool ok;

	catch_stderr();
	ok = cli_parse_size("--mode", text, 8192, &w, &h);
	release_stderr();
	assert_false(ok);
	assert_int_equal(w, 3);
	assert_int_equal(h, 4);
}

static void test_size(void **state)
{
	uint32_t w = 0, h = 0;

	(void)state;
	assert_true(cli_parse_size("--mode", "1024x768", 8192, &w, &h));
	assert_int_equal(w, 1024);
	assert_int_equal(h, 768);
	assert_true(cli_parse_size("--mode", "1x8192", 8192, &w, &h));
	refuse_size("");
	refuse_size("1024");
	refuse_size("1024x");
	refuse_size("x768");
	refuse_size("0x768");
	refuse_size("1024x0");
	refuse_size("1024x768x2");
	refuse_size("1024X768");
	refuse_size("1024x 768");
	refuse_size("8193x1");
	refuse_size("1x8193");
	assert_non_null(
		strstr(said, "--mode: \"1x8193\" is not WIDTHxHEIGHT, each from 1 to 8192"));
}

static void test_format(void **state)
{
	uint32_t fourcc = 0;
	bool ok;

	(void)state;
	assert_true(cli_parse_format("--format", "RG16", &fourcc));
	assert_int_equal(fourcc, DRAW_RGB565);
	catch_stderr();
	ok = cli_parse_format("--format", "NV12", &fourcc);
	release_stderr();
	assert_false(ok);
	assert_int_equal(fourcc, DRAW_RGB565);
	/* The first and the last of the table: none is cut off. */
	assert_non_null(strstr(said, "\"NV12\""));
	assert_non_null(strstr(said, " XR24 "));
	assert_non_null(strstr(said, " AR15\n"));
}

struct wish {
	uint32_t size;
	bool loud;
};

enum { OPT_SIZE = CLI_OPT_FIRST, OPT_LOUD };

static bool take(void *arg, int code, const char *text)
{
	struct wish *w = arg;

	if (code == OPT_SIZE)
		return cli_parse_u32("--size", text, 1, 9, &w->size);
	w->loud = code == OPT_LOUD;
	return w->loud;
}

static bool makes_sense(void *arg)
{
	const struct wish *w = arg;

	if (w->loud && w->size > 5)
		cli_error("too loud");
	return !w->loud || w->size <= 5;
}

static enum cli_parse parse(struct wish *w, const char *a, const char *b, const char *c)
{
	static const struct option options[] = {
		{ "size", required_argument, NULL, OPT_SIZE },
		{ "loud", no_argument, NULL, OPT_LOUD },
		CLI_OPTIONS_END,
	};
	static const struct cli_command command = { "wish", "usage: wish\n", options, take,
						    makes_sense };
	static char words[4][16];
	char *argv[] = { words[0], words[1], words[2], words[3], NULL };
	int argc = 1 + (a ? 1 : 0) + (b ? 1 : 0) + (c ? 1 : 0);
	enum cli_parse result;

	snprintf(words[0], sizeof(words[0]), "/bin/wish");
	snprintf(words[1], sizeof(words[1]), "%s", a ? a : "");
	snprintf(words[2], sizeof(words[2]), "%s", b ? b : "");
	snprintf(words[3], sizeof(words[3]), "%s", c ? c : "");
	argv[argc] = NULL;
	*w = (struct wish){ 0 };
	catch_stderr();
	result = cli_parse(&command, w, argc, argv);
	release_stderr();
	return result;
}

static void test_command_line(void **state)
{
	struct wish w;

	(void)state;
	assert_int_equal(parse(&w, NULL, NULL, NULL), CLI_PARSE_RUN);
	assert_int_equal(parse(&w, "--size", "7", NULL), CLI_PARSE_RUN);
	assert_int_equal(w.size, 7);
	assert_int_equal(parse(&w, "--loud", "--size=5", NULL), CLI_PARSE_RUN);
	assert_true(w.loud);
	assert_string_equal(said, "");
	assert_int_equal(parse(&w, "--help", "--banana", NULL), CLI_PARSE_DONE);
	assert_int_equal(parse(&w, "--version", NULL, NULL), CLI_PARSE_DONE);
	assert_int_equal(parse(&w, "--banana", NULL, NULL), CLI_PARSE_BAD);
	assert_string_equal(said, "wish: \"--banana\": no such option\nwish: try --help\n");
	assert_int_equal(parse(&w, "--loud", "--size", NULL), CLI_PARSE_BAD);
	assert_string_equal(said, "wish: \"--size\": a value is missing\nwish: try --help\n");
	assert_int_equal(parse(&w, "--size", "5", "more"), CLI_PARSE_BAD);
	assert_string_equal(said, "wish: \"more\": no argument is expected\nwish: try --help\n");
	assert_int_equal(parse(&w, "--size", "10", NULL), CLI_PARSE_BAD);
	assert_non_null(strstr(said, "wish: --size: \"10\" is not"));
	assert_int_equal(parse(&w, "--loud", "--size", "6"), CLI_PARSE_BAD);
	assert_string_equal(said, "wish: too loud\nwish: try --help\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_u32),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
