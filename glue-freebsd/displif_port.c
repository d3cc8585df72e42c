/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Event channels and XenStore for the port layer, and its table. */
#include "displif_var.h"

/* --- event channels: the handle is the kernel's --- */

static int chan_open(void *ctx, uint16_t dom, uint32_t remote, void *tag, uint32_t *port,
		     void **chan)
{
	struct dfb_dev *dd = ctx;
	struct dfb_tag *t = tag;
	xen_intr_handle_t handle;
	int err;

	/* A frontend makes its own. */
	if (remote)
		return DISPLIF_E_UNSUPPORTED;
	err = xen_intr_alloc_and_bind_local_port(dd->dev, dom, NULL, dfb_intr, t,
						 INTR_TYPE_TTY | INTR_MPSAFE, &handle);
	if (err) {
		device_printf(dd->dev, "no event channel for domain %u: error %d\n", dom, err);
		return DISPLIF_E_OS;
	}
	xen_intr_describe(handle, "%s%u", t->chan == DISPLIF_CHAN_REQ ? "req" : "evt",
			  t->cn->index);
	*port = xen_intr_port(handle);
	*chan = handle;
	return 0;
}

/* It was never disabled, but what came before START was not looked at. */
static void chan_enable(void *ctx, void *chan)
{
	struct dfb_dev *dd = ctx;

	(void)chan;
	atomic_store_rel_int(&dd->again, 1);
	dfb_kick(dd);
}

/* Waits for the handler. */
static void chan_close(void *ctx, void *chan)
{
	xen_intr_handle_t handle = chan;

	(void)ctx;
	xen_intr_unbind(&handle);
}

static void chan_notify(void *ctx, void *chan)
{
	(void)ctx;
	xen_intr_signal(chan);
}

/* --- XenStore --- */

/* What may not be read counts as absent: see displif_port_ops.xs_read. */
static int xs_error(int err)
{
	if (!err)
		return 0;
	return err == ENOENT || err == EACCES ? DISPLIF_E_ABSENT : DISPLIF_E_OS;
}

static int port_begin(void *ctx, uint32_t *tx)
{
	struct xs_transaction t;
	int err = xs_transaction_start(&t);

	(void)ctx;
	*tx = t.id;
	return err ? DISPLIF_E_OS : 0;
}

static int port_end(void *ctx, uint32_t tx, bool commit)
{
	struct xs_transaction t = { .id = tx };
	int err = xs_transaction_end(t, !commit);

	(void)ctx;
	if (err == EAGAIN)
		return DISPLIF_E_AGAIN;
	return err ? DISPLIF_E_OS : 0;
}

static int port_read(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap,
		     uint32_t *len)
{
	struct xs_transaction t = { .id = tx };
	unsigned int size;
	void *value;
	int err = xs_error(xs_read(t, path, "", &size, &value));

	(void)ctx;
	if (err)
		return err;
	if (size <= cap) {
		memcpy(buf, value, size);
		*len = size;
	} else {
		err = DISPLIF_E_RANGE;
	}
	free(value, M_XENSTORE);
	return err;
}

static int port_write(void *ctx, uint32_t tx, const char *path, const char *text)
{
	struct xs_transaction t = { .id = tx };

	(void)ctx;
	return xs_error(xs_write(t, path, "", text));
}

const struct displif_port_ops dfb_port_ops = {
	.size = sizeof(struct displif_port_ops),
	.share = dfb_share,
	.unshare = dfb_unshare,
	.grant = dfb_grant,
	.ungrant = dfb_ungrant,
	.map = dfb_map,
	.unmap = dfb_unmap,
	.chan_open = chan_open,
	.chan_enable = chan_enable,
	.chan_close = chan_close,
	.chan_notify = chan_notify,
	.xs_begin = port_begin,
	.xs_end = port_end,
	.xs_read = port_read,
	.xs_write = port_write,
};
