# SPDX-License-Identifier: MIT OR GPL-2.0-only
# err.c proof_text: an unknown error selects a row behind the table
s/err <= 0 \&\& err >= DISPLIF_E_BUG/err <= 0/
