/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A XenStore of a few nodes that the input writes, and event channels that are counted: the rest of the port. */
#ifndef FUZZ_STORE_H
#define FUZZ_STORE_H

#include "pages.h"

#define STORE_NODES 64u
#define STORE_TEXT 80u
#define STORE_CHANS 32u

struct store_node {
	char path[DISPLIF_XS_PATH];
	char text[STORE_TEXT];
	uint32_t len;
	bool there,
		staged; /* staged: written in the transaction that is open, old[] holds what was */
	bool old_there;
	char old[STORE_TEXT];
	uint32_t old_len;
};

struct store_chan {
	uint32_t remote;
	void *tag;
	bool live, enabled;
};

static struct store_node store_node[STORE_NODES];
static uint32_t store_n, store_conflicts, store_tx;
static struct store_chan store_chan[STORE_CHANS];
static uint32_t store_next_port;

static struct store_node *store_find(const char *path)
{
	uint32_t i;

	for (i = 0; i < store_n; i++)
		if (!strcmp(store_node[i].path, path))
			return &store_node[i];
	return NULL;
}

/* The node at @path, made if there is none; NULL if the store is full. */
static struct store_node *store_at(const char *path)
{
	struct store_node *node = store_find(path);

	if (node || store_n == STORE_NODES)
		return node;
	node = &store_node[store_n++];
	memset(node, 0, sizeof(*node));
	snprintf(node->path, sizeof(node->path), "%s", path);
	return node;
}

static void store_set(const char *path, const void *text, uint32_t len)
{
	struct store_node *node = store_at(path);

	if (!node)
		return;
	node->len = len < STORE_TEXT ? len : STORE_TEXT;
	memcpy(node->text, text, node->len);
	node->there = true;
}

static int store_do_begin(void *ctx, uint32_t *tx)
{
	(void)ctx;
	CHECK(!store_tx);
	if (pages_fault())
		return pages_fail;
	*tx = store_tx = 7;
	return 0;
}

static int store_do_end(void *ctx, uint32_t tx, bool commit)
{
	int err = 0;
	uint32_t i;

	(void)ctx;
	CHECK(tx && tx == store_tx);
	store_tx = 0;
	if (pages_fault()) {
		err = pages_fail;
	} else if (commit && store_conflicts) {
		store_conflicts--;
		err = DISPLIF_E_AGAIN;
	}
	for (i = 0; i < store_n; i++) {
		struct store_node *node = &store_node[i];

		if (node->staged && (err || !commit)) {
			node->there = node->old_there;
			node->len = node->old_len;
			memcpy(node->text, node->old, sizeof(node->text));
		}
		node->staged = false;
	}
	return err;
}

static int store_do_read(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap,
			 uint32_t *len)
{
	const struct store_node *node = store_find(path);

	(void)ctx;
	CHECK(tx == store_tx && strlen(path) < DISPLIF_XS_PATH && cap == DISPLIF_XS_TEXT);
	if (pages_fault())
		return pages_fail;
	if (!node || !node->there)
		return DISPLIF_E_ABSENT;
	if (node->len > cap)
		return DISPLIF_E_RANGE;
	memcpy(buf, node->text, node->len);
	*len = node->len;
	return 0;
}

static int store_do_write(void *ctx, uint32_t tx, const char *path, const char *text)
{
	struct store_node *node;

	(void)ctx;
	/* The library writes in transactions only. */
	CHECK(tx && tx == store_tx && strlen(path) < DISPLIF_XS_PATH);
	if (pages_fault())
		return pages_fail;
	node = store_at(path);
	if (!node)
		return DISPLIF_E_OS;
	if (!node->staged) {
		node->staged = true;
		node->old_there = node->there;
		node->old_len = node->len;
		memcpy(node->old, node->text, sizeof(node->old));
	}
	store_set(path, text, (uint32_t)strlen(text));
	return 0;
}

static int store_do_open(void *ctx, uint16_t dom, uint32_t remote, void *tag, uint32_t *port,
			 void **chan)
{
	uint32_t k;

	(void)ctx;
	CHECK(dom == 1);
	if (pages_fault())
		return pages_fail;
	for (k = 0; k < STORE_CHANS && store_chan[k].live; k++)
		;
	if (k == STORE_CHANS)
		return DISPLIF_E_OS;
	store_chan[k] = (struct store_chan){ remote, tag, true, false };
	*port = ++store_next_port;
	*chan = &store_chan[k];
	return 0;
}

static struct store_chan *store_live(void *chan)
{
	struct store_chan *c = chan;

	CHECK(c >= store_chan && c < store_chan + STORE_CHANS && c->live);
	return c;
}

static void store_do_enable(void *ctx, void *chan)
{
	(void)ctx;
	store_live(chan)->enabled = true;
}

static void store_do_close(void *ctx, void *chan)
{
	(void)ctx;
	store_live(chan)->live = false;
}

static void store_do_notify(void *ctx, void *chan)
{
	(void)ctx;
	store_live(chan);
}

static inline struct displif_port store_port(void)
{
	static struct displif_port_ops ops;
	struct displif_port port = pages_port(true);

	ops = *port.ops;
	ops.xs_begin = store_do_begin;
	ops.xs_end = store_do_end;
	ops.xs_read = store_do_read;
	ops.xs_write = store_do_write;
	ops.chan_open = store_do_open;
	ops.chan_enable = store_do_enable;
	ops.chan_close = store_do_close;
	ops.chan_notify = store_do_notify;
	return (struct displif_port){ &ops, NULL };
}

static inline void store_begin(void)
{
	store_n = store_conflicts = store_tx = 0;
	store_next_port = 40;
	memset(store_chan, 0, sizeof(store_chan));
}

static inline uint32_t store_count_chans(void)
{
	uint32_t k, n = 0;

	for (k = 0; k < STORE_CHANS; k++)
		n += store_chan[k].live;
	return n;
}

#endif
