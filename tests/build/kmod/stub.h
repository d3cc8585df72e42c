/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A frontend's skeleton in a Linux kernel: the library's contract held against
 * real locks and contexts. One connector, no display; built, not shipped.
 *
 * Two locks. stub_dev.lock (mutex): state machine, XenStore, life of the rings;
 * taken by work items only. stub_conn.lock (irqsave): the session and its
 * waiters; a leaf, taken anywhere, never around anything that sleeps.
 */
#ifndef STUB_H
#define STUB_H

#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <xen/xenbus.h>

#include <displif/libdisplif.h>

/* Who waits for an answer. A token is an index, so that one who was killed leaves no dangling pointer. */
struct stub_waiter {
	struct completion done;
	s32 status;
	bool busy;
};

struct stub_chan {
	struct stub_conn *conn;
	enum displif_chan which;
	evtchn_port_t port;
	int irq;
	void *page;
	grant_ref_t gref;
};

struct stub_conn {
	spinlock_t lock;
	bool live;
	struct displif_front front;
	struct stub_waiter waiter[DISPLIF_RING_LEN];
	struct stub_chan chan[2];
	struct delayed_work late;
};

struct stub_dev {
	struct xenbus_device *xen;
	struct mutex lock;
	struct displif_fdev fdev;
	struct delayed_work tick;
	struct work_struct broken;
	struct completion final;
	struct stub_conn conn;
};

u64 stub_now(void);
irqreturn_t stub_irq(int irq, void *arg);
void stub_late(struct work_struct *work);
void stub_kill(struct stub_conn *c, int why);
int stub_request(struct stub_conn *c, const struct displif_msg *msg);

#endif
