/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is told of a run: a line for each check, totals, JSON, the exit status. */
#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const char *const names[CC_VERDICTS] = {
	[CC_OK] = "ok", [CC_FAIL] = "FAIL", [CC_WARN] = "warn", [CC_NA] = "n/a"
};

const char *cc_verdict_name(enum cc_verdict v)
{
	return v < CC_VERDICTS ? names[v] : "?";
}

static void say(struct cc_result *r, enum cc_verdict v, const char *text)
{
	/* The first failure says most, and is not softened by what follows it. */
	if (r->verdict == CC_FAIL || (r->verdict == CC_WARN && v != CC_FAIL))
		return;
	r->verdict = v;
	memcpy(r->found, text, sizeof(r->found));
}

void cc_ok(struct cc_result *r, const char *fmt, ...)
{
	char text[CC_TEXT];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say(r, CC_OK, text);
}

void cc_fail(struct cc_result *r, const char *fmt, ...)
{
	char text[CC_TEXT];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say(r, CC_FAIL, text);
}

void cc_warn(struct cc_result *r, const char *fmt, ...)
{
	char text[CC_TEXT];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say(r, CC_WARN, text);
}

void cc_na(struct cc_result *r, const char *fmt, ...)
{
	char text[CC_TEXT];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say(r, CC_NA, text);
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

void cc_report_start(struct cc_report *rep, const struct cc_check *c)
{
	if (rep->opt->verbose)
		fprintf(stderr, "%s ...\n", c->name);
}

static void json_line(struct cc_report *rep, const struct cc_check *c, const struct cc_result *r)
{
	const struct {
		const char *key, *text;
	} field[] = {
		{ "name", c->name },	 { "result", cc_verdict_name(r->verdict) },
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

void cc_report_line(struct cc_report *rep, const struct cc_check *c, const struct cc_result *r)
{
	rep->count[r->verdict]++;
	if (rep->json)
		json_line(rep, c, r);
	if (rep->quiet)
		return;
	printf("%-4s %s", cc_verdict_name(r->verdict), c->name);
	if (r->verdict == CC_OK)
		printf("%s%s", r->found[0] ? ": " : "", r->found);
	else
		printf(": %s; wanted: %s", r->found, c->wanted);
	printf(" [%s]\n", c->source);
	fflush(stdout);
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

static void list(const struct cc_options *opt, const char *mode,
		 const struct cc_check *const *table)
{
	const struct cc_check *c;

	for (; *table; table++) {
		for (c = *table; c->name; c++) {
			if (cc_options_wants(opt, c->name))
				printf("%-8s %-34s %s [%s]\n", mode, c->name, c->wanted, c->source);
		}
	}
}

void cc_report_list(const struct cc_options *opt, const struct cc_check *const *front,
		    const struct cc_check *const *back)
{
	if (opt->mode != CC_MODE_BACK)
		list(opt, "frontend", front);
	if (opt->mode != CC_MODE_FRONT)
		list(opt, "backend", back);
}
