#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Each public header compiles alone, and twice in one file, as C11 and as C++, hosted and freestanding.
. "$(dirname -- "$0")/lib.sh"
need gcc g++ clang clang++

n=0
for header in "$top"/libdisplif/include/displif/*.h; do
	name=${header##*/}
	printf '#include <displif/%s>\n#include <displif/%s>\nextern int keep;\n' "$name" "$name" >"$work/one.c"
	for cc in "gcc -x c -std=c11" "gcc -x c -std=c11 -ffreestanding" "clang -x c -std=c11" \
		"clang -x c -std=c11 -ffreestanding" "g++ -x c++ -std=c++11" "g++ -x c++ -std=c++20" \
		"clang++ -x c++ -std=c++11" "clang++ -x c++ -std=c++20"; do
		# shellcheck disable=SC2086
		$cc $warnings $includes -fsyntax-only "$work/one.c" || fail "$name alone, with: $cc"
		n=$((n + 1))
	done
done
[ $n -gt 0 ] || fail "no headers found"
echo "$n compilations"
