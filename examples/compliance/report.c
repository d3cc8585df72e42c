/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is told of a run: a line for each check, totals, JSON, the exit status. */
#include "report.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <string.h>

#include "back.h"
#include "front.h"

static const char *const verdict_name[CC_VERDICTS] = {
	[CC_OK] = "ok", [CC_FAIL] = "FAIL", [CC_WARN] = "warn", [CC_NA] = "n/a"
};

void cc_say(struct cc_result *r, enum cc_verdict verdict, const char *fmt, ...)
{
	va_list args;

	/* The first failure says most, and is not softened by what follows it. */
	if (r->verdict == CC_FAIL || (r->verdict == CC_WARN && verdict != CC_FAIL))
		return;
	r->verdict = verdict;
	va_start(args, fmt);
	vsnprintf(r->found, sizeof(r->found), fmt, args);
	va_end(args);
}

void cc_rule_broken(struct cc_rule *rule, const char *fmt, ...)
{
	va_list args;

	if (rule->bad++) /* the first says most */
		return;
	va_start(args, fmt);
	vsnprintf(rule->text, sizeof(rule->text), fmt, args);
	va_end(args);
}

void cc_say_rule(struct cc_result *r, const struct cc_rule *rule, const char *why)
{
	if (rule->bad)
		cc_fail(r, "%u times, first: %.150s", rule->bad, rule->text);
	else if (!rule->seen)
		cc_na(r, "there was none%s%.150s", why[0] ? ": " : "", why);
	else
		cc_ok(r, "%u looked at", rule->seen);
}

static void json_text(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		if ((unsigned char)*text >= ' ' && (unsigned char)*text < 127)
			putc(*text, out);
		else
			fprintf(out, "\\u%04x", (unsigned char)*text);
	}
	putc('"', out);
}

bool cc_report_begin(struct cc_report *rep, const struct cc_options *opt, const char *peer)
{
	memset(rep, 0, sizeof(*rep));
	rep->opt = opt;
	if (!opt->json) {
		printf("displif-compliance, judging %s\n", peer);
		return true;
	}
	rep->quiet = strcmp(opt->json, "-") == 0;
	rep->json = rep->quiet ? stdout : fopen(opt->json, "w");
	if (!rep->json) {
		cli_error("--json %s: %s", opt->json, strerror(errno));
		return false;
	}
	if (!rep->quiet)
		printf("displif-compliance, judging %s\n", peer);
	fputs("{\n  \"judged\": ", rep->json);
	json_text(rep->json, peer);
	fputs(",\n  \"checks\": [", rep->json);
	return true;
}

static void json_line(struct cc_report *rep, const struct cc_check *c, const struct cc_result *r)
{
	const struct {
		const char *key, *text;
	} field[] = {
		{ "name", c->name },	 { "result", verdict_name[r->verdict] },
		{ "wanted", c->wanted }, { "found", r->found },
		{ "source", c->source },
	};
	size_t i;

	fprintf(rep->json, "%s\n    {", rep->any ? "," : "");
	for (i = 0; i < sizeof(field) / sizeof(field[0]); i++) {
		fprintf(rep->json, "%s ", i ? "," : "");
		json_text(rep->json, field[i].key);
		fputs(": ", rep->json);
		json_text(rep->json, field[i].text);
	}
	fprintf(rep->json, ", \"ms\": %u }", r->ms);
	rep->any = true;
}

static void tell(struct cc_report *rep, const struct cc_check *c, const struct cc_result *r)
{
	rep->count[r->verdict]++;
	if (rep->json)
		json_line(rep, c, r);
	if (rep->quiet)
		return;
	printf("%-4s %s", verdict_name[r->verdict], c->name);
	if (r->verdict == CC_OK)
		printf("%s%s", r->found[0] ? ": " : "", r->found);
	else
		printf(": %s; wanted: %s", r->found, c->wanted);
	printf(" [%s]\n", c->source);
	fflush(stdout);
}

void cc_report_run(struct cc_report *rep, const struct cc_world *w,
		   const struct cc_check *const *table,
		   void (*run)(void *end, const struct cc_check *c, struct cc_result *r), void *end)
{
	const struct cc_check *c;
	struct cc_result r;
	uint64_t begin;

	for (; *table; table++) {
		for (c = *table; c->name; c++) {
			if (!cc_options_wants(rep->opt, c->name))
				continue;
			if (rep->opt->verbose)
				fprintf(stderr, "%s ...\n", c->name);
			memset(&r, 0, sizeof(r));
			begin = cc_now(w);
			run(end, c, &r);
			r.ms = (uint32_t)(cc_now(w) - begin);
			if (r.verdict == CC_FAIL && c->known)
				r.verdict = CC_WARN;
			tell(rep, c, &r);
		}
	}
}

int cc_report_end(struct cc_report *rep)
{
	uint32_t failed = rep->count[CC_FAIL];

	if (rep->json) {
		fprintf(rep->json,
			"\n  ],\n  \"ok\": %u, \"FAIL\": %u, \"warn\": %u, \"n/a\": %u\n}\n",
			rep->count[CC_OK], failed, rep->count[CC_WARN], rep->count[CC_NA]);
		if (ferror(rep->json) || (rep->quiet ? fflush(rep->json) : fclose(rep->json))) {
			cli_error("--json %s: %s", rep->opt->json, strerror(errno));
			return CC_EXIT_BEGIN;
		}
	}
	if (!rep->quiet)
		printf("total: %u ok, %u FAIL, %u warn, %u n/a\n", rep->count[CC_OK], failed,
		       rep->count[CC_WARN], rep->count[CC_NA]);
	return failed < CC_EXIT_MAX ? (int)failed : CC_EXIT_MAX;
}

/* --- the command line --- */

static const struct {
	const char *name;
	enum cc_mode mode;
	const struct cc_check *const *tables;
} modes[] = {
	{ "frontend", CC_MODE_FRONT, cc_front_tables },
	{ "backend", CC_MODE_BACK, cc_back_tables },
};

/* How many checks there are in the modes that were chosen, all or those that fit @only; @print: told of. */
static uint32_t count(const struct cc_options *opt, const char *only, bool print)
{
	const struct cc_check *const *table;
	const struct cc_check *c;
	uint32_t i, n = 0;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (opt->mode != CC_MODE_NONE && opt->mode != modes[i].mode)
			continue;
		for (table = modes[i].tables; *table; table++) {
			for (c = *table; c->name; c++) {
				if (only ? fnmatch(only, c->name, 0) != 0 :
					   !cc_options_wants(opt, c->name))
					continue;
				n++;
				if (print)
					printf("%-8s %-34s %s [%s]\n", modes[i].name, c->name,
					       c->wanted, c->source);
			}
		}
	}
	return n;
}

int cc_report_command_line(struct cc_options *opt, int argc, char **argv)
{
	uint32_t i;

	switch (cc_options_parse(opt, argc, argv)) {
	case CLI_PARSE_DONE:
		return 0;
	case CLI_PARSE_BAD:
		return CC_EXIT_USAGE;
	case CLI_PARSE_RUN:
		break;
	}
	/* What was misspelled must not look as if it had passed. */
	for (i = 0; i < opt->n_only; i++) {
		if (count(opt, opt->only[i], false))
			continue;
		cli_error("--only %s: there is no such check; try --list", opt->only[i]);
		return CC_EXIT_USAGE;
	}
	if (!opt->list)
		return -1;
	count(opt, NULL, true);
	return 0;
}
