/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * An environment that gives what env.h asks for and nothing else, without any
 * system header; and that has taken, as kernels do, short names for macros.
 */
#ifndef DISPLIF_ENV_LEAST_H
#define DISPLIF_ENV_LEAST_H

typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __SIZE_TYPE__ size_t;

#define bool _Bool
#define true 1
#define false 0
#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)
#define UINT32_MAX 0xffffffffu
#define UINT64_MAX UINT64_C(0xffffffffffffffff)
#define UINT64_C(x) x##ULL

#include <xen/io/displif.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

#define DISPLIF_API

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

/* Function-like macros of the kernels in scope: a function or call of such a name becomes an error. */
#define min(a, b) _Pragma("GCC error \"min\"")
#define max(a, b) _Pragma("GCC error \"max\"")
#define clamp(v, lo, hi) _Pragma("GCC error \"clamp\"")
#define abs(x) _Pragma("GCC error \"abs\"")
#define swap(a, b) _Pragma("GCC error \"swap\"")
#define round_up(x, y) _Pragma("GCC error \"round_up\"")
#define round_down(x, y) _Pragma("GCC error \"round_down\"")
#define roundup(x, y) _Pragma("GCC error \"roundup\"")
#define rounddown(x, y) _Pragma("GCC error \"rounddown\"")
#define howmany(x, y) _Pragma("GCC error \"howmany\"")
#define isset(a, i) _Pragma("GCC error \"isset\"")
#define container_of(p, t, m) _Pragma("GCC error \"container_of\"")
#define likely(x) _Pragma("GCC error \"likely\"")
#define unlikely(x) _Pragma("GCC error \"unlikely\"")
#define barrier() _Pragma("GCC error \"barrier\"")
#define mb() _Pragma("GCC error \"mb\"")
#define rmb() _Pragma("GCC error \"rmb\"")
#define wmb() _Pragma("GCC error \"wmb\"")
#define BIT(n) _Pragma("GCC error \"BIT\"")
#define ALIGN(x, a) _Pragma("GCC error \"ALIGN\"")
#define ASSERT(x) _Pragma("GCC error \"ASSERT\"")
#define panic(x) _Pragma("GCC error \"panic\"")

#endif
