/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * libdisplif's environment in Mini-OS: -DDISPLIF_ENV_HEADER=displif_env_minios.h.
 *
 * No header of Mini-OS is included: their directory has names like time.h. Xen's displif.h comes by its whole
 * path, -DDISPLIF_XEN_DISPLIF_H='"/usr/include/xen/io/displif.h"', since Mini-OS's own has version 1.
 */
#ifndef DISPLIF_ENV_MINIOS_H
#define DISPLIF_ENV_MINIOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include DISPLIF_XEN_DISPLIF_H

#ifndef XENDISPL_OP_GET_EDID
#error "displif.h is of version 1: include this header before Mini-OS's, and name Xen's in DISPLIF_XEN_PUBLIC"
#endif

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* One image: nothing is exported, but what EXPORT_SYMBOL() names. */
#define DISPLIF_API

/* Also with one virtual processor the peer runs on another. */
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
