#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Lines and branches of libdisplif/src, but the plan, that each target's corpus reaches, and all of them together.
# usage: coverage.sh FOLDER [CORPORA]   (CORPORA: a folder with one for each target, instead of the committed ones)
. "$(dirname -- "$0")/../build/lib.sh"
. "$top/tests/fuzz/fuzz.sh"
need "$fuzz_cc" ar xargs llvm-profdata-14 llvm-cov-14 python3
corpora=${2:-$fuzz/corpus}
# Together they reach so many lines at least, in percent.
least=95

build_library "$work" "$src" -fprofile-instr-generate -fcoverage-mapping
set --
for name in $(targets); do
	build_target "$work" "$name" -fprofile-instr-generate "$fuzz/replay.c" \
		-Wl,--whole-archive "$work/libfuzzed.a" -Wl,--no-whole-archive
	LLVM_PROFILE_FILE=$work/$name.raw "$work/fuzz_$name" "$corpora/$name" >"$work/$name.log" 2>&1 ||
		{ cat "$work/$name.log"; fail "$name: its corpus does not replay"; }
	llvm-profdata-14 merge -o "$work/$name.prof" "$work/$name.raw"
	set -- "$@" "$work/$name.prof"
done
llvm-profdata-14 merge -o "$work/all.prof" "$@"

# about TARGET: the sources that it is meant to reach.
about()
{
	case $1 in
	text)		echo xs.c text.c cfg.c err.c ;;
	edid)		echo edid.c edid_modes.c ;;
	request)	echo back.c back_bufs.c back_io.c evt.c ring.c ;;
	response)	echo front.c front_io.c ;;
	directory)	echo pgdir.c port_bufs.c port_share.c ;;
	state)		echo state_front.c state_feed.c state_back.c state_rule.c ;;
	port)		echo port.c port_back.c port_front.c port_xs.c ;;
	*)		fail "no sources are named for '$1'" ;;
	esac
}

# What hears of a peer or a toolstack: the plan is told all by its own glue.
heard() { sources | tr ' ' '\n' | grep -vx plan.c; }

# report NAME BINARY SOURCE...: "lines ..., branches ..."
report()
{
	profile=$work/$1.prof
	binary=$2
	shift 2
	# shellcheck disable=SC2046
	llvm-cov-14 export -summary-only "$binary" -instr-profile="$profile" $(printf "$src/%s\n" "$@") |
		python3 -c 'import json, sys
t = json.load(sys.stdin)["data"][0]["totals"]
print(*("%s %d of %d (%.1f %%)" % (k, t[k]["covered"], t[k]["count"], t[k]["percent"]) for k in ("lines", "branches")), sep=", ")'
}

# shellcheck disable=SC2046
for name in $(targets); do
	bin=$work/fuzz_$name
	figure "fuzz $name, $(find "$corpora/$name" -type f | wc -l) inputs: of $(about "$name"):" \
		"$(report "$name" "$bin" $(about "$name")); of all: $(report "$name" "$bin" $(heard))"
done
# The library is the same in all of them, so any binary will do.
# shellcheck disable=SC2046
all=$(report all "$work/fuzz_$name" $(heard))
figure "fuzz, all targets: $all"
percent=${all#*(}
[ "${percent%%.*}" -ge $least ] || fail "the corpora reach less than $least % of the lines"
