/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What must hold of a back session whatever a guest does: each request taken
 * is answered once and echoed, events come in order, tables and quotas agree,
 * what was mapped is released. Included by fuzz_request.c only.
 */
#ifndef FUZZ_REQUEST_MODEL_H
#define FUZZ_REQUEST_MODEL_H

#include "pages.h"
#include "shared.h"

#define MAX_CONNS 3u
/* Cookies of framebuffers are below this number, or are counted by its remainder. */
#define N_COOKIES 64u

/* A request that was handed out. */
struct out {
	uint64_t fb;
	struct displif_dbuf *dbuf;
	uint32_t handle, size, life;
	int32_t status; /* what it is going to be answered with */
	uint16_t id;
	uint8_t op;
	bool live, shown; /* PG_FLIP: flip_done() was called before its answer */
};

struct conn {
	struct displif_back b;
	struct shared_page *ring, *evt;
	uint64_t *pend;
	uint32_t pend_cap;
	/* Requests that were loaded and neither answered nor handed out, oldest first. */
	union displif_wire queue[DISPLIF_RING_LEN + 1];
	uint32_t n_queue;
	/* Responses that were stored by the call that is under way. */
	union displif_wire rsp[64];
	uint32_t n_rsp;
	struct out out[DISPLIF_RING_LEN];
	uint32_t taken, answered, seen, spent, peer_req;
	/* Flips that were answered and have to be shown yet. */
	uint32_t n_shown_owed[N_COOKIES];
	/* Events that are owed, oldest first. */
	uint64_t event[DISPLIF_BACK_MAX_PEND + 64];
	uint32_t n_events, evt_prod;
	uint16_t evt_id;
	bool looking, must_die, closed, killed, refused;
	bool told_poll; /* DO_POLL was given, and not served since */
};

/* What a buffer's user field points at. */
struct held {
	void *va, *map;
	uint32_t *gref, pages;
};

static struct conn conn[MAX_CONNS];
static uint32_t n_conns, scratch_words, life;
static struct displif_guest guest;
static struct displif_quota quota;
static struct displif_dbuf *dbufs;
static struct displif_fb *fbs;
static uint32_t n_dbuf, n_fb;
static struct displif_port port;
static uint64_t now;
static int32_t no_error;

static void took(struct conn *c, uint32_t slot)
{
	CHECK(slot == c->taken % DISPLIF_RING_LEN && c->n_queue <= DISPLIF_RING_LEN);
	CHECK(c->taken - c->answered < DISPLIF_RING_LEN);
	shared_slot(c->ring->loaded, slot, &c->queue[c->n_queue++]);
	c->taken++;
}

static void answered(struct conn *c, uint32_t slot)
{
	CHECK(slot == c->answered % DISPLIF_RING_LEN && c->answered != c->taken && c->n_rsp < 64);
	shared_slot(c->ring->stored, slot, &c->rsp[c->n_rsp++]);
	c->answered++;
}

/* An event was written: the next one that is owed, to a slot that the guest has read. */
static void told(struct conn *c, uint32_t slot)
{
	uint32_t cons = c->evt->loaded[0], used = c->evt_prod - cons, i;
	union displif_wire w, expected;

	CHECK(slot == c->evt_prod % DISPLIF_EVT_LEN && c->n_events && used < DISPLIF_EVT_LEN);
	for (i = cons; i != c->evt_prod; i++)
		CHECK(i % DISPLIF_EVT_LEN != slot);
	shared_slot(c->evt->stored, slot, &w);
	displif_evt_encode(&expected, c->evt_id, c->event[0]);
	CHECK(!memcmp(&w, &expected, sizeof(w)));
	c->n_events--;
	memmove(&c->event[0], &c->event[1], c->n_events * sizeof(c->event[0]));
	c->evt_id++;
	c->evt_prod++;
}

static void on_access(struct shared_page *page, uint32_t at, enum fake_access kind)
{
	struct conn *c;
	uint32_t i, n;

	for (i = 0; i < n_conns; i++)
		if (conn[i].ring == page || conn[i].evt == page)
			break;
	CHECK(i < n_conns);
	c = &conn[i];
	if (at >= 16 && at % 16 == 14) {
		if (kind == FAKE_LOAD)
			took(c, at / 16 - 1);
		else if (page == c->ring)
			answered(c, at / 16 - 1);
		else
			told(c, at / 16 - 1);
	} else if (kind == FAKE_LOAD && c->looking && page == c->ring && at == 0) {
		n = page->loaded[0] - c->taken;
		if (n > DISPLIF_RING_LEN - (c->taken - page->stored[2]) || n < c->seen - c->taken)
			c->must_die = true;
		else
			c->seen = page->loaded[0];
	}
}

/* After each call of the library. */
static void after(struct conn *c)
{
	shared_settle();
	if (c->b.err) {
		shared_kill(c->ring);
		shared_kill(c->evt);
	}
}

static void check_rsp(const union displif_wire *w, const struct displif_rsp *rsp)
{
	union displif_wire expected;

	displif_rsp_encode(&expected, rsp);
	CHECK(!memcmp(w, &expected, sizeof(expected)));
}

static void unqueue(struct conn *c)
{
	c->n_queue--;
	memmove(&c->queue[0], &c->queue[1], c->n_queue * sizeof(c->queue[0]));
}

/* A poll() came back with @handed requests: what it refused meanwhile was answered with an error, in order. */
static void check_refused(struct conn *c, int handed)
{
	uint32_t i;

	for (i = 0; i < c->n_rsp; i++) {
		struct displif_rsp rsp;

		displif_rsp_decode(&c->rsp[i], &rsp);
		CHECK(c->n_queue && rsp.status < 0 && rsp.status >= DISPLIF_STATUS_MIN);
		rsp.id = c->queue[0].req.id;
		rsp.op = c->queue[0].req.operation;
		check_rsp(&c->rsp[i], &rsp);
		unqueue(c);
		c->refused = true;
	}
	c->spent += c->n_rsp + (uint32_t)handed;
	CHECK(c->spent <= quota.requests_per_irq);
	c->n_rsp = 0;
	CHECK(c->n_queue == (handed ? 1u : c->b.held || c->b.err ? c->n_queue : 0u));
	CHECK(c->n_queue <= 1);
}

static void check_entry(const struct displif_back_req *req)
{
	const struct displif_dbuf *d = req->dbuf;
	const struct displif_fb *f = req->fb;

	switch (req->msg.op) {
	case XENDISPL_OP_DBUF_CREATE:
		CHECK(d && d->state == DISPLIF_ENTRY_COMING && !d->user &&
		      d->cookie == req->msg.dbuf);
		CHECK(d->size == req->msg.size && d->pages == displif_pgdir_pages(d->size));
		CHECK(!(d->flags & XENDISPL_DBUF_FLG_REQ_ALLOC) || quota.be_alloc);
		break;
	case XENDISPL_OP_DBUF_DESTROY:
		CHECK(d && d->state == DISPLIF_ENTRY_GOING && d->cookie == req->msg.dbuf);
		break;
	case XENDISPL_OP_FB_ATTACH:
		CHECK(f && f->state == DISPLIF_ENTRY_COMING && !f->user &&
		      f->cookie == req->msg.fb);
		CHECK(d && d->state == DISPLIF_ENTRY_LIVE && f->dbuf == d);
		break;
	case XENDISPL_OP_FB_DETACH:
		CHECK(f && f->state == DISPLIF_ENTRY_GOING && d == f->dbuf);
		break;
	case XENDISPL_OP_PG_FLIP:
		CHECK(f && f->state == DISPLIF_ENTRY_LIVE && f->cookie == req->msg.fb);
		CHECK(d == f->dbuf && d->state == DISPLIF_ENTRY_LIVE);
		break;
	case XENDISPL_OP_SET_CONFIG:
		CHECK(f ? f->cookie == req->msg.fb && f->state == DISPLIF_ENTRY_LIVE :
			  !req->msg.fb);
		break;
	default:
		CHECK(req->msg.op == XENDISPL_OP_GET_EDID && req->msg.size >= 32768 &&
		      req->msg.gref_dir);
		break;
	}
}

/* The request at the queue's head was handed out. */
static struct out *handed_out(struct conn *c, const struct displif_back_req *req)
{
	struct displif_msg m;
	struct out *o = NULL;
	uint16_t id;
	uint32_t i;

	CHECK(displif_req_decode(&c->queue[0], &id, &m) == 0);
	unqueue(c);
	CHECK(m.op == req->msg.op && m.dbuf == req->msg.dbuf && m.fb == req->msg.fb &&
	      m.size == req->msg.size && m.gref_dir == req->msg.gref_dir &&
	      m.width == req->msg.width && m.height == req->msg.height && m.bpp == req->msg.bpp &&
	      m.data_ofs == req->msg.data_ofs && m.flags == req->msg.flags &&
	      m.format == req->msg.format && m.x == req->msg.x && m.y == req->msg.y);
	check_entry(req);
	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		CHECK(!c->out[i].live || c->out[i].handle != req->handle);
		if (!c->out[i].live)
			o = &c->out[i];
	}
	CHECK(o);
	*o = (struct out){ m.fb, req->dbuf, req->handle, m.size, life, 0, id, m.op, true, false };
	return o;
}

static void flip_done(struct conn *c, uint64_t fb)
{
	bool alive = !c->b.err;
	int ret;

	/* Owed before the call, which may deliver it at once. */
	if (alive) {
		CHECK(c->n_events < DISPLIF_BACK_MAX_PEND);
		c->event[c->n_events++] = fb;
	}
	ret = displif_back_flip_done(&c->b, fb);
	after(c);
	CHECK(ret == (alive ? 0 : DISPLIF_E_STATE));
}

/* Maps or allocates a buffer. */
static int hold(struct displif_dbuf *d, const struct displif_scratch *s, struct displif_diag *diag)
{
	struct held *h = calloc(1, sizeof(*h));
	int err;

	CHECK(h);
	h->pages = d->pages;
	if (d->flags & XENDISPL_DBUF_FLG_REQ_ALLOC) {
		err = displif_port_back_alloc(&port, 1, d->gref_dir, d->pages, s, &h->va, diag);
		if (!err)
			h->gref = copy_of(s->gref, h->pages * 4);
	} else {
		err = displif_port_back_map(&port, 1, d->gref_dir, d->pages, DISPLIF_PORT_WRITE, s,
					    &h->va, &h->map, diag);
		CHECK(!err == !!h->map);
	}
	CHECK(!err == !!h->va);
	if (err) {
		free(h);
		h = NULL;
	}
	d->user = h;
	return err;
}

static void release(struct displif_dbuf *d)
{
	struct held *h = d->user;

	if (!h)
		return;
	if (h->gref)
		port.ops->unshare(port.ctx, h->va, h->gref, h->pages);
	else
		port.ops->unmap(port.ctx, h->map);
	free(h->gref);
	free(h);
	d->user = NULL;
}

static void check_fb(const struct displif_fb *f)
{
	const struct displif_dbuf *d = f->dbuf;
	uint32_t bpp = displif_format_bpp(f->format);

	CHECK(d >= dbufs && d < dbufs + n_dbuf && d->state != DISPLIF_ENTRY_FREE);
	CHECK(f->width && f->height && bpp && f->width <= DISPLIF_MAX_SIDE &&
	      f->height <= DISPLIF_MAX_SIDE);
	CHECK(d->data_ofs + (uint64_t)f->stride * (f->height - 1) +
		      (uint64_t)f->width * (bpp / 8) <=
	      d->size);
	CHECK((uint64_t)f->width * (bpp / 8) <= f->stride);
}

static void check_conn(const struct conn *c)
{
	const struct displif_back *b = &c->b;
	uint32_t i, open = 0, live = 0;

	for (i = 0; i < N_COOKIES; i++)
		open += c->n_shown_owed[i];
	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		live += c->out[i].live;
		open += c->out[i].live && c->out[i].op == XENDISPL_OP_PG_FLIP && !c->out[i].shown;
	}
	CHECK(b->err <= 0 && (!b->err || displif_back_deadline(b) == DISPLIF_NEVER));
	if (b->err)
		return;
	CHECK(b->flips == open && b->flips + b->n_pend <= c->pend_cap && b->n_pend == c->n_events);
	CHECK(c->taken - c->answered == live + c->n_queue && c->n_queue == b->held);
	CHECK((displif_back_deadline(b) != DISPLIF_NEVER) == (b->n_pend || b->held));
}

static void check_tables(void)
{
	uint32_t i, k, pages = 0, n;

	for (i = 0; i < n_dbuf; i++) {
		const struct displif_dbuf *d = &dbufs[i];

		CHECK(d->state <= DISPLIF_ENTRY_GOING &&
		      !d->cookie == (d->state == DISPLIF_ENTRY_FREE));
		CHECK(d->cookie || (!d->pages && !d->user));
		pages += d->pages;
		for (k = 0; k < i && d->cookie; k++)
			CHECK(dbufs[k].cookie != d->cookie);
	}
	CHECK(pages == guest.pages && pages <= quota.pages);
	for (i = 0; i < n_fb; i++) {
		const struct displif_fb *f = &fbs[i];

		CHECK(f->state <= DISPLIF_ENTRY_GOING &&
		      !f->cookie == (f->state == DISPLIF_ENTRY_FREE));
		if (f->cookie)
			check_fb(f);
		for (k = 0; k < i && f->cookie; k++)
			CHECK(fbs[k].cookie != f->cookie);
	}
	for (n = 0; displif_guest_fb(&guest, NULL, n); n++)
		CHECK(n < n_fb);
	for (i = 0; i < n_conns; i++)
		check_conn(&conn[i]);
}

/* A new session on new pages. */
static void attach(struct fuzz_in *in, uint32_t i)
{
	static const uint32_t caps[] = { 4, 1, 2, 63, 64, 256, 5 };
	static const uint32_t begins[] = { 0,	 UINT32_MAX - 70u, UINT32_MAX - 2u, 62,
					   1000, 0x80000000u };
	static const uint32_t no_caps[] = { 0, 257, UINT32_MAX };
	struct conn *c = &conn[i];
	uint8_t b = in_u8(in);
	struct displif_diag diag = { 0 };

	free(c->pend);
	memset(c, 0, sizeof(*c));
	c->pend_cap = caps[b % 7u];
	c->pend = malloc(c->pend_cap * sizeof(uint64_t));
	CHECK(c->pend);
	c->ring = shared_open(2 * i, &no_error);
	c->evt = shared_open(2 * i + 1, &no_error);
	c->ring->may_load = c->evt->may_load = 15;
	c->ring->va[1] = c->ring->va[3] = 1;
	c->evt_prod = c->evt->va[0] = c->evt->va[1] = begins[(b >> 3) % 6u];
	if (b == 0xff) {
		/* Rings of an earlier life, and numbers out of range. */
		c->ring->va[b & 3u] ^= in_u8(in) | 1u;
		CHECK(displif_back_attach(&c->b, &guest, i, c->ring->va, c->evt->va, c->pend,
					  c->pend_cap, &diag) == DISPLIF_E_PROTO);
		CHECK(diag.err == DISPLIF_E_PROTO && diag.node && diag.connector == i);
		c->ring->va[0] = c->ring->va[2] = 0;
		c->ring->va[1] = c->ring->va[3] = 1;
		CHECK(displif_back_attach(&c->b, &guest, i, c->ring->va, c->evt->va, c->pend,
					  no_caps[in_u8(in) % 3u], &diag) == DISPLIF_E_INVAL);
		CHECK(displif_back_flush(&c->b) == 0);
	}
	CHECK(displif_back_attach(&c->b, &guest, i, c->ring->va, c->evt->va, c->pend, c->pend_cap,
				  NULL) == 0);
	c->ring->err = c->evt->err = &c->b.err;
	c->ring->may_load = 1u << 0 | 1u << 3;
	c->ring->may_store = 1u << 1 | 1u << 2;
	c->ring->load_slots = c->ring->store_slots = true;
	c->ring->stored[1] = 1;
	c->evt->may_load = 1u << 0;
	c->evt->may_store = 1u << 1;
	c->evt->store_slots = true;
	after(c);
}

static void start(struct fuzz_in *in)
{
	static const uint32_t tables[] = { 4, 1, 2, 16 },
			      scratches[] = { 2047, 0, 1, 4, 1023, 1024, 8 };
	static const uint32_t quotas[] = { 100000, 1, 3, 16, 1024, 2100, UINT32_MAX };
	static const uint32_t rates[] = { 0, 1, 2, 16, 1000, 1000000, UINT32_MAX };
	static const uint32_t budgets[] = { 64, 1, 2, 3, 1024 };
	static const uint32_t rules[] = { 0, 1, 4, 64, 4096 };
	uint8_t b = in_u8(in), k = in_u8(in);
	uint32_t i;

	shared_begin(on_access);
	pages_begin();
	now = 1000;
	port = pages_port(b & 1);
	n_conns = 1u + (b >> 1 & 3u) % MAX_CONNS;
	n_dbuf = tables[b >> 3 & 3u];
	n_fb = tables[b >> 5 & 3u];
	quota = (struct displif_quota){ .be_alloc = !(b & 0x80) };
	quota.pages = quotas[k % 7u];
	quota.pages_per_s = rates[k / 7u % 7u];
	k = in_u8(in);
	quota.requests_per_irq = budgets[k % 5u];
	quota.stride_rule = rules[k / 5u % 5u];
	scratch_words = scratches[k / 25u % 7u];
	dbufs = exactly(n_dbuf * sizeof(*dbufs));
	fbs = exactly(n_fb * sizeof(*fbs));
	CHECK(displif_guest_init(&guest, &quota, dbufs, n_dbuf, fbs, n_fb) == 0);
	/* Directories that an honest guest would have: the last one goes on in the first. */
	for (i = 0; i < N_PAGES * 1024u; i++)
		poke(&pages_va[i / 1024u][i % 1024u], i % 1024u ? i % N_PAGES + 1u : 0);
	poke(&pages_va[N_PAGES - 1][0], 1);
	for (i = 0; i < n_conns; i++)
		attach(in, i);
}

/* All sessions are dead: gives everything back and empties the tables. */
static void release_all(void)
{
	struct displif_dbuf *d;
	uint32_t i;

	pages_fail_in = 0;
	for (i = 0; (d = displif_guest_dbuf(&guest, i)) != NULL; i++)
		release(d);
	displif_guest_reset(&guest);
	CHECK(guest.pages == 0 && !displif_guest_dbuf(&guest, 0) &&
	      !displif_guest_fb(&guest, NULL, 0));
	life++;
	check_tables();
	for (i = 0; i < n_conns; i++) {
		shared_check_whole(conn[i].ring->n_load);
		shared_check_whole(conn[i].ring->n_store);
		shared_check_whole(conn[i].evt->n_store);
	}
}

static void finish(void)
{
	uint32_t i;

	release_all();
	pages_end();
	for (i = 0; i < n_conns; i++) {
		shared_close(conn[i].ring);
		shared_close(conn[i].evt);
		free(conn[i].pend);
		conn[i].pend = NULL;
	}
	free(dbufs);
	free(fbs);
}

#endif
