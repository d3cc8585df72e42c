/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The golden traces: a frontend that is not ours, recorded, against our sessions; and that a changed trace
 * is noticed, whatever is changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace.h"

#define MOST 16

static struct trace all[MOST];
static uint32_t n_all;

static int load_all(void **state)
{
	struct trace_fault fault;
	glob_t found;
	size_t i;

	(void)state;
	if (glob(DISPLIF_TRACES "/*/*.trace", 0, NULL, &found))
		return -1;
	for (i = 0; i < found.gl_pathc && i < MOST; i++) {
		if (!trace_load(&all[n_all++], strdup(found.gl_pathv[i]), &fault)) {
			print_error("%s:%u: %s\n", found.gl_pathv[i], fault.at, fault.text);
			return -1;
		}
	}
	globfree(&found);
	return n_all < 2; /* there are that many at least */
}

static void assert_good(bool ok, const struct trace *t, const struct trace_fault *fault)
{
	if (!ok)
		fail_msg("%s:%u: %s", t->name, fault->at, fault->text);
}

static void back_answers_as_then(void **state)
{
	struct trace_fault fault;
	uint32_t i;

	(void)state;
	for (i = 0; i < n_all; i++)
		assert_good(trace_replay(&all[i], &fault), &all[i], &fault);
}

static void front_says_the_same(void **state)
{
	struct trace_fault fault;
	uint32_t i;

	(void)state;
	for (i = 0; i < n_all; i++)
		assert_good(trace_mimic(&all[i], &fault), &all[i], &fault);
}

static void frontends_rules(void **state)
{
	struct trace_fault fault;
	uint32_t i, dirty;

	(void)state;
	for (i = 0; i < n_all; i++)
		assert_good(trace_rules(&all[i], &dirty, &fault), &all[i], &fault);
}

/* Old answers shine through: what a backend must tolerate is in the traces, not only in theory. */
static void slots_are_dirty(void **state)
{
	struct trace_fault fault;
	uint32_t i, dirty, sum = 0;

	(void)state;
	for (i = 0; i < n_all; i++) {
		trace_rules(&all[i], &dirty, &fault);
		sum += dirty;
	}
	assert_true(sum >= 2);
}

/* Each operation that the frontend has, a refused buffer, an import, a buffer of the backend's. */
static void everything_is_there(void **state)
{
	uint32_t i, k, ops = 0, failed = 0, imports = 0, ours = 0, lives = 0, second = 0;

	(void)state;
	for (i = 0; i < n_all; i++) {
		for (k = 0; k < all[i].n; k++) {
			const struct trace_line *l = &all[i].line[k];
			const struct xendispl_dbuf_create_req *create = &l->wire.req.op.dbuf_create;

			lives += l->kind == TRACE_BIND;
			failed += l->kind == TRACE_RSP && l->wire.rsp.status < 0;
			second += l->kind == TRACE_EVT && l->conn == 1;
			if (l->kind != TRACE_REQ)
				continue;
			ops |= 1u << (l->wire.req.operation - XENDISPL_OP_DBUF_CREATE);
			if (l->wire.req.operation != XENDISPL_OP_DBUF_CREATE)
				continue;
			imports += create->width == 0 && create->height == 0 && create->bpp == 0;
			ours += create->flags & XENDISPL_DBUF_FLG_REQ_ALLOC;
		}
	}
	assert_int_equal(ops, 0x3f); /* it asks for no EDID */
	assert_true(failed >= 2 && imports >= 2 && ours >= 2 && lives >= 3 && second >= 3);
}

/* --- the tests of the tests --- */

static void assert_noticed(bool ok, const struct trace *t, uint32_t at, const char *what)
{
	if (ok)
		fail_msg("%s:%u: nobody noticed a changed %s", t->name, at + 1, what);
}

/* Each byte that we wrote, and each index, changed in turn. */
static void doctored_answers_are_noticed(void **state)
{
	struct trace_fault fault;
	uint32_t i, k, n;

	(void)state;
	for (i = 0; i < n_all; i++) {
		for (k = 0; k < all[i].n; k++) {
			struct trace_line *l = &all[i].line[k], was = *l;

			if (l->kind == TRACE_RSP || l->kind == TRACE_EVT) {
				((unsigned char *)&l->wire)[k % 64] ^= (unsigned char)(1u << k % 8);
				assert_noticed(trace_replay(&all[i], &fault), &all[i], k, "byte");
				*l = was;
				l->n[0]++;
				assert_noticed(trace_replay(&all[i], &fault), &all[i], k, "index");
			}
			for (n = 0; l->kind == TRACE_SENT && n < 3; n++) {
				*l = was;
				l->n[n]++;
				assert_noticed(trace_replay(&all[i], &fault), &all[i], k, "index");
			}
			if (l->kind == TRACE_SENT) {
				*l = was;
				strcpy(l->word, strcmp(was.word, "both") ? "both" : "req");
				assert_noticed(trace_replay(&all[i], &fault), &all[i], k,
					       "notification");
			}
			*l = was;
		}
	}
}

/* Requests, flips and indices of the frontend's, changed so that our answer must be another. */
static void doctored_requests_are_noticed(void **state)
{
	struct trace_fault fault;
	uint32_t i, k;

	(void)state;
	for (i = 0; i < n_all; i++) {
		for (k = 0; k < all[i].n; k++) {
			struct trace_line *l = &all[i].line[k], was = *l;

			switch (l->kind) {
			case TRACE_REQ:
				l->wire.req.id ^= 0x100;
				assert_noticed(trace_replay(&all[i], &fault), &all[i], k, "id");
				*l = was;
				l->wire.req.operation ^= 0x40;
				assert_noticed(trace_replay(&all[i], &fault), &all[i], k,
					       "operation");
				assert_noticed(trace_mimic(&all[i], &fault), &all[i], k,
					       "operation");
				break;
			case TRACE_DONE:
				l->fb++;
				assert_noticed(trace_replay(&all[i], &fault), &all[i], k, "flip");
				break;
			case TRACE_SEND:
				if (l[1].kind != TRACE_RSP)
					break; /* only an event: nobody looks at it */
				l->n[0] += 1000;
				/* An answer that is an error is told of in any case. */
				if (l[1].wire.rsp.status == 0)
					assert_noticed(trace_replay(&all[i], &fault), &all[i], k,
						       "rsp_event");
				assert_noticed(trace_mimic(&all[i], &fault), &all[i], k,
					       "rsp_event");
				break;
			case TRACE_PAGES:
				l->n[k % 4]++;
				assert_noticed(trace_replay(&all[i], &fault), &all[i], k, "page");
				break;
			default:
				break;
			}
			*l = was;
		}
	}
}

static void doctored_rules_are_noticed(void **state)
{
	struct trace_fault fault;
	uint32_t i, k, dirty;
	bool bound;

	(void)state;
	for (i = 0; i < n_all; i++) {
		bound = false;
		for (k = 0; k < all[i].n; k++) {
			struct trace_line *l = &all[i].line[k], was = *l;

			if (l->kind == TRACE_BIND || l->kind == TRACE_END)
				bound = l->kind == TRACE_BIND;
			if (l->kind == TRACE_STATE && bound) {
				l->n[0] = DISPLIF_XB_RECONFIGURED;
				assert_noticed(trace_rules(&all[i], &dirty, &fault), &all[i], k,
					       "state");
			} else if (l->kind == TRACE_PAGES) {
				l->n[k % 6]++;
				assert_noticed(trace_rules(&all[i], &dirty, &fault), &all[i], k,
					       "page");
			} else if (l->kind == TRACE_REQ) {
				((unsigned char *)&l->wire)[60] ^= 1;
				assert_noticed(trace_rules(&all[i], &dirty, &fault), &all[i], k,
					       "reserved byte");
			}
			*l = was;
		}
	}
}

/* Each byte of a request: one that is defined must agree, the others must be zero in ours. The id is free. */
static void every_byte_of_a_request_is_compared(void **state)
{
	uint8_t op;
	uint32_t i;

	(void)state;
	for (op = XENDISPL_OP_DBUF_CREATE; op <= XENDISPL_OP_GET_EDID; op++) {
		union displif_wire golden, ours;
		struct displif_msg msg = { .op = op };
		uint16_t id;

		/* Field by field as the codec reads them: what it does not write back is not defined. */
		memset(&golden, 0xff, sizeof(golden));
		golden.req.operation = op;
		displif_req_decode(&golden, &id, &msg);
		if (op == XENDISPL_OP_DBUF_CREATE)
			golden.req.op.dbuf_create.flags = msg.flags; /* one bit is defined */
		assert_int_equal(displif_req_encode(&ours, 7, &msg), 0);
		assert_true(trace_req_agrees(&ours, &golden));
		for (i = 0; i < sizeof(ours); i++) {
			((unsigned char *)&ours)[i] ^= 0x10;
			assert_int_equal(trace_req_agrees(&ours, &golden), i < 2);
			((unsigned char *)&ours)[i] ^= 0x10;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(back_answers_as_then),
		cmocka_unit_test(front_says_the_same),
		cmocka_unit_test(frontends_rules),
		cmocka_unit_test(slots_are_dirty),
		cmocka_unit_test(everything_is_there),
		cmocka_unit_test(doctored_answers_are_noticed),
		cmocka_unit_test(doctored_requests_are_noticed),
		cmocka_unit_test(doctored_rules_are_noticed),
		cmocka_unit_test(every_byte_of_a_request_is_compared),
	};

	return cmocka_run_group_tests(tests, load_all, NULL);
}
