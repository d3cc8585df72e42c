/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: types that Mini-OS's headers bring along. */
#ifndef STUB_TYPES_H
#define STUB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef HAVE_LIBC
#include <sys/types.h>
#endif

#endif
