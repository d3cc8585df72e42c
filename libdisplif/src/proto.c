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

int displif_req_encode(union displif_wire *wire, uint16_t id, const struct displif_msg *msg)
{
	struct xendispl_req *req = &wire->req;

	memset(wire, 0, sizeof(*wire));
	req->id = id;
	req->operation = msg->op;
	switch (msg->op) {
	case XENDISPL_OP_DBUF_CREATE:
		req->op.dbuf_create.dbuf_cookie = msg->dbuf;
		req->op.dbuf_create.width = msg->width;
		req->op.dbuf_create.height = msg->height;
		req->op.dbuf_create.bpp = msg->bpp;
		req->op.dbuf_create.buffer_sz = msg->size;
		req->op.dbuf_create.flags = msg->flags & XENDISPL_DBUF_FLG_REQ_ALLOC;
		req->op.dbuf_create.gref_directory = msg->gref_dir;
		req->op.dbuf_create.data_ofs = msg->data_ofs;
		return 0;
	case XENDISPL_OP_DBUF_DESTROY:
		req->op.dbuf_destroy.dbuf_cookie = msg->dbuf;
		return 0;
	case XENDISPL_OP_FB_ATTACH:
		req->op.fb_attach.dbuf_cookie = msg->dbuf;
		req->op.fb_attach.fb_cookie = msg->fb;
		req->op.fb_attach.width = msg->width;
		req->op.fb_attach.height = msg->height;
		req->op.fb_attach.pixel_format = msg->format;
		return 0;
	case XENDISPL_OP_FB_DETACH:
		req->op.fb_detach.fb_cookie = msg->fb;
		return 0;
	case XENDISPL_OP_SET_CONFIG:
		req->op.set_config.fb_cookie = msg->fb;
		req->op.set_config.x = msg->x;
		req->op.set_config.y = msg->y;
		req->op.set_config.width = msg->width;
		req->op.set_config.height = msg->height;
		req->op.set_config.bpp = msg->bpp;
		return 0;
	case XENDISPL_OP_PG_FLIP:
		req->op.pg_flip.fb_cookie = msg->fb;
		return 0;
	case XENDISPL_OP_GET_EDID:
		req->op.get_edid.buffer_sz = msg->size;
		req->op.get_edid.gref_directory = msg->gref_dir;
		return 0;
	default:
		return DISPLIF_E_INVAL;
	}
}

int displif_req_decode(const union displif_wire *wire, uint16_t *id, struct displif_msg *msg)
{
	const struct xendispl_req *req = &wire->req;

	memset(msg, 0, sizeof(*msg));
	*id = req->id;
	msg->op = req->operation;
	switch (msg->op) {
	case XENDISPL_OP_DBUF_CREATE:
		msg->dbuf = req->op.dbuf_create.dbuf_cookie;
		msg->width = req->op.dbuf_create.width;
		msg->height = req->op.dbuf_create.height;
		msg->bpp = req->op.dbuf_create.bpp;
		msg->size = req->op.dbuf_create.buffer_sz;
		msg->flags = req->op.dbuf_create.flags & XENDISPL_DBUF_FLG_REQ_ALLOC;
		msg->gref_dir = req->op.dbuf_create.gref_directory;
		msg->data_ofs = req->op.dbuf_create.data_ofs;
		return 0;
	case XENDISPL_OP_DBUF_DESTROY:
		msg->dbuf = req->op.dbuf_destroy.dbuf_cookie;
		return 0;
	case XENDISPL_OP_FB_ATTACH:
		msg->dbuf = req->op.fb_attach.dbuf_cookie;
		msg->fb = req->op.fb_attach.fb_cookie;
		msg->width = req->op.fb_attach.width;
		msg->height = req->op.fb_attach.height;
		msg->format = req->op.fb_attach.pixel_format;
		return 0;
	case XENDISPL_OP_FB_DETACH:
		msg->fb = req->op.fb_detach.fb_cookie;
		return 0;
	case XENDISPL_OP_SET_CONFIG:
		msg->fb = req->op.set_config.fb_cookie;
		msg->x = req->op.set_config.x;
		msg->y = req->op.set_config.y;
		msg->width = req->op.set_config.width;
		msg->height = req->op.set_config.height;
		msg->bpp = req->op.set_config.bpp;
		return 0;
	case XENDISPL_OP_PG_FLIP:
		msg->fb = req->op.pg_flip.fb_cookie;
		return 0;
	case XENDISPL_OP_GET_EDID:
		msg->size = req->op.get_edid.buffer_sz;
		msg->gref_dir = req->op.get_edid.gref_directory;
		return 0;
	default:
		return DISPLIF_E_UNSUPPORTED;
	}
}

void displif_rsp_encode(union displif_wire *wire, const struct displif_rsp *rsp)
{
	memset(wire, 0, sizeof(*wire));
	wire->rsp.id = rsp->id;
	wire->rsp.operation = rsp->op;
	wire->rsp.status = rsp->status;
	if (rsp->op == XENDISPL_OP_GET_EDID)
		wire->rsp.op.get_edid.edid_sz = rsp->edid_sz;
}

void displif_rsp_decode(const union displif_wire *wire, struct displif_rsp *rsp)
{
	memset(rsp, 0, sizeof(*rsp));
	rsp->id = wire->rsp.id;
	rsp->op = wire->rsp.operation;
	rsp->status = wire->rsp.status;
	if (rsp->op == XENDISPL_OP_GET_EDID)
		rsp->edid_sz = wire->rsp.op.get_edid.edid_sz;
}

void displif_evt_encode(union displif_wire *wire, uint16_t id, uint64_t fb)
{
	memset(wire, 0, sizeof(*wire));
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
	switch (op) {
	case XENDISPL_OP_DBUF_CREATE:
		return "DBUF_CREATE";
	case XENDISPL_OP_DBUF_DESTROY:
		return "DBUF_DESTROY";
	case XENDISPL_OP_FB_ATTACH:
		return "FB_ATTACH";
	case XENDISPL_OP_FB_DETACH:
		return "FB_DETACH";
	case XENDISPL_OP_SET_CONFIG:
		return "SET_CONFIG";
	case XENDISPL_OP_PG_FLIP:
		return "PG_FLIP";
	case XENDISPL_OP_GET_EDID:
		return "GET_EDID";
	default:
		return "?";
	}
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
