/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The device's thread: watches, deadlines, and whatever may sleep. */
#include "displfront_priv.h"

/* Naps: an event that comes between the last look and the nap is slept over. */
#define BUSY_MS 20u
#define IDLE_MS 200u

/* The longest step of the clock that is believed: dom0 may set it. */
#define STEP_MS 1000u

uint64_t displfront_clock(struct displfront_dev *dev)
{
	unsigned long flags;
	uint64_t now, step;
	struct timeval tv;

	/* The handler asks, too. */
	local_irq_save(flags);
	gettimeofday(&tv, NULL);
	now = (uint64_t)tv.tv_sec * 1000u + (uint64_t)tv.tv_usec / 1000u;
	step = now > dev->clock_last ? now - dev->clock_last : 0;
	dev->clock_last = now;
	dev->clock += step < STEP_MS ? step : STEP_MS;
	now = dev->clock;
	local_irq_restore(flags);
	return now;
}
EXPORT_SYMBOL(displfront_clock);

void displfront_kick(struct displfront_dev *dev)
{
	dev->kick = true;
	/* In any other sleep it waits for XenStore, whose calls take being woken for their answer. */
	if (dev->napping)
		wake(dev->thread);
}

/* Watches of the backend's state: how many came does not matter, nor in which order. */
static bool drain_watch(struct displfront_dev *dev)
{
	bool came = false;

	while (dev->watch) {
		free(xenbus_wait_for_watch_return(&dev->watch));
		came = true;
	}
	return came;
}

/* Events off, for @index: what is overdue. */
static void expire(struct displfront_dev *dev, uint32_t index, uint64_t now)
{
	if (displif_front_deadline(&dev->front[index]) > now)
		return;
	displif_front_expire(&dev->front[index], now);
	displfront_pump(dev, index);
	/* What lay in the pages was not overdue; now look again. */
	if (displif_front_deadline(&dev->front[index]) <= now) {
		displif_front_expire(&dev->front[index], now);
		displfront_pump(dev, index);
	}
}

static void serve_rings(struct displfront_dev *dev, uint64_t now)
{
	unsigned long flags;
	bool again;
	uint32_t i;

	local_irq_save(flags);
	again = dev->again;
	dev->again = false;
	local_irq_restore(flags);
	for (i = 0; i < dev->n; i++) {
		local_irq_save(flags);
		if (again) {
			displif_front_irq(&dev->front[i], DISPLIF_CHAN_REQ);
			displif_front_irq(&dev->front[i], DISPLIF_CHAN_EVT);
			displfront_pump(dev, i);
		}
		expire(dev, i, now);
		local_irq_restore(flags);
	}
}

/* The earliest of all deadlines but the program's. */
static uint64_t next_due(struct displfront_dev *dev)
{
	uint64_t due = dev->fdev.due, d;
	unsigned long flags;
	uint32_t i;

	if (dev->retry_at < due)
		due = dev->retry_at;
	if (dev->sweep_at < due)
		due = dev->sweep_at;
	if (dev->leaving && !dev->removed && dev->leave_until < due)
		due = dev->leave_until;
	for (i = 0; dev->started && i < dev->n; i++) {
		local_irq_save(flags);
		d = displif_front_deadline(&dev->front[i]);
		local_irq_restore(flags);
		if (d < due)
			due = d;
	}
	return due;
}

static void nap(struct displfront_dev *dev, bool busy)
{
	uint64_t now = displfront_clock(dev), due = next_due(dev);
	uint32_t ms = busy ? BUSY_MS : IDLE_MS;

	if (due <= now)
		ms = 1;
	else if (due - now < ms)
		ms = (uint32_t)(due - now);
	dev->napping = true;
	msleep(ms);
	dev->napping = false;
}

/* init_displfront() waits for this. */
static void begin(struct displfront_dev *dev, uint64_t now)
{
	char *state;

	if (dev->ready || dev->leaving)
		return;
	if (dev->started && displfront_settled(dev)) {
		dev->ready = true;
		wake_up(&dev->waitq);
		return;
	}
	/* Connected, only the EDIDs are left: they have time-outs of their own. */
	if (dev->started || dev->config.timeout_ms == DISPLFRONT_FOREVER ||
	    now - dev->begin < dev->config.timeout_ms)
		return;
	state = displfront_read_node(dev, dev->backend_dir, "state");
	if (state)
		displfront_fail(dev, "%s/state is %s after %u ms, not Connected (4)%s%s",
				dev->backend_dir, state, dev->config.timeout_ms,
				dev->why[0] ? "; " : "", dev->why);
	free(state);
	dev->leave = true;
	wake_up(&dev->waitq);
}

/* What the handler and the program left to be done. */
static void inputs(struct displfront_dev *dev, uint64_t now)
{
	uint32_t held;

	if (drain_watch(dev))
		displfront_look(dev);
	if (dev->broken) {
		dev->broken = false;
		dev->stats.broken++;
		printk("displfront: %s: the connection to domain %u broke\n", dev->nodename,
		       dev->backend);
		displfront_feed(dev, DISPLIF_IN_BROKEN, 0);
	}
	if (dev->retry_at <= now)
		displfront_retry(dev);
	if (dev->leave && !dev->leaving) {
		dev->leaving = true;
		dev->leave_until = now + DISPLFRONT_ANSWER_MS;
	}
	/* In order if that is quick, else as if the backend were gone. */
	if (dev->leaving && !dev->removed &&
	    (!dev->started || displfront_settled(dev) || now >= dev->leave_until)) {
		dev->removed = true;
		displfront_feed(dev, DISPLIF_IN_REMOVE, 0);
	}
	if (dev->fdev.due <= now)
		displfront_feed(dev, DISPLIF_IN_TICK, 0);
	if (dev->sweep_at <= now)
		displfront_held_sweep(dev);
	held = displfront_held(dev);
	if (held != dev->stats.held) {
		dev->stats.held = held;
		displfront_feed(dev, DISPLIF_IN_ZOMBIES, held);
	}
}

/* The backend may need a moment to let go of what it maps. */
static void end(struct displfront_dev *dev)
{
	uint64_t until = displfront_clock(dev) + DISPLFRONT_ANSWER_MS;

	displfront_work_end(dev);
	displfront_held_sweep(dev);
	while (displfront_held(dev) && displfront_clock(dev) < until) {
		msleep(IDLE_MS);
		displfront_held_sweep(dev);
	}
	dev->ended = true;
	wake_up(&dev->waitq);
}

void displfront_thread(void *arg)
{
	struct displfront_dev *dev = arg;
	bool busy;

	/* Pages that a device before this one left to the backend: it may have let go. */
	displfront_held_sweep(dev);
	/* Whatever an earlier frontend left: we begin at Initialising. */
	displfront_feed(dev, DISPLIF_IN_RESUMED, 0);
	while (!dev->final || !dev->leave) {
		dev->kick = false;
		inputs(dev, displfront_clock(dev));
		if (dev->started)
			serve_rings(dev, displfront_clock(dev));
		busy = displfront_work(dev);
		begin(dev, displfront_clock(dev));
		/* Some wait for a time, too. */
		wake_up(&dev->waitq);
		if (dev->kick || dev->broken)
			schedule();
		else if (!dev->final || !dev->leave)
			nap(dev, busy || dev->again || !dev->ready || dev->leaving);
	}
	end(dev);
}
