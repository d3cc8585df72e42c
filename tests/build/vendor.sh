#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# A bare copy of libdisplif/ builds into another program with one compiler command.
. "$(dirname -- "$0")/lib.sh"
need gcc clang

mkdir "$work/project"
cp -r "$top/libdisplif" "$work/project/libdisplif"
cp "$top/tests/build/consumer.c" "$work/project/main.c"
cd "$work/project"
for cc in gcc clang; do
	$cc -std=c11 -O2 -Wall -Wextra -Werror -isystem "$work/xen" -Ilibdisplif/include -o "main-$cc" \
		main.c libdisplif/src/*.c
	"./main-$cc" || fail "the program built by $cc does not run"
done
