/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: events off and on, barriers, the end of the world. */
#ifndef STUB_OS_H
#define STUB_OS_H

#include <mini-os/types.h>
#include <xen/xen.h>

struct pt_regs;

unsigned long mos_irq_save(void);
void mos_irq_restore(unsigned long flags);
bool mos_irqs_off(void);
void mos_bug(const char *what, const char *file, int line) __attribute__((noreturn));

#define local_irq_save(flags) ((flags) = mos_irq_save())
#define local_irq_restore(flags) mos_irq_restore(flags)
#define irqs_disabled() mos_irqs_off()

#define mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define rmb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define wmb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define barrier() __asm__ __volatile__("" : : : "memory")

#define BUG() mos_bug("BUG()", __FILE__, __LINE__)

#endif
