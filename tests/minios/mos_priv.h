/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the files behind the stub headers share. */
#ifndef MOS_PRIV_H
#define MOS_PRIV_H

#include <stdlib.h>
#include <string.h>

#include <mini-os/os.h>
#include <mini-os/sched.h>

#include "mos.h"

#define MOS_GRANTS 2040u

struct mos_chan;
struct mos_thread;
struct mos_message;
struct mos_watch;

struct mos {
	struct fake_world *w;
	struct fake_dom *dom, *dom0;
	struct displif_port port; /* of dom */
	bool pv;
	uint64_t seed;
	uint32_t failures, points;
	/* contexts */
	bool irqs_off, in_handler, in_dom0;
	/* plans */
	uint32_t fault_mask, fault_nth, fault_calls, fault_fired;
	bool fault_repeat;
	void (*at)(void *arg);
	void *at_arg;
	uint32_t at_point;
	/* time */
	uint32_t us; /* beyond the world's millisecond */
	int64_t clock_step;
	uint64_t patience;
	/* memory */
	uint32_t mallocs, grants_other;
	struct mos_chan *chan;
	/* XenStore: what its ring holds, and Mini-OS's list of watches */
	struct mos_message *ring, **ring_end;
	struct mos_watch *watch;
};

extern struct mos mos;

/* Misuse of Mini-OS. */
void mos_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Every stub function passes here: events come in, plans are carried out, domain 0 may run. */
void mos_point(void);
/* Delivers what is pending, if events are on. */
void mos_events(void);
/* One delivery in domain 0. False if there is nothing to deliver. */
bool mos_dom0(void);
/* Whether a call of @kind is to fail. */
bool mos_refused(uint32_t kind);
/* @what may sleep: not with events off, not in a handler. */
void mos_may_sleep(const char *what);
/* The same, of what is no progress by itself. */
void mos_may_switch(const char *what);
/* Not in a handler. */
void mos_in_thread(const char *what);
/* Of the seed's; false without one. */
bool mos_chance(uint32_t of);
/* A page that was a handler's may be anybody's. */
void mos_page_freed(const void *va);
/* Text as malloc() would give it. */
char *mos_text(const char *text, size_t len);
void *mos_block(size_t size);

/* mos_sched.c */
void mos_sched_init(void);
void mos_sched_end(void);
/* The thread does something else than to wait. */
void mos_progress(void);
/* Nanoseconds. */
s_time_t mos_now(void);
/* mos_evtchn.c */
void mos_on_chan(void *arg, void *tag);
bool mos_handle_one(void);
void mos_chans_end(void);
/* mos_xenbus.c: the thread that reads XenStore's ring does one message. False if there is none. */
bool mos_xenbus_step(void);
uint32_t mos_watches(void);
void mos_xenbus_end(void);
/* mos_mm.c: frames as Mini-OS numbers them. */
unsigned long mos_frame_number(uint32_t frame);
uint32_t mos_frame_of(unsigned long number);
/* A range of virtual addresses for mappings: its first page, or -1. *@tables: the page tables for all of it are there. */
long mos_range_take(uint32_t n, bool *tables);
void mos_range_tables(long first, uint32_t n);
void mos_range_give(long first, uint32_t n);
void mos_mm_init(void);
void mos_mm_end(void);
/* mos_file.c */
void mos_files_end(void);

#endif
