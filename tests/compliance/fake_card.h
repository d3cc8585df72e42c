/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* A guest of the fake Xen that runs displif-testcard again and again, as a shell's loop would. */
#ifndef FAKE_CARD_H
#define FAKE_CARD_H

#include "fake_xen.h"

/* In domain FAKE_CC_GUEST of @w: 12 flips each time. @dies, or NULL: whether it ends now, for good. One at a time. */
void fake_card_begin(struct fake_world *w, bool be_alloc, bool (*dies)(void));
/* How often it ran to its end. */
uint32_t fake_card_runs(void);
void fake_card_end(void);

#endif
