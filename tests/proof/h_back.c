/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Proof harness: every sequence of calls of a back session over pages that change at every instant. */
#include "harness.h"

/* Odd sizes, so that a bound of the wrong table shows. */
#define N_DBUF 5
#define N_FB 7
#define N_PEND 6

static volatile uint64_t ring_page[512], evt_page[512];
static struct displif_back back;
static struct displif_guest guest;
static struct displif_dbuf dbufs[N_DBUF];
static struct displif_fb fbs[N_FB];
static uint64_t pend[N_PEND];

static void poll(void)
{
	struct displif_back_req req;

	use((uint64_t)(displif_back_poll(&back, &req, any_u64) != 0));
	use(req.msg.dbuf ^ req.msg.fb ^ req.msg.size ^ req.msg.op ^ req.handle);
	if (req.dbuf)
		use(req.dbuf->cookie ^ req.dbuf->pages);
	if (req.fb) {
		use(req.fb->cookie ^ req.fb->stride);
		use((uint64_t)(req.fb->dbuf == req.dbuf));
	}
}

static void tables(void)
{
	struct displif_dbuf *dbuf = displif_guest_dbuf(&guest, any_u32);
	struct displif_fb *fb = displif_guest_fb(&guest, dbuf, any_u32);

	if (dbuf)
		use(dbuf->cookie);
	if (fb)
		use(fb->cookie);
	if (any_int)
		displif_guest_reset(&guest);
}

static void calls(void)
{
	switch (any_int) {
	case 0:
		displif_back_irq(&back, any_int ? DISPLIF_CHAN_REQ : DISPLIF_CHAN_EVT);
		break;
	case 1:
		poll();
		break;
	case 2:
		use((uint64_t)(displif_back_complete(&back, any_u32, any_int, any_u32) == 0));
		break;
	case 3:
		use((uint64_t)(displif_back_flip_done(&back, any_u64) == 0));
		break;
	case 4:
		use(displif_back_flush(&back));
		break;
	case 5:
		use((uint64_t)displif_back_idle(&back,
						any_int ? DISPLIF_CHAN_REQ : DISPLIF_CHAN_EVT));
		break;
	case 6:
		use(displif_back_deadline(&back));
		break;
	case 7:
		displif_back_tick(&back, any_u64);
		break;
	case 8:
		tables();
		break;
	case 9:
		displif_back_kill(&back, any_int);
		break;
	default:
		break;
	}
}

void proof_back(void)
{
	struct displif_quota quota;
	struct displif_diag diag = { 0 };

	quota.pages = any_u32;
	quota.pages_per_s = any_u32;
	quota.requests_per_irq = any_u32;
	quota.stride_rule = any_u32;
	quota.be_alloc = any_int != 0;

	use((uint64_t)(displif_guest_init(&guest, &quota, dbufs, 0, fbs, N_FB) == 0));
	if (displif_guest_init(&guest, &quota, dbufs, N_DBUF, fbs, N_FB))
		return;
	use((uint64_t)(displif_back_attach(&back, &guest, any_u32, (void *)ring_page,
					   (void *)evt_page, pend, N_PEND,
					   any_int ? &diag : NULL) == 0));
	use_diag(&diag);
	while (any_int)
		calls();
}
