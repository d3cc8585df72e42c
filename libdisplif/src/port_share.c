/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The frontend's display buffers: memory, grants and page directory of each, for all three kinds. */
#include "port_priv.h"

uint32_t displif_port_share_words(uint32_t size)
{
	uint32_t pages = displif_pgdir_pages(size);

	return pages + displif_pgdir_dirs(pages);
}

/* Grants memory of the caller's. */
static int grant(const struct displif__call *c, void *mem, uint32_t pages, uint32_t *gref)
{
	const struct displif_port *port = c->port;
	int (*op)(void *, uint16_t, void *, uint32_t, uint32_t, uint32_t *) = port->ops->grant;
	int err = DISPLIF_E_UNSUPPORTED;

	if (op)
		err = op(port->ctx, c->dom, mem, pages, DISPLIF_PORT_WRITE, gref);
	return displif__port_done(c, err, DISPLIF__OF(GRANT, DISPLIF__DBUF), pages);
}

/*
 * Writes all directory pages, from the last to the first, since each holds the
 * link to the next. @own: gref[] has the buffer's grants, too. Returns the link
 * to the first.
 */
static uint32_t build(volatile uint32_t *page, uint32_t dirs, const uint32_t *gref, uint32_t pages,
		      bool own)
{
	uint32_t next = 0;

	while (dirs) {
		dirs--;
		displif_pgdir_build(page + dirs * DISPLIF_PGDIR_WORDS, dirs, next,
				    own ? gref : NULL, pages);
		next = gref[pages + dirs];
	}
	return next;
}

/* Whether there is such a kind, with such memory. */
static bool known(enum displif_share_kind kind, const void *mem)
{
	if (kind == DISPLIF_SHARE_EXISTING)
		return mem && !((uintptr_t)mem & (DISPLIF_PAGE_SIZE - 1u));
	return kind == DISPLIF_SHARE_OWN || kind == DISPLIF_SHARE_BACKEND;
}

int displif_port_share(const struct displif_port *port, uint16_t backend,
		       struct displif_share *share, enum displif_share_kind kind, void *mem,
		       uint32_t size, uint32_t *gref, uint32_t words, struct displif_diag *diag)
{
	const struct displif__call c = { port, diag, NULL, DISPLIF_NO_CONNECTOR, 0, backend };
	uint32_t dirs, pages = displif_pgdir_pages(size);
	void *dir;
	int err;

	*share = (struct displif_share){ 0 };
	if (!pages || pages > DISPLIF_MAX_BUFFER >> DISPLIF_PAGE_SHIFT || !gref ||
	    !known(kind, mem))
		return displif__port_fail(&c, DISPLIF_E_INVAL, DISPLIF__OF(SHARE, DISPLIF__DBUF),
					  size, DISPLIF_MAX_BUFFER);
	dirs = displif_pgdir_dirs(pages);
	if (words < pages + dirs)
		return displif__port_fail(&c, DISPLIF_E_NOSPC, DISPLIF__OF(SHARE, DISPLIF__GREF),
					  pages + dirs, words);
	/* The pixels come last: a grant of the caller's memory is never undone here. */
	err = displif__port_share(&c, dirs, &dir, gref + pages, DISPLIF__DIRECTORY);
	if (err)
		return err;
	if (kind == DISPLIF_SHARE_OWN)
		err = displif__port_share(&c, pages, &mem, gref, DISPLIF__DBUF);
	else if (kind == DISPLIF_SHARE_EXISTING)
		err = grant(&c, mem, pages, gref);
	else
		mem = NULL;
	if (err) {
		port->ops->unshare(port->ctx, dir, gref + pages, dirs);
		return err;
	}
	*share = (struct displif_share){
		.mem = mem,
		.dir = dir,
		.gref = gref,
		.pages = pages,
		.dirs = dirs,
		.gref_dir = build(dir, dirs, gref, pages, kind != DISPLIF_SHARE_BACKEND),
		.kind = (uint8_t)kind,
	};
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
	*share = (struct displif_share){ 0 };
	return busy;
}
