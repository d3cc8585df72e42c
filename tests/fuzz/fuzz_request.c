/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fuzzing of the back session: the input is a program of a guest that sends,
 * scribbles and races, and of a backend that serves it early, late or not at
 * all. The steps of the program; what must hold is in request_model.h.
 */
#include "request_model.h"

/* --- the guest --- */

static void put_slot(struct conn *c, const union displif_wire *w)
{
	if (!c->ring->dead)
		memcpy(c->ring->va + 16 + 16 * (c->peer_req % DISPLIF_RING_LEN), w, sizeof(*w));
	c->peer_req++;
}

static void publish(struct conn *c)
{
	if (!c->ring->dead)
		c->ring->va[0] = c->peer_req;
}

static struct displif_msg in_msg(struct fuzz_in *in)
{
	static const uint32_t ops[] = { XENDISPL_OP_PG_FLIP,	XENDISPL_OP_DBUF_CREATE,
					XENDISPL_OP_FB_ATTACH,	XENDISPL_OP_FB_DETACH,
					XENDISPL_OP_SET_CONFIG, XENDISPL_OP_DBUF_DESTROY,
					XENDISPL_OP_GET_EDID,	XENDISPL_OP_DBUF_CREATE,
					XENDISPL_OP_FB_ATTACH };
	static const uint32_t widths[] = { 8, 64, 1, 640, 0, 32767, 32768, UINT32_MAX };
	static const uint32_t heights[] = { 8, 32, 1, 480, 0, 32767, 32768, UINT32_MAX };
	static const uint32_t bpps[] = { 32, 16, 24, 8, 0, 7, 64, 65 };
	static const uint32_t sizes[] = { 4096,	   32768,   1,		40000,	   0,
					  4190208, 4190209, 0x40000000, 0x40000001 };
	struct displif_msg m = { 0 };
	uint8_t b = in_u8(in), how = in_u8(in);

	m.op = (uint8_t)IN_PICK(in, ops);
	m.dbuf = b & 7u;
	m.fb = b >> 3 & 7u;
	m.gref_dir = (b >> 6) + (how & 1u ? in_u8(in) % (N_PAGES + 2u) : 1u);
	m.width = how & 2 ? IN_PICK(in, widths) : 64;
	m.height = how & 2 ? IN_PICK(in, heights) : 32;
	m.bpp = how & 4 ? IN_PICK(in, bpps) : 32;
	m.size = m.width * m.height * (m.bpp / 8u);
	if (how & 8 || m.op == XENDISPL_OP_GET_EDID)
		m.size = IN_PICK(in, sizes);
	if (how & 16)
		m.data_ofs = in_u16(in);
	if (how & 32)
		m.flags = XENDISPL_DBUF_FLG_REQ_ALLOC;
	if (how & 64)
		m.x = in_u16(in);
	m.format = how & 128 ? in_u32(in) : displif_format_at((how >> 2) % DISPLIF_FORMAT_COUNT);
	if (!(how & 132))
		m.format = DISPLIF_FOURCC('X', 'R', '2', '4');
	return m;
}

static void do_send(struct fuzz_in *in, struct conn *c)
{
	struct displif_msg m = in_msg(in);
	union displif_wire w = { 0 };
	uint16_t id = in_u8(in);

	displif_req_encode(&w, id, &m);
	if (id & 1)
		w.req.operation = m.op;
	put_slot(c, &w);
	if (!(id & 2))
		publish(c);
}

static void do_send_raw(struct fuzz_in *in, struct conn *c)
{
	union displif_wire w;

	in_bytes(in, &w, sizeof(w));
	put_slot(c, &w);
	publish(c);
}

/* A buffer, a framebuffer of it and a flip to it, as an honest guest sends them. */
static void do_send_honest(struct fuzz_in *in, struct conn *c)
{
	static const uint8_t op[] = { XENDISPL_OP_DBUF_CREATE, XENDISPL_OP_FB_ATTACH,
				      XENDISPL_OP_SET_CONFIG, XENDISPL_OP_PG_FLIP };
	uint8_t b = in_u8(in);
	struct displif_msg m = { 0 };
	union displif_wire w;
	uint32_t i;

	m.dbuf = 1u + (b & 3u);
	m.fb = 1u + (b >> 2 & 3u);
	m.width = 64;
	m.height = 32;
	m.bpp = 32;
	m.size = 8192;
	m.gref_dir = 1;
	m.format = DISPLIF_FOURCC('X', 'R', '2', '4');
	for (i = 0; i < 4; i++) {
		if (b >> 4 & 1u << i)
			continue;
		m.op = op[i];
		displif_req_encode(&w, (uint16_t)(100u + i), &m);
		put_slot(c, &w);
	}
	publish(c);
}

/* The guest takes some of its events. */
static void do_consume(struct fuzz_in *in, struct conn *c)
{
	uint32_t n, most = in_u8(in);

	if (c->evt->dead)
		return;
	n = c->evt_prod - c->evt->va[0];
	if (n <= DISPLIF_EVT_LEN)
		c->evt->va[0] += n < most ? n : most;
}

/* --- the backend --- */

static void do_irq(struct conn *c, enum displif_chan chan)
{
	bool alive = !c->b.err;

	c->must_die = false;
	c->looking = true;
	if (chan == DISPLIF_CHAN_REQ)
		c->told_poll = false;
	displif_back_irq(&c->b, chan);
	c->looking = false;
	if (alive && chan == DISPLIF_CHAN_REQ)
		c->spent = 0;
	after(c);
	if (alive)
		CHECK(c->must_die ? c->b.err == DISPLIF_E_PROTO : !c->b.err);
	CHECK(c->n_rsp == 0);
}

static void do_complete(struct conn *c, struct out *o, int32_t status, uint32_t edid_sz)
{
	bool alive = !c->b.err;
	int ret;

	if (o->op == XENDISPL_OP_PG_FLIP && o->shown)
		status = 0; /* it was on the screen: the caller cannot say that it failed */
	if (o->op == XENDISPL_OP_DBUF_CREATE && status < 0 && o->life == life)
		release(o->dbuf);
	if (o->op == XENDISPL_OP_DBUF_DESTROY && o->life == life)
		release(o->dbuf);
	ret = displif_back_complete(&c->b, o->handle, status, edid_sz);
	after(c);
	if (ret == DISPLIF_E_INVAL) {
		CHECK(o->op == XENDISPL_OP_GET_EDID && status == 0 && c->n_rsp == 0);
		CHECK(!edid_sz || edid_sz % 128 || edid_sz > o->size);
		return;
	}
	CHECK(ret == (alive ? 0 : DISPLIF_E_STATE));
	if (alive) {
		struct displif_rsp rsp = { status, 0, o->id, o->op };

		if (o->op == XENDISPL_OP_GET_EDID && !status)
			rsp.edid_sz = edid_sz;
		c->refused |= status < 0;
		CHECK(c->n_rsp == 1);
		check_rsp(&c->rsp[0], &rsp);
		c->n_rsp = 0;
	}
	CHECK(c->n_rsp == 0);
	if (o->op == XENDISPL_OP_PG_FLIP && !status && !o->shown)
		c->n_shown_owed[o->fb % N_COOKIES]++;
	CHECK(displif_back_complete(&c->b, o->handle, 0, 0) == DISPLIF_E_INVAL);
	o->live = false;
}

/* Does what a request asks for; the status to answer with. */
static int32_t work(struct out *o, const struct displif_back_req *req)
{
	static uint8_t edid[512];
	struct displif_scratch s = { exactly(DISPLIF_PAGE_SIZE), exactly(scratch_words * 4),
				     scratch_words };
	struct displif_diag diag = { 0 };
	int err = 0;

	pages_faulted = false;
	if (o->op == XENDISPL_OP_DBUF_CREATE)
		err = hold(req->dbuf, &s, &diag);
	else if (o->op == XENDISPL_OP_GET_EDID)
		err = displif_port_back_put(&port, 1, req->msg.gref_dir, req->msg.size, edid,
					    sizeof(edid), &s, &diag);
	CHECK(diag.err == err && err <= 0 && err >= DISPLIF_E_BUG);
	exactly_free(s.page, DISPLIF_PAGE_SIZE);
	exactly_free(s.gref, scratch_words * 4);
	return displif_status_of(err);
}

/* One poll(); a request that is handed out is worked on, and answered at once if @now_too. */
static bool do_poll(struct conn *c, bool at_once)
{
	struct displif_back_req req;
	bool alive = !c->b.err;
	struct out *o;
	int ret;

	memset(&req, 0xa5, sizeof(req));
	ret = displif_back_poll(&c->b, &req, now);
	after(c);
	CHECK(!alive || !c->b.err);
	check_refused(c, ret);
	if (!ret) {
		CHECK(!req.dbuf && !req.fb && !req.handle && !req.msg.op);
		return false;
	}
	CHECK(ret == 1 && alive);
	o = handed_out(c, &req);
	o->status = work(o, &req);
	if (at_once)
		do_complete(c, o, o->status, o->op == XENDISPL_OP_GET_EDID ? 512 : 0);
	return true;
}

/* Answers any request that is out, as it was worked on or with another status. */
static void do_complete_any(struct fuzz_in *in, struct conn *c)
{
	static const uint32_t bad[] = { 1, (uint32_t)-4096, INT32_MAX, (uint32_t)INT32_MIN };
	uint8_t n = in_u8(in), how = in_u8(in);
	int32_t status;
	struct out *o;
	uint32_t i;

	for (i = 0; i < DISPLIF_RING_LEN; i++) {
		o = &c->out[(n + i) % DISPLIF_RING_LEN];
		if (!o->live)
			continue;
		status = o->status;
		if (how & 1) {
			CHECK(displif_back_complete(&c->b, o->handle, (int32_t)bad[how >> 1 & 3u],
						    0) == DISPLIF_E_INVAL);
			after(c);
		}
		if (how & 8)
			status = -(int32_t)(1u + in_u16(in) % 4095u);
		do_complete(c, o, status, how & 16 ? in_u32(in) : 128u + (how >> 5) * 128u);
		if (o->live)
			do_complete(c, o, -1, 0);
		return;
	}
	CHECK(displif_back_complete(&c->b, in_u32(in), 0, 0) == DISPLIF_E_INVAL);
	after(c);
}

static void do_flip_done(struct fuzz_in *in, struct conn *c)
{
	uint8_t n = in_u8(in);
	uint32_t i;
	struct out *o;

	/* Before the flip's answer. */
	for (i = 0; i < DISPLIF_RING_LEN && n & 1; i++) {
		o = &c->out[(n + i) % DISPLIF_RING_LEN];
		if (o->live && o->op == XENDISPL_OP_PG_FLIP && !o->shown && o->status == 0) {
			o->shown = true;
			flip_done(c, o->fb);
			return;
		}
	}
	for (i = 0; i < N_COOKIES; i++) {
		uint64_t fb = (n / 2u + i) % N_COOKIES;

		if (c->n_shown_owed[fb]) {
			c->n_shown_owed[fb]--;
			flip_done(c, fb);
			return;
		}
	}
	if (!c->b.err && c->b.flips == 0)
		CHECK(displif_back_flip_done(&c->b, 1) == DISPLIF_E_STATE);
	after(c);
}

static void do_flush(struct conn *c)
{
	uint32_t rsp_was = c->ring->n_store_head[2], old = c->ring->stored[2];
	uint32_t evt_was = c->evt->n_store_head[1], duty;
	bool alive = !c->b.err, fresh, notify;

	duty = displif_back_flush(&c->b);
	after(c);
	if (!alive) {
		CHECK(!(duty & (DISPLIF_DO_NOTIFY_REQ | DISPLIF_DO_NOTIFY_EVT)));
		CHECK(!(duty & DISPLIF_DO_CLOSE) == (c->closed || c->killed));
		c->closed = true;
		return;
	}
	CHECK(!c->b.err && !(duty & DISPLIF_DO_CLOSE) && c->n_rsp == 0);
	CHECK(c->ring->stored[2] == c->answered);
	fresh = c->ring->n_store_head[2] != rsp_was;
	CHECK(c->ring->n_store_head[2] - rsp_was <= 1 && c->evt->n_store_head[1] - evt_was <= 1);
	notify = fresh && (c->refused || c->answered - c->ring->loaded[3] < c->answered - old);
	CHECK(!(duty & DISPLIF_DO_NOTIFY_REQ) == !notify);
	CHECK(!(duty & DISPLIF_DO_NOTIFY_EVT) == (c->evt->n_store_head[1] == evt_was));
	CHECK(!c->evt->n_store_head[1] || c->evt->stored[1] == c->evt_prod);
	c->refused = false;
	/* Something waits for time or room, or the guest was asked to tell of its next request. */
	c->told_poll |= (duty & DISPLIF_DO_POLL) != 0;
	if (!(duty & DISPLIF_DO_POLL))
		CHECK(c->b.held || c->b.flips + c->b.n_pend >= c->b.pend_cap ||
		      (c->seen == c->taken && c->ring->stored[1] == c->taken + 1u &&
		       (c->told_poll || c->ring->loaded[0] == c->taken)));
}

static void do_tick(struct conn *c)
{
	displif_back_tick(&c->b, now);
	if (!c->b.err)
		c->spent = 0;
	after(c);
	CHECK(c->n_rsp == 0);
	if (!c->b.err && c->b.n_pend && now < UINT64_MAX / 2)
		CHECK(c->b.event_due > now && c->b.event_due <= now + 1000);
}

static void do_serve(struct conn *c)
{
	uint32_t i;

	do_irq(c, DISPLIF_CHAN_REQ);
	do_irq(c, DISPLIF_CHAN_EVT);
	while (do_poll(c, true))
		;
	for (i = 0; i < N_COOKIES; i++)
		for (; c->n_shown_owed[i]; c->n_shown_owed[i]--)
			flip_done(c, i);
	do_flush(c);
}

static void do_kill(struct conn *c, int why)
{
	int before = c->b.err;

	displif_back_kill(&c->b, why);
	c->killed = true;
	CHECK(c->b.err == (before ? before : why ? why : DISPLIF_E_STATE));
	after(c);
}

static void do_time(struct fuzz_in *in)
{
	static const uint32_t steps[] = { 1, 10, 20, 100, 1000, 2000, 3000, 0, UINT32_MAX };
	uint8_t b = in_u8(in);

	if (b == 0xff)
		now = in_u64(in);
	else if (b & 0x80)
		now -= IN_PICK(in, steps);
	else
		now += IN_PICK(in, steps);
}

/* The guest went away and came back. */
static void do_restart(struct fuzz_in *in)
{
	uint32_t i;

	for (i = 0; i < n_conns; i++)
		do_kill(&conn[i], DISPLIF_E_GONE);
	release_all();
	for (i = 0; i < n_conns; i++)
		attach(in, i);
}

static void step(struct fuzz_in *in)
{
	uint8_t b = in_u8(in);
	struct conn *c = &conn[(b >> 6) % n_conns];
	uint32_t n;

	switch (b & 0x1fu) {
	case 0:
	case 1:
	case 2:
		do_send(in, c);
		break;
	case 3:
		do_send_raw(in, c);
		break;
	case 4:
	case 5:
		do_send_honest(in, c);
		break;
	case 6:
		shared_in_scribble(in, c->ring, c->peer_req, c->evt, c->evt_prod, false);
		break;
	case 7:
	case 8:
		shared_in_scribble(in, c->ring, c->peer_req, c->evt, c->evt_prod, true);
		break;
	case 9:
		do_consume(in, c);
		break;
	case 10:
		do_irq(c, DISPLIF_CHAN_REQ);
		break;
	case 11:
		do_irq(c, DISPLIF_CHAN_EVT);
		break;
	case 12:
	case 13:
		for (n = in_u8(in); do_poll(c, n & 8) && n & 7; n--)
			;
		break;
	case 14:
	case 15:
		do_complete_any(in, c);
		break;
	case 16:
		do_flip_done(in, c);
		break;
	case 17:
		do_flush(c);
		break;
	case 18:
		do_tick(c);
		break;
	case 19:
		do_time(in);
		break;
	case 20:
		pages_in_fill(in);
		break;
	case 21:
		pages_in_poke(in);
		break;
	case 22:
		pages_in_fault(in);
		break;
	case 23:
		if (in_u8(in) < 32)
			do_kill(c, -(int)(in_u8(in) % 15u));
		break;
	case 24:
		if (in_u8(in) < 64)
			do_restart(in);
		break;
	case 25:
		displif_back_idle(&c->b, b & 32 ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ);
		break;
	case 26: /* a race on a directory */
		n = in_u16(in);
		shared_add_race(&pages_va[n % N_PAGES][n >> 8 & 31u], in_u8(in) % (N_PAGES + 2u),
				1u + in_u8(in));
		break;
	case 27: /* many flips, nothing taken */
		for (n = in_u8(in) % 40u; n; n--) {
			union displif_wire w;
			struct displif_msg m = { .op = XENDISPL_OP_PG_FLIP, .fb = 1 };

			displif_req_encode(&w, (uint16_t)n, &m);
			put_slot(c, &w);
			publish(c);
			do_serve(c);
		}
		break;
	default:
		do_serve(c);
		break;
	}
	check_tables();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint32_t i;

	start(&in);
	while (in.left)
		step(&in);
	for (i = 0; i < n_conns; i++) {
		do_kill(&conn[i], DISPLIF_E_GONE);
		do_serve(&conn[i]);
		do_tick(&conn[i]);
	}
	/* Late answers are harmless. */
	for (i = 0; i < DISPLIF_RING_LEN; i++)
		if (conn[0].out[i].live)
			do_complete(&conn[0], &conn[0].out[i], conn[0].out[i].status, 128);
	check_tables();
	finish();
	return 0;
}
