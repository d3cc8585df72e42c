/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The frontend device: the state machine's steps and what they ask to be done. */
#include "device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* After a XenStore call that failed. */
#define RETRY_MS 100u

static void print_diag(const char *what, int err, const struct displif_diag *diag)
{
	char text[256];

	if (diag->err) {
		displif_diag_text(diag, text, sizeof(text));
		cli_error("%s: %s", what, text);
	} else {
		cli_error("%s: %s", what, displif_strerror(err));
	}
}

static void drop_transport(struct tc_device *dev)
{
	free(dev->link);
	free(dev->front);
	free(dev->tag);
	free(dev->tag_ptr);
	dev->link = NULL;
	dev->front = NULL;
	dev->tag = NULL;
	dev->tag_ptr = NULL;
	dev->n = 0;
}

static bool make_transport(struct tc_device *dev, uint32_t n)
{
	uint32_t i;

	dev->link = calloc(n, sizeof(*dev->link));
	dev->front = calloc(n, sizeof(*dev->front));
	dev->tag = calloc((size_t)n * 2, sizeof(*dev->tag));
	dev->tag_ptr = calloc((size_t)n * 2, sizeof(*dev->tag_ptr));
	if (!dev->link || !dev->front || !dev->tag || !dev->tag_ptr) {
		drop_transport(dev);
		cli_error("out of memory for %u connectors", n);
		return false;
	}
	for (i = 0; i < n * 2; i++) {
		dev->tag[i].index = i / 2;
		dev->tag[i].chan = i % 2 ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ;
		dev->tag_ptr[i] = &dev->tag[i];
	}
	dev->n = n;
	return true;
}

/* ACT_PUBLISH. Returns 0 or an error. */
static int do_publish(void *user)
{
	struct tc_device *dev = user;
	const struct displif_front_cfg front_cfg = {
		.timeout_ms = 3000, .look_ms = 100, .max_lost = 8, .reserve = 4
	};
	struct displif_diag diag;
	int err;

	memset(&diag, 0, sizeof(diag));
	displif_cfg_init(&dev->cfg, dev->connector, DISPLIF_MAX_CONNECTORS);
	err = displif_port_front_config(&dev->port, dev->dir, dev->backend_dir, &dev->cfg, &diag);
	if (err) {
		print_diag("reading the configuration", err, &diag);
		return err;
	}
	if (!make_transport(dev, dev->cfg.n))
		return DISPLIF_E_OS;
	err = displif_port_front_publish(&dev->port, dev->dir, dev->backend, &dev->cfg, &front_cfg,
					 dev->link, dev->front, dev->tag_ptr, &diag);
	if (err) {
		print_diag("publishing the rings", err, &diag);
		drop_transport(dev);
	}
	return err;
}

static int do_start(void *user)
{
	struct tc_device *dev = user;

	dev->started = true;
	dev->connects++;
	displif_port_enable(&dev->port, dev->link, dev->n);
	dev->ops->start(dev->user);
	tc_device_flush(dev);
	return 0;
}

static void do_stop(void *user)
{
	struct tc_device *dev = user;
	uint32_t i;

	dev->started = false;
	dev->again = false;
	dev->broken = false;
	dev->lonely_since = displif_loop_clock();
	for (i = 0; i < dev->n; i++)
		displif_front_kill(&dev->front[i], DISPLIF_E_GONE);
	dev->ops->stop(dev->user);
}

static void do_release(void *user)
{
	struct tc_device *dev = user;
	uint32_t i;

	dev->ops->release(dev->user);
	for (i = 0; i < dev->n; i++)
		displif_front_kill(&dev->front[i], DISPLIF_E_GONE);
	displif_port_front_close(&dev->port, dev->link, dev->n);
	drop_transport(dev);
}

static void write_state(void *user, uint32_t state)
{
	struct tc_device *dev = user;
	struct displif_diag diag;
	int err;

	memset(&diag, 0, sizeof(diag));
	dev->unwritten = -1;
	err = displif_port_write_state(&dev->port, dev->dir, state, &diag);
	if (err && err != DISPLIF_E_ABSENT) {
		print_diag("writing our state", err, &diag);
		dev->unwritten = (int8_t)state;
		dev->retry_at = displif_loop_clock() + RETRY_MS;
		return;
	}
	if (dev->verbose)
		fprintf(stderr, "our state: %s\n", displif_xs_state_name(state));
}

/* What is to be fed next; false: not now. */
static bool read_peer(void *user, enum displif_in *in, uint32_t *arg)
{
	struct tc_device *dev = user;
	struct displif_diag diag;
	uint8_t state;
	int err;

	memset(&diag, 0, sizeof(diag));
	dev->unread = false;
	err = displif_port_read_state(&dev->port, dev->backend_dir, &state, &diag);
	if (err && err != DISPLIF_E_ABSENT) {
		print_diag("reading the backend's state", err, &diag);
		dev->unread = true;
		dev->retry_at = displif_loop_clock() + RETRY_MS;
		return false;
	}
	*in = err ? DISPLIF_IN_PEER_GONE : DISPLIF_IN_PEER;
	*arg = state;
	if (dev->verbose)
		fprintf(stderr, "backend's state: %s\n",
			err ? "gone" : displif_xs_state_name(state));
	return true;
}

static void end(void *user)
{
	struct tc_device *dev = user;

	if (dev->ended)
		return;
	dev->ended = true;
	dev->ops->gone(dev->user, dev->removed ? NULL : "the device was removed");
}

static uint64_t clock_of(void *user)
{
	(void)user;
	return displif_loop_clock();
}

void tc_device_feed(struct tc_device *dev, enum displif_in in, uint32_t arg)
{
	/* Our display survives: it draws again after the next connection. */
	static const struct displif_fdev_ops ops = {
		.now = clock_of,
		.publish = do_publish,
		.start = do_start,
		.stop = do_stop,
		.release = do_release,
		.write = write_state,
		.peer = read_peer,
		.final = end,
		.survives = true,
	};

	displif_fdev_feed(&dev->fdev, &ops, dev, in, arg);
}

void tc_device_look(struct tc_device *dev)
{
	enum displif_in in;
	uint32_t state;

	if (!dev->ended && read_peer(dev, &in, &state))
		tc_device_feed(dev, in, state);
}

void tc_device_retry(struct tc_device *dev)
{
	dev->retry_at = DISPLIF_NEVER;
	if (dev->unwritten >= 0)
		write_state(dev, (uint32_t)dev->unwritten);
	if (dev->unread)
		tc_device_look(dev);
}
