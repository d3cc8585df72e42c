/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Methods of XenBus's devices, as the kernel's build makes them of xenbus_if.m. */
#ifndef TEST_XENBUS_IF_H
#define TEST_XENBUS_IF_H

typedef void xenbus_otherend_changed_t(device_t dev, enum xenbus_state newstate);
extern struct kobjop_desc xenbus_otherend_changed_desc;
typedef void xenbus_localend_changed_t(device_t dev, const char *path);
extern struct kobjop_desc xenbus_localend_changed_desc;

#endif
