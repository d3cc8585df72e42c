/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Checks of a frontend: what it makes of one wrong thing, of a backend that goes, and of states that make no sense. */
#include "back.h"

#include <stdio.h>

#define RSP "displif.h: Responses"
#define EVT "displif.h: Events"
#define REC "displif.h: Recovery flow"
#define RULES "protocol.md: Unwritten rules of a frontend"

/* So many requests after a wrong thing show that life goes on. */
#define ENOUGH 6u

/* The frontend goes on, or comes back: by itself, or when the backend starts over. */
static void survives(struct cc_back *b, struct cc_result *r, const char *what)
{
	uint32_t connects = b->connects;

	if (cc_back_active(b, ENOUGH, b->activity_ms)) {
		cc_ok(r, "%s", b->connects == connects ? "went on" : "left, and came back");
		return;
	}
	cc_back_restart(b);
	if (cc_back_active(b, ENOUGH, b->w->timeout_ms + b->activity_ms))
		cc_ok(r, "came back when the backend started over");
	else
		cc_fail(r, "%s: %.140s", what, b->why);
}

/* --- one wrong thing --- */

/* cc_check.arg: which, of which operation, with which status. */
#define ARG(fault, op, status) ((int32_t)((fault) | (op) << 8 | (status) << 16))

static const int32_t statuses[] = {
	-DISPLIF_XEN_EINVAL, -DISPLIF_XEN_ENOMEM, -DISPLIF_XEN_EIO, 1, INT32_MIN, INT32_MAX, -4096
};

enum { ST_EINVAL, ST_ENOMEM, ST_EIO, ST_1, ST_MIN, ST_MAX, ST_FAR };

static bool happened(void *arg)
{
	const struct cc_back *b = arg;

	return b->plan.done;
}

static void fault(struct cc_back *b, const struct cc_check *c, struct cc_result *r)
{
	uint32_t arg = (uint32_t)c->arg;

	b->plan = (struct cc_plan){ .fault = (enum cc_fault)(arg & 0xffu),
				    .op = (uint8_t)(arg >> 8),
				    .status = statuses[arg >> 16] };
	if (!cc_until(b->w, happened, b, b->activity_ms)) {
		if (b->plan.fault == CC_FAULT_SWAP)
			cc_na(r, "it never had two requests open at once in %u ms", b->activity_ms);
		else
			cc_na(r, "no %s came in %u ms",
			      b->plan.op ? displif_req_name(b->plan.op) : "request",
			      b->activity_ms);
		return;
	}
	survives(b, r, c->name);
}

static void stray_event(struct cc_back *b, const struct cc_check *c, struct cc_result *r)
{
	uint32_t i;

	for (i = 0; i < b->n; i++)
		cc_back_put_event(b, i, 0x7777777700000001u);
	b->plan.done = true;
	survives(b, r, c->name);
}

static void event_flood(struct cc_back *b, const struct cc_check *c, struct cc_result *r)
{
	uint32_t i, k;

	for (k = 0; k < 20; k++) {
		for (i = 0; i < 60 && b->n; i++)
			cc_back_put_event(b, 0, 0x7777777700000001u);
		cc_pause(b->w, 5);
	}
	b->plan.done = true;
	survives(b, r, c->name);
}

static void spurious(struct cc_back *b, const struct cc_check *c, struct cc_result *r)
{
	const struct displif_port *port = &b->w->port;
	uint32_t i, k;

	for (k = 0; k < 50; k++) {
		for (i = 0; i < 2 * b->n; i++)
			port->ops->chan_notify(port->ctx, b->link[i / 2].chan[i % 2]);
		cc_pause(b->w, 1);
	}
	b->plan.done = true;
	survives(b, r, c->name);
}

/* --- the backend's life --- */

enum life {
	RESTART,  /* 5, 6, 2 */
	CLOSED,	  /* 6 at once */
	WAITS,	  /* 2 at once, as one that was started anew */
	BEGINS,	  /* 1, then 2 */
	DIES,	  /* no word; another one starts */
	GARBAGE,  /* states that are none, then 5, 6, 2 */
	TOGGLES,  /* all states, again and again */
	STALLS_5, /* 5 for a while, then 6, 2 */
};

static void write_texts(struct cc_back *b, const char *const *text, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		cc_write(b->w, "state", text[i]);
		cc_pause(b->w, 20);
	}
}

static void live(struct cc_back *b, enum life life)
{
	static const char *const garbage[] = { "0", "7", "8", "9", "255", "-1", "", "x" };
	static const char *const all[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8" };
	uint32_t i;

	if (life == RESTART) {
		cc_back_restart(b);
		return;
	}
	b->manual = true;
	switch (life) {
	case RESTART:
		break;
	case CLOSED:
		cc_back_unbind(b);
		cc_set_state(b->w, DISPLIF_XB_CLOSED);
		break;
	case WAITS:
		cc_back_unbind(b);
		cc_set_state(b->w, DISPLIF_XB_INIT_WAIT);
		break;
	case BEGINS:
		cc_back_unbind(b);
		cc_set_state(b->w, DISPLIF_XB_INITIALISING);
		break;
	case DIES:
		cc_back_unbind(b);
		break;
	case GARBAGE:
		write_texts(b, garbage, sizeof(garbage) / sizeof(garbage[0]));
		break;
	case TOGGLES:
		cc_back_unbind(b);
		for (i = 0; i < 5; i++)
			write_texts(b, all, sizeof(all) / sizeof(all[0]));
		break;
	case STALLS_5:
		cc_back_unbind(b);
		cc_set_state(b->w, DISPLIF_XB_CLOSING);
		cc_pause(b->w, 300);
		cc_set_state(b->w, DISPLIF_XB_CLOSED);
		break;
	}
	cc_pause(b->w, 300);
	cc_back_resume(b);
}

static void comes_back(struct cc_back *b, const struct cc_check *c, struct cc_result *r)
{
	uint32_t connects = b->connects;

	live(b, (enum life)c->arg);
	if (!cc_back_active(b, ENOUGH, b->w->timeout_ms + b->activity_ms))
		cc_fail(r, "%.190s", b->why);
	else if (b->connects == connects)
		cc_fail(r, "it never connected anew");
}

/* Those of which no frontend can do without the answer are wrong in FB_ATTACH. */
#define GOES_ON "goes on, or leaves and comes back"

const struct cc_check cc_back_faults[] = {
	{ "rsp.create-fails", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_STATUS, XENDISPL_OP_DBUF_CREATE, ST_ENOMEM) },
	{ "rsp.attach-fails", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_STATUS, XENDISPL_OP_FB_ATTACH, ST_EINVAL) },
	{ "rsp.config-fails", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_STATUS, XENDISPL_OP_SET_CONFIG, ST_EIO) },
	{ "rsp.flip-fails", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_STATUS, XENDISPL_OP_PG_FLIP, ST_EIO) },
	{ "rsp.detach-fails", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_STATUS, XENDISPL_OP_FB_DETACH, ST_EINVAL) },
	{ "rsp.destroy-fails", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_STATUS, XENDISPL_OP_DBUF_DESTROY, ST_EINVAL) },
	{ "rsp.edid-fails", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_STATUS, XENDISPL_OP_GET_EDID, ST_EIO) },
	{ "rsp.status-positive", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_STATUS, 0, ST_1) },
	{ "rsp.status-int-min", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_STATUS, 0, ST_MIN) },
	{ "rsp.status-int-max", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_STATUS, 0, ST_MAX) },
	{ "rsp.status-4096", RSP, GOES_ON, .back = fault, .arg = ARG(CC_FAULT_STATUS, 0, ST_FAR) },
	{ "rsp.out-of-order", RULES, GOES_ON, .back = fault, .arg = CC_FAULT_SWAP },
	{ "rsp.wrong-id", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_ID, XENDISPL_OP_FB_ATTACH, 0) },
	{ "rsp.wrong-operation", RSP, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_OP, XENDISPL_OP_FB_ATTACH, 0) },
	{ "rsp.twice", RSP, GOES_ON, .back = fault, .arg = CC_FAULT_AGAIN },
	{ "rsp.unsolicited", RSP, GOES_ON, .back = fault, .arg = CC_FAULT_EXTRA },
	{ "rsp.never", RULES, "gives up in its time-out, and comes back", .back = fault,
	  .arg = ARG(CC_FAULT_SILENT, XENDISPL_OP_FB_ATTACH, 0) },
	{ "rsp.late", RULES, GOES_ON, .back = fault,
	  .arg = ARG(CC_FAULT_LATE, XENDISPL_OP_FB_ATTACH, 0) },
	{ "rsp.prod-jumps", RULES, "leaves, and comes back", .back = fault, .arg = CC_FAULT_JUMP },
	{ "evt.early", RULES, GOES_ON, .back = fault, .arg = CC_FAULT_EVT_EARLY },
	{ "evt.id-gap", EVT, GOES_ON, .back = fault, .arg = CC_FAULT_EVT_GAP },
	{ "evt.id-twice", EVT, GOES_ON, .back = fault, .arg = CC_FAULT_EVT_SAME },
	{ "evt.other-cookie", EVT, GOES_ON, .back = fault, .arg = CC_FAULT_EVT_FB },
	{ "evt.twice", EVT, GOES_ON, .back = fault, .arg = CC_FAULT_EVT_TWICE },
	{ "evt.never", RULES, "gives up in its time-out, and comes back", .back = fault,
	  .arg = CC_FAULT_EVT_NEVER },
	{ "evt.unknown-type", EVT, GOES_ON, .back = fault, .arg = CC_FAULT_EVT_TYPE },
	{ "evt.prod-jumps", RULES, "leaves, and comes back", .back = fault,
	  .arg = CC_FAULT_EVT_JUMP },
	{ "evt.no-flip", EVT, GOES_ON, .back = stray_event },
	{ "evt.flood", EVT, GOES_ON, .back = event_flood },
	{ "evt.spurious", "protocol.md: Barriers", GOES_ON, .back = spurious },
	CC_END,
};

const struct cc_check cc_back_states[] = {
	{ "state.back-restarts", REC, "comes back after 5, 6, 2", .back = comes_back,
	  .arg = RESTART },
	{ "state.back-closed", REC, "comes back after 6", .back = comes_back, .arg = CLOSED },
	{ "state.back-waits", RULES, "comes back after 2", .back = comes_back, .arg = WAITS },
	{ "state.back-begins", RULES, "comes back after 1", .back = comes_back, .arg = BEGINS },
	{ "state.back-dies", RULES, "comes back when another backend starts", .back = comes_back,
	  .arg = DIES },
	{ "state.back-garbage", RULES, "comes back after states that are none", .back = comes_back,
	  .arg = GARBAGE },
	{ "state.back-toggles", RULES, "comes back after 45 states", .back = comes_back,
	  .arg = TOGGLES },
	{ "state.back-stalls", RULES, "comes back after a slow 5", .back = comes_back,
	  .arg = STALLS_5 },
	CC_END,
};
