/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The frontend's display buffers: memory, grants and page directory of each, for all three kinds. */
#include "port_priv.h"

uint32_t displif_port_share_words(uint32_t size)
{
	uint32_t pages = displif_pgdir_pages(size);

	return pages + displif_pgdir_dirs(pages);
}

/* The pixels' memory and grants. */
static int share_pages(const struct displif__call *c, struct displif_share *share, void *mem)
{
	const struct displif_port *port = c->port;
	int (*grant)(void *, uint16_t, void *, uint32_t, uint32_t, uint32_t *) = port->ops->grant;
	int err;

	if (share->kind == DISPLIF_SHARE_BACKEND)
		return 0;
	if (share->kind == DISPLIF_SHARE_OWN)
		return displif__port_share(c, share->pages, &share->mem, share->gref,
					   DISPLIF__DBUF);
	share->mem = mem;
	err = DISPLIF_E_UNSUPPORTED;
	if (grant && port->ops->ungrant)
		err = grant(port->ctx, c->dom, mem, share->pages, DISPLIF_PORT_WRITE, share->gref);
	return displif__port_done(c, err, DISPLIF__OF(GRANT, DISPLIF__DBUF), share->pages);
}

/* Writes all directory pages, the links from each to the next included. */
static void build(const struct displif_share *share)
{
	const uint32_t *gref = share->kind == DISPLIF_SHARE_BACKEND ? NULL : share->gref;
	volatile uint32_t *page = share->dir;
	uint32_t words = share->pages + share->dirs;
	uint32_t i;

	for (i = 0; i < share->dirs; i++) {
		uint32_t k = share->pages + i + 1u;

		displif_pgdir_build(page + i * DISPLIF_PGDIR_WORDS, i,
				    k < words ? share->gref[k] : 0, gref, share->pages);
	}
}

int displif_port_share(const struct displif_port *port, uint16_t backend,
		       struct displif_share *share, enum displif_share_kind kind, void *mem,
		       uint32_t size, uint32_t *gref, uint32_t words, struct displif_diag *diag)
{
	const struct displif__call c = { port, diag, NULL, DISPLIF_NO_CONNECTOR, 0, backend };
	uint32_t pages = displif_pgdir_pages(size), need;
	int err;

	memset(share, 0, sizeof(*share));
	if (!pages || pages > DISPLIF_MAX_BUFFER >> DISPLIF_PAGE_SHIFT || !gref ||
	    kind < DISPLIF_SHARE_OWN || kind > DISPLIF_SHARE_BACKEND ||
	    (kind == DISPLIF_SHARE_EXISTING &&
	     (!mem || ((uintptr_t)mem & (DISPLIF_PAGE_SIZE - 1u)))))
		return displif__port_fail(&c, DISPLIF_E_INVAL, DISPLIF__OF(SHARE, DISPLIF__DBUF),
					  size, DISPLIF_MAX_BUFFER);
	need = pages + displif_pgdir_dirs(pages);
	if (words < need)
		return displif__port_fail(&c, DISPLIF_E_NOSPC, DISPLIF__OF(SHARE, DISPLIF__GREF),
					  need, words);
	share->gref = gref;
	share->pages = pages;
	share->dirs = displif_pgdir_dirs(pages);
	share->kind = (uint8_t)kind;
	/* The pixels come last: a grant of the caller's memory is never undone here. */
	err = displif__port_share(&c, share->dirs, &share->dir, gref + pages, DISPLIF__DIRECTORY);
	if (!err) {
		err = share_pages(&c, share, mem);
		if (err)
			port->ops->unshare(port->ctx, share->dir, gref + pages, share->dirs);
	}
	if (err) {
		memset(share, 0, sizeof(*share));
		return err;
	}
	share->gref_dir = gref[pages];
	build(share);
	return 0;
}

int displif_port_share_alloced(const struct displif_port *port, uint16_t backend,
			       struct displif_share *share, struct displif_diag *diag)
{
	const struct displif__call c = { port, diag, NULL, DISPLIF_NO_CONNECTOR, 0, backend };
	const volatile uint32_t *page = share->dir;
	struct displif__mapped m = { NULL, NULL };
	uint32_t *gref = share->gref;
	struct displif_pgdir_walk walk;
	uint32_t i;
	int err;

	if (share->kind != DISPLIF_SHARE_BACKEND || share->map || !page || !gref)
		return displif__port_done(&c, DISPLIF_E_STATE, DISPLIF__OF(MAP, DISPLIF__DBUF),
					  share->kind);
	err = displif_pgdir_walk_init(&walk, share->gref_dir, share->pages);
	/* The pages are our own, one after the other: the links are only checked. */
	for (i = 0; i < share->dirs; i++) {
		err = displif_pgdir_walk_page(&walk, page + i * DISPLIF_PGDIR_WORDS, gref,
					      share->pages, diag);
		if (err <= 0)
			break;
	}
	if (!err)
		err = displif__port_map(&c, gref, share->pages, DISPLIF_PORT_WRITE, &m,
					DISPLIF__DBUF);
	if (err)
		return err < 0 ? err : DISPLIF_E_BUG;
	share->mem = m.va;
	share->map = m.map;
	return 0;
}

int displif_port_share_unmap(const struct displif_port *port, struct displif_share *share)
{
	if (share->kind != DISPLIF_SHARE_BACKEND || !share->map)
		return 0;
	if (port->ops->unmap(port->ctx, share->map))
		return DISPLIF_E_OS;
	share->map = NULL;
	share->mem = NULL;
	return 0;
}

uint32_t displif_port_unshare(const struct displif_port *port, struct displif_share *share)
{
	const struct displif_port_ops *ops = port->ops;
	uint32_t (*ungrant)(void *, void *, const uint32_t *, uint32_t) = ops->ungrant;
	uint32_t *gref = share->gref;
	uint32_t busy = 0;

	if (share->kind == DISPLIF_SHARE_NONE || !gref)
		return 0;
	displif_port_share_unmap(port, share);
	if (share->kind == DISPLIF_SHARE_OWN)
		ops->unshare(port->ctx, share->mem, gref, share->pages);
	else if (share->kind == DISPLIF_SHARE_EXISTING && ungrant)
		busy = ungrant(port->ctx, share->mem, gref, share->pages);
	ops->unshare(port->ctx, share->dir, gref + share->pages, share->dirs);
	memset(share, 0, sizeof(*share));
	return busy;
}
