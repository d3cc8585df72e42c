#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Another kernel of Debian's than the rig's own, for module builds and for guests.
set -eu

usage()
{
	cat <<'X'
usage: fetch-kernel.sh [--image] ARCH NAME DIR

ARCH is amd64 or arm64, NAME what the packages linux-headers-NAME and
linux-image-NAME are called, which name the newest of their kind: 6.12-amd64,
6.12-arm64, 6.12-arm64-16k. Fills DIR with
  headers/   for "make -C", see HEADERS
  sysroot/   with --image: boot/vmlinuz-* and lib/modules
  versions   shell assignments: ARCH, KERNEL, HEADERS
Nothing of the host is changed. A second run with the same DIR ends at once.
X
}

die() { echo "fetch-kernel.sh: $*" >&2; exit 1; }

image=no
case ${1-} in
-h | --help) usage; exit 0 ;;
--image) image=yes; shift ;;
esac
[ $# -eq 3 ] || { usage >&2; exit 2; }
arch=$1 name=$2
mkdir -p "$3"
dir=$(cd "$3" && pwd -P)
self=$(readlink -f "$0")
here=${self%/*}
# shellcheck source=scripts/apt.sh
. "$here/../../scripts/apt.sh"
# shellcheck source=tests/xen/headers.sh
. "$here/headers.sh"
exec 9>"$dir/lock"
flock 9
stamp="$arch $name $(cat "$self" "$here/headers.sh" "$here/../../scripts/apt.sh" | cksum)"
fresh() { [ "$(cat "$dir/stamp$1" 2>/dev/null)" = "$stamp" ]; }
if fresh "" && { [ $image = no ] || fresh -image; }; then
	exit 0
fi

apt=$dir/apt-$arch
apt_make "$apt" "$arch"
kernel=$(apt_depends "$apt" "linux-headers-$name" linux-headers-)
kernel=${kernel#linux-headers-}
[ -n "$kernel" ] || die "no linux-headers-$name in the host's apt sources; $(tail -n 3 "$apt/log")"
# The archive may have a newer kernel by now than the one whose headers are there: the two must match.
if ! fresh "" || ! grep -qxF "KERNEL=$kernel" "$dir/versions"; then
	rm -f "$dir/stamp"
	headers "$dir/headers" "$apt" "$kernel" "$dir/apt-$(dpkg --print-architecture)"
	cat >"$dir/versions" <<X
ARCH=$arch
KERNEL=$kernel
HEADERS=$dir/headers/usr/src/linux-headers-$kernel
X
	echo "$stamp" >"$dir/stamp"
fi
rm -rf "$dir/stamp-image" "$dir/sysroot"
if [ $image = yes ]; then
	mkdir "$dir/sysroot"
	apt_get "$apt" alone "linux-image-$kernel"
	dpkg-deb -x "$apt"/cache/archives/linux-image-*.deb "$dir/sysroot"
	[ -e "$dir/sysroot/lib" ] || ln -s usr/lib "$dir/sysroot/lib"
	echo "$stamp" >"$dir/stamp-image"
fi
rm -rf "$dir"/apt-*
