/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A peer that rewrites what is shared at every access of the honest end: the word that is just being read, indices,
 * slots, whole forged messages, directories, and XenStore nodes.
 */
#include <string.h>

#include "sim.h"

static uint32_t junk(uint32_t old)
{
	switch (sim_rand(10)) {
	case 0:
		return 0;
	case 1:
		return old + 1;
	case 2:
		return old - 1;
	case 3:
		return old + 32 + sim_rand(3);
	case 4:
		return old + 62 + sim_rand(3);
	case 5:
		return old + 0x80000000u;
	case 6:
		return old ^ 1u << sim_rand(32);
	case 7:
		return sim_rand(40);
	default:
		return sim_rand(UINT32_MAX);
	}
}

/* A cookie that exists, or might. */
static uint64_t cookie(bool fb)
{
	const struct end_back *b = sim->back.end;
	uint32_t i = sim_rand(END_BUFS);
	uint64_t found = 0;

	if (b)
		found = fb ? b->fb[i].cookie : b->dbuf[i].cookie;
	return found ? found : 1 + sim_rand(30);
}

static uint32_t some_gref(void)
{
	const struct sim_buf *buf = &sim->front.buf[sim_rand(SIM_BUFS)];

	if (buf->gref && buf->share.gref_dir && sim_rand(4))
		return sim_rand(4) ? buf->share.gref_dir : buf->gref[0];
	return sim_rand(64);
}

static void forge_request(union displif_wire *wire)
{
	static const uint32_t sizes[] = { 0, 1, 4096, 8192, 3 * 4096, 1 << 20, UINT32_MAX };
	struct displif_msg msg = {
		.op = (uint8_t)(XENDISPL_OP_DBUF_CREATE + sim_rand(7)),
		.dbuf = cookie(false),
		.fb = cookie(true),
		.width = sim_rand(3) ? 32 : junk(32),
		.height = sim_rand(3) ? 32 : junk(32),
		.bpp = sim_rand(3) ? 32 : junk(32),
		.size = sizes[sim_rand(sizeof(sizes) / sizeof(sizes[0]))],
		.flags = sim_rand(2),
		.gref_dir = some_gref(),
		.data_ofs = sim_rand(3) ? 0 : junk(4096),
		.format = DISPLIF_FOURCC('X', 'R', '2', '4'),
	};

	displif_req_encode(wire, (uint16_t)sim_rand(0x10000), &msg);
	if (!sim_rand(10))
		wire->req.operation = (uint8_t)sim_rand(256);
}

static void forge_answer(union displif_wire *wire, uint32_t c)
{
	static const int32_t statuses[] = { 0, 0, 0, -5, -4095, -4096, 1, INT32_MAX, INT32_MIN };
	const struct displif_front_slot *slot = &sim->front.end->front[c].slot[sim_rand(32)];
	struct displif_rsp rsp = {
		.status = statuses[sim_rand(sizeof(statuses) / sizeof(statuses[0]))],
		.edid_sz = sim_rand(2) ? 128 : junk(128),
		.id = slot->id,
		.op = slot->op,
	};

	if (!sim_rand(6))
		rsp.id = (uint16_t)sim_rand(0x10000);
	if (!sim_rand(6))
		rsp.op = (uint8_t)sim_rand(256);
	displif_rsp_encode(wire, &rsp);
}

static void put_slot(uint32_t *page, uint32_t slot, const union displif_wire *wire)
{
	memcpy((char *)page + 64 + 64 * (size_t)slot, wire, sizeof(*wire));
}

/* A whole message that may pass for a real one, behind the index that tells of it. */
static void forge(uint32_t *ring, uint32_t *evt, uint32_t c)
{
	const struct displif_front_slot *slot;
	union displif_wire wire;
	uint32_t prod;

	if (sim->mode == SIM_HOSTILE_FRONT) {
		prod = ring[0];
		forge_request(&wire);
		put_slot(ring, prod % DISPLIF_RING_LEN, &wire);
		ring[0] = prod + 1;
		return;
	}
	if (!sim->front.end || c >= sim->front.end->n)
		return;
	if (sim_rand(2)) {
		prod = ring[2];
		forge_answer(&wire, c);
		put_slot(ring, prod % DISPLIF_RING_LEN, &wire);
		ring[2] = prod + 1;
		return;
	}
	prod = evt[1];
	slot = &sim->front.end->front[c].slot[sim_rand(32)];
	displif_evt_encode(&wire, (uint16_t)sim_rand(0x10000),
			   slot->fb ? slot->fb : 1 + sim_rand(30));
	put_slot(evt, prod % DISPLIF_EVT_LEN, &wire);
	evt[1] = prod + 1;
}

static void scribble_page(uint32_t *page, uint32_t touched)
{
	uint32_t word;

	switch (sim_rand(4)) {
	case 0:
		word = touched;
		break;
	case 1:
		word = sim_rand(4);
		break;
	default:
		word = 16 + sim_rand(1008);
		break;
	}
	page[word] = junk(page[word]);
}

/* The directory of some buffer of the frontend. */
static void scribble_directory(void)
{
	const struct sim_buf *buf = &sim->front.buf[sim_rand(SIM_BUFS)];
	uint32_t *dir = buf->share.dir;

	if (dir)
		dir[sim_rand(6)] = sim_rand(3) ? sim_rand(40) : junk(0);
}

void sim_scribble(const volatile void *addr)
{
	int side = sim->mode == SIM_HOSTILE_FRONT ? SIM_BE : SIM_FE;
	struct displif_link *link = side == SIM_BE ? sim->back.end->link : sim->front.end->link;
	uint32_t n = side == SIM_BE ? sim->k.connectors : sim->front.end->n;
	uintptr_t at = (uintptr_t)addr, base = at & ~(uintptr_t)4095;
	uint32_t c, *page;

	sim->n->scribbles++;
	for (c = 0; c < n; c++) {
		if (base != (uintptr_t)link[c].page[0] && base != (uintptr_t)link[c].page[1])
			continue;
		page = (uint32_t *)base;
		if (!sim_rand(3) && link[c].page[0] && link[c].page[1])
			forge(link[c].page[0], link[c].page[1], c);
		else
			scribble_page(page, (uint32_t)(at - base) / 4);
		if (!sim_rand(8))
			fake_port_raise(sim->dom[side], 1 + sim_rand(6));
		return;
	}
	scribble_directory();
}

static const char *junk_text(char *buf, size_t size)
{
	static const char *const texts[] = { "",	   "0",		"1",   "2",   "3",  "4",
					     "5",	   "6",		"7",   "8",   "9",  "15",
					     "x",	   "1920x1080", "0x0", "-1",  " 1", "1,2",
					     "4294967296", "64x48",	"2,9", "\xff" };

	if (sim_rand(4))
		return texts[sim_rand(sizeof(texts) / sizeof(texts[0]))];
	snprintf(buf, size, "%u", sim_rand(40));
	return buf;
}

void sim_scribble_xs(void)
{
	static const char *const front[] = {
		"state",
		"state",
		"state",
		"version",
		"be-alloc",
		"backend",
		"backend-id",
		"0/req-ring-ref",
		"0/req-event-channel",
		"0/evt-ring-ref",
		"0/evt-event-channel",
		"0/resolution",
		"0/unique-id",
		"1/resolution",
		"9/resolution",
	};
	static const char *const back[] = { "state", "state", "state", "versions", "frontend-id" };
	bool fe = sim->mode == SIM_HOSTILE_FRONT;
	struct fake_dom *d = sim->dom[fe ? SIM_FE : SIM_BE];
	char path[200], dir[100], buf[20];

	if (sim->fate.dev != SIM_DEV_PRESENT || !d || !fake_dom_alive(d))
		return;
	if (fe)
		displif_xs_frontend_path(dir, sizeof(dir), sim->front_id, 0);
	else
		displif_xs_backend_path(dir, sizeof(dir), sim->k.back_dom, sim->front_id, 0);
	sim->n->xs_scribbles++;
	if (!sim_rand(200)) {
		sim_say("hostile: removes %s", dir);
		fake_xs_rm(d, 0, dir);
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", dir,
		 fe ? front[sim_rand(sizeof(front) / sizeof(front[0]))] :
		      back[sim_rand(sizeof(back) / sizeof(back[0]))]);
	if (!sim_rand(10))
		fake_xs_rm(d, 0, path);
	else
		fake_xs_puts(d, 0, path, junk_text(buf, sizeof(buf)));
	sim_say("hostile: rewrites %s", path);
}
