/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The host of tests: made, brought up and taken down, with a look at what is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <mini-os/sched.h>

#include "bed.h"

#define PATIENCE_MS 15000u

static void back_new(struct bed *bed)
{
	bed->b = end_back_new(bed->be, BED_FRONT, bed->opts.devid);
	assert_non_null(bed->b);
	bed->b->edid = bed->opts.edid;
	bed->b->edid_size = bed->opts.edid_size;
}

void bed_make(struct bed *bed, const struct bed_opts *opts)
{
	static const struct bed_opts usual;
	const char *connectors;

	memset(bed, 0, sizeof(*bed));
	bed->opts = opts ? *opts : usual;
	connectors = bed->opts.connectors ? bed->opts.connectors : "id0:64x48";
	bed->w = fake_world_new(bed->opts.limits, bed->opts.seed);
	assert_non_null(bed->w);
	bed->be = fake_dom_get(bed->w, 0);
	bed->fe = fake_dom_new(bed->w, BED_FRONT);
	assert_int_equal(fake_toolstack_attach(bed->w, 0, BED_FRONT, bed->opts.devid,
					       bed->opts.be_alloc, connectors),
			 0);
	back_new(bed);
	mos_boot(bed->fe, MOS_PV, bed->opts.seed);
}

void bed_init(struct bed *bed)
{
	char error[DISPLFRONT_ERROR] = "", node[32];
	struct displfront_config config = { .error = error, .error_size = sizeof(error) };

	snprintf(node, sizeof(node), "device/vdispl/%u", bed->opts.devid);
	bed->dev = init_displfront(bed->opts.devid ? node : NULL, &config);
	if (!bed->dev)
		fail_msg("init_displfront(): '%s'", error);
	assert_int_equal(displfront_status(bed->dev), DISPLFRONT_CONNECTED);
}

void bed_up(struct bed *bed, const struct bed_opts *opts)
{
	bed_make(bed, opts);
	bed_init(bed);
}

void bed_shutdown(struct bed *bed)
{
	if (bed->dev)
		assert_int_equal(shutdown_displfront(bed->dev), 0);
	bed->dev = NULL;
	mos_sleep(1);
	assert_int_equal(mos_left(true), 0);
}

static void toolstack_ends(struct bed *bed)
{
	uint32_t i;

	if (!bed->b)
		return;
	if (!bed->b->final) {
		fake_toolstack_detach(bed->w, 0, BED_FRONT, bed->opts.devid);
		for (i = 0; i < PATIENCE_MS / 100u && !bed->b->final; i++)
			mos_sleep(100);
	}
	assert_true(bed->b->final);
	end_back_free(bed->b, true);
	bed->b = NULL;
}

void bed_down(struct bed *bed)
{
	bed_shutdown(bed);
	toolstack_ends(bed);
	assert_int_equal(mos_end(), 0);
	fake_toolstack_remove(bed->w, 0, BED_FRONT, bed->opts.devid);
	assert_int_equal(fake_check_clean(bed->w, stderr), 0);
	fake_world_free(bed->w);
}

void bed_kill(struct bed *bed)
{
	fake_dom_exit(bed->be);
	end_back_free(bed->b, false);
	bed->b = NULL;
}

void bed_stop(struct bed *bed)
{
	uint32_t i;

	end_back_stop(bed->b);
	for (i = 0; i < PATIENCE_MS / 100u && !bed->b->final; i++)
		mos_sleep(100);
	assert_true(bed->b->final);
	end_back_free(bed->b, true);
	bed->b = NULL;
}

void bed_revive(struct bed *bed)
{
	back_new(bed);
}

bool bed_wait(struct bed *bed, enum displfront_status status, uint32_t ms)
{
	uint32_t at;

	for (at = 0; displfront_status(bed->dev) != status; at += 20) {
		if (at >= ms)
			return false;
		mos_sleep(20);
	}
	return true;
}

struct after {
	struct bed *bed;
	uint32_t ms;
	void (*fn)(struct bed *bed);
};

static void after(void *arg)
{
	struct after a = *(struct after *)arg;

	free(arg);
	mos_sleep(a.ms);
	a.fn(a.bed);
}

void bed_after(struct bed *bed, uint32_t ms, void (*fn)(struct bed *bed))
{
	struct after *a = malloc(sizeof(*a));

	if (!a)
		abort();
	*a = (struct after){ bed, ms, fn };
	create_thread((char *)"after", after, a);
}

/* --- pictures --- */

static uint32_t pixel(uint32_t what, uint32_t i)
{
	return (what + 1) * 2654435761u + i * 40503u;
}

void bed_paint(struct displfront_fb *fb, uint32_t what)
{
	uint32_t i, *p = fb->pixels;

	for (i = 0; i < fb->size / 4; i++)
		p[i] = pixel(what, i);
}

bool bed_shows(struct bed *bed, uint32_t connector, const struct displfront_fb *fb, uint32_t what)
{
	const uint8_t *at;
	uint32_t i, v;

	if (!bed->b || !bed->b->shown[connector] || !bed->b->flipped[connector])
		return false;
	at = end_back_pixels(bed->b, bed->b->flipped[connector]);
	if (!at)
		return false;
	for (i = 0; i < fb->size / 4; i++) {
		memcpy(&v, at + (size_t)i * 4, 4);
		if (v != pixel(what, i))
			return false;
	}
	return true;
}

struct displfront_fb *bed_fb(struct bed *bed, uint32_t flags)
{
	struct displfront_fb *fb;
	int err = displfront_fb_create(bed->dev, 64, 48, DISPLFRONT_XRGB8888, flags, &fb);

	if (err)
		fail_msg("displfront_fb_create(): %d, '%s'", err, displfront_error(bed->dev));
	assert_non_null(fb);
	return fb;
}

void bed_works(struct bed *bed)
{
	struct displfront_fb *fb[2] = { bed_fb(bed, 0), bed_fb(bed, 0) };
	uint32_t i, mapped = bed->b->mapped - 2;

	for (i = 0; i < 2; i++)
		bed_paint(fb[i], i);
	assert_int_equal(displfront_show(bed->dev, 0, fb[0]), 0);
	assert_true(bed_shows(bed, 0, fb[0], 0));
	assert_int_equal(displfront_flip(bed->dev, 0, fb[1], 0), 0);
	assert_true(bed_shows(bed, 0, fb[1], 1));
	for (i = 0; i < 2; i++)
		displfront_fb_destroy(bed->dev, fb[i]);
	assert_int_equal(bed->b->mapped, mapped);
	assert_int_equal(bed->b->flipped[0], 0);
}

struct fake_held bed_held(struct bed *bed)
{
	struct fake_held held;

	fake_held(bed->w, bed->fe, &held);
	return held;
}
