/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Checks of a backend: the request ring, its hold-off, and indices that make no sense. */
#include "front.h"

#include <string.h>

#define RSP "displif.h: Responses"
#define REQ "displif.h: Requests"
#define RING "ring.h: RING_PUSH_REQUESTS_AND_CHECK_NOTIFY"
#define RULES "protocol.md: Unwritten rules of a backend"
#define BAR "protocol.md: Barriers"

/* A request that changes nothing and is answered 0. */
static struct displif_msg harmless(void)
{
	return cc_msg_config(NULL);
}

static void unknown_op(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	static const uint8_t ops[] = { 0, 1, 0x0f, 0x17, 0x80, 0xff };
	union displif_wire wire;
	uint32_t i;

	(void)c;
	for (i = 0; i < sizeof(ops); i++) {
		memset(&wire, 0, sizeof(wire));
		wire.req.operation = ops[i];
		cc_want(r, "an unknown operation", cc_call_wire(f, f->show, &wire),
			-DISPLIF_XEN_EOPNOTSUPP);
	}
}

static void many(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct displif_msg msg = harmless();
	uint32_t i;

	(void)c;
	for (i = 0; i < DISPLIF_RING_LEN; i++)
		cc_put(f, f->show, &msg);
	cc_publish(f, f->show);
	if (!cc_await_idle(f, f->show, CC_PATIENCE_MS))
		cc_fail(r, "of 32 requests, %u are not answered", cc_open_requests(f, f->show));
}

static void one_by_one(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct displif_msg msg = harmless();
	uint32_t i;
	int32_t status = 0;

	(void)c;
	for (i = 0; i < 100 && status == 0; i++)
		status = cc_call(f, f->show, &msg);
	if (status)
		cc_fail(r, "request %u of 100 %s", i, cc_status_text(status));
}

/* arg: from which byte on what has no meaning is 0xff. */
static void dirty(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_OWN, 64, 48, 0);
	union displif_wire wire;
	struct displif_msg msg;
	int32_t status;

	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	msg = cc_msg_create(f, buf);
	displif_req_encode(&wire, 0, &msg);
	memset(wire.req.reserved, 0xff, sizeof(wire.req.reserved));
	if (c->arg)
		memset((uint8_t *)&wire + 44, 0xff, 20);
	status = cc_call_wire(f, 0, &wire);
	cc_want(r, "DBUF_CREATE with dirty bytes", status, 0);
	if (status)
		return;
	buf->dbuf = msg.dbuf;
	msg = cc_msg_destroy(buf->dbuf);
	displif_req_encode(&wire, 0, &msg);
	if (c->arg)
		memset((uint8_t *)&wire + 16, 0xff, 48);
	buf->dbuf = 0;
	cc_want(r, "DBUF_DESTROY with dirty bytes", cc_call_wire(f, 0, &wire), 0);
}

static void unknown_flags(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_OWN, 64, 48, 0);
	union displif_wire wire;
	struct displif_msg msg;
	int32_t status;

	(void)c;
	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	msg = cc_msg_create(f, buf);
	displif_req_encode(&wire, 0, &msg);
	wire.req.op.dbuf_create.flags = ~(uint32_t)XENDISPL_DBUF_FLG_REQ_ALLOC;
	status = cc_call_wire(f, 0, &wire);
	if (status == 0)
		buf->dbuf = msg.dbuf;
	cc_want(r, "DBUF_CREATE with all flags but REQ_ALLOC", status, 0);
	if (raw_load(buf->share.dir, 1) != buf->gref[0])
		cc_fail(r, "they were taken for REQ_ALLOC: the directory was written");
}

static void other_ring(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf;
	struct displif_msg msg;

	(void)c;
	if (f->n < 2) {
		cc_na(r, "the device has one connector");
		return;
	}
	buf = cc_buf_share(f, DISPLIF_SHARE_OWN, 64, 48, 0);
	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	msg = cc_msg_create(f, buf);
	cc_want(r, "DBUF_CREATE on ring 1", cc_call(f, 1, &msg), -DISPLIF_XEN_EINVAL);
	msg = cc_msg_destroy(cc_cookie(f));
	cc_want_error(r, "DBUF_DESTROY on ring 1", cc_call(f, 1, &msg));
}

static void all_rings(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct displif_msg msg = harmless();
	uint32_t i;

	(void)c;
	if (f->n < 2) {
		cc_na(r, "the device has one connector");
		return;
	}
	f->conn[0].deaf = true;
	cc_send(f, 0, &msg);
	for (i = 1; i < f->n; i++)
		cc_want(r, "SET_CONFIG beside a ring that nobody reads", cc_call(f, i, &msg), 0);
	f->conn[0].deaf = false;
	if (!cc_await_idle(f, 0, CC_PATIENCE_MS))
		cc_fail(r, "ring 0 is not answered");
}

/* --- notifications --- */

static bool fired(void *arg)
{
	struct cc_front *f = arg;

	return f->conn[f->show].fired[DISPLIF_CHAN_REQ] > 0;
}

/* The @arg-th response from now shall bring a notification. */
static void hold_off(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct displif_msg msg = harmless();
	struct cc_conn *conn = &f->conn[f->show];
	uint32_t round, i, n = (uint32_t)c->arg;

	for (round = 0; round < 20; round++) {
		cc_take(f, f->show);
		conn->deaf = true; /* nobody looks but when told */
		raw_store(f->link[f->show].page[DISPLIF_CHAN_REQ], RAW_RSP_EVENT, conn->cons + n);
		displif_mb();
		conn->fired[DISPLIF_CHAN_REQ] = 0;
		for (i = 0; i < n; i++) {
			cc_put(f, f->show, &msg);
			/* As one batch, or in two. */
			if (round % 2 && i == n / 2)
				cc_publish(f, f->show);
		}
		cc_publish(f, f->show);
		if (!cc_until(f->w, fired, f, CC_PATIENCE_MS)) {
			cc_fail(r,
				"round %u: rsp_event was %u ahead, rsp_prod is now %u of %u, and no notification came",
				round, n,
				raw_load(f->link[f->show].page[DISPLIF_CHAN_REQ], RAW_RSP_PROD) -
					conn->cons,
				n);
			break;
		}
		conn->deaf = false;
		if (!cc_await_idle(f, f->show, CC_PATIENCE_MS)) {
			cc_fail(r, "round %u: not all of %u requests are answered", round, n);
			break;
		}
	}
	conn->deaf = false;
}

static void not_notified(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct displif_msg msg = harmless();
	struct cc_conn *conn = &f->conn[f->show];
	uint32_t i;

	(void)c;
	cc_take(f, f->show);
	cc_pause(f->w, CC_SILENCE_MS / 3);
	conn->ahead = 20;
	raw_store(f->link[f->show].page[DISPLIF_CHAN_REQ], RAW_RSP_EVENT, conn->cons + 20);
	displif_mb();
	conn->fired[DISPLIF_CHAN_REQ] = 0;
	for (i = 0; i < 4; i++)
		cc_send(f, f->show, &msg);
	if (!cc_await_idle(f, f->show, CC_PATIENCE_MS))
		cc_fail(r, "not all requests are answered");
	cc_pause(f->w, CC_SILENCE_MS / 3);
	if (conn->fired[DISPLIF_CHAN_REQ])
		cc_warn(r, "rsp_event is 20 ahead, and 4 answers brought %u notifications",
			conn->fired[DISPLIF_CHAN_REQ]);
}

static void armed(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct displif_msg msg = harmless();
	uint32_t i, prod, event;
	void *page;

	(void)c;
	for (i = 0; i < f->n; i++) {
		page = f->link[i].page[DISPLIF_CHAN_REQ];
		cc_want(r, "SET_CONFIG with cookie 0", cc_call(f, i, &msg), 0);
		cc_pause(f->w, CC_SILENCE_MS / 3);
		prod = f->conn[i].prod;
		event = raw_load(page, RAW_REQ_EVENT);
		if (event != prod + 1u)
			cc_fail(r, "ring %u is at rest at %u, and req_event is %u", i, prod, event);
	}
}

static void spurious(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	const struct displif_port *port = &f->w->port;
	struct displif_msg msg = harmless();
	uint32_t i;

	(void)c;
	for (i = 0; i < 20; i++) {
		port->ops->chan_notify(port->ctx, f->link[f->show].chan[DISPLIF_CHAN_REQ]);
		port->ops->chan_notify(port->ctx, f->link[f->show].chan[DISPLIF_CHAN_EVT]);
		cc_pause(f->w, 1);
	}
	cc_want(r, "SET_CONFIG after 40 empty notifications", cc_call(f, f->show, &msg), 0);
}

/* --- nonsense --- */

static void rsp_event(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	static const uint32_t ahead[] = { 0x80000000u, 0xffffffffu, 0x7fffffffu, 0, 33 };
	struct displif_msg msg = harmless();
	uint32_t i;

	(void)c;
	for (i = 0; i < sizeof(ahead) / sizeof(ahead[0]); i++) {
		f->conn[f->show].ahead = ahead[i];
		cc_take(f, f->show);
		cc_want(r, "SET_CONFIG with nonsense in rsp_event", cc_call(f, f->show, &msg), 0);
	}
}

/* A producer index that cannot be: the backend closes, and serves the next connection. */
static void jump(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	const uint32_t closed = CC_IN(DISPLIF_XB_CLOSING) | CC_IN(DISPLIF_XB_CLOSED) |
				CC_IN(DISPLIF_XB_INIT_WAIT) | CC_IN(DISPLIF_XB_INITIALISING);
	const struct displif_port *port = &f->w->port;
	bool hears;

	f->sick = true;
	f->conn[f->show].deaf = true;
	raw_store(f->link[f->show].page[DISPLIF_CHAN_REQ], RAW_REQ_PROD,
		  f->conn[f->show].prod + (uint32_t)c->arg);
	displif_mb();
	port->ops->chan_notify(port->ctx, f->link[f->show].chan[DISPLIF_CHAN_REQ]);
	hears = cc_await_peer(f->w, closed, f->w->timeout_ms);
	cc_front_leave(f);
	if (!cc_front_connect(f))
		cc_fail(r, "it does not connect afterwards: %.120s", f->why);
	else if (!cc_front_alive(f))
		cc_fail(r, "it connects afterwards, but does not answer");
	else if (!hears)
		cc_warn(r, "it serves the next connection, but did not close this one by itself");
}

const struct cc_check cc_front_ring[] = {
	{ "ring.unknown-operation", RULES, "-EOPNOTSUPP", .front = unknown_op },
	{ "ring.32-outstanding", "ring.h: RING_SIZE", "all are answered", .front = many },
	{ "ring.slots-wrap", "ring.h: RING_GET_REQUEST", "100 requests are answered 0",
	  .front = one_by_one },
	{ "ring.dirty-reserved", RULES, "0: reserved bytes are not looked at", .front = dirty },
	{ "ring.dirty-slots", RULES, "0: bytes without a meaning are not looked at", .front = dirty,
	  .arg = 1 },
	{ "ring.unknown-flags", RULES, "0: unknown flags are not looked at",
	  .front = unknown_flags },
	{ "ring.buffers-on-ring-1", REQ, "-EINVAL", .front = other_ring },
	{ "ring.independent", RULES, "rings do not wait for each other", .front = all_rings },
	{ "ring.notifies-1", RING, "a notification for the next response", .front = hold_off,
	  .arg = 1 },
	{ "ring.notifies-2", RING, "a notification at the second response", .front = hold_off,
	  .arg = 2 },
	{ "ring.notifies-7", RING, "a notification at the 7th response", .front = hold_off,
	  .arg = 7 },
	{ "ring.notifies-32", RING, "a notification at the 32nd response", .front = hold_off,
	  .arg = 32 },
	{ "ring.holds-off", RING, "no notification that is not asked for", .front = not_notified },
	{ "ring.req-event", BAR, "asks for a notification of the next request", .front = armed },
	{ "ring.spurious", BAR, "nothing happens", .front = spurious },
	{ "ring.rsp-event-nonsense", BAR, "answers all the same", .front = rsp_event },
	{ "ring.prod-jumps", RULES, "closes, and serves the next connection", .front = jump,
	  .arg = 33 },
	{ "ring.prod-leaps", RULES, "closes, and serves the next connection", .front = jump,
	  .arg = INT32_MIN },
	{ "ring.prod-goes-back", RULES, "closes, and serves the next connection", .front = jump,
	  .arg = -1 },
	CC_END,
};
