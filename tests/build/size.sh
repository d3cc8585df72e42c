#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The library stays small: bytes of .text (without .rodata) at -Os, core and port layer together, the plan, and
# what is left of it in a program that is only a frontend. Over a limit is a failure.
#
# Frame pointers are left out: gcc keeps them on aarch64 and not on x86-64 unless told, and the figures are
# of this code, not of that habit.
. "$(dirname -- "$0")/lib.sh"

limit_all=$((24 * 1024))
limit_front=$((12 * 1024))
# The plan is for glues without a display framework of their own; it is not in the sum of the others.
limit_plan=$((2 * 1024))
# A frontend is measured with the library's EDID parser, and without it, as one that hands the EDID on to its OS.
# The aim is 12 KiB for both. With the parser aarch64, whose instructions are wider, misses it: its limit holds
# what is reached.
limit_edid_of() { [ "$1" = aarch64 ] && echo $((13 * 1024 + 512)) || echo $limit_front; }
# What a frontend links to work: sessions and states of its half, its functions of the port layer,
# configuration, EDID; what these use of the shared codec comes with them. Left out are stride and formats,
# which judge a frontend and so are its backend's business, and the English texts (strerror, diag, names):
# a kernel prints the numbers.
front_roots='displif_((front|fdev|port_front|port_share|cfg|edid)_[a-z0-9_]+'
front_roots="$front_roots|port_(check|enable|(read|write)_state|(un)?share)|pgdir_(pages|dirs|build))"

text() { "${tool}size" -A "$1" | awk '$1 ~ /^\.text/ { n += $2 } END { print n + 0 }'; }

# Bytes of a program that needs the named functions and nothing else.
frontend()
{
	# shellcheck disable=SC2046,SC2086
	"${tool}ld" -m "$format" -static --gc-sections --unresolved-symbols=ignore-all -e 0 $(printf -- '-u %s ' $1) \
		-o "$work/$target.front" "$work/$target"/*.o && text "$work/$target.front"
}

over=
figure "Size of .text at -Os, bytes        all  limit  frontend alone  limit  with EDID  limit   plan  limit"
for target in x86-64 aarch64; do
	target_cc $target
	limit_edid=$(limit_edid_of $target)
	mkdir "$work/$target"
	for f in $(sources); do
		# shellcheck disable=SC2086
		$cc -std=c11 -Os -fomit-frame-pointer -ffreestanding -nostdlib -fno-pic -fno-pie \
			-ffunction-sections -fdata-sections $warnings $includes -c "$src/$f" -o "$work/$target/${f%.c}.o" || fail "$target: $f"
	done
	plan=$(text "$work/$target/plan.o")
	mv "$work/$target/plan.o" "$work/$target.plan.o"
	"${tool}ld" -m "$format" -r -o "$work/$target.o" "$work/$target"/*.o
	all=$(text "$work/$target.o")
	roots=$("${tool}nm" --defined-only "$work/$target.o" | awk '$2 == "T" { print $3 }' |
		grep -xE "$front_roots" | grep -v '_name$' || :)
	[ -n "$roots" ] || fail "$target: no function of a frontend found"
	with_edid=$(frontend "$roots")
	front=$(frontend "$(echo "$roots" | grep -v '^displif_edid_')")
	{ [ "$front" -gt 0 ] && [ "$front" -lt "$with_edid" ] && [ "$with_edid" -lt "$all" ]; } ||
		fail "$target: the frontend's sizes, $front and $with_edid, make no sense"
	figure "$(printf '  %-28s %6d %6d %15d %6d %10d %6d %6d %6d' "$target, $($cc -dumpversion | sed 's/^/gcc /')" \
		"$all" $limit_all "$front" $limit_front "$with_edid" "$limit_edid" "$plan" $limit_plan)"
	if [ "$all" -gt $limit_all ] || [ "$front" -gt $limit_front ] || [ "$with_edid" -gt "$limit_edid" ] ||
		[ "$plan" -gt $limit_plan ] || [ "$plan" -eq 0 ]; then
		over="$over $target"
	fi
	echo "largest functions of $target:"
	"${tool}nm" -S --size-sort -t d "$work/$target.o" | awk '$3 ~ /[tT]/ { print "    " $2 + 0, $4 }' | tail -n 8
done
[ -z "$over" ] || fail "over the limit:$over"
