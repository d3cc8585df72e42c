/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* libdisplif's environment in a FreeBSD kernel: -DDISPLIF_ENV_HEADER=displif_env_freebsd.h. */
#ifndef DISPLIF_ENV_FREEBSD_H
#define DISPLIF_ENV_FREEBSD_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/stdint.h>

#include <xen/xen-os.h>
#include <contrib/xen/grant_table.h>
#include <contrib/xen/io/displif.h>

/* The library is part of the module: nothing is exported. */
#define DISPLIF_API

/* Domains are other processors, also where this kernel has one only. */
#define displif_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define displif_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define displif_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)

static inline uint32_t displif_load32(const volatile uint32_t *p)
{
	return *p;
}

static inline uint64_t displif_load64(const volatile uint64_t *p)
{
	return *p;
}

static inline void displif_store32(volatile uint32_t *p, uint32_t v)
{
	*p = v;
}

static inline void displif_store64(volatile uint64_t *p, uint64_t v)
{
	*p = v;
}

#endif
