/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-testcard asks for the EDID: what it makes of good ones, bad ones, refusals and silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "card.h"
#include "edid_make.h"

#define RING_PAGES 2u
#define BUFFER_PAGES 4u /* 64x48 at 4 bytes, and the directory */
#define WIDE 80u	/* the preferred mode */
#define HIGH 60u

static uint8_t edid[DISPLIF_EDID_MAX];

static void sum_up(uint32_t blocks)
{
	uint32_t k;

	for (k = 0; k < blocks; k++)
		edid_sum(edid + k * EDID_BLOCK);
}

/* A monitor whose name has what JSON must escape, 80x60 preferred, one interlaced mode, 640x480. */
static void make_edid(uint32_t blocks)
{
	static const struct timing small = { 45, WIDE, 20, 4, 8, HIGH, 15, 3, 4, 0x1e };
	static const struct timing laced = { 7425, 1920, 280, 88, 44, 540, 22, 2, 5, 0x9e };
	static const uint8_t name[18] = { 0,   0,   0,	  0xfc, 0,   'T', 'e',	's', 't',
					  ' ', '"', '\\', '"',	'1', '2', '\n', ' ', ' ' };

	memset(edid, 0, sizeof(edid));
	edid_base(edid, 4, (uint8_t)(blocks - 1));
	edid_timing(edid + 54, &small);
	edid_timing(edid + 72, &laced);
	memcpy(edid + 90, name, sizeof(name));
	edid[35] = 0x20; /* 640x480@59.940 */
	sum_up(blocks);
}

static void begin(enum tc_edid_use use, uint32_t bytes)
{
	card_begin(false, "a:64x48");
	card.opt.edid = use;
	card.b->edid = bytes ? edid : NULL;
	card.b->edid_size = bytes;
}

static uint32_t grants(void)
{
	struct fake_held held;

	fake_held(card.w, card.fe, &held);
	return held.grants;
}

/* Ten frames of this size were shown, whatever became of the EDID, and nothing of it is shared. */
static void shows(uint32_t width, uint32_t height)
{
	uint32_t pages = displif_port_share_words(width * height * 4);

	card.opt.hold_s = 1;
	card_start();
	card_run_flips(10);
	assert_int_equal(card.show.width, width);
	assert_int_equal(card.show.height, height);
	assert_int_equal(grants(), RING_PAGES + card.show.n_bufs * pages);
	card_assert_frame(10);
	assert_true(card_run_to_end(5000));
	assert_false(card.show.failed);
	assert_int_equal(card.show.stats.failed + card.show.stats.lost, 0);
	card_end(true);
}

static void shows_without(const char *error)
{
	shows(WIDTH, HEIGHT);
	assert_false(card.show.edid.known);
	if (!strstr(card.show.edid.error, error))
		fail_msg("'%s' is not in '%s'", error, card.show.edid.error);
}

static void test_asked(void **state)
{
	(void)state;
	make_edid(1);
	begin(TC_EDID_ASK, 128);
	shows(WIDTH, HEIGHT);
	assert_true(card.show.edid.known);
	assert_int_equal(card.show.edid.size, 128);
	assert_string_equal(card.show.edid.edid.name, "Test \"\\\"12");
	assert_int_equal(card.show.edid.edid.n_modes, 3);
	make_edid(256);
	begin(TC_EDID_ASK, sizeof(edid));
	shows(WIDTH, HEIGHT);
	assert_true(card.show.edid.known);
	assert_int_equal(card.show.edid.size, sizeof(edid));
	assert_int_equal(card.show.edid.edid.blocks, 256);
}

static void test_used(void **state)
{
	(void)state;
	make_edid(1);
	begin(TC_EDID_USE, 128);
	shows(WIDE, HIGH);
	begin(TC_EDID_USE, 128);
	card.opt.be_alloc = true;
	card.opt.flips = 3;
	card_start();
	assert_true(card_run_to_end(5000));
	assert_int_equal(card.show.width, WIDE);
	assert_false(card.show.failed);
	card_end(true);
	/* Nothing is preferred. */
	edid_base(edid, 4, 0);
	edid[35] = 0x20;
	sum_up(1);
	begin(TC_EDID_USE, 128);
	shows(WIDTH, HEIGHT);
	assert_true(card.show.edid.known);
	assert_int_equal(card.show.edid.edid.n_modes, 1);
}

static void test_not_asked(void **state)
{
	(void)state;
	make_edid(1);
	begin(TC_EDID_NO, 128);
	card.b->fail_op = XENDISPL_OP_GET_EDID;
	card.b->fail_status = 1; /* the answer would be refused by the session */
	shows_without("not asked for");
}

static void test_refused(void **state)
{
	static const int status[] = { -DISPLIF_XEN_EOPNOTSUPP, -DISPLIF_XEN_EIO,
				      -DISPLIF_XEN_ENOMEM, DISPLIF_STATUS_MIN };
	char text[32];
	size_t i;
	int use;

	(void)state;
	for (i = 0; i < sizeof(status) / sizeof(status[0]); i++) {
		for (use = TC_EDID_ASK; use <= TC_EDID_USE; use++) {
			begin((enum tc_edid_use)use, 0);
			card.b->fail_op = XENDISPL_OP_GET_EDID;
			card.b->fail_status = status[i];
			snprintf(text, sizeof(text), "answered %d", status[i]);
			shows_without(text);
		}
	}
}

static void test_garbage(void **state)
{
	uint32_t i;
	int use;

	(void)state;
	for (use = TC_EDID_ASK; use <= TC_EDID_USE; use++) {
		make_edid(1);
		edid[60] ^= 1; /* the checksum is wrong */
		begin((enum tc_edid_use)use, 128);
		shows_without("128 bytes make no sense");
		make_edid(4); /* less than it says it has */
		begin((enum tc_edid_use)use, 384);
		shows_without("384 bytes make no sense");
		memset(edid, 0, sizeof(edid));
		begin((enum tc_edid_use)use, sizeof(edid));
		shows_without("make no sense");
		for (i = 0; i < sizeof(edid); i++)
			edid[i] = (uint8_t)(i * 2654435761u >> 13);
		begin((enum tc_edid_use)use, 1024);
		shows_without("make no sense");
	}
}

/* --- answers that our backend would never give --- */

static struct {
	void (*notify)(void *ctx, void *chan);
	int32_t status;
	uint32_t size, done;
} forge;

/* Changes what was answered to GET_EDID in the ring, before the frontend is told. */
static void forge_notify(void *ctx, void *chan)
{
	uint8_t *page = card.b->link[0].page[DISPLIF_CHAN_REQ];
	uint32_t rsp_prod, i;

	if (page) {
		memcpy(&rsp_prod, page + 8, 4);
		for (i = forge.done; i < rsp_prod; i++) {
			uint8_t *slot = page + 64 + (size_t)(i % DISPLIF_RING_LEN) * 64;

			if (slot[2] == XENDISPL_OP_GET_EDID) {
				memcpy(slot + 4, &forge.status, 4);
				memcpy(slot + 8, &forge.size, 4);
			}
		}
		forge.done = rsp_prod;
	}
	forge.notify(ctx, chan);
}

static void forged(enum tc_edid_use use, int32_t status, uint32_t size)
{
	begin(use, 128);
	forge.notify = fake_dom_ops(card.be)->chan_notify;
	forge.status = status;
	forge.size = size;
	forge.done = 0;
	fake_dom_ops(card.be)->chan_notify = forge_notify;
	shows_without("a size that cannot be");
}

static void test_wrong_size(void **state)
{
	static const uint32_t size[] = { 0, 1, 127, 129, 32767, 32769, 32896, 40000, UINT32_MAX };
	static const int32_t status[] = { 1, INT32_MAX, INT32_MIN, -4096 };
	size_t i;

	(void)state;
	make_edid(1);
	for (i = 0; i < sizeof(size) / sizeof(size[0]); i++) {
		forged(TC_EDID_ASK, 0, size[i]);
		forged(TC_EDID_USE, 0, size[i]);
	}
	for (i = 0; i < sizeof(status) / sizeof(status[0]); i++) {
		forged(TC_EDID_ASK, status[i], 128);
		forged(TC_EDID_USE, status[i], 128);
	}
}

/* --- silence --- */

static struct displif_back_req kept;
static uint32_t kept_on;

static bool has_held(void *arg)
{
	(void)arg;
	return card.b->n_held > 0;
}

/* Runs until GET_EDID has come, answers all that came with it and keeps it. */
static void keep_edid(void)
{
	uint32_t i, n = 0;

	card.b->hold = true;
	card_start();
	assert_true(fake_until(card.w, has_held, NULL, 5000));
	fake_run(card.w, 0);
	memset(&kept, 0, sizeof(kept));
	for (i = 0; i < card.b->n_held; i++) {
		if (card.b->held[i].msg.op == XENDISPL_OP_GET_EDID) {
			kept = card.b->held[i];
			kept_on = card.b->held_on[i];
			continue;
		}
		card.b->held_on[n] = card.b->held_on[i];
		card.b->held[n++] = card.b->held[i];
	}
	card.b->n_held = n;
	card.b->hold = false;
	end_back_answer(card.b);
	assert_int_equal(kept.msg.op, XENDISPL_OP_GET_EDID);
	assert_int_equal(kept.msg.size, DISPLIF_EDID_MAX);
}

static void answer_kept(void)
{
	card.b->held[0] = kept;
	card.b->held_on[0] = kept_on;
	card.b->n_held = 1;
	end_back_answer(card.b);
	fake_run(card.w, 0);
}

/* The connector that is shown is the one that is asked. */
static void test_second_connector(void **state)
{
	(void)state;
	make_edid(1);
	card_begin(false, "a:640x480;b:64x48;c:32x32");
	card.opt.connector = 1;
	card.opt.edid = TC_EDID_USE;
	card.b->edid = edid;
	card.b->edid_size = 128;
	keep_edid();
	assert_int_equal(kept_on, 1);
	answer_kept();
	assert_true(card_run_to_end(5000));
	assert_true(card.show.edid.known);
	assert_int_equal(card.show.width, WIDE);
	card_end(true);
}

/* A report goes on beside the show, which waits for nothing. */
static void test_silence_asked(void **state)
{
	uint64_t before;

	(void)state;
	begin(TC_EDID_ASK, 128);
	card.opt.hold_s = 2;
	keep_edid();
	before = displif_loop_clock();
	card_run_flips(10);
	assert_true(displif_loop_clock() - before < 100);
	assert_int_equal(grants(), RING_PAGES + 2 * BUFFER_PAGES + TC_EDID_WORDS);
	assert_true(card_run_to_end(5000));
	assert_false(card.show.failed);
	assert_false(card.show.edid.known);
	card_end(true);
}

/* The size is waited for, not for long. */
static void test_silence_used(void **state)
{
	uint64_t before;

	(void)state;
	begin(TC_EDID_USE, 128);
	card.opt.flips = 0;
	card.opt.fps = 100;
	keep_edid();
	before = displif_loop_clock();
	fake_advance(card.w, 2400);
	assert_int_equal(grants(), RING_PAGES + TC_EDID_WORDS);
	assert_int_equal(card.show.stats.flips, 0);
	card_run_flips(1);
	assert_true(displif_loop_clock() - before <= 2501);
	assert_int_equal(card.show.width, WIDTH);
	assert_string_equal(card.show.edid.error, "no answer within 2500 ms");
	/* The session's time-out passes, flips go on. */
	fake_advance(card.w, 4000);
	assert_true(card.show.stats.events > 300);
	assert_int_equal(card.dev.connects, 1);
	assert_int_equal(card.show.stats.lost, 0);
	tc_show_stop(&card.show);
	fake_displif_rearm(card.xen);
	assert_true(card_run_to_end(1000));
	assert_false(card.show.failed);
	card_end(true);
}

/* An answer after the wait changes nothing but gives the pages back; one after the session's own time-out goes nowhere. */
static void test_late(void **state)
{
	static const uint32_t late[] = { 500, 2700, 4000 };
	uint32_t i, left;

	(void)state;
	make_edid(1);
	for (i = 0; i < 3; i++) {
		begin(TC_EDID_USE, 128);
		card.opt.flips = 0;
		card.opt.fps = 100;
		keep_edid();
		fake_advance(card.w, late[i]);
		answer_kept();
		fake_advance(card.w, 100);
		left = late[i] == 4000 ? TC_EDID_WORDS : 0;
		assert_int_equal(card.show.edid.known, late[i] == 500);
		if (late[i] != 500)
			assert_string_equal(card.show.edid.error, "no answer within 2500 ms");
		assert_int_equal(card.show.width, late[i] == 500 ? WIDE : WIDTH);
		assert_int_equal(grants(),
				 RING_PAGES + left +
					 2 * displif_port_share_words(tc_buffer_size(&card.show)));
		assert_int_equal(card.dev.connects, 1);
		tc_show_stop(&card.show);
		fake_displif_rearm(card.xen);
		assert_true(card_run_to_end(1000));
		assert_false(card.show.failed);
		card_end(true);
	}
}

/* A signal does not wait for an EDID. */
static void test_signal_while_waiting(void **state)
{
	(void)state;
	begin(TC_EDID_USE, 0);
	keep_edid();
	fake_advance(card.w, 100);
	tc_show_stop(&card.show);
	fake_displif_rearm(card.xen);
	assert_true(card_run_to_end(200));
	assert_false(card.show.failed);
	assert_string_equal(card.show.edid.error, "the connection ended before the answer");
	card_end(true);
}

/* The backend dies with the request unanswered; its successor is asked again. */
static void test_restart(void **state)
{
	int use;

	(void)state;
	make_edid(1);
	for (use = TC_EDID_ASK; use <= TC_EDID_USE; use++) {
		begin((enum tc_edid_use)use, 128);
		card.opt.flips = 0;
		card.opt.fps = 100;
		keep_edid();
		fake_advance(card.w, 50);
		fake_dom_exit(card.be);
		end_back_free(card.b, false);
		card.b = end_back_new(card.be, GUEST, 0);
		assert_non_null(card.b);
		card.b->edid = edid;
		card.b->edid_size = 128;
		card_run_flips(20);
		assert_int_equal(card.dev.connects, 2);
		assert_true(card.show.edid.known);
		assert_int_equal(card.show.width, use == TC_EDID_USE ? WIDE : WIDTH);
		tc_show_stop(&card.show);
		fake_displif_rearm(card.xen);
		assert_true(card_run_to_end(1000));
		assert_false(card.show.failed);
		card_end(true);
	}
}

/* Each connection has an EDID of its own, or none. */
static void test_other_backend(void **state)
{
	uint32_t life;

	(void)state;
	make_edid(1);
	begin(TC_EDID_USE, 128);
	card.opt.flips = 0;
	card.opt.fps = 100;
	card_start();
	card_run_flips(5);
	assert_int_equal(card.show.width, WIDE);
	for (life = 0; life < 2; life++) {
		fake_dom_exit(card.be);
		end_back_free(card.b, false);
		card.b = end_back_new(card.be, GUEST, 0);
		assert_non_null(card.b);
		card.b->edid = life ? edid : NULL;
		card.b->edid_size = 128;
		card_run_flips(card.show.stats.events + 10);
		assert_int_equal(card.dev.connects, 2 + life);
		assert_int_equal(card.show.edid.known, life);
		assert_int_equal(card.show.width, life ? WIDE : WIDTH);
	}
	tc_show_stop(&card.show);
	fake_displif_rearm(card.xen);
	assert_true(card_run_to_end(1000));
	assert_false(card.show.failed);
	card_end(true);
}

/* --- our own side --- */

static void limited(enum tc_edid_use use, uint32_t limit, bool known, uint32_t width)
{
	begin(use, 128);
	card.opt.hold_s = 1;
	card_start();
	fake_displif_limit(card.xen, limit);
	card_run_flips(10);
	assert_int_equal(card.show.edid.known, known);
	assert_int_equal(card.show.width, width);
	if (!known)
		assert_non_null(strstr(card.show.edid.error, "gntalloc's limit"));
	assert_true(card_run_to_end(5000));
	assert_false(card.show.failed);
	card_end(true);
}

/* The pictures come first. */
static void test_gntalloc_limit(void **state)
{
	const uint32_t two = RING_PAGES + 2 * BUFFER_PAGES, one = RING_PAGES + BUFFER_PAGES;
	static const struct timing big = { 14850, 1920, 280, 88, 44, 1080, 45, 4, 5, 0x1e };

	(void)state;
	make_edid(1);
	limited(TC_EDID_ASK, two + TC_EDID_WORDS, true, WIDTH);
	assert_int_equal(card.show.n_bufs, 2);
	limited(TC_EDID_ASK, two + TC_EDID_WORDS - 1, false, WIDTH);
	assert_int_equal(card.show.n_bufs, 2);
	limited(TC_EDID_USE, two + TC_EDID_WORDS - 1, false, WIDTH);
	assert_int_equal(card.show.n_bufs, 2);
	limited(TC_EDID_ASK, one, false, WIDTH);
	assert_int_equal(card.show.n_bufs, 1);
	limited(TC_EDID_USE, 100, true, WIDE);
	/* Of the backend's buffers only the directories are ours. */
	begin(TC_EDID_ASK, 128);
	card.opt.be_alloc = true;
	card_start();
	fake_displif_limit(card.xen, RING_PAGES + 2 + TC_EDID_WORDS);
	assert_true(card_run_to_end(5000));
	assert_true(card.show.edid.known);
	assert_false(card.show.failed);
	card_end(true);
	/* The preferred mode needs 2025 pages. */
	edid_timing(edid + 54, &big);
	sum_up(1);
	limited(TC_EDID_USE, 100, true, WIDTH);
	assert_int_equal(card.show.n_bufs, 2);
}

/* Its pages or their directory cannot be shared: the show goes on, and nothing is left over. */
static void test_share_fails(void **state)
{
	uint32_t n, lost = 0;
	int use;

	(void)state;
	make_edid(1);
	for (use = TC_EDID_ASK; use <= TC_EDID_USE; use++) {
		for (n = 1; n <= 8; n++) {
			begin((enum tc_edid_use)use, 128);
			card.opt.hold_s = 1;
			card_start();
			fake_fault(card.fe, FAKE_OP_SHARE, n, DISPLIF_E_OS, false);
			assert_true(card_run_to_end(60000));
			if (!card.show.edid.known &&
			    strstr(card.show.edid.error, "its pages cannot be shared")) {
				lost++;
				assert_int_equal(fake_fault_fired(card.fe), 1);
				assert_int_equal(card.show.stats.events, 10);
				assert_int_equal(card.show.n_bufs, 2);
				assert_int_equal(card.show.width, WIDTH);
				assert_false(card.show.failed);
			}
			card_end(true);
		}
	}
	assert_int_equal(lost, 2 * 2);
}

static void test_every_call_fails(void **state)
{
	uint32_t n, fired;

	(void)state;
	make_edid(1);
	for (n = 1;; n++) {
		begin(TC_EDID_USE, 128);
		card_start();
		fake_fault(card.fe, FAKE_OP_USUAL, n, DISPLIF_E_OS, false);
		assert_true(card_run_to_end(60000));
		fired = fake_fault_fired(card.fe);
		if (!fired) {
			assert_false(card.show.failed);
			assert_int_equal(card.show.width, WIDE);
		}
		card_end(true);
		if (!fired)
			break;
	}
	assert_true(n > 40);
}

/* --- the figures --- */

static void assert_figures(const char *expected)
{
	char text[8192];
	FILE *f = tmpfile();
	char path[64];
	size_t len;

	assert_non_null(f);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(f));
	card.opt.stats_json = path;
	assert_true(tc_stats_write(&card.show));
	len = fread(text, 1, sizeof(text) - 1, f);
	text[len] = '\0';
	fclose(f);
	if (!strstr(text, expected))
		fail_msg("%s is not in\n%s", expected, text);
}

static void test_figures(void **state)
{
	static const struct {
		enum tc_edid_use use;
		uint32_t bytes;
		const char *expected;
	} c[] = {
		{ TC_EDID_ASK, 128,
		  ",\n  \"edid\": { \"size\": 128, \"name\": \"Test \\\"\\\\\\\"12\", \"modes\": "
		  "[ \"80x60@60.000\", \"1920x1080i@30.000\", \"640x480@59.940\" ] },\n  \"evtchn\"" },
		{ TC_EDID_ASK, 0,
		  ",\n  \"edid\": null,\n  \"edid_error\": \"the backend answered -95\",\n  \"evtchn\"" },
		{ TC_EDID_NO, 128, "\"edid\": null,\n  \"edid_error\": \"not asked for\",\n" },
	};
	size_t i;

	(void)state;
	make_edid(1);
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		begin(c[i].use, c[i].bytes);
		card.opt.verbose = true;
		card_start();
		assert_true(card_run_to_end(5000));
		assert_figures(c[i].expected);
		card_end(true);
	}
}

/* More modes than are kept. */
static void test_many_modes(void **state)
{
	struct timing t = { 45, WIDE, 20, 4, 8, HIGH, 15, 3, 4, 0x1e };
	uint32_t i;

	(void)state;
	make_edid(7);
	for (i = 0; i < 36; i++) {
		uint8_t *block = edid + (size_t)(1 + i / 6) * EDID_BLOCK;

		if (i % 6 == 0)
			edid_cta(block, 4);
		t.w = WIDE + 8 + i;
		edid_timing(block + 4 + (size_t)(i % 6) * 18, &t);
	}
	sum_up(7);
	begin(TC_EDID_ASK, 7 * EDID_BLOCK);
	shows(WIDTH, HEIGHT);
	assert_true(card.show.edid.known);
	assert_int_equal(card.show.edid.edid.n_modes, TC_MODES);
	assert_int_equal(card.show.edid.edid.dropped, 3 + 36 - TC_MODES);
}

static void test_option(void **state)
{
	static const char *const text[] = { "--edid=no", "--edid=ask", "--edid=use" };
	static const enum tc_edid_use use[] = { TC_EDID_NO, TC_EDID_ASK, TC_EDID_USE };
	static const char *const bad[] = { "--edid=", "--edid=yes", "--edid=asks", "--edid" };
	char *argv[] = { (char *)(uintptr_t) "x", NULL, NULL };
	struct tc_options opt;
	size_t i;

	(void)state;
	assert_int_equal(tc_options_parse(&opt, 1, argv), CLI_PARSE_RUN);
	assert_int_equal(opt.edid, TC_EDID_ASK);
	for (i = 0; i < 3; i++) {
		argv[1] = (char *)(uintptr_t)text[i];
		assert_int_equal(tc_options_parse(&opt, 2, argv), CLI_PARSE_RUN);
		assert_int_equal(opt.edid, use[i]);
	}
	for (i = 0; i < 4; i++) {
		argv[1] = (char *)(uintptr_t)bad[i];
		assert_int_equal(tc_options_parse(&opt, 2, argv), CLI_PARSE_BAD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asked),
		cmocka_unit_test(test_used),
		cmocka_unit_test(test_second_connector),
		cmocka_unit_test(test_not_asked),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_wrong_size),
		cmocka_unit_test(test_silence_asked),
		cmocka_unit_test(test_silence_used),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_signal_while_waiting),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_other_backend),
		cmocka_unit_test(test_gntalloc_limit),
		cmocka_unit_test(test_share_fails),
		cmocka_unit_test(test_every_call_fails),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_many_modes),
		cmocka_unit_test(test_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
