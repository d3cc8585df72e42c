/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Event channels as interrupts. */
#ifndef TEST_XEN_INTR_H
#define TEST_XEN_INTR_H

#include <contrib/xen/event_channel.h>

typedef void *xen_intr_handle_t;

int xen_intr_alloc_and_bind_local_port(device_t dev, u_int remote_domain, driver_filter_t filter,
				       driver_intr_t handler, void *arg, enum intr_type irqflags,
				       xen_intr_handle_t *handlep);
int xen_intr_describe(xen_intr_handle_t port_handle, const char *fmt, ...) __printflike(2, 3);
void xen_intr_signal(xen_intr_handle_t handle);
evtchn_port_t xen_intr_port(xen_intr_handle_t handle);
void xen_intr_unbind(xen_intr_handle_t *handle);

#endif
