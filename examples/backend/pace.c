/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The queue of flips of one head and its clock of frames. */
#include "pace.h"

#include <string.h>

bool be_flipq_push(struct be_flipq *q, struct be_frame *frame, uint64_t fb)
{
	if (q->n == BE_FLIPS_MAX)
		return false;
	q->flip[(q->first + q->n) % BE_FLIPS_MAX] = (struct be_flip){ frame, fb };
	q->n++;
	return true;
}

bool be_flipq_pop(struct be_flipq *q, struct be_flip *flip)
{
	if (!q->n)
		return false;
	*flip = q->flip[q->first];
	q->first = (q->first + 1) % BE_FLIPS_MAX;
	q->n--;
	return true;
}

void be_flipq_forget(struct be_flipq *q, const struct be_frame *frame)
{
	for (uint32_t i = 0; i < q->n; i++) {
		struct be_flip *flip = &q->flip[(q->first + i) % BE_FLIPS_MAX];

		if (!frame || flip->frame == frame)
			flip->frame = NULL;
	}
}

void be_flipq_clear(struct be_flipq *q)
{
	q->first = 0;
	q->n = 0;
}

void be_pace_init(struct be_pace *pace, uint32_t refresh)
{
	pace->next_us = 0;
	pace->period_us = refresh ? 1000000 / refresh : 0;
}

uint64_t be_pace_due(const struct be_pace *pace)
{
	return (pace->next_us + 999) / 1000;
}

void be_pace_step(struct be_pace *pace, uint64_t now)
{
	uint64_t now_us = now * 1000;

	/* Late by less than a frame: keep the rhythm, so that the rate is exact in the long run. */
	if (now_us < pace->next_us + pace->period_us)
		pace->next_us += pace->period_us;
	else
		pace->next_us = now_us + pace->period_us;
}
