/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Proof harness: the port layer over operations that give any result, any text
 * and any number, and pages that change at every instant.
 */
#include "harness.h"

#define MOST_PAGES (DISPLIF_MAX_BUFFER >> DISPLIF_PAGE_SHIFT)
#define MOST_DIRS 257u
/* One connector: of more, the analysis would mix up which page belongs to which session. */
#define N 1u
#define PEND 5u
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
static struct displif_dbuf dbuf[1];
static struct displif_fb fb[1];
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
	cfg.n = N;
	if (displif_port_front_publish(port, dir, 0, &cfg, &fcfg, links, fronts,
				       any_int ? tag : NULL, any_diag()))
		return;
	displif_port_enable(port, links, cfg.n);
	if (any_int)
		displif_port_front_close(port, links, cfg.n);
	displif_port_front_close(port, links, any_in(0, N));
}

static void back(const struct displif_port *port)
{
	static const struct displif_quota quota = { .pages = 1, .requests_per_irq = 1 };
	struct displif_cfg cfg;
	uint32_t n = any_int ? 0 : DISPLIF_MAX_CONNECTORS + 1u;

	memory = (void *)one_page;
	displif_cfg_init(&cfg, connector, N);
	use((uint64_t)(displif_port_back_config(port, dir, &cfg, any_diag()) == 0));
	use(cfg.n);
	displif_guest_init(&guest, &quota, dbuf, 1, fb, 1);
	use((uint64_t)(displif_port_back_bind(port, dir, 1, &guest, n, links, backs, pend, PEND,
					      tag, any_diag()) == 0));
	use((uint64_t)(displif_port_back_bind(port, dir, 1, &guest, N, links, backs, pend, 0, tag,
					      any_diag()) == 0));
	if (displif_port_back_bind(port, dir, 1, &guest, N, links, backs, pend, PEND,
				   any_int ? tag : NULL, any_diag()))
		return;
	displif_port_enable(port, links, N);
	displif_port_back_close(port, links, N);
	displif_port_back_close(port, links, N);
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
