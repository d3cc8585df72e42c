/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The judging backend: its life along the library's state machine, and the order of the checks. */
#include "back.h"

#include <stdio.h>
#include <string.h>

#define LOOK_MS 10u
#define GIVE_UP 2u

bool cc_back_init(struct cc_back *b, struct cc_world *w, uint32_t activity_ms)
{
	struct displif_diag diag = { 0 };
	char text[CC_TEXT];
	uint32_t i;

	memset(b, 0, sizeof(*b));
	b->w = w;
	b->activity_ms = activity_ms;
	for (i = 0; i < 2 * CC_BACK_CONNECTORS; i++)
		b->tag[i] = (struct cc_btag){ i / 2, i % 2 ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ };
	displif_bdev_init(&b->dev);
	b->peer = 0xff;
	w->event = cc_back_event;
	w->tick = cc_back_tick;
	w->arg = b;
	displif_cfg_init(&b->cfg, b->connector, CC_BACK_CONNECTORS);
	if (displif_port_back_config(&w->port, w->peer_dir, &b->cfg, &diag) == 0)
		return true;
	displif_diag_text(&diag, text, sizeof(text));
	cli_error("the device's configuration: %s", text);
	return false;
}

void cc_back_unbind(struct cc_back *b)
{
	uint32_t i, n = b->n;

	b->n = 0;
	cc_back_drop(b);
	for (i = 0; i < n; i++)
		displif_back_kill(&b->session[i], DISPLIF_E_GONE);
	displif_port_back_close(&b->w->port, b->link, n);
}

void cc_back_feed(struct cc_back *b, enum displif_bin in, uint32_t arg)
{
	struct displif_step step;
	bool more;

	do {
		more = false;
		step = displif_bdev_step(&b->dev, in, arg, cc_now(b->w));
		if (step.act & DISPLIF_ACT_PUBLISH)
			displif_port_back_publish(&b->w->port, b->w->dir, NULL);
		if (step.act & DISPLIF_ACT_START) {
			in = cc_back_bind(b) ? DISPLIF_BIN_BIND_FAILED : DISPLIF_BIN_BOUND;
			more = true;
		}
		if (step.act & DISPLIF_ACT_RELEASE)
			cc_back_unbind(b);
		if (step.write >= 0)
			cc_set_state(b->w, (uint32_t)step.write);
		if (step.act & DISPLIF_ACT_REREAD) {
			in = DISPLIF_BIN_PEER;
			arg = cc_peer_state(b->w);
			more = true;
		}
	} while (more);
}

/* A frontend that leaves ends its grants before it says so; one that stays, or comes back, published nonsense. */
static void judge_unbound(struct cc_back *b, uint8_t state)
{
	if (!b->unbound_at || (state == DISPLIF_XB_INITIALISED &&
			       cc_now(b->w) < b->unbound_at + b->w->timeout_ms / 4))
		return;
	b->unbound_at = 0;
	if (state != DISPLIF_XB_CLOSING && state != DISPLIF_XB_CLOSED)
		cc_back_broken(b, b->unbound_mon, "%.190s", b->unbound);
}

/* The frontend's state, if it is news. */
static void look(struct cc_back *b)
{
	uint64_t now = cc_now(b->w);
	uint8_t state;

	if (now < b->look_at)
		return;
	b->look_at = now + LOOK_MS;
	state = cc_peer_state(b->w);
	b->peers_seen |= CC_IN(state);
	judge_unbound(b, state);
	if (!b->n)
		cc_back_look_at_nodes(b);
	if (b->n && !b->manual && b->peer == DISPLIF_XB_INITIALISED && state != b->peer &&
	    state != DISPLIF_XB_CONNECTED)
		cc_back_broken(b, CC_BMON_CONNECTS, "after our 4 it went from 3 to %s",
			       displif_xs_state_name(state));
	if (state == DISPLIF_XB_CONNECTED && b->peer != state && b->n)
		b->connects++;
	if (state != b->peer && !b->manual) {
		b->peer = state;
		cc_back_feed(b, DISPLIF_BIN_PEER, state);
	}
	b->peer = state;
	if (b->n && b->dev.state == DISPLIF_BDEV_CONNECTED && !b->manual) {
		b->mon[CC_BMON_CONNECTS].seen++;
		if (state == DISPLIF_XB_INITIALISED &&
		    cc_now(b->w) > b->bound_at + b->w->timeout_ms) {
			cc_back_broken(b, CC_BMON_CONNECTS, "in 3 %u ms after our 4",
				       b->w->timeout_ms);
			b->bound_at = cc_now(b->w);
		}
	}
}

void cc_back_tick(void *arg)
{
	struct cc_back *b = arg;
	uint32_t i;

	look(b);
	for (i = 0; i < b->n; i++) {
		cc_back_serve(b, i);
		cc_back_due(b, i);
	}
	if (!b->manual && b->dev.due <= cc_now(b->w))
		cc_back_feed(b, DISPLIF_BIN_TICK, 0);
}

void cc_back_event(void *arg, void *tag)
{
	struct cc_back *b = arg;
	const struct cc_btag *t = tag;

	if (t->conn >= b->n)
		return;
	b->conn[t->conn].fired[t->chan]++;
	cc_back_serve(b, t->conn);
}

void cc_back_restart(struct cc_back *b)
{
	b->manual = false;
	cc_back_feed(b, DISPLIF_BIN_BROKEN, 0);
}

void cc_back_resume(struct cc_back *b)
{
	cc_back_unbind(b);
	b->manual = false;
	displif_bdev_init(&b->dev);
	/* Our node may say anything: begin as a backend that was started anew. */
	b->peer = cc_peer_state(b->w);
	cc_back_feed(b, DISPLIF_BIN_PEER, b->peer);
}

struct activity {
	struct cc_back *b;
	uint32_t requests;
};

static bool is_active(void *arg)
{
	const struct activity *a = arg;

	return a->b->n && a->b->peer == DISPLIF_XB_CONNECTED &&
	       (int32_t)(a->b->requests - a->requests) >= 0;
}

bool cc_back_active(struct cc_back *b, uint32_t n, uint32_t ms)
{
	struct activity a = { b, b->requests + n };

	if (cc_until(b->w, is_active, &a, ms))
		return true;
	if (b->n && b->peer == DISPLIF_XB_CONNECTED)
		snprintf(b->why, sizeof(b->why), "connected, but only %u requests in %u ms",
			 b->requests + n - a.requests, ms);
	else
		snprintf(b->why, sizeof(b->why), "after %u ms the frontend is in %s, we in %s", ms,
			 displif_xs_state_name(b->peer), displif_xs_state_name(cc_own_state(b->w)));
	return false;
}

static void run_one(void *end, const struct cc_check *c, struct cc_result *r)
{
	struct cc_back *b = end;
	uint32_t patience = b->w->timeout_ms + b->activity_ms;

	if (b->gave_up >= GIVE_UP && !c->alone) {
		cc_na(r, "nothing more comes: %.150s", b->why);
		return;
	}
	if (!c->alone && !cc_back_active(b, 1, patience)) {
		b->gave_up++;
		cc_na(r, "%.190s", b->why);
		return;
	}
	if (!c->alone)
		b->gave_up = 0;
	memset(&b->plan, 0, sizeof(b->plan));
	c->back(b, c, r);
	memset(&b->plan, 0, sizeof(b->plan));
	if (b->manual)
		cc_back_resume(b);
}

static bool closed(void *arg)
{
	struct cc_back *b = arg;

	return b->dev.state == DISPLIF_BDEV_DEAD;
}

void cc_back_end(struct cc_back *b)
{
	if (b->manual)
		cc_back_resume(b);
	cc_back_feed(b, DISPLIF_BIN_STOP, 0);
	cc_until(b->w, closed, b, 1000);
	cc_back_unbind(b);
}

void cc_back_run(struct cc_back *b, struct cc_report *rep)
{
	cc_report_run(rep, b->w, cc_back_tables, run_one, b);
	cc_back_end(b);
}
