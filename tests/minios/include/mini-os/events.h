/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: event channels. New ports are masked. */
#ifndef STUB_EVENTS_H
#define STUB_EVENTS_H

#include <mini-os/os.h>
#include <xen/event_channel.h>

typedef void (*evtchn_handler_t)(evtchn_port_t, struct pt_regs *, void *);

int evtchn_alloc_unbound(domid_t pal, evtchn_handler_t handler, void *data, evtchn_port_t *port);
int evtchn_bind_interdomain(domid_t pal, evtchn_port_t remote_port, evtchn_handler_t handler,
			    void *data, evtchn_port_t *local_port);
void unbind_evtchn(evtchn_port_t port);
void mask_evtchn(uint32_t port);
void unmask_evtchn(uint32_t port);
void clear_evtchn(uint32_t port);

int mos_notify(evtchn_port_t port);

static inline int notify_remote_via_evtchn(evtchn_port_t port)
{
	return mos_notify(port);
}

#endif
