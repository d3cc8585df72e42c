/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Proof harness: every sequence of calls of a front session over pages that change at every instant. */
#include "harness.h"

static volatile uint64_t ring_page[512], evt_page[512];
static struct displif_front front;

static void submit(void)
{
	struct displif_msg msg;

	make_any(&msg, sizeof(msg));
	use((uint64_t)(displif_front_submit(&front, &msg, any_u64, any_u64) == 0));
}

static void poll(void)
{
	struct displif_front_event ev;

	use((uint64_t)(displif_front_poll(&front, &ev) != 0));
	use(ev.token ^ ev.fb ^ ev.edid_sz ^ ev.type ^ ev.op ^ (uint64_t)(ev.status < 0));
}

static void ask(void)
{
	use(displif_front_deadline(&front));
	use(displif_front_space(&front));
	use((uint64_t)displif_front_idle(&front, DISPLIF_CHAN_REQ));
	use((uint64_t)displif_front_idle(&front, DISPLIF_CHAN_EVT));
}

void proof_front(void)
{
	struct displif_front_cfg cfg;

	cfg.timeout_ms = any_u32;
	cfg.look_ms = any_u32;
	cfg.max_lost = any_u32;
	cfg.reserve = any_u32;
	/* Whatever init says: a session that was refused must be as harmless as a dead one. */
	use((uint64_t)(displif_front_init(&front, &cfg, (void *)ring_page, (void *)evt_page) == 0));
	while (any_int) {
		switch (any_int) {
		case 0:
			submit();
			break;
		case 1:
			displif_front_irq(&front, DISPLIF_CHAN_REQ);
			break;
		case 2:
			displif_front_irq(&front, DISPLIF_CHAN_EVT);
			break;
		case 3:
			poll();
			break;
		case 4:
			use(displif_front_flush(&front));
			break;
		case 5:
			ask();
			break;
		case 6:
			displif_front_expire(&front, any_u64);
			break;
		case 7:
			use(displif_front_forget(&front, any_u64));
			break;
		case 8:
			displif_front_kill(&front, any_int);
			break;
		default:
			break;
		}
	}
}
