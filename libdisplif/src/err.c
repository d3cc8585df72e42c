/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Errors and diagnoses: their texts, and how the library fills a diagnosis. */
#include "text.h"

/* Longest static text of a diagnosis' node. */
#define NODE_MAX 64u
/* Rows of one width need no pointers, so the tables stay in read-only memory. */
#define ROW 32u

#define N_ERRORS 15u
#define N_OPS 15u

/* By -err; the last row stands for what is not in the list. */
static const char error_text[N_ERRORS + 1u][ROW] = {
	"no error",
	"argument out of range",
	"dead, closed or never started",
	"array or buffer too small",
	"try again",
	"full, wait for an event",
	"the peer broke the protocol",
	"value out of range",
	"no common protocol version",
	"the peer went away",
	"node does not exist",
	"OS or hypervisor call failed",
	"no answer in time",
	"not supported",
	"bug in the library",
	"unknown error",
};

/* By enum displif_diag_op. */
static const char op_text[N_OPS + 1u][ROW] = {
	"no operation",
	"reading XenStore",
	"writing XenStore",
	"XenStore transaction",
	"sharing pages",
	"granting pages",
	"mapping the peer's pages",
	"grant copy",
	"opening an event channel",
	"request ring",
	"event page",
	"page directory",
	"validating a request",
	"checking the configuration",
	"parsing an EDID",
	"unknown operation",
};

const char displif__node[DISPLIF__NODES][DISPLIF__NODE_MAX] = {
	[DISPLIF__STATE] = "state",
	[DISPLIF__VERSION] = XENDISPL_FIELD_FE_VERSION,
	[DISPLIF__VERSIONS] = XENDISPL_FIELD_BE_VERSIONS,
	[DISPLIF__BE_ALLOC] = XENDISPL_FIELD_BE_ALLOC,
	[DISPLIF__RESOLUTION] = XENDISPL_FIELD_RESOLUTION,
	[DISPLIF__UNIQUE_ID] = XENDISPL_FIELD_UNIQUE_ID,
	[DISPLIF__RING] = XENDISPL_FIELD_REQ_RING_REF,
	[DISPLIF__RING + 1] = XENDISPL_FIELD_EVT_RING_REF,
	[DISPLIF__CHAN] = XENDISPL_FIELD_REQ_CHANNEL,
	[DISPLIF__CHAN + 1] = XENDISPL_FIELD_EVT_CHANNEL,
	[DISPLIF__DBUF] = "dbuf",
	[DISPLIF__GREF] = "gref",
	[DISPLIF__DIRECTORY] = "gref_directory",
	[DISPLIF__NEXT_DIRECTORY] = "gref_dir_next_page",
	[DISPLIF__BUFFER_SZ] = "buffer_sz",
	[DISPLIF__WIDTH] = "width",
	[DISPLIF__HEIGHT] = "height",
	[DISPLIF__BPP] = "bpp",
	[DISPLIF__DATA_OFS] = "data_ofs",
	[DISPLIF__STRIDE_RULE] = "stride_rule",
	[DISPLIF__EDID_SZ] = "edid_sz",
	[DISPLIF__HEADER] = "header",
	[DISPLIF__CHECKSUM] = "checksum",
	[DISPLIF__INDEX] = "req_prod",
	[DISPLIF__INDEX + 1] = "req_event",
	[DISPLIF__INDEX + 2] = "rsp_prod",
	[DISPLIF__INDEX + 3] = "rsp_event",
	[DISPLIF__IN_PROD] = "in_prod",
	[DISPLIF__FIRST_RESOLUTION] =
		"0/" XENDISPL_FIELD_RESOLUTION, /* NOLINT(bugprone-suspicious-missing-comma) */
	[DISPLIF__CONNECTORS] = "connectors",
	[DISPLIF__CFG] = "cfg",
	[DISPLIF__PEND_CAP] = "pend_cap",
	[DISPLIF__OPS] = "ops",
	[DISPLIF__UNMAP] = "unmap",
};

_Static_assert(-DISPLIF_E_BUG == (int)N_ERRORS - 1, "error_text[] has a row for each error");
_Static_assert(DISPLIF_OP_EDID == N_OPS - 1u, "op_text[] has a row for each operation");

const char *displif_strerror(int err)
{
	uint32_t row = N_ERRORS;

	if (err <= 0 && err >= DISPLIF_E_BUG)
		row = (uint32_t)-err;
	return error_text[row];
}

const char *displif_diag_op_name(unsigned int op)
{
	return op_text[op < N_OPS ? op : N_OPS];
}

int displif__fail(struct displif_diag *diag, int err, uint32_t of, uint64_t value, uint64_t limit)
{
	uint32_t node = of & 0xffu;

	if (diag) {
		*diag = (struct displif_diag){
			.err = err,
			.op = (uint8_t)(of >> 8 & 0xffu),
			.connector = DISPLIF_NO_CONNECTOR,
			.node = node && node < DISPLIF__NODES ? displif__node[node] : NULL,
			.value = value,
			.limit = limit,
		};
	}
	return err;
}

int displif__fail_text(struct displif_diag *diag, int err, uint32_t of, const char *text,
		       uint32_t len, uint64_t limit)
{
	uint32_t i;

	displif__fail(diag, err, of, 0, limit);
	if (diag) {
		for (i = 0; i < DISPLIF_DIAG_TEXT - 1u && i < len; i++) {
			char c = text[i];

			diag->text[i] = c >= ' ' && c <= '~' ? c : '?';
		}
	}
	return err;
}

/* What was found: a text between quotes, or a number where one was judged. */
static void put_value(struct displif__text *t, const struct displif_diag *diag)
{
	bool judged = diag->err == DISPLIF_E_RANGE || diag->err == DISPLIF_E_PROTO ||
		      diag->err == DISPLIF_E_VERSION;

	if (diag->text[0] || (judged && diag->op == DISPLIF_OP_XS_READ)) {
		displif__text_lit(t, ": value \"");
		displif__text_put(t, diag->text, DISPLIF_DIAG_TEXT);
		displif__text_lit(t, "\"");
	} else if (judged || diag->value || diag->limit) {
		displif__text_lit(t, ": value ");
		displif__text_wide(t, diag->value);
	}
	if (diag->limit) {
		displif__text_lit(t, ": limit ");
		displif__text_wide(t, diag->limit);
	}
}

uint32_t displif_diag_text(const struct displif_diag *diag, char *buf, uint32_t cap)
{
	struct displif__text t;

	displif__text_begin(&t, buf, cap);
	if (diag->connector != DISPLIF_NO_CONNECTOR) {
		displif__text_lit(&t, "connector ");
		displif__text_number(&t, diag->connector);
		displif__text_lit(&t, ": ");
	}
	displif__text_put(&t, displif_diag_op_name(diag->op), ROW);
	if (diag->node) {
		switch (diag->op) {
		case DISPLIF_OP_XS_READ:
		case DISPLIF_OP_XS_WRITE:
		case DISPLIF_OP_XS_TX:
		case DISPLIF_OP_CONFIG:
			displif__text_lit(&t, ": node ");
			break;
		default:
			displif__text_lit(&t, ": field ");
			break;
		}
		displif__text_put(&t, diag->node, NODE_MAX);
	}
	put_value(&t, diag);
	displif__text_lit(&t, ": ");
	displif__text_put(&t, displif_strerror(diag->err), ROW);
	return t.len;
}
