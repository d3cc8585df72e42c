/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Event channels and XenStore for the port layer, and its table. */
#include "displfront_priv.h"

/* --- event channels --- */

/* The handle is the port, which is never 0. */
static void *to_chan(evtchn_port_t port)
{
	return (void *)(uintptr_t)port;
}

static evtchn_port_t to_port(void *chan)
{
	return (evtchn_port_t)(uintptr_t)chan;
}

static int chan_open(void *ctx, uint16_t dom, uint32_t remote, void *tag, uint32_t *port,
		     void **chan)
{
	struct displfront_dev *dev = ctx;
	evtchn_port_t local;
	int err;

	if (remote)
		err = evtchn_bind_interdomain(dom, remote, displfront_handler, tag, &local);
	else
		err = evtchn_alloc_unbound(dom, displfront_handler, tag, &local);
	if (err) {
		displfront_fail(dev, "no event channel for domain %u: error %d", dom, err);
		return DISPLIF_E_OS;
	}
	*port = local;
	*chan = to_chan(local);
	return 0;
}

/* Mini-OS leaves new ports masked. */
static void chan_enable(void *ctx, void *chan)
{
	(void)ctx;
	unmask_evtchn(to_port(chan));
}

/* Masks and clears it first; handlers do not run beside a thread. */
static void chan_close(void *ctx, void *chan)
{
	(void)ctx;
	unbind_evtchn(to_port(chan));
}

static void chan_notify(void *ctx, void *chan)
{
	struct displfront_dev *dev = ctx;

	dev->stats.notifications++;
	notify_remote_via_evtchn(to_port(chan));
}

/* --- XenStore --- */

/* Frees the name of an error. What may not be read counts as absent: see displif_port_ops.xs_read. */
static int xs_error(char *error)
{
	int err;

	if (!error)
		return 0;
	err = !strcmp(error, "ENOENT") || !strcmp(error, "EACCES") ? DISPLIF_E_ABSENT :
								     DISPLIF_E_OS;
	free(error);
	return err;
}

static int xs_begin(void *ctx, uint32_t *tx)
{
	xenbus_transaction_t xbt = XBT_NIL;
	int err = xs_error(xenbus_transaction_start(&xbt));

	(void)ctx;
	*tx = (uint32_t)xbt;
	return err ? DISPLIF_E_OS : 0;
}

static int xs_end(void *ctx, uint32_t tx, bool commit)
{
	int retry = 0;
	int err = xs_error(xenbus_transaction_end(tx, !commit, &retry));

	(void)ctx;
	if (err)
		return DISPLIF_E_OS;
	return retry ? DISPLIF_E_AGAIN : 0;
}

static int xs_read(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap, uint32_t *len)
{
	char *value = NULL;
	size_t size;
	int err = xs_error(xenbus_read(tx, path, &value));

	(void)ctx;
	if (err)
		return err;
	size = strlen(value);
	if (size > cap) {
		free(value);
		return DISPLIF_E_RANGE;
	}
	memcpy(buf, value, size);
	*len = (uint32_t)size;
	free(value);
	return 0;
}

static int xs_write(void *ctx, uint32_t tx, const char *path, const char *text)
{
	(void)ctx;
	return xs_error(xenbus_write(tx, path, text));
}

char *displfront_read_node(struct displfront_dev *dev, const char *dir, const char *leaf)
{
	char path[DISPLIF_XS_PATH];
	char *value = NULL, *error;

	if (displif_xs_join(path, sizeof(path), dir, leaf) < 0) {
		displfront_fail(dev, "%s/%s: longer than %u characters", dir, leaf,
				DISPLIF_XS_PATH - 1);
		return NULL;
	}
	error = xenbus_read(XBT_NIL, path, &value);
	if (!error)
		return value;
	displfront_fail(dev, "reading %s: %s", path, error);
	free(error);
	return NULL;
}

const struct displif_port_ops displfront_port_ops = {
	.size = sizeof(struct displif_port_ops),
	.share = displfront_share,
	.unshare = displfront_unshare,
	.grant = displfront_grant,
	.ungrant = displfront_ungrant,
	.map = displfront_map,
	.unmap = displfront_unmap,
	.chan_open = chan_open,
	.chan_enable = chan_enable,
	.chan_close = chan_close,
	.chan_notify = chan_notify,
	.xs_begin = xs_begin,
	.xs_end = xs_end,
	.xs_read = xs_read,
	.xs_write = xs_write,
};
