/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fuzzing of the front session: the input is a program of a frontend that
 * submits and looks, and of a backend that answers, lies, scribbles and races.
 * A model keeps what each token was promised by front.h.
 */
#include "shared.h"

#define MAX_ASKS 128u
#define RING 0u
#define EVT 1u
/* Cookies of the frontend's framebuffers are below. */
#define N_FBS 8u

/* A request that was accepted. */
struct ask {
	uint64_t token, fb, due;
	uint32_t size;
	int32_t status;
	uint16_t id;
	uint8_t op;
	bool rsp, flip, lost; /* what poll() told of it */
	bool muted;	      /* forgotten */
	bool overdue;	      /* expire() was called after its time */
	bool fetched;	      /* an answer with its id and operation was loaded */
};

static struct displif_front f;
static struct displif_front_cfg cfg;
static struct shared_page *ring, *evt;
static struct ask ask[MAX_ASKS];
static uint32_t n_asks, n_since_look;
static uint64_t now;
/* What the library loaded: messages in all, the last ones, and events not told of yet. */
static uint32_t rsp_loaded, evt_loaded;
static struct xendispl_resp last_rsp;
static uint32_t n_events[N_FBS]; /* by framebuffer */
/* Indices as the library may know them. */
static uint32_t rsp_seen, evt_seen;
static bool looking, must_die, closed, killed;
static bool told_poll; /* DO_POLL was given, and not served since */
/* The backend's own indices, and the id of its next event. */
static uint32_t peer_rsp, peer_evt;
static uint16_t peer_evt_id;
static int32_t no_error;

static bool ended(const struct ask *a)
{
	return a->lost || (a->rsp && (a->op != XENDISPL_OP_PG_FLIP || a->status || a->flip));
}

static void took_rsp(void)
{
	union displif_wire w;
	uint32_t i;

	shared_slot(ring->loaded, rsp_loaded % DISPLIF_RING_LEN, &w);
	last_rsp = w.rsp;
	rsp_loaded++;
	for (i = 0; i < n_asks; i++) {
		struct ask *a = &ask[i];

		if (a->id != w.rsp.id || a->op != w.rsp.operation || a->fetched)
			continue;
		a->fetched = true;
		/* A flip that failed was not shown: the event that was told of it is another's. */
		if (w.rsp.status && a->flip)
			n_events[a->fb]++;
	}
}

static void took_evt(void)
{
	union displif_wire w;

	shared_slot(evt->loaded, evt_loaded % DISPLIF_EVT_LEN, &w);
	evt_loaded++;
	if (w.evt.type == XENDISPL_EVT_PG_FLIP && w.evt.op.pg_flip.fb_cookie < N_FBS)
		n_events[w.evt.op.pg_flip.fb_cookie]++;
}

static void on_access(struct shared_page *page, uint32_t at, enum fake_access kind)
{
	uint32_t n;

	if (kind != FAKE_LOAD)
		return;
	if (at >= 16 && at % 16 == 14) {
		if (page == ring)
			took_rsp();
		else
			took_evt();
	} else if (looking && page == ring && at == 2) {
		n = ring->loaded[2] - rsp_loaded;
		if (n > ring->stored[0] - rsp_loaded || n > DISPLIF_RING_LEN ||
		    n < rsp_seen - rsp_loaded)
			must_die = true;
		else
			rsp_seen = ring->loaded[2];
	} else if (looking && page == evt && at == 1) {
		n = evt->loaded[1] - evt_loaded;
		if (n > DISPLIF_EVT_LEN || n < evt_seen - evt_loaded)
			must_die = true;
		else
			evt_seen = evt->loaded[1];
	}
}

/* After each call of the library. */
static void after(void)
{
	shared_settle();
	if (f.err) {
		shared_kill(ring);
		shared_kill(evt);
	}
}

/* Between two steps of the program. */
static void check_session(void)
{
	uint64_t due = displif_front_deadline(&f);
	uint32_t i, n = 0;

	for (i = 0; i < DISPLIF_RING_LEN; i++)
		n += f.set[DISPLIF_SET_BUSY] >> i & 1u;
	CHECK(n == f.used);
	for (i = 0, n = 0; i < n_asks; i++)
		n += !ended(&ask[i]) && !ask[i].muted;
	CHECK(n <= f.used && displif_front_space(&f) <= DISPLIF_RING_LEN - n);
	CHECK(f.err || f.stray <= cfg.max_lost);
	CHECK(f.err <= 0 && (!f.err || due == DISPLIF_NEVER));
	for (i = 0; i < n_asks && !f.err; i++)
		if (!ended(&ask[i]) && !ask[i].muted && !ask[i].overdue)
			CHECK(due <= ask[i].due);
}

static void do_submit(struct fuzz_in *in)
{
	static const uint32_t ops[] = {
		XENDISPL_OP_PG_FLIP,   XENDISPL_OP_PG_FLIP,	 XENDISPL_OP_DBUF_CREATE,
		XENDISPL_OP_GET_EDID,  XENDISPL_OP_FB_ATTACH,	 XENDISPL_OP_SET_CONFIG,
		XENDISPL_OP_FB_DETACH, XENDISPL_OP_DBUF_DESTROY, 0x30
	};
	static const uint32_t sizes[] = { 32768, 128, 0, 40000, UINT32_MAX };
	struct displif_msg m = { 0 };
	uint32_t space = displif_front_space(&f), i;
	bool urgent, bad;
	union displif_wire wire, sent;
	struct ask *a = &ask[n_asks];
	uint8_t b = in_u8(in);
	int ret;

	if (n_asks == MAX_ASKS)
		return;
	m.op = (uint8_t)IN_PICK(in, ops);
	m.fb = b % N_FBS;
	m.dbuf = b >> 3 & 3u;
	m.size = IN_PICK(in, sizes);
	m.gref_dir = 8;
	m.width = b;
	ret = displif_front_submit(&f, &m, n_asks + 1u, now);
	after();
	if (f.err) {
		CHECK(ret == f.err);
		return;
	}
	urgent = m.op == XENDISPL_OP_PG_FLIP || m.op == XENDISPL_OP_SET_CONFIG;
	bad = displif_req_encode(&wire, 0, &m) != 0;
	if (m.op == XENDISPL_OP_DBUF_CREATE || m.op == XENDISPL_OP_DBUF_DESTROY ||
	    m.op == XENDISPL_OP_FB_ATTACH)
		bad = bad || !m.dbuf;
	if (m.op == XENDISPL_OP_FB_ATTACH || m.op == XENDISPL_OP_FB_DETACH ||
	    m.op == XENDISPL_OP_PG_FLIP)
		bad = bad || !m.fb;
	if (bad || (!urgent && !space)) {
		CHECK(ret == (bad ? DISPLIF_E_INVAL : DISPLIF_E_FULL));
		return;
	}
	CHECK(ret == 0 || (ret == DISPLIF_E_FULL && !space && f.used == DISPLIF_RING_LEN));
	if (ret)
		return;
	*a = (struct ask){ .token = n_asks + 1u, .op = m.op, .size = m.size };
	a->fb = m.op == XENDISPL_OP_PG_FLIP ? m.fb : 0;
	/* At the end of time there is no room for a time-out. */
	a->due = now < DISPLIF_NEVER - UINT32_MAX - 1u ? now + cfg.timeout_ms : DISPLIF_NEVER - 1u;
	shared_slot(ring->stored, (f.ring.prod - 1u) % DISPLIF_RING_LEN, &sent);
	a->id = sent.req.id;
	displif_req_encode(&wire, a->id, &m);
	CHECK(!memcmp(&wire, &sent, sizeof(wire)));
	/* Nothing is owed to an id that goes out again. */
	for (i = 0; i < n_asks; i++)
		CHECK(ask[i].id != a->id || ask[i].fetched);
	n_asks++;
}

static void put_rsp(const union displif_wire *w)
{
	if (!ring->dead)
		memcpy(ring->va + 16 + 16 * (peer_rsp % DISPLIF_RING_LEN), w, sizeof(*w));
	peer_rsp++;
}

/* Answers the @n-th request that has no answer yet, as told by the input. */
static void do_answer(struct fuzz_in *in)
{
	static const uint32_t statuses[] = { 0,
					     0,
					     0,
					     0,
					     (uint32_t)-22,
					     (uint32_t)-4095,
					     (uint32_t)-4096,
					     1,
					     INT32_MAX,
					     (uint32_t)INT32_MIN };
	static const uint32_t sizes[] = { 128, 256, 32768, 0, 127, 32896 };
	uint8_t n = in_u8(in), how = in_u8(in);
	union displif_wire w = { 0 };
	uint32_t i;

	for (i = 0; i < n_asks; i++)
		if (!ask[i].fetched && n-- == 0)
			break;
	if (i < n_asks) {
		w.rsp.id = ask[i].id;
		w.rsp.operation = ask[i].op;
	}
	w.rsp.status = (int32_t)IN_PICK(in, statuses);
	if (w.rsp.operation == XENDISPL_OP_GET_EDID)
		w.rsp.op.get_edid.edid_sz = IN_PICK(in, sizes);
	if (how & 8)
		w.rsp.id = (uint16_t)(w.rsp.id ^ in_u16(in));
	if (how & 16)
		w.rsp.operation = in_u8(in);
	if (how & 32)
		in_bytes(in, &w, sizeof(w));
	put_rsp(&w);
	if (!(how & 1) && !ring->dead)
		ring->va[2] = peer_rsp;
}

static void do_event(struct fuzz_in *in)
{
	uint8_t how = in_u8(in);
	union displif_wire w = { 0 };

	displif_evt_encode(&w, peer_evt_id, how >> 4 & 7u);
	if (how & 2)
		w.evt.id = in_u16(in);
	if (how & 4)
		in_bytes(in, &w, sizeof(w));
	peer_evt_id = (uint16_t)(w.evt.id + 1u);
	if (evt->dead)
		return;
	memcpy(evt->va + 16 + 16 * (peer_evt % DISPLIF_EVT_LEN), &w, sizeof(w));
	peer_evt++;
	if (!(how & 1))
		evt->va[1] = peer_evt;
}

static struct ask *find(uint64_t token)
{
	CHECK(token >= 1 && token <= n_asks);
	return &ask[token - 1];
}

static void told_rsp(struct ask *a, const struct displif_front_event *ev, uint32_t loaded)
{
	int32_t status = last_rsp.status;
	uint32_t size = 0;

	CHECK(!ended(a) && !a->rsp && !a->muted && rsp_loaded > loaded);
	CHECK(last_rsp.id == a->id && last_rsp.operation == a->op);
	if (status > 0 || status < DISPLIF_STATUS_MIN) {
		status = -DISPLIF_XEN_EIO;
	} else if (!status && a->op == XENDISPL_OP_GET_EDID) {
		size = last_rsp.op.get_edid.edid_sz;
		if (!size || size % 128 || size > a->size) {
			size = 0;
			status = -DISPLIF_XEN_EIO;
		}
	}
	CHECK(ev->status == status && ev->edid_sz == size && ev->fb == a->fb);
	a->rsp = true;
	a->status = status;
}

static void told_flip(struct ask *a, const struct displif_front_event *ev)
{
	CHECK(a->op == XENDISPL_OP_PG_FLIP && !ended(a) && !a->flip && !a->muted);
	CHECK(ev->fb == a->fb && ev->status == 0 && ev->edid_sz == 0);
	/* There was such an event, and it was told of once. */
	CHECK(n_events[a->fb]);
	n_events[a->fb]--;
	a->flip = true;
}

static void told_lost(struct ask *a, const struct displif_front_event *ev)
{
	CHECK(!ended(a) && !a->muted);
	CHECK(ev->edid_sz == 0 && ev->fb == a->fb);
	CHECK((ev->status == DISPLIF_E_TIMEOUT && a->overdue) || (f.err && ev->status == f.err));
	a->lost = true;
}

/* One poll(). False if there was nothing. */
static bool do_poll(void)
{
	struct displif_front_event ev;
	uint32_t loaded = rsp_loaded;
	bool alive = !f.err;
	int ret;

	memset(&ev, 0xa5, sizeof(ev));
	ret = displif_front_poll(&f, &ev);
	after();
	CHECK(!alive || !f.err || f.err == DISPLIF_E_PROTO);
	if (!ret) {
		CHECK(ev.type == DISPLIF_EV_NONE && ev.token == 0 && ev.fb == 0 && ev.status == 0);
		return false;
	}
	CHECK(ret == 1);
	/* A snapshot of both pages, and each request's loss. */
	CHECK(++n_since_look <= DISPLIF_RING_LEN + DISPLIF_EVT_LEN + 2u * DISPLIF_RING_LEN);
	CHECK(ev.op == find(ev.token)->op);
	if (ev.type == DISPLIF_EV_RSP)
		told_rsp(find(ev.token), &ev, loaded);
	else if (ev.type == DISPLIF_EV_FLIP)
		told_flip(find(ev.token), &ev);
	else
		told_lost(find(ev.token), &ev);
	return true;
}

static void do_irq(enum displif_chan chan)
{
	bool alive = !f.err;

	n_since_look = 0;
	must_die = false;
	looking = true;
	if (chan == DISPLIF_CHAN_REQ)
		told_poll = false;
	displif_front_irq(&f, chan);
	looking = false;
	after();
	if (alive)
		CHECK(must_die ? f.err == DISPLIF_E_PROTO : !f.err);
}

static void do_expire(void)
{
	bool alive = !f.err, whole;
	uint32_t i;

	n_since_look = 0;
	must_die = false;
	looking = true;
	/* Marked before: the call may report, and later checks need to know of it. */
	displif_front_expire(&f, now);
	looking = false;
	whole = f.ring.seen == f.ring.cons && f.evt.seen == f.evt.cons;
	if (alive && must_die)
		CHECK(f.err == DISPLIF_E_PROTO);
	else if (alive && f.err)
		CHECK(f.err == DISPLIF_E_TIMEOUT);
	for (i = 0; i < n_asks && whole; i++)
		if (ask[i].due <= now)
			ask[i].overdue = true;
	after();
	if (!f.err && whole && now < UINT64_MAX / 2)
		CHECK(displif_front_deadline(&f) > now);
}

static void do_flush(void)
{
	uint32_t published = ring->n_store_head[0], old = ring->stored[0], duty, i;
	bool alive = !f.err, owed = false, notify;

	duty = displif_front_flush(&f);
	after();
	if (f.err) {
		CHECK(!(duty & DISPLIF_DO_NOTIFY_REQ));
		CHECK(!(duty & DISPLIF_DO_CLOSE) || !(closed || killed));
		CHECK(duty & DISPLIF_DO_CLOSE || closed || killed);
		closed = true;
		return;
	}
	CHECK(alive && !(duty & ~(DISPLIF_DO_NOTIFY_REQ | DISPLIF_DO_POLL)));
	CHECK(f.ring.pub == f.ring.prod && ring->stored[0] == f.ring.prod);
	CHECK(ring->n_store_head[0] - published <= 1);
	notify = ring->n_store_head[0] != published &&
		 ring->stored[0] - ring->loaded[1] < ring->stored[0] - old;
	CHECK(!(duty & DISPLIF_DO_NOTIFY_REQ) == !notify);
	CHECK(evt->stored[0] == evt_loaded);
	told_poll |= (duty & DISPLIF_DO_POLL) != 0;
	if (duty & DISPLIF_DO_POLL)
		return;
	/* Nothing is left, and the next answer that needs an interrupt will raise one. */
	for (i = 0; i < n_asks; i++)
		owed |= !ask[i].fetched && (ask[i].op != XENDISPL_OP_PG_FLIP || !cfg.look_ms);
	CHECK(!owed || ring->stored[3] == rsp_loaded + 1u);
	CHECK(!owed || told_poll || ring->loaded[2] == rsp_loaded);
	CHECK(!do_poll());
}

static void do_forget(struct fuzz_in *in)
{
	uint64_t token = 1u + in_u8(in);
	struct ask *a = token <= n_asks ? &ask[token - 1] : NULL;
	uint32_t n = displif_front_forget(&f, token);

	CHECK(n == (a && !ended(a) && !a->muted ? 1u : 0u));
	if (a && n)
		a->muted = true;
	after();
}

static void do_kill(struct fuzz_in *in)
{
	int why = -(int)(in_u8(in) % 15u), before = f.err;

	displif_front_kill(&f, why);
	killed = true;
	if (before)
		CHECK(f.err == before);
	else
		CHECK(f.err == (why ? why : DISPLIF_E_STATE));
	n_since_look = 0;
	after();
}

static void do_time(struct fuzz_in *in)
{
	static const uint32_t steps[] = { 1, 10, 99, 100, 1000, 3000, 0, UINT32_MAX };
	uint8_t b = in_u8(in);

	if (b == 0xff)
		now = in_u64(in);
	else if (b & 0x80)
		now -= IN_PICK(in, steps);
	else
		now += IN_PICK(in, steps);
}

static void start(struct fuzz_in *in)
{
	static const uint32_t times[] = { 3000, 1, 100, 600000 }, looks[] = { 100, 0, 1, 600000 };
	static const uint32_t bad[] = { 0, 600001 };
	uint8_t b = in_u8(in);
	int ret;

	cfg = (struct displif_front_cfg){ times[b & 3], looks[b >> 2 & 3], 8, 0 };
	b = in_u8(in);
	cfg.max_lost = b & 31u;
	cfg.reserve = b >> 5 ? (b >> 5) * 2u + 2u : 0;
	if (in_u8(in) == 0xff)
		cfg.timeout_ms = IN_PICK(in, bad);
	n_asks = n_since_look = rsp_loaded = evt_loaded = 0;
	memset(n_events, 0, sizeof(n_events));
	rsp_seen = evt_seen = peer_rsp = peer_evt = 0;
	peer_evt_id = 0;
	closed = killed = told_poll = false;
	now = 1000;
	shared_begin(on_access);
	ring = shared_open(RING, &no_error);
	evt = shared_open(EVT, &no_error);
	ring->may_store = 1u << 0 | 1u << 1 | 1u << 3;
	memset(ring->va, 0xa5, DISPLIF_PAGE_SIZE);
	memset(evt->va, 0xa5, DISPLIF_PAGE_SIZE);
	ret = displif_front_init(&f, &cfg, ring->va, evt->va);
	CHECK(ret == f.err &&
	      ret == (cfg.timeout_ms && cfg.timeout_ms <= 600000 ? 0 : DISPLIF_E_INVAL));
	closed = ret != 0;
	ring->err = evt->err = &f.err;
	shared_settle();
	CHECK(ring->va[0] == 0 && ring->va[1] == 1 && ring->va[2] == 0 && ring->va[3] == 1);
	CHECK(evt->va[0] == 0 && evt->va[1] == 0);
	/* From now on: our producer and our event index. The peer's two are read only. */
	ring->may_store = 1u << 0 | 1u << 3;
	ring->may_load = 1u << 1 | 1u << 2;
	ring->store_slots = ring->load_slots = true;
	evt->may_store = 1u << 0;
	evt->may_load = 1u << 1;
	evt->load_slots = true;
	after();
}

static void step(struct fuzz_in *in)
{
	uint32_t n;

	switch (in_u8(in) % 20u) {
	case 0:
	case 1:
		do_submit(in);
		break;
	case 2:
	case 3:
		do_answer(in);
		break;
	case 4:
		do_event(in);
		break;
	case 5:
		shared_in_scribble(in, ring, peer_rsp, evt, peer_evt, false);
		break;
	case 6:
		shared_in_scribble(in, ring, peer_rsp, evt, peer_evt, true);
		break;
	case 7:
		do_irq(DISPLIF_CHAN_REQ);
		break;
	case 8:
		do_irq(DISPLIF_CHAN_EVT);
		break;
	case 9:
		for (n = in_u8(in) % 8u; do_poll() && n; n--)
			;
		break;
	case 10:
		do_flush();
		break;
	case 11:
		do_expire();
		break;
	case 12:
		do_time(in);
		break;
	case 13:
		do_forget(in);
		break;
	case 14:
		if (in_u8(in) < 64)
			do_kill(in);
		break;
	case 15: /* the backend wants to be told of the next request, or of a later one */
		if (!ring->dead)
			ring->va[1] = shared_in_value(in, f.ring.prod);
		break;
	case 16:
		if (!displif_front_idle(&f, in_u8(in) & 1 ? DISPLIF_CHAN_EVT : DISPLIF_CHAN_REQ))
			CHECK(rsp_loaded || evt_loaded || rsp_seen || evt_seen);
		break;
	case 17: /* many flips at once */
		for (n = in_u8(in) % 40u; n; n--) {
			static const uint8_t flip[3] = { 1, 0, 0 };
			struct fuzz_in one = { flip, sizeof(flip) };

			do_submit(&one);
		}
		break;
	default:
		do_irq(DISPLIF_CHAN_EVT);
		do_irq(DISPLIF_CHAN_REQ);
		while (do_poll())
			;
		do_flush();
		break;
	}
	check_session();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { data, size };
	uint32_t i;

	start(&in);
	while (in.left)
		step(&in);
	/* In the end every token that is still wanted comes back, once. */
	displif_front_kill(&f, DISPLIF_E_GONE);
	killed = true;
	n_since_look = 0;
	after();
	while (do_poll())
		;
	for (i = 0; i < n_asks; i++)
		CHECK(ended(&ask[i]) || ask[i].muted);
	CHECK(!do_poll());
	do_irq(DISPLIF_CHAN_EVT);
	do_irq(DISPLIF_CHAN_REQ);
	do_expire();
	do_flush();
	shared_check_whole(ring->n_load);
	shared_check_whole(ring->n_store);
	shared_check_whole(evt->n_load);
	shared_close(ring);
	shared_close(evt);
	return 0;
}
