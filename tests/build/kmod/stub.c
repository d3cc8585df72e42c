/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* One connector: the session under its leaf lock, from interrupts, work items and waiting callers. */
#include <linux/ktime.h>
#include <xen/events.h>

#include "stub.h"

u64 stub_now(void)
{
	return (u64)ktime_to_ms(ktime_get());
}

/* With the lock held, and last. The port lives as long as c->live, so only here is it safe to notify. */
static unsigned int stub_flush(struct stub_conn *c, u64 *due)
{
	unsigned int duty = displif_front_flush(&c->front);

	if (duty & DISPLIF_DO_NOTIFY_REQ && c->live)
		notify_remote_via_irq(c->chan[DISPLIF_CHAN_REQ].irq);
	*due = displif_front_deadline(&c->front);
	return duty;
}

/* With the lock held: all events of the snapshot. */
static unsigned int stub_settle(struct stub_conn *c, u64 *due)
{
	struct displif_front_event ev;

	while (displif_front_poll(&c->front, &ev)) {
		struct stub_waiter *w = &c->waiter[ev.token % DISPLIF_RING_LEN];

		if (ev.op == XENDISPL_OP_PG_FLIP || !w->busy)
			continue; /* a driver's flips have no waiter */
		w->status = ev.type == DISPLIF_EV_RSP ? ev.status : -DISPLIF_XEN_EIO;
		complete(&w->done);
	}
	return stub_flush(c, due);
}

/* Without the lock: the other duties. */
static void stub_do(struct stub_conn *c, unsigned int duty, u64 due)
{
	struct stub_dev *dev = container_of(c, struct stub_dev, conn);
	u64 now = stub_now();

	if (duty & DISPLIF_DO_CLOSE)
		schedule_work(&dev->broken);
	if (duty & DISPLIF_DO_POLL)
		mod_delayed_work(system_wq, &c->late, 0);
	else if (due != DISPLIF_NEVER)
		mod_delayed_work(system_wq, &c->late,
				 due > now ? msecs_to_jiffies(due - now) + 1 : 0);
}

irqreturn_t stub_irq(int irq, void *arg)
{
	struct stub_chan *chan = arg;
	struct stub_conn *c = chan->conn;
	unsigned long flags;
	unsigned int duty;
	bool idle;
	u64 due;

	spin_lock_irqsave(&c->lock, flags);
	displif_front_irq(&c->front, chan->which);
	duty = stub_settle(c, &due);
	idle = displif_front_idle(&c->front, chan->which);
	spin_unlock_irqrestore(&c->lock, flags);
	stub_do(c, duty, due);
	xen_irq_lateeoi(irq, idle ? XEN_EOI_FLAG_SPURIOUS : 0);
	return IRQ_HANDLED;
}

/* The deadline has come, or work was left. */
void stub_late(struct work_struct *work)
{
	struct stub_conn *c = container_of(to_delayed_work(work), struct stub_conn, late);
	unsigned long flags;
	unsigned int duty;
	u64 due;

	spin_lock_irqsave(&c->lock, flags);
	displif_front_expire(&c->front, stub_now());
	duty = stub_settle(c, &due);
	spin_unlock_irqrestore(&c->lock, flags);
	stub_do(c, duty, due);
}

void stub_kill(struct stub_conn *c, int why)
{
	unsigned long flags;
	u64 due;

	spin_lock_irqsave(&c->lock, flags);
	c->live = false;
	displif_front_kill(&c->front, why);
	stub_settle(c, &due);
	spin_unlock_irqrestore(&c->lock, flags);
}

/* Sends one request and waits for its answer, or until the caller is killed. */
int stub_request(struct stub_conn *c, const struct displif_msg *msg)
{
	unsigned int i, duty = 0;
	unsigned long flags;
	int err = -EAGAIN;
	u64 due = 0;

	spin_lock_irqsave(&c->lock, flags);
	for (i = 0; i < DISPLIF_RING_LEN && c->waiter[i].busy; i++)
		;
	if (c->live && i < DISPLIF_RING_LEN &&
	    !displif_front_submit(&c->front, msg, i, stub_now())) {
		reinit_completion(&c->waiter[i].done);
		c->waiter[i].busy = true;
		duty = stub_flush(c, &due);
		err = 0;
	}
	spin_unlock_irqrestore(&c->lock, flags);
	if (err)
		return err;
	stub_do(c, duty, due);
	err = wait_for_completion_killable(&c->waiter[i].done);

	spin_lock_irqsave(&c->lock, flags);
	if (err)
		displif_front_forget(&c->front, i);
	else
		err = c->waiter[i].status;
	c->waiter[i].busy = false;
	spin_unlock_irqrestore(&c->lock, flags);
	return err;
}
