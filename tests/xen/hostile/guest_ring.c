/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Indices that jump, and contents that change while the backend reads them. */
#include "guest.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))
#define RACE_MS 1500u

/* Breaks the connection by a producer index. False if the backend goes on serving it. */
static bool jump(struct hg *h, uint32_t conn, uint32_t by)
{
	void *ring = h->link[conn].page[DISPLIF_CHAN_REQ];

	raw_store(ring, RAW_REQ_PROD, h->at[conn].req + by);
	displif_mb();
	h->port.ops->chan_notify(h->port.ctx, h->link[conn].chan[DISPLIF_CHAN_REQ]);
	if (hg_await(h, ~(1u << DISPLIF_XB_CONNECTED), HG_PATIENCE_MS))
		return true;
	cli_error("a producer index that jumps by %u: the backend stays connected", by);
	return false;
}

/* What the backend owns, or need not believe. */
static void scribble(struct hg *h, uint32_t conn)
{
	void *ring = h->link[conn].page[DISPLIF_CHAN_REQ],
	     *evt = h->link[conn].page[DISPLIF_CHAN_EVT];
	uint32_t value = hg_random(h, 3) ? hg_random(h, 256) : hg_random(h, UINT32_MAX);

	switch (hg_random(h, 5)) {
	case 0:
		raw_store(ring, RAW_REQ_EVENT, value);
		break;
	case 1:
		raw_store(ring, RAW_RSP_PROD, value);
		break;
	case 2:
		raw_store(ring, RAW_RSP_EVENT, value);
		break;
	case 3:
		raw_store(evt, RAW_IN_CONS, value);
		break;
	default:
		raw_store(evt, RAW_IN_PROD, value);
	}
}

bool hg_jumps(struct hg *h)
{
	static const uint32_t by[] = { 33,	    0x80000000u, 0xffffffffu, 34,
				       0x7fffffffu, 1000,	 0xffffffe0u };
	struct displif_msg reset = { .op = XENDISPL_OP_SET_CONFIG };
	bool ok = hg_connect(h);

	for (size_t i = 0; i < ELEMENTS(by) && ok; i++) {
		/* Sane before, so that index 0 is not special. */
		for (size_t n = 0; n < i && ok; n++)
			ok = hg_wants_ok(h, "before a jump", 0, &reset);
		ok = ok && jump(h, (uint32_t)i % h->cfg.n, by[i]) && hg_again(h);
	}
	/* Words that are not ours to write: the session need not notice, nor fall. */
	for (uint32_t i = 0; i < 2000 && ok; i++) {
		union displif_wire wire;

		scribble(h, i % h->cfg.n);
		reset.fb = i % 7 ? 0 : i;
		displif_req_encode(&wire, h->id++, &reset);
		if (!hg_put(h, 0, &wire))
			h->at[0].rsp += 16; /* whoever reads answers */
		if (i % 8 == 0)
			hg_push(h, 0);
	}
	return ok && hg_again(h) && hg_sane(h);
}

/* --- races --- */

struct racer {
	pthread_t thread;
	void *page;
	uint64_t random;
	int stop;
	bool slots;
};

static uint32_t next(struct racer *r)
{
	r->random = r->random * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(r->random >> 33);
}

/* Indices within what is allowed, or words of slots, as fast as they can be written. */
static void *race(void *arg)
{
	struct racer *r = arg;

	while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED)) {
		for (int i = 0; i < 256; i++) {
			if (r->slots)
				raw_store(r->page, 16 + next(r) % (DISPLIF_RING_LEN * 16),
					  next(r) % 4 ? next(r) % 128 : next(r));
			else
				raw_store(r->page, RAW_REQ_PROD,
					  raw_load(r->page, RAW_RSP_PROD) + next(r) % 33);
		}
	}
	return NULL;
}

static bool race_for(struct hg *h, bool slots, uint32_t ms)
{
	struct racer r = { .page = h->link[0].page[DISPLIF_CHAN_REQ],
			   .random = h->random,
			   .slots = slots };
	uint64_t end = hg_now() + ms;
	struct displif_rsp rsp;
	union displif_wire wire;

	hg_random(h, 1);
	if (pthread_create(&r.thread, NULL, race, &r)) {
		cli_error("cannot start a thread");
		return false;
	}
	while (hg_now() < end) {
		memset(&wire, 0, sizeof(wire));
		wire.req.operation = (uint8_t)(XENDISPL_OP_DBUF_CREATE + hg_random(h, 7));
		wire.q[1] = 1 + hg_random(h, 4);
		for (uint32_t i = 0; i < 8 && slots && hg_put(h, 0, &wire); i++)
			;
		if (slots)
			hg_push(h, 0);
		else
			h->port.ops->chan_notify(h->port.ctx, h->link[0].chan[DISPLIF_CHAN_REQ]);
		while (slots && hg_take(h, 0, &rsp))
			;
		usleep(1000);
		if (hg_backend_state(h) != DISPLIF_XB_CONNECTED) {
			/* An index may have gone backwards under its eyes. */
			if (slots)
				cli_error("slots that change: the connection broke");
			break;
		}
	}
	__atomic_store_n(&r.stop, 1, __ATOMIC_RELAXED);
	pthread_join(r.thread, NULL);
	return !slots || hg_backend_state(h) == DISPLIF_XB_CONNECTED;
}

static bool races(struct hg *h, bool slots)
{
	uint64_t end = hg_now() + RACE_MS;
	bool ok;

	h->began = hg_now();
	do
		ok = hg_again(h) && race_for(h, slots, slots ? RACE_MS : RACE_MS / 4);
	while (ok && (h->seconds ? hg_more(h, 0) : hg_now() < end));
	return ok && hg_again(h) && hg_sane(h);
}

bool hg_race_index(struct hg *h)
{
	return races(h, false);
}

bool hg_race_slots(struct hg *h)
{
	return races(h, true);
}
