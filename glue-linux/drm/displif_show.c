/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What has to wait for the backend: EDIDs, the device's registration, and the replay, which
 * makes the backend of a new connection show what it should. A work of its own, since the work
 * "life" must stay able to end these waits.
 */
#include <linux/slab.h>

#include <drm/drm_drv.h>
#include <drm/drm_probe_helper.h>

#include "displif_drv.h"

#define DDRM_EDID_BYTES DISPLIF_EDID_MAX
#define DDRM_AGAIN_MS 20

/*
 * Where the work may be queued: with objs and not gone, with a connector's lock and a
 * connection, from "life".
 */
void ddrm_show_kick(struct ddrm_dev *dd, unsigned int ms)
{
	mod_delayed_work(dd->show_wq, &dd->show_work, msecs_to_jiffies(ms));
}

/* Ends GET_EDID's pages of a connection that is over. */
static void ddrm_edid_drop(struct ddrm_conn *c)
{
	displif_port_unshare(&c->dd->port, &c->edid_share);
	c->edid_gen = 0;
}

/* What the work knows of the connection that it serves. */
struct ddrm_show {
	u32 gen, version, n_there;
	u16 dom;
};

/* *@edid: the EDID of the display, to be freed, or NULL. -ENOTCONN: nothing is known. */
static int ddrm_edid_get(struct ddrm_conn *c, const struct ddrm_show *now, u8 **edid, u32 *size)
{
	struct ddrm_dev *dd = c->dd;
	struct displif_msg msg = { .op = XENDISPL_OP_GET_EDID, .size = DDRM_EDID_BYTES };
	int err;

	*edid = NULL;
	*size = 0;
	if (now->version < 2)
		return 0;
	if (displif_port_share(&dd->port, now->dom, &c->edid_share, DISPLIF_SHARE_OWN, NULL,
			       DDRM_EDID_BYTES, c->edid_gref, ARRAY_SIZE(c->edid_gref), NULL))
		return 0;
	c->edid_gen = now->gen;
	msg.gref_dir = c->edid_share.gref_dir;
	err = ddrm_req_wait(c, now->gen, &msg, size);
	if (!err && *size)
		*edid = kmemdup(c->edid_share.mem, *size, GFP_KERNEL);
	if (!*edid)
		*size = 0;
	/* Without an answer the backend may still write there. */
	if (err != -ETIMEDOUT)
		ddrm_edid_drop(c);
	drm_dbg_kms(&dd->drm, "connector %u: EDID of %u bytes, %d\n", c->index, *size, err);
	return err == -ENOTCONN ? err : 0;
}

/* Whether the connector looks otherwise than before this connection. */
static bool ddrm_show_connector(struct ddrm_conn *c, const struct ddrm_show *now)
{
	struct drm_device *drm = &c->dd->drm;
	bool alive, changed, present = c->index < now->n_there;
	u32 width, height, size = 0;
	u8 *edid = NULL;

	if (c->seen_gen == now->gen)
		return false;
	if (present && ddrm_edid_get(c, now, &edid, &size))
		return false;
	spin_lock_irq(&c->lock);
	alive = c->gen == now->gen;
	width = c->cfg_width;
	height = c->cfg_height;
	spin_unlock_irq(&c->lock);
	/* What a connection that has ended meanwhile said is not worth an event. */
	if (present && !alive) {
		kfree(edid);
		return false;
	}
	c->seen_gen = now->gen;
	mutex_lock(&drm->mode_config.mutex);
	changed = present != c->present;
	if (present) {
		changed = changed || width != c->width || height != c->height ||
			  size != c->edid_sz || (size && memcmp(edid, c->edid, size));
		c->width = width;
		c->height = height;
		swap(c->edid, edid);
		c->edid_sz = size;
	}
	WRITE_ONCE(c->present, present);
	mutex_unlock(&drm->mode_config.mutex);
	kfree(edid);
	return changed;
}

/* The connectors' modes are known: the device is announced once, then what changed. */
static void ddrm_show_announce(struct ddrm_dev *dd)
{
	int err;

	if (dd->registered) {
		drm_kms_helper_hotplug_event(&dd->drm);
		return;
	}
	err = drm_dev_register(&dd->drm, 0);
	if (err) {
		drm_err(&dd->drm, "registration: %d\n", err);
		return;
	}
	dd->registered = true;
	ddrm_console_setup(&dd->drm);
}

/*
 * Nobody is there. Connectors stay connected for a while, so that clients keep their windows
 * where they are.
 */
static void ddrm_show_grace(struct ddrm_dev *dd)
{
	u64 now = ddrm_now(), end = READ_ONCE(dd->lost_at) + ddrm_grace_ms;
	bool changed = false;
	u32 i;

	if (!dd->registered)
		return;
	if (now < end) {
		mod_delayed_work(dd->show_wq, &dd->show_work,
				 msecs_to_jiffies((unsigned int)(end - now)) + 1);
		return;
	}
	mutex_lock(&dd->drm.mode_config.mutex);
	for (i = 0; i < dd->n_conn; i++) {
		changed = changed || dd->conn[i].present;
		WRITE_ONCE(dd->conn[i].present, false);
		dd->conn[i].seen_gen = 0;
	}
	mutex_unlock(&dd->drm.mode_config.mutex);
	if (changed)
		drm_kms_helper_hotplug_event(&dd->drm);
}

/* What the connector shows is attached and shown. Returns 0, -EAGAIN, or why not. */
static int ddrm_show_view(struct ddrm_conn *c, u32 gen)
{
	struct ddrm_fb *fb;
	int tries, err;
	bool told;
	u64 want;

	for (tries = 0; tries < 8; tries++) {
		spin_lock_irq(&c->lock);
		told = c->gen != gen || c->view_gen == gen;
		want = c->view.fb;
		spin_unlock_irq(&c->lock);
		if (told)
			return 0;
		if (want) {
			fb = ddrm_fb_find(c->dd, want);
			/* It is about to go: another is shown next, or nothing. */
			if (!fb)
				return -EAGAIN;
			err = ddrm_fb_sync(fb, gen);
			drm_framebuffer_put(&fb->base);
			if (err)
				return err;
		}
		if (ddrm_flip_replay(c, gen, want))
			return 0;
	}
	return -EAGAIN;
}

static void ddrm_show_replay(struct ddrm_dev *dd, u32 gen)
{
	bool again = false;
	struct ddrm_fb *fb;
	int err;
	u32 i;

	/* What people look at comes first. */
	for (i = 0; i < dd->n_conn; i++) {
		err = ddrm_show_view(&dd->conn[i], gen);
		again = again || err == -EAGAIN;
		if (err && err != -EAGAIN && err != -ENOTCONN)
			drm_err_ratelimited(&dd->drm, "connector %u: cannot be shown: %d\n", i,
					    err);
	}
	for (;;) {
		fb = ddrm_fb_next(dd, gen);
		if (!fb)
			break;
		err = ddrm_fb_sync(fb, gen);
		if (err == -EAGAIN)
			ddrm_fb_again(fb);
		drm_framebuffer_put(&fb->base);
		if (err == -EAGAIN || err == -ENOTCONN || err == -ENODEV)
			break;
	}
	if (again)
		mod_delayed_work(dd->show_wq, &dd->show_work, msecs_to_jiffies(DDRM_AGAIN_MS));
}

static bool ddrm_show_now(struct ddrm_dev *dd, struct ddrm_show *now)
{
	mutex_lock(&dd->objs);
	now->gen = dd->gen;
	now->version = dd->version;
	now->n_there = dd->n_there;
	now->dom = dd->dom;
	mutex_unlock(&dd->objs);
	return now->gen;
}

void ddrm_show_work(struct work_struct *work)
{
	struct ddrm_dev *dd = container_of(to_delayed_work(work), struct ddrm_dev, show_work);
	bool there, changed = false;
	struct ddrm_show now, then;
	u32 i;

	there = ddrm_show_now(dd, &now);
	for (i = 0; i < dd->n_conn; i++) {
		if (dd->conn[i].edid_gen && dd->conn[i].edid_gen != now.gen)
			ddrm_edid_drop(&dd->conn[i]);
	}
	if (!there) {
		ddrm_show_grace(dd);
		return;
	}
	for (i = 0; i < dd->n_conn; i++)
		changed |= ddrm_show_connector(&dd->conn[i], &now);
	/* A first announcement tells what is there, not what was. */
	if (dd->registered ? changed : ddrm_show_now(dd, &then) && then.gen == now.gen)
		ddrm_show_announce(dd);
	ddrm_show_replay(dd, now.gen);
}

/* The work is cancelled. A caller who came before the unplugging may still read modes. */
void ddrm_show_fini(struct ddrm_dev *dd)
{
	u32 i;

	mutex_lock(&dd->drm.mode_config.mutex);
	for (i = 0; i < dd->n_conn; i++) {
		ddrm_edid_drop(&dd->conn[i]);
		kfree(dd->conn[i].edid);
		dd->conn[i].edid = NULL;
		dd->conn[i].edid_sz = 0;
	}
	mutex_unlock(&dd->drm.mode_config.mutex);
}
