/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
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

/* Its end is known, though an answer may be owed still. What the console could not show is damage again. */
static void flip_over(struct dfb_conn *cn, struct dfb_flip *f, int error)
{
	if (f->over)
		return;
	f->over = true;
	f->buf->plan.flips--;
	if (error)
		cn->failed++;
	else
		cn->shown++;
	if (f != &cn->flip[DFB_FLIP_CONS])
		dfb_cdev_flipped(cn, f, error);
	else if (error)
		atomic_store_rel_int(&cn->dd->cons->damage, 1);
	dfb_kick(cn->dd);
}

static void flip_event(struct dfb_conn *cn, const struct displif_front_event *ev)
{
	struct dfb_flip *f = &cn->flip[ev->token];

	if (ev->type == DISPLIF_EV_LOST) {
		f->owed = 0;
		flip_over(cn, f, dfb_errno(ev->status));
	} else if (ev->type == DISPLIF_EV_FLIP) {
		f->owed &= ~OWED_EVT;
		flip_over(cn, f, 0);
	} else if (ev->status) {
		f->owed = 0;
		flip_over(cn, f, EIO);
	} else {
		f->owed &= ~OWED_RSP;
	}
	if (!f->owed)
		f->buf = NULL;
}

static void take(struct dfb_conn *cn)
{
	struct displif_front_event ev;

	while (displif_front_poll(cn->front, &ev)) {
		if (ev.token < DFB_TOKENS)
			flip_event(cn, &ev);
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

int dfb_flip(struct dfb_conn *cn, uint32_t slot, struct dfb_buf *buf)
{
	struct displif_msg msg = { .op = XENDISPL_OP_PG_FLIP, .fb = buf->plan.fb };
	struct dfb_flip *f = &cn->flip[slot];
	int err;

	mtx_assert(&cn->mtx, MA_OWNED);
	err = displif_front_submit(cn->front, &msg, slot, dfb_now());
	if (err)
		return err;
	f->buf = buf;
	f->owed = OWED_RSP | OWED_EVT;
	f->over = false;
	buf->plan.flips++;
	cn->flips++;
	dfb_pump(cn);
	/* The task's timer may not know of its time-out. */
	if (displif_front_deadline(cn->front) < atomic_load_acq_64(&cn->dd->armed))
		dfb_kick(cn->dd);
	return 0;
}
