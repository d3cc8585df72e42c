/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Pages that a driver puts into an object of its own, for the files that make objects of them. */
#ifndef FK_PAGE_H
#define FK_PAGE_H

#include "fk.h"

#include <sys/rwlock.h>
#include <vm/vm.h>
#include <vm/vm_param.h>
#include <vm/pmap.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

struct object {
	struct vm_object *obj;
	uint32_t n, refs;
	void *va; /* all pages, whoever maps them; NULL: a driver gives them at each page fault */
	bool mapped, wired;
	/* those of a driver */
	const struct cdev_pager_ops *ops;
	vm_page_t *page; /* n; NULL: not there */
};

struct object *fk_object(const struct vm_object *obj);
/* A page of a range. */
void fk_page_fake(vm_page_t m, vm_paddr_t pa);
void *fk_page_va(vm_page_t m);
/* The object ends. */
void fk_page_orphan(vm_page_t m);
void *fk_range_va(vm_paddr_t pa);
int fk_map_op(unsigned int cmd, void *uop, unsigned int count);

#endif
