/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Joins the event loop, Xen, the output and the guests. */
#include "app.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <displif-xen.h>

#include "edid_file.h"
#include "guest.h"
#include "log.h"
#include "stats.h"
#include "watch.h"

/* So long guests have for their part of a clean end. */
#define END_MS 3000u

struct app {
	const struct be_options *opt;
	struct be_host host;
	struct be_watcher watcher;
	struct displif_loop *loop;
	struct displif_xen *xen;
	struct displif_loop_timer timer;
	struct displif_loop_fd screen;
	bool has_screen; /* @screen was added to the loop */
	uint8_t *edid;
	bool ending;
	uint64_t end_by;
};

/* --- callbacks of the loop --- */

static void on_log(void *arg, enum displif_xen_level level, const char *text)
{
	(void)arg;
	if (level == DISPLIF_XEN_DEBUG)
		be_info("%s", text);
	else
		be_limited_error("%s", text);
}

static bool on_channel(void *arg, void *tag)
{
	(void)arg;
	return be_conn_event(tag, displif_loop_clock());
}

static void on_watch(void *arg, void *tag, const char *path)
{
	struct app *app = arg;

	be_watcher_event(&app->watcher, tag, path);
}

static void on_screen(void *arg, uint32_t events)
{
	struct app *app = arg;

	(void)events;
	app->host.output->ops->ready(app->host.output, displif_loop_clock());
}

static void end(struct app *app, uint64_t now)
{
	if (app->ending)
		return;
	app->ending = true;
	app->end_by = now + END_MS;
	app->watcher.closed = true;
	for (struct be_guest *g = app->host.guests; g; g = g->next)
		if (!g->final)
			be_guest_feed(g, DISPLIF_BIN_STOP, 0, now);
}

static void on_signal(void *arg, int signal)
{
	struct app *app = arg;
	struct displif_xen_stats stats;

	switch (signal) {
	case SIGUSR1:
		app->host.output->ops->save(app->host.output);
		break;
	case SIGUSR2:
		displif_xen_get_stats(app->xen, &stats);
		be_stats_write(app->opt->stats, &app->host, &stats);
		break;
	default:
		be_info("ending on signal %d", signal);
		end(app, displif_loop_clock());
		app->host.again = true;
	}
}

static uint64_t on_deadline(void *arg)
{
	const struct app *app = arg;
	uint64_t now = displif_loop_clock(), first, one;

	if (app->host.again)
		return 0;
	first = be_watcher_deadline(&app->watcher, now);
	one = app->host.output->ops->deadline(app->host.output);
	if (one < first)
		first = one;
	for (const struct be_guest *g = app->host.guests; g; g = g->next) {
		one = be_guest_deadline(g, now);
		if (one < first)
			first = one;
	}
	return app->ending && app->end_by < first ? app->end_by : first;
}

static bool all_final(const struct app *app)
{
	for (const struct be_guest *g = app->host.guests; g; g = g->next)
		if (!g->final || g->unwritten >= 0)
			return false;
	return true;
}

static void on_fire(void *arg, uint64_t now)
{
	struct app *app = arg;

	app->host.again = false;
	be_watcher_work(&app->watcher, now);
	for (struct be_guest *g = app->host.guests; g; g = g->next) {
		be_guest_fire(g, now);
		if (g->next)
			now = displif_loop_clock(); /* it may have taken long */
	}
	app->host.output->ops->fire(app->host.output, now);
	if (app->opt->once && app->host.finished)
		end(app, now);
	if (app->ending && (all_final(app) || now >= app->end_by))
		displif_loop_stop(app->loop);
}

/* --- beginning and end --- */

static bool start_xen(struct app *app)
{
	const struct displif_xen_config config = {
		.log = on_log,
		.event = on_channel,
		.watch = on_watch,
		.arg = app,
	};
	int err = displif_xen_open(&config, &app->xen);

	if (err) {
		be_error("cannot reach Xen: %s (is this a Xen domain, and are we root?)",
			 displif_strerror(err));
		return false;
	}
	app->host.port = displif_xen_port(app->xen);
	/* No node "domid": a dom0 whose toolstack did not write it. */
	err = displif_xen_domid(app->xen, &app->host.domid);
	if (err == DISPLIF_E_ABSENT)
		app->host.domid = 0;
	else if (err) {
		be_error("cannot find out our own domain: %s", displif_strerror(err));
		return false;
	}
	err = displif_xen_attach(app->xen, app->loop);
	if (err)
		be_error("event loop: %s", displif_strerror(err));
	return !err;
}

static bool start_loop(struct app *app)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGUSR1, SIGUSR2 };
	int err = displif_loop_new(&app->loop);

	if (!err)
		err = displif_loop_signals(app->loop, signals, sizeof(signals) / sizeof(signals[0]),
					   on_signal, app);
	if (err)
		be_error("event loop: %s: %s", displif_strerror(err), strerror(errno));
	return !err;
}

static bool start_output(struct app *app)
{
	const struct be_options *opt = app->opt;
	struct be_host *host = &app->host;

	if (opt->record) {
		host->record = be_record_open(opt->record);
		if (!host->record)
			return false;
	}
	if (opt->edid) {
		app->edid = be_edid_load(opt->edid, &host->edid_len);
		if (!app->edid)
			return false;
		host->edid = app->edid;
	}
	host->output = opt->output->open(opt);
	if (!host->output)
		return false;
	app->screen = (struct displif_loop_fd){ opt->output->fd(host->output), on_screen, app };
	if (app->screen.fd >= 0) {
		if (displif_loop_add_fd(app->loop, &app->screen, EPOLLIN) != 0) {
			be_error("event loop: the output's descriptor: %s", strerror(errno));
			return false;
		}
		app->has_screen = true;
	}
	return true;
}

static bool start(struct app *app)
{
	struct displif_scratch *scratch = &app->host.scratch;

	scratch->words = app->opt->max_pages;
	scratch->page = malloc(DISPLIF_PGDIR_WORDS * sizeof(*scratch->page));
	scratch->gref = malloc(scratch->words * sizeof(*scratch->gref));
	if (!scratch->page || !scratch->gref) {
		be_error("no memory");
		return false;
	}
	if (!start_loop(app) || !start_output(app) || !start_xen(app))
		return false;
	app->timer =
		(struct displif_loop_timer){ .deadline = on_deadline, .fire = on_fire, .arg = app };
	displif_loop_add_timer(app->loop, &app->timer);
	return be_watcher_start(&app->watcher, &app->host, app->xen) == 0;
}

/* False if something of what was to be done is not. */
static bool stop(struct app *app)
{
	struct be_output *out = app->host.output;

	if (app->xen)
		be_watcher_stop(&app->watcher);
	if (app->has_screen)
		displif_loop_remove_fd(app->loop, &app->screen);
	displif_xen_close(app->xen);
	if (out)
		out->ops->close(out);
	displif_loop_free(app->loop);
	free(app->edid);
	free(app->host.scratch.page);
	free(app->host.scratch.gref);
	return be_record_close(app->host.record);
}

int be_app_run(const struct be_options *opt)
{
	struct app app = { .opt = opt, .host = { .opt = opt } };
	bool ok;

	ok = start(&app);
	if (ok) {
		be_info("waiting for guests in domain %u, output %s", app.host.domid,
			opt->output->name);
		ok = displif_loop_run(app.loop) == 0;
		if (!ok)
			be_error("event loop: %s", strerror(errno));
		else if (!all_final(&app))
			be_error("some guests did not end in %u ms", END_MS);
	}
	ok = stop(&app) && ok;
	return ok ? 0 : 1;
}
