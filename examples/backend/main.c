/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-backend: shows the virtual displays of Xen guests. */
#include "app.h"
#include "cli.h"
#include "log.h"

int main(int argc, char **argv)
{
	struct be_options opt;

	switch (be_options_parse(&opt, argc, argv)) {
	case BE_PARSE_DONE:
		return 0;
	case BE_PARSE_BAD:
		return CLI_EXIT_USAGE;
	case BE_PARSE_RUN:
		break;
	}
	be_log_verbose(opt.verbose);
	return be_app_run(&opt);
}
