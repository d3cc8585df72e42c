/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The default environment with a hook before every access to a shared page and every barrier. */
#ifndef DISPLIF_ENV_FAKE_H
#define DISPLIF_ENV_FAKE_H

/* The default's accesses get other names, and those names theirs again below. */
#define displif_load32 fake_plain_load32
#define displif_load64 fake_plain_load64
#define displif_store32 fake_plain_store32
#define displif_store64 fake_plain_store64
#include <displif/env_default.h>
#undef displif_load32
#undef displif_load64
#undef displif_store32
#undef displif_store64
#undef displif_mb
#undef displif_rmb
#undef displif_wmb

#include "fake_hook.h"

static inline void fake_touch(const volatile void *addr, enum fake_access kind)
{
	if (fake_access_hook)
		fake_access_hook(addr, kind);
}

static inline void displif_mb(void)
{
	fake_touch(NULL, FAKE_BARRIER);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void displif_rmb(void)
{
	fake_touch(NULL, FAKE_BARRIER);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
}

static inline void displif_wmb(void)
{
	fake_touch(NULL, FAKE_BARRIER);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline uint32_t displif_load32(const volatile uint32_t *p)
{
	fake_touch(p, FAKE_LOAD);
	return fake_plain_load32(p);
}

static inline uint64_t displif_load64(const volatile uint64_t *p)
{
	fake_touch(p, FAKE_LOAD);
	return fake_plain_load64(p);
}

static inline void displif_store32(volatile uint32_t *p, uint32_t v)
{
	fake_touch(p, FAKE_STORE);
	fake_plain_store32(p, v);
}

static inline void displif_store64(volatile uint64_t *p, uint64_t v)
{
	fake_touch(p, FAKE_STORE);
	fake_plain_store64(p, v);
}

#endif
