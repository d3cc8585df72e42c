#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Runs the benchmark and keeps its table for the closing report. Times are shown, never judged; what can
# fail is the work itself.
set -eu

bench=${1:?"usage: $0 DISPLIF-BENCH"}
table=$("$bench") || exit 1
echo "$table"
[ -z "${DISPLIF_FIGURES-}" ] || echo "$table" >"$DISPLIF_FIGURES/bench-time.txt"
