/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The command line of displif-backend: what the user asked for, checked. */
#ifndef BE_OPTIONS_H
#define BE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli.h"

struct be_output_ops;

/* All texts point into the command line. */
struct be_options {
	const struct be_output_ops *output;
	const char *device;	/* kms: the node to open */
	const char *connectors; /* kms: names of screens, in the order of use; NULL: all */
	const char *edid;	/* file for GET_EDID; NULL: the output's own */
	const char *picture;	/* headless: base name of the PNG files; NULL: none */
	const char *stats;	/* file for the figures; NULL: standard output */
	const char *record;	/* file for a recording; NULL: none */
	uint32_t refresh;	/* frames per second without a screen's own clock; 0: no limit */
	uint32_t max_pages;	/* 4 KiB pages of all buffers of one guest */
	bool be_alloc;		/* grant a guest's wish that we allocate */
	bool once;		/* end with the first guest */
	bool verbose;
};

/* Reads the command line into *@opt. Prints only what --help, --version or an error needs. */
enum cli_parse be_options_parse(struct be_options *opt, int argc, char **argv);

#endif
