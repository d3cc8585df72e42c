/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The n-th call fails: the loop around the tests, and what must work afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fault.h"

/* More calls than any scenario makes. */
#define ENOUGH 5000u

static struct fake_dom *dom_of(struct rig *r, const struct fault *fault)
{
	return fault->end == FAULT_FRONT ? r->fe : r->be;
}

void fault_arm(struct rig *r, const struct fault *fault)
{
	fake_fault(dom_of(r, fault), fault->mask, fault->nth,
		   fault->err ? fault->err : DISPLIF_E_OS, fault->repeat);
}

bool fault_disarm(struct rig *r, const struct fault *fault)
{
	bool fired = fake_fault_fired(dom_of(r, fault)) > 0;

	fake_fault(dom_of(r, fault), 0, 0, 0, false);
	return fired;
}

void fault_loop(struct fault fault, bool (*run)(const struct fault *fault), uint32_t at_least)
{
	for (fault.nth = 1; fault.nth < ENOUGH && run(&fault); fault.nth++)
		;
	assert_in_range(fault.nth - 1, at_least, ENOUGH - 2);
	print_message("%s end: each of %u calls failed%s\n",
		      fault.end == FAULT_FRONT ? "front" : "back", fault.nth - 1,
		      fault.repeat ? " with all after it" : "");
}

void fault_both(enum fault_end end, bool (*run)(const struct fault *fault), uint32_t at_least)
{
	struct fault fault = { .end = end, .mask = FAKE_OP_USUAL };

	fault_loop(fault, run, at_least);
	fault.repeat = true;
	fault_loop(fault, run, at_least);
}

static bool front_final(void *arg)
{
	return ((struct rig *)arg)->f->final;
}

void fault_recover(struct rig *r, bool reload)
{
	bool up = rig_connected(r);
	int buf;

	if (!up && reload) {
		end_front_remove(r->f);
		assert_true(fake_until(r->w, front_final, r, 5000));
		end_front_free(r->f, true);
		fake_xs_puts(r->fe, 0, "device/vdispl/0/state", "1");
		r->f = end_front_new(r->fe, 0);
		up = rig_connected(r);
	}
	assert_true(up);
	buf = end_front_buf(r->f, DISPLIF_SHARE_OWN, 64, 48);
	assert_true(buf >= 0);
	assert_int_equal(end_front_config(r->f, 0, buf), 0);
	assert_int_equal(end_front_flip(r->f, 0, buf), 0);
	assert_int_equal(end_front_buf_free(r->f, buf), 0);
}
