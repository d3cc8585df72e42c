/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* XenStore: all calls sleep. */
#ifndef TEST_XENSTOREVAR_H
#define TEST_XENSTOREVAR_H

#include <sys/queue.h>
#include <sys/bus.h>
#include <sys/eventhandler.h>
#include <sys/malloc.h>
#include <sys/sbuf.h>
#include <sys/stdarg.h>
#include <xen/xen-os.h>
#include <contrib/xen/grant_table.h>
#include <contrib/xen/io/xenbus.h>
#include <contrib/xen/io/xs_wire.h>

#include "xenbus_if.h"

MALLOC_DECLARE(M_XENSTORE);

struct xs_watch;
typedef void(xs_watch_cb_t)(struct xs_watch *watch, const char **vec, unsigned int len);

struct xs_watch {
	LIST_ENTRY(xs_watch) list;
	char *node;
	xs_watch_cb_t *callback;
	uintptr_t callback_data;
	unsigned int max_pending;
	unsigned int pending;
};

struct xs_transaction {
	uint32_t id;
};

#define XST_NIL ((struct xs_transaction){ 0 })

int xs_directory(struct xs_transaction t, const char *dir, const char *node, unsigned int *num,
		 const char ***result);
int xs_exists(struct xs_transaction t, const char *dir, const char *node);
int xs_read(struct xs_transaction t, const char *dir, const char *node, unsigned int *len,
	    void **result);
int xs_write(struct xs_transaction t, const char *dir, const char *node, const char *string);
int xs_mkdir(struct xs_transaction t, const char *dir, const char *node);
int xs_rm(struct xs_transaction t, const char *dir, const char *node);
int xs_rm_tree(struct xs_transaction t, const char *dir, const char *node);
int xs_transaction_start(struct xs_transaction *t);
int xs_transaction_end(struct xs_transaction t, int abort);
int xs_scanf(struct xs_transaction t, const char *dir, const char *node, int *scancountp,
	     const char *fmt, ...) __attribute__((format(scanf, 5, 6)));
int xs_printf(struct xs_transaction t, const char *dir, const char *node, const char *fmt, ...)
	__printflike(4, 5);
int xs_vprintf(struct xs_transaction t, const char *dir, const char *node, const char *fmt,
	       va_list ap);
int xs_gather(struct xs_transaction t, const char *dir, ...);
int xs_register_watch(struct xs_watch *watch);
void xs_unregister_watch(struct xs_watch *watch);
struct sbuf *xs_join(const char *dir, const char *name);

#endif
