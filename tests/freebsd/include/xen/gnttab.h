/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Grants of the own memory. */
#ifndef TEST_XEN_GNTTAB_H
#define TEST_XEN_GNTTAB_H

#include <xen/xen-os.h>
#include <xen/hypervisor.h>
#include <contrib/xen/grant_table.h>

#define GNTTAB_LIST_END GRANT_REF_INVALID

int gnttab_grant_foreign_access(domid_t domid, unsigned long frame, int flags, grant_ref_t *result);
void gnttab_grant_foreign_access_ref(grant_ref_t ref, domid_t domid, unsigned long frame,
				     int flags);
int gnttab_query_foreign_access(grant_ref_t ref);
int gnttab_end_foreign_access_ref(grant_ref_t ref);
void gnttab_end_foreign_access(grant_ref_t ref, void *page);
void gnttab_end_foreign_access_references(u_int count, grant_ref_t *refs);
int gnttab_alloc_grant_references(uint16_t count, grant_ref_t *head);
int gnttab_claim_grant_reference(grant_ref_t *head);
int gnttab_empty_grant_references(const grant_ref_t *head);
void gnttab_release_grant_reference(grant_ref_t *head, grant_ref_t ref);
void gnttab_free_grant_reference(grant_ref_t ref);
void gnttab_free_grant_references(grant_ref_t head);

#endif
