/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The device that a path in XenStore belongs to. Pure. */
#ifndef BE_DEVPATH_H
#define BE_DEVPATH_H

#include <stdbool.h>
#include <stdint.h>

/* Domains above are Xen's own (DOMID_FIRST_RESERVED). */
#define BE_MAX_DOMID 0x7fefu

/*
 * Reads "BASE/FE/DEV" or a node below it. False if @path is not that deep, lies elsewhere, or the
 * numbers are none.
 */
bool be_devpath_parse(const char *base, const char *path, uint32_t *domid, uint32_t *dev);

#endif
