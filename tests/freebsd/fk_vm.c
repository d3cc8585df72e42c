/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Objects of memory that a kernel and programs map: counted, their pages live as long as the last of both. */
#include "fk.h"

#include <sys/rwlock.h>
#include <vm/vm.h>
#include <vm/vm_param.h>
#include <vm/pmap.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

#define OBJECTS 128

struct object {
	struct vm_object *obj;
	uint32_t n, refs;
	void *va; /* all pages, whoever maps them */
	bool mapped, wired;
};

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

void *fk_object_page(vm_object_t obj, uint32_t page)
{
	struct object *o = find(obj);

	return page < o->n ? (char *)o->va + (size_t)page * PAGE_SIZE : NULL;
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
