/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The command line. */
#ifndef CC_OPTIONS_H
#define CC_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli.h"

#define CC_ONLY_MAX 64

enum cc_mode {
	CC_MODE_NONE = 0,
	CC_MODE_FRONT, /* we are the frontend, a backend is judged */
	CC_MODE_BACK,  /* we are the backend, a frontend is judged */
};

struct cc_options {
	enum cc_mode mode;
	uint32_t device, domain; /* domain: backend mode, the frontend's */
	uint32_t connector;	 /* the one that pictures go to */
	uint32_t timeout_s;
	uint32_t activity_s; /* backend mode: how long the frontend is waited for to do something */
	const char *only[CC_ONLY_MAX];
	uint32_t n_only;
	const char *json;
	bool list, verbose;
};

/* May be called with several command lines. */
enum cli_parse cc_options_parse(struct cc_options *opt, int argc, char **argv);
/* Whether a check of this name is to be run. */
bool cc_options_wants(const struct cc_options *opt, const char *name);

#endif
