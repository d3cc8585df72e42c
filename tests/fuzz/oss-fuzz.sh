#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# What OSS-Fuzz's container would do: its build script, with the variables that it sets, and its check that
# every target runs on its seed corpus.
# usage: oss-fuzz.sh FOLDER
. "$(dirname -- "$0")/../build/lib.sh"
. "$top/tests/fuzz/fuzz.sh"
need clang-14 clang++-14 ar python3

mkdir "$work/work" "$work/out"
flags="-O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined"
env WORK="$work/work" OUT="$work/out" CC=clang-14 CXX=clang++-14 CFLAGS="$flags" CXXFLAGS="$flags" \
	LIB_FUZZING_ENGINE=-fsanitize=fuzzer "$top/tests/fuzz/oss-fuzz/build.sh" || fail "build.sh"
n=0
for name in $(targets); do
	[ -f "$work/out/fuzz_$name.options" ] || fail "$name: no options"
	python3 -m zipfile -e "$work/out/fuzz_${name}_seed_corpus.zip" "$work/$name"
	"$work/out/fuzz_$name" -runs=100 "$work/$name" >"$work/$name.log" 2>&1 || { tail -n 20 "$work/$name.log"; fail "$name"; }
	n=$((n + 1))
done
[ $n -ge 5 ] || fail "only $n targets"
figure "$n targets built as OSS-Fuzz builds them"
