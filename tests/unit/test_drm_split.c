/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of the DRM driver's displif_split.h: grants of 4 KiB in OS pages of 4, 16 and 64 KiB. */
#include "expect.h"

#include "displif_split.h"

static const unsigned int shifts[] = { 12, 14, 16 };

static void each_grant_has_its_place(void **state)
{
	uint32_t i, k, n = 5000;

	(void)state;
	for (k = 0; k < 3; k++) {
		for (i = 0; i < n; i++) {
			struct ddrm_part at = ddrm_split(i, shifts[k]);
			uint64_t byte =
				((uint64_t)at.page << shifts[k]) + ((uint64_t)at.part << 12);

			assert_int_equal(byte, (uint64_t)i << 12);
			assert_true(at.part < 1u << (shifts[k] - 12));
			assert_true(at.page < ddrm_split_pages(n, shifts[k]));
		}
	}
}

static void pages_are_enough_and_not_more(void **state)
{
	uint32_t k, n;

	(void)state;
	for (k = 0; k < 3; k++) {
		uint32_t per = 1u << (shifts[k] - 12);

		assert_int_equal(ddrm_split_pages(0, shifts[k]), 0);
		for (n = 1; n < 300; n++) {
			uint32_t pages = ddrm_split_pages(n, shifts[k]);

			assert_true(pages * per >= n);
			assert_true((pages - 1) * per < n);
		}
		/* The largest buffer, and a number whose rounding would overflow 32 bits. */
		assert_int_equal(ddrm_split_pages(0x40000, shifts[k]), 0x40000 / per);
		assert_int_equal(ddrm_split_pages(UINT32_MAX, shifts[k]),
				 (uint32_t)(((uint64_t)UINT32_MAX + per - 1) / per));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_grant_has_its_place),
		cmocka_unit_test(pages_are_enough_and_not_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
