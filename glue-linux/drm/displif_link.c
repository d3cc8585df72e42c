/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The life of the connection: one work on an ordered queue feeds the state machine and does its
 * actions, so states are written in the order in which they were decided.
 *
 * xenwatch is one thread for all PV devices, and resume() runs inside it: both only say what
 * happened. The queue is frozen during a save, so nobody reads our peer's path while xenbus
 * replaces it.
 */
#include <linux/slab.h>

#include "displif_drv.h"

/*
 * How soon to look again: at a state that could not be read; at the peer of a device that is
 * removed.
 */
#define DDRM_RETRY_MS 100
#define DDRM_CLOSING_MS 50
#define DDRM_HELD_MS 1000

static void ddrm_complain(struct ddrm_dev *dd, const char *what, const struct displif_diag *diag)
{
	char text[192];

	displif_diag_text(diag, text, sizeof(text));
	drm_err(&dd->drm, "%s: %s\n", what, text);
}

/*
 * With objs held, or a connector's lock while it has a connection; so never after
 * ddrm_link_stop().
 */
void ddrm_link_kick(struct ddrm_dev *dd)
{
	mod_delayed_work(dd->life_wq, &dd->life_work, 0);
}

void ddrm_link_input(struct ddrm_dev *dd, enum ddrm_input in)
{
	set_bit(in, &dd->input);
	mod_delayed_work(dd->life_wq, &dd->life_work, 0);
}

static int ddrm_link_read(struct ddrm_dev *dd, struct displif_cfg *cfg, struct displif_diag *diag)
{
	int err = displif_cfg_init(cfg, dd->cfg_conn, DDRM_MAX_CONNECTORS);

	if (!err)
		err = displif_port_front_config(&dd->port, dd->xen->nodename, dd->xen->otherend,
						cfg, diag);
	if (!err)
		err = displif_cfg_check(cfg, diag);
	return err;
}

/* In probe: how many connectors there are, for the life of the device. */
int ddrm_link_configure(struct ddrm_dev *dd)
{
	struct displif_diag diag = { 0 };

	if (ddrm_link_read(dd, &dd->cfg, &diag)) {
		ddrm_complain(dd, "configuration", &diag);
		return -EINVAL;
	}
	dd->n_conn = dd->cfg.n;
	return 0;
}

/* Room for @n transports. No session is alive, so nobody looks at the old ones. */
static int ddrm_link_room(struct ddrm_dev *dd, u32 n)
{
	u32 i;

	kvfree(dd->link);
	kvfree(dd->front);
	kvfree(dd->tag);
	dd->link = kvcalloc(n, sizeof(*dd->link), GFP_KERNEL);
	dd->front = kvcalloc(n, sizeof(*dd->front), GFP_KERNEL);
	dd->tag = kvcalloc(2 * n, sizeof(*dd->tag), GFP_KERNEL);
	dd->n_link = 0;
	if (!dd->link || !dd->front || !dd->tag)
		return DISPLIF_E_OS;
	/*
	 * Connectors that came later get rings, as the backend expects it, and no tag: nobody
	 * uses them.
	 */
	for (i = 0; i < 2 * min(n, dd->n_conn); i++)
		dd->tag[i] = &dd->conn[i / 2].tag[i % 2];
	return 0;
}

static int ddrm_link_publish(void *user)
{
	struct ddrm_dev *dd = user;
	const struct displif_front_cfg cfg = {
		.timeout_ms = DDRM_TIMEOUT_MS,
		.look_ms = 100,
		.max_lost = 8,
		.reserve = 4,
	};
	struct displif_diag diag = { 0 };
	int err;

	/* A backend that offers itself again has unmapped: its grants make room for new ones. */
	ddrm_share_work(dd);
	err = ddrm_link_read(dd, &dd->cfg, &diag);
	if (!err)
		err = ddrm_link_room(dd, dd->cfg.n);
	if (!err)
		err = displif_port_front_publish(&dd->port, dd->xen->nodename,
						 (u16)dd->xen->otherend_id, &dd->cfg, &cfg,
						 dd->link, dd->front, dd->tag, &diag);
	if (err) {
		/* Not everything that fails is the library's to explain. */
		if (!diag.err)
			diag.err = err;
		ddrm_complain(dd, "connection", &diag);
		return err;
	}
	dd->n_link = dd->cfg.n;
	if (dd->n_link > dd->n_conn)
		drm_info(&dd->drm, "%u more connectors are used after the next bind\n",
			 dd->n_link - dd->n_conn);
	return 0;
}

static int ddrm_link_start(void *user)
{
	struct ddrm_dev *dd = user;
	u32 i;

	/* 0 is no connection. */
	if (!++dd->serial)
		dd->serial = 1;
	for (i = 0; i < min(dd->n_link, dd->n_conn); i++)
		ddrm_conn_start(&dd->conn[i], dd->serial, &dd->front[i], &dd->link[i],
				&dd->cfg_conn[i]);
	displif_port_enable(&dd->port, dd->link, dd->n_link);
	mutex_lock(&dd->objs);
	dd->dom = (u16)dd->xen->otherend_id;
	dd->version = dd->cfg.version;
	dd->n_there = dd->n_link;
	dd->be_alloc = dd->cfg.be_alloc;
	dd->gen = dd->serial;
	mutex_unlock(&dd->objs);
	ddrm_show_kick(dd, 0);
	return 0;
}

static void ddrm_link_lost(void *user)
{
	struct ddrm_dev *dd = user;
	u32 i;

	mutex_lock(&dd->objs);
	dd->gen = 0;
	mutex_unlock(&dd->objs);
	/* Every waiter, flip and quiet request ends here. */
	for (i = 0; i < dd->n_conn; i++)
		ddrm_conn_stop(&dd->conn[i], DISPLIF_E_GONE);
	WRITE_ONCE(dd->lost_at, ddrm_now());
	ddrm_show_kick(dd, 0);
}

static void ddrm_link_release(void *user)
{
	struct ddrm_dev *dd = user;
	u32 i;

	/* Those that never started. Those that did are dead. */
	for (i = 0; i < dd->n_link; i++)
		displif_front_kill(&dd->front[i], DISPLIF_E_GONE);
	displif_port_front_close(&dd->port, dd->link, dd->n_link);
	dd->n_link = 0;
	mutex_lock(&dd->objs);
	dd->closed = dd->serial;
	mutex_unlock(&dd->objs);
	ddrm_share_work(dd);
}

/* The backend's state of now as an input; false: it cannot be read. */
static bool ddrm_link_peer(void *user, enum displif_in *in, u32 *arg)
{
	struct ddrm_dev *dd = user;
	int err = DISPLIF_E_ABSENT;
	u8 state = 0;

	/* Kernels differ in when they forget the path of a device that is removed. */
	if (dd->xen->otherend)
		err = displif_port_read_state(&dd->port, dd->xen->otherend, &state, NULL);
	dd->peer_failed = err && err != DISPLIF_E_ABSENT;
	if (dd->peer_failed)
		return false;
	*in = err ? DISPLIF_IN_PEER_GONE : DISPLIF_IN_PEER;
	*arg = state;
	return true;
}

/* Keeps xenbus' own idea of our state right, and never makes a node that was removed. */
static void ddrm_link_write(void *user, u32 state)
{
	struct ddrm_dev *dd = user;

	drm_dbg_kms(&dd->drm, "link: %s\n", displif_fdev_name(dd->fdev.state));
	xenbus_switch_state(dd->xen, (enum xenbus_state)state);
}

static void ddrm_link_final(void *user)
{
	struct ddrm_dev *dd = user;

	complete_all(&dd->final);
}

static u64 ddrm_link_now(void *user)
{
	return ddrm_now();
}

/* One input and all that follows from it. */
static void ddrm_feed(struct ddrm_dev *dd, enum displif_in in, u32 arg)
{
	static const struct displif_fdev_ops ops = {
		.now = ddrm_link_now,
		.publish = ddrm_link_publish,
		.start = ddrm_link_start,
		.stop = ddrm_link_lost,
		.release = ddrm_link_release,
		.write = ddrm_link_write,
		.peer = ddrm_link_peer,
		.final = ddrm_link_final,
		.survives = true, /* the display, so nobody has to leave it first */
	};

	displif_fdev_feed(&dd->fdev, &ops, dd, in, arg);
}

static void ddrm_link_schedule(struct ddrm_dev *dd)
{
	u64 now = ddrm_now(), due = dd->fdev.due;

	if (dd->peer_failed)
		due = min(due, now + DDRM_RETRY_MS);
	if (dd->fdev.state == DISPLIF_FDEV_CLOSING)
		due = min(due, now + DDRM_CLOSING_MS);
	if (ddrm_share_held(dd))
		due = min(due, now + DDRM_HELD_MS);
	if (due != DISPLIF_NEVER)
		queue_delayed_work(dd->life_wq, &dd->life_work,
				   due > now ? msecs_to_jiffies((unsigned int)(due - now)) + 1 : 0);
}

static void ddrm_life_work(struct work_struct *work)
{
	struct ddrm_dev *dd = container_of(to_delayed_work(work), struct ddrm_dev, life_work);
	unsigned long in = xchg(&dd->input, 0);
	u32 arg, broken = (u32)atomic_xchg(&dd->broken, 0);
	enum displif_in peer;

	mutex_lock(&dd->life);
	/* First: ports and rings of before belong to nobody, and no other input may touch them. */
	if (test_bit(DDRM_IN_RESUMED, &in)) {
		WRITE_ONCE(dd->epoch, dd->epoch + 1);
		ddrm_feed(dd, DISPLIF_IN_RESUMED, 0);
	}
	/* A session may have died of an older connection that has ended meanwhile. */
	if (broken && broken == dd->serial)
		ddrm_feed(dd, DISPLIF_IN_BROKEN, 0);
	if (test_bit(DDRM_IN_REMOVE, &in))
		ddrm_feed(dd, DISPLIF_IN_REMOVE, 0);
	/* There is no watch any more while the device is removed. */
	if ((test_bit(DDRM_IN_PEER, &in) || dd->peer_failed ||
	     dd->fdev.state == DISPLIF_FDEV_CLOSING) &&
	    ddrm_link_peer(dd, &peer, &arg))
		ddrm_feed(dd, peer, arg);
	if (dd->fdev.due <= ddrm_now())
		ddrm_feed(dd, DISPLIF_IN_TICK, 0);
	ddrm_share_work(dd);
	ddrm_feed(dd, DISPLIF_IN_ZOMBIES, ddrm_share_held(dd));
	ddrm_link_schedule(dd);
	mutex_unlock(&dd->life);
}

int ddrm_link_init(struct ddrm_dev *dd)
{
	int err;

	mutex_init(&dd->life);
	init_completion(&dd->final);
	INIT_DELAYED_WORK(&dd->life_work, ddrm_life_work);
	INIT_DELAYED_WORK(&dd->show_work, ddrm_show_work);
	dd->port = (struct displif_port){ &ddrm_port_ops, dd };
	err = displif_port_check(&dd->port, NULL);
	if (err)
		return -EINVAL;
	displif_fdev_init(&dd->fdev);
	/* Blocks that the backend still maps bound what a peer that never lets go can cost. */
	dd->fdev.max_zombies = 65536;
	dd->life_wq = alloc_ordered_workqueue("displif-life", WQ_FREEZABLE);
	dd->show_wq = alloc_ordered_workqueue("displif-show", WQ_FREEZABLE);
	return dd->life_wq && dd->show_wq ? 0 : -ENOMEM;
}

/* The device is to go: returns when the connection has ended, after a second at most. */
void ddrm_link_stop(struct ddrm_dev *dd)
{
	ddrm_link_input(dd, DDRM_IN_REMOVE);
	wait_for_completion(&dd->final);
}

/* Also after a part of the initialisation. Nobody queues anything any more. */
void ddrm_link_fini(struct ddrm_dev *dd)
{
	if (dd->show_wq)
		destroy_workqueue(dd->show_wq);
	if (dd->life_wq) {
		cancel_delayed_work_sync(&dd->life_work);
		destroy_workqueue(dd->life_wq);
	}
	kvfree(dd->link);
	kvfree(dd->front);
	kvfree(dd->tag);
	dd->link = NULL;
	dd->front = NULL;
	dd->tag = NULL;
}
