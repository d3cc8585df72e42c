/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A Mini-OS on the fake Xen: what stands behind the stub headers, as seen by tests.
 *
 * The stack of the test program is Mini-OS's thread "main"; other threads are coroutines. Domain 0 runs when no thread can,
 * and, with a seed, at any access to a shared page and in any call. What Mini-OS forbids (to sleep with events off,
 * to wake a thread in the middle of a XenStore call, to touch with events on what a handler touches) is a *failure*: printed and counted, so that a test ends by mos_end().
 */
#ifndef MOS_H
#define MOS_H

#include <stdbool.h>
#include <stdint.h>

#include "fake_xen.h"

#ifdef CONFIG_PARAVIRT
#define MOS_PV true
#else
#define MOS_PV false
#endif

/* One at a time. @seed 0: first come, first served, no event before its time. */
void mos_boot(struct fake_dom *dom, bool pv, uint64_t seed);
/*
 * Lists on stderr what is left of it: threads, memory, pages, grants, ports, watches; and failures. Returns how many, 0 is clean.
 * The machine is off then.
 */
uint32_t mos_end(void);
/* What is left now, without ending anything: threads, memory of malloc(), pages, grants, ports, watches. */
uint32_t mos_left(bool print);
uint32_t mos_failures(void);
/* Lets @ms pass, in the thread that calls. */
void mos_sleep(uint32_t ms);
/* Threads beside main. */
uint32_t mos_threads(void);

/* --- what is refused --- */

#define MOS_PAGE 0x001u	  /* alloc_pages() */
#define MOS_MALLOC 0x002u /* malloc(), realloc(), strdup() */
#define MOS_REMAP 0x004u  /* map_frames_ex() */
#define MOS_GNTMAP 0x008u /* gntmap_map_grant_refs(), gntmap_set_max_grants() */
#define MOS_EVTCHN 0x010u /* evtchn_*() */
#define MOS_READ 0x020u	  /* xenbus_*() */
#define MOS_WRITE 0x040u
#define MOS_BEGIN 0x080u
#define MOS_COMMIT 0x100u
#define MOS_WATCH 0x200u
#define MOS_UNWATCH 0x400u
#define MOS_ALL 0x7ffu

/* The @nth call (1: the next) of the kinds of @mask fails; @repeat: and all after it. 0: none. Resets the counters. */
void mos_fault(uint32_t mask, uint32_t nth, bool repeat);
uint32_t mos_fault_calls(void);
uint32_t mos_fault_fired(void);

/* --- what happens when --- */

/* Calls @fn once, at the @nth call of a stub function from now, outside of domain 0 and of handlers. NULL: not any more. */
void mos_at(uint32_t nth, void (*fn)(void *arg), void *arg);
/* Calls of stub functions so far. */
uint32_t mos_points(void);
/* Grants that other drivers hold: so many less are left of 2040. */
void mos_grants_other(uint32_t n);
/* Sets the wall clock so much forward. */
void mos_clock_step(int64_t ms);
/* How long the main thread may wait for one thing, not counting msleep(), in virtual time; 0: a minute. */
void mos_patience(uint64_t ms);
/* What was printed since mos_print_clear(), at most the last 16 KiB. */
const char *mos_printed(void);
void mos_print_clear(void);

/* --- files, with newlib --- */

/* As newlib's, of a file descriptor of Mini-OS's. */
int mos_file_read(int fd, void *buf, size_t n);
bool mos_file_readable(int fd);
uint32_t mos_files(void);

#endif
