/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Back session: order of its calls, answers, flip events, back-pressure, frontends that lie. */
#include "back_rig.h"

static void attach_wants_sane_arguments(void **state)
{
	struct displif_diag diag;

	(void)state;
	assert_int_equal(displif_back_attach(&b[0], &guest, 256, &ring_page[0], &evt_page[0],
					     pend[0], 8, NULL),
			 DISPLIF_E_INVAL);
	assert_int_equal(displif_back_attach(&b[0], &guest, 0, &ring_page[0], &evt_page[0], pend[0],
					     0, NULL),
			 DISPLIF_E_INVAL);
	assert_int_equal(displif_back_attach(&b[0], &guest, 0, &ring_page[0], &evt_page[0], pend[0],
					     257, NULL),
			 DISPLIF_E_INVAL);
	ring_page[0].w[0] = 3;
	assert_int_equal(displif_back_attach(&b[0], &guest, 7, &ring_page[0], &evt_page[0], pend[0],
					     8, &diag),
			 DISPLIF_E_PROTO);
	assert_int_equal(diag.connector, 7);
	assert_string_equal(diag.node, "req_prod");
	ring_page[0].w[0] = 0;
	evt_page[0].w[1] = 3;
	assert_int_equal(displif_back_attach(&b[0], &guest, 7, &ring_page[0], &evt_page[0], pend[0],
					     8, &diag),
			 DISPLIF_E_PROTO);
	assert_string_equal(diag.node, "in_prod");
	/* A session that never attached is dead, not undefined. */
	assert_null(handed(0, 0));
	assert_int_equal(displif_back_flip_done(&b[0], 1), DISPLIF_E_STATE);
}

static void a_picture(void **state)
{
	struct displif_msg m = create_msg(11, 640, 480);
	const struct displif_back_req *req;
	struct displif_rsp rsp;
	uint64_t fb;
	uint16_t id;

	(void)state;
	id = send_msg(0, &m);
	req = handed(0, 5);
	assert_non_null(req);
	assert_int_equal(req->msg.op, XENDISPL_OP_DBUF_CREATE);
	assert_int_equal(req->msg.gref_dir, 8);
	assert_ptr_equal(req->dbuf, &dbufs[0]);
	assert_null(req->fb);
	assert_int_equal(req->dbuf->pages, 300);
	assert_null(req->dbuf->user);
	assert_int_equal(displif_back_complete(&b[0], req->handle, 0, 0), 0);
	/* A handle is good once. */
	assert_int_equal(displif_back_complete(&b[0], req->handle, 0, 0), DISPLIF_E_INVAL);
	assert_int_equal(displif_back_flush(&b[0]), DISPLIF_DO_NOTIFY_REQ);
	rsp = answered(0);
	assert_int_equal(rsp.id, id);
	assert_int_equal(rsp.status, 0);

	m = attach_msg(11, 21, 640, 480);
	send_msg(0, &m);
	req = handed(0, 5);
	assert_non_null(req);
	assert_ptr_equal(req->fb, &fbs[0]);
	assert_ptr_equal(req->dbuf, &dbufs[0]);
	assert_int_equal(req->fb->stride, 2560);
	displif_back_complete(&b[0], req->handle, 0, 0);
	answered(0);

	m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 21);
	m.width = 640;
	m.height = 480;
	m.bpp = 32;
	send_msg(1, &m);
	req = handed(1, 5);
	assert_non_null(req);
	assert_ptr_equal(req->fb, &fbs[0]);
	displif_back_complete(&b[1], req->handle, 0, 0);
	answered(1);

	m = plain_msg(XENDISPL_OP_PG_FLIP, 0, 21);
	send_msg(1, &m);
	req = handed(1, 5);
	assert_non_null(req);
	assert_int_equal(displif_back_complete(&b[1], req->handle, 0, 0), 0);
	assert_int_equal(displif_back_flip_done(&b[1], 21), 0);
	assert_int_equal(displif_back_flip_done(&b[1], 21), DISPLIF_E_STATE);
	assert_int_equal(displif_back_flush(&b[1]) & DISPLIF_DO_NOTIFY_EVT, DISPLIF_DO_NOTIFY_EVT);
	assert_true(take_event(1, &fb, &id));
	assert_int_equal(fb, 21);
	assert_int_equal(id, 0);
	assert_false(take_event(0, &fb, &id));

	m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 0);
	send_msg(1, &m);
	req = handed(1, 5);
	assert_non_null(req);
	assert_null(req->fb);
	assert_int_equal(guest.stats.refused, 0);
	assert_int_equal(guest.stats.flips, 1);
	assert_int_equal(guest.stats.events, 1);
}

/* Every response is one full slot, zero-filled, with id and operation, whatever lay in it. */
static void responses_are_whole(void **state)
{
	struct displif_msg m = create_msg(11, 640, 480);
	uint8_t want[64] = { 0 };
	uint16_t id;

	(void)state;
	id = send_msg(0, &m);
	memset(&ring_page[0].w[16 + 11], 0xff, 20);
	assert_non_null(handed(0, 0));
	displif_back_complete(&b[0], b[0].slot[0].handle, -DISPLIF_XEN_ENOMEM, 77);
	displif_back_flush(&b[0]);
	memcpy(want, &id, 2);
	want[2] = XENDISPL_OP_DBUF_CREATE;
	want[4] = 0xf4;
	want[5] = want[6] = want[7] = 0xff;
	assert_memory_equal(&ring_page[0].w[16], want, 64);
}

static void unknown_operations(void **state)
{
	union displif_wire w;
	unsigned int op;

	(void)state;
	for (op = 0; op < 256; op++) {
		struct displif_rsp rsp;

		if (op >= 0x10 && op <= 0x16)
			continue;
		memset(&w, 0xff, sizeof(w));
		w.req.id = (uint16_t)op;
		w.req.operation = (uint8_t)op;
		displif__ring_put(&ring[1], &w);
		displif__ring_publish(&ring[1]);
		assert_null(handed(1, 0));
		rsp = answered(1);
		assert_int_equal(rsp.status, -DISPLIF_XEN_EOPNOTSUPP);
		assert_int_equal(rsp.op, op);
		assert_int_equal(rsp.id, op);
	}
}

static void completion_in_any_order(void **state)
{
	uint32_t handle[32];
	uint16_t id[32];
	unsigned int i, k;

	(void)state;
	for (i = 0; i < 32; i++) {
		struct displif_msg m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 0);

		id[i] = send_msg(0, &m);
	}
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	for (i = 0; i < 32; i++) {
		struct displif_back_req req;

		assert_int_equal(displif_back_poll(&b[0], &req, 0), 1);
		handle[i] = req.handle;
	}
	for (i = 0, k = 3; i < 32; i++, k = (k + 13) % 32) {
		struct displif_rsp rsp;

		assert_int_equal(displif_back_complete(&b[0], handle[k], -(int32_t)k, 0), 0);
		rsp = answered(0);
		assert_int_equal(rsp.id, id[k]);
		assert_int_equal(rsp.status, -(int32_t)k);
	}
}

static void completion_arguments(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_GET_EDID, 0, 0);
	const struct displif_back_req *req;

	(void)state;
	m.size = 32768;
	m.gref_dir = 9;
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	assert_int_equal(displif_back_complete(&b[0], req->handle, 1, 0), DISPLIF_E_INVAL);
	assert_int_equal(displif_back_complete(&b[0], req->handle, INT32_MAX, 0), DISPLIF_E_INVAL);
	assert_int_equal(displif_back_complete(&b[0], req->handle, INT32_MIN, 0), DISPLIF_E_INVAL);
	assert_int_equal(displif_back_complete(&b[0], req->handle, -4096, 0), DISPLIF_E_INVAL);
	assert_int_equal(displif_back_complete(&b[0], req->handle ^ 32, 0, 128), DISPLIF_E_INVAL);
	assert_int_equal(displif_back_complete(&b[0], req->handle ^ 1, 0, 128), DISPLIF_E_INVAL);
	assert_int_equal(displif_back_complete(&b[0], req->handle, 0, 32769), DISPLIF_E_INVAL);
	assert_int_equal(displif_back_complete(&b[0], req->handle, 0, 0), DISPLIF_E_INVAL);
	assert_int_equal(displif_back_complete(&b[0], req->handle, 0, 100), DISPLIF_E_INVAL);
	assert_int_equal(displif_back_complete(&b[0], req->handle, 0, 256), 0);
	assert_int_equal(answered(0).edid_sz, 256);
	m.size = 32767;
	refused(0, m, -DISPLIF_XEN_EINVAL);
	m.size = 0xffffffff;
	refused(0, m, -DISPLIF_XEN_EINVAL);
	m.size = 32768;
	m.gref_dir = 0;
	refused(0, m, -DISPLIF_XEN_EINVAL);
}

static void flip_refused_owes_nothing(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_PG_FLIP, 0, 21);
	const struct displif_back_req *req;

	(void)state;
	create_and_attach(11, 21);
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	assert_int_equal(displif_back_complete(&b[0], req->handle, -DISPLIF_XEN_EIO, 0), 0);
	assert_int_equal(displif_back_flip_done(&b[0], 21), DISPLIF_E_STATE);
	/* A flip's failure is told even to a frontend that armed nothing. */
	ring_page[0].w[3] = 0;
	assert_true(displif_back_flush(&b[0]) & DISPLIF_DO_NOTIFY_REQ);
}

static void flip(unsigned int conn, uint64_t fb)
{
	done(conn, plain_msg(XENDISPL_OP_PG_FLIP, 0, fb), 0);
	assert_int_equal(displif_back_flip_done(&b[conn], fb), 0);
}

/* A guest that takes no events: nothing is lost, ids have no gap, the queue is bounded. */
static void full_event_page(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_PG_FLIP, 0, 21);
	unsigned int i, sent;
	uint64_t fb;
	uint16_t id;

	(void)state;
	create_and_attach(11, 21);
	create_and_attach(12, 22);
	for (sent = 0; sent < 63 + N_PEND; sent++)
		flip(0, sent & 1 ? 21 : 22);
	assert_int_equal(displif_back_deadline(&b[0]), 0);
	/* The queue is full too: the next flip stays in the ring. */
	send_msg(0, &m);
	assert_null(handed(0, 0));
	assert_false(displif_back_flush(&b[0]) & DISPLIF_DO_POLL);
	assert_int_equal(guest.stats.event_full, N_PEND);
	/* The other connector does not care. */
	flip(1, 21);
	/* Nobody will tell us that the guest took some: time does, slower and slower. */
	displif_back_tick(&b[0], 1000);
	assert_int_equal(displif_back_deadline(&b[0]), 1010);
	displif_back_tick(&b[0], 1009);
	assert_int_equal(displif_back_deadline(&b[0]), 1010);
	displif_back_tick(&b[0], 1010);
	assert_int_equal(displif_back_deadline(&b[0]), 1030);
	for (i = 0; i < 20; i++)
		displif_back_tick(&b[0], displif_back_deadline(&b[0]));
	{
		uint64_t now = displif_back_deadline(&b[0]);

		displif_back_tick(&b[0], now);
		assert_int_equal(displif_back_deadline(&b[0]), now + 1000);
		/* A clock that jumped back does not freeze it. */
		displif_back_tick(&b[0], 7);
		assert_int_equal(displif_back_deadline(&b[0]), 1007);
	}
	for (i = 0; i < sent; i++) {
		if (!take_event(0, &fb, &id)) {
			displif__evt_confirm(&evt[0]);
			displif_back_tick(&b[0], displif_back_deadline(&b[0]));
			displif_back_flush(&b[0]);
			assert_true(take_event(0, &fb, &id));
		}
		assert_int_equal(id, i);
		assert_int_equal(fb, i & 1 ? 21 : 22);
	}
	assert_int_equal(displif_back_deadline(&b[0]), DISPLIF_NEVER);
	/* And the flip that waited in the ring is served. */
	assert_non_null(handed(0, 0));
}

static void events_wait_only_as_long_as_they_must(void **state)
{
	unsigned int i;
	uint64_t fb;
	uint16_t id;

	(void)state;
	create_and_attach(11, 21);
	for (i = 0; i < 64; i++)
		flip(0, 21);
	while (take_event(0, &fb, &id))
		;
	displif__evt_confirm(&evt[0]);
	/* Any interrupt is an occasion to look. */
	displif_back_irq(&b[0], DISPLIF_CHAN_EVT);
	assert_false(displif_back_idle(&b[0], DISPLIF_CHAN_EVT));
	assert_true(displif_back_idle(&b[0], DISPLIF_CHAN_EVT));
	assert_int_equal(displif_back_deadline(&b[0]), DISPLIF_NEVER);
	assert_true(displif_back_flush(&b[0]) & DISPLIF_DO_NOTIFY_EVT);
	assert_true(take_event(0, &fb, &id));
	assert_int_equal(id, 63);
}

/* Flips that are accepted and not done count as well: what is accepted can always be delivered. */
static void flips_in_flight_are_bounded(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_PG_FLIP, 0, 21);
	struct displif_back_req req;
	unsigned int i;

	(void)state;
	attach(3);
	create_and_attach(11, 21);
	for (i = 0; i < 5; i++)
		send_msg(0, &m);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	for (i = 0; i < 3; i++) {
		assert_int_equal(displif_back_poll(&b[0], &req, 0), 1);
		displif_back_complete(&b[0], req.handle, 0, 0);
	}
	assert_int_equal(displif_back_poll(&b[0], &req, 0), 0);
	assert_false(displif_back_flush(&b[0]) & DISPLIF_DO_POLL);
	/* One is shown: there is work again and no interrupt will say so. */
	assert_int_equal(displif_back_flip_done(&b[0], 21), 0);
	assert_true(displif_back_flush(&b[0]) & DISPLIF_DO_POLL);
	assert_int_equal(displif_back_poll(&b[0], &req, 0), 1);
}

/* The limit is reached exactly at the end of the snapshot: the next request must still raise an interrupt. */
static void no_wakeup_is_lost_at_the_limit(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_PG_FLIP, 0, 21);
	struct displif_back_req req;
	union displif_wire w;

	(void)state;
	attach(1);
	create_and_attach(11, 21);
	send_msg(0, &m);
	assert_non_null(handed(0, 0));
	assert_int_equal(displif_back_poll(&b[0], &req, 0), 0);
	displif_back_flush(&b[0]);
	displif_req_encode(&w, 1, &m);
	displif__ring_put(&ring[0], &w);
	assert_true(displif__ring_publish(&ring[0]));
}

static void budget(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_PG_FLIP, 0, 404);
	struct displif_back_req req;
	unsigned int i;

	(void)state;
	quota.requests_per_irq = 10;
	attach(N_PEND);
	for (i = 0; i < 32; i++)
		send_msg(0, &m);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	assert_int_equal(displif_back_poll(&b[0], &req, 0), 0);
	assert_int_equal(guest.stats.refused, 10);
	assert_int_equal(displif_back_flush(&b[0]), DISPLIF_DO_NOTIFY_REQ | DISPLIF_DO_POLL);
	/* Without an interrupt nothing more is taken, however often it is asked. */
	assert_int_equal(displif_back_poll(&b[0], &req, 0), 0);
	assert_int_equal(guest.stats.refused, 10);
	for (i = 0; i < 3; i++)
		assert_null(handed(0, 0));
	assert_int_equal(guest.stats.refused, 32);
	assert_false(displif_back_flush(&b[0]) & DISPLIF_DO_POLL);
}

static void hold_off(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 0);
	struct displif_back_req req;

	(void)state;
	send_msg(0, &m);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	assert_false(displif_back_idle(&b[0], DISPLIF_CHAN_REQ));
	assert_true(displif_back_idle(&b[0], DISPLIF_CHAN_REQ));
	assert_int_equal(displif_back_poll(&b[0], &req, 0), 1);
	/* It comes after the snapshot and before re-arming: the duty to poll replaces the interrupt. */
	send_msg(0, &m);
	assert_int_equal(displif_back_poll(&b[0], &req, 0), 0);
	assert_int_equal(displif_back_flush(&b[0]), DISPLIF_DO_POLL);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	assert_int_equal(displif_back_poll(&b[0], &req, 0), 1);
}

static void hostile_indices(void **state)
{
	static const uint32_t jump[] = { 33, 1000, 0x80000000, 0xffffffff };
	struct displif_msg m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 0);
	struct displif_back_req req;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(jump) / sizeof(jump[0]); i++) {
		attach(N_PEND);
		ring_page[0].w[0] = jump[i];
		assert_null(handed(0, 0));
		assert_int_equal(displif_back_flush(&b[0]), DISPLIF_DO_CLOSE);
		assert_int_equal(displif_back_flush(&b[0]), 0);
		/* The other connector lives on. */
		send_msg(1, &m);
		assert_non_null(handed(1, 0));
	}
	/* A consumer index that makes no sense is a full page, not an overrun. */
	attach(N_PEND);
	create_and_attach(11, 21);
	evt_page[0].w[0] = 12345;
	flip(0, 21);
	assert_int_equal(displif_back_flush(&b[0]) & DISPLIF_DO_NOTIFY_EVT, 0);
	assert_int_equal(guest.stats.event_full, 1);
	assert_int_equal(displif_back_poll(&b[0], &req, 0), 0);
}

static void death_leaves_completions_harmless(void **state)
{
	struct displif_msg m = create_msg(11, 64, 32);
	const struct displif_back_req *req;
	uint32_t handle, before;

	(void)state;
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	handle = req->handle;
	displif_back_kill(&b[0], DISPLIF_E_GONE);
	before = ring_page[0].w[2];
	memset(&evt_page[0], 0xff, sizeof(evt_page[0]));
	assert_int_equal(displif_back_complete(&b[0], handle, 0, 0), DISPLIF_E_STATE);
	assert_int_equal(dbufs[0].state, DISPLIF_ENTRY_LIVE);
	assert_int_equal(displif_back_flush(&b[0]), 0);
	assert_int_equal(ring_page[0].w[2], before);
	assert_int_equal(displif_back_flip_done(&b[0], 1), DISPLIF_E_STATE);
	displif_back_tick(&b[0], 5);
	assert_null(handed(0, 0));
	assert_int_equal(displif_back_deadline(&b[0]), DISPLIF_NEVER);
}

/* The tables are reset while a request is still being worked on: its completion must not revive anything. */
static void completion_after_reset(void **state)
{
	struct displif_msg m = create_msg(11, 64, 32);
	const struct displif_back_req *req;

	(void)state;
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	displif_back_kill(&b[0], DISPLIF_E_GONE);
	displif_back_kill(&b[1], DISPLIF_E_GONE);
	displif_guest_reset(&guest);
	assert_int_equal(displif_back_complete(&b[0], req->handle, 0, 0), DISPLIF_E_STATE);
	assert_int_equal(dbufs[0].state, DISPLIF_ENTRY_FREE);
	assert_null(displif_guest_dbuf(&guest, 0));
}

/* A late answer to a request of the connection before is nobody's in this one. */
static void handles_of_an_earlier_connection(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 0);
	const struct displif_back_req *req;
	uint32_t old;

	(void)state;
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	old = req->handle;
	displif_back_kill(&b[0], DISPLIF_E_GONE);
	displif_back_kill(&b[1], DISPLIF_E_GONE);
	displif_guest_reset(&guest);
	displif__ring_create(&ring[0], &ring_page[0]);
	displif__evt_create(&evt[0], &evt_page[0]);
	assert_int_equal(displif_back_attach(&b[0], &guest, 0, &ring_page[0], &evt_page[0], pend[0],
					     N_PEND, NULL),
			 0);
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	assert_int_not_equal(req->handle, old);
	assert_int_equal(displif_back_complete(&b[0], old, -5, 0), DISPLIF_E_INVAL);
	assert_int_equal(displif_back_complete(&b[0], req->handle, 0, 0), 0);
}

/* A caller that stops at the last request, without the poll() that says so, misses nothing. */
static void partial_polls(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 0);
	struct displif_back_req req;
	union displif_wire w;

	(void)state;
	send_msg(0, &m);
	send_msg(0, &m);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	assert_int_equal(displif_back_poll(&b[0], &req, 0), 1);
	assert_int_equal(displif_back_flush(&b[0]), DISPLIF_DO_POLL);
	assert_int_equal(displif_back_poll(&b[0], &req, 0), 1);
	assert_int_equal(displif_back_flush(&b[0]), 0);
	displif_req_encode(&w, 1, &m);
	displif__ring_put(&ring[0], &w);
	assert_true(displif__ring_publish(&ring[0]));
}

/* A session that was refused for its arguments serves nothing. */
static void refused_sessions_are_dead(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 0);

	(void)state;
	assert_int_equal(displif_back_attach(&b[0], &guest, 256, &ring_page[0], &evt_page[0],
					     pend[0], 8, NULL),
			 DISPLIF_E_INVAL);
	send_msg(0, &m);
	assert_null(handed(0, 0));
	assert_int_equal(displif_back_flush(&b[0]), 0);
	assert_int_equal(guest.stats.requests, 0);
}

/* Another request that fails takes nothing from a flip that is open; a dead session takes no flip. */
static void open_flips_stay_open(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_PG_FLIP, 0, 21);
	unsigned int i;

	(void)state;
	create_and_attach(11, 21);
	done(0, m, 0);
	done(0, plain_msg(XENDISPL_OP_SET_CONFIG, 0, 0), -DISPLIF_XEN_EIO);
	assert_int_equal(displif_back_flip_done(&b[0], 21), 0);
	done(0, m, 0);
	displif_back_flush(&b[0]);
	displif_back_kill(&b[0], DISPLIF_E_GONE);
	memset(&evt_page[0], 0, sizeof(evt_page[0]));
	assert_int_equal(displif_back_flip_done(&b[0], 21), DISPLIF_E_STATE);
	for (i = 0; i < 1024; i++)
		assert_int_equal(evt_page[0].w[i], 0);
}

/* The queue behind a full event page goes round and round, and keeps the order of flips. */
static void waiting_events_keep_their_order(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_PG_FLIP, 0, 0);
	unsigned int sent = 0, seen = 0, round, i;
	uint64_t fb;
	uint16_t id;

	(void)state;
	attach(3);
	create_and_attach(11, 100);
	for (i = 1; i < N_FB; i++)
		done(0, attach_msg(11, 100 + i, 64, 32), 0);
	for (; sent < 63; sent++)
		flip(0, 100 + sent % N_FB);
	for (round = 0; round < 20; round++) {
		/* Some more than there is room for. */
		for (i = 0; i < 1 + round % 3; i++, sent++)
			flip(0, 100 + sent % N_FB);
		assert_int_equal(displif_back_deadline(&b[0]), 0);
		displif_back_flush(&b[0]);
		for (i = 0; i < 5; i++, seen++) {
			assert_true(take_event(0, &fb, &id));
			assert_int_equal(fb, 100 + seen % N_FB);
			assert_int_equal(id, seen);
		}
		displif__evt_confirm(&evt[0]);
		/* There is room by now, but those that wait come first. */
		flip(0, 100 + sent % N_FB);
		sent++;
		displif_back_irq(&b[0], DISPLIF_CHAN_EVT);
		assert_int_equal(displif_back_deadline(&b[0]), DISPLIF_NEVER);
		for (; sent < seen + 63; sent++)
			flip(0, 100 + sent % N_FB);
	}
	m.fb = 100;
	done(0, m, 0);
}

/* Notifications are counted each; an idle channel is idle whatever the other does. */
static void counts_and_idleness(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_PG_FLIP, 0, 21);
	const struct displif_back_req *req;
	uint32_t before;

	(void)state;
	create_and_attach(11, 21);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	displif_back_idle(&b[0], DISPLIF_CHAN_REQ);
	assert_true(displif_back_idle(&b[0], DISPLIF_CHAN_EVT));
	displif_back_irq(&b[0], DISPLIF_CHAN_EVT);
	assert_true(displif_back_idle(&b[0], DISPLIF_CHAN_EVT));
	assert_true(displif_back_idle(&b[0], DISPLIF_CHAN_REQ));
	before = guest.stats.notified;
	displif__ring_rearm(&ring[0], 1);
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	displif_back_complete(&b[0], req->handle, 0, 0);
	assert_int_equal(displif_back_flush(&b[0]), DISPLIF_DO_NOTIFY_REQ);
	assert_int_equal(guest.stats.notified, before + 1);
	displif_back_flip_done(&b[0], 21);
	assert_int_equal(displif_back_flush(&b[0]), DISPLIF_DO_NOTIFY_EVT);
	assert_int_equal(guest.stats.notified, before + 2);
	assert_int_equal(displif__ring_snapshot(&ring[0]), 1);
	ring[0].cons = ring[0].seen;
	displif__ring_rearm(&ring[0], 1);
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	displif_back_complete(&b[0], req->handle, 0, 0);
	displif_back_flip_done(&b[0], 21);
	assert_int_equal(displif_back_flush(&b[0]), DISPLIF_DO_NOTIFY_REQ | DISPLIF_DO_NOTIFY_EVT);
	assert_int_equal(guest.stats.notified, before + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(attach_wants_sane_arguments, rig_setup),
		cmocka_unit_test_setup(a_picture, rig_setup),
		cmocka_unit_test_setup(responses_are_whole, rig_setup),
		cmocka_unit_test_setup(unknown_operations, rig_setup),
		cmocka_unit_test_setup(completion_in_any_order, rig_setup),
		cmocka_unit_test_setup(completion_arguments, rig_setup),
		cmocka_unit_test_setup(flip_refused_owes_nothing, rig_setup),
		cmocka_unit_test_setup(full_event_page, rig_setup),
		cmocka_unit_test_setup(events_wait_only_as_long_as_they_must, rig_setup),
		cmocka_unit_test_setup(flips_in_flight_are_bounded, rig_setup),
		cmocka_unit_test_setup(no_wakeup_is_lost_at_the_limit, rig_setup),
		cmocka_unit_test_setup(budget, rig_setup),
		cmocka_unit_test_setup(hold_off, rig_setup),
		cmocka_unit_test_setup(hostile_indices, rig_setup),
		cmocka_unit_test_setup(death_leaves_completions_harmless, rig_setup),
		cmocka_unit_test_setup(completion_after_reset, rig_setup),
		cmocka_unit_test_setup(handles_of_an_earlier_connection, rig_setup),
		cmocka_unit_test_setup(partial_polls, rig_setup),
		cmocka_unit_test_setup(refused_sessions_are_dead, rig_setup),
		cmocka_unit_test_setup(open_flips_stay_open, rig_setup),
		cmocka_unit_test_setup(waiting_events_keep_their_order, rig_setup),
		cmocka_unit_test_setup(counts_and_idleness, rig_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
