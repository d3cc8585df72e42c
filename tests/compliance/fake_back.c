/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Backend mode on the fake Xen: displif-testcard is judged. */
#include "back.h"
#include "bad_front.h"
#include "fake_card.h"
#include "fake_cc.h"

static struct cc_back back;

bool fake_cc_back_did_wrong(void)
{
	return back.plan.done;
}

int fake_cc_back(const struct cc_options *opt, const struct bad_front *bad, struct cc_report *rep)
{
	struct fake_world *w = fake_world_new(NULL, fake_cc_seed);
	struct fake_cc cc;
	int status = CC_EXIT_BEGIN;

	if (!w)
		return CC_EXIT_BEGIN;
	fake_dom_new(w, FAKE_CC_GUEST);
	fake_toolstack_attach(w, 0, FAKE_CC_GUEST, 0, bad && bad->be_alloc, FAKE_CC_CONNECTORS);
	fake_cc_init(&cc, w, 0, FAKE_CC_GUEST, false);
	fake_card_begin(w, bad && bad->be_alloc, bad ? bad->dies : NULL);
	bad_front_begin(fake_dom_get(w, FAKE_CC_GUEST), bad);
	if (cc_back_init(&back, &cc.world, opt->activity_s * 1000u) &&
	    cc_report_begin(rep, opt, bad ? bad->name : "displif-testcard")) {
		cc_back_run(&back, rep);
		status = cc_report_end(rep);
	}
	fake_card_end();
	bad_front_end();
	fake_world_free(w);
	return status;
}
