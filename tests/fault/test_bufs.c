/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Each call fails once while a buffer is shared, mapped, allocated or written to: nothing of it is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fault.h"

/* Two directory pages. */
#define PAGES 1030u

static enum displif_share_kind kind;
static bool with_copy, all_calls_matter;

static void make(struct rig *r)
{
	struct rig_opts opts = { .be_alloc = true };

	rig_make(r, &opts);
	if (!with_copy) {
		fake_dom_ops(r->be)->copy = NULL;
		fake_dom_ops(r->fe)->copy = NULL;
	}
	assert_true(rig_connected(r));
}

static bool create(const struct fault *fault)
{
	struct fake_held before, after;
	struct rig r;
	bool fired;
	int buf;

	make(&r);
	fake_held(r.w, NULL, &before);
	fault_arm(&r, fault);
	buf = end_front_buf(r.f, kind, 1024, PAGES);
	fired = fault_disarm(&r, fault);
	if (all_calls_matter)
		assert_int_equal(buf < 0, fired);
	if (buf < 0) {
		assert_int_not_equal(r.f->last_err, 0);
		fake_held(r.w, NULL, &after);
		assert_memory_equal(&before, &after, sizeof(before));
	}
	assert_true(rig_is_connected(&r)); /* one buffer less, no connection lost */
	fault_recover(&r, false);
	rig_down(&r);
	return fired;
}

static void test_create(void **state)
{
	static const enum displif_share_kind kinds[] = { DISPLIF_SHARE_OWN, DISPLIF_SHARE_EXISTING,
							 DISPLIF_SHARE_BACKEND };
	static const uint32_t front_calls[] = { 2, 2, 2 };
	uint32_t i;

	(void)state;
	all_calls_matter = true;
	for (i = 0; i < 6; i++) {
		kind = kinds[i % 3];
		with_copy = i < 3;
		fault_both(FAULT_FRONT, create, front_calls[i % 3]);
		fault_both(FAULT_BACK, create, 3);
	}
}

static bool edid(const struct fault *fault)
{
	static uint8_t sent[33 * DISPLIF_EDID_BLOCK], got[33 * DISPLIF_EDID_BLOCK];
	struct fake_held before, after;
	struct rig r;
	bool fired;
	int size;

	make(&r);
	memset(sent, 0x37, sizeof(sent));
	r.b->edid = sent;
	r.b->edid_size = sizeof(sent);
	fake_held(r.w, NULL, &before);
	fault_arm(&r, fault);
	size = end_front_edid(r.f, 0, got, sizeof(got));
	fired = fault_disarm(&r, fault);
	if (fired) {
		assert_true(size <= 1);
	} else {
		assert_int_equal(size, sizeof(sent));
		assert_memory_equal(sent, got, sizeof(got));
	}
	fake_held(r.w, NULL, &after);
	assert_memory_equal(&before, &after, sizeof(before));
	fault_recover(&r, false);
	rig_down(&r);
	return fired;
}

static void test_edid(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		with_copy = i;
		fault_both(FAULT_FRONT, edid, 2);
		fault_both(FAULT_BACK, edid, 2);
	}
}

/* A mapping that cannot be undone is the OS's to keep; all else goes on, and ends. */
static bool unmap(const struct fault *fault)
{
	struct fake_held held;
	struct rig r;
	bool fired;
	int buf;

	make(&r);
	fault_arm(&r, fault);
	buf = end_front_buf(r.f, kind, 1024, PAGES);
	if (buf >= 0)
		end_front_buf_free(r.f, buf);
	end_back_feed(r.b, DISPLIF_BIN_BROKEN, 0);
	fired = fault_disarm(&r, fault);
	fault_recover(&r, false);
	assert_int_equal(fake_toolstack_detach(r.w, 0, RIG_FRONT, 0), 0);
	fake_advance(r.w, 2000);
	fake_toolstack_remove(r.w, 0, RIG_FRONT, 0);
	fake_advance(r.w, 2000);
	assert_true(r.f->final);
	assert_true(r.b->final);
	fake_held(r.w, NULL, &held);
	assert_int_equal(held.mappings, fired);
	assert_int_equal(held.chans, 0);
	assert_int_equal(held.pages, 0);
	assert_int_equal(fake_violations(r.w), 0);
	rig_free(&r);
	return fired;
}

static void test_unmap(void **state)
{
	struct fault fault = { .end = FAULT_BACK, .mask = FAKE_OP_UNMAP };
	uint32_t i;

	(void)state;
	kind = DISPLIF_SHARE_OWN;
	for (i = 0; i < 2; i++) {
		with_copy = i;
		fault_loop(fault, unmap, 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_edid),
		cmocka_unit_test(test_unmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
