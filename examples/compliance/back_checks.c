/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Checks of a frontend: states, and the rules that are watched while it does what its client wants. */
#include "back.h"

#include <stdio.h>
#include <string.h>

#define FLOW "displif.h: Normal flow"
#define REC "displif.h: Recovery flow"
#define REQ "displif.h: Requests"
#define CREATE "displif.h: Requests, XENDISPL_OP_DBUF_CREATE"
#define ATTACH "displif.h: Requests, XENDISPL_OP_FB_ATTACH"
#define CONFIG "displif.h: Requests, XENDISPL_OP_SET_CONFIG"
#define EDID "displif.h: Requests, XENDISPL_OP_GET_EDID"
#define TRANSPORT "displif.h: Connector Request Transport Parameters"
#define VERSION "displif.h: Protocol version"
#define PAGE "displif.h: Back to front events delivery"
#define RULES "protocol.md: Unwritten rules of a frontend"
#define SEEN "protocol.md: Seen on a real Xen"

/* How long a frontend has to wait where it has to. */
#define HOLD_MS 400u

/* --- states --- */

static bool at_1(void *arg)
{
	struct cc_back *b = arg;

	return b->peer == DISPLIF_XB_INITIALISING;
}

static bool at_3(void *arg)
{
	struct cc_back *b = arg;

	return b->peer == DISPLIF_XB_INITIALISED;
}

/* Closes by hand, and leaves the frontend in 1. */
static bool closed(struct cc_back *b, struct cc_result *r)
{
	b->manual = true;
	cc_back_unbind(b);
	cc_set_state(b->w, DISPLIF_XB_CLOSING);
	cc_pause(b->w, 20);
	cc_set_state(b->w, DISPLIF_XB_CLOSED);
	if (cc_until(b->w, at_1, b, b->w->timeout_ms))
		return true;
	cc_na(r, "the frontend did not come to 1, it is in %s", displif_xs_state_name(b->peer));
	return false;
}

static void waits_for_2(struct cc_back *b, const struct cc_check *c, struct cc_result *r)
{
	(void)c;
	if (!closed(b, r))
		return;
	b->peers_seen = 0;
	cc_pause(b->w, HOLD_MS);
	if (b->peers_seen & (CC_IN(DISPLIF_XB_INITIALISED) | CC_IN(DISPLIF_XB_CONNECTED)))
		cc_fail(r, "it published while our state was 6");
}

static void waits_for_4(struct cc_back *b, const struct cc_check *c, struct cc_result *r)
{
	(void)c;
	if (!closed(b, r))
		return;
	displif_port_back_publish(&b->w->port, b->w->dir, NULL);
	cc_set_state(b->w, DISPLIF_XB_INIT_WAIT);
	if (!cc_until(b->w, at_3, b, b->w->timeout_ms)) {
		cc_fail(r, "our state is 2, and the frontend's %s", displif_xs_state_name(b->peer));
		return;
	}
	b->peers_seen = 0;
	cc_pause(b->w, HOLD_MS);
	if (b->peers_seen & ~CC_IN(DISPLIF_XB_INITIALISED))
		cc_fail(r, "it left 3 though our state was 2 (set of its states: 0x%x)",
			b->peers_seen);
}

static void connects(struct cc_back *b, const struct cc_check *c, struct cc_result *r)
{
	(void)c;
	if (!cc_back_active(b, 0, 2 * b->w->timeout_ms))
		cc_fail(r, "%.190s", b->why);
	else
		cc_ok(r, "%u connectors", b->n);
}

/* --- what was watched --- */

struct cycle {
	struct cc_back *b;
	uint32_t before[8];
};

static bool whole(void *arg)
{
	const struct cycle *cy = arg;
	uint32_t i;

	for (i = 0; i < 6; i++) { /* all but GET_EDID */
		if (cy->b->by_op[i] == cy->before[i])
			return false;
	}
	return true;
}

/* Two connections, all operations in each; in the second twice, so that slots of the ring are used again. */
static void watch(struct cc_back *b)
{
	struct cycle cy = { .b = b };
	uint32_t i;

	for (i = 0; i < 3; i++) {
		memcpy(cy.before, b->by_op, sizeof(cy.before));
		cc_until(b->w, whole, &cy, b->activity_ms);
		if (i == 0) {
			cc_back_restart(b);
			cc_back_active(b, 1, b->w->timeout_ms + b->activity_ms);
		}
	}
}

static void watched(struct cc_back *b, const struct cc_check *c, struct cc_result *r)
{
	if (!b->watched) {
		b->watched = true;
		if (cc_back_active(b, 1, b->w->timeout_ms + b->activity_ms))
			watch(b);
	}
	cc_say_rule(r, &b->mon[c->arg], b->why);
}

static const struct cc_check states[] = {
	{ "state.connects", FLOW, "1, 3, 4", .back = connects, .alone = true },
	{ "state.waits-for-2", FLOW, "stays in 1 until our 2", .back = waits_for_2 },
	{ "state.waits-for-4", FLOW, "3 at our 2, and stays there until our 4",
	  .back = waits_for_4 },
	CC_END,
};

static const struct cc_check watched_checks[] = {
	{ "xs.all-nodes", TRANSPORT, "four numbers for each connector", .back = watched,
	  .arg = CC_BMON_NODES, .alone = true },
	{ "xs.one-transaction", RULES, "all nodes appear together", .back = watched,
	  .arg = CC_BMON_ONCE, .alone = true },
	{ "xs.version", VERSION, "a version that we know", .back = watched, .arg = CC_BMON_VERSION,
	  .alone = true, .known = true },
	{ "xs.pristine", "ring.h: SHARED_RING_INIT", "indices 0, events 1", .back = watched,
	  .arg = CC_BMON_PRISTINE, .alone = true },
	{ "xs.zeroed", "ring.h: SHARED_RING_INIT", "no old bytes in the pages", .back = watched,
	  .arg = CC_BMON_ZEROED, .alone = true },
	{ "xs.bindable", TRANSPORT, "grants for writing, ports that are not bound", .back = watched,
	  .arg = CC_BMON_BIND, .alone = true },
	{ "state.follows-4", FLOW, "4 after our 4", .back = watched, .arg = CC_BMON_CONNECTS,
	  .alone = true },
	{ "req.operation", REQ, "0x10 to 0x16", .back = watched, .arg = CC_BMON_OP, .alone = true },
	{ "req.reserved-zero", REQ, "bytes 3 to 7 are 0", .back = watched, .arg = CC_BMON_RESERVED,
	  .alone = true, .known = true },
	{ "req.unused-zero", RULES, "bytes behind the fields are 0", .back = watched,
	  .arg = CC_BMON_UNUSED, .alone = true, .known = true },
	{ "req.flags", CREATE, "no unknown flags", .back = watched, .arg = CC_BMON_FLAGS,
	  .alone = true, .known = true },
	{ "req.ids", REQ, "unique among those that are open", .back = watched, .arg = CC_BMON_IDS,
	  .alone = true },
	{ "req.32-outstanding", RULES, "at most 32 are open", .back = watched, .arg = CC_BMON_FULL,
	  .alone = true },
	{ "req.notifies", "ring.h: RING_PUSH_REQUESTS_AND_CHECK_NOTIFY",
	  "a notification when req_event asks for one", .back = watched, .arg = CC_BMON_NOTIFY,
	  .alone = true },
	{ "req.ring-0", REQ, "buffer operations on connector 0's ring", .back = watched,
	  .arg = CC_BMON_RING, .alone = true },
	{ "cookie.not-zero", RULES, "not 0", .back = watched, .arg = CC_BMON_COOKIE_0,
	  .alone = true },
	{ "cookie.unique", CREATE, "unique among those that live", .back = watched,
	  .arg = CC_BMON_COOKIE_NEW, .alone = true },
	{ "cookie.no-address", RULES, "no kernel pointer", .back = watched, .arg = CC_BMON_ADDRESS,
	  .alone = true, .known = true },
	{ "cookie.not-again", SEEN, "not another's a moment ago", .back = watched,
	  .arg = CC_BMON_REUSED, .alone = true, .known = true },
	{ "order.attach", RULES, "FB_ATTACH after DBUF_CREATE", .back = watched,
	  .arg = CC_BMON_DBUF, .alone = true },
	{ "order.show", RULES, "SET_CONFIG and PG_FLIP after FB_ATTACH", .back = watched,
	  .arg = CC_BMON_FB, .alone = true },
	{ "order.end-once", RULES, "FB_DETACH and DBUF_DESTROY of what is there", .back = watched,
	  .arg = CC_BMON_GONE, .alone = true, .known = true },
	{ "order.detach-first", REQ, "FB_DETACH before DBUF_DESTROY", .back = watched,
	  .arg = CC_BMON_DETACH, .alone = true, .known = true },
	{ "order.flip-ends", RULES, "no FB_DETACH while its flip is not shown", .back = watched,
	  .arg = CC_BMON_FLYING, .alone = true, .known = true },
	{ "order.config-first", RULES, "SET_CONFIG before PG_FLIP", .back = watched,
	  .arg = CC_BMON_CONFIG, .alone = true, .known = true },
	{ "dbuf.size", CREATE, "stride * height fits buffer_sz", .back = watched,
	  .arg = CC_BMON_SIZE, .alone = true },
	{ "dbuf.directory", CREATE, "all pages listed, no more, and they can be mapped for writing",
	  .back = watched, .arg = CC_BMON_DIR, .alone = true },
	{ "dbuf.be-alloc", CREATE, "REQ_ALLOC as be-alloc says, with an empty directory",
	  .back = watched, .arg = CC_BMON_ALLOC, .alone = true },
	{ "fb.size", ATTACH, "a known format, within its buffer", .back = watched,
	  .arg = CC_BMON_FB_SIZE, .alone = true },
	{ "config.size", CONFIG, "within its framebuffer", .back = watched,
	  .arg = CC_BMON_CONFIG_SIZE, .alone = true },
	{ "edid.buffer", EDID, "32768 bytes or more, which can be mapped for writing",
	  .back = watched, .arg = CC_BMON_EDID, .alone = true },
	{ "evt.in-cons", PAGE, "in_cons never ahead", .back = watched, .arg = CC_BMON_IN_CONS,
	  .alone = true },
	{ "evt.consumes", PAGE, "events are taken within 2 s", .back = watched,
	  .arg = CC_BMON_CONSUMES, .alone = true, .known = true },
	CC_END,
};

extern const struct cc_check cc_back_faults[], cc_back_states[];

const struct cc_check *const cc_back_tables[] = {
	states, watched_checks, cc_back_faults, cc_back_states, NULL,
};
