/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Requests and their answers: slots, interrupts, deadlines, sleepers.
 *
 * A locked section is: irq(), poll() until it gives nothing, submit(), and ddrm_req_flush()
 * last. The notification goes out inside the lock: while the connector has a connection its
 * channels exist, and ddrm_conn_stop() takes that away under the same lock. So does the arming
 * of the work "late".
 */
#include <linux/slab.h>
#include <xen/events.h>

#include "displif_drv.h"
#include "displif_trace.h"

/* The peer's word becomes ours here and nowhere else: what is not known is -EIO. */
int ddrm_errno(s32 status)
{
	switch (status) {
	case 0:
		return 0;
	case -DISPLIF_XEN_EPERM:
		return -EPERM;
	case -DISPLIF_XEN_ENOENT:
		return -ENOENT;
	case -DISPLIF_XEN_E2BIG:
		return -E2BIG;
	case -DISPLIF_XEN_ENOMEM:
		return -ENOMEM;
	case -DISPLIF_XEN_EACCES:
		return -EACCES;
	case -DISPLIF_XEN_EBUSY:
		return -EBUSY;
	case -DISPLIF_XEN_EEXIST:
		return -EEXIST;
	case -DISPLIF_XEN_EINVAL:
		return -EINVAL;
	case -DISPLIF_XEN_ENOSPC:
		return -ENOSPC;
	case -DISPLIF_XEN_EOPNOTSUPP:
		return -EOPNOTSUPP;
	case -DISPLIF_XEN_ETIMEDOUT:
		return -ETIMEDOUT;
	default:
		return -EIO;
	}
}

static void ddrm_slot_free(struct ddrm_conn *c, struct ddrm_slot *slot)
{
	slot->state = DDRM_SLOT_FREE;
	slot->share = NULL;
	slot->fb = 0;
	if (wq_has_sleeper(&c->room))
		wake_up(&c->room);
	if (c->starved && c->gen) {
		c->starved = false;
		ddrm_link_kick(c->dd);
	}
}

/* The answer to a request that nobody waits for. */
static void ddrm_quiet_done(struct ddrm_conn *c, struct ddrm_slot *slot,
			    const struct displif_front_event *ev)
{
	/* A buffer that the backend does not know is one that it does not map. */
	bool good =
		ev->type == DISPLIF_EV_RSP && (!ev->status || ev->status == -DISPLIF_XEN_ENOENT);
	struct ddrm_share *share = slot->share;

	if (share) {
		/*
		 * Without a good answer the backend may still map the pages: they stay until
		 * the connection ends.
		 */
		WRITE_ONCE(share->state, good ? DDRM_SHARE_DONE : DDRM_SHARE_LOST);
		if (good && c->gen)
			ddrm_link_kick(c->dd);
	} else if (slot->op == XENDISPL_OP_SET_CONFIG && ev->type == DISPLIF_EV_RSP && ev->status) {
		c->stats.config_refused++;
		drm_err_ratelimited(&c->dd->drm, "connector %u: mode refused: %d\n", c->index,
				    ddrm_errno(ev->status));
	}
	ddrm_slot_free(c, slot);
}

static void ddrm_settle(struct ddrm_conn *c)
{
	struct displif_front_event ev;

	while (displif_front_poll(c->front, &ev)) {
		struct ddrm_slot *slot = &c->slot[ev.token % DISPLIF_RING_LEN];

		trace_ddrm_event(c->index, ev.type, ev.op, (u32)ev.token, ev.status);
		switch (slot->state) {
		case DDRM_SLOT_WAIT:
			if (ev.type == DISPLIF_EV_RSP)
				slot->err = ddrm_errno(ev.status);
			else
				slot->err = ev.status == DISPLIF_E_TIMEOUT ? -ETIMEDOUT : -ENOTCONN;
			slot->edid_sz = ev.edid_sz;
			complete(&slot->done);
			break;
		case DDRM_SLOT_FLIP:
			ddrm_flip_event(c, slot, &ev);
			if (ev.type == DISPLIF_EV_LOST || (slot->answered && slot->shown))
				ddrm_slot_free(c, slot);
			break;
		case DDRM_SLOT_QUIET:
			ddrm_quiet_done(c, slot, &ev);
			break;
		}
	}
	ddrm_flip_next(c);
}

/* With the lock held, and last. */
void ddrm_req_flush(struct ddrm_conn *c)
{
	u32 duty = displif_front_flush(c->front);
	u64 due = displif_front_deadline(c->front), now;

	if (!c->gen)
		return;
	if (duty & DISPLIF_DO_NOTIFY_REQ)
		ddrm_chan_notify(c->chan[DISPLIF_CHAN_REQ]);
	if (duty & DISPLIF_DO_NOTIFY_EVT)
		ddrm_chan_notify(c->chan[DISPLIF_CHAN_EVT]);
	if (duty & DISPLIF_DO_CLOSE) {
		atomic_set(&c->dd->broken, (int)c->gen);
		ddrm_link_kick(c->dd);
	}
	if (c->flip >= 0)
		due = min(due, c->flip_due);
	if (duty & DISPLIF_DO_POLL)
		due = 0;
	/* A work that is early looks at the deadline again: a flip need not move it. */
	if (due >= c->late_due)
		return;
	now = ddrm_now();
	c->late_due = due;
	mod_delayed_work(system_highpri_wq, &c->late,
			 due > now ? msecs_to_jiffies((unsigned int)(due - now)) + 1 : 0);
}

void ddrm_conn_irq(struct ddrm_conn *c, enum displif_chan which, int irq)
{
	unsigned long flags;
	bool idle = false;

	spin_lock_irqsave(&c->lock, flags);
	if (c->gen) {
		displif_front_irq(c->front, which);
		ddrm_settle(c);
		ddrm_req_flush(c);
		idle = displif_front_idle(c->front, which);
	}
	spin_unlock_irqrestore(&c->lock, flags);
	xen_irq_lateeoi((unsigned int)irq, idle ? XEN_EOI_FLAG_SPURIOUS : 0);
}

/* A deadline has come, or work was left. */
static void ddrm_late(struct work_struct *work)
{
	struct ddrm_conn *c = container_of(to_delayed_work(work), struct ddrm_conn, late);
	unsigned long flags;
	u64 now = ddrm_now();

	spin_lock_irqsave(&c->lock, flags);
	if (c->gen) {
		c->late_due = DISPLIF_NEVER;
		displif_front_expire(c->front, now);
		ddrm_settle(c);
		ddrm_flip_expire(c, now);
		ddrm_flip_next(c);
		ddrm_req_flush(c);
	}
	spin_unlock_irqrestore(&c->lock, flags);
}

static int ddrm_slot_find(const struct ddrm_conn *c)
{
	int i;

	for (i = 0; i < (int)DISPLIF_RING_LEN; i++) {
		if (c->slot[i].state == DDRM_SLOT_FREE)
			return i;
	}
	return -EAGAIN;
}

/*
 * With the lock and a connection: stages a request, to be followed by ddrm_req_flush(). Returns
 * the slot, or -EAGAIN if the ring is full, or -ENOTCONN.
 */
int ddrm_req_submit(struct ddrm_conn *c, const struct displif_msg *msg, u8 state,
		    struct ddrm_share *share)
{
	struct ddrm_slot *slot;
	int i, err;

	i = ddrm_slot_find(c);
	if (i < 0)
		return -EAGAIN;
	err = displif_front_submit(c->front, msg, (u64)i, ddrm_now());
	if (err)
		return err == DISPLIF_E_FULL ? -EAGAIN : -ENOTCONN;
	trace_ddrm_request(c->index, msg->op, (u32)i, msg->dbuf, msg->fb);
	slot = &c->slot[i];
	slot->state = state;
	slot->op = msg->op;
	slot->fb = msg->fb;
	slot->share = share;
	slot->err = 0;
	slot->edid_sz = 0;
	slot->answered = false;
	slot->shown = false;
	if (state == DDRM_SLOT_WAIT)
		reinit_completion(&slot->done);
	return i;
}

static bool ddrm_req_room(struct ddrm_conn *c, u32 gen)
{
	unsigned long flags;
	bool room;

	spin_lock_irqsave(&c->lock, flags);
	room = c->gen != gen || (displif_front_space(c->front) && ddrm_slot_find(c) >= 0);
	spin_unlock_irqrestore(&c->lock, flags);
	return room;
}

/*
 * Sends a request of connection @gen and sleeps until its answer, or until the caller is
 * killed. Returns 0; what the backend said; -ENOTCONN if that connection is gone, -ETIMEDOUT,
 * -ERESTARTSYS.
 */
int ddrm_req_wait(struct ddrm_conn *c, u32 gen, const struct displif_msg *msg, u32 *edid_sz)
{
	unsigned long flags;
	int i, err;

	do {
		long left = wait_event_killable_timeout(c->room, ddrm_req_room(c, gen),
							msecs_to_jiffies(DDRM_TIMEOUT_MS));

		if (left <= 0)
			return left ? (int)left : -ETIMEDOUT;
		spin_lock_irqsave(&c->lock, flags);
		i = -ENOTCONN;
		if (gen && c->gen == gen) {
			i = ddrm_req_submit(c, msg, DDRM_SLOT_WAIT, NULL);
			ddrm_req_flush(c);
		}
		spin_unlock_irqrestore(&c->lock, flags);
	} while (i == -EAGAIN);
	if (i < 0)
		return i;
	/* The session gives every request an end, by time if by nothing else. */
	err = wait_for_completion_killable(&c->slot[i].done);

	spin_lock_irqsave(&c->lock, flags);
	/*
	 * Killed: the token is forgotten, so nothing comes for this slot any more; the session
	 * keeps the id.
	 */
	if (err && c->gen == gen)
		displif_front_forget(c->front, (u64)i);
	if (!err) {
		err = c->slot[i].err;
		if (edid_sz)
			*edid_sz = c->slot[i].edid_sz;
	}
	ddrm_slot_free(c, &c->slot[i]);
	spin_unlock_irqrestore(&c->lock, flags);
	return err;
}

/*
 * Sends a request whose answer nobody waits for. -EAGAIN: the ring is full; "life" is kicked
 * when it is not.
 */
int ddrm_req_quiet(struct ddrm_conn *c, u32 gen, const struct displif_msg *msg,
		   struct ddrm_share *share)
{
	unsigned long flags;
	int i = -ENOTCONN;

	spin_lock_irqsave(&c->lock, flags);
	if (gen && c->gen == gen) {
		i = ddrm_req_submit(c, msg, DDRM_SLOT_QUIET, share);
		ddrm_req_flush(c);
		if (i == -EAGAIN)
			c->starved = true;
	}
	spin_unlock_irqrestore(&c->lock, flags);
	return i < 0 ? i : 0;
}

/*
 * Whether a display shows this framebuffer, or a request that names it is out on any ring; if so,
 * "life" is kicked when that may have changed.
 */
bool ddrm_req_names(struct ddrm_dev *dd, u64 fb)
{
	unsigned long flags;
	bool named = false;
	u32 i, k;

	for (i = 0; i < dd->n_conn && !named; i++) {
		struct ddrm_conn *c = &dd->conn[i];

		spin_lock_irqsave(&c->lock, flags);
		/* What comes instead is a request, whose answer kicks. */
		named = c->gen && c->lit_gen == c->gen && c->lit_fb == fb;
		for (k = 0; k < DISPLIF_RING_LEN && !named; k++)
			named = c->slot[k].state != DDRM_SLOT_FREE && c->slot[k].fb == fb;
		if (named && c->gen)
			c->starved = true;
		spin_unlock_irqrestore(&c->lock, flags);
	}
	return named;
}

void ddrm_conn_start(struct ddrm_conn *c, u32 gen, struct displif_front *front,
		     struct displif_link *link, const struct displif_connector_cfg *cfg)
{
	spin_lock_irq(&c->lock);
	c->cfg_width = cfg->width;
	c->cfg_height = cfg->height;
	c->front = front;
	c->chan[DISPLIF_CHAN_REQ] = link->chan[DISPLIF_CHAN_REQ];
	c->chan[DISPLIF_CHAN_EVT] = link->chan[DISPLIF_CHAN_EVT];
	c->starved = false;
	c->flips_lost = 0;
	c->late_due = DISPLIF_NEVER;
	c->gen = gen;
	spin_unlock_irq(&c->lock);
}

/*
 * Also without a connection. Afterwards no slot waits for anything, and nobody touches the
 * pages.
 */
void ddrm_conn_stop(struct ddrm_conn *c, int why)
{
	spin_lock_irq(&c->lock);
	if (c->gen) {
		c->gen = 0;
		displif_front_kill(c->front, why);
		ddrm_settle(c);
		ddrm_req_flush(c);
		ddrm_flip_abort(c);
	}
	spin_unlock_irq(&c->lock);
	wake_up_all(&c->room);
	cancel_delayed_work_sync(&c->late);
}

void ddrm_conn_init(struct ddrm_dev *dd, struct ddrm_conn *c, u32 index)
{
	int i;

	c->dd = dd;
	c->index = index;
	c->flip = -1;
	c->present = true;
	c->width = dd->cfg_conn[index].width;
	c->height = dd->cfg_conn[index].height;
	c->late_due = DISPLIF_NEVER;
	spin_lock_init(&c->lock);
	init_waitqueue_head(&c->room);
	INIT_DELAYED_WORK(&c->late, ddrm_late);
	for (i = 0; i < (int)DISPLIF_RING_LEN; i++)
		init_completion(&c->slot[i].done);
	for (i = 0; i < 2; i++)
		c->tag[i] = (struct ddrm_tag){ c, (enum displif_chan)i };
}
