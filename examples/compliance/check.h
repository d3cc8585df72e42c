/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* One check: its name, where its rule comes from, what it does; and what it says. */
#ifndef CC_CHECK_H
#define CC_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "cli.h"

enum cc_verdict {
	CC_OK = 0,
	CC_FAIL,
	CC_WARN, /* a deviation that is known of deployed peers, or a rule without a sharp edge */
	CC_NA,	 /* could not be judged, found[] says why */
	CC_VERDICTS
};

#define CC_TEXT 200

struct cc_result {
	enum cc_verdict verdict;
	char found[CC_TEXT];
	uint32_t ms; /* how long it took */
};

struct cc_front;
struct cc_back;

struct cc_check {
	const char *name;   /* stable: "ring.response-echoes-id" */
	const char *source; /* "displif.h: Responses", or a section of docs/protocol.md */
	const char *wanted;
	/* One of them, by mode. @c: for checks that share a function and differ in @arg. */
	void (*front)(struct cc_front *f, const struct cc_check *c, struct cc_result *r);
	void (*back)(struct cc_back *b, const struct cc_check *c, struct cc_result *r);
	int32_t arg;
	bool alone; /* makes its own connection, or needs none */
	bool known; /* deployed peers are known to fail it: a warning */
};

/* Ends of tables. */
#define CC_END               \
	{                    \
		.name = NULL \
	}

/* Say what came out; the first failure counts, else the last word. A check that says nothing is ok. */
void cc_say(struct cc_result *r, enum cc_verdict verdict, const char *fmt, ...) CLI_PRINTF(3, 4);
#define cc_ok(r, ...) cc_say(r, CC_OK, __VA_ARGS__)
#define cc_fail(r, ...) cc_say(r, CC_FAIL, __VA_ARGS__)
#define cc_warn(r, ...) cc_say(r, CC_WARN, __VA_ARGS__)
#define cc_na(r, ...) cc_say(r, CC_NA, __VA_ARGS__)

/* A rule that is watched all the time; each is one check. */
struct cc_rule {
	uint32_t seen, bad;
	char text[CC_TEXT]; /* how it was broken first */
};

void cc_rule_broken(struct cc_rule *rule, const char *fmt, ...) CLI_PRINTF(2, 3);
/* What came out of it; @why: why there may have been nothing to look at, or "". */
void cc_say_rule(struct cc_result *r, const struct cc_rule *rule, const char *why);

#endif
