/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The handle: opening, closing, the table of functions, logging, the loop. */
#include "xen_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

static const struct displif_port_ops xen_ops = {
	.size = sizeof(xen_ops),
	.share = displif__xen_share,
	.unshare = displif__xen_unshare,
	.map = displif__xen_map,
	.unmap = displif__xen_unmap,
	.copy = displif__xen_copy,
	.chan_open = displif__xen_chan_open,
	.chan_enable = displif__xen_chan_enable,
	.chan_close = displif__xen_chan_close,
	.chan_notify = displif__xen_chan_notify,
	.chan_alive = displif__xen_chan_alive,
	.xs_begin = displif__xen_xs_begin,
	.xs_end = displif__xen_xs_end,
	.xs_read = displif__xen_xs_read,
	.xs_write = displif__xen_xs_write,
};

void displif__xen_log(const struct displif_xen *xen, enum displif_xen_level level, const char *fmt,
		      ...)
{
	char text[768];
	int err = errno;
	va_list ap;

	if (!xen->config.log)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	xen->config.log(xen->config.arg, level, text);
	errno = err;
}

/* Xen's libraries log what we report too, with less context: for debugging only. */
__attribute__((format(printf, 5, 0))) static void on_message(struct xentoollog_logger *logger,
							     xentoollog_level level, int err,
							     const char *context,
							     const char *format, va_list ap)
{
	struct displif__xen_logger *l = (struct displif__xen_logger *)logger;
	char text[256];

	(void)level;
	vsnprintf(text, sizeof(text), format, ap);
	if (err >= 0)
		displif__xen_log(l->xen, DISPLIF_XEN_DEBUG, "%s: %s: %s",
				 context ? context : "libxen", text, strerror(err));
	else
		displif__xen_log(l->xen, DISPLIF_XEN_DEBUG, "%s: %s", context ? context : "libxen",
				 text);
}

static int open_evtchn(struct displif_xen *xen)
{
	char hint[DISPLIF__XEN_HINT];
	int fd, flags;

	xen->evtchn = xenevtchn_open(&xen->logger.vtable, 0);
	if (!xen->evtchn) {
		displif__xen_log(
			xen, DISPLIF_XEN_ERROR, "xenevtchn_open(): %s%s", strerror(errno),
			displif__xen_hint_open(errno, "/dev/xen/evtchn", "xen-evtchn", hint));
		return DISPLIF_E_OS;
	}
	/* We read it ourselves, many ports at once, and must not wait when there is none. */
	fd = xenevtchn_fd(xen->evtchn);
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK)) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR, "fcntl(/dev/xen/evtchn, O_NONBLOCK): %s",
				 strerror(errno));
		return DISPLIF_E_OS;
	}
	return 0;
}

static int open_store(struct displif_xen *xen)
{
	xen->xs = xs_open(0);
	if (!xen->xs) {
		displif__xen_log(
			xen, DISPLIF_XEN_ERROR,
			"xs_open(): %s (is xenstored running, or in a guest /dev/xen/xenbus there?)",
			strerror(errno));
		return DISPLIF_E_OS;
	}
	xen->xs_fd = xs_fileno(xen->xs);
	if (xen->xs_fd < 0) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR, "xs_fileno(): %s", strerror(errno));
		return DISPLIF_E_OS;
	}
	return 0;
}

int displif_xen_open(const struct displif_xen_config *config, struct displif_xen **out)
{
	struct displif_xen *xen;
	int err;

	if (!out)
		return DISPLIF_E_INVAL;
	*out = NULL;
	if (!config)
		return DISPLIF_E_INVAL;
	xen = calloc(1, sizeof(*xen));
	if (!xen) {
		if (config->log)
			config->log(config->arg, DISPLIF_XEN_ERROR,
				    "displif_xen_open(): out of memory");
		return DISPLIF_E_OS;
	}
	xen->config = *config;
	xen->logger.vtable.vmessage = on_message;
	xen->logger.xen = xen;
	pthread_mutex_init(&xen->call_lock, NULL);

	err = open_evtchn(xen);
	if (!err)
		err = open_store(xen);
	if (err) {
		displif_xen_close(xen);
		return err;
	}
	*out = xen;
	return 0;
}

static void detach(struct displif_xen *xen)
{
	if (!xen->loop)
		return;
	displif_loop_remove_fd(xen->loop, &xen->evtchn_fd);
	displif_loop_remove_fd(xen->loop, &xen->watch_fd);
	displif_loop_remove_timer(xen->loop, &xen->timer);
	xen->loop = NULL;
}

void displif_xen_close(struct displif_xen *xen)
{
	if (!xen)
		return;
	detach(xen);
	displif__xen_watches_free(xen);
	displif__xen_chans_free(xen);
	displif__xen_grants_free(xen);
	if (xen->xs)
		xs_close(xen->xs);
	if (xen->evtchn && xenevtchn_close(xen->evtchn))
		displif__xen_log(xen, DISPLIF_XEN_WARNING, "xenevtchn_close(): %s",
				 strerror(errno));
	displif__xen_call_close(xen);
	pthread_mutex_destroy(&xen->call_lock);
	free(xen);
}

struct displif_port displif_xen_port(struct displif_xen *xen)
{
	struct displif_port port = { .ops = &xen_ops, .ctx = xen };

	return port;
}

static void on_evtchn(void *arg, uint32_t events)
{
	(void)events;
	displif_xen_ready_evtchn(arg);
}

static void on_watch(void *arg, uint32_t events)
{
	struct displif_xen *xen = arg;

	(void)events;
	/* A broken connection stays readable, or silent, for ever. */
	if (displif_xen_ready_watch(xen) == DISPLIF_E_GONE)
		displif_loop_remove_fd(xen->loop, &xen->watch_fd);
}

static uint64_t on_deadline(void *arg)
{
	return displif_xen_deadline(arg);
}

static void on_fire(void *arg, uint64_t now)
{
	displif_xen_fire(arg, now);
}

int displif_xen_attach(struct displif_xen *xen, struct displif_loop *loop)
{
	int err;

	if (xen->loop)
		return DISPLIF_E_STATE;
	xen->evtchn_fd = (struct displif_loop_fd){ displif_xen_evtchn_fd(xen), on_evtchn, xen };
	xen->watch_fd = (struct displif_loop_fd){ displif_xen_watch_fd(xen), on_watch, xen };
	xen->timer = (struct displif_loop_timer){ on_deadline, on_fire, xen, NULL };
	err = displif_loop_add_fd(loop, &xen->evtchn_fd, EPOLLIN);
	if (!err) {
		err = displif_loop_add_fd(loop, &xen->watch_fd, EPOLLIN);
		if (err)
			displif_loop_remove_fd(loop, &xen->evtchn_fd);
	}
	if (err) {
		displif__xen_log(xen, DISPLIF_XEN_ERROR, "displif_xen_attach(): epoll_ctl: %s",
				 strerror(errno));
		return err;
	}
	displif_loop_add_timer(loop, &xen->timer);
	xen->loop = loop;
	return 0;
}

int displif_xen_evtchn_fd(const struct displif_xen *xen)
{
	return xenevtchn_fd(xen->evtchn);
}

int displif_xen_watch_fd(const struct displif_xen *xen)
{
	return xen->xs_fd;
}

void displif_xen_get_stats(const struct displif_xen *xen, struct displif_xen_stats *stats)
{
	*stats = xen->stats;
	stats->notifies = __atomic_load_n(&xen->notifies, __ATOMIC_RELAXED);
}
