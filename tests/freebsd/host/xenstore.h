/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What hostile-backend uses of libxenstore; hostile.c has it on the fake Xen. */
#ifndef HOST_XENSTORE_H
#define HOST_XENSTORE_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t xs_transaction_t;
#define XBT_NULL 0

struct xs_handle;

struct xs_handle *xs_open(unsigned long flags);
void xs_close(struct xs_handle *xs);
bool xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path, const void *data,
	      unsigned int len);
bool xs_rm(struct xs_handle *xs, xs_transaction_t t, const char *path);

#endif
