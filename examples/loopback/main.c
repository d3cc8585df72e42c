/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * displif-loopback: both ends of the protocol in one process, on a fake Xen.
 *
 * Everything between the two goes the way it goes on a real Xen: XenStore
 * nodes, event channels, granted pages. Only the hypervisor is missing. This
 * file is the world around them: the machine, the toolstack, the user.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "draw_png.h"
#include "picture.h"
#include "report.h"

#define HOST_DOM 0u
#define GUEST_DOM 1u
/* Longer than anything here takes, in ms of the fake's clock. */
#define PATIENCE 20000u

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1; /* SA_RESETHAND: the next one kills */
}

/* One run, and the wait that is under way. */
struct run {
	struct lb_options opt;
	struct fake_world *world;
	struct lb_guest *guest;
	struct lb_host *host;
	struct lb_report report;
	bool (*ready)(const struct run *run);
	bool stuck;	    /* what was waited for did not come */
	time_t began, told; /* of the flips, 0: not yet; last word about them */
};

/* --- waiting --- */

static bool failed(const struct run *run)
{
	return run->guest->failed || run->host->failed;
}

static bool all_shown(const struct run *run)
{
	return lb_guest_shown(run->guest);
}

static bool all_done(const struct run *run)
{
	return lb_guest_done(run->guest);
}

static bool guest_gone(const struct run *run)
{
	return run->guest->gone;
}

static bool host_gone(const struct run *run)
{
	return run->host->gone;
}

/* A word to the user now and then: at once on a terminal, after 2 s elsewhere; once a second. */
static void progress(struct run *run)
{
	uint32_t i, least = UINT32_MAX;
	struct timespec now;

	if (!run->began || run->opt.quiet)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec == run->told || now.tv_sec == run->began ||
	    (!isatty(STDERR_FILENO) && now.tv_sec < run->began + 2))
		return;
	run->told = now.tv_sec;
	for (i = 0; i < run->guest->n; i++) {
		if (run->guest->head[i].frame < least)
			least = run->guest->head[i].frame;
	}
	fprintf(stderr, "displif-loopback: frame %u of %u\n", least + 1u, run->opt.frames);
}

/* Called between any two moments of the fake's time. */
static bool done(void *arg)
{
	struct run *run = arg;

	if (interrupted && !run->guest->stop) {
		run->guest->stop = true;
		lb_guest_kick(run->guest);
	}
	progress(run);
	return failed(run) || run->ready(run);
}

static bool wait_for(struct run *run, bool (*ready)(const struct run *run), const char *what)
{
	uint64_t frames = (uint64_t)run->opt.frames * (LB_REFRESH_MS + 1u);

	run->ready = ready;
	if (fake_until(run->world, done, run, PATIENCE + frames) && ready(run))
		return true;
	run->stuck = true;
	if (!failed(run))
		cli_error("%s does not come", what);
	return false;
}

/* --- steps --- */

/* A machine with a guest and a device for it, as `xl create` makes them. */
static bool make_world(struct run *run)
{
	const struct lb_options *opt = &run->opt;
	uint32_t pages = displif_pgdir_pages(lb_buffer_size(opt)) + 16u;
	uint32_t all = opt->connectors * (LB_BUFFERS * pages + 64u);
	/* Large pictures need more than a guest's usual 32768 grants: max_grant_frames of xl.cfg. */
	struct fake_limits limits = {
		.frames = all < 262144 ? 0 : 2 * all,
		.grants = all < 32768 ? 0 : 2 * all,
		.maptrack = all < 262144 ? 0 : 2 * all,
	};
	char text[LB_MAX_CONNECTORS * 24] = "";
	size_t used = 0;
	uint32_t i;

	run->world = fake_world_new(&limits, 0);
	if (!run->world || !fake_dom_new(run->world, GUEST_DOM)) {
		cli_error("the fake Xen does not start");
		return false;
	}
	for (i = 0; i < opt->connectors; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%sLB%u:%ux%u",
					 i ? ";" : "", i, opt->width, opt->height);
	if (fake_toolstack_attach(run->world, HOST_DOM, GUEST_DOM, 0, opt->be_alloc, text)) {
		cli_error("the toolstack cannot make the device");
		return false;
	}
	return true;
}

/* The picture that the backend shows, from where it sees it, into a file; and is it the right one? */
static bool save(struct run *run, uint32_t conn)
{
	struct lb_head *head = &run->guest->head[conn];
	struct draw_surface seen, drawn;
	char err[256], *path;

	lb_guest_surface(run->guest, head, &head->buf[head->shown], &drawn);
	if (!lb_host_surface(run->host, conn, &seen)) {
		cli_error("connector %u: the backend shows nothing", conn);
		return false;
	}
	/* What one end writes now, the other reads, without a word between them. */
	*(uint8_t *)drawn.pixels ^= 0xffu;
	run->report.shared[conn] =
		!memcmp(seen.pixels, drawn.pixels, drawn.stride) && seen.pixels != drawn.pixels;
	*(uint8_t *)drawn.pixels ^= 0xffu;
	path = lb_output_path(&run->opt, conn);
	run->report.path[conn] = path;
	if (!path || !draw_png_write(&seen, path, err, sizeof(err))) {
		cli_error("%s", path ? err : "out of memory");
		return false;
	}
	run->report.same[conn] = lb_picture_check(path, &drawn, run->opt.seed + conn, head->frame);
	return run->report.same[conn] && run->report.shared[conn];
}

/* From the first picture to the last. */
static bool show(struct run *run)
{
	struct timespec now;
	bool ok = true;
	uint32_t i;

	if (!wait_for(run, all_shown, "the first picture"))
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	run->began = now.tv_sec;
	lb_mark_take(&run->report.begin, run->guest, run->host);
	run->guest->go = true;
	lb_guest_kick(run->guest);
	if (!wait_for(run, all_done, "the last frame"))
		return false;
	run->began = 0;
	lb_mark_take(&run->report.end, run->guest, run->host);
	lb_report_held(&run->report);
	for (i = 0; i < run->opt.connectors; i++)
		ok = save(run, i) && ok;
	if (!run->opt.quiet)
		lb_report_print(&run->report);
	if (run->report.end.copies[0] != run->report.begin.copies[0] ||
	    run->report.end.copies[1] != run->report.begin.copies[1]) {
		cli_error("pages were copied for flips");
		ok = false;
	}
	return ok;
}

/* The guest unloads its driver, then the toolstack takes the device away. */
static bool leave(struct run *run)
{
	run->guest->leave = true;
	lb_guest_kick(run->guest);
	if (!wait_for(run, guest_gone, "the frontend's end"))
		return false;
	fake_toolstack_detach(run->world, HOST_DOM, GUEST_DOM, 0);
	if (!wait_for(run, host_gone, "the backend's end"))
		return false;
	fake_toolstack_remove(run->world, HOST_DOM, GUEST_DOM, 0);
	return true;
}

static bool run_all(struct run *run)
{
	uint32_t left;
	bool ok;

	if (!make_world(run))
		return false;
	run->host =
		lb_host_new(run->world, fake_dom_get(run->world, HOST_DOM), GUEST_DOM, &run->opt);
	if (!run->host)
		return false;
	run->guest =
		lb_guest_new(run->world, fake_dom_get(run->world, GUEST_DOM), HOST_DOM, &run->opt);
	if (!run->guest)
		return false;
	run->report.opt = &run->opt;
	run->report.guest = run->guest;
	run->report.host = run->host;
	ok = show(run);
	ok = !run->stuck && !failed(run) && leave(run) && !failed(run) && ok;
	lb_guest_free(run->guest);
	lb_host_free(run->host);
	run->guest = NULL;
	run->host = NULL;
	/* Whatever a domain holds now was leaked. */
	left = fake_check_clean(run->world, stderr);
	if (!run->opt.quiet)
		printf("\nleft behind after the end: %u\n", left);
	return ok && !left;
}

int main(int argc, char **argv)
{
	const struct sigaction on_int = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	static struct run run;
	uint32_t i;
	bool ok;

	switch (lb_options_parse(&run.opt, argc, argv)) {
	case CLI_PARSE_DONE:
		return 0;
	case CLI_PARSE_BAD:
		return CLI_EXIT_USAGE;
	case CLI_PARSE_RUN:
		break;
	}
	sigaction(SIGINT, &on_int, NULL);
	sigaction(SIGTERM, &on_int, NULL);
	ok = run_all(&run);
	lb_guest_free(run.guest);
	lb_host_free(run.host);
	fake_world_free(run.world);
	for (i = 0; i < LB_MAX_CONNECTORS; i++)
		free(run.report.path[i]);
	if (!ok)
		return 1;
	return interrupted ? 128 + SIGINT : 0;
}
