/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Frontend mode: displif-backend's guest contexts, on the fake Xen with the headless output, pass whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_cc.h"
#include "front.h"
#include "guest.h"

#define PAGES 4096u

/* What watch.c and app.c are in the program. */
static struct {
	struct fake_world *w;
	struct be_host host;
	struct be_guest *g;
	struct fake_task *work;
	uint32_t page[DISPLIF_PGDIR_WORDS], gref[PAGES];
} be;

uint64_t displif_loop_clock(void);
uint64_t displif_loop_clock(void)
{
	return fake_now(be.w);
}

static void plan(void)
{
	uint64_t due = be.host.output->ops->deadline(be.host.output);

	if (be_guest_deadline(be.g, fake_now(be.w)) < due)
		due = be_guest_deadline(be.g, fake_now(be.w));
	if (be.host.again || be.g->own_dirty || be.g->peer_dirty)
		due = 0;
	fake_task_at(be.work, due);
}

static void on_work(void *arg)
{
	uint64_t now = fake_now(be.w);

	(void)arg;
	be.host.again = false;
	if (be.g->own_dirty || be.g->peer_dirty)
		assert_int_equal(be_guest_look(be.g, now), BE_SIGHT_KEEP);
	be_guest_fire(be.g, now);
	be.host.output->ops->fire(be.host.output, now);
	plan();
}

static void on_event(void *arg, void *tag)
{
	(void)arg;
	be_conn_event(tag, fake_now(be.w));
	plan();
}

static void on_write(void *arg, const char *path)
{
	(void)path;
	*(bool *)arg = true;
	plan();
}

static void begin(const struct be_options *opt)
{
	struct fake_dom *dom0;

	be.w = fake_world_new(NULL, 0);
	assert_non_null(be.w);
	dom0 = fake_dom_get(be.w, 0);
	fake_dom_new(be.w, FAKE_CC_GUEST);
	fake_toolstack_attach(be.w, 0, FAKE_CC_GUEST, 0, true, FAKE_CC_CONNECTORS);
	be.host = (struct be_host){ .opt = opt,
				    .port = fake_dom_port(dom0),
				    .scratch = { be.page, be.gref, PAGES },
				    .output = be_output_headless.open(opt) };
	assert_non_null(be.host.output);
	be.work = fake_task_new(dom0, on_work, NULL);
	fake_dom_on_chan(dom0, on_event, NULL);
	be.g = be_guest_new(&be.host, FAKE_CC_GUEST, 0);
	assert_non_null(be.g);
	assert_non_null(fake_xs_watch(dom0, be.g->dir, on_write, &be.g->own_dirty));
	assert_non_null(fake_xs_watch(dom0, "/local/domain/1/device/vdispl/0/state", on_write,
				      &be.g->peer_dirty));
}

static void displif_backend_passes(void **state)
{
	static struct cc_front front;
	const struct be_options opt = {
		.output = &be_output_headless, .refresh = 60, .max_pages = PAGES, .be_alloc = true
	};
	const struct cc_options cc_opt = { .mode = CC_MODE_FRONT, .timeout_s = 12 };
	struct cc_report rep;
	struct fake_cc cc;

	(void)state;
	begin(&opt);
	fake_cc_init(&cc, be.w, FAKE_CC_GUEST, 0, true);
	assert_true(cc_front_init(&front, &cc.world, 0));
	assert_true(cc_report_begin(&rep, &cc_opt, "displif-backend"));
	cc_front_run(&front, &rep);
	assert_int_equal(cc_report_end(&rep), 0);
	assert_int_equal(rep.count[CC_WARN] + rep.count[CC_NA], 0);
	be_guest_free(be.g);
	be.host.output->ops->close(be.host.output);
	fake_world_free(be.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(displif_backend_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
