/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of port_xs.c: states, transactions, directories that go away, hostile configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "port_rig.h"

static void test_write_state(void **state)
{
	struct rig *r = *state;
	uint32_t i;

	for (i = 1; i < 9; i++) {
		assert_int_equal(displif_port_write_state(&r->bp, RIG_BACK, i, &r->diag), 0);
		assert_int_equal(fake_toolstack_back_state(r->w, 0, RIG_GUEST, 0), i);
	}
	/* A frontend's directory is relative in its own domain. */
	assert_int_equal(displif_port_write_state(&r->fp, "device/vdispl/0", 3, NULL), 0);
	assert_int_equal(fake_toolstack_front_state(r->w, RIG_GUEST, 0), 3);
	/* What stands there does not matter, as long as something does. */
	rig_put(r, RIG_BACK "/state", "");
	assert_int_equal(displif_port_write_state(&r->bp, RIG_BACK, 2, &r->diag), 0);
	rig_put(r, RIG_BACK "/state",
		"0123456789012345678901234567890123456789012345678901234567890123456789");
	assert_int_equal(displif_port_write_state(&r->bp, RIG_BACK, 2, &r->diag), 0);
	assert_int_equal(fake_toolstack_back_state(r->w, 0, RIG_GUEST, 0), 2);
	rig_diag(r, 0, NULL);
}

/* A directory that the toolstack removed stays removed, also if that happens within the transaction. */
static void test_no_ghost(void **state)
{
	struct rig *r = *state;

	fake_toolstack_remove(r->w, 0, RIG_GUEST, 0);
	assert_int_equal(displif_port_write_state(&r->bp, RIG_BACK, 6, &r->diag), DISPLIF_E_ABSENT);
	rig_diag(r, DISPLIF_E_ABSENT, "state");
	assert_int_equal(r->diag.op, DISPLIF_OP_XS_READ);
	assert_int_equal(displif_port_back_publish(&r->bp, RIG_BACK, NULL), DISPLIF_E_ABSENT);
	assert_null(fake_xs_gets(r->be, RIG_BACK));
	assert_null(fake_xs_gets(r->be, RIG_BACK "/versions"));
}

static int write_six(struct rig *r)
{
	return displif_port_write_state(&r->bp, RIG_BACK, 6, &r->diag);
}

static void still_one(struct rig *r)
{
	assert_int_equal(fake_toolstack_back_state(r->w, 0, RIG_GUEST, 0), 1);
}

static void test_transactions(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_fail_each(r, r->be, FAKE_OP_USUAL, DISPLIF_E_OS, write_six, still_one),
			 4);
	assert_int_equal(fake_toolstack_back_state(r->w, 0, RIG_GUEST, 0), 6);
	rig_put(r, RIG_BACK "/state", "1");
	rig_mark(r);
	fake_xs_conflict(r->w, DISPLIF_PORT_TX_TRIES);
	assert_int_equal(write_six(r), DISPLIF_E_AGAIN);
	rig_diag(r, DISPLIF_E_AGAIN, "state");
	assert_int_equal(r->diag.op, DISPLIF_OP_XS_TX);
	still_one(r);
	rig_mark(r);
	fake_xs_conflict(r->w, DISPLIF_PORT_TX_TRIES - 1);
	assert_int_equal(write_six(r), 0);
	rig_diag(r, 0, NULL);
	rig_check(r);
	/* A conflict may also be told at the beginning or within. */
	fake_fault(r->be, FAKE_OP_XS_BEGIN, 1, DISPLIF_E_AGAIN, false);
	assert_int_equal(write_six(r), 0);
	fake_fault(r->be, FAKE_OP_XS_READ, 1, DISPLIF_E_AGAIN, false);
	assert_int_equal(write_six(r), 0);
	fake_fault(r->be, FAKE_OP_XS_WRITE, 1, DISPLIF_E_AGAIN, false);
	assert_int_equal(write_six(r), 0);
	rig_diag(r, 0, NULL);
	fake_fault(r->be, FAKE_OP_XS_WRITE, 1, DISPLIF_E_AGAIN, true);
	assert_int_equal(write_six(r), DISPLIF_E_AGAIN);
	assert_int_equal(fake_fault_fired(r->be), DISPLIF_PORT_TX_TRIES);
	rig_diag(r, DISPLIF_E_AGAIN, "state");
	fake_fault(r->be, 0, 0, 0, false);
	rig_check(r);
}

static void test_read_state(void **state)
{
	static const char *const nonsense[] = { "",   "9",   "-1",	   "1 ",
						" 1", "0x1", "4294967297", "one" };
	static char longest[2001];
	struct rig *r = *state;
	uint8_t peer = 99;
	char text[2] = "0";
	size_t i;

	for (i = 0; i < 9; i++) {
		text[0] = (char)('0' + i);
		rig_put(r, RIG_FRONT "/state", text);
		assert_int_equal(displif_port_read_state(&r->bp, RIG_FRONT, &peer, &r->diag), 0);
		assert_int_equal(peer, i);
	}
	memset(longest, '4', 2000);
	for (i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]) + 1; i++) {
		peer = 99;
		rig_put(r, RIG_FRONT "/state",
			i < sizeof(nonsense) / sizeof(nonsense[0]) ? nonsense[i] : longest);
		assert_int_equal(displif_port_read_state(&r->bp, RIG_FRONT, &peer, &r->diag), 0);
		assert_int_equal(peer, DISPLIF_XB_UNKNOWN);
	}
	rig_diag(r, 0, NULL);
	fake_fault(r->be, FAKE_OP_XS_READ, 1, DISPLIF_E_OS, true);
	peer = 99;
	assert_int_equal(displif_port_read_state(&r->bp, RIG_FRONT, &peer, &r->diag), DISPLIF_E_OS);
	assert_int_equal(peer, DISPLIF_XB_UNKNOWN);
	rig_diag(r, DISPLIF_E_OS, "state");
	/* Without a transaction there is nothing to repeat. */
	fake_fault(r->be, FAKE_OP_XS_READ, 1, DISPLIF_E_AGAIN, true);
	assert_int_equal(displif_port_read_state(&r->bp, RIG_FRONT, &peer, &r->diag), DISPLIF_E_OS);
	fake_fault(r->be, 0, 0, 0, false);
	fake_toolstack_remove(r->w, 0, RIG_GUEST, 0);
	peer = 99;
	assert_int_equal(displif_port_read_state(&r->bp, RIG_FRONT, &peer, &r->diag),
			 DISPLIF_E_ABSENT);
	assert_int_equal(peer, DISPLIF_XB_UNKNOWN);
	rig_diag(r, DISPLIF_E_ABSENT, "state");
}

static struct displif_connector_cfg connector[256];
static struct displif_cfg cfg;

static int config(struct rig *r, uint32_t cap)
{
	assert_int_equal(displif_cfg_init(&cfg, connector, cap), 0);
	memset(&r->diag, 0, sizeof(r->diag));
	return displif_port_back_config(&r->bp, RIG_FRONT, &cfg, &r->diag);
}

static int config_16(struct rig *r)
{
	return config(r, 16);
}

static void test_config(void **state)
{
	struct rig *r = *state;
	char path[96];
	uint32_t i;

	assert_int_equal(config(r, 16), 0);
	assert_int_equal(cfg.n, 2);
	assert_false(cfg.be_alloc);
	assert_int_equal(connector[0].width, 1920);
	assert_int_equal(connector[0].height, 1080);
	assert_string_equal(connector[0].unique_id, "left");
	assert_int_equal(connector[1].width, 800);
	assert_string_equal(connector[1].unique_id, "right");
	rig_diag(r, 0, NULL);
	/* be-alloc, 2 x resolution and unique-id, resolution that is not there */
	assert_int_equal(rig_fail_each(r, r->be, FAKE_OP_ALL, DISPLIF_E_OS, config_16, NULL), 6);
	/* A missing index ends the list. */
	rig_put(r, RIG_FRONT "/3/resolution", "640x480");
	assert_int_equal(config(r, 16), 0);
	assert_int_equal(cfg.n, 2);
	assert_int_equal(fake_xs_rm(r->be, 0, RIG_FRONT "/0/unique-id"), 0);
	assert_int_equal(config(r, 2), 0);
	assert_string_equal(connector[0].unique_id, "");
	for (i = 0; i < 257; i++) {
		snprintf(path, sizeof(path), RIG_FRONT "/%u/resolution", i);
		rig_put(r, path, "640x480");
		if (i == 255) {
			assert_int_equal(config(r, 256), 0);
			assert_int_equal(cfg.n, 256);
		}
	}
	assert_int_equal(config(r, 256), DISPLIF_E_NOSPC);
	assert_int_equal(r->diag.limit, 256);
	assert_int_equal(config(r, 16), DISPLIF_E_NOSPC);
	assert_int_equal(r->diag.limit, 16);
	assert_int_equal(r->diag.connector, 16);
	assert_int_equal(fake_xs_rm(r->be, 0, RIG_FRONT "/0/resolution"), 0);
	assert_int_equal(config(r, 16), DISPLIF_E_RANGE);
	rig_diag(r, DISPLIF_E_RANGE, "0/resolution");
}

/* What the guest may write in the place of what the toolstack wrote. */
static void test_hostile_config(void **state)
{
	static const char *const size[] = {
		"",
		"1920",
		"0x0",
		"0x1080",
		"1920x",
		"x1080",
		"-1x5",
		"99999x1",
		" 1x1",
		"1x1 ",
		"1X1",
		"1x1x1",
		"4294967297x1",
		"1x18446744073709551617",
		"11111111111111111111111111111111x1111111111111111111111111111111",
		"11111111111111111111111111111111x11111111111111111111111111111111x",
	};
	static char longest[2001];
	struct rig *r = *state;
	size_t i;

	for (i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		rig_put(r, RIG_FRONT "/1/resolution", size[i]);
		assert_int_equal(config(r, 16), DISPLIF_E_RANGE);
		rig_diag(r, DISPLIF_E_RANGE, "resolution");
		assert_int_equal(r->diag.connector, 1);
		assert_int_equal(r->diag.op, DISPLIF_OP_XS_READ);
	}
	assert_int_equal(fake_xs_write(r->be, 0, RIG_FRONT "/1/resolution", "8x8\0x", 5), 0);
	assert_int_equal(config(r, 16), DISPLIF_E_RANGE);
	memset(longest, '1', 2000);
	rig_put(r, RIG_FRONT "/1/resolution", longest);
	assert_int_equal(config(r, 16), DISPLIF_E_RANGE);
	assert_int_equal(r->diag.limit, DISPLIF_XS_TEXT);
	rig_put(r, RIG_FRONT "/1/resolution", "32767x1");
	rig_put(r, RIG_FRONT "/1/unique-id", longest);
	assert_int_equal(config(r, 16), DISPLIF_E_RANGE);
	rig_diag(r, DISPLIF_E_RANGE, "unique-id");
	rig_put(r, RIG_FRONT "/1/unique-id", "a\nb");
	assert_int_equal(config(r, 16), DISPLIF_E_RANGE);
	rig_diag(r, DISPLIF_E_RANGE, "unique-id");
	rig_put(r, RIG_FRONT "/1/unique-id", "");
	assert_int_equal(config(r, 16), 0);
	/* Only "1" is true, and nothing here is an error. */
	rig_put(r, RIG_FRONT "/be-alloc", "1");
	assert_int_equal(config(r, 16), 0);
	assert_true(cfg.be_alloc);
	rig_put(r, RIG_FRONT "/be-alloc", longest);
	assert_int_equal(config(r, 16), 0);
	assert_false(cfg.be_alloc);
	rig_put(r, RIG_FRONT "/be-alloc", "11");
	assert_int_equal(config(r, 16), 0);
	assert_false(cfg.be_alloc);
	assert_int_equal(fake_xs_rm(r->be, 0, RIG_FRONT "/be-alloc"), 0);
	assert_int_equal(config(r, 16), 0);
	assert_false(cfg.be_alloc);
	rig_diag(r, 0, NULL);
}

static int publish_versions(struct rig *r)
{
	return displif_port_back_publish(&r->bp, RIG_BACK, &r->diag);
}

static void no_versions(struct rig *r)
{
	assert_null(fake_xs_gets(r->be, RIG_BACK "/versions"));
}

static void test_versions(void **state)
{
	struct rig *r = *state;

	assert_int_equal(
		rig_fail_each(r, r->be, FAKE_OP_ALL, DISPLIF_E_OS, publish_versions, no_versions),
		4);
	assert_string_equal(fake_xs_gets(r->be, RIG_BACK "/versions"), "1,2");
	still_one(r);
}

/* A directory too deep for a path is the caller's fault; nothing shorter is written in its place. */
static void test_long_path(void **state)
{
	struct rig *r = *state;
	char dir[200];
	uint8_t peer;

	memset(dir, 'd', sizeof(dir));
	dir[122] = '\0'; /* "/state" and the terminator do not fit by one */
	assert_int_equal(displif_port_read_state(&r->bp, dir, &peer, &r->diag), DISPLIF_E_INVAL);
	rig_diag(r, DISPLIF_E_INVAL, "state");
	dir[121] = '\0';
	assert_int_equal(displif_port_read_state(&r->bp, dir, &peer, &r->diag), DISPLIF_E_ABSENT);
	memset(dir, 'd', sizeof(dir));
	dir[199] = '\0';
	assert_int_equal(displif_port_write_state(&r->bp, dir, 1, &r->diag), DISPLIF_E_INVAL);
}

/* A glue that says more than it was given room for: its text is not believed. */
static int long_read(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap,
		     uint32_t *len)
{
	(void)ctx;
	(void)tx;
	(void)path;
	memset(buf, '1', cap);
	*len = cap + 1u;
	return 0;
}

static void test_a_glue_that_overruns(void **state)
{
	struct rig *r = *state;
	uint8_t peer = 99;

	fake_dom_ops(r->be)->xs_read = long_read;
	assert_int_equal(config(r, 16), DISPLIF_E_RANGE);
	rig_diag(r, DISPLIF_E_RANGE, "resolution");
	assert_int_equal(r->diag.limit, DISPLIF_XS_TEXT);
	assert_false(cfg.be_alloc);
	assert_int_equal(displif_port_read_state(&r->bp, RIG_FRONT, &peer, NULL), 0);
	assert_int_equal(peer, DISPLIF_XB_UNKNOWN);
}

/* 64 bytes are what a node may hold; one more is refused. */
static void test_longest_text(void **state)
{
	struct rig *r = *state;
	char versions[66];

	memset(versions, ',', sizeof(versions));
	versions[0] = '2';
	versions[64] = 0;
	rig_put(r, RIG_BACK "/versions", versions);
	assert_int_equal(displif_cfg_init(&cfg, connector, 16), 0);
	assert_int_equal(displif_port_front_config(&r->fp, RIG_FRONT, RIG_BACK, &cfg, &r->diag), 0);
	assert_int_equal(cfg.version, 2);
	versions[64] = ',';
	versions[65] = 0;
	rig_put(r, RIG_BACK "/versions", versions);
	assert_int_equal(displif_cfg_init(&cfg, connector, 16), 0);
	assert_int_equal(displif_port_front_config(&r->fp, RIG_FRONT, RIG_BACK, &cfg, &r->diag),
			 DISPLIF_E_RANGE);
	rig_diag(r, DISPLIF_E_RANGE, "versions");
}

/* The diagnosis says which step of a transaction failed. */
static void test_steps(void **state)
{
	static const struct {
		uint32_t mask, op;
	} c[] = {
		{ FAKE_OP_XS_BEGIN, DISPLIF_OP_XS_TX },
		{ FAKE_OP_XS_READ, DISPLIF_OP_XS_READ },
		{ FAKE_OP_XS_WRITE, DISPLIF_OP_XS_WRITE },
		{ FAKE_OP_XS_END, DISPLIF_OP_XS_TX },
	};
	struct rig *r = *state;
	size_t i;

	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		fake_fault(r->be, c[i].mask, 1, DISPLIF_E_OS, false);
		assert_int_equal(displif_port_write_state(&r->bp, RIG_BACK, 2, &r->diag),
				 DISPLIF_E_OS);
		fake_fault(r->be, 0, 0, 0, false);
		assert_int_equal(r->diag.op, c[i].op);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_write_state),	 TEST(test_no_ghost),  TEST(test_transactions),
		TEST(test_read_state),	 TEST(test_config),    TEST(test_hostile_config),
		TEST(test_versions),	 TEST(test_long_path), TEST(test_a_glue_that_overruns),
		TEST(test_longest_text), TEST(test_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
