/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * displif-compliance-fake: the same program on the fake Xen, with ends of ours to be judged. For a look by hand:
 * its options are those of displif-compliance, and --bad NAME before them chooses a peer that breaks a rule.
 */
#include <string.h>

#include "back.h"
#include "bad_back.h"
#include "bad_front.h"
#include "fake_cc.h"
#include "front.h"

static const struct bad_back *find_back(const char *name)
{
	const struct bad_back *bad;

	for (bad = bad_backs; bad->name && strcmp(bad->name, name) != 0; bad++)
		;
	return bad->name ? bad : NULL;
}

static const struct bad_front *find_front(const char *name)
{
	const struct bad_front *bad;

	for (bad = bad_fronts; bad->name && strcmp(bad->name, name) != 0; bad++)
		;
	return bad->name ? bad : NULL;
}

int main(int argc, char **argv)
{
	const char *bad = NULL;
	struct cc_options opt;
	struct cc_report rep;
	int status;

	if (argc > 2 && strcmp(argv[1], "--bad") == 0) {
		bad = argv[2];
		argv[2] = argv[0];
		argv += 2;
		argc -= 2;
	}
	status = cc_report_command_line(&opt, argc, argv);
	if (status >= 0)
		return status;
	if (bad && !(opt.mode == CC_MODE_FRONT ? (const void *)find_back(bad) : find_front(bad))) {
		cli_error("--bad: no such peer in this mode: %s", bad);
		return CC_EXIT_USAGE;
	}
	if (opt.mode == CC_MODE_FRONT)
		return fake_cc_front(&opt, bad ? find_back(bad) : NULL, &rep);
	return fake_cc_back(&opt, bad ? find_front(bad) : NULL, &rep);
}
