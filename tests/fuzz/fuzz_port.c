/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Fuzzing of bring-up and tear-down of both ends over a XenStore whose nodes
 * the input writes, while calls of the port fail and commits conflict. What
 * failed has left nothing behind, what succeeded is what the nodes say.
 */
#include "shared.h"
#include "store.h"

#define MAX_N 3u
#define FE "fe"
#define BE "be"

/* What one end holds; n 0: nothing. */
struct held_end {
	struct displif_link *link;
	struct displif_front *front;
	struct displif_back *back;
	uint64_t *pend;
	uint32_t n, pend_cap;
};

static struct displif_port port;
static struct held_end front_end, back_end;
static struct displif_guest guest;
static struct displif_dbuf dbufs[2];
static struct displif_fb fbs[2];
static struct displif_connector_cfg connectors[MAX_N];
static struct displif_cfg cfg;
/* What was held before a call. */
static uint32_t maps, shares, chans;

static void mark(void)
{
	maps = pages_count_maps();
	shares = pages_count_shares();
	chans = store_count_chans();
}

static bool holds(uint32_t more_maps, uint32_t more_shares, uint32_t more_chans)
{
	return pages_count_maps() == maps + more_maps &&
	       pages_count_shares() == shares + more_shares &&
	       store_count_chans() == chans + more_chans && !store_tx;
}

static void check_error(int err, const struct displif_diag *diag)
{
	char text[256];

	CHECK(err <= 0 && err >= DISPLIF_E_BUG && diag->err == err);
	CHECK(!err || displif_diag_text(diag, text, sizeof(text)) > 0);
}

static bool all_zero(const void *p, size_t n)
{
	const uint8_t *b = p;
	size_t i;

	for (i = 0; i < n; i++)
		if (b[i])
			return false;
	return true;
}

/* The node "dir/index/leaf", or without the index. */
static const struct store_node *node_of(const char *dir, uint32_t index, const char *leaf)
{
	const struct store_node *node;
	char path[DISPLIF_XS_PATH];

	if (index == DISPLIF_NO_CONNECTOR)
		snprintf(path, sizeof(path), "%s/%s", dir, leaf);
	else
		snprintf(path, sizeof(path), "%s/%u/%s", dir, index, leaf);
	node = store_find(path);
	return node && node->there ? node : NULL;
}

static bool reads(const struct store_node *node, uint64_t value)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%llu", (unsigned long long)value);

	return node && node->len == (uint32_t)len && !memcmp(node->text, text, node->len);
}

/* A configuration that was accepted is what the nodes say. */
static void check_config(void)
{
	uint32_t i, w, h;

	CHECK(cfg.n >= 1 && cfg.n <= MAX_N && (cfg.version == 1 || cfg.version == 2));
	for (i = 0; i < cfg.n; i++) {
		const struct store_node *node = node_of(FE, i, "resolution");
		const struct store_node *id = node_of(FE, i, "unique-id");

		CHECK(node && displif_xs_resolution(node->text, node->len, &w, &h, NULL) == 0);
		CHECK(w == connectors[i].width && h == connectors[i].height);
		CHECK(strlen(connectors[i].unique_id) == (id ? id->len : 0));
	}
	CHECK(!node_of(FE, cfg.n, "resolution"));
}

static void do_config(bool front)
{
	struct displif_diag diag = { 0 };
	int err;

	mark();
	CHECK(displif_cfg_init(&cfg, connectors, MAX_N) == 0);
	if (front)
		err = displif_port_front_config(&port, FE, BE, &cfg, &diag);
	else
		err = displif_port_back_config(&port, FE, &cfg, &diag);
	check_error(err, &diag);
	CHECK(holds(0, 0, 0));
	if (!err && !pages_faulted)
		check_config();
}

static void front_close(void)
{
	struct held_end *e = &front_end;
	uint32_t i;

	if (!e->n)
		return;
	for (i = 0; i < e->n; i++)
		displif_front_kill(&e->front[i], DISPLIF_E_GONE);
	displif_port_front_close(&port, e->link, e->n);
	CHECK(all_zero(e->link, e->n * sizeof(*e->link)));
	displif_port_front_close(&port, e->link, e->n);
	free(e->link);
	free(e->front);
	e->n = 0;
}

static void back_close(void)
{
	struct held_end *e = &back_end;
	uint32_t i;

	if (!e->n)
		return;
	for (i = 0; i < e->n; i++)
		displif_back_kill(&e->back[i], DISPLIF_E_GONE);
	displif_port_back_close(&port, e->link, e->n);
	CHECK(all_zero(e->link, e->n * sizeof(*e->link)));
	displif_port_back_close(&port, e->link, e->n);
	free(e->link);
	free(e->back);
	free(e->pend);
	e->n = 0;
}

static void check_published(const struct held_end *e)
{
	uint32_t i;

	CHECK(reads(node_of(FE, DISPLIF_NO_CONNECTOR, "version"), cfg.version));
	for (i = 0; i < e->n; i++) {
		const struct displif_link *l = &e->link[i];

		CHECK(l->page[0] && l->page[1] && l->chan[0] && l->chan[1] && !e->front[i].err);
		CHECK(reads(node_of(FE, i, "req-ring-ref"), l->gref[0]));
		CHECK(reads(node_of(FE, i, "evt-ring-ref"), l->gref[1]));
		CHECK(reads(node_of(FE, i, "req-event-channel"), l->evtchn[0]));
		CHECK(reads(node_of(FE, i, "evt-event-channel"), l->evtchn[1]));
	}
}

static void do_front_publish(struct fuzz_in *in)
{
	struct displif_front_cfg fcfg = { 3000, 100, 8, 4 };
	struct held_end *e = &front_end;
	struct displif_diag diag = { 0 };
	void *tags[2 * MAX_N] = { 0 };
	uint8_t b = in_u8(in);
	bool state = node_of(FE, DISPLIF_NO_CONNECTOR, "state");
	uint32_t i;
	int err;

	front_close();
	mark();
	cfg.n = b % (MAX_N + 1u);
	cfg.version = b & 16 ? 1 : 2;
	fcfg.max_lost = b & 32 ? 99 : 8;
	e->n = cfg.n;
	e->link = malloc(MAX_N * sizeof(*e->link));
	e->front = malloc(MAX_N * sizeof(*e->front));
	CHECK(e->link && e->front);
	err = displif_port_front_publish(&port, FE, 1, &cfg, &fcfg, e->link, e->front,
					 b & 64 ? tags : NULL, &diag);
	check_error(err, &diag);
	if (!err) {
		CHECK(e->n && state && holds(0, 2 * e->n, 2 * e->n) && fcfg.max_lost < 32);
		check_published(e);
		return;
	}
	CHECK(holds(0, 0, 0));
	CHECK(err != DISPLIF_E_INVAL || !e->n || fcfg.max_lost > 31 || pages_faulted);
	CHECK(all_zero(e->link, e->n * sizeof(*e->link)));
	for (i = 0; i < e->n; i++)
		CHECK(e->front[i].err);
	free(e->link);
	free(e->front);
	e->n = 0;
}

static void check_bound(const struct held_end *e)
{
	uint32_t i;

	for (i = 0; i < e->n; i++) {
		const struct displif_link *l = &e->link[i];

		CHECK(l->page[0] && l->map[0] && l->chan[0] && l->gref[0] && l->evtchn[0]);
		CHECK(l->page[1] && l->map[1] && l->chan[1] && l->gref[1] && l->evtchn[1]);
		CHECK(reads(node_of(FE, i, "req-ring-ref"), l->gref[0]));
		CHECK(reads(node_of(FE, i, "evt-event-channel"), l->evtchn[1]));
		CHECK(!e->back[i].err);
	}
}

static void do_back_bind(struct fuzz_in *in)
{
	static const uint32_t caps[] = { 4, 1, 256, 0, 257 };
	struct held_end *e = &back_end;
	struct displif_diag diag = { 0 };
	uint8_t b = in_u8(in);
	uint32_t i;
	int err;

	back_close();
	mark();
	e->n = b % (MAX_N + 1u);
	e->pend_cap = caps[(b >> 3) % 5u];
	e->link = malloc(MAX_N * sizeof(*e->link));
	e->back = malloc(MAX_N * sizeof(*e->back));
	e->pend = malloc(MAX_N * 257u * sizeof(uint64_t));
	CHECK(e->link && e->back && e->pend);
	err = displif_port_back_bind(&port, FE, 1, &guest, e->n, e->link, e->back, e->pend,
				     e->pend_cap, NULL, &diag);
	check_error(err, &diag);
	if (!err) {
		CHECK(e->n && holds(2 * e->n, 0, 2 * e->n));
		check_bound(e);
		return;
	}
	CHECK(holds(0, 0, 0) && all_zero(e->link, e->n * sizeof(*e->link)));
	for (i = 0; i < e->n; i++)
		CHECK(e->back[i].err);
	free(e->link);
	free(e->back);
	free(e->pend);
	e->n = 0;
}

/* A state or "versions": never into a directory that is gone. */
static void do_write(struct fuzz_in *in, bool state)
{
	static const char far[] =
		"/a/directory/whose/name/is/so/long/that/no/node/of/it/fits/into/a/path/"
		"however/short/the/name/of/that/node/may/be/since/it/goes/on";
	struct displif_diag diag = { 0 };
	uint32_t value = in_u8(in);
	const char *dir = value & 0x80 ? BE : FE;
	bool was = node_of(dir, DISPLIF_NO_CONNECTOR, "state");
	int err;

	mark();
	if (value == 0xff)
		dir = far;
	value &= 15u;
	err = state ? displif_port_write_state(&port, dir, value, &diag) :
		      displif_port_back_publish(&port, dir, &diag);
	check_error(err, &diag);
	CHECK(holds(0, 0, 0));
	CHECK(dir != far || err == DISPLIF_E_INVAL || pages_faulted);
	if (dir == far)
		return;
	CHECK(was == (node_of(dir, DISPLIF_NO_CONNECTOR, "state") != NULL));
	CHECK(was || err);
	if (!err && state)
		CHECK(reads(node_of(dir, DISPLIF_NO_CONNECTOR, "state"), value));
}

static void do_read_state(struct fuzz_in *in)
{
	const char *dir = in_u8(in) & 1 ? BE : FE;
	const struct store_node *node = node_of(dir, DISPLIF_NO_CONNECTOR, "state");
	struct displif_diag diag = { 0 };
	uint8_t state = 77;
	int err = displif_port_read_state(&port, dir, &state, &diag);

	check_error(err, &diag);
	CHECK(state <= 8 && (!err || state == 0));
	if (pages_faulted)
		return;
	CHECK(err == (node ? 0 : DISPLIF_E_ABSENT));
	CHECK(!node || node->len > DISPLIF_XS_TEXT ||
	      state == displif_xs_state(node->text, node->len));
}

static void do_node(struct fuzz_in *in)
{
	static const char *const leaves[] = {
		"state",	"resolution",	     "unique-id",
		"versions",	"be-alloc",	     "req-ring-ref",
		"evt-ring-ref", "req-event-channel", "evt-event-channel",
		"version"
	};
	char path[DISPLIF_XS_PATH], text[STORE_TEXT];
	uint8_t b = in_u8(in), c = in_u8(in);
	const char *leaf = leaves[b % 10u];
	struct store_node *node;
	uint32_t len = 0;

	if (c & 3)
		snprintf(path, sizeof(path), "%s/%u/%s", FE, (c & 3u) - 1u, leaf);
	else
		snprintf(path, sizeof(path), "%s/%s", c & 4 ? BE : FE, leaf);
	switch (c >> 4) {
	case 0:
		node = store_find(path);
		if (node)
			node->there = false;
		return;
	case 1:
	case 2:
	case 3:
	case 4:
		len = (uint32_t)snprintf(text, sizeof(text), "%u", in_u8(in) % 12u);
		break;
	case 5:
	case 6:
	case 7:
		len = (uint32_t)snprintf(text, sizeof(text), "%ux%u", in_u8(in) * 8u,
					 in_u16(in) & 0xfffu);
		break;
	case 8:
		len = (uint32_t)snprintf(text, sizeof(text), "1,%u", in_u8(in) % 4u);
		break;
	default:
		len = in_u8(in) % (STORE_TEXT + 1u);
		in_bytes(in, text, len);
		break;
	}
	store_set(path, text, len);
}

/* Two connectors and the backend's directory, as a toolstack makes them; a guest's rings are in pages 1 to 4. */
static void do_toolstack(void)
{
	uint32_t i;

	store_set(FE "/state", "1", 1);
	store_set(BE "/state", "2", 1);
	store_set(BE "/versions", "1,2", 3);
	store_set(FE "/0/resolution", "1920x1080", 9);
	store_set(FE "/0/unique-id", "left", 4);
	store_set(FE "/1/resolution", "800x600", 7);
	for (i = 0; i < N_PAGES; i += 2) {
		poke(&pages_va[i][1], 1);
		poke(&pages_va[i][3], 1);
	}
}

static void do_check(struct fuzz_in *in)
{
	struct displif_port_ops ops = *port.ops;
	struct displif_port p = { &ops, NULL };
	struct displif_diag diag = { 0 };
	uint8_t b = in_u8(in);

	if (b == 0)
		p.ops = NULL;
	else if (b == 1)
		ops.size--;
	else if (b == 2)
		ops.map = NULL;
	else if (b == 3)
		ops.ungrant = NULL;
	else if (b == 4)
		ops.xs_write = NULL;
	CHECK(displif_port_check(&p, &diag) == (b < 5 ? DISPLIF_E_INVAL : 0));
	CHECK(diag.err == (b < 5 ? DISPLIF_E_INVAL : 0));
}

static void step(struct fuzz_in *in)
{
	pages_faulted = false;
	switch (in_u8(in) % 16u) {
	case 0:
	case 1:
	case 2:
		do_node(in);
		break;
	case 3:
		do_toolstack();
		break;
	case 4:
		do_config(true);
		break;
	case 5:
		do_config(false);
		break;
	case 6:
		do_front_publish(in);
		break;
	case 7:
		do_back_bind(in);
		break;
	case 8:
		if (in_u8(in) & 1)
			front_close();
		else
			back_close();
		break;
	case 9:
		do_write(in, true);
		break;
	case 10:
		do_write(in, false);
		break;
	case 11:
		do_read_state(in);
		break;
	case 12:
		pages_in_fault(in);
		pages_fail_in += in_u8(in) % 32u;
		break;
	case 13:
		store_conflicts = in_u8(in) % 20u;
		break;
	case 14:
		pages_in_poke(in);
		break;
	default:
		if (in_u8(in) & 1)
			do_check(in);
		else if (front_end.n)
			displif_port_enable(&port, front_end.link, front_end.n);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct displif_quota quota = { 1000, 0, 64, 0, true };
	struct fuzz_in in = { data, size };

	shared_begin(NULL);
	pages_begin();
	store_begin();
	port = store_port();
	CHECK(displif_guest_init(&guest, &quota, dbufs, 2, fbs, 2) == 0);
	CHECK(displif_cfg_init(&cfg, connectors, MAX_N) == 0);
	while (in.left)
		step(&in);
	pages_fail_in = 0;
	/* In this order: a page that the backend maps would live on as nobody's. */
	back_close();
	front_close();
	CHECK(store_count_chans() == 0);
	pages_end();
	return 0;
}
