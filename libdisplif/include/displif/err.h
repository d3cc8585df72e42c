/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Errors, grouped by whose fault they are, and the diagnosis that goes with one. */
#ifndef DISPLIF_ERR_H
#define DISPLIF_ERR_H

#include "env.h"

DISPLIF_BEGIN_DECLS

/* Functions return 0 (or a count) or one of these; they never overlap with errno. */
enum displif_err {
	DISPLIF_OK = 0,
	/* the caller's */
	DISPLIF_E_INVAL = -1,       /* an argument is outside its documented range */
	DISPLIF_E_STATE = -2,       /* not in this state: dead, closed or never started */
	DISPLIF_E_NOSPC = -3,       /* the caller's array or buffer is too small */
	/* not now */
	DISPLIF_E_AGAIN = -4,       /* try the same again (transaction conflict) */
	DISPLIF_E_FULL = -5,        /* ring, table or quota is full: wait for an event */
	/* the peer's */
	DISPLIF_E_PROTO = -6,       /* the peer broke the protocol */
	DISPLIF_E_RANGE = -7,       /* a value from the peer or the toolstack is out of range */
	DISPLIF_E_VERSION = -8,     /* no common protocol version */
	DISPLIF_E_GONE = -9,        /* the peer went away */
	DISPLIF_E_ABSENT = -10,     /* a XenStore node does not exist */
	/* the host's */
	DISPLIF_E_OS = -11,         /* a call to the OS or the hypervisor failed */
	DISPLIF_E_TIMEOUT = -12,    /* no answer in time */
	DISPLIF_E_UNSUPPORTED = -13, /* the port cannot do this */
	/* ours */
	DISPLIF_E_BUG = -14,        /* an invariant of the library does not hold */
};

/* English text of an error, never NULL, static. Any context. */
DISPLIF_API const char *displif_strerror(int err);

/* What was being done when something failed. */
enum displif_diag_op {
	DISPLIF_OP_NONE = 0,
	DISPLIF_OP_XS_READ,     /* reading or parsing a XenStore node */
	DISPLIF_OP_XS_WRITE,
	DISPLIF_OP_XS_TX,       /* beginning or ending a transaction */
	DISPLIF_OP_SHARE,       /* allocating and granting pages */
	DISPLIF_OP_GRANT,       /* granting existing pages */
	DISPLIF_OP_MAP,         /* mapping the peer's pages */
	DISPLIF_OP_COPY,        /* grant copy */
	DISPLIF_OP_CHAN,        /* opening an event channel */
	DISPLIF_OP_RING,        /* indices or content of a request ring */
	DISPLIF_OP_EVENT,       /* indices or content of an event page */
	DISPLIF_OP_DIRECTORY,   /* walking or building a page directory */
	DISPLIF_OP_REQUEST,     /* validating a request */
	DISPLIF_OP_CONFIG,      /* a limit of the configuration as a whole */
	DISPLIF_OP_EDID,        /* parsing an EDID */
};

/* English text of an operation, never NULL, static. */
DISPLIF_API const char *displif_diag_op_name(unsigned int op);

#define DISPLIF_NO_CONNECTOR UINT32_MAX
#define DISPLIF_DIAG_TEXT 32

/*
 * An optional out parameter: what was wrong, and where. Functions that take
 * one accept NULL, and write it only when they fail.
 */
struct displif_diag {
	int32_t err;            /* enum displif_err */
	uint8_t op;             /* enum displif_diag_op */
	uint32_t connector;     /* its index, or DISPLIF_NO_CONNECTOR */
	const char *node;       /* XenStore leaf or protocol field, static text below 64 bytes, or NULL */
	uint64_t value;         /* what was found, if it is a number */
	uint64_t limit;         /* what it was compared with; 0: no limit applies */
	char text[DISPLIF_DIAG_TEXT]; /* start of the offending text, printable, terminated; or "" */
};

/*
 * One line of English for a diagnosis: node, connector, operation, value and
 * limit. Writes at most @cap bytes to @buf, always terminated if @cap > 0.
 * Returns the length of what was written, without the terminator. Any context.
 */
DISPLIF_API uint32_t displif_diag_text(const struct displif_diag *diag, char *buf, uint32_t cap);

DISPLIF_END_DECLS

#endif
