/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Frontends that break one rule each. */
#include <string.h>

#include "bad_front.h"
#include "fake_card.h"
#include "fake_cc.h"

#define STATE "device/vdispl/0/state"

/* --- XenStore and states --- */

static bool is(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && strcmp(path + n - m, end) == 0;
}

static bool is_state(const char *path, const char *text, char state)
{
	return is(path, STATE) && *text == state;
}

static const char *never_3(const char *path, const char *text)
{
	return is_state(path, text, '3') ? NULL : text;
}

static const char *never_4(const char *path, const char *text)
{
	return is_state(path, text, '4') ? NULL : text;
}

static void write_3(void *arg)
{
	(void)arg;
	fake_xs_puts(bad_front_dom(), 0, STATE, "3");
}

static void write_4(void *arg)
{
	(void)arg;
	fake_xs_puts(bad_front_dom(), 0, STATE, "4");
}

static void later(void (*fn)(void *arg))
{
	fake_task_at(fake_task_new(bad_front_dom(), fn, NULL),
		     fake_now(fake_dom_world(bad_front_dom())) + 100);
}

static const char *hurries_to_3(const char *path, const char *text)
{
	if (is_state(path, text, '1'))
		later(write_3);
	return text;
}

static const char *hurries_to_4(const char *path, const char *text)
{
	if (is_state(path, text, '3'))
		later(write_4);
	return text;
}

static const char *no_node(const char *path, const char *text)
{
	return is(path, "1/evt-event-channel") ? NULL : text;
}

static const char *half_published(const char *path, const char *text)
{
	return strstr(path, "/1/") || is_state(path, text, '3') ? NULL : text;
}

static const char *no_version(const char *path, const char *text)
{
	return is(path, "/version") ? NULL : text;
}

static const char *bad_port(const char *path, const char *text)
{
	return is(path, "0/evt-event-channel") ? "1000000" : text;
}

static const char *used_ring(const char *path, const char *text)
{
	if (is_state(path, text, '3'))
		raw_store(bad_front_page(0), RAW_RSP_PROD, 7);
	return text;
}

static const char *dirty_page(const char *path, const char *text)
{
	if (is_state(path, text, '3'))
		raw_store(bad_front_page(1), 1000, 7);
	return text;
}

/* Events go where nobody looks. */
static const char *other_event_page(const char *path, const char *text)
{
	static char number[DISPLIF_XS_NUMBER];
	uint32_t gref;
	void *va;

	if (!is(path, "0/evt-ring-ref") ||
	    bad_front_ops()->share(bad_front_dom(), 0, 1, DISPLIF_PORT_WRITE, &va, &gref))
		return text;
	displif_xs_put_u32(number, sizeof(number), gref);
	return number;
}

/* --- requests --- */

static void op_unknown(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_FB_ATTACH)
		req->req.operation = 0x20;
}

static void dirty_reserved(union displif_wire *req)
{
	req->req.reserved[2] = 1;
}

static void dirty_tail(union displif_wire *req)
{
	req->w[15] = 1;
}

static void flags(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_DBUF_CREATE)
		req->req.op.dbuf_create.flags |= 0x10;
}

static void one_id(union displif_wire *req)
{
	req->req.id = 5;
}

static void dbuf_cookie(union displif_wire *req, uint64_t cookie)
{
	if (req->req.operation == XENDISPL_OP_DBUF_CREATE)
		req->req.op.dbuf_create.dbuf_cookie = cookie;
	if (req->req.operation == XENDISPL_OP_FB_ATTACH)
		req->req.op.fb_attach.dbuf_cookie = cookie;
	if (req->req.operation == XENDISPL_OP_DBUF_DESTROY)
		req->req.op.dbuf_destroy.dbuf_cookie = cookie;
}

static void cookie_0(union displif_wire *req)
{
	dbuf_cookie(req, 0);
}

static void cookie_5(union displif_wire *req)
{
	dbuf_cookie(req, 5);
}

static void cookie_pointer(union displif_wire *req)
{
	dbuf_cookie(req, 0xffff888012345678u);
}

static void attach_other(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_FB_ATTACH)
		req->req.op.fb_attach.dbuf_cookie += 77;
}

/* The second framebuffer that is to go comes back, under the first one's cookie. */
static void attach_again(union displif_wire *req)
{
	static uint64_t gone, dbuf;
	uint64_t fb = req->req.op.fb_detach.fb_cookie;

	if (req->req.operation == XENDISPL_OP_DBUF_CREATE)
		dbuf = req->req.op.dbuf_create.dbuf_cookie;
	if (req->req.operation != XENDISPL_OP_FB_DETACH)
		return;
	if (gone) {
		req->req.operation = XENDISPL_OP_FB_ATTACH;
		req->req.op.fb_attach.dbuf_cookie = dbuf;
		req->req.op.fb_attach.fb_cookie = gone;
		fb = 0;
	}
	gone = fb;
}

static void show_other(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_PG_FLIP)
		req->req.op.pg_flip.fb_cookie += 77;
}

static void detach_other(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_FB_DETACH)
		req->req.op.fb_detach.fb_cookie += 77;
}

static void config_none(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_SET_CONFIG)
		req->req.op.set_config.fb_cookie = 0;
}

static void size_half(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_DBUF_CREATE)
		req->req.op.dbuf_create.buffer_sz /= 2;
}

/* 2^33 bytes a line, 2^31 lines: 0 in 64 bits. */
static void size_overflows(union displif_wire *req)
{
	if (req->req.operation != XENDISPL_OP_DBUF_CREATE)
		return;
	req->req.op.dbuf_create.width = 0x40000000;
	req->req.op.dbuf_create.height = 0x80000000;
	req->req.op.dbuf_create.bpp = 64;
}

static void import_far(union displif_wire *req)
{
	struct xendispl_dbuf_create_req *create = &req->req.op.dbuf_create;

	if (req->req.operation != XENDISPL_OP_DBUF_CREATE)
		return;
	create->width = create->height = create->bpp = 0;
	create->data_ofs = create->buffer_sz;
}

static void dir_none(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_DBUF_CREATE)
		req->req.op.dbuf_create.gref_directory = 0x7fffffff;
}

static void alloc_unasked(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_DBUF_CREATE)
		req->req.op.dbuf_create.flags = XENDISPL_DBUF_FLG_REQ_ALLOC;
}

static void alloc_not(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_DBUF_CREATE)
		req->req.op.dbuf_create.flags = 0;
}

static void fb_wide(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_FB_ATTACH)
		req->req.op.fb_attach.width *= 2;
}

static void config_wide(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_SET_CONFIG)
		req->req.op.set_config.width *= 2;
}

static void edid_small(union displif_wire *req)
{
	if (req->req.operation == XENDISPL_OP_GET_EDID)
		req->req.op.get_edid.buffer_sz = 128;
}

/* --- rings --- */

static bool silent(void *ring)
{
	(void)ring;
	return false;
}

static bool prod_jumps(void *ring)
{
	raw_store(ring, RAW_REQ_PROD, raw_load(ring, RAW_REQ_PROD) + 40u);
	return true;
}

static bool destroys_on_ring_1(void *ring)
{
	const union displif_wire wire = { .req = { .operation = XENDISPL_OP_DBUF_DESTROY } };

	if (ring == bad_front_page(0) && bad_front_page(2))
		bad_front_add_request(bad_front_page(2), &wire);
	return true;
}

/* Right behind its flip. */
static bool detaches_early(void *ring)
{
	union displif_wire wire;

	raw_get_slot(ring, raw_ring_slot(raw_load(ring, RAW_REQ_PROD) - 1u), &wire);
	if (wire.req.operation != XENDISPL_OP_PG_FLIP)
		return true;
	wire.req.operation = XENDISPL_OP_FB_DETACH;
	wire.req.id++;
	bad_front_add_request(ring, &wire);
	return true;
}

static bool in_cons_leaps(void *ring)
{
	(void)ring;
	if (bad_front_page(1))
		raw_store(bad_front_page(1), RAW_IN_CONS, 1000);
	return true;
}

/* --- death --- */

static bool of_state(void)
{
	struct fake_world *w = fake_dom_world(bad_front_dom());
	static bool connected;
	static uint32_t run;
	int back = fake_toolstack_back_state(w, 0, FAKE_CC_GUEST, 0);
	int front = fake_toolstack_front_state(w, FAKE_CC_GUEST, 0);
	bool dies;

	if (fake_now(w) < 1010) /* a new world */
		connected = false;
	dies = connected && run == fake_card_runs() && back != DISPLIF_XB_CONNECTED &&
	       front != DISPLIF_XB_CLOSING && front != DISPLIF_XB_CLOSED;

	run = fake_card_runs();
	connected = back == DISPLIF_XB_CONNECTED && front == DISPLIF_XB_CONNECTED;
	return dies;
}

/* The first port's other end was there, and is not any more. */
static bool of_silence(void)
{
	static bool bound;
	enum fake_port_state state = fake_port_state(bad_front_dom(), 1);
	bool dies = bound && state == FAKE_PORT_UNBOUND;

	bound = state == FAKE_PORT_BOUND;
	return dies;
}

#define OF_FAULT(check)                                                 \
	{                                                               \
		"dies-of-" check, check, .dies = fake_cc_back_did_wrong \
	}
#define OF_STATE(check)                                   \
	{                                                 \
		"dies-of-" check, check, .dies = of_state \
	}

const struct bad_front bad_fronts[] = {
	{ "never-3", "state.connects", .write = never_3 },
	{ "hurries-to-3", "state.waits-for-2", .write = hurries_to_3 },
	{ "hurries-to-4", "state.waits-for-4", .write = hurries_to_4 },
	{ "no-node", "xs.all-nodes", .write = no_node },
	{ "half-published", "xs.one-transaction", .write = half_published },
	{ "no-version", "xs.version", true, .write = no_version },
	{ "used-ring", "xs.pristine", .write = used_ring },
	{ "dirty-page", "xs.zeroed", .write = dirty_page },
	{ "bad-port", "xs.bindable", .write = bad_port },
	{ "never-4", "state.follows-4", .write = never_4 },
	{ "op-unknown", "req.operation", .request = op_unknown },
	{ "dirty-reserved", "req.reserved-zero", true, .request = dirty_reserved },
	{ "dirty-tail", "req.unused-zero", true, .request = dirty_tail },
	{ "flags", "req.flags", true, .request = flags },
	{ "one-id", "req.ids", .request = one_id },
	{ "prod-jumps", "req.32-outstanding", .notify = prod_jumps },
	{ "silent", "req.notifies", .notify = silent },
	{ "ring-1", "req.ring-0", .notify = destroys_on_ring_1 },
	{ "cookie-0", "cookie.not-zero", .request = cookie_0 },
	{ "cookie-5", "cookie.unique", .request = cookie_5 },
	{ "cookie-pointer", "cookie.no-address", true, .request = cookie_pointer },
	{ "cookie-again", "cookie.not-again", true, .request = attach_again },
	{ "attach-other", "order.attach", .request = attach_other },
	{ "show-other", "order.show", .request = show_other },
	{ "detach-other", "order.end-once", true, .request = detach_other },
	{ "detach-never", "order.detach-first", true, .request = detach_other },
	{ "detach-early", "order.flip-ends", true, .notify = detaches_early },
	{ "config-none", "order.config-first", true, .request = config_none },
	{ "size-half", "dbuf.size", .request = size_half },
	{ "size-overflows", "dbuf.size", .request = size_overflows },
	{ "import-far", "dbuf.size", .request = import_far },
	{ "dir-none", "dbuf.directory", .request = dir_none },
	{ "alloc-unasked", "dbuf.be-alloc", .request = alloc_unasked },
	{ "alloc-not", "dbuf.be-alloc", .be_alloc = true, .request = alloc_not },
	{ "fb-wide", "fb.size", .request = fb_wide },
	{ "config-wide", "config.size", .request = config_wide },
	{ "edid-small", "edid.buffer", .request = edid_small },
	{ "in-cons-leaps", "evt.in-cons", .notify = in_cons_leaps },
	{ "other-event-page", "evt.consumes", true, .write = other_event_page },
	OF_FAULT("rsp.create-fails"),
	OF_FAULT("rsp.attach-fails"),
	OF_FAULT("rsp.config-fails"),
	OF_FAULT("rsp.flip-fails"),
	OF_FAULT("rsp.detach-fails"),
	OF_FAULT("rsp.destroy-fails"),
	OF_FAULT("rsp.edid-fails"),
	OF_FAULT("rsp.status-positive"),
	OF_FAULT("rsp.status-int-min"),
	OF_FAULT("rsp.status-int-max"),
	OF_FAULT("rsp.status-4096"),
	OF_FAULT("rsp.out-of-order"),
	OF_FAULT("rsp.wrong-id"),
	OF_FAULT("rsp.wrong-operation"),
	OF_FAULT("rsp.twice"),
	OF_FAULT("rsp.unsolicited"),
	OF_FAULT("rsp.never"),
	OF_FAULT("rsp.late"),
	OF_FAULT("rsp.prod-jumps"),
	OF_FAULT("evt.early"),
	OF_FAULT("evt.id-gap"),
	OF_FAULT("evt.id-twice"),
	OF_FAULT("evt.other-cookie"),
	OF_FAULT("evt.twice"),
	OF_FAULT("evt.never"),
	OF_FAULT("evt.unknown-type"),
	OF_FAULT("evt.prod-jumps"),
	OF_FAULT("evt.no-flip"),
	OF_FAULT("evt.flood"),
	OF_FAULT("evt.spurious"),
	OF_STATE("state.back-restarts"),
	OF_STATE("state.back-closed"),
	OF_STATE("state.back-waits"),
	OF_STATE("state.back-begins"),
	{ "dies-of-silence", "state.back-dies", .dies = of_silence },
	OF_STATE("state.back-garbage"),
	OF_STATE("state.back-toggles"),
	OF_STATE("state.back-stalls"),
	{ .name = NULL },
};
