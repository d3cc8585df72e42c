/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Begin and end of a device, its connectors, errors and counters. */
#include "displfront_priv.h"

/* For the backend to connect, ms. */
#define TIMEOUT_MS 10000u

/* memmove() is missing in Mini-OS without newlib, and the compiler may want it. */
__attribute__((weak)) void *memmove(void *dst, const void *src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	if (d <= s || d >= s + n)
		return memcpy(dst, src, n);
	while (n--)
		d[n] = s[n];
	return dst;
}

/* --- errors --- */

void displfront_fail(struct displfront_dev *dev, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(dev->error, sizeof(dev->error), fmt, args);
	va_end(args);
	printk("displfront: %s\n", dev->error);
}

void displfront_fail_diag(struct displfront_dev *dev, const char *what, int err,
			  const struct displif_diag *diag)
{
	char text[160];

	if (diag && diag->err)
		displif_diag_text(diag, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "%s", displif_strerror(err));
	displfront_fail(dev, "%s: %s: %s", dev->nodename, what, text);
}

int displfront_errno(int err)
{
	static const struct {
		int8_t err;
		uint8_t number;
	} map[] = {
		{ DISPLIF_E_INVAL, EINVAL },	  { DISPLIF_E_STATE, ENOTCONN },
		{ DISPLIF_E_NOSPC, ENOSPC },	  { DISPLIF_E_AGAIN, EAGAIN },
		{ DISPLIF_E_FULL, EAGAIN },	  { DISPLIF_E_GONE, ENOTCONN },
		{ DISPLIF_E_ABSENT, ENOENT },	  { DISPLIF_E_OS, ENOMEM },
		{ DISPLIF_E_TIMEOUT, ETIMEDOUT },
	};
	uint32_t i;

	if (!err)
		return 0;
	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (map[i].err == err)
			return -map[i].number;
	return -EIO;
}

const char *displfront_error(const struct displfront_dev *dev)
{
	return dev->error;
}
EXPORT_SYMBOL(displfront_error);

/* --- begin and end --- */

static void dev_free(struct displfront_dev *dev)
{
	uint32_t i;

	for (i = 0; i < dev->n_conn; i++) {
		free(dev->conn[i]->edid);
		free(dev->conn[i]);
	}
	free(dev->mode);
	free(dev->nodename);
	free(dev->backend_dir);
	free(dev->watch_path);
	free(dev->watch_token);
	free(dev);
}

static bool find_backend(struct displfront_dev *dev)
{
	char *text;
	uint32_t id = 0;
	int err;

	dev->backend_dir = displfront_read_node(dev, dev->nodename, "backend");
	if (!dev->backend_dir)
		return false;
	text = displfront_read_node(dev, dev->nodename, "backend-id");
	if (!text)
		return false;
	err = displif_xs_u32(text, (uint32_t)strlen(text), DOMID_FIRST_RESERVED - 1, &id, NULL);
	if (err)
		displfront_fail(dev, "%s/backend-id: '%s' is no domain", dev->nodename, text);
	free(text);
	dev->backend = (uint16_t)id;
	return !err;
}

/* Two watches of one token would not be told apart: ours has a word of its own before the path. */
static bool watch(struct displfront_dev *dev)
{
	static const char word[] = "displfront:", leaf[] = "/state";
	size_t size = strlen(dev->backend_dir) + sizeof(word) + sizeof(leaf);
	char *error;

	dev->watch_token = malloc(size);
	dev->watch_path = malloc(size);
	if (!dev->watch_token || !dev->watch_path) {
		displfront_fail(dev, "no memory for a watch");
		return false;
	}
	snprintf(dev->watch_path, size, "%s%s", dev->backend_dir, leaf);
	snprintf(dev->watch_token, size, "%s%s", word, dev->watch_path);
	error = xenbus_watch_path_token(XBT_NIL, dev->watch_path, dev->watch_token, &dev->watch);
	if (!error)
		return true;
	displfront_fail(dev, "watching %s: %s", dev->watch_path, error);
	free(error);
	/* Mini-OS keeps its own entry of a watch that was refused. */
	free(xenbus_unwatch_path_token(XBT_NIL, dev->watch_path, dev->watch_token));
	return false;
}

static void unwatch(struct displfront_dev *dev)
{
	free(xenbus_unwatch_path_token(XBT_NIL, dev->watch_path, dev->watch_token));
	/* What was queued before stays in the queue. */
	while (dev->watch)
		free(xenbus_wait_for_watch_return(&dev->watch));
}

static struct displfront_dev *dev_new(const char *nodename, const struct displfront_config *config)
{
	struct displfront_dev *dev = malloc(sizeof(*dev));

	if (!dev)
		return NULL;
	memset(dev, 0, sizeof(*dev));
	if (config)
		dev->config = *config;
	if (!dev->config.timeout_ms)
		dev->config.timeout_ms = TIMEOUT_MS;
	if (!dev->config.grants || dev->config.grants > DISPLFRONT_GRANTS)
		dev->config.grants = DISPLFRONT_GRANTS;
	init_waitqueue_head(&dev->waitq);
	dev->port.ops = &displfront_port_ops;
	dev->port.ctx = dev;
	displif_fdev_init(&dev->fdev);
	displif_plan_init(&dev->plan, &dev->fdev);
	dev->fdev.max_zombies = DISPLFRONT_GRANTS / 4;
	dev->retry_at = dev->sweep_at = DISPLIF_NEVER;
	dev->unwritten = -1;
#ifdef HAVE_LIBC
	dev->fd = -1;
#endif
	dev->begin = displfront_clock(dev);
	dev->nodename = strdup(nodename);
	if (!dev->nodename) {
		free(dev);
		return NULL;
	}
	return dev;
}

static void tell(const struct displfront_config *config, const char *error)
{
	if (config && config->error && config->error_size)
		snprintf(config->error, config->error_size, "%s", error);
}

struct displfront_dev *init_displfront(char *nodename, const struct displfront_config *config)
{
	struct displfront_dev *dev = dev_new(nodename ? nodename : "device/vdispl/0", config);

	if (!dev) {
		tell(config, "no memory for a device");
		return NULL;
	}
	if (!find_backend(dev) || !watch(dev)) {
		tell(config, dev->error);
		dev_free(dev);
		return NULL;
	}
	dev->thread = create_thread("displfront", displfront_thread, dev);
	wait_event(dev->waitq, dev->ready || dev->leave);
	if (dev->ready)
		return dev;
	tell(config, dev->error);
	shutdown_displfront(dev);
	return NULL;
}
EXPORT_SYMBOL(init_displfront);

uint32_t shutdown_displfront(struct displfront_dev *dev)
{
	uint32_t held;

	if (!dev)
		return 0;
	dev->leave = true;
	displfront_kick(dev);
	wait_event(dev->waitq, dev->ended);
	displfront_fd_end(dev);
	unwatch(dev);
	held = displfront_held(dev);
	displfront_mem_end(dev);
	dev_free(dev);
	return held;
}
EXPORT_SYMBOL(shutdown_displfront);

/* --- what it is --- */

enum displfront_status displfront_status(const struct displfront_dev *dev)
{
	if (dev->final)
		return DISPLFRONT_GONE;
	return dev->started ? DISPLFRONT_CONNECTED : DISPLFRONT_WAITING;
}
EXPORT_SYMBOL(displfront_status);

uint32_t displfront_generation(const struct displfront_dev *dev)
{
	return dev->generation;
}
EXPORT_SYMBOL(displfront_generation);

uint32_t displfront_connectors(const struct displfront_dev *dev)
{
	return dev->n;
}
EXPORT_SYMBOL(displfront_connectors);

int displfront_connector(const struct displfront_dev *dev, uint32_t index,
			 struct displfront_connector *info)
{
	const struct displfront_conn *c;

	memset(info, 0, sizeof(*info));
	if (index >= dev->n)
		return -EINVAL;
	c = dev->conn[index];
	info->width = c->width;
	info->height = c->height;
	info->unique_id = c->unique_id;
	info->monitor = c->monitor;
	info->edid = c->edid_size ? c->edid : NULL;
	info->edid_size = c->edid_size;
	info->n_modes = c->n_modes;
	info->mode = c->m;
	return 0;
}
EXPORT_SYMBOL(displfront_connector);

struct wait_queue_head *displfront_queue(struct displfront_dev *dev)
{
	return &dev->waitq;
}
EXPORT_SYMBOL(displfront_queue);

void displfront_stats(const struct displfront_dev *dev, struct displfront_stats *stats)
{
	*stats = dev->stats;
	stats->grants = dev->grants;
	stats->held = displfront_held(dev);
}
EXPORT_SYMBOL(displfront_stats);
