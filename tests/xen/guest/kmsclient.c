/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * kmsclient: a small DRM client for a guest. It shows the test card, flips page by page, and says
 * what it measured and what it showed last.
 *
 * Order: [rebind] open, create buffers, mode set with frame 0, [DPMS off and on], flips (frame n in
 * flip n), a short wait for events that should not come, "shown_frame=N" on stderr, [hold],
 * [disable], destroy, and last one JSON object on stdout (with --stats-json; else lines of text).
 * Times in it are microseconds. Built from *.c here and draw.c, draw_format.c, cli.c of
 * examples/common, with libdrm alone.
 *
 * "sequence" tells what the numbers in the events did: rising, still (drivers without vblank send
 * 0), irregular, back, unknown (fewer than two). It is told, not judged; a time that goes back, a
 * missing or a surplus event makes the run fail. "timestamps_outside" counts events dated before
 * their flip's ioctl or after they were read.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli.h"
#include "kms.h"

#define SETTLE_MS 200u
#define DPMS_OFF_MS 200u

static const char usage[] =
	"usage: kmsclient [options]\n"
	"  --device PATH     DRM card (the first with a connected connector)\n"
	"  --connector NAME  name as \"Virtual-1\", or id (the first connected)\n"
	"  --mode WxH        (the preferred mode)\n"
	"  --format FOURCC   of the buffers (XR24)\n"
	"  --seed N          of the test card (0)\n"
	"  --flips N         page flips, each waited for (60)\n"
	"  --buffers N       dumb buffers, used in turn (2)\n"
	"  --async           flips do not wait for the vertical blank\n"
	"  --no-draw         leave the buffers as they come: for measurements\n"
	"  --dpms-cycle      switch the display off and on before the flips\n"
	"  --hold SECONDS    keep the last picture, until SIGTERM at most (0)\n"
	"  --drop-master     before the hold, so that another program can set modes meanwhile\n"
	"  --disable-at-end  switch the CRTC off before the buffers are destroyed\n"
	"  --wait SECONDS    for the device and its connector to appear (10)\n"
	"  --timeout SECONDS for each flip's event (10)\n"
	"  --exporter PATH   another card, which makes the buffers; they are imported (PRIME)\n"
	"  --fences          hold each flip by a fence of the exporter's, which is vgem\n"
	"  --offset BYTES    of the picture in each buffer (0)\n"
	"  --refused         first try framebuffers and modes that the kernel has to refuse\n"
	"  --rebind DEVICE   first unbind and bind this device of the xen bus (vdispl-0)\n"
	"  --stats-json      print the result as one JSON object\n"
	"  --help            this text\n"
	"\n"
	"Exit code: 0 all went well, 1 failed or ended by a signal before its flips were done,\n"
	"2 wrong command line.\n";

struct options {
	struct kms_want want;
	const char *rebind;
	uint32_t seed, flips, buffers, hold_s, timeout_s;
	bool async, fences, refused, no_draw, dpms_cycle, drop_master, disable, json;
};

struct client {
	struct options o;
	struct kms kms;
	struct kms_buffer buffer[KMS_MAX_BUFFERS];
	struct kms_buffer_times times;
	struct kms_flips flips;
	struct series bind, open, setcrtc, dpms_off, dpms_on, disable;
	uint32_t shown_frame;
	bool shown;
	int signal_fd;
};

static bool parse_option(int c, struct options *o)
{
	switch (c) {
	case 'd':
		o->want.device = optarg;
		return true;
	case 'c':
		o->want.connector = optarg;
		return true;
	case 'm':
		return cli_parse_size("--mode", optarg, 16384, &o->want.width, &o->want.height);
	case 'F':
		return cli_parse_format("--format", optarg, &o->want.fourcc);
	case 's':
		return cli_parse_u32("--seed", optarg, 0, UINT32_MAX, &o->seed);
	case 'f':
		return cli_parse_u32("--flips", optarg, 0, 10000000, &o->flips);
	case 'b':
		return cli_parse_u32("--buffers", optarg, 1, KMS_MAX_BUFFERS, &o->buffers);
	case 'H':
		return cli_parse_u32("--hold", optarg, 0, 86400, &o->hold_s);
	case 'w':
		return cli_parse_u32("--wait", optarg, 0, 3600, &o->want.wait_s);
	case 't':
		return cli_parse_u32("--timeout", optarg, 1, 3600, &o->timeout_s);
	case 'x':
		o->want.exporter = optarg;
		return true;
	case 'V':
		return o->fences = true;
	case 'o':
		return cli_parse_u32("--offset", optarg, 0, 1u << 24, &o->want.offset);
	case 'R':
		return o->refused = true;
	case 'r':
		o->rebind = optarg;
		return true;
	case 'a':
		return o->async = true;
	case 'n':
		return o->no_draw = true;
	case 'p':
		return o->dpms_cycle = true;
	case 'D':
		return o->drop_master = true;
	case 'e':
		return o->disable = true;
	case 'j':
		return o->json = true;
	default:
		return false; /* getopt has said why */
	}
}

/* -1: go on; else the exit code. */
static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{"device", required_argument, NULL, 'd'},
		{"connector", required_argument, NULL, 'c'},
		{"mode", required_argument, NULL, 'm'},
		{"format", required_argument, NULL, 'F'},
		{"seed", required_argument, NULL, 's'},
		{"flips", required_argument, NULL, 'f'},
		{"buffers", required_argument, NULL, 'b'},
		{"async", no_argument, NULL, 'a'},
		{"no-draw", no_argument, NULL, 'n'},
		{"dpms-cycle", no_argument, NULL, 'p'},
		{"hold", required_argument, NULL, 'H'},
		{"drop-master", no_argument, NULL, 'D'},
		{"disable-at-end", no_argument, NULL, 'e'},
		{"wait", required_argument, NULL, 'w'},
		{"timeout", required_argument, NULL, 't'},
		{"exporter", required_argument, NULL, 'x'},
		{"fences", no_argument, NULL, 'V'},
		{"offset", required_argument, NULL, 'o'},
		{"refused", no_argument, NULL, 'R'},
		{"rebind", required_argument, NULL, 'r'},
		{"stats-json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	*o = (struct options){.flips = 60, .buffers = 2, .timeout_s = 10};
	o->want.fourcc = DRAW_XRGB8888;
	o->want.wait_s = 10;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (!parse_option(c, o))
			return CLI_EXIT_USAGE;
	}
	if (optind != argc) {
		cli_error("\"%s\" is no option; --help lists them", argv[optind]);
		return CLI_EXIT_USAGE;
	}
	if (o->fences && !o->want.exporter) {
		cli_error("--fences: they are an --exporter's");
		return CLI_EXIT_USAGE;
	}
	return -1;
}

/* SIGTERM and SIGINT are taken from a descriptor, so that they can end a wait and nothing else. */
static bool catch_signals(struct client *client)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (!sigprocmask(SIG_BLOCK, &set, NULL))
		client->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (client->signal_fd < 0)
		cli_error("signalfd: %s", strerror(errno));
	return client->signal_fd >= 0;
}

static bool start(struct client *client)
{
	uint64_t bound = 0;

	if (client->o.rebind && !kms_rebind(client->o.rebind, &bound))
		return false;
	if (!kms_open(&client->kms, &client->o.want))
		return false;
	if (client->o.rebind)
		series_add(&client->bind, now_ns() - bound);
	series_add(&client->open, client->kms.open_ns);
	for (uint32_t i = 0; i < client->o.buffers; i++)
		if (!kms_buffer_create(&client->kms, &client->buffer[i], client->o.want.fourcc,
				       &client->times))
			return false;
	return !client->o.refused || (kms_buffer_refused(&client->kms, &client->buffer[0]) &&
				      kms_modes_refused(&client->kms, client->buffer[0].fb));
}

static bool show_first(struct client *client)
{
	uint64_t at;

	if (!client->o.no_draw)
		kms_buffer_draw(&client->buffer[0], client->o.seed, 0, &client->times);
	at = now_ns();
	if (!kms_set_crtc(&client->kms, client->buffer[0].fb))
		return false;
	series_add(&client->setcrtc, now_ns() - at);
	client->shown = true;
	return true;
}

static enum kms_wait cycle_dpms(struct client *client)
{
	uint64_t at = now_ns();
	enum kms_wait result;

	if (!kms_dpms(&client->kms, false))
		return KMS_WAIT_FAILED;
	series_add(&client->dpms_off, now_ns() - at);
	result = kms_flip_idle(&client->kms, &client->flips, client->signal_fd, DPMS_OFF_MS);
	if (result != KMS_WAIT_DONE)
		return result;
	at = now_ns();
	if (!kms_dpms(&client->kms, true))
		return KMS_WAIT_FAILED;
	series_add(&client->dpms_on, now_ns() - at);
	return KMS_WAIT_DONE;
}

static enum kms_wait flip_all(struct client *client)
{
	enum kms_wait result = KMS_WAIT_DONE;

	for (uint32_t n = 1; n <= client->o.flips && result == KMS_WAIT_DONE; n++) {
		struct kms_buffer *buffer = &client->buffer[n % client->o.buffers];

		if (!client->o.no_draw)
			kms_buffer_draw(buffer, client->o.seed, n, &client->times);
		result = kms_flip(&client->kms, &client->flips, buffer, client->signal_fd,
				  client->o.timeout_s * 1000u);
		/* Only what an event has confirmed; a signal may come together with it. */
		if (client->flips.events == n)
			client->shown_frame = n;
	}
	return result;
}

static bool show(struct client *client)
{
	enum kms_wait result = KMS_WAIT_DONE;

	if (!show_first(client))
		return false;
	if (client->o.dpms_cycle)
		result = cycle_dpms(client);
	if (result == KMS_WAIT_DONE)
		result = flip_all(client);
	if (result == KMS_WAIT_DONE)
		result = kms_flip_idle(&client->kms, &client->flips, client->signal_fd, SETTLE_MS);
	if (result == KMS_WAIT_SIGNAL)
		cli_error("ended by a signal after %llu of %u flips",
			  (unsigned long long)client->flips.events, client->o.flips);
	if (result != KMS_WAIT_DONE || (client->o.drop_master && !kms_drop_master(&client->kms)))
		return false;
	fprintf(stderr, "kmsclient: shown_frame=%u%s\n", client->shown_frame,
		client->o.no_draw ? " (nothing drawn)" : "");
	/* Here a signal is the wanted end. */
	return !client->o.hold_s || kms_flip_idle(&client->kms, &client->flips, client->signal_fd,
						  client->o.hold_s * 1000ull) != KMS_WAIT_FAILED;
}

/* The way back, all of it, whatever failed before. */
static bool stop(struct client *client)
{
	bool ok = true;

	if (client->o.disable && client->shown) {
		uint64_t at = now_ns();

		ok = kms_set_crtc(&client->kms, 0);
		series_add(&client->disable, now_ns() - at);
	}
	for (uint32_t i = 0; i < client->o.buffers; i++)
		ok = kms_buffer_destroy(&client->kms, &client->buffer[i], &client->times) && ok;
	kms_close(&client->kms);
	return ok;
}

static void print_series(bool json, const char *name, struct series *series)
{
	struct summary s = series_summary(series);

	if (json && !series->count)
		printf(",\"%s_us\":null", name);
	else if (json)
		printf(",\"%s_us\":{\"count\":%zu,\"median\":%.1f,\"p99\":%.1f,\"max\":%.1f}", name,
		       series->count, (double)s.median / 1e3, (double)s.p99 / 1e3,
		       (double)s.most / 1e3);
	else if (series->count)
		printf("%-11s %8zu times, median %10.1f, p99 %10.1f, most %10.1f us\n", name,
		       series->count, (double)s.median / 1e3, (double)s.p99 / 1e3,
		       (double)s.most / 1e3);
	series_free(series);
}

static const char *sequence_word(const struct kms_flips *f)
{
	if (f->events < 2)
		return "unknown";
	if (f->sequence_back)
		return "back";
	if (!f->sequence_still)
		return "rising";
	return f->sequence_still + 1 == f->events ? "still" : "irregular";
}

/* The names printed here need no escapes in JSON: they come from the kernel's tables. */
static void print_head(const struct client *client, bool ok)
{
	const struct kms_flips *f = &client->flips;
	const struct kms *kms = &client->kms;
	const struct options *o = &client->o;
	const char *format = draw_format_find(o->want.fourcc)->name;
	double per_s = f->last_ns > f->first_ns ?
			       (double)f->events * 1e9 / (double)(f->last_ns - f->first_ns) :
			       0.0;

	if (!o->json) {
		printf("%s: %s (%s) %s %ux%u %s, seed %u, %s: %llu flips, %llu events, %llu surplus,"
		       " sequence %s, %.1f flips/s, shown_frame %u\n",
		       ok ? "ok" : "FAILED", kms->path, kms->driver, kms->connector_name,
		       kms->mode.hdisplay, kms->mode.vdisplay, format, o->seed,
		       o->no_draw ? "not drawn" : "drawn", (unsigned long long)f->number,
		       (unsigned long long)f->events, (unsigned long long)f->surplus,
		       sequence_word(f), per_s, client->shown_frame);
		return;
	}
	printf("{\"ok\":%s,\"driver\":\"%s\",\"connector\":\"%s\",\"width\":%u,\"height\":%u",
	       ok ? "true" : "false", kms->driver, kms->connector_name, kms->mode.hdisplay,
	       kms->mode.vdisplay);
	printf(",\"refresh\":%.3f",
	       kms->mode.clock * 1000.0 / (kms->mode.htotal * kms->mode.vtotal));
	printf(",\"format\":\"%s\",\"seed\":%u,\"buffers\":%u,\"drawn\":%s", format, o->seed,
	       o->buffers, o->no_draw ? "false" : "true");
	printf(",\"flips\":%llu,\"events\":%llu,\"events_surplus\":%llu,\"flips_busy\":%llu",
	       (unsigned long long)f->number, (unsigned long long)f->events,
	       (unsigned long long)f->surplus, (unsigned long long)f->busy);
	printf(",\"sequence\":\"%s\",\"timestamps_back\":%llu,\"timestamps_outside\":%llu",
	       sequence_word(f), (unsigned long long)f->time_back,
	       (unsigned long long)f->time_outside);
	printf(",\"flips_per_s\":%.2f,\"shown\":%s,\"shown_frame\":%u", per_s,
	       client->shown ? "true" : "false", client->shown_frame);
}

static void print_all(struct client *client, bool ok)
{
	bool json = client->o.json;

	if (!json && !client->open.count)
		return; /* the error line has said it all */
	print_head(client, ok);
	print_series(json, "bind", &client->bind);
	print_series(json, "open", &client->open);
	print_series(json, "create", &client->times.create);
	print_series(json, "map", &client->times.map);
	print_series(json, "addfb2", &client->times.addfb);
	print_series(json, "draw", &client->times.draw);
	print_series(json, "setcrtc", &client->setcrtc);
	print_series(json, "dpms_off", &client->dpms_off);
	print_series(json, "dpms_on", &client->dpms_on);
	print_series(json, "flip_ioctl", &client->flips.ioctl);
	print_series(json, "flip_event", &client->flips.event);
	print_series(json, "disable", &client->disable);
	print_series(json, "rmfb", &client->times.rmfb);
	print_series(json, "destroy", &client->times.destroy);
	if (json)
		puts("}");
}

int main(int argc, char **argv)
{
	struct client client = { .kms = {.fd = -1, .exporter = -1}, .signal_fd = -1 };
	int code;
	bool ok;

	cli_set_program(argv[0]);
	code = parse(argc, argv, &client.o);
	if (code >= 0)
		return code;
	client.flips.async = client.o.async;
	client.flips.fenced = client.o.fences;
	if (!catch_signals(&client))
		return 1;
	ok = start(&client) && show(&client);
	ok = stop(&client) && ok;
	if (client.flips.time_back) {
		cli_error("%llu events with a time before that of the event before",
			  (unsigned long long)client.flips.time_back);
		ok = false;
	}
	if (ok && (client.flips.events != client.o.flips || client.flips.surplus)) {
		cli_error("%llu events and %llu surplus ones for %u flips",
			  (unsigned long long)client.flips.events,
			  (unsigned long long)client.flips.surplus, client.o.flips);
		ok = false;
	}
	print_all(&client, ok);
	close(client.signal_fd);
	if (fflush(stdout) || ferror(stdout)) {
		cli_error("stdout: %s", strerror(errno));
		ok = false;
	}
	return ok ? 0 : 1;
}
