#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# A small guest kernel that watches itself, from Debian's kernel source, and the DRM driver built for it.
set -eu

usage()
{
	cat <<'X'
usage: kernel.sh DIR

Fills DIR with
  linux/     Debian's kernel source
  build/     the kernel with the options of the file "config" here
  sysroot/   what mkimages.sh --guest takes: boot/vmlinux-*, lib/modules/
  mod/       displif_drm.ko
  bites/     displif_bites.ko, which does what must be noticed
  versions   shell assignments: ARCH, KERNEL, HEADERS
The source is fetched and the kernel made once (again, if "config" changes), the modules each time. amd64 only; about 20 minutes of two processors and 3 GB.
Nothing of the host is changed. JOBS: how many compilers at once, else one for each processor.
Host packages needed: apt dpkg make gcc-12 libc6-dev zlib1g-dev m4 bc perl kmod xz-utils.
X
}

die() { echo "kernel.sh: $*" >&2; exit 1; }

case ${1-} in
-h | --help) usage; exit 0 ;;
esac
[ $# -eq 1 ] || { usage >&2; exit 2; }
[ "$(dpkg --print-architecture)" = amd64 ] || die "needs an amd64 host"
PATH=$PATH:/sbin:/usr/sbin
for tool in make gcc-12 m4 bc perl depmod xz; do
	command -v "$tool" >/dev/null || die "'$tool' is missing"
done
mkdir -p "$1"
dir=$(cd "$1" && pwd -P)
self=$(readlink -f "$0")
here=${self%/*}
top=$(cd "$here/../../.." && pwd -P)
# shellcheck source=scripts/apt.sh
. "$top/scripts/apt.sh"
exec 9>"$dir/lock"
flock 9

# What a kernel's build needs beyond a compiler is unpacked beside it.
fetch()
{
	apt=$dir/apt
	apt_make "$apt" amd64
	source=$(apt_depends "$apt" linux-source linux-source-)
	[ -n "$source" ] || die "no linux-source in the host's apt sources; $(tail -n 3 "$apt/log")"
	apt_get "$apt" alone "$source" flex bison libelf-dev
	rm -rf "$dir/tools" "$dir/linux" "$dir/linux.new" "$dir/build"
	mkdir "$dir/tools" "$dir/linux.new"
	for deb in "$apt"/cache/archives/*.deb; do
		dpkg-deb -x "$deb" "$dir/tools"
	done
	# Its own program looks for a library that is not there, and does not know what the archive needs.
	ln -sf "$dir/libelf" "$dir/tools/usr/lib/x86_64-linux-gnu/libelf.so"
	echo "INPUT($dir/tools/usr/lib/x86_64-linux-gnu/libelf.a -lz)" >"$dir/libelf"
	tar -C "$dir/linux.new" --strip-components=1 -xf "$dir/tools/usr/src/$source.tar.xz"
	mv "$dir/linux.new" "$dir/linux"
	rm -rf "$apt" "$dir/tools/usr/src"
}

kmake()
{
	PATH=$dir/tools/usr/bin:$PATH BISON_PKGDATADIR=$dir/tools/usr/share/bison \
		C_INCLUDE_PATH=$dir/tools/usr/include LIBRARY_PATH=$dir/tools/usr/lib/x86_64-linux-gnu \
		make -C "$dir/linux" O="$dir/build" CC=gcc-12 HOSTCC=gcc-12 "$@" >>"$dir/log" 2>&1 ||
		{ tail -n 30 "$dir/log" >&2; die "make $*; all of it in $dir/log"; }
}

# Options that depend on others which are not there vanish without a word.
configure()
{
	kmake KCONFIG_ALLCONFIG="$here/config" allnoconfig
	sed -n '/^CONFIG/p; /^# CONFIG_.* is not set/p' "$here/config" | while read -r line; do
		case $line in
		'#'*) name=${line#\# }; ! grep -q "^${name%% *}=" "$dir/build/.config" ;;
		*) grep -qxF "$line" "$dir/build/.config" ;;
		esac || echo "$line"
	done >"$dir/missing"
	[ ! -s "$dir/missing" ] || die "this kernel does not take: $(cat "$dir/missing")"
}

build()
{
	# KASAN's own part is in the kernel, its questions are in modules only: that is half of the time, here and in the rig.
	kmake -j "${JOBS:-$(nproc)}" KASAN_SANITIZE=n vmlinux
	kmake -j "${JOBS:-$(nproc)}" modules
	rm -rf "$dir/sysroot"
	mkdir -p "$dir/sysroot/boot"
	kmake INSTALL_MOD_PATH="$dir/sysroot" modules_install
	kernel=$(cat "$dir/build/include/config/kernel.release")
	cat >"$dir/versions" <<X
ARCH=amd64
KERNEL=$kernel
HEADERS=$dir/build
X
	strip -o "$dir/sysroot/boot/vmlinux-$kernel" "$dir/build/vmlinux"
	echo "$stamp" >"$dir/stamp-image"
}

# module NAME FOLDER: built there, and watched: the compiler has put its questions in.
module()
{
	kmake M="$dir/$2" UBSAN_SANITIZE=y modules
	nm "$dir/$2/$1.ko" | grep -q ' U __asan_' || die "$1.ko: KASAN is not in it"
}

: >"$dir/log"
stamp=$(cksum <"$top/scripts/apt.sh")
if [ "$(cat "$dir/stamp-source" 2>/dev/null)" != "$stamp" ]; then
	fetch
	echo "$stamp" >"$dir/stamp-source"
fi
stamp=$(cat "$dir/stamp-source" "$here/config" | cksum)
if [ "$(cat "$dir/stamp-build" 2>/dev/null)" != "$stamp" ]; then
	rm -f "$dir/stamp-build"
	configure
	build
	echo "$stamp" >"$dir/stamp-build"
fi
rm -rf "$dir/mod" "$dir/bites"
"$top/glue-linux/drm/dkms-tree.sh" "$dir/mod" >>"$dir/log"
module displif_drm mod
cp -r "$here/bites" "$dir/bites"
module displif_bites bites
