/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* As much as possible of what is allowed, or nearly. */
#include "guest.h"

#include <string.h>
#include <unistd.h>

#define STOP_MS 10000u
#define DEAF_MS 2000u

enum kind {
	GOOD,
	BAD,
	UNKNOWN,
	MIXED,
};

/* A request that costs the backend something. GOOD: framebuffers come and go. */
static void compose(struct hg *h, enum kind kind, const struct hg_buf *b, union displif_wire *wire)
{
	struct displif_msg msg = { 0 };
	uint16_t id = h->id++;

	if (kind == MIXED)
		kind = (enum kind)hg_random(h, 3);
	switch (kind) {
	case GOOD:
		if (id % 2)
			msg = hg_msg_fb(XENDISPL_OP_FB_DETACH, b->fb);
		else
			msg = hg_msg_attach(b);
		break;
	case BAD:
		msg = (struct displif_msg){
			.op = (uint8_t)(XENDISPL_OP_DBUF_CREATE + id % 7),
			.dbuf = hg_random(h, UINT32_MAX) | 0x100000000ull,
			.fb = hg_random(h, UINT32_MAX) | 0x100000000ull,
			.width = hg_random(h, UINT32_MAX),
			/* Small: large ones would be held back, which is no flood. */
			.size = hg_random(h, 65536),
			.gref_dir = hg_random(h, UINT32_MAX)
		};
		break;
	default:
		for (uint32_t i = 0; i < 8; i++)
			wire->q[i] = hg_random(h, UINT32_MAX) * 0x100000001ull;
		wire->req.id = id;
		wire->req.operation = HG_UNKNOWN_OP;
		return;
	}
	displif_req_encode(wire, id, &msg);
}

static bool flood(struct hg *h, enum kind kind)
{
	uint64_t last;
	struct displif_rsp rsp;
	union displif_wire wire;
	struct hg_buf b;
	bool ok = true;

	if (!hg_connect(h) || !hg_buf_make(h, &b, 64, 64))
		return false;
	ok = hg_buf_create(h, &b);
	h->began = last = hg_now();
	for (uint64_t done = 0; ok && hg_more(h, done);) {
		uint32_t put = 0;

		while (h->at[0].req - h->at[0].rsp < DISPLIF_RING_LEN) {
			compose(h, kind, &b, &wire);
			hg_put(h, 0, &wire);
			put++;
		}
		if (put)
			hg_push(h, 0);
		done += put;
		put = 0;
		while (hg_take(h, 0, &rsp))
			put++;
		if (put) {
			last = hg_now();
		} else {
			hg_idle(h);
			ok = hg_now() - last < HG_PATIENCE_MS;
		}
	}
	if (!ok)
		cli_error("after %llu requests: no answer any more", (unsigned long long)h->sent);
	ok = hg_again(h) && ok;
	hg_buf_free(h, &b);
	return ok && hg_sane(h);
}

bool hg_requests_good(struct hg *h)
{
	return flood(h, GOOD);
}

bool hg_requests_bad(struct hg *h)
{
	return flood(h, BAD);
}

bool hg_requests_unknown(struct hg *h)
{
	return flood(h, UNKNOWN);
}

bool hg_requests_mixed(struct hg *h)
{
	return flood(h, MIXED);
}

/* Interrupts on both channels with nothing in the pages. */
bool hg_notifications(struct hg *h)
{
	if (!hg_connect(h))
		return false;
	h->began = hg_now();
	for (uint64_t i = 0; hg_more(h, i); i++)
		h->port.ops->chan_notify(h->port.ctx, h->link[i / 2 % h->cfg.n].chan[i % 2]);
	h->sent += h->count;
	return hg_sane(h);
}

/* Buffers that come and go. @flags: XENDISPL_DBUF_FLG_REQ_ALLOC or 0. */
static bool storm(struct hg *h, uint32_t flags)
{
	struct displif_msg create, destroy;
	int32_t status = 0;
	struct hg_buf b;
	bool ok = true;

	if (!hg_connect(h) || !hg_buf_make(h, &b, 1024, 768))
		return false;
	create = hg_msg_create(&b);
	create.flags = flags;
	h->began = hg_now();
	for (uint64_t i = 0; ok && hg_more(h, i); i++) {
		create.dbuf = h->cookie++;
		status = hg_call(h, 0, &create);
		ok = status != HG_NO_ANSWER;
		if (!ok || status)
			continue;
		destroy = hg_msg_dbuf(XENDISPL_OP_DBUF_DESTROY, create.dbuf);
		ok = hg_wants_ok(h, "one of many buffers", 0, &destroy);
	}
	/* They were for us only as long as the buffers were there: read the directory no more. */
	ok = hg_again(h) && ok;
	hg_buf_free(h, &b);
	return ok && hg_sane(h);
}

bool hg_storm(struct hg *h)
{
	return storm(h, 0);
}

bool hg_storm_alloc(struct hg *h)
{
	return storm(h, XENDISPL_DBUF_FLG_REQ_ALLOC);
}

/* Connections that come and go. */
bool hg_storm_connect(struct hg *h)
{
	bool ok = hg_connect(h);

	h->began = hg_now();
	for (uint64_t i = 0; ok && hg_more(h, i); i++)
		ok = hg_again(h);
	return ok && hg_sane(h);
}

/* Flips, and never takes an event nor an answer. */
static bool flip_deaf(struct hg *h, const struct hg_buf *b, uint32_t ms)
{
	struct displif_msg config = hg_msg_config(b), msg = hg_msg_fb(XENDISPL_OP_PG_FLIP, b->fb);
	uint64_t end = hg_now() + ms;
	union displif_wire wire;
	struct displif_rsp rsp;

	if (!hg_wants_ok(h, "a picture", 0, &config))
		return false;
	while (hg_now() < end && !h->stop) {
		while (hg_take(h, 0, &rsp))
			;
		while (displif_req_encode(&wire, h->id++, &msg) == 0 && hg_put(h, 0, &wire))
			;
		hg_push(h, 0);
		usleep(10000);
	}
	return true;
}

static bool deaf(struct hg *h, uint32_t ms, bool silent)
{
	struct hg_buf b;
	bool ok;

	if (!hg_connect(h) || !hg_buf_make(h, &b, h->connector[0].width, h->connector[0].height))
		return false;
	ok = hg_buf_create(h, &b) && flip_deaf(h, &b, silent ? 500 : ms);
	if (silent)
		usleep(ms * 1000u);
	/* What lies in the ring and the event page is left there. */
	ok = hg_again(h) && ok;
	hg_buf_free(h, &b);
	return ok && hg_sane(h);
}

bool hg_deaf(struct hg *h)
{
	return deaf(h, h->seconds ? h->seconds * 1000u : DEAF_MS, false);
}

/* Does nothing at all for long, with requests and events under way. */
bool hg_stop(struct hg *h)
{
	return deaf(h, h->seconds ? h->seconds * 1000u : STOP_MS, true);
}

/* No display at all: what is compared with. */
bool hg_spin(struct hg *h)
{
	h->began = hg_now();
	while (hg_more(h, 0))
		;
	return true;
}
