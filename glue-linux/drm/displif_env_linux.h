/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* libdisplif's environment in a Linux kernel: -DDISPLIF_ENV_HEADER=displif_env_linux.h. */
#ifndef DISPLIF_ENV_LINUX_H
#define DISPLIF_ENV_LINUX_H

#include <linux/compiler.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/types.h>

#include <asm/barrier.h>

/* displif.h takes its page size from the first. */
#include <xen/page.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/io/displif.h>

/* The kernel has no <stdint.h> and names its limits otherwise. */
#ifndef UINT32_MAX
#define UINT32_MAX 0xffffffffu
#endif
#ifndef UINT64_C
#define UINT64_C(x) x##ULL
#endif
#ifndef UINT64_MAX
#define UINT64_MAX UINT64_C(0xffffffffffffffff)
#endif

/* The library is part of the module: nothing is exported. */
#define DISPLIF_API

/* Not smp_*mb(): a kernel for one processor makes nothing of these, and the peer runs on another one. */
#define displif_mb() virt_mb()
#define displif_rmb() virt_rmb()
#define displif_wmb() virt_wmb()

static inline uint32_t displif_load32(const volatile uint32_t *p)
{
	return READ_ONCE(*p);
}

static inline uint64_t displif_load64(const volatile uint64_t *p)
{
	return READ_ONCE(*p);
}

static inline void displif_store32(volatile uint32_t *p, uint32_t v)
{
	WRITE_ONCE(*p, v);
}

static inline void displif_store64(volatile uint64_t *p, uint64_t v)
{
	WRITE_ONCE(*p, v);
}

#endif
