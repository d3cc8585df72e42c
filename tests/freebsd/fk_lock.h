/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A lock, for the files that make mutexes and sx locks of it. */
#ifndef FK_LOCK_H
#define FK_LOCK_H

#include "fk.h"

enum fk_lock_kind {
	FK_MTX = 1,
	FK_SPIN,
	FK_SX,
	FK_RW,
};

struct fk_lock {
	struct lock_object *lo;
	enum fk_lock_kind kind;
	struct fk_thr *owner;
	int depth, shared, name;
	bool recurse, dupok;
};

/* NULL, and a failure, if there is none. */
struct fk_lock *fk_lock_find(const struct lock_object *lo, const char *what);
void fk_lock_new(struct lock_object *lo, const char *name, enum fk_lock_kind kind, bool recurse,
		 bool dupok);
/* @mine: its holder may. */
void fk_lock_gone(struct lock_object *lo, bool mine);
/* @t is about to take it: in an order that was never the other way round? */
void fk_lock_order(struct fk_thr *t, const struct fk_lock *l);
void fk_lock_take(struct fk_thr *t, struct fk_lock *l);
void fk_lock_drop(struct fk_thr *t, struct fk_lock *l);

#endif
