/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Begin and end of a Mini-OS, contexts, and who runs at which point of a call. */
#include <stdarg.h>
#include <stdio.h>

#include "mos_priv.h"

struct mos mos;

void mos_fail(const char *fmt, ...)
{
	va_list args;

	mos.failures++;
	fprintf(stderr, "Mini-OS: ");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\n");
}

void mos_bug(const char *what, const char *file, int line)
{
	fprintf(stderr, "Mini-OS: BUG %s at %s:%d\n", what, file, line);
	abort();
}

bool mos_chance(uint32_t of)
{
	return mos.seed && !fake_rand(mos.w, of);
}

bool mos_dom0(void)
{
	bool did;

	if (mos.in_dom0)
		return false;
	mos.in_dom0 = true;
	did = fake_deliver(mos.dom0);
	mos.in_dom0 = false;
	return did;
}

void mos_events(void)
{
	if (mos.irqs_off || mos.in_handler)
		return;
	do {
		while (fake_deliver(mos.dom))
			;
	} while (mos_handle_one());
}

void mos_point(void)
{
	void (*at)(void *arg) = mos.at;

	mos.points++;
	if (at && mos.points >= mos.at_point && !mos.in_dom0 && !mos.in_handler) {
		mos.at = NULL;
		at(mos.at_arg);
	}
	if (mos_chance(4))
		mos_dom0();
	mos_events();
}

/* --- shared pages --- */

#define HANDLED 64u

/* Pages that a handler touched: threads may do so only with events off from then on. */
static uintptr_t handled[HANDLED];

void mos_page_freed(const void *va)
{
	uint32_t i;

	for (i = 0; i < HANDLED; i++) {
		if (handled[i] == (uintptr_t)va)
			handled[i] = 0;
	}
}

static void check_lock(const volatile void *addr)
{
	uintptr_t page = (uintptr_t)addr & ~(uintptr_t)4095;
	uint32_t i, unused = 0;

	for (i = 0; i < HANDLED && handled[i] != page; i++) {
		if (!handled[i])
			unused = i;
	}
	if (i < HANDLED && !mos.irqs_off)
		mos_fail("a thread touches a page of the handler's with events on");
	else if (i == HANDLED && mos.in_handler)
		handled[unused] = page;
}

/* Before every access of the core's to a shared page, in whichever domain. */
static void on_access(const volatile void *addr, enum fake_access kind)
{
	if (!mos.in_dom0 && kind != FAKE_BARRIER)
		check_lock(addr);
	if (mos_chance(6))
		mos_dom0();
	if (mos_chance(3))
		mos_events();
}

void mos_in_thread(const char *what)
{
	if (mos.in_handler)
		mos_fail("%s in an event handler", what);
	else
		mos_progress();
}

void mos_may_sleep(const char *what)
{
	mos_may_switch(what);
	if (!mos.in_handler)
		mos_progress();
}

void mos_may_switch(const char *what)
{
	if (mos.in_handler)
		mos_fail("%s in an event handler", what);
	else if (mos.irqs_off)
		mos_fail("%s with events off", what);
}

unsigned long mos_irq_save(void)
{
	unsigned long was = mos.irqs_off;

	mos_point();
	mos.irqs_off = true;
	return was;
}

void mos_irq_restore(unsigned long flags)
{
	if (flags > 1)
		mos_fail("local_irq_restore() of flags that nobody saved");
	mos.irqs_off = flags;
	mos_point();
}

bool mos_irqs_off(void)
{
	return mos.irqs_off;
}

void mos_at(uint32_t nth, void (*fn)(void *arg), void *arg)
{
	mos.at = fn;
	mos.at_arg = arg;
	mos.at_point = mos.points + nth;
}

uint32_t mos_points(void)
{
	return mos.points;
}

uint32_t mos_failures(void)
{
	return mos.failures;
}

void mos_boot(struct fake_dom *dom, bool pv, uint64_t seed)
{
	memset(&mos, 0, sizeof(mos));
	mos.dom = dom;
	mos.w = fake_dom_world(dom);
	mos.dom0 = fake_dom_get(mos.w, 0);
	mos.port = fake_dom_port(dom);
	mos.pv = pv;
	mos.seed = seed;
	mos.ring_end = &mos.ring;
	fake_dom_on_chan(dom, mos_on_chan, NULL);
	mos_patience(0);
	mos_print_clear();
	mos_mm_init();
	mos_sched_init();
	memset(handled, 0, sizeof(handled));
	fake_access_hook = on_access;
}

/* One line if there are any. */
static uint32_t tell(bool print, uint32_t n, const char *what)
{
	if (n && print)
		fprintf(stderr, "Mini-OS: %u %s left\n", n, what);
	return n;
}

uint32_t mos_left(bool print)
{
	struct fake_held h;
	uint32_t n = 0;

	fake_held(mos.w, mos.dom, &h);
	n += tell(print, mos_threads(), "threads");
	n += tell(print, mos.mallocs, "blocks of malloc()");
	n += tell(print, mos_watches(), "watches");
	n += tell(print, mos_files(), "files");
	n += tell(print, h.pages, "pages");
	n += tell(print, h.aliased_pages, "pages mapped by map_frames_ex()");
	n += tell(print, h.grants, "grants");
	n += tell(print, h.mapped_pages, "mapped pages of others");
	n += tell(print, h.ports, "event channels");
	n += tell(print, h.txs, "transactions");
	if (mos.irqs_off)
		n += tell(print, 1, "lock: events are off, that is");
	return n;
}

uint32_t mos_end(void)
{
	uint32_t n;

	fake_access_hook = NULL;
	mos_sleep(1); /* a thread that has done everything still has to return */
	n = mos_left(true) + mos.failures;
	mos_sched_end();
	mos_chans_end();
	mos_xenbus_end();
	mos_mm_end();
	mos_files_end();
	return n;
}
