/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Mutexes and sx locks, and what a debugging kernel (INVARIANTS, WITNESS) says of them: who holds what, in
 * which order locks of two names are taken, and what must not be done with which of them held.
 */
#include "fk_lock.h"

#define LOCKS 512
#define NAMES 48

struct mtx Giant;
static struct fk_lock locks[LOCKS];
static const char *names[NAMES];
static bool before[NAMES][NAMES]; /* [a][b]: b was taken with a held */

struct fk_lock *fk_lock_find(const struct lock_object *lo, const char *what)
{
	int i;

	for (i = 0; i < LOCKS; i++) {
		if (lo && locks[i].lo == lo)
			return &locks[i];
	}
	host_fail("%s of a lock that is not initialised, %p", what, (const void *)lo);
	return NULL;
}

static int name_of(const char *name)
{
	int i;

	for (i = 0; i < NAMES && names[i]; i++) {
		if (!strcmp(names[i], name))
			return i;
	}
	if (i == NAMES)
		panic("the mock kernel has no room for lock names");
	names[i] = strcpy(fk_new(strlen(name) + 1), name);
	return i;
}

void fk_lock_new(struct lock_object *lo, const char *name, enum fk_lock_kind kind, bool recurse,
		 bool dupok)
{
	int i;

	for (i = 0; i < LOCKS; i++) {
		if (locks[i].lo == lo)
			host_fail("lock \"%s\" is initialised twice", name);
	}
	for (i = 0; i < LOCKS && locks[i].lo; i++)
		;
	if (i == LOCKS)
		panic("the mock kernel has no room for locks");
	lo->lo_name = name;
	locks[i] = (struct fk_lock){ .lo = lo, .kind = kind, .name = name_of(name) };
	locks[i].recurse = recurse;
	locks[i].dupok = dupok;
}

void fk_lock_gone(struct lock_object *lo, bool mine)
{
	struct fk_lock *l = fk_lock_find(lo, "destruction");
	struct fk_thr *self = fk_self();
	int i;

	if (!l)
		return;
	/* mtx_destroy() of what the caller holds unlocks it. */
	if (l->owner == self && mine) {
		for (i = 0; i < self->n_held; i++) {
			if (self->held[i] == l)
				self->held[i] = self->held[--self->n_held];
		}
	} else if (l->owner || l->shared) {
		host_fail("lock \"%s\" is destroyed while it is held", lo->lo_name);
	}
	lo->lo_name = NULL;
	*l = (struct fk_lock){ 0 };
}

/* --- rules --- */

void fk_may(const char *what)
{
	if (panicstr)
		host_fail("%s in a panic", what);
}

void fk_may_sleep(const char *what)
{
	struct fk_thr *t = fk_self();
	int i;

	fk_may(what);
	if (t->spins)
		host_fail("%s sleeps with a spin lock held (thread \"%s\")", what, t->name);
	for (i = 0; i < t->n_held; i++) {
		if (t->held[i]->kind == FK_MTX && t->held[i]->lo != &Giant.lock_object)
			host_fail("%s sleeps with mutex \"%s\" held (thread \"%s\")", what,
				  t->held[i]->lo->lo_name, t->name);
		if (t->held[i]->kind == FK_RW)
			host_fail("%s sleeps with rw lock \"%s\" held (thread \"%s\")", what,
				  t->held[i]->lo->lo_name, t->name);
	}
	if (t->kind == FK_ITHREAD || t->kind == FK_CLOCK)
		host_fail("%s sleeps in thread \"%s\"", what, t->name);
}

void fk_may_lock(const char *what)
{
	struct fk_thr *t = fk_self();

	fk_may(what);
	if (t->spins)
		host_fail("%s takes a mutex with a spin lock held (thread \"%s\")", what, t->name);
}

void fk_lock_order(struct fk_thr *t, const struct fk_lock *l)
{
	const struct fk_lock *h;
	int i;

	for (i = 0; i < t->n_held; i++) {
		h = t->held[i];
		if (h->name == l->name) {
			if (!l->dupok)
				host_fail("two locks \"%s\" are held at once", names[l->name]);
			continue;
		}
		if (before[l->name][h->name])
			host_fail(
				"lock order: \"%s\" is taken with \"%s\" held; it was the other way round before",
				names[l->name], names[h->name]);
		before[h->name][l->name] = true;
	}
}

void fk_lock_take(struct fk_thr *t, struct fk_lock *l)
{
	if (t->n_held == FK_HELD)
		panic("thread \"%s\" holds too many locks", t->name);
	t->held[t->n_held++] = l;
	l->owner = t;
	l->depth = 1;
}

void fk_lock_drop(struct fk_thr *t, struct fk_lock *l)
{
	int i;

	for (i = 0; i < t->n_held && t->held[i] != l; i++)
		;
	if (i == t->n_held)
		panic("thread \"%s\" does not hold \"%s\"", t->name, l->lo->lo_name);
	t->held[i] = t->held[--t->n_held];
	l->owner = NULL;
	l->depth = 0;
}

/* Giant goes while its owner sleeps. */
bool fk_wait(const void *chan, uint64_t until)
{
	struct fk_lock *g = fk_lock_find(&Giant.lock_object, "use");
	struct fk_thr *t = fk_self();
	int depth = g && g->owner == t ? g->depth : 0;
	bool woken;

	if (depth) {
		Giant.mtx_lock = MTX_UNOWNED;
		fk_lock_drop(t, g);
		host_wake(g);
	}
	woken = host_block(chan, until);
	if (depth) {
		while (g->owner)
			host_block(g, HOST_NEVER);
		fk_lock_take(t, g);
		Giant.mtx_lock = (uintptr_t)t->td;
		g->depth = depth;
	}
	return woken;
}

bool fk_held(const char *name)
{
	int i;

	for (i = 0; i < LOCKS; i++) {
		if (locks[i].lo && locks[i].owner && !strcmp(names[locks[i].name], name))
			return true;
	}
	return false;
}

bool fk_owns(const struct lock_object *lo)
{
	const struct fk_lock *l = fk_lock_find(lo, "a look");

	return l && l->owner == fk_self();
}

/* What sleeps and condition variables let go of. */
void fk_unlock_generic(struct lock_object *lo)
{
	struct fk_lock *l = fk_lock_find(lo, "a sleep");

	if (l && l->kind == FK_MTX)
		mtx_unlock((struct mtx *)(void *)lo);
	else if (l)
		sx_xunlock((struct sx *)(void *)lo);
}

void fk_lock_generic(struct lock_object *lo)
{
	struct fk_lock *l = fk_lock_find(lo, "a sleep");

	if (l && l->kind == FK_MTX)
		mtx_lock((struct mtx *)(void *)lo);
	else if (l)
		sx_xlock((struct sx *)(void *)lo);
}

uint32_t fk_locks_left(bool print)
{
	uint32_t n = 0;
	int i;

	for (i = 0; i < LOCKS; i++) {
		if (!locks[i].lo || locks[i].lo == &Giant.lock_object)
			continue;
		n++;
		if (print)
			fk_tell(true, 1, locks[i].lo->lo_name);
	}
	return fk_tell(print, n, "locks");
}

void fk_locks_init(void)
{
	memset(locks, 0, sizeof(locks));
	memset(before, 0, sizeof(before));
	memset(names, 0, sizeof(names));
	mtx_init(&Giant, "Giant", NULL, MTX_DEF | MTX_RECURSE);
}
