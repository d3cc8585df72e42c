/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* debugfs: dri/N/displif. Numbers may be of slightly different times. */
#include <linux/seq_file.h>

#include <drm/drm_debugfs.h>
#include <drm/drm_file.h>

#include "displif_drv.h"

static void ddrm_debug_conn(struct seq_file *m, struct ddrm_conn *c)
{
	struct displif_front_stats front = { 0 };
	struct ddrm_stats s;
	struct ddrm_view v;
	u32 gen, told;

	spin_lock_irq(&c->lock);
	gen = c->gen;
	told = c->view_gen;
	v = c->view;
	s = c->stats;
	if (gen)
		front = c->front->stats;
	spin_unlock_irq(&c->lock);
	seq_printf(m, "connector %u: connection %u, told %u, fb %llu %ux%u+%u+%u\n", c->index, gen,
		   told, v.fb, v.width, v.height, v.x, v.y);
	seq_printf(m, "  flips %llu shown %llu skipped %llu lost %llu refused %llu local %llu\n",
		   s.flips, s.flip_events, s.flip_skipped, s.flip_lost, s.flip_refused,
		   s.flip_local);
	seq_printf(m, "  modes refused %llu\n", s.config_refused);
	seq_printf(m, "  requests %u responses %u events %u notified %u full %u\n", front.requests,
		   front.responses, front.events, front.notified, front.full);
	seq_printf(m, "  lost %u stray %u gaps %u\n", front.lost, front.stray, front.id_gaps);
}

static int ddrm_debug_show(struct seq_file *m, void *unused)
{
	struct drm_info_node *node = m->private;
	struct ddrm_dev *dd = to_ddrm(node->minor->dev);
	static const char *const kind[] = { "system", "import", "contiguous", "backend" };
	u32 i, gen, shared, held, pages[ARRAY_SIZE(kind)] = { 0 };
	struct ddrm_share *s;

	mutex_lock(&dd->objs);
	list_for_each_entry(s, &dd->shares, node)
		pages[s->bo->mem] += displif_pgdir_pages(s->geo.size);
	gen = dd->gen;
	shared = dd->pages_shared;
	held = dd->pages_held;
	mutex_unlock(&dd->objs);
	seq_printf(m, "connection %u, pages shared %u held %u, grants at most %llu\n", gen, shared,
		   held, ddrm_grant_limit());
	for (i = 0; i < ARRAY_SIZE(kind); i++)
		seq_printf(m, "%s %u, ", kind[i], pages[i]);
	seq_puts(m, "in pages\n");
	for (i = 0; i < dd->n_conn; i++)
		ddrm_debug_conn(m, &dd->conn[i]);
	return 0;
}

static const struct drm_info_list ddrm_debug_list[] = { { "displif", ddrm_debug_show, 0, NULL } };

void ddrm_debugfs_init(struct drm_minor *minor)
{
	drm_debugfs_create_files(ddrm_debug_list, ARRAY_SIZE(ddrm_debug_list), minor->debugfs_root,
				 minor);
}
