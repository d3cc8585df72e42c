#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Frama-C's Eva finds no undefined behaviour in the library, and has seen all of it.
# usage: run.sh FOLDER MACHDEP
#
# MACHDEP: gcc_x86_64, gcc_x86_32, ppc_32 (big-endian). Fails on any alarm, on a function of ours that was
# not reached, on an exported one that no harness calls, and below a floor of statements.
. "$(dirname -- "$0")/../build/lib.sh"
. "$top/tests/proof/eva.sh"
need frama-c gcc python3
machdep=${2:?"usage: $0 FOLDER MACHDEP"}
check=proof-$machdep # three of them leave a figure each
[ -z "${DISPLIF_FIGURES-}" ] || rm -f "$DISPLIF_FIGURES/$check.txt"

ok=yes
sources | sed "s,^,$src/," >"$work/files"
# shellcheck disable=SC2046
eva "$machdep" main "$src" "$work/log" $(cat "$work/files") "$proof"/harness.c "$proof"/h_*.c \
	-metrics -metrics-eva-cover || ok=no
python3 "$proof/report.py" "$work/log" "$work/files" "$proof" "$src" "$top/libdisplif/include" >"$work/report" || ok=no
sed 1d "$work/report"
if [ $ok = no ]; then
	sed -n 1p "$work/report"
	echo "the whole log: $work/log"
	fail "$machdep: not proved"
fi
figure "proof on $machdep: $(sed -n 1p "$work/report")"
