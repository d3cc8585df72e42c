/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The file of --edid. */
#ifndef BE_EDID_FILE_H
#define BE_EDID_FILE_H

#include <stdint.h>

/*
 * Reads and checks an EDID file: 1 to 256 blocks of 128 bytes, checksums right. Returns its bytes,
 * to be freed, and *@len; NULL after telling what is wrong with it.
 */
uint8_t *be_edid_load(const char *path, uint32_t *len);

#endif
