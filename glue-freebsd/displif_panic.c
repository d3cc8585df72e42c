/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The console in a panic. No thread, no other processor and no interrupt runs ever again: text is flipped to from where
 * it is drawn. Nothing is locked, enqueued or woken; nothing is waited for without bound; what somebody held a
 * lock for when all stopped is left alone.
 */
#include "displif_var.h"

/* Between two looks, us; for one picture to be seen, and for all together, ms. */
#define LOOK_US 100
#define PICTURE_MS 100u
#define ALL_MS 3000u

static uint64_t waited;	    /* of ALL_MS */
static uint64_t last_token; /* of the flip that was sent last */
static bool flying;	    /* it has no end yet */

/* Read without dd->sx: what is wrong here the backend refuses. */
static bool usable(const struct dfb_dev *dd, const struct dfb_conn *cn)
{
	/* The lock is free: the session is whole. */
	return MTX_READ_VALUE(&cn->mtx) == MTX_UNOWNED && cn->live &&
	       dd->cons->buf->plan.step == DISPLIF_PLAN_ATTACHED;
}

/* Nobody hears of other requests any more. */
static void look(struct dfb_conn *cn)
{
	struct displif_front_event ev;

	displif_front_irq(cn->front, DISPLIF_CHAN_REQ);
	displif_front_irq(cn->front, DISPLIF_CHAN_EVT);
	while (displif_front_poll(cn->front, &ev)) {
		/* Of a flip that is well the event is its end. */
		if (ev.token == last_token && (ev.type != DISPLIF_EV_RSP || ev.status))
			flying = false;
	}
}

/*
 * What a dead backend does not show is given up. Looks are counted, too: nobody winds the clock any more, it may stand or
 * jump.
 */
static void wait(struct dfb_conn *cn)
{
	uint64_t begin = dfb_now(), ms = 0;
	uint32_t n;

	look(cn);
	for (n = 0; flying && ms < PICTURE_MS && waited + ms < ALL_MS; n++) {
		DELAY(LOOK_US);
		look(cn);
		ms = dfb_now() - begin;
		ms = MAX(ms, n * LOOK_US / 1000);
	}
	waited += MIN(ms, PICTURE_MS);
	flying = false;
}

static bool stage(struct dfb_dev *dd, struct dfb_conn *cn, uint8_t op, bool on)
{
	const struct displif_plan_buf *b = &dd->cons->buf->plan;
	struct displif_msg msg = { .op = op, .fb = on ? b->fb : 0 };

	if (on && op == XENDISPL_OP_SET_CONFIG) {
		msg.width = b->width;
		msg.height = b->height;
		msg.bpp = b->bpp;
	}
	last_token = DFB_TOKENS + dd->token++;
	return !displif_front_submit(cn->front, &msg, last_token, dfb_now());
}

/* A program may have the screen in another mode, or nobody. */
static bool set_mode(struct dfb_dev *dd, struct dfb_conn *cn)
{
	const struct displif_plan_buf *b = &dd->cons->buf->plan;
	const struct displif_plan_conn *m = &dd->mode[0];
	static bool done;

	if (!done && (m->mode_width != b->width || m->mode_height != b->height))
		done = (!m->mode_width || stage(dd, cn, XENDISPL_OP_SET_CONFIG, false)) &&
		       stage(dd, cn, XENDISPL_OP_SET_CONFIG, true);
	else
		done = true;
	return done;
}

static void send(struct dfb_dev *dd, struct dfb_conn *cn)
{
	const struct displif_port *port = &dd->port;
	uint32_t duty;

	flying = set_mode(dd, cn) && stage(dd, cn, XENDISPL_OP_PG_FLIP, true);
	duty = displif_front_flush(cn->front);
	if (duty & DISPLIF_DO_NOTIFY_REQ)
		port->ops->chan_notify(port->ctx, cn->link->chan[DISPLIF_CHAN_REQ]);
	if (duty & DISPLIF_DO_NOTIFY_EVT)
		port->ops->chan_notify(port->ctx, cn->link->chan[DISPLIF_CHAN_EVT]);
}

void dfb_panic_show(struct dfb_dev *dd, bool line)
{
	static bool inside; /* this may panic, too */
	struct dfb_conn *cn = dd->conn[0];

	if (inside || !usable(dd, cn))
		return;
	inside = true;
	/* Characters come one by one: at a line's end all of it is to be seen, before that what is not too much. */
	if (line)
		wait(cn);
	else
		look(cn);
	if (!flying)
		send(dd, cn);
	if (line)
		wait(cn);
	inside = false;
}
