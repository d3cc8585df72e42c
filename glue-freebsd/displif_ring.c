// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The sessions: what the interrupt thread takes out of the pages, and what is sent. All under the connector's mutex. */
#include "displif_var.h"

/* How often a page is looked at again before others have their turn. */
#define ROUNDS 4u

#define OWED_RSP 1u
#define OWED_EVT 2u

static void req_event(struct dfb_conn *cn, const struct displif_front_event *ev)
{
	struct dfb_req *r = &cn->dd->req;

	if (!r->op || r->connector != cn->index || r->token != ev->token || r->over)
		return;
	/* Of a flip the event is what counts. */
	if (r->op == XENDISPL_OP_PG_FLIP && ev->type == DISPLIF_EV_RSP && !ev->status)
		return;
	r->lost = ev->type == DISPLIF_EV_LOST;
	r->status = ev->type == DISPLIF_EV_FLIP ? 0 : ev->status;
	r->edid_sz = ev->edid_sz;
	r->over = true;
	dfb_kick(cn->dd);
}

/* The console's flip, or a part of it. What was not shown is damage again. */
static void cons_event(struct dfb_conn *cn, const struct displif_front_event *ev)
{
	struct dfb_cons *cons = cn->dd->cons;
	bool failed = ev->type == DISPLIF_EV_LOST || (ev->type == DISPLIF_EV_RSP && ev->status);

	if (failed)
		cn->cons_owed = 0;
	else
		cn->cons_owed &= ev->type == DISPLIF_EV_FLIP ? ~OWED_EVT : ~OWED_RSP;
	if (ev->type == DISPLIF_EV_FLIP)
		cn->shown++;
	if (failed) {
		cn->failed++;
		atomic_store_rel_int(&cons->damage, 1);
	}
	if (cn->cons_owed || !cn->cons_busy)
		return;
	cn->cons_busy = false;
	cons->buf->plan.flips--;
	dfb_kick(cn->dd);
}

static void take(struct dfb_conn *cn)
{
	struct displif_front_event ev;

	while (displif_front_poll(cn->front, &ev)) {
		if (ev.token == DFB_TOKEN_CONS)
			cons_event(cn, &ev);
		else
			req_event(cn, &ev);
	}
}

/* Returns whether work is left. */
static bool publish(struct dfb_conn *cn)
{
	const struct displif_port *port = &cn->dd->port;
	uint32_t duty = displif_front_flush(cn->front);

	if (duty & DISPLIF_DO_NOTIFY_REQ)
		port->ops->chan_notify(port->ctx, cn->link->chan[DISPLIF_CHAN_REQ]);
	if (duty & DISPLIF_DO_NOTIFY_EVT)
		port->ops->chan_notify(port->ctx, cn->link->chan[DISPLIF_CHAN_EVT]);
	if (duty & DISPLIF_DO_CLOSE) {
		atomic_store_rel_int(&cn->dd->broken, 1);
		dfb_kick(cn->dd);
	}
	return duty & DISPLIF_DO_POLL;
}

void dfb_pump(struct dfb_conn *cn)
{
	uint32_t round;

	mtx_assert(&cn->mtx, MA_OWNED);
	take(cn);
	for (round = 0; publish(cn); round++) {
		if (round == ROUNDS) {
			atomic_store_rel_int(&cn->dd->again, 1);
			dfb_kick(cn->dd);
			return;
		}
		displif_front_irq(cn->front, DISPLIF_CHAN_REQ);
		displif_front_irq(cn->front, DISPLIF_CHAN_EVT);
		take(cn);
	}
}

void dfb_intr(void *arg)
{
	struct dfb_tag *tag = arg;
	struct dfb_conn *cn = tag->cn;

	mtx_lock(&cn->mtx);
	cn->interrupts++;
	if (cn->live) {
		displif_front_irq(cn->front, tag->chan);
		dfb_pump(cn);
	}
	mtx_unlock(&cn->mtx);
}

void dfb_cons_flip(struct dfb_conn *cn, uint64_t fb)
{
	struct displif_msg msg = { .op = XENDISPL_OP_PG_FLIP, .fb = fb };

	mtx_assert(&cn->mtx, MA_OWNED);
	if (displif_front_submit(cn->front, &msg, DFB_TOKEN_CONS, dfb_now())) {
		atomic_store_rel_int(&cn->dd->cons->damage, 1);
		return;
	}
	cn->cons_owed = OWED_RSP | OWED_EVT;
	cn->cons_busy = true;
	cn->dd->cons->buf->plan.flips++;
	cn->flips++;
	dfb_pump(cn);
}
