/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Shares: a buffer's grants and directory in the backend's hands, from DBUF_CREATE to the end
 * of its last grant.
 *
 * A share is made by whoever shows the buffer first in a connection, and ended by the work
 * "life" only. Between them stands its state. Pages that the backend may still map are never
 * given back: their share stays on the list "held", which is looked at again. The grant table
 * would keep single pages by itself, but it works off ten of them a second.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <asm/xen/hypercall.h>
#include <xen/page.h>

#include <drm/drm_drv.h>

#include "displif_drv.h"
#include "displif_split.h"

/* Grants that other devices of the guest may want. */
#define DDRM_GRANTS_OTHERS 1024u

/* Directory page @i. */
volatile u32 *ddrm_share_dir(const struct ddrm_share *s, u32 i)
{
	struct ddrm_part at = ddrm_split(i, PAGE_SHIFT);

	return page_address(s->dir[at.page]) + ((size_t)at.part << DISPLIF_PAGE_SHIFT);
}

static void ddrm_grant_page(u16 dom, grant_ref_t ref, struct page **pages, u32 i)
{
	struct ddrm_part at = ddrm_split(i, PAGE_SHIFT);

	gnttab_grant_foreign_access_ref(ref, dom, xen_page_to_gfn(pages[at.page]) + at.part, 0);
}

/* Whether a page of this memory cannot be kept alone. */
static bool ddrm_share_strict(const struct ddrm_share *s)
{
	return s->bo->mem == DDRM_MEM_CONTIG || s->bo->mem == DDRM_MEM_IMPORT;
}

/*
 * Returns how many pixel pages are still mapped and held; may be called again. @last: it will
 * not be, so what can be left to the grant table is.
 */
static u32 ddrm_share_end(struct ddrm_share *s, bool last)
{
	u32 i, left = 0, n = displif_pgdir_pages(s->geo.size);

	for (i = 0; i < s->pages; i++) {
		if (!s->gref[i])
			continue;
		if (last && !ddrm_share_strict(s)) {
			gnttab_end_foreign_access(s->gref[i], NULL);
		} else if (!gnttab_try_end_foreign_access(s->gref[i])) {
			left++;
			continue;
		}
		s->gref[i] = 0;
	}
	for (i = 0; i < s->dirs; i++)
		gnttab_end_foreign_access(s->gref[n + i], NULL);
	for (i = 0; i < ddrm_split_pages(s->dirs, PAGE_SHIFT); i++)
		__free_page(s->dir[i]);
	s->dirs = 0;
	return left;
}

/*
 * All grants have ended: the share goes, and the buffer's memory if this was the last that used
 * it.
 */
static void ddrm_share_bury(struct ddrm_dev *dd, struct ddrm_share *s)
{
	struct ddrm_bo *bo = s->bo;
	bool last;

	if (s->pinned)
		drm_gem_shmem_unpin(&bo->shmem);
	mutex_lock(&dd->objs);
	dd->pages_shared -= s->pages;
	bo->shares--;
	last = bo->freed && !bo->shares;
	mutex_unlock(&dd->objs);
	if (last) {
		ddrm_bo_release(bo);
		drm_dev_put(&dd->drm);
	}
	kvfree(s->gref);
	kfree(s->dir);
	kfree(s);
}

static void ddrm_share_scrap(struct ddrm_share *s)
{
	if (s->dir) {
		u32 i;

		for (i = 0; i < ddrm_split_pages(s->dirs, PAGE_SHIFT) && s->dir[i]; i++)
			__free_page(s->dir[i]);
	}
	kfree(s->dir);
	kvfree(s->gref);
	kfree(s);
}

/* Memory, grants and directory, which nobody is told of yet. */
static struct ddrm_share *ddrm_share_make(struct ddrm_bo *bo, const struct ddrm_geo *geo, u16 dom)
{
	u32 i, next = 0, n = displif_pgdir_pages(geo->size);
	struct ddrm_share *s = kzalloc(sizeof(*s), GFP_KERNEL);
	bool own = bo->mem != DDRM_MEM_BACKEND;
	struct page **pages = NULL;
	int err = -ENOMEM;

	if (!s)
		return ERR_PTR(err);
	s->bo = bo;
	s->geo = *geo;
	s->dirs = displif_pgdir_dirs(n);
	s->gref = kvcalloc(n + s->dirs, sizeof(*s->gref), GFP_KERNEL);
	s->dir = kcalloc(ddrm_split_pages(s->dirs, PAGE_SHIFT), sizeof(*s->dir), GFP_KERNEL);
	if (!s->gref || !s->dir)
		goto fail;
	for (i = 0; i < ddrm_split_pages(s->dirs, PAGE_SHIFT); i++) {
		s->dir[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!s->dir[i])
			goto fail;
	}
	if (own) {
		err = ddrm_bo_pages(bo, &pages, &s->pinned);
		if (err)
			goto fail;
		err = ddrm_grant_refs(dom, s->gref, n + s->dirs);
	} else {
		err = ddrm_grant_refs(dom, s->gref + n, s->dirs);
	}
	if (err) {
		drm_err_ratelimited(
			bo->shmem.base.dev,
			"no %u grants for a buffer; raise max_grant_frames of this domain\n",
			n + s->dirs);
		if (s->pinned)
			drm_gem_shmem_unpin(&bo->shmem);
		goto fail;
	}
	s->pages = own ? n : 0;
	for (i = 0; i < s->pages; i++)
		ddrm_grant_page(dom, s->gref[i], pages, i);
	/* Last to first, since each names the next. */
	for (i = s->dirs; i--;) {
		displif_pgdir_build(ddrm_share_dir(s, i), i, next, own ? s->gref : NULL, n);
		next = s->gref[n + i];
		ddrm_grant_page(dom, next, s->dir, i);
	}
	return s;

fail:
	ddrm_share_scrap(s);
	return ERR_PTR(err);
}

/* With objs: -ENOENT if the backend has to be told of the buffer. */
static int ddrm_share_look(struct ddrm_bo *bo, u32 gen, const struct ddrm_geo *geo)
{
	const struct ddrm_share *s = bo->share;

	if (!s)
		return -ENOENT;
	if (s->gen != gen)
		return -EAGAIN;
	switch (READ_ONCE(s->state)) {
	case DDRM_SHARE_LIVE:
		/* The protocol gives a buffer one geometry for its life. */
		return memcmp(&s->geo, geo, sizeof(*geo)) ? -EINVAL : 0;
	case DDRM_SHARE_LOST:
		return -EIO;
	default:
		return -EAGAIN;
	}
}

static int ddrm_share_send(struct ddrm_share *s, u8 op)
{
	struct ddrm_dev *dd = to_ddrm(s->bo->shmem.base.dev);
	struct displif_msg msg = { .op = op, .dbuf = s->cookie };

	if (op == XENDISPL_OP_DBUF_DESTROY)
		return ddrm_req_quiet(&dd->conn[0], s->gen, &msg, s);
	msg.width = s->geo.width;
	msg.height = s->geo.height;
	msg.bpp = s->geo.bpp;
	msg.size = s->geo.size;
	msg.data_ofs = s->geo.data_ofs;
	msg.flags = s->bo->mem == DDRM_MEM_BACKEND ? XENDISPL_DBUF_FLG_REQ_ALLOC : 0;
	msg.gref_dir = s->gref[displif_pgdir_pages(s->geo.size)];
	return ddrm_req_wait(&dd->conn[0], s->gen, &msg, NULL);
}

/* What became of a DBUF_CREATE. */
static u32 ddrm_share_after(int err, bool created)
{
	if (!err)
		return DDRM_SHARE_LIVE;
	if (err == -ERESTARTSYS || created)
		return DDRM_SHARE_UNSURE;
	return err == -ETIMEDOUT || err == -ENOTCONN ? DDRM_SHARE_LOST : DDRM_SHARE_DONE;
}

/*
 * Makes the buffer known to the backend of connection @gen, with bo->lock held. Returns 0;
 * -EINVAL for another geometry than it is known with; -ENOTCONN, -EAGAIN: not now; what the
 * backend said; -ETIMEDOUT, -ERESTARTSYS.
 */
int ddrm_share_get(struct ddrm_bo *bo, u32 gen, const struct ddrm_geo *geo)
{
	struct ddrm_dev *dd = to_ddrm(bo->shmem.base.dev);
	struct ddrm_share *s;
	bool created;
	int err;
	u16 dom;

	lockdep_assert_held(&bo->lock);
	mutex_lock(&dd->objs);
	err = dd->gen == gen ? ddrm_share_look(bo, gen, geo) : -ENOTCONN;
	dom = dd->dom;
	mutex_unlock(&dd->objs);
	if (err != -ENOENT)
		return err;
	s = ddrm_share_make(bo, geo, dom);
	if (IS_ERR(s))
		return (int)PTR_ERR(s);
	mutex_lock(&dd->objs);
	s->gen = gen;
	s->cookie = (u64)atomic64_inc_return(&dd->cookie);
	s->state = DDRM_SHARE_NEW;
	bo->share = s;
	bo->shares++;
	dd->pages_shared += s->pages;
	list_add_tail(&s->node, &dd->shares);
	mutex_unlock(&dd->objs);

	/* If the connection has ended meanwhile this says so. */
	err = ddrm_share_send(s, XENDISPL_OP_DBUF_CREATE);
	created = !err;
	if (!err && bo->mem == DDRM_MEM_BACKEND) {
		struct ddrm_be *be = ddrm_be_map(s, dom);

		err = IS_ERR(be) ? (int)PTR_ERR(be) : ddrm_be_adopt(s, be);
	}
	mutex_lock(&dd->objs);
	WRITE_ONCE(s->state, ddrm_share_after(err, created));
	/* From here on the work may end it, and has to if its connection is over. */
	if ((err || dd->gen != gen) && !dd->gone)
		ddrm_link_kick(dd);
	mutex_unlock(&dd->objs);
	return err;
}

/* With objs: whether the share is over, which takes it off its list; else what is due is sent. */
static bool ddrm_share_over(struct ddrm_dev *dd, struct ddrm_share *s, struct ddrm_be **unmap)
{
	/* A backend that is told of the end unmaps first, and is waited for. */
	bool closed = (s32)(dd->closed - s->gen) >= 0;
	struct ddrm_bo *bo = s->bo;
	u32 state = READ_ONCE(s->state);

	if (state == DDRM_SHARE_DONE || (closed && state != DDRM_SHARE_NEW)) {
		if (bo->share == s)
			bo->share = NULL;
		ddrm_be_orphan(s);
		return true;
	}
	if (s->gen != dd->gen)
		return false;
	if (state != DDRM_SHARE_UNSURE && !(state == DDRM_SHARE_LIVE && bo->freed && !s->fbs))
		return false;
	if (s->be) {
		/* Once: the work is kicked when it has ended. */
		if (bo->be == s->be) {
			bo->be = NULL;
			*unmap = s->be;
		}
		return false;
	}
	WRITE_ONCE(s->state, DDRM_SHARE_GOING);
	if (ddrm_share_send(s, XENDISPL_OP_DBUF_DESTROY))
		WRITE_ONCE(s->state, state);
	return false;
}

/* The work "life": tells the backend what is not used any more, and ends what it has let go of. */
void ddrm_share_work(struct ddrm_dev *dd)
{
	struct ddrm_share *s, *next;
	struct ddrm_be *unmap;
	LIST_HEAD(over);
	u32 held;

	do {
		unmap = NULL;
		mutex_lock(&dd->objs);
		held = dd->pages_held;
		ddrm_fb_work(dd);
		list_for_each_entry_safe(s, next, &dd->shares, node) {
			if (ddrm_share_over(dd, s, &unmap))
				list_move_tail(&s->node, &over);
			if (unmap)
				break;
		}
		list_splice_tail_init(&dd->held, &over);
		dd->pages_held = 0;
		mutex_unlock(&dd->objs);
		if (unmap)
			ddrm_be_unmap(unmap);
		list_for_each_entry_safe(s, next, &over, node) {
			u32 left = ddrm_share_end(s, false);

			list_del(&s->node);
			if (!left) {
				ddrm_share_bury(dd, s);
				continue;
			}
			mutex_lock(&dd->objs);
			dd->pages_held += left;
			list_add(&s->node, &dd->held);
			mutex_unlock(&dd->objs);
		}
		mutex_lock(&dd->objs);
		/* What could not be shown for want of grants may have room now. */
		if (dd->pages_held < held && !dd->gone)
			ddrm_show_kick(dd, 0);
		mutex_unlock(&dd->objs);
	} while (unmap);
}

/* Pages that the peer still maps. */
u32 ddrm_share_held(struct ddrm_dev *dd)
{
	u32 n;

	mutex_lock(&dd->objs);
	n = dd->pages_held;
	mutex_unlock(&dd->objs);
	return n;
}

/*
 * The driver leaves: nobody will look at what is held any more, so its memory is never used
 * again.
 */
void ddrm_share_fini(struct ddrm_dev *dd)
{
	struct ddrm_share *s, *next;
	u32 n = 0;

	mutex_lock(&dd->objs);
	dd->closed = dd->serial;
	mutex_unlock(&dd->objs);
	ddrm_share_work(dd);
	list_for_each_entry_safe(s, next, &dd->held, node) {
		u32 left = ddrm_share_end(s, true);

		s->bo->leaked = s->bo->leaked || left;
		n += left;
		list_del(&s->node);
		ddrm_share_bury(dd, s);
	}
	if (n)
		drm_warn(&dd->drm, "%u pages are lost: the backend still maps some of them\n", n);
}

/* Grants that buffers may hope for: the limit of this domain, less what others need. */
u64 ddrm_grant_limit(void)
{
	struct gnttab_query_size size = { .dom = DOMID_SELF };
	struct gnttab_get_version ver = { .dom = DOMID_SELF };
	u64 n;

	if (HYPERVISOR_grant_table_op(GNTTABOP_query_size, &size, 1) || size.status != GNTST_okay)
		return U64_MAX;
	if (HYPERVISOR_grant_table_op(GNTTABOP_get_version, &ver, 1))
		ver.version = 2;
	n = (u64)size.max_nr_frames * (XEN_PAGE_SIZE / (ver.version == 1 ? 8 : 16));
	return n > DDRM_GRANTS_OTHERS ? n - DDRM_GRANTS_OTHERS : 0;
}
