/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The device: state machine, rings, ports and XenStore under a lock that may sleep. */
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/grant_table.h>

#include "stub.h"

static const char *const ref_node[2] = { "req-ring-ref", "evt-ring-ref" };
static const char *const port_node[2] = { "req-event-channel", "evt-event-channel" };

static void stub_release(struct stub_dev *dev)
{
	struct stub_chan *ch;

	for (ch = dev->conn.chan; ch < dev->conn.chan + 2; ch++) {
		if (ch->irq)
			unbind_from_irqhandler(ch->irq, ch); /* waits for the handler, closes */
		else if (ch->port)
			xenbus_free_evtchn(dev->xen, ch->port);
		ch->irq = 0;
		ch->port = 0;
	}
	/* Only now does nobody start it any more. */
	cancel_delayed_work_sync(&dev->conn.late);
	for (ch = dev->conn.chan; ch < dev->conn.chan + 2; ch++) {
		if (ch->page)
			xenbus_teardown_ring(&ch->page, 1, &ch->gref);
	}
}

static int stub_write_nodes(struct stub_dev *dev)
{
	struct xenbus_transaction tx;
	char dir[DISPLIF_XS_PATH];
	int i, err;

	if (displif_xs_join(dir, sizeof(dir), dev->xen->nodename, "0") < 0)
		return -ENAMETOOLONG;
	do {
		err = xenbus_transaction_start(&tx);
		if (err)
			return err;
		for (i = 0; i < 2 && !err; i++) {
			err = xenbus_printf(tx, dir, ref_node[i], "%u", dev->conn.chan[i].gref);
			if (!err)
				err = xenbus_printf(tx, dir, port_node[i], "%u",
						    dev->conn.chan[i].port);
		}
		if (err) {
			xenbus_transaction_end(tx, 1);
			return err;
		}
		err = xenbus_transaction_end(tx, 0);
	} while (err == -EAGAIN);
	return err;
}

static int stub_publish(struct stub_dev *dev)
{
	const struct displif_front_cfg cfg = {
		.timeout_ms = 3000,
		.look_ms = 100,
		.max_lost = 8,
		.reserve = 4,
	};
	struct stub_chan *ch;
	int err = 0;

	for (ch = dev->conn.chan; ch < dev->conn.chan + 2 && !err; ch++) {
		err = xenbus_setup_ring(dev->xen, GFP_KERNEL, &ch->page, 1, &ch->gref);
		if (!err)
			err = xenbus_alloc_evtchn(dev->xen, &ch->port);
	}
	/* Before the backend can know the pages. */
	if (!err &&
	    displif_front_init(&dev->conn.front, &cfg, dev->conn.chan[DISPLIF_CHAN_REQ].page,
			       dev->conn.chan[DISPLIF_CHAN_EVT].page))
		err = -EINVAL;
	if (!err)
		err = stub_write_nodes(dev);
	if (err)
		stub_release(dev);
	return err;
}

static int stub_start(struct stub_dev *dev)
{
	struct stub_chan *ch;
	int irq;

	for (ch = dev->conn.chan; ch < dev->conn.chan + 2; ch++) {
		irq = bind_evtchn_to_irqhandler_lateeoi(ch->port, stub_irq, 0, "displif-stub", ch);
		if (irq < 0)
			return irq;
		ch->irq = irq;
	}
	spin_lock_irq(&dev->conn.lock);
	dev->conn.live = true;
	spin_unlock_irq(&dev->conn.lock);
	return 0;
}

static u64 stub_clock(void *user)
{
	return stub_now();
}

static int stub_do_publish(void *user)
{
	return stub_publish(user) ? DISPLIF_E_OS : 0;
}

static int stub_do_start(void *user)
{
	return stub_start(user) ? DISPLIF_E_OS : 0;
}

static void stub_do_stop(void *user)
{
	struct stub_dev *dev = user;

	stub_kill(&dev->conn, DISPLIF_E_GONE);
}

static void stub_do_release(void *user)
{
	stub_release(user);
}

static void stub_do_write(void *user, u32 state)
{
	struct stub_dev *dev = user;

	xenbus_switch_state(dev->xen, (enum xenbus_state)state);
}

static bool stub_peer(void *user, enum displif_in *in, u32 *arg)
{
	struct stub_dev *dev = user;

	*in = DISPLIF_IN_PEER_GONE;
	if (xenbus_exists(XBT_NIL, dev->xen->otherend, "state")) {
		*arg = xenbus_read_driver_state(dev->xen->otherend);
		*in = DISPLIF_IN_PEER;
	}
	return true;
}

static void stub_do_final(void *user)
{
	struct stub_dev *dev = user;

	complete_all(&dev->final);
}

/* Feeds one input and all that follows from it. */
static void stub_feed(struct stub_dev *dev, enum displif_in in, u32 arg)
{
	static const struct displif_fdev_ops ops = {
		.now = stub_clock,
		.publish = stub_do_publish,
		.start = stub_do_start,
		.stop = stub_do_stop,
		.release = stub_do_release,
		.write = stub_do_write,
		.peer = stub_peer,
		.final = stub_do_final,
		.survives = true, /* no display, no users */
	};
	u64 now;

	mutex_lock(&dev->lock);
	displif_fdev_feed(&dev->fdev, &ops, dev, in, arg);
	now = stub_now();
	if (dev->fdev.due != DISPLIF_NEVER)
		mod_delayed_work(system_wq, &dev->tick,
				 dev->fdev.due > now ? msecs_to_jiffies(dev->fdev.due - now) + 1 :
						       0);
	mutex_unlock(&dev->lock);
}

static void stub_tick(struct work_struct *work)
{
	stub_feed(container_of(to_delayed_work(work), struct stub_dev, tick), DISPLIF_IN_TICK, 0);
}

static void stub_broken(struct work_struct *work)
{
	stub_feed(container_of(work, struct stub_dev, broken), DISPLIF_IN_BROKEN, 0);
}

static void stub_otherend(struct xenbus_device *xen, enum xenbus_state state)
{
	struct stub_dev *dev = dev_get_drvdata(&xen->dev);
	enum displif_in in;
	u32 now = 0;

	/* The state that came with the watch may be older than the one that is there. */
	if (stub_peer(dev, &in, &now))
		stub_feed(dev, in, now);
}

static int stub_resume(struct xenbus_device *xen)
{
	struct stub_dev *dev = dev_get_drvdata(&xen->dev);
	int i;

	/* These numbers may belong to somebody else now. */
	for (i = 0; i < 2; i++) {
		if (!dev->conn.chan[i].irq)
			dev->conn.chan[i].port = 0;
	}
	stub_feed(dev, DISPLIF_IN_RESUMED, 0);
	return 0;
}

static int stub_probe(struct xenbus_device *xen, const struct xenbus_device_id *id)
{
	struct stub_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int i;

	if (!dev)
		return -ENOMEM;
	dev->xen = xen;
	mutex_init(&dev->lock);
	INIT_DELAYED_WORK(&dev->tick, stub_tick);
	INIT_WORK(&dev->broken, stub_broken);
	init_completion(&dev->final);
	spin_lock_init(&dev->conn.lock);
	INIT_DELAYED_WORK(&dev->conn.late, stub_late);
	for (i = 0; i < DISPLIF_RING_LEN; i++)
		init_completion(&dev->conn.waiter[i].done);
	for (i = 0; i < 2; i++) {
		dev->conn.chan[i].conn = &dev->conn;
		dev->conn.chan[i].which = i;
	}
	displif_fdev_init(&dev->fdev);
	dev_set_drvdata(&xen->dev, dev);
	return 0;
}

static void stub_remove(struct xenbus_device *xen)
{
	struct stub_dev *dev = dev_get_drvdata(&xen->dev);

	/* No watch is left to tell of the backend's state: the machine's own second passes by TICK. */
	stub_feed(dev, DISPLIF_IN_REMOVE, 0);
	wait_for_completion(&dev->final);
	cancel_delayed_work_sync(&dev->tick);
	cancel_work_sync(&dev->broken);
	cancel_delayed_work_sync(&dev->conn.late);
	kfree(dev);
}

static const struct xenbus_device_id stub_ids[] = { { XENDISPL_DRIVER_NAME }, { "" } };

static struct xenbus_driver stub_driver = {
	.name = "displif_stub",
	.ids = stub_ids,
	.probe = stub_probe,
	.remove = stub_remove,
	.resume = stub_resume,
	.otherend_changed = stub_otherend,
};

static int __init stub_init(void)
{
	return xenbus_register_frontend(&stub_driver);
}

static void __exit stub_exit(void)
{
	xenbus_unregister_driver(&stub_driver);
}

module_init(stub_init);
module_exit(stub_exit);
MODULE_DESCRIPTION("libdisplif's contract in a kernel, a build test");
MODULE_LICENSE("Dual MIT/GPL");
