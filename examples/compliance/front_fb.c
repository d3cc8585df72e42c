/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Checks of a backend: FB_ATTACH, FB_DETACH, SET_CONFIG and GET_EDID. */
#include "front.h"

#include <string.h>

#define ATT "displif.h: Requests, XENDISPL_OP_FB_ATTACH"
#define DET "displif.h: Requests, XENDISPL_OP_FB_DETACH"
#define CFG "displif.h: Requests, XENDISPL_OP_SET_CONFIG"
#define EDID "displif.h: Requests, XENDISPL_OP_GET_EDID"
#define RULES "protocol.md: Unwritten rules of a backend"

enum wrong {
	NOTHING,
	COOKIE_0,
	NO_DBUF,
	FORMAT,
	TOO_WIDE,
	TOO_HIGH,
	HUGE_,
	EMPTY,
};

static int32_t spoil(struct cc_front *f, struct displif_msg *msg, enum wrong wrong)
{
	switch (wrong) {
	case NOTHING:
		return 0;
	case COOKIE_0:
		msg->fb = 0;
		break;
	case NO_DBUF:
		msg->dbuf = cc_cookie(f);
		return -DISPLIF_XEN_ENOENT;
	case FORMAT:
		msg->format = DISPLIF_FOURCC('?', '?', '?', '?');
		break;
	case TOO_WIDE:
		msg->width *= 2;
		break;
	case TOO_HIGH:
		msg->height++;
		break;
	case HUGE_:
		msg->width = msg->height = UINT32_MAX;
		break;
	case EMPTY:
		msg->width = msg->height = 0;
		break;
	}
	return -DISPLIF_XEN_EINVAL;
}

static void attach(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_make_dbuf(f, r);
	struct displif_msg msg;
	int32_t wanted;

	if (!buf)
		return;
	msg = cc_msg_attach(f, buf);
	wanted = spoil(f, &msg, (enum wrong)c->arg);
	cc_want(r, "FB_ATTACH", cc_buf_attach(f, buf, &msg), wanted);
	msg = cc_msg_fb(XENDISPL_OP_FB_DETACH, buf->fb);
	if (wanted == 0 && buf->fb) {
		cc_want(r, "FB_DETACH", cc_call(f, 0, &msg), 0);
		buf->fb = 0;
	}
}

static void attach_twice(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_make_fb(f, r);
	struct displif_msg msg;

	(void)c;
	if (!buf)
		return;
	msg = cc_msg_attach(f, buf);
	msg.fb = buf->fb;
	cc_want(r, "FB_ATTACH of a cookie in use", cc_call(f, 0, &msg), -DISPLIF_XEN_EEXIST);
}

static void two_on_one(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_make_fb(f, r);
	struct displif_msg msg;
	int32_t status;

	(void)c;
	if (!buf)
		return;
	msg = cc_msg_attach(f, buf);
	status = cc_call(f, 0, &msg);
	cc_want(r, "FB_ATTACH of a second framebuffer", status, 0);
	msg = cc_msg_fb(XENDISPL_OP_FB_DETACH, msg.fb);
	if (status == 0)
		cc_want(r, "its FB_DETACH", cc_call(f, 0, &msg), 0);
}

/* arg: 0 of an unknown one, 1 twice, 2 shown, 3 the cookie again */
static void detach(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_make_fb(f, r);
	struct displif_msg msg;

	if (!buf)
		return;
	msg = cc_msg_config(buf);
	if (c->arg == 2)
		cc_want(r, "SET_CONFIG", cc_call(f, f->show, &msg), 0);
	msg = cc_msg_fb(XENDISPL_OP_FB_DETACH, c->arg ? buf->fb : cc_cookie(f));
	if (c->arg) {
		buf->fb = 0;
		cc_want(r, "FB_DETACH", cc_call(f, 0, &msg), 0);
	}
	if (c->arg == 3) {
		uint64_t fb = msg.fb;

		msg = cc_msg_attach(f, buf);
		msg.fb = fb;
		cc_want(r, "FB_ATTACH of the cookie detached before", cc_buf_attach(f, buf, &msg),
			0);
		return;
	}
	cc_want(r, "FB_DETACH of an unknown cookie", cc_call(f, 0, &msg), -DISPLIF_XEN_ENOENT);
}

/* --- SET_CONFIG --- */

enum config {
	SET,
	RESET,
	UNKNOWN,
	LARGER,
	REPEATED,
	FAR,
	NO_SIZE,
};

static void config(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_make_fb(f, r);
	struct displif_msg msg;
	uint32_t i, events = f->conn[f->show].n_evt;

	if (!buf)
		return;
	msg = cc_msg_config(buf);
	switch ((enum config)c->arg) {
	case SET:
		cc_want(r, "SET_CONFIG", cc_call(f, f->show, &msg), 0);
		break;
	case RESET:
		cc_want(r, "SET_CONFIG", cc_call(f, f->show, &msg), 0);
		msg = cc_msg_config(NULL);
		cc_want(r, "SET_CONFIG with cookie 0", cc_call(f, f->show, &msg), 0);
		cc_want(r, "a second SET_CONFIG with cookie 0", cc_call(f, f->show, &msg), 0);
		break;
	case UNKNOWN:
		msg.fb = cc_cookie(f);
		cc_want(r, "SET_CONFIG of an unknown framebuffer", cc_call(f, f->show, &msg),
			-DISPLIF_XEN_ENOENT);
		break;
	case LARGER:
		msg.width = f->connector[f->show].width + 100u;
		msg.height = f->connector[f->show].height + 100u;
		cc_want(r, "SET_CONFIG larger than the connector", cc_call(f, f->show, &msg), 0);
		break;
	case REPEATED:
		for (i = 0; i < 5; i++)
			cc_want(r, "SET_CONFIG again", cc_call(f, f->show, &msg), 0);
		break;
	case FAR:
		msg.x = msg.y = UINT32_MAX;
		cc_want_alive(f, r, "SET_CONFIG with x and y 0xffffffff",
			      cc_call(f, f->show, &msg));
		break;
	case NO_SIZE:
		msg.width = msg.height = 0;
		cc_want_error(r, "SET_CONFIG with a framebuffer and no size",
			      cc_call(f, f->show, &msg));
		break;
	}
	cc_pause(f->w, CC_SILENCE_MS);
	cc_take(f, f->show);
	if (f->conn[f->show].n_evt != events)
		cc_fail(r, "SET_CONFIG was followed by a flip event");
}

/* --- GET_EDID --- */

static uint32_t block_sum(const uint8_t *block)
{
	uint32_t i, sum = 0;

	for (i = 0; i < 128; i++)
		sum += block[i];
	return sum & 0xffu;
}

static void judge_edid(struct cc_result *r, const struct cc_buf *buf, uint32_t size)
{
	static const uint8_t header[8] = { 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0 };
	uint8_t block[128];
	uint32_t i;

	if (size == 0 || size % 128 || size > buf->size) {
		cc_fail(r, "edid_sz is %u of %u", size, buf->size);
		return;
	}
	for (i = 0; i < size / 128; i++) {
		memcpy(block, (const uint8_t *)buf->share.mem + (size_t)i * 128u, sizeof(block));
		if (i == 0 && memcmp(block, header, sizeof(header)) != 0)
			cc_fail(r, "%u bytes without an EDID's header", size);
		if (block_sum(block) != 0)
			cc_fail(r, "the checksum of block %u is wrong", i);
	}
	cc_ok(r, "%u bytes", size);
}

static void edid(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_OWN, 0, 0, DISPLIF_EDID_MAX);
	struct displif_msg msg = { .op = XENDISPL_OP_GET_EDID, .size = DISPLIF_EDID_MAX };
	const struct cc_rsp *rsp;

	(void)c;
	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	msg.gref_dir = buf->share.gref_dir;
	rsp = cc_await(f, f->show, cc_send(f, f->show, &msg), CC_PATIENCE_MS);
	if (!rsp)
		cc_fail(r, "GET_EDID %s", cc_status_text(CC_SILENT));
	else if (rsp->rsp.status == 0)
		judge_edid(r, buf, rsp->rsp.edid_sz);
	else
		cc_ok(r, "refused with %d", rsp->rsp.status);
	if (cc_buf_maps(f, buf) > 0)
		cc_fail(r, "%d pages stay mapped after the answer", cc_buf_maps(f, buf));
}

/* arg: the size that is offered; 0: enough, with no directory. */
static void edid_bad(struct cc_front *f, const struct cc_check *c, struct cc_result *r)
{
	struct cc_buf *buf = cc_buf_share(f, DISPLIF_SHARE_OWN, 0, 0, DISPLIF_EDID_MAX);
	struct displif_msg msg = { .op = XENDISPL_OP_GET_EDID, .size = (uint32_t)c->arg };

	if (!buf) {
		cc_na(r, "%.150s", f->why);
		return;
	}
	if (!c->arg) {
		raw_store(buf->share.dir, 1, 0x7fffffffu);
		msg.size = DISPLIF_EDID_MAX;
	}
	msg.gref_dir = buf->share.gref_dir;
	cc_want_error(r, c->arg ? "GET_EDID with a buffer too small" : "GET_EDID with a bad grant",
		      cc_call(f, f->show, &msg));
}

const struct cc_check cc_front_fb[] = {
	{ "fb.attach-detach", ATT, "0, 0", .front = attach },
	{ "fb.cookie-zero", RULES, "-EINVAL", .front = attach, .arg = COOKIE_0 },
	{ "fb.cookie-twice", ATT, "-EEXIST", .front = attach_twice },
	{ "fb.cookie-again", ATT, "0: re-used after FB_DETACH", .front = detach, .arg = 3 },
	{ "fb.unknown-dbuf", RULES, "-ENOENT", .front = attach, .arg = NO_DBUF },
	{ "fb.unknown-format", ATT, "-EINVAL", .front = attach, .arg = FORMAT },
	{ "fb.too-wide", ATT, "-EINVAL", .front = attach, .arg = TOO_WIDE },
	{ "fb.too-high", ATT, "-EINVAL", .front = attach, .arg = TOO_HIGH },
	{ "fb.overflows", ATT, "-EINVAL", .front = attach, .arg = HUGE_ },
	{ "fb.empty", ATT, "-EINVAL", .front = attach, .arg = EMPTY },
	{ "fb.two-on-one-dbuf", ATT, "0", .front = two_on_one },
	{ "fb.detach-unknown", DET, "-ENOENT", .front = detach },
	{ "fb.detach-twice", DET, "0, -ENOENT", .front = detach, .arg = 1 },
	{ "fb.detach-shown", "protocol.md: Seen on a real Xen", "0, then -ENOENT", .front = detach,
	  .arg = 2 },
	{ "config.set", CFG, "0, and no event", .front = config, .arg = SET },
	{ "config.reset", CFG, "0 each time", .front = config, .arg = RESET },
	{ "config.unknown-fb", RULES, "-ENOENT", .front = config, .arg = UNKNOWN },
	{ "config.larger-than-connector", RULES, "0", .front = config, .arg = LARGER },
	{ "config.repeated", RULES, "0 each time", .front = config, .arg = REPEATED },
	{ "config.offset-far", CFG, "an answer, and life goes on", .front = config, .arg = FAR },
	{ "config.empty", CFG, "an error", .front = config, .arg = NO_SIZE },
	{ "edid.answer", EDID, "an error, or whole blocks with good checksums, and no page mapped",
	  .front = edid },
	{ "edid.buffer-128", EDID, "an error", .front = edid_bad, .arg = 128 },
	{ "edid.buffer-32767", EDID, "an error", .front = edid_bad, .arg = 32767 },
	{ "edid.bad-grant", EDID, "an error", .front = edid_bad },
	CC_END,
};
