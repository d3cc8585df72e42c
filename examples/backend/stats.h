/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Figures of the running program as JSON. */
#ifndef BE_STATS_H
#define BE_STATS_H

#include <stdio.h>

#include <displif-xen.h>

#include "guest.h"

/*
 * Writes one JSON object and a newline. @xen: of the glue. Flips, requests and so on of a guest
 * are those of its present connection; "spent" counts from our first sight of it.
 */
void be_stats_print(FILE *out, const struct be_host *host, const struct displif_xen_stats *xen);
/* The same into the file @path (replaced), or to standard output if NULL. Tells why if it fails. */
void be_stats_write(const char *path, const struct be_host *host,
		    const struct displif_xen_stats *xen);

#endif
