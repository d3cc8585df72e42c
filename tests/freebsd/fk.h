/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the files of the mock kernel share. */
#ifndef FK_H
#define FK_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/kernel.h>
#include <sys/lock.h>
#include <sys/malloc.h>
#include <sys/mutex.h>
#include <sys/sx.h>

#include "host.h"

enum fk_kind {
	FK_USER = 0,
	FK_TASKQ,
	FK_WATCH,
	FK_ITHREAD,
	FK_CLOCK,
};

#define FK_HELD 16

/* A thread, and the locks that it holds. */
struct fk_thr {
	const char *name;
	enum fk_kind kind;
	struct fk_lock *held[FK_HELD];
	int n_held, spins;
	struct thread *td;
	struct fk_file *inside; /* a device's method */
	struct fk_thr *next;
};

struct fk_thr *fk_self(void);
struct fk_thr *fk_thread(const char *name, enum fk_kind kind, void (*fn)(void *arg), void *arg);

/* Rules. */
void fk_may_sleep(const char *what);
/* Not in a panic: nothing that others would have to do, or do already. */
void fk_may(const char *what);
/* A sleep mutex may be taken here. */
void fk_may_lock(const char *what);
/* Drops Giant while it waits. True: woken. */
bool fk_wait(const void *chan, uint64_t until);
void fk_locks_init(void);
uint32_t fk_locks_left(bool print);
/* Whether anybody holds one of that name. */
bool fk_held(const char *name);
bool fk_owns(const struct lock_object *lo);
void fk_lock_generic(struct lock_object *lo);
void fk_unlock_generic(struct lock_object *lo);

/* One line if there are any. */
uint32_t fk_tell(bool print, uint32_t n, const char *what);

void fk_time_init(void);
uint32_t fk_callouts_left(bool print);
uint32_t fk_taskqs_left(bool print);
void fk_taskq_init(void);
uint32_t fk_mem_left(bool print);
void fk_mem_init(void);
/* Memory of the mock's own, of no type. */
void *fk_new(size_t size);
void fk_delete(void *p);
/* Pages by their address, and the fake Xen's number of one. */
void *fk_page_at(vm_paddr_t pa);
uint32_t fk_frame_of(vm_paddr_t pa);
void fk_gnttab_init(void);
uint32_t fk_gnttab_left(bool print);
uint32_t fk_intr_left(bool print);
void fk_intr_init(void);
void fk_xs_init(void);
uint32_t fk_xs_left(bool print);
void fk_newbus_init(void);
void fk_xenbus_begin(void);
void fk_vt_init(void);
void fk_vt_panic(const char *text);
/* Pages that vt(4) keeps. */
uint32_t fk_vt_pages(void);
void fk_cdev_init(void);
uint32_t fk_cdev_left(bool print);
void fk_vm_init(void);
struct vm_object;
/* The page of an object, as after a page fault of a map of @first .. @last; NULL: a signal. */
void *fk_object_fault(struct vm_object *obj, uint32_t page, uint32_t first, uint32_t last);
struct vm_page *fk_object_page(struct vm_object *obj, uint32_t page);
void fk_page_init(void);
uint32_t fk_page_left(bool print);
void fk_xenmem_init(void);
/* The domain wakes on another host; the kernel knows. */
void fk_xenmem_wake(bool begins);
uint32_t fk_xenmem_left(bool print);
uint32_t fk_objects_left(bool print);

/* newbus */
struct _device {
	driver_t *driver;
	void *softc, *ivars;
	char name[24];
	int unit;
	device_state_t state;
	struct _device *next;
	struct sysctl_ctx_list *ctx;
};

device_t fk_device_new(void *ivars);
int fk_device_probe_attach(device_t dev);
int fk_device_detach(device_t dev);
/* A method of a driver's, or NULL. */
kobjop_t fk_method(const driver_t *driver, const struct kobjop_desc *desc);
device_t fk_devices(void);
void fk_device_free(device_t dev);
/* The driver's, when it is loaded. */
extern driver_t *fk_driver;
uint32_t fk_sysctls(void);
void fk_sysctl_init(void);
void fk_sysctl_drop(device_t dev);
/* xenbus */
void fk_xenbus_resume(bool cancelled);
void fk_xenbus_suspend(void);

#endif
