/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Coming up and leaving as a sane frontend does, and raw access to the rings. */
#include "guest.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SPINS 200u

uint64_t hg_now(void)
{
	return displif_loop_clock();
}

/* xorshift64*: the high bits. */
uint32_t hg_random(struct hg *h, uint32_t below)
{
	h->random ^= h->random >> 12;
	h->random ^= h->random << 25;
	h->random ^= h->random >> 27;
	return (uint32_t)(((h->random * 0x2545f4914f6cdd1dull) >> 32) * below >> 32);
}

bool hg_more(const struct hg *h, uint64_t done)
{
	if (h->stop)
		return false;
	if (h->seconds)
		return hg_now() - h->began < h->seconds * 1000ull;
	return done < h->count;
}

bool hg_next(struct hg *h)
{
	return h->turn++ % h->part == 0;
}

void hg_idle(struct hg *h)
{
	if (!h->hard)
		usleep(200);
}

/* --- life --- */

static bool read_node(struct hg *h, const char *leaf, char *buf, size_t cap)
{
	char path[DISPLIF_XS_PATH];
	uint32_t len;

	displif_xs_join(path, sizeof(path), h->dir, leaf);
	if (h->port.ops->xs_read(h->port.ctx, 0, path, buf, (uint32_t)cap - 1, &len)) {
		cli_error("%s: cannot be read: is there a vdispl device?", path);
		return false;
	}
	buf[len] = '\0';
	return true;
}

static bool on_event(void *arg, void *tag)
{
	(void)arg;
	(void)tag;
	return true;
}

bool hg_open(struct hg *h, uint32_t device)
{
	const struct displif_xen_config config = { .event = on_event };
	char text[16];
	uint32_t id;

	h->xs = xs_open(0);
	if (!h->xs || displif_xen_open(&config, &h->xen)) {
		cli_error("cannot reach Xen: %s", strerror(errno));
		return false;
	}
	h->port = displif_xen_port(h->xen);
	snprintf(h->dir, sizeof(h->dir), "device/vdispl/%u", device);
	if (!read_node(h, "backend", h->backend_dir, sizeof(h->backend_dir)) ||
	    !read_node(h, "backend-id", text, sizeof(text)) ||
	    displif_xs_u32(text, (uint32_t)strlen(text), 0x7fef, &id, NULL))
		return false;
	h->backend = (uint16_t)id;
	h->cookie = 1;
	return true;
}

void hg_close(struct hg *h)
{
	if (h->up)
		hg_leave(h);
	displif_xen_close(h->xen);
	if (h->xs)
		xs_close(h->xs);
}

/* --- states --- */

uint8_t hg_backend_state(struct hg *h)
{
	uint8_t state;

	displif_port_read_state(&h->port, h->backend_dir, &state, NULL);
	return state;
}

bool hg_await(struct hg *h, uint32_t mask, uint32_t ms)
{
	uint64_t end = hg_now() + ms;

	while (!(mask >> hg_backend_state(h) & 1u)) {
		if (hg_now() >= end)
			return false;
		usleep(5000);
	}
	return true;
}

bool hg_set_state(struct hg *h, uint32_t state)
{
	h->writes++;
	return displif_port_write_state(&h->port, h->dir, state, NULL) == 0;
}

/* --- connections --- */

void hg_drop(struct hg *h)
{
	if (!h->up)
		return;
	for (uint32_t i = 0; i < h->cfg.n; i++)
		displif_front_kill(&h->front[i], DISPLIF_E_GONE);
	displif_port_front_close(&h->port, h->link, h->cfg.n);
	h->up = false;
}

void hg_leave(struct hg *h)
{
	if (!h->up)
		return;
	hg_set_state(h, DISPLIF_XB_CLOSED);
	/* It has unmapped when it says so. */
	hg_await(h, 1u << DISPLIF_XB_INIT_WAIT | 1u << DISPLIF_XB_CLOSED, HG_PATIENCE_MS);
	hg_drop(h);
}

bool hg_publish(struct hg *h)
{
	const struct displif_front_cfg front = { .timeout_ms = 3000, .max_lost = 8 };
	struct displif_diag diag = { 0 };
	char text[256];
	int err;

	displif_cfg_init(&h->cfg, h->connector, HG_CONNECTORS);
	err = displif_port_front_config(&h->port, h->dir, h->backend_dir, &h->cfg, &diag);
	if (!err)
		err = displif_port_front_publish(&h->port, h->dir, h->backend, &h->cfg, &front,
						 h->link, h->front, NULL, &diag);
	if (err) {
		displif_diag_text(&diag, text, sizeof(text));
		cli_error("publishing: %s: %s", displif_strerror(err), text);
		return false;
	}
	h->up = true;
	memset(h->at, 0, sizeof(h->at));
	return true;
}

bool hg_connect(struct hg *h)
{
	/* What a backend has to forgive, it may take its time for. */
	for (int tries = 0; tries < 3; tries++) {
		hg_set_state(h, DISPLIF_XB_INITIALISING);
		if (!hg_await(h, 1u << DISPLIF_XB_INIT_WAIT, HG_PATIENCE_MS))
			continue;
		if (!hg_publish(h))
			return false;
		hg_set_state(h, DISPLIF_XB_INITIALISED);
		if (hg_await(h, 1u << DISPLIF_XB_CONNECTED, HG_PATIENCE_MS)) {
			hg_set_state(h, DISPLIF_XB_CONNECTED);
			h->connects++;
			return true;
		}
		hg_leave(h);
	}
	cli_error("the backend, in state %u, does not connect any more", hg_backend_state(h));
	return false;
}

bool hg_again(struct hg *h)
{
	hg_leave(h);
	return hg_connect(h);
}

/* --- rings --- */

bool hg_put(struct hg *h, uint32_t conn, const union displif_wire *wire)
{
	if (h->at[conn].req - h->at[conn].rsp >= DISPLIF_RING_LEN)
		return false;
	raw_put_slot(h->link[conn].page[DISPLIF_CHAN_REQ], raw_ring_slot(h->at[conn].req), wire);
	h->at[conn].req++;
	h->sent++;
	return true;
}

void hg_push(struct hg *h, uint32_t conn)
{
	displif_wmb();
	raw_store(h->link[conn].page[DISPLIF_CHAN_REQ], RAW_REQ_PROD, h->at[conn].req);
	displif_mb();
	h->port.ops->chan_notify(h->port.ctx, h->link[conn].chan[DISPLIF_CHAN_REQ]);
}

bool hg_take(struct hg *h, uint32_t conn, struct displif_rsp *rsp)
{
	void *ring = h->link[conn].page[DISPLIF_CHAN_REQ];
	union displif_wire wire;

	if (raw_load(ring, RAW_RSP_PROD) == h->at[conn].rsp)
		return false;
	displif_rmb();
	raw_get_slot(ring, raw_ring_slot(h->at[conn].rsp), &wire);
	h->at[conn].rsp++;
	displif_rsp_decode(&wire, rsp);
	if (rsp->status)
		h->refused++;
	return true;
}

int32_t hg_call(struct hg *h, uint32_t conn, const struct displif_msg *msg)
{
	uint64_t end = hg_now() + HG_PATIENCE_MS;
	struct displif_rsp rsp;
	union displif_wire wire;
	uint16_t id = h->id++;

	if (displif_req_encode(&wire, id, msg) || !hg_put(h, conn, &wire))
		return HG_NO_ANSWER;
	hg_push(h, conn);
	for (uint32_t i = 0; hg_now() < end; i++) {
		if (hg_take(h, conn, &rsp)) {
			if (rsp.id == id && rsp.op == msg->op)
				return rsp.status;
			cli_error("%s: the answer has id %u and operation 0x%x",
				  displif_req_name(msg->op), rsp.id, rsp.op);
			return HG_NO_ANSWER;
		}
		if (i > SPINS)
			hg_idle(h);
	}
	cli_error("%s: no answer in %u ms", displif_req_name(msg->op), HG_PATIENCE_MS);
	return HG_NO_ANSWER;
}

bool hg_wants_ok(struct hg *h, const char *what, uint32_t conn, const struct displif_msg *msg)
{
	int32_t status = hg_call(h, conn, msg);

	if (status && status != HG_NO_ANSWER)
		cli_error("%s: %s was refused with %d", what, displif_req_name(msg->op), status);
	return !status;
}

bool hg_wants_refusal(struct hg *h, const char *what, uint32_t conn, const struct displif_msg *msg)
{
	int32_t status = hg_call(h, conn, msg);

	if (!status)
		cli_error("%s: %s was accepted", what, displif_req_name(msg->op));
	return status && status != HG_NO_ANSWER;
}

uint32_t hg_events(struct hg *h, uint32_t conn)
{
	void *page = h->link[conn].page[DISPLIF_CHAN_EVT];
	uint32_t prod = raw_load(page, RAW_IN_PROD), n = prod - raw_load(page, RAW_IN_CONS);

	displif_mb();
	raw_store(page, RAW_IN_CONS, prod);
	return n;
}
