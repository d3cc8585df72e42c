/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Buffers of other devices, imported by PRIME: those whose pages can be granted. */
#include <linux/dma-buf.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "displif_drv.h"

/* The pages of an import in order, or an error if it has none, or has holes. */
static int ddrm_import_pages(struct ddrm_bo *bo, struct sg_table *sgt, size_t size)
{
	/* Of the object's size, which is whole pages, whatever the exporter's is. */
	size_t n = PAGE_ALIGN(PAGE_ALIGN(size) + sgt->sgl->offset) >> PAGE_SHIFT, got = 0;
	struct sg_page_iter it;
	struct scatterlist *sg;
	unsigned int i;

	if (sgt->sgl->offset >= PAGE_SIZE)
		return -EINVAL;
	for_each_sgtable_sg(sgt, sg, i) {
		bool last = i + 1 == sgt->orig_nents;

		if ((i && sg->offset) || (!last && !IS_ALIGNED(sg->offset + sg->length, PAGE_SIZE)))
			return -EINVAL;
	}
	bo->pages = kvcalloc(n, sizeof(*bo->pages), GFP_KERNEL);
	if (!bo->pages)
		return -ENOMEM;
	for_each_sgtable_page(sgt, &it, 0) {
		struct page *page = sg_page_iter_page(&it);

		if (got == n)
			break;
		/*
		 * Memory of a device has no pages that can be granted; debugging kernels hide
		 * pages on purpose.
		 */
		if (!page || !pfn_valid(page_to_pfn(page)) || is_zone_device_page(page))
			return -EINVAL;
		bo->pages[got++] = page;
	}
	bo->data_ofs = sgt->sgl->offset;
	return got == n ? 0 : -EINVAL;
}

struct drm_gem_object *ddrm_gem_import(struct drm_device *drm, struct dma_buf_attachment *attach,
				       struct sg_table *sgt)
{
	struct drm_gem_object *obj = drm_gem_shmem_prime_import_sg_table(drm, attach, sgt);
	struct ddrm_bo *bo;
	int err;

	if (IS_ERR(obj))
		return obj;
	bo = to_ddrm_bo(obj);
	bo->mem = DDRM_MEM_IMPORT;
	err = ddrm_import_pages(bo, sgt, attach->dmabuf->size);
	if (!err)
		return obj;
	/* The caller ends the attachment when this fails, so the object must not. */
	bo->shmem.sgt = NULL;
	kvfree(bo->pages);
	drm_gem_object_release(obj);
	kfree(bo);
	drm_dbg_kms(drm, "an import without usable pages: %d\n", err);
	return ERR_PTR(err);
}
