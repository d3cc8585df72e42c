/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-testcard: a frontend in user space that shows a moving test card. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "show.h"

static struct tc_options options;
static struct tc_device device;
static struct tc_show show;

static void on_log(void *arg, enum displif_xen_level level, const char *text)
{
	(void)arg;
	if (level != DISPLIF_XEN_DEBUG || options.verbose)
		cli_error("%s", text);
}

static void on_signal(void *arg, int signal)
{
	(void)arg;
	(void)signal;
	tc_show_stop(&show);
}

/* Everything between opening and closing Xen. */
static bool run(void)
{
	bool ok = true;

	device.port = displif_xen_port(device.xen);
	device.ops = &tc_show_ops;
	device.user = &show;
	device.wait_ms = options.wait_s * 1000u;
	device.verbose = options.verbose;
	if (displif_xen_attach(device.xen, device.loop))
		return false;
	if (!tc_device_open(&device, options.device, options.backend))
		return false;
	if (displif_loop_run(device.loop)) {
		cli_error("epoll_wait: %s", strerror(errno));
		ok = false;
	}
	tc_device_close(&device);
	if (show.failed)
		ok = false;
	show.failed = !ok;
	if (options.stats_json && !tc_stats_write(&show))
		ok = false;
	return ok;
}

int main(int argc, char **argv)
{
	static const int signals[] = { SIGTERM, SIGINT };
	const struct displif_xen_config config = {
		.log = on_log, .event = tc_device_event, .watch = tc_device_watch, .arg = &device
	};
	bool ok = false;

	switch (tc_options_parse(&options, argc, argv)) {
	case CLI_PARSE_DONE:
		return 0;
	case CLI_PARSE_BAD:
		return CLI_EXIT_USAGE;
	case CLI_PARSE_RUN:
		break;
	}
	if (displif_loop_new(&device.loop)) {
		cli_error("epoll: %s", strerror(errno));
		return 1;
	}
	if (displif_loop_signals(device.loop, signals, 2, on_signal, NULL)) {
		cli_error("signalfd: %s", strerror(errno));
	} else if (displif_xen_open(&config, &device.xen) == 0) {
		if (tc_show_init(&show, &options, &device)) {
			ok = run();
			tc_show_free(&show);
		}
		displif_xen_close(device.xen);
	}
	displif_loop_free(device.loop);
	return ok ? 0 : 1;
}
