/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The backend's side of display buffers: reading, filling and writing through a guest's page directory. */
#include "port_priv.h"

static int copy(const struct displif__call *c, uint32_t gref, uint32_t ofs, uint32_t *words,
		uint32_t n, bool to_peer)
{
	const struct displif_port *port = c->port;
	int err = port->ops->copy(port->ctx, c->dom, gref, ofs, words, n, to_peer);

	return displif__port_done(c, err, DISPLIF_OP_COPY, "gref", gref);
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
	uint32_t words = 1;
	int err, ret;

	if (!fill) {
		words = walk->want - have;
		words = words < DISPLIF_PGDIR_GREFS ? words + 1u : DISPLIF_PGDIR_WORDS;
	}
	if (by_copy)
		err = copy(c, gref, 0, scratch->page, words * 4u, false);
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
		err = copy(c, gref, 4, scratch->page + 1, (walk->have - have) * 4u, true);
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

static int check_words(const struct displif__call *c, const struct displif_scratch *scratch,
		       uint32_t pages)
{
	if (pages <= scratch->words)
		return 0;
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
	err = check_words(&c, scratch, pages);
	if (!err)
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
	void *mem;
	int err;

	*va = NULL;
	err = check_words(&c, scratch, pages);
	if (!err && (!pages || pages > DISPLIF_MAX_BUFFER >> DISPLIF_PAGE_SHIFT))
		err = displif__port_done(&c, DISPLIF_E_RANGE, DISPLIF_OP_SHARE, "dbuf", pages);
	if (!err)
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
	uint32_t i;
	int err = 0;

	for (i = 0; len && i < scratch->words && !err; i++) {
		uint32_t part = len < DISPLIF_PAGE_SIZE ? len : DISPLIF_PAGE_SIZE;

		memcpy(scratch->page, data, part);
		err = copy(c, scratch->gref[i], 0, scratch->page, part, true);
		len -= part;
		if (len)
			data += part;
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
	err = check_words(&c, scratch, pages);
	if (err || !len)
		return err;
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
