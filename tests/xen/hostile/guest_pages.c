/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Buffers of few real pages, and what can be wrong with directories and grants. */
#include "guest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 1200 pages: two of a directory. */
#define DIR_WIDTH 1024u
#define DIR_HEIGHT 1200u

uint32_t *hg_dir_page(const struct hg_buf *b, uint32_t i)
{
	return (uint32_t *)b->va + (size_t)i * DISPLIF_PGDIR_WORDS;
}

bool hg_buf_make(struct hg *h, struct hg_buf *b, uint32_t width, uint32_t height)
{
	uint32_t i, n, real;

	*b = (struct hg_buf){ .width = width, .height = height, .size = width * height * 4u };
	n = displif_pgdir_pages(b->size);
	b->dirs = displif_pgdir_dirs(n);
	real = n / HG_REPEATS + HG_REAL;
	b->pages = b->dirs + real;
	b->dbuf = h->cookie++;
	b->fb = h->cookie++;
	b->gref = calloc(b->pages, sizeof(*b->gref));
	if (!b->gref || h->port.ops->share(h->port.ctx, h->backend, b->pages, DISPLIF_PORT_WRITE,
					   &b->va, b->gref)) {
		cli_error("cannot share %u pages", b->pages);
		free(b->gref);
		b->gref = NULL;
		return false;
	}
	for (i = 0; i < n; i++)
		hg_dir_page(b, i / DISPLIF_PGDIR_GREFS)[1 + i % DISPLIF_PGDIR_GREFS] =
			b->gref[b->dirs + i % real];
	for (i = 0; i + 1 < b->dirs; i++)
		hg_dir_page(b, i)[0] = b->gref[i + 1];
	return true;
}

void hg_buf_free(struct hg *h, struct hg_buf *b)
{
	if (b->gref)
		h->port.ops->unshare(h->port.ctx, b->va, b->gref, b->pages);
	free(b->gref);
	b->gref = NULL;
}

/* --- messages --- */

struct displif_msg hg_msg_create(const struct hg_buf *b)
{
	return (struct displif_msg){ .op = XENDISPL_OP_DBUF_CREATE,
				     .dbuf = b->dbuf,
				     .width = b->width,
				     .height = b->height,
				     .bpp = 32,
				     .size = b->size,
				     .gref_dir = b->gref[0] };
}

struct displif_msg hg_msg_attach(const struct hg_buf *b)
{
	return (struct displif_msg){ .op = XENDISPL_OP_FB_ATTACH,
				     .dbuf = b->dbuf,
				     .fb = b->fb,
				     .width = b->width,
				     .height = b->height,
				     .format = 0x34325258 }; /* XR24 */
}

struct displif_msg hg_msg_fb(uint8_t op, uint64_t fb)
{
	return (struct displif_msg){ .op = op, .fb = fb };
}

struct displif_msg hg_msg_dbuf(uint8_t op, uint64_t dbuf)
{
	return (struct displif_msg){ .op = op, .dbuf = dbuf };
}

struct displif_msg hg_msg_config(const struct hg_buf *b)
{
	return (struct displif_msg){ .op = XENDISPL_OP_SET_CONFIG,
				     .fb = b->fb,
				     .width = b->width,
				     .height = b->height,
				     .bpp = 32 };
}

bool hg_buf_create(struct hg *h, struct hg_buf *b)
{
	struct displif_msg create = hg_msg_create(b), attach = hg_msg_attach(b);

	b->created = hg_wants_ok(h, "a sane buffer", 0, &create);
	b->attached = b->created && hg_wants_ok(h, "a sane buffer", 0, &attach);
	return b->attached;
}

bool hg_buf_destroy(struct hg *h, struct hg_buf *b)
{
	struct displif_msg detach = hg_msg_fb(XENDISPL_OP_FB_DETACH, b->fb);
	struct displif_msg destroy = hg_msg_dbuf(XENDISPL_OP_DBUF_DESTROY, b->dbuf);
	bool ok = true;

	if (b->attached)
		ok = hg_wants_ok(h, "a sane buffer", 0, &detach);
	if (b->created)
		ok = hg_wants_ok(h, "a sane buffer", 0, &destroy) && ok;
	b->created = b->attached = false;
	return ok;
}

/* Flips once and waits for the event. */
static bool flip(struct hg *h, const struct hg_buf *b)
{
	struct displif_msg msg = hg_msg_fb(XENDISPL_OP_PG_FLIP, b->fb);
	uint64_t end = hg_now() + HG_PATIENCE_MS;

	hg_events(h, 0);
	if (!hg_wants_ok(h, "a sane flip", 0, &msg))
		return false;
	while (!hg_events(h, 0)) {
		if (hg_now() >= end) {
			cli_error("a sane flip: no event in %u ms", HG_PATIENCE_MS);
			return false;
		}
		hg_idle(h);
	}
	return true;
}

bool hg_sane(struct hg *h)
{
	struct displif_msg reset = { .op = XENDISPL_OP_SET_CONFIG };
	struct displif_msg config;
	struct hg_buf b;
	bool ok;

	if (!hg_buf_make(h, &b, h->connector[0].width, h->connector[0].height))
		return false;
	config = hg_msg_config(&b);
	ok = hg_buf_create(h, &b) && hg_wants_ok(h, "a sane picture", 0, &config) && flip(h, &b) &&
	     hg_wants_ok(h, "a sane end", 0, &reset);
	ok = hg_buf_destroy(h, &b) && ok;
	hg_buf_free(h, &b);
	return ok;
}

/* --- directories --- */

/* Spoils one word of the directory, wants a refusal, mends it. */
static bool spoilt(struct hg *h, struct hg_buf *b, const char *what, uint32_t page, uint32_t word,
		   uint32_t value)
{
	struct displif_msg create;
	uint32_t old = hg_dir_page(b, page)[word];
	bool ok;

	b->dbuf = h->cookie++;
	create = hg_msg_create(b);
	hg_dir_page(b, page)[word] = value;
	ok = hg_wants_refusal(h, what, 0, &create);
	hg_dir_page(b, page)[word] = old;
	return ok;
}

bool hg_directories(struct hg *h)
{
	struct displif_msg create;
	struct hg_buf b;
	bool ok;

	if (!hg_connect(h) || !hg_buf_make(h, &b, DIR_WIDTH, DIR_HEIGHT))
		return false;
	ok = spoilt(h, &b, "a directory that is a loop", 1, 0, b.gref[0]);
	ok &= spoilt(h, &b, "a page that follows itself", 1, 0, b.gref[1]);
	ok &= spoilt(h, &b, "a directory that is too short", 0, 0, 0);
	ok &= spoilt(h, &b, "a directory that goes on", 1, 0, b.gref[2]);
	ok &= spoilt(h, &b, "no first grant", 0, 1, 0);
	ok &= spoilt(h, &b, "a hole", 0, 500, 0);
	ok &= spoilt(h, &b, "no last grant", 0, DISPLIF_PGDIR_GREFS, 0);
	ok &= spoilt(h, &b, "a hole in the second page", 1, 7, 0);
	ok &= spoilt(h, &b, "a next page of nobody", 0, 0, 0xffffffffu);
	ok &= spoilt(h, &b, "a next page that is a pixel page", 0, 0, b.gref[2]);
	b.dbuf = h->cookie++;
	create = hg_msg_create(&b);
	create.gref_dir = 0;
	ok &= hg_wants_refusal(h, "no directory", 0, &create);
	create.gref_dir = h->link[0].gref[DISPLIF_CHAN_REQ];
	ok &= hg_wants_refusal(h, "the ring as a directory", 0, &create);
	create.gref_dir = h->link[0].gref[DISPLIF_CHAN_EVT];
	ok &= hg_wants_refusal(h, "the event page as a directory", 0, &create);
	b.dbuf = h->cookie++;
	ok = ok && hg_buf_create(h, &b) && hg_buf_destroy(h, &b) && hg_sane(h);
	hg_buf_free(h, &b);
	return ok;
}

/* --- grants --- */

/* A page that is shared otherwise than it should be: with @dom, or read-only. */
static bool odd_page(struct hg *h, uint16_t dom, uint32_t flags, void **va, uint32_t *gref)
{
	if (!h->port.ops->share(h->port.ctx, dom, 1, flags, va, gref))
		return true;
	cli_error("cannot share a page with domain %u", dom);
	return false;
}

/* Grants that Xen does not let the backend have. */
static bool refused_grefs(struct hg *h, struct hg_buf *b)
{
	static const uint32_t nobody[] = { 0xffffffffu, 0x7fffffffu, 32767, 20000, 0x80000000u };
	struct displif_msg create;
	uint32_t gref;
	bool ok = true;
	void *va;

	for (uint32_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
		ok &= spoilt(h, b, "a grant of nobody", 0, 1 + i, nobody[i]);
		create = hg_msg_create(b);
		create.gref_dir = nobody[i];
		ok &= hg_wants_refusal(h, "a directory of nobody", 0, &create);
	}
	if (odd_page(h, 0x7000, DISPLIF_PORT_WRITE, &va, &gref)) {
		ok &= spoilt(h, b, "a grant for another domain", 0, 3, gref);
		create = hg_msg_create(b);
		create.gref_dir = gref;
		ok &= hg_wants_refusal(h, "a directory for another domain", 0, &create);
		h->port.ops->unshare(h->port.ctx, va, &gref, 1);
	}
	if (odd_page(h, h->backend, DISPLIF_PORT_WRITE, &va, &gref)) {
		h->port.ops->unshare(h->port.ctx, va, &gref, 1);
		usleep(50000); /* the kernel ends grants in the background */
		ok &= spoilt(h, b, "a grant that has ended", 0, 4, gref);
	}
	return ok;
}

/* Read-only where the backend has to write. */
static bool read_only_grefs(struct hg *h)
{
	struct displif_msg alloc = { .op = XENDISPL_OP_DBUF_CREATE,
				     .dbuf = h->cookie++,
				     .width = 64,
				     .height = 64,
				     .bpp = 32,
				     .size = 64 * 64 * 4,
				     .flags = XENDISPL_DBUF_FLG_REQ_ALLOC };
	struct displif_msg edid = { .op = XENDISPL_OP_GET_EDID, .size = 32768 };
	uint32_t gref, *page;
	void *va;
	bool ok;

	if (!odd_page(h, h->backend, 0, &va, &gref))
		return false;
	alloc.gref_dir = gref;
	ok = hg_wants_refusal(h, "a read-only directory to be filled", 0, &alloc);
	/* Its own entries are the page itself: readable as a directory, not writable as EDID. */
	page = va;
	for (uint32_t i = 1; i < DISPLIF_PGDIR_WORDS; i++)
		page[i] = gref;
	edid.gref_dir = gref;
	ok &= hg_wants_refusal(h, "read-only pages for an EDID", 0, &edid);
	h->port.ops->unshare(h->port.ctx, va, &gref, 1);
	return ok;
}

bool hg_grefs(struct hg *h)
{
	struct displif_msg create;
	struct hg_buf b;
	bool ok;

	if (!hg_connect(h) || !hg_buf_make(h, &b, 256, 32))
		return false;
	ok = refused_grefs(h, &b) && read_only_grefs(h);
	/* Our own pages may be pixels too: that shows us what we know. */
	hg_dir_page(&b, 0)[1] = h->link[0].gref[DISPLIF_CHAN_REQ];
	hg_dir_page(&b, 0)[2] = h->link[0].gref[DISPLIF_CHAN_EVT];
	hg_dir_page(&b, 0)[3] = b.gref[0];
	b.dbuf = h->cookie++;
	create = hg_msg_create(&b);
	ok = hg_wants_ok(h, "the rings as pixels", 0, &create) && ok;
	b.created = true;
	ok = hg_buf_destroy(h, &b) && hg_sane(h) && ok;
	hg_buf_free(h, &b);
	return ok;
}

/* Grants end while the backend has mapped and shows them. */
bool hg_revoke(struct hg *h)
{
	struct displif_msg config;
	struct hg_buf b;
	bool ok = true;

	if (!hg_connect(h))
		return false;
	for (int i = 0; i < 4 && ok; i++) {
		if (!hg_buf_make(h, &b, h->connector[0].width, h->connector[0].height))
			return false;
		config = hg_msg_config(&b);
		ok = hg_buf_create(h, &b) && hg_wants_ok(h, "a picture", 0, &config);
		h->port.ops->unshare(h->port.ctx, b.va, b.gref, b.pages);
		for (int n = 0; n < 20 && ok; n++)
			ok = flip(h, &b);
		/* Every second one is left to the end of the connection. */
		if (i % 2)
			ok = hg_buf_destroy(h, &b) && ok;
		free(b.gref);
	}
	return ok && hg_again(h) && hg_sane(h);
}
