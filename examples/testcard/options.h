/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The command line of displif-testcard: what the user asked for, checked. */
#ifndef TC_OPTIONS_H
#define TC_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli.h"

#define TC_NO_BACKEND UINT32_MAX

/* What to do with the connector's EDID. */
enum tc_edid_use {
	TC_EDID_NO,  /* not asked for */
	TC_EDID_ASK, /* reported */
	TC_EDID_USE, /* reported; its preferred mode gives the size of the buffers */
};

struct tc_options {
	uint32_t backend; /* domain that must serve us, or TC_NO_BACKEND: any */
	uint32_t device, connector;
	uint32_t fourcc;
	uint32_t seed;
	uint32_t flips;	  /* 0: until a signal */
	uint32_t fps;	  /* 0: as fast as flip events come */
	uint32_t hold_s;  /* how long to show the last frame */
	uint32_t wait_s;  /* how long to be without a backend; 0: for ever */
	uint32_t buffers; /* 1 or 2 */
	enum tc_edid_use edid;
	const char *stats_json; /* file, "-" for standard output, or NULL */
	bool be_alloc;		/* also when the device is not configured so */
	bool verbose;
};

enum cli_parse tc_options_parse(struct tc_options *opt, int argc, char **argv);

#endif
