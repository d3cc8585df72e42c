/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Event channels between two threads: bits that stay set until they are taken,
 * and sleep. A side that goes to sleep while the other sleeps, and nothing is
 * pending for either, stands still for ever: a wake-up was lost. That is judged
 * under one lock, without a clock.
 */
#ifndef STRESS_CHANNEL_H
#define STRESS_CHANNEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum side { SIDE_FRONT, SIDE_BACK };

struct channels {
	pthread_mutex_t lock;
	pthread_cond_t cond[2];
	uint32_t pending[2];
	bool asleep[2];
	bool over; /* nobody is to sleep any more */
	bool standstill;
	uint32_t slept[2]; /* how often */
};

void channels_init(struct channels *c);
/* Sets @bits for @side and wakes it. */
void channels_notify(struct channels *c, enum side side, uint32_t bits);
/* Takes what is pending for @side; sleeps until something is. 0: over, or a standstill. */
uint32_t channels_wait(struct channels *c, enum side side);
/* The same without sleep. */
uint32_t channels_take(struct channels *c, enum side side);
/* Whether the side that is not @side sleeps and nothing is pending for it. */
bool channels_alone(struct channels *c, enum side side);
/* The run is over: wakes everybody; @standstill: since nothing moves any more. */
void channels_end(struct channels *c, bool standstill);

#endif
