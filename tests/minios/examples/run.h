/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A unikernel of examples/ on the fake Xen: it runs once in a process. */
#ifndef RUN_H
#define RUN_H

#include <stddef.h>

#include "bed.h"

/* Mini-OS comes up with a command line, as far as the call of app_main(). */
void run_begin(struct bed *bed, const struct bed_opts *opts, const char *line);
/* Waits until it has printed a text so many times. */
void run_await(const char *text, unsigned int count);
/* As "xl shutdown". */
void run_tell(void);
/* Waits for its end, which must be in order and leave nothing. */
void run_end(struct bed *bed);

#endif
