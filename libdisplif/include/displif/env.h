/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The one header through which the library sees its environment.
 *
 * A glue for another OS replaces the default by the bare name of a header on
 * its include path, without quotes:  -DDISPLIF_ENV_HEADER=displif_env_foo.h
 * Such a header must provide what env_default.h provides:
 *
 *  - uint8_t .. uint64_t, int8_t .. int64_t, uintptr_t, size_t, bool, true, false,
 *    NULL, offsetof(), UINT32_MAX, UINT64_MAX, UINT64_C();
 *  - memcpy, memmove, memset, memcmp with their C meaning;
 *  - Xen's io/displif.h (v2), from wherever that OS keeps it;
 *  - displif_mb(), displif_rmb(), displif_wmb(): barriers that order accesses
 *    to memory shared with another *domain*, so never compiled out on a
 *    uniprocessor kernel (Linux: virt_*mb());
 *  - displif_load32/64(), displif_store32/64(): exactly one access of that
 *    width, never repeated, split or invented by the compiler. A 32-bit
 *    machine may split a 64-bit one: the library checks every copied message
 *    after the copy, so a torn one is just another hostile message;
 *  - DISPLIF_API: how an exported symbol is marked.
 */
#ifndef DISPLIF_ENV_H
#define DISPLIF_ENV_H

#ifdef DISPLIF_ENV_HEADER
#define DISPLIF__ENV_TEXT1(x) #x
#define DISPLIF__ENV_TEXT(x) DISPLIF__ENV_TEXT1(x)
#include DISPLIF__ENV_TEXT(DISPLIF_ENV_HEADER)
#else
#include "env_default.h"
#endif

#ifdef __cplusplus
#define DISPLIF_BEGIN_DECLS extern "C" {
#define DISPLIF_END_DECLS }
#else
#define DISPLIF_BEGIN_DECLS
#define DISPLIF_END_DECLS
#endif

/* Xen pages are 4 KiB whatever the page size of the OS. */
#define DISPLIF_PAGE_SIZE 4096u
#define DISPLIF_PAGE_SHIFT 12

/* Times are milliseconds of the caller's clock; this one never comes. */
#define DISPLIF_NEVER UINT64_MAX

#endif
