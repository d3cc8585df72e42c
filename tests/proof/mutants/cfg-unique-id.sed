# SPDX-License-Identifier: MIT OR GPL-2.0-only
# cfg.c proof_cfg: a unique-id of any length is copied
s/i < DISPLIF_UNIQUE_ID - 1u \&\& i < len/i < len/
