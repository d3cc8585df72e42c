/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-backend: shows the virtual displays of Xen guests. */
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "app.h"
#include "cli.h"
#include "log.h"

int main(int argc, char **argv)
{
	struct be_options opt;

	switch (be_options_parse(&opt, argc, argv)) {
	case CLI_PARSE_DONE:
		return 0;
	case CLI_PARSE_BAD:
		return CLI_EXIT_USAGE;
	case CLI_PARSE_RUN:
		break;
	}
#ifdef __GLIBC__
	/* Fixed, so that the memory of pictures goes back when it is freed. */
	mallopt(M_MMAP_THRESHOLD, 131072);
#endif
	be_log_verbose(opt.verbose);
	return be_app_run(&opt);
}
