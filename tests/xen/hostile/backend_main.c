/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* hostile-backend: the command line, and the loop around an attack. */
#include "backend.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CONNECT_MS 8000u
/* A frontend that was started again and again may need so long until it has connected once. */
#define MEET_MS 60000u

static void usage(void)
{
	puts("usage: hostile-backend --domain N [--device N] [--seconds N] [--seed N] ATTACK...\n"
	     "Serves that device of the guest, each attack for so long (3) since a frontend has connected.\n"
	     "One line for each. Exit status: 0; 1 if an attack met no frontend in 60 s; 2. Attacks:");
	for (uint32_t i = 0; i < hb_n_attacks; i++)
		printf("  %-14s %s\n", hb_attacks[i].name, hb_attacks[i].what);
}

static const struct hb_attack *find(const char *name)
{
	for (uint32_t i = 0; i < hb_n_attacks; i++)
		if (strcmp(hb_attacks[i].name, name) == 0)
			return &hb_attacks[i];
	return NULL;
}

/* A frontend that left, or reset, is offered the device again. False: there was none. */
static bool run(struct hb *h)
{
	uint64_t end = displif_loop_clock() + MEET_MS, looked = 0;
	bool met = false;

	h->requests = h->answers = h->events = h->notifies = h->writes = h->connects = 0;
	while (displif_loop_clock() < end) {
		if (!h->up && !hb_connect(h, CONNECT_MS)) {
			/* Once more from the beginning: as a backend that was restarted. */
			hb_state(h, DISPLIF_XB_CLOSED);
			usleep(300000);
			continue;
		}
		if (!met)
			end = displif_loop_clock() + h->seconds * 1000ull;
		met = true;
		if (!hb_serve(h))
			usleep(500);
		if (h->attack->idle)
			h->attack->idle(h);
		if (displif_loop_clock() - looked > 50) {
			looked = displif_loop_clock();
			if (hb_peer(h) != DISPLIF_XB_CONNECTED &&
			    hb_peer(h) != DISPLIF_XB_INITIALISED)
				hb_drop(h);
		}
	}
	hb_drop(h);
	hb_write(h, "versions", "1,2");
	/* The toolstack wants to find its nodes again. */
	hb_write(h, "online", "1");
	hb_write(h, "frontend", h->fe_dir);
	hb_state(h, DISPLIF_XB_CLOSED);
	printf("%s: %llu requests, %llu answers, %llu events, %llu notifications, %llu writes to XenStore,"
	       " %llu connections\n",
	       h->attack->name, (unsigned long long)h->requests, (unsigned long long)h->answers,
	       (unsigned long long)h->events, (unsigned long long)h->notifies,
	       (unsigned long long)h->writes, (unsigned long long)h->connects);
	fflush(stdout);
	if (!met)
		cli_error("%s: no frontend connected in %u ms", h->attack->name, MEET_MS);
	return met;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "domain", required_argument, NULL, 'D' },
		{ "device", required_argument, NULL, 'd' },
		{ "seconds", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static struct hb h = { .seconds = 3 };
	uint32_t domid = 0, dev = 0, seed = 1;
	bool ok = true;
	int c;

	cli_set_program(argv[0]);
	while (ok && (c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'D')
			ok = cli_parse_u32("--domain", optarg, 1, 0x7fef, &domid);
		else if (c == 'd')
			ok = cli_parse_u32("--device", optarg, 0, UINT32_MAX, &dev);
		else if (c == 's')
			ok = cli_parse_u32("--seconds", optarg, 1, 100000, &h.seconds);
		else if (c == 'r')
			ok = cli_parse_u32("--seed", optarg, 1, UINT32_MAX, &seed);
		else
			ok = false;
	}
	for (int i = optind; i < argc && ok; i++)
		ok = find(argv[i]);
	if (!ok || !domid || optind == argc) {
		usage();
		return CLI_EXIT_USAGE;
	}
	h.random = seed;
	if (!hb_open(&h, domid, dev))
		return 1;
	for (int i = optind; i < argc; i++) {
		h.attack = find(argv[i]);
		h.step = 0;
		ok = run(&h) && ok;
	}
	hb_close(&h);
	return ok ? 0 : 1;
}
