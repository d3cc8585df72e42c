/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The checks' world on a real Xen. */
#ifndef CC_XEN_H
#define CC_XEN_H

#include <displif-xen.h>

#include "options.h"
#include "world.h"

struct cc_xen {
	struct displif_xen *xen;
	struct cc_world world;
	bool verbose;
};

/* Opens Xen and finds the device. False, with a message: nothing is left open. */
bool cc_xen_open(struct cc_xen *x, const struct cc_options *opt);
void cc_xen_close(struct cc_xen *x);

#endif
