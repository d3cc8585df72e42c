/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Mutexes, of both kinds, and the topology lock, which is one. */
#include "fk_lock.h"

static struct mtx *mtx_of(const volatile uintptr_t *c)
{
	return (struct mtx *)((uintptr_t)c - offsetof(struct mtx, mtx_lock));
}

void _mtx_init(volatile uintptr_t *c, const char *name, const char *type, int opts)
{
	struct mtx *m = mtx_of(c);

	(void)type;
	m->mtx_lock = MTX_UNOWNED;
	fk_lock_new(&m->lock_object, name, opts & MTX_SPIN ? FK_SPIN : FK_MTX, opts & MTX_RECURSE,
		    opts & MTX_DUPOK);
}

void _mtx_destroy(volatile uintptr_t *c)
{
	fk_lock_gone(&mtx_of(c)->lock_object, true);
}

void mtx_sysinit(const void *arg)
{
	const struct mtx_args *a = arg;

	mtx_init((struct mtx *)a->ma_mtx, a->ma_desc, NULL, a->ma_opts);
}

static void mtx_take(struct mtx *m, struct fk_lock *l, struct fk_thr *t)
{
	fk_lock_order(t, l);
	while (l->owner)
		host_block(l, HOST_NEVER);
	fk_lock_take(t, l);
	m->mtx_lock = (uintptr_t)t->td;
}

void __mtx_lock_flags(volatile uintptr_t *c, int opts, const char *file, int line)
{
	struct mtx *m = mtx_of(c);
	struct fk_lock *l = fk_lock_find(&m->lock_object, "mtx_lock()");
	struct fk_thr *t = fk_self();

	(void)opts;
	if (!l)
		return;
	fk_may_lock("mtx_lock()");
	if (panicstr)
		return;
	if (l->kind != FK_MTX)
		host_fail("mtx_lock() of \"%s\", which is none: %s:%d", l->lo->lo_name, file, line);
	if (l->owner == t) {
		if (!l->recurse)
			panic("mutex \"%s\" is taken twice: %s:%d", l->lo->lo_name, file, line);
		l->depth++;
		return;
	}
	host_point();
	mtx_take(m, l, t);
}

void __mtx_unlock_flags(volatile uintptr_t *c, int opts, const char *file, int line)
{
	struct mtx *m = mtx_of(c);
	struct fk_lock *l = fk_lock_find(&m->lock_object, "mtx_unlock()");

	(void)opts;
	if (!l || panicstr)
		return;
	if (l->owner != fk_self())
		panic("mutex \"%s\" is let go by a thread that does not hold it: %s:%d",
		      l->lo->lo_name, file, line);
	if (--l->depth)
		return;
	m->mtx_lock = MTX_UNOWNED;
	fk_lock_drop(fk_self(), l);
	host_wake(l);
	host_point();
}

int _mtx_trylock_flags_(volatile uintptr_t *c, int opts, const char *file, int line)
{
	struct mtx *m = mtx_of(c);
	struct fk_lock *l = fk_lock_find(&m->lock_object, "mtx_trylock()");

	(void)opts;
	(void)file;
	(void)line;
	fk_may_lock("mtx_trylock()");
	/* As the kernel's. */
	if (panicstr)
		return 1;
	if (!l || l->owner)
		return 0;
	fk_lock_take(fk_self(), l);
	m->mtx_lock = (uintptr_t)fk_self()->td;
	return 1;
}

void __mtx_lock_spin_flags(volatile uintptr_t *c, int opts, const char *file, int line)
{
	struct mtx *m = mtx_of(c);
	struct fk_lock *l = fk_lock_find(&m->lock_object, "mtx_lock_spin()");
	struct fk_thr *t = fk_self();

	(void)opts;
	if (!l || panicstr)
		return;
	if (l->kind != FK_SPIN || l->owner)
		panic("mtx_lock_spin() of \"%s\": %s:%d", l->lo->lo_name, file, line);
	t->spins++;
	host_spin(true);
	mtx_take(m, l, t);
}

void __mtx_unlock_spin_flags(volatile uintptr_t *c, int opts, const char *file, int line)
{
	struct mtx *m = mtx_of(c);
	struct fk_lock *l = fk_lock_find(&m->lock_object, "mtx_unlock_spin()");

	(void)opts;
	if (!l || panicstr)
		return;
	if (l->owner != fk_self())
		panic("spin lock \"%s\" is not held: %s:%d", l->lo->lo_name, file, line);
	m->mtx_lock = MTX_UNOWNED;
	fk_lock_drop(fk_self(), l);
	fk_self()->spins--;
	host_spin(false);
}

void __mtx_assert(const volatile uintptr_t *c, int what, const char *file, int line)
{
	struct mtx *m = mtx_of(c);
	bool owned = fk_owns(&m->lock_object);

	if (owned != !(what & MA_NOTOWNED) && !panicstr)
		panic("mutex \"%s\" %s: %s:%d", m->lock_object.lo_name,
		      owned ? "is held" : "is not held", file, line);
}

void bus_topo_lock(void)
{
	mtx_lock(&Giant);
}

void bus_topo_unlock(void)
{
	mtx_unlock(&Giant);
}

struct mtx *bus_topo_mtx(void)
{
	return &Giant;
}
