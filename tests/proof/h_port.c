/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Proof harness: the port layer over operations that give any result, any text
 * and any number, and pages that change at every instant.
 */
#include "harness.h"

#define MOST_PAGES (DISPLIF_MAX_BUFFER >> DISPLIF_PAGE_SHIFT)
#define MOST_DIRS 257u
/* Connectors. The analysis keeps them apart (eva.sh), so more would show no more. */
#define N 3u
#define PEND 5u
#define N_DBUF 2u
#define N_FB 3u
#define DATA 40000u

/* What share() and map() give: as many pages as are asked for in the case at hand. */
static void *memory;
static volatile uint32_t one_page[DISPLIF_PGDIR_WORDS], all_dirs[MOST_DIRS * DISPLIF_PGDIR_WORDS];
static uint8_t data[DATA], room[DATA];
static uint32_t grefs[MOST_PAGES + MOST_DIRS], few[700], scratch_page[DISPLIF_PGDIR_WORDS];
static struct displif_connector_cfg connector[N];
static struct displif_link links[N];
static struct displif_front fronts[N];
static struct displif_back backs[N];
static struct displif_guest guest;
static struct displif_dbuf dbuf[N_DBUF];
static struct displif_fb fb[N_FB];
static uint64_t pend[N * PEND];
static void *tag[2 * N];
static char handle;

/* 0, an error of the list, or what no glue should return. */
static int result(void)
{
	return any_int;
}

static int op_share(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va, uint32_t *gref)
{
	uint32_t i;

	use((uint64_t)dom + flags + (uint64_t)(ctx != NULL));
	for (i = 0; i < n && i < MOST_PAGES; i++)
		gref[i] = any_u32;
	*va = memory;
	return result();
}

static void op_unshare(void *ctx, void *va, const uint32_t *gref, uint32_t n)
{
	use((uint64_t)gref[0] + n + (uint64_t)(va != NULL) + (uint64_t)(ctx != NULL));
}

static int op_grant(void *ctx, uint16_t dom, void *mem, uint32_t n, uint32_t flags, uint32_t *gref)
{
	void *same = mem;

	return op_share(ctx, dom, n, flags, &same, gref);
}

static uint32_t op_ungrant(void *ctx, void *mem, const uint32_t *gref, uint32_t n)
{
	op_unshare(ctx, mem, gref, n);
	return any_u32;
}

static int op_map(void *ctx, uint16_t dom, const uint32_t *gref, uint32_t n, uint32_t flags,
		  void **va, void **map)
{
	op_unshare(ctx, NULL, gref, n + 0u);
	use((uint64_t)dom + flags);
	*va = memory;
	*map = &handle;
	return result();
}

static int op_unmap(void *ctx, void *map)
{
	use((uint64_t)(map == &handle) + (uint64_t)(ctx != NULL));
	return result();
}

static int op_copy(void *ctx, uint16_t dom, uint32_t gref, uint32_t ofs, void *buf, uint32_t len,
		   bool to_peer)
{
	use((uint64_t)dom + gref + (uint64_t)(ctx != NULL));
	use((uint64_t)ofs);
	/* All that is named lies within the scratch page. */
	if (!to_peer)
		make_any(buf, len);
	else if (len)
		use((uint64_t)((uint8_t *)buf)[len - 1u]);
	return result();
}

static int op_chan_open(void *ctx, uint16_t dom, uint32_t remote, void *with, uint32_t *port,
			void **chan)
{
	use((uint64_t)dom + remote + (uint64_t)(with != NULL) + (uint64_t)(ctx != NULL));
	*port = any_u32;
	*chan = &handle;
	return result();
}

static void op_chan(void *ctx, void *chan)
{
	use((uint64_t)(chan == &handle) + (uint64_t)(ctx != NULL));
}

static int op_xs_begin(void *ctx, uint32_t *tx)
{
	use((uint64_t)(ctx != NULL));
	*tx = any_u32;
	return result();
}

static int op_xs_end(void *ctx, uint32_t tx, bool commit)
{
	use((uint64_t)tx + (uint64_t)commit + (uint64_t)(ctx != NULL));
	return result();
}

static int op_xs_read(void *ctx, uint32_t tx, const char *path, char *buf, uint32_t cap,
		      uint32_t *len)
{
	use((uint64_t)tx + (uint64_t)(path[0] != 0) + (uint64_t)(ctx != NULL));
	make_any(buf, cap);
	*len = any_u32;
	return result();
}

static int op_xs_write(void *ctx, uint32_t tx, const char *path, const char *text)
{
	use((uint64_t)tx + (uint64_t)(path[0] != text[0]) + (uint64_t)(ctx != NULL));
	return result();
}

#define OPS                                                                                  \
	.size = sizeof(struct displif_port_ops), .share = op_share, .unshare = op_unshare,   \
	.map = op_map, .unmap = op_unmap, .chan_open = op_chan_open, .chan_enable = op_chan, \
	.chan_close = op_chan, .chan_notify = op_chan, .xs_begin = op_xs_begin,              \
	.xs_end = op_xs_end, .xs_read = op_xs_read, .xs_write = op_xs_write

static const struct displif_port_ops all = {
	OPS,
	.grant = op_grant,
	.ungrant = op_ungrant,
	.copy = op_copy,
};
static const struct displif_port_ops least = { OPS };
static const struct displif_port_ops wrong = { .size = sizeof(wrong), .share = op_share };

static const struct displif_port port_all = { &all, NULL }, port_least = { &least, &handle };
static const struct displif_port port_wrong = { &wrong, NULL }, port_none = { NULL, NULL };

static struct displif_diag diag;

static struct displif_diag *any_diag(void)
{
	return any_int ? &diag : NULL;
}

/* A directory's name, terminated or not within what is read of it. */
static char dir[DISPLIF_XS_PATH];

static void nodes(const struct displif_port *port)
{
	uint8_t state;

	use((uint64_t)(displif_port_check(port, any_diag()) == 0));
	use((uint64_t)(displif_port_write_state(port, dir, any_u32, any_diag()) == 0));
	use((uint64_t)(displif_port_read_state(port, dir, &state, any_diag()) == 0));
	use(state);
	use((uint64_t)(displif_port_back_publish(port, dir, any_diag()) == 0));
}

/*
 * Whether a session was brought up: asked of it, since the analysis does not
 * relate that to the result of publishing and binding. A macro, as it forgets
 * what a function found out.
 */
#define FRONT_IS_UP(i) (fronts[i].ring.page && fronts[i].evt.page)
#define BACK_IS_UP(i)                                                                  \
	(backs[i].ring.page && backs[i].evt.page && backs[i].guest && backs[i].pend && \
	 backs[i].pend_cap == PEND)

/* A frontend's session on the pages that the port layer shared. */
static void talk(struct displif_front *f)
{
	enum displif_chan chan = any_int ? DISPLIF_CHAN_REQ : DISPLIF_CHAN_EVT;
	struct displif_front_event ev;
	struct displif_msg msg;

	switch (any_int) {
	case 0:
		make_any(&msg, sizeof(msg));
		use((uint64_t)(displif_front_submit(f, &msg, any_u64, any_u64) == 0));
		break;
	case 1:
		displif_front_irq(f, chan);
		break;
	case 2:
		use((uint64_t)(displif_front_poll(f, &ev) != 0));
		use(ev.token ^ ev.fb ^ ev.edid_sz ^ ev.type ^ ev.op ^ (uint64_t)(ev.status < 0));
		break;
	case 3:
		use(displif_front_flush(f));
		break;
	case 4:
		displif_front_expire(f, any_u64);
		break;
	default:
		displif_front_kill(f, any_int);
		break;
	}
}

/*
 * One connection, from publishing to its end, of n connectors. Sessions are
 * used where there are several; the first and the last stand for all.
 */
static void front_life(const struct displif_port *port, uint32_t n)
{
	const struct displif_front_cfg fcfg = { any_u32, any_u32, any_u32, any_u32 };
	const struct displif_cfg cfg = { connector, N, n, any_u32, false };

	if (!displif_port_front_publish(port, dir, 0, &cfg, &fcfg, links, fronts,
					any_int ? tag : NULL, any_diag())) {
		displif_port_enable(port, links, n);
		while (n == N && any_int) {
			if (FRONT_IS_UP(0))
				talk(&fronts[0]);
			if (any_int && FRONT_IS_UP(N - 1u))
				talk(&fronts[N - 1u]);
		}
	}
	displif_port_front_close(port, links, n);
}

static void front(const struct displif_port *port)
{
	const struct displif_front_cfg fcfg = { any_u32, any_u32, any_u32, any_u32 };
	struct displif_cfg cfg;

	memory = (void *)one_page;
	displif_cfg_init(&cfg, connector, any_in(0, N));
	use((uint64_t)(displif_port_front_config(port, dir, dir, &cfg, any_diag()) == 0));
	use((uint64_t)cfg.version + cfg.n + (uint64_t)cfg.be_alloc);
	cfg.n = any_int ? 0 : DISPLIF_MAX_CONNECTORS + 1u;
	use((uint64_t)(displif_port_front_publish(port, dir, 0, &cfg, &fcfg, links, fronts, NULL,
						  any_diag()) == 0));
	/* Fewer than there were in the life before, too. */
	while (any_int) {
		front_life(port, N);
		if (any_int)
			front_life(port, 1);
		displif_port_front_close(port, links, any_in(0, N));
	}
}

/* A backend: what its sessions hand out goes to the port layer. */
static void serve(const struct displif_port *port, struct displif_back *b)
{
	const struct displif_scratch scratch = { scratch_page, grefs, MOST_PAGES };
	struct displif_back_req req;
	void *va, *map;

	if (!displif_back_poll(b, &req, any_u64))
		return;
	if (req.msg.op == XENDISPL_OP_DBUF_CREATE && req.dbuf) {
		if (req.dbuf->flags & XENDISPL_DBUF_FLG_REQ_ALLOC)
			use((uint64_t)(displif_port_back_alloc(port, 1, req.msg.gref_dir,
							       req.dbuf->pages, &scratch, &va,
							       any_diag()) == 0));
		else
			use((uint64_t)(displif_port_back_map(port, 1, req.msg.gref_dir,
							     req.dbuf->pages, DISPLIF_PORT_WRITE,
							     &scratch, &va, &map,
							     any_diag()) == 0));
	} else if (req.msg.op == XENDISPL_OP_GET_EDID) {
		memory = room;
		use((uint64_t)(displif_port_back_put(port, 1, req.msg.gref_dir, req.msg.size, data,
						     any_in(0, DATA), &scratch, any_diag()) == 0));
		memory = (void *)one_page;
	}
	use((uint64_t)(displif_back_complete(b, req.handle, any_int, any_u32) == 0));
}

static void listen(const struct displif_port *port, struct displif_back *b)
{
	switch (any_int) {
	case 0:
		displif_back_irq(b, any_int ? DISPLIF_CHAN_REQ : DISPLIF_CHAN_EVT);
		break;
	case 1:
		serve(port, b);
		break;
	case 2:
		use((uint64_t)(displif_back_flip_done(b, any_u64) == 0));
		break;
	case 3:
		use(displif_back_flush(b));
		break;
	case 4:
		displif_back_tick(b, any_u64);
		break;
	case 5:
		displif_guest_reset(&guest);
		break;
	default:
		displif_back_kill(b, any_int);
		break;
	}
}

static void back_life(const struct displif_port *port, uint32_t n)
{
	if (!displif_port_back_bind(port, dir, 1, &guest, n, links, backs, pend, PEND,
				    any_int ? tag : NULL, any_diag())) {
		displif_port_enable(port, links, n);
		while (n == N && any_int) {
			if (BACK_IS_UP(0))
				listen(port, &backs[0]);
			if (any_int && BACK_IS_UP(N - 1u))
				listen(port, &backs[N - 1u]);
		}
	}
	displif_port_back_close(port, links, n);
}

static void back(const struct displif_port *port)
{
	const struct displif_quota quota = {
		.pages = any_u32,
		.pages_per_s = any_u32,
		.requests_per_irq = any_in(1, 1024),
		.be_alloc = any_int != 0,
	};
	struct displif_cfg cfg;
	uint32_t n = any_int ? 0 : DISPLIF_MAX_CONNECTORS + 1u;

	memory = (void *)one_page;
	displif_cfg_init(&cfg, connector, N);
	use((uint64_t)(displif_port_back_config(port, dir, &cfg, any_diag()) == 0));
	use(cfg.n);
	if (displif_guest_init(&guest, &quota, dbuf, N_DBUF, fb, N_FB))
		return;
	use((uint64_t)(displif_port_back_bind(port, dir, 1, &guest, n, links, backs, pend, PEND,
					      tag, any_diag()) == 0));
	use((uint64_t)(displif_port_back_bind(port, dir, 1, &guest, N, links, backs, pend, 0, tag,
					      any_diag()) == 0));
	while (any_int) {
		back_life(port, N);
		if (any_int)
			back_life(port, 1);
		displif_port_back_close(port, links, N);
	}
}

static void share(const struct displif_port *port)
{
	struct displif_share s;

	memory = (void *)all_dirs;
	use(displif_port_share_words(any_u32));
	if (displif_port_share(port, 0, &s, (enum displif_share_kind)any_in(0, 4),
			       any_int ? (void *)one_page : NULL, any_u32, any_int ? grefs : NULL,
			       any_in(0, MOST_PAGES + MOST_DIRS), any_diag()))
		return;
	use((uint64_t)s.pages + s.dirs + s.gref_dir + s.kind);
	while (any_int) {
		switch (any_int) {
		case 0:
			use((uint64_t)(displif_port_share_alloced(port, 0, &s, any_diag()) == 0));
			break;
		case 1:
			use((uint64_t)(displif_port_share_unmap(port, &s) == 0));
			break;
		default:
			use(displif_port_unshare(port, &s));
			break;
		}
		use((uint64_t)(s.mem != NULL) + (uint64_t)(s.map != NULL));
	}
}

static void bufs(const struct displif_port *port)
{
	const struct displif_scratch large = { scratch_page, grefs, MOST_PAGES };
	const struct displif_scratch small = { scratch_page, few, 700 };
	void *va, *map;
	uint32_t len;

	memory = (void *)one_page;
	use((uint64_t)(displif_port_back_map(port, 1, any_u32, any_u32, any_u32, &large, &va, &map,
					     any_diag()) == 0));
	use((uint64_t)(va != NULL) + (uint64_t)(map != NULL));
	use((uint64_t)(displif_port_back_map(port, 1, any_u32, any_u32, any_u32, &small, &va, &map,
					     any_diag()) == 0));
	use((uint64_t)(va != NULL) + (uint64_t)(map != NULL));
	use((uint64_t)(displif_port_back_alloc(port, 1, any_u32, any_u32, &large, &va,
					       any_diag()) == 0));
	use((uint64_t)(displif_port_back_alloc(port, 1, any_u32, any_u32, &small, &va,
					       any_diag()) == 0));
	use((uint64_t)(va != NULL));
	len = any_in(0, DATA);
	memory = room;
	use((uint64_t)(displif_port_back_put(port, 1, any_u32, any_u32, data, len, &small,
					     any_diag()) == 0));
}

static void port(const struct displif_port *port)
{
	make_any(dir, sizeof(dir));
	nodes(port);
	front(port);
	back(port);
	share(port);
	bufs(port);
}

void proof_port(void)
{
	port(&port_all);
	port(&port_least);
	use((uint64_t)(displif_port_check(&port_wrong, any_diag()) == 0));
	use((uint64_t)(displif_port_check(&port_none, any_diag()) == 0));
	use_diag(&diag);
}
