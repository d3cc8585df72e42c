/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A page flip from request to flip event, its answer included, through both
 * sessions and both shared pages; and how often a domain had to be notified.
 */
#include "bare.h"
#include "bench.h"
#include "rig.h"

static struct rig rig;
static struct bare bare;

static void setup(void)
{
	rig_setup(&rig, 100);
	bare_setup(&bare);
}

static void count(uint32_t duties)
{
	rig.notify_req += !!(duties & DISPLIF_DO_NOTIFY_REQ);
	rig.notify_evt += !!(duties & DISPLIF_DO_NOTIFY_EVT);
	if (duties & (DISPLIF_DO_POLL | DISPLIF_DO_CLOSE))
		bench_fail("a duty that a flip does not have");
}

static void show(void)
{
	struct displif_back_req req;

	displif_back_irq(&rig.back, DISPLIF_CHAN_REQ);
	while (displif_back_poll(&rig.back, &req, 0)) {
		if (req.msg.op != XENDISPL_OP_PG_FLIP || !req.fb)
			bench_fail("a wrong request");
		displif_back_complete(&rig.back, req.handle, 0, 0);
		displif_back_flip_done(&rig.back, req.fb->cookie);
	}
	count(displif_back_flush(&rig.back));
}

static BENCH_LOOP void run_flip_ours(uint32_t n)
{
	struct displif_msg msg = { .op = XENDISPL_OP_PG_FLIP };
	struct displif_front_event ev;
	uint32_t i, answers = 0, events = 0;

	for (i = 0; i < n; i++) {
		msg.fb = RIG_FB(i % RIG_BUFFERS);
		if (displif_front_submit(&rig.front, &msg, i, i))
			bench_fail("no room");
		count(displif_front_flush(&rig.front));
		show();
		displif_front_irq(&rig.front, DISPLIF_CHAN_EVT);
		while (displif_front_poll(&rig.front, &ev)) {
			answers += ev.type == DISPLIF_EV_RSP && !ev.status;
			events += ev.type == DISPLIF_EV_FLIP && ev.fb == msg.fb && ev.token == i;
		}
		count(displif_front_flush(&rig.front));
	}
	if (answers != n || events != n)
		bench_fail("answers or events are missing");
}

static BENCH_LOOP void run_flip_bare(uint32_t n)
{
	struct xendispl_req req = { .operation = XENDISPL_OP_PG_FLIP };
	uint32_t i, answers = 0, events = 0;

	for (i = 0; i < n; i++) {
		req.op.pg_flip.fb_cookie = i % RIG_BUFFERS;
		bare_request(&bare, &req, (uint16_t)i);
		if (!bare_push_requests(&bare) || !bare_serve(&bare))
			bench_fail("no notification by hand");
		answers += bare_collect(&bare);
		events += bare_events(&bare, i % RIG_BUFFERS);
	}
	if (answers != n || events != n)
		bench_fail("answers or events by hand are missing");
}

static void more(FILE *out, uint32_t n)
{
	const double flips = n ? n : 1;

	fprintf(out,
		"  %-10s notifications per flip: request channel %.2f, event channel %.2f; by hand %.2f, %.2f\n",
		"", rig.notify_req / flips, rig.notify_evt / flips, bare.notify_req / flips,
		bare.notify_evt / flips);
}

const struct bench bench_flip = {
	.name = "flip",
	.what = "flip, its answer and its event",
	.bare_what = "macros, copies, event page by hand",
	.setup = setup,
	.ours = run_flip_ours,
	.bare = run_flip_bare,
	.n = 12000,
	.more = more,
};
