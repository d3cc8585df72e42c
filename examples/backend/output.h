/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The one interface between guests and whatever shows their pictures.
 *
 * An output has heads, one for each connector of each guest. A guest attaches
 * framebuffers (struct be_frame), shows one, flips to others and is told when
 * each flip is done. Outputs never see the protocol, guests never the screen.
 *
 * Context: one thread. Outputs call back from flip(), fire() and ready() only.
 * A frame's pixels belong to the guest and change at any time: outputs read them
 * inside the bounds of the frame and believe nothing they find there.
 */
#ifndef BE_OUTPUT_H
#define BE_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"

struct be_convert_image;

/* A guest's framebuffer. Lives until frame_gone(). */
struct be_frame {
	const uint8_t *pixels;
	uint32_t width, height;		/* pixels */
	uint32_t stride;		/* bytes */
	uint32_t format;		/* fourcc, one of displif_format_at() */
	struct be_convert_image *image; /* convert.c's, made when first needed */
};

/* Which connector a head is for, and whom it tells. */
struct be_head_info {
	uint32_t domid, dev, connector;
	uint32_t width, height; /* of the connector, as the toolstack configured it */
	/* The flip @fb was accepted with is on the screen. Once for each flip. */
	void (*flipped)(void *arg, uint64_t fb);
	void *arg;
};

/* Every output's own struct begins with one of these. */
struct be_output {
	const struct be_output_ops *ops;
};

/* Where a framebuffer lies, and on what. */
struct be_place {
	uint32_t x, y;		/* as in be_view_make() */
	uint32_t width, height; /* of the connector, from now on; not larger than the framebuffer or as configured */
};

struct be_head {
	struct be_output *output;
	struct be_head_info info;
};

struct be_output_ops {
	const char *name;

	/* Returns NULL after telling why. @opt outlives it. */
	struct be_output *(*open)(const struct be_options *opt);
	/* All heads have been put. */
	void (*close)(struct be_output *out);
	/* Descriptor to wait for reading on, or -1. */
	int (*fd)(struct be_output *out);
	void (*ready)(struct be_output *out, uint64_t now);
	/* When to call fire(), ms of displif_loop_clock(), or DISPLIF_NEVER. */
	uint64_t (*deadline)(struct be_output *out);
	void (*fire)(struct be_output *out, uint64_t now);

	/* NULL when memory is short only. A head that finds no screen still takes flips. */
	struct be_head *(*take)(struct be_output *out, const struct be_head_info *info);
	void (*put)(struct be_head *head);
	/* The screen's EDID: its size, 0 if there is none. *@data lives as long as the head. */
	uint32_t (*edid)(struct be_head *head, const uint8_t **data);

	/* Shows @frame from now on. */
	void (*show)(struct be_head *head, struct be_frame *frame, const struct be_place *place);
	/* Shows nothing. */
	void (*blank)(struct be_head *head);
	/*
	 * Replaces the picture by @frame, at the place of the last show(); flipped(@fb) follows, at once
	 * or later. While nothing is shown nothing changes, but flipped() comes all the same.
	 * @fb is not 0.
	 */
	void (*flip)(struct be_head *head, struct be_frame *frame, uint64_t fb, uint64_t now);
	/* Forgets all flips that are under way: no flipped() for them. */
	void (*drop)(struct be_head *head);
	/*
	 * The frame's memory goes away: who shows it goes on with a copy, or blank. Flips to it
	 * still end in flipped().
	 */
	void (*frame_gone)(struct be_output *out, struct be_frame *frame);

	/* Writes what is shown to files, if that was asked for. */
	void (*save)(struct be_output *out);
};

extern const struct be_output_ops be_output_headless;
extern const struct be_output_ops be_output_kms;

#endif
