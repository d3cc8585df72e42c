/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The default environment: gcc or clang, freestanding or hosted, Xen's headers under <xen/>. */
#ifndef DISPLIF_ENV_DEFAULT_H
#define DISPLIF_ENV_DEFAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/io/displif.h>

#if __STDC_HOSTED__
#include <string.h>
#else
#ifdef __cplusplus
extern "C" {
#endif
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
#ifdef __cplusplus
}
#endif
#endif

#ifndef DISPLIF_API
#define DISPLIF_API __attribute__((visibility("default")))
#endif

/* Domains share memory coherently: fences between processors are enough. */
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
