/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The host of tests: made, brought up and taken down, with a look at what is left. */
#include <stdio.h>
#include <stdlib.h>

#include "bed.h"

#define PATIENCE_MS 15000u
#define PAGE 4096u

bool bed_late;

static struct bed *the_bed;

static struct displif_fb *find_fb(struct end_back *b, uint64_t cookie)
{
	struct displif_fb *fb;
	uint32_t i;

	for (i = 0; (fb = displif_guest_fb(&b->guest, NULL, i)) && fb->cookie != cookie; i++)
		;
	return fb;
}

/* Answers, and looks at the pixels as a monitor does. */
static void on_request(struct end_back *b, uint32_t c, const struct displif_back_req *req)
{
	struct bed *bed = the_bed;
	struct bed_screen *s = &bed->screen[c];
	const uint8_t *at;

	bed->asked[req->msg.op]++;
	if (bed->hook)
		bed->hook(bed, c, req);
	if (bed->b != b) /* it died */
		return;
	b->request = NULL;
	end_back_request(b, c, req);
	if (bed->after)
		bed->after(bed, req);
	b->request = on_request;
	if (req->msg.op != XENDISPL_OP_PG_FLIP && req->msg.op != XENDISPL_OP_SET_CONFIG)
		return;
	s->fb = req->msg.op == XENDISPL_OP_PG_FLIP ? b->flipped[c] : b->shown[c];
	s->times++;
	at = s->fb ? end_back_pixels(b, s->fb) : NULL;
	memset(s->pixels, 0xee, sizeof(s->pixels));
	if (at)
		memcpy(s->pixels, at, find_fb(b, s->fb)->dbuf->size);
}

static void back_new(struct bed *bed)
{
	bed->b = end_back_new(bed->be, BED_FRONT, 0);
	assert_non_null(bed->b);
	bed->b->edid = bed->opts.edid;
	bed->b->edid_size = bed->opts.edid_size;
	bed->b->request = on_request;
}

void bed_make(struct bed *bed, const struct bed_opts *opts)
{
	static const struct bed_opts usual;
	const char *connectors;

	memset(bed, 0, sizeof(*bed));
	the_bed = bed;
	bed->opts = opts ? *opts : usual;
	bed->screen = calloc(END_CONNECTORS, sizeof(*bed->screen));
	assert_non_null(bed->screen);
	connectors = bed->opts.connectors ? bed->opts.connectors : "id0:64x48";
	bed->w = fake_world_new(bed->opts.limits, bed->opts.seed);
	assert_non_null(bed->w);
	bed->be = fake_dom_get(bed->w, 0);
	bed->fe = fake_dom_new(bed->w, BED_FRONT);
	assert_int_equal(
		fake_toolstack_attach(bed->w, 0, BED_FRONT, 0, bed->opts.be_alloc, connectors), 0);
	if (!bed->opts.no_backend)
		back_new(bed);
	machine_boot(bed->fe, bed->opts.seed, bed->opts.limits ? bed->opts.limits->grants : 0);
	kern_boot(!bed->opts.no_module && !bed_late);
	kern_vt_kind(bed->opts.vt);
}

void bed_find(struct bed *bed)
{
	uint32_t i;

	kern_find_devices();
	if (!bed_late || bed->opts.no_module)
		return;
	assert_int_equal(kern_load(), 0);
	for (i = 0; i < 100 && !kern_attached(); i++)
		machine_sleep(10);
}

void bed_up(struct bed *bed, const struct bed_opts *opts)
{
	bed_make(bed, opts);
	bed_find(bed);
	assert_int_equal(kern_attached(), 1);
	if (!bed_wait_state(bed, DISPLIF_XB_CONNECTED, 5000))
		fail_msg("not connected; printed: %s", machine_printed());
	if (!bed->opts.vt)
		assert_true(bed_cons_shown(bed, 5000));
}

static void toolstack_ends(struct bed *bed)
{
	uint32_t i;

	if (!bed->b)
		return;
	for (i = 0; i < PATIENCE_MS / 100u && !bed->b->final; i++)
		machine_sleep(100);
	assert_true(bed->b->final);
	end_back_free(bed->b, true);
	bed->b = NULL;
}

void bed_unplug(struct bed *bed)
{
	uint32_t i;

	if (bed->b && !bed->b->final)
		fake_toolstack_detach(bed->w, 0, BED_FRONT, 0);
	toolstack_ends(bed);
	fake_toolstack_remove(bed->w, 0, BED_FRONT, 0);
	for (i = 0; i < PATIENCE_MS / 10u && kern_attached(); i++)
		machine_sleep(10);
	assert_int_equal(kern_attached(), 0);
	machine_sleep(200);
	if (kern_left(true))
		fail_msg("%s", machine_printed());
}

void bed_down(struct bed *bed)
{
	if (kern_attached())
		bed_unplug(bed);
	else if (bed->b)
		bed_kill(bed);
	if (kern_loaded())
		assert_int_equal(kern_unload(false), kern_vt_kept() ? BSD_EBUSY : 0);
	assert_int_equal(machine_end(), 0);
	/* What vt(4) keeps goes with the domain. */
	fake_dom_exit(bed->fe);
	assert_int_equal(fake_check_clean(bed->w, stderr), 0);
	fake_world_free(bed->w);
	free(bed->screen);
}

void bed_crash(struct bed *bed)
{
	fake_toolstack_destroy(bed->w, 0, BED_FRONT, 0);
	toolstack_ends(bed);
	fake_toolstack_remove(bed->w, 0, BED_FRONT, 0);
	assert_int_equal(machine_crash(), 0);
	assert_int_equal(fake_check_clean(bed->w, stderr), 0);
	fake_world_free(bed->w);
	free(bed->screen);
}

void bed_kill(struct bed *bed)
{
	struct end_back *b = bed->b;

	bed->b = NULL;
	fake_dom_exit(bed->be);
	end_back_free(b, false);
}

void bed_stop(struct bed *bed)
{
	end_back_stop(bed->b);
	toolstack_ends(bed);
}

void bed_revive(struct bed *bed)
{
	back_new(bed);
}

bool bed_wait_state(struct bed *bed, int state, uint32_t ms)
{
	uint32_t at;

	for (at = 0; fake_toolstack_front_state(bed->w, BED_FRONT, 0) != state; at += 10) {
		if (at >= ms)
			return false;
		machine_sleep(10);
	}
	return true;
}

int64_t bed_number(const char *name)
{
	const char *text = kern_sysctl(0, name);

	return text ? strtoll(text, NULL, 10) : -1;
}

bool bed_wait_generation(struct bed *bed, uint32_t n, uint32_t ms)
{
	uint32_t at;

	(void)bed;
	for (at = 0; bed_number("generation") != n; at += 20) {
		if (at >= ms)
			return false;
		machine_sleep(20);
	}
	return true;
}

struct fake_held bed_held(struct bed *bed)
{
	struct fake_held held;

	fake_held(bed->w, bed->fe, &held);
	return held;
}

/* --- the console --- */

static bool cons_shown(struct bed *bed)
{
	static uint32_t expect[BED_SIDE];
	struct displif_fb *fb;

	if (!bed->b || (!bed->b->shown[0] && !bed->b->flipped[0]))
		return false;
	fb = find_fb(bed->b, bed->screen[0].fb);
	if (!fb)
		return false;
	kern_vt_expect(expect, fb->width, fb->height, fb->width * 4);
	return !memcmp(expect, bed->screen[0].pixels, (size_t)fb->width * fb->height * 4);
}

bool bed_cons_shown(struct bed *bed, uint32_t ms)
{
	uint32_t at;

	for (at = 0; !cons_shown(bed); at += 10) {
		if (at >= ms)
			return false;
		machine_sleep(10);
	}
	return true;
}

/* --- programs --- */

static uint32_t pixel(uint32_t what, uint32_t i)
{
	return (what + 1) * 2654435761u + i * 40503u;
}

void bed_paint(void *map, uint32_t size, uint32_t what)
{
	uint32_t i, *p = NULL;

	for (i = 0; i < size / 4; i++) {
		if (i % (PAGE / 4) == 0)
			p = kern_mmap_page(map, i / (PAGE / 4));
		assert_non_null(p);
		p[i % (PAGE / 4)] = pixel(what, i);
	}
}

bool bed_shows(struct bed *bed, uint32_t connector, uint32_t size, uint32_t what)
{
	const struct bed_screen *s = &bed->screen[connector];
	uint32_t i;

	for (i = 0; s->fb && i < size / 4 && s->pixels[i] == pixel(what, i); i++)
		;
	return i == size / 4;
}

void bed_fb(int fd, struct bed_fb *fb, uint32_t width, uint32_t height, uint32_t what)
{
	int err;

	fb->c = (struct displif_create){ .width = width,
					 .height = height,
					 .fourcc = DISPLIF_XRGB8888 };
	err = kern_ioctl(fd, DISPLIF_IOC_CREATE, &fb->c);
	if (err)
		fail_msg("DISPLIF_IOC_CREATE: %d; printed: %s", err, machine_printed());
	assert_int_not_equal(fb->c.handle, 0);
	assert_int_equal(fb->c.stride, width * 4);
	assert_int_equal(fb->c.size, width * height * 4);
	fb->map = kern_mmap(fd, fb->c.offset, (fb->c.size + PAGE - 1) & ~(size_t)(PAGE - 1), true,
			    &err);
	assert_int_equal(err, 0);
	bed_paint(fb->map, fb->c.size, what);
}

int bed_show(int fd, uint32_t connector, uint32_t handle)
{
	struct displif_show s = { .connector = connector, .handle = handle };

	return kern_ioctl(fd, DISPLIF_IOC_SHOW, &s);
}

int bed_flip(int fd, uint32_t connector, uint32_t handle, uint64_t user)
{
	struct displif_flip f = { .connector = connector, .handle = handle, .user = user };

	return kern_ioctl(fd, DISPLIF_IOC_FLIP, &f);
}

struct displif_event bed_event(int fd, uint32_t ms)
{
	struct displif_event ev;
	uint32_t at;

	for (at = 0; !kern_poll(fd); at += 5) {
		if (at >= ms)
			fail_msg("no event; printed: %s", machine_printed());
		machine_sleep(5);
	}
	assert_int_equal(kern_read(fd, &ev, sizeof(ev)), sizeof(ev));
	return ev;
}
