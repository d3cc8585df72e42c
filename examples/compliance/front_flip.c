/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Checks of a backend: page flips and the event page. */
#include "front.h"

#define FLIP "displif.h: Requests, XENDISPL_OP_PG_FLIP"
#define EVT "displif.h: Events"
#define PAGE "displif.h: Back to front events delivery"
#define RULES "protocol.md: Unwritten rules of a backend"

/* A framebuffer that is shown. */
static struct cc_buf *shown(struct cc_front *f, struct cc_result *r)
{
	struct cc_buf *buf = cc_make_fb(f, r);
	struct displif_msg msg;

	if (!buf)
		return NULL;
	msg = cc_msg_config(buf);
	cc_want(r, "SET_CONFIG", cc_call(f, f->show, &msg), 0);
	return r->verdict == CC_FAIL ? NULL : buf;
}

static void flip(struct cc_front *f, struct cc_result *r, uint64_t fb, uint32_t n)
{
	struct displif_msg msg = cc_msg_fb(XENDISPL_OP_PG_FLIP, fb);
	uint32_t i, events;
	int32_t status;

	for (i = 0; i < n; i++) {
		events = f->conn[f->show].n_evt;
		status = cc_call(f, f->show, &msg);
		if (status) {
			cc_fail(r, "PG_FLIP %u of %u %s", i + 1u, n, cc_status_text(status));
			return;
		}
		if (!cc_await_events(f, f->show, events + 1u, CC_PATIENCE_MS)) {
			cc_fail(r, "PG_FLIP %u of %u had no event in %u ms", i + 1u, n,
				CC_PATIENCE_MS);
			cc_overdue(f);
			f->sick = true;
			return;
		}
		if (f->conn[f->show].evt[events % CC_EVTS].fb != fb) {
			cc_fail(r, "the event of PG_FLIP %u of %u has another cookie", i + 1u, n);
			return;
		}
	}
}

/* arg: how many, one by one. */
static void flips(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = shown(f, r);
	uint32_t before = f->conn[f->show].n_evt;

	if (!buf)
		return;
	flip(f, r, buf->fb, (uint32_t)c->arg);
	cc_pause(f->w, CC_SILENCE_MS);
	cc_take(f, f->show);
	if (r->verdict == CC_OK && f->conn[f->show].n_evt - before != (uint32_t)c->arg)
		cc_fail(r, "%u events for %d flips", f->conn[f->show].n_evt - before, c->arg);
}

static void unconfigured(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct displif_msg msg = cc_msg_config(NULL);
	struct cc_buf *buf = c->arg ? shown(f, r) : cc_make_fb(f, r);

	if (!buf)
		return;
	cc_want(r, "SET_CONFIG with cookie 0", cc_call(f, f->show, &msg), 0);
	flip(f, r, buf->fb, 2);
}

/* arg: 0 unknown, 1 detached, 2 cookie 0 */
static void unknown(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = shown(f, r);
	uint32_t events = f->conn[f->show].n_evt;
	struct displif_msg msg;
	uint64_t fb;

	if (!buf)
		return;
	fb = cc_cookie(f);
	if (c->arg == 1) {
		fb = buf->fb;
		msg = cc_msg_fb(XENDISPL_OP_FB_DETACH, fb);
		buf->fb = 0;
		cc_want(r, "FB_DETACH", cc_call(f, 0, &msg), 0);
	}
	msg = cc_msg_fb(XENDISPL_OP_PG_FLIP, c->arg == 2 ? 0 : fb);
	if (c->arg == 2)
		cc_want_error(r, "PG_FLIP of cookie 0", cc_call(f, f->show, &msg));
	else
		cc_want(r, "PG_FLIP of an unknown framebuffer", cc_call(f, f->show, &msg),
			-DISPLIF_XEN_ENOENT);
	cc_pause(f->w, CC_SILENCE_MS);
	cc_take(f, f->show);
	if (f->conn[f->show].n_evt != events)
		cc_fail(r, "a flip that was refused had an event");
	if (buf->fb)
		flip(f, r, buf->fb, 1); /* and a good one still works */
}

static void burst(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = shown(f, r);
	struct displif_msg msg;
	uint32_t i, before = f->conn[f->show].n_evt, n = (uint32_t)c->arg;

	if (!buf)
		return;
	msg = cc_msg_fb(XENDISPL_OP_PG_FLIP, buf->fb);
	for (i = 0; i < n; i++)
		cc_put(f, f->show, &msg);
	cc_publish(f, f->show);
	if (!cc_await_idle(f, f->show, 2 * CC_PATIENCE_MS))
		cc_fail(r, "%u of %u flips at once: %u events, %u requests not answered", n, n,
			f->conn[f->show].n_evt - before, cc_open_requests(f, f->show));
}

static void two_connectors(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf;
	struct displif_msg msg;
	uint32_t other = f->show ? 0 : 1, events;

	(void)c;
	if (f->n < 2) {
		cc_na(r, "the device has one connector");
		return;
	}
	buf = shown(f, r);
	if (!buf)
		return;
	events = f->conn[f->show].n_evt;
	msg = cc_msg_config(buf);
	cc_want(r, "SET_CONFIG on the other connector", cc_call(f, other, &msg), 0);
	msg = cc_msg_fb(XENDISPL_OP_PG_FLIP, buf->fb);
	cc_want(r, "PG_FLIP on the other connector", cc_call(f, other, &msg), 0);
	if (!cc_await_idle(f, other, CC_PATIENCE_MS))
		cc_fail(r, "no event on the other connector's page");
	if (f->conn[f->show].n_evt != events)
		cc_fail(r, "its event came on this connector's page");
	flip(f, r, buf->fb, 1);
	msg = cc_msg_config(NULL);
	cc_want(r, "SET_CONFIG with cookie 0", cc_call(f, other, &msg), 0);
}

/* --- the event page --- */

/* Sends flips until @n events lie in the page, or nothing more comes. Returns how many do. */
static uint32_t fill(struct cc_front *f, uint64_t fb, uint32_t n)
{
	struct displif_msg msg = cc_msg_fb(XENDISPL_OP_PG_FLIP, fb);
	struct cc_conn *conn = &f->conn[f->show];
	void *page = f->link[f->show].page[DISPLIF_CHAN_EVT];
	uint64_t begin = cc_now(f->w);
	uint32_t sent = 0, there = 0;

	while (there < n && cc_now(f->w) - begin < 10000) {
		if (sent < n && cc_open_requests(f, f->show) < 16) {
			cc_send(f, f->show, &msg);
			sent++;
		} else {
			cc_pause(f->w, 1);
		}
		cc_take(f, f->show);
		there = raw_load(page, RAW_IN_PROD) - conn->in_cons;
		if (there > DISPLIF_EVT_LEN)
			break;
	}
	return there;
}

static void page_full(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = shown(f, r);
	struct cc_conn *conn = &f->conn[f->show];
	struct displif_msg msg;
	uint32_t there, i, before = conn->n_evt;

	(void)c;
	if (!buf)
		return;
	conn->lazy = true;
	there = fill(f, buf->fb, DISPLIF_EVT_LEN);
	if (there != DISPLIF_EVT_LEN) {
		cc_fail(r, "63 flips were sent, %u events lie in the page", there);
		conn->lazy = false;
		return;
	}
	msg = cc_msg_fb(XENDISPL_OP_PG_FLIP, buf->fb);
	for (i = 0; i < 4; i++)
		cc_send(f, f->show, &msg);
	cc_pause(f->w, CC_SILENCE_MS);
	there = raw_load(f->link[f->show].page[DISPLIF_CHAN_EVT], RAW_IN_PROD) - conn->in_cons;
	if (there > DISPLIF_EVT_LEN)
		cc_fail(r, "%u events were written into a page of 63", there);
	conn->lazy = false;
	if (!cc_await_idle(f, f->show, 2 * CC_PATIENCE_MS))
		cc_fail(r, "of 67 flips, %u had their events after the page was emptied",
			conn->n_evt - before);
}

static void page_wraps(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = shown(f, r);

	(void)c;
	if (buf)
		flip(f, r, buf->fb, 130);
}

/* arg: what is written into in_cons, less what was taken. */
static void in_cons(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = shown(f, r);
	struct cc_conn *conn = &f->conn[f->show];
	void *page = f->link[f->show].page[DISPLIF_CHAN_EVT];
	struct displif_msg msg;

	if (!buf)
		return;
	flip(f, r, buf->fb, 1);
	conn->lazy = true;
	raw_store(page, RAW_IN_CONS, conn->in_cons + (uint32_t)c->arg);
	displif_mb();
	msg = cc_msg_fb(XENDISPL_OP_PG_FLIP, buf->fb);
	cc_send(f, f->show, &msg);
	cc_pause(f->w, CC_SILENCE_MS);
	raw_store(page, RAW_IN_CONS, conn->in_cons);
	conn->lazy = false;
	if (cc_peer_state(f->w) != DISPLIF_XB_CONNECTED) {
		cc_front_leave(f);
		if (!cc_front_connect(f))
			cc_fail(r, "it does not connect afterwards: %.120s", f->why);
		else
			cc_ok(r, "closed, and serves the next connection");
		return;
	}
	if (!cc_await_idle(f, f->show, 2 * CC_PATIENCE_MS))
		cc_fail(r, "in_cons was wrong for a while, and the event never came");
}

static void ids_restart(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = shown(f, r);

	(void)c;
	if (!buf)
		return;
	flip(f, r, buf->fb, 2);
	if (!cc_front_leave(f) || !cc_front_connect(f)) {
		cc_fail(r, "no second connection: %.150s", f->why);
		return;
	}
	buf = shown(f, r);
	if (!buf)
		return;
	flip(f, r, buf->fb, 1);
	if (r->verdict == CC_OK && f->conn[f->show].evt[0].id != 0)
		cc_fail(r, "the first event of a new connection has id %u",
			f->conn[f->show].evt[0].id);
}

const struct cc_check cc_front_flip[] = {
	{ "flip.one-event", EVT, "one event", .front = flips, .arg = 1 },
	{ "flip.10-events", EVT, "ten events", .front = flips, .arg = 10 },
	{ "flip.before-config", RULES, "0, and an event", .front = unconfigured },
	{ "flip.after-reset", RULES, "0, and an event", .front = unconfigured, .arg = 1 },
	{ "flip.unknown-fb", FLIP, "-ENOENT, and no event", .front = unknown },
	{ "flip.detached-fb", FLIP, "-ENOENT, and no event", .front = unknown, .arg = 1 },
	{ "flip.cookie-zero", FLIP, "an error, and no event", .front = unknown, .arg = 2 },
	{ "flip.8-at-once", FLIP, "eight events", .front = burst, .arg = 8 },
	{ "flip.32-at-once", FLIP, "32 events", .front = burst, .arg = 32 },
	{ "flip.other-connector", EVT, "each connector has its own events",
	  .front = two_connectors },
	{ "evt.page-full", RULES, "events wait until there is room", .front = page_full },
	{ "evt.slots-wrap", PAGE, "130 events", .front = page_wraps },
	{ "evt.cons-ahead", RULES, "the event comes, or a clean close", .front = in_cons,
	  .arg = 1000 },
	{ "evt.cons-behind", RULES, "the event comes, or a clean close", .front = in_cons,
	  .arg = -1000 },
	{ "evt.ids-restart", RULES, "ids begin at 0 in each connection", .front = ids_restart },
	CC_END,
};
