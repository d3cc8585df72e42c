/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Xen in the FreeBSD kernel: version of its interface, barriers, and ranges of memory that is not there
 * for grants of others to be mapped at. The first of the Xen headers, as in the kernel.
 */
#ifndef TEST_XEN_OS_H
#define TEST_XEN_OS_H

#define __XEN_INTERFACE_VERSION__ 0x00040d00
#define GRANT_REF_INVALID 0xffffffff

#include <contrib/xen/xen.h>
#include <sys/rman.h>
#include <contrib/xen/event_channel.h>
#include <sys/pcpu.h>
#include <machine/atomic.h>
#include <machine/cpufunc.h>

#define VM_MEMATTR_XEN VM_MEMATTR_WRITE_BACK

/* Whether this is a guest of Xen. */
static inline bool xen_domain(void)
{
	return vm_guest == VM_GUEST_XEN;
}

/* The suspend was called off: everything is as it was. */
extern bool xen_suspend_cancelled;

struct resource *xenmem_alloc(device_t dev, int *res_id, size_t size);
int xenmem_free(device_t dev, int res_id, struct resource *res);

#define xen_mb() mb()
#define xen_rmb() rmb()
#define xen_wmb() wmb()

#endif
