#!/bin/sh
# SPDX-License-Identifier: MIT OR GPL-2.0-only
# The DRM driver builds for a Debian kernel out of the tree that dkms-tree.sh makes, with the kernel's own extra
# warnings: no warning, no unknown symbol, no frame beyond 1 KiB. Its size is told.
#
# usage: drm.sh FOLDER amd64|arm64
#
# Headers as in kmod.sh: DISPLIF_KERNEL_HEADERS names a folder of tests/xen/fetch-root.sh --headers, or any other
# whose file "versions" sets KERNEL and HEADERS, for another kernel.
. "$(dirname -- "$0")/lib.sh"
arch=${2:?"usage: $0 FOLDER amd64|arm64"}
check=drm-$arch
need make gcc-12 size awk

tool=''
case $arch in
amd64)	set -- CC=gcc-12 ;;
arm64)	set -- ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- CC=aarch64-linux-gnu-gcc-12
	tool=aarch64-linux-gnu-
	need aarch64-linux-gnu-gcc-12 aarch64-linux-gnu-ld ;;
*)	fail "unknown architecture $arch" ;;
esac

root=${DISPLIF_KERNEL_HEADERS:-$(dirname "$work")/kernel-$arch}
[ -e "$root/versions" ] && ! [ -e "$root/stamp-root" ] ||
	"$top/tests/xen/fetch-root.sh" --headers "$arch" "$root" || fail "no kernel headers for $arch"
KERNEL='' HEADERS=''
# shellcheck source=/dev/null
. "$root/versions"
[ -d "$HEADERS" ] || fail "$root/versions names no headers"

"$top/glue-linux/drm/dkms-tree.sh" "$work/mod" >/dev/null || fail "the tree"
# The kernel's own description for BTF does not come with its headers.
make -C "$HEADERS" M="$work/mod" W=1 CONFIG_DEBUG_INFO_BTF_MODULES= "$@" modules >"$work/log" 2>&1 ||
	{ cat "$work/log"; fail "$arch: the build"; }
! grep -iE 'warning|error|undefined|Skipping' "$work/log" || fail "$arch: see above"
[ -s "$work/mod/displif_drm.ko" ] || fail "$arch: no module"

# Every file of the driver is in it.
for f in "$work"/mod/*.c; do
	case $f in *.mod.c) continue ;; esac
	[ -s "${f%.c}.o" ] || fail "$arch: ${f##*/} was not built"
done
text=$("${tool}size" -A "$work/mod/displif_drm.o" | awk '$1 ~ /text/ { n += $2 } END { print n }')
[ "$text" -gt 0 ] || fail "$arch: no code"
figure "displif_drm for $KERNEL: $text bytes of code with the library, no warning at W=1"
