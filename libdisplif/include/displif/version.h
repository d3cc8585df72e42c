/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The library's version: the one place it is written down. Semantic versioning. */
#ifndef DISPLIF_VERSION_H
#define DISPLIF_VERSION_H

#define DISPLIF_VERSION_MAJOR 0
#define DISPLIF_VERSION_MINOR 1
#define DISPLIF_VERSION_PATCH 0

/* One comparable number: 0xMMmmpp. */
#define DISPLIF_VERSION \
	((DISPLIF_VERSION_MAJOR << 16) | (DISPLIF_VERSION_MINOR << 8) | DISPLIF_VERSION_PATCH)

#endif
