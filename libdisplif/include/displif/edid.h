/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A list of modes from an EDID that nobody vouches for.
 *
 * Reads the base block (VESA E-EDID 1.3 / 1.4) and the detailed timings of
 * CTA-861 extension blocks; other extensions are skipped. All checksums must
 * be right. Any context; nothing is kept.
 */
#ifndef DISPLIF_EDID_H
#define DISPLIF_EDID_H

#include "err.h"

DISPLIF_BEGIN_DECLS

#define DISPLIF_EDID_BLOCK 128u
/* Base block and 255 extensions. */
#define DISPLIF_EDID_MAX 32768u

#define DISPLIF_MODE_PREFERRED 1u
#define DISPLIF_MODE_INTERLACED 2u
#define DISPLIF_MODE_HSYNC_POS 4u
#define DISPLIF_MODE_VSYNC_POS 8u

/*
 * A mode. Detailed timings carry clock and blanking; established and standard
 * timings only size and refresh (clock_khz = 0, all sync fields 0). The vertical
 * numbers of an interlaced mode are those of a whole frame.
 */
struct displif_mode {
	uint32_t width, height;  /* active pixels, 1 .. 4095; height of interlaced ones up to 8190 */
	uint32_t refresh_mhz;    /* frames per second * 1000, rounded, 1000 .. 4000000 */
	uint32_t clock_khz;      /* pixel clock, or 0 */
	uint16_t hsync_start, hsync_end, htotal;
	uint16_t vsync_start, vsync_end, vtotal;
	uint32_t flags;          /* DISPLIF_MODE_* */
};

struct displif_edid {
	char vendor[4];          /* three letters, terminated; "???" if not letters */
	uint16_t product;
	uint32_t serial;
	char name[14];           /* monitor name descriptor, printable, terminated; or "" */
	uint8_t version, revision;
	uint32_t blocks;         /* blocks that were read, 1 .. 256 */
	uint32_t n_modes;        /* modes written */
	uint32_t dropped;        /* modes that did not fit into the caller's array, each time they were found */
};

/*
 * Parses @size bytes at @data, which must not change meanwhile (a private
 * copy). @mode: the caller's array of @cap entries; may be NULL if cap is 0.
 * Order: detailed timings as they come (the first is PREFERRED), then standard,
 * then established ones. Left out: duplicates (size, scan and refresh within
 * 0.5 Hz), detailed timings whose sync pulse is empty or not in the blanking, and
 * those below 1 or from 4000 frames per second. Borders are ignored.
 * *@edid is always written. Returns 0; RANGE if size is not a multiple of 128
 * in 128 .. 32768 or smaller than the extension count demands (more is ignored);
 * PROTO for a bad header, a version other than 1 or a bad checksum (diag->node
 * says which, diag->value = the block). @diag may be NULL.
 */
DISPLIF_API int displif_edid_parse(const uint8_t *data, uint32_t size, struct displif_edid *edid,
				   struct displif_mode *mode, uint32_t cap, struct displif_diag *diag);

DISPLIF_END_DECLS

#endif
