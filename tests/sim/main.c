/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The command line: runs seeds, shows counts, and for one that fails how to replay it. */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

static const char *const mode_name[SIM_MODES] = { "both", "hostile-front", "hostile-back" };

static struct sim the_sim;

static void usage(FILE *out)
{
	fprintf(out,
		"usage: sim [--mode both|hostile-front|hostile-back|all] [--runs N] [--from N]\n"
		"           [--seed N [--trace]] [--keep-going] [--quiet]\n"
		"Runs N schedules of each mode, from seed --from on; or the one of --seed.\n");
}

/* A touch of an unmapped page, or worse: says which seed, with what a handler may use. */
static void on_signal(int number)
{
	char text[120];
	int n = snprintf(text, sizeof(text),
			 "FAIL %s seed %llu: signal %d; sim --mode %s --seed %llu --trace\n",
			 mode_name[the_sim.mode], (unsigned long long)the_sim.seed, number,
			 mode_name[the_sim.mode], (unsigned long long)the_sim.seed);

	fflush(stdout);
	if (write(STDERR_FILENO, text, (size_t)n) < 0)
		_exit(2);
	_exit(1);
}

static void catch_signals(void)
{
	static char stack[64 << 10];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };

	sigaltstack(&alt, NULL);
	sigaction(SIGSEGV, &act, NULL);
	sigaction(SIGBUS, &act, NULL);
	sigaction(SIGFPE, &act, NULL);
	sigaction(SIGABRT, &act, NULL);
}

/* A line for the closing report of scripts/test. */
static void keep_figure(enum sim_mode mode, const struct sim_counts *n, double seconds)
{
	const char *dir = getenv("DISPLIF_FIGURES");
	char path[1024];
	FILE *out;

	if (!dir || !*dir)
		return;
	snprintf(path, sizeof(path), "%s/sim-%s.txt", dir, mode_name[mode]);
	out = fopen(path, "w");
	if (!out)
		return;
	fprintf(out, "sim %s: %llu schedules, %llu switches, %.0f schedules a second of CPU\n",
		mode_name[mode], (unsigned long long)n->schedules, (unsigned long long)n->switches,
		seconds > 0 ? (double)n->schedules / seconds : 0);
	fclose(out);
}

static void show(enum sim_mode mode, const struct sim_counts *n, double seconds)
{
#define N(field) ((unsigned long long)n->field)
	printf("%s: %llu schedules, %.1f s of CPU, %.0f a second\n", mode_name[mode], N(schedules),
	       seconds, seconds > 0 ? (double)n->schedules / seconds : 0);
	printf("  %llu switches, %llu accesses, %llu port operations, %llu deliveries\n",
	       N(switches), N(accesses), N(ops), N(deliveries));
	printf("  %llu connections, %llu sessions ended, %llu requests, %llu answers (%llu errors), %llu lost, "
	       "%llu forgotten, %llu answered after the end\n",
	       N(connects), N(sessions_dead), N(requests), N(answers), N(errors), N(lost),
	       N(forgotten), N(stale));
	printf("  %llu flips, %llu shown, %llu met a full page; %llu buffers (%llu imports), %llu kept while mapped; "
	       "%llu rings near the wrap\n",
	       N(flips), N(shown), N(full_pages), N(created), N(imports), N(zombies), N(wraps));
	printf("  faults %llu, conflicts %llu, freezes %llu, jumps of time %llu, spurious interrupts %llu\n",
	       N(faults), N(conflicts), N(frozen), N(jumps), N(raises));
	printf("  backend died %llu, stopped %llu; frontend died %llu, removed %llu; guest destroyed %llu, "
	       "driver domain died %llu\n",
	       N(back_deaths), N(back_stops), N(front_deaths), N(front_removals), N(guest_deaths),
	       N(driver_deaths));
	printf("  detached %llu, vanished %llu, migrated %llu; scribbles %llu, in XenStore %llu\n",
	       N(detaches), N(vanishings), N(migrations), N(scribbles), N(xs_scribbles));
#undef N
}

struct options {
	uint64_t from, runs;
	uint32_t modes;
	bool trace, keep_going, quiet;
};

static uint64_t number(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	if (!*text || *end) {
		usage(stderr);
		exit(2);
	}
	return n;
}

static uint32_t modes_of(const char *name)
{
	uint32_t i;

	if (!strcmp(name, "all"))
		return (1u << SIM_MODES) - 1;
	for (i = 0; i < SIM_MODES; i++) {
		if (!strcmp(name, mode_name[i]))
			return 1u << i;
	}
	usage(stderr);
	exit(2);
}

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "mode", required_argument, NULL, 'm' },
		{ "runs", required_argument, NULL, 'r' },
		{ "from", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 's' },
		{ "trace", no_argument, NULL, 't' },
		{ "keep-going", no_argument, NULL, 'k' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'm':
			o->modes = modes_of(optarg);
			break;
		case 'r':
			o->runs = number(optarg);
			break;
		case 'f':
			o->from = number(optarg);
			break;
		case 's':
			o->from = number(optarg);
			o->runs = 1;
			break;
		case 't':
			o->trace = true;
			break;
		case 'k':
			o->keep_going = true;
			break;
		case 'q':
			o->quiet = true;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			usage(stderr);
			exit(2);
		}
	}
}

/* How many failed. */
static uint64_t run_mode(enum sim_mode mode, const struct options *o)
{
	static struct sim_counts n;
	uint64_t i, failed = 0;
	clock_t begin = clock();
	double seconds;

	memset(&n, 0, sizeof(n));
	for (i = 0; i < o->runs && (!failed || o->keep_going); i++) {
		if (sim_run(&the_sim, mode, o->from + i, o->trace, &n))
			continue;
		failed++;
		fprintf(stderr, "FAIL %s seed %llu: %s; sim --mode %s --seed %llu --trace\n",
			mode_name[mode], (unsigned long long)(o->from + i), the_sim.why,
			mode_name[mode], (unsigned long long)(o->from + i));
	}
	seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	if (!o->quiet)
		show(mode, &n, seconds);
	if (o->runs > 1)
		keep_figure(mode, &n, seconds);
	return failed;
}

int main(int argc, char **argv)
{
	struct options o = { .from = 1, .runs = 1000, .modes = (1u << SIM_MODES) - 1 };
	uint64_t failed = 0;
	uint32_t mode;

	parse(argc, argv, &o);
	catch_signals();
	for (mode = 0; mode < SIM_MODES && (!failed || o.keep_going); mode++) {
		if (o.modes & 1u << mode)
			failed += run_mode((enum sim_mode)mode, &o);
	}
	return failed != 0;
}
