/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* displif-testcard without its main(), in a guest of the fake Xen, with a whole backend in domain 0. */
#ifndef CARD_H
#define CARD_H

#include "end.h"
#include "fake_displif_xen.h"
#include "show.h"

#define GUEST 1u
#define WIDTH 64u
#define HEIGHT 48u

struct card {
	struct fake_world *w;
	struct fake_dom *fe, *be;
	struct end_back *b;
	struct displif_xen *xen;
	struct tc_options opt;
	struct tc_device dev;
	struct tc_show show;
	bool ended;
};

extern struct card card;

/* World, nodes and backend; card.opt is filled and may be changed. */
void card_begin(bool be_alloc, const char *connectors);
/* The program as its main() sets it up, without the device. */
void card_program(void);
/* The program begins. */
void card_start(void);
/* Whether the program left its loop. */
bool card_is_over(void *arg);
/* Runs the world for @ms at most; whether the program left its loop. */
bool card_run_to_end(uint32_t ms);
/* Runs until so many flip events came. */
void card_run_flips(uint32_t n);
/* Closes the program, asserts that it left nothing, then ends the rest likewise. */
void card_end(bool backend_lives);
/* Asserts that the backend's screen shows the card of this number. */
void card_assert_frame(uint32_t frame);

#endif
