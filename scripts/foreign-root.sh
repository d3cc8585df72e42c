#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# Unpacks Debian packages, with all that they depend on, into a folder.
#
# usage: scripts/foreign-root.sh ARCH DIR PACKAGE...
#
# ARCH is Debian's name (amd64, i386, arm64, armhf), not necessarily the host's.
# DIR/root gets the files, the downloads are deleted. Nothing is installed, no root
# rights are needed. A second call with the same arguments does nothing.
set -eu
. "$(dirname -- "$0")/lib.sh"
. "$top/scripts/apt.sh"

case ${1-} in -h | --help) usage; exit 0 ;; esac
[ $# -ge 3 ] || { usage >&2; exit 2; }
arch=$1
mkdir -p "$2"
dir=$(CDPATH='' cd -- "$2" && pwd)
shift 2

stamp=$dir/stamp
[ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$arch $*" ] || exit 0
rm -rf "$dir/root" "$stamp" "$dir/apt"
mkdir -p "$dir/root"
apt_make "$dir/apt" "$arch"
# The empty list of installed packages makes apt fetch the whole closure.
apt_get "$dir/apt" closure "$@"
for deb in "$dir"/apt/cache/archives/*.deb; do
	dpkg -x "$deb" "$dir/root"
done
rm -rf "$dir/apt"
echo "$arch $*" >"$stamp"
