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
void cc_ok(struct cc_result *r, const char *fmt, ...) CLI_PRINTF(2, 3);
void cc_fail(struct cc_result *r, const char *fmt, ...) CLI_PRINTF(2, 3);
void cc_warn(struct cc_result *r, const char *fmt, ...) CLI_PRINTF(2, 3);
void cc_na(struct cc_result *r, const char *fmt, ...) CLI_PRINTF(2, 3);

#endif
