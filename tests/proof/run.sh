#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Frama-C's Eva finds no undefined behaviour in the library, and has seen all of it.
# usage: run.sh FOLDER MACHDEP
#
# MACHDEP: gcc_x86_64, gcc_x86_32, ppc_32 (big-endian). Fails on any alarm, on a
# function of ours that was not reached, and below a floor of statements.
. "$(dirname -- "$0")/../build/lib.sh"
. "$top/tests/proof/eva.sh"
need frama-c gcc python3
machdep=${2:?"usage: $0 FOLDER MACHDEP"}

ok=yes
proved | sed "s,^,$src/," >"$work/files"
# shellcheck disable=SC2046
eva "$machdep" main "$src" "$work/log" $(cat "$work/files") "$proof"/harness.c "$proof"/h_*.c \
	-metrics -metrics-eva-cover || ok=no
python3 "$proof/report.py" "$work/log" "$work/files" "$proof/harness.h" "$src"/*.h || ok=no
if [ $ok = no ]; then
	echo "the whole log: $work/log"
	fail "$machdep: not proved"
fi
pending=$(grep -v '^#' "$proof/pending" | tr '\n' ' ')
[ -z "$pending" ] || echo "NOT part of the proof yet: $pending"
