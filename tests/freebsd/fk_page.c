/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Pages of a managed device's objects: busy, wired, put in and taken out, as a debugging kernel wants it. */
#include "fk_page.h"

/* A page of ours, of vm_page_grab(). */
struct own {
	struct vm_page m;
	void *va;
};

static uint32_t owns, asked;

void fk_page_init(void)
{
	owns = asked = 0;
}

void fk_page_fake(vm_page_t m, vm_paddr_t pa)
{
	m->phys_addr = pa;
	m->flags = PG_FICTITIOUS;
	m->ref_count = 1;
	m->busy_lock = VPB_UNBUSIED;
}

void *fk_page_va(vm_page_t m)
{
	return m->flags & PG_FICTITIOUS ? fk_range_va(m->phys_addr) : ((struct own *)(void *)m)->va;
}

static void page_free(vm_page_t m)
{
	struct own *o = (struct own *)(void *)m;

	if (m->flags & PG_FICTITIOUS)
		panic("a page of a range loses its last reference");
	if (vm_page_busied(m))
		host_fail("a busy page is freed");
	host_pages_free(o->va);
	fk_delete(o);
	owns--;
}

static void locked(vm_object_t obj, const char *what)
{
	if (!fk_owns(&obj->lock.lock_object))
		host_fail("%s without the object's lock", what);
}

static void busied(vm_page_t m, const char *what)
{
	if (m->busy_lock != VPB_CURTHREAD_EXCLUSIVE)
		host_fail("%s of a page that is not busy", what);
}

vm_page_t vm_page_lookup(vm_object_t obj, vm_pindex_t at)
{
	locked(obj, "vm_page_lookup()");
	return at < fk_object(obj)->n ? fk_object(obj)->page[at] : NULL;
}

int vm_page_tryxbusy(vm_page_t m)
{
	if (m->busy_lock != VPB_UNBUSIED)
		return 0;
	m->busy_lock = VPB_CURTHREAD_EXCLUSIVE;
	return 1;
}

void vm_page_xunbusy_hard(vm_page_t m)
{
	busied(m, "vm_page_xunbusy()");
	m->busy_lock = VPB_UNBUSIED;
}

void vm_page_valid(vm_page_t m)
{
	busied(m, "vm_page_valid()");
	m->valid = VM_PAGE_BITS_ALL;
}

static void put_in(vm_page_t m, vm_object_t obj, vm_pindex_t at)
{
	if (m->object || fk_object(obj)->page[at])
		host_fail("a page is put where one is, or into two objects");
	fk_object(obj)->page[at] = m;
	m->object = obj;
	m->pindex = at;
	m->ref_count |= VPRC_OBJREF;
}

int vm_page_insert(vm_page_t m, vm_object_t obj, vm_pindex_t at)
{
	locked(obj, "vm_page_insert()");
	busied(m, "vm_page_insert()");
	if (host_refused(HOST_F_KMEM))
		return 1;
	put_in(m, obj, at);
	return 0;
}

/* Every fifth time somebody has it busy: the lock is let go, and a program touches the pages beside it. */
bool vm_page_busy_acquire(vm_page_t m, int flags)
{
	vm_object_t obj = m->object;
	uint32_t at = (uint32_t)m->pindex;

	locked(obj, "vm_page_busy_acquire()");
	if (++asked % 5 == 0 && flags & VM_ALLOC_WAITFAIL) {
		VM_OBJECT_WUNLOCK(obj);
		host_point();
		if (fk_object(obj)->refs > 1 && at)
			fk_object_fault(obj, at - 1, at - 1, at - 1);
		if (fk_object(obj)->refs > 1)
			fk_object_fault(obj, at + 1, at + 1, at + 1);
		VM_OBJECT_WLOCK(obj);
		return false;
	}
	return vm_page_tryxbusy(m);
}

static void take_out(vm_page_t m)
{
	fk_object(m->object)->page[m->pindex] = NULL;
	m->object = NULL;
	m->ref_count &= ~VPRC_OBJREF;
	m->busy_lock = VPB_UNBUSIED;
}

void cdev_pager_free_page(vm_object_t obj, vm_page_t m)
{
	locked(obj, "cdev_pager_free_page()");
	busied(m, "cdev_pager_free_page()");
	if (m->object != obj)
		panic("cdev_pager_free_page() of another object's page");
	take_out(m);
	if (!m->ref_count)
		page_free(m);
}

void fk_page_orphan(vm_page_t m)
{
	if (m->flags & PG_FICTITIOUS)
		host_fail("an object ends with a page of a range in it");
	if (vm_page_busied(m))
		host_fail("an object ends with a busy page");
	take_out(m);
	if (!m->ref_count)
		page_free(m);
}

/* Waits for memory without the lock. */
vm_page_t vm_page_grab(vm_object_t obj, vm_pindex_t at, int flags)
{
	struct own *o;
	vm_page_t m;

	locked(obj, "vm_page_grab()");
	if (++asked % 3 == 0) {
		VM_OBJECT_WUNLOCK(obj);
		host_point();
		if (asked % 6 == 0)
			fk_object_fault(obj, (uint32_t)at, (uint32_t)at, (uint32_t)at);
		VM_OBJECT_WLOCK(obj);
	}
	m = vm_page_lookup(obj, at);
	if (m) {
		if (!vm_page_tryxbusy(m))
			panic("vm_page_grab() waits for ever");
		return m;
	}
	o = fk_new(sizeof(*o));
	o->va = host_pages(1, true);
	if (!o->va)
		panic("vm_page_grab(): no memory");
	if (!(flags & VM_ALLOC_ZERO))
		host_fill(o->va, 0xa5, PAGE_SIZE);
	o->m.busy_lock = VPB_CURTHREAD_EXCLUSIVE;
	put_in(&o->m, obj, at);
	owns++;
	return &o->m;
}

void vm_page_wire(vm_page_t m)
{
	if (m->object && !vm_page_busied(m))
		locked(m->object, "vm_page_wire()");
	m->ref_count++;
}

void vm_page_unwire(vm_page_t m, uint8_t queue)
{
	(void)queue;
	if (!VPRC_WIRE_COUNT(m->ref_count))
		panic("vm_page_unwire() of a page that is not wired");
	if (!--m->ref_count)
		page_free(m);
}

uint32_t fk_page_left(bool print)
{
	return fk_tell(print, owns, "pages of no object's");
}
