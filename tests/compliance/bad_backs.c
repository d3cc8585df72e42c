/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Backends that break one rule each. */
#include <stdlib.h>
#include <string.h>

#include "bad_back.h"

/* --- answers --- */

static void lie(uint8_t op, const union displif_wire *req, union displif_wire *rsp, int32_t status)
{
	if (req->req.operation == op)
		rsp->rsp.status = status;
}

static void create_ok(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_DBUF_CREATE, req, rsp, 0);
}

static void create_fails(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_DBUF_CREATE, req, rsp, -DISPLIF_XEN_EIO);
}

static void create_eio(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	if (rsp->rsp.status)
		lie(XENDISPL_OP_DBUF_CREATE, req, rsp, -DISPLIF_XEN_EIO);
}

static void destroy_ok(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_DBUF_DESTROY, req, rsp, 0);
}

static void destroy_fails(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_DBUF_DESTROY, req, rsp, -DISPLIF_XEN_EIO);
}

static void destroy_busy(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_DBUF_DESTROY, req, rsp, -DISPLIF_XEN_EBUSY);
}

static void attach_ok(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_FB_ATTACH, req, rsp, 0);
}

static void attach_fails(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_FB_ATTACH, req, rsp, -DISPLIF_XEN_EIO);
}

static void detach_ok(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_FB_DETACH, req, rsp, 0);
}

static void config_ok(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_SET_CONFIG, req, rsp, 0);
}

static void config_fails(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_SET_CONFIG, req, rsp, -DISPLIF_XEN_EIO);
}

static void config_large_fails(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	if (req->req.op.set_config.width > 64)
		lie(XENDISPL_OP_SET_CONFIG, req, rsp, -DISPLIF_XEN_EINVAL);
}

static void flip_ok(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_PG_FLIP, req, rsp, 0);
}

static void flip_fails(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_PG_FLIP, req, rsp, -DISPLIF_XEN_EIO);
}

static void edid_ok(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	lie(XENDISPL_OP_GET_EDID, req, rsp, 0);
}

static void edid_odd(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	if (req->req.operation == XENDISPL_OP_GET_EDID)
		rsp->rsp.op.get_edid.edid_sz = 100;
}

static void edid_long(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	if (req->req.operation == XENDISPL_OP_GET_EDID)
		rsp->rsp.op.get_edid.edid_sz = 65536;
}

static void any_ok(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	(void)req;
	rsp->rsp.status = 0;
}

static void ring_1_ok(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)req;
	if (c)
		rsp->rsp.status = 0;
}

static void other_id(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	(void)req;
	rsp->rsp.id = (uint16_t)(rsp->rsp.id + 1000u);
}

static void other_op(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	(void)req;
	rsp->rsp.operation = XENDISPL_OP_PG_FLIP;
}

static void positive(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	(void)req;
	if (rsp->rsp.status)
		rsp->rsp.status = -rsp->rsp.status;
}

static void far_negative(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	(void)c;
	(void)req;
	if (rsp->rsp.status)
		rsp->rsp.status = -4096;
}

/* As if only the fields were written, and the request's bytes left. */
static void partial(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	union displif_wire wire = *req;

	(void)c;
	memcpy(&wire, rsp, 8);
	*rsp = wire;
}

/* What a request has in its reserved bytes is taken for something. */
static void reserved_looked_at(uint32_t c, union displif_wire *req)
{
	(void)c;
	if (req->req.reserved[0] || req->req.reserved[4])
		req->req.operation = 0xee;
}

static void tail_looked_at(uint32_t c, union displif_wire *req)
{
	(void)c;
	if (req->w[15])
		req->req.operation = 0xee;
}

static void flags_looked_at(uint32_t c, union displif_wire *req)
{
	(void)c;
	if (req->req.operation == XENDISPL_OP_DBUF_CREATE && req->req.op.dbuf_create.flags)
		req->req.op.dbuf_create.flags = XENDISPL_DBUF_FLG_REQ_ALLOC;
}

static void cookie_remembered(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	static uint64_t last;

	(void)c;
	if (req->req.operation != XENDISPL_OP_DBUF_CREATE)
		return;
	if (req->req.op.dbuf_create.dbuf_cookie == last)
		rsp->rsp.status = -DISPLIF_XEN_EEXIST;
	last = req->req.op.dbuf_create.dbuf_cookie;
}

static void fb_remembered(uint32_t c, const union displif_wire *req, union displif_wire *rsp)
{
	static uint64_t last;

	(void)c;
	if (req->req.operation != XENDISPL_OP_FB_ATTACH)
		return;
	if (req->req.op.fb_attach.fb_cookie == last)
		rsp->rsp.status = -DISPLIF_XEN_EEXIST;
	last = req->req.op.fb_attach.fb_cookie;
}

/* --- events --- */

static void evt_id_skips(uint32_t c, union displif_wire *evt)
{
	(void)c;
	evt->evt.id = (uint16_t)(evt->evt.id * 2u);
}

static void evt_id_stays(uint32_t c, union displif_wire *evt)
{
	(void)c;
	evt->evt.id = 0;
}

static void evt_id_goes_on(uint32_t c, union displif_wire *evt)
{
	(void)c;
	evt->evt.id = (uint16_t)(evt->evt.id + 100u * (bad_back_connections() - 1u));
}

static void evt_cookie(uint32_t c, union displif_wire *evt)
{
	(void)c;
	evt->evt.op.pg_flip.fb_cookie++;
}

static void evt_type(uint32_t c, union displif_wire *evt)
{
	(void)c;
	evt->evt.type = 1;
}

static void evt_dirty(uint32_t c, union displif_wire *evt)
{
	(void)c;
	evt->w[15] = 0x5a5a5a5au;
}

static void evt_64_slots(uint32_t c, union displif_wire *evt)
{
	if (bad_back_events(c) >= DISPLIF_EVT_LEN)
		evt->evt.op.pg_flip.fb_cookie = 0;
}

static void no_events(struct end_back *b)
{
	b->no_events = true;
}

/* After each answer of a kind, an event that nobody is owed. */
static void evt_after(struct end_back *b, const struct end_tag *tag, uint8_t op, bool twice)
{
	const union displif_wire *req;
	uint32_t n = bad_back_requests(tag->connector);

	if (!n || tag->chan != DISPLIF_CHAN_REQ || tag->connector >= b->n)
		return;
	req = bad_back_request(tag->connector, n - 1u);
	if (req->req.operation != op ||
	    (!twice && op == XENDISPL_OP_PG_FLIP &&
	     b->flipped[tag->connector] == req->req.op.pg_flip.fb_cookie))
		return;
	bad_back_add_event(b, tag->connector, req->req.op.pg_flip.fb_cookie);
}

static void evt_of_config(struct end_back *b, const struct end_tag *tag)
{
	evt_after(b, tag, XENDISPL_OP_SET_CONFIG, false);
}

static void evt_of_failed_flip(struct end_back *b, const struct end_tag *tag)
{
	evt_after(b, tag, XENDISPL_OP_PG_FLIP, false);
}

static void evt_twice(struct end_back *b, const struct end_tag *tag)
{
	evt_after(b, tag, XENDISPL_OP_PG_FLIP, true);
}

static void evt_page_overrun(struct end_back *b, const struct end_tag *tag)
{
	const void *page;

	if (tag->connector >= b->n)
		return;
	page = b->link[tag->connector].page[DISPLIF_CHAN_EVT];
	if (raw_load(page, RAW_IN_PROD) - raw_load(page, RAW_IN_CONS) == DISPLIF_EVT_LEN)
		bad_back_add_event(b, tag->connector, 1);
}

static void evt_prod_leaps(struct end_back *b, const struct end_tag *tag)
{
	if (tag->connector < b->n && bad_back_events(tag->connector))
		raw_store(b->link[tag->connector].page[DISPLIF_CHAN_EVT], RAW_IN_PROD, 5000);
}

/* --- rings --- */

static bool swallow(struct end_back *b, void *chan)
{
	(void)b;
	(void)chan;
	return false;
}

/* Tells of answers at most every @arg-th time. */
static bool swallow_odd(struct end_back *b, void *chan)
{
	static uint32_t n;

	(void)b;
	(void)chan;
	return n++ % 2;
}

static void eager(struct end_back *b, const struct end_tag *tag)
{
	if (tag->connector < b->n)
		bad_back_ops()->chan_notify(b->port.ctx,
					    b->link[tag->connector].chan[DISPLIF_CHAN_REQ]);
}

static void not_armed(struct end_back *b, const struct end_tag *tag)
{
	void *page;

	if (tag->connector >= b->n)
		return;
	page = b->link[tag->connector].page[DISPLIF_CHAN_REQ];
	raw_store(page, RAW_REQ_EVENT, raw_load(page, RAW_REQ_PROD) + 3u);
}

static void prod_leaps(struct end_back *b, const struct end_tag *tag)
{
	void *page;

	if (tag->connector >= b->n)
		return;
	page = b->link[tag->connector].page[DISPLIF_CHAN_REQ];
	raw_store(page, RAW_RSP_PROD, raw_load(page, RAW_REQ_PROD) + 1u);
}

static void answers_twice(struct end_back *b, const struct end_tag *tag)
{
	uint32_t i = tag->connector;

	/* Room for a second answer is there only while a request is not answered: take the last one's. */
	if (i < b->n && bad_back_requests(i) > 1 && tag->chan == DISPLIF_CHAN_REQ) {
		void *page = b->link[i].page[DISPLIF_CHAN_REQ];
		uint32_t slot = raw_ring_slot(raw_load(page, RAW_RSP_PROD) - 1u);
		union displif_wire wire;

		raw_get_slot(page, slot, &wire);
		wire.rsp.id--;
		raw_put_slot(page, slot, &wire);
	}
}

static bool ring_0_only(struct end_back *b, const struct end_tag *tag)
{
	(void)b;
	return tag->connector == 0;
}

static uint32_t waiting(struct end_back *b, uint32_t i)
{
	const void *page = b->link[i].page[DISPLIF_CHAN_REQ];

	return raw_load(page, RAW_REQ_PROD) - raw_load(page, RAW_RSP_PROD);
}

static bool small_batches_only(struct end_back *b, const struct end_tag *tag)
{
	return tag->connector >= b->n || waiting(b, tag->connector) <= 16;
}

static bool jump_not_seen(struct end_back *b, const struct end_tag *tag)
{
	return tag->connector >= b->n || waiting(b, tag->connector) <= DISPLIF_RING_LEN;
}

static bool jump_is_death(struct end_back *b, const struct end_tag *tag)
{
	if (jump_not_seen(b, tag))
		return true;
	bad_back_die(b);
	return false;
}

static bool empty_is_death(struct end_back *b, const struct end_tag *tag)
{
	if (tag->connector >= b->n || waiting(b, tag->connector))
		return true;
	bad_back_die(b);
	return false;
}

/* Knows that a lie is coming by the size that the checks use. */
static bool loop_is_death(struct end_back *b, const struct end_tag *tag)
{
	uint32_t n = bad_back_requests(0);
	const union displif_wire *req = bad_back_request(0, n - 1u);

	if (tag->connector || !n || req->req.operation != XENDISPL_OP_DBUF_CREATE ||
	    req->req.op.dbuf_create.buffer_sz != 1025u * 4096u)
		return true;
	bad_back_die(b);
	return false;
}

static bool consumer_is_death(struct end_back *b, const struct end_tag *tag)
{
	const void *page;

	if (tag->connector >= b->n)
		return true;
	page = b->link[tag->connector].page[DISPLIF_CHAN_EVT];
	if (raw_load(page, RAW_IN_PROD) - raw_load(page, RAW_IN_CONS) <= DISPLIF_EVT_LEN)
		return true;
	bad_back_die(b);
	return false;
}

static void silent(struct end_back *b)
{
	b->hold = true;
}

static void answer_late(void *arg)
{
	struct end_back *b = arg;

	end_back_answer(b);
}

static void late_after(struct end_back *b, const struct end_tag *tag)
{
	static struct fake_task *task;

	(void)tag;
	if (b->n_held == 1 || !task)
		task = fake_task_new(b->dom, answer_late, b);
	fake_task_at(task, fake_now(b->w) + 3300);
}

/* --- grants --- */

static int keep_mapped(void *ctx, void *map)
{
	(void)ctx;
	(void)map;
	return 0;
}

static void leaks(struct end_back *b)
{
	fake_dom_ops(b->dom)->unmap = keep_mapped;
}

static void edid_leaks(struct end_back *b)
{
	leaks(b);
	fake_dom_ops(b->dom)->copy = NULL;
}

static int share_readonly(void *ctx, uint16_t dom, uint32_t n, uint32_t flags, void **va,
			  uint32_t *gref)
{
	return bad_back_ops()->share(ctx, dom, n, flags & ~DISPLIF_PORT_WRITE, va, gref);
}

static void grants_readonly(struct end_back *b)
{
	fake_dom_ops(b->dom)->share = share_readonly;
}

/* Writes a word into the directory of the buffer that was asked for last. */
static void poke_directory(struct end_back *b, const struct end_tag *tag, uint32_t word)
{
	uint32_t n = bad_back_requests(0), value = 0;
	const union displif_wire *req = bad_back_request(0, n - 1u);

	if (n && tag->connector == 0 && req->req.operation == XENDISPL_OP_DBUF_CREATE &&
	    req->req.op.dbuf_create.flags)
		bad_back_ops()->copy(b->port.ctx, b->frontend,
				     req->req.op.dbuf_create.gref_directory, word * 4u, &value, 4,
				     true);
}

static void forgets_a_grant(struct end_back *b, const struct end_tag *tag)
{
	poke_directory(b, tag, 9);
}

static void writes_the_link(struct end_back *b, const struct end_tag *tag)
{
	poke_directory(b, tag, 0);
}

static void edid_checksum(struct end_back *b)
{
	static uint8_t edid[128];

	memcpy(edid, b->edid, sizeof(edid));
	edid[127]++;
	b->edid = edid;
}

/* --- XenStore and states --- */

static bool is(const char *path, const char *leaf)
{
	size_t n = strlen(path), m = strlen(leaf);

	return n > m && path[n - m - 1] == '/' && strcmp(path + n - m, leaf) == 0;
}

static const char *no_versions(struct end_back *b, const char *path, const char *text)
{
	(void)b;
	return is(path, "versions") ? "3,banana" : text;
}

static const char *no_initwait(struct end_back *b, const char *path, const char *text)
{
	(void)b;
	return is(path, "state") && *text == '2' ? "1" : text;
}

static void go_on(void *arg)
{
	struct end_back *b = arg;

	fake_xs_puts(b->dom, 0, "backend/vdispl/1/0/state", "4");
}

static const char *hurries(struct end_back *b, const char *path, const char *text)
{
	if (is(path, "state") && *text == '2')
		fake_task_at(fake_task_new(b->dom, go_on, b), fake_now(b->w) + 200);
	return text;
}

static const char *no_connected(struct end_back *b, const char *path, const char *text)
{
	(void)b;
	return is(path, "state") && *text == '4' ? NULL : text;
}

static const char *never_back(struct end_back *b, const char *path, const char *text)
{
	return is(path, "state") && *text == '2' && b->bound ? "6" : text;
}

static const char *connects_anyway(struct end_back *b, const char *path, const char *text)
{
	if (!is(path, "state") || !b->bind_failed)
		return text;
	return *text == '5' ? "4" : NULL;
}

static const char *wants_version(struct end_back *b, const char *path, const char *text)
{
	const char *version = fake_xs_gets(b->dom, "/local/domain/1/device/vdispl/0/version");

	if (!is(path, "state") || *text != '4' || (version && strcmp(version, "2") == 0))
		return text;
	return "5";
}

static bool waits_for_4(struct end_back *b, const struct end_tag *tag)
{
	(void)tag;
	return fake_toolstack_front_state(b->w, b->frontend, b->devid) == DISPLIF_XB_CONNECTED;
}

static void dies_of_closing(struct end_back *b, const char *state)
{
	if (*state == '5' && !b->n)
		bad_back_die(b);
}

static void dies_of_garbage(struct end_back *b, const char *state)
{
	if (*state == 'x')
		bad_back_die(b);
}

static void dies_of_7(struct end_back *b, const char *state)
{
	if (*state == '7')
		bad_back_die(b);
}

static void dies_of_toggling(struct end_back *b, const char *state)
{
	static uint32_t n;

	(void)state;
	if (++n > 30)
		bad_back_die(b);
}

const struct bad_back bad_backs[] = {
	{ "no-initwait", "state.initwait", .write = no_initwait },
	{ "no-versions", "xs.versions", .write = no_versions },
	{ "hurries", "state.waits", .write = hurries },
	{ "no-connected", "state.connects", .write = no_connected },
	{ "waits-for-4", "state.serves-at-once", .before = waits_for_4 },
	{ "waits-for-4-too", "state.first-request", .before = waits_for_4 },
	{ "never-back", "state.front-closes", .write = never_back },
	{ "never-back-6", "state.front-closed", .write = never_back },
	{ "never-back-1", "state.front-restarts", .write = never_back },
	{ "never-back-in-time", "state.returns-in-time", .write = never_back },
	{ "never-back-after-7", "state.reconfiguring", .peer = dies_of_7 },
	{ "leaks-at-close", "state.front-closes", .begin = leaks },
	{ "dies-of-closing", "state.removal-unconnected", .peer = dies_of_closing },
	{ "dies-of-garbage", "state.garbage-offered", .peer = dies_of_garbage },
	{ "dies-of-garbage-too", "state.garbage-connected", .peer = dies_of_garbage },
	{ "dies-of-toggling", "state.toggles", .peer = dies_of_toggling },
	{ "wants-version", "xs.version-optional", .write = wants_version },
	{ "connects-anyway", "xs.used-ring", .write = connects_anyway },
	{ "connects-anyway-2", "xs.answered-ring", .write = connects_anyway },
	{ "connects-anyway-3", "xs.used-event-page", .write = connects_anyway },
	{ "connects-anyway-4", "xs.ring-grant-0", .write = connects_anyway },
	{ "connects-anyway-5", "xs.ring-bad-grant", .write = connects_anyway },
	{ "connects-anyway-6", "xs.bad-port", .write = connects_anyway },
	{ "connects-anyway-7", "xs.port-no-number", .write = connects_anyway },
	{ "unknown-is-ok", "ring.unknown-operation", .response = any_ok },
	{ "small-batches", "ring.32-outstanding", .before = small_batches_only },
	{ "slots-fail", "ring.slots-wrap", .response = config_fails },
	{ "reserved-looked-at", "ring.dirty-reserved", .request = reserved_looked_at },
	{ "tail-looked-at", "ring.dirty-slots", .request = tail_looked_at },
	{ "flags-looked-at", "ring.unknown-flags", .request = flags_looked_at },
	{ "ring-1-ok", "ring.buffers-on-ring-1", .response = ring_1_ok },
	{ "ring-0-only", "ring.independent", .before = ring_0_only },
	{ "never-notifies", "ring.notifies-1", .notify = swallow },
	{ "forgets-to-notify", "ring.notifies-2", .notify = swallow_odd },
	{ "forgets-to-notify-7", "ring.notifies-7", .notify = swallow_odd },
	{ "forgets-to-notify-32", "ring.notifies-32", .notify = swallow_odd },
	{ "eager", "ring.holds-off", true, .after = eager },
	{ "not-armed", "ring.req-event", .after = not_armed },
	{ "dies-of-nothing", "ring.spurious", .before = empty_is_death },
	{ "config-fails", "ring.rsp-event-nonsense", .response = config_fails },
	{ "jump-not-seen", "ring.prod-jumps", true, .before = jump_not_seen },
	{ "jump-is-death", "ring.prod-jumps", .before = jump_is_death },
	{ "leap-is-death", "ring.prod-leaps", .before = jump_is_death },
	{ "back-is-death", "ring.prod-goes-back", .before = jump_is_death },
	{ "create-fails-1", "dbuf.size-1-page", .response = create_fails },
	{ "create-fails-1022", "dbuf.size-1022-pages", .response = create_fails },
	{ "create-fails-1023", "dbuf.size-1023-pages", .response = create_fails },
	{ "create-fails-1024", "dbuf.size-1024-pages", .response = create_fails },
	{ "create-fails-2046", "dbuf.size-2046-pages", .response = create_fails },
	{ "create-fails-2047", "dbuf.size-2047-pages", .response = create_fails },
	{ "create-0-ok", "dbuf.cookie-zero", .response = create_ok },
	{ "create-0-eio", "dbuf.cookie-zero", true, .response = create_eio },
	{ "create-twice-ok", "dbuf.cookie-twice", .response = create_ok },
	{ "cookie-remembered", "dbuf.cookie-again", .response = cookie_remembered },
	{ "destroy-any", "dbuf.destroy-unknown", .response = destroy_ok },
	{ "destroy-any-twice", "dbuf.destroy-twice", .response = destroy_ok },
	{ "create-small", "dbuf.buffer-too-small", .response = create_ok },
	{ "create-wide", "dbuf.width-overflows", .response = create_ok },
	{ "create-high", "dbuf.height-overflows", .response = create_ok },
	{ "create-bpp-0", "dbuf.bpp-0", .response = create_ok },
	{ "create-bpp-7", "dbuf.bpp-7", .response = create_ok },
	{ "create-bpp-64", "dbuf.bpp-64", .response = create_ok },
	{ "create-bpp-max", "dbuf.bpp-overflows", .response = create_ok },
	{ "create-no-ofs", "dbuf.data-ofs-fits", .response = create_fails },
	{ "create-ofs-size", "dbuf.data-ofs-is-size", .response = create_ok },
	{ "create-ofs-far", "dbuf.data-ofs-overflows", .response = create_ok },
	{ "create-size-0", "dbuf.size-0", .response = create_ok },
	{ "create-size-max", "dbuf.size-4-gib", .response = create_ok },
	{ "create-no-import", "dbuf.import", .response = create_fails },
	{ "attach-import", "dbuf.import-too-small", .response = attach_ok },
	{ "create-import-ofs", "dbuf.import-data-ofs", .response = create_ok },
	{ "destroy-fails", "dbuf.destroy", .response = destroy_fails },
	{ "destroy-attached", "dbuf.destroy-attached", .response = destroy_busy },
	{ "destroy-shown", "dbuf.destroy-shown", .response = destroy_busy },
	{ "destroy-flipped", "dbuf.destroy-flipped", .response = destroy_busy },
	{ "keeps-mapped", "dbuf.destroy-unmaps", .begin = leaks },
	{ "dir-short", "dir.short", .response = create_ok },
	{ "dir-long", "dir.long", .before = loop_is_death },
	{ "dir-loop", "dir.loop", .before = loop_is_death },
	{ "dir-loop-end", "dir.loop-at-end", .before = loop_is_death },
	{ "dir-0", "dir.grant-0", .response = create_ok },
	{ "dir-last-0", "dir.last-grant-0", .response = create_ok },
	{ "dir-link", "dir.bad-link", .response = create_ok },
	{ "dir-grant", "dir.bad-grant", .response = create_ok },
	{ "dir-foreign", "dir.foreign-grant", .response = create_ok },
	{ "dir-ended", "dir.ended-grant", .response = create_ok },
	{ "dir-none", "dir.none", .response = create_ok },
	{ "dir-bad", "dir.bad-directory", .response = create_ok },
	{ "alloc-forgets", "alloc.fills", .after = forgets_a_grant },
	{ "alloc-link", "alloc.fills", .after = writes_the_link },
	{ "alloc-readonly", "alloc.maps", .begin = grants_readonly },
	{ "alloc-import", "alloc.import", .response = create_ok },
	{ "alloc-short", "alloc.short-directory", .response = create_ok },
	{ "attach-fails", "fb.attach-detach", .response = attach_fails },
	{ "attach-0", "fb.cookie-zero", .response = attach_ok },
	{ "attach-twice", "fb.cookie-twice", .response = attach_ok },
	{ "fb-remembered", "fb.cookie-again", .response = fb_remembered },
	{ "attach-unknown", "fb.unknown-dbuf", .response = attach_ok },
	{ "attach-format", "fb.unknown-format", .response = attach_ok },
	{ "attach-wide", "fb.too-wide", .response = attach_ok },
	{ "attach-high", "fb.too-high", .response = attach_ok },
	{ "attach-huge", "fb.overflows", .response = attach_ok },
	{ "attach-empty", "fb.empty", .response = attach_ok },
	{ "attach-no-two", "fb.two-on-one-dbuf", .response = attach_fails },
	{ "detach-any", "fb.detach-unknown", .response = detach_ok },
	{ "detach-any-twice", "fb.detach-twice", .response = detach_ok },
	{ "detach-any-shown", "fb.detach-shown", .response = detach_ok },
	{ "config-event", "config.set", .after = evt_of_config },
	{ "config-no-reset", "config.reset", .response = config_fails },
	{ "config-unknown", "config.unknown-fb", .response = config_ok },
	{ "config-large", "config.larger-than-connector", .response = config_large_fails },
	{ "config-once", "config.repeated", .response = config_fails },
	{ "config-silent", "config.offset-far", .begin = silent },
	{ "config-empty", "config.empty", .response = config_ok },
	{ "edid-odd", "edid.answer", .response = edid_odd },
	{ "edid-long", "edid.answer", .response = edid_long },
	{ "edid-checksum", "edid.answer", .begin = edid_checksum },
	{ "edid-leaks", "edid.answer", .begin = edid_leaks },
	{ "edid-128", "edid.buffer-128", .response = edid_ok },
	{ "edid-32767", "edid.buffer-32767", .response = edid_ok },
	{ "edid-grant", "edid.bad-grant", .response = edid_ok },
	{ "flip-silent", "flip.one-event", .begin = no_events },
	{ "flip-twice", "flip.10-events", .after = evt_twice },
	{ "flip-unconfigured", "flip.before-config", .response = flip_fails },
	{ "flip-reset", "flip.after-reset", .response = flip_fails },
	{ "flip-unknown", "flip.unknown-fb", .response = flip_ok },
	{ "flip-unknown-event", "flip.unknown-fb", .after = evt_of_failed_flip },
	{ "flip-detached", "flip.detached-fb", .response = flip_ok },
	{ "flip-zero", "flip.cookie-zero", .response = flip_ok },
	{ "flip-8", "flip.8-at-once", .begin = no_events },
	{ "flip-32", "flip.32-at-once", .before = small_batches_only },
	{ "flip-other", "flip.other-connector", .before = ring_0_only },
	{ "page-overrun", "evt.page-full", .after = evt_page_overrun },
	{ "page-64", "evt.slots-wrap", .event = evt_64_slots },
	{ "cons-is-death", "evt.cons-ahead", .before = consumer_is_death },
	{ "cons-is-death-too", "evt.cons-behind", .before = consumer_is_death },
	{ "ids-go-on", "evt.ids-restart", .event = evt_id_goes_on },
	{ "rsp-id", "rsp.echoes-id", .response = other_id },
	{ "rsp-op", "rsp.echoes-operation", .response = other_op },
	{ "rsp-twice", "rsp.one-each", .after = answers_twice },
	{ "rsp-positive", "rsp.status-range", .response = positive },
	{ "rsp-far", "rsp.status-range", .response = far_negative },
	{ "rsp-partial", "rsp.whole-slot", .response = partial },
	{ "rsp-never", "rsp.in-time", .begin = silent },
	{ "rsp-late", "rsp.in-time", .begin = silent, .after = late_after },
	{ "rsp-prod", "rsp.prod", .after = prod_leaps },
	{ "evt-type", "evt.whole-slot", .event = evt_type },
	{ "evt-dirty", "evt.whole-slot", .event = evt_dirty },
	{ "evt-id-skips", "evt.ids", .event = evt_id_skips },
	{ "evt-id-stays", "evt.ids", .event = evt_id_stays },
	{ "evt-cookie", "evt.own-flip", .event = evt_cookie },
	{ "evt-twice", "evt.own-flip", .after = evt_twice },
	{ "evt-never", "evt.in-time", .begin = no_events },
	{ "evt-prod", "evt.prod", .after = evt_prod_leaps },
	{ .name = NULL },
};
