/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A request and its answer: through both sessions, with all checks, hold-off
 * and the table of what is outstanding, against nothing but the ring macros.
 * Once one at a time, once sixteen to a notification.
 */
#include "bare.h"
#include "bench.h"
#include "rig.h"

#define BATCH 16u

static struct rig rig;
static struct bare bare;

/* The backend's half of a locked section, as a glue has it. */
static uint32_t serve(void)
{
	struct displif_back_req req;

	displif_back_irq(&rig.back, DISPLIF_CHAN_REQ);
	while (displif_back_poll(&rig.back, &req, 0)) {
		if (req.msg.op != XENDISPL_OP_SET_CONFIG || !req.fb)
			bench_fail("a wrong request");
		displif_back_complete(&rig.back, req.handle, 0, 0);
	}
	return displif_back_flush(&rig.back);
}

/* The frontend's. Answers counted in *@n, tokens summed up. */
static uint64_t collect(uint32_t *n)
{
	struct displif_front_event ev;
	uint64_t sum = 0;

	displif_front_irq(&rig.front, DISPLIF_CHAN_REQ);
	while (displif_front_poll(&rig.front, &ev)) {
		if (ev.type != DISPLIF_EV_RSP || ev.status)
			bench_fail("a wrong answer");
		sum += ev.token;
		++*n;
	}
	displif_front_flush(&rig.front);
	return sum;
}

static void through_sessions(uint32_t n, uint32_t batch)
{
	const struct displif_msg msg = { .op = XENDISPL_OP_SET_CONFIG,
					 .fb = RIG_FB(RIG_BUFFERS - 1),
					 .width = 1920,
					 .height = 1080,
					 .bpp = 32 };
	uint64_t token = 0, sum = 0;
	uint32_t i, got = 0;

	while (token < n) {
		for (i = 0; i < batch; i++) {
			if (displif_front_submit(&rig.front, &msg, token, token))
				bench_fail("no room");
			token++;
		}
		if (!(displif_front_flush(&rig.front) & DISPLIF_DO_NOTIFY_REQ))
			bench_fail("the backend is not notified");
		if (!(serve() & DISPLIF_DO_NOTIFY_REQ))
			bench_fail("the frontend is not notified");
		sum += collect(&got);
	}
	if (got != n || sum != (uint64_t)n * (n - 1) / 2)
		bench_fail("answers are missing");
}

static void by_hand(uint32_t n, uint32_t batch)
{
	const struct xendispl_req req = {
		.operation = XENDISPL_OP_SET_CONFIG,
		.op.set_config = { .fb_cookie = 1, .width = 1920, .height = 1080, .bpp = 32 },
	};
	uint32_t i, sent = 0, got = 0;

	while (sent < n) {
		for (i = 0; i < batch; i++)
			bare_request(&bare, &req, (uint16_t)sent++);
		if (!bare_push_requests(&bare) || !bare_serve(&bare))
			bench_fail("no notification by hand");
		got += bare_collect(&bare);
	}
	if (got != n)
		bench_fail("answers by hand are missing");
}

static void setup(void)
{
	rig_setup(&rig, 100);
	bare_setup(&bare);
}

static BENCH_LOOP void run_roundtrip_ours(uint32_t n)
{
	through_sessions(n, 1);
}

static BENCH_LOOP void run_roundtrip_bare(uint32_t n)
{
	by_hand(n, 1);
}

static BENCH_LOOP void run_batch_ours(uint32_t n)
{
	through_sessions(n, BATCH);
}

static BENCH_LOOP void run_batch_bare(uint32_t n)
{
	by_hand(n, BATCH);
}

const struct bench bench_roundtrip = {
	.name = "roundtrip",
	.what = "request and answer, both sessions",
	.bare_what = "ring macros and 64-byte copies",
	.setup = setup,
	.ours = run_roundtrip_ours,
	.bare = run_roundtrip_bare,
	.n = 16000,
};

const struct bench bench_batch = {
	.name = "batch",
	.what = "the same, 16 to a notification",
	.bare_what = "the same",
	.setup = setup,
	.ours = run_batch_ours,
	.bare = run_batch_bare,
	.n = 16000,
};
