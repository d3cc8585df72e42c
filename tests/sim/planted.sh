#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The simulation can fail: for each bug that is planted in a copy of the library's sources one of its first seeds does.
# usage: planted.sh FOLDER MAIN ARCHIVE...
#
# A bug is mutants/NAME.sed, whose second line is "# FILE MODE: what is wrong". The changed file is linked before the
# archives of the build, so that its old self stays in there.
. "$(dirname -- "$0")/../build/lib.sh"
cc=${CC:-gcc}
need "${cc%% *}" sed
main=$2
shift 2
seeds=20000	# the rarest needs less than a quarter of them

compile="$cc -std=gnu11 -O2 -DDISPLIF_ENV_HEADER=displif_env_fake.h -I$src -I$top/tests/fake -I$top/tests/loop $includes"
$compile -I"$top/tests/sim" -c "$main" -o "$work/main.o" || fail "main.c does not compile"

n=0
missed=
for script in "$top"/tests/sim/mutants/*.sed; do
	name=${script##*/}
	name=${name%.sed}
	head=$(sed -n '2s/^# //p' "$script")
	file=${head%% *}
	mode=${head#* }
	mode=${mode%%:*}
	[ -f "$src/$file" ] || fail "$name: no source '$file'"
	sed -f "$script" "$src/$file" >"$work/$name.c"
	! cmp -s "$src/$file" "$work/$name.c" || fail "$name: changes nothing in $file: the source moved on"
	$compile -c "$work/$name.c" -o "$work/$name.o" || fail "$name: does not compile"
	$cc -o "$work/$name" "$work/main.o" "$work/$name.o" "$@" || fail "$name: does not link"

	n=$((n + 1))
	# Not for the figures: DISPLIF_FIGURES is those of the real thing.
	if DISPLIF_FIGURES='' "$work/$name" --mode "$mode" --runs "$seeds" --quiet 2>"$work/$name.log"; then
		echo "MISSED $name: ${head#*: }"
		missed="$missed $name"
	else
		grep -q '^FAIL ' "$work/$name.log" || { cat "$work/$name.log"; fail "$name: no verdict"; }
		echo "found $name: ${head#*: } ($(sed -n 's/^FAIL [^ ]* \(seed [0-9]*: [^:;]*\).*/\1/p;q' "$work/$name.log"))"
	fi
done
[ -z "$missed" ] || fail "not found:$missed"
[ $n -gt 0 ] || fail "no bugs planted"
figure "$n planted bugs found by the simulation"
