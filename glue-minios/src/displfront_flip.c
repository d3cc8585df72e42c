/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Event handler, page flips and events. What is marked "events off" runs in the handler, too: no call from
 * there may sleep, print or allocate.
 */
#include "displfront_priv.h"

/* How often a page is looked at again before others have their turn. */
#define ROUNDS 4u

/* --- events for the program --- */

static void event_push(struct displfront_dev *dev, uint32_t index, const struct displfront_flip *f)
{
	struct displfront_event *e = &dev->event[dev->ev_prod % DISPLFRONT_EVENTS];

	memset(e, 0, sizeof(*e));
	e->type = DISPLFRONT_EV_FLIP;
	e->connector = index;
	e->fb = &f->buf->fb;
	e->status = f->status;
	e->time_ms = displfront_clock(dev);
	dev->ev_prod++;
	dev->ev_due--;
	displfront_fd_ready(dev, true);
}

void displfront_status_changed(struct displfront_dev *dev)
{
	dev->ev_status = true;
	displfront_fd_ready(dev, true);
	wake_up(&dev->waitq);
}

bool displfront_pending(const struct displfront_dev *dev)
{
	return dev->ev_prod != dev->ev_cons || dev->ev_status;
}
EXPORT_SYMBOL(displfront_pending);

int displfront_receive(struct displfront_dev *dev, struct displfront_event *event, int n)
{
	unsigned long flags;
	int i = 0;

	local_irq_save(flags);
	if (i < n && dev->ev_status) {
		memset(&event[i], 0, sizeof(event[i]));
		event[i].type = DISPLFRONT_EV_STATUS;
		event[i++].time_ms = displfront_clock(dev);
		dev->ev_status = false;
	}
	while (i < n && dev->ev_cons != dev->ev_prod)
		event[i++] = dev->event[dev->ev_cons++ % DISPLFRONT_EVENTS];
	displfront_fd_ready(dev, displfront_pending(dev));
	local_irq_restore(flags);
	return i;
}
EXPORT_SYMBOL(displfront_receive);

void displfront_events_forget(struct displfront_dev *dev, const struct displfront_buf *buf)
{
	unsigned long flags;
	uint32_t from, to;

	local_irq_save(flags);
	for (from = to = dev->ev_cons; from != dev->ev_prod; from++)
		if (dev->event[from % DISPLFRONT_EVENTS].fb != &buf->fb)
			dev->event[to++ % DISPLFRONT_EVENTS] = dev->event[from % DISPLFRONT_EVENTS];
	dev->ev_prod = to;
	displfront_fd_ready(dev, displfront_pending(dev));
	local_irq_restore(flags);
}

/* --- the end of a flip: events off --- */

/* The waiter has read the status: the slot is free as soon as nothing is owed. */
static void flip_read(struct displfront_flip *flip)
{
	flip->waited = false;
	if (!flip->owed)
		flip->buf = NULL;
}

/* Its status is known, though an answer may be owed still. */
static void flip_over(struct displfront_dev *dev, uint32_t index, struct displfront_flip *f,
		      int status)
{
	if (f->over)
		return;
	f->over = true;
	f->status = status;
	f->buf->plan.flips--;
	if (status)
		dev->stats.failed++;
	else
		dev->stats.events++;
	if (f->waited)
		return;
	/* One that is to be destroyed is not spoken of any more. */
	if (f->buf->plan.wanted)
		event_push(dev, index, f);
	else
		dev->ev_due--;
}

static void flip_event(struct displfront_dev *dev, uint32_t index,
		       const struct displif_front_event *ev)
{
	struct displfront_flip *f = &dev->conn[index]->flip[ev->token];

	if (ev->type == DISPLIF_EV_LOST) {
		f->owed = 0;
		flip_over(dev, index, f, ev->status == DISPLIF_E_TIMEOUT ? -ETIMEDOUT : -ENOTCONN);
	} else if (ev->type == DISPLIF_EV_FLIP) {
		f->owed &= (uint8_t)~DISPLFRONT_OWED_EVT;
		flip_over(dev, index, f, 0);
	} else if (ev->status) {
		f->owed = 0;
		flip_over(dev, index, f, -EIO);
	} else {
		f->owed &= (uint8_t)~DISPLFRONT_OWED_RSP;
	}
	if (!f->owed && !f->waited)
		f->buf = NULL;
}

static void req_event(struct displfront_dev *dev, const struct displif_front_event *ev)
{
	struct displfront_req *r = &dev->req;

	if (!r->op || r->token != ev->token || r->over)
		return;
	/* Of a flip the event is what counts. */
	if (r->op == XENDISPL_OP_PG_FLIP && ev->type == DISPLIF_EV_RSP && !ev->status)
		return;
	r->over = true;
	r->lost = ev->type == DISPLIF_EV_LOST;
	r->status = ev->type == DISPLIF_EV_FLIP ? 0 : ev->status;
	r->edid_sz = ev->edid_sz;
	displfront_kick(dev);
}

/* --- the session: events off --- */

static void take(struct displfront_dev *dev, uint32_t index)
{
	struct displif_front_event ev;
	bool came = false;

	while (displif_front_poll(&dev->front[index], &ev)) {
		if (ev.token < DISPLFRONT_TOKENS)
			flip_event(dev, index, &ev);
		else
			req_event(dev, &ev);
		came = true;
	}
	if (came)
		wake_up(&dev->waitq);
}

/* Publishes and notifies. Returns whether work is left. */
static bool publish(struct displfront_dev *dev, uint32_t index)
{
	uint32_t duty = displif_front_flush(&dev->front[index]);

	if (duty & DISPLIF_DO_NOTIFY_REQ)
		dev->port.ops->chan_notify(dev->port.ctx, dev->link[index].chan[DISPLIF_CHAN_REQ]);
	if (duty & DISPLIF_DO_NOTIFY_EVT)
		dev->port.ops->chan_notify(dev->port.ctx, dev->link[index].chan[DISPLIF_CHAN_EVT]);
	if (duty & DISPLIF_DO_CLOSE) {
		dev->broken = true;
		displfront_kick(dev);
	}
	return duty & DISPLIF_DO_POLL;
}

void displfront_pump(struct displfront_dev *dev, uint32_t index)
{
	uint32_t round;

	take(dev, index);
	for (round = 0; publish(dev, index); round++) {
		if (round == ROUNDS) {
			dev->again = true;
			displfront_kick(dev);
			return;
		}
		displif_front_irq(&dev->front[index], DISPLIF_CHAN_REQ);
		displif_front_irq(&dev->front[index], DISPLIF_CHAN_EVT);
		take(dev, index);
	}
}

void displfront_handler(evtchn_port_t port, struct pt_regs *regs, void *tag)
{
	struct displfront_tag *t = tag;

	(void)port;
	(void)regs;
	t->dev->stats.interrupts++;
	if (!t->dev->started)
		return;
	displif_front_irq(&t->dev->front[t->index], t->chan);
	displfront_pump(t->dev, t->index);
}

/* --- flips --- */

/* Events off. A flip of slot @slot of the connector, which is free; the session's answer: 0 or enum displif_err. */
static int flip_send(struct displfront_dev *dev, uint32_t index, uint32_t slot,
		     struct displfront_buf *buf, bool waited)
{
	struct displfront_flip *f = &dev->conn[index]->flip[slot];
	struct displif_msg msg;
	int err;

	memset(&msg, 0, sizeof(msg));
	msg.op = XENDISPL_OP_PG_FLIP;
	msg.fb = buf->plan.fb;
	err = displif_front_submit(&dev->front[index], &msg, slot, displfront_clock(dev));
	if (err)
		return err;
	f->buf = buf;
	f->owed = DISPLFRONT_OWED_RSP | DISPLFRONT_OWED_EVT;
	f->waited = waited;
	f->over = false;
	buf->plan.flips++;
	dev->stats.flips++;
	if (!waited)
		dev->ev_due++;
	displfront_pump(dev, index);
	return 0;
}

/* A slot that is free, or DISPLFRONT_FLIPS. */
static uint32_t free_slot(const struct displfront_conn *c)
{
	uint32_t i;

	for (i = 0; i < DISPLFRONT_FLIPS && c->flip[i].buf; i++)
		;
	return i;
}

/* Why a flip cannot be sent; 0: it can. @events: how many it may tell of. */
static int judge(const struct displfront_dev *dev, uint32_t connector,
		 const struct displfront_buf *b, uint32_t events)
{
	const struct displif_plan_conn *m;
	const struct displfront_conn *c;

	if (connector >= dev->n || !b)
		return -EINVAL;
	if (!dev->started)
		return -ENOTCONN;
	if (b->fb.lost)
		return -ESTALE;
	c = dev->conn[connector];
	m = &dev->mode[connector];
	if (!m->dirty &&
	    (!m->mode_width || b->fb.width != m->mode_width || b->fb.height != m->mode_height))
		return -EINVAL;
	if (b->plan.flips)
		return -EBUSY;
	/* After a reconnection it takes a moment until all is there again. */
	if (m->dirty || b->plan.step != DISPLIF_PLAN_ATTACHED || free_slot(c) == DISPLFRONT_FLIPS ||
	    dev->ev_prod - dev->ev_cons + dev->ev_due + events > DISPLFRONT_EVENTS)
		return -EAGAIN;
	return 0;
}

static const char *reason(int err)
{
	switch (err) {
	case -ENOTCONN:
		return "no backend is connected";
	case -ESTALE:
		return "the framebuffer is lost";
	case -EBUSY:
		return "the framebuffer is under way already";
	case -EAGAIN:
		return "too many flips are under way, or what was shown is not back yet";
	default:
		return "no turn in time";
	}
}

/* Only mistakes are printed. */
static void explain(struct displfront_dev *dev, uint32_t connector, const struct displfront_buf *b,
		    int err)
{
	const struct displif_plan_conn *m = connector < dev->n ? &dev->mode[connector] : NULL;

	if (err != -EINVAL)
		snprintf(dev->error, sizeof(dev->error), "a flip on connector %u: %s", connector,
			 reason(err));
	else if (m && b)
		displfront_fail(dev, "a flip to %ux%u on connector %u, whose mode is %ux%u",
				b->fb.width, b->fb.height, connector, m->mode_width,
				m->mode_height);
	else
		displfront_fail(
			dev, "a flip on connector %u of %u: no such connector, or no framebuffer",
			connector, dev->n);
}

int displfront_flip(struct displfront_dev *dev, uint32_t connector, struct displfront_fb *fb,
		    uint32_t flags)
{
	struct displfront_buf *b = (struct displfront_buf *)fb;
	uint64_t until = displfront_clock(dev) + DISPLFRONT_PATIENCE_MS;
	bool waited = !(flags & DISPLFRONT_NOWAIT);
	struct displfront_flip *f;
	unsigned long irq;
	uint32_t slot;
	int err;

	if (waited)
		wait_event(dev->waitq, judge(dev, connector, b, 0) != -EAGAIN ||
					       displfront_clock(dev) >= until);
	err = judge(dev, connector, b, waited ? 0 : 1);
	if (waited && err == -EAGAIN)
		err = -ETIMEDOUT;
	if (err) {
		explain(dev, connector, b, err);
		return err;
	}
	local_irq_save(irq);
	slot = free_slot(dev->conn[connector]);
	f = &dev->conn[connector]->flip[slot];
	err = flip_send(dev, connector, slot, b, waited);
	local_irq_restore(irq);
	if (err)
		return err == DISPLIF_E_FULL ? -EAGAIN : displfront_errno(err);
	dev->mode[connector].front = &b->plan;
	if (!waited)
		return 0;
	wait_event(dev->waitq, f->over);
	err = f->status;
	local_irq_save(irq);
	flip_read(f);
	local_irq_restore(irq);
	/* A slot is free: others may wait for it. */
	wake_up(&dev->waitq);
	return err;
}
EXPORT_SYMBOL(displfront_flip);
