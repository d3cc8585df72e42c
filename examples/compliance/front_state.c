/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Checks of a backend: XenStore, states, beginnings and ends. All make their own connection. */
#include "front.h"

#include <stdio.h>
#include <string.h>

#define NODES "displif.h: Backend XenBus Nodes"
#define FLOW "displif.h: Normal flow"
#define REC "displif.h: Recovery flow"
#define RULES "protocol.md: Unwritten rules of a backend"

/* "back to 2 within 1 s", and some for a slow machine */
#define RETURN_MS 3000u

static void leave_any(struct cc_front *f)
{
	if (f->n)
		cc_front_leave(f);
}

static bool offered(struct cc_front *f, struct cc_result *r)
{
	leave_any(f);
	if (cc_front_await_offer(f))
		return true;
	cc_fail(r, "%.150s", f->why);
	return false;
}

static void init_wait(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	(void)c;
	offered(f, r);
}

static void versions(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	char text[DISPLIF_XS_TEXT + 1];
	uint32_t version;

	(void)c;
	if (!offered(f, r))
		return;
	if (!cc_read(f->w, f->w->peer_dir, "versions", text, sizeof(text)))
		cc_fail(r, "no such node");
	else if (displif_xs_versions(text, (uint32_t)strlen(text), XENDISPL_PROTOCOL_VERSION_INT,
				     &version, NULL))
		cc_fail(r, "'%.60s'", text);
	else
		cc_ok(r, "'%.60s'", text);
}

static void stays(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	(void)c;
	if (!offered(f, r))
		return;
	if (cc_await_peer(f->w, ~CC_IN(DISPLIF_XB_INIT_WAIT), 500))
		cc_fail(r, "went to %s though our state is 1",
			displif_xs_state_name(cc_peer_state(f->w)));
}

static void connects(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	uint64_t begin;

	(void)c;
	if (!offered(f, r))
		return;
	begin = cc_now(f->w);
	if (!cc_front_connect(f))
		cc_fail(r, "%.150s", f->why);
	else if (!cc_front_alive(f))
		cc_fail(r, "connected, but it does not answer");
	else
		cc_ok(r, "%u connectors, %u ms", f->n, (uint32_t)(cc_now(f->w) - begin));
}

/* arg: 0: a request between its 4 and ours; 1: one that lies there before our 3 */
static void early(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct displif_msg msg = cc_msg_config(NULL);
	uint16_t id = 0;

	if (!offered(f, r))
		return;
	if (!cc_front_publish(f)) {
		cc_fail(r, "%.150s", f->why);
		return;
	}
	if (c->arg) {
		id = cc_put(f, f->show, &msg);
		/* The index must be 0 for it to bind us; what comes right after must not be missed. */
		cc_set_state(f->w, DISPLIF_XB_INITIALISED);
		cc_await_peer(f->w, CC_IN(DISPLIF_XB_CONNECTED), f->w->timeout_ms);
		cc_publish(f, f->show);
	} else {
		cc_set_state(f->w, DISPLIF_XB_INITIALISED);
	}
	if (!cc_await_peer(f->w, CC_IN(DISPLIF_XB_CONNECTED), f->w->timeout_ms)) {
		cc_fail(r, "the backend is in %s", displif_xs_state_name(cc_peer_state(f->w)));
		return;
	}
	f->up = true;
	if (!c->arg)
		id = cc_send(f, f->show, &msg);
	if (!cc_await(f, f->show, id, CC_PATIENCE_MS))
		cc_fail(r, "no answer while our state is 3");
	cc_set_state(f->w, DISPLIF_XB_CONNECTED);
	f->connects++;
}

/* We write @arg while connected: the backend lets go and offers again. */
static void closes(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf;
	struct displif_msg msg;
	bool back;
	int maps;

	if (!cc_front_ready(f)) {
		cc_fail(r, "%.150s", f->why);
		return;
	}
	buf = cc_make_fb(f, r);
	if (!buf)
		return;
	msg = cc_msg_config(buf);
	cc_want(r, "SET_CONFIG", cc_call(f, f->show, &msg), 0);
	f->up = false;
	cc_set_state(f->w, (uint32_t)c->arg);
	back = cc_await_peer(f->w, CC_IN(DISPLIF_XB_INIT_WAIT), f->w->timeout_ms);
	if (!back)
		cc_fail(r, "our state became %d, and it is in %s", c->arg,
			displif_xs_state_name(cc_peer_state(f->w)));
	maps = cc_buf_maps(f, buf);
	if (back && maps > 0)
		cc_fail(r, "it is back in 2, and maps %d pages of the buffer", maps);
	maps = f->w->ops->maps(f->w->ctx, f->link[0].gref[DISPLIF_CHAN_REQ]);
	if (back && maps > 0)
		cc_fail(r, "it is back in 2, and still maps the ring");
	cc_set_state(f->w, DISPLIF_XB_CLOSED);
	cc_front_release(f);
	if (back && !cc_front_connect(f))
		cc_fail(r, "no connection afterwards: %.150s", f->why);
	else if (back && !cc_front_alive(f))
		cc_fail(r, "connected again, but it does not answer");
}

static void returns(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	(void)c;
	if (!cc_front_ready(f)) {
		cc_fail(r, "%.150s", f->why);
		return;
	}
	f->up = false;
	cc_set_state(f->w, DISPLIF_XB_CLOSING);
	if (!cc_await_peer(f->w, CC_IN(DISPLIF_XB_INIT_WAIT), RETURN_MS))
		cc_fail(r, "in %s %u ms after our 5", displif_xs_state_name(cc_peer_state(f->w)),
			RETURN_MS);
}

/* A removal before any connection: 5, 6, 1. */
static void removal(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	(void)c;
	if (!offered(f, r))
		return;
	cc_set_state(f->w, DISPLIF_XB_CLOSING);
	cc_pause(f->w, 50);
	cc_set_state(f->w, DISPLIF_XB_CLOSED);
	cc_pause(f->w, 50);
	if (!cc_front_connect(f))
		cc_fail(r, "no connection after 5, 6, 1: %.140s", f->why);
}

static void reconfiguring(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	(void)c;
	if (!cc_front_ready(f)) {
		cc_fail(r, "%.150s", f->why);
		return;
	}
	cc_set_state(f->w, DISPLIF_XB_RECONFIGURING);
	cc_pause(f->w, CC_SILENCE_MS);
	f->up = false;
	cc_set_state(f->w, DISPLIF_XB_INITIALISING);
	cc_await_peer(f->w, CC_IN(DISPLIF_XB_INIT_WAIT), f->w->timeout_ms);
	cc_front_release(f);
	if (!cc_front_connect(f))
		cc_fail(r, "no connection after 7, 1: %.150s", f->why);
}

/* arg: 0 while it offers, 1 while connected */
static void garbage(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	static const char *const text[] = { "0",	  "8",	"9",  "15", "255",
					    "4294967296", "-1", "3x", "",   "x" };
	uint32_t i;

	if (!c->arg)
		leave_any(f);
	if (c->arg ? !cc_front_ready(f) : !cc_front_await_offer(f)) {
		cc_fail(r, "%.150s", f->why);
		return;
	}
	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		cc_write(f->w, "state", text[i]);
		cc_pause(f->w, 10);
	}
	leave_any(f);
	if (!cc_front_connect(f))
		cc_fail(r, "no connection afterwards: %.150s", f->why);
	else if (!cc_front_alive(f))
		cc_fail(r, "connected afterwards, but it does not answer");
}

static void toggles(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	uint32_t i;

	(void)c;
	leave_any(f);
	for (i = 0; i < 45; i++) {
		cc_set_state(f->w, i % 9);
		if (i % 10 == 0)
			cc_pause(f->w, 1);
	}
	if (!cc_front_connect(f))
		cc_fail(r, "no connection after 45 states: %.140s", f->why);
	else if (!cc_front_alive(f))
		cc_fail(r, "connected, but it does not answer");
}

/* --- what must not be bound --- */

enum stale {
	REQ_PROD,
	RSP_PROD,
	IN_PROD,
	NO_RING,
	BAD_RING,
	BAD_PORT,
	NOT_A_NUMBER,
};

static void spoil(struct cc_front *f, enum stale stale)
{
	void *ring = f->link[f->show].page[DISPLIF_CHAN_REQ];
	void *evt = f->link[f->show].page[DISPLIF_CHAN_EVT];

	switch (stale) {
	case REQ_PROD:
		raw_store(ring, RAW_REQ_PROD, 5);
		raw_store(ring, RAW_RSP_PROD, 5);
		raw_store(ring, RAW_REQ_EVENT, 6);
		raw_store(ring, RAW_RSP_EVENT, 6);
		break;
	case RSP_PROD:
		raw_store(ring, RAW_RSP_PROD, 1);
		break;
	case IN_PROD:
		raw_store(evt, RAW_IN_PROD, 7);
		break;
	case NO_RING:
		cc_write_conn(f->w, f->show, "req-ring-ref", "0");
		break;
	case BAD_RING:
		cc_write_conn(f->w, f->show, "evt-ring-ref", "2147483647");
		break;
	case BAD_PORT:
		cc_write_conn(f->w, f->show, "evt-event-channel", "4000000");
		break;
	case NOT_A_NUMBER:
		cc_write_conn(f->w, f->show, "req-event-channel", "x");
		break;
	}
}

static void stale(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	const uint32_t judged =
		CC_IN(DISPLIF_XB_CONNECTED) | CC_IN(DISPLIF_XB_CLOSING) | CC_IN(DISPLIF_XB_CLOSED);

	if (!offered(f, r))
		return;
	if (!cc_front_publish(f)) {
		cc_fail(r, "%.150s", f->why);
		return;
	}
	spoil(f, (enum stale)c->arg);
	f->conn[f->show].deaf = true;
	cc_set_state(f->w, DISPLIF_XB_INITIALISED);
	cc_await_peer(f->w, judged, 1000);
	if (cc_peer_state(f->w) == DISPLIF_XB_CONNECTED)
		cc_fail(r, "it connects to them");
	cc_front_leave(f);
	if (!cc_front_await_offer(f))
		cc_fail(r, "no other offer afterwards: %.120s", f->why);
}

static void no_version(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	static const char *const text[] = { "", "9" };
	uint32_t i;

	(void)c;
	for (i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		if (!offered(f, r))
			return;
		if (!cc_front_publish(f)) {
			cc_fail(r, "%.150s", f->why);
			return;
		}
		cc_write(f->w, "version", text[i]);
		cc_set_state(f->w, DISPLIF_XB_INITIALISED);
		if (!cc_await_peer(f->w, CC_IN(DISPLIF_XB_CONNECTED), f->w->timeout_ms))
			cc_fail(r, "no connection with version '%s'", text[i]);
		cc_front_leave(f);
	}
}

const struct cc_check cc_front_state[] = {
	{ "state.initwait", FLOW, "InitWait while our state is 1", .front = init_wait,
	  .alone = true },
	{ "xs.versions", NODES, "a list with a version that we know", .front = versions,
	  .alone = true },
	{ "state.waits", FLOW, "stays in InitWait while our state is 1", .front = stays,
	  .alone = true },
	{ "state.connects", FLOW, "1, 2, 3, 4", .front = connects, .alone = true },
	{ "state.serves-at-once", RULES, "an answer before our 4", .front = early, .alone = true },
	{ "state.first-request", RULES, "a request at the moment of its 4 is not missed",
	  .front = early, .arg = 1, .alone = true },
	{ "state.front-closes", RULES, "5: lets go, InitWait", .front = closes,
	  .arg = DISPLIF_XB_CLOSING, .alone = true },
	{ "state.front-closed", REC, "6: lets go, InitWait", .front = closes,
	  .arg = DISPLIF_XB_CLOSED, .alone = true },
	{ "state.front-restarts", RULES, "1: lets go, InitWait", .front = closes,
	  .arg = DISPLIF_XB_INITIALISING, .alone = true },
	{ "state.returns-in-time", RULES, "InitWait within 3 s of our 5", .front = returns,
	  .alone = true },
	{ "state.removal-unconnected", RULES, "5, 6, 1 without a connection: InitWait",
	  .front = removal, .alone = true },
	{ "state.reconfiguring", REC, "7, then 1: InitWait", .front = reconfiguring,
	  .alone = true },
	{ "state.garbage-offered", RULES, "lives, and connects afterwards", .front = garbage,
	  .alone = true },
	{ "state.garbage-connected", RULES, "lives, and connects afterwards", .front = garbage,
	  .arg = 1, .alone = true },
	{ "state.toggles", RULES, "lives, and connects afterwards", .front = toggles,
	  .alone = true },
	{ "xs.version-optional", RULES, "connects whatever 'version' says", .front = no_version,
	  .alone = true },
	{ "xs.used-ring", RULES, "is not bound", .front = stale, .arg = REQ_PROD, .alone = true },
	{ "xs.answered-ring", RULES, "is not bound", .front = stale, .arg = RSP_PROD,
	  .alone = true },
	{ "xs.used-event-page", RULES, "is not bound", .front = stale, .arg = IN_PROD,
	  .alone = true },
	{ "xs.ring-grant-0", RULES, "is not bound", .front = stale, .arg = NO_RING, .alone = true },
	{ "xs.ring-bad-grant", RULES, "is not bound", .front = stale, .arg = BAD_RING,
	  .alone = true },
	{ "xs.bad-port", RULES, "is not bound", .front = stale, .arg = BAD_PORT, .alone = true },
	{ "xs.port-no-number", RULES, "is not bound", .front = stale, .arg = NOT_A_NUMBER,
	  .alone = true },
	CC_END,
};
