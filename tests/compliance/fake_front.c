/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Frontend mode on the fake Xen: a backend of tests/loop is judged. */
#include <stdlib.h>

#include "bad_back.h"
#include "fake_cc.h"
#include "front.h"

/* An EDID of one block: header, no descriptors, a good checksum. */
static void make_edid(uint8_t *edid)
{
	uint32_t i, sum = 0;

	for (i = 1; i < 7; i++)
		edid[i] = 0xff;
	edid[18] = 1;
	edid[19] = 4;
	for (i = 0; i < 127; i++)
		sum += edid[i];
	edid[127] = (uint8_t)(0x100u - (sum & 0xffu));
}

int fake_cc_front(const struct cc_options *opt, const struct bad_back *bad, struct cc_report *rep)
{
	static uint8_t edid[128];
	static struct cc_front front;
	struct fake_world *w = fake_world_new(NULL, fake_cc_seed);
	struct fake_cc cc;
	struct end_back *back;
	int status = CC_EXIT_BEGIN;

	if (!w)
		return CC_EXIT_BEGIN;
	make_edid(edid);
	fake_dom_new(w, FAKE_CC_GUEST);
	fake_toolstack_attach(w, 0, FAKE_CC_GUEST, 0, true, FAKE_CC_CONNECTORS);
	back = end_back_new(fake_dom_get(w, 0), FAKE_CC_GUEST, 0);
	back->edid = edid;
	back->edid_size = sizeof(edid);
	bad_back_begin(back, bad);
	fake_cc_init(&cc, w, FAKE_CC_GUEST, 0, true);
	if (cc_front_init(&front, &cc.world, opt->connector) &&
	    cc_report_begin(rep, opt, bad ? bad->name : "the backend of tests/loop")) {
		cc_front_run(&front, rep);
		status = cc_report_end(rep);
	}
	bad_back_end();
	end_back_free(back, false);
	fake_world_free(w);
	return status;
}
