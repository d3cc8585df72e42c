/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: memory of the library, counted, and refused where a test says so. */
#ifndef STUB_XMALLOC_H
#define STUB_XMALLOC_H

#include <mini-os/types.h>

#ifdef HAVE_LIBC
#include <stdlib.h>
#else
#include <limits.h>
#endif

void *malloc(size_t size) __asm__("mos_malloc");
void *realloc(void *ptr, size_t size) __asm__("mos_realloc");
void free(void *ptr) __asm__("mos_free");

#endif
