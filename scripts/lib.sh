# SPDX-License-Identifier: MIT OR GPL-2.0-only
# shellcheck shell=sh
# What the scripts share. Sourced, never run; sets $top, the root of the tree.

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

# Prints the comment block under the SPDX line of the running script: its help text.
usage()
{
	sed -n '3,/^[^#]/{s/^# \{0,1\}//p}' "$0"
}

# build_tree DIR [CMAKE_OPTION...]: configures and builds the whole tree there.
build_tree()
{
	dir=$1
	shift
	say "building in $dir"
	mkdir -p "$dir"
	cmake -S "$top" -B "$dir" "$@" >"$dir/build.log" 2>&1 ||
		{ cat "$dir/build.log" >&2; die "cmake cannot configure $dir"; }
	cmake --build "$dir" -j "$(nproc)" >"$dir/build.log" 2>&1 ||
		{ cat "$dir/build.log" >&2; die "the build in $dir failed"; }
}
