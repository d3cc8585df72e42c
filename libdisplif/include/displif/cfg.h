/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A device's configuration as the toolstack wrote it into the frontend's
 * directory, fed node by node and checked as a whole.
 */
#ifndef DISPLIF_CFG_H
#define DISPLIF_CFG_H

#include "proto.h"
#include "xs.h"

DISPLIF_BEGIN_DECLS

/* Longest unique-id that is kept, terminator included; a longer one is RANGE. */
#define DISPLIF_UNIQUE_ID 64u

struct displif_connector_cfg {
	uint32_t width, height;           /* "resolution", pixels; 0: not read yet */
	char unique_id[DISPLIF_UNIQUE_ID]; /* printable ASCII, terminated; "" if absent */
};

struct displif_cfg {
	struct displif_connector_cfg *connector; /* the caller's array */
	uint32_t cap;           /* its entries, 1 .. DISPLIF_MAX_CONNECTORS */
	uint32_t n;             /* connectors found */
	uint32_t version;       /* protocol version chosen, 1 (also before one is) or 2 */
	bool be_alloc;
};

/* Empties *@cfg over the caller's array. Returns 0 or INVAL (cap). */
DISPLIF_API int displif_cfg_init(struct displif_cfg *cfg, struct displif_connector_cfg *connector,
				 uint32_t cap);

/*
 * Adds connector @index from its two texts; @unique_id may be NULL (absent).
 * Connectors are contiguous from 0 ("conn-idx", io/displif.h): @index must be
 * cfg->n. Returns 0; NOSPC if the array is full (diag->limit = cap); RANGE for
 * a bad resolution or an unprintable, too long unique-id; INVAL for an index
 * out of order. On error the configuration is unchanged.
 */
DISPLIF_API int displif_cfg_add(struct displif_cfg *cfg, uint32_t index, const char *resolution,
				uint32_t resolution_len, const char *unique_id,
				uint32_t unique_id_len, struct displif_diag *diag);

/*
 * Judges the whole: returns 0 if there is a connector, else RANGE with node "0/resolution".
 */
DISPLIF_API int displif_cfg_check(const struct displif_cfg *cfg, struct displif_diag *diag);

DISPLIF_END_DECLS

#endif
