/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The state machine's steps, and what they ask to be done. The device's thread only. */
#include "displfront_priv.h"

/* After a XenStore call that failed. */
#define RETRY_MS 100u

static void drop_rings(struct displfront_dev *dev)
{
	free(dev->link);
	free(dev->front);
	free(dev->tag);
	free(dev->tag_ptr);
	dev->link = NULL;
	dev->front = NULL;
	dev->tag = NULL;
	dev->tag_ptr = NULL;
}

static bool make_rings(struct displfront_dev *dev, uint32_t n)
{
	uint32_t i;

	dev->link = malloc(n * sizeof(*dev->link));
	dev->front = malloc(n * sizeof(*dev->front));
	dev->tag = malloc(2 * (size_t)n * sizeof(*dev->tag));
	dev->tag_ptr = malloc(2 * (size_t)n * sizeof(*dev->tag_ptr));
	if (!dev->link || !dev->front || !dev->tag || !dev->tag_ptr)
		return false;
	memset(dev->link, 0, n * sizeof(*dev->link));
	for (i = 0; i < 2 * n; i++) {
		dev->tag[i].dev = dev;
		dev->tag[i].index = i / 2;
		dev->tag[i].chan = i % 2 ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ;
		dev->tag_ptr[i] = &dev->tag[i];
	}
	return true;
}

/* Connectors keep what the program wants of them over connections. */
static bool more_connectors(struct displfront_dev *dev, uint32_t n)
{
	struct displif_plan_conn *mode = malloc(n * sizeof(*mode));
	struct displfront_conn *c;

	if (!mode)
		return false;
	memset(mode, 0, n * sizeof(*mode));
	if (dev->n_conn)
		memcpy(mode, dev->mode, dev->n_conn * sizeof(*mode));
	free(dev->mode);
	dev->mode = mode;
	displif_plan_connectors(&dev->plan, mode, dev->n_conn);
	while (dev->n_conn < n) {
		c = malloc(sizeof(*c));
		if (!c)
			return false;
		memset(c, 0, sizeof(*c));
		dev->conn[dev->n_conn++] = c;
		displif_plan_connectors(&dev->plan, mode, dev->n_conn);
	}
	return true;
}

static bool make_connectors(struct displfront_dev *dev, const struct displif_cfg *cfg)
{
	struct displfront_conn *c;
	uint32_t i;

	if (cfg->n > dev->n_conn && !more_connectors(dev, cfg->n))
		return false;
	for (i = 0; i < cfg->n; i++) {
		c = dev->conn[i];
		c->width = cfg->connector[i].width;
		c->height = cfg->connector[i].height;
		memcpy(c->unique_id, cfg->connector[i].unique_id, sizeof(c->unique_id));
	}
	return true;
}

static int publish_rings(struct displfront_dev *dev, const struct displif_cfg *cfg)
{
	const struct displif_front_cfg front_cfg = {
		.timeout_ms = DISPLFRONT_ANSWER_MS, .look_ms = 100, .max_lost = 8, .reserve = 4
	};
	struct displif_diag diag;
	int err;

	if (!make_rings(dev, cfg->n) || !make_connectors(dev, cfg)) {
		drop_rings(dev);
		displfront_fail(dev, "no memory for %u connectors", cfg->n);
		return DISPLIF_E_OS;
	}
	memset(&diag, 0, sizeof(diag));
	err = displif_port_front_publish(&dev->port, dev->nodename, dev->backend, cfg, &front_cfg,
					 dev->link, dev->front, dev->tag_ptr, &diag);
	if (err) {
		/* The budget's own words are better. */
		if (err != DISPLIF_E_NOSPC)
			displfront_fail_diag(dev, "publishing the rings", err, &diag);
		drop_rings(dev);
		return err;
	}
	dev->n = cfg->n;
	dev->be_alloc = cfg->be_alloc;
	return 0;
}

/* ACT_PUBLISH. */
static int do_publish(void *user)
{
	struct displfront_dev *dev = user;
	struct displif_connector_cfg *connector =
		malloc(DISPLIF_MAX_CONNECTORS * sizeof(*connector));
	struct displif_diag diag;
	struct displif_cfg cfg;
	int err;

	if (!connector) {
		displfront_fail(dev, "no memory for the configuration");
		return DISPLIF_E_OS;
	}
	memset(&diag, 0, sizeof(diag));
	displif_cfg_init(&cfg, connector, DISPLIF_MAX_CONNECTORS);
	err = displif_port_front_config(&dev->port, dev->nodename, dev->backend_dir, &cfg, &diag);
	if (err)
		displfront_fail_diag(dev, "reading the configuration", err, &diag);
	else
		err = publish_rings(dev, &cfg);
	free(connector);
	if (err)
		memcpy(dev->why, dev->error, sizeof(dev->why));
	return err;
}

static int do_start(void *user)
{
	struct displfront_dev *dev = user;

	dev->started = true;
	dev->generation++;
	dev->returning = true;
	dev->edid_next = 0;
	displif_port_enable(&dev->port, dev->link, dev->n);
	displif_plan_start(&dev->plan, dev->n);
	displfront_status_changed(dev);
	return 0;
}

/* All tokens come back as LOST. */
static void kill_sessions(struct displfront_dev *dev)
{
	unsigned long flags;
	uint32_t i;

	for (i = 0; dev->front && i < dev->n; i++) {
		local_irq_save(flags);
		displif_front_kill(&dev->front[i], DISPLIF_E_GONE);
		displfront_pump(dev, i);
		local_irq_restore(flags);
	}
}

static void do_stop(void *user)
{
	struct displfront_dev *dev = user;

	kill_sessions(dev);
	dev->started = false;
	dev->again = false;
	dev->broken = false;
	displfront_work_stop(dev);
	displfront_status_changed(dev);
}

static void do_release(void *user)
{
	struct displfront_dev *dev = user;

	kill_sessions(dev);
	displfront_work_release(dev);
	displif_port_front_close(&dev->port, dev->link, dev->n);
	dev->broken = false;
	drop_rings(dev);
}

static void write_state(void *user, uint32_t state)
{
	struct displfront_dev *dev = user;
	struct displif_diag diag;
	int err;

	memset(&diag, 0, sizeof(diag));
	dev->unwritten = -1;
	err = displif_port_write_state(&dev->port, dev->nodename, state, &diag);
	if (!err || err == DISPLIF_E_ABSENT)
		return;
	displfront_fail_diag(dev, "writing the state", err, &diag);
	dev->unwritten = (int8_t)state;
	dev->retry_at = displfront_clock(dev) + RETRY_MS;
}

/* What is to be fed next; false: not now. */
static bool read_peer(void *user, enum displif_in *in, uint32_t *arg)
{
	struct displfront_dev *dev = user;
	struct displif_diag diag;
	uint8_t state;
	int err;

	memset(&diag, 0, sizeof(diag));
	dev->unread = false;
	err = displif_port_read_state(&dev->port, dev->backend_dir, &state, &diag);
	if (err && err != DISPLIF_E_ABSENT) {
		displfront_fail_diag(dev, "reading the backend's state", err, &diag);
		dev->unread = true;
		dev->retry_at = displfront_clock(dev) + RETRY_MS;
		return false;
	}
	*in = err ? DISPLIF_IN_PEER_GONE : DISPLIF_IN_PEER;
	*arg = state;
	return true;
}

static void end(void *user)
{
	struct displfront_dev *dev = user;

	if (dev->final)
		return;
	dev->final = true;
	displfront_kick(dev);
	displfront_status_changed(dev);
	if (!dev->ready && !dev->leave) {
		displfront_fail(dev, "%s: the device was removed", dev->nodename);
		dev->leave = true;
	}
}

static uint64_t clock_of(void *user)
{
	return displfront_clock(user);
}

void displfront_feed(struct displfront_dev *dev, enum displif_in in, uint32_t arg)
{
	/* What is wanted outlives a connection. */
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

void displfront_look(struct displfront_dev *dev)
{
	enum displif_in in;
	uint32_t state;

	if (!dev->final && read_peer(dev, &in, &state))
		displfront_feed(dev, in, state);
}

void displfront_retry(struct displfront_dev *dev)
{
	dev->retry_at = DISPLIF_NEVER;
	if (dev->unwritten >= 0)
		write_state(dev, (uint32_t)dev->unwritten);
	if (dev->unread)
		displfront_look(dev);
}
