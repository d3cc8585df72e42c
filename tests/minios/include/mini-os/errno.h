/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: error numbers, as constants without newlib. */
#ifndef STUB_ERRNO_H
#define STUB_ERRNO_H

#ifdef HAVE_LIBC
#include <errno.h>
#else
#define EPERM 1
#define ENOENT 2
#define EIO 5
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define EINVAL 22
#define EMFILE 24
#define ENOSPC 28
#define ERANGE 34
#define ENOSYS 38
#define ENODATA 61
#define EPROTO 71
#define EOVERFLOW 75
#define EOPNOTSUPP 95
#define ENOTCONN 107
#define ETIMEDOUT 110
#define ESTALE 116
#endif

#endif
