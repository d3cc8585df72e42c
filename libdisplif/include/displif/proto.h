/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Messages on the wire and their decoded form.
 *
 * The wire structs are Xen's own (io/displif.h); nothing here repeats them.
 * Encoding fills all 64 bytes, unused ones with zero. Decoding takes a
 * *private copy* of a slot and tolerates dirty reserved bytes and unknown
 * flag bits, since deployed frontends never clear their slots.
 */
#ifndef DISPLIF_PROTO_H
#define DISPLIF_PROTO_H

#include "err.h"

DISPLIF_BEGIN_DECLS

/* io/ring.h gives this number for 64-byte entries in a 4 KiB page; a test compares. */
#define DISPLIF_RING_LEN 32u
/* "Shared page", io/displif.h: 4096 - 64 bytes of 64-byte events. */
#define DISPLIF_EVT_LEN 63u
/* Connector indices are uint8_t: "conn-idx", io/displif.h. */
#define DISPLIF_MAX_CONNECTORS 256u

/* One private copy of a ring slot or event slot. */
union displif_wire {
	uint64_t q[8];
	uint32_t w[16];
	struct xendispl_req req;
	struct xendispl_resp rsp;
	struct xendispl_evt evt;
};

/*
 * A request in the host's terms. Fields that an operation does not have are
 * zero; the comment names the operations (XENDISPL_OP_*) that have it.
 */
struct displif_msg {
	uint64_t dbuf;          /* display buffer cookie: DBUF_CREATE, DBUF_DESTROY, FB_ATTACH */
	uint64_t fb;            /* framebuffer cookie: FB_ATTACH, FB_DETACH, SET_CONFIG, PG_FLIP */
	uint32_t x, y;          /* SET_CONFIG: first pixel of the framebuffer that is shown */
	uint32_t width, height; /* DBUF_CREATE, FB_ATTACH, SET_CONFIG: pixels */
	uint32_t bpp;           /* DBUF_CREATE, SET_CONFIG: bits per pixel */
	uint32_t size;          /* DBUF_CREATE, GET_EDID: bytes of the buffer */
	uint32_t flags;         /* DBUF_CREATE: XENDISPL_DBUF_FLG_REQ_ALLOC or 0 */
	uint32_t gref_dir;      /* DBUF_CREATE, GET_EDID: grant reference of the first directory page */
	uint32_t data_ofs;      /* DBUF_CREATE: offset of the first pixel in the buffer, bytes */
	uint32_t format;        /* FB_ATTACH: fourcc */
	uint8_t op;             /* XENDISPL_OP_* */
};

/* A response in the host's terms. */
struct displif_rsp {
	int32_t status;         /* 0 or -XEN_Exx */
	uint32_t edid_sz;       /* GET_EDID: bytes written, else 0 */
	uint16_t id;
	uint8_t op;
};

/* Writes the whole slot. Returns 0, or INVAL for an unknown operation. Any context. */
DISPLIF_API int displif_req_encode(union displif_wire *wire, uint16_t id, const struct displif_msg *msg);

/*
 * Reads a private copy. *@msg and *@id are always written. Unknown flag bits
 * are dropped. Returns 0, or UNSUPPORTED for an unknown operation (msg->op
 * then still holds it, so that it can be echoed). Values are not judged here.
 */
DISPLIF_API int displif_req_decode(const union displif_wire *wire, uint16_t *id, struct displif_msg *msg);

/* Writes the whole slot. Any context. */
DISPLIF_API void displif_rsp_encode(union displif_wire *wire, const struct displif_rsp *rsp);
/* Reads a private copy. edid_sz is 0 for every operation but GET_EDID. */
DISPLIF_API void displif_rsp_decode(const union displif_wire *wire, struct displif_rsp *rsp);

/* Writes a whole XENDISPL_EVT_PG_FLIP event. */
DISPLIF_API void displif_evt_encode(union displif_wire *wire, uint16_t id, uint64_t fb);
/* Reads a private copy. All out parameters are written. Returns 0, or PROTO for an unknown type. */
DISPLIF_API int displif_evt_decode(const union displif_wire *wire, uint16_t *id, uint64_t *fb);

/* Name of an operation ("DBUF_CREATE"), "?" if unknown. Static text. */
DISPLIF_API const char *displif_req_name(uint8_t op);

/*
 * Statuses on the wire are Xen's errno numbers (public/errno.h), the same on
 * every OS. A unit test compares these with Xen's header.
 */
enum displif_xen_errno {
	DISPLIF_XEN_EPERM = 1,
	DISPLIF_XEN_ENOENT = 2,
	DISPLIF_XEN_EIO = 5,
	DISPLIF_XEN_E2BIG = 7,
	DISPLIF_XEN_EAGAIN = 11,
	DISPLIF_XEN_ENOMEM = 12,
	DISPLIF_XEN_EACCES = 13,
	DISPLIF_XEN_EFAULT = 14,
	DISPLIF_XEN_EBUSY = 16,
	DISPLIF_XEN_EEXIST = 17,
	DISPLIF_XEN_ENODEV = 19,
	DISPLIF_XEN_EINVAL = 22,
	DISPLIF_XEN_ENOSPC = 28,
	DISPLIF_XEN_EOPNOTSUPP = 95,
	DISPLIF_XEN_ETIMEDOUT = 110,
};

/* The largest number a status may carry, negated: -4095 .. 0. */
#define DISPLIF_STATUS_MIN (-4095)

/* The status (0 or -XEN_Exx) that tells a frontend of enum displif_err @err. */
DISPLIF_API int32_t displif_status_of(int err);

DISPLIF_END_DECLS

#endif
