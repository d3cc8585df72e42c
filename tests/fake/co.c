/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Coroutines: ucontext makes a stack the running one; after that _setjmp() and _longjmp() switch, which, unlike
 * swapcontext(), cost no system call. The address sanitizer is told of every switch.
 */
#undef _FORTIFY_SOURCE /* its longjmp() refuses to leave the stack */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "co.h"

#if defined(__SANITIZE_ADDRESS__)
#define CO_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CO_ASAN 1
#endif
#endif

#ifdef CO_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define CO_STACK ((size_t)1 << 20)
#else
#define CO_STACK ((size_t)256 << 10)
#endif
#define CO_GUARD ((size_t)4096)

struct co {
	void (*fn)(void *arg);
	void *arg;
	char *stack; /* the lowest page is a guard */
	bool fresh;
	ucontext_t first, self_ctx, main_ctx;
	jmp_buf self, main;
	const void *main_stack;
	size_t main_size;
};

static struct co *running;

struct co *co_new(void (*fn)(void *arg), void *arg)
{
	struct co *co = calloc(1, sizeof(*co));

	if (!co)
		return NULL;
	co->stack = mmap(NULL, CO_STACK, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	if (co->stack == MAP_FAILED || mprotect(co->stack, CO_GUARD, PROT_NONE)) {
		free(co);
		return NULL;
	}
	co->fn = fn;
	co->arg = arg;
	co->fresh = true;
	return co;
}

void co_free(struct co *co)
{
	if (!co)
		return;
	munmap(co->stack, CO_STACK);
	free(co);
}

void co_restart(struct co *co)
{
	co->fresh = true;
}

struct co *co_running(void)
{
	return running;
}

static void begin(void)
{
#ifdef CO_ASAN
	__sanitizer_finish_switch_fiber(NULL, &running->main_stack, &running->main_size);
#endif
	running->fn(running->arg);
	abort();
}

/* makecontext() wants a stack that nobody is on. */
static void prepare(struct co *co)
{
	co->fresh = false;
#ifdef CO_ASAN
	__asan_unpoison_memory_region(co->stack + CO_GUARD, CO_STACK - CO_GUARD);
#endif
	if (getcontext(&co->first))
		abort();
	co->first.uc_stack.ss_sp = co->stack + CO_GUARD;
	co->first.uc_stack.ss_size = CO_STACK - CO_GUARD;
	co->first.uc_link = NULL;
	makecontext(&co->first, begin, 0);
}

#ifdef CO_ASAN
void co_resume(struct co *co)
{
	bool fresh = co->fresh;
	void *fake;

	running = co;
	if (fresh)
		prepare(co);
	__sanitizer_start_switch_fiber(&fake, co->stack + CO_GUARD, CO_STACK - CO_GUARD);
	if (swapcontext(&co->main_ctx, fresh ? &co->first : &co->self_ctx))
		abort();
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
	running = NULL;
}

void co_yield(void)
{
	struct co *co = running;
	void *fake;

	__sanitizer_start_switch_fiber(&fake, co->main_stack, co->main_size);
	if (swapcontext(&co->self_ctx, &co->main_ctx))
		abort();
	__sanitizer_finish_switch_fiber(fake, &co->main_stack, &co->main_size);
}
#else
void co_resume(struct co *co)
{
	running = co;
	if (!_setjmp(co->main)) {
		if (!co->fresh)
			_longjmp(co->self, 1);
		prepare(co);
		setcontext(&co->first);
	}
	running = NULL;
}

void co_yield(void)
{
	if (!_setjmp(running->self))
		_longjmp(running->main, 1);
}
#endif
