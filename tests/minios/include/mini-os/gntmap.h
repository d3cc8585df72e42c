/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Stub: mappings of other domains' grants. */
#ifndef STUB_GNTMAP_H
#define STUB_GNTMAP_H

#include <mini-os/os.h>

struct mos_gntmap_run;

struct gntmap {
	int nentries;
	struct mos_gntmap_run *runs;
	unsigned long start_pfn;
};

void gntmap_init(struct gntmap *map);
void gntmap_fini(struct gntmap *map);
int gntmap_set_max_grants(struct gntmap *map, int count);
void *gntmap_map_grant_refs(struct gntmap *map, uint32_t count, uint32_t *domids, int domids_stride,
			    uint32_t *refs, int writable);
int gntmap_munmap(struct gntmap *map, unsigned long start_address, int count);

#endif
