/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Threads and time. The main thread's stack is the hub: it picks who runs next, lets domain 0 run when nobody can, and
 * time pass when that has nothing to do either.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "co.h"
#include "mos_priv.h"

#define PATIENCE_MS 60000u
/* What a pass through schedule() takes, so that who asks for the time in a loop sees it pass. */
#define PASS_US 50u
#define STACKS 32u

struct mos_thread {
	struct thread t;
	struct mos_thread *next;
	struct stack *stack; /* NULL: main */
	void (*fn)(void *data);
	void *data;
};

/* Kept from thread to thread, and from Mini-OS to Mini-OS. */
struct stack {
	struct co *co;
	struct mos_thread *thread;
};

static struct stack stacks[STACKS];
static struct mos_thread main_thread = { .t.name = (char *)"main" };
static struct mos_thread *threads; /* the one that waits longest is the first */
static struct mos_thread *running;
static uint64_t main_since;

s_time_t mos_now(void)
{
	return (s_time_t)fake_now(mos.w) * 1000000 + (s_time_t)mos.us * 1000;
}

struct thread *get_current(void)
{
	if (mos.in_handler && mos.pv)
		mos_fail("get_current() in an event handler, which has a stack of its own");
	return &running->t;
}

static struct mos_thread *find(const struct thread *t)
{
	struct mos_thread *m;

	for (m = threads; m && &m->t != t; m = m->next)
		;
	return m;
}

static void append(struct mos_thread *m)
{
	struct mos_thread **at;

	for (at = &threads; *at; at = &(*at)->next)
		;
	m->next = NULL;
	*at = m;
}

static void take_out(struct mos_thread *m)
{
	struct mos_thread **at;

	for (at = &threads; *at != m; at = &(*at)->next)
		;
	*at = m->next;
}

void wake(struct thread *t)
{
	if (!find(t)) {
		mos_fail("wake() of a thread that is no more");
		return;
	}
	t->wakeup_time = 0;
	set_runnable(t);
	mos_point();
}

void block(struct thread *t)
{
	t->wakeup_time = 0;
	clear_runnable(t);
}

void msleep(uint32_t ms)
{
	struct thread *t = get_current();

	mos_may_sleep("msleep()");
	mos_point();
	t->wakeup_time = mos_now() + MILLISECS(ms);
	clear_runnable(t);
	schedule();
	mos_progress();
}

void mos_sleep(uint32_t ms)
{
	s_time_t until = mos_now() + MILLISECS(ms);

	/* wake() may end a sleep. */
	while (mos_now() < until)
		msleep((uint32_t)((until - mos_now() + 999999) / 1000000));
}

void mos_progress(void)
{
	if (running == &main_thread)
		main_since = fake_now(mos.w);
}

/* --- the hub --- */

static void pass_us(uint32_t us)
{
	mos.us += us;
	if (mos.us >= 1000) {
		fake_pass(mos.w, fake_now(mos.w) + mos.us / 1000);
		mos.us %= 1000;
	}
}

static void wake_expired(void)
{
	struct mos_thread *m;

	for (m = threads; m; m = m->next) {
		if (!is_runnable(&m->t) && m->t.wakeup_time && m->t.wakeup_time <= mos_now()) {
			m->t.wakeup_time = 0;
			set_runnable(&m->t);
		}
	}
}

/* With a seed any, else the one that waits longest. */
static struct mos_thread *pick(void)
{
	struct mos_thread *m, *best = NULL;
	uint32_t n = 0;

	wake_expired();
	for (m = threads; m; m = m->next) {
		if (is_runnable(&m->t) && (!n++ || mos_chance(n)))
			best = m;
	}
	return best;
}

/* Nobody can run: domain 0, or time. */
static void idle(void)
{
	uint64_t due = fake_due(mos.dom0), ms;
	struct mos_thread *m;

	if (mos_dom0())
		return;
	for (m = threads; m; m = m->next) {
		if (!m->t.wakeup_time)
			continue;
		ms = (uint64_t)(m->t.wakeup_time + 999999) / 1000000;
		if (ms < due)
			due = ms;
	}
	if (due == DISPLIF_NEVER)
		fail_msg("Mini-OS: no thread can ever run again");
	mos.us = 0;
	fake_pass(mos.w, due);
}

static void run(struct mos_thread *m)
{
	struct stack *s = m->stack;

	take_out(m);
	append(m);
	running = m;
	co_resume(s->co);
	running = &main_thread;
	if (s->thread)
		return;
	/* It has returned. Whoever touches it from now on has a bug. */
	take_out(m);
	free(m);
}

/* Until main is to run. */
static void hub(void)
{
	struct mos_thread *m;

	for (;;) {
		if (!is_runnable(&main_thread.t) && !main_thread.t.wakeup_time &&
		    fake_now(mos.w) - main_since > mos.patience)
			fail_msg("Mini-OS: the main thread waits for ever");
		mos_point();
		pass_us(PASS_US);
		if ((!mos.seed || mos_chance(2)) && mos_xenbus_step())
			continue;
		if (!mos.seed && mos_dom0())
			mos_events();
		m = pick();
		if (m == &main_thread) {
			take_out(m);
			append(m);
			return;
		}
		if (m)
			run(m);
		else if (!mos_xenbus_step())
			idle();
	}
}

void schedule(void)
{
	mos_may_switch("schedule()");
	if (mos.in_handler)
		return;
	mos.irqs_off = false;
	if (running == &main_thread)
		hub();
	else
		co_yield();
	mos_events();
}

/* --- their life --- */

static void thread_begin(void *arg)
{
	struct stack *s = arg;

	for (;;) {
		s->thread->fn(s->thread->data);
		if (mos.irqs_off)
			mos_fail("thread \"%s\" ended with events off", s->thread->t.name);
		mos.irqs_off = false;
		s->thread = NULL;
		co_yield();
	}
}

void exit_thread(void)
{
	running->stack->thread = NULL;
	co_restart(running->stack->co);
	co_yield();
	abort();
}

/* NOLINTNEXTLINE(readability-non-const-parameter): Mini-OS has it so. */
struct thread *create_thread(char *name, void (*fn)(void *), void *data)
{
	struct mos_thread *m = calloc(1, sizeof(*m));
	struct stack *s;

	mos_in_thread("create_thread()");
	for (s = stacks; s < &stacks[STACKS] && s->thread; s++)
		;
	if (!m || s == &stacks[STACKS])
		abort();
	if (!s->co)
		s->co = co_new(thread_begin, s);
	if (!s->co)
		abort();
	s->thread = m;
	*m = (struct mos_thread){ .t.name = name, .stack = s, .fn = fn, .data = data };
	set_runnable(&m->t);
	append(m);
	mos_point();
	return &m->t;
}

uint32_t mos_threads(void)
{
	struct mos_thread *m;
	uint32_t n = 0;

	for (m = threads; m; m = m->next)
		n += m != &main_thread;
	return n;
}

void mos_patience(uint64_t ms)
{
	mos.patience = ms ? ms : PATIENCE_MS;
}

/* Also after a test that failed in the middle. */
void mos_sched_end(void)
{
	struct mos_thread *m;

	while ((m = threads)) {
		threads = m->next;
		if (m == &main_thread)
			continue;
		m->stack->thread = NULL;
		co_restart(m->stack->co);
		free(m);
	}
}

void mos_sched_init(void)
{
	mos_sched_end();
	set_runnable(&main_thread.t);
	main_thread.t.wakeup_time = 0;
	running = &main_thread;
	append(&main_thread);
	mos_progress();
}
