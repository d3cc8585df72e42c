/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * GEM objects of four kinds of memory. All embed the shmem helper's object, since kernels'
 * console code takes any dumb buffer for one; what the helper does not know (blocks, the
 * backend's pages) never reaches its functions.
 *
 * Pixels are ordinary cacheable memory everywhere: the other side maps them so.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <xen/xen.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_prime.h>

#include "displif_drv.h"

/* Gives memory and object back. Nobody uses them, and no grant of them is left, or bo->leaked. */
void ddrm_bo_release(struct ddrm_bo *bo)
{
	struct drm_gem_object *obj = &bo->shmem.base;

	switch (bo->mem) {
	case DDRM_MEM_IMPORT:
		/* The exporter must not give its pages to anybody, so its buffer stays attached. */
		if (bo->leaked)
			return;
		fallthrough;
	case DDRM_MEM_SYSTEM:
		if (!iosys_map_is_null(&bo->keep)) {
			dma_resv_lock(obj->resv, NULL);
			drm_gem_shmem_vunmap(&bo->shmem, &bo->keep);
			dma_resv_unlock(obj->resv);
		}
		kvfree(bo->pages);
		drm_gem_shmem_free(&bo->shmem);
		return;
	case DDRM_MEM_CONTIG:
		if (!bo->leaked)
			dma_free_pages(obj->dev->dev, obj->size, bo->pages[0], bo->dma,
				       DMA_BIDIRECTIONAL);
		kvfree(bo->pages);
		break;
	case DDRM_MEM_BACKEND:
		if (bo->be)
			ddrm_be_unmap(bo->be);
		break;
	}
	drm_gem_object_release(obj);
	kfree(bo);
}

/* Never waits: a buffer that the backend may hold goes when that has ended. */
static void ddrm_gem_free(struct drm_gem_object *obj)
{
	struct ddrm_bo *bo = to_ddrm_bo(obj);
	struct ddrm_dev *dd = to_ddrm(obj->dev);
	bool now;

	mutex_lock(&dd->objs);
	now = !bo->shares;
	if (!now) {
		bo->freed = true;
		drm_dev_get(&dd->drm);
		if (!dd->gone)
			ddrm_link_kick(dd);
	}
	mutex_unlock(&dd->objs);
	if (now)
		ddrm_bo_release(bo);
}

/* The pages of a share, which stay until it ends. *@pinned: drm_gem_shmem_unpin() is owed. */
int ddrm_bo_pages(struct ddrm_bo *bo, struct page ***pages, bool *pinned)
{
	if (bo->mem == DDRM_MEM_SYSTEM) {
		int err = drm_gem_shmem_pin(&bo->shmem);

		if (err)
			return err;
		*pinned = true;
		*pages = bo->shmem.pages;
	} else {
		*pages = bo->pages;
	}
	return 0;
}

static struct sg_table *ddrm_gem_sg_table(struct drm_gem_object *obj)
{
	return drm_prime_pages_to_sg(obj->dev, to_ddrm_bo(obj)->pages,
				     (unsigned int)(obj->size >> PAGE_SHIFT));
}

/* A block is mapped already; the backend's pages are scattered. */
static int ddrm_gem_vmap(struct drm_gem_object *obj, struct iosys_map *map)
{
	struct ddrm_bo *bo = to_ddrm_bo(obj);
	int err = 0;

	if (bo->mem == DDRM_MEM_CONTIG) {
		iosys_map_set_vaddr(map, page_address(bo->pages[0]));
		return 0;
	}
	mutex_lock(&bo->vmap_lock);
	if (!bo->vmaps)
		bo->vaddr = vmap(bo->pages, (unsigned int)(obj->size >> PAGE_SHIFT), VM_MAP,
				 PAGE_KERNEL);
	if (bo->vaddr) {
		bo->vmaps++;
		iosys_map_set_vaddr(map, bo->vaddr);
	} else {
		err = -ENOMEM;
	}
	mutex_unlock(&bo->vmap_lock);
	return err;
}

static void ddrm_gem_vunmap(struct drm_gem_object *obj, struct iosys_map *map)
{
	struct ddrm_bo *bo = to_ddrm_bo(obj);

	if (bo->mem == DDRM_MEM_CONTIG)
		return;
	mutex_lock(&bo->vmap_lock);
	if (!--bo->vmaps) {
		vunmap(bo->vaddr);
		bo->vaddr = NULL;
	}
	mutex_unlock(&bo->vmap_lock);
}

/*
 * The console of some kernels maps its buffer anew for every bit of text, which costs a PV guest a
 * hypercall for each page: its map stays.
 */
static int ddrm_shmem_vmap(struct drm_gem_object *obj, struct iosys_map *map)
{
	struct ddrm_bo *bo = to_ddrm_bo(obj);
	int err = 0;

	if (bo->console) {
		mutex_lock(&bo->vmap_lock);
		if (iosys_map_is_null(&bo->keep))
			err = drm_gem_shmem_object_vmap(obj, &bo->keep);
		mutex_unlock(&bo->vmap_lock);
	}
	return err ? err : drm_gem_shmem_object_vmap(obj, map);
}

static vm_fault_t ddrm_gem_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct drm_gem_object *obj = vma->vm_private_data;
	struct ddrm_bo *bo = to_ddrm_bo(obj);
	/* Mappings of a dma-buf may begin anywhere in it. */
	unsigned long i = vmf->pgoff - drm_vma_node_start(&obj->vma_node);
	vm_fault_t ret;

	if (i >= obj->size >> PAGE_SHIFT)
		return VM_FAULT_SIGBUS;
	/*
	 * A block's tail pages have no reference count of their own; the backend's have, and
	 * may be replaced.
	 */
	if (bo->mem == DDRM_MEM_CONTIG)
		return vmf_insert_pfn(vma, vmf->address, page_to_pfn(bo->pages[i]));
	dma_resv_lock(obj->resv, NULL);
	ret = vmf_insert_page(vma, vmf->address, bo->pages[i]);
	dma_resv_unlock(obj->resv);
	return ret;
}

static const struct vm_operations_struct ddrm_vm_ops = {
	.fault = ddrm_gem_fault,
	.open = drm_gem_vm_open,
	.close = drm_gem_vm_close,
};

static int ddrm_gem_mmap(struct drm_gem_object *obj, struct vm_area_struct *vma)
{
	bool block = to_ddrm_bo(obj)->mem == DDRM_MEM_CONTIG;

	if ((vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE)
		return -EINVAL;
	ddrm_vma_flags(vma,
		       (block ? VM_PFNMAP | VM_IO : VM_MIXEDMAP) | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = vm_get_page_prot(vma->vm_flags);
	return 0;
}

/* An importer's addresses and mappings cannot be taken away, so the buffer stays where it is. */
static struct dma_buf *ddrm_gem_export(struct drm_gem_object *obj, int flags)
{
	dma_resv_lock(obj->resv, NULL);
	to_ddrm_bo(obj)->exported = true;
	dma_resv_unlock(obj->resv);
	return drm_gem_prime_export(obj, flags);
}

static const struct drm_gem_object_funcs ddrm_other_funcs = {
	.free = ddrm_gem_free,
	.export = ddrm_gem_export,
	.get_sg_table = ddrm_gem_sg_table,
	.vmap = ddrm_gem_vmap,
	.vunmap = ddrm_gem_vunmap,
	.mmap = ddrm_gem_mmap,
	.vm_ops = &ddrm_vm_ops,
};

static const struct drm_gem_object_funcs ddrm_shmem_funcs = {
	.free = ddrm_gem_free,
	.print_info = drm_gem_shmem_object_print_info,
	.pin = drm_gem_shmem_object_pin,
	.unpin = drm_gem_shmem_object_unpin,
	.get_sg_table = drm_gem_shmem_object_get_sg_table,
	.vmap = ddrm_shmem_vmap,
	.vunmap = drm_gem_shmem_object_vunmap,
	.mmap = drm_gem_shmem_object_mmap,
	.vm_ops = &drm_gem_shmem_vm_ops,
};

/* For the helper, which then makes it SYSTEM or an import. */
struct drm_gem_object *ddrm_gem_create_object(struct drm_device *drm, size_t size)
{
	struct ddrm_bo *bo = kzalloc(sizeof(*bo), GFP_KERNEL);

	/* The helper frees what begins with its own object. */
	BUILD_BUG_ON(offsetof(struct ddrm_bo, shmem));
	if (!bo)
		return ERR_PTR(-ENOMEM);
	mutex_init(&bo->lock);
	mutex_init(&bo->vmap_lock);
	bo->mem = DDRM_MEM_SYSTEM;
	bo->shmem.map_wc = false;
	bo->shmem.base.funcs = &ddrm_shmem_funcs;
	return &bo->shmem.base;
}

static struct ddrm_bo *ddrm_bo_private(struct drm_device *drm, size_t size, enum ddrm_mem mem)
{
	struct ddrm_bo *bo = kzalloc(sizeof(*bo), GFP_KERNEL);
	int err;

	if (!bo)
		return ERR_PTR(-ENOMEM);
	mutex_init(&bo->lock);
	mutex_init(&bo->vmap_lock);
	bo->mem = mem;
	bo->shmem.base.funcs = &ddrm_other_funcs;
	drm_gem_private_object_init(drm, &bo->shmem.base, size);
	/* Before any mapping, since the fault handler counts from it. */
	err = drm_gem_create_mmap_offset(&bo->shmem.base);
	if (!err)
		return bo;
	drm_gem_object_release(&bo->shmem.base);
	kfree(bo);
	return ERR_PTR(err);
}

static struct ddrm_bo *ddrm_bo_block(struct drm_device *drm, size_t size)
{
	struct ddrm_bo *bo = ddrm_bo_private(drm, size, DDRM_MEM_CONTIG);
	unsigned long i, n = size >> PAGE_SHIFT;
	struct page *page = NULL;

	if (IS_ERR(bo))
		return bo;
	bo->pages = kvcalloc(n, sizeof(*bo->pages), GFP_KERNEL);
	if (bo->pages)
		page = dma_alloc_pages(drm->dev, size, &bo->dma, DMA_BIDIRECTIONAL,
				       GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	/* There cannot be an error here, but debugging kernels want to be asked. */
	if (!page || dma_mapping_error(drm->dev, bo->dma)) {
		kvfree(bo->pages);
		drm_gem_object_release(&bo->shmem.base);
		kfree(bo);
		return ERR_PTR(-ENOMEM);
	}
	for (i = 0; i < n; i++)
		bo->pages[i] = page + i;
	return bo;
}

/* The backend's memory is there before anybody can map the buffer, so this is its DBUF_CREATE. */
static struct ddrm_bo *ddrm_bo_backend(struct drm_device *drm, const struct ddrm_geo *geo, u32 gen)
{
	struct ddrm_bo *bo = ddrm_bo_private(drm, PAGE_ALIGN(geo->size), DDRM_MEM_BACKEND);
	int idx, err = -ENODEV;

	if (IS_ERR(bo))
		return bo;
	if (drm_dev_enter(drm, &idx)) {
		err = mutex_lock_killable(&bo->lock);
		if (!err) {
			err = ddrm_share_get(bo, gen, geo);
			mutex_unlock(&bo->lock);
		}
		drm_dev_exit(idx);
	}
	if (!err)
		return bo;
	drm_gem_object_put(&bo->shmem.base);
	return ERR_PTR(err);
}

static struct ddrm_bo *ddrm_bo_make(struct ddrm_dev *dd, const struct ddrm_geo *geo, bool user)
{
	size_t size = PAGE_ALIGN(geo->size);
	struct drm_gem_shmem_object *shmem;
	struct ddrm_bo *bo;
	bool be_alloc;
	u32 gen;

	mutex_lock(&dd->objs);
	gen = dd->gen;
	be_alloc = gen && dd->be_alloc;
	mutex_unlock(&dd->objs);
	/* Where pages are split, or page tables are Xen's, no program can map the backend's pages. */
	if (user && be_alloc && (PAGE_SIZE != XEN_PAGE_SIZE || xen_pv_domain())) {
		drm_info_once(&dd->drm, "be-alloc: not in this guest; its own memory is used\n");
	} else if (user && be_alloc) {
		bo = ddrm_bo_backend(&dd->drm, geo, gen);
		if (!IS_ERR(bo) || PTR_ERR(bo) == -ERESTARTSYS || PTR_ERR(bo) == -EINTR)
			return bo;
		drm_dbg_kms(&dd->drm, "no memory of the backend's: %pe\n", bo);
	}
	if (user && ddrm_contiguous) {
		bo = ddrm_bo_block(&dd->drm, size);
		if (!IS_ERR(bo))
			return bo;
		drm_info_once(&dd->drm, "no contiguous block of %zu bytes; system pages are used\n",
			      size);
	}
	shmem = drm_gem_shmem_create(&dd->drm, size);
	return IS_ERR(shmem) ? ERR_CAST(shmem) : container_of(shmem, struct ddrm_bo, shmem);
}

int ddrm_dumb_create(struct drm_file *file, struct drm_device *drm,
		     struct drm_mode_create_dumb *args)
{
	u64 tight = DIV_ROUND_UP_ULL((u64)args->width * args->bpp, 8), pitch = round_up(tight, 8);
	struct ddrm_geo geo = { .width = args->width, .height = args->height };
	struct ddrm_bo *bo;
	int err;

	/* Eight bytes: the largest rounding that all backends derive from a buffer's size. */
	if (args->bpp > 64 || args->width > DISPLIF_MAX_SIDE || args->height > DISPLIF_MAX_SIDE ||
	    pitch * args->height > DISPLIF_MAX_BUFFER)
		return -EINVAL;
	geo.bpp = round_up(args->bpp, 8);
	geo.size = (u32)pitch * args->height;
	/* The console's file is no user's; its code wants buffers of the helper's kind. */
	bo = ddrm_bo_make(to_ddrm(drm), &geo, file->filp);
	if (IS_ERR(bo))
		return (int)PTR_ERR(bo);
	bo->console = !file->filp;
	args->pitch = (u32)pitch;
	args->size = bo->shmem.base.size;
	err = drm_gem_handle_create(file, &bo->shmem.base, &args->handle);
	drm_gem_object_put(&bo->shmem.base);
	return err;
}
