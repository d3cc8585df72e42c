/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Hypercalls. */
#ifndef TEST_XEN_HYPERVISOR_H
#define TEST_XEN_HYPERVISOR_H

#include <sys/cdefs.h>
#include <sys/systm.h>
#include <contrib/xen/xen.h>
#include <contrib/xen/event_channel.h>
#include <contrib/xen/sched.h>
#include <contrib/xen/memory.h>

int HYPERVISOR_grant_table_op(unsigned int cmd, void *uop, unsigned int count);
int HYPERVISOR_event_channel_op(int cmd, void *op);
int HYPERVISOR_memory_op(unsigned int cmd, void *arg);

#endif
