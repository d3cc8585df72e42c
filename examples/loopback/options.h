/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The command line of displif-loopback. */
#ifndef LB_OPTIONS_H
#define LB_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli.h"

/* More screens than a machine has. The protocol would have 256. */
#define LB_MAX_CONNECTORS 17u
/* Two to a connector: one is shown while the other is drawn. */
#define LB_BUFFERS 2u

struct lb_options {
	uint32_t connectors;
	uint32_t width, height; /* of each, pixels */
	uint32_t frames; /* pictures shown on each connector; all but the first are page flips */
	uint32_t fourcc;
	uint32_t seed; /* of connector 0's card; connector N has seed + N */
	bool be_alloc; /* the backend allocates the display buffers */
	bool quiet;
	const char *output; /* see lb_output_path() */
};

enum cli_parse lb_options_parse(struct lb_options *opt, int argc, char **argv);

/* Bytes of one display buffer: lines without padding. */
uint32_t lb_buffer_size(const struct lb_options *opt);

/*
 * Where connector @index's picture goes: --output for connector 0, "-N" before
 * its ".png" for the others; ".png" is added if it is not there, and
 * "loopback.png" behind a folder. The caller frees it. NULL: no memory.
 */
char *lb_output_path(const struct lb_options *opt, uint32_t index);

#endif
