/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of text.c: composing never passes the buffer's end, and numbers are right. */
#include <inttypes.h>
#include <stdio.h>

#include "expect.h"
#include "text.h"

static void numbers_read_as_printf_writes_them(void **state)
{
	uint64_t x = 1;
	uint32_t i;

	(void)state;
	for (i = 0; i < 4000; i++) {
		uint64_t power = UINT64_C(1) << (i % 64u);
		uint64_t value[] = { power, power - 1u, x, x >> (i % 64u), UINT64_MAX - i, i };
		size_t k;

		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		for (k = 0; k < sizeof(value) / sizeof(value[0]); k++) {
			struct displif__text t;
			char got[21], want[21];

			displif__text_begin(&t, got, sizeof(got));
			if (value[k] <= UINT32_MAX)
				displif__text_number(&t, (uint32_t)value[k]);
			else
				displif__text_wide(&t, value[k]);
			snprintf(want, sizeof(want), "%" PRIu64, value[k]);
			assert_string_equal(got, want);
			assert_int_equal(t.len, strlen(want));
			assert_false(t.cut);
		}
	}
}

static void what_does_not_fit_is_cut(void **state)
{
	struct displif__text t;
	char buf[6];

	(void)state;
	displif__text_begin(&t, buf, sizeof(buf));
	assert_string_equal(buf, "");
	displif__text_put(&t, "abcde", 3);
	assert_string_equal(buf, "abc");
	displif__text_lit(&t, "de");
	assert_string_equal(buf, "abcde");
	assert_false(t.cut);
	displif__text_put(&t, "", 8);
	assert_false(t.cut);
	displif__text_number(&t, 0);
	assert_true(t.cut);
	assert_string_equal(buf, "abcde");
	assert_int_equal(t.len, 5);

	displif__text_begin(&t, NULL, 0);
	displif__text_number(&t, 1);
	assert_true(t.cut);
	assert_int_equal(t.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_read_as_printf_writes_them),
		cmocka_unit_test(what_does_not_fit_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
