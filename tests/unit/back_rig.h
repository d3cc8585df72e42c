/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A back session with a frontend that speaks raw messages, for the tests of the back session. */
#ifndef BACK_RIG_H
#define BACK_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "priv.h"

#define N_DBUF 4
#define N_FB 5
#define N_PEND 70

static union {
	uint32_t w[1024];
} ring_page[2] __attribute__((aligned(4096))), evt_page[2] __attribute__((aligned(4096)));

static struct displif_quota quota;
static struct displif_guest guest;
static struct displif_dbuf dbufs[N_DBUF];
static struct displif_fb fbs[N_FB];
static uint64_t pend[2][N_PEND];
static struct displif_back b[2];
/* The peer: raw ends of the two connectors. */
static struct displif_ring ring[2];
static struct displif_evt evt[2];
static uint16_t next_id;

static inline void attach(uint32_t n_pend)
{
	unsigned int i;

	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, N_DBUF, fbs, N_FB), 0);
	for (i = 0; i < 2; i++) {
		displif__ring_create(&ring[i], &ring_page[i]);
		displif__evt_create(&evt[i], &evt_page[i]);
		assert_int_equal(displif_back_attach(&b[i], &guest, i, &ring_page[i], &evt_page[i],
						     pend[i], n_pend, NULL),
				 0);
	}
	next_id = 1000;
}

static inline int rig_setup(void **state)
{
	(void)state;
	memset(&quota, 0, sizeof(quota));
	quota.pages = 100000;
	quota.requests_per_irq = 64;
	quota.be_alloc = true;
	attach(N_PEND);
	return 0;
}

/* Sends one request on a connector's ring; its id. */
static inline uint16_t send_msg(unsigned int conn, const struct displif_msg *m)
{
	union displif_wire w;

	assert_int_equal(displif_req_encode(&w, next_id, m), 0);
	displif__ring_put(&ring[conn], &w);
	displif__ring_publish(&ring[conn]);
	return next_id++;
}

static inline struct displif_msg create_msg(uint64_t cookie, uint32_t width, uint32_t height)
{
	struct displif_msg m = { 0 };

	m.op = XENDISPL_OP_DBUF_CREATE;
	m.dbuf = cookie;
	m.width = width;
	m.height = height;
	m.bpp = 32;
	m.size = width * height * 4;
	m.gref_dir = 8;
	return m;
}

static inline struct displif_msg attach_msg(uint64_t dbuf, uint64_t fb, uint32_t width,
					    uint32_t height)
{
	struct displif_msg m = { 0 };

	m.op = XENDISPL_OP_FB_ATTACH;
	m.dbuf = dbuf;
	m.fb = fb;
	m.width = width;
	m.height = height;
	m.format = DISPLIF_FOURCC('X', 'R', '2', '4');
	return m;
}

static inline struct displif_msg plain_msg(uint8_t op, uint64_t dbuf, uint64_t fb)
{
	struct displif_msg m = { 0 };

	m.op = op;
	m.dbuf = dbuf;
	m.fb = fb;
	return m;
}

/* What the session hands out next on a connector; NULL if nothing. */
static inline const struct displif_back_req *handed(unsigned int conn, uint64_t now)
{
	static struct displif_back_req req;

	displif_back_irq(&b[conn], DISPLIF_CHAN_REQ);
	return displif_back_poll(&b[conn], &req, now) ? &req : NULL;
}

/* The next answer that the frontend sees on a connector. */
static inline struct displif_rsp answered(unsigned int conn)
{
	struct displif_rsp rsp;
	union displif_wire w;

	displif_back_flush(&b[conn]);
	assert_true(displif__ring_snapshot(&ring[conn]) > 0);
	assert_int_equal(displif__ring_get(&ring[conn], &w), 1);
	displif_rsp_decode(&w, &rsp);
	return rsp;
}

/* Sends, expects it to be refused inside with @status. */
static inline void refused(unsigned int conn, struct displif_msg m, int32_t status)
{
	uint16_t id = send_msg(conn, &m);
	struct displif_rsp rsp;

	assert_null(handed(conn, 0));
	rsp = answered(conn);
	assert_int_equal(rsp.status, status);
	assert_int_equal(rsp.id, id);
	assert_int_equal(rsp.op, m.op);
}

/* Sends, expects it to be handed out, completes it. */
static inline void done(unsigned int conn, struct displif_msg m, int32_t status)
{
	uint16_t id = send_msg(conn, &m);
	const struct displif_back_req *req = handed(conn, 0);
	struct displif_rsp rsp;

	assert_non_null(req);
	assert_int_equal(req->msg.op, m.op);
	assert_int_equal(displif_back_complete(&b[conn], req->handle, status, 0), 0);
	rsp = answered(conn);
	assert_int_equal(rsp.status, status);
	assert_int_equal(rsp.id, id);
	assert_int_equal(rsp.op, m.op);
}

static inline void create_and_attach(uint64_t dbuf, uint64_t fb)
{
	done(0, create_msg(dbuf, 64, 32), 0);
	done(0, attach_msg(dbuf, fb, 64, 32), 0);
}

/* Takes the next event that the frontend sees: its cookie and id. Does not confirm it. */
static inline bool take_event(unsigned int conn, uint64_t *fb, uint16_t *id)
{
	union displif_wire w;

	assert_true(displif__evt_snapshot(&evt[conn]) >= 0);
	if (!displif__evt_get(&evt[conn], &w))
		return false;
	assert_int_equal(displif_evt_decode(&w, id, fb), 0);
	return true;
}

#endif
