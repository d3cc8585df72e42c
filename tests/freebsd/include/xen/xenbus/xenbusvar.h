/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What XenBus tells its devices' drivers, and does for them. */
#ifndef TEST_XENBUSVAR_H
#define TEST_XENBUSVAR_H

#include <sys/queue.h>
#include <sys/bus.h>
#include <sys/eventhandler.h>
#include <sys/malloc.h>
#include <sys/sbuf.h>
#include <sys/stdarg.h>
#include <xen/xen-os.h>
#include <contrib/xen/grant_table.h>
#include <contrib/xen/io/xenbus.h>
#include <contrib/xen/io/xs_wire.h>
#include <xen/xenstore/xenstorevar.h>

MALLOC_DECLARE(M_XENBUS);

enum {
	XENBUS_IVAR_NODE,
	XENBUS_IVAR_TYPE,
	XENBUS_IVAR_STATE,
	XENBUS_IVAR_OTHEREND_ID,
	XENBUS_IVAR_OTHEREND_PATH,
};

__BUS_ACCESSOR(xenbus, node, XENBUS, NODE, const char *)
__BUS_ACCESSOR(xenbus, type, XENBUS, TYPE, const char *)
__BUS_ACCESSOR(xenbus, state, XENBUS, STATE, enum xenbus_state)
__BUS_ACCESSOR(xenbus, otherend_id, XENBUS, OTHEREND_ID, int)
__BUS_ACCESSOR(xenbus, otherend_path, XENBUS, OTHEREND_PATH, const char *)

XenbusState xenbus_read_driver_state(const char *path);
int xenbus_grant_ring(device_t dev, unsigned long ring_mfn, grant_ref_t *refp);
void xenbus_dev_error(device_t dev, int err, const char *fmt, ...) __printflike(3, 4);
void xenbus_dev_fatal(device_t dev, int err, const char *fmt, ...) __printflike(3, 4);
const char *xenbus_strstate(enum xenbus_state state);
int xenbus_dev_is_online(device_t dev);
void xenbus_localend_changed(device_t dev, const char *path);

static inline XenbusState xenbus_get_otherend_state(device_t dev)
{
	return xenbus_read_driver_state(xenbus_get_otherend_path(dev));
}

#include "xenbus_if.h"

#endif
