#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Download and unpack, without installing anything, the Debian packages that
# the Xen rig and cross builds need: DIR/sysroot, DIR/versions and, on request,
# DIR/headers for building kernel modules.
set -eu

usage()
{
	cat <<'X'
usage: fetch-root.sh [--headers] amd64|arm64 DIR

Fills DIR with
  sysroot/   hypervisor, toolstack, kernel, tools, libraries and -dev files;
             fit for --sysroot=DIR/sysroot
  versions   shell assignments: ARCH, KERNEL, XEN, TRIPLET, HEADERS
  headers/   with --headers: HEADERS (see versions) is what a module build
             gives to "make -C"; it needs gcc-12, for a foreign
             architecture gcc-12-aarch64-linux-gnu
Nothing of the host is changed. A second run with the same DIR ends at once.

Host packages needed: apt dpkg coreutils util-linux sed gawk|mawk (all in any
Debian 12), and a route to the package archive of the host's apt sources.
Needed later, by mkimages.sh: kmod cpio binutils; by rig.py: python3 and
qemu-system-x86 or qemu-system-arm; by cross builds: gcc-12-aarch64-linux-gnu.
X
}

die() { echo "fetch-root.sh: $*" >&2; exit 1; }

headers=0
while [ $# -gt 0 ]; do
	case $1 in
	--headers) headers=1 ;;
	-h | --help) usage; exit 0 ;;
	-*) usage >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
[ $# -eq 2 ] || { usage >&2; exit 2; }
arch=$1
case $arch in
amd64) triplet=x86_64-linux-gnu ;;
arm64) triplet=aarch64-linux-gnu ;;
*) die "architecture \"$arch\": only amd64 and arm64 are known" ;;
esac

mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
self=$(readlink -f "$0")
here=${self%/*}
# shellcheck source=scripts/apt.sh
. "$here/../../scripts/apt.sh"
# shellcheck source=tests/xen/headers.sh
. "$here/headers.sh"
exec 9>"$dir/lock"
flock 9

# The stamp names the script's own content: a changed list fetches anew.
stamp="$arch $(cat "$self" "$here/headers.sh" "$here/../../scripts/apt.sh" | cksum)"

fresh() { [ "$(cat "$dir/stamp-$1" 2>/dev/null)" = "$stamp" ]; }

resolve() # sets kernel and xen from the meta-packages
{
	kernel=$(apt_depends "$dir/apt-$arch" "linux-image-$arch" linux-image-)
	kernel=${kernel#linux-image-}
	xen=$(apt_depends "$dir/apt-$arch" "xen-system-$arch" xen-hypervisor-[0-9])
	xen=${xen#xen-hypervisor-}
	xen=${xen%-"$arch"}
	[ -n "$kernel" ] && [ -n "$xen" ]
}

prepare() # ARCH: a private apt with lists
{
	apt_make "$dir/apt-$1" "$1"
}

fetch_root()
{
	prepare "$arch"
	resolve || {
		sleep 5
		apt_refresh "$dir/apt-$arch"
		resolve
	} || die "no linux-image-$arch and xen-system-$arch in the host's" \
		"apt sources; $(tail -n 3 "$dir/apt-$arch/log")"

	apt_get "$dir/apt-$arch" closure \
		"xen-hypervisor-$xen-$arch" "xen-utils-$xen" xenstore-utils \
		"linux-image-$kernel" busybox-static libdrm-tests strace \
		libgcc-s1 libdrm2 libpng16-16 libpixman-1-0 libcmocka0 \
		libc6-dev libxen-dev libdrm-dev libpng-dev zlib1g-dev libpixman-1-dev \
		libcmocka-dev

	# One merged /usr, so that each library has one place.
	rm -rf "$dir/sysroot" "$dir/sysroot.new"
	mkdir -p "$dir/sysroot.new/usr"
	for d in bin sbin lib lib64; do
		mkdir "$dir/sysroot.new/usr/$d"
		ln -s "usr/$d" "$dir/sysroot.new/$d"
	done
	for deb in "$dir/apt-$arch"/cache/archives/*.deb; do
		case ${deb##*/} in
		# Only maintainer scripts and the toolstack's helpers in
		# these languages want them; the rig runs neither.
		perl* | libperl* | python3* | libpython3*) continue ;;
		esac
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x -C "$dir/sysroot.new" --keep-directory-symlink ||
			die "cannot unpack ${deb##*/}"
	done
	mv "$dir/sysroot.new" "$dir/sysroot"
	rm -f "$dir/apt-$arch"/cache/archives/*.deb
	cat >"$dir/versions" <<X
ARCH=$arch
KERNEL=$kernel
XEN=$xen
TRIPLET=$triplet
HEADERS=$dir/headers/usr/src/linux-headers-$kernel
X
	rm -f "$dir/stamp-headers"
	echo "$stamp" >"$dir/stamp-root"
}

fetch_headers()
{
	KERNEL=
	# shellcheck source=/dev/null
	. "$dir/versions"
	[ -f "$dir/apt-$arch/apt.conf" ] || prepare "$arch"
	headers "$dir/headers" "$dir/apt-$arch" "$KERNEL" "$dir/apt-$(dpkg --print-architecture)"
	echo "$stamp" >"$dir/stamp-headers"
}

fresh root || fetch_root
[ "$headers" -eq 0 ] || fresh headers || fetch_headers
