/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What is told of a run: a line for each check, totals, JSON, the exit status. */
#ifndef CC_REPORT_H
#define CC_REPORT_H

#include <stdio.h>

#include "check.h"
#include "options.h"
#include "world.h"

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

/* Reads the command line and does what needs no peer: the exit status, or negative if checks are to be run. */
int cc_report_command_line(struct cc_options *opt, int argc, char **argv);
/* False, and a message, if the JSON file cannot be written. */
bool cc_report_begin(struct cc_report *rep, const struct cc_options *opt, const char *peer);
/* Has @end run what the options choose of its tables, and tells of each. */
void cc_report_run(struct cc_report *rep, const struct cc_world *w,
		   const struct cc_check *const *table,
		   void (*run)(void *end, const struct cc_check *c, struct cc_result *r),
		   void *end);
/* Totals; the exit status. */
int cc_report_end(struct cc_report *rep);

#endif
