/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Objects of memory that a kernel and programs map: counted, their pages live as long as the last of both. */
#include "fk_page.h"

#include <vm/vm_kern.h>
#include <vm/vm_map.h>

#define OBJECTS 128

struct vm_map kernel_map_store;
static struct object objects[OBJECTS];

static struct object *find(const struct vm_object *obj)
{
	struct object *o;

	for (o = objects; o < &objects[OBJECTS]; o++) {
		if (o->obj == obj)
			return o;
	}
	panic("no object of memory, or too many");
}

struct object *fk_object(const struct vm_object *obj)
{
	return find(obj);
}

vm_object_t vm_pager_allocate(objtype_t type, void *handle, vm_ooffset_t size, vm_prot_t prot,
			      vm_ooffset_t off, struct ucred *cred)
{
	struct object *o;

	(void)handle;
	(void)prot;
	(void)off;
	(void)cred;
	fk_may_sleep("vm_pager_allocate()");
	host_point();
	if (type != OBJT_PHYS)
		panic("the mock kernel has objects of OBJT_PHYS only");
	o = find(NULL);
	o->n = (uint32_t)(round_page((vm_size_t)size) / PAGE_SIZE);
	o->refs = 1;
	o->va = host_refused(HOST_F_KMEM) ? NULL : host_pages(o->n, true);
	if (!o->va)
		return NULL;
	o->mapped = o->wired = false;
	o->obj = fk_new(sizeof(*o->obj));
	return o->obj;
}

vm_object_t cdev_pager_allocate(void *handle, enum obj_type type, const struct cdev_pager_ops *ops,
				vm_ooffset_t size, vm_prot_t prot, vm_ooffset_t off,
				struct ucred *cred)
{
	struct object *o;
	u_short color;

	fk_may_sleep("cdev_pager_allocate()");
	host_point();
	if (type != OBJT_MGTDEVICE || !ops->cdev_pg_populate || off)
		panic("the mock kernel has managed devices that populate their objects only");
	if (host_refused(HOST_F_KMEM))
		return NULL;
	o = find(NULL);
	o->n = (uint32_t)(round_page((vm_size_t)size) / PAGE_SIZE);
	o->refs = 1;
	o->ops = ops;
	o->obj = fk_new(sizeof(*o->obj));
	o->page = fk_new(o->n * sizeof(*o->page));
	o->obj->type = type;
	o->obj->handle = handle;
	o->obj->size = o->n;
	rw_init_flags(&o->obj->lock, "vm object", RW_DUPOK);
	if (ops->cdev_pg_ctor(handle, size, prot, off, cred, &color))
		panic("a pager that does not begin");
	return o->obj;
}

static void device_end(struct object *o)
{
	uint32_t i;

	for (i = 0; i < o->n; i++) {
		if (o->page[i])
			fk_page_orphan(o->page[i]);
	}
	o->ops->cdev_pg_dtor(o->obj->handle);
	rw_destroy(&o->obj->lock);
	fk_delete(o->page);
}

void vm_object_reference(vm_object_t obj)
{
	find(obj)->refs++;
}

void vm_object_deallocate(vm_object_t obj)
{
	struct object *o = find(obj);

	if (--o->refs)
		return;
	if (o->mapped)
		host_fail("an object's last reference goes while the kernel maps it");
	fk_may_sleep("vm_object_deallocate() of the last reference");
	if (o->ops)
		device_end(o);
	else
		host_pages_free(o->va);
	fk_delete(o->obj);
	*o = (struct object){ 0 };
}

vm_offset_t vm_map_min_KBI(const struct vm_map *map)
{
	(void)map;
	return 0;
}

/* The map takes the caller's reference. */
int vm_map_find(vm_map_t map, vm_object_t obj, vm_ooffset_t offset, vm_offset_t *addr,
		vm_size_t size, vm_offset_t max, int space, vm_prot_t prot, vm_prot_t max_prot,
		int cow)
{
	struct object *o = find(obj);

	(void)max;
	(void)space;
	(void)prot;
	(void)max_prot;
	(void)cow;
	fk_may_sleep("vm_map_find()");
	host_point();
	if (map != kernel_map || offset || o->mapped || size != (vm_size_t)o->n * PAGE_SIZE)
		panic("vm_map_find(): the mock kernel maps an object once, as a whole");
	if (host_refused(HOST_F_KMEM))
		return KERN_NO_SPACE;
	o->mapped = true;
	*addr = (vm_offset_t)o->va;
	return KERN_SUCCESS;
}

static struct object *at(vm_offset_t start, vm_offset_t end)
{
	struct object *o;

	for (o = objects; o < &objects[OBJECTS]; o++) {
		if (o->obj && o->mapped && (vm_offset_t)o->va == start &&
		    end - start == (vm_size_t)o->n * PAGE_SIZE)
			return o;
	}
	panic("no object is mapped at 0x%lx", start);
}

int vm_map_wire(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags)
{
	struct object *o = at(start, end);

	(void)map;
	(void)flags;
	fk_may_sleep("vm_map_wire()");
	if (host_refused(HOST_F_KMEM))
		return KERN_FAILURE;
	o->wired = true;
	return KERN_SUCCESS;
}

int vm_map_remove(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	struct object *o = at(start, end);

	(void)map;
	fk_may_sleep("vm_map_remove()");
	host_point();
	o->mapped = o->wired = false;
	vm_object_deallocate(o->obj);
	return KERN_SUCCESS;
}

/* --- for maps of programs --- */

/* What the driver gave must be as the kernel wants it. */
static void populated(struct object *o, uint32_t page, vm_pindex_t first, vm_pindex_t last)
{
	vm_pindex_t i;

	if (first > page || last < page || last >= o->n)
		panic("a page fault at %u gave pages %lu .. %lu of %u", page, first, last, o->n);
	for (i = first; i <= last; i++) {
		vm_page_t m = o->page[i];

		if (!m || m->valid != VM_PAGE_BITS_ALL || m->busy_lock != VPB_CURTHREAD_EXCLUSIVE)
			panic("a page fault gave page %lu that is not there, valid and busy", i);
		if (!VPRC_WIRE_COUNT(m->ref_count))
			host_fail("the page daemon would write out a page of a managed device's");
		vm_page_xunbusy(m);
	}
}

void *fk_object_fault(vm_object_t obj, uint32_t page, uint32_t first, uint32_t last)
{
	struct object *o = find(obj);
	vm_pindex_t from, to;
	int err = VM_PAGER_OK;

	if (page >= o->n)
		return NULL;
	if (!o->ops)
		return (char *)o->va + (size_t)page * PAGE_SIZE;
	fk_may_sleep("a page fault");
	/* It may have been taken away when the lock is let go: another fault, as a processor makes. */
	do {
		VM_OBJECT_WLOCK(obj);
		from = first;
		to = last;
		if (!o->page[page]) {
			err = o->ops->cdev_pg_populate(obj, page, VM_PROT_WRITE, VM_PROT_RW, &from,
						       &to);
			if (err == VM_PAGER_OK)
				populated(o, page, from, to);
		}
		VM_OBJECT_WUNLOCK(obj);
		if (err != VM_PAGER_OK)
			return NULL;
	} while (!o->page[page]);
	return fk_page_va(o->page[page]);
}

struct vm_page *fk_object_page(vm_object_t obj, uint32_t page)
{
	return find(obj)->page ? find(obj)->page[page] : NULL;
}

uint32_t fk_objects_left(bool print)
{
	uint32_t i, n = 0;

	for (i = 0; i < OBJECTS; i++)
		n += objects[i].obj != NULL;
	return fk_tell(print, n, "objects of memory");
}

void fk_vm_init(void)
{
	memset(objects, 0, sizeof(objects));
}
