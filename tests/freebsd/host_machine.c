/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The machine's begin and end, memory of the kernel's, what it prints, plans of what fails. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "host_priv.h"

#define PRINTED 16384u

struct host host;

static char printed[PRINTED];
static size_t printed_n;
static uint32_t lines;

bool host_chance(uint32_t of)
{
	return host.seed && !fake_rand(host.w, of);
}

bool host_dom0(void)
{
	bool did;

	if (host.in_dom0)
		return false;
	host.in_dom0 = true;
	did = fake_deliver(host.dom0);
	host.in_dom0 = false;
	return did;
}

void host_events(void)
{
	while (fake_deliver(host.dom))
		;
}

bool host_refused(uint32_t kind)
{
	if (!(host.fault_mask & kind))
		return false;
	host.fault_calls++;
	if (!host.fault_nth || (host.fault_repeat ? host.fault_calls < host.fault_nth :
						    host.fault_calls != host.fault_nth))
		return false;
	host.fault_fired++;
	return true;
}

void machine_fault(uint32_t mask, uint32_t nth, bool repeat)
{
	host.fault_mask = mask;
	host.fault_nth = nth;
	host.fault_repeat = repeat;
	host.fault_calls = host.fault_fired = 0;
}

uint32_t machine_fault_calls(void)
{
	return host.fault_calls;
}

uint32_t machine_fault_fired(void)
{
	return host.fault_fired;
}

void machine_at(uint32_t nth, void (*fn)(void *arg), void *arg)
{
	host.at = fn;
	host.at_arg = arg;
	host.at_point = host.points + nth;
}

uint32_t machine_points(void)
{
	return host.points;
}

/* --- memory: each block on pages of its own, up to their end; a touch beyond or after is a SIGSEGV --- */

struct block {
	struct block *next;
	char *page;
	size_t pages;
	void *p;
};

static struct block *blocks;

void *host_alloc(size_t size)
{
	size_t room = (size + 15) & ~(size_t)15, pages = (room + HOST_PAGE - 1) / HOST_PAGE;
	struct block *b = malloc(sizeof(*b));

	if (!b)
		abort();
	b->pages = pages + 1;
	b->page = mmap(NULL, b->pages * HOST_PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (b->page == MAP_FAILED || mprotect(b->page + pages * HOST_PAGE, HOST_PAGE, PROT_NONE))
		abort();
	b->p = b->page + pages * HOST_PAGE - room;
	b->next = blocks;
	blocks = b;
	return b->p;
}

static void block_end(struct block *b, bool keep)
{
	if (keep ? mmap(b->page, b->pages * HOST_PAGE, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
			0) == MAP_FAILED :
		   munmap(b->page, b->pages * HOST_PAGE))
		abort();
}

/* Addresses that came back. They stay out of use until the machine's end. */
static struct block *gone;

void host_free(void *p)
{
	struct block **at, *b;

	for (at = &blocks; (b = *at) && b->p != p; at = &b->next)
		;
	if (!b)
		abort();
	*at = b->next;
	block_end(b, true);
	b->next = gone;
	gone = b;
}

void host_memory_end(void)
{
	struct block *b;

	while ((b = blocks ? blocks : gone)) {
		*(blocks ? &blocks : &gone) = b->next;
		block_end(b, false);
		free(b);
	}
}

void *host_copy(void *to, const void *from, size_t n)
{
	return memmove(to, from, n);
}

void *host_fill(void *p, int c, size_t n)
{
	return memset(p, c, n);
}

/* --- text --- */

int host_format(char *buf, size_t size, const char *fmt, va_list *args)
{
	return vsnprintf(buf, size, fmt, *args);
}

int host_scan(const char *text, const char *fmt, va_list *args)
{
	return vsscanf(text, fmt, *args);
}

void host_print(const char *fmt, va_list *args)
{
	char line[1024];
	size_t n;

	vsnprintf(line, sizeof(line), fmt, *args);
	n = strlen(line);
	lines += n && line[n - 1] == '\n';
	if (getenv("FK_VERBOSE"))
		fputs(line, stderr);
	if (printed_n + n >= PRINTED) {
		memmove(printed, printed + PRINTED / 2, printed_n - PRINTED / 2);
		printed_n -= PRINTED / 2;
	}
	memcpy(printed + printed_n, line, n + 1);
	printed_n += n;
}

const char *machine_printed(void)
{
	return printed;
}

uint32_t machine_print_lines(void)
{
	return lines;
}

void machine_print_clear(void)
{
	printed_n = 0;
	printed[0] = '\0';
}

void host_panic(const char *fmt, va_list *args)
{
	fprintf(stderr, "panic: ");
	vfprintf(stderr, fmt, *args);
	fprintf(stderr, "\nprinted before:\n%s", printed);
	abort();
}

void host_fail(const char *fmt, ...)
{
	va_list args;

	host.failures++;
	fprintf(stderr, "kernel: ");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\n");
}

/* --- begin and end --- */

extern char __start_module_data[] __attribute__((weak)), __stop_module_data[] __attribute__((weak));
extern char __start_module_bss[] __attribute__((weak)), __stop_module_bss[] __attribute__((weak));

/* The module is a new one, as from its file. */
static void module_fresh(void)
{
	size_t n = (size_t)(__stop_module_data - __start_module_data);
	static char *first;

	if (!first) {
		first = malloc(n + 1);
		if (!first)
			abort();
		memcpy(first, __start_module_data, n);
	}
	memcpy(__start_module_data, first, n);
	memset(__start_module_bss, 0, (size_t)(__stop_module_bss - __start_module_bss));
}

void host_suspend(bool cancelled)
{
	if (!cancelled)
		fake_dom_migrate(host.dom);
	if (host.on_sleep)
		host.on_sleep(host.on_sleep_arg);
}

void machine_on_sleep(void (*fn)(void *arg), void *arg)
{
	host.on_sleep = fn;
	host.on_sleep_arg = arg;
}

/* Before every access of the core's to a shared page in domain 0. */
static void on_access(const volatile void *addr, enum fake_access kind)
{
	(void)addr;
	(void)kind;
	if (host_chance(8))
		host_events();
}

void machine_boot(struct fake_dom *dom, uint64_t seed, uint32_t grants)
{
	host_memory_end();
	memset(&host, 0, sizeof(host));
	host.dom = dom;
	host.w = fake_dom_world(dom);
	host.dom0 = fake_dom_get(host.w, 0);
	host.port = fake_dom_port(dom);
	host.seed = seed;
	host.grants = grants ? grants : 32768;
	fake_dom_on_chan(dom, host_on_chan, NULL);
	machine_print_clear();
	lines = 0;
	module_fresh();
	host_sched_init();
	fake_access_hook = seed ? on_access : NULL;
}

uint32_t machine_failures(void)
{
	return host.failures;
}

void machine_forgive(void)
{
	host.failures = 0;
}

uint32_t machine_crash(void)
{
	uint32_t n = host.failures;

	fake_access_hook = NULL;
	kern_end();
	host_sched_end();
	return n;
}

uint32_t machine_end(void)
{
	uint32_t n;

	fake_access_hook = NULL;
	machine_print_clear();
	n = kern_left(true);
	if (n)
		fputs(printed, stderr);
	n += host.failures;
	kern_end();
	host_sched_end();
	return n;
}
