/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Offering a device, binding to its frontend, and raw answers and events. */
#include "backend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint32_t hb_random(struct hb *h, uint32_t below)
{
	h->random = h->random * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((h->random >> 32) * below >> 32);
}

static bool on_event(void *arg, void *tag)
{
	(void)arg;
	(void)tag;
	return true;
}

bool hb_open(struct hb *h, uint32_t domid, uint32_t dev)
{
	const struct displif_xen_config config = { .event = on_event };

	h->xs = xs_open(0);
	if (!h->xs || displif_xen_open(&config, &h->xen)) {
		cli_error("cannot reach Xen: %s", strerror(errno));
		return false;
	}
	h->port = displif_xen_port(h->xen);
	h->domid = (uint16_t)domid;
	h->dev = dev;
	displif_xs_backend_path(h->dir, sizeof(h->dir), h->own, domid, dev);
	displif_xs_frontend_path(h->fe_dir, sizeof(h->fe_dir), domid, dev);
	h->scratch = (struct displif_scratch){
		.page = calloc(DISPLIF_PGDIR_WORDS, sizeof(uint32_t)),
		.gref = calloc(HB_PAGES, sizeof(uint32_t)),
		.words = HB_PAGES,
	};
	return h->scratch.page && h->scratch.gref;
}

void hb_close(struct hb *h)
{
	hb_drop(h);
	/* Whatever it still has mapped. */
	displif_xen_close(h->xen);
	if (h->xs)
		xs_close(h->xs);
	free(h->scratch.page);
	free(h->scratch.gref);
}

/* --- XenStore --- */

void hb_write(struct hb *h, const char *leaf, const char *value)
{
	char path[DISPLIF_XS_PATH];

	displif_xs_join(path, sizeof(path), h->dir, leaf);
	h->writes += xs_write(h->xs, XBT_NULL, path, value, (unsigned int)strlen(value));
}

void hb_remove(struct hb *h, const char *leaf)
{
	char path[DISPLIF_XS_PATH];

	displif_xs_join(path, sizeof(path), h->dir, leaf);
	h->writes += xs_rm(h->xs, XBT_NULL, path);
}

void hb_state(struct hb *h, uint32_t state)
{
	char text[DISPLIF_XS_NUMBER];

	displif_xs_put_u32(text, sizeof(text), state);
	hb_write(h, "state", text);
}

uint8_t hb_peer(struct hb *h)
{
	uint8_t state;

	displif_port_read_state(&h->port, h->fe_dir, &state, NULL);
	return state;
}

/* --- connections --- */

void hb_drop(struct hb *h)
{
	if (!h->up)
		return;
	for (uint32_t i = 0; i < h->n; i++)
		displif_back_kill(&h->back[i], DISPLIF_E_GONE);
	displif_port_back_close(&h->port, h->link, h->n);
	displif_guest_reset(&h->guest);
	h->up = false;
}

static bool bind_rings(struct hb *h)
{
	const struct displif_quota quota = { .pages = HB_PAGES, .requests_per_irq = 32 };
	struct displif_connector_cfg connector[HB_CONNECTORS];
	struct displif_cfg cfg;

	displif_cfg_init(&cfg, connector, HB_CONNECTORS);
	if (displif_port_back_config(&h->port, h->fe_dir, &cfg, NULL) ||
	    displif_guest_init(&h->guest, &quota, h->dbuf, HB_DBUFS, h->fb, HB_DBUFS))
		return false;
	h->n = cfg.n;
	if (displif_port_back_bind(&h->port, h->fe_dir, h->domid, &h->guest, h->n, h->link, h->back,
				   h->pend, HB_PEND, NULL, NULL))
		return false;
	memset(h->at, 0, sizeof(h->at));
	h->up = true;
	h->connects++;
	return true;
}

bool hb_connect(struct hb *h, uint32_t ms)
{
	uint64_t end = displif_loop_clock() + ms;

	hb_drop(h);
	if (!h->attack->offer)
		hb_write(h, "versions", "1,2");
	hb_state(h, DISPLIF_XB_INIT_WAIT);
	if (h->attack->offer)
		h->attack->offer(h);
	while (hb_peer(h) != DISPLIF_XB_INITIALISED || !bind_rings(h)) {
		if (displif_loop_clock() >= end)
			return false;
		usleep(10000);
	}
	hb_state(h, DISPLIF_XB_CONNECTED);
	return true;
}

/* --- rings --- */

void hb_notify(struct hb *h, uint32_t conn, enum displif_chan chan)
{
	h->notifies++;
	h->port.ops->chan_notify(h->port.ctx, h->link[conn].chan[chan]);
}

void hb_answer(struct hb *h, uint32_t conn, uint16_t id, uint8_t op, int32_t status, uint32_t edid)
{
	const struct displif_rsp rsp = { status, edid, id, op };
	void *ring = h->link[conn].page[DISPLIF_CHAN_REQ];
	union displif_wire wire;

	displif_rsp_encode(&wire, &rsp);
	raw_put_slot(ring, raw_ring_slot(h->at[conn].rsp), &wire);
	displif_wmb();
	h->at[conn].rsp++;
	raw_store(ring, RAW_RSP_PROD, h->at[conn].rsp);
	displif_mb();
	h->answers++;
	hb_notify(h, conn, DISPLIF_CHAN_REQ);
}

bool hb_event(struct hb *h, uint32_t conn, uint16_t id, uint8_t type, uint64_t fb)
{
	void *page = h->link[conn].page[DISPLIF_CHAN_EVT];
	union displif_wire wire;

	if (h->at[conn].evt - raw_load(page, RAW_IN_CONS) >= DISPLIF_EVT_LEN)
		return false;
	displif_mb();
	displif_evt_encode(&wire, id, fb);
	wire.evt.type = type;
	raw_put_slot(page, raw_evt_slot(h->at[conn].evt), &wire);
	displif_wmb();
	h->at[conn].evt++;
	raw_store(page, RAW_IN_PROD, h->at[conn].evt);
	h->events++;
	hb_notify(h, conn, DISPLIF_CHAN_EVT);
	return true;
}

void hb_honest(struct hb *h, uint32_t conn, uint16_t id, const struct displif_msg *msg)
{
	bool edid = msg->op == XENDISPL_OP_GET_EDID;

	hb_answer(h, conn, id, msg->op, edid ? -DISPLIF_XEN_EOPNOTSUPP : 0, 0);
	if (msg->op == XENDISPL_OP_PG_FLIP) {
		h->at[conn].fb = msg->fb;
		hb_event(h, conn, h->at[conn].id++, 0, msg->fb);
	}
}

bool hb_serve(struct hb *h)
{
	uint64_t before = h->requests;
	union displif_wire wire;
	struct displif_msg msg;
	uint16_t id;

	for (uint32_t conn = 0; conn < h->n && h->up; conn++) {
		void *ring = h->link[conn].page[DISPLIF_CHAN_REQ];
		uint32_t prod = raw_load(ring, RAW_REQ_PROD);

		displif_rmb();
		/* We may have lied to the frontend until it lies to us. */
		for (uint32_t i = 0; i < DISPLIF_RING_LEN && h->at[conn].req != prod; i++) {
			raw_get_slot(ring, raw_ring_slot(h->at[conn].req++), &wire);
			displif_req_decode(&wire, &id, &msg);
			h->requests++;
			if (h->attack->request)
				h->attack->request(h, conn, id, &msg);
			else
				hb_honest(h, conn, id, &msg);
		}
		/* Ask for a notification that we do not wait for, as a sane one does. */
		raw_store(ring, RAW_REQ_EVENT, h->at[conn].req + 1);
	}
	return h->requests != before;
}
