/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What programs map of the backend's memory: an object whose pages can be taken away from them, so that no program keeps one
 * when its grant is unmapped. Pages of ours come in their place.
 */
#include "displif_var.h"

#include <sys/proc.h>
#include <sys/rwlock.h>

#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

/* Pages that one page fault brings. */
#define AROUND 32u

/* What programs map; the handle of the object. Goes with the last of their maps. */
struct view {
	vm_paddr_t start;
	uint32_t n;
	bool revoked; /* with the object's lock */
	vm_page_t
		*own; /* n, of ours: what a program finds when the backend's page was taken away */
};

static volatile u_int views;

static bool insert(const struct view *v, vm_object_t obj, vm_pindex_t at)
{
	vm_page_t page = PHYS_TO_VM_PAGE(v->start + IDX_TO_OFF(at));

	if (vm_page_lookup(obj, at) || !vm_page_tryxbusy(page))
		return false;
	vm_page_valid(page);
	if (!vm_page_insert(page, obj, at))
		return true;
	vm_page_xunbusy(page);
	return false;
}

/*
 * A zeroed page of ours, so that who draws on does not die of it. It is wired, since the page daemon cannot
 * write out a page of such an object.
 */
static void insert_own(struct view *v, vm_object_t obj, vm_pindex_t at)
{
	vm_page_t page = vm_page_grab(obj, at, VM_ALLOC_NORMAL | VM_ALLOC_ZERO);

	/* The lock may have been let go: another thread may have been quicker. */
	if (!v->own[at]) {
		vm_page_wire(page);
		v->own[at] = page;
	}
	vm_page_valid(page);
}

/* A page fault, with the object's lock. There is no page at @at. */
static int view_populate(vm_object_t obj, vm_pindex_t at, int type, vm_prot_t max,
			 vm_pindex_t *first, vm_pindex_t *last)
{
	struct view *v = obj->handle;
	vm_pindex_t i, end = MIN(MIN(*last, v->n - 1), at + AROUND - 1);

	(void)type;
	(void)max;
	if (at >= v->n)
		return VM_PAGER_FAIL;
	if (v->revoked) {
		insert_own(v, obj, at);
		i = at + 1;
	} else {
		for (i = at; i <= end && insert(v, obj, i); i++)
			;
	}
	if (i == at)
		return VM_PAGER_ERROR;
	*first = at;
	*last = i - 1;
	return VM_PAGER_OK;
}

static int view_ctor(void *handle, vm_ooffset_t size, vm_prot_t prot, vm_ooffset_t offset,
		     struct ucred *cred, u_short *color)
{
	(void)handle;
	(void)size;
	(void)prot;
	(void)offset;
	(void)cred;
	*color = 0;
	return 0;
}

/* Nobody maps it any more; its pages are in no object now. */
static void view_dtor(void *handle)
{
	struct view *v = handle;
	uint32_t i;

	for (i = 0; i < v->n; i++)
		if (v->own[i])
			vm_page_unwire(v->own[i], PQ_INACTIVE);
	free(v->own, M_DISPLIF);
	free(v, M_DISPLIF);
	atomic_subtract_int(&views, 1);
}

static const struct cdev_pager_ops view_ops = {
	.cdev_pg_populate = view_populate,
	.cdev_pg_ctor = view_ctor,
	.cdev_pg_dtor = view_dtor,
};

vm_object_t dfb_view_new(vm_paddr_t start, uint32_t n)
{
	struct view *v = malloc(sizeof(*v), M_DISPLIF, M_WAITOK | M_ZERO);
	vm_object_t obj;

	v->start = start;
	v->n = n;
	v->own = mallocarray(n, sizeof(*v->own), M_DISPLIF, M_WAITOK | M_ZERO);
	atomic_add_int(&views, 1);
	obj = cdev_pager_allocate(v, OBJT_MGTDEVICE, &view_ops, (vm_ooffset_t)ptoa((uint64_t)n),
				  VM_PROT_RW, 0, NULL);
	if (obj)
		return obj;
	atomic_subtract_int(&views, 1);
	free(v->own, M_DISPLIF);
	free(v, M_DISPLIF);
	return NULL;
}

/* From here on page faults bring pages of ours. */
static void revoke(vm_object_t obj)
{
	struct view *v = obj->handle;
	vm_page_t page;
	uint32_t i;

	VM_OBJECT_WLOCK(obj);
	v->revoked = true;
	for (i = 0; i < v->n; i++) {
		page = vm_page_lookup(obj, i);
		if (!page || v->own[i])
			continue;
		/* Fails after a wait, without the lock: it is another page then, perhaps. */
		if (vm_page_busy_acquire(page, VM_ALLOC_WAITFAIL))
			cdev_pager_free_page(obj, page);
		else
			i--;
	}
	VM_OBJECT_WUNLOCK(obj);
}

void dfb_view_end(vm_object_t obj)
{
	revoke(obj);
	vm_object_deallocate(obj);
}

bool dfb_views(void)
{
	return atomic_load_acq_int(&views);
}
