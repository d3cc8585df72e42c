/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Coroutines with stacks of their own, for domains, or threads, that are switched away from anywhere. One that is
 * started anew while it was away from its CPU is abandoned: what it was in the middle of never happens.
 */
#ifndef FAKE_CO_H
#define FAKE_CO_H

#include <stdbool.h>
#include <stddef.h>

struct co;

/* NULL if there is no memory. */
struct co *co_new(void (*fn)(void *arg), void *arg);
void co_free(struct co *co);
/* Its next co_resume() begins at the beginning. Not while it runs. */
void co_restart(struct co *co);
/* Runs it until it yields; fn() never returns. */
void co_resume(struct co *co);
/* Back to who resumed us. */
void co_yield(void);
/* Who runs, NULL outside of all. */
struct co *co_running(void);

#endif
