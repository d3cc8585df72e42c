#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# One case of displif-loopback as its user sees it. usage: test.sh DISPLIF-LOOPBACK FOLDER CASE
set -eu

program=${1:?"usage: $0 DISPLIF-LOOPBACK FOLDER CASE"}
work=${2:?}
case=${3:?}
rm -rf "$work"
mkdir -p "$work"

fail()
{
	cat "$work/out" "$work/err" >&2 2>/dev/null || :
	echo "FAIL: $*" >&2
	exit 1
}

# run STATUS OPTION...: output and errors go to files.
run()
{
	want=$1
	shift
	status=0
	"$program" "$@" >"$work/out" 2>"$work/err" || status=$?
	[ "$status" = "$want" ] || fail "$*: status $status, not $want"
}

# has PATTERN: one line of the output, blanks squeezed, is that.
has()
{
	tr -s ' ' <"$work/out" | sed 's,^ ,,' | grep -qxE "$1" || fail "no line like: $1"
}

# shown N [REFUSED]: N pictures as drawn, nothing copied, lost or left behind; one notification each way
# per flip; no request refused, or so many.
shown()
{
	[ "$(grep -c ' shared .*: as drawn$' "$work/out")" = "$1" ] || fail "not $1 pictures as drawn"
	has 'notifications sent, per flip 1\.00 1\.00'
	has 'copies of pages, per flip 0\.00 0\.00'
	has "messages lost or odd, refused 0 ${2-0}"
	has 'left behind after the end: 0'
}

# bad TEXT OPTION...: a wrong command line, and the error names what is wrong.
bad()
{
	text=$1
	shift
	run 2 "$@"
	[ ! -s "$work/out" ] || fail "$*: output in spite of the error"
	[ "$(wc -l <"$work/err")" = 2 ] || fail "$*: not one line, and a hint at --help"
	grep -qF -- "$text" "$work/err" || fail "$*: the error does not say: $text"
}

case $case in
plain)
	run 0 --frames 50 --output "$work/a.png"
	shown 1
	has '49 flips in .*'
	has 'protocol version 2; display buffers are the frontend.s memory'
	[ -s "$work/a.png" ] || fail "no picture"
	# 1280x720 in 4 bytes: 900 pages and their directory page, twice; two rings. All but the directories mapped.
	has 'pages granted 1804 0'
	has 'pages mapped 0 1802'
	;;
be-alloc)
	run 0 --be-alloc --connectors 2 --resolution 801x601 --format RG16 --frames 50 --output "$work/"
	shown 2
	has '98 flips in .*'
	has "protocol version 2; display buffers are the backend's memory \(be-alloc\)"
	has 'pages granted 8 944'
	has 'pages mapped 944 4'
	;;
many)
	run 0 --connectors 17 --resolution 200x100 --frames 30 --seed 99 --output "$work/many"
	shown 17
	has '493 flips in .*'
	for n in '' -1 -16; do
		[ -s "$work/many$n.png" ] || fail "no picture many$n.png"
	done
	;;
formats)
	formats=$("$program" --format '?' 2>&1 | sed -n 's/.*they are//p')
	[ "$(echo "$formats" | wc -w)" = 11 ] || fail "not 11 formats: $formats"
	for format in $formats; do
		run 0 --format "$format" --resolution 37x29 --frames 3 --output "$work/$format.png"
		shown 1
		grep -q " $format " "$work/out" || fail "$format: not said"
	done
	;;
sizes)
	# Below what the card needs for its object, too large for an EDID, one line, one column.
	for size in 1x1 3x2 255x4095; do
		run 0 --resolution $size --frames 2 --output "$work/$size.png"
		shown 1
	done
	for size in 4096x16 32767x1 1x32767; do
		run 0 --resolution $size --frames 2 --output "$work/$size.png"
		shown 1 1
	done
	has '0 1x32767 XenStore, no EDID .*'
	run 0 --resolution 4095x9 --frames 1 --output "$work/one.png"
	has '0 4095x9 EDID "Loopback" .*'
	has '0 flips in .*'
	;;
limits)
	bad '"18" is not a whole number from 1 to 17' --connectors 18
	bad '"0" is not a whole number from 1 to 17' --connectors 0
	bad '"-1" is not' --seed -1
	bad '"0" is not a whole number from 1 to 10000000' --frames 0
	bad '"1920" is not WIDTHxHEIGHT, each from 1 to 32767' --resolution 1920
	bad '"32768x1" is not' --resolution 32768x1
	bad 'limit is 1024 MiB' --connectors 17 --resolution 7680x4320
	bad '"XR25" is no pixel format of ours; they are XR24 ' --format XR25
	bad '"--nonsense": no such option' --nonsense
	bad '"--frames": a value is missing' --frames
	bad '"more": no argument is expected' more
	bad '--output: the path is empty' --output ''
	run 1 --frames 2 --quiet --output "$work/none/x.png"
	grep -q "none/x.png" "$work/err" || fail "the error does not name the file"
	run 0 --frames 2 --quiet --output "$work/quiet.png"
	cat "$work/out" "$work/err" >"$work/both"
	[ ! -s "$work/both" ] || fail "--quiet is not quiet"
	run 0 --help
	;;
signal)
	"$program" --frames 10000000 --resolution 320x200 --output "$work/s.png" >"$work/out" 2>"$work/err" &
	pid=$!
	sleep 3
	kill -INT $pid
	status=0
	wait $pid || status=$?
	[ $status = 130 ] || fail "status $status after SIGINT"
	shown 1
	# Progress, without a terminal: after 2 s.
	grep -q '^displif-loopback: frame [0-9]* of 10000000$' "$work/err" || fail "no progress"
	;;
*)	fail "no case '$case'" ;;
esac
