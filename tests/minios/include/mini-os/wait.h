/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: wait queues. A queue is named, not pointed to, by the macros; one that ends must have no waiters. */
#ifndef STUB_WAIT_H
#define STUB_WAIT_H

#include <mini-os/os.h>
#include <mini-os/sched.h>
#include <mini-os/waittypes.h>

#define DEFINE_WAIT(name) struct wait_queue name = { .thread = get_current() }

static inline void init_waitqueue_head(struct wait_queue_head *head)
{
	head->first = NULL;
}

static inline void add_wait_queue(struct wait_queue_head *head, struct wait_queue *w)
{
	if (w->waiting)
		return;
	w->next = head->first;
	head->first = w;
	w->waiting = 1;
}

static inline void remove_wait_queue(struct wait_queue_head *head, struct wait_queue *w)
{
	struct wait_queue **at = &head->first;

	if (!w->waiting)
		return;
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	w->waiting = 0;
}

/* All of them. They stay in the list until they have run. */
static inline void wake_up(struct wait_queue_head *head)
{
	struct wait_queue *w, *next;
	unsigned long flags;

	local_irq_save(flags);
	for (w = head->first; w; w = next) {
		next = w->next;
		wake(w->thread);
	}
	local_irq_restore(flags);
}

#define add_waiter(w, wq)                    \
	do {                                 \
		unsigned long flags_;        \
		local_irq_save(flags_);      \
		add_wait_queue(&(wq), &(w)); \
		block(get_current());        \
		local_irq_restore(flags_);   \
	} while (0)

#define remove_waiter(w, wq)                    \
	do {                                    \
		unsigned long flags_;           \
		local_irq_save(flags_);         \
		remove_wait_queue(&(wq), &(w)); \
		local_irq_restore(flags_);      \
	} while (0)

/* The condition is looked at after the thread is on the list and before it sleeps. */
#define wait_event(wq, condition)                 \
	do {                                      \
		unsigned long flags_;             \
		DEFINE_WAIT(wait_);               \
		if (condition)                    \
			break;                    \
		for (;;) {                        \
			add_waiter(wait_, wq);    \
			if (condition)            \
				break;            \
			schedule();               \
		}                                 \
		local_irq_save(flags_);           \
		wake(get_current());              \
		remove_wait_queue(&(wq), &wait_); \
		local_irq_restore(flags_);        \
	} while (0)

#endif
