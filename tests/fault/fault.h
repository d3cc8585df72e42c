/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Lets the n-th call of an end's port fail, for n = 1, 2, ... until a run in which nothing failed. */
#ifndef FAULT_H
#define FAULT_H

#include "rig.h"

enum fault_end {
	FAULT_FRONT,
	FAULT_BACK,
};

struct fault {
	enum fault_end end;
	uint32_t mask; /* FAKE_OP_* */
	uint32_t nth;  /* counted by fault_loop() */
	int err;       /* what the call returns; 0: DISPLIF_E_OS */
	bool repeat;   /* and all calls after it */
};

/* Arms the plan on the end's domain. */
void fault_arm(struct rig *r, const struct fault *fault);
/* Disarms it. True if it fired. */
bool fault_disarm(struct rig *r, const struct fault *fault);

/*
 * Calls @run with nth = 1, 2, ... until it returns false: nothing failed.
 * Asserts that @at_least runs had a failure, so that a test of nothing fails.
 */
void fault_loop(struct fault fault, bool (*run)(const struct fault *fault), uint32_t at_least);
/* fault_loop() for one failing call and for all from the n-th on, on the end given. */
void fault_both(enum fault_end end, bool (*run)(const struct fault *fault), uint32_t at_least);

/* Asserts that both ends connect, if need be with the driver loaded anew, and that a picture goes through. */
void fault_recover(struct rig *r, bool reload);

#endif
