/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Pages, grants and mappings, as the port layer asks for them; the budget of grants; and pages that a
 * backend still maps after they were given up.
 */
#include "displfront_priv.h"

/* Pauses between two questions whether a backend let go. */
#define SWEEP_MS 1000u
#define SWEEP_MAX_MS 64000u

/* Of all devices: Mini-OS has one grant table. */
static uint32_t grants_used;
/* Blocks of devices that are gone. */
static struct displfront_block *orphans;

/* --- budget --- */

bool displfront_budget(struct displfront_dev *dev, uint32_t n, const char *what)
{
	uint32_t limit = dev->config.grants, used = dev->grants;

	if (DISPLFRONT_GRANTS - grants_used < limit - used) {
		limit = DISPLFRONT_GRANTS;
		used = grants_used;
	}
	if (n <= limit - used)
		return true;
	displfront_fail(dev, "%s: needs %u grant references, %u of %u are taken", what, n, used,
			limit);
	return false;
}

static void count(struct displfront_dev *dev, uint32_t n)
{
	dev->grants += n;
	grants_used += n;
}

/* @dev NULL: of one that is gone. */
static void discount(struct displfront_dev *dev, uint32_t n)
{
	if (dev)
		dev->grants -= n;
	grants_used -= n;
}

/* --- blocks --- */

static void block_free(struct displfront_block *b)
{
	uint32_t i;

	if (b->va && b->n > 1)
		unmap_frames((unsigned long)b->va, b->n);
	for (i = 0; b->page && i < b->n && b->page[i]; i++)
		free_page((void *)b->page[i]);
	free(b->page);
	free(b->held);
	free(b);
}

/* One address for all pages. */
static void *block_map(struct displfront_block *b)
{
	unsigned long *frame = malloc(b->n * sizeof(*frame));
	void *va = NULL;
	uint32_t i;

	if (!frame)
		return NULL;
	for (i = 0; i < b->n; i++)
		frame[i] = virt_to_mfn(b->page[i]);
	va = map_frames_ex(frame, b->n, 1, 0, 1, DOMID_SELF, NULL, L1_PROT);
	free(frame);
	return va;
}

static bool block_fill(struct displfront_block *b)
{
	uint32_t i;

	b->page = malloc(b->n * sizeof(*b->page));
	b->held = malloc(b->n * sizeof(*b->held));
	if (b->page)
		memset(b->page, 0, b->n * sizeof(*b->page));
	if (!b->page || !b->held)
		return false;
	for (i = 0; i < b->n; i++) {
		b->page[i] = alloc_page();
		if (!b->page[i])
			return false;
		memset((void *)b->page[i], 0, PAGE_SIZE);
	}
	b->va = b->n == 1 ? (void *)b->page[0] : block_map(b);
	return b->va;
}

struct displfront_block *displfront_block_new(struct displfront_dev *dev, uint32_t n)
{
	struct displfront_block *b = malloc(sizeof(*b));

	if (!b)
		return NULL;
	memset(b, 0, sizeof(*b));
	b->n = n;
	if (!block_fill(b)) {
		block_free(b);
		return NULL;
	}
	b->next = dev->blocks;
	dev->blocks = b;
	return b;
}

static void block_unlink(struct displfront_block **list, const struct displfront_block *b)
{
	while (*list && *list != b)
		list = &(*list)->next;
	if (*list)
		*list = b->next;
}

void displfront_block_drop(struct displfront_dev *dev, struct displfront_block *block)
{
	block->given_up = true;
	if (block->n_held)
		return;
	block_unlink(&dev->blocks, block);
	block_free(block);
}

static struct displfront_block *find(struct displfront_dev *dev, const void *va)
{
	struct displfront_block *b = dev->blocks;

	while (b && (b->va != va || b->given_up))
		b = b->next;
	return b;
}

/* --- grants --- */

static int grant_all(struct displfront_dev *dev, struct displfront_block *b, uint16_t dom,
		     uint32_t n, uint32_t flags, uint32_t *gref)
{
	uint32_t i;

	if (!displfront_budget(dev, n, "sharing pages"))
		return DISPLIF_E_NOSPC;
	for (i = 0; i < n; i++)
		gref[i] = gnttab_grant_access(dom, virt_to_mfn(b->page[i]),
					      !(flags & DISPLIF_PORT_WRITE));
	count(dev, n);
	return 0;
}

/* Returns how many are mapped still; the block holds those. */
static uint32_t end_all(struct displfront_dev *dev, struct displfront_block *b,
			const uint32_t *gref, uint32_t n)
{
	uint32_t i, ended = 0;

	for (i = 0; i < n; i++) {
		if (gnttab_end_access(gref[i]))
			ended++;
		else
			b->held[b->n_held++] = gref[i];
	}
	discount(dev, ended);
	if (ended != n && dev->sweep_at == DISPLIF_NEVER) {
		dev->sweep_ms = SWEEP_MS;
		dev->sweep_at = displfront_clock(dev) + SWEEP_MS;
	}
	return n - ended;
}

int displfront_share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va, uint32_t *gref)
{
	struct displfront_dev *dev = ctx;
	struct displfront_block *b;
	int err;

	if (!displfront_budget(dev, n, "sharing pages"))
		return DISPLIF_E_NOSPC;
	b = displfront_block_new(dev, n);
	if (!b) {
		displfront_fail(dev, "no memory for %u pages", n);
		return DISPLIF_E_OS;
	}
	err = grant_all(dev, b, dom, n, flags, gref);
	if (err) {
		displfront_block_drop(dev, b);
		return err;
	}
	*va = b->va;
	return 0;
}

void displfront_unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n)
{
	struct displfront_dev *dev = ctx;
	struct displfront_block *b = find(dev, va);

	BUG_ON(!b);
	end_all(dev, b, gref, n);
	displfront_block_drop(dev, b);
}

int displfront_grant(void *ctx, uint16_t dom, void *mem, uint32_t n, uint32_t flags, uint32_t *gref)
{
	struct displfront_dev *dev = ctx;
	struct displfront_block *b = find(dev, mem);

	BUG_ON(!b || n > b->n);
	/* A backend of before still maps it; there is room for one life's grants. */
	if (b->n_held)
		return DISPLIF_E_AGAIN;
	return grant_all(dev, b, dom, n, flags, gref);
}

uint32_t displfront_ungrant(void *ctx, void *mem, const uint32_t *gref, uint32_t n)
{
	struct displfront_dev *dev = ctx;
	struct displfront_block *b = find(dev, mem);

	BUG_ON(!b);
	return end_all(dev, b, gref, n);
}

/* --- pages that are mapped still --- */

/* Mini-OS prints a line for each grant that it cannot end: stops at the first. */
static void try_block(struct displfront_dev *dev, struct displfront_block *b)
{
	while (b->n_held && gnttab_end_access(b->held[b->n_held - 1])) {
		b->n_held--;
		discount(dev, 1);
	}
}

static uint32_t try_list(struct displfront_dev *dev, struct displfront_block **list)
{
	struct displfront_block *b, **at = list;
	uint32_t held = 0;

	while ((b = *at) != NULL) {
		try_block(dev, b);
		held += b->n_held;
		if (b->given_up && !b->n_held) {
			*at = b->next;
			block_free(b);
		} else {
			at = &b->next;
		}
	}
	return held;
}

static uint32_t held_in(const struct displfront_block *b)
{
	uint32_t held = 0;

	for (; b; b = b->next)
		held += b->n_held;
	return held;
}

uint32_t displfront_held(const struct displfront_dev *dev)
{
	return held_in(dev->blocks);
}

void displfront_held_sweep(struct displfront_dev *dev)
{
	uint32_t held = try_list(dev, &dev->blocks) + try_list(NULL, &orphans);

	if (!dev->sweep_ms)
		dev->sweep_ms = SWEEP_MS / 2;
	dev->sweep_ms = dev->sweep_ms < SWEEP_MAX_MS / 2 ? dev->sweep_ms * 2 : SWEEP_MAX_MS;
	dev->sweep_at = held ? displfront_clock(dev) + dev->sweep_ms : DISPLIF_NEVER;
}

void displfront_mem_end(struct displfront_dev *dev)
{
	struct displfront_block *b;

	while ((b = dev->blocks) != NULL) {
		dev->blocks = b->next;
		if (!b->n_held) {
			block_free(b);
			continue;
		}
		b->given_up = true;
		b->next = orphans;
		orphans = b;
	}
}

/* --- the backend's pages --- */

/*
 * On PV gntmap wants the page tables of its range to be there. Mapping any page makes them, and the range is
 * found again, being the first that fits.
 */
static int make_tables(uint32_t n)
{
#ifdef CONFIG_PARAVIRT
	unsigned long page = alloc_page(), frame;
	void *va;

	if (!page)
		return -ENOMEM;
	frame = virt_to_mfn(page);
	va = map_frames_ex(&frame, n, 0, 0, 1, DOMID_SELF, NULL, L1_PROT_RO);
	if (va)
		unmap_frames((unsigned long)va, n);
	free_page((void *)page);
	return va ? 0 : -ENOMEM;
#else
	(void)n;
	return 0;
#endif
}

/* What displif_port_ops.unmap gets. */
struct mapping {
	struct gntmap map;
	void *va;
	uint32_t n;
};

int displfront_map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags,
		   void **va, void **map)
{
	struct displfront_dev *dev = ctx;
	struct mapping *m = malloc(sizeof(*m));
	uint32_t domid = dom;
	bool sized;

	if (!m)
		return DISPLIF_E_OS;
	gntmap_init(&m->map);
	m->n = n;
	m->va = NULL;
	/* Without this gntmap_fini() has nothing to give back, and on PVH ends Mini-OS. */
	sized = !gntmap_set_max_grants(&m->map, (int)n);
	/* Its references are not changed, though they are not const there. */
	if (sized && !make_tables(n))
		m->va = gntmap_map_grant_refs(&m->map, n, &domid, 0, (uint32_t *)(uintptr_t)gref,
					      !!(flags & DISPLIF_PORT_WRITE));
	if (!m->va) {
		if (sized)
			gntmap_fini(&m->map);
		free(m);
		displfront_fail(dev, "%u pages of the backend's cannot be mapped", n);
		return DISPLIF_E_OS;
	}
	*va = m->va;
	*map = m;
	return 0;
}

int displfront_unmap(void *ctx, void *map)
{
	struct mapping *m = map;
	int err = gntmap_munmap(&m->map, (unsigned long)m->va, (int)m->n);

	(void)ctx;
	/* Tries again what is left, and frees its table. */
	gntmap_fini(&m->map);
	free(m);
	return err ? DISPLIF_E_OS : 0;
}
