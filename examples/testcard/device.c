/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The frontend device: its sessions, the loop's callbacks, its beginning and end. */
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "options.h"

/* How often the pages are looked at again before other descriptors have their turn. */
#define ROUNDS 4u

/* --- sessions --- */

static void pump(struct tc_device *dev, uint32_t i)
{
	struct displif_front_event ev;

	while (displif_front_poll(&dev->front[i], &ev))
		dev->ops->event(dev->user, i, &ev);
	dev->ops->settled(dev->user);
}

/* One round of flush() on all connectors. Returns whether work is left. */
static bool flush_all(struct tc_device *dev)
{
	bool again = false;
	uint32_t i, duty;

	for (i = 0; i < dev->n; i++) {
		duty = displif_front_flush(&dev->front[i]);
		if (duty & DISPLIF_DO_NOTIFY_REQ)
			dev->port.ops->chan_notify(dev->port.ctx,
						   dev->link[i].chan[DISPLIF_CHAN_REQ]);
		if (duty & DISPLIF_DO_NOTIFY_EVT)
			dev->port.ops->chan_notify(dev->port.ctx,
						   dev->link[i].chan[DISPLIF_CHAN_EVT]);
		if (duty & DISPLIF_DO_CLOSE)
			dev->broken = true;
		if (duty & DISPLIF_DO_POLL)
			again = true;
	}
	return again;
}

static void look_at_all(struct tc_device *dev)
{
	uint32_t i;

	for (i = 0; i < dev->n; i++) {
		displif_front_irq(&dev->front[i], DISPLIF_CHAN_REQ);
		displif_front_irq(&dev->front[i], DISPLIF_CHAN_EVT);
		pump(dev, i);
	}
}

void tc_device_flush(struct tc_device *dev)
{
	uint32_t round;

	if (!dev->started)
		return;
	for (round = 0; flush_all(dev); round++) {
		if (round == ROUNDS) {
			dev->again = true;
			return;
		}
		look_at_all(dev);
	}
}

bool tc_device_submit(struct tc_device *dev, uint32_t index, const struct displif_msg *msg,
		      uint64_t token)
{
	int err = DISPLIF_E_STATE;

	if (dev->started && index < dev->n)
		err = displif_front_submit(&dev->front[index], msg, token, displif_loop_clock());
	if (!err)
		return true;
	cli_error("connector %u: %s: %s", index, displif_req_name(msg->op), displif_strerror(err));
	return false;
}

bool tc_device_alive(struct tc_device *dev)
{
	if (!dev->started || !dev->port.ops->chan_alive)
		return true;
	return dev->port.ops->chan_alive(dev->port.ctx, dev->link[0].chan[DISPLIF_CHAN_REQ]) != 0;
}

bool tc_device_event(void *arg, void *tag)
{
	struct tc_device *dev = arg;
	const struct tc_tag *t = tag;
	bool idle;

	if (!dev->started)
		return true;
	displif_front_irq(&dev->front[t->index], t->chan);
	pump(dev, t->index);
	tc_device_flush(dev);
	idle = displif_front_idle(&dev->front[t->index], t->chan);
	return !idle;
}

void tc_device_watch(void *arg, void *tag, const char *path)
{
	struct tc_device *dev = arg;
	(void)tag;
	(void)path;
	tc_device_look(dev);
}

/* --- deadlines --- */

static bool lonely(const struct tc_device *dev)
{
	return !dev->started && !dev->removed && dev->wait_ms;
}

static uint64_t on_deadline(void *arg)
{
	struct tc_device *dev = arg;
	uint64_t due = dev->fdev.due, d;
	uint32_t i;

	if (dev->ended)
		return DISPLIF_NEVER;
	if (dev->again || dev->broken || dev->leave)
		return 0;
	if (dev->retry_at < due)
		due = dev->retry_at;
	if (lonely(dev) && dev->lonely_since + dev->wait_ms < due)
		due = dev->lonely_since + dev->wait_ms;
	if (!dev->started)
		return due;
	for (i = 0; i < dev->n; i++) {
		d = displif_front_deadline(&dev->front[i]);
		if (d < due)
			due = d;
	}
	d = dev->ops->deadline(dev->user);
	return d < due ? d : due;
}

static void expire(struct tc_device *dev, uint64_t now)
{
	uint32_t i;

	for (i = 0; i < dev->n; i++) {
		if (displif_front_deadline(&dev->front[i]) > now)
			continue;
		displif_front_expire(&dev->front[i], now);
		pump(dev, i);
		/* What lay in the pages was not overdue; now look again. */
		if (displif_front_deadline(&dev->front[i]) <= now) {
			displif_front_expire(&dev->front[i], now);
			pump(dev, i);
		}
	}
}

static void on_fire(void *arg, uint64_t now)
{
	struct tc_device *dev = arg;

	if (dev->started) {
		if (dev->again) {
			dev->again = false;
			look_at_all(dev);
		}
		expire(dev, now);
		if (dev->ops->deadline(dev->user) <= now)
			dev->ops->fire(dev->user, now);
		tc_device_flush(dev);
	}
	if (dev->broken) {
		dev->broken = false;
		cli_error("the connection to domain %u broke", dev->backend);
		tc_device_feed(dev, DISPLIF_IN_BROKEN, 0);
	}
	if (dev->leave) {
		dev->leave = false;
		dev->removed = true;
		tc_device_feed(dev, DISPLIF_IN_REMOVE, 0);
	}
	if (dev->retry_at <= now)
		tc_device_retry(dev);
	if (dev->fdev.due <= now)
		tc_device_feed(dev, DISPLIF_IN_TICK, 0);
	if (lonely(dev) && !dev->ended && now - dev->lonely_since >= dev->wait_ms) {
		dev->ended = true;
		dev->ops->gone(dev->user, "no backend connected to us in time");
	}
}

/* --- life --- */

static bool read_text(struct tc_device *dev, const char *leaf, char *buf, uint32_t cap)
{
	char path[DISPLIF_XS_PATH];
	uint32_t len;
	int err;

	displif_xs_join(path, sizeof(path), dev->dir, leaf);
	err = dev->port.ops->xs_read(dev->port.ctx, 0, path, buf, cap - 1, &len);
	if (err) {
		cli_error("%s: %s%s", path, displif_strerror(err),
			  err == DISPLIF_E_ABSENT ?
				  "; is there a vdispl device in the guest's configuration?" :
				  "");
		return false;
	}
	buf[len] = '\0';
	return true;
}

static bool find_backend(struct tc_device *dev, uint32_t wanted)
{
	char text[16];
	uint32_t id;

	if (!read_text(dev, "backend", dev->backend_dir, sizeof(dev->backend_dir)) ||
	    !read_text(dev, "backend-id", text, sizeof(text)))
		return false;
	if (displif_xs_u32(text, (uint32_t)strlen(text), 0x7fef, &id, NULL)) {
		cli_error("%s/backend-id: '%s' is no domain", dev->dir, text);
		return false;
	}
	if (wanted != TC_NO_BACKEND && wanted != id) {
		cli_error("%s is served by domain %u, not by %u", dev->dir, id, wanted);
		return false;
	}
	dev->backend = (uint16_t)id;
	return true;
}

/* Two frontends on one device would destroy each other's rings. */
static bool has_driver(uint32_t device)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/bus/xen/devices/vdispl-%u/driver", device);
	if (access(path, F_OK))
		return false;
	cli_error("%s: a kernel driver has this device; unbind or unload it", path);
	return true;
}

bool tc_device_open(struct tc_device *dev, uint32_t device, uint32_t backend)
{
	char path[DISPLIF_XS_PATH];

	snprintf(dev->dir, sizeof(dev->dir), "device/vdispl/%u", device);
	if (has_driver(device) || !find_backend(dev, backend))
		return false;
	displif_fdev_init(&dev->fdev);
	dev->retry_at = DISPLIF_NEVER;
	dev->unwritten = -1;
	if (displif_xs_join(path, sizeof(path), dev->backend_dir, "state") < 0) {
		cli_error("%s: too long", dev->backend_dir);
		return false;
	}
	if (displif_xen_watch(dev->xen, path, NULL, &dev->watch)) {
		cli_error("%s: cannot be watched", path);
		return false;
	}
	dev->timer.deadline = on_deadline;
	dev->timer.fire = on_fire;
	dev->timer.arg = dev;
	displif_loop_add_timer(dev->loop, &dev->timer);
	dev->lonely_since = displif_loop_clock();
	/* Whatever an earlier frontend left: we begin at Initialising. */
	tc_device_feed(dev, DISPLIF_IN_RESUMED, 0);
	return true;
}

void tc_device_remove(struct tc_device *dev)
{
	/* Later: sessions must not die under a callback of theirs. */
	if (!dev->removed && !dev->ended)
		dev->leave = true;
}

void tc_device_break(struct tc_device *dev)
{
	if (dev->started)
		dev->broken = true;
}

void tc_device_close(struct tc_device *dev)
{
	/* Unless it left in an orderly way: as if the backend were gone. */
	dev->ended = true;
	if (dev->fdev.state != DISPLIF_FDEV_DEAD)
		tc_device_feed(dev, DISPLIF_IN_PEER_GONE, 0);
	displif_xen_unwatch(dev->xen, dev->watch);
	dev->watch = NULL;
	displif_loop_remove_timer(dev->loop, &dev->timer);
}
