/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The judging frontend: its connection's beginning and end, and the order of the checks. */
#include "front.h"

#include <stdio.h>
#include <string.h>

/* After so many connections in a row that failed, checks that need one are not tried any more. */
#define GIVE_UP 2u

static void why(struct cc_front *f, const char *what, int err, const struct displif_diag *diag)
{
	char text[CC_TEXT];

	if (diag->err) {
		displif_diag_text(diag, text, sizeof(text));
		snprintf(f->why, sizeof(f->why), "%.60s: %.120s", what, text);
	} else {
		snprintf(f->why, sizeof(f->why), "%.60s: %s", what, displif_strerror(err));
	}
}

bool cc_front_init(struct cc_front *f, struct cc_world *w, uint32_t connector)
{
	struct displif_diag diag = { 0 };
	char text[CC_TEXT];
	uint32_t i;

	memset(f, 0, sizeof(*f));
	f->w = w;
	f->show = connector;
	for (i = 0; i < 2 * CC_CONNECTORS; i++)
		f->tag[i] = (struct cc_tag){ i / 2, i % 2 ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ };
	w->event = cc_front_event;
	w->arg = f;
	/* What the backend writes is not looked at yet: that is judged. */
	displif_cfg_init(&f->cfg, f->connector, CC_CONNECTORS);
	if (displif_port_back_config(&w->port, w->dir, &f->cfg, &diag) != 0) {
		displif_diag_text(&diag, text, sizeof(text));
		cli_error("the device's configuration: %s", text);
		return false;
	}
	if (connector >= f->cfg.n) {
		cli_error("--connector %u: the device has %u", connector, f->cfg.n);
		return false;
	}
	return true;
}

bool cc_front_publish(struct cc_front *f)
{
	const struct displif_front_cfg session = { .timeout_ms = 3000, .max_lost = 8 };
	struct displif_diag diag = { 0 };
	void *tag[2 * CC_CONNECTORS];
	uint32_t i;
	int err;

	displif_cfg_init(&f->cfg, f->connector, CC_CONNECTORS);
	err = displif_port_front_config(&f->w->port, f->w->dir, f->w->peer_dir, &f->cfg, &diag);
	if (err) {
		why(f, "reading the configuration", err, &diag);
		return false;
	}
	for (i = 0; i < 2 * f->cfg.n; i++)
		tag[i] = &f->tag[i];
	err = displif_port_front_publish(&f->w->port, f->w->dir, f->w->peer, &f->cfg, &session,
					 f->link, f->session, tag, &diag);
	if (err) {
		why(f, "publishing the rings", err, &diag);
		return false;
	}
	f->n = f->cfg.n;
	memset(f->conn, 0, sizeof(f->conn));
	for (i = 0; i < f->n; i++)
		f->conn[i].ahead = 1;
	displif_port_enable(&f->w->port, f->link, f->n);
	return true;
}

void cc_front_release(struct cc_front *f)
{
	uint32_t i, n = f->n;

	f->up = false;
	f->n = 0;
	for (i = 0; i < CC_BUFS; i++)
		cc_buf_drop(f, &f->buf[i]);
	for (i = 0; i < n; i++)
		displif_front_kill(&f->session[i], DISPLIF_E_GONE);
	displif_port_front_close(&f->w->port, f->link, n);
}

bool cc_front_await_offer(struct cc_front *f)
{
	cc_set_state(f->w, DISPLIF_XB_INITIALISING);
	if (cc_await_peer(f->w, CC_IN(DISPLIF_XB_INIT_WAIT), f->w->timeout_ms))
		return true;
	snprintf(f->why, sizeof(f->why), "the backend is in %s after %u ms, our state being 1",
		 displif_xs_state_name(cc_peer_state(f->w)), f->w->timeout_ms);
	return false;
}

bool cc_front_connect(struct cc_front *f)
{
	if (!cc_front_await_offer(f) || !cc_front_publish(f))
		return false;
	cc_set_state(f->w, DISPLIF_XB_INITIALISED);
	if (!cc_await_peer(f->w, CC_IN(DISPLIF_XB_CONNECTED), f->w->timeout_ms)) {
		snprintf(f->why, sizeof(f->why),
			 "the backend is in %s after %u ms, our state being 3",
			 displif_xs_state_name(cc_peer_state(f->w)), f->w->timeout_ms);
		cc_front_leave(f);
		return false;
	}
	cc_set_state(f->w, DISPLIF_XB_CONNECTED);
	f->connects++;
	f->up = true;
	f->sick = false;
	return true;
}

bool cc_front_leave(struct cc_front *f)
{
	const uint32_t gone = CC_IN(DISPLIF_XB_UNKNOWN) | CC_IN(DISPLIF_XB_INITIALISING) |
			      CC_IN(DISPLIF_XB_INIT_WAIT) | CC_IN(DISPLIF_XB_CLOSING) |
			      CC_IN(DISPLIF_XB_CLOSED);
	bool left;

	f->up = false;
	cc_set_state(f->w, DISPLIF_XB_CLOSING);
	left = cc_await_peer(f->w, gone, f->w->timeout_ms);
	cc_set_state(f->w, DISPLIF_XB_CLOSED);
	cc_front_release(f);
	return left;
}

bool cc_front_ready(struct cc_front *f)
{
	if (f->up && !f->sick && cc_peer_state(f->w) == DISPLIF_XB_CONNECTED)
		return true;
	if (f->n)
		cc_front_leave(f);
	if (cc_front_connect(f)) {
		f->gave_up = 0;
		return true;
	}
	f->gave_up++;
	return false;
}

bool cc_front_alive(struct cc_front *f)
{
	struct displif_msg msg = cc_msg_destroy(cc_cookie(f));

	return cc_peer_state(f->w) == DISPLIF_XB_CONNECTED && f->up &&
	       cc_call(f, 0, &msg) != CC_SILENT;
}

void cc_front_tidy(struct cc_front *f)
{
	struct displif_msg reset = cc_msg_config(NULL);
	uint32_t i;
	bool left = false;

	if (!f->up) {
		if (f->n)
			cc_front_leave(f);
		return;
	}
	if (cc_peer_state(f->w) != DISPLIF_XB_CONNECTED)
		f->sick = true;
	for (i = 0; i < f->n; i++) {
		f->conn[i].lazy = f->conn[i].deaf = false;
		f->conn[i].ahead = 1;
		cc_take(f, i);
		left |= cc_open_requests(f, i) > 0;
	}
	for (i = 0; i < CC_BUFS && !left; i++)
		left = f->buf[i].used;
	if (!left)
		return;
	for (i = 0; i < f->n && !f->sick; i++)
		f->sick = !cc_await_idle(f, i, CC_PATIENCE_MS);
	if (!f->sick && cc_call(f, f->show, &reset) != 0)
		f->sick = true;
	for (i = 0; i < CC_BUFS; i++) {
		if (f->buf[i].used && !f->sick && cc_buf_end(f, &f->buf[i]) != 0)
			f->sick = true;
	}
	cc_overdue(f);
	if (f->sick)
		cc_front_leave(f);
}

static void run_one(void *end, const struct cc_check *c, struct cc_result *r)
{
	struct cc_front *f = end;

	if (f->gave_up >= GIVE_UP && !c->alone) {
		cc_na(r, "no connection any more: %.150s", f->why);
		return;
	}
	if (!c->alone && !cc_front_ready(f)) {
		cc_fail(r, "no connection: %.150s", f->why);
		return;
	}
	c->front(f, c, r);
	cc_front_tidy(f);
}

void cc_front_run(struct cc_front *f, struct cc_report *rep)
{
	cc_report_run(rep, f->w, cc_front_tables, run_one, f);
	if (f->n)
		cc_front_leave(f);
	cc_set_state(f->w, DISPLIF_XB_CLOSED);
}
