/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of port_front.c: versions, what is published, and that nothing is left of what failed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "port_rig.h"

static const struct displif_front_cfg usual = { 3000, 100, 8, 4 };
static struct displif_connector_cfg connector[256];
static struct displif_cfg cfg;
static struct displif_link link_[256];
static struct displif_front front[256];

static int config(struct rig *r)
{
	assert_int_equal(displif_cfg_init(&cfg, connector, 256), 0);
	cfg.version = 9;
	memset(&r->diag, 0, sizeof(r->diag));
	return displif_port_front_config(&r->fp, RIG_FRONT, RIG_BACK, &cfg, &r->diag);
}

static int publish(struct rig *r)
{
	/* What the caller hands in may hold anything. */
	memset(link_, 0xa5, sizeof(link_));
	memset(front, 0xa5, sizeof(front));
	return displif_port_front_publish(&r->fp, RIG_FRONT, 0, &cfg, &usual, link_, front, NULL,
					  &r->diag);
}

static void test_versions(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint32_t version;
	} list[] = {
		{ "1", 0, 1 },
		{ "1,2", 0, 2 },
		{ "2,9", 0, 2 },
		{ "x,1", 0, 1 },
		{ "", DISPLIF_E_VERSION, 0 },
		{ "9", DISPLIF_E_VERSION, 0 },
		{ "two", DISPLIF_E_VERSION, 0 },
		{ "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1",
		  DISPLIF_E_RANGE, 1 },
	};
	struct rig *r = *state;
	size_t i;

	assert_int_equal(config(r), 0); /* no node */
	assert_int_equal(cfg.version, 1);
	rig_diag(r, 0, NULL);
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		rig_put(r, RIG_BACK "/versions", list[i].text);
		assert_int_equal(config(r), list[i].err);
		rig_diag(r, list[i].err, list[i].err ? "versions" : NULL);
		assert_int_equal(cfg.version, list[i].version);
		assert_int_equal(cfg.n, list[i].err ? 0 : 2);
	}
	rig_put(r, RIG_BACK "/versions", "1");
	/* versions, be-alloc, two connectors, the third that is not there */
	assert_int_equal(rig_fail_each(r, r->fe, FAKE_OP_ALL, DISPLIF_E_OS, config, NULL), 7);
}

static void check_nodes(struct rig *r, uint32_t n)
{
	char path[96];
	uint32_t i, c;

	for (i = 0; i < n; i++)
		for (c = 0; c < 2; c++) {
			snprintf(path, sizeof(path), RIG_FRONT "/%u/%s-ring-ref", i,
				 c ? "evt" : "req");
			assert_int_equal(fake_xs_num(r->be, path), link_[i].gref[c]);
			assert_true(link_[i].gref[c] >= FAKE_GREF_FIRST);
			snprintf(path, sizeof(path), RIG_FRONT "/%u/%s-event-channel", i,
				 c ? "evt" : "req");
			assert_int_equal(fake_xs_num(r->be, path), link_[i].evtchn[c]);
			assert_int_equal(fake_port_state(r->fe, link_[i].evtchn[c]),
					 FAKE_PORT_UNBOUND);
		}
}

/* Nothing of a publication that failed is in XenStore, and its sessions are dead. */
static void nothing_published(struct rig *r)
{
	struct displif_front_event ev;
	uint32_t i;

	assert_null(fake_xs_gets(r->be, RIG_FRONT "/version"));
	assert_null(fake_xs_gets(r->be, RIG_FRONT "/0/req-ring-ref"));
	assert_null(fake_xs_gets(r->be, RIG_FRONT "/1/evt-event-channel"));
	assert_int_equal(fake_toolstack_front_state(r->w, RIG_GUEST, 0), 1);
	for (i = 0; i < 2; i++) {
		struct displif_link none;

		memset(&none, 0, sizeof(none));
		assert_memory_equal(&link_[i], &none, sizeof(none));
		/* The pages are gone: touching them would be a fault. */
		displif_front_irq(&front[i], DISPLIF_CHAN_REQ);
		displif_front_irq(&front[i], DISPLIF_CHAN_EVT);
		assert_int_equal(displif_front_poll(&front[i], &ev), 0);
		displif_front_flush(&front[i]);
	}
}

static void test_publish(void **state)
{
	struct rig *r = *state;
	const uint32_t *ring, *evt;
	uint32_t n;

	assert_int_equal(config(r), 0);
	cfg.version = 2;
	/* 2 connectors: 4 pages, 4 channels; begin, look, 8 nodes, version, end */
	n = rig_fail_each(r, r->fe, FAKE_OP_USUAL, DISPLIF_E_OS, publish, nothing_published);
	assert_int_equal(n, 4 + 4 + 1 + 1 + 8 + 1 + 1);
	check_nodes(r, 2);
	assert_string_equal(fake_xs_gets(r->be, RIG_FRONT "/version"), "2");
	assert_int_equal(fake_toolstack_front_state(r->w, RIG_GUEST, 0), 1);
	ring = link_[1].page[DISPLIF_CHAN_REQ];
	evt = link_[1].page[DISPLIF_CHAN_EVT];
	assert_int_equal(ring[0], 0);
	assert_int_equal(ring[1], 1);
	assert_int_equal(ring[2], 0);
	assert_int_equal(ring[3], 1);
	assert_int_equal(evt[0], 0);
	assert_int_equal(evt[1], 0);
	assert_null(link_[0].map[0]);
	/* Only connector 0 creates buffers, so only there slots are kept for the rest. */
	assert_int_equal(displif_front_space(&front[0]), DISPLIF_RING_LEN - usual.reserve);
	assert_int_equal(displif_front_space(&front[1]), DISPLIF_RING_LEN);
	displif_front_kill(&front[0], DISPLIF_E_GONE);
	displif_front_kill(&front[1], DISPLIF_E_GONE);
	displif_port_front_close(&r->fp, link_, 2);
	assert_null(link_[1].page[0]);
	displif_port_front_close(&r->fp, link_, 2);
}

static void test_conflicts(void **state)
{
	struct rig *r = *state;

	assert_int_equal(config(r), 0);
	rig_mark(r);
	fake_xs_conflict(r->w, DISPLIF_PORT_TX_TRIES);
	assert_int_equal(publish(r), DISPLIF_E_AGAIN);
	rig_diag(r, DISPLIF_E_AGAIN, "version");
	rig_check(r);
	nothing_published(r);
	rig_mark(r);
	fake_xs_conflict(r->w, DISPLIF_PORT_TX_TRIES - 1);
	assert_int_equal(publish(r), 0);
	rig_diag(r, 0, NULL);
	check_nodes(r, 2);
	assert_string_equal(fake_xs_gets(r->be, RIG_FRONT "/version"), "1");
	displif_port_front_close(&r->fp, link_, 2);
	rig_check(r);
}

static void test_refused(void **state)
{
	struct rig *r = *state;
	struct displif_front_cfg bad = usual;

	assert_int_equal(config(r), 0);
	rig_mark(r);
	bad.timeout_ms = 0;
	assert_int_equal(displif_port_front_publish(&r->fp, RIG_FRONT, 0, &cfg, &bad, link_, front,
						    NULL, &r->diag),
			 DISPLIF_E_INVAL);
	rig_diag(r, DISPLIF_E_INVAL, "cfg");
	assert_int_equal(r->diag.connector, 0);
	rig_check(r);
	cfg.n = 0;
	assert_int_equal(publish(r), DISPLIF_E_INVAL);
	cfg.n = 257;
	assert_int_equal(publish(r), DISPLIF_E_INVAL);
	rig_diag(r, DISPLIF_E_INVAL, "connectors");
	cfg.n = 2;
	/* A quota that ends in the midst of it: the diagnosis names the connector. */
	fake_fault(r->fe, FAKE_OP_CHAN_OPEN, 4, DISPLIF_E_FULL, false);
	assert_int_equal(publish(r), DISPLIF_E_FULL);
	rig_diag(r, DISPLIF_E_FULL, "evt-event-channel");
	assert_int_equal(r->diag.connector, 1);
	assert_int_equal(r->diag.op, DISPLIF_OP_CHAN);
	fake_fault(r->fe, 0, 0, 0, false);
	nothing_published(r);
	/* Each page by its name; AGAIN means something in a transaction only. */
	fake_fault(r->fe, FAKE_OP_SHARE, 3, DISPLIF_E_AGAIN, false);
	assert_int_equal(publish(r), DISPLIF_E_AGAIN);
	rig_diag(r, DISPLIF_E_AGAIN, XENDISPL_FIELD_REQ_RING_REF);
	assert_int_equal(r->diag.connector, 1);
	assert_int_equal(r->diag.op, DISPLIF_OP_SHARE);
	fake_fault(r->fe, FAKE_OP_SHARE, 4, DISPLIF_E_OS, false);
	assert_int_equal(publish(r), DISPLIF_E_OS);
	rig_diag(r, DISPLIF_E_OS, "evt-ring-ref");
	fake_fault(r->fe, 0, 0, 0, false);
	/* The toolstack removed the device while we shared its rings. */
	fake_toolstack_remove(r->w, 0, RIG_GUEST, 0);
	assert_int_equal(publish(r), DISPLIF_E_ABSENT);
	rig_diag(r, DISPLIF_E_ABSENT, "state");
	assert_null(fake_xs_gets(r->be, RIG_FRONT));
	rig_check(r);
}

/* As many connectors as a guest's quotas allow. */
static void test_many(void **state)
{
	struct rig *r = *state;
	char path[96];
	uint32_t i;

	for (i = 2; i < 150; i++) {
		snprintf(path, sizeof(path), RIG_FRONT "/%u/resolution", i);
		rig_put(r, path, "640x480");
	}
	assert_int_equal(config(r), 0);
	assert_int_equal(cfg.n, 150);
	rig_mark(r);
	assert_int_equal(publish(r), 0);
	check_nodes(r, 150);
	displif_port_front_close(&r->fp, link_, 150);
	rig_check(r);
	/* More do not fit, and nothing stays behind. */
	for (i = 150; i < 256; i++) {
		snprintf(path, sizeof(path), RIG_FRONT "/%u/resolution", i);
		rig_put(r, path, "640x480");
	}
	assert_int_equal(config(r), 0);
	assert_int_equal(cfg.n, 256);
	rig_mark(r);
	assert_int_not_equal(publish(r), 0);
	assert_non_null(r->diag.node);
	rig_check(r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_versions), TEST(test_publish), TEST(test_conflicts),
		TEST(test_refused),  TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
