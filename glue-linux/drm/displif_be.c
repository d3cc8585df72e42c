/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Memory of the backend's (be-alloc): its pages, mapped over unpopulated ones of ours.
 *
 * A mapping outlives the connection in which it was made, so that its content can be copied
 * when another backend gives new pages. It ends only when nobody uses its pages; that may take
 * long, so it is waited for by nobody.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/page.h>
#include <xen/xen.h>

#include <drm/drm_drv.h>
#include <drm/drm_vma_manager.h>

#include "displif_drv.h"

struct ddrm_be {
	struct ddrm_dev *dd;
	struct ddrm_share *share; /* under objs; NULL: its connection has ended */
	u32 n;
	u32 epoch; /* ddrm_dev.epoch in which the mapping is good */
	struct page **pages;
	struct gnttab_unmap_grant_ref *unmap;
	struct gntab_unmap_queue_data queue;
};

static void ddrm_be_free(struct ddrm_be *be)
{
	kvfree(be->unmap);
	kvfree(be->pages);
	kfree(be);
}

/* The backend's grants out of the directory, whose links are checked. */
static int ddrm_be_read(struct ddrm_share *s, u32 n)
{
	struct displif_pgdir_walk walk;
	int err = displif_pgdir_walk_init(&walk, s->gref[n], n);
	u32 i;

	for (i = 0; i < s->dirs && !err; i++) {
		/*
		 * The links are ours: what they name is not followed. 1: the next page is to be
		 * read.
		 */
		err = displif_pgdir_walk_page(&walk, ddrm_share_dir(s, i), s->gref, n, NULL);
		if (err != 1)
			break;
		err = 0;
	}
	return err ? -EPROTO : 0;
}

/* All or nothing; if nothing, the pages are gone, too. */
static int ddrm_be_map_all(struct ddrm_be *be, const grant_ref_t *gref, u16 dom)
{
	struct gnttab_map_grant_ref *map = kvcalloc(be->n, sizeof(*map), GFP_KERNEL);
	u32 i, good = 0;
	int err;

	if (!map) {
		xen_free_unpopulated_pages(be->n, be->pages);
		return -ENOMEM;
	}
	for (i = 0; i < be->n; i++)
		gnttab_set_map_op(&map[i], (unsigned long)page_address(be->pages[i]),
				  GNTMAP_host_map, gref[i], dom);
	err = gnttab_map_refs(map, NULL, be->pages, be->n);
	for (i = 0; i < be->n; i++) {
		if (map[i].status != GNTST_okay) {
			err = err ? err : -EIO;
			continue;
		}
		/* The good ones lie at the front, so that they can be unmapped without the bad. */
		if (good != i)
			swap(be->pages[good], be->pages[i]);
		gnttab_set_unmap_op(&be->unmap[good], (unsigned long)page_address(be->pages[good]),
				    GNTMAP_host_map, map[i].handle);
		good++;
	}
	kvfree(map);
	if (!err)
		return 0;
	/* Pages that are still mapped must not become anything else. */
	if (good && gnttab_unmap_refs(be->unmap, NULL, be->pages, good))
		drm_err(&be->dd->drm, "%u pages of the backend cannot be unmapped\n", good);
	else
		xen_free_unpopulated_pages(be->n, be->pages);
	return err;
}

/* After DBUF_CREATE: the backend has filled the directory of @s in. */
struct ddrm_be *ddrm_be_map(struct ddrm_share *s, u16 dom)
{
	u32 n = displif_pgdir_pages(s->geo.size);
	struct ddrm_be *be;
	int err;

	err = ddrm_be_read(s, n);
	if (err)
		return ERR_PTR(err);
	be = kzalloc(sizeof(*be), GFP_KERNEL);
	if (!be)
		return ERR_PTR(-ENOMEM);
	be->n = n;
	be->dd = to_ddrm(s->bo->shmem.base.dev);
	be->epoch = READ_ONCE(be->dd->epoch);
	be->pages = kvcalloc(n, sizeof(*be->pages), GFP_KERNEL);
	be->unmap = kvcalloc(n, sizeof(*be->unmap), GFP_KERNEL);
	err = be->pages && be->unmap ? 0 : -ENOMEM;
	if (!err)
		err = xen_alloc_unpopulated_pages(n, be->pages);
	if (!err)
		err = ddrm_be_map_all(be, s->gref, dom);
	/* What was read is the backend's: nothing may end it as if it were ours. */
	memset(s->gref, 0, n * sizeof(*s->gref));
	if (err) {
		ddrm_be_free(be);
		return ERR_PTR(err);
	}
	/* Its end may come after the device's, and after the last open file's. */
	drm_dev_get(&be->dd->drm);
	__module_get(THIS_MODULE);
	return be;
}

static void ddrm_be_unmapped(int result, struct gntab_unmap_queue_data *queue)
{
	struct ddrm_be *be = queue->data;
	struct ddrm_dev *dd = be->dd;

	mutex_lock(&dd->objs);
	if (be->share) {
		be->share->be = NULL;
		if (!dd->gone)
			ddrm_link_kick(dd);
	}
	mutex_unlock(&dd->objs);
	/* Pages that are still mapped must not become anything else. */
	if (result == -ENODEV)
		drm_info(&dd->drm, "%u pages that were another host's are left unused\n", be->n);
	else if (result)
		drm_err(&dd->drm, "%u pages of the backend cannot be unmapped: %d\n", be->n,
			result);
	else
		xen_free_unpopulated_pages(be->n, be->pages);
	ddrm_be_free(be);
	drm_dev_put(&dd->drm);
	module_put(THIS_MODULE);
}

/* Without objs. Returns at once; the mapping ends when nobody uses its pages. */
void ddrm_be_unmap(struct ddrm_be *be)
{
	/* After a resume nothing is mapped there, and our handles may be somebody else's. */
	be->queue.data = be;
	if (be->epoch != READ_ONCE(be->dd->epoch)) {
		ddrm_be_unmapped(-ENODEV, &be->queue);
		return;
	}
	be->queue.done = ddrm_be_unmapped;
	be->queue.unmap_ops = be->unmap;
	be->queue.pages = be->pages;
	be->queue.count = be->n;
	gnttab_unmap_refs_async(&be->queue);
}

/* With objs: the share goes, its mapping may stay. */
void ddrm_be_orphan(struct ddrm_share *s)
{
	if (s->be)
		s->be->share = NULL;
	s->be = NULL;
}

/*
 * With resv and vmap_lock: whether somebody holds addresses of the old pages that cannot be
 * taken away.
 */
static bool ddrm_be_fixed(struct ddrm_bo *bo)
{
	return bo->vmaps || bo->exported;
}

/*
 * The buffer of @s lives in @be from now on. What it held is copied; mappings of user space
 * fault the new pages in. -EBUSY, and @be is unmapped again, if it cannot move.
 */
int ddrm_be_adopt(struct ddrm_share *s, struct ddrm_be *be)
{
	struct drm_gem_object *obj = &s->bo->shmem.base;
	struct ddrm_bo *bo = s->bo;
	/* Stays, as bo->lock is held and the buffer is not freed. */
	struct ddrm_be *old = bo->be;
	u32 i;

	lockdep_assert_held(&bo->lock);
	dma_resv_lock(obj->resv, NULL);
	mutex_lock(&bo->vmap_lock);
	if (old && ddrm_be_fixed(bo)) {
		mutex_unlock(&bo->vmap_lock);
		dma_resv_unlock(obj->resv);
		drm_err_once(obj->dev,
			     "a buffer of the backend's is in use by others and cannot move\n");
		ddrm_be_unmap(be);
		return -EBUSY;
	}
	/*
	 * The fault handler waits for resv, so nobody writes into the old pages while they are
	 * copied.
	 */
	drm_vma_node_unmap(&obj->vma_node, obj->dev->anon_inode->i_mapping);
	/* What the old host's backend had is lost. */
	for (i = 0; old && old->epoch == be->epoch && i < be->n; i++)
		copy_page(page_address(be->pages[i]), page_address(old->pages[i]));
	bo->pages = be->pages;
	mutex_unlock(&bo->vmap_lock);
	dma_resv_unlock(obj->resv);
	mutex_lock(&be->dd->objs);
	bo->be = be;
	be->share = s;
	s->be = be;
	mutex_unlock(&be->dd->objs);
	if (old)
		ddrm_be_unmap(old);
	return 0;
}
