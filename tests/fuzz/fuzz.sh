# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154
# How fuzz targets are built and run. Sourced with $top and $includes set, as tests/build/lib.sh does.

fuzz=$top/tests/fuzz
fuzz_cc=clang-14
fuzz_plain="-std=gnu11 -g -O1 -fno-omit-frame-pointer -DDISPLIF_ENV_HEADER=displif_env_fake.h"
fuzz_includes="$includes -I$top/libdisplif/src -I$top/tests/fake -I$fuzz"
fuzz_sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"

# The library allocates nothing, so that there are no leaks to look for; the models count what is held.
export ASAN_OPTIONS="detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"

# targets: their names.
targets()
{
	for file in "$fuzz"/fuzz_*.c; do
		file=${file##*/fuzz_}
		echo "${file%.c}"
	done
}

# max_len TARGET: as long as an input of it may be. One EDID of three blocks; programs of some 150 steps.
max_len()
{
	case $1 in
	text)	echo 300 ;;
	edid)	echo 386 ;;
	*)	echo 600 ;;
	esac
}

# build_library FOLDER SRC OPTION...: the sources in SRC, as FOLDER/libfuzzed.a.
build_library()
{
	lib=$1
	from=$2
	shift 2
	mkdir -p "$lib"
	# Some at a time; options have no spaces in them.
	# shellcheck disable=SC2016,SC2046,SC2086
	printf '%s\n' $(sources | sed "s,^,$from/,") "$top/tests/fake/fake_hook.c" |
		xargs -P 4 -I '{}' sh -c 'base=${1##*/}; shift; exec "$@" -o "$0/${base%.c}.o"' "$lib" '{}' \
			$fuzz_cc $fuzz_plain "$@" $fuzz_includes -c '{}' || fail "the library does not compile"
	rm -f "$lib/libfuzzed.a"
	ar rcs "$lib/libfuzzed.a" "$lib"/*.o
}

# build_target FOLDER TARGET OPTION...: FOLDER/fuzz_TARGET, of FOLDER/libfuzzed.a.
build_target()
{
	lib=$1
	target=$2
	shift 2
	[ -f "$fuzz/fuzz_$target.c" ] || fail "no target '$target'; there are: $(targets | xargs)"
	# shellcheck disable=SC2086
	$fuzz_cc $fuzz_plain $fuzz_includes $warnings "$fuzz/fuzz_$target.c" "$@" \
		-o "$lib/fuzz_$target" || fail "fuzz_$target does not compile"
}

# build_fuzzers FOLDER [TARGET...]: with libFuzzer and sanitizers; leaves each target's own object, fuzz_TARGET.o.
build_fuzzers()
{
	folder=$1
	shift
	# shellcheck disable=SC2086
	build_library "$folder" "$src" -fsanitize=fuzzer-no-link $fuzz_sanitize
	# shellcheck disable=SC2046
	[ $# != 0 ] || set -- $(targets)
	for name; do
		# shellcheck disable=SC2086
		build_target "$folder" "$name" -fsanitize=fuzzer-no-link $fuzz_sanitize -c
		mv "$folder/fuzz_$name" "$folder/fuzz_$name.o"
		# shellcheck disable=SC2086
		$fuzz_cc $fuzz_sanitize -fsanitize=fuzzer "$folder/fuzz_$name.o" "$folder/libfuzzed.a" \
			-o "$folder/fuzz_$name" || fail "fuzz_$name does not link"
	done
}

# run_fuzzer FOLDER TARGET WORK SECONDS [OPTION...]: beginning with the committed corpus; new inputs go to
# WORK/corpus, crashes to WORK/crash-*, the log to WORK/log. Sets $runs.
run_fuzzer()
{
	bin=$1/fuzz_$2
	target=$2
	to=$3
	seconds=$4
	shift 4
	mkdir -p "$to/corpus" "$fuzz/corpus/$target"
	dict=
	[ ! -f "$fuzz/$target.dict" ] || dict=-dict=$fuzz/$target.dict
	# shellcheck disable=SC2086
	if ! "$bin" -max_total_time="$seconds" -max_len="$(max_len "$target")" -timeout=25 \
			-print_final_stats=1 -artifact_prefix="$to/" $dict "$@" "$to/corpus" \
			"$fuzz/corpus/$target" >"$to/log" 2>&1; then
		grep -E -A 12 'broken:|ERROR|runtime error' "$to/log" | head -n 30 >&2
		for file in "$to"/crash-* "$to"/leak-* "$to"/timeout-* "$to"/oom-*; do
			[ ! -f "$file" ] || echo "replay with: $bin $file" >&2
		done
		return 1
	fi
	runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$to/log")
}
