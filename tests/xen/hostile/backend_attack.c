/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a backend can answer, and what it can do to its frontend besides. */
#include "backend.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#define LATE_MS 3500u
#define STOP_MS 10000u

/* --- answers --- */

/* A wrong answer of one kind, then the right one: strays are forgiven, for a while. */
static void stray(struct hb *h, uint32_t conn, uint16_t id, const struct displif_msg *msg)
{
	switch (h->step++ % 5) {
	case 0:
		hb_answer(h, conn, (uint16_t)(id + 1 + hb_random(h, 60000)), msg->op, 0, 0);
		break;
	case 1:
		hb_answer(h, conn, id, (uint8_t)(msg->op ^ 1), 0, 0);
		break;
	case 2:
		hb_answer(h, conn, id, 0xff, 0, 0);
		break;
	default:
		break; /* honest ones between, so that it lasts */
	}
	hb_honest(h, conn, id, msg);
}

static void duplicate(struct hb *h, uint32_t conn, uint16_t id, const struct displif_msg *msg)
{
	hb_honest(h, conn, id, msg);
	if (h->step++ % 4 == 0)
		hb_honest(h, conn, id, msg);
}

static void unsolicited(struct hb *h)
{
	uint32_t conn = hb_random(h, h->n);

	hb_answer(h, conn, (uint16_t)hb_random(h, 65536),
		  (uint8_t)(XENDISPL_OP_DBUF_CREATE + hb_random(h, 8)), 0, 0);
	usleep(20000);
}

/* Numbers that are no status, for requests that a frontend can do without. */
static void status(struct hb *h, uint32_t conn, uint16_t id, const struct displif_msg *msg)
{
	static const int32_t odd[] = { 1, INT_MAX, INT_MIN, -4096, -4095, -1, 0 };

	hb_answer(h, conn, id, msg->op, odd[h->step++ % (sizeof(odd) / sizeof(odd[0]))],
		  0xffffffffu);
	if (msg->op == XENDISPL_OP_PG_FLIP)
		hb_event(h, conn, h->at[conn].id++, 0, msg->fb);
}

static void silent(struct hb *h, uint32_t conn, uint16_t id, const struct displif_msg *msg)
{
	/* Flips only: so that there is something to wait for. */
	if (msg->op != XENDISPL_OP_PG_FLIP)
		hb_honest(h, conn, id, msg);
}

static void late(struct hb *h, uint32_t conn, uint16_t id, const struct displif_msg *msg)
{
	if (msg->op == XENDISPL_OP_PG_FLIP)
		usleep(LATE_MS * 1000u);
	hb_honest(h, conn, id, msg);
}

/* Sizes that are no EDID's. */
static void edid(struct hb *h, uint32_t conn, uint16_t id, const struct displif_msg *msg)
{
	static const uint32_t size[] = { 0, 127, 40000, 128, 0xffffffffu, 256, 32768 };
	uint8_t junk[256];

	if (msg->op != XENDISPL_OP_GET_EDID) {
		hb_honest(h, conn, id, msg);
		return;
	}
	/* A good beginning with a bad checksum. */
	memset(junk, 0x5a, sizeof(junk));
	memcpy(junk, "\0\377\377\377\377\377\377\0", 8);
	displif_port_back_put(&h->port, h->domid, msg->gref_dir, msg->size, junk, sizeof(junk),
			      &h->scratch, NULL);
	hb_answer(h, conn, id, msg->op, 0, size[h->connects % (sizeof(size) / sizeof(size[0]))]);
}

/* --- indices --- */

static void jump(struct hb *h)
{
	static const uint32_t by[] = { 33, 0x80000000u, 0xffffffffu, 1000 };
	uint32_t conn = hb_random(h, h->n), far = by[h->step % 4];

	usleep(100000);
	if (h->step++ / 4 % 2)
		raw_store(h->link[conn].page[DISPLIF_CHAN_EVT], RAW_IN_PROD,
			  h->at[conn].evt + far + 64);
	else
		raw_store(h->link[conn].page[DISPLIF_CHAN_REQ], RAW_RSP_PROD,
			  h->at[conn].rsp + far);
	displif_mb();
	hb_notify(h, conn, DISPLIF_CHAN_REQ);
	hb_notify(h, conn, DISPLIF_CHAN_EVT);
	usleep(100000);
}

/* The frontend's own words, and slots of answers that it is just reading. */
static void scribble(struct hb *h)
{
	uint32_t conn = hb_random(h, h->n);
	void *ring = h->link[conn].page[DISPLIF_CHAN_REQ];

	for (int i = 0; i < 200; i++) {
		raw_store(ring, RAW_REQ_EVENT, hb_random(h, 100));
		raw_store(ring, RAW_RSP_EVENT, hb_random(h, UINT32_MAX));
		raw_store(ring, 16 + hb_random(h, DISPLIF_RING_LEN * 16), hb_random(h, UINT32_MAX));
		raw_store(h->link[conn].page[DISPLIF_CHAN_EVT], RAW_IN_CONS, hb_random(h, 200));
	}
	usleep(1000);
}

/* --- events --- */

static void foreign(struct hb *h)
{
	uint32_t conn = hb_random(h, h->n);

	switch (h->step++ % 4) {
	case 0:
		hb_event(h, conn, h->at[conn].id++, 0, hb_random(h, UINT32_MAX) * 0x100000001ull);
		break;
	case 1: /* a gap in the numbers */
		h->at[conn].id = (uint16_t)(h->at[conn].id + hb_random(h, 1000));
		break;
	case 2:
		hb_event(h, conn, h->at[conn].id++, (uint8_t)(1 + hb_random(h, 255)), 1);
		break;
	default: /* one that was told of before */
		hb_event(h, conn, h->at[conn].id++, 0, h->at[conn].fb);
	}
	usleep(5000);
}

/* As fast as there is room. */
static void event_flood(struct hb *h)
{
	for (uint32_t i = 0; i < 256; i++)
		hb_event(h, i % h->n, h->at[i % h->n].id++, 0, h->at[0].fb);
}

static void notifications(struct hb *h)
{
	for (uint32_t i = 0; i < 256; i++)
		hb_notify(h, i / 2 % h->n, i % 2 ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ);
}

/* --- buffers --- */

/* Maps every buffer, and never lets go of it. */
static void keep(struct hb *h, uint32_t conn, uint16_t id, const struct displif_msg *msg)
{
	uint32_t pages = displif_pgdir_pages(msg->size);
	void *va, *map;

	if (msg->op == XENDISPL_OP_DBUF_CREATE && pages <= HB_PAGES)
		displif_port_back_map(&h->port, h->domid, msg->gref_dir, pages, 0, &h->scratch, &va,
				      &map, NULL);
	hb_honest(h, conn, id, msg);
}

/* REQ_ALLOC: success, with a directory that lies. */
static void lie(struct hb *h, uint32_t conn, uint16_t id, const struct displif_msg *msg)
{
	static const uint32_t lies[] = { 0, 0xffffffffu, 1, 8, 0x7fffffffu };
	uint32_t word[DISPLIF_PGDIR_WORDS];

	if (msg->op == XENDISPL_OP_DBUF_CREATE && msg->flags & XENDISPL_DBUF_FLG_REQ_ALLOC) {
		for (uint32_t i = 0; i < DISPLIF_PGDIR_WORDS; i++)
			word[i] = lies[h->connects % 5];
		/* The link is changed as well, every second time. */
		if (h->step++ % 2)
			h->port.ops->copy(h->port.ctx, h->domid, msg->gref_dir, 0, word,
					  sizeof(word), true);
		else
			h->port.ops->copy(h->port.ctx, h->domid, msg->gref_dir, 4, word + 1,
					  sizeof(word) - 4, true);
	}
	hb_honest(h, conn, id, msg);
}

/* --- XenStore --- */

static void states(struct hb *h)
{
	static const char *const odd[] = { "0", "1", "2",  "3",	  "4",	"5",	      "6", "7",
					   "8", "9", "15", "255", "-1", "4294967297", "x", "" };

	for (int i = 0; i < 50; i++)
		hb_write(h, "state", odd[hb_random(h, 16)]);
	if (h->step++ % 4 == 0) {
		hb_state(h, DISPLIF_XB_CLOSED);
		usleep(200000);
	}
}

static void nodes(struct hb *h)
{
	static const char *const leaf[] = { "state", "versions", "online", "frontend" };

	usleep(50000);
	switch (h->step++ % 3) {
	case 0:
		hb_write(h, leaf[1 + hb_random(h, 3)], "garbage");
		break;
	case 1: /* not the state: without it the device is gone for good, and rightly so */
		hb_remove(h, leaf[1 + hb_random(h, 3)]);
		break;
	default:
		hb_write(h, "versions", "1,2");
	}
}

static void versions(struct hb *h)
{
	static const char *const odd[] = {
		"",
		"0",
		"x",
		"9,8",
		"-1",
		"1,,2",
		"99999999999999999999999999999999999999999999999999999999999999999999",
		"1,2"
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		hb_write(h, "versions", odd[i]);
		hb_state(h, DISPLIF_XB_CLOSED);
		usleep(100000);
		hb_state(h, DISPLIF_XB_INIT_WAIT);
		usleep(200000);
	}
}

static void stop(struct hb *h)
{
	(void)h;
	usleep(1000000);
	sleep(STOP_MS / 1000u);
}

const struct hb_attack hb_attacks[] = {
	{ "honest", NULL, NULL, NULL, "none: success for everything" },
	{ "strays", stray, NULL, NULL, "answers with wrong ids and operations" },
	{ "duplicates", duplicate, NULL, NULL, "answers and events twice" },
	{ "unsolicited", NULL, unsolicited, NULL, "answers to nothing" },
	{ "statuses", status, NULL, NULL, "1, INT_MAX, INT_MIN, -4096 and other numbers" },
	{ "silent", silent, NULL, NULL, "no answer to flips" },
	{ "late", late, NULL, NULL, "answers after 3.5 s" },
	{ "edid", edid, NULL, NULL, "sizes 0, 127, 40000; a bad checksum" },
	{ "jumps", NULL, jump, NULL, "producer indices that jump" },
	{ "scribble", NULL, scribble, NULL,
	  "answers that change, the frontend's words overwritten" },
	{ "foreign", NULL, foreign, NULL, "foreign cookies, gaps in ids, unknown types of events" },
	{ "events", NULL, event_flood, NULL, "events as fast as there is room" },
	{ "notifications", NULL, notifications, NULL, "interrupts with nothing behind them" },
	{ "keep", keep, NULL, NULL, "buffers stay mapped after they were destroyed" },
	{ "lie", lie, NULL, NULL, "REQ_ALLOC with directories that lie" },
	{ "states", NULL, states, NULL, "its own state, all values" },
	{ "nodes", NULL, nodes, NULL, "its own nodes rewritten, removed, made again" },
	{ "versions", NULL, NULL, versions, "versions that are none" },
	{ "stop", NULL, stop, NULL, "does nothing for 10 s" },
};
const uint32_t hb_n_attacks = sizeof(hb_attacks) / sizeof(hb_attacks[0]);
