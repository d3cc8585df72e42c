/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A front session with a backend that speaks raw messages and may lie, for the tests of the front session. */
#ifndef FRONT_RIG_H
#define FRONT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "priv.h"

static union {
	uint32_t w[1024];
} ring_page __attribute__((aligned(4096))), evt_page __attribute__((aligned(4096)));

static const struct displif_front_cfg usual = { 3000, 100, 8, 0 };
static struct displif_front f;
/* The peer: raw ends, and the id that its next event bears. */
static struct displif_ring ring;
static struct displif_evt evt;
static uint16_t evt_id;

static inline void start(const struct displif_front_cfg *cfg)
{
	assert_int_equal(displif_front_init(&f, cfg, &ring_page, &evt_page), 0);
	assert_int_equal(displif__ring_attach(&ring, &ring_page, NULL), 0);
	assert_int_equal(displif__evt_attach(&evt, &evt_page, NULL), 0);
	evt_id = 0;
}

static inline int setup(void **state)
{
	(void)state;
	start(&usual);
	return 0;
}

static inline int submit(uint8_t op, uint64_t fb, uint64_t token, uint64_t now)
{
	struct displif_msg m = { 0 };

	m.op = op;
	m.dbuf = 1;
	m.fb = fb;
	m.size = 32768;
	m.gref_dir = 8;
	return displif_front_submit(&f, &m, token, now);
}

/* Takes the next request as the backend sees it; its id. */
static inline uint16_t taken(uint8_t op)
{
	union displif_wire w;

	assert_true(displif__ring_snapshot(&ring) > 0);
	assert_int_equal(displif__ring_get(&ring, &w), 1);
	assert_int_equal(w.req.operation, op);
	return w.req.id;
}

static inline bool answer(uint16_t id, uint8_t op, int32_t status, uint32_t edid_sz)
{
	struct displif_rsp rsp = { status, edid_sz, id, op };
	union displif_wire w;

	displif_rsp_encode(&w, &rsp);
	displif__ring_put(&ring, &w);
	return displif__ring_publish(&ring);
}

static inline void event(uint64_t fb)
{
	union displif_wire w;

	displif_evt_encode(&w, evt_id, fb);
	evt_id++;
	assert_int_equal(displif__evt_put(&evt, &w), 1);
	assert_true(displif__evt_publish(&evt));
}

static inline void irq_both(void)
{
	displif_front_irq(&f, DISPLIF_CHAN_REQ);
	displif_front_irq(&f, DISPLIF_CHAN_EVT);
}

static inline void expect(enum displif_ev type, uint64_t token, int32_t status)
{
	struct displif_front_event ev;

	assert_int_equal(displif_front_poll(&f, &ev), 1);
	assert_int_equal(ev.type, type);
	assert_int_equal(ev.token, token);
	assert_int_equal(ev.status, status);
}

static inline void expect_none(void)
{
	struct displif_front_event ev;

	assert_int_equal(displif_front_poll(&f, &ev), 0);
	assert_int_equal(ev.type, DISPLIF_EV_NONE);
	assert_int_equal(ev.token, 0);
}

#endif
