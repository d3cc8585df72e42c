/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The checks' world on a real Xen: displif-xen without its loop, since checks wait where they are. */
#include "xen.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define MAX_DOMAIN 0x7fefu /* DOMID_FIRST_RESERVED - 1 */

static void on_log(void *arg, enum displif_xen_level level, const char *text)
{
	const struct cc_xen *x = arg;

	(void)level;
	/* Failures are what checks provoke. */
	if (x->verbose)
		cli_error("%s", text);
}

static bool on_event(void *arg, void *tag)
{
	struct cc_xen *x = arg;

	if (x->world.event)
		x->world.event(x->world.arg, tag);
	return true;
}

static uint64_t now(void *ctx)
{
	(void)ctx;
	return displif_loop_clock();
}

static void step(void *ctx, uint32_t ms)
{
	struct cc_xen *x = ctx;
	struct pollfd fd = { .fd = displif_xen_evtchn_fd(x->xen), .events = POLLIN };
	uint64_t at = displif_loop_clock(), due = displif_xen_deadline(x->xen);

	if (due < at + ms)
		ms = due < at ? 0 : (uint32_t)(due - at);
	if (poll(&fd, 1, (int)ms) > 0)
		displif_xen_ready_evtchn(x->xen);
	at = displif_loop_clock();
	if (displif_xen_deadline(x->xen) <= at)
		displif_xen_fire(x->xen, at);
}

static int maps(void *ctx, uint32_t gref)
{
	(void)ctx;
	(void)gref;
	return -1; /* gntalloc does not tell */
}

static const struct cc_world_ops ops = { now, step, maps };

/* Two frontends on one device would destroy each other's rings. */
static bool has_driver(uint32_t device)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/bus/xen/devices/vdispl-%u/driver", device);
	if (access(path, F_OK))
		return false;
	cli_error("%s: a kernel driver has this device; unbind or unload it", path);
	return true;
}

static bool find_backend(struct cc_world *w, uint32_t device)
{
	char text[16];
	uint32_t id;

	snprintf(w->dir, sizeof(w->dir), "device/vdispl/%u", device);
	if (has_driver(device))
		return false;
	if (!cc_read(w, w->dir, "backend", w->peer_dir, sizeof(w->peer_dir)) ||
	    !cc_read(w, w->dir, "backend-id", text, sizeof(text))) {
		cli_error("%s: is there a vdispl device in the guest's configuration?", w->dir);
		return false;
	}
	if (displif_xs_u32(text, (uint32_t)strlen(text), MAX_DOMAIN, &id, NULL)) {
		cli_error("%s/backend-id: '%s' is no domain", w->dir, text);
		return false;
	}
	w->peer = (uint16_t)id;
	return true;
}

static bool find_frontend(struct cc_xen *x, const struct cc_options *opt)
{
	struct cc_world *w = &x->world;
	char text[16];

	if (displif_xen_domid(x->xen, &w->own)) {
		cli_error("cannot read our own domain from XenStore");
		return false;
	}
	w->peer = (uint16_t)opt->domain;
	displif_xs_backend_path(w->dir, sizeof(w->dir), w->own, opt->domain, opt->device);
	displif_xs_frontend_path(w->peer_dir, sizeof(w->peer_dir), opt->domain, opt->device);
	if (!cc_read(w, w->dir, "state", text, sizeof(text)) ||
	    !cc_read(w, w->peer_dir, "state", text, sizeof(text))) {
		cli_error("%s: domain %u has no vdispl device %u here", w->dir, opt->domain,
			  opt->device);
		return false;
	}
	return true;
}

bool cc_xen_open(struct cc_xen *x, const struct cc_options *opt)
{
	const struct displif_xen_config config = { .log = on_log, .event = on_event, .arg = x };
	bool found;

	memset(x, 0, sizeof(*x));
	x->verbose = true; /* what fails now is the user's to know */
	if (displif_xen_open(&config, &x->xen))
		return false;
	x->world.ops = &ops;
	x->world.ctx = x;
	x->world.port = displif_xen_port(x->xen);
	x->world.timeout_ms = opt->timeout_s * 1000u;
	if (opt->mode == CC_MODE_FRONT)
		found = find_backend(&x->world, opt->device);
	else
		found = find_frontend(x, opt);
	x->verbose = opt->verbose;
	if (!found)
		displif_xen_close(x->xen);
	return found;
}

void cc_xen_close(struct cc_xen *x)
{
	displif_xen_close(x->xen);
}
