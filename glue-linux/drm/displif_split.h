/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Pages of the OS, 4, 16 or 64 KiB, as grants of 4 KiB. Nothing here asks which kernel it is,
 * so that the arithmetic can be checked on a host for every page size.
 */
#ifndef DISPLIF_SPLIT_H
#define DISPLIF_SPLIT_H

#include <displif/env.h>

/* Where one grant of a buffer lies: the @part-th 4 KiB of the OS page @page. */
struct ddrm_part {
	uint32_t page, part;
};

/* OS pages that hold @grants parts; @shift: log2 of the OS page, 12 or more. */
static inline uint32_t ddrm_split_pages(uint32_t grants, unsigned int shift)
{
	unsigned int more = shift - DISPLIF_PAGE_SHIFT;

	return (uint32_t)(((uint64_t)grants + (1u << more) - 1u) >> more);
}

/* The place of grant @i. */
static inline struct ddrm_part ddrm_split(uint32_t i, unsigned int shift)
{
	unsigned int more = shift - DISPLIF_PAGE_SHIFT;
	struct ddrm_part at = { i >> more, i & ((1u << more) - 1u) };

	return at;
}

#endif
