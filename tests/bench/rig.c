/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The benchmarks' sessions: brought up, and given something to show. */
#include <string.h>

#include "bench.h"
#include "rig.h"

#define WIDTH 1920u
#define HEIGHT 1080u

static _Alignas(4096) unsigned char ring_page[4096], evt_page[4096];

void rig_request(struct rig *rig, const struct displif_msg *msg)
{
	struct displif_front_event ev;
	struct displif_back_req req;

	if (displif_front_submit(&rig->front, msg, 1, 0))
		bench_fail("a request is not taken");
	displif_front_flush(&rig->front);
	displif_back_irq(&rig->back, DISPLIF_CHAN_REQ);
	while (displif_back_poll(&rig->back, &req, 0))
		displif_back_complete(&rig->back, req.handle, 0, 0);
	displif_back_flush(&rig->back);
	displif_front_irq(&rig->front, DISPLIF_CHAN_REQ);
	if (!displif_front_poll(&rig->front, &ev) || ev.type != DISPLIF_EV_RSP || ev.status)
		bench_fail("a request is not answered");
	if (displif_front_poll(&rig->front, &ev))
		bench_fail("a second answer");
	displif_front_flush(&rig->front);
}

void rig_setup(struct rig *rig, uint32_t look_ms)
{
	const struct displif_front_cfg cfg = { 3000, look_ms, 8, 4 };
	const struct displif_quota quota = { 1u << 18, 0, 64, DISPLIF_STRIDE_AUTO, false };
	uint32_t i;

	memset(rig, 0, sizeof(*rig));
	if (displif_front_init(&rig->front, &cfg, ring_page, evt_page) ||
	    displif_guest_init(&rig->guest, &quota, rig->dbuf, 16, rig->fb, 16) ||
	    displif_back_attach(&rig->back, &rig->guest, 0, ring_page, evt_page, rig->pend, 64,
				NULL))
		bench_fail("the sessions do not start");
	for (i = 0; i < RIG_BUFFERS; i++) {
		struct displif_msg create = {
			.op = XENDISPL_OP_DBUF_CREATE,
			.dbuf = 1 + i,
			.gref_dir = 8,
			.width = WIDTH,
			.height = HEIGHT,
			.bpp = 32,
			.size = WIDTH * HEIGHT * 4,
		};
		struct displif_msg attach = {
			.op = XENDISPL_OP_FB_ATTACH,
			.dbuf = 1 + i,
			.fb = RIG_FB(i),
			.width = WIDTH,
			.height = HEIGHT,
			.format = DISPLIF_FOURCC('X', 'R', '2', '4'),
		};

		rig_request(rig, &create);
		rig_request(rig, &attach);
	}
}
