/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The one hypercall that no other device offers: whether a channel's peer still has its end open. */

/* Whoever names no version gets the numbers of 2005 from Xen's headers: another hypercall, which fails. */
#define __XEN_INTERFACE_VERSION__ 0x00040400

#include "xen_priv.h"

#include <errno.h>
#include <string.h>

void displif__xen_call_close(struct displif_xen *xen)
{
	if (xen->status)
		xencall_free_buffer(xen->call, xen->status);
	if (xen->call)
		xencall_close(xen->call);
	xen->status = NULL;
	xen->call = NULL;
}

/* With call_lock held. */
static int call_open(struct displif_xen *xen)
{
	if (xen->call)
		return 0;
	if (xen->no_call)
		return DISPLIF_E_UNSUPPORTED;
	xen->call = xencall_open(&xen->logger.vtable, 0);
	if (xen->call) {
		xen->status = xencall_alloc_buffer(xen->call, sizeof(*xen->status));
		if (xen->status)
			return 0;
	}
	displif__xen_log(
		xen, DISPLIF_XEN_WARNING,
		"%s: %s (a dead peer's event channel will not be noticed; is the module xen-privcmd loaded?)",
		xen->call ? "xencall_alloc_buffer()" : "xencall_open()", strerror(errno));
	displif__xen_call_close(xen);
	xen->no_call = true;
	return DISPLIF_E_UNSUPPORTED;
}

int displif__xen_chan_alive(void *ctx, void *chan)
{
	struct displif_xen *xen = ctx;
	const struct displif__xen_chan *c = chan;
	int res;

	pthread_mutex_lock(&xen->call_lock);
	res = call_open(xen);
	if (res == 0) {
		memset(xen->status, 0, sizeof(*xen->status));
		xen->status->dom = DOMID_SELF;
		xen->status->port = c->port;
		if (xencall2(xen->call, __HYPERVISOR_event_channel_op, EVTCHNOP_status,
			     (uint64_t)(uintptr_t)xen->status)) {
			/* Newer kernels let unprivileged domains make no hypercalls. */
			displif__xen_log(
				xen, DISPLIF_XEN_WARNING,
				"xencall2(EVTCHNOP_status, port %u, domain %u): %s (a dead peer's event channel will not be noticed)",
				c->port, c->dom, strerror(errno));
			displif__xen_call_close(xen);
			xen->no_call = true;
			res = DISPLIF_E_UNSUPPORTED;
		} else {
			res = xen->status->status == EVTCHNSTAT_interdomain;
		}
	}
	pthread_mutex_unlock(&xen->call_lock);
	return res;
}
