/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A Mini-OS finds its display. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "bed.h"

static void test_usual(void **state)
{
	struct bed bed;

	(void)state;
	bed_up(&bed, NULL);
	assert_int_equal(displfront_connectors(bed.dev), 1);
	bed_works(&bed);
	bed_down(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
