/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The small library: memory that is counted and may be refused, the clock, the console. */
#include <stdarg.h>
#include <stdio.h>
#include <sys/time.h>

#include <mini-os/console.h>

#include "mos_priv.h"

#define POISON 0xa5
#define LOG 16384u

void *mos_malloc(size_t size);
void *mos_realloc(void *ptr, size_t size);
void mos_free(void *ptr);
char *mos_strdup(const char *s);

void mos_fault(uint32_t mask, uint32_t nth, bool repeat)
{
	mos.fault_mask = mask;
	mos.fault_nth = nth;
	mos.fault_repeat = repeat;
	mos.fault_calls = 0;
	mos.fault_fired = 0;
}

bool mos_refused(uint32_t kind)
{
	bool yes;

	if (!(mos.fault_mask & kind))
		return false;
	mos.fault_calls++;
	if (!mos.fault_nth)
		return false;
	yes = mos.fault_repeat ? mos.fault_calls >= mos.fault_nth :
				 mos.fault_calls == mos.fault_nth;
	mos.fault_fired += yes;
	return yes;
}

uint32_t mos_fault_calls(void)
{
	return mos.fault_calls;
}

uint32_t mos_fault_fired(void)
{
	return mos.fault_fired;
}

void *mos_block(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		abort();
	mos.mallocs++;
	return p;
}

char *mos_text(const char *text, size_t len)
{
	char *p = mos_block(len + 1);

	memcpy(p, text, len);
	p[len] = '\0';
	return p;
}

void *mos_malloc(size_t size)
{
	void *p;

	mos_in_thread("malloc()");
	if (mos_refused(MOS_MALLOC))
		return NULL;
	p = mos_block(size);
	memset(p, POISON, size);
	return p;
}

void *mos_realloc(void *ptr, size_t size)
{
	void *p;

	mos_in_thread("realloc()");
	if (mos_refused(MOS_MALLOC))
		return NULL;
	p = realloc(ptr, size ? size : 1);
	if (!p)
		abort();
	mos.mallocs += !ptr;
	return p;
}

void mos_free(void *ptr)
{
	mos_in_thread("free()");
	mos.mallocs -= ptr != NULL;
	free(ptr);
}

char *mos_strdup(const char *s)
{
	char *p = mos_malloc(strlen(s) + 1);

	return p ? strcpy(p, s) : NULL;
}

/* --- clock --- */

int mos_gettimeofday(struct timeval *tv, void *tz)
{
	int64_t ms = (int64_t)fake_now(mos.w) + mos.clock_step + 1700000000000;

	(void)tz;
	tv->tv_sec = (time_t)(ms / 1000);
	tv->tv_usec = (suseconds_t)(ms % 1000 * 1000 + mos.us);
	return 0;
}

void mos_clock_step(int64_t ms)
{
	mos.clock_step += ms;
}

/* --- console --- */

static char text[LOG];
static size_t text_len;

void printk(const char *fmt, ...)
{
	va_list args;
	int n;

	if (text_len > LOG / 2) { /* the older half goes */
		memmove(text, text + text_len / 2, text_len - text_len / 2 + 1);
		text_len -= text_len / 2;
	}
	va_start(args, fmt);
	n = vsnprintf(text + text_len, LOG - text_len, fmt, args);
	va_end(args);
	if (n > 0 && getenv("MOS_PRINTK"))
		fprintf(stderr, "[%llu] %s", (unsigned long long)fake_now(mos.w), text + text_len);
	text_len += n > 0 ? strlen(text + text_len) : 0;
	mos_point();
}

const char *mos_printed(void)
{
	return text;
}

void mos_print_clear(void)
{
	text_len = 0;
	text[0] = '\0';
}
