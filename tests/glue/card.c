/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the tests of displif-testcard share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"

struct card card;

void card_begin(bool be_alloc, const char *connectors)
{
	memset(&card, 0, sizeof(card));
	card.w = fake_world_new(NULL, 0);
	assert_non_null(card.w);
	card.be = fake_dom_get(card.w, 0);
	card.fe = fake_dom_new(card.w, GUEST);
	assert_int_equal(fake_toolstack_attach(card.w, 0, GUEST, 0, be_alloc, connectors), 0);
	card.b = end_back_new(card.be, GUEST, 0);
	assert_non_null(card.b);
	card.opt.backend = TC_NO_BACKEND;
	card.opt.fourcc = DRAW_XRGB8888;
	card.opt.seed = 7;
	card.opt.wait_s = 30;
	card.opt.buffers = 2;
	card.opt.edid = TC_EDID_ASK;
	card.opt.flips = 10;
}

void card_program(void)
{
	const struct displif_xen_config config = { .event = tc_device_event,
						   .watch = tc_device_watch,
						   .arg = &card.dev };

	card.xen = fake_displif_xen_new(card.fe, &config);
	card.dev.xen = card.xen;
	card.dev.loop = fake_displif_loop(card.xen);
	card.dev.port = fake_dom_port(card.fe);
	card.dev.ops = &tc_show_ops;
	card.dev.user = &card.show;
	card.dev.wait_ms = card.opt.wait_s * 1000u;
}

void card_start(void)
{
	card_program();
	assert_true(tc_show_init(&card.show, &card.opt, &card.dev));
	assert_true(tc_device_open(&card.dev, 0, card.opt.backend));
	fake_displif_rearm(card.xen);
}

bool card_is_over(void *arg)
{
	(void)arg;
	if (fake_displif_stopped(card.xen))
		card.ended = true;
	return card.ended;
}

bool card_run_to_end(uint32_t ms)
{
	return fake_until(card.w, card_is_over, NULL, ms);
}

static bool has_flipped(void *arg)
{
	return card.show.stats.events >= *(uint32_t *)arg;
}

void card_run_flips(uint32_t n)
{
	assert_true(fake_until(card.w, has_flipped, &n, 20000));
}

void card_end(bool backend_lives)
{
	struct fake_held held;

	tc_device_close(&card.dev);
	tc_show_free(&card.show);
	fake_displif_xen_free(card.xen, true);
	if (backend_lives) /* it may map pages of ours until it has seen Closed */
		fake_advance(card.w, 100);
	fake_held(card.w, card.fe, &held);
	assert_int_equal(held.pages + held.grants + held.zombies, 0);
	assert_int_equal(held.mappings + held.ports + held.chans, 0);
	assert_int_equal(held.watches + held.txs + held.tasks, 0);
	if (backend_lives) {
		end_back_stop(card.b);
		fake_advance(card.w, 3000);
	}
	end_back_free(card.b, backend_lives);
	assert_int_equal(fake_check_clean(card.w, stderr), 0);
	fake_world_free(card.w);
}

void card_assert_frame(uint32_t frame)
{
	static uint8_t picture[4 * WIDTH * HEIGHT * 4];
	struct draw_surface s = { .pixels = picture,
				  .width = card.show.width,
				  .height = card.show.height,
				  .stride = card.show.width * 4,
				  .fourcc = card.opt.fourcc };
	const uint8_t *pixels = end_back_pixels(card.b, card.b->flipped[0]);

	assert_non_null(pixels);
	assert_true((size_t)s.stride * s.height <= sizeof(picture));
	assert_true(draw_card(&s, card.opt.seed, frame));
	assert_memory_equal(pixels, picture, (size_t)s.stride * s.height);
}
