/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What tests of text and numbers share: cmocka, and checks of a diagnosis. */
#ifndef TESTS_UNIT_EXPECT_H
#define TESTS_UNIT_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <displif/libdisplif.h>

/* A diagnosis full of rubbish, to see what a function writes. */
static inline struct displif_diag dirty_diag(void)
{
	struct displif_diag diag;

	memset(&diag, 0xa5, sizeof(diag));
	return diag;
}

/* The diagnosis reads exactly so, and a function that succeeds must not have touched it. */
#define expect_line(diag, line) expect_line_at((diag), (line), __FILE__, __LINE__)
#define expect_untouched(diag) expect_untouched_at((diag), __FILE__, __LINE__)

static inline void expect_line_at(const struct displif_diag *diag, const char *line,
				  const char *file, int at)
{
	char buf[256];
	uint32_t len = displif_diag_text(diag, buf, sizeof(buf));

	if (strcmp(buf, line) || len != strlen(buf)) {
		print_error("got      \"%s\" (%u)\nexpected \"%s\" (%zu)\n", buf, len, line,
			    strlen(line));
		_fail(file, at);
	}
}

static inline void expect_untouched_at(const struct displif_diag *diag, const char *file, int at)
{
	struct displif_diag dirty = dirty_diag();

	if (memcmp(diag, &dirty, sizeof(dirty))) {
		print_error("the diagnosis was written\n");
		_fail(file, at);
	}
}

/*
 * A copy of @len bytes in memory of exactly that size, so that valgrind and the
 * sanitizers see one byte too far. free() it.
 */
static inline void *exactly(const void *bytes, size_t len)
{
	void *copy = malloc(len ? len : 1u);

	assert_non_null(copy);
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

#endif
