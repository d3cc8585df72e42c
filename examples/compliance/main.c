/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-compliance: judges the other end of a virtual display. */
#include <stdio.h>

#include "back.h"
#include "front.h"
#include "xen.h"

static struct cc_xen xen;
static struct cc_front front;
static struct cc_back back;

/* Whether there is something to be judged; @rep has begun then. */
static bool begin(const struct cc_options *opt, struct cc_report *rep)
{
	char peer[80];

	if (!(opt->mode == CC_MODE_FRONT ?
		      cc_front_init(&front, &xen.world, opt->connector) :
		      cc_back_init(&back, &xen.world, opt->activity_s * 1000u)))
		return false;
	snprintf(peer, sizeof(peer), "the %s of domain %u, device %u",
		 opt->mode == CC_MODE_FRONT ? "backend" : "frontend", xen.world.peer, opt->device);
	return cc_report_begin(rep, opt, peer);
}

static int run(const struct cc_options *opt)
{
	struct cc_report rep;
	bool begun;

	if (!cc_xen_open(&xen, opt))
		return CC_EXIT_BEGIN;
	begun = begin(opt, &rep);
	if (begun && opt->mode == CC_MODE_FRONT)
		cc_front_run(&front, &rep);
	else if (begun)
		cc_back_run(&back, &rep);
	cc_xen_close(&xen);
	return begun ? cc_report_end(&rep) : CC_EXIT_BEGIN;
}

int main(int argc, char **argv)
{
	struct cc_options opt;
	int status = cc_report_command_line(&opt, argc, argv);

	return status < 0 ? run(&opt) : status;
}
