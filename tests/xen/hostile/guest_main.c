/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* hostile-guest: the command line, and one line about each attack. */
#include "guest.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define TICK_NS 200000

static const struct {
	const char *name;
	bool (*call)(struct hg *h);
	const char *what;
} attacks[] = {
	{ "sizes", hg_sizes,
	  "sizes of 0, of 4 GiB, products that overflow, offsets beyond the buffer" },
	{ "offsets", hg_offsets, "framebuffers and places beyond the buffer, sizes of EDIDs" },
	{ "directories", hg_directories, "loops, too short, too long, holes" },
	{ "grefs", hg_grefs, "grants of nobody, for others, ended, read-only, our own rings" },
	{ "revoke", hg_revoke, "grants that end while they are mapped and shown" },
	{ "cookies", hg_cookies, "more buffers and framebuffers than the tables have, each twice" },
	{ "quota", hg_quota, "more pages than the quota" },
	{ "jumps", hg_jumps, "producer indices that jump, the backend's words overwritten" },
	{ "race-index", hg_race_index, "the index moves while the backend reads" },
	{ "race-slots", hg_race_slots, "requests change while the backend reads" },
	{ "requests-good", hg_requests_good, "--count requests that succeed" },
	{ "requests-bad", hg_requests_bad, "--count requests that must be refused" },
	{ "requests-unknown", hg_requests_unknown, "--count requests with an unknown operation" },
	{ "requests", hg_requests_mixed, "--count requests of all three kinds" },
	{ "notifications", hg_notifications, "--count interrupts with nothing behind them" },
	{ "storm", hg_storm, "--count buffers, created and destroyed" },
	{ "storm-alloc", hg_storm_alloc, "--count buffers that the backend is to allocate" },
	{ "storm-connect", hg_storm_connect, "--count connections" },
	{ "deaf", hg_deaf, "flips without taking events, 2 s" },
	{ "stop", hg_stop, "does nothing for 10 s in the middle of flips" },
	{ "states", hg_states, "--count states, all values, without a connection" },
	{ "states-connected", hg_states_connected, "the same, connected at first" },
	{ "hammer", hg_hammer, "--count writes to a node that nobody watches" },
	{ "nodes", hg_nodes, "nodes rewritten, removed and made again while connected" },
	{ "connecting", hg_connecting, "each node of the transport wrong in each way" },
	{ "fill-store", hg_quota_of_nodes, "connectors up to XenStore's quota" },
	{ "remove", hg_remove, "the device's nodes removed: no display afterwards" },
	{ "spin", hg_spin, "a busy loop, no display" },
};

#define ATTACKS (sizeof(attacks) / sizeof(attacks[0]))

static void list(void)
{
	for (size_t i = 0; i < ATTACKS; i++)
		printf("  %-18s %s\n", attacks[i].name, attacks[i].what);
}

static struct hg h = { .count = 100000, .part = 1 };

static bool run(const char *name)
{
	uint64_t began = hg_now();
	size_t i = 0;
	bool ok;

	while (i < ATTACKS && strcmp(attacks[i].name, name) != 0)
		i++;
	if (i == ATTACKS) {
		cli_error("no attack '%s'", name);
		return false;
	}
	h.sent = h.refused = h.connects = h.writes = 0;
	h.began = began;
	ok = attacks[i].call(&h);
	printf("%s %s: %llu sent, %llu refused, %llu connections, %llu writes to XenStore, %llu ms\n",
	       ok ? "ok" : "FAILED", name, (unsigned long long)h.sent,
	       (unsigned long long)h.refused, (unsigned long long)h.connects,
	       (unsigned long long)h.writes, (unsigned long long)(hg_now() - began));
	fflush(stdout);
	return ok;
}

static void usage(void)
{
	puts("usage: hostile-guest [--device N] [--count N] [--seconds N] [--part N] [--seed N] [--hard] ATTACK...\n"
	     "--seconds N: floods last so long instead of --count (100000); --part N: of the values for nodes, one in N,\n"
	     "by the seed; --hard: its processor is never idle; SIGTERM ends a flood.\n"
	     "Exit status: 0; 1 if the backend took what it must refuse, or serves no more; 2. Attacks:");
	list();
}

static bool parse(int argc, char **argv, uint32_t *device)
{
	static const struct option longs[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "count", required_argument, NULL, 'n' },
		{ "seconds", required_argument, NULL, 's' },
		{ "part", required_argument, NULL, 'p' },
		{ "seed", required_argument, NULL, 'r' },
		{ "hard", no_argument, NULL, 'H' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	uint32_t seed = 1;
	bool ok = true;
	int c;

	while (ok && (c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'd')
			ok = cli_parse_u32("--device", optarg, 0, UINT32_MAX, device);
		else if (c == 'n')
			ok = cli_parse_u32("--count", optarg, 1, UINT32_MAX, &h.count);
		else if (c == 's')
			ok = cli_parse_u32("--seconds", optarg, 1, 100000, &h.seconds);
		else if (c == 'p')
			ok = cli_parse_u32("--part", optarg, 1, 1000, &h.part);
		else if (c == 'r')
			ok = cli_parse_u32("--seed", optarg, 1, UINT32_MAX, &seed);
		else if (c == 'H')
			h.hard = true;
		else
			ok = false;
	}
	h.random = seed * 0x9e3779b97f4a7c15ull;
	h.turn = seed % h.part;
	return ok && optind < argc;
}

/*
 * Takes what the attack leaves of the guest's processor. On a virtual clock an emulator lets one processor go on until
 * a timer is due: with a timer every 0.2 ms they run side by side, or nearly.
 */
static void *burn(void *arg)
{
	const struct itimerspec often = { { 0, TICK_NS }, { 0, TICK_NS } };
	const struct sched_param param = { 0 };
	uint64_t ticks;
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	pthread_setschedparam(pthread_self(), SCHED_IDLE, &param);
	if (fd < 0 || timerfd_settime(fd, 0, &often, NULL)) {
		cli_error("no timer: %s", strerror(errno));
		exit(1);
	}
	for (;;) {
		/* Looking arms it again. */
		if (read(fd, &ticks, sizeof(ticks)) < 0 && errno != EAGAIN)
			exit(1);
		for (int i = 0; i < 1000; i++)
			__atomic_signal_fence(__ATOMIC_SEQ_CST);
	}
	return arg;
}

static void on_term(int signal)
{
	(void)signal;
	h.stop = 1;
}

int main(int argc, char **argv)
{
	uint32_t device = 0;
	pthread_t burner;
	int failed = 0;

	cli_set_program(argv[0]);
	if (!parse(argc, argv, &device)) {
		usage();
		return CLI_EXIT_USAGE;
	}
	signal(SIGTERM, on_term);
	if (h.hard && pthread_create(&burner, NULL, burn, NULL)) {
		cli_error("cannot start a thread");
		return 1;
	}
	/* The busy loop works without a display. */
	if (strcmp(argv[optind], "spin") != 0 && !hg_open(&h, device))
		return 1;
	for (int i = optind; i < argc; i++)
		failed += !run(argv[i]);
	if (h.xen)
		hg_close(&h);
	return failed ? 1 : 0;
}
