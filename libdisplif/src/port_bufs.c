/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend's side of display buffers: reading, filling and writing through a guest's page directory. */
#include "port_priv.h"

/*
 * One page of the guest at hand: with grant copy the private page, to which
 * @len bytes are copied first; else a mapping.
 */
static int map_or_copy(const struct displif__call *c, const struct displif_scratch *scratch,
		       uint32_t gref, uint32_t len, uint32_t flags, struct displif__mapped *m)
{
	const struct displif_port *port = c->port;
	int (*copy)(void *, uint16_t, uint32_t, uint32_t, void *, uint32_t, bool) = port->ops->copy;
	int err;

	if (!copy)
		return displif__port_map(c, &gref, 1, flags, m, DISPLIF__DIRECTORY);
	m->va = scratch->page;
	m->map = NULL;
	err = len ? copy(port->ctx, c->dom, gref, 0, scratch->page, len, false) : 0;
	return displif__port_done(c, err, DISPLIF__OF(COPY, DISPLIF__GREF), gref);
}

/* Ends it: @len bytes from word @word on were written. */
static int put_words(const struct displif__call *c, const struct displif_scratch *scratch,
		     uint32_t gref, uint32_t word, uint32_t len, const struct displif__mapped *m)
{
	const struct displif_port *port = c->port;
	int (*copy)(void *, uint16_t, uint32_t, uint32_t, void *, uint32_t, bool) = port->ops->copy;
	int err;

	if (!copy)
		return displif__port_unmap(c, m);
	err = len ? copy(port->ctx, c->dom, gref, word * 4u, scratch->page + word, len, true) : 0;
	return displif__port_done(c, err, DISPLIF__OF(COPY, DISPLIF__GREF), gref);
}

/* Bytes of @n grants, of one directory page at most. */
static uint32_t bytes_of(uint32_t n)
{
	return (n < DISPLIF_PGDIR_GREFS ? n : DISPLIF_PGDIR_GREFS) * 4u;
}

/*
 * One directory page, to be read or (@fill) filled; no more of it is copied
 * than is wanted. Its link is read and never written.
 */
static int do_page(const struct displif__call *c, const struct displif_scratch *scratch,
		   struct displif_pgdir_walk *walk, bool fill)
{
	struct displif__call end = *c;
	struct displif__mapped m;
	uint32_t gref = walk->next, have = walk->have;
	uint32_t len = 0;
	int err, ret;

	if (!fill)
		len = bytes_of(displif__sub32(walk->want, have));
	err = map_or_copy(c, scratch, gref, 4u + len, fill ? DISPLIF_PORT_WRITE : 0, &m);
	if (err)
		return err;
	len = 0;
	if (!fill) {
		ret = displif_pgdir_walk_page(walk, m.va, scratch->gref, scratch->words, c->diag);
	} else {
		ret = displif_pgdir_fill_page(walk, m.va, scratch->gref, scratch->words, c->diag);
		if (ret >= 0)
			len = bytes_of(displif__sub32(walk->have, have));
	}
	if (ret < 0)
		end.diag = NULL; /* it tells what came first */
	err = put_words(&end, scratch, gref, 1, len, &m);
	return err && ret >= 0 ? err : ret;
}

/* Goes through the directory until @upto of the buffer's @pages pages were met. */
static int do_pages(const struct displif__call *c, const struct displif_scratch *scratch,
		    uint32_t gref_dir, uint32_t pages, uint32_t upto, bool fill)
{
	struct displif_pgdir_walk walk;
	int err;

	err = displif_pgdir_walk_init(&walk, gref_dir, pages);
	if (err)
		return displif__port_fail(c, err, DISPLIF__OF(DIRECTORY, DISPLIF__DIRECTORY),
					  gref_dir, pages);
	do {
		err = do_page(c, scratch, &walk, fill);
	} while (err > 0 && walk.have < upto);
	return err < 0 ? err : 0;
}

static int no_words(const struct displif__call *c, const struct displif_scratch *scratch,
		    uint32_t pages)
{
	return displif__port_fail(c, DISPLIF_E_NOSPC, DISPLIF__OF(DIRECTORY, DISPLIF__GREF), pages,
				  scratch->words);
}

int displif_port_back_map(const struct displif_port *port, uint16_t frontend, uint32_t gref_dir,
			  uint32_t pages, uint32_t flags, const struct displif_scratch *scratch,
			  void **va, void **map, struct displif_diag *diag)
{
	const struct displif__call c = { port, diag, NULL, DISPLIF_NO_CONNECTOR, 0, frontend };
	struct displif__mapped m = { NULL, NULL };
	int err;

	*va = NULL;
	*map = NULL;
	if (pages > scratch->words)
		return no_words(&c, scratch, pages);
	err = do_pages(&c, scratch, gref_dir, pages, pages, false);
	if (!err)
		err = displif__port_map(&c, scratch->gref, pages, flags, &m, DISPLIF__DBUF);
	if (err)
		return err;
	*va = m.va;
	*map = m.map;
	return 0;
}

int displif_port_back_alloc(const struct displif_port *port, uint16_t frontend, uint32_t gref_dir,
			    uint32_t pages, const struct displif_scratch *scratch, void **va,
			    struct displif_diag *diag)
{
	const struct displif__call c = { port, diag, NULL, DISPLIF_NO_CONNECTOR, 0, frontend };
	void *mem = NULL;
	int err;

	*va = NULL;
	if (pages > scratch->words)
		return no_words(&c, scratch, pages);
	if (!pages || pages > DISPLIF_MAX_BUFFER >> DISPLIF_PAGE_SHIFT)
		return displif__port_done(&c, DISPLIF_E_RANGE, DISPLIF__OF(SHARE, DISPLIF__DBUF),
					  pages);
	err = displif__port_share(&c, pages, &mem, scratch->gref, DISPLIF__DBUF);
	if (err)
		return err;
	err = do_pages(&c, scratch, gref_dir, pages, pages, true);
	if (err) {
		port->ops->unshare(port->ctx, mem, scratch->gref, pages);
		return err;
	}
	*va = mem;
	return 0;
}

int displif_port_back_put(const struct displif_port *port, uint16_t frontend, uint32_t gref_dir,
			  uint32_t size, const void *data, uint32_t len,
			  const struct displif_scratch *scratch, struct displif_diag *diag)
{
	const struct displif__call c = { port, diag, NULL, DISPLIF_NO_CONNECTOR, 0, frontend };
	uint32_t pages = displif_pgdir_pages(size), need = displif_pgdir_pages(len);
	const uint8_t *from = data;
	uint32_t i, k;
	int err;

	if (len > size)
		return displif__port_fail(&c, DISPLIF_E_NOSPC,
					  DISPLIF__OF(DIRECTORY, DISPLIF__BUFFER_SZ), len, size);
	if (pages > scratch->words)
		return no_words(&c, scratch, pages);
	if (!len)
		return 0;
	err = do_pages(&c, scratch, gref_dir, pages, need, false);
	for (i = 0; i < need && i < scratch->words && !err; i++) {
		uint32_t gref = scratch->gref[i];
		struct displif__mapped m;
		uint8_t *to;

		err = map_or_copy(&c, scratch, gref, 0, DISPLIF_PORT_WRITE, &m);
		if (err)
			break;
		to = m.va;
		for (k = 0; k < DISPLIF_PAGE_SIZE; k++) {
			uint32_t at = i * DISPLIF_PAGE_SIZE + k;

			if (at >= len)
				break;
			to[k] = from[at];
		}
		err = put_words(&c, scratch, gref, 0, k, &m);
	}
	return err;
}
