/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Threads and time. The main thread's stack is the hub: it picks who runs next, lets domain 0 run when nobody can, and
 * time pass when that has nothing to do either.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "co.h"
#include "host_priv.h"

#define PATIENCE_MS 600000u
/* What a pass takes, so that who looks at the time in a loop sees it pass. */
#define PASS_US 20u
#define STACKS 64u

struct thread {
	struct thread *next;
	struct stack *stack; /* NULL: main */
	const char *name;
	void (*fn)(void *arg);
	void *arg, *self;
	const void *chan; /* waits for it; NULL: can run */
	uint64_t until;
	bool woken;
};

/* Kept from thread to thread, and from machine to machine. */
struct stack {
	struct co *co;
	struct thread *thread;
};

static struct stack stacks[STACKS];
static struct thread main_thread = { .name = "main" };
static struct thread *threads, *running; /* the one that waits longest is the first */

/* curthread is found through a segment register, which the host's C library leaves alone. */
static void set_running(struct thread *t)
{
	static bool done;
	void *gs;

	running = t;
	gs = kern_gs(t->self);
	if (!done && syscall(SYS_arch_prctl, ARCH_SET_GS, gs))
		abort();
	done = true;
}

uint64_t host_now(void)
{
	return fake_now(host.w) * 1000000u + (uint64_t)host.us * 1000u;
}

void *host_self(void)
{
	return running->self;
}

void host_main(void *self)
{
	main_thread.self = self;
	set_running(&main_thread);
}

static void append(struct thread *t)
{
	struct thread **at;

	for (at = &threads; *at; at = &(*at)->next)
		;
	t->next = NULL;
	*at = t;
}

static void take_out(struct thread *t)
{
	struct thread **at;

	for (at = &threads; *at != t; at = &(*at)->next)
		;
	*at = t->next;
}

/* --- the hub --- */

static void pass_us(uint32_t us)
{
	host.us += us;
	if (host.us >= 1000) {
		fake_pass(host.w, fake_now(host.w) + host.us / 1000);
		host.us %= 1000;
	}
}

/* With a seed any, else the one that waits longest. */
static struct thread *pick(void)
{
	struct thread *t, *best = NULL;
	uint32_t n = 0;

	for (t = threads; t; t = t->next) {
		if (host.stopped && t != &main_thread)
			continue;
		if (t->chan && t->until <= host_now())
			t->chan = NULL;
		if (!t->chan && (!n++ || host_chance(n)))
			best = t;
	}
	return best;
}

static void idle(void)
{
	uint64_t due = fake_due(host.dom0), ms;
	struct thread *t;

	if (host_dom0())
		return;
	for (t = threads; t; t = t->next) {
		if (t->until == HOST_NEVER || (host.stopped && t != &main_thread))
			continue;
		ms = (t->until + 999999) / 1000000;
		if (ms < due)
			due = ms;
	}
	if (due == DISPLIF_NEVER)
		fail_msg("no thread of the kernel can ever run again");
	host.us = 0;
	fake_pass(host.w, due);
}

static void run(struct thread *t)
{
	struct stack *s = t->stack;

	take_out(t);
	append(t);
	set_running(t);
	co_resume(s->co);
	set_running(&main_thread);
	if (s->thread)
		return;
	take_out(t);
	free(t);
}

static void hub(void)
{
	uint64_t since = fake_now(host.w);
	struct thread *t;

	for (;;) {
		if (fake_now(host.w) - since > host.patience)
			fail_msg("main waits for ever");
		host_events();
		pass_us(PASS_US);
		if (!host.seed || host_chance(2))
			host_dom0();
		t = pick();
		if (t == &main_thread) {
			take_out(t);
			append(t);
			return;
		}
		if (t)
			run(t);
		else
			idle();
	}
}

static void away(void)
{
	if (host.spins)
		fail_msg("thread \"%s\" would sleep with a spin lock held", running->name);
	if (running == &main_thread) {
		hub();
		set_running(&main_thread);
	} else {
		co_yield();
	}
}

bool host_block(const void *chan, uint64_t until)
{
	struct thread *self = running;

	if (host.stopped && self != &main_thread) {
		host_fail("thread \"%s\" waits in a panic", self->name);
		return true;
	}
	self->woken = false;
	self->chan = chan;
	self->until = until;
	away();
	self->chan = NULL;
	return self->woken;
}

void host_wake(const void *chan)
{
	struct thread *t;

	for (t = threads; t; t = t->next) {
		if (t->chan != chan)
			continue;
		t->chan = NULL;
		t->woken = true;
	}
}

void host_yield(void)
{
	if (!host.spins && !host.in_dom0 && !host.in_at && !host.stopped)
		away();
}

void host_spin(bool on)
{
	host.spins += on ? 1u : -1u;
}

void host_point(void)
{
	void (*at)(void *arg) = host.at;

	host.points++;
	if (host.in_dom0 || host.in_at || host.stopped)
		return;
	if (at && host.points >= host.at_point) {
		host.at = NULL;
		host.in_at = true;
		at(host.at_arg);
		host.in_at = false;
	}
	if (host.spins)
		return;
	if (host_chance(4))
		host_dom0();
	host_events();
	if (host_chance(3))
		away();
}

void host_delay(uint32_t us)
{
	uint32_t i;

	pass_us(us);
	for (i = 0; i < 100 && host_dom0(); i++)
		;
}

void host_stop(void)
{
	host.stopped = true;
}

void host_halt(void)
{
	host.spins = 0;
	host.in_at = false;
	if (running != &main_thread)
		co_yield();
}

/* --- their life --- */

static void thread_begin(void *arg)
{
	struct stack *s = arg;

	for (;;) {
		s->thread->fn(s->thread->arg);
		s->thread = NULL;
		co_yield();
	}
}

void host_thread(const char *name, void (*fn)(void *arg), void *arg, void *self)
{
	struct thread *t = calloc(1, sizeof(*t));
	struct stack *s;

	for (s = stacks; s < &stacks[STACKS] && s->thread; s++)
		;
	if (!t || s == &stacks[STACKS])
		abort();
	if (!s->co)
		s->co = co_new(thread_begin, s);
	if (!s->co)
		abort();
	*t = (struct thread){ .stack = s, .name = name, .fn = fn, .arg = arg, .self = self };
	t->until = HOST_NEVER;
	s->thread = t;
	append(t);
}

uint32_t machine_threads(void)
{
	struct thread *t;
	uint32_t n = 0;

	for (t = threads; t; t = t->next)
		n += t != &main_thread;
	return n;
}

void machine_sleep(uint32_t ms)
{
	uint64_t until = host_now() + (uint64_t)ms * 1000000u;

	while (host_now() < until)
		host_block(&until, until);
}

uint64_t machine_ms(void)
{
	return host_now() / 1000000u;
}

struct after {
	void (*fn)(void *arg);
	void *arg;
	uint32_t ms;
};

static void after(void *arg)
{
	struct after a = *(struct after *)arg;

	free(arg);
	machine_sleep(a.ms);
	a.fn(a.arg);
}

void machine_after(uint32_t ms, void (*fn)(void *arg), void *arg)
{
	struct after *a = malloc(sizeof(*a));

	if (!a)
		abort();
	*a = (struct after){ fn, arg, ms };
	kern_thread("after", after, a);
}

void machine_patience(uint64_t ms)
{
	host.patience = ms ? ms : PATIENCE_MS;
}

/* Also after a test that failed in the middle. */
void host_sched_end(void)
{
	struct thread *t;

	while ((t = threads)) {
		threads = t->next;
		if (t == &main_thread)
			continue;
		t->stack->thread = NULL;
		co_restart(t->stack->co);
		free(t);
	}
}

void host_sched_init(void)
{
	host_sched_end();
	main_thread.chan = NULL;
	main_thread.until = HOST_NEVER;
	running = &main_thread;
	append(&main_thread);
	machine_patience(0);
}
