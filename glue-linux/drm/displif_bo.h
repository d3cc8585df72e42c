/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Buffers and framebuffers: what they are for the guest, and what the backend holds of them.
 * For the locks see displif_drv.h, which includes this.
 */
#ifndef DISPLIF_BO_H
#define DISPLIF_BO_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <xen/grant_table.h>

#include <drm/drm_framebuffer.h>
#include <drm/drm_gem_shmem_helper.h>

#include "displif_compat.h"

struct dma_buf_attachment;
struct ddrm_be;
struct ddrm_dev;

enum ddrm_mem {
	DDRM_MEM_SYSTEM,
	DDRM_MEM_IMPORT,
	DDRM_MEM_CONTIG,
	DDRM_MEM_BACKEND,
};

/* A GEM object. All kinds embed the helper's, which is fully used by SYSTEM and IMPORT. */
struct ddrm_bo {
	struct drm_gem_shmem_object shmem;
	enum ddrm_mem mem;
	struct mutex lock;
	struct ddrm_share *share; /* what the backend holds of it in this connection; under objs */
	u32 shares;		  /* that use its memory, older ones included; under objs */
	bool freed;		  /* GEM is done with it; under objs */
	bool exported;		  /* BACKEND: others may have its pages; under resv */
	bool leaked;		  /* the peer maps its memory for longer than we live */
	u32 data_ofs;		  /* IMPORT: bytes before the first pixel */

	struct page *
		*pages; /* CONTIG, BACKEND; of the latter under resv, once it is seen by others */
	dma_addr_t dma;
	struct ddrm_be *be;
	struct mutex vmap_lock; /* inside resv, which not all kernels hold around vmap() */
	void *vaddr;		/* BACKEND: its vmap */
	u32 vmaps;
	bool console;		/* the kernel's own */
	struct iosys_map keep;	/* its vmap, once there was one */
};

static inline struct ddrm_bo *to_ddrm_bo(struct drm_gem_object *obj)
{
	return container_of(to_drm_gem_shmem_obj(obj), struct ddrm_bo, shmem);
}

/* A picture in a buffer, as DBUF_CREATE tells it. */
struct ddrm_geo {
	u32 width, height, bpp, size, data_ofs;
};

enum ddrm_share_state {
	DDRM_SHARE_NEW, /* its maker waits for the answer and owns it */
	DDRM_SHARE_LIVE,
	DDRM_SHARE_UNSURE, /* the maker was killed: to be destroyed */
	DDRM_SHARE_GOING,  /* DBUF_DESTROY is out */
	DDRM_SHARE_LOST,   /* no answer: stays until the connection ends */
	DDRM_SHARE_DONE,   /* the backend has let go */
};

/* A buffer in the backend's hands, or in its way there or back. */
struct ddrm_share {
	struct list_head node; /* of ddrm_dev.shares or .held */
	struct ddrm_bo *bo;
	struct ddrm_geo geo;
	u64 cookie;
	u32 gen;
	u32 state; /* enum ddrm_share_state; DONE and LOST are set by interrupts, too */
	u32 fbs;   /* framebuffers that are attached */
	struct ddrm_be
		*be; /* BACKEND: our mapping of its pages, which must end before DBUF_DESTROY */
	bool pinned;
	u32 pages, dirs;   /* grants of pixels, of the directory; pages: 0 if the backend's */
	grant_ref_t *gref; /* pixels, then directory */
	struct page **dir; /* OS pages */
};

/* The backend's knowledge of a framebuffer; outlives it until FB_DETACH is sent. */
struct ddrm_attach {
	struct list_head node;
	struct ddrm_fb *fb; /* NULL: the framebuffer is gone */
	struct ddrm_share *share;
	u64 cookie;
	u32 gen;   /* attached in this connection */
	u32 tried; /* not again in this one */
};

struct ddrm_fb {
	struct drm_framebuffer base; /* first: drm_gem_fb_destroy() frees it */
	struct ddrm_attach *at;
	struct ddrm_geo geo;
};

static inline struct ddrm_fb *to_ddrm_fb(struct drm_framebuffer *fb)
{
	return container_of(fb, struct ddrm_fb, base);
}

/* displif_share.c */
int ddrm_share_get(struct ddrm_bo *bo, u32 gen, const struct ddrm_geo *geo);
void ddrm_share_work(struct ddrm_dev *dd);
u32 ddrm_share_held(struct ddrm_dev *dd);
void ddrm_share_fini(struct ddrm_dev *dd);
u64 ddrm_grant_limit(void);

/* displif_gem.c */
struct drm_gem_object *ddrm_gem_create_object(struct drm_device *drm, size_t size);
int ddrm_dumb_create(struct drm_file *file, struct drm_device *drm,
		     struct drm_mode_create_dumb *args);
void ddrm_bo_release(struct ddrm_bo *bo);
int ddrm_bo_pages(struct ddrm_bo *bo, struct page ***pages, bool *pinned);

/* displif_import.c */
struct drm_gem_object *ddrm_gem_import(struct drm_device *drm, struct dma_buf_attachment *attach,
				       struct sg_table *sgt);

/* displif_be.c */
struct ddrm_be *ddrm_be_map(struct ddrm_share *share, u16 dom);
int ddrm_be_adopt(struct ddrm_share *share, struct ddrm_be *be);
void ddrm_be_orphan(struct ddrm_share *share);
void ddrm_be_unmap(struct ddrm_be *be);
volatile u32 *ddrm_share_dir(const struct ddrm_share *share, u32 i);

/* displif_fb.c */
struct drm_framebuffer *ddrm_fb_create(struct drm_device *drm, struct drm_file *file,
				       DDRM_FB_INFO const struct drm_mode_fb_cmd2 *cmd);
int ddrm_fb_sync(struct ddrm_fb *fb, u32 gen);
bool ddrm_fb_attached(struct ddrm_fb *fb, u32 gen);
void ddrm_fb_work(struct ddrm_dev *dd);
struct ddrm_fb *ddrm_fb_next(struct ddrm_dev *dd, u32 gen);
struct ddrm_fb *ddrm_fb_find(struct ddrm_dev *dd, u64 cookie);
void ddrm_fb_again(struct ddrm_fb *fb);

#endif
