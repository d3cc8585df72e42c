/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The EDID of a monitor that does not exist. */
#ifndef LB_EDID_H
#define LB_EDID_H

#include <stdint.h>

#include <displif/edid.h>

/* What an EDID's detailed timing can say, in pixels. */
#define LB_EDID_MAX_SIDE 4095u

/*
 * Writes one block: monitor "Loopback" with one mode of @width x @height, each
 * 1 to LB_EDID_MAX_SIDE, at 60 Hz or what the largest pixel clock allows.
 */
void lb_edid_make(uint8_t block[DISPLIF_EDID_BLOCK], uint32_t width, uint32_t height);

#endif
