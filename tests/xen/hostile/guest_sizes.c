/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Numbers in requests that cannot be, and more of everything than a guest may have. */
#include "guest.h"

#include <string.h>

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
#define GIB 0x40000000u
/* More than any table of the backend has. */
#define MANY 1100u
#define LARGE 12u

/* Each is wrong; the directory behind it is good. */
bool hg_sizes(struct hg *h)
{
	static const struct {
		uint32_t width, height, bpp, size, ofs, flags;
	} bad[] = {
		{ 64, 64, 32, 0, 0, 0 },
		{ 64, 64, 32, 1, 0, 0 },
		{ 64, 64, 32, 64 * 64 * 4 - 1, 0, 0 },
		{ 64, 64, 32, 0xffffffffu, 0, 0 },
		{ 64, 64, 32, GIB + 1, 0, 0 },
		{ 64, 64, 32, 0x80000000u, 0, 0 },
		{ 0xffffffffu, 1, 32, 4096, 0, 0 },
		{ 1, 0xffffffffu, 32, 4096, 0, 0 },
		{ 0x40000001u, 1, 32, 4096, 0, 0 },	/* times 4 is 4 */
		{ 0x10000u, 0x10000u, 32, 4096, 0, 0 }, /* product 0 */
		{ 0x8000u, 0x20000u, 8, 4096, 0, 0 },	/* product 0 */
		{ 32768, 1, 32, 32768 * 4, 0, 0 },	/* above the side's limit */
		{ 0, 64, 32, 16384, 0, 0 },
		{ 64, 0, 32, 16384, 0, 0 },
		{ 64, 64, 0, 16384, 0, 0 },
		{ 64, 64, 7, 16384, 0, 0 },
		{ 64, 64, 0xffffffffu, 16384, 0, 0 },
		{ 64, 64, 72, 64 * 64 * 9, 0, 0 },
		{ 64, 64, 32, 16384, 1, 0 },
		{ 64, 64, 32, 16384, 16384, 0 },
		{ 64, 64, 32, 16384, 0xffffffffu, 0 },
		{ 64, 64, 32, 16384, 0xfffffffcu, 0 },
		{ 0, 0, 0, 16384, 0, XENDISPL_DBUF_FLG_REQ_ALLOC },
	};
	struct displif_msg create;
	struct hg_buf b;
	bool ok = true;
	char what[64];

	if (!hg_connect(h) || !hg_buf_make(h, &b, 64, 64))
		return false;
	for (size_t i = 0; i < ELEMENTS(bad); i++) {
		create = hg_msg_create(&b);
		create.dbuf = h->cookie++;
		create.width = bad[i].width;
		create.height = bad[i].height;
		create.bpp = bad[i].bpp;
		create.size = bad[i].size;
		create.data_ofs = bad[i].ofs;
		create.flags = bad[i].flags;
		snprintf(what, sizeof(what), "size %zu of the table", i);
		ok &= hg_wants_refusal(h, what, 0, &create);
	}
	hg_buf_free(h, &b);
	return ok && hg_sane(h);
}

/* Framebuffers that look beyond their buffer, and places beyond their picture. */
bool hg_offsets(struct hg *h)
{
	static const struct {
		uint32_t width, height, format;
	} bad[] = {
		{ 65, 64, 0x34325258 },
		{ 64, 65, 0x34325258 },
		{ 0, 64, 0x34325258 },
		{ 64, 0, 0x34325258 },
		{ 0xffffffffu, 1, 0x34325258 },
		{ 0x40000001u, 1, 0x34325258 },
		{ 0x10000u, 0x10000u, 0x34325258 },
		{ 64, 64, 0 },
		{ 64, 64, 0xffffffffu },
		{ 64, 64, 0x3231564e }, /* NV12 */
	};
	static const uint32_t far[] = { 64, 65, 0x7fffffffu, 0x80000000u, 0xffffffffu };
	struct displif_msg attach, config, edid = { .op = XENDISPL_OP_GET_EDID };
	static const uint32_t edids[] = { 0, 127, 128, 32767, GIB + 1, 0xffffffffu };
	struct hg_buf b;
	bool ok;

	if (!hg_connect(h) || !hg_buf_make(h, &b, 64, 64))
		return false;
	ok = hg_buf_create(h, &b);
	for (size_t i = 0; i < ELEMENTS(bad); i++) {
		attach = hg_msg_attach(&b);
		attach.fb = h->cookie++;
		attach.width = bad[i].width;
		attach.height = bad[i].height;
		attach.format = bad[i].format;
		ok &= hg_wants_refusal(h, "a framebuffer beyond its buffer", 0, &attach);
	}
	for (size_t i = 0; i < ELEMENTS(far); i++) {
		/* Whether it is refused or clipped is the backend's choice; it must not look there. */
		config = hg_msg_config(&b);
		config.x = far[i];
		config.y = far[ELEMENTS(far) - 1 - i];
		ok &= hg_call(h, 0, &config) != HG_NO_ANSWER;
		config.width = far[i];
		config.height = 0xffffffffu;
		ok &= hg_call(h, 0, &config) != HG_NO_ANSWER;
	}
	for (size_t i = 0; i < ELEMENTS(edids); i++) {
		edid.size = edids[i];
		edid.gref_dir = b.gref[0];
		ok &= hg_wants_refusal(h, "an EDID's size", 0, &edid);
	}
	ok = hg_buf_destroy(h, &b) && ok;
	hg_buf_free(h, &b);
	return ok && hg_sane(h);
}

/* Creates until it is refused. Returns how many there are; *@ok: whether all was answered. */
static uint32_t fill_buffers(struct hg *h, const struct hg_buf *b, uint64_t first, bool *ok)
{
	struct displif_msg create = hg_msg_create(b);
	uint32_t n, *first_page = hg_dir_page(b, 0) + 1;
	int32_t status = 0;

	for (n = 0; n < MANY; n++) {
		create.dbuf = first + n;
		/* Not always the same, or Xen's limit comes before the backend's. */
		*first_page = b->gref[b->dirs + n % HG_REAL];
		status = hg_call(h, 0, &create);
		if (status)
			break;
		*ok &= hg_wants_refusal(h, "a cookie twice", 0, &create);
	}
	*ok &= status != HG_NO_ANSWER;
	return n;
}

static uint32_t fill_framebuffers(struct hg *h, const struct hg_buf *b, uint64_t dbuf,
				  uint64_t first, bool *ok)
{
	struct displif_msg attach = hg_msg_attach(b);
	int32_t status = 0;
	uint32_t n;

	attach.dbuf = dbuf;
	for (n = 0; n < MANY; n++) {
		attach.fb = first + n;
		status = hg_call(h, 0, &attach);
		if (status)
			break;
		*ok &= hg_wants_refusal(h, "a cookie twice", 0, &attach);
	}
	*ok &= status != HG_NO_ANSWER;
	return n;
}

/* Small buffers and framebuffers until there is no more room, each twice; then all away. */
bool hg_cookies(struct hg *h)
{
	static const uint64_t odd[] = { 0, UINT64_MAX, 0x8000000000000000ull };
	const uint64_t first = 0x10000;
	struct displif_msg msg;
	uint32_t bufs, fbs;
	struct hg_buf b;
	bool ok = true;

	if (!hg_connect(h) || !hg_buf_make(h, &b, 32, 32))
		return false;
	for (size_t i = 0; i < ELEMENTS(odd); i++) {
		msg = hg_msg_dbuf(XENDISPL_OP_DBUF_DESTROY, odd[i]);
		ok &= hg_wants_refusal(h, "a strange cookie", 0, &msg);
		msg = hg_msg_fb(XENDISPL_OP_FB_DETACH, odd[i]);
		ok &= hg_wants_refusal(h, "a strange cookie", 0, &msg);
		msg = hg_msg_fb(XENDISPL_OP_PG_FLIP, odd[i]);
		ok &= hg_wants_refusal(h, "a strange cookie", 0, &msg);
	}
	bufs = fill_buffers(h, &b, first, &ok);
	fbs = fill_framebuffers(h, &b, first, 2 * first, &ok);
	if (bufs == MANY || fbs == MANY) {
		cli_error("%u buffers and %u framebuffers: there is no end", bufs, fbs);
		ok = false;
	}
	/* With its buffer all framebuffers go. */
	for (uint32_t i = 0; i < bufs; i++) {
		msg = hg_msg_dbuf(XENDISPL_OP_DBUF_DESTROY, first + i);
		ok &= hg_wants_ok(h, "one of many buffers", 0, &msg);
	}
	msg = hg_msg_fb(XENDISPL_OP_FB_DETACH, 2 * first);
	ok &= hg_wants_refusal(h, "a framebuffer without its buffer", 0, &msg);
	hg_buf_free(h, &b);
	return ok && bufs && fbs && hg_sane(h);
}

/* Large buffers until the quota of pages is used up. */
bool hg_quota(struct hg *h)
{
	struct hg_buf b[LARGE] = { 0 };
	struct displif_msg create;
	int32_t status = 0;
	uint32_t n = 0;
	bool ok;

	if (!hg_connect(h))
		return false;
	while (n < LARGE && !status && hg_buf_make(h, &b[n], 2048, 4096)) {
		create = hg_msg_create(&b[n]);
		status = hg_call(h, 0, &create);
		n++;
	}
	if (!status)
		cli_error("%u buffers of 8192 pages: there is no end", n);
	/* Left to the end of the connection. */
	ok = hg_again(h) && status && status != HG_NO_ANSWER && n > 1;
	for (uint32_t i = 0; i < LARGE; i++)
		hg_buf_free(h, &b[i]);
	return ok && hg_sane(h);
}
