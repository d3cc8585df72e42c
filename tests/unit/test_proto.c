/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The codec: every operation both ways, clean slots, dirty peers, Xen's own numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <displif/libdisplif.h>
#include <xen/errno.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const uint8_t ops[] = {
	XENDISPL_OP_DBUF_CREATE, XENDISPL_OP_DBUF_DESTROY, XENDISPL_OP_FB_ATTACH,
	XENDISPL_OP_FB_DETACH,	 XENDISPL_OP_SET_CONFIG,   XENDISPL_OP_PG_FLIP,
	XENDISPL_OP_GET_EDID,
};

/* A message whose every field differs. */
static struct displif_msg full(uint8_t op)
{
	struct displif_msg m = { 0 };

	m.dbuf = 0x1112131415161718;
	m.fb = 0x2122232425262728;
	m.x = 0x31323334;
	m.y = 0x41424344;
	m.width = 0x51525354;
	m.height = 0x61626364;
	m.bpp = 0x71727374;
	m.size = 0x81828384;
	m.flags = XENDISPL_DBUF_FLG_REQ_ALLOC;
	m.gref_dir = 0x91929394;
	m.data_ofs = 0xa1a2a3a4;
	m.format = 0xb1b2b3b4;
	m.op = op;
	return m;
}

/* Puts a 32- or 64-bit value into an expected slot, by the offsets of io/displif.h's diagrams. */
static void at32(uint8_t *slot, size_t ofs, uint32_t v)
{
	memcpy(slot + ofs, &v, sizeof(v));
}

static void at64(uint8_t *slot, size_t ofs, uint64_t v)
{
	memcpy(slot + ofs, &v, sizeof(v));
}

static void expected(uint8_t *slot, uint16_t id, const struct displif_msg *m)
{
	memset(slot, 0, 64);
	memcpy(slot, &id, 2);
	slot[2] = m->op;
	switch (m->op) {
	case 0x10:
		at64(slot, 8, m->dbuf);
		at32(slot, 16, m->width);
		at32(slot, 20, m->height);
		at32(slot, 24, m->bpp);
		at32(slot, 28, m->size);
		at32(slot, 32, m->flags);
		at32(slot, 36, m->gref_dir);
		at32(slot, 40, m->data_ofs);
		break;
	case 0x11:
		at64(slot, 8, m->dbuf);
		break;
	case 0x12:
		at64(slot, 8, m->dbuf);
		at64(slot, 16, m->fb);
		at32(slot, 24, m->width);
		at32(slot, 28, m->height);
		at32(slot, 32, m->format);
		break;
	case 0x13:
	case 0x15:
		at64(slot, 8, m->fb);
		break;
	case 0x14:
		at64(slot, 8, m->fb);
		at32(slot, 16, m->x);
		at32(slot, 20, m->y);
		at32(slot, 24, m->width);
		at32(slot, 28, m->height);
		at32(slot, 32, m->bpp);
		break;
	case 0x16:
		at32(slot, 8, m->size);
		at32(slot, 12, m->gref_dir);
		break;
	default:
		fail();
	}
}

static void request_bytes(void **state)
{
	union displif_wire wire;
	uint8_t want[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ops); i++) {
		struct displif_msg m = full(ops[i]);

		memset(&wire, 0xa5, sizeof(wire));
		assert_int_equal(displif_req_encode(&wire, 0xfedc, &m), 0);
		expected(want, 0xfedc, &m);
		assert_memory_equal(&wire, want, 64);
	}
}

static void request_round_trip(void **state)
{
	union displif_wire wire, again;
	struct displif_msg back;
	uint16_t id;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ops); i++) {
		struct displif_msg m = full(ops[i]);

		assert_int_equal(displif_req_encode(&wire, 77, &m), 0);
		memset(&back, 0xa5, sizeof(back));
		assert_int_equal(displif_req_decode(&wire, &id, &back), 0);
		assert_int_equal(id, 77);
		assert_int_equal(back.op, ops[i]);
		assert_int_equal(displif_req_encode(&again, 77, &back), 0);
		assert_memory_equal(&wire, &again, 64);
	}
}

static void dirty_requests_are_tolerated(void **state)
{
	struct displif_msg m = full(XENDISPL_OP_DBUF_CREATE), back;
	union displif_wire wire;
	uint16_t id;
	int i;

	(void)state;
	assert_int_equal(displif_req_encode(&wire, 5, &m), 0);
	for (i = 3; i < 8; i++)
		((uint8_t *)&wire)[i] = 0xff;
	for (i = 44; i < 64; i++)
		((uint8_t *)&wire)[i] = 0xee;
	wire.req.op.dbuf_create.flags = 0x34325241;
	assert_int_equal(displif_req_decode(&wire, &id, &back), 0);
	assert_int_equal(back.flags, XENDISPL_DBUF_FLG_REQ_ALLOC);
	assert_int_equal(back.data_ofs, m.data_ofs);
	assert_int_equal(back.fb, 0);
	wire.req.op.dbuf_create.flags = 0xfffffffe;
	assert_int_equal(displif_req_decode(&wire, &id, &back), 0);
	assert_int_equal(back.flags, 0);
}

static void unknown_operations(void **state)
{
	union displif_wire wire;
	struct displif_msg m;
	uint16_t id;
	unsigned int op;

	(void)state;
	for (op = 0; op < 256; op++) {
		memset(&wire, 0xff, sizeof(wire));
		wire.req.operation = (uint8_t)op;
		wire.req.id = 9;
		memset(&m, 0xa5, sizeof(m));
		if (op >= 0x10 && op <= 0x16) {
			assert_int_equal(displif_req_decode(&wire, &id, &m), 0);
			assert_string_not_equal(displif_req_name((uint8_t)op), "?");
			continue;
		}
		assert_int_equal(displif_req_decode(&wire, &id, &m), DISPLIF_E_UNSUPPORTED);
		assert_int_equal(m.op, op);
		assert_int_equal(id, 9);
		assert_int_equal(m.dbuf, 0);
		assert_int_equal(displif_req_encode(&wire, 1, &m), DISPLIF_E_INVAL);
		assert_string_equal(displif_req_name((uint8_t)op), "?");
	}
}

static void responses(void **state)
{
	struct displif_rsp rsp = { -DISPLIF_XEN_EINVAL, 256, 0xabcd, XENDISPL_OP_GET_EDID }, back;
	union displif_wire wire;
	uint8_t want[64] = { 0xcd, 0xab, 0x16, 0, 0xea, 0xff, 0xff, 0xff, 0, 1 };

	(void)state;
	memset(&wire, 0xa5, sizeof(wire));
	displif_rsp_encode(&wire, &rsp);
	assert_memory_equal(&wire, want, 64);
	displif_rsp_decode(&wire, &back);
	assert_int_equal(back.id, 0xabcd);
	assert_int_equal(back.op, XENDISPL_OP_GET_EDID);
	assert_int_equal(back.status, -22);
	assert_int_equal(back.edid_sz, 256);
	/* Only GET_EDID has a size: an old request's bytes there are nobody's. */
	rsp.op = XENDISPL_OP_PG_FLIP;
	displif_rsp_encode(&wire, &rsp);
	assert_int_equal(wire.rsp.op.get_edid.edid_sz, 0);
	wire.rsp.op.get_edid.edid_sz = 99;
	displif_rsp_decode(&wire, &back);
	assert_int_equal(back.edid_sz, 0);
}

static void events(void **state)
{
	union displif_wire wire;
	uint8_t want[64] = { 0x34, 0x12, 0, 0, 0, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1 };
	uint64_t fb;
	uint16_t id;

	(void)state;
	memset(&wire, 0xa5, sizeof(wire));
	displif_evt_encode(&wire, 0x1234, 0x0102030405060708);
	assert_memory_equal(&wire, want, 64);
	assert_int_equal(displif_evt_decode(&wire, &id, &fb), 0);
	assert_int_equal(id, 0x1234);
	assert_int_equal(fb, 0x0102030405060708);
	wire.evt.type = 1;
	id = 0;
	fb = 0;
	assert_int_equal(displif_evt_decode(&wire, &id, &fb), DISPLIF_E_PROTO);
	assert_int_equal(id, 0x1234);
}

static void numbers_are_xens(void **state)
{
	(void)state;
	assert_int_equal(DISPLIF_XEN_EPERM, XEN_EPERM);
	assert_int_equal(DISPLIF_XEN_ENOENT, XEN_ENOENT);
	assert_int_equal(DISPLIF_XEN_EIO, XEN_EIO);
	assert_int_equal(DISPLIF_XEN_E2BIG, XEN_E2BIG);
	assert_int_equal(DISPLIF_XEN_EAGAIN, XEN_EAGAIN);
	assert_int_equal(DISPLIF_XEN_ENOMEM, XEN_ENOMEM);
	assert_int_equal(DISPLIF_XEN_EACCES, XEN_EACCES);
	assert_int_equal(DISPLIF_XEN_EFAULT, XEN_EFAULT);
	assert_int_equal(DISPLIF_XEN_EBUSY, XEN_EBUSY);
	assert_int_equal(DISPLIF_XEN_EEXIST, XEN_EEXIST);
	assert_int_equal(DISPLIF_XEN_ENODEV, XEN_ENODEV);
	assert_int_equal(DISPLIF_XEN_EINVAL, XEN_EINVAL);
	assert_int_equal(DISPLIF_XEN_ENOSPC, XEN_ENOSPC);
	assert_int_equal(DISPLIF_XEN_EOPNOTSUPP, XEN_EOPNOTSUPP);
	assert_int_equal(DISPLIF_XEN_ETIMEDOUT, XEN_ETIMEDOUT);
}

static void statuses(void **state)
{
	int err;

	(void)state;
	assert_int_equal(displif_status_of(DISPLIF_OK), 0);
	assert_int_equal(displif_status_of(DISPLIF_E_PROTO), -DISPLIF_XEN_EINVAL);
	assert_int_equal(displif_status_of(DISPLIF_E_NOSPC), -DISPLIF_XEN_ENOMEM);
	assert_int_equal(displif_status_of(DISPLIF_E_UNSUPPORTED), -DISPLIF_XEN_EOPNOTSUPP);
	for (err = -300; err < 0; err++) {
		assert_true(displif_status_of(err) < 0);
		assert_true(displif_status_of(err) >= DISPLIF_STATUS_MIN);
	}
	assert_true(displif_status_of(1) < 0);
}

/* Every error that a backend may have to tell of has its own number, where Xen has one. */
static void each_error_has_its_status(void **state)
{
	static const struct {
		int err, status;
	} c[] = {
		{ DISPLIF_E_INVAL, XEN_EINVAL },
		{ DISPLIF_E_STATE, XEN_EIO },
		{ DISPLIF_E_NOSPC, XEN_ENOMEM },
		{ DISPLIF_E_AGAIN, XEN_EAGAIN },
		{ DISPLIF_E_FULL, XEN_ENOMEM },
		{ DISPLIF_E_PROTO, XEN_EINVAL },
		{ DISPLIF_E_RANGE, XEN_EINVAL },
		{ DISPLIF_E_VERSION, XEN_EINVAL },
		{ DISPLIF_E_GONE, XEN_ENODEV },
		{ DISPLIF_E_ABSENT, XEN_ENOENT },
		{ DISPLIF_E_OS, XEN_EIO },
		{ DISPLIF_E_TIMEOUT, XEN_ETIMEDOUT },
		{ DISPLIF_E_UNSUPPORTED, XEN_EOPNOTSUPP },
		{ DISPLIF_E_BUG, XEN_EIO },
		{ 1, XEN_EIO },
		{ -1000, XEN_EIO },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(c); i++)
		assert_int_equal(displif_status_of(c[i].err), -c[i].status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_bytes),
		cmocka_unit_test(request_round_trip),
		cmocka_unit_test(dirty_requests_are_tolerated),
		cmocka_unit_test(unknown_operations),
		cmocka_unit_test(responses),
		cmocka_unit_test(events),
		cmocka_unit_test(numbers_are_xens),
		cmocka_unit_test(statuses),
		cmocka_unit_test(each_error_has_its_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
