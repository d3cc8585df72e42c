/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Event channels, each with an interrupt thread of its own. One interrupt that nobody sent comes to each new one. */
#include "fk.h"

#include <machine/bus.h>
#include <xen/xen-os.h>
#include <xen/xen_intr.h>

struct chan {
	struct chan *next;
	void *host;
	char name[20];
	uint32_t port;
	driver_intr_t *handler;
	void *arg;
	struct fk_thr *thread;
	bool pending, running, ends, ended, giant;
};

static struct chan *chans;

void kern_interrupt(void *tag)
{
	struct chan *c = tag;

	c->pending = true;
	host_wake(c);
}

static void ithread(void *arg)
{
	struct chan *c = arg;

	for (;;) {
		if (c->ends)
			break;
		if (!c->pending) {
			host_block(c, HOST_NEVER);
			continue;
		}
		c->pending = false;
		c->running = true;
		if (c->giant)
			mtx_lock(&Giant);
		c->handler(c->arg);
		if (c->giant)
			mtx_unlock(&Giant);
		if (fk_self()->n_held || fk_self()->spins)
			panic("a handler of an interrupt returned with a lock held");
		c->running = false;
		host_wake(&c->running);
	}
	c->ended = true;
	host_wake(&c->running);
}

int xen_intr_alloc_and_bind_local_port(device_t dev, u_int remote_domain, driver_filter_t filter,
				       driver_intr_t handler, void *arg, enum intr_type irqflags,
				       xen_intr_handle_t *handlep)
{
	struct chan *c;

	(void)dev;
	fk_may_sleep("xen_intr_alloc_and_bind_local_port()");
	host_point();
	if (filter || !handler)
		panic("the mock kernel has no filters");
	*handlep = NULL;
	if (host_refused(HOST_F_INTR))
		return ENOSPC;
	c = fk_new(sizeof(*c));
	c->handler = handler;
	c->arg = arg;
	c->giant = !(irqflags & INTR_MPSAFE);
	c->host = host_chan_open((uint16_t)remote_domain, c, &c->port);
	if (!c->host) {
		fk_delete(c);
		return ENOSPC;
	}
	c->next = chans;
	chans = c;
	c->thread = fk_thread("irq", FK_ITHREAD, ithread, c);
	kern_interrupt(c);
	*handlep = c;
	host_yield(); /* it may come before we return */
	return 0;
}

static struct chan **find(const void *handle, const char *what)
{
	struct chan **at;

	for (at = &chans; *at && *at != handle; at = &(*at)->next)
		;
	if (!*at)
		panic("%s of a handle that is none", what);
	return at;
}

int xen_intr_describe(xen_intr_handle_t handle, const char *fmt, ...)
{
	struct chan *c = *find(handle, "xen_intr_describe()");
	va_list args;

	va_start(args, fmt);
	vsnprintf(c->name, sizeof(c->name), fmt, args);
	va_end(args);
	return 0;
}

evtchn_port_t xen_intr_port(xen_intr_handle_t handle)
{
	return (*find(handle, "xen_intr_port()"))->port;
}

void xen_intr_signal(xen_intr_handle_t handle)
{
	if (!handle)
		return;
	host_chan_notify((*find(handle, "xen_intr_signal()"))->host);
	host_point();
}

void xen_intr_unbind(xen_intr_handle_t *handle)
{
	struct chan **at, *c;

	if (!*handle)
		return;
	fk_may_sleep("xen_intr_unbind()");
	c = *find(*handle, "xen_intr_unbind()");
	*handle = NULL;
	if (c->thread == fk_self())
		panic("xen_intr_unbind() in the channel's own handler");
	c->ends = true;
	host_wake(c);
	while (!c->ended)
		fk_wait(&c->running, HOST_NEVER);
	host_chan_close(c->host);
	for (at = &chans; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	fk_delete(c);
	host_point();
}

uint32_t fk_intr_left(bool print)
{
	struct chan *c;
	uint32_t n = 0;

	for (c = chans; c; c = c->next)
		n++;
	return fk_tell(print, n, "event channels");
}

void fk_intr_init(void)
{
	chans = NULL;
}
