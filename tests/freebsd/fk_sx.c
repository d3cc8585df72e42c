/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* sx locks. */
#include "fk_lock.h"

void sx_init_flags(struct sx *sx, const char *description, int opts)
{
	fk_lock_new(&sx->lock_object, description, FK_SX, opts & SX_RECURSE, opts & SX_DUPOK);
	sx->sx_lock = SX_LOCK_UNLOCKED;
}

void sx_destroy(struct sx *sx)
{
	fk_lock_gone(&sx->lock_object, false);
}

void sx_sysinit(const void *arg)
{
	const struct sx_args *a = arg;

	sx_init_flags(a->sa_sx, a->sa_desc, a->sa_flags);
}

int _sx_xlock(struct sx *sx, int opts, const char *file, int line)
{
	struct fk_lock *l = fk_lock_find(&sx->lock_object, "sx_xlock()");
	struct fk_thr *t = fk_self();

	(void)opts;
	if (!l)
		return 0;
	fk_may_sleep("sx_xlock()");
	if (panicstr)
		return 0;
	if (l->owner == t) {
		if (!l->recurse)
			panic("sx \"%s\" is taken twice: %s:%d", l->lo->lo_name, file, line);
		l->depth++;
		return 0;
	}
	host_point();
	fk_lock_order(t, l);
	while (l->owner || l->shared)
		fk_wait(l, HOST_NEVER);
	fk_lock_take(t, l);
	sx->sx_lock = (uintptr_t)t->td;
	return 0;
}

int sx_try_xlock_(struct sx *sx, const char *file, int line)
{
	struct fk_lock *l = fk_lock_find(&sx->lock_object, "sx_try_xlock()");

	(void)file;
	(void)line;
	if (!l || l->owner || l->shared)
		return 0;
	fk_lock_take(fk_self(), l);
	sx->sx_lock = (uintptr_t)fk_self()->td;
	return 1;
}

void _sx_xunlock(struct sx *sx, const char *file, int line)
{
	struct fk_lock *l = fk_lock_find(&sx->lock_object, "sx_xunlock()");

	if (!l || panicstr)
		return;
	if (l->owner != fk_self())
		panic("sx \"%s\" is let go by a thread that does not hold it: %s:%d",
		      l->lo->lo_name, file, line);
	if (--l->depth)
		return;
	sx->sx_lock = SX_LOCK_UNLOCKED;
	fk_lock_drop(fk_self(), l);
	host_wake(l);
	host_point();
}

/* Shared holders are counted, not known: they must not hold it twice. */
int _sx_slock(struct sx *sx, int opts, const char *file, int line)
{
	struct fk_lock *l = fk_lock_find(&sx->lock_object, "sx_slock()");
	struct fk_thr *t = fk_self();

	(void)opts;
	if (!l)
		return 0;
	fk_may_sleep("sx_slock()");
	if (panicstr)
		return 0;
	if (l->owner == t)
		panic("sx \"%s\" is taken twice: %s:%d", l->lo->lo_name, file, line);
	host_point();
	fk_lock_order(t, l);
	while (l->owner)
		fk_wait(l, HOST_NEVER);
	l->shared++;
	return 0;
}

void _sx_sunlock(struct sx *sx, const char *file, int line)
{
	struct fk_lock *l = fk_lock_find(&sx->lock_object, "sx_sunlock()");

	if (!l || panicstr)
		return;
	if (!l->shared--)
		panic("sx \"%s\" is not held: %s:%d", l->lo->lo_name, file, line);
	host_wake(l);
	host_point();
}

void _sx_assert(const struct sx *sx, int what, const char *file, int line)
{
	const struct fk_lock *l = fk_lock_find(&sx->lock_object, "a look");
	bool owned = l && (l->owner == fk_self() || (l->shared && !(what & SA_XLOCKED)));

	if (owned != !(what & SA_UNLOCKED) && !panicstr)
		panic("sx \"%s\" %s: %s:%d", sx->lock_object.lo_name,
		      owned ? "is held" : "is not held", file, line);
}
