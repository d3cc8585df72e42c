#!/bin/bash
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Fuzzes for longer: one target after the other, or several at once.
#
# usage: tests/fuzz/run.sh [--seconds N] [--dir FOLDER] [--jobs N] [--merge] [TARGET...]
#
# --seconds  CPU time of each target, 1800 by default
# --dir      where fuzzers are built and corpora grow, build/fuzz by default; a second run goes on there
# --jobs     so many targets at once, 1 by default
# --merge    fuzz nothing: put what FOLDER's corpora reach beyond the committed ones into these
#
# Without TARGET: all. The first target with a finding ends the run; the file that shows it and
# the command that replays it are printed.
set -eu
top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
dir=$top/build/fuzz
seconds=1800
jobs=1
merge=no
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help)	sed -n '3,15s/^# \{0,1\}//p' "$0"; exit 0 ;;
	--seconds)	seconds=${2:?}; shift ;;
	--dir)		dir=${2:?}; shift ;;
	--jobs)		jobs=${2:?}; shift ;;
	--merge)	merge=yes ;;
	-*)		echo "unknown option '$1'; try --help" >&2; exit 2 ;;
	*)		break ;;
	esac
	shift
done
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
"$top/tests/fuzz/build.sh" "$dir/bin"

fail()
{
	echo "FAIL: $*" >&2
	exit 1
}

# For fuzz.sh, which wants what the checks' library sets; nothing is compiled here.
includes='' src='' warnings=''
. "$top/tests/fuzz/fuzz.sh"
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(targets)

# cpu PID: CPU seconds that a process has used.
cpu()
{
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) / hz) }' "/proc/$1/stat" 2>/dev/null || echo 0
}

# As run_fuzzer(), by CPU time: libFuzzer knows only the wall's.
fuzz_one()
{
	local name=$1 to=$dir/$1 pid used=0 status=0 runs
	[ -x "$dir/bin/fuzz_$name" ] || fail "no target '$name'; there are: $(targets | xargs)"
	mkdir -p "$to/corpus"
	local opts=(-max_len="$(max_len "$name")" -timeout=60 -print_final_stats=1 -artifact_prefix="$to/")
	[ ! -f "$fuzz/$name.dict" ] || opts+=(-dict="$fuzz/$name.dict")
	"$dir/bin/fuzz_$name" "${opts[@]}" "$to/corpus" "$fuzz/corpus/$name" >"$to/log" 2>&1 &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		used=$(cpu $pid)
		[ "$used" -lt "$seconds" ] || kill -INT $pid 2>/dev/null || true
		sleep 2
	done
	wait $pid || status=$?
	if compgen -G "$to/crash-*" || compgen -G "$to/timeout-*" || compgen -G "$to/oom-*" || compgen -G "$to/leak-*"; then
		grep -E -A 12 'broken:|ERROR|runtime error' "$to/log" | head -n 30 >&2
		echo "replay the files above with: $dir/bin/fuzz_$name FILE" >&2
		return 1
	fi
	# 72: it was told to end. A fuzzer that could not run has found nothing, and proves nothing.
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$to/log")
	if { [ "$status" != 72 ] && [ "$status" != 0 ]; } || [ "${runs:-0}" -lt 1000 ]; then
		tail -n 5 "$to/log" >&2
		echo "$name: ended with status $status after ${runs:-no} executions" >&2
		return 1
	fi
	echo "$name: $runs executions, $used CPU seconds, no finding"
}

if [ $merge = yes ]; then
	for name; do
		# By edges alone: a corpus that stays small.
		"$dir/bin/fuzz_$name" -merge=1 -use_counters=0 -max_len="$(max_len "$name")" \
			"$fuzz/corpus/$name" "$dir/$name/corpus" 2>&1 | tail -n 1
	done
	exit 0
fi

running=0
status=0
for name; do
	while [ "$running" -ge "$jobs" ]; do
		wait -n || status=1
		running=$((running - 1))
	done
	[ $status = 0 ] || break
	fuzz_one "$name" &
	running=$((running + 1))
done
while [ "$running" -gt 0 ]; do
	wait -n || status=1
	running=$((running - 1))
done
exit $status
