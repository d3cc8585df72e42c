/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The machine that the mock kernel runs on, as tests see it. The stack of the test program is the thread "main", which plays
 * programs and whoever boots or unplugs; the kernel's threads are coroutines. Domain 0 runs when none of them can,
 * and, with a seed, in any call. What FreeBSD forbids is a *failure*: printed and counted, so that a test ends by
 * machine_end(). A panic ends the test.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "fake_xen.h"
#include "host.h"

/* One at a time. @seed 0: first come, first served. @grants: entries of the domain's table; 0: 32768. */
void machine_boot(struct fake_dom *dom, uint64_t seed, uint32_t grants);
/* Failures, and what is left of the kernel; listed on stderr. The machine is off then. */
uint32_t machine_end(void);
/* The same after a panic, when all is left: failures only. */
uint32_t machine_crash(void);
uint32_t machine_failures(void);
/* Of what the test provoked itself. */
void machine_forgive(void);
/* Lets @ms pass. */
void machine_sleep(uint32_t ms);
uint64_t machine_ms(void);
/* How long main may wait for one thing, in virtual time; 0: 10 minutes. */
void machine_patience(uint64_t ms);
uint32_t machine_threads(void);

/* The @nth call (1: the next) of the kinds of @mask (HOST_F_*) fails; @repeat: and all after it. 0: none. Resets the counters. */
void machine_fault(uint32_t mask, uint32_t nth, bool repeat);
uint32_t machine_fault_calls(void);
uint32_t machine_fault_fired(void);

/* Calls @fn once, in the @nth call of the kernel's from now that others may come between. NULL: not any more. */
void machine_at(uint32_t nth, void (*fn)(void *arg), void *arg);
/* Such calls so far. */
uint32_t machine_points(void);
/* Calls @fn after @ms in a thread of its own. */
void machine_after(uint32_t ms, void (*fn)(void *arg), void *arg);

/* Calls @fn while the domain sleeps in a suspend. */
void machine_on_sleep(void (*fn)(void *arg), void *arg);

/* What the kernel printed since machine_print_clear(), at most the last 16 KiB. */
const char *machine_printed(void);
void machine_print_clear(void);
/* Lines that it printed since the machine's begin. */
uint32_t machine_print_lines(void);

#endif
