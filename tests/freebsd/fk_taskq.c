/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Task queues, each with a thread. */
#include "fk.h"

#include <sys/taskqueue.h>

struct taskqueue {
	struct taskqueue *next;
	const char *name;
	STAILQ_HEAD(, task) tasks;
	struct task *running;
	struct fk_thr *thread;
	int threads, armed;
	bool ends;
};

struct taskqueue *taskqueue_thread;
static struct taskqueue *queues;

struct taskqueue *taskqueue_create(const char *name, int mflags, taskqueue_enqueue_fn enqueue,
				   void *context)
{
	struct taskqueue *q;

	if (mflags & M_WAITOK)
		fk_may_sleep("taskqueue_create()");
	if (enqueue != taskqueue_thread_enqueue || !context)
		host_fail("taskqueue \"%s\" would not wake its thread", name);
	q = fk_new(sizeof(*q));
	q->name = name;
	STAILQ_INIT(&q->tasks);
	q->next = queues;
	queues = q;
	return q;
}

void taskqueue_thread_enqueue(void *context)
{
	host_wake(*(struct taskqueue **)context);
}

static void loop(void *arg)
{
	struct taskqueue *q = arg;
	struct task *t;
	int pending;

	while (!q->ends || !STAILQ_EMPTY(&q->tasks)) {
		t = STAILQ_FIRST(&q->tasks);
		if (!t) {
			host_block(q, HOST_NEVER);
			continue;
		}
		STAILQ_REMOVE_HEAD(&q->tasks, ta_link);
		pending = t->ta_pending;
		t->ta_pending = 0;
		q->running = t;
		t->ta_func(t->ta_context, pending);
		/* The task's memory may be gone. */
		q->running = NULL;
		if (fk_self()->n_held || fk_self()->spins)
			panic("a task of \"%s\" returned with a lock held", q->name);
		host_wake(&q->running);
	}
	q->threads--;
	host_wake(&q->threads);
}

int taskqueue_start_threads(struct taskqueue **tqp, int count, int pri, const char *name, ...)
{
	struct taskqueue *q = *tqp;

	(void)pri;
	(void)name;
	fk_may_sleep("taskqueue_start_threads()");
	if (count != 1 || q->threads)
		panic("the mock kernel's queues have one thread each");
	q->threads = 1;
	q->thread = fk_thread(q->name, FK_TASKQ, loop, q);
	return 0;
}

int taskqueue_enqueue(struct taskqueue *q, struct task *t)
{
	fk_may_lock("taskqueue_enqueue()");
	host_point();
	if (q->ends)
		host_fail("taskqueue_enqueue() on \"%s\", which is being freed", q->name);
	if (t->ta_pending) {
		if (t->ta_pending < UINT16_MAX)
			t->ta_pending++;
		return 0;
	}
	t->ta_pending = 1;
	STAILQ_INSERT_TAIL(&q->tasks, t, ta_link);
	host_wake(q);
	return 0;
}

static bool cancel(struct taskqueue *q, struct task *t, u_int *pendp)
{
	if (pendp)
		*pendp = t->ta_pending;
	if (t->ta_pending)
		STAILQ_REMOVE(&q->tasks, t, task, ta_link);
	t->ta_pending = 0;
	return q->running == t;
}

int taskqueue_cancel(struct taskqueue *q, struct task *t, u_int *pendp)
{
	return cancel(q, t, pendp) ? EBUSY : 0;
}

void taskqueue_drain(struct taskqueue *q, struct task *t)
{
	fk_may_sleep("taskqueue_drain()");
	if (q->running == t && q->thread == fk_self())
		panic("a task waits for its own end");
	while (t->ta_pending || q->running == t)
		fk_wait(&q->running, HOST_NEVER);
}

void taskqueue_drain_all(struct taskqueue *q)
{
	fk_may_sleep("taskqueue_drain_all()");
	while (q->running || !STAILQ_EMPTY(&q->tasks))
		fk_wait(&q->running, HOST_NEVER);
}

void taskqueue_free(struct taskqueue *q)
{
	struct taskqueue **at;

	fk_may_sleep("taskqueue_free()");
	if (q->thread == fk_self())
		panic("a task frees its own queue");
	if (q->armed)
		host_fail("taskqueue \"%s\" is freed with a timeout task armed", q->name);
	q->ends = true;
	host_wake(q);
	while (q->threads)
		fk_wait(&q->threads, HOST_NEVER);
	for (at = &queues; *at != q; at = &(*at)->next)
		;
	*at = q->next;
	fk_delete(q);
}

/* --- tasks with a time --- */

void _timeout_task_init(struct taskqueue *q, struct timeout_task *tt, int priority, task_fn_t func,
			void *context)
{
	TASK_INIT(&tt->t, 0, func, context);
	tt->t.ta_priority = (uint8_t)priority;
	callout_init(&tt->c, 1);
	tt->q = q;
	tt->f = 0;
}

static void due(void *arg)
{
	struct timeout_task *tt = arg;

	tt->f = 0;
	tt->q->armed--;
	taskqueue_enqueue(tt->q, &tt->t);
}

/* A negative time keeps the one that was set before. */
int taskqueue_enqueue_timeout(struct taskqueue *q, struct timeout_task *tt, int to_ticks)
{
	int was = tt->f;

	fk_may_lock("taskqueue_enqueue_timeout()");
	if (tt->q != q)
		host_fail("a timeout task is enqueued on a queue that it was not made for");
	if (!to_ticks) {
		if (tt->f) {
			callout_stop(&tt->c);
			tt->f = 0;
			q->armed--;
		}
		taskqueue_enqueue(q, &tt->t);
		return was;
	}
	if (tt->f && to_ticks < 0)
		return was;
	if (!tt->f)
		q->armed++;
	tt->f = 1;
	callout_reset(&tt->c, to_ticks < 0 ? -to_ticks : to_ticks, due, tt);
	return was;
}

static bool stop(struct taskqueue *q, struct timeout_task *tt)
{
	bool was = tt->f;

	callout_stop(&tt->c);
	if (was)
		q->armed--;
	tt->f = 0;
	return was;
}

int taskqueue_cancel_timeout(struct taskqueue *q, struct timeout_task *tt, u_int *pendp)
{
	bool armed = stop(q, tt);
	int busy = cancel(q, &tt->t, pendp);

	if (pendp)
		*pendp += armed;
	return busy ? EBUSY : 0;
}

void taskqueue_drain_timeout(struct taskqueue *q, struct timeout_task *tt)
{
	stop(q, tt);
	callout_drain(&tt->c);
	taskqueue_drain(q, &tt->t);
}

uint32_t fk_taskqs_left(bool print)
{
	struct taskqueue *q;
	uint32_t n = 0;

	for (q = queues; q; q = q->next)
		n += q != taskqueue_thread;
	return fk_tell(print, n, "task queues");
}

void fk_taskq_init(void)
{
	queues = NULL;
	taskqueue_thread = taskqueue_create("thread taskq", M_WAITOK, taskqueue_thread_enqueue,
					    &taskqueue_thread);
	taskqueue_start_threads(&taskqueue_thread, 1, 0, "thread taskq");
}
