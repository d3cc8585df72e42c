/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The bodies of the tracepoints. */
#include <linux/module.h>

#define CREATE_TRACE_POINTS
#include "displif_trace.h"
