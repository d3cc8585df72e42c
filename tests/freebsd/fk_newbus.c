/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Devices and their drivers, modules. One driver, on one bus. */
#include "fk.h"

#include <sys/linker_set.h>
#include <sys/module.h>

#include "device_if.h"
#include "bus_if.h"

#define DESC(name) struct kobjop_desc name##_desc
DESC(device_probe);
DESC(device_attach);
DESC(device_detach);
DESC(device_shutdown);
DESC(device_suspend);
DESC(device_resume);
DESC(device_quiesce);
DESC(device_identify);

driver_t *fk_driver;

static device_t devices;
static struct _device bus = { .name = "xenbusb_front0" };
static struct module *the_module;
static const moduledata_t *the_data;
static int units;

SET_DECLARE(sysinit_set, struct sysinit);
SET_DECLARE(sysuninit_set, struct sysinit);

/* --- devices --- */

kobjop_t fk_method(const driver_t *driver, const struct kobjop_desc *desc)
{
	const kobj_method_t *m;

	for (m = driver->methods; m->desc; m++) {
		if (m->desc == desc)
			return m->func;
	}
	return NULL;
}

static int call(device_t dev, const struct kobjop_desc *desc)
{
	device_probe_t *fn = (device_probe_t *)fk_method(fk_driver, desc);

	return fn ? fn(dev) : 0;
}

device_t fk_devices(void)
{
	return devices;
}

device_t fk_device_new(void *ivars)
{
	device_t dev = fk_new(sizeof(*dev)), *at;

	dev->ivars = ivars;
	dev->unit = -1;
	dev->state = DS_NOTPRESENT;
	strlcpy(dev->name, "(unknown)", sizeof(dev->name));
	for (at = &devices; *at; at = &(*at)->next)
		;
	*at = dev;
	return dev;
}

void fk_device_free(device_t dev)
{
	device_t *at;

	for (at = &devices; *at != dev; at = &(*at)->next)
		;
	*at = dev->next;
	fk_delete(dev);
}

static void name_it(device_t dev)
{
	dev->unit = units++;
	snprintf(dev->name, sizeof(dev->name), "%s%d", fk_driver->name, dev->unit);
}

int fk_device_probe_attach(device_t dev)
{
	int err;

	mtx_assert(&Giant, MA_OWNED);
	if (!fk_driver)
		return ENXIO;
	dev->softc = NULL; /* nothing of it in probe */
	err = call(dev, &device_probe_desc);
	if (err > 0)
		return ENXIO;
	name_it(dev);
	dev->softc = (malloc)(fk_driver->size, M_DEVBUF, M_WAITOK | M_ZERO);
	dev->state = DS_ATTACHING;
	err = call(dev, &device_attach_desc);
	if (err) {
		fk_sysctl_drop(dev);
		free(dev->softc, M_DEVBUF);
		dev->softc = NULL;
		dev->state = DS_NOTPRESENT;
		return err;
	}
	dev->state = DS_ATTACHED;
	return 0;
}

int fk_device_detach(device_t dev)
{
	int err;

	mtx_assert(&Giant, MA_OWNED);
	if (dev->state != DS_ATTACHED)
		return 0;
	err = call(dev, &device_detach_desc);
	if (err)
		return err;
	fk_sysctl_drop(dev);
	free(dev->softc, M_DEVBUF);
	dev->softc = NULL;
	dev->state = DS_NOTPRESENT;
	return 0;
}

void *device_get_softc(device_t dev)
{
	if (!dev->softc)
		host_fail("device_get_softc() of a device that has none");
	return dev->softc;
}

device_t device_get_parent(device_t dev)
{
	(void)dev;
	return &bus;
}

const char *device_get_nameunit(device_t dev)
{
	return dev->name;
}

int device_get_unit(device_t dev)
{
	return dev->unit;
}

device_state_t device_get_state(device_t dev)
{
	return dev->state;
}

int device_is_attached(device_t dev)
{
	return dev->state >= DS_ATTACHED;
}

void device_set_desc(device_t dev, const char *desc)
{
	(void)dev;
	(void)desc;
}

void device_quiet(device_t dev)
{
	(void)dev;
}

int bus_generic_shutdown(device_t dev)
{
	(void)dev;
	return 0;
}

/* --- modules --- */

struct module;

int driver_module_handler(struct module *mod, int what, void *arg)
{
	struct driver_module_data *dmd = arg;
	device_t dev;
	int err = 0;

	mtx_lock(&Giant);
	switch (what) {
	case MOD_LOAD:
		if (dmd->dmd_chainevh)
			err = dmd->dmd_chainevh(mod, what, dmd->dmd_chainarg);
		if (!err && strcmp(dmd->dmd_busname, "xenbusb_front"))
			err = ENOENT;
		if (!err)
			fk_driver = dmd->dmd_driver;
		/* bus_generic_driver_added(): devices that a driver let go of. */
		for (dev = devices; dev && !err; dev = dev->next) {
			if (dev->state == DS_NOTPRESENT)
				fk_device_probe_attach(dev);
		}
		break;
	case MOD_QUIESCE:
		for (dev = devices; dev && !err; dev = dev->next)
			err = dev->state == DS_ATTACHED ? call(dev, &device_quiesce_desc) : 0;
		if (!err && dmd->dmd_chainevh)
			err = dmd->dmd_chainevh(mod, what, dmd->dmd_chainarg);
		break;
	case MOD_UNLOAD:
		for (dev = devices; dev && !err; dev = dev->next)
			err = fk_device_detach(dev);
		if (!err)
			fk_driver = NULL;
		if (!err && dmd->dmd_chainevh)
			err = dmd->dmd_chainevh(mod, what, dmd->dmd_chainarg);
		break;
	default:
		break;
	}
	mtx_unlock(&Giant);
	return err;
}

void module_register_init(const void *arg)
{
	the_data = arg;
	if (the_data->evhand(the_module, MOD_LOAD, the_data->priv))
		host_fail("module \"%s\" does not load", the_data->name);
}

static uint64_t rank(const struct sysinit *s)
{
	return (uint64_t)s->subsystem << 32 | (uint32_t)s->order;
}

/* All of a set, in the order of their ranks: @down from the highest. */
static void run_set(struct sysinit **begin, struct sysinit **end, bool down)
{
	uint64_t next = 0, last = 0;
	struct sysinit **s;
	bool first = true, found = true;

	while (found) {
		found = false;
		for (s = begin; s < end; s++) {
			uint64_t r = rank(*s);

			if (!first && (down ? r >= last : r <= last))
				continue;
			if (!found || (down ? r > next : r < next))
				next = r;
			found = true;
		}
		for (s = begin; found && s < end; s++) {
			if (rank(*s) == next)
				(*s)->func((*s)->udata);
		}
		last = next;
		first = false;
	}
}

/* What devd(8) was told, one word each. */
static char notified[256];

void devctl_notify(const char *system, const char *subsystem, const char *type, const char *data)
{
	size_t len = strlen(notified);

	if (strcmp(system, "XEN") || strcmp(subsystem, "DISPLAY") || !data ||
	    strncmp(data, "unit=", 5))
		host_fail("devctl_notify(%s, %s, %s, %s)", system, subsystem, type, data);
	snprintf(notified + len, sizeof(notified) - len, "%s ", type);
}

const char *kern_notified(void)
{
	return notified;
}

int kern_load(void)
{
	notified[0] = '\0';
	run_set(SET_BEGIN(sysinit_set), SET_LIMIT(sysinit_set), false);
	return fk_driver ? 0 : ENOEXEC;
}

bool kern_loaded(void)
{
	return fk_driver != NULL;
}

int kern_unload(bool force)
{
	int err = the_data->evhand(the_module, MOD_QUIESCE, the_data->priv);

	if (err && !force)
		return err;
	err = the_data->evhand(the_module, MOD_UNLOAD, the_data->priv);
	if (!err)
		run_set(SET_BEGIN(sysuninit_set), SET_LIMIT(sysuninit_set), true);
	return err;
}

int kern_shutdown(void)
{
	device_t dev;
	int err = 0;

	mtx_lock(&Giant);
	for (dev = devices; dev; dev = dev->next) {
		if (dev->state == DS_ATTACHED)
			err |= call(dev, &device_shutdown_desc);
	}
	mtx_unlock(&Giant);
	return err;
}

uint32_t kern_attached(void)
{
	uint32_t n = 0;
	device_t dev;

	for (dev = devices; dev; dev = dev->next)
		n += dev->state == DS_ATTACHED;
	return n;
}

void fk_newbus_init(void)
{
	fk_sysctl_init();
	devices = NULL;
	fk_driver = NULL;
	the_data = NULL;
	units = 0;
}
