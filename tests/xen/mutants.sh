#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Builds the DRM driver without a bug, FOLDER/good.ko, and once for each that is named, FOLDER/NAME.ko.
#
# usage: mutants.sh FOLDER ROOT [NAME...]		ROOT: filled by fetch-root.sh --headers
#
# A bug that changes nothing or does not compile is a mistake.
. "$(dirname -- "$0")/../build/lib.sh"
root=${2:?"usage: $0 FOLDER ROOT [NAME...]"}
shift 2
need make gcc-12
mutants=$top/tests/xen/mutants driver=$top/glue-linux/drm
KERNEL='' HEADERS=''
# shellcheck source=/dev/null
. "$root/versions"
[ -d "$HEADERS" ] || fail "$root/versions names no headers"

# In one place, so that only what differs is compiled.
module()
{
	make -C "$HEADERS" M="$work/mod" CONFIG_DEBUG_INFO_BTF_MODULES= CC=gcc-12 modules >"$work/$1.log" 2>&1 ||
		{ cat "$work/$1.log"; fail "$1 does not compile"; }
	cp "$work/mod/displif_drm.ko" "$work/$1.ko"
}

"$driver/dkms-tree.sh" "$work/mod" >/dev/null || fail "the tree"
module good
for name; do
	script=$mutants/$name.sed
	[ -f "$script" ] || fail "no mutant '$name'"
	file=$(sed -n '2s/^# \([^ ]*\) .*/\1/p' "$script")
	[ -f "$driver/$file" ] || fail "$name: no source '$file'"
	sed -f "$script" "$driver/$file" >"$work/mod/$file"
	! cmp -s "$driver/$file" "$work/mod/$file" || fail "$name: changes nothing in $file: the source moved on"
	module "$name"
	! cmp -s "$work/good.ko" "$work/$name.ko" || fail "$name: the same code"
	cp "$driver/$file" "$work/mod/$file"
done
echo "$# mutants for $KERNEL"
