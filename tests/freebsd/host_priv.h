/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the files of the machine share. */
#ifndef HOST_PRIV_H
#define HOST_PRIV_H

#include "machine.h"

struct host {
	struct fake_world *w;
	struct fake_dom *dom, *dom0;
	struct displif_port port; /* of dom */
	uint64_t seed, patience;
	uint32_t failures, points, us, grants;
	uint32_t spins;
	bool in_dom0, in_at, stopped;
	/* plans */
	uint32_t fault_mask, fault_nth, fault_calls, fault_fired;
	bool fault_repeat;
	void (*at)(void *arg);
	void *at_arg;
	void (*on_sleep)(void *arg);
	void *on_sleep_arg;
	uint32_t at_point;
};

extern struct host host;

bool host_chance(uint32_t of);
bool host_dom0(void);
void host_events(void);
void host_sched_init(void);
void host_sched_end(void);
void host_on_chan(void *arg, void *tag);
void host_memory_end(void);

#endif
