/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * How the vblank timer follows the backend's flip events. Times are ns of one clock. Nothing here
 * asks which kernel it is, so that a host can run it against backends of every pace.
 */
#ifndef DISPLIF_PHASE_H
#define DISPLIF_PHASE_H

#include <displif/env.h>

enum ddrm_phase_do {
	DDRM_PHASE_WAIT, /* the event goes out with the next tick */
	DDRM_PHASE_SEND, /* it belongs to the vblank of now */
	DDRM_PHASE_NEXT, /* it is the next vblank, ahead of its tick */
};

struct ddrm_phase {
	enum ddrm_phase_do what;
	int64_t stamp; /* the time of the vblank of now from here on */
};

/* How much later than a period a tick comes while flips flow, so that the backend's event wins. */
static inline uint32_t ddrm_phase_slack(uint32_t period)
{
	return period / 16u;
}

/*
 * A flip that was sent at @sent was shown at @now. @stamp: the vblank of now; @done: it has
 * completed a flip.
 *
 * A vblank completes one flip. The second one of a period, from a backend that does not pace
 * itself, waits; the sixteenth is what a backend's clock and ours may differ. A young event
 * belongs to the tick that was, whose time DRM keeps; the phase follows in steps of an eighth, so
 * that the next vblank is nearer to one period from that time than to two. If the flip was sent
 * after that tick it waits, since nothing is shown before it is sent.
 */
static inline struct ddrm_phase ddrm_phase_flip(int64_t stamp, bool done, int64_t sent, int64_t now,
						uint32_t period)
{
	int64_t age = now - stamp, step = period / 8u;
	struct ddrm_phase p = { DDRM_PHASE_NEXT, now };

	if (done && age < (int64_t)(period - ddrm_phase_slack(period))) {
		p.what = DDRM_PHASE_WAIT;
		p.stamp = stamp;
	} else if (age < (int64_t)(period / 2u)) {
		p.what = sent > stamp ? DDRM_PHASE_WAIT : DDRM_PHASE_SEND;
		p.stamp = stamp + (age < step ? age : step);
	}
	return p;
}

#endif
