#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# How much of the library its unit, loop and fault tests run: lines and branches, with a floor for each.
# usage: coverage.sh FOLDER
#
# Leaves FOLDER/table.txt, a line for each file with what is missing, and FOLDER/index.html, the sources coloured.
# Code that cannot be reached is counted like all other: it is defence in depth, and there is little of it.
. "$(dirname -- "$0")/../build/lib.sh"
need cmake make ctest gcovr nproc python3
least_lines=95 least_branches=90

cmake -G "Unix Makefiles" -S "$top" -B "$work/build" -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=None \
	-DDISPLIF_BUILD_TESTS=ON -DDISPLIF_BUILD_CHECKS=OFF -DDISPLIF_BUILD_BENCH=OFF -DDISPLIF_BUILD_EXAMPLES=OFF \
	-DDISPLIF_BUILD_XEN=OFF "-DCMAKE_C_FLAGS=-O0 --coverage" >"$work/log" 2>&1 || { cat "$work/log"; fail "cmake"; }
for part in unit loop fault; do
	make -C "$work/build/tests/$part" -j "$(nproc)" >"$work/log" 2>&1 || { cat "$work/log"; fail "the build"; }
done
# Indented, so that nobody takes it for the outer ctest.
(cd "$work/build" && ctest --output-on-failure --no-tests=error -L '^(unit|loop|fault)$') >"$work/log" 2>&1 ||
	{ sed 's/^/  | /' "$work/log"; fail "the tests"; }

# The file is in the build twice, for the library and for the fake Xen: gcovr adds both up.
gcovr --root "$top" --filter "$src/" "$work/build" --json-summary "$work/summary.json" \
	--html-details "$work/index.html" --txt "$work/lines.txt" >"$work/log" 2>&1 || { cat "$work/log"; fail "gcovr"; }
gcovr --root "$top" --filter "$src/" "$work/build" --branches --txt "$work/branches.txt" >"$work/log" 2>&1 ||
	{ cat "$work/log"; fail "gcovr"; }
cat "$work/lines.txt" "$work/branches.txt" >"$work/table.txt"

# shellcheck disable=SC2046
python3 - "$work/summary.json" $least_lines $least_branches $(sources) >"$work/verdict" <<'END' || { cat "$work/verdict"; fail "coverage"; }
import json
import os
import sys

with open(sys.argv[1], encoding='utf-8') as file:
    summary = json.load(file)
seen = {os.path.basename(f['filename']) for f in summary['files'] if f['line_covered']}
bad = ['no line of %s was run' % name for name in sys.argv[4:] if name not in seen]
for what, floor in (('line', float(sys.argv[2])), ('branch', float(sys.argv[3]))):
    covered, total = summary[what + '_covered'], summary[what + '_total']
    if not total or 100.0 * covered / total < floor:
        bad.append('%d of %d, fewer than %.0f %% (%s)' % (covered, total, floor, what))
print('coverage by unit, loop and fault tests: %d of %d lines (%.1f %%), %d of %d branches (%.1f %%)' % (
    summary['line_covered'], summary['line_total'], 100.0 * summary['line_covered'] / summary['line_total'],
    summary['branch_covered'], summary['branch_total'], 100.0 * summary['branch_covered'] / summary['branch_total']))
for line in bad:
    print(line)
sys.exit(1 if bad else 0)
END
sed 's/^/  /' "$work/branches.txt"
figure "$(cat "$work/verdict")"
