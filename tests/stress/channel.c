/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Event channels between two threads. */
#include "channel.h"

void channels_init(struct channels *c)
{
	*c = (struct channels){ .lock = PTHREAD_MUTEX_INITIALIZER };
	pthread_cond_init(&c->cond[SIDE_FRONT], NULL);
	pthread_cond_init(&c->cond[SIDE_BACK], NULL);
}

void channels_notify(struct channels *c, enum side side, uint32_t bits)
{
	pthread_mutex_lock(&c->lock);
	c->pending[side] |= bits;
	pthread_cond_signal(&c->cond[side]);
	pthread_mutex_unlock(&c->lock);
}

static void end(struct channels *c, bool standstill)
{
	c->over = true;
	c->standstill |= standstill;
	pthread_cond_broadcast(&c->cond[SIDE_FRONT]);
	pthread_cond_broadcast(&c->cond[SIDE_BACK]);
}

void channels_end(struct channels *c, bool standstill)
{
	pthread_mutex_lock(&c->lock);
	end(c, standstill);
	pthread_mutex_unlock(&c->lock);
}

static bool alone(const struct channels *c, enum side side)
{
	return c->asleep[1 - side] && !c->pending[1 - side];
}

bool channels_alone(struct channels *c, enum side side)
{
	bool yes;

	pthread_mutex_lock(&c->lock);
	yes = alone(c, side);
	pthread_mutex_unlock(&c->lock);
	return yes;
}

static uint32_t take(struct channels *c, enum side side)
{
	uint32_t bits = c->pending[side];

	c->pending[side] = 0;
	return bits;
}

uint32_t channels_take(struct channels *c, enum side side)
{
	uint32_t bits;

	pthread_mutex_lock(&c->lock);
	bits = take(c, side);
	pthread_mutex_unlock(&c->lock);
	return bits;
}

uint32_t channels_wait(struct channels *c, enum side side)
{
	uint32_t bits;

	pthread_mutex_lock(&c->lock);
	if (!c->pending[side] && !c->over) {
		if (alone(c, side))
			end(c, true);
		c->slept[side]++;
		c->asleep[side] = true;
		while (!c->pending[side] && !c->over)
			pthread_cond_wait(&c->cond[side], &c->lock);
		c->asleep[side] = false;
	}
	bits = take(c, side);
	pthread_mutex_unlock(&c->lock);
	return bits;
}
