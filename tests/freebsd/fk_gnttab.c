/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The grant table: a list of free entries, and grants of own pages. */
#include "fk_page.h"

#include <vm/vm.h>
#include <vm/pmap.h>
#include <machine/bus.h>
#include <xen/xen-os.h>
#include <xen/hypervisor.h>
#include <xen/features.h>
#include <xen/gnttab.h>

#define ENTRIES 32768u
#define FIRST 8u

static uint32_t next[ENTRIES], head, n_free;
static bool used[ENTRIES], granted[ENTRIES];

uint8_t xen_features[XENFEAT_NR_SUBMAPS * 32];

void kern_feature(bool translated)
{
	xen_features[XENFEAT_auto_translated_physmap] = translated;
}

void fk_gnttab_init(void)
{
	uint32_t i, max = host_grants_max();

	if (max > ENTRIES)
		max = ENTRIES;
	kern_feature(true);
	memset(used, 0, sizeof(used));
	memset(granted, 0, sizeof(granted));
	head = GNTTAB_LIST_END;
	n_free = 0;
	for (i = max; i > FIRST; i--) {
		next[i - 1] = head;
		head = i - 1;
		n_free++;
	}
}

static int take(uint32_t count, grant_ref_t *list)
{
	uint32_t i, last = head;

	if (host_refused(HOST_F_GRANT) || count > n_free)
		return ENOSPC;
	*list = head;
	for (i = 0; i < count; i++) {
		last = head;
		used[head] = true;
		head = next[head];
	}
	next[last] = GNTTAB_LIST_END;
	n_free -= count;
	return 0;
}

int gnttab_alloc_grant_references(uint16_t count, grant_ref_t *list)
{
	fk_may_lock("gnttab_alloc_grant_references()");
	host_point();
	if (!count)
		host_fail("gnttab_alloc_grant_references() of none takes one");
	return take(count, list);
}

int gnttab_empty_grant_references(const grant_ref_t *list)
{
	return *list == GNTTAB_LIST_END;
}

int gnttab_claim_grant_reference(grant_ref_t *list)
{
	grant_ref_t ref = *list;

	if (ref != GNTTAB_LIST_END)
		*list = next[ref];
	return (int)ref;
}

void gnttab_release_grant_reference(grant_ref_t *list, grant_ref_t ref)
{
	next[ref] = *list;
	*list = ref;
}

static bool known(grant_ref_t ref, const char *what)
{
	if (ref >= ENTRIES || !used[ref])
		host_fail("%s of reference %u, which is free", what, ref);
	return ref < ENTRIES && used[ref];
}

void gnttab_free_grant_reference(grant_ref_t ref)
{
	fk_may_lock("gnttab_free_grant_reference()");
	if (!known(ref, "gnttab_free_grant_reference()"))
		return;
	if (granted[ref])
		host_fail("gnttab_free_grant_reference() of %u, which is granted", ref);
	used[ref] = false;
	next[ref] = head;
	head = ref;
	n_free++;
}

void gnttab_free_grant_references(grant_ref_t list)
{
	grant_ref_t ref;

	while ((ref = list) != GNTTAB_LIST_END) {
		list = next[ref];
		gnttab_free_grant_reference(ref);
	}
}

void gnttab_grant_foreign_access_ref(grant_ref_t ref, domid_t domid, unsigned long frame, int flags)
{
	void *va = fk_page_at((vm_paddr_t)frame << PAGE_SHIFT);

	host_point();
	if (!known(ref, "a grant"))
		return;
	if (granted[ref] || !va || !host_grant(ref, domid, va, flags)) {
		host_fail("grant %u of frame %lu, which is not ours, or is granted already", ref,
			  frame);
		return;
	}
	granted[ref] = true;
	host_point();
}

int gnttab_grant_foreign_access(domid_t domid, unsigned long frame, int flags, grant_ref_t *result)
{
	int err;

	fk_may_lock("gnttab_grant_foreign_access()");
	err = take(1, result);
	if (!err)
		gnttab_grant_foreign_access_ref(*result, domid, frame, flags);
	return err;
}

int gnttab_query_foreign_access(grant_ref_t ref)
{
	return host_grant_mapped(ref);
}

int gnttab_end_foreign_access_ref(grant_ref_t ref)
{
	host_point();
	if (!known(ref, "gnttab_end_foreign_access_ref()") || !granted[ref]) {
		host_fail("gnttab_end_foreign_access_ref() of %u, which is not granted", ref);
		return 1;
	}
	if (!host_grant_end(ref)) {
		printf("WARNING: g.e. still in use!\n");
		return 0;
	}
	granted[ref] = false;
	return 1;
}

void gnttab_end_foreign_access(grant_ref_t ref, void *page)
{
	if (!gnttab_end_foreign_access_ref(ref))
		return;
	gnttab_free_grant_reference(ref);
	if (page)
		free(page, M_DEVBUF);
}

void gnttab_end_foreign_access_references(u_int count, grant_ref_t *refs)
{
	(void)count;
	(void)refs;
	host_fail(
		"gnttab_end_foreign_access_references() links its list wrongly if a page is mapped still");
}

int HYPERVISOR_grant_table_op(unsigned int cmd, void *uop, unsigned int count)
{
	struct gnttab_query_size *size = uop;

	host_point();
	if (cmd != GNTTABOP_query_size)
		return fk_map_op(cmd, uop, count);
	size->nr_frames = size->max_nr_frames = (host_grants_max() + 511) / 512;
	size->status = GNTST_okay;
	return 0;
}

uint32_t fk_gnttab_left(bool print)
{
	uint32_t i, n = 0;

	for (i = 0; i < ENTRIES; i++)
		n += used[i];
	return fk_tell(print, n, "grant references");
}
