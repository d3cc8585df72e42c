#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Fuzzes one target for a while. A crash is kept in FOLDER, and how to replay it is said.
# usage: target.sh FOLDER BUILD TARGET SECONDS   (BUILD: what build.sh made)
. "$(dirname -- "$0")/../build/lib.sh"
. "$top/tests/fuzz/fuzz.sh"
build=${2:?"usage: $0 FOLDER BUILD TARGET SECONDS"}
name=${3:?"a target"}
seconds=${4:?"seconds"}
check=fuzz-$name
[ -z "${DISPLIF_FIGURES-}" ] || rm -f "$DISPLIF_FIGURES/$check.txt"
[ -x "$build/fuzz_$name" ] || fail "$build/fuzz_$name is missing: build.sh makes it"

run_fuzzer "$build" "$name" "$work" "$seconds" || fail "$name: a finding, see above"
[ "${runs:-0}" -gt 1000 ] || fail "$name: only ${runs:-0} executions"
# What the corpus had already is not counted as new.
figure "fuzz $name: $runs executions in $seconds s, $(find "$work/corpus" -type f | wc -l) new inputs, no finding"
