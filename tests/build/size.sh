#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The library stays small: bytes of .text (without .rodata) at -Os, core and port layer together, and
# what is left of it in a program that is only a frontend. Over a limit is a failure.
#
# Frame pointers are left out: gcc keeps them on aarch64 and not on x86-64 unless told, and the figures are
# of this code, not of that habit.
. "$(dirname -- "$0")/lib.sh"

limit_all=$((24 * 1024))
# The aim for a frontend is 12 KiB. aarch64, whose instructions are wider, misses it: its limit holds what is reached.
limit_front_of() { [ "$1" = aarch64 ] && echo $((13 * 1024)) || echo $((12 * 1024)); }
# What a frontend links to work: sessions and states of its half, its functions of the port layer,
# configuration, EDID; what these use of the shared codec comes with them. Left out are stride and formats,
# which judge a frontend and so are its backend's business, and the English texts (strerror, diag, names):
# a kernel prints the numbers.
front_roots='displif_((front|fdev|port_front|port_share|cfg|edid)_[a-z0-9_]+'
front_roots="$front_roots|port_(check|enable|(read|write)_state|(un)?share)|pgdir_(pages|dirs|build))"

text() { "${tool}size" -A "$1" | awk '$1 ~ /^\.text/ { n += $2 } END { print n + 0 }'; }

over=
figure "Size of .text at -Os, bytes        all  limit  frontend alone  limit"
for target in x86-64 aarch64; do
	target_cc $target
	limit_front=$(limit_front_of $target)
	mkdir "$work/$target"
	for f in $(sources); do
		# shellcheck disable=SC2086
		$cc -std=c11 -Os -fomit-frame-pointer -ffreestanding -nostdlib -fno-pic -fno-pie \
			-ffunction-sections -fdata-sections $warnings $includes -c "$src/$f" -o "$work/$target/${f%.c}.o" || fail "$target: $f"
	done
	"${tool}ld" -m "$format" -r -o "$work/$target.o" "$work/$target"/*.o
	all=$(text "$work/$target.o")
	roots=$("${tool}nm" --defined-only "$work/$target.o" | awk '$2 == "T" { print $3 }' |
		grep -xE "$front_roots" | grep -v '_name$' || :)
	[ -n "$roots" ] || fail "$target: no function of a frontend found"
	# shellcheck disable=SC2046,SC2086
	"${tool}ld" -m "$format" -static --gc-sections --unresolved-symbols=ignore-all -e 0 $(printf -- '-u %s ' $roots) \
		-o "$work/$target.front" "$work/$target"/*.o
	front=$(text "$work/$target.front")
	{ [ "$front" -gt 0 ] && [ "$front" -lt "$all" ]; } || fail "$target: the frontend's size, $front, makes no sense"
	figure "$(printf '  %-28s %6d %6d %15d %6d' "$target, $($cc -dumpversion | sed 's/^/gcc /')" \
		"$all" $limit_all "$front" "$limit_front")"
	if [ "$all" -gt $limit_all ] || [ "$front" -gt "$limit_front" ]; then
		over="$over $target"
	fi
	echo "largest functions of $target:"
	"${tool}nm" -S --size-sort -t d "$work/$target.o" | awk '$3 ~ /[tT]/ { print "    " $2 + 0, $4 }' | tail -n 8
done
[ -z "$over" ] || fail "over the limit:$over"
