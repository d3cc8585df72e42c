/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Stub: XenStore. Every function blocks; those that return text return NULL, or an error's name that the caller
 * frees. Events of a watch are queued last in first out, at the queue of the first watch with their token.
 */
#ifndef STUB_XENBUS_H
#define STUB_XENBUS_H

#include <mini-os/types.h>
#include <xen/xen.h>
#include <xen/io/xenbus.h>

typedef unsigned long xenbus_transaction_t;
#define XBT_NIL ((xenbus_transaction_t)0)

/* One block of memory with its texts. */
struct xenbus_event {
	char *path;
	char *token;
	struct xenbus_event *next;
};
typedef struct xenbus_event *xenbus_event_queue;

extern struct wait_queue_head xenbus_watch_queue;

char *xenbus_read(xenbus_transaction_t xbt, const char *path, char **value);
char *xenbus_write(xenbus_transaction_t xbt, const char *path, const char *value);
char *xenbus_rm(xenbus_transaction_t xbt, const char *path);
char *xenbus_ls(xenbus_transaction_t xbt, const char *prefix, char ***contents);
char *xenbus_transaction_start(xenbus_transaction_t *xbt);
char *xenbus_transaction_end(xenbus_transaction_t xbt, int abort, int *retry);
char *xenbus_watch_path_token(xenbus_transaction_t xbt, const char *path, const char *token,
			      xenbus_event_queue *events);
char *xenbus_unwatch_path_token(xenbus_transaction_t xbt, const char *path, const char *token);
/* ret[0] is the path, ret[1] the token; free(ret). */
char **xenbus_wait_for_watch_return(xenbus_event_queue *queue);

#endif
