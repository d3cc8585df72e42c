/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend's side of display buffers: reading, filling and writing through a guest's page directory. */
#include "port_priv.h"

static int copy(const struct displif__call *c, uint32_t gref, uint32_t ofs, uint32_t *words,
		uint32_t len, bool to_peer)
{
	const struct displif_port *port = c->port;
	int (*op)(void *, uint16_t, uint32_t, uint32_t, void *, uint32_t, bool) = port->ops->copy;
	int err =
		op ? op(port->ctx, c->dom, gref, ofs, words, len, to_peer) : DISPLIF_E_UNSUPPORTED;

	return displif__port_done(c, err, DISPLIF_OP_COPY, "gref", gref);
}

/* Grants of one directory page. */
static uint32_t at_most(uint32_t n)
{
	return n < DISPLIF_PGDIR_GREFS ? n : DISPLIF_PGDIR_GREFS;
}

/*
 * One directory page, to be read or (@fill) filled. With grant copy through the
 * private page, and no more of it than is wanted; else mapped for as long as it
 * takes. The link is read and never written.
 */
static int do_page(const struct displif__call *c, const struct displif_scratch *scratch,
		   struct displif_pgdir_walk *walk, bool fill)
{
	bool by_copy = c->port->ops->copy;
	struct displif__mapped m = { scratch->page, NULL };
	uint32_t gref = walk->next, have = walk->have;
	uint32_t words = 0;
	int err, ret;

	if (!fill)
		words = at_most(displif__sub32(walk->want, have));
	if (by_copy)
		err = copy(c, gref, 0, scratch->page, 4u + words * 4u, false);
	else
		err = displif__port_map(c, &gref, 1, fill ? DISPLIF_PORT_WRITE : 0, &m,
					"gref_directory");
	if (err)
		return err;
	if (fill)
		ret = displif_pgdir_fill_page(walk, m.va, scratch->gref, scratch->words, c->diag);
	else
		ret = displif_pgdir_walk_page(walk, m.va, scratch->gref, scratch->words, c->diag);
	if (!by_copy)
		err = displif__port_unmap(c, &m);
	else if (fill && ret >= 0)
		err = copy(c, gref, 4, scratch->page + 1,
			   at_most(displif__sub32(walk->have, have)) * 4u, true);
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
		return displif__fail(c->diag, err, DISPLIF_OP_DIRECTORY, "gref_directory", gref_dir,
				     pages);
	do {
		err = do_page(c, scratch, &walk, fill);
	} while (err > 0 && walk.have < upto);
	return err < 0 ? err : 0;
}

static int no_words(const struct displif__call *c, const struct displif_scratch *scratch,
		    uint32_t pages)
{
	return displif__fail(c->diag, DISPLIF_E_NOSPC, DISPLIF_OP_DIRECTORY, "gref", pages,
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
		err = displif__port_map(&c, scratch->gref, pages, flags, &m, "dbuf");
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
		return displif__port_done(&c, DISPLIF_E_RANGE, DISPLIF_OP_SHARE, "dbuf", pages);
	err = displif__port_share(&c, pages, &mem, scratch->gref, "dbuf");
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

/* Copies to the pages scratch->gref[0 ..], through the private page since copy() takes no const data. */
static int put_copy(const struct displif__call *c, const struct displif_scratch *scratch,
		    const uint8_t *data, uint32_t len)
{
	uint8_t *bytes = (uint8_t *)scratch->page;
	uint32_t need = displif_pgdir_pages(len);
	uint32_t i, k;
	int err = 0;

	for (i = 0; i < need && i < scratch->words && !err; i++) {
		for (k = 0; k < DISPLIF_PAGE_SIZE; k++) {
			uint32_t at = i * DISPLIF_PAGE_SIZE + k;

			if (at >= len)
				break;
			bytes[k] = data[at];
		}
		err = copy(c, scratch->gref[i], 0, scratch->page, k, true);
	}
	return err;
}

int displif_port_back_put(const struct displif_port *port, uint16_t frontend, uint32_t gref_dir,
			  uint32_t size, const void *data, uint32_t len,
			  const struct displif_scratch *scratch, struct displif_diag *diag)
{
	const struct displif__call c = { port, diag, NULL, DISPLIF_NO_CONNECTOR, 0, frontend };
	uint32_t pages = displif_pgdir_pages(size), need = displif_pgdir_pages(len);
	struct displif__mapped m;
	int err;

	if (len > size)
		return displif__fail(diag, DISPLIF_E_NOSPC, DISPLIF_OP_DIRECTORY, "buffer_sz", len,
				     size);
	if (pages > scratch->words)
		return no_words(&c, scratch, pages);
	if (!len)
		return 0;
	err = do_pages(&c, scratch, gref_dir, pages, need, false);
	if (err)
		return err;
	if (port->ops->copy)
		return put_copy(&c, scratch, data, len);
	err = displif__port_map(&c, scratch->gref, need, DISPLIF_PORT_WRITE, &m, "gref");
	if (err)
		return err;
	memcpy(m.va, data, len);
	return displif__port_unmap(&c, &m);
}
