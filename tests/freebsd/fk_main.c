/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The kernel's begin and end, suspend, and what is left of it. */
#include "fk.h"

static bool asleep, suspend_cancelled;
static struct fk_thr *shutdown_thread;

/* The control domain's wish comes by a watch; we have its thread's duties in one of its kind. */
static void shutdown_watch(void *arg)
{
	(void)arg;
	for (;;) {
		if (!asleep) {
			host_block(&asleep, HOST_NEVER);
			continue;
		}
		bus_topo_lock();
		fk_xenbus_suspend();
		host_suspend(suspend_cancelled);
		fk_xenmem_wake(!suspend_cancelled);
		fk_xenbus_resume(suspend_cancelled);
		fk_xenmem_wake(false);
		bus_topo_unlock();
		asleep = false;
		host_wake(&suspend_cancelled);
	}
}

const char *panicstr;
bool scheduler_stopped;

static bool held_then;

void kern_panic(const char *text)
{
	held_then = fk_held("displif connector");
	scheduler_stopped = true;
	panicstr = text;
	host_stop();
	fk_vt_panic(text);
	host_halt();
}

bool kern_panic_held(void)
{
	return held_then;
}

void kern_suspend(bool cancelled)
{
	suspend_cancelled = cancelled;
	asleep = true;
	host_wake(&asleep);
	while (asleep)
		host_block(&suspend_cancelled, HOST_NEVER);
}

void kern_boot(bool with_module)
{
	cold = 1;
	panicstr = NULL;
	scheduler_stopped = false;
	fk_mem_init();
	fk_time_init();
	fk_locks_init();
	fk_taskq_init();
	fk_gnttab_init();
	fk_xenmem_init();
	fk_page_init();
	fk_intr_init();
	fk_xs_init();
	fk_vm_init();
	fk_vt_init();
	fk_cdev_init();
	fk_newbus_init();
	asleep = false;
	shutdown_thread = fk_thread("shutdown watch", FK_WATCH, shutdown_watch, NULL);
	if (with_module)
		kern_load();
}

void kern_find_devices(void)
{
	fk_xenbus_begin();
	cold = 0;
}

uint32_t kern_left(bool print)
{
	uint32_t n = 0, callouts = fk_callouts_left(false);

	n += fk_taskqs_left(print);
	n += fk_mem_left(print);
	n += fk_gnttab_left(print);
	n += fk_intr_left(print);
	n += fk_xs_left(print);
	n += fk_xenmem_left(print);
	n += fk_objects_left(print);
	n += fk_page_left(print);
	n += fk_cdev_left(print);
	n += fk_tell(print, fk_sysctls(), "sysctls");
	/* vt(4)'s own. */
	n += fk_tell(print, callouts ? callouts - 1 : 0, "callouts");
	return n;
}

void kern_end(void)
{
}
