/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A host, a guest and one device between them on the fake Xen, for the tests of the port layer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "port_rig.h"

int rig_setup(void **state)
{
	static struct rig r;

	memset(&r, 0, sizeof(r));
	r.w = fake_world_new(NULL, 0);
	if (!r.w)
		return -1;
	r.be = fake_dom_get(r.w, 0);
	r.fe = fake_dom_new(r.w, RIG_GUEST);
	r.bp = fake_dom_port(r.be);
	r.fp = fake_dom_port(r.fe);
	*state = &r;
	return fake_toolstack_attach(r.w, 0, RIG_GUEST, 0, false, "left:1920x1080;right:800x600");
}

int rig_teardown(void **state)
{
	struct rig *r = *state;
	uint32_t left = fake_check_clean(r->w, stderr);

	fake_world_free(r->w);
	return left ? -1 : 0;
}

void rig_put(struct rig *r, const char *path, const char *text)
{
	assert_int_equal(fake_xs_puts(r->be, 0, path, text), 0);
}

void rig_mark(struct rig *r)
{
	memset(&r->diag, 0, sizeof(r->diag));
	fake_held(r->w, NULL, &r->before);
}

void rig_check(struct rig *r)
{
	struct fake_held now;

	fake_held(r->w, NULL, &now);
	now.xs_nodes = r->before.xs_nodes;
	assert_memory_equal(&now, &r->before, sizeof(now));
	assert_int_equal(fake_violations(r->w), 0);
}

void rig_diag(const struct rig *r, int err, const char *node)
{
	assert_int_equal(r->diag.err, err);
	if (!node)
		assert_null(r->diag.node);
	else if (!r->diag.node)
		fail_msg("diagnosis without a node, not \"%s\"", node);
	else
		assert_string_equal(r->diag.node, node);
}

uint32_t rig_fail_each(struct rig *r, struct fake_dom *d, uint32_t mask, int err,
		       int (*run)(struct rig *r), void (*check)(struct rig *r))
{
	uint32_t n;

	for (n = 1;; n++) {
		uint32_t fired;
		int ret;

		rig_mark(r);
		fake_fault(d, mask, n, err, false);
		ret = run(r);
		fired = fake_fault_fired(d);
		fake_fault(d, 0, 0, 0, false);
		if (!fired) {
			assert_int_equal(ret, 0);
			rig_diag(r, 0, NULL);
			return n - 1;
		}
		assert_int_equal(ret, err);
		assert_int_equal(r->diag.err, err);
		assert_non_null(r->diag.node);
		rig_check(r);
		if (check)
			check(r);
		assert_true(n < 10000);
	}
}
