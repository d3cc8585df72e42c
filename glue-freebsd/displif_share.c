/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Pages and grants, as the port layer asks for them; and pages that a backend still maps after they were given up. */
#include "displif_var.h"

#include <sys/rwlock.h>

#include <vm/vm_param.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

/* gnttab_alloc_grant_references() takes 16 bits. */
#define PART 32768u
/* Entries of a frame of the grant table, version 1. */
#define ENTRIES 512u
/* Pauses between two questions whether a backend let go, ms. */
#define SWEEP_MS 1000u
#define SWEEP_MAX_MS 64000u

/* Of devices that are gone; under the lock of no device, so with one of its own. */
static struct dfb_block *orphans;
static struct sx orphans_sx;
SX_SYSINIT(displif_orphans, &orphans_sx, "displif orphans");

static vm_size_t bytes(const struct dfb_block *b)
{
	return (vm_size_t)b->n * PAGE_SIZE;
}

/* --- blocks --- */

/*
 * Memory that programs map, too, is an object: its pages live as long as any of their maps, so that nothing has
 * to be taken away from a program when the device goes.
 */
static bool object_new(struct dfb_block *b)
{
	vm_offset_t va = vm_map_min(kernel_map);

	b->obj = vm_pager_allocate(OBJT_PHYS, NULL, bytes(b), VM_PROT_DEFAULT, 0, NULL);
	if (!b->obj)
		return false;
	vm_object_reference(b->obj);
	if (vm_map_find(kernel_map, b->obj, 0, &va, bytes(b), 0, VMFS_OPTIMAL_SPACE, VM_PROT_RW,
			VM_PROT_RW, 0) != KERN_SUCCESS) {
		vm_object_deallocate(b->obj);
		return false;
	}
	b->va = (void *)va;
	return vm_map_wire(kernel_map, va, va + bytes(b),
			   VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES) == KERN_SUCCESS;
}

static void object_free(struct dfb_block *b)
{
	if (b->va)
		vm_map_remove(kernel_map, (vm_offset_t)b->va, (vm_offset_t)b->va + bytes(b));
	vm_object_deallocate(b->obj);
}

static void block_free(struct dfb_block *b)
{
	if (b->obj)
		object_free(b);
	else if (b->va && !b->for_ever)
		kmem_free(b->va, bytes(b));
	free(b->held, M_DISPLIF);
	free(b, M_DISPLIF);
}

struct dfb_block *dfb_block_new(struct dfb_dev *dd, uint32_t n, bool user, void *kept)
{
	struct dfb_block *b = malloc(sizeof(*b), M_DISPLIF, M_WAITOK | M_ZERO);
	bool done = false;

	b->n = n;
	b->held = mallocarray(n, sizeof(*b->held), M_DISPLIF, M_NOWAIT | M_ZERO);
	if (b->held && kept) {
		b->va = kept;
		b->for_ever = done = true;
	} else if (b->held && user) {
		done = object_new(b);
	} else if (b->held) {
		b->va = kmem_malloc(bytes(b), M_NOWAIT | M_ZERO);
		done = b->va;
	}
	if (!done) {
		block_free(b);
		if (dfb_may_say(dd))
			device_printf(dd->dev, "no memory for %u pages\n", n);
		return NULL;
	}
	b->next = dd->blocks;
	dd->blocks = b;
	return b;
}

static void block_unlink(struct dfb_block **list, const struct dfb_block *b)
{
	while (*list && *list != b)
		list = &(*list)->next;
	if (*list)
		*list = b->next;
}

void dfb_block_drop(struct dfb_dev *dd, struct dfb_block *b)
{
	b->given_up = true;
	if (b->n_held)
		return;
	block_unlink(&dd->blocks, b);
	block_free(b);
}

static struct dfb_block *find(struct dfb_dev *dd, const void *va)
{
	struct dfb_block *b = dd->blocks;

	while (b && (b->va != va || b->given_up))
		b = b->next;
	KASSERT(b, ("%s: %p is no block", __func__, va));
	return b;
}

/* --- grants --- */

uint32_t dfb_grant_limit(void)
{
	struct gnttab_query_size size = { .dom = DOMID_SELF };

	if (HYPERVISOR_grant_table_op(GNTTABOP_query_size, &size, 1) || size.status != GNTST_okay ||
	    size.max_nr_frames >= UINT32_MAX / ENTRIES)
		return UINT32_MAX;
	return size.max_nr_frames * ENTRIES;
}

/* Says what the hypervisor allows, since the kernel's error does not. */
static void too_many(struct dfb_dev *dd, uint32_t n, int err)
{
	if (dfb_may_say(dd))
		device_printf(dd->dev,
			      "no %u grant references: error %d; the table has at most %u\n", n,
			      err, dfb_grant_limit());
}

/* The kernel prints a line for each that it cannot end: a backend could have it print thousands. So it is asked before. */
static void end_one(grant_ref_t ref, uint32_t *ended)
{
	if (gnttab_query_foreign_access(ref) || !gnttab_end_foreign_access_ref(ref))
		return;
	gnttab_free_grant_reference(ref);
	(*ended)++;
}

void dfb_sweep_later(struct dfb_dev *dd)
{
	if (dd->sweep_at != DISPLIF_NEVER)
		return;
	dd->sweep_ms = SWEEP_MS;
	dd->sweep_at = dfb_now() + SWEEP_MS;
}

/* Returns how many are mapped still; the block holds those. */
static uint32_t end_all(struct dfb_dev *dd, struct dfb_block *b, const uint32_t *gref, uint32_t n)
{
	uint32_t i, ended, all = 0;

	for (i = 0; i < n; i++) {
		ended = 0;
		end_one(gref[i], &ended);
		if (!ended)
			b->held[b->n_held++] = gref[i];
		all += ended;
	}
	if (all != n)
		dfb_sweep_later(dd);
	return n - all;
}

/* All or none. */
static int grant_all(struct dfb_dev *dd, struct dfb_block *b, uint16_t dom, uint32_t n,
		     uint32_t flags, uint32_t *gref)
{
	uint32_t i = 0, end;
	grant_ref_t head;
	int err;

	while (i < n) {
		end = n - i > PART ? i + PART : n;
		err = gnttab_alloc_grant_references((uint16_t)(end - i), &head);
		if (err) {
			too_many(dd, n, err);
			end_all(dd, b, gref, i);
			return err == ENOSPC ? DISPLIF_E_NOSPC : DISPLIF_E_OS;
		}
		for (; i < end; i++) {
			gref[i] = (uint32_t)gnttab_claim_grant_reference(&head);
			gnttab_grant_foreign_access_ref(
				gref[i], dom,
				vtophys((char *)b->va + (size_t)i * PAGE_SIZE) >> PAGE_SHIFT,
				!(flags & DISPLIF_PORT_WRITE));
		}
	}
	return 0;
}

int dfb_share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va, uint32_t *gref)
{
	struct dfb_dev *dd = ctx;
	struct dfb_block *b = dfb_block_new(dd, n, false, NULL);
	int err;

	if (!b)
		return DISPLIF_E_OS;
	err = grant_all(dd, b, dom, n, flags, gref);
	if (err)
		dfb_block_drop(dd, b);
	else
		*va = b->va;
	return err;
}

void dfb_unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n)
{
	struct dfb_dev *dd = ctx;
	struct dfb_block *b = find(dd, va);

	end_all(dd, b, gref, n);
	dfb_block_drop(dd, b);
}

int dfb_grant(void *ctx, uint16_t dom, void *mem, uint32_t n, uint32_t flags, uint32_t *gref)
{
	struct dfb_dev *dd = ctx;
	struct dfb_block *b = find(dd, mem);

	/* A backend of before still maps it; there is room for one life's grants. */
	if (b->n_held)
		return DISPLIF_E_AGAIN;
	return grant_all(dd, b, dom, n, flags, gref);
}

uint32_t dfb_ungrant(void *ctx, void *mem, const uint32_t *gref, uint32_t n)
{
	struct dfb_dev *dd = ctx;

	return end_all(dd, find(dd, mem), gref, n);
}

/* --- pages that are mapped still --- */

/* Stops at the first that is mapped still. */
static void try_block(struct dfb_block *b)
{
	uint32_t ended;

	while (b->n_held) {
		ended = 0;
		end_one(b->held[b->n_held - 1], &ended);
		if (!ended)
			return;
		b->n_held--;
	}
}

static uint32_t try_list(struct dfb_block **at)
{
	struct dfb_block *b;
	uint32_t held = 0;

	while ((b = *at) != NULL) {
		try_block(b);
		held += b->n_held;
		if (b->given_up && !b->n_held) {
			*at = b->next;
			block_free(b);
		} else {
			at = &b->next;
		}
	}
	return held;
}

uint32_t dfb_held(const struct dfb_dev *dd)
{
	const struct dfb_block *b;
	uint32_t held = 0;

	for (b = dd->blocks; b; b = b->next)
		held += b->n_held;
	return held;
}

void dfb_sweep(struct dfb_dev *dd)
{
	uint32_t held = try_list(&dd->blocks);

	sx_xlock(&orphans_sx);
	held += try_list(&orphans);
	sx_xunlock(&orphans_sx);
	held += dfb_map_sweep();
	if (!dd->sweep_ms)
		dd->sweep_ms = SWEEP_MS / 2;
	dd->sweep_ms = dd->sweep_ms < SWEEP_MAX_MS / 2 ? dd->sweep_ms * 2 : SWEEP_MAX_MS;
	dd->sweep_at = held ? dfb_now() + dd->sweep_ms : DISPLIF_NEVER;
}

bool dfb_share_kept(void)
{
	bool kept;

	sx_xlock(&orphans_sx);
	kept = try_list(&orphans);
	sx_xunlock(&orphans_sx);
	return kept;
}

void dfb_share_fini(struct dfb_dev *dd)
{
	struct dfb_block *b;

	while ((b = dd->blocks) != NULL) {
		dd->blocks = b->next;
		b->given_up = true;
		if (!b->n_held) {
			block_free(b);
			continue;
		}
		sx_xlock(&orphans_sx);
		b->next = orphans;
		orphans = b;
		sx_xunlock(&orphans_sx);
	}
}
