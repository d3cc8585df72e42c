/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: threads that are never preempted. */
#ifndef STUB_SCHED_H
#define STUB_SCHED_H

#include <mini-os/time.h>
#include <mini-os/types.h>

struct thread {
	char *name;
	uint32_t flags;
	s_time_t wakeup_time; /* 0: none */
};

#define RUNNABLE_FLAG 0x00000001
#define is_runnable(thread) ((thread)->flags & RUNNABLE_FLAG)
#define set_runnable(thread) ((thread)->flags |= RUNNABLE_FLAG)
#define clear_runnable(thread) ((thread)->flags &= ~(uint32_t)RUNNABLE_FLAG)

struct thread *get_current(void);
/* @name is kept, not copied. */
struct thread *create_thread(char *name, void (*function)(void *), void *data);
void exit_thread(void) __attribute__((noreturn));
void schedule(void);
void wake(struct thread *thread);
void block(struct thread *thread);
void msleep(uint32_t millisecs);

#endif
