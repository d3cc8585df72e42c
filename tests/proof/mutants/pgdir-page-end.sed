# SPDX-License-Identifier: MIT OR GPL-2.0-only
# pgdir.c proof_pgdir: one word more than a directory page holds
/int displif_pgdir_walk_page/,/^}/s/i < DISPLIF_PGDIR_GREFS/i <= DISPLIF_PGDIR_GREFS/
