#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Counts the instructions of each benchmark's loop by callgrind and compares them with those recorded in
# expected.txt: 5 % more is a failure. Instruction counts, unlike times, are the same on a busy machine.
#
# usage: gate.sh DISPLIF-BENCH COMPILER FOLDER [--record]
#
# --record writes what was counted into expected.txt, for this compiler.
set -eu

fail()
{
	echo "FAIL: $*" >&2
	exit 1
}

bench=${1:?"usage: $0 DISPLIF-BENCH COMPILER FOLDER [--record]"}
key=${2:?}
work=${3:?}
expected=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/expected.txt
command -v valgrind >/dev/null || fail "'valgrind' is missing; scripts/deps.sh test"
mkdir -p "$work"

# count BENCHMARK SIDE N: instructions of N iterations, those of its callees included.
count()
{
	valgrind --tool=callgrind --callgrind-out-file="$work/$1.$2" --toggle-collect="run_$1_$2" \
		"$bench" --count "$1" "$2" "$3" >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "$1 $2"; }
	sed -n 's/^==[0-9]*== I *refs: *//p' "$work/log" | tr -d ,
}

# judge EXPECTED: compares $work/counts with a file like expected.txt; fails beyond 5 %.
judge()
{
	awk -v key="$key" '
	NR == FNR { if ($1 == key) want[$2 " " $3] = $4; next }
	{
		id = $1 " " $2
		if (!(id in want)) {
			printf "  %-10s nothing recorded for %s\n", $1, key
			bad = 1
			next
		}
		change = 100 * ($3 / want[id] - 1)
		verdict = $3 > want[id] * 1.05 ? "TOO MANY" : change < -5 ? "less: record anew" : "ok"
		printf "  %-10s %10.1f  %8.1f  %+6.1f %%  %-9s  %8.1f\n", $1, $3 / $2, want[id] / $2,
			change, verdict, $4 / $2
		if (verdict == "TOO MANY") bad = 1
	}
	END { exit bad }' "$1" "$work/counts"
}

while read -r name n; do
	ours=$(count "$name" ours "$n")
	bare=$(count "$name" bare "$n")
	case "$ours$bare" in
	'' | *[!0-9]*) fail "$name: callgrind counted '$ours' and '$bare'" ;;
	esac
	if [ "$ours" -le "$n" ] || [ "$bare" -le "$n" ]; then
		fail "$name: callgrind did not find the loop"
	fi
	echo "$name $n $ours $bare"
done >"$work/counts" <<-END
	roundtrip 1600
	batch 1600
	flip 1600
	pgdir 16
END
[ "$(wc -l <"$work/counts")" = 4 ] || fail "not all benchmarks were counted"

if [ "${4-}" = --record ]; then
	{ grep -v "^$key " "$expected"; awk -v key="$key" '{ print key, $1, $2, $3 }' "$work/counts"; } >"$work/new"
	cat "$work/new" >"$expected"
fi

status=0
{
	echo "Instructions for one iteration, counted by callgrind; $key -O2; at most 5 % above what is recorded"
	echo "  benchmark    measured  recorded    change             by hand"
	judge "$expected"
} >"$work/table" || status=1
cat "$work/table"
[ -z "${DISPLIF_FIGURES-}" ] || cat "$work/table" >"$DISPLIF_FIGURES/bench-instructions.txt"
[ $status = 0 ] || fail "see above; if it is meant to be so: cmake --build BUILD --target bench-record"

# A gate that is always open is none: 6 % fewer recorded must fail, 4 % fewer must not.
awk -v key="$key" '{ print key, $1, $2, int($3 / 1.06) }' "$work/counts" >"$work/tight"
awk -v key="$key" '{ print key, $1, $2, int($3 / 1.04) }' "$work/counts" >"$work/loose"
! judge "$work/tight" >/dev/null || fail "the gate lets 6 % more pass"
judge "$work/loose" >/dev/null || fail "the gate stops 4 % more"
