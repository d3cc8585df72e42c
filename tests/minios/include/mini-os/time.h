/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: the wall clock, which a test may set. */
#ifndef STUB_TIME_H
#define STUB_TIME_H

#include <mini-os/types.h>
#include <sys/time.h>

typedef int64_t s_time_t;
#define SECONDS(s) ((s_time_t)(s)*1000000000)
#define MILLISECS(ms) ((s_time_t)(ms)*1000000)

struct timeval;
int mos_gettimeofday(struct timeval *tv, void *tz);
/* The host's has another second argument from libc to libc. */
#define gettimeofday(tv, tz) mos_gettimeofday(tv, tz)

#endif
