/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The library's table of functions for this kernel: pages of rings, event channels, XenStore.
 *
 * xenbus' own helpers for rings and ports are not used: on failure they write Closing into our
 * node, and states are for the state machine to write.
 */
#include <linux/interrupt.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include "displif_compat.h"
#include "displif_drv.h"

/* One call of the grant table gives at most 65535 references. */
#define DDRM_GRANT_CHUNK 16384u

/* Fills gref[n], or nothing. */
int ddrm_grant_refs(u16 dom, grant_ref_t *gref, u32 n)
{
	u32 i, got = 0;

	while (got < n) {
		u32 chunk = min(n - got, DDRM_GRANT_CHUNK);
		grant_ref_t head;
		int err;

		err = gnttab_alloc_grant_references((u16)chunk, &head);
		if (err) {
			while (got)
				gnttab_free_grant_reference(gref[--got]);
			return err;
		}
		for (i = 0; i < chunk; i++)
			gref[got++] = (grant_ref_t)gnttab_claim_grant_reference(&head);
	}
	return 0;
}

static int ddrm_port_share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va,
			   uint32_t *gref)
{
	size_t size = (size_t)n << DISPLIF_PAGE_SHIFT;
	void *mem = alloc_pages_exact(size, GFP_KERNEL | __GFP_ZERO);
	u32 i;

	if (!mem)
		return DISPLIF_E_OS;
	if (ddrm_grant_refs(dom, gref, n)) {
		free_pages_exact(mem, size);
		return DISPLIF_E_OS;
	}
	for (i = 0; i < n; i++)
		gnttab_grant_foreign_access_ref(
			gref[i], dom, virt_to_gfn(mem + ((size_t)i << DISPLIF_PAGE_SHIFT)),
			!(flags & DISPLIF_PORT_WRITE));
	*va = mem;
	return 0;
}

static void ddrm_port_unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n)
{
	u32 i;

	/*
	 * Where the peer still maps a page, the grant table takes a reference to it and drops
	 * that later.
	 */
	for (i = 0; i < n; i++)
		gnttab_end_foreign_access(gref[i], NULL);
	free_pages_exact(va, (size_t)n << DISPLIF_PAGE_SHIFT);
}

/* A frontend maps nothing by this table: pages of the backend belong to GEM (displif_be.c). */
static int ddrm_port_map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags,
			 void **va, void **map)
{
	return DISPLIF_E_UNSUPPORTED;
}

static int ddrm_port_unmap(void *ctx, void *map)
{
	return DISPLIF_E_UNSUPPORTED;
}

enum {
	DDRM_GATE_SHUT,
	DDRM_GATE_PENDING, /* an interrupt came, and its end is owed */
	DDRM_GATE_OPEN,
};

static void ddrm_chan_dispatch(struct ddrm_chan *chan)
{
	if (chan->conn)
		ddrm_conn_irq(chan->conn, chan->which, chan->irq);
	else
		xen_irq_lateeoi(chan->irq, XEN_EOI_FLAG_SPURIOUS);
}

static irqreturn_t ddrm_chan_irq(int irq, void *arg)
{
	struct ddrm_chan *chan = arg;

	/* Without its end no second interrupt comes, so a shut gate sees one at most. */
	if (atomic_cmpxchg(&chan->gate, DDRM_GATE_SHUT, DDRM_GATE_PENDING) == DDRM_GATE_OPEN)
		ddrm_chan_dispatch(chan);
	return IRQ_HANDLED;
}

static int ddrm_port_chan_open(void *ctx, uint16_t dom, uint32_t remote, void *tag, uint32_t *port,
			       void **handle)
{
	struct evtchn_alloc_unbound alloc = { .dom = DOMID_SELF, .remote_dom = dom };
	const struct ddrm_tag *of = tag;
	struct ddrm_chan *chan;
	int irq;

	chan = kzalloc(sizeof(*chan), GFP_KERNEL);
	if (!chan)
		return DISPLIF_E_OS;
	if (of) {
		chan->conn = of->conn;
		chan->which = of->which;
	}
	if (HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &alloc))
		goto no_port;
	/* The number is not in chan yet when the first interrupt comes; the gate keeps it out. */
	irq = bind_evtchn_to_irqhandler_lateeoi(alloc.port, ddrm_chan_irq, 0, "displif-drm", chan);
	if (irq < 0)
		goto no_irq;
	chan->irq = irq;
	*port = alloc.port;
	*handle = chan;
	return 0;

no_irq: {
	struct evtchn_close close = { .port = alloc.port };

	if (HYPERVISOR_event_channel_op(EVTCHNOP_close, &close))
		pr_warn("displif_drm: port %u cannot be closed\n", alloc.port);
}
no_port:
	kfree(chan);
	return DISPLIF_E_OS;
}

static void ddrm_port_chan_enable(void *ctx, void *handle)
{
	struct ddrm_chan *chan = handle;

	if (atomic_xchg(&chan->gate, DDRM_GATE_OPEN) == DDRM_GATE_PENDING)
		ddrm_chan_dispatch(chan);
}

static void ddrm_port_chan_close(void *ctx, void *handle)
{
	struct ddrm_chan *chan = handle;

	/*
	 * Waits for the handler. After a resume the kernel knows that the port is void and
	 * leaves it alone.
	 */
	unbind_from_irqhandler((unsigned int)chan->irq, chan);
	kfree(chan);
}

/* By the interrupt's number: that of the port may be another device's after a resume. */
void ddrm_chan_notify(struct ddrm_chan *chan)
{
	notify_remote_via_irq(chan->irq);
}

static void ddrm_port_chan_notify(void *ctx, void *handle)
{
	ddrm_chan_notify(handle);
}

static int ddrm_port_xs_begin(void *ctx, uint32_t *tx)
{
	struct xenbus_transaction t;

	if (xenbus_transaction_start(&t))
		return DISPLIF_E_OS;
	*tx = t.id;
	return 0;
}

static int ddrm_port_xs_end(void *ctx, uint32_t tx, bool commit)
{
	struct xenbus_transaction t = { .id = tx };
	int err = xenbus_transaction_end(t, !commit);

	if (!err)
		return 0;
	return err == -EAGAIN ? DISPLIF_E_AGAIN : DISPLIF_E_OS;
}

static int ddrm_port_xs_read(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap,
			     uint32_t *len)
{
	struct xenbus_transaction t = { .id = tx };
	unsigned int n = 0;
	char *text = xenbus_read(t, path, "", &n);
	int err = 0;

	if (IS_ERR(text)) {
		err = (int)PTR_ERR(text);
		return err == -ENOENT || err == -EACCES ? DISPLIF_E_ABSENT : DISPLIF_E_OS;
	}
	if (n > cap) {
		err = DISPLIF_E_RANGE;
	} else {
		memcpy(buf, text, n);
		*len = n;
	}
	kfree(text);
	return err;
}

static int ddrm_port_xs_write(void *ctx, uint32_t tx, const char *path, const char *text)
{
	struct xenbus_transaction t = { .id = tx };

	return xenbus_write(t, path, "", text) ? DISPLIF_E_OS : 0;
}

const struct displif_port_ops ddrm_port_ops = {
	.size = sizeof(struct displif_port_ops),
	.share = ddrm_port_share,
	.unshare = ddrm_port_unshare,
	.map = ddrm_port_map,
	.unmap = ddrm_port_unmap,
	.chan_open = ddrm_port_chan_open,
	.chan_enable = ddrm_port_chan_enable,
	.chan_close = ddrm_port_chan_close,
	.chan_notify = ddrm_port_chan_notify,
	.xs_begin = ddrm_port_xs_begin,
	.xs_end = ddrm_port_xs_end,
	.xs_read = ddrm_port_xs_read,
	.xs_write = ddrm_port_xs_write,
};
