/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: grants. The one after the last blocks its thread. */
#ifndef STUB_GNTTAB_H
#define STUB_GNTTAB_H

#include <mini-os/os.h>
#include <xen/grant_table.h>

grant_ref_t gnttab_grant_access(domid_t domid, unsigned long frame, int readonly);
/* 0: it is mapped still and stays as it is. */
int gnttab_end_access(grant_ref_t ref);

#endif
