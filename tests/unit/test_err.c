/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Tests of err.c: every error and operation has its own text, and how a diagnosis reads. */
#include <limits.h>

#include "expect.h"
#include "priv.h"

#define LAST_ERR DISPLIF_E_BUG
#define LAST_OP DISPLIF_OP_EDID

static void errors_have_texts_of_their_own(void **state)
{
	const char *unknown = displif_strerror(1);
	int a, b;

	(void)state;
	assert_string_equal(unknown, "unknown error");
	assert_string_equal(displif_strerror(0), "no error");
	assert_string_equal(displif_strerror(DISPLIF_E_NOSPC), "array or buffer too small");
	assert_string_equal(displif_strerror(DISPLIF_E_BUG), "bug in the library");
	for (a = 0; a >= LAST_ERR; a--) {
		assert_true(strlen(displif_strerror(a)) > 4);
		assert_string_not_equal(displif_strerror(a), unknown);
		for (b = a - 1; b >= LAST_ERR; b--)
			assert_string_not_equal(displif_strerror(a), displif_strerror(b));
	}
	assert_string_equal(displif_strerror(LAST_ERR - 1), unknown);
	assert_string_equal(displif_strerror(INT_MIN), unknown);
	assert_string_equal(displif_strerror(INT_MAX), unknown);
}

static void operations_have_texts_of_their_own(void **state)
{
	const char *unknown = displif_diag_op_name(UINT_MAX);
	unsigned int a, b;

	(void)state;
	assert_string_equal(unknown, "unknown operation");
	assert_string_equal(displif_diag_op_name(LAST_OP + 1), unknown);
	assert_string_equal(displif_diag_op_name(DISPLIF_OP_XS_READ), "reading XenStore");
	assert_string_equal(displif_diag_op_name(DISPLIF_OP_EDID), "parsing an EDID");
	for (a = 0; a <= LAST_OP; a++) {
		assert_true(strlen(displif_diag_op_name(a)) > 4);
		assert_string_not_equal(displif_diag_op_name(a), unknown);
		for (b = a + 1; b <= LAST_OP; b++)
			assert_string_not_equal(displif_diag_op_name(a), displif_diag_op_name(b));
	}
}

static void fail_fills_every_field(void **state)
{
	struct displif_diag diag = dirty_diag();
	size_t i;

	(void)state;
	assert_int_equal(
		displif__fail(&diag, DISPLIF_E_PROTO, DISPLIF__OF(RING, DISPLIF__INDEX), 33, 32),
		DISPLIF_E_PROTO);
	assert_int_equal(diag.err, DISPLIF_E_PROTO);
	assert_int_equal(diag.op, DISPLIF_OP_RING);
	assert_int_equal(diag.connector, DISPLIF_NO_CONNECTOR);
	assert_string_equal(diag.node, "req_prod");
	assert_int_equal(diag.value, 33);
	assert_int_equal(diag.limit, 32);
	for (i = 0; i < sizeof(diag.text); i++)
		assert_int_equal(diag.text[i], 0);
	expect_line(
		&diag,
		"request ring: field req_prod: value 33: limit 32: the peer broke the protocol");
	assert_int_equal(displif__fail(NULL, DISPLIF_E_OS, DISPLIF__OF(MAP, DISPLIF__CFG), 1, 2),
			 DISPLIF_E_OS);
}

static void fail_text_keeps_what_can_be_printed(void **state)
{
	static const char hostile[] = "1\0\x1b[2J\n\x7f\x80\xff ~";
	struct displif_diag diag = dirty_diag();
	char long_text[100];
	char *text = exactly(hostile, sizeof(hostile) - 1u);

	(void)state;
	assert_int_equal(displif__fail_text(&diag, DISPLIF_E_RANGE,
					    DISPLIF__OF(XS_READ, DISPLIF__VERSION), text,
					    sizeof(hostile) - 1u, 9),
			 DISPLIF_E_RANGE);
	free(text);
	assert_string_equal(diag.text, "1??[2J???? ~");
	assert_int_equal(diag.value, 0);
	assert_int_equal(diag.limit, 9);
	expect_line(
		&diag,
		"reading XenStore: node version: value \"1??[2J???? ~\": limit 9: value out of range");

	memset(long_text, 'a', sizeof(long_text));
	diag = dirty_diag();
	displif__fail_text(&diag, DISPLIF_E_RANGE, DISPLIF__OF(XS_READ, DISPLIF__VERSION),
			   long_text, sizeof(long_text), 0);
	assert_int_equal(strlen(diag.text), DISPLIF_DIAG_TEXT - 1);

	/* An empty text is shown as such; the text may then be no pointer at all. */
	displif__fail_text(&diag, DISPLIF_E_VERSION, DISPLIF__OF(XS_READ, DISPLIF__VERSIONS), NULL,
			   0, 2);
	expect_line(
		&diag,
		"reading XenStore: node versions: value \"\": limit 2: no common protocol version");
	assert_int_equal(displif__fail_text(NULL, DISPLIF_E_RANGE,
					    DISPLIF__OF(XS_READ, DISPLIF__VERSION), "x", 1, 0),
			 DISPLIF_E_RANGE);
}

static void a_line_says_only_what_is_known(void **state)
{
	struct displif_diag diag;

	(void)state;
	displif__fail(&diag, DISPLIF_E_ABSENT, DISPLIF__OF(XS_READ, DISPLIF__RESOLUTION), 0, 0);
	expect_line(&diag, "reading XenStore: node resolution: node does not exist");
	diag.connector = 0;
	expect_line(&diag, "connector 0: reading XenStore: node resolution: node does not exist");
	diag.connector = 255;
	diag.op = DISPLIF_OP_XS_WRITE;
	expect_line(&diag, "connector 255: writing XenStore: node resolution: node does not exist");
	displif__fail(&diag, DISPLIF_E_AGAIN, DISPLIF__OF(XS_TX, DISPLIF__NOTHING), 0, 16);
	expect_line(&diag, "XenStore transaction: value 0: limit 16: try again");
	displif__fail(&diag, DISPLIF_E_OS, DISPLIF__OF(MAP, DISPLIF__NOTHING), 12, 0);
	expect_line(&diag, "mapping the peer's pages: value 12: OS or hypervisor call failed");
	displif__fail(&diag, DISPLIF_E_OS, DISPLIF__OF(SHARE, DISPLIF__NOTHING), 0, 0);
	expect_line(&diag, "sharing pages: OS or hypervisor call failed");
	/* A zero that was judged is worth saying. */
	displif__fail(&diag, DISPLIF_E_PROTO, DISPLIF__OF(DIRECTORY, DISPLIF__GREF), 0, 0);
	expect_line(&diag, "page directory: field gref: value 0: the peer broke the protocol");
	displif__fail(&diag, DISPLIF_E_RANGE, DISPLIF__OF(REQUEST, DISPLIF__BPP), 7, 64);
	expect_line(&diag,
		    "validating a request: field bpp: value 7: limit 64: value out of range");
	displif__fail(&diag, DISPLIF_E_FULL, DISPLIF__OF(REQUEST, DISPLIF__CONNECTORS), UINT64_MAX,
		      UINT64_C(18446744073709551609));
	expect_line(&diag, "validating a request: field connectors: value 18446744073709551615: "
			   "limit 18446744073709551609: full, wait for an event");
}

static void rubbish_in_a_diagnosis_is_harmless(void **state)
{
	struct displif_diag diag;
	char node[80], buf[300];
	uint32_t len;

	(void)state;
	memset(&diag, 0xff, sizeof(diag));
	memset(diag.text, 'T', sizeof(diag.text)); /* not terminated */
	memset(node, 'N', sizeof(node));
	diag.node = node;
	len = displif_diag_text(&diag, buf, sizeof(buf));
	assert_int_equal(len, strlen(buf));
	assert_non_null(strstr(buf, "unknown operation: field NNNN"));
	assert_non_null(strstr(buf, "\"TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT\""));
	assert_null(
		strstr(buf, "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN"));
}

static void a_short_buffer_gets_the_beginning(void **state)
{
	static const char whole[] = "connector 4294967294: checking the configuration: node cfg: "
				    "value 7: limit 8: value out of range";
	struct displif_diag diag;
	uint32_t cap;

	(void)state;
	displif__fail(&diag, DISPLIF_E_RANGE, DISPLIF__OF(CONFIG, DISPLIF__CFG), 7, 8);
	diag.connector = UINT32_MAX - 1u;
	assert_int_equal(displif_diag_text(&diag, NULL, 0), 0);
	for (cap = 1; cap <= sizeof(whole) + 2u; cap++) {
		char *buf = malloc(cap);
		size_t want = cap - 1u < sizeof(whole) - 1u ? cap - 1u : sizeof(whole) - 1u;

		assert_non_null(buf);
		memset(buf, 'X', cap);
		assert_int_equal(displif_diag_text(&diag, buf, cap), want);
		assert_int_equal(strlen(buf), want);
		assert_memory_equal(buf, whole, want);
		free(buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_have_texts_of_their_own),
		cmocka_unit_test(operations_have_texts_of_their_own),
		cmocka_unit_test(fail_fills_every_field),
		cmocka_unit_test(fail_text_keeps_what_can_be_printed),
		cmocka_unit_test(a_line_says_only_what_is_known),
		cmocka_unit_test(rubbish_in_a_diagnosis_is_harmless),
		cmocka_unit_test(a_short_buffer_gets_the_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
