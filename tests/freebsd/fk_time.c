/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Threads' records, time, callouts, sleeps and condition variables. */
#include "fk.h"

#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/pcpu.h>
#include <sys/proc.h>
#include <sys/time.h>

#define HZ 100
#define TICK_NS (1000000000ull / HZ)
#define CALLOUTS 128

int hz = HZ;
int vm_guest = VM_GUEST_XEN;
int tick = 1000000 / HZ;
sbintime_t tick_sbt = SBT_1S / HZ;
volatile int ticks;
volatile time_t time_uptime = 1, time_second = 1;
int cold; /* until the boot has looked for devices */

static struct pcpu pcpu;
static struct fk_thr main_thr, *threads;
static struct callout *armed[CALLOUTS];
static struct callout *running, *drained;
static int clock_chan;

struct fk_thr *fk_self(void)
{
	return host_self();
}

static void thr_init(struct fk_thr *t, const char *name, enum fk_kind kind)
{
	*t = (struct fk_thr){ .name = name, .kind = kind };
	t->td = fk_new(sizeof(*t->td));
	t->next = threads;
	threads = t;
}

struct fk_thr *fk_thread(const char *name, enum fk_kind kind, void (*fn)(void *arg), void *arg)
{
	struct fk_thr *t = fk_new(sizeof(*t));

	thr_init(t, name, kind);
	host_thread(name, fn, arg, t);
	return t;
}

void kern_thread(const char *name, void (*fn)(void *arg), void *arg)
{
	fk_thread(name, FK_USER, fn, arg);
}

void *kern_gs(void *self)
{
	struct fk_thr *t = self;

	pcpu.pc_curthread = t ? t->td : NULL;
	pcpu.pc_prvspace = &pcpu;
	ticks = (int)(host_now() / TICK_NS);
	return &pcpu;
}

/* --- time --- */

static uint64_t ns_of(sbintime_t sbt)
{
	return (uint64_t)(sbt >> 32) * 1000000000u +
	       (((uint64_t)(uint32_t)sbt * 1000000000u) >> 32);
}

static sbintime_t sbt_of(uint64_t ns)
{
	return (sbintime_t)((ns / 1000000000u << 32) + ((ns % 1000000000u) << 32) / 1000000000u);
}

void binuptime(struct bintime *bt)
{
	*bt = sbttobt(sbt_of(host_now()));
}

void getbinuptime(struct bintime *bt)
{
	binuptime(bt);
}

void nanouptime(struct timespec *ts)
{
	ts->tv_sec = (time_t)(host_now() / 1000000000u);
	ts->tv_nsec = (long)(host_now() % 1000000000u);
}

void getnanouptime(struct timespec *ts)
{
	nanouptime(ts);
}

void microuptime(struct timeval *tv)
{
	tv->tv_sec = (time_t)(host_now() / 1000000000u);
	tv->tv_usec = (long)(host_now() % 1000000000u / 1000);
}

/* Nobody else runs on this processor meanwhile. */
void DELAY(int usec)
{
	if (usec <= 0 || usec > 1000)
		host_fail("DELAY(%d)", usec);
	host_delay((uint32_t)usec);
}

/* --- callouts --- */

void callout_init(struct callout *c, int mpsafe)
{
	_callout_init_lock(c, mpsafe ? NULL : &Giant.lock_object, 0);
}

void _callout_init_lock(struct callout *c, struct lock_object *lock, int flags)
{
	memset(c, 0, sizeof(*c));
	c->c_lock = lock;
	c->c_flags = (short)flags;
}

static int slot_of(const struct callout *c)
{
	int i;

	for (i = 0; i < CALLOUTS && armed[i] != c; i++)
		;
	return i;
}

static bool disarm(struct callout *c)
{
	int i = slot_of(c);

	if (i == CALLOUTS)
		return false;
	armed[i] = NULL;
	c->c_iflags &= ~CALLOUT_PENDING;
	return true;
}

int callout_reset_sbt_on(struct callout *c, sbintime_t sbt, sbintime_t prec, void (*fn)(void *),
			 void *arg, int cpu, int flags)
{
	bool was = disarm(c);
	int i = slot_of(NULL);

	fk_may("callout_reset()");
	/* Somebody waits for its end: it does not go on by itself. */
	if (running == c && drained == c)
		return was;

	(void)prec;
	(void)cpu;
	if (i == CALLOUTS)
		panic("the mock kernel has no room for callouts");
	if (c->c_lock && !fk_owns(c->c_lock))
		host_fail("callout_reset() without the callout's mutex");
	c->c_func = fn;
	c->c_arg = arg;
	c->c_time = flags & C_ABSOLUTE ? sbt : sbt_of(host_now()) + sbt;
	c->c_iflags |= CALLOUT_PENDING;
	c->c_flags |= CALLOUT_ACTIVE;
	armed[i] = c;
	host_wake(&clock_chan);
	return was;
}

int callout_schedule(struct callout *c, int to_ticks)
{
	return callout_reset_sbt_on(c, tick_sbt * to_ticks, 0, c->c_func, c->c_arg, -1, 0);
}

int _callout_stop_safe(struct callout *c, int flags)
{
	bool was = disarm(c);

	c->c_flags &= ~CALLOUT_ACTIVE;
	if (flags & CS_DRAIN) {
		fk_may_sleep("callout_drain()");
		if (c->c_lock && fk_owns(c->c_lock))
			host_fail("callout_drain() with the callout's mutex held");
		while (running == c) {
			drained = c;
			fk_wait(&running, HOST_NEVER);
		}
		drained = NULL;
		return was;
	}
	if (running == c)
		return 0;
	return was ? 1 : -1;
}

static void run(struct callout *c)
{
	struct lock_object *lock = c->c_lock;
	callout_func_t *fn = c->c_func;
	void *arg = c->c_arg;

	running = c;
	if (lock) {
		/* Stopped while we waited for the mutex: it does not run. */
		c->c_iflags |= CALLOUT_PENDING;
		armed[slot_of(NULL)] = c;
		fk_lock_generic(lock);
		if (!disarm(c)) {
			fk_unlock_generic(lock);
			running = NULL;
			host_wake(&running);
			return;
		}
	}
	fn(arg);
	/* The function may have freed the callout. */
	if (lock)
		fk_unlock_generic(lock);
	running = NULL;
	if (fk_self()->n_held || fk_self()->spins)
		panic("a callout returned with a lock held");
	host_wake(&running);
}

static void softclock(void *arg)
{
	struct callout *c;
	uint64_t next, at;
	int i, best;

	(void)arg;
	for (;;) {
		next = HOST_NEVER;
		best = -1;
		for (i = 0; i < CALLOUTS; i++) {
			if (!armed[i])
				continue;
			at = ns_of(armed[i]->c_time) + 1;
			if (at < next) {
				next = at;
				best = i;
			}
		}
		if (best < 0 || next > host_now()) {
			host_block(&clock_chan, next);
			continue;
		}
		c = armed[best];
		disarm(c);
		run(c);
	}
}

uint32_t fk_callouts_left(bool print)
{
	uint32_t n = 0;
	int i;

	for (i = 0; i < CALLOUTS; i++)
		n += armed[i] != NULL;
	return fk_tell(print, n, "callouts");
}

/* --- sleeps --- */

int _sleep(const void *chan, struct lock_object *lock, int pri, const char *wmesg, sbintime_t sbt,
	   sbintime_t prec, int flags)
{
	uint64_t until = sbt ? host_now() + ns_of(sbt) : HOST_NEVER;
	bool woken;

	(void)prec;
	(void)flags;
	/* The lock that it lets go of does not count. Nobody comes between that and the wait. */
	host_spin(true);
	if (lock)
		fk_unlock_generic(lock);
	fk_may_sleep(wmesg);
	host_spin(false);
	woken = fk_wait(chan, until);
	if (lock && !(pri & PDROP))
		fk_lock_generic(lock);
	return woken ? 0 : EWOULDBLOCK;
}

int pause_sbt(const char *wmesg, sbintime_t sbt, sbintime_t prec, int flags)
{
	static int nobody;

	(void)prec;
	(void)flags;
	fk_may_sleep(wmesg);
	fk_wait(&nobody, host_now() + ns_of(sbt));
	return EWOULDBLOCK;
}

void wakeup(const void *chan)
{
	fk_may("wakeup()");
	host_wake(chan);
}

void wakeup_one(const void *chan)
{
	fk_may("wakeup_one()");
	host_wake(chan);
}

void cv_init(struct cv *cv, const char *desc)
{
	cv->cv_description = desc;
}

void cv_destroy(struct cv *cv)
{
	cv->cv_description = NULL;
}

void _cv_wait(struct cv *cv, struct lock_object *lock)
{
	_sleep(cv, lock, 0, cv->cv_description, 0, 0, 0);
}

int _cv_wait_sig(struct cv *cv, struct lock_object *lock)
{
	return _sleep(cv, lock, 0, cv->cv_description, 0, 0, 0);
}

int _cv_timedwait_sbt(struct cv *cv, struct lock_object *lock, sbintime_t sbt, sbintime_t pr,
		      int flags)
{
	return _sleep(cv, lock, 0, cv->cv_description,
		      flags & C_ABSOLUTE ? sbt - sbt_of(host_now()) : sbt, pr, flags);
}

int _cv_timedwait_sig_sbt(struct cv *cv, struct lock_object *lock, sbintime_t sbt, sbintime_t pr,
			  int flags)
{
	return _cv_timedwait_sbt(cv, lock, sbt, pr, flags);
}

void cv_signal(struct cv *cv)
{
	host_wake(cv);
}

void cv_broadcastpri(struct cv *cv, int pri)
{
	(void)pri;
	host_wake(cv);
}

void fk_time_init(void)
{
	memset(armed, 0, sizeof(armed));
	running = drained = NULL;
	threads = NULL;
	thr_init(&main_thr, "main", FK_USER);
	host_main(&main_thr);
	fk_thread("clock", FK_CLOCK, softclock, NULL);
}
