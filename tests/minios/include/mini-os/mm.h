/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: pages, which are not zeroed, and second mappings of them. Frames are numbered otherwise with PV and PVH. */
#ifndef STUB_MM_H
#define STUB_MM_H

#include <mini-os/os.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))

#define L1_PROT 0x63UL
#define L1_PROT_RO 0x61UL

extern unsigned long nr_free_pages;

unsigned long alloc_pages(int order);
void free_pages(void *pointer, int order);
#define alloc_page() alloc_pages(0)
#define free_page(p) free_pages(p, 0)

unsigned long mos_frame(unsigned long va, bool pv);
#ifdef CONFIG_PARAVIRT
#define virt_to_mfn(va) mos_frame((unsigned long)(va), true)
#else
#define virt_to_mfn(va) mos_frame((unsigned long)(va), false)
#endif

void *map_frames_ex(const unsigned long *frame, unsigned long n, unsigned long stride,
		    unsigned long increment, unsigned long alignment, domid_t id, int *err,
		    unsigned long prot);
int unmap_frames(unsigned long va, unsigned long num_frames);

#endif
