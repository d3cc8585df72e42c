/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Checks of a backend: page directories that lie, grants that are none, buffers that the backend allocates. */
#include "front.h"

#include <stdio.h>
#include <string.h>

#define DIR "displif.h: Requests, xendispl_page_directory"
#define REQ "displif.h: Requests, XENDISPL_OP_DBUF_CREATE"
#define RULES "protocol.md: Unwritten rules of a backend"

/* A domain that is not there, and is not the backend either. */
#define NOBODY 0x7ee0u

enum lie {
	SHORT,	     /* ends before all pages are listed */
	LONG,	     /* a link behind the last page */
	LOOP,	     /* the link leads to the page itself */
	LOOP_END,    /* the last page's link leads to the first */
	GREF_0,	     /* a page without a grant */
	GREF_LAST_0, /* the last page without a grant */
	LINK_BAD,    /* a link that is no grant */
	GREF_BAD,    /* a page that is no grant */
	GREF_OTHER,  /* granted to another domain */
	GREF_ENDED,  /* a grant that has ended */
	DIR_0,	     /* no directory at all */
	DIR_BAD,     /* a directory that is no grant */
};

struct spoilt {
	struct displif_msg msg;
	void *other; /* memory granted to NOBODY */
	uint32_t other_gref;
};

static const char *spoil(struct cc_front *f, struct cc_buf *buf, struct spoilt *s, enum lie lie)
{
	uint32_t *dir = buf->share.dir, last = buf->share.pages - 1u;
	const struct displif_port *port = &f->w->port;

	switch (lie) {
	case SHORT:
		raw_store(dir, 0, 0);
		return "a directory of one page for 1025";
	case LONG:
		raw_store(dir, DISPLIF_PGDIR_WORDS, s->msg.gref_dir);
		return "a directory with a link behind its end";
	case LOOP:
		raw_store(dir, 0, s->msg.gref_dir);
		return "a directory page that links to itself";
	case LOOP_END:
		raw_store(dir, DISPLIF_PGDIR_WORDS, buf->gref[buf->share.pages + 1u]);
		return "a last directory page that links to itself";
	case GREF_0:
		raw_store(dir, 1, 0);
		return "grant 0 for the first page";
	case GREF_LAST_0:
		raw_store(dir, DISPLIF_PGDIR_WORDS + 1u + last - DISPLIF_PGDIR_GREFS, 0);
		return "grant 0 for the last page";
	case LINK_BAD:
		raw_store(dir, 0, 0x7fffffffu);
		return "a link that is no grant";
	case GREF_BAD:
		raw_store(dir, 5, 0x7fffffffu);
		return "a page that is no grant";
	case GREF_OTHER:
	case GREF_ENDED:
		if (port->ops->share(port->ctx, lie == GREF_OTHER ? NOBODY : f->w->peer, 1, 0,
				     &s->other, &s->other_gref))
			return NULL;
		raw_store(dir, 5, s->other_gref);
		if (lie == GREF_OTHER)
			return "a page granted to another domain";
		port->ops->unshare(port->ctx, s->other, &s->other_gref, 1);
		s->other = NULL;
		return "a grant that has ended";
	case DIR_0:
		s->msg.gref_dir = 0;
		return "directory grant 0";
	case DIR_BAD:
		s->msg.gref_dir = 0x7fffffffu;
		return "a directory that is no grant";
	}
	return NULL;
}

static bool may_pass(enum lie lie)
{
	return lie == LONG || lie == LOOP || lie == LOOP_END;
}

static void liar(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_OWN, 0, 0, 1025u * 4096u);
	struct spoilt s = { .other = NULL };
	const char *what;
	int32_t status;

	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	s.msg = cc_msg_create(f, buf);
	s.msg.width = s.msg.height = 32;
	what = spoil(f, buf, &s, (enum lie)c->arg);
	if (!what) {
		cc_na(r, "cannot grant such a page");
		return;
	}
	status = cc_buf_create(f, buf, &s.msg);
	if (status == 0 && may_pass((enum lie)c->arg))
		cc_ok(r, "%s was accepted, what it lists being enough", what);
	else
		cc_want_error(r, what, status);
	cc_want_alive(f, r, what, status);
	if (status && status != CC_SILENT && cc_buf_maps(f, buf) > 0)
		cc_fail(r, "%s was refused, and %d pages stay mapped", what, cc_buf_maps(f, buf));
	/* Before the grants end. */
	if (buf->dbuf)
		cc_buf_end(f, buf);
	if (s.other)
		f->w->port.ops->unshare(f->w->port.ctx, s.other, &s.other_gref, 1);
}

/* --- REQ_ALLOC --- */

static bool refused_alloc(struct cc_result *r, int32_t status)
{
	if (status == 0)
		return false;
	if (status == CC_SILENT || status > 0)
		cc_fail(r, "REQ_ALLOC %s", cc_status_text(status));
	else
		cc_ok(r, "REQ_ALLOC %s", cc_status_text(status));
	return true;
}

static void alloc(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	const uint32_t n = 1025;
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_BACKEND, 0, 0, n * 4096u);
	uint32_t i, link[2], found = 0, zeroes = 0;
	struct displif_msg msg;
	uint32_t *dir;

	(void)c;
	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	dir = buf->share.dir;
	link[0] = raw_load(dir, 0);
	link[1] = raw_load(dir, DISPLIF_PGDIR_WORDS);
	msg = cc_msg_create(f, buf);
	msg.width = msg.height = 32;
	if (refused_alloc(r, cc_buf_create(f, buf, &msg)))
		return;
	for (i = 0; i < n; i++) {
		uint32_t word = i < DISPLIF_PGDIR_GREFS ?
					1u + i :
					DISPLIF_PGDIR_WORDS + 1u + i - DISPLIF_PGDIR_GREFS;

		found += raw_load(dir, word) != 0;
	}
	for (i = n - DISPLIF_PGDIR_GREFS + 1u; i < DISPLIF_PGDIR_WORDS; i++)
		zeroes += raw_load(dir, DISPLIF_PGDIR_WORDS + i) == 0;
	if (found != n)
		cc_fail(r, "granted, and %u of %u references are filled in", found, n);
	else if (raw_load(dir, 0) != link[0] || raw_load(dir, DISPLIF_PGDIR_WORDS) != link[1])
		cc_fail(r, "granted, and the links are %u, %u instead of %u, %u", raw_load(dir, 0),
			raw_load(dir, DISPLIF_PGDIR_WORDS), link[0], link[1]);
	else if (zeroes != DISPLIF_PGDIR_WORDS - (n - DISPLIF_PGDIR_GREFS + 1u))
		cc_warn(r, "granted, and something was written behind the last reference");
	else
		cc_ok(r, "granted");
}

static void alloc_maps(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_BACKEND, 64, 48, 0);
	struct displif_diag diag = { 0 };
	struct displif_msg msg;
	int err;

	(void)c;
	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	msg = cc_msg_create(f, buf);
	if (refused_alloc(r, cc_buf_create(f, buf, &msg)))
		return;
	err = displif_port_share_alloced(&f->w->port, f->w->peer, &buf->share, &diag);
	if (err) {
		cc_fail(r, "granted, and cannot be mapped for writing: %s", displif_strerror(err));
		return;
	}
	memset(buf->share.mem, 0x5a, buf->size);
	msg = cc_msg_attach(f, buf);
	cc_want(r, "its FB_ATTACH", cc_buf_attach(f, buf, &msg), 0);
	cc_want(r, "its end", cc_buf_end(f, buf), 0);
	if (r->verdict == CC_OK)
		cc_ok(r, "granted, mapped and written");
}

static void alloc_import(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_BACKEND, 64, 48, 0);
	struct displif_msg msg;

	(void)c;
	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	msg = cc_msg_create(f, buf);
	msg.width = msg.height = msg.bpp = 0;
	cc_want_error(r, "REQ_ALLOC without geometry", cc_buf_create(f, buf, &msg));
}

static void alloc_short(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_BACKEND, 0, 0, 1025u * 4096u);
	struct displif_msg msg;
	int32_t status;

	(void)c;
	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	raw_store(buf->share.dir, 0, 0);
	msg = cc_msg_create(f, buf);
	msg.width = msg.height = 32;
	status = cc_buf_create(f, buf, &msg);
	cc_want_error(r, "REQ_ALLOC with a directory of one page for 1025", status);
	cc_want_alive(f, r, "REQ_ALLOC", status);
}

const struct cc_check cc_front_dir[] = {
	{ "dir.short", DIR, "an error", .front = liar, .arg = SHORT },
	{ "dir.long", DIR, "an answer, and life goes on", .front = liar, .arg = LONG },
	{ "dir.loop", DIR, "an answer, and life goes on", .front = liar, .arg = LOOP },
	{ "dir.loop-at-end", DIR, "an answer, and life goes on", .front = liar, .arg = LOOP_END },
	{ "dir.grant-0", DIR, "an error", .front = liar, .arg = GREF_0 },
	{ "dir.last-grant-0", DIR, "an error", .front = liar, .arg = GREF_LAST_0 },
	{ "dir.bad-link", DIR, "an error", .front = liar, .arg = LINK_BAD },
	{ "dir.bad-grant", DIR, "an error", .front = liar, .arg = GREF_BAD },
	{ "dir.foreign-grant", DIR, "an error", .front = liar, .arg = GREF_OTHER },
	{ "dir.ended-grant", DIR, "an error", .front = liar, .arg = GREF_ENDED },
	{ "dir.none", DIR, "an error", .front = liar, .arg = DIR_0 },
	{ "dir.bad-directory", DIR, "an error", .front = liar, .arg = DIR_BAD },
	{ "alloc.fills", REQ, "refused, or all references filled in and the links untouched",
	  .front = alloc },
	{ "alloc.maps", REQ, "refused, or pages that can be mapped for writing",
	  .front = alloc_maps },
	{ "alloc.import", RULES, "an error", .front = alloc_import },
	{ "alloc.short-directory", RULES, "an error", .front = alloc_short },
	CC_END,
};
