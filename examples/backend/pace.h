/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Page flips that wait for their turn, and a clock of frames where no screen has one. Pure. */
#ifndef BE_PACE_H
#define BE_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct be_frame;

/* As many flips as the protocol library accepts of one connector before they are done. */
#define BE_FLIPS_MAX 64u

struct be_flip {
	struct be_frame *frame; /* NULL: its memory went away, or there is nothing to show */
	uint64_t fb;		/* whom to tell; 0: nobody */
};

struct be_flipq {
	struct be_flip flip[BE_FLIPS_MAX];
	uint32_t first, n;
};

/* Appends a flip. False if the queue is full. */
bool be_flipq_push(struct be_flipq *q, struct be_frame *frame, uint64_t fb);
/* Takes the oldest. False if there is none. */
bool be_flipq_pop(struct be_flipq *q, struct be_flip *flip);
/* No flip shows @frame (NULL: any frame) any more; all are still there. */
void be_flipq_forget(struct be_flipq *q, const struct be_frame *frame);
void be_flipq_clear(struct be_flipq *q);

/* Frames come at multiples of the period, counted from the first flip after a pause. */
struct be_pace {
	uint64_t next_us;   /* the earliest time of the next frame */
	uint32_t period_us; /* 0: no limit */
};

void be_pace_init(struct be_pace *pace, uint32_t refresh);
/* The first ms at which a frame may be shown. */
uint64_t be_pace_due(const struct be_pace *pace);
/* A frame is shown at @now (ms), which is not before be_pace_due(): moves on to the next. */
void be_pace_step(struct be_pace *pace, uint64_t now);

#endif
