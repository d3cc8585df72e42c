/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Back session: a frontend that changes the pages while they are read. What was read once counts. */
#include "back_rig.h"

#include "fetch.h"

/* Sends @m, whose words change right after they were read; expects it to be handed out as it was. */
static void handed_as_sent(unsigned int conn, const struct displif_msg *m)
{
	uint32_t slot = ring[conn].prod % DISPLIF_RING_LEN;
	uint16_t id = send_msg(conn, m);
	const struct displif_back_req *req;
	struct displif_rsp rsp;

	fetch_start(ring_page[conn].w, evt_page[conn].w);
	req = handed(conn, 0);
	fetch_end();
	assert_non_null(req);
	/* Not the padding behind the last field. */
	assert_memory_equal(&req->msg, m, offsetof(struct displif_msg, op) + 1);
	fetched_once(&fetched[0], slot);
	assert_int_equal(fetched[0].loads[0], 1);
	assert_int_equal(displif_back_complete(&b[conn], req->handle, 0, 0), 0);
	rsp = answered(conn);
	assert_int_equal(rsp.status, 0);
	assert_int_equal(rsp.id, id);
	assert_int_equal(rsp.op, m->op);
}

static void contents_change_after_the_read(void **state)
{
	struct displif_msg m;
	uint32_t i;

	(void)state;
	for (i = 0; i < 20; i++) {
		m = create_msg(11 + i, 64, 32);
		handed_as_sent(0, &m);
		m = attach_msg(11 + i, 21 + i, 64, 32);
		handed_as_sent(0, &m);
		m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 21 + i);
		m.width = 64;
		m.height = 32;
		m.bpp = 32;
		handed_as_sent(i % 2, &m);
		m = plain_msg(XENDISPL_OP_PG_FLIP, 0, 21 + i);
		handed_as_sent(i % 2, &m);
		assert_int_equal(displif_back_flip_done(&b[i % 2], 21 + i), 0);
		displif_back_flush(&b[i % 2]);
		m = plain_msg(XENDISPL_OP_FB_DETACH, 0, 21 + i);
		handed_as_sent(0, &m);
		m = plain_msg(XENDISPL_OP_DBUF_DESTROY, 11 + i, 0);
		handed_as_sent(0, &m);
	}
	assert_int_equal(guest.pages, 0);
}

/* What is refused inside is judged and answered by one copy, too. */
static void refused_contents_change(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_PG_FLIP, 0, 404);
	uint16_t id = send_msg(0, &m);
	struct displif_rsp rsp;

	(void)state;
	fetch_start(ring_page[0].w, evt_page[0].w);
	assert_null(handed(0, 0));
	fetch_end();
	fetched_once(&fetched[0], 0);
	rsp = answered(0);
	assert_int_equal(rsp.status, -DISPLIF_XEN_ENOENT);
	assert_int_equal(rsp.id, id);
	assert_int_equal(rsp.op, XENDISPL_OP_PG_FLIP);
}

static void an_index_moves_while_it_is_read(void **state)
{
	static const uint32_t jump[] = { 1 + 33, 1 + 0x80000000, 0, 0xffffffff };
	struct displif_msg m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 0);
	const struct displif_back_req *req;
	uint32_t i;

	for (i = 0; i < sizeof(jump) / sizeof(jump[0]); i++) {
		rig_setup(state);
		send_msg(0, &m);
		fetch_start(ring_page[0].w, evt_page[0].w);
		fetch_index = &ring_page[0].w[0];
		fetch_value = jump[i];
		req = handed(0, 0);
		assert_non_null(req);
		assert_int_equal(displif_back_complete(&b[0], req->handle, 0, 0), 0);
		assert_null(displif_back_poll(&b[0], &(struct displif_back_req){ 0 }, 0) ? req :
											   NULL);
		fetch_end();
		assert_int_equal(displif_back_flush(&b[0]) & DISPLIF_DO_CLOSE, 0);
		assert_int_equal(ring_page[0].w[2], 1);
		/* At the next look it is nonsense from the beginning. */
		assert_null(handed(0, 0));
		assert_true(displif_back_flush(&b[0]) & DISPLIF_DO_CLOSE);
		assert_int_equal(ring_page[0].w[2], 1);
	}
}

/* The consumer index of events is read once for each event, whatever becomes of it meanwhile. */
static void a_consumer_moves_while_it_is_read(void **state)
{
	static const uint32_t value[] = { 0, 63, 64, 0x80000000, 0xffffffff };
	uint32_t i, k, n;

	for (i = 0; i < sizeof(value) / sizeof(value[0]); i++) {
		rig_setup(state);
		create_and_attach(11, 21);
		for (k = 0; k < 10; k++)
			done(0, plain_msg(XENDISPL_OP_PG_FLIP, 0, 21), 0);
		for (k = 0; k < 10; k++) {
			fetch_start(ring_page[0].w, evt_page[0].w);
			fetch_index = &evt_page[0].w[0];
			fetch_value = value[i];
			assert_int_equal(displif_back_flip_done(&b[0], 21), 0);
			fetch_end();
			assert_int_equal(fetched[1].loads[0], b[0].n_pend > 1 ? 0 : 1);
		}
		n = evt_page[0].w[1];
		displif_back_flush(&b[0]);
		/* A lie is "nothing taken": the page is full for it, and never more than full. */
		assert_in_range(evt_page[0].w[1], n, 10);
		assert_int_equal(evt_page[0].w[1] + b[0].n_pend, 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(contents_change_after_the_read, rig_setup),
		cmocka_unit_test_setup(refused_contents_change, rig_setup),
		cmocka_unit_test_setup(an_index_moves_while_it_is_read, rig_setup),
		cmocka_unit_test_setup(a_consumer_moves_while_it_is_read, rig_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
