/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of the backend's guest contexts: on the fake Xen, with the headless output, against a complete frontend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <png.h>

#include "end.h"
#include "guest.h"
#include "trace.h"

#define FE 1u
#define DEV 0u
#define PATIENCE_MS 15000u

/* What watch.c and app.c are in the program. */
struct bench {
	struct fake_world *w;
	struct fake_dom *be, *fe;
	struct be_options opt;
	struct be_host host;
	uint32_t page[DISPLIF_PGDIR_WORDS];
	uint32_t gref[4096];
	struct fake_task *work;
	struct fake_watch *own, *peer;
	struct be_guest *g;
	struct end_front *f;
	enum be_sight sight;
};

static struct fake_world *clock_of;

/* The program's own comes with the event loop. */
uint64_t displif_loop_clock(void);
uint64_t displif_loop_clock(void)
{
	return clock_of ? fake_now(clock_of) : 1;
}

/*
 * The clock by which work is measured stands still but for what a test adds: no load of the machine ends a
 * slice early.
 */
static uint64_t worked_ns;

int __wrap_clock_gettime(clockid_t id, struct timespec *ts);
int __wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	(void)id;
	*ts = (struct timespec){ .tv_sec = (time_t)(worked_ns / 1000000000u),
				 .tv_nsec = (long)(worked_ns % 1000000000u) };
	return 0;
}

/* Whether XenStore said something that is to be looked at now; what has to wait has a time. */
static bool dirty(struct bench *b, uint64_t *due)
{
	uint64_t waits;

	if (!b->g || (!b->g->own_dirty && !b->g->peer_dirty))
		return false;
	waits = be_guest_waits(b->g, fake_now(b->w));
	if (b->g->own_dirty || !waits)
		return true;
	if (waits < *due)
		*due = waits;
	return false;
}

static void plan(struct bench *b)
{
	uint64_t due = b->host.output->ops->deadline(b->host.output);

	if (b->g && be_guest_deadline(b->g, fake_now(b->w)) < due)
		due = be_guest_deadline(b->g, fake_now(b->w));
	if (dirty(b, &due) || b->host.again)
		due = 0;
	fake_task_at(b->work, due);
}

static void on_work(void *arg)
{
	struct bench *b = arg;
	uint64_t now = fake_now(b->w), due = DISPLIF_NEVER;

	b->host.again = false;
	if (dirty(b, &due)) {
		b->sight = be_guest_look(b->g, now);
		if (b->sight != BE_SIGHT_KEEP) {
			be_guest_free(b->g);
			b->g = NULL;
		}
	}
	if (b->g)
		be_guest_fire(b->g, now);
	b->host.output->ops->fire(b->host.output, now);
	plan(b);
}

static void on_chan(void *arg, void *tag)
{
	struct bench *b = arg;

	be_conn_event(tag, fake_now(b->w));
	plan(b);
}

static void on_own(void *arg, const char *path)
{
	struct bench *b = arg;

	(void)path;
	if (b->g)
		b->g->own_dirty = true;
	plan(b);
}

static void on_peer(void *arg, const char *path)
{
	struct bench *b = arg;

	(void)path;
	if (b->g)
		b->g->peer_dirty = true;
	plan(b);
}

/* What the glue says of a call that fails is said of the guest that is served, within its own limit. */
static struct displif_port_ops usual;

static void assert_about_the_guest(void)
{
	struct be_limit *about = be_log_about(NULL);

	assert_non_null(about);
	assert_int_equal(about->domid, FE);
	assert_int_equal(about->dev, DEV);
	be_log_about(about);
}

static int hooked_read(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap,
		       uint32_t *len)
{
	assert_about_the_guest();
	return usual.xs_read(ctx, tx, path, buf, cap, len);
}

static int hooked_map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags,
		      void **va, void **map)
{
	assert_about_the_guest();
	return usual.map(ctx, dom, gref, n, flags, va, map);
}

static int hooked_unmap(void *ctx, void *map)
{
	assert_about_the_guest();
	return usual.unmap(ctx, map);
}

static void hook(struct displif_port_ops *ops)
{
	usual = *ops;
	ops->xs_read = hooked_read;
	ops->map = hooked_map;
	ops->unmap = hooked_unmap;
}

static void meet(struct bench *b)
{
	b->g = be_guest_new(&b->host, FE, DEV);
	if (!b->g) /* once, in every_call_may_fail() */
		b->g = be_guest_new(&b->host, FE, DEV);
	assert_non_null(b->g);
	b->own = fake_xs_watch(b->be, b->g->dir, on_own, b);
	b->peer = fake_xs_watch(b->be, "/local/domain/1/device/vdispl/0/state", on_peer, b);
	assert_non_null(b->own);
	assert_non_null(b->peer);
}

static struct bench *bench_new(const char *connectors, bool be_alloc, uint32_t refresh)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->w = fake_world_new(NULL, 0);
	assert_non_null(b->w);
	clock_of = b->w;
	b->be = fake_dom_get(b->w, 0);
	hook(fake_dom_ops(b->be));
	b->fe = fake_dom_new(b->w, FE);
	b->opt = (struct be_options){ .output = &be_output_headless,
				      .refresh = refresh,
				      .max_pages = 4096,
				      .be_alloc = true };
	b->host = (struct be_host){ .opt = &b->opt,
				    .port = fake_dom_port(b->be),
				    .scratch = { b->page, b->gref, 4096 } };
	b->host.output = be_output_headless.open(&b->opt);
	assert_non_null(b->host.output);
	b->work = fake_task_new(b->be, on_work, b);
	fake_dom_on_chan(b->be, on_chan, b);
	assert_int_equal(fake_toolstack_attach(b->w, 0, FE, DEV, be_alloc, connectors), 0);
	return b;
}

static bool connected(void *arg)
{
	struct bench *b = arg;

	return b->g && b->g->bound && b->f->dev.state == DISPLIF_FDEV_CONNECTED &&
	       fake_toolstack_back_state(b->w, 0, FE, DEV) == DISPLIF_XB_CONNECTED;
}

static struct bench *bench_up(const char *connectors, bool be_alloc, uint32_t refresh)
{
	struct bench *b = bench_new(connectors, be_alloc, refresh);

	meet(b);
	b->f = end_front_new(b->fe, DEV);
	assert_non_null(b->f);
	assert_true(fake_until(b->w, connected, b, PATIENCE_MS));
	return b;
}

static bool gone(void *arg)
{
	return !((struct bench *)arg)->g;
}

static bool back_final(void *arg)
{
	struct bench *b = arg;

	return b->g->final && fake_toolstack_back_state(b->w, 0, FE, DEV) == DISPLIF_XB_CLOSED;
}

/* The toolstack detaches; nothing may be left of the connection, whatever the guest does. */
static void bench_down(struct bench *b)
{
	struct be_record *record = b->host.record;
	struct fake_held held;

	if (b->g && !b->g->final) {
		assert_int_equal(fake_toolstack_detach(b->w, 0, FE, DEV), 0);
		assert_true(fake_until(b->w, back_final, b, 10000));
	}
	assert_null(be_log_about(NULL));
	fake_held(b->w, b->be, &held);
	assert_int_equal(held.mappings, 0);
	assert_int_equal(held.chans, 0);
	assert_int_equal(held.grants, 0);
	fake_toolstack_remove(b->w, 0, FE, DEV);
	assert_true(fake_until(b->w, gone, b, 1000));
	fake_xs_unwatch(b->own);
	fake_xs_unwatch(b->peer);
	fake_task_free(b->work);
	b->host.output->ops->close(b->host.output);
	if (b->f)
		end_front_free(b->f, fake_dom_alive(b->fe));
	assert_int_equal(fake_violations(b->w), 0);
	assert_int_equal(fake_check_clean(b->w, stderr), 0);
	clock_of = NULL;
	fake_world_free(b->w);
	free(b);
	assert_true(be_record_close(record));
}

static void shows_and_flips(void **state)
{
	struct bench *b = bench_up("id0:64x48;id1:64x48", false, 0);
	int buf[2];

	(void)state;
	assert_int_equal(b->g->n, 2);
	buf[0] = end_front_buf(b->f, DISPLIF_SHARE_OWN, 64, 48);
	buf[1] = end_front_buf(b->f, DISPLIF_SHARE_OWN, 64, 48);
	assert_true(buf[0] >= 0 && buf[1] >= 0);
	for (uint32_t c = 0; c < 2; c++) {
		assert_int_equal(end_front_config(b->f, c, buf[0]), 0);
		for (int i = 0; i < 100; i++)
			assert_int_equal(end_front_flip(b->f, c, buf[i % 2]), 0);
		assert_int_equal(end_front_config(b->f, c, -1), 0);
		/* while nothing is shown */
		assert_int_equal(end_front_flip(b->f, c, buf[0]), 0);
	}
	assert_int_equal(b->g->tables.stats.flips, 202);
	assert_int_equal(b->g->tables.stats.events, 202);
	assert_int_equal(end_front_buf_free(b->f, buf[0]), 0);
	assert_int_equal(end_front_buf_free(b->f, buf[1]), 0);
	assert_int_equal(b->g->tables.pages, 0);
	bench_down(b);
}

static void keeps_the_rate(void **state)
{
	struct bench *b = bench_up("id0:64x48", false, 50);
	int buf = end_front_buf(b->f, DISPLIF_SHARE_OWN, 64, 48);
	uint64_t begin;

	(void)state;
	assert_int_equal(end_front_config(b->f, 0, buf), 0);
	assert_int_equal(end_front_flip(b->f, 0, buf), 0);
	begin = fake_now(b->w);
	for (int i = 0; i < 50; i++)
		assert_int_equal(end_front_flip(b->f, 0, buf), 0);
	assert_in_range(fake_now(b->w) - begin, 998, 1002);
	bench_down(b);
}

static void allocates_for_the_guest(void **state)
{
	struct bench *b = bench_up("id0:64x48", true, 0);
	int buf = end_front_buf(b->f, DISPLIF_SHARE_BACKEND, 64, 48);

	(void)state;
	assert_true(buf >= 0);
	assert_int_equal(end_front_config(b->f, 0, buf), 0);
	assert_int_equal(end_front_flip(b->f, 0, buf), 0);
	assert_int_equal(end_front_buf_free(b->f, buf), 0);
	bench_down(b);
}

static void refuses_what_is_not_configured(void **state)
{
	struct bench *b = bench_up("id0:64x48", false, 0);

	(void)state;
	assert_int_equal(end_front_buf(b->f, DISPLIF_SHARE_BACKEND, 64, 48), -1);
	assert_int_equal(b->f->last_err, -DISPLIF_XEN_EACCES);
	/* more pages than the quota */
	assert_int_equal(end_front_buf(b->f, DISPLIF_SHARE_OWN, 2048, 2049), -1);
	assert_int_equal(b->f->last_err, -DISPLIF_XEN_ENOMEM);
	bench_down(b);
}

static void tells_the_edid(void **state)
{
	struct bench *b = bench_up("id0:64x48", false, 0);
	uint8_t edid[256], got[512] = { 0 };

	(void)state;
	assert_int_equal(end_front_edid(b->f, 0, got, sizeof(got)), -DISPLIF_XEN_EOPNOTSUPP);
	for (size_t i = 0; i < sizeof(edid); i++)
		edid[i] = (uint8_t)(i * 7);
	b->host.edid = edid;
	b->host.edid_len = sizeof(edid);
	assert_int_equal(end_front_edid(b->f, 0, got, sizeof(got)), sizeof(edid));
	assert_memory_equal(got, edid, sizeof(edid));
	bench_down(b);
}

/* A PNG file of that size whose pixels all are @rgb. */
static void check_png(const char *file, uint32_t width, uint32_t height, uint8_t rgb)
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	static uint8_t pixels[128 * 96 * 3];

	assert_int_equal(png_image_begin_read_from_file(&image, file), 1);
	assert_int_equal(image.width, width);
	assert_int_equal(image.height, height);
	image.format = PNG_FORMAT_RGB;
	assert_int_equal(png_image_finish_read(&image, NULL, pixels, 0, NULL), 1);
	for (size_t i = 0; i < (size_t)width * height * 3; i++)
		assert_int_equal(pixels[i], rgb);
}

/* The picture outlives its buffer: on request what is shown, and when the guest goes what was shown last. */
static void keeps_the_last_picture(void **state)
{
	struct bench *b = bench_up("id0:64x48", false, 0);
	char dir[] = "/tmp/displif-backend-XXXXXX", base[64], file[80];
	int buf = end_front_buf(b->f, DISPLIF_SHARE_OWN, 64, 48);

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(base, sizeof(base), "%s/p", dir);
	snprintf(file, sizeof(file), "%s-1-0-0.png", base);
	b->opt.picture = base;
	memset(b->f->buf[buf].share.mem, 0x55, 64 * 48 * 4);
	assert_int_equal(end_front_config(b->f, 0, buf), 0);
	be_output_headless.save(b->host.output);
	check_png(file, 64, 48, 0x55);
	assert_int_equal(end_front_config(b->f, 0, -1), 0);
	assert_int_equal(end_front_buf_free(b->f, buf), 0);
	be_output_headless.save(b->host.output);
	check_png(file, 64, 48, 0);
	bench_down(b);
	check_png(file, 64, 48, 0x55);
	unlink(file);
	rmdir(dir);
}

/* A frontend that was told an EDID chooses the mode; one that was not has the configured size. */
static void an_edid_goes_before_the_resolution(void **state)
{
	struct bench *b = bench_up("id0:64x48", false, 0);
	char dir[] = "/tmp/displif-backend-XXXXXX", base[64], file[80];
	int buf = end_front_buf(b->f, DISPLIF_SHARE_OWN, 128, 96);
	uint8_t edid[128] = { 0 }, got[128];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(base, sizeof(base), "%s/p", dir);
	snprintf(file, sizeof(file), "%s-1-0-0.png", base);
	b->opt.picture = base;
	memset(b->f->buf[buf].share.mem, 0x55, 128 * 96 * 4);
	assert_int_equal(end_front_config(b->f, 0, buf), 0);
	be_output_headless.save(b->host.output);
	check_png(file, 64, 48, 0x55);

	b->host.edid = edid;
	b->host.edid_len = sizeof(edid);
	assert_int_equal(end_front_edid(b->f, 0, got, sizeof(got)), sizeof(edid));
	assert_int_equal(end_front_config(b->f, 0, buf), 0);
	be_output_headless.save(b->host.output);
	check_png(file, 128, 96, 0x55);

	/* Its own words are not more than its framebuffer. */
	b->f->buf[buf].width = 4096;
	assert_int_equal(end_front_config(b->f, 0, buf), 0);
	be_output_headless.save(b->host.output);
	check_png(file, 128, 96, 0x55);
	bench_down(b);
	unlink(file);
	rmdir(dir);
}

/* What --record writes can be played again, to the last byte; two lives, with a refusal, at two rates. */
static void records_what_was_said(void **state)
{
	char dir[] = "/tmp/displif-backend-XXXXXX", file[64];
	struct trace_fault fault = { 0 };
	uint32_t dirty, binds = 0, flips = 0;
	struct trace t;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/trace", dir);
	for (uint32_t rate = 0; rate <= 60; rate += 60) {
		struct bench *b = bench_new("id0:64x48;id1:64x48", true, rate);
		int buf[2];

		b->host.record = be_record_open(file);
		assert_non_null(b->host.record);
		meet(b);
		for (int life = 0; life < 2; life++) {
			b->f = end_front_new(b->fe, DEV);
			assert_true(fake_until(b->w, connected, b, PATIENCE_MS));
			buf[0] = end_front_buf(b->f, DISPLIF_SHARE_OWN, 64, 48);
			buf[1] = end_front_buf(b->f, DISPLIF_SHARE_BACKEND, 64, 48);
			assert_int_equal(end_front_buf(b->f, DISPLIF_SHARE_OWN, 2048, 2049), -1);
			for (uint32_t i = 0; i < 70; i++)
				end_front_flip_send(b->f, i % 2, buf[i % 2]);
			fake_advance(b->w, 1500); /* more than 64 frames */
			for (uint32_t i = 0; i < 70; i++)
				assert_int_equal(end_front_flip(b->f, i % 2, buf[i % 2]), 0);
			assert_int_equal(end_front_config(b->f, 1, -1), 0);
			assert_int_equal(end_front_buf_free(b->f, buf[0]), 0);
			if (life == 1)
				break;
			fake_dom_exit(b->fe);
			end_front_free(b->f, false);
			fake_xs_puts(b->fe, 0, "device/vdispl/0/state", "1");
		}
		flips = b->g->tables.stats.flips;
		bench_down(b);
		if (!trace_load(&t, file, &fault) || !trace_replay(&t, &fault) ||
		    !trace_rules(&t, &dirty, &fault))
			fail_msg("%s:%u: %s", file, fault.at, fault.text);
		for (uint32_t i = 0; i < t.n; i++) {
			binds += t.line[i].kind == TRACE_BIND;
			flips -= binds == 2 && t.line[i].kind == TRACE_EVT;
		}
		assert_int_equal(binds, 2);
		assert_int_equal(flips, 0);
		binds = 0;
		trace_free(&t);
		unlink(file);
	}
	rmdir(dir);
	assert_null(be_record_open("/nowhere/trace"));
}

static void survives_the_guests_death(void **state)
{
	struct bench *b = bench_up("id0:64x48", false, 60);
	int buf = end_front_buf(b->f, DISPLIF_SHARE_OWN, 64, 48);

	(void)state;
	assert_int_equal(end_front_config(b->f, 0, buf), 0);
	for (int i = 0; i < 3; i++)
		assert_true(end_front_flip_send(b->f, 0, buf) != 0);
	fake_dom_kill(b->fe);
	be_guest_feed(b->g, DISPLIF_BIN_PEER_GONE, 0, fake_now(b->w));
	assert_true(b->g->final);
	assert_false(b->g->bound);
	bench_down(b);
}

static bool rebound(void *arg)
{
	struct bench *b = arg;

	return connected(b) && b->f->published == 2;
}

static void takes_a_restarted_frontend(void **state)
{
	struct bench *b = bench_up("id0:64x48", false, 60);
	int buf = end_front_buf(b->f, DISPLIF_SHARE_OWN, 64, 48);

	(void)state;
	assert_int_equal(end_front_config(b->f, 0, buf), 0);
	assert_true(end_front_flip_send(b->f, 0, buf) != 0);
	end_front_feed(b->f, DISPLIF_IN_BROKEN, 0);
	assert_true(fake_until(b->w, rebound, b, PATIENCE_MS));
	buf = end_front_buf(b->f, DISPLIF_SHARE_OWN, 64, 48);
	assert_true(buf >= 0);
	assert_int_equal(end_front_config(b->f, 0, buf), 0);
	assert_int_equal(end_front_flip(b->f, 0, buf), 0);
	bench_down(b);
}

/* Another frontend publishes while we, bound to the first one's rings, cannot write Connected: its 1 is never seen. */
static void notices_a_frontend_replaced_unseen(void **state)
{
	struct bench *b = bench_new("id0:64x48", false, 0);

	(void)state;
	fake_xs_coalesce(b->w, true);
	meet(b);
	b->f = end_front_new(b->fe, DEV);
	while (b->g->written != DISPLIF_XB_INIT_WAIT)
		assert_int_equal(fake_run(b->w, 1), -1);
	fake_fault(b->be, FAKE_OP_XS_END, 1, DISPLIF_E_OS, true);
	fake_advance(b->w, 50);
	assert_int_equal(b->g->bdev.state, DISPLIF_BDEV_CONNECTED);
	fake_dom_exit(b->fe);
	end_front_free(b->f, false);
	b->f = end_front_new(b->fe, DEV);
	end_front_resume(b->f);
	fake_fault(b->be, 0, 0, 0, false);
	assert_true(fake_until(b->w, connected, b, PATIENCE_MS));
	assert_true(end_front_buf(b->f, DISPLIF_SHARE_OWN, 64, 48) >= 0);
	bench_down(b);
}

/* Whatever call fails once, on the way up and down: in the end both are connected, and nothing is left. */
static void every_call_may_fail(void **state)
{
	static const uint32_t kinds[] = { FAKE_OP_USUAL & ~FAKE_OP_XS_READ, FAKE_OP_XS_READ };

	(void)state;
	for (uint32_t k = 0; k < 2; k++) {
		uint32_t n = 0, fired = 1;

		while (fired) {
			struct bench *b = bench_new("id0:64x48", false, 0);

			fake_fault(b->be, kinds[k], ++n, DISPLIF_E_OS, false);
			meet(b);
			b->f = end_front_new(b->fe, DEV);
			assert_true(fake_until(b->w, connected, b, PATIENCE_MS));
			fired = fake_fault_fired(b->be);
			bench_down(b);
		}
		assert_true(n > 3);
	}
}

/* No InitWait for it, but it can be removed. */
static void refuses_a_bad_configuration(void **state)
{
	static const char *const bad[] = { "", "id0:0x48", "id0:64x48;id1:64", "id0:64x99999" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bench *b = bench_new(bad[i], false, 0);

		meet(b);
		assert_int_equal(fake_advance(b->w, 2000) < 0, 0);
		assert_int_equal(fake_toolstack_back_state(b->w, 0, FE, DEV),
				 DISPLIF_XB_INITIALISING);
		bench_down(b);
	}
}

static void new_device_in_the_same_place(void **state)
{
	struct bench *b = bench_up("id0:64x48", false, 0);

	(void)state;
	fake_toolstack_remove(b->w, 0, FE, DEV);
	assert_int_equal(fake_toolstack_attach(b->w, 0, FE, DEV, false, "id0:32x32"), 0);
	assert_true(fake_until(b->w, gone, b, 1000));
	assert_int_equal(b->sight, BE_SIGHT_NEW);
	/* and nothing of ours was written into it */
	assert_int_equal(fake_toolstack_back_state(b->w, 0, FE, DEV), DISPLIF_XB_INITIALISING);
	fake_xs_unwatch(b->own);
	fake_xs_unwatch(b->peer);
	meet(b);
	assert_int_equal(b->g->cfg.connector[0].width, 32);
	bench_down(b);
}

/* Another guest is served, and this one has had its share: what it asks for has to wait. */
static void overspend(struct bench *b)
{
	uint64_t now = fake_now(b->w);

	be_recent_served(&b->host.recent, &b->host, now);
	be_guest_charge(b->g, now, 10u * BE_SHARE_BURST_NS, 0);
	assert_int_equal(be_guest_waits(b->g, now), now + BE_SHARE_RECENT_MS);
}

static void waits_for_others(void **state)
{
	struct bench *b = bench_up("id0:64x48;id1:64x48", false, 0);
	int buf = end_front_buf(b->f, DISPLIF_SHARE_OWN, 64, 48);
	uint64_t begin;

	(void)state;
	assert_int_equal(end_front_config(b->f, 0, buf), 0);
	/* Alone it may cost what it will. */
	begin = fake_now(b->w);
	be_guest_charge(b->g, begin, 10u * BE_SHARE_BURST_NS, 0);
	assert_int_equal(be_guest_waits(b->g, begin), 0);
	assert_int_equal(end_front_flip(b->f, 0, buf), 0);
	assert_in_range(fake_now(b->w) - begin, 0, BE_SHARE_RECENT_MS - 1);
	/* A request on any connector, and what it says of its state. */
	for (uint32_t c = 0; c < 2; c++) {
		overspend(b);
		begin = fake_now(b->w);
		assert_true(be_conn_event(&b->g->conn[c].tag[0], begin));
		assert_false(be_conn_event(&b->g->conn[c].tag[0], begin));
		assert_int_equal(end_front_flip(b->f, c, buf), 0);
		assert_in_range(fake_now(b->w) - begin, BE_SHARE_RECENT_MS, BE_SHARE_WAIT_MS);
	}
	overspend(b);
	b->g->peer_dirty = true;
	assert_int_equal(be_guest_look(b->g, fake_now(b->w)), BE_SIGHT_KEEP);
	assert_true(b->g->peer_dirty);
	b->g->peer_dirty = false;
	/* What the toolstack wants comes at once. */
	overspend(b);
	assert_int_equal(fake_toolstack_detach(b->w, 0, FE, DEV), 0);
	assert_true(fake_until(b->w, back_final, b, BE_SHARE_RECENT_MS - 1));
	bench_down(b);
}

/* Longer than a slice. */
static void slow_blank(struct be_head *head)
{
	(void)head;
	worked_ns += 1 + BE_SHARE_SLICE_NS;
}

/* One round serves no more than fits into a slice; the rest comes in rounds of its own, without another interrupt. */
static void goes_on_after_a_slice(void **state)
{
	struct bench *b = bench_up("id0:64x48", false, 0);
	struct displif_msg reset = { .op = XENDISPL_OP_SET_CONFIG };
	struct be_output_ops slow = *b->host.output->ops;
	const struct be_output_ops *usual = b->host.output->ops;
	uint32_t before = b->g->tables.stats.requests;

	(void)state;
	slow.blank = slow_blank;
	b->host.output->ops = &slow;
	for (int i = 0; i < 20; i++)
		assert_int_not_equal(end_front_send(b->f, 0, &reset, i == 19), 0);
	assert_true(be_conn_event(&b->g->conn[0].tag[DISPLIF_CHAN_REQ], fake_now(b->w)));
	assert_int_equal(b->g->tables.stats.requests - before, 1);
	assert_int_equal(end_front_config(b->f, 0, -1), 0);
	assert_int_equal(b->g->tables.stats.requests - before, 21);
	b->host.output->ops = usual;
	bench_down(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_for_others),
		cmocka_unit_test(goes_on_after_a_slice),
		cmocka_unit_test(shows_and_flips),
		cmocka_unit_test(keeps_the_rate),
		cmocka_unit_test(allocates_for_the_guest),
		cmocka_unit_test(refuses_what_is_not_configured),
		cmocka_unit_test(tells_the_edid),
		cmocka_unit_test(an_edid_goes_before_the_resolution),
		cmocka_unit_test(keeps_the_last_picture),
		cmocka_unit_test(records_what_was_said),
		cmocka_unit_test(survives_the_guests_death),
		cmocka_unit_test(takes_a_restarted_frontend),
		cmocka_unit_test(notices_a_frontend_replaced_unseen),
		cmocka_unit_test(every_call_may_fail),
		cmocka_unit_test(refuses_a_bad_configuration),
		cmocka_unit_test(new_device_in_the_same_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
