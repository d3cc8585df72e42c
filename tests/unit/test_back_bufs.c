/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The guest's tables: what a request may do to buffers and framebuffers, geometry, quota, pace. */
#include "back_rig.h"

static void guest_ranges(void **state)
{
	(void)state;
	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, 0, fbs, N_FB), DISPLIF_E_INVAL);
	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, 1025, fbs, N_FB),
			 DISPLIF_E_INVAL);
	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, N_DBUF, fbs, 0),
			 DISPLIF_E_INVAL);
	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, N_DBUF, fbs, 1025),
			 DISPLIF_E_INVAL);
	quota.requests_per_irq = 0;
	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, N_DBUF, fbs, N_FB),
			 DISPLIF_E_INVAL);
	quota.requests_per_irq = 64;
	quota.stride_rule = 3;
	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, N_DBUF, fbs, N_FB),
			 DISPLIF_E_INVAL);
	quota.stride_rule = 8192;
	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, N_DBUF, fbs, N_FB),
			 DISPLIF_E_INVAL);
	quota.stride_rule = 4096;
	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, N_DBUF, fbs, N_FB), 0);
	quota.requests_per_irq = 1025;
	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, N_DBUF, fbs, N_FB),
			 DISPLIF_E_INVAL);
}

static void cookies(void **state)
{
	(void)state;
	refused(0, create_msg(0, 64, 32), -DISPLIF_XEN_EINVAL);
	done(0, create_msg(11, 64, 32), 0);
	refused(0, create_msg(11, 64, 32), -DISPLIF_XEN_EEXIST);
	refused(0, attach_msg(12, 21, 64, 32), -DISPLIF_XEN_ENOENT);
	refused(0, attach_msg(0, 21, 64, 32), -DISPLIF_XEN_EINVAL);
	refused(0, attach_msg(11, 0, 64, 32), -DISPLIF_XEN_EINVAL);
	done(0, attach_msg(11, 21, 64, 32), 0);
	refused(0, attach_msg(11, 21, 64, 32), -DISPLIF_XEN_EEXIST);
	refused(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 12, 0), -DISPLIF_XEN_ENOENT);
	refused(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 0, 0), -DISPLIF_XEN_EINVAL);
	refused(0, plain_msg(XENDISPL_OP_FB_DETACH, 0, 22), -DISPLIF_XEN_ENOENT);
	refused(0, plain_msg(XENDISPL_OP_PG_FLIP, 0, 22), -DISPLIF_XEN_ENOENT);
	refused(0, plain_msg(XENDISPL_OP_PG_FLIP, 0, 0), -DISPLIF_XEN_EINVAL);
	refused(0, plain_msg(XENDISPL_OP_FB_DETACH, 0, 0), -DISPLIF_XEN_EINVAL);
	/* A frontend sends DBUF_DESTROY twice: the second finds nothing. */
	done(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 11, 0), 0);
	refused(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 11, 0), -DISPLIF_XEN_ENOENT);
	/* Its framebuffers went with it, and both cookies may be used again. */
	refused(0, plain_msg(XENDISPL_OP_FB_DETACH, 0, 21), -DISPLIF_XEN_ENOENT);
	create_and_attach(11, 21);
	assert_int_equal(guest.pages, 2);
}

static void wrong_ring(void **state)
{
	(void)state;
	refused(1, create_msg(11, 64, 32), -DISPLIF_XEN_EINVAL);
	create_and_attach(11, 21);
	refused(1, attach_msg(11, 22, 64, 32), -DISPLIF_XEN_EINVAL);
	refused(1, plain_msg(XENDISPL_OP_DBUF_DESTROY, 11, 0), -DISPLIF_XEN_EINVAL);
	refused(1, plain_msg(XENDISPL_OP_FB_DETACH, 0, 21), -DISPLIF_XEN_EINVAL);
	assert_non_null(displif_guest_fb(&guest, NULL, 0));
}

static void sizes(void **state)
{
	static const struct {
		uint32_t width, height, bpp, size, ofs;
		int32_t status;
	} c[] = {
		{ 64, 32, 32, 8192, 0, 0 },
		{ 64, 32, 32, 8191, 0, -DISPLIF_XEN_EINVAL },
		{ 64, 32, 32, 0, 0, -DISPLIF_XEN_EINVAL },
		{ 64, 32, 32, 0x40000001, 0, -DISPLIF_XEN_EINVAL },
		{ 64, 32, 32, 0xffffffff, 0, -DISPLIF_XEN_EINVAL },
		{ 64, 0, 32, 8192, 0, -DISPLIF_XEN_EINVAL },
		{ 0, 32, 32, 8192, 0, -DISPLIF_XEN_EINVAL },
		{ 64, 32, 0, 8192, 0, -DISPLIF_XEN_EINVAL },
		{ 64, 32, 7, 8192, 0, -DISPLIF_XEN_EINVAL },
		{ 64, 32, 64, 16384, 0, 0 },
		{ 64, 32, 64, 16383, 0, -DISPLIF_XEN_EINVAL },
		{ 64, 32, 65, 81920, 0, -DISPLIF_XEN_EINVAL },
		{ 0x10000001, 0x10, 32, 8192, 0, -DISPLIF_XEN_EINVAL },
		{ 32768, 32768, 32, 0x40000000, 0, -DISPLIF_XEN_EINVAL },
		{ 64, 32, 32, 8256, 64, 0 },
		{ 64, 32, 32, 8192, 64, -DISPLIF_XEN_EINVAL },
		{ 64, 32, 32, 8192, 8192, -DISPLIF_XEN_EINVAL },
		{ 64, 32, 32, 8192, 0xfffff000, -DISPLIF_XEN_EINVAL },
		/* An import: geometry comes with FB_ATTACH. */
		{ 0, 0, 0, 8192, 0, 0 },
		{ 0, 0, 0, 8192, 8191, 0 },
		{ 0, 0, 0, 8192, 8192, -DISPLIF_XEN_EINVAL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct displif_msg m = create_msg(100 + i, c[i].width, c[i].height);

		m.bpp = c[i].bpp;
		m.size = c[i].size;
		m.data_ofs = c[i].ofs;
		if (c[i].status) {
			refused(0, m, c[i].status);
			continue;
		}
		done(0, m, 0);
		assert_int_equal(guest.pages, displif_pgdir_pages(c[i].size));
		done(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 100 + i, 0), 0);
		assert_int_equal(guest.pages, 0);
	}
	{
		struct displif_msg m = create_msg(1, 64, 32);

		m.gref_dir = 0;
		refused(0, m, -DISPLIF_XEN_EINVAL);
	}
}

static void framebuffer_geometry(void **state)
{
	struct displif_msg m;

	(void)state;
	done(0, create_msg(11, 64, 32), 0);
	refused(0, attach_msg(11, 21, 0, 32), -DISPLIF_XEN_EINVAL);
	refused(0, attach_msg(11, 21, 64, 0), -DISPLIF_XEN_EINVAL);
	refused(0, attach_msg(11, 21, 65, 32), -DISPLIF_XEN_EINVAL);
	refused(0, attach_msg(11, 21, 64, 33), -DISPLIF_XEN_EINVAL);
	refused(0, attach_msg(11, 21, 0xffffffff, 0xffffffff), -DISPLIF_XEN_EINVAL);
	m = attach_msg(11, 21, 64, 32);
	m.format = DISPLIF_FOURCC('J', 'U', 'N', 'K');
	refused(0, m, -DISPLIF_XEN_EINVAL);
	/* Smaller than its buffer, with the buffer's stride; half the depth in the same lines. */
	done(0, attach_msg(11, 21, 10, 10), 0);
	assert_int_equal(fbs[0].stride, 256);
	m = attach_msg(11, 22, 64, 32);
	m.format = DISPLIF_FOURCC('R', 'G', '1', '6');
	done(0, m, 0);
	assert_int_equal(fbs[1].stride, 256);
	/* An import takes its geometry from here. */
	m = create_msg(12, 0, 0);
	m.bpp = 0;
	m.size = 100 * 50 * 2;
	done(0, m, 0);
	m = attach_msg(12, 23, 100, 50);
	refused(0, m, -DISPLIF_XEN_EINVAL);
	m.format = DISPLIF_FOURCC('R', 'G', '1', '6');
	done(0, m, 0);
	assert_int_equal(fbs[2].stride, 200);
}

static void configuration(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 21);

	(void)state;
	create_and_attach(11, 21);
	refused(0, m, -DISPLIF_XEN_EINVAL);
	m.width = 64;
	m.height = 32;
	done(0, m, 0);
	m.x = 32768;
	refused(0, m, -DISPLIF_XEN_EINVAL);
	m.x = 32767;
	m.width = 32767;
	done(0, m, 0);
	m.width = 0xffffffff;
	refused(0, m, -DISPLIF_XEN_EINVAL);
	m.width = 64;
	m.fb = 22;
	refused(0, m, -DISPLIF_XEN_ENOENT);
	/* Zero resets whatever else it says. */
	m.fb = 0;
	m.width = 0xffffffff;
	done(0, m, 0);
}

static void be_alloc(void **state)
{
	struct displif_msg m = create_msg(11, 64, 32);

	(void)state;
	m.flags = XENDISPL_DBUF_FLG_REQ_ALLOC;
	done(0, m, 0);
	assert_int_equal(dbufs[0].flags, XENDISPL_DBUF_FLG_REQ_ALLOC);
	/* Without geometry it makes no sense. */
	m.dbuf = 12;
	m.width = m.height = m.bpp = 0;
	refused(0, m, -DISPLIF_XEN_EINVAL);
	quota.be_alloc = false;
	attach(N_PEND);
	m = create_msg(11, 64, 32);
	m.flags = XENDISPL_DBUF_FLG_REQ_ALLOC;
	refused(0, m, -DISPLIF_XEN_EACCES);
}

static void quota_of_pages(void **state)
{
	(void)state;
	quota.pages = 5;
	attach(N_PEND);
	done(0, create_msg(11, 64, 32), 0);
	done(0, create_msg(12, 64, 32), 0);
	refused(0, create_msg(13, 64, 32), -DISPLIF_XEN_ENOMEM);
	done(0, create_msg(13, 32, 32), 0);
	refused(0, create_msg(14, 1, 1), -DISPLIF_XEN_ENOMEM);
	done(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 12, 0), 0);
	done(0, create_msg(14, 64, 32), 0);
	assert_int_equal(guest.pages, 5);
	/* A creation that fails gives its pages back. */
	done(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 14, 0), 0);
	done(0, create_msg(14, 64, 32), -DISPLIF_XEN_EIO);
	assert_int_equal(guest.pages, 3);
	refused(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 14, 0), -DISPLIF_XEN_ENOENT);
	/* The largest possible quota does not overflow. */
	quota.pages = UINT32_MAX;
	attach(N_PEND);
	done(0, create_msg(11, 64, 32), 0);
}

static void tables_are_finite(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < N_DBUF; i++)
		done(0, create_msg(100 + i, 8, 8), 0);
	refused(0, create_msg(99, 8, 8), -DISPLIF_XEN_ENOMEM);
	for (i = 0; i < N_FB; i++)
		done(0, attach_msg(100, 200 + i, 8, 8), 0);
	refused(0, attach_msg(101, 99, 8, 8), -DISPLIF_XEN_ENOMEM);
	for (i = 0; i < N_FB; i++)
		assert_ptr_equal(displif_guest_fb(&guest, &dbufs[0], i), &fbs[i]);
	assert_null(displif_guest_fb(&guest, &dbufs[0], N_FB));
	assert_null(displif_guest_fb(&guest, &dbufs[1], 0));
	assert_ptr_equal(displif_guest_dbuf(&guest, 3), &dbufs[3]);
	assert_null(displif_guest_dbuf(&guest, 4));
	done(0, plain_msg(XENDISPL_OP_FB_DETACH, 0, 202), 0);
	assert_ptr_equal(displif_guest_fb(&guest, NULL, 2), &fbs[3]);
	done(0, attach_msg(101, 99, 8, 8), 0);
}

/* What is being created or destroyed does not exist for other requests. */
static void work_in_progress(void **state)
{
	struct displif_msg m = create_msg(11, 64, 32);
	const struct displif_back_req *req;
	uint32_t handle;

	(void)state;
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	handle = req->handle;
	refused(0, attach_msg(11, 21, 64, 32), -DISPLIF_XEN_ENOENT);
	refused(0, create_msg(11, 64, 32), -DISPLIF_XEN_EEXIST);
	refused(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 11, 0), -DISPLIF_XEN_ENOENT);
	displif_back_complete(&b[0], handle, 0, 0);
	answered(0);

	m = attach_msg(11, 21, 64, 32);
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	handle = req->handle;
	refused(0, plain_msg(XENDISPL_OP_PG_FLIP, 0, 21), -DISPLIF_XEN_ENOENT);
	refused(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 11, 0), -DISPLIF_XEN_EBUSY);
	displif_back_complete(&b[0], handle, 0, 0);
	answered(0);

	m = plain_msg(XENDISPL_OP_DBUF_DESTROY, 11, 0);
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	handle = req->handle;
	assert_ptr_equal(displif_guest_fb(&guest, req->dbuf, 0), &fbs[0]);
	refused(0, plain_msg(XENDISPL_OP_PG_FLIP, 0, 21), -DISPLIF_XEN_ENOENT);
	refused(0, attach_msg(11, 22, 64, 32), -DISPLIF_XEN_ENOENT);
	displif_back_complete(&b[0], handle, 0, 0);
	answered(0);
	assert_null(displif_guest_fb(&guest, NULL, 0));

	create_and_attach(11, 21);
	m = plain_msg(XENDISPL_OP_FB_DETACH, 0, 21);
	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	handle = req->handle;
	refused(0, plain_msg(XENDISPL_OP_PG_FLIP, 0, 21), -DISPLIF_XEN_ENOENT);
	refused(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 11, 0), -DISPLIF_XEN_EBUSY);
	displif_back_complete(&b[0], handle, 0, 0);
	answered(0);
	done(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 11, 0), 0);
}

/* 1000 pages a second: a burst of one second, then each buffer waits for its turn, and nothing else does. */
static void pace(void **state)
{
	struct displif_msg m = create_msg(10, 500, 1024),
			   other = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 0);
	struct displif_back_req req;
	unsigned int i;

	(void)state;
	quota.pages_per_s = 1000;
	attach(N_PEND);
	/* 500 pages each: half a second. */
	for (i = 0; i < 3; i++) {
		m.dbuf = 10 + i;
		send_msg(0, &m);
		displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
		assert_int_equal(displif_back_poll(&b[0], &req, 5000), 1);
		displif_back_complete(&b[0], req.handle, 0, 0);
		answered(0);
	}
	m.dbuf = 13;
	send_msg(0, &m);
	assert_null(handed(0, 5000));
	assert_int_equal(displif_back_deadline(&b[0]), 5500);
	assert_false(displif_back_flush(&b[0]) & DISPLIF_DO_POLL);
	/* The other connector is served meanwhile. */
	send_msg(1, &other);
	assert_non_null(handed(1, 5000));
	assert_null(handed(0, 5499));
	displif_back_tick(&b[0], 5500);
	assert_true(displif_back_flush(&b[0]) & DISPLIF_DO_POLL);
	assert_non_null(handed(0, 5500));
	assert_int_equal(displif_back_deadline(&b[0]), DISPLIF_NEVER);
	assert_int_equal(guest.stats.paced, 1);
}

/* When its time has come, a buffer that waits is served without another interrupt; until then nobody is asked to poll. */
static void a_turn_of_its_own(void **state)
{
	struct displif_msg m = create_msg(10, 80, 1024);
	const struct displif_back_req *req;
	struct displif_back_req late;

	(void)state;
	quota.pages_per_s = 100;
	quota.requests_per_irq = 1;
	attach(N_PEND);
	for (unsigned int i = 0; i < 3; i++, m.dbuf++)
		send_msg(0, &m);
	for (unsigned int i = 0; i < 2; i++) {
		req = handed(0, 1000);
		assert_non_null(req);
		displif_back_complete(&b[0], req->handle, 0, 0);
	}
	assert_null(handed(0, 1000));
	assert_int_equal(displif_back_deadline(&b[0]), 1600);
	displif_back_tick(&b[0], 1599);
	assert_false(displif_back_flush(&b[0]) & DISPLIF_DO_POLL);
	displif_back_tick(&b[0], 1600);
	assert_int_equal(displif_back_poll(&b[0], &late, 1600), 1);
	displif_back_complete(&b[0], late.handle, 0, 0);
	displif_back_flush(&b[0]);
	displif_back_tick(&b[0], 1700);
	assert_false(displif_back_flush(&b[0]) & DISPLIF_DO_POLL);
}

/* Whoever is further ahead than a frontend's patience is told so at once. */
static void too_far_ahead(void **state)
{
	struct displif_msg m = create_msg(10, 500, 1024);
	struct displif_back_req req;
	struct displif_rsp rsp;

	(void)state;
	quota.pages_per_s = 100;
	attach(N_PEND);
	send_msg(0, &m);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	assert_int_equal(displif_back_poll(&b[0], &req, 1000), 1);
	displif_back_complete(&b[0], req.handle, 0, 0);
	answered(0);
	/* 5 s are used up, one is free: 4 s are too long, 2 s are not. */
	m.dbuf = 11;
	send_msg(0, &m);
	assert_null(handed(0, 1000));
	rsp = answered(0);
	assert_int_equal(rsp.status, -DISPLIF_XEN_EAGAIN);
	assert_int_equal(displif_back_deadline(&b[0]), DISPLIF_NEVER);
	send_msg(0, &m);
	assert_null(handed(0, 2999));
	assert_int_equal(answered(0).status, -DISPLIF_XEN_EAGAIN);
	send_msg(0, &m);
	assert_null(handed(0, 3000));
	assert_int_equal(displif_back_deadline(&b[0]), 5000);
	displif_back_tick(&b[0], 5000);
	assert_non_null(handed(0, 5000));
	assert_int_equal(guest.stats.paced, 3);
}

/* A buffer that is refused costs the host nothing, and so the guest no time. */
static void pace_of_refused(void **state)
{
	(void)state;
	quota.pages_per_s = 3;
	quota.pages = 8;
	attach(N_PEND);
	refused(0, create_msg(10, 512, 512), -DISPLIF_XEN_ENOMEM);
	refused(0, create_msg(10, 32, 0), -DISPLIF_XEN_EINVAL);
	done(0, create_msg(10, 32, 32), 0);
	refused(0, create_msg(10, 512, 512), -DISPLIF_XEN_EEXIST);
	done(0, create_msg(11, 32, 32), 0);
	assert_int_equal(guest.stats.paced, 0);
}

/* Buffers in a row: all that wait, and what waits behind them, wait for 2 s together. */
static void pace_of_a_row(void **state)
{
	struct displif_msg m = create_msg(10, 150, 1024);
	struct displif_msg flip = plain_msg(XENDISPL_OP_PG_FLIP, 0, 404);
	struct displif_back_req req;
	unsigned int i, created = 0;
	uint64_t now = 1000;

	(void)state;
	quota.pages_per_s = 100;
	attach(N_PEND);
	for (i = 0; i < 4; i++) {
		m.dbuf = 10 + i;
		send_msg(0, &m);
	}
	send_msg(0, &flip);
	for (;;) {
		displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
		while (displif_back_poll(&b[0], &req, now)) {
			displif_back_complete(&b[0], req.handle, 0, 0);
			created++;
		}
		displif_back_flush(&b[0]);
		if (displif_back_deadline(&b[0]) == DISPLIF_NEVER)
			break;
		now = displif_back_deadline(&b[0]);
		displif_back_tick(&b[0], now);
	}
	assert_true(now <= 3000);
	assert_true(created >= 2);
	assert_true(created < 4);
	/* Each was answered, the flip (of nothing) too. */
	for (i = 0; i < 5; i++)
		answered(0);
	/* The clock jumps back by an hour while one is held: that is judged anew, not waited for. */
	attach(N_PEND);
	for (i = 0; i < 2; i++) {
		m.dbuf = 20 + i;
		send_msg(0, &m);
	}
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	assert_int_equal(displif_back_poll(&b[0], &req, 3600000), 1);
	displif_back_complete(&b[0], req.handle, 0, 0);
	assert_int_equal(displif_back_poll(&b[0], &req, 3600000), 0);
	assert_true(displif_back_deadline(&b[0]) > 3600000);
	displif_back_tick(&b[0], 5);
	assert_true(displif_back_flush(&b[0]) & DISPLIF_DO_POLL);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	assert_int_equal(displif_back_poll(&b[0], &req, 5), 1);
}

/* Takes all that is to be had on connector 0, and grants it; the duties. */
static uint32_t grant_all(uint64_t now)
{
	struct displif_back_req req;

	while (displif_back_poll(&b[0], &req, now))
		displif_back_complete(&b[0], req.handle, 0, 0);
	return displif_back_flush(&b[0]);
}

/* What comes while a buffer waits has waited, too, when that is over, although it is seen only then. */
static void pace_of_late_comers(void **state)
{
	struct displif_msg m = create_msg(10, 80, 1024);
	struct displif_msg blank = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 0);
	uint64_t due, now = 1000;
	unsigned int i;

	(void)state;
	quota.pages_per_s = 100;
	attach(N_PEND);
	for (i = 0; i < 3; i++, m.dbuf++)
		send_msg(0, &m);
	send_msg(0, &blank);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	grant_all(now);
	assert_int_equal(displif_back_deadline(&b[0]), 1600);
	/* Nobody is told of these, since there is something left to take. */
	for (i = 0; i < 3; i++, m.dbuf++)
		send_msg(0, &m);
	while ((due = displif_back_deadline(&b[0])) != DISPLIF_NEVER) {
		now = due;
		displif_back_tick(&b[0], now);
		while (grant_all(now) & DISPLIF_DO_POLL)
			displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	}
	assert_true(now <= 3000);
	assert_int_equal(guest.stats.requests, 7);
}

/* Once nobody waits, the next one may wait as long as the first. */
static void pace_after_a_row(void **state)
{
	struct displif_msg m = create_msg(10, 80, 1024);
	unsigned int i;

	(void)state;
	quota.pages_per_s = 100;
	attach(N_PEND);
	for (i = 0; i < 3; i++, m.dbuf++)
		send_msg(0, &m);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	grant_all(1000);
	displif_back_tick(&b[0], 1600);
	grant_all(1600); /* all three are there; the guest is ahead by 1800 ms */
	send_msg(0, &m);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	grant_all(1601);
	assert_int_equal(displif_back_deadline(&b[0]), 2400);
	m.dbuf++;
	send_msg(0, &m);
	displif_back_tick(&b[0], 2400);
	while (grant_all(2400) & DISPLIF_DO_POLL)
		displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	assert_int_equal(displif_back_deadline(&b[0]), 3200);
}

static void pace_and_clocks(void **state)
{
	struct displif_msg m = create_msg(10, 500, 1024);
	struct displif_back_req req;
	struct displif_rsp rsp;

	(void)state;
	quota.pages_per_s = 200;
	quota.pages = UINT32_MAX;
	attach(N_PEND);
	send_msg(0, &m);
	assert_non_null(handed(0, UINT64_C(1) << 63));
	m.dbuf = 11;
	send_msg(0, &m);
	assert_null(handed(0, UINT64_C(1) << 63));
	assert_int_equal(displif_back_deadline(&b[0]), (UINT64_C(1) << 63) + 1500);
	/* The clock jumps back by ages: the guest is not locked out for ages. */
	displif_back_tick(&b[0], 1000);
	displif_back_irq(&b[0], DISPLIF_CHAN_REQ);
	assert_int_equal(displif_back_poll(&b[0], &req, 1000), 1);
	displif_back_complete(&b[0], req.handle, 0, 0);
	answered(0);
	/* The largest buffer at the slowest pace overflows nothing. */
	quota.pages_per_s = 1;
	attach(N_PEND);
	m = create_msg(12, 32767, 8192);
	m.size = 0x40000000;
	send_msg(0, &m);
	assert_non_null(handed(0, 1000));
	m.dbuf = 13;
	send_msg(0, &m);
	assert_null(handed(0, 1000));
	rsp = answered(0);
	assert_int_equal(rsp.status, -DISPLIF_XEN_EAGAIN);
}

/* Each end of every range is still allowed. */
static void edges_of_ranges(void **state)
{
	static struct displif_dbuf many_dbufs[DISPLIF_GUEST_MAX_DBUFS];
	static struct displif_fb many_fbs[DISPLIF_GUEST_MAX_FBS];
	struct displif_msg m = create_msg(11, 1, DISPLIF_MAX_SIDE);

	(void)state;
	for (quota.stride_rule = 1; quota.stride_rule <= 4096; quota.stride_rule *= 2)
		assert_int_equal(displif_guest_init(&guest, &quota, dbufs, 1, fbs, 1), 0);
	quota.stride_rule = 0;
	quota.requests_per_irq = 1;
	assert_int_equal(displif_guest_init(&guest, &quota, many_dbufs, DISPLIF_GUEST_MAX_DBUFS,
					    many_fbs, DISPLIF_GUEST_MAX_FBS),
			 0);
	quota.requests_per_irq = 1024;
	attach(N_PEND);
	done(0, m, 0);
	done(0, attach_msg(11, 21, 1, DISPLIF_MAX_SIDE), 0);
	done(0, create_msg(12, DISPLIF_MAX_SIDE, 1), 0);
	done(0, attach_msg(12, 22, DISPLIF_MAX_SIDE, 1), 0);
	refused(0, attach_msg(12, 23, DISPLIF_MAX_SIDE + 1u, 1), -DISPLIF_XEN_EINVAL);
	refused(0, attach_msg(12, 23, DISPLIF_MAX_SIDE, 0), -DISPLIF_XEN_EINVAL);
	m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 22);
	m.width = m.height = m.x = m.y = DISPLIF_MAX_SIDE;
	done(0, m, 0);
	m.height = DISPLIF_MAX_SIDE + 1u;
	refused(0, m, -DISPLIF_XEN_EINVAL);
	m.height = 0;
	refused(0, m, -DISPLIF_XEN_EINVAL);
	m.height = 1;
	m.y = DISPLIF_MAX_SIDE + 1u;
	refused(0, m, -DISPLIF_XEN_EINVAL);
	m = plain_msg(XENDISPL_OP_GET_EDID, 0, 0);
	m.gref_dir = 8;
	m.size = DISPLIF_MAX_BUFFER;
	done(0, m, -DISPLIF_XEN_EIO);
	m.size++;
	refused(0, m, -DISPLIF_XEN_EINVAL);
}

/* What the caller learns of a buffer and a framebuffer is what the guest said. */
static void entries_are_filled(void **state)
{
	struct displif_msg m = create_msg(11, 64, 32);

	(void)state;
	quota.be_alloc = false;
	attach(N_PEND);
	m.size += 5000;
	m.data_ofs = 4096;
	m.gref_dir = 77;
	done(0, m, 0);
	assert_int_equal(dbufs[0].cookie, 11);
	assert_int_equal(dbufs[0].size, 64 * 32 * 4 + 5000);
	assert_int_equal(dbufs[0].pages, 4);
	assert_int_equal(dbufs[0].data_ofs, 4096);
	assert_int_equal(dbufs[0].width, 64);
	assert_int_equal(dbufs[0].height, 32);
	assert_int_equal(dbufs[0].bpp, 32);
	assert_int_equal(dbufs[0].gref_dir, 77);
	assert_int_equal(dbufs[0].flags, 0);
	assert_int_equal(guest.pages, 4);
	done(0, attach_msg(11, 21, 60, 30), 0);
	assert_int_equal(fbs[0].cookie, 21);
	assert_ptr_equal(fbs[0].dbuf, &dbufs[0]);
	assert_int_equal(fbs[0].width, 60);
	assert_int_equal(fbs[0].height, 30);
	assert_int_equal(fbs[0].format, DISPLIF_FOURCC('X', 'R', '2', '4'));
	assert_int_equal(fbs[0].stride, 256);
}

/* Hands out one request of connector 0, kills and resets all while it is in work, then completes it. */
static void complete_after_reset(struct displif_msg m)
{
	const struct displif_back_req *req;

	send_msg(0, &m);
	req = handed(0, 0);
	assert_non_null(req);
	displif_back_kill(&b[0], DISPLIF_E_GONE);
	displif_back_kill(&b[1], DISPLIF_E_GONE);
	displif_guest_reset(&guest);
	assert_int_equal(displif_back_complete(&b[0], req->handle, 0, 0), DISPLIF_E_STATE);
	assert_null(displif_guest_dbuf(&guest, 0));
	assert_null(displif_guest_fb(&guest, NULL, 0));
	assert_int_equal(guest.pages, 0);
	attach(N_PEND);
	create_and_attach(11, 21);
}

/* Work that was under way when all was reset revives nothing and takes nothing away, whatever it was. */
static void completions_after_reset(void **state)
{
	(void)state;
	create_and_attach(11, 21);
	complete_after_reset(create_msg(12, 64, 32));
	complete_after_reset(attach_msg(11, 22, 64, 32));
	complete_after_reset(plain_msg(XENDISPL_OP_FB_DETACH, 0, 21));
	complete_after_reset(plain_msg(XENDISPL_OP_DBUF_DESTROY, 11, 0));
}

/* What lies behind the tables is no entry of theirs, even if it looks like one. */
static void behind_the_tables(void **state)
{
	struct displif_msg m = plain_msg(XENDISPL_OP_SET_CONFIG, 0, 98);

	(void)state;
	assert_int_equal(displif_guest_init(&guest, &quota, dbufs, N_DBUF - 1, fbs, N_FB - 1), 0);
	dbufs[N_DBUF - 1].state = DISPLIF_ENTRY_LIVE;
	dbufs[N_DBUF - 1].size = 64 * 32 * 4;
	fbs[N_FB - 1].state = DISPLIF_ENTRY_LIVE;
	fbs[N_FB - 1].dbuf = &dbufs[N_DBUF - 1];
	refused(0, attach_msg(98, 21, 64, 32), -DISPLIF_XEN_ENOENT);
	refused(0, plain_msg(XENDISPL_OP_DBUF_DESTROY, 98, 0), -DISPLIF_XEN_ENOENT);
	refused(0, plain_msg(XENDISPL_OP_FB_DETACH, 0, 98), -DISPLIF_XEN_ENOENT);
	refused(0, plain_msg(XENDISPL_OP_PG_FLIP, 0, 98), -DISPLIF_XEN_ENOENT);
	m.width = m.height = 1;
	refused(0, m, -DISPLIF_XEN_ENOENT);
	assert_null(displif_guest_dbuf(&guest, 0));
	assert_null(displif_guest_fb(&guest, NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(guest_ranges, rig_setup),
		cmocka_unit_test_setup(cookies, rig_setup),
		cmocka_unit_test_setup(wrong_ring, rig_setup),
		cmocka_unit_test_setup(sizes, rig_setup),
		cmocka_unit_test_setup(framebuffer_geometry, rig_setup),
		cmocka_unit_test_setup(configuration, rig_setup),
		cmocka_unit_test_setup(be_alloc, rig_setup),
		cmocka_unit_test_setup(quota_of_pages, rig_setup),
		cmocka_unit_test_setup(tables_are_finite, rig_setup),
		cmocka_unit_test_setup(work_in_progress, rig_setup),
		cmocka_unit_test_setup(pace, rig_setup),
		cmocka_unit_test_setup(a_turn_of_its_own, rig_setup),
		cmocka_unit_test_setup(too_far_ahead, rig_setup),
		cmocka_unit_test_setup(pace_of_refused, rig_setup),
		cmocka_unit_test_setup(pace_of_a_row, rig_setup),
		cmocka_unit_test_setup(pace_of_late_comers, rig_setup),
		cmocka_unit_test_setup(pace_after_a_row, rig_setup),
		cmocka_unit_test_setup(pace_and_clocks, rig_setup),
		cmocka_unit_test_setup(edges_of_ranges, rig_setup),
		cmocka_unit_test_setup(entries_are_filled, rig_setup),
		cmocka_unit_test_setup(completions_after_reset, rig_setup),
		cmocka_unit_test_setup(behind_the_tables, rig_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
