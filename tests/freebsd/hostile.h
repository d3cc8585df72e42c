/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* hostile-backend of tests/xen/hostile on the fake Xen: in domain 0, and in a thread of the mock machine's. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "backend.h"
#include "fake_xen.h"

/* One at a time: @attack on the device of domain 1, for so long since a frontend has connected, a minute at most. */
void hostile_begin(struct fake_dom *dom0, const struct hb_attack *attack, uint32_t ms,
		   uint64_t seed);
/* It has ended, and left its nodes as the toolstack wants them. */
bool hostile_over(void);
/* Frontends that it met. */
uint64_t hostile_met(void);

#endif
