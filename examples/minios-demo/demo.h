/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the files of the demo share. */
#ifndef MINIOS_DEMO_H
#define MINIOS_DEMO_H

#include <displfront.h>

/* Connectors that are drawn on; others stay dark. */
#define DEMO_HEADS 16u
/* Refused flips in a row after which a connector is given up. */
#define DEMO_REFUSED 10u

/* From the kernel command line. */
struct demo_options {
	uint32_t frames; /* of each connector, then the last one stays; 0: no end */
	uint32_t hold_s; /* how long it stays; 0: no end */
	uint32_t seed;	 /* of connector 0; connector n has seed + n */
	uint32_t flags;	 /* for displfront_fb_create() */
	bool no_edid;	 /* the toolstack's sizes, not the monitors' */
	bool nodraw;	 /* show frame 0 all the time: how fast are flips alone? */
};

/* Reads one of "frames=200" "hold=5" "seed=7" "be-alloc" "own" "nodraw" "no-edid"; says if it is none of them. */
void demo_options_word(struct demo_options *options, const char *word);
/* The same for words with blanks between them. */
void demo_options_read(struct demo_options *options, const char *line);

/* A connector, and what is drawn for it. */
struct demo_head {
	struct displfront_dev *dev;
	const struct demo_options *options;
	uint32_t index, width, height;
	struct displfront_fb *fb[2]; /* the second is NULL if there is no room for it */
	uint32_t holds[2];	     /* the frame that is drawn in it */
	bool drawn[2];
	uint32_t front; /* the framebuffer on the screen, and its frame */
	uint32_t frame;
	bool ready;		    /* framebuffers are there and one is shown */
	bool flying;		    /* a flip is under way */
	bool refused;		    /* given up */
	uint32_t errors, flips;	    /* refused flips in a row; flips since the last line */
	uint64_t first_ms, last_ms; /* when the first flip was sent and the last one was over */
};

/* Makes what is missing of framebuffers and shows frame head->frame. Blocks. 0 or a negative E*. */
int demo_head_bring(struct demo_head *head);
void demo_head_end(struct demo_head *head);
/* Draws the next frame and flips to it, unless one is under way or all frames are done. True: to be tried again soon. */
bool demo_head_next(struct demo_head *head);
/* A flip ended. */
void demo_head_flipped(struct demo_head *head, const struct displfront_event *event);
/* Whether the last frame is on the screen, or nothing more will come. */
bool demo_head_done(const struct demo_head *head);

#endif
