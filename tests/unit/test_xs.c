/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of xs.c: what each parser takes and refuses, and the paths that are composed. */
#include <stdio.h>

#include <xen/io/xenbus.h>

#include "expect.h"

#define MIB (1024u * 1024u)

/* Calls a parser on text[len] in memory of exactly that size. */
static int u32_of(const char *text, size_t len, uint32_t max, uint32_t *out,
		  struct displif_diag *diag)
{
	char *copy = exactly(text, len);
	int ret;

	*out = 77;
	ret = displif_xs_u32(copy, (uint32_t)len, max, out, diag);
	free(copy);
	return ret;
}

static void numbers_are_strict(void **state)
{
	static const struct {
		const char *text;
		uint32_t max, value;
	} good[] = {
		{ "0", 0, 0 },
		{ "0", UINT32_MAX, 0 },
		{ "7", 7, 7 },
		{ "007", 7, 7 },
		{ "0000000000", 0, 0 },
		{ "4294967295", UINT32_MAX, UINT32_MAX },
		{ "4294967294", UINT32_MAX, UINT32_MAX - 1u },
		{ "1000000000", UINT32_MAX, 1000000000 },
	};
	static const struct {
		const char *text;
		uint32_t max;
	} bad[] = {
		{ "", 9 },
		{ " 1", 9 },
		{ "1 ", 9 },
		{ "+1", 9 },
		{ "-1", 9 },
		{ "1\n", 9 },
		{ "0x1", 99 },
		{ "1.0", 9 },
		{ "1,2", 9 },
		{ "10", 9 },
		{ "8", 7 },
		{ "4294967296", UINT32_MAX },
		{ "4294967300", UINT32_MAX },
		{ "9999999999", UINT32_MAX },
		{ "00000000001", 9 },
		{ "18446744073709551617", 9 },
		{ "/", 9 },
		{ ":", 9 },
		{ "\xff", 9 },
		{ "99999999999999999999999999999999999999999999999999999999999999999999",
		  UINT32_MAX },
	};
	struct displif_diag diag;
	uint32_t out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		diag = dirty_diag();
		assert_int_equal(
			u32_of(good[i].text, strlen(good[i].text), good[i].max, &out, &diag), 0);
		assert_int_equal(out, good[i].value);
		expect_untouched(&diag);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		diag = dirty_diag();
		assert_int_equal(u32_of(bad[i].text, strlen(bad[i].text), bad[i].max, &out, &diag),
				 DISPLIF_E_RANGE);
		assert_int_equal(out, 0);
		assert_int_equal(diag.err, DISPLIF_E_RANGE);
		assert_int_equal(diag.limit, bad[i].max);
		assert_int_equal(u32_of(bad[i].text, strlen(bad[i].text), bad[i].max, &out, NULL),
				 DISPLIF_E_RANGE);
	}
	assert_int_equal(u32_of("1\0002", 3, 99, &out, &diag), DISPLIF_E_RANGE);
	expect_line(&diag, "reading XenStore: value \"1?2\": limit 99: value out of range");
	assert_int_equal(u32_of("5\0", 2, 99, &out, &diag), DISPLIF_E_RANGE);
	assert_int_equal(displif_xs_u32(NULL, 0, 9, &out, NULL), DISPLIF_E_RANGE);
}

static int resolution_of(const char *text, size_t len, uint32_t *w, uint32_t *h,
			 struct displif_diag *diag)
{
	char *copy = exactly(text, len);
	int ret;

	*w = *h = 77;
	ret = displif_xs_resolution(copy, (uint32_t)len, w, h, diag);
	free(copy);
	return ret;
}

static void resolutions_are_strict(void **state)
{
	static const struct {
		const char *text;
		uint32_t w, h;
	} good[] = {
		{ "1x1", 1, 1 },
		{ "1920x1080", 1920, 1080 },
		{ "32767x32767", 32767, 32767 },
		{ "0000000800x0000000600", 800, 600 },
	};
	static const char *const bad[] = {
		"",
		"1920",
		"1920x",
		"x1080",
		"x",
		"0x0",
		"0x1",
		"1x0",
		"-1x5",
		"5x-1",
		"99999x1",
		"1x99999",
		"32768x1",
		"1x32768",
		" 1x1",
		"1x1 ",
		"1 x1",
		"1x 1",
		"1X1",
		"1x1x1",
		"1xx1",
		"1x1\n",
		"+1x1",
		"1x1.0",
		"0x1x1",
		"1,1",
		"4294967297x1",
		"1x4294967297",
		"99999999999999999x1",
		"65536x65536",
		"1x00000000001",
		"18446744073709551617x1",
		"99999x99999",
	};
	struct displif_diag diag;
	uint32_t w, h;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		diag = dirty_diag();
		assert_int_equal(resolution_of(good[i].text, strlen(good[i].text), &w, &h, &diag),
				 0);
		assert_int_equal(w, good[i].w);
		assert_int_equal(h, good[i].h);
		expect_untouched(&diag);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char line[200];

		diag = dirty_diag();
		assert_int_equal(resolution_of(bad[i], strlen(bad[i]), &w, &h, &diag),
				 DISPLIF_E_RANGE);
		assert_int_equal(w, 0);
		assert_int_equal(h, 0);
		if (!strchr(bad[i], '\n')) {
			snprintf(line, sizeof(line),
				 "reading XenStore: node resolution: value \"%s\": "
				 "limit 32767: value out of range",
				 bad[i]);
			expect_line(&diag, line);
		}
		assert_int_equal(resolution_of(bad[i], strlen(bad[i]), &w, &h, NULL),
				 DISPLIF_E_RANGE);
	}
	assert_int_equal(resolution_of("1x1\0", 4, &w, &h, &diag), DISPLIF_E_RANGE);
	expect_line(
		&diag,
		"reading XenStore: node resolution: value \"1x1?\": limit 32767: value out of range");
	assert_int_equal(resolution_of("\0001x1", 4, &w, &h, &diag), DISPLIF_E_RANGE);
	assert_int_equal(displif_xs_resolution(NULL, 0, &w, &h, &diag), DISPLIF_E_RANGE);
	expect_line(
		&diag,
		"reading XenStore: node resolution: value \"\": limit 32767: value out of range");
}

static void versions_take_the_highest_we_know(void **state)
{
	static const struct {
		const char *text;
		uint32_t ours, version;
	} list[] = {
		{ "1", 2, 1 },
		{ "1,2", 2, 2 },
		{ "2,1", 2, 2 },
		{ "2,9", 2, 2 },
		{ "9,2", 2, 2 },
		{ "1,2", 1, 1 },
		{ "x,1", 2, 1 },
		{ "1,x", 2, 1 },
		{ ",1", 2, 1 },
		{ "1,", 2, 1 },
		{ ",,2,,", 2, 2 },
		{ "1, 2", 2, 1 },
		{ "2.1,1", 2, 1 },
		{ "1,-2", 2, 1 },
		{ "02", 2, 2 },
		{ "4294967297,1", 2, 1 },
		{ "99999999999999999999,1", 2, 1 },
		{ "1,2,3,4,5,6,7,8,9,10", 5, 5 },
	};
	static const struct {
		const char *text;
		uint32_t ours;
	} none[] = {
		{ "", 2 },	     { "3", 2 },     { "0", 2 },       { "x", 2 },
		{ ",", 2 },	     { "1", 0 },     { "garbage", 2 }, { "1 2", 2 },
		{ "4294967298", 2 }, { "3,4,5", 2 }, { "0,0", 2 },
	};
	struct displif_diag diag;
	uint32_t version;
	char text[DISPLIF_XS_TEXT + 1u];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		char *copy = exactly(list[i].text, strlen(list[i].text));

		diag = dirty_diag();
		version = 77;
		assert_int_equal(displif_xs_versions(copy, (uint32_t)strlen(list[i].text),
						     list[i].ours, &version, &diag),
				 0);
		free(copy);
		assert_int_equal(version, list[i].version);
		expect_untouched(&diag);
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		char *copy = exactly(none[i].text, strlen(none[i].text));

		version = 77;
		assert_int_equal(displif_xs_versions(copy, (uint32_t)strlen(none[i].text),
						     none[i].ours, &version, &diag),
				 DISPLIF_E_VERSION);
		free(copy);
		assert_int_equal(version, 0);
		assert_int_equal(diag.err, DISPLIF_E_VERSION);
		assert_string_equal(diag.node, "versions");
		assert_string_equal(diag.text, none[i].text);
		assert_int_equal(diag.limit, none[i].ours);
	}
	assert_int_equal(displif_xs_versions("3,4", 3, 2, &version, &diag), DISPLIF_E_VERSION);
	expect_line(&diag, "reading XenStore: node versions: value \"3,4\": limit 2: "
			   "no common protocol version");
	assert_int_equal(displif_xs_versions(NULL, 0, 2, &version, NULL), DISPLIF_E_VERSION);
	assert_int_equal(displif_xs_versions("1\0,2\0", 5, 2, &version, NULL), DISPLIF_E_VERSION);

	/* The last member of the longest list counts; one byte more is refused. */
	memset(text, ',', sizeof(text));
	text[DISPLIF_XS_TEXT - 1u] = '2';
	assert_int_equal(displif_xs_versions(text, DISPLIF_XS_TEXT, 2, &version, NULL), 0);
	assert_int_equal(version, 2);
	assert_int_equal(displif_xs_versions(text, DISPLIF_XS_TEXT + 1u, 2, &version, &diag),
			 DISPLIF_E_RANGE);
	assert_int_equal(version, 0);
	assert_int_equal(diag.limit, DISPLIF_XS_TEXT);
}

static void be_alloc_is_exactly_1(void **state)
{
	static const char *const not [] = { "", "0", "2", "11", "1 ", " 1", "01", "true", "yes" };
	size_t i;

	(void)state;
	assert_true(displif_xs_be_alloc("1", 1));
	assert_true(displif_xs_be_alloc("1x", 1));
	assert_false(displif_xs_be_alloc("1\0", 2));
	assert_false(displif_xs_be_alloc(NULL, 0));
	for (i = 0; i < sizeof(not ) / sizeof(not [0]); i++)
		assert_false(displif_xs_be_alloc(not [i], (uint32_t)strlen(not [i])));
}

static void states_are_xens(void **state)
{
	static const struct {
		const char *name;
		enum displif_xb_state ours;
		enum xenbus_state theirs;
	} known[] = {
		{ "Unknown", DISPLIF_XB_UNKNOWN, XenbusStateUnknown },
		{ "Initialising", DISPLIF_XB_INITIALISING, XenbusStateInitialising },
		{ "InitWait", DISPLIF_XB_INIT_WAIT, XenbusStateInitWait },
		{ "Initialised", DISPLIF_XB_INITIALISED, XenbusStateInitialised },
		{ "Connected", DISPLIF_XB_CONNECTED, XenbusStateConnected },
		{ "Closing", DISPLIF_XB_CLOSING, XenbusStateClosing },
		{ "Closed", DISPLIF_XB_CLOSED, XenbusStateClosed },
		{ "Reconfiguring", DISPLIF_XB_RECONFIGURING, XenbusStateReconfiguring },
		{ "Reconfigured", DISPLIF_XB_RECONFIGURED, XenbusStateReconfigured },
	};
	static const char *const unknown[] = { "",   "9", "10",		"-1", "4 ",
					       " 4", "x", "4294967300", "04x" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		char text = (char)('0' + (int)i);

		assert_int_equal(known[i].ours, i);
		assert_int_equal(known[i].theirs, i);
		assert_string_equal(displif_xs_state_name((uint32_t)i), known[i].name);
		assert_int_equal(displif_xs_state(&text, 1), i);
	}
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_int_equal(displif_xs_state(unknown[i], (uint32_t)strlen(unknown[i])),
				 DISPLIF_XB_UNKNOWN);
	assert_int_equal(displif_xs_state("4\0", 2), DISPLIF_XB_UNKNOWN);
	assert_string_equal(displif_xs_state_name(9), "?");
	assert_string_equal(displif_xs_state_name(UINT32_MAX), "?");
}

static void a_mebibyte_of_text_is_refused(void **state)
{
	char *text = malloc(MIB);
	struct displif_diag diag;
	uint32_t a, b;

	(void)state;
	assert_non_null(text);
	memset(text, '1', MIB);
	assert_int_equal(displif_xs_u32(text, MIB, UINT32_MAX, &a, &diag), DISPLIF_E_RANGE);
	assert_string_equal(diag.text, "1111111111111111111111111111111");
	text[2] = 'x';
	assert_int_equal(displif_xs_resolution(text, MIB, &a, &b, &diag), DISPLIF_E_RANGE);
	assert_int_equal(strlen(diag.text), DISPLIF_DIAG_TEXT - 1);
	memset(text, ',', MIB);
	text[0] = '1';
	assert_int_equal(displif_xs_versions(text, MIB, 2, &a, &diag), DISPLIF_E_RANGE);
	assert_int_equal(a, 0);
	assert_false(displif_xs_be_alloc(text, MIB));
	assert_int_equal(displif_xs_state(text, MIB), DISPLIF_XB_UNKNOWN);
	/* A length that lies must not be believed before it is judged. */
	assert_int_equal(displif_xs_u32(text, UINT32_MAX, 9, &a, NULL), DISPLIF_E_RANGE);
	assert_int_equal(displif_xs_versions(text, UINT32_MAX, 9, &a, NULL), DISPLIF_E_RANGE);
	free(text);
}

/* Composes with every capacity: whole or nothing, and never past the end. */
#define expect_path(want, call)                                              \
	do {                                                                 \
		uint32_t cap;                                                \
		for (cap = 0; cap <= sizeof(want) + 3u; cap++) {             \
			char *buf = cap ? malloc(cap) : NULL;                \
			if (cap)                                             \
				memset(buf, 'X', cap);                       \
			if (cap >= sizeof(want)) {                           \
				assert_int_equal((call), sizeof(want) - 1u); \
				assert_string_equal(buf, (want));            \
			} else {                                             \
				assert_int_equal((call), DISPLIF_E_NOSPC);   \
				if (cap)                                     \
					assert_int_equal(buf[0], 0);         \
			}                                                    \
			free(buf);                                           \
		}                                                            \
	} while (0)

static void paths_are_whole_or_refused(void **state)
{
	(void)state;
	expect_path("0", displif_xs_put_u32(buf, cap, 0));
	expect_path("4294967295", displif_xs_put_u32(buf, cap, UINT32_MAX));
	expect_path("device/vdispl/0/state", displif_xs_join(buf, cap, "device/vdispl/0", "state"));
	expect_path("/x", displif_xs_join(buf, cap, "", "x"));
	expect_path("d/0/resolution", displif_xs_connector(buf, cap, "d", 0, "resolution"));
	expect_path("d/255/req-ring-ref", displif_xs_connector(buf, cap, "d", 255, "req-ring-ref"));
	expect_path("/local/domain/0/backend/vdispl/7/1",
		    displif_xs_backend_path(buf, cap, 0, 7, 1));
	expect_path("/local/domain/4294967295/backend/vdispl/4294967295/4294967295",
		    displif_xs_backend_path(buf, cap, UINT32_MAX, UINT32_MAX, UINT32_MAX));
	expect_path("/local/domain/7/device/vdispl/0", displif_xs_frontend_path(buf, cap, 7, 0));
	expect_path("/local/domain/4294967295/device/vdispl/4294967295",
		    displif_xs_frontend_path(buf, cap, UINT32_MAX, UINT32_MAX));
}

static void the_constants_hold_the_longest_texts(void **state)
{
	char number[DISPLIF_XS_NUMBER], path[DISPLIF_XS_PATH], dir[DISPLIF_XS_PATH];

	(void)state;
	assert_int_equal(displif_xs_put_u32(number, sizeof(number), UINT32_MAX),
			 sizeof(number) - 1u);
	assert_true(displif_xs_backend_path(dir, sizeof(dir), UINT32_MAX, UINT32_MAX, UINT32_MAX) >
		    0);
	assert_true(displif_xs_connector(path, sizeof(path), dir, UINT32_MAX, "evt-event-channel") >
		    0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_strict),
		cmocka_unit_test(resolutions_are_strict),
		cmocka_unit_test(versions_take_the_highest_we_know),
		cmocka_unit_test(be_alloc_is_exactly_1),
		cmocka_unit_test(states_are_xens),
		cmocka_unit_test(a_mebibyte_of_text_is_refused),
		cmocka_unit_test(paths_are_whole_or_refused),
		cmocka_unit_test(the_constants_hold_the_longest_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
