/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A host, a guest and one device between them on the fake Xen, for the tests of the port layer. */
#ifndef DISPLIF_TEST_PORT_RIG_H
#define DISPLIF_TEST_PORT_RIG_H

#include <displif/libdisplif.h>

#include "fake_xen.h"

#define RIG_GUEST 1
#define RIG_FRONT "/local/domain/1/device/vdispl/0"
#define RIG_BACK "/local/domain/0/backend/vdispl/1/0"

struct rig {
	struct fake_world *w;
	struct fake_dom *be, *fe;
	struct displif_port bp, fp;
	struct displif_diag diag;
	struct fake_held before; /* of rig_mark() */
};

/* Fixtures; *state is a struct rig with two connectors, 1920x1080 and 800x600. */
int rig_setup(void **state);
/* Fails the test if a domain still holds something or broke a rule. */
int rig_teardown(void **state);

/* Writes a node as domain 0. */
void rig_put(struct rig *r, const char *path, const char *text);

/* Remembers what all domains hold, forgets the diagnosis. */
void rig_mark(struct rig *r);
/* Fails the test unless they hold the same now. */
void rig_check(struct rig *r);
/* Fails the test unless the diagnosis is as given; @node NULL: none at all. */
void rig_diag(const struct rig *r, int err, const char *node);

/*
 * Lets the n-th operation of domain @d fail with @err, for every n until none
 * failed: @run does what is tested and says how it ended, @check is called
 * after each run that failed. Returns how many failed.
 */
uint32_t rig_fail_each(struct rig *r, struct fake_dom *d, uint32_t mask, int err,
		       int (*run)(struct rig *r), void (*check)(struct rig *r));

#endif
