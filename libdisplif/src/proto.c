/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The codec: requests, responses and the flip event, between wire and host form. */
#include "priv.h"

/* The wire is the ABI: every offset that the code relies on (io/displif.h). */
#define AT(type, field, offset) \
	_Static_assert(offsetof(struct type, field) == (offset), #type "." #field)
_Static_assert(sizeof(struct xendispl_req) == 64, "request");
_Static_assert(sizeof(struct xendispl_resp) == 64, "response");
_Static_assert(sizeof(struct xendispl_evt) == 64, "event");
_Static_assert(sizeof(union displif_wire) == 64, "slot");
_Static_assert(XENDISPL_IN_RING_OFFS == 64 && XENDISPL_IN_RING_LEN == DISPLIF_EVT_LEN,
	       "event page");
_Static_assert(XENDISPL_EDID_MAX_SIZE == DISPLIF_EDID_MAX, "EDID");
AT(xendispl_req, id, 0);
AT(xendispl_req, operation, 2);
AT(xendispl_req, op, 8);
AT(xendispl_req, op.dbuf_create.dbuf_cookie, 8);
AT(xendispl_req, op.dbuf_create.width, 16);
AT(xendispl_req, op.dbuf_create.height, 20);
AT(xendispl_req, op.dbuf_create.bpp, 24);
AT(xendispl_req, op.dbuf_create.buffer_sz, 28);
AT(xendispl_req, op.dbuf_create.flags, 32);
AT(xendispl_req, op.dbuf_create.gref_directory, 36);
AT(xendispl_req, op.dbuf_create.data_ofs, 40);
AT(xendispl_req, op.dbuf_destroy.dbuf_cookie, 8);
AT(xendispl_req, op.fb_attach.dbuf_cookie, 8);
AT(xendispl_req, op.fb_attach.fb_cookie, 16);
AT(xendispl_req, op.fb_attach.width, 24);
AT(xendispl_req, op.fb_attach.height, 28);
AT(xendispl_req, op.fb_attach.pixel_format, 32);
AT(xendispl_req, op.fb_detach.fb_cookie, 8);
AT(xendispl_req, op.set_config.fb_cookie, 8);
AT(xendispl_req, op.set_config.x, 16);
AT(xendispl_req, op.set_config.y, 20);
AT(xendispl_req, op.set_config.width, 24);
AT(xendispl_req, op.set_config.height, 28);
AT(xendispl_req, op.set_config.bpp, 32);
AT(xendispl_req, op.pg_flip.fb_cookie, 8);
AT(xendispl_req, op.get_edid.buffer_sz, 8);
AT(xendispl_req, op.get_edid.gref_directory, 12);
AT(xendispl_resp, id, 0);
AT(xendispl_resp, operation, 2);
AT(xendispl_resp, status, 4);
AT(xendispl_resp, op.get_edid.edid_sz, 8);
AT(xendispl_evt, id, 0);
AT(xendispl_evt, type, 2);
AT(xendispl_evt, op.pg_flip.fb_cookie, 8);
#undef AT

/* Index of a field of the decoded message, in words. */
#define W(field) (offsetof(struct displif_msg, field) / 4)
/* Both halves of a cookie, in memory order whatever the byte order is. */
#define W2(field) W(field), W(field) + 1
#define MSG_WORDS W(op)
/* No field lives here: beyond all of them. It ends the fields of a request. */
#define NONE 15

/* The body of a request, words 2 .. 10 of its slot, as fields of the decoded message. */
#define BODY 2u
#define BODY_WORDS 9u
static const struct {
	uint8_t traits;
	uint8_t word[BODY_WORDS];
} ops[] = {
	/* DBUF_CREATE */
	{ DISPLIF__REQ_KNOWN | DISPLIF__REQ_DBUF | DISPLIF__REQ_RING0,
	  { W2(dbuf), W(width), W(height), W(bpp), W(size), W(flags), W(gref_dir), W(data_ofs) } },
	/* DBUF_DESTROY */
	{ DISPLIF__REQ_KNOWN | DISPLIF__REQ_DBUF | DISPLIF__REQ_RING0,
	  { W2(dbuf), NONE, NONE, NONE, NONE, NONE, NONE, NONE } },
	/* FB_ATTACH */
	{ DISPLIF__REQ_KNOWN | DISPLIF__REQ_DBUF | DISPLIF__REQ_FB | DISPLIF__REQ_RING0,
	  { W2(dbuf), W2(fb), W(width), W(height), W(format), NONE, NONE } },
	/* FB_DETACH */
	{ DISPLIF__REQ_KNOWN | DISPLIF__REQ_FB | DISPLIF__REQ_RING0,
	  { W2(fb), NONE, NONE, NONE, NONE, NONE, NONE, NONE } },
	/* SET_CONFIG */
	{ DISPLIF__REQ_KNOWN | DISPLIF__REQ_URGENT,
	  { W2(fb), W(x), W(y), W(width), W(height), W(bpp), NONE, NONE } },
	/* PG_FLIP */
	{ DISPLIF__REQ_KNOWN | DISPLIF__REQ_FB | DISPLIF__REQ_URGENT,
	  { W2(fb), NONE, NONE, NONE, NONE, NONE, NONE, NONE } },
	/* GET_EDID */
	{ DISPLIF__REQ_KNOWN, { W(size), W(gref_dir), NONE, NONE, NONE, NONE, NONE, NONE, NONE } },
	/* all others */
	{ 0, { NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE } },
};
#define N_OPS (sizeof(ops) / sizeof(ops[0]) - 1)

_Static_assert(XENDISPL_OP_GET_EDID - XENDISPL_OP_DBUF_CREATE + 1 == N_OPS, "operations");
_Static_assert(sizeof(struct displif_msg) <= 64 && MSG_WORDS < NONE, "message");

/* A message as the table sees it. */
union words {
	struct displif_msg msg;
	uint32_t w[16];
};

/* Row of an operation. */
static uint32_t row(uint8_t op)
{
	uint32_t i = (op + 0x100u - XENDISPL_OP_DBUF_CREATE) & 0xffu;

	return i < N_OPS ? i : (uint32_t)N_OPS;
}

uint32_t displif__req_traits(uint8_t op)
{
	return ops[row(op)].traits;
}

int displif_req_encode(union displif_wire *wire, uint16_t id, const struct displif_msg *msg)
{
	uint32_t i, k, op = row(msg->op);
	union words from = { .msg = *msg };

	*wire = (union displif_wire){ 0 };
	from.w[W(flags)] &= XENDISPL_DBUF_FLG_REQ_ALLOC;
	for (i = 0; i < BODY_WORDS; i++) {
		k = ops[op].word[i];
		if (k >= MSG_WORDS)
			break;
		wire->w[BODY + i] = from.w[k];
	}
	wire->req.id = id;
	wire->req.operation = msg->op;
	return ops[op].traits ? 0 : DISPLIF_E_INVAL;
}

int displif_req_decode(const union displif_wire *wire, uint16_t *id, struct displif_msg *msg)
{
	uint32_t i, k, op = row(wire->req.operation);
	union words to = { .w = { 0 } };

	for (i = 0; i < BODY_WORDS; i++) {
		k = ops[op].word[i];
		if (k >= MSG_WORDS)
			break;
		to.w[k] = wire->w[BODY + i];
	}
	to.w[W(flags)] &= XENDISPL_DBUF_FLG_REQ_ALLOC;
	*msg = to.msg;
	*id = wire->req.id;
	msg->op = wire->req.operation;
	return ops[op].traits ? 0 : DISPLIF_E_UNSUPPORTED;
}

void displif_rsp_encode(union displif_wire *wire, const struct displif_rsp *rsp)
{
	*wire = (union displif_wire){ 0 };
	wire->rsp.id = rsp->id;
	wire->rsp.operation = rsp->op;
	wire->rsp.status = rsp->status;
	if (rsp->op == XENDISPL_OP_GET_EDID)
		wire->rsp.op.get_edid.edid_sz = rsp->edid_sz;
}

void displif_rsp_decode(const union displif_wire *wire, struct displif_rsp *rsp)
{
	*rsp = (struct displif_rsp){ 0 };
	rsp->id = wire->rsp.id;
	rsp->op = wire->rsp.operation;
	rsp->status = wire->rsp.status;
	if (rsp->op == XENDISPL_OP_GET_EDID)
		rsp->edid_sz = wire->rsp.op.get_edid.edid_sz;
}

void displif_evt_encode(union displif_wire *wire, uint16_t id, uint64_t fb)
{
	*wire = (union displif_wire){ 0 };
	wire->evt.id = id;
	wire->evt.type = XENDISPL_EVT_PG_FLIP;
	wire->evt.op.pg_flip.fb_cookie = fb;
}

int displif_evt_decode(const union displif_wire *wire, uint16_t *id, uint64_t *fb)
{
	*id = wire->evt.id;
	*fb = wire->evt.op.pg_flip.fb_cookie;
	return wire->evt.type == XENDISPL_EVT_PG_FLIP ? 0 : DISPLIF_E_PROTO;
}

const char *displif_req_name(uint8_t op)
{
	static const char *const name[] = { "DBUF_CREATE", "DBUF_DESTROY", "FB_ATTACH", "FB_DETACH",
					    "SET_CONFIG",  "PG_FLIP",	   "GET_EDID",	"?" };

	return name[row(op)];
}

int32_t displif_status_of(int err)
{
	switch (err) {
	case DISPLIF_OK:
		return 0;
	case DISPLIF_E_INVAL:
	case DISPLIF_E_PROTO:
	case DISPLIF_E_RANGE:
	case DISPLIF_E_VERSION:
		return -DISPLIF_XEN_EINVAL;
	case DISPLIF_E_NOSPC:
	case DISPLIF_E_FULL:
		return -DISPLIF_XEN_ENOMEM;
	case DISPLIF_E_AGAIN:
		return -DISPLIF_XEN_EAGAIN;
	case DISPLIF_E_GONE:
		return -DISPLIF_XEN_ENODEV;
	case DISPLIF_E_ABSENT:
		return -DISPLIF_XEN_ENOENT;
	case DISPLIF_E_TIMEOUT:
		return -DISPLIF_XEN_ETIMEDOUT;
	case DISPLIF_E_UNSUPPORTED:
		return -DISPLIF_XEN_EOPNOTSUPP;
	default:
		return -DISPLIF_XEN_EIO;
	}
}
