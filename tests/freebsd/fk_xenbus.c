/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The bus of frontends: finds devices in XenStore, tells their drivers of the other ends' states, keeps a copy of
 * their own, holds the boot until each is Connected or Closed, takes those away that the toolstack removed.
 */
#include "fk.h"

#include <sys/taskqueue.h>
#include <xen/xen-os.h>
#include <xen/xenbus/xenbusvar.h>

#include "bus_if.h"
#include "device_if.h"

struct kobjop_desc xenbus_otherend_changed_desc, xenbus_localend_changed_desc;

struct ivars {
	device_t dev;
	char node[64], type[16], other[96];
	int other_id;
	enum xenbus_state state;
	bool connecting, watched;
	struct sx lock;
	struct xs_watch watch, local;
	char watch_node[112];
};

bool xen_suspend_cancelled;

static struct task probe_task;
static struct xs_watch bus_watch;
static char bus_node[] = "device";

int BUS_READ_IVAR(device_t bus, device_t dev, int index, uintptr_t *result)
{
	struct ivars *iv = dev->ivars;

	(void)bus;
	switch (index) {
	case XENBUS_IVAR_NODE:
		*result = (uintptr_t)iv->node;
		return 0;
	case XENBUS_IVAR_TYPE:
		*result = (uintptr_t)iv->type;
		return 0;
	case XENBUS_IVAR_STATE:
		*result = iv->state;
		return 0;
	case XENBUS_IVAR_OTHEREND_ID:
		*result = (uintptr_t)iv->other_id;
		return 0;
	case XENBUS_IVAR_OTHEREND_PATH:
		*result = (uintptr_t)iv->other;
		return 0;
	default:
		return ENOENT;
	}
}

static int write_state(struct ivars *iv, enum xenbus_state state)
{
	struct xs_transaction t;
	int err, now;

	do {
		err = xs_transaction_start(&t);
		if (err)
			return err;
		err = xs_scanf(t, iv->node, "state", NULL, "%d", &now);
		if (!err)
			err = xs_printf(t, iv->node, "state", "%d", state);
		if (err) {
			xs_transaction_end(t, 1);
			return err;
		}
		err = xs_transaction_end(t, 0);
	} while (err == EAGAIN);
	return err;
}

int BUS_WRITE_IVAR(device_t bus, device_t dev, int index, uintptr_t value)
{
	enum xenbus_state state = (enum xenbus_state)value;
	struct ivars *iv = dev->ivars;
	int err = 0;

	(void)bus;
	if (index != XENBUS_IVAR_STATE)
		return EINVAL;
	sx_xlock(&iv->lock);
	if (iv->state != state)
		err = write_state(iv, state);
	if (!err) {
		iv->state = state;
		if (state == XenbusStateClosed || state == XenbusStateConnected)
			iv->connecting = false;
	}
	sx_xunlock(&iv->lock);
	/* Without INVARIANTS nobody hears of an error; with them it is a panic that is not the driver's fault. */
	(void)err;
	return 0;
}

XenbusState xenbus_read_driver_state(const char *path)
{
	int state, n = 0;

	if (xs_scanf(XST_NIL, path, "state", &n, "%d", &state) || n != 1)
		return XenbusStateClosed;
	return (XenbusState)state;
}

const char *xenbus_strstate(enum xenbus_state state)
{
	static const char *const name[] = { "Unknown",	 "Initialising", "InitWait", "Initialised",
					    "Connected", "Closing",	 "Closed" };

	return state < nitems(name) ? name[state] : "INVALID";
}

void xenbus_dev_error(device_t dev, int err, const char *fmt, ...)
{
	(void)fmt;
	device_printf(dev, "xenbus error %d\n", err);
}

void xenbus_dev_fatal(device_t dev, int err, const char *fmt, ...)
{
	(void)fmt;
	device_printf(dev, "fatal xenbus error %d\n", err);
	xenbus_set_state(dev, XenbusStateClosing);
}

/* --- what drivers are told, in the thread of watches --- */

static void other_changed(struct xs_watch *watch, const char **vec, unsigned int len)
{
	struct ivars *iv = (struct ivars *)watch->callback_data;
	xenbus_otherend_changed_t *fn;

	(void)vec;
	(void)len;
	if (iv->dev->state != DS_ATTACHED)
		return;
	fn = (xenbus_otherend_changed_t *)fk_method(fk_driver, &xenbus_otherend_changed_desc);
	fn(iv->dev, xenbus_read_driver_state(iv->other));
}

static void local_changed(struct xs_watch *watch, const char **vec, unsigned int len)
{
	struct ivars *iv = (struct ivars *)watch->callback_data;
	const char *path = vec[XS_WATCH_PATH];
	xenbus_localend_changed_t *fn;
	size_t n = strlen(iv->node);
	int state, count = 0;

	(void)len;
	if (strncmp(path, iv->node, n) || !strcmp(path + n, "/state"))
		return;
	sx_xlock(&iv->lock);
	if (!xs_scanf(XST_NIL, iv->node, "state", &count, "%d", &state) && count == 1)
		iv->state = (enum xenbus_state)state;
	sx_xunlock(&iv->lock);
	fn = fk_driver ? (xenbus_localend_changed_t *)fk_method(fk_driver,
								&xenbus_localend_changed_desc) :
			 NULL;
	if (fn)
		fn(iv->dev, path + n);
}

/* --- finding and losing devices --- */

static int find_other(struct ivars *iv)
{
	void *path;
	int n = 0, err = xs_scanf(XST_NIL, iv->node, "backend-id", &n, "%i", &iv->other_id);

	if (err || n != 1)
		return err ? err : EINVAL;
	err = xs_read(XST_NIL, iv->node, "backend", NULL, &path);
	if (err)
		return err;
	strlcpy(iv->other, path, sizeof(iv->other));
	free(path, M_XENSTORE);
	snprintf(iv->watch_node, sizeof(iv->watch_node), "%s/state", iv->other);
	return 0;
}

static void add(const char *type, const char *id)
{
	struct ivars *iv;
	char node[64];
	int state, n = 0;
	device_t dev;

	snprintf(node, sizeof(node), "device/%s/%s", type, id);
	for (dev = fk_devices(); dev; dev = dev->next) {
		if (!strcmp(((struct ivars *)dev->ivars)->node, node))
			return;
	}
	/* Only those that nobody has begun with. */
	if (xs_scanf(XST_NIL, node, "state", &n, "%d", &state) || n != 1 ||
	    state != XenbusStateInitialising)
		return;
	iv = fk_new(sizeof(*iv));
	strlcpy(iv->node, node, sizeof(iv->node));
	strlcpy(iv->type, type, sizeof(iv->type));
	if (find_other(iv)) {
		fk_delete(iv);
		return;
	}
	iv->state = XenbusStateInitialising;
	iv->connecting = true;
	sx_init(&iv->lock, "xdlock");
	iv->watch = (struct xs_watch){ .node = iv->watch_node, .callback = other_changed };
	iv->watch.callback_data = (uintptr_t)iv;
	iv->watch.max_pending = 1;
	iv->local = (struct xs_watch){ .node = iv->node, .callback = local_changed };
	iv->local.callback_data = (uintptr_t)iv;
	iv->dev = fk_device_new(iv);
}

static void delete (device_t dev)
{
	struct ivars *iv = dev->ivars;

	if (iv->watched) {
		xs_unregister_watch(&iv->watch);
		xs_unregister_watch(&iv->local);
	}
	if (fk_device_detach(dev))
		host_fail("device_detach() of a device that is gone does not succeed");
	fk_device_free(dev);
	sx_destroy(&iv->lock);
	memset(iv, 0xa5, sizeof(*iv));
	fk_delete(iv);
}

static void probe(void *arg, int pending)
{
	device_t dev, next;
	struct ivars *iv;
	int err;

	(void)arg;
	(void)pending;
	mtx_lock(&Giant);
	for (dev = fk_devices(); dev; dev = next) {
		next = dev->next;
		iv = dev->ivars;
		if (dev->state != DS_NOTPRESENT) {
			if (!xs_exists(XST_NIL, iv->node, ""))
				delete (dev);
			continue;
		}
		err = fk_device_probe_attach(dev);
		if (err) {
			if (err != ENXIO)
				xenbus_set_state(dev, XenbusStateClosed);
			delete (dev);
			continue;
		}
		iv->watched = true;
		xs_register_watch(&iv->watch);
		xs_register_watch(&iv->local);
	}
	mtx_unlock(&Giant);
}

static void devices_changed(struct xs_watch *watch, const char **vec, unsigned int len)
{
	char path[128], *type, *id, *end;

	(void)watch;
	(void)len;
	strlcpy(path, vec[XS_WATCH_PATH], sizeof(path));
	type = strchr(path, '/');
	if (!type)
		return;
	*type++ = '\0';
	id = strchr(type, '/');
	if (!id)
		return;
	*id++ = '\0';
	end = strchr(id, '/');
	if (end)
		*end = '\0';
	add(type, id);
	taskqueue_enqueue(taskqueue_thread, &probe_task);
}

void fk_xenbus_begin(void)
{
	const char **types, **ids;
	unsigned int i, k, n, m;

	TASK_INIT(&probe_task, 0, probe, NULL);
	if (!xs_directory(XST_NIL, "device", "", &n, &types)) {
		for (i = 0; i < n; i++) {
			if (xs_directory(XST_NIL, "device", types[i], &m, &ids))
				continue;
			for (k = 0; k < m; k++)
				add(types[i], ids[k]);
			free(ids, M_XENSTORE);
		}
		free(types, M_XENSTORE);
	}
	probe(NULL, 0);
	bus_watch = (struct xs_watch){ .node = bus_node, .callback = devices_changed };
	xs_register_watch(&bus_watch);
}

bool kern_boot_held(void)
{
	device_t dev;

	for (dev = fk_devices(); dev; dev = dev->next) {
		if (((struct ivars *)dev->ivars)->connecting)
			return true;
	}
	return false;
}

/* --- suspend, in the thread of watches --- */

static int call(device_t dev, const struct kobjop_desc *desc)
{
	device_suspend_t *fn = (device_suspend_t *)fk_method(fk_driver, desc);

	return fn ? fn(dev) : 0;
}

void fk_xenbus_suspend(void)
{
	device_t dev;

	for (dev = fk_devices(); dev; dev = dev->next) {
		if (dev->state == DS_ATTACHED && call(dev, &device_suspend_desc))
			host_fail("device_suspend() fails");
	}
}

void fk_xenbus_resume(bool cancelled)
{
	struct ivars *iv;
	device_t dev;

	xen_suspend_cancelled = cancelled;
	for (dev = fk_devices(); dev; dev = dev->next) {
		iv = dev->ivars;
		if (dev->state != DS_ATTACHED)
			continue;
		if (!cancelled) {
			xs_unregister_watch(&iv->watch);
			xenbus_set_state(dev, XenbusStateInitialising);
			if (find_other(iv))
				host_fail("no other end after the resume");
		}
		if (call(dev, &device_resume_desc))
			host_fail("device_resume() fails");
		if (!cancelled)
			xs_register_watch(&iv->watch);
	}
}
