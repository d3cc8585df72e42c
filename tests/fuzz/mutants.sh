#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The targets bite: each bug that is planted in a copy of the sources is found, most of them at once by the committed corpus.
# usage: mutants.sh FOLDER BUILD [NAME...]   (BUILD: what build.sh made)
#
# A bug is mutants/NAME.sed, whose second line is "# FILE TARGET: what is wrong":
# the source it changes, and the target that must find it. The change must compile.
. "$(dirname -- "$0")/../build/lib.sh"
. "$top/tests/fuzz/fuzz.sh"
need "$fuzz_cc"
check="fuzz-mutants"
build=${2:?"usage: $0 FOLDER BUILD [NAME...]"}
[ -e "$build/libfuzzed.a" ] || fail "$build/libfuzzed.a is missing: build.sh makes it"
shift 2
if [ $# = 0 ]; then
	for script in "$fuzz"/mutants/*.sed; do
		name=${script##*/}
		set -- "$@" "${name%.sed}"
	done
fi
# Executions, so that the result does not depend on the load of the machine.
executions=20000

n=0
missed=
for name; do
	script=$fuzz/mutants/$name.sed
	head=$(sed -n '2s/^# //p' "$script")
	file=${head%% *}
	target=${head#* }
	target=${target%%:*}
	[ -f "$src/$file" ] || fail "$name: no source '$file'"

	copy=$work/$name
	mkdir "$copy"
	cp "$src"/*.h "$copy/"
	sed -f "$script" "$src/$file" >"$copy/$file"
	! cmp -s "$src/$file" "$copy/$file" || fail "$name: changes nothing in $file: the source moved on"
	# The changed object comes before the library, which has it unchanged.
	# shellcheck disable=SC2086
	$fuzz_cc $fuzz_plain $fuzz_sanitize -fsanitize=fuzzer $fuzz_includes "$copy/$file" \
		"$build/fuzz_$target.o" "$build/libfuzzed.a" -o "$copy/fuzz_$target" ||
		fail "$name: does not compile"

	n=$((n + 1))
	if run_fuzzer "$copy" "$target" "$copy" 0 -runs=$executions -seed=1 2>/dev/null; then
		echo "MISSED $name: ${head#*: }"
		missed="$missed $name"
	else
		grep -qE 'broken:|ERROR: AddressSanitizer|runtime error' "$copy/log" || fail "$name: see $copy/log"
		echo "found $name: ${head#*: } ($(grep -oE 'broken: .*|AddressSanitizer: [a-z-]*|runtime error: .*' "$copy/log" | head -n 1))"
	fi
done
[ -z "$missed" ] || fail "not found:$missed"
[ $n -gt 0 ] || fail "no mutants"
figure "$n planted bugs found by fuzzing"
