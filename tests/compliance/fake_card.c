/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A guest of the fake Xen that runs displif-testcard again and again, as a shell's loop would. */
#include "fake_card.h"

#include <string.h>

#include "card.h"
#include "fake_cc.h"

static struct fake_task *looker;
static uint32_t runs;
static bool running, dead;
static bool (*is_dying)(void);

static void end_run(void)
{
	tc_device_close(&card.dev);
	tc_show_free(&card.show);
	fake_displif_xen_free(card.xen, true);
	memset(&card.dev, 0, sizeof(card.dev));
	memset(&card.show, 0, sizeof(card.show));
	card.ended = false;
	running = false;
	runs++;
}

static void on_look(void *arg)
{
	(void)arg;
	if (running && card_is_over(NULL))
		end_run();
	if (running && is_dying && is_dying()) {
		end_run();
		dead = true;
	}
	if (!running && !dead) {
		card_program();
		running = tc_show_init(&card.show, &card.opt, &card.dev) &&
			  tc_device_open(&card.dev, 0, TC_NO_BACKEND);
		fake_displif_rearm(card.xen);
	}
	fake_task_at(looker, fake_now(card.w) + 1);
}

void fake_card_begin(struct fake_world *w, bool be_alloc, bool (*dies)(void))
{
	memset(&card, 0, sizeof(card));
	card.w = w;
	card.fe = fake_dom_get(w, FAKE_CC_GUEST);
	card.opt.backend = TC_NO_BACKEND;
	card.opt.fourcc = DRAW_XRGB8888;
	card.opt.seed = 7;
	card.opt.wait_s = 60;
	card.opt.buffers = 2;
	card.opt.be_alloc = be_alloc;
	card.opt.edid = TC_EDID_ASK;
	card.opt.flips = 12;
	runs = 0;
	running = dead = false;
	is_dying = dies;
	looker = fake_task_new(card.fe, on_look, NULL);
	fake_task_kick(looker);
}

uint32_t fake_card_runs(void)
{
	return runs;
}

void fake_card_end(void)
{
	if (running)
		end_run();
	fake_task_free(looker);
}
