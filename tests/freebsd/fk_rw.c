/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Locks for readers and writers: writers only. */
#include "fk_lock.h"

#include <sys/rwlock.h>

static struct rwlock *rw_of(const volatile uintptr_t *c)
{
	return (struct rwlock *)((uintptr_t)c - offsetof(struct rwlock, rw_lock));
}

void _rw_init_flags(volatile uintptr_t *c, const char *name, int opts)
{
	fk_lock_new(&rw_of(c)->lock_object, name, FK_RW, opts & RW_RECURSE, opts & RW_DUPOK);
}

void _rw_destroy(volatile uintptr_t *c)
{
	fk_lock_gone(&rw_of(c)->lock_object, false);
}

void _rw_wlock_cookie(volatile uintptr_t *c, const char *file, int line)
{
	struct rwlock *rw = rw_of(c);
	struct fk_lock *l = fk_lock_find(&rw->lock_object, "rw_wlock()");
	struct fk_thr *t = fk_self();

	if (!l)
		return;
	fk_may_lock("rw_wlock()");
	if (l->owner == t)
		panic("rw lock \"%s\" is taken twice: %s:%d", l->lo->lo_name, file, line);
	host_point();
	fk_lock_order(t, l);
	while (l->owner)
		host_block(l, HOST_NEVER);
	fk_lock_take(t, l);
}

void _rw_wunlock_cookie(volatile uintptr_t *c, const char *file, int line)
{
	struct rwlock *rw = rw_of(c);
	struct fk_lock *l = fk_lock_find(&rw->lock_object, "rw_wunlock()");

	if (!l)
		return;
	if (l->owner != fk_self())
		panic("rw lock \"%s\" is let go by a thread that does not hold it: %s:%d",
		      l->lo->lo_name, file, line);
	fk_lock_drop(fk_self(), l);
	host_wake(l);
	host_point();
}
