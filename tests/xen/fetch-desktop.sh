#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
#
# Programs of others that use a display, for guests of the rig: unpacked, with the libraries they need.
set -eu

usage()
{
	cat <<'X1'
usage: fetch-desktop.sh DIR OUT

DIR is the folder filled by fetch-root.sh, which also tells the architecture. Fills OUT with
  tools/     drm_info, vbltest
  desktop/   Weston, with its backend for DRM, its desktop's shell and small clients
as trees that are laid over a guest's image. Nothing of the host is changed. A second run with
the same OUT ends at once.
Host packages needed: those of fetch-root.sh, and binutils.
X1
}

die() { echo "fetch-desktop.sh: $*" >&2; exit 1; }

case ${1-} in
-h | --help) usage; exit 0 ;;
esac
[ $# -eq 2 ] || { usage >&2; exit 2; }
self=$(readlink -f "$0")
here=${self%/*}
dir=$(cd "$1" && pwd -P) || die "no such directory: $1"
mkdir -p "$2"
out=$(cd "$2" && pwd -P)
# shellcheck source=scripts/apt.sh
. "$here/../../scripts/apt.sh"
# shellcheck source=tests/xen/libs.sh
. "$here/libs.sh"
ARCH='' TRIPLET=''
# shellcheck source=/dev/null
. "$dir/versions" || die "$dir: run fetch-root.sh first"
exec 8>"$dir/lock" 9>"$out/lock"
flock 9
stamp="$(cat "$dir/stamp-root") $(cat "$self" "$here/libs.sh" "$here/../../scripts/apt.sh" | cksum)"
[ "$(cat "$out/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
rm -rf "$out/stamp" "$out/tools" "$out/desktop"

# For libs.sh. What guests have in any case, from the same packages as their loader, must not come from others; Weston
# finds its own in a folder of its own.
root=$dir/sysroot
more=$out/unpacked
present="ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libdrm.so.2 libz.so.1 libexec_weston.so.0"

# Alone: Weston's packages want what its other backends and renderers need, too, hundreds of megabytes.
apt=$dir/apt-$ARCH
flock 8
[ -f "$apt/apt.conf" ] || apt_make "$apt" "$ARCH"
apt_get "$apt" alone weston libweston-10-0 drm-info libjson-c5 libpci3 libinput10 libevdev2 libmtdev1 libwacom9 \
	libgudev-1.0-0 libglib2.0-0 libpcre2-8-0 libgbm1 libwayland-server0 libwayland-client0 libxkbcommon0 \
	libva2 libva-drm2 libdbus-1-3 libsystemd0 libgcrypt20 libgpg-error0 liblz4-1 \
	libcairo2 libpango-1.0-0 libpangocairo-1.0-0 libpangoft2-1.0-0 libfontconfig1 libfreetype6 libfribidi0 \
	libharfbuzz0b libgraphite2-3 libthai0 libdatrie1 libbrotli1 libjpeg62-turbo libwebp7 libwayland-cursor0 \
	libx11-6 libxext6 libxrender1 libxcb1 libxcb-render0 libxcb-shm0 libxau6 libxdmcp6 libbsd0 libmount1 libblkid1
rm -rf "$more"
mkdir -p "$more/usr/lib"
for deb in "$apt"/cache/archives/*.deb; do
	dpkg-deb -x "$deb" "$more" || die "cannot unpack ${deb##*/}"
done
rm -f "$apt"/cache/archives/*.deb
flock -u 8
# One merged /usr, as in the other folder.
[ ! -d "$more/lib" ] || cp -a "$more/lib/." "$more/usr/lib/"

add() # TREE FILE-IN-A-ROOT...
{
	tree=$out/$1
	shift
	mkdir -p "$tree/usr/lib/$TRIPLET"
	for file in "$@"; do
		from=$more/$file
		[ -e "$from" ] || from=$root/$file
		mkdir -p "$tree/${file%/*}"
		cp -L "$from" "$tree/$file"
		add_libs "$from" "$tree"
	done
}

where=usr/lib/$TRIPLET
add tools usr/bin/drm_info usr/bin/vbltest
add desktop usr/bin/weston usr/bin/weston-simple-shm usr/bin/weston-simple-damage \
	usr/bin/weston-presentation-shm "$where/weston/libexec_weston.so.0" "$where/weston/desktop-shell.so" \
	"$where/libweston-10/drm-backend.so" "$where/weston-desktop-shell"
rm -rf "$more"
echo "$stamp" >"$out/stamp"
