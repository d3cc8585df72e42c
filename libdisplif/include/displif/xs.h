/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * XenStore text: parsing what a hostile guest or a careless toolstack wrote,
 * and composing our own values and paths.
 *
 * Text is a pointer and a length in bytes, need not be terminated and may hold
 * NUL bytes (which are errors). Parsers are strict: no spaces, no signs, no
 * trailing bytes. On error the out parameters hold 0 and @diag, if given, the
 * node, the value's first bytes and the limit. Any context; nothing sleeps.
 */
#ifndef DISPLIF_XS_H
#define DISPLIF_XS_H

#include "err.h"

DISPLIF_BEGIN_DECLS

/* Longest text that any node of the protocol may hold; longer is RANGE. */
#define DISPLIF_XS_TEXT 64u
/* Enough for every path the library composes, terminator included. */
#define DISPLIF_XS_PATH 128u

/* States of both ends: XenbusState* of io/xenbus.h; a unit test compares. */
enum displif_xb_state {
	DISPLIF_XB_UNKNOWN = 0,
	DISPLIF_XB_INITIALISING = 1,
	DISPLIF_XB_INIT_WAIT = 2,
	DISPLIF_XB_INITIALISED = 3,
	DISPLIF_XB_CONNECTED = 4,
	DISPLIF_XB_CLOSING = 5,
	DISPLIF_XB_CLOSED = 6,
	DISPLIF_XB_RECONFIGURING = 7,
	DISPLIF_XB_RECONFIGURED = 8,
};

/* "Connected" for 4, "?" beyond 8. Static text. */
DISPLIF_API const char *displif_xs_state_name(uint32_t state);

/* A decimal number 0 .. max, 1 to 10 digits. RANGE: not one, or larger; diag->limit = max. */
DISPLIF_API int displif_xs_u32(const char *text, uint32_t len, uint32_t max, uint32_t *out,
			       struct displif_diag *diag);

/* "WxH", both 1 .. DISPLIF_MAX_SIDE ("resolution", io/displif.h). RANGE otherwise. */
DISPLIF_API int displif_xs_resolution(const char *text, uint32_t len, uint32_t *width,
				      uint32_t *height, struct displif_diag *diag);

/*
 * A backend's "versions" list: picks the highest version that is listed and
 * not above @ours. Members that are no number are skipped (a future backend may
 * list anything), so "2,9" gives 2 and "x,1" gives 1.
 * Returns 0; VERSION if nothing fits (*@version = 0), also for empty text; RANGE
 * for text longer than DISPLIF_XS_TEXT.
 */
DISPLIF_API int displif_xs_versions(const char *text, uint32_t len, uint32_t ours, uint32_t *version,
				    struct displif_diag *diag);

/* "be-alloc": true for exactly "1", everything else is false. Never an error (io/displif.h). */
DISPLIF_API bool displif_xs_be_alloc(const char *text, uint32_t len);

/* A state: 0 .. 8, otherwise DISPLIF_XB_UNKNOWN. Never an error. */
DISPLIF_API uint8_t displif_xs_state(const char *text, uint32_t len);

/* Bytes of displif_xs_put_u32()'s longest text with its terminator. */
#define DISPLIF_XS_NUMBER 11u

/*
 * Writes a decimal number and a terminator to buf[cap]. Returns its length, or NOSPC (buf[0] = 0 if
 * cap > 0).
 */
DISPLIF_API int displif_xs_put_u32(char *buf, uint32_t cap, uint32_t value);

/*
 * Joins directory and leaf, "dir/leaf". Returns the length, or NOSPC (then buf[0] = 0 if cap > 0).
 */
DISPLIF_API int displif_xs_join(char *buf, uint32_t cap, const char *dir, const char *leaf);

/* "dir/<index>/leaf", a connector's node. As displif_xs_join(). */
DISPLIF_API int displif_xs_connector(char *buf, uint32_t cap, const char *dir, uint32_t index,
				     const char *leaf);

/*
 * The backend's directory of one device, "/local/domain/BE/backend/vdispl/FE/DEV". A backend uses this,
 * computed from domain and device numbers, never the "backend" node, which the guest may rewrite.
 */
DISPLIF_API int displif_xs_backend_path(char *buf, uint32_t cap, uint32_t backend, uint32_t frontend,
					uint32_t dev);

/* The frontend's, "/local/domain/FE/device/vdispl/DEV". */
DISPLIF_API int displif_xs_frontend_path(char *buf, uint32_t cap, uint32_t frontend, uint32_t dev);

DISPLIF_END_DECLS

#endif
