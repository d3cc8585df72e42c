/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is told of a run: a line for each check, totals, JSON, the exit status. */
#ifndef CC_REPORT_H
#define CC_REPORT_H

#include <stdio.h>

#include "check.h"
#include "options.h"

/* More than this many failures are told as this exit status. */
#define CC_EXIT_MAX 100
/* A wrong command line; the device, Xen or a file cannot be used. Neither is a number of failures. */
#define CC_EXIT_USAGE 121
#define CC_EXIT_BEGIN 122

struct cc_report {
	const struct cc_options *opt;
	FILE *json; /* NULL: none */
	uint32_t count[CC_VERDICTS];
	bool any;   /* an entry of the JSON array was written */
	bool quiet; /* no lines on standard output */
};

const char *cc_verdict_name(enum cc_verdict v);
/* False, and a message, if the JSON file cannot be written. */
bool cc_report_begin(struct cc_report *rep, const struct cc_options *opt, const char *peer);
/* A check that may be long is about to begin; told with --verbose. */
void cc_report_start(struct cc_report *rep, const struct cc_check *c);
void cc_report_line(struct cc_report *rep, const struct cc_check *c, const struct cc_result *r);
/* Totals; the exit status. */
int cc_report_end(struct cc_report *rep);

/* --list: name, modes' checks, sources. */
void cc_report_list(const struct cc_options *opt, const struct cc_check *const *front,
		    const struct cc_check *const *back);

#endif
