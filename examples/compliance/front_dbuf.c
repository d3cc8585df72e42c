/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Checks of a backend: DBUF_CREATE and DBUF_DESTROY, their cookies, sizes and geometry. */
#include "front.h"

#include <stdio.h>

#define REQ "displif.h: Requests, XENDISPL_OP_DBUF_CREATE"
#define DES "displif.h: Requests, XENDISPL_OP_DBUF_DESTROY"
#define RULES "protocol.md: Unwritten rules of a backend"

static void pages(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	/* An import: no geometry has to fit the number of pages. */
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_OWN, 0, 0, (uint32_t)c->arg * 4096u);
	struct displif_msg msg;
	char what[64];

	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	snprintf(what, sizeof(what), "DBUF_CREATE of %d pages in %u directory pages", c->arg,
		 buf->share.dirs);
	msg = cc_msg_create(f, buf);
	msg.width = msg.height = 32;
	cc_want(r, what, cc_buf_create(f, buf, &msg), 0);
	if (buf->dbuf)
		cc_want(r, "its DBUF_DESTROY", cc_buf_end(f, buf), 0);
}

static void cookie_zero(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_OWN, 64, 48, 0);
	struct displif_msg msg;

	(void)c;
	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	msg = cc_msg_create(f, buf);
	msg.dbuf = 0;
	cc_want(r, "DBUF_CREATE of cookie 0", cc_call(f, 0, &msg), -DISPLIF_XEN_EINVAL);
}

static void cookie_twice(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_make_dbuf(f, r), *second;
	struct displif_msg msg;

	(void)c;
	if (!buf)
		return;
	second = cc_buf_share(f, DISPLIF_SHARE_OWN, 64, 48, 0);
	if (!second) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	msg = cc_msg_create(f, second);
	msg.dbuf = buf->dbuf;
	cc_want(r, "DBUF_CREATE of a cookie in use", cc_call(f, 0, &msg), -DISPLIF_XEN_EEXIST);
}

static void cookie_again(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_make_dbuf(f, r);
	struct displif_msg msg, destroy;

	(void)c;
	if (!buf)
		return;
	msg = cc_msg_create(f, buf);
	msg.dbuf = buf->dbuf;
	destroy = cc_msg_destroy(buf->dbuf);
	cc_want(r, "DBUF_DESTROY", cc_call(f, 0, &destroy), 0);
	buf->dbuf = 0;
	cc_want(r, "DBUF_CREATE of the cookie destroyed before", cc_buf_create(f, buf, &msg), 0);
}

static void destroy_unknown(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct displif_msg msg = cc_msg_destroy(cc_cookie(f));

	(void)c;
	cc_want(r, "DBUF_DESTROY of an unknown cookie", cc_call(f, 0, &msg), -DISPLIF_XEN_ENOENT);
}

static void destroy_twice(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_make_dbuf(f, r);
	struct displif_msg msg;

	(void)c;
	if (!buf)
		return;
	msg = cc_msg_destroy(buf->dbuf);
	buf->dbuf = 0;
	cc_want(r, "DBUF_DESTROY", cc_call(f, 0, &msg), 0);
	cc_want(r, "a second DBUF_DESTROY", cc_call(f, 0, &msg), -DISPLIF_XEN_ENOENT);
}

/* What is wrong with an otherwise good DBUF_CREATE of 64x48x32 in 3 pages. */
enum wrong {
	SMALL,
	WIDTH,
	HEIGHT,
	BPP_0,
	BPP_7,
	BPP_64,
	BPP_MAX,
	OFS_FITS,
	OFS_SIZE,
	OFS_FAR,
	SIZE_0,
	SIZE_4G,
	IMPORT_OFS,
};

static const char *spoil(struct displif_msg *msg, enum wrong wrong)
{
	switch (wrong) {
	case SMALL:
		msg->size--;
		return "DBUF_CREATE with buffer_sz one less than stride * height";
	case WIDTH:
		msg->width = 0x40000001u;
		return "DBUF_CREATE with a width that is 4 bytes in 32 bits";
	case HEIGHT:
		msg->height = 0x1000001u;
		return "DBUF_CREATE with a height that is 256 bytes in 32 bits";
	case BPP_0:
		msg->bpp = 0;
		return "DBUF_CREATE with bpp 0 and a width";
	case BPP_7:
		msg->bpp = 7;
		return "DBUF_CREATE with bpp 7";
	case BPP_64:
		msg->bpp = 64;
		return "DBUF_CREATE with bpp 64, twice what fits";
	case BPP_MAX:
		msg->bpp = 0xffffffe0u;
		return "DBUF_CREATE with bpp 0xffffffe0";
	case OFS_FITS:
		msg->data_ofs = 64;
		msg->height--;
		return "DBUF_CREATE with data_ofs 64 where that fits";
	case OFS_SIZE:
		msg->data_ofs = msg->size;
		return "DBUF_CREATE with data_ofs = buffer_sz";
	case OFS_FAR:
		msg->data_ofs = 0xfffff000u;
		return "DBUF_CREATE with data_ofs 0xfffff000";
	case SIZE_0:
		msg->size = 0;
		return "DBUF_CREATE with buffer_sz 0";
	case SIZE_4G:
		msg->size = UINT32_MAX;
		return "DBUF_CREATE with buffer_sz 0xffffffff";
	case IMPORT_OFS:
		msg->width = msg->height = msg->bpp = 0;
		msg->data_ofs = msg->size;
		return "an import with data_ofs = buffer_sz";
	}
	return "?";
}

static void geometry(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_OWN, 64, 48, 0);
	struct displif_msg msg;
	const char *what;
	int32_t status;

	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	msg = cc_msg_create(f, buf);
	what = spoil(&msg, (enum wrong)c->arg);
	status = cc_buf_create(f, buf, &msg);
	cc_want(r, what, status, c->arg == OFS_FITS ? 0 : -DISPLIF_XEN_EINVAL);
	if (status && cc_buf_maps(f, buf) > 0)
		cc_fail(r, "%s was refused, and %d pages stay mapped", what, cc_buf_maps(f, buf));
}

static void import(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_OWN, 64, 48, 0);
	struct displif_msg msg;

	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	msg = cc_msg_create(f, buf);
	msg.width = msg.height = msg.bpp = 0;
	cc_want(r, "DBUF_CREATE without geometry", cc_buf_create(f, buf, &msg), 0);
	if (!buf->dbuf)
		return;
	msg = cc_msg_attach(f, buf);
	msg.height += (uint32_t)c->arg;
	cc_want(r, c->arg ? "FB_ATTACH of one line more" : "FB_ATTACH with the geometry",
		cc_buf_attach(f, buf, &msg), c->arg ? -DISPLIF_XEN_EINVAL : 0);
}

/* arg: 0 a plain buffer, 1 with a framebuffer, 2 shown, 3 flipping. */
static void destroy(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = c->arg ? cc_make_fb(f, r) : cc_make_dbuf(f, r);
	struct displif_msg msg;
	uint64_t fb;

	if (!buf)
		return;
	fb = buf->fb;
	msg = cc_msg_config(buf);
	if (c->arg > 1)
		cc_want(r, "SET_CONFIG", cc_call(f, f->show, &msg), 0);
	msg = cc_msg_fb(XENDISPL_OP_PG_FLIP, fb);
	if (c->arg > 2) {
		cc_want(r, "PG_FLIP", cc_call(f, f->show, &msg), 0);
		if (!cc_await_events(f, f->show, 1, CC_PATIENCE_MS))
			cc_fail(r, "the flip had no event");
	}
	msg = cc_msg_destroy(buf->dbuf);
	cc_want(r, "DBUF_DESTROY", cc_call(f, 0, &msg), 0);
	buf->dbuf = buf->fb = 0;
	msg = cc_msg_fb(XENDISPL_OP_FB_DETACH, fb);
	if (fb)
		cc_want(r, "FB_DETACH of a framebuffer whose buffer is gone", cc_call(f, 0, &msg),
			-DISPLIF_XEN_ENOENT);
	if (r->verdict == CC_OK)
		cc_want_alive(f, r, "DBUF_DESTROY", 0);
}

static void unmaps(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_make_fb(f, r);
	struct displif_msg msg;
	int before;

	(void)c;
	if (!buf)
		return;
	before = cc_buf_maps(f, buf);
	if (before < 0) {
		cc_na(r, "nobody tells here what a peer has mapped");
		return;
	}
	msg = cc_msg_destroy(buf->dbuf);
	cc_want(r, "DBUF_DESTROY", cc_call(f, 0, &msg), 0);
	buf->dbuf = buf->fb = 0;
	if (cc_buf_maps(f, buf) > 0)
		cc_fail(r, "%d pages are mapped after the answer, %d were before",
			cc_buf_maps(f, buf), before);
	else if (r->verdict == CC_OK)
		cc_ok(r, "%d pages were mapped", before);
}

const struct cc_check cc_front_dbuf[] = {
	{ "dbuf.size-1-page", REQ, "0", .front = pages, .arg = 1 },
	{ "dbuf.size-1022-pages", REQ, "0", .front = pages, .arg = 1022 },
	{ "dbuf.size-1023-pages", REQ, "0: one full directory page", .front = pages, .arg = 1023 },
	{ "dbuf.size-1024-pages", REQ, "0: two directory pages", .front = pages, .arg = 1024 },
	{ "dbuf.size-2046-pages", REQ, "0: two full directory pages", .front = pages, .arg = 2046 },
	{ "dbuf.size-2047-pages", REQ, "0: three directory pages", .front = pages, .arg = 2047 },
	{ "dbuf.cookie-zero", RULES, "-EINVAL", .front = cookie_zero },
	{ "dbuf.cookie-twice", RULES, "-EEXIST", .front = cookie_twice },
	{ "dbuf.cookie-again", "protocol.md: Seen on a real Xen", "0: re-used at once",
	  .front = cookie_again },
	{ "dbuf.destroy-unknown", RULES, "-ENOENT", .front = destroy_unknown },
	{ "dbuf.destroy-twice", RULES, "0, -ENOENT", .front = destroy_twice },
	{ "dbuf.buffer-too-small", REQ, "-EINVAL", .front = geometry, .arg = SMALL },
	{ "dbuf.width-overflows", REQ, "-EINVAL", .front = geometry, .arg = WIDTH },
	{ "dbuf.height-overflows", REQ, "-EINVAL", .front = geometry, .arg = HEIGHT },
	{ "dbuf.bpp-0", REQ, "-EINVAL", .front = geometry, .arg = BPP_0 },
	{ "dbuf.bpp-7", REQ, "-EINVAL", .front = geometry, .arg = BPP_7 },
	{ "dbuf.bpp-64", REQ, "-EINVAL", .front = geometry, .arg = BPP_64 },
	{ "dbuf.bpp-overflows", REQ, "-EINVAL", .front = geometry, .arg = BPP_MAX },
	{ "dbuf.data-ofs-fits", RULES, "0", .front = geometry, .arg = OFS_FITS },
	{ "dbuf.data-ofs-is-size", RULES, "-EINVAL", .front = geometry, .arg = OFS_SIZE },
	{ "dbuf.data-ofs-overflows", RULES, "-EINVAL", .front = geometry, .arg = OFS_FAR },
	{ "dbuf.size-0", REQ, "-EINVAL", .front = geometry, .arg = SIZE_0 },
	{ "dbuf.size-4-gib", REQ, "-EINVAL", .front = geometry, .arg = SIZE_4G },
	{ "dbuf.import", RULES, "0, 0", .front = import },
	{ "dbuf.import-too-small", RULES, "0, then -EINVAL", .front = import, .arg = 1 },
	{ "dbuf.import-data-ofs", RULES, "-EINVAL", .front = geometry, .arg = IMPORT_OFS },
	{ "dbuf.destroy", DES, "0", .front = destroy },
	{ "dbuf.destroy-attached", DES, "0; its framebuffers are gone", .front = destroy,
	  .arg = 1 },
	{ "dbuf.destroy-shown", DES, "0; its framebuffers are gone", .front = destroy, .arg = 2 },
	{ "dbuf.destroy-flipped", DES, "0; its framebuffers are gone", .front = destroy, .arg = 3 },
	{ "dbuf.destroy-unmaps", RULES, "no page is mapped when it is answered", .front = unmaps },
	CC_END,
};
