/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Checks of a backend: the order of all of them, and the rules that were watched meanwhile. */
#include "front.h"

#define RSP "displif.h: Responses"
#define EVT "displif.h: Events"
#define PAGE "displif.h: Back to front events delivery"
#define RULES "protocol.md: Unwritten rules of a backend"

/* Something of everything, if nothing was asked for before. */
static void act(struct cc_front *f)
{
	struct cc_result r = { .verdict = CC_OK };
	struct cc_buf *buf = cc_make_fb(f, &r);
	struct displif_msg msg;
	uint32_t i;

	cc_overdue(f);
	if (!buf)
		return;
	msg = cc_msg_config(buf);
	cc_call(f, f->show, &msg);
	msg = cc_msg_fb(XENDISPL_OP_PG_FLIP, buf->fb);
	for (i = 0; i < 3; i++)
		cc_call(f, f->show, &msg);
	cc_await_idle(f, f->show, CC_PATIENCE_MS);
	cc_overdue(f);
	msg = cc_msg_destroy(cc_cookie(f));
	cc_call(f, 0, &msg);
	cc_buf_end(f, buf);
}

static void watched(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	if (!f->mon[c->arg].seen)
		act(f);
	cc_say_rule(r, &f->mon[c->arg], "");
}

static const struct cc_check watched_checks[] = {
	{ "rsp.echoes-id", RSP, "the id of a request that is open", .front = watched,
	  .arg = CC_MON_ID },
	{ "rsp.echoes-operation", RSP, "the request's operation", .front = watched,
	  .arg = CC_MON_OP },
	{ "rsp.one-each", RSP, "one response for each request", .front = watched,
	  .arg = CC_MON_ONCE },
	{ "rsp.status-range", RSP, "-4095 to 0", .front = watched, .arg = CC_MON_STATUS },
	{ "rsp.whole-slot", RULES, "64 bytes, reserved ones 0", .front = watched,
	  .arg = CC_MON_WHOLE },
	{ "rsp.in-time", RULES, "within 3 s", .front = watched, .arg = CC_MON_LATE },
	{ "rsp.prod", "ring.h: RING_PUSH_RESPONSES", "rsp_prod stays behind the requests",
	  .front = watched, .arg = CC_MON_PROD },
	{ "evt.whole-slot", EVT, "PG_FLIP, reserved bytes 0", .front = watched,
	  .arg = CC_MON_EVT_TYPE },
	{ "evt.ids", RULES, "from 0, one more each", .front = watched, .arg = CC_MON_EVT_ID },
	{ "evt.own-flip", EVT, "an event has the cookie of an open flip", .front = watched,
	  .arg = CC_MON_EVT_FLIP },
	{ "evt.in-time", RULES, "within 3.1 s of the flip", .front = watched,
	  .arg = CC_MON_EVT_ONE },
	{ "evt.prod", PAGE, "in_prod within 63 of in_cons", .front = watched,
	  .arg = CC_MON_EVT_PROD },
	CC_END,
};

extern const struct cc_check cc_front_state[], cc_front_ring[], cc_front_dbuf[], cc_front_dir[],
	cc_front_fb[], cc_front_flip[];

const struct cc_check *const cc_front_tables[] = {
	cc_front_state, cc_front_ring, cc_front_dbuf,  cc_front_dir,
	cc_front_fb,	cc_front_flip, watched_checks, NULL,
};
