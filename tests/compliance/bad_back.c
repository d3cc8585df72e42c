/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Who stands between a good backend and its pages. */
#include "bad_back.h"

#include <string.h>

/* One backend at a time. */
static struct {
	struct end_back *b;
	const struct bad_back *bad;
	struct displif_port_ops good;
	uint32_t seen[END_CONNECTORS], answered[END_CONNECTORS], events[END_CONNECTORS];
	union displif_wire req[END_CONNECTORS][DISPLIF_RING_LEN];
	void *ring[END_CONNECTORS]; /* a new page: a new connection */
} man;

/* Indices begin anew with each connection. */
static void look_for_connection(void)
{
	uint32_t i;

	for (i = 0; i < man.b->n; i++) {
		if (man.ring[i] == man.b->link[i].page[DISPLIF_CHAN_REQ])
			continue;
		man.ring[i] = man.b->link[i].page[DISPLIF_CHAN_REQ];
		man.seen[i] = man.answered[i] = man.events[i] = 0;
	}
}

static void spoil_requests(uint32_t i)
{
	void *page = man.b->link[i].page[DISPLIF_CHAN_REQ];
	uint32_t prod = raw_load(page, RAW_REQ_PROD);
	union displif_wire wire;

	if (prod - man.seen[i] > DISPLIF_RING_LEN)
		return;
	for (; man.seen[i] != prod; man.seen[i]++) {
		uint32_t slot = raw_ring_slot(man.seen[i]);

		raw_get_slot(page, slot, &wire);
		man.req[i][slot] = wire;
		if (!man.bad->request)
			continue;
		man.bad->request(i, &wire);
		raw_put_slot(page, slot, &wire);
	}
}

static void spoil_answers(uint32_t i)
{
	void *page = man.b->link[i].page[DISPLIF_CHAN_REQ];
	void *evt = man.b->link[i].page[DISPLIF_CHAN_EVT];
	uint32_t prod = raw_load(page, RAW_RSP_PROD), in_prod = raw_load(evt, RAW_IN_PROD);
	union displif_wire wire;

	for (; man.answered[i] != prod; man.answered[i]++) {
		uint32_t slot = raw_ring_slot(man.answered[i]);

		if (!man.bad->response)
			continue;
		raw_get_slot(page, slot, &wire);
		man.bad->response(i, &man.req[i][slot], &wire);
		raw_put_slot(page, slot, &wire);
	}
	for (; man.events[i] != in_prod; man.events[i]++) {
		if (!man.bad->event)
			continue;
		raw_get_slot(evt, raw_evt_slot(man.events[i]), &wire);
		man.bad->event(i, &wire);
		raw_put_slot(evt, raw_evt_slot(man.events[i]), &wire);
	}
}

static void spoil_all(void)
{
	uint32_t i;

	look_for_connection();
	for (i = 0; i < man.b->n; i++)
		spoil_answers(i);
}

static void on_chan(void *arg, void *tag)
{
	uint32_t i;

	look_for_connection();
	for (i = 0; i < man.b->n; i++)
		spoil_requests(i);
	if (man.bad->before && !man.bad->before(man.b, tag))
		return;
	end_on_chan(arg, tag);
	spoil_all(); /* also what nobody was told of */
	if (man.bad->after)
		man.bad->after(man.b, tag);
}

static void notify(void *ctx, void *chan)
{
	spoil_all();
	if (!man.bad->notify || man.bad->notify(man.b, chan))
		man.good.chan_notify(ctx, chan);
}

static int write_node(void *ctx, uint32_t tx, const char *path, const char *text)
{
	if (man.bad->write)
		text = man.bad->write(man.b, path, text);
	return text ? man.good.xs_write(ctx, tx, path, text) : 0;
}

static void on_peer(void *arg, const char *path)
{
	const char *state = fake_xs_gets(man.b->dom, path);

	(void)arg;
	if (state)
		man.bad->peer(man.b, state);
}

void bad_back_begin(struct end_back *b, const struct bad_back *bad)
{
	char path[2 * END_PATH];

	if (!bad)
		return;
	memset(&man, 0, sizeof(man));
	man.b = b;
	man.bad = bad;
	man.good = *fake_dom_ops(b->dom);
	fake_dom_ops(b->dom)->chan_notify = notify;
	fake_dom_ops(b->dom)->xs_write = write_node;
	fake_dom_on_chan(b->dom, on_chan, NULL);
	snprintf(path, sizeof(path), "%s/state", b->front_dir);
	if (bad->peer)
		fake_xs_watch(b->dom, path, on_peer, NULL);
	if (bad->begin)
		bad->begin(b);
}

void bad_back_end(void)
{
	man.b = NULL;
}

const struct displif_port_ops *bad_back_ops(void)
{
	return &man.good;
}

const union displif_wire *bad_back_request(uint32_t conn, uint32_t index)
{
	return &man.req[conn][raw_ring_slot(index)];
}

uint32_t bad_back_requests(uint32_t conn)
{
	return man.seen[conn];
}

uint32_t bad_back_events(uint32_t conn)
{
	return man.events[conn];
}

uint32_t bad_back_connections(void)
{
	return man.b->bound;
}

void bad_back_add_event(struct end_back *b, uint32_t conn, uint64_t fb)
{
	struct displif_evt *evt = &b->back[conn].evt;
	void *page = b->link[conn].page[DISPLIF_CHAN_EVT];
	union displif_wire wire;

	displif_evt_encode(&wire, b->back[conn].evt_id++, fb);
	raw_put_slot(page, raw_evt_slot(evt->prod), &wire);
	evt->prod++;
	evt->pub = evt->prod;
	raw_store(page, RAW_IN_PROD, evt->prod);
}

void bad_back_add_response(struct end_back *b, uint32_t conn, uint16_t id, uint8_t op)
{
	const struct displif_rsp rsp = { .id = id, .op = op };
	void *page = b->link[conn].page[DISPLIF_CHAN_REQ];
	uint32_t prod = raw_load(page, RAW_RSP_PROD);
	union displif_wire wire;

	displif_rsp_encode(&wire, &rsp);
	raw_put_slot(page, raw_ring_slot(prod), &wire);
	raw_store(page, RAW_RSP_PROD, prod + 1u);
}

static void die(void *arg)
{
	end_back_feed(arg, DISPLIF_BIN_OFFLINE, 0);
}

/* It may be in the handler of a channel, which cannot be closed there. */
void bad_back_die(struct end_back *b)
{
	fake_task_kick(fake_task_new(b->dom, die, b));
}
