/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The fake Xen's second mappings of a domain's own memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fake_xen.h"

#define PAGE 4096u

static struct fake_world *w;
static struct fake_dom *d;

static int setup(void **state)
{
	(void)state;
	w = fake_world_new(NULL, 0);
	assert_non_null(w);
	d = fake_dom_new(w, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_world_free(w);
	return 0;
}

/* Single pages in any order, and one of them twice, are one range; what is written to either is in both. */
static void test_scattered(void **state)
{
	uint8_t *page[3], *va;
	uint32_t frame[4], i;
	struct fake_held held;

	(void)state;
	for (i = 0; i < 3; i++) {
		page[i] = fake_mem_alloc(d, 1, true);
		frame[2 - i] = fake_mem_frame(d, page[i] + 5);
		assert_ptr_equal(fake_mem_at(d, frame[2 - i]), page[i]);
	}
	frame[3] = frame[0];
	va = fake_mem_alias(d, frame, 4, true);
	assert_non_null(va);
	for (i = 0; i < 3; i++)
		va[i * PAGE + i] = (uint8_t)(i + 1);
	assert_int_equal(page[2][0], 1);
	assert_int_equal(page[1][1], 2);
	assert_int_equal(page[0][2], 3);
	assert_int_equal(va[3 * PAGE], 1);
	fake_held(w, d, &held);
	assert_int_equal(held.pages, 3);
	assert_int_equal(held.aliased_pages, 4);
	fake_mem_unalias(d, va);
	assert_false(fake_mem_readable(va));
	for (i = 0; i < 3; i++)
		fake_mem_free(d, page[i]);
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

static void test_readonly(void **state)
{
	uint8_t *page = fake_mem_alloc(d, 1, true);
	uint32_t frame = fake_mem_frame(d, page);
	uint8_t *va = fake_mem_alias(d, &frame, 1, false);

	(void)state;
	assert_true(fake_mem_readable(va));
	assert_false(fake_mem_writable(va));
	assert_true(fake_mem_writable(page));
}

/* What is left is told, and what must not be done is a violation. */
static void test_misuse(void **state)
{
	uint8_t *page = fake_mem_alloc(d, 1, true),
		*other = fake_mem_alloc(fake_dom_get(w, 0), 1, true);
	uint32_t frame = fake_mem_frame(d, page), foreign;
	uint8_t *va = fake_mem_alias(d, &frame, 1, true);

	(void)state;
	assert_int_equal(fake_check_clean(w, NULL), 3); /* two pages and a mapping */
	assert_int_equal(fake_mem_frame(d, other), UINT32_MAX);
	foreign = fake_mem_frame(fake_dom_get(w, 0), other);
	assert_null(fake_mem_at(d, foreign));
	assert_null(fake_mem_alias(d, &foreign, 1, true));
	assert_int_equal(fake_violations(w), 1);
	fake_mem_free(d, page);
	assert_int_equal(fake_violations(w), 2);
	fake_mem_unalias(d, va);
	assert_int_equal(fake_violations(w), 2);
	fake_mem_unalias(d, va);
	assert_int_equal(fake_violations(w), 3);
	fake_mem_free(fake_dom_get(w, 0), other);
}

/* A domain that dies takes them along. */
static void test_death(void **state)
{
	uint8_t *page = fake_mem_alloc(d, 1, true);
	uint32_t frame = fake_mem_frame(d, page);
	uint8_t *va = fake_mem_alias(d, &frame, 1, true);

	(void)state;
	fake_dom_kill(d);
	assert_false(fake_mem_readable(va));
	assert_int_equal(fake_check_clean(w, stderr), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_scattered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_readonly, setup, teardown),
		cmocka_unit_test_setup_teardown(test_misuse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_death, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
