/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Who stands between a good frontend and Xen. */
#include "bad_front.h"

#include <string.h>

#define RINGS 64u

static struct {
	struct fake_dom *dom;
	const struct bad_front *bad;
	struct displif_port_ops good;
	/* Single pages that were shared: rings and event pages, of which a ring has req_event 1. */
	void *page[RINGS];
	uint32_t seen[RINGS];
	uint32_t n;
} man;

static bool is_ring(const void *page)
{
	return fake_mem_readable(page) && raw_load(page, RAW_REQ_EVENT) &&
	       raw_load(page, RAW_RSP_EVENT);
}

static void spoil(uint32_t i)
{
	void *page = man.page[i];
	uint32_t prod = raw_load(page, RAW_REQ_PROD);
	union displif_wire wire;

	if (prod - man.seen[i] > DISPLIF_RING_LEN)
		return;
	for (; man.seen[i] != prod; man.seen[i]++) {
		raw_get_slot(page, raw_ring_slot(man.seen[i]), &wire);
		man.bad->request(&wire);
		raw_put_slot(page, raw_ring_slot(man.seen[i]), &wire);
	}
}

static void notify(void *ctx, void *chan)
{
	uint32_t i;
	bool tell = true;

	for (i = 0; i < man.n; i++) {
		if (!man.page[i] || !is_ring(man.page[i]))
			continue;
		if (man.bad->request)
			spoil(i);
		if (man.bad->notify)
			tell &= man.bad->notify(man.page[i]);
	}
	if (tell)
		man.good.chan_notify(ctx, chan);
}

static int share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va, uint32_t *gref)
{
	int err = man.good.share(ctx, dom, n, flags, va, gref);
	uint32_t i;

	if (err)
		return err;
	for (i = 0; n == 1 && i < RINGS && man.page[i]; i++)
		;
	if (n == 1 && i < RINGS) {
		man.page[i] = *va;
		man.seen[i] = 0;
		man.n = i < man.n ? man.n : i + 1u;
	}
	return 0;
}

static void unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < man.n; i++) {
		if (man.page[i] == va)
			man.page[i] = NULL;
	}
	man.good.unshare(ctx, va, gref, n);
}

static int write_node(void *ctx, uint32_t tx, const char *path, const char *text)
{
	if (man.bad->write)
		text = man.bad->write(path, text);
	return text ? man.good.xs_write(ctx, tx, path, text) : 0;
}

void bad_front_begin(struct fake_dom *dom, const struct bad_front *bad)
{
	struct displif_port_ops *ops = fake_dom_ops(dom);

	if (!bad)
		return;
	memset(&man, 0, sizeof(man));
	man.dom = dom;
	man.bad = bad;
	man.good = *ops;
	ops->chan_notify = notify;
	ops->share = share;
	ops->unshare = unshare;
	ops->xs_write = write_node;
}

void bad_front_end(void)
{
	man.dom = NULL;
}

const struct displif_port_ops *bad_front_ops(void)
{
	return &man.good;
}

struct fake_dom *bad_front_dom(void)
{
	return man.dom;
}

void *bad_front_page(uint32_t i)
{
	return i < RINGS ? man.page[i] : NULL;
}

void bad_front_add_request(void *ring, const union displif_wire *wire)
{
	uint32_t prod = raw_load(ring, RAW_REQ_PROD);

	raw_put_slot(ring, raw_ring_slot(prod), wire);
	raw_store(ring, RAW_REQ_PROD, prod + 1u);
}
