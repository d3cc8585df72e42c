/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The running program: one loop, one output, all guests. */
#ifndef BE_APP_H
#define BE_APP_H

#include "options.h"

/*
 * Serves guests until SIGTERM, SIGINT or, with --once, until the first has gone. Returns the exit
 * status.
 */
int be_app_run(const struct be_options *opt);

#endif
