/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * displif-compliance-fake: the same program on the fake Xen, with ends of ours to be judged. For a look by hand:
 * its options are those of displif-compliance, and --bad NAME before them chooses a peer that breaks a rule.
 */
#include <string.h>

#include "bad_back.h"
#include "fake_cc.h"
#include "front.h"

static const struct bad_back *find(const char *name)
{
	const struct bad_back *bad;

	for (bad = bad_backs; bad->name; bad++) {
		if (strcmp(bad->name, name) == 0)
			return bad;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const struct bad_back *bad = NULL;
	struct cc_options opt;
	struct cc_report rep;

	if (argc > 2 && strcmp(argv[1], "--bad") == 0) {
		bad = find(argv[2]);
		if (!bad) {
			cli_error("--bad: no such peer: %s", argv[2]);
			return CC_EXIT_USAGE;
		}
		argv[2] = argv[0];
		argv += 2;
		argc -= 2;
	}
	switch (cc_options_parse(&opt, argc, argv)) {
	case CC_PARSE_DONE:
		return 0;
	case CC_PARSE_BAD:
		return CC_EXIT_USAGE;
	case CC_PARSE_RUN:
		break;
	}
	return fake_cc_front(&opt, bad, &rep);
}
